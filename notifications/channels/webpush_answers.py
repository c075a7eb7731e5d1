"""What an answer of a push service obliges us to (RFC 8030 §5, §8.4; RFC 8292 §4.2).

A service names no error but by its status, and what 400, 401 and 403 mean differs: our signature is
bad for all, or this one subscription was made with another key. Which, webpush_line.py finds out.
"""

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from notifications.channels.base import Outcome, PushMessage, PushResult, backoff_s
from notifications.channels.http import Answer

THROTTLED_FIRST_S: Final = 60.0
SERVER_FIRST_S: Final = 10.0
STOPPED_S: Final = 60.0
THROTTLED: Final = "throttled"

_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,40}")


class _Said(Struct, frozen=True):
    """Apple gives a `reason`, Mozilla an `errno`."""

    reason: str | None = None
    errno: int | None = None


_said = msgspec.json.Decoder(_Said)


def judge(message: PushMessage, answer: Answer) -> PushResult:
    """Class an answer. A refusal is `stop_line`: the line looks at whom it concerns."""
    match answer.status:
        case 200 | 201 | 202:
            return _result(message, "sent", "accepted")
        case 404 | 410:
            return token_gone(message, "gone")
        case 413:
            return dropped(message, "too_large")
        case 400 | 401 | 403:
            return stopped(message, f"refused_{answer.status}{_why(answer.body)}", alarm=True)
        case 406 | 429:  # Microsoft says 406
            wait_s = answer.retry_after_s or backoff_s(THROTTLED_FIRST_S, message.attempt)
            return retry(message, THROTTLED, wait_s)
        case status if status == 408 or status >= 500:
            wait_s = answer.retry_after_s or backoff_s(SERVER_FIRST_S, message.attempt)
            return retry(message, f"http_{status}", wait_s)
        case status:
            # Redirects too: what a service moves to is not on the list of services.
            return dropped(message, f"http_{status}")


def retry(message: PushMessage, reason: str, after_s: float) -> PushResult:
    return _result(message, "retry", reason, retry_after_s=after_s)


def stopped(
    message: PushMessage, reason: str, *, for_s: float = STOPPED_S, alarm: bool = False
) -> PushResult:
    """No `pause_project_s`: one service's trouble is not the others'."""
    return _result(message, "stop_line", reason, retry_after_s=for_s, alarm=alarm)


def dropped(message: PushMessage, reason: str) -> PushResult:
    """Our own fault: this message cannot be sent by anyone."""
    return _result(message, "drop_message", reason, alarm=True)


def token_gone(message: PushMessage, reason: str) -> PushResult:
    return _result(message, "drop_token", reason)


def _result(message: PushMessage, outcome: Outcome, reason: str, **more: Any) -> PushResult:
    return PushResult(delivery_id=message.delivery_id, outcome=outcome, reason=reason, **more)


def _why(body: bytes) -> str:
    try:
        said = _said.decode(body)
    except msgspec.DecodeError:
        return ""
    code = said.reason or str(said.errno or "")
    return f":{code}" if _CODE.fullmatch(code) else ""
