"""One-time codes by SMS: sent at once, beside the queues: they are worthless in five minutes."""

import asyncio
from typing import Final

import structlog

from app.identity.metrics import CODES
from app.identity.otp import Code
from notifications.channels.base import SmsResult, SmsSender
from notifications.texts import render_sms

log = structlog.get_logger()

_ATTEMPTS: Final = 3
# Longer is no use: the user has asked for a new code by then.
_LONGEST_WAIT_S: Final = 20.0


class SmsCodes:
    """Brings codes to their phones through a sender of text messages."""

    def __init__(self, sender: SmsSender) -> None:
        self._sender = sender

    async def send(self, code: Code) -> None:
        """Send it. Never raises: what fails is logged and counted; the user asks again."""
        try:
            result = await self._try(code)
        except Exception:
            CODES.labels(code.purpose, "failed").inc()
            log.exception("auth.code_bug", challenge_id=str(code.challenge_id))
            return
        CODES.labels(code.purpose, "sent" if result.outcome == "sent" else "failed").inc()
        if result.outcome != "sent":
            log.error(
                "auth.code_not_sent",
                challenge_id=str(code.challenge_id),
                channel=self._sender.name,
                reason=result.reason,
            )

    async def close(self) -> None:
        await self._sender.close()

    async def _try(self, code: Code) -> SmsResult:
        params = {"code": code.code, "minutes": code.minutes}
        text = render_sms(f"otp_{code.purpose}", code.locale, params).body
        # The challenge is the message: a repeat after a lost answer does not arrive twice.
        key = str(code.challenge_id)
        result = await self._sender.send(code.phone, text, idempotency_key=key)
        for _ in range(_ATTEMPTS - 1):
            wait_s = result.retry_after_s or 0.0
            if result.outcome != "retry" or wait_s > _LONGEST_WAIT_S:
                break
            await asyncio.sleep(wait_s)
            result = await self._sender.send(code.phone, text, idempotency_key=key)
        return result
