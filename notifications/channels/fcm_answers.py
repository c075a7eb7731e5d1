"""What an answer of FCM obliges us to (FCM HTTP v1, `ErrorCode` and `google.rpc.Status`).

Two mistakes would be dear: to disable the tokens of a whole province for a fault of ours, and to
send a poisoned message for ever. So a token goes only when FCM names *it*.
"""

from typing import Final

import msgspec
from msgspec import Struct

from notifications.channels.base import PushMessage, PushResult, backoff_s
from notifications.channels.http import Answer

_FCM_ERROR: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST: Final = "type.googleapis.com/google.rpc.BadRequest"

QUOTA_FIRST_S: Final = 60.0
SERVER_FIRST_S: Final = 10.0
STOPPED_S: Final = 60.0
_THIRD_PARTY: Final = frozenset({"THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR"})
_FCM_CODES: Final = _THIRD_PARTY | {
    "INVALID_ARGUMENT",
    "UNREGISTERED",
    "SENDER_ID_MISMATCH",
    "QUOTA_EXCEEDED",
}


class _Violation(Struct, frozen=True):
    field: str = ""


class _Detail(Struct, frozen=True):
    type: str = msgspec.field(default="", name="@type")
    error_code: str = msgspec.field(default="", name="errorCode")
    violations: list[_Violation] = msgspec.field(default_factory=list, name="fieldViolations")


class _Error(Struct, frozen=True):
    status: str = ""
    message: str = ""
    details: list[_Detail] = []

    @property
    def code(self) -> str:
        """FCM's own code; where the detail is missing, a status that only FCM uses."""
        for detail in self.details:
            if detail.type == _FCM_ERROR and detail.error_code:
                return detail.error_code
        is_fcm = self.status in _FCM_CODES and self.status != "INVALID_ARGUMENT"
        return self.status if is_fcm else ""

    @property
    def wrong_fields(self) -> list[str]:
        """The fields that `BadRequest` names, without their values; `?` for a nameless one."""
        return [
            violation.field or "?"
            for detail in self.details
            if detail.type == _BAD_REQUEST
            for violation in (detail.violations or [_Violation()])
        ]


class _Envelope(Struct, frozen=True):
    error: _Error


class _Accepted(Struct, frozen=True):
    name: str


_envelope = msgspec.json.Decoder(_Envelope)
_accepted = msgspec.json.Decoder(_Accepted)


def judge(message: PushMessage, answer: Answer, *, quota_strikes: int) -> PushResult:
    """Class an answer. `quota_strikes` is how many times in a row the quota was exceeded."""
    if answer.status == 200:
        return _taken(message, answer)
    error = _error_of(answer)
    if error is None and answer.status < 500 and answer.status not in (401, 403, 408, 429):
        # Not FCM's tongue at all, such as a 404 page: a wrong FCM_ENDPOINT or a proxy.
        return stopped(message, f"not_fcm_http_{answer.status}")
    error = error or _Error()
    match answer.status:
        case 400:
            return _bad_request(message, error)
        case 401 | 403:
            return _unauthorised(message, answer.status, error)
        case 404:
            return _not_found(message, error)
        case 429:
            pause_s = answer.retry_after_s or backoff_s(QUOTA_FIRST_S, quota_strikes)
            return retry(message, "quota_exceeded", pause_s, pause_project_s=pause_s)
        case 408:
            return retry(message, "http_408", backoff_s(SERVER_FIRST_S, message.attempt))
        case status if status >= 500:
            wait_s = answer.retry_after_s or backoff_s(SERVER_FIRST_S, message.attempt)
            return retry(message, (error.status or f"http_{status}").lower(), wait_s)
        case status:
            return dropped(message, f"http_{status}")


def is_stale_token(answer: Answer) -> bool:
    """Was it our access token that was refused, and not FCM's own key for APNs or Web Push?"""
    if answer.status != 401:
        return False
    error = _error_of(answer)
    return error is None or error.code not in _THIRD_PARTY


def retry(
    message: PushMessage, reason: str, after_s: float, *, pause_project_s: float | None = None
) -> PushResult:
    return PushResult(
        delivery_id=message.delivery_id,
        outcome="retry",
        reason=reason,
        retry_after_s=after_s,
        pause_project_s=pause_project_s,
    )


def stopped(message: PushMessage, reason: str, *, platform_only: bool = False) -> PushResult:
    return PushResult(
        delivery_id=message.delivery_id,
        outcome="stop_line",
        reason=reason,
        retry_after_s=STOPPED_S,
        pause_project_s=None if platform_only else STOPPED_S,
        alarm=True,
    )


def dropped(message: PushMessage, reason: str) -> PushResult:
    """Our own bug: this message cannot be sent by anyone."""
    return PushResult(
        delivery_id=message.delivery_id, outcome="drop_message", reason=reason, alarm=True
    )


def _taken(message: PushMessage, answer: Answer) -> PushResult:
    try:
        name = _accepted.decode(answer.body).name
    except msgspec.DecodeError:
        # A captive portal says 200 to everything. It has not told the parent.
        return retry(message, "bad_answer", backoff_s(SERVER_FIRST_S, message.attempt))
    return PushResult(
        delivery_id=message.delivery_id, outcome="sent", reason="accepted", provider_id=name
    )


def _bad_request(message: PushMessage, error: _Error) -> PushResult:
    wrong = [field for field in error.wrong_fields if field != "message.token"]
    if wrong:
        return dropped(message, f"bad_request:{wrong[0]}"[:120])
    if "too big" in error.message:
        return dropped(message, "too_big")
    if error.code == "INVALID_ARGUMENT":
        return _token_gone(message, "invalid_token", alarm=False)
    return dropped(message, "invalid_argument")


def _unauthorised(message: PushMessage, status: int, error: _Error) -> PushResult:
    if error.code == "SENDER_ID_MISMATCH":
        return _token_gone(message, "sender_id_mismatch", alarm=True)
    if error.code in _THIRD_PARTY:
        # Apple's or the browsers' key in the Firebase project is bad: the others still work.
        return stopped(message, f"third_party_auth:{message.platform}", platform_only=True)
    return stopped(message, "unauthenticated" if status == 401 else "permission_denied")


def _not_found(message: PushMessage, error: _Error) -> PushResult:
    if error.code == "UNREGISTERED":
        return _token_gone(message, "unregistered", alarm=False)
    return dropped(message, "not_found")


def _token_gone(message: PushMessage, reason: str, *, alarm: bool) -> PushResult:
    return PushResult(
        delivery_id=message.delivery_id, outcome="drop_token", reason=reason, alarm=alarm
    )


def _error_of(answer: Answer) -> _Error | None:
    try:
        return _envelope.decode(answer.body).error
    except msgspec.DecodeError:
        return None
