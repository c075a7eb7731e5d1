"""An absence by text message, where nobody of the account has seen it on any phone in time.

It costs money and a repeat frightens. So it goes out once: the delivery is the provider's key for
the text. Where a provider knows no keys, at most twice: a try counts when its end is unknown, as
after a kill or a lost answer, and there are two (docs/decisions/0040).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from app import db
from app.crypto import Undecryptable, Vault
from app.identity.accounts import PHONE_PURPOSE
from notifications import text_queries as queries
from notifications.channels.base import SmsResult, SmsSender
from notifications.fillers import BadParameter
from notifications.model import Claimed, Settled, Settlement, settlement
from notifications.text_queries import Facts
from notifications.texts import render_sms

MAX_TRIES: Final = 2
_AT_ONCE: Final = 10
# The provider has surely not taken the text: that costs no try.
_NOT_TAKEN: Final = ("http_", "no_connection", "esms_99")
_UNNEEDED: Final = frozenset({"acknowledged", "replaced", "not_told"})
_DEAD: Final = frozenset({"expired", "unsure", "bad_data"})

_log = structlog.get_logger(__name__)

Settle = Callable[[Sequence[Settlement]], Awaitable[None]]


class Text(Struct, frozen=True, kw_only=True):
    """What goes to the carrier. Never log it."""

    phone: str
    body: str

    def __repr__(self) -> str:
        return "Text(hidden)"


class TextAlerts:
    """Sends claimed deliveries of the channel `sms`, within their schools' budgets."""

    def __init__(self, pool: db.Pool, vault: Vault, sender: SmsSender) -> None:
        self._pool = pool
        self._vault = vault
        self._sender = sender

    async def send(self, claimed: Sequence[Claimed], *, settle: Settle) -> float:
        """Send what is still needed; each is settled as soon as its end is known.

        For so many seconds from now the provider takes nothing; 0: it does.
        """
        async with self._pool.acquire() as conn:
            facts = {each.delivery_id: each for each in await queries.facts(conn, claimed)}
        texts: dict[UUID, Text] = {}
        unsent: list[Settlement] = []
        for delivery in claimed:
            made = self._text(delivery, facts.get(delivery.id))
            if isinstance(made, Text):
                texts[delivery.id] = made
            else:
                unsent.append(settlement(delivery, _state_of(made), made))
        async with db.transaction(self._pool) as conn:
            paid = await queries.take_budget(conn, [each for each in claimed if each.id in texts])
        unsent += [
            settlement(each, "failed", "over_budget")
            for each in claimed
            if each.id in texts and each.id not in paid
        ]
        await settle(unsent)
        going = [(each, texts[each.id]) for each in claimed if each.id in paid]
        results = await self._send_all(going, settle)
        _say(results, [each.reason for each in unsent])
        return max((_pause_s(each) for each in results), default=0.0)

    async def close(self) -> None:
        await self._sender.close()

    async def _send_all(
        self, going: Sequence[tuple[Claimed, Text]], settle: Settle
    ) -> list[SmsResult]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(delivery: Claimed, text: Text) -> SmsResult:
            async with slots:
                key = str(delivery.id)
                result = await self._sender.send(text.phone, text.body, idempotency_key=key)
                # Not with the others: what is settled cannot go out a second time.
                await settle([conclude(delivery, result)])
                return result

        return await asyncio.gather(*(one(delivery, text) for delivery, text in going))

    def _text(self, delivery: Claimed, facts: Facts | None) -> Text | str:
        """The message, or the reason why there is none."""
        refusal = _refusal(delivery, facts)
        if refusal or facts is None or facts.phone_sealed is None:
            return refusal or "no_phone"
        try:
            phone = self._vault.open(facts.phone_sealed, purpose=PHONE_PURPOSE)
            several = facts.children > 1
            given_name = facts.data.get("given_name") if several else None
            params = {"at": facts.data.get("at"), "given_name": given_name}
            return Text(phone=phone, body=render_sms(delivery.kind, facts.locale, params).body)
        except Undecryptable:
            return "phone_unreadable"
        except (BadParameter, LookupError):
            return "bad_data"


def _refusal(delivery: Claimed, facts: Facts | None) -> str | None:
    if delivery.is_blocked:
        return "custody_block"
    if delivery.is_replaced or facts is None or facts.is_over:
        return "replaced"
    if facts.is_seen:
        return "acknowledged"
    if not facts.is_told:
        return "not_told"
    if delivery.attempts > MAX_TRIES:
        return "unsure"
    return "expired" if delivery.left_s <= 0 else None


def _state_of(reason: str) -> Settled:
    if reason in _UNNEEDED:
        return "unneeded"
    return "dead" if reason in _DEAD else "failed"


def conclude(delivery: Claimed, result: SmsResult) -> Settlement:
    """What the provider's answer makes of the delivery."""
    wait_s = result.retry_after_s or 0.0
    match result.outcome:
        case "sent":
            return settlement(delivery, "sent", result.reason, provider_id=result.provider_id)
        case "drop_message" if result.reason == "sms_not_configured":
            return settlement(delivery, "failed", result.reason)
        case "drop_message":
            return settlement(delivery, "dead", result.reason)
        case _ if wait_s >= delivery.left_s:
            return settlement(delivery, "dead", f"expired:{result.reason}"[:200])
        case "retry" if not _is_surely_not_taken(result):
            if delivery.attempts >= MAX_TRIES:
                return settlement(delivery, "dead", f"unsure:{result.reason}"[:200])
            return settlement(delivery, "queued", result.reason, wait_s=wait_s)
        case _:
            return settlement(delivery, "queued", result.reason, wait_s=wait_s, attempts=-1)


def _is_surely_not_taken(result: SmsResult) -> bool:
    return result.outcome == "stop_line" or result.reason.startswith(_NOT_TAKEN)


def _pause_s(result: SmsResult) -> float:
    """Who is away or takes nothing of us is not asked for each text anew."""
    if result.outcome not in ("retry", "stop_line") or not _is_surely_not_taken(result):
        return 0.0
    return result.retry_after_s or 0.0


def _say(results: Sequence[SmsResult], unsent: Collection[str]) -> None:
    """One line a batch, by reason."""
    reasons = Counter(each.reason for each in results if each.outcome != "sent")
    reasons.update(reason for reason in unsent if reason not in _UNNEEDED)
    if not reasons:
        return
    has_alarm = any(each.alarm for each in results)
    say = _log.error if has_alarm else _log.warning
    say("sms.not_sent", reasons=dict(reasons), alarm=has_alarm)
