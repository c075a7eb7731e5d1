"""A gateway's webhook: verified, kept, answered. Nothing is made of it here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NoReturn, TypeGuard
from uuid import UUID

import structlog
from prometheus_client import Counter

from app import db
from app.crypto import Vault
from app.errors import AppError, Conflict, NotFound, Unauthenticated
from app.fees.receiving.gateway import NotSigned, PaymentGateway, RefusalReason
from app.fees.receiving.inbox import (
    Event,
    Kept,
    count_refusal,
    event_of,
    keep,
    keep_of_ended,
    keep_signed,
)
from app.fees.receiving.merchants import KnownMerchant, Merchants
from app.limits import Bucket, Limiter

MOST_BYTES: Final = 16_384
# By merchant and address: a stranger's forgeries stop nobody else's events, and only refusals pay.
REFUSED: Final = Bucket("webhook-refused", 60, 0.5)

_events = Counter(
    "ct_webhook_events_total", "Webhooks of gateways, by what became of them", ["what"]
)
_log = structlog.get_logger(__name__)


class NoSuchGateway(NotFound):
    """Không có kết nối ngân hàng này | There is no such merchant"""


class UnsignedWebhook(Unauthenticated):
    """Chữ ký của thông báo không đúng | The webhook's signature is not right"""


class StaleWebhook(Unauthenticated):
    """Thông báo quá cũ | The webhook was signed too long ago"""


class WebhookTooLarge(AppError):
    """Thông báo quá lớn | The webhook is too large"""

    status = 413


class WebhookDiffers(Conflict):
    """Thông báo này đã đến với nội dung khác | This event has come with another content before"""


_ERRORS: Final[dict[RefusalReason, type[AppError]]] = {
    "no_signature": UnsignedWebhook,
    "unreadable": UnsignedWebhook,
    "bad_signature": UnsignedWebhook,
    "stale": StaleWebhook,
    "too_large": WebhookTooLarge,
    "ended": NoSuchGateway,
    "differs": WebhookDiffers,
}


class WebhookDoor:
    """Where the events of all merchants come in, in one process."""

    def __init__(self, pool: db.Pool, vault: Vault, limiter: Limiter) -> None:
        self._pool, self._vault, self._limiter = pool, vault, limiter
        self._merchants = Merchants()

    async def receive(
        self,
        gateway: PaymentGateway,
        *,
        merchant_id: UUID,
        headers: Mapping[str, str],
        body: bytes,
        address: str,
        now: datetime,
    ) -> None:
        """Keep an event that the merchant's gateway has signed; again is well too.

        `headers` by their lower-case names; `body` may end where it is longer than `MOST_BYTES`.

        Raises:
            NoSuchGateway: no merchant of this gateway; or it is over, and has said enough today.
            UnsignedWebhook: no secret of now has signed these bytes.
            StaleWebhook: signed more than 5 minutes ago or ahead.
            WebhookTooLarge: longer than `MOST_BYTES`.
            WebhookDiffers: the event is there with another content; this one is kept apart.
            TooManyRequests: this address was refused too often.
        """
        known = self._merchants.remembered(merchant_id)
        if _is_live(known, gateway) and _refusal(gateway, known, headers, body, now) is None:
            event = event_of(gateway, body, source="webhook")
            if await self._keep_as_remembered(known, event, now):
                _events.labels("new").inc()
                return
        await self._receive_anew(gateway, merchant_id, headers, body, address, now)

    async def _receive_anew(
        self,
        gateway: PaymentGateway,
        merchant_id: UUID,
        headers: Mapping[str, str],
        body: bytes,
        address: str,
        now: datetime,
    ) -> None:
        """Against the merchant as it is now: before any refusal, and for what is there already."""
        known = await self._merchants.look_up(
            self._pool, vault=self._vault, merchant_id=merchant_id
        )
        if known is None or known.provider != gateway.provider:
            await self._limiter.take(REFUSED, f"unknown:{address}")
            _events.labels("unknown_merchant").inc()
            _log.warning("webhook.unknown_merchant", merchant_id=str(merchant_id))
            raise NoSuchGateway
        reason = _refusal(gateway, known, headers, body, now)
        if reason is not None:
            await self._refuse(known, reason, address, now)
        kept = await self._keep(known, event_of(gateway, body, source="webhook"), now)
        if kept is None:
            await self._refuse(known, "ended", address, now)
        _events.labels("late" if known.is_ended and kept == "new" else kept).inc()
        if kept == "differs":
            _log.warning("webhook.differs", school_id=known.school_id, merchant_id=str(known.id))
            raise WebhookDiffers

    async def _keep(self, known: KnownMerchant, event: Event, now: datetime) -> Kept | None:
        """Whose merchant is over: for a person to look at, as many a day as there is room for."""
        keeps = keep_of_ended if known.is_ended else keep
        async with db.transaction(self._pool, schools=[known.school_id]) as conn:
            return await keeps(
                conn,
                box=known.box,
                school_id=known.school_id,
                merchant_id=known.id,
                event=event,
                now=now,
            )

    async def _keep_as_remembered(self, known: KnownMerchant, event: Event, now: datetime) -> bool:
        """One statement; False: the event is there, or the merchant is not as remembered."""
        async with self._pool.acquire() as conn, db.scoped(conn, schools=[known.school_id]):
            return await keep_signed(conn, known=known, event=event, now=now)

    async def _refuse(
        self, known: KnownMerchant, reason: RefusalReason, address: str, now: datetime
    ) -> NoReturn:
        await self._limiter.take(REFUSED, f"{known.id}:{address}")
        async with db.transaction(self._pool, schools=[known.school_id]) as conn:
            await count_refusal(
                conn, school_id=known.school_id, merchant_id=known.id, reason=reason, now=now
            )
        _events.labels(reason).inc()
        _log.warning(
            "webhook.refused",
            school_id=known.school_id,
            merchant_id=str(known.id),
            reason=reason,
        )
        raise _ERRORS[reason]


def _is_live(known: KnownMerchant | None, gateway: PaymentGateway) -> TypeGuard[KnownMerchant]:
    return known is not None and not known.is_ended and known.provider == gateway.provider


def _refusal(
    gateway: PaymentGateway,
    known: KnownMerchant,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> RefusalReason | None:
    if len(body) > MOST_BYTES:
        return "too_large"
    try:
        gateway.verify(secrets=known.secrets(now), headers=headers, body=body, now=now)
    except NotSigned as refused:
        return refused.reason
    return None
