"""Where concurrent scans become one transaction.

Without a timer: while a flush runs, new requests queue; two flushers take what is there. A
caller's future resolves only after the commit, so an acknowledged scan is a stored scan.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram

from app import db
from app.attendance import queries
from app.attendance.checks import know_person, read_code
from app.attendance.clockwork import MAX_AGE
from app.attendance.decide import Ledger, PersonDay
from app.attendance.items import CardHolder, Item, Link
from app.attendance.leave.queries import exit_slips
from app.attendance.model import ScanResult
from app.attendance.plan import Plan, school_day
from app.attendance.showing import show
from app.attendance.writing import remember_clocks, write
from app.errors import Denied, Unavailable
from app.identity.tokens import BadAccessToken
from app.keys import KeyRing

log = structlog.get_logger()
SCANS = Counter("ct_scans", "Scans answered, by outcome", ["outcome"])
FLUSH_SCANS = Histogram(
    "ct_scan_flush_scans", "Scans in one transaction", buckets=[1, 2, 5, 10, 20, 50, 100, 200, 400]
)
FLUSH_SECONDS = Histogram("ct_scan_flush_seconds", "Seconds of one such transaction")

# Two of the largest requests. Less, and what a transaction costs by itself is paid more often.
MAX_FLUSH = 400
MAX_QUEUE = 20_000
_FLUSHERS = 2
# What PostgreSQL says of a value that cannot be stored: the scan's fault, not the hour's.
_BAD_DATA = ("22", "23")
_LOST_RACE = ("23505", "40001", "40P01")


class NotAScanner(Denied):
    """Chỉ nhân viên trường mới được quét thẻ | Only the school's staff may scan"""


@dataclass(slots=True)
class _Request:
    items: list[Item]
    future: "asyncio.Future[list[ScanResult]]"


class ScanDesk:
    """Takes scans, check-ins and marks, and answers when they are stored."""

    def __init__(self, pool: db.Pool, ring: KeyRing, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._ring = ring
        self._clock = clock
        self._queue: deque[_Request] = deque()
        self._queued = 0
        self._running: set[asyncio.Task[None]] = set()
        self._plans: dict[int, Plan] = {}

    async def submit(self, items: Sequence[Item]) -> list[ScanResult]:
        """The answers, in the order of the items, once all is committed.

        Raises:
            BadAccessToken: the sender's session is over.
            NotAScanner: the sender scans in no school.
            Unavailable: the database is away or too much is waiting; nothing is known to be
                stored, and sending the same again is safe.
        """
        if self._queued + len(items) > MAX_QUEUE:
            raise Unavailable
        future: asyncio.Future[list[ScanResult]] = asyncio.get_running_loop().create_future()
        self._queue.append(_Request(list(items), future))
        self._queued += len(items)
        if len(self._running) < _FLUSHERS:
            task = asyncio.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        results = await future
        outcomes = [result.outcome for result in results]
        for outcome in set(outcomes):
            _counter(outcome).inc(outcomes.count(outcome))
        return results

    async def require_scanner(self, session_id: UUID) -> None:
        """Refuse who may not scan at all; for a batch in which no scan can be read.

        Raises:
            BadAccessToken: the session is over.
            NotAScanner: the sender scans in no school.
        """
        async with self._pool.acquire() as conn:
            links = await queries.links_of_sessions(
                conn, session_ids=[session_id], now=self._clock()
            )
        if session_id not in links:
            raise BadAccessToken
        if not links[session_id].scanning_schools:
            raise NotAScanner

    async def _run(self) -> None:
        while self._queue:
            await self._flush(self._take())

    def _take(self) -> list[_Request]:
        batch: list[_Request] = []
        size = 0
        while self._queue and (not batch or size + len(self._queue[0].items) <= MAX_FLUSH):
            request = self._queue.popleft()
            size += len(request.items)
            batch.append(request)
        self._queued -= size
        return batch

    async def _flush(self, batch: list[_Request]) -> None:
        FLUSH_SCANS.observe(sum(len(request.items) for request in batch))
        try:
            with FLUSH_SECONDS.time():
                await self._process(batch)
        except Exception as error:
            if _is_away(error):
                log.warning("scans.database_away", error=type(error).__name__)
                for request in batch:
                    _fail(request, Unavailable())
            elif len(batch) > 1:
                log.warning("scans.flush_split", error=type(error).__name__, requests=len(batch))
                for request in batch:
                    await self._flush([request])
            else:
                await self._one_by_one(batch[0], error)

    async def _one_by_one(self, request: _Request, error: Exception) -> None:
        """A poison scan fails alone: the others of its request go through, the earliest first."""
        numbered = sorted(
            enumerate(request.items), key=lambda pair: (pair[1].scanned_at, pair[1].event_id)
        )
        try:
            answers = {position: await self._alone(item) for position, item in numbered}
            results = [answers[position] for position in range(len(request.items))]
        except Exception as final:
            if _is_away(final):
                log.warning("scans.database_away", error=type(final).__name__)
                _fail(request, Unavailable())
                return
            log.error("scans.bug", error=type(final).__name__, exc_info=final)
            _fail(request, final)
            return
        log.warning("scans.one_by_one", error=type(error).__name__, scans=len(results))
        _resolve(request, results)

    async def _alone(self, item: Item) -> ScanResult:
        for attempt in range(5):
            future: asyncio.Future[list[ScanResult]] = asyncio.get_running_loop().create_future()
            try:
                await self._process([_Request([item], future)])
            except db.PostgresError as error:
                sqlstate = error.sqlstate or ""
                if sqlstate in _LOST_RACE and attempt < 4:
                    continue
                if db.lacks_partition(error):
                    await self._make_partitions(item, attempt)
                    continue
                if sqlstate.startswith(_BAD_DATA) and sqlstate not in _LOST_RACE:
                    log.error("scans.poison", error=type(error).__name__, exc_info=error)
                    return ScanResult(event_id=item.event_id, outcome="invalid")
                raise
            return (await future)[0]
        raise Unavailable

    async def _make_partitions(self, item: Item, attempt: int) -> None:
        """The worker makes them in time; if it did not, that is no fault of the scan's.

        Raises:
            Unavailable: making them has not helped.
        """
        if attempt:
            raise Unavailable
        day = school_day(item.received_at)
        log.error("scans.no_partition", day=day.isoformat())
        async with self._pool.acquire() as conn:
            await queries.make_partitions(conn, from_day=day - MAX_AGE, to_day=day)

    async def _process(self, batch: list[_Request]) -> None:
        """One transaction for these requests; futures resolve after its commit."""
        async with self._pool.acquire() as conn:
            sessions = {item.session_id for request in batch for item in request.items}
            links = await queries.links_of_sessions(
                conn, session_ids=list(sessions), now=self._clock()
            )
            accepted = [request for request in batch if _is_accepted(request, links)]
            if not accepted:
                return
            items = [
                item
                for request in accepted
                for item in _begun(request, links[request.items[0].session_id])
            ]
            answers = await self._transact(conn, items, list(links.values()))
        position = 0
        for request in accepted:
            end = position + len(request.items)
            _resolve(request, [answers[i] for i in range(position, end)])
            position = end

    async def _transact(
        self, conn: db.Conn, items: list[Item], links: list[Link]
    ) -> dict[int, ScanResult]:
        schools = {role.school_id for link in links for role in link.roles}
        async with db.scoped(conn, schools=schools):
            plans = await self._current_plans(conn, links)
            for item in items:
                read_code(item, self._ring, plans)
            await _know_people(conn, items, plans)
            ledger = await _read_ledger(conn, items, plans)
            answers = ledger.decide_all(items)
            await write(conn, ledger)
            await remember_clocks(conn, items)
            await show(
                conn,
                ring=self._ring,
                items=items,
                answers=answers,
                plans=plans,
                slips=ledger.slips,
                now=self._clock(),
            )
        return answers

    async def _current_plans(self, conn: db.Conn, links: list[Link]) -> dict[int, Plan]:
        """The plans of the senders' schools, read again only when their version has moved."""
        plans: dict[int, Plan] = {}
        for role in itertools.chain.from_iterable(link.roles for link in links):
            held = self._plans.get(role.school_id)
            if held is None or held.version != role.plan_version:
                held = await queries.plan(conn, school_id=role.school_id)
                self._plans[role.school_id] = held
            plans[role.school_id] = held
        return plans


def _is_accepted(request: _Request, links: dict[UUID, Link]) -> bool:
    link = links.get(request.items[0].session_id)
    if link is None:
        _fail(request, BadAccessToken())
        return False
    is_check_in = request.items[0].source == "station_code"
    if not (link.check_in_schools if is_check_in else link.scanning_schools):
        _fail(request, NotAScanner())
        return False
    return True


def _begun(request: _Request, link: Link) -> list[Item]:
    """Copies, placed in time: a retry must start from what was sent."""
    work = [item.fresh() for item in request.items]
    for item in work:
        item.put_in_time(link)
    return work


async def _know_people(conn: db.Conn, items: list[Item], plans: dict[int, Plan]) -> None:
    asked = [item for item in items if item.school_id and _asks_for_person(item)]
    if not asked:
        return
    holders: list[CardHolder] = await queries.hold_people(
        conn,
        school_ids=[item.school_id for item in asked],
        card_ids=[getattr(item.code, "card_id", None) for item in asked],
        person_ids=[item.person_id or item.student_id for item in asked],
        days=[item.day for item in asked],
    )
    seen = [(asked[holder.idx].school_id, holder.class_id) for holder in holders]
    # Pupils were moved to classes that were made since the senders were looked up.
    for school_id in {school for school, of in seen if of and of not in plans[school].classes}:
        plans[school_id] = await queries.plan(conn, school_id=school_id)
    for holder in holders:
        item = asked[holder.idx]
        know_person(item, holder, plans[item.school_id])


def _asks_for_person(item: Item) -> bool:
    return bool(item.code is not None or item.student_id or item.person_id)


async def _read_ledger(conn: db.Conn, items: list[Item], plans: dict[int, Plan]) -> Ledger:
    ledger = Ledger(plans=plans)
    known = [item for item in items if item.school_id]
    for receipt in await queries.receipts(
        conn,
        school_ids=[item.school_id for item in known],
        event_ids=[item.event_id for item in known],
    ):
        ledger.receipts[receipt.school_id, receipt.event_id] = receipt
    people = [item for item in known if item.person_id and item.refused is None]
    if people:
        ledger.know(
            *await queries.history(
                conn,
                school_ids=[item.school_id for item in people],
                person_ids=[item.person_id for item in people if item.person_id],
                days=[item.day for item in people],
            )
        )
        ledger.slips = await _slips(conn, people)
    return ledger


async def _slips(conn: db.Conn, people: list[Item]) -> dict[PersonDay, time]:
    """The approved early exits of the pupils who leave: in the morning that is nobody."""
    leaving = [
        (item.school_id, item.person_id, item.day)
        for item in people
        if item.direction == "out" and item.person_id and item.person_kind == "student"
    ]
    return await exit_slips(conn, asked=leaving) if leaving else {}


@lru_cache(maxsize=64)
def _counter(outcome: str) -> Counter:
    return SCANS.labels(outcome)


def _resolve(request: _Request, results: list[ScanResult]) -> None:
    if not request.future.done():
        request.future.set_result(results)


def _fail(request: _Request, error: Exception) -> None:
    if not request.future.done():
        request.future.set_exception(error)


def _is_away(error: Exception) -> bool:
    return isinstance(error, Unavailable) or db.is_away(error)
