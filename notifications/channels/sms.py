"""Text messages: eSMS.vn's REST service, the console in the demo, or nobody.

eSMS.vn, `SendMultipleMessage_V4_post_json`: developers.esms.vn, "Send OTP/Customer care message"
and "Table of error codes".
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

import aiohttp
import msgspec
import structlog
import yarl

from app.phones import mask
from app.settings import BadSettings, Settings
from notifications.channels.base import SmsResult, SmsSender, backoff_s
from notifications.channels.http import answer_bytes, base_url, new_session, retry_after_s

ESMS_URL: Final = "https://rest.esms.vn"
_PATH: Final = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
_CUSTOMER_CARE: Final = "2"
_REQUEST_ID_MAX: Final = 50
_STOPPED_S: Final = 300.0
_FIRST_S: Final = 5.0

# What eSMS calls an error is mostly an account that must be mended by a person: no text will go
# out until then, and none of them is to blame.
_ACCOUNT_CODES: Final = {
    "101": "bad_api_key",
    "102": "no_price_list",
    "103": "no_balance",
    "104": "unknown_brandname",
    "140": "ip_not_allowed",
}
_OUR_FAULT_CODES: Final = {
    "118": "unsupported_type",
    "146": "template_not_registered",
    "177": "network_not_registered",
    "300": "missing_type",
}

_log = structlog.get_logger(__name__)


class NullSms:
    """No provider is set up: every text fails with the reason, none is swallowed."""

    name = "null"

    async def send(self, phone_e164: str, text: str, *, idempotency_key: str) -> SmsResult:
        return SmsResult(outcome="drop_message", reason="sms_not_configured", alarm=True)

    async def close(self) -> None:
        pass


class ConsoleSms:
    """The demo's phone: the text, one-time codes and all, goes to the log of the terminal."""

    name = "console"

    async def send(self, phone_e164: str, text: str, *, idempotency_key: str) -> SmsResult:
        _log.info("demo_sms", to=mask(phone_e164), text=text)
        return SmsResult(outcome="sent", reason="console", provider_id=idempotency_key)

    async def close(self) -> None:
        pass


class EsmsSender:
    """Sends under the school authority's registered brand name, as customer care (`SmsType` 2)."""

    name = "esms"

    def __init__(
        self,
        url: str,
        *,
        api_key: str,
        secret_key: str,
        brandname: str,
        timeout_s: float = 10.0,
        connections: int = 10,
    ) -> None:
        """Raises ValueError: `url` is no base URL."""
        self._url = yarl.URL(base_url(url) + _PATH, encoded=True)
        self._keys = {"ApiKey": api_key, "SecretKey": secret_key, "Brandname": brandname}
        self._timeout_s = timeout_s
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def send(self, phone_e164: str, text: str, *, idempotency_key: str) -> SmsResult:
        """Send one text. Never raises for a message.

        eSMS refuses a known `RequestId` for 24 hours: that refusal is our message, sent before.
        """
        body = {
            **self._keys,
            "SmsType": _CUSTOMER_CARE,
            "Phone": _as_dialled(phone_e164),
            "Content": text,
            # Without the flag the diacritics are lost on the way.
            "IsUnicode": "0" if text.isascii() else "1",
            "RequestId": _request_id(idempotency_key),
        }
        try:
            return await self._post(msgspec.json.encode(body))
        except aiohttp.ClientConnectorError:
            return _again("no_connection", None)  # nothing has left this machine
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = "timeout" if isinstance(error, TimeoutError) else "connection"
            return _again(reason, None)

    async def close(self) -> None:
        """Close the connections. A later `send` opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, body: bytes) -> SmsResult:
        if self._session is None:
            self._session = new_session(
                str(self._url), connections=self._connections, timeout_s=self._timeout_s
            )
        async with self._session.post(
            self._url,
            data=body,
            headers={"Content-Type": "application/json"},
            allow_redirects=False,
        ) as response:
            advice = retry_after_s(response.headers.get("Retry-After"), now=datetime.now(UTC))
            return judge(response.status, await answer_bytes(response), retry_after=advice)


class _Answer(msgspec.Struct, frozen=True):
    code: str | int = msgspec.field(name="CodeResult")
    sms_id: str | None = msgspec.field(default=None, name="SMSID")


_answer = msgspec.json.Decoder(_Answer)


def judge(status: int, body: bytes, *, retry_after: float | None) -> SmsResult:
    """Class an answer of eSMS. `retry_after` is in seconds, None without advice."""
    if status in (408, 429) or status >= 500:
        return _again(f"http_{status}", retry_after)
    if status != 200:
        return _stopped(f"http_{status}")
    try:
        answer = _answer.decode(body)
    except msgspec.DecodeError:
        return _again("bad_answer", retry_after)
    code = str(answer.code)
    if code == "100":
        return SmsResult(outcome="sent", reason="accepted", provider_id=answer.sms_id)
    if code == "124":
        return SmsResult(outcome="sent", reason="accepted_before", provider_id=answer.sms_id)
    if code in _ACCOUNT_CODES:
        return _stopped(_ACCOUNT_CODES[code])
    if code == "108":
        return SmsResult(outcome="drop_message", reason="bad_phone")
    if code == "99":
        # Documented both as a blocked number and as an unknown fault: the attempts decide.
        return _again("esms_99", retry_after)
    reason = _OUR_FAULT_CODES.get(code, f"esms_{code}"[:40])
    return SmsResult(outcome="drop_message", reason=reason, alarm=True)


def sms_sender(settings: Settings) -> SmsSender:
    """The sender that the settings ask for. The demo never sends a real text.

    Raises:
        BadSettings: `SMS_*` is half set, or `SMS_BASE_URL` is no URL.
    """
    if settings.demo:
        return ConsoleSms()
    needed = {
        "SMS_API_KEY": settings.sms_api_key,
        "SMS_SECRET_KEY": settings.sms_secret_key,
        "SMS_BRANDNAME": settings.sms_brandname,
    }
    missing = [name for name, value in needed.items() if not value]
    if len(missing) == len(needed) and not settings.sms_base_url:
        return NullSms()
    if missing:
        raise BadSettings(f"{missing[0]}: is not set, but other SMS_* settings are")
    try:
        return EsmsSender(
            settings.sms_base_url or ESMS_URL,
            api_key=settings.sms_api_key or "",
            secret_key=settings.sms_secret_key or "",
            brandname=settings.sms_brandname or "",
        )
    except ValueError as error:
        raise BadSettings(f"SMS_BASE_URL: {error}") from None


def _again(reason: str, retry_after: float | None) -> SmsResult:
    return SmsResult(
        outcome="retry", reason=reason, retry_after_s=retry_after or backoff_s(_FIRST_S, 1)
    )


def _stopped(reason: str) -> SmsResult:
    return SmsResult(outcome="stop_line", reason=reason, retry_after_s=_STOPPED_S, alarm=True)


def _as_dialled(phone_e164: str) -> str:
    """eSMS takes a Vietnamese number as it is dialled at home."""
    return "0" + phone_e164[3:] if phone_e164.startswith("+84") else phone_e164.lstrip("+")


def _request_id(key: str) -> str:
    if len(key) <= _REQUEST_ID_MAX:
        return key
    return hashlib.sha256(key.encode()).hexdigest()[:_REQUEST_ID_MAX]
