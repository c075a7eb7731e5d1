"""Sending: claims deliveries by lease, hands them to the channels, settles what came of it."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from app import db
from app.consents.queries import named_in_push
from app.kinds import DIGEST
from app.tasks import end
from notifications import deliveries
from notifications.channels.base import ForBrowser, PushMessage, PushResult, PushSender
from notifications.metrics import MinuteCounts
from notifications.model import Channel, Claimed, Settlement, Told, settlement
from notifications.text_alerts import TextAlerts
from notifications.texts import KINDS, UnknownKind, render_push

BATCH: Final = 500
LEASE_S: Final = 20.0
# A job must end well within its arq timeout; what is left has its bell rung again.
_DRAIN_S: Final = 20.0
MAX_ATTEMPTS: Final = 12
_CHANNELS: Final[tuple[Channel, ...]] = ("fcm", "web", "sms")

_log = structlog.get_logger(__name__)


class SendDesk:
    """Sends what is due. A channel without a sender fails its deliveries as `not_configured`."""

    def __init__(
        self,
        pool: db.Pool,
        senders: Mapping[Channel, PushSender],
        *,
        texts: TextAlerts | None = None,
        lease_s: float = LEASE_S,
    ) -> None:
        self.counts = MinuteCounts("worker")
        self.is_stopping = False
        self.pool = pool
        self._senders = senders
        self._texts = texts
        self._lease_s = lease_s
        self._paused_until: dict[Channel, float] = {}

    async def drain(self, bucket: int) -> None:
        """Send the bucket's due deliveries until there are none."""
        until = monotonic() + _DRAIN_S
        while not self.is_stopping and monotonic() < until:
            channels = self._open_channels()
            if not channels:
                return
            async with self.pool.acquire() as conn:
                claimed = await deliveries.claim(
                    conn, bucket=bucket, channels=channels, limit=BATCH, lease_s=self._lease_s
                )
            await self._send_all(claimed)
            if len(claimed) < BATCH:
                return

    async def is_due(self, bucket: int) -> bool:
        """Whether the bucket holds something that could be sent now."""
        channels = self._open_channels()
        async with self.pool.acquire() as conn:
            return await deliveries.is_due(conn, bucket=bucket, channels=channels)

    def _open_channels(self) -> list[Channel]:
        """Those that are not on hold: a claim would only use up attempts."""
        now = monotonic()
        return [each for each in _CHANNELS if self._paused_until.get(each, 0.0) <= now]

    async def _send_all(self, claimed: Sequence[Claimed]) -> None:
        by_channel: dict[Channel, list[Claimed]] = defaultdict(list)
        for delivery in claimed:
            by_channel[delivery.channel].append(delivery)
        async with asyncio.TaskGroup() as group:
            for channel, some in by_channel.items():
                group.create_task(self._send(channel, some))

    async def _send(self, channel: Channel, claimed: Sequence[Claimed]) -> None:
        if channel == "sms" and self._texts is not None:
            await self._send_texts(self._texts, claimed)
            return
        settled: list[Settlement] = []
        messages: list[PushMessage] = []
        sending: list[Claimed] = []
        browsers = await self._browsers(claimed) if channel == "web" else {}
        counts = await self._digest_counts(claimed)
        for delivery in claimed:
            to, news = browsers.get(delivery.id), counts.get(delivery.id)
            made = _message(delivery, to, news) if channel in self._senders else "not_configured"
            if isinstance(made, PushMessage):
                messages.append(made)
                sending.append(delivery)
            else:
                settled.append(_unsent(delivery, made))
        # At once: what is never sent must not wait for what is.
        await self._settle(settled)
        if not messages:
            return
        async with self._lease_kept(sending):
            results = await self._senders[channel].send(messages)
        await self._conclude(channel, sending, results)

    async def _send_texts(self, texts: TextAlerts, claimed: Sequence[Claimed]) -> None:
        async with self._lease_kept(claimed):
            pause_s = await texts.send(claimed, settle=self._settle)
        if pause_s:
            self._paused_until["sms"] = monotonic() + pause_s

    async def _digest_counts(self, claimed: Sequence[Claimed]) -> dict[UUID, int]:
        digests = [each for each in claimed if each.kind == DIGEST]
        if not digests:
            return {}
        async with self.pool.acquire() as conn:
            return await deliveries.digest_counts(conn, digests)

    async def _browsers(self, claimed: Sequence[Claimed]) -> dict[UUID, ForBrowser]:
        """By delivery: the subscription's keys, and the news with its names where they may travel.

        Asked now, as the custody block is: a consent may have been withdrawn since.
        """
        async with self.pool.acquire() as conn:
            told = {each.delivery_id: each for each in await deliveries.told(conn, claimed)}
            pairs = {(each.account_id, each.school_id, each.student_id) for each in told.values()}
            named = await named_in_push(conn, sorted(pairs))
        return {
            each.id: _browser(each.p256dh, each.auth, told.get(each.id), named)
            for each in claimed
            if each.p256dh and each.auth
        }

    async def _conclude(
        self, channel: Channel, sent: Sequence[Claimed], results: Sequence[PushResult]
    ) -> None:
        settled = [settle(one, result) for one, result in zip(sent, results, strict=True)]
        pause_s = max((result.pause_project_s or 0.0 for result in results), default=0.0)
        if pause_s:
            self._paused_until[channel] = monotonic() + pause_s
        await self._settle(settled)
        gone = [
            (delivery, result.reason)
            for delivery, result in zip(sent, results, strict=True)
            if result.outcome == "drop_token"
        ]
        if gone:
            async with self.pool.acquire() as conn:
                await deliveries.disable_tokens(conn, gone)
        _say(channel, results)

    async def _settle(self, settled: Sequence[Settlement]) -> None:
        if not settled:
            return
        async with self.pool.acquire() as conn:
            await deliveries.settle(conn, settled)
        for state, number in Counter(each.state for each in settled).items():
            self.counts.add("retried" if state == "queued" else state, number)

    @contextlib.asynccontextmanager
    async def _lease_kept(self, claimed: Sequence[Claimed]) -> AsyncIterator[None]:
        """Prolong the lease while a slow provider answers, so that nobody else sends the same."""
        task = asyncio.create_task(self._prolong(claimed))
        try:
            yield
        finally:
            await end([task])

    async def _prolong(self, claimed: Sequence[Claimed]) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            async with self.pool.acquire() as conn:
                await deliveries.prolong(conn, claimed, lease_s=self._lease_s)


def settle(delivery: Claimed, result: PushResult) -> Settlement:
    """What the sender's answer makes of the delivery."""
    wait_s = result.retry_after_s or 0.0
    match result.outcome:
        case "sent":
            return settlement(delivery, "sent", result.reason, provider_id=result.provider_id)
        case "drop_message":
            return settlement(delivery, "dead", result.reason)
        case "drop_token":
            return settlement(delivery, "failed", result.reason)
        case _ if wait_s >= delivery.left_s:
            return settlement(delivery, "dead", f"expired:{result.reason}"[:200])
        case "stop_line":
            # It is not the message's fault: the attempt is given back.
            return settlement(delivery, "queued", result.reason, wait_s=wait_s, attempts=-1)
        case "retry" if delivery.attempts >= MAX_ATTEMPTS:
            return settlement(delivery, "dead", f"gave_up:{result.reason}"[:200])
        case "retry":
            return settlement(delivery, "queued", result.reason, wait_s=wait_s)


def _browser(
    p256dh: str, auth: str, told: Told | None, named: Collection[tuple[UUID, int, UUID]]
) -> ForBrowser:
    if told is None:
        return ForBrowser(p256dh=p256dh, auth=auth)
    may_name = (told.account_id, told.school_id, told.student_id) in named
    return ForBrowser(
        p256dh=p256dh,
        auth=auth,
        student_id=str(told.student_id),
        named=(told.title, told.body) if may_name else None,
    )


def _message(delivery: Claimed, browser: ForBrowser | None, news: int | None) -> PushMessage | str:
    """The message, or the reason why there is none. `news`: how many a digest stands for."""
    if delivery.is_blocked:
        return "custody_block"
    if delivery.is_replaced:
        return "replaced"
    if news == 0:
        return "nothing_new"
    if delivery.left_s <= 0:
        return "expired"
    if delivery.token is None or delivery.platform is None or delivery.locale is None:
        return "no_token"
    try:
        text = render_push(delivery.kind, delivery.locale, count=news)
    except UnknownKind:
        return "no_push_text"
    return PushMessage(
        delivery_id=str(delivery.id),
        token=delivery.token,
        platform=delivery.platform,
        kind=delivery.kind,
        notification_id=str(delivery.inbox_id),
        title=text.title,
        body=text.body,
        urgent=delivery.is_urgent or KINDS[delivery.kind].urgent,
        is_alarm=KINDS[delivery.kind].tone == "alarm",
        ttl_s=max(1, int(delivery.left_s)),
        attempt=delivery.attempts,
        replaces_id=str(delivery.screen_id) if delivery.screen_id else None,
        browser=browser,
    )


_UNNEEDED: Final = frozenset({"replaced", "nothing_new"})


def _unsent(delivery: Claimed, reason: str) -> Settlement:
    if reason in _UNNEEDED:
        return settlement(delivery, "unneeded", reason)
    is_dead = reason in ("expired", "no_push_text")
    return settlement(delivery, "dead" if is_dead else "failed", reason)


def _say(channel: Channel, results: Sequence[PushResult]) -> None:
    """One line a batch, by reason: an outage must not fill the disk with messages."""
    reasons = Counter(result.reason for result in results if result.outcome != "sent")
    if not reasons:
        return
    has_alarm = any(result.alarm for result in results)
    say = _log.error if has_alarm else _log.warning
    say("push.not_sent", channel=channel, reasons=dict(reasons), alarm=has_alarm)
