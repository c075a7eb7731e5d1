"""The relay: takes facts out of the outbox and tells them to the inboxes, exactly once.

One transaction a batch, from the claim to the deletion: whoever dies in it leaves everything to
the next relay. Any number of relays may run.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from app import db
from app.kinds import NEWS
from app.settings import Settings
from notifications import bells, queries, thread_queries
from notifications.bells import Bells
from notifications.compose import (
    Audience,
    Batch,
    by_account,
    by_outbox_id,
    compose,
    failure_of,
    replaced_event,
)
from notifications.metrics import MinuteCounts
from notifications.model import OutboxRow, Recipient, Shown
from notifications.process import guarded, is_set_within, run_until_stopped, utc_now
from notifications.rules import BUCKETS
from notifications.thread_queries import thread_of

BATCH: Final = 500
_POLL_S: Final = 0.1
_SWEEP_S: Final = 1.0
_PAUSE_S: Final = 1.0
_WAIT_FOR_REPLACED_S: Final = 0.2

_log = structlog.get_logger(__name__)


class Relay:
    """Tells what is due; `bells` may be None where nobody listens."""

    def __init__(
        self, pool: db.Pool, ringer: Bells | None = None, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.counts = MinuteCounts("relay")
        self._pool = pool
        self._bells = ringer
        self._clock = clock

    async def relay_due(self, *, limit: int = BATCH) -> int:
        """Tell up to `limit` due rows; how many were taken up, whatever became of them."""
        claimed: list[OutboxRow] = []
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                claimed = await queries.claim_due(conn, limit=limit)
                told = await self._tell(conn, claimed) if claimed else None
        except Exception as error:
            if db.is_away(error) or db.is_lost_race(error) or not claimed:
                raise
            # One row poisons the statement for all: alone, only it fails.
            _log.warning("relay.row_by_row", rows=len(claimed), error=type(error).__name__)
            for row in claimed:
                await self._relay_alone(row)
        else:
            self._ring(told)
        return len(claimed)

    async def ring_due_buckets(self) -> None:
        """Ring again for deliveries that are due: their bell was lost, or they are retried."""
        async with self._pool.acquire() as conn:
            buckets = await queries.due_buckets(conn, buckets=BUCKETS)
        if self._bells:
            self._bells.ring(buckets=buckets)

    async def _relay_alone(self, row: OutboxRow) -> None:
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                claimed = await queries.claim_one(conn, school_id=row.school_id, outbox_id=row.id)
                told = await self._tell(conn, claimed) if claimed else None
        except Exception as error:
            if db.is_away(error) or db.is_lost_race(error):
                raise
            failure = failure_of(row, type(error).__name__)
            async with self._pool.acquire() as conn:
                await queries.set_aside(conn, [failure])
            self._count_failed([failure.dead_reason])
            # The whole trace once, not with each attempt.
            say = _log.error if row.attempts else _log.exception
            say("relay.row_failed", outbox_id=str(row.id), error=type(error).__name__)
        else:
            self._ring(told)

    async def _tell(self, conn: db.Conn, rows: Sequence[OutboxRow]) -> tuple[set[UUID], list[int]]:
        """Write what the rows become; the accounts and the buckets to ring for afterwards."""
        # By id, which is by time: what is replaced comes before what replaces it.
        rows = sorted(rows, key=lambda row: row.id)
        audience = await self._audience(conn, rows)
        batch = compose(rows, audience, now=self._clock())
        written = await queries.write(conn, items=batch.items, pushes=batch.pushes, done=batch.done)
        if batch.waiting:
            await queries.put_off(conn, batch.waiting, wait_s=_WAIT_FOR_REPLACED_S)
        if batch.failed:
            await queries.set_aside(conn, batch.failed)
        self._count(batch, written.items_written, written.deliveries)
        return {item.account_id for item in batch.items}, written.buckets

    async def _audience(self, conn: db.Conn, rows: Sequence[OutboxRow]) -> Audience:
        threads = {row.id: thread for row in rows if (thread := thread_of(row)) is not None}
        told = await queries.recipients(
            conn, [row for row in rows if row.account_id is None and row.id not in threads]
        )
        if threads:
            told += await thread_queries.hearers(conn, rows, threads, now=self._clock())
        if addressed := [row for row in rows if row.account_id is not None]:
            told += await queries.addressees(conn, addressed, now=self._clock())
        accounts = list({recipient.account_id for recipient in told})
        choosable = [row.kind for row in rows if row.kind in NEWS and not NEWS[row.kind].is_safety]
        replacing = [row for row in rows if replaced_event(row)]
        waiting = await queries.waiting(conn, rows) if replacing else frozenset[UUID]()
        return Audience(
            recipients=by_outbox_id(told),
            ways=by_account(await queries.ways(conn, account_ids=accounts)),
            switched_off=await queries.switched_off(conn, account_ids=accounts, kinds=choosable)
            if choosable
            else {},
            choices=await queries.alert_choices(conn, account_ids=accounts) if choosable else {},
            shown=await _shown(conn, replacing, told),
            waiting=waiting,
        )

    def _ring(self, told: tuple[set[UUID], list[int]] | None) -> None:
        if told and self._bells:
            self._bells.ring(accounts=told[0], buckets=told[1])

    def _count(self, batch: Batch, items: int, deliveries: int) -> None:
        self.counts.add("rows", len(batch.done))
        self.counts.add("items", items)
        self.counts.add("deliveries", deliveries)
        self.counts.add("waiting", len(batch.waiting))
        if batch.done:
            self.counts.highest("oldest_ms", max(row.age_ms for row in batch.done))
        if batch.failed:
            self._count_failed([failure.dead_reason for failure in batch.failed])
            ids = [str(failure.id) for failure in batch.failed]
            _log.error("relay.not_renderable", outbox_ids=ids[:20], rows=len(ids))

    def _count_failed(self, reasons: Sequence[str | None]) -> None:
        self.counts.add("failed", len(reasons))
        self.counts.add("dead", sum(reason is not None for reason in reasons))


async def _shown(
    conn: db.Conn, replacing: Sequence[OutboxRow], told: Sequence[Recipient]
) -> dict[tuple[UUID, UUID], Shown]:
    if not replacing:
        return {}
    ids = {row.id for row in replacing}
    events = {event for row in replacing if (event := replaced_event(row))}
    found = await queries.shown(
        conn,
        account_ids=list({each.account_id for each in told if each.outbox_id in ids}),
        event_ids=list(events),
        days=list({row.day for row in replacing}),
    )
    return {(item.account_id, item.event_id): item for item in found}


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Relay until `stop` is set. A PostgreSQL or Valkey that is away is waited for."""
    pool = await db.create_pool(settings.require_database_url(), role=db.RELAY_ROLE, size=3)
    ringer = Bells(bells.connect(settings))
    relay = Relay(pool, ringer)
    _log.info("relay.started")
    try:
        await guarded(
            _relay_until(stop, relay),
            _sweep(relay),
            ringer.run(),
            relay.counts.say_each_minute(),
        )
    finally:
        await ringer.close()
        await pool.close()
        relay.counts.say()


async def _relay_until(stop: asyncio.Event, relay: Relay) -> None:
    is_away = False
    while not stop.is_set():
        try:
            taken = await relay.relay_due()
        except Exception as error:
            if not db.is_away(error) and not db.is_lost_race(error):
                _log.exception("relay.bug")
            elif not is_away:
                _log.warning("relay.postgres_away", error=type(error).__name__)
            is_away = True
            await is_set_within(stop, _PAUSE_S)
            continue
        if is_away:
            _log.info("relay.goes_on")
        is_away = False
        if taken < BATCH:
            await is_set_within(stop, _POLL_S)


async def _sweep(relay: Relay) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await relay.ring_due_buckets()
        except Exception as error:
            if not db.is_away(error):
                _log.exception("relay.bug")


def main(settings: Settings) -> None:
    """Relay until SIGTERM or Ctrl-C."""
    run_until_stopped(lambda stop: run(settings, stop))
