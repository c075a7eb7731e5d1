"""The second step: what gateways told is read and becomes money, one event one transaction.

Whoever dies in it leaves it to the next worker; two workers do not take the same event; one
school's fault holds up no other. It is looked for a few times a second: a bell for each event would
cost the webhook more than these looks cost PostgreSQL.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from app import db
from app.crypto import SchoolBox, Vault
from app.errands import say_failed
from app.fees import telling
from app.fees.errors import FundDiffers
from app.fees.money.funds import hold_account, receive
from app.fees.money.model import Arrival
from app.fees.office.twins import seen_by_statement
from app.fees.receiving.applying import apply
from app.fees.receiving.doubts import doubtful, unconfirmed
from app.fees.receiving.gateway import UNDECIDED, EventOutcome, PaymentGateway, Transfer
from app.fees.receiving.inbox import first_key
from app.fees.receiving.told import Event, arrival_of, fund_under, read
from app.schools.common import school_day

CONNECTIONS: Final = 3
FIRST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 600.0
_AT_ONCE: Final = 200
_POLL_S: Final = 0.25
# What is not done by us: nothing of it becomes money, and a person may look.
_SET_ASIDE: Final = UNDECIDED | {"other_account", "not_vnd", "not_positive", "unreadable"}

Gateways = Mapping[str, PaymentGateway]

_log = structlog.get_logger(__name__)


class DueEvent(Struct, frozen=True, kw_only=True):
    """An event that waits to be taken."""

    school_id: int
    merchant_id: UUID
    event_key: str


class _Held(Event, frozen=True, kw_only=True):
    wrapped: bytes
    is_of_ended: bool


class Taken(Struct, frozen=True, kw_only=True):
    """What became of an event."""

    outcome: EventOutcome
    fund_id: UUID | None = None


async def take_due(
    finder: db.Pool,
    pool: db.Pool,
    *,
    vault: Vault,
    gateways: Gateways,
    clock: Callable[[], datetime],
) -> int:
    """Take what is due until nothing is that others do not have in hand; how many were taken.

    `finder` works under the worker's role, which sees only that there is an event; `pool` under
    the app's, in the scope of the one school.
    """
    total = 0
    while found := await due_events(finder, now=clock()):
        by_school: dict[int, list[DueEvent]] = defaultdict(list)
        for event in found:
            by_school[event.school_id].append(event)
        queue = list(by_school.values())
        # A school's receipts are numbered one by one: its events side by side would only wait.
        counts = await asyncio.gather(
            *(_take_each(pool, queue, vault, gateways, clock) for _ in range(CONNECTIONS))
        )
        total += sum(counts)
        if not sum(counts):
            break
    return total


async def _take_each(
    pool: db.Pool,
    queue: list[list[DueEvent]],
    vault: Vault,
    gateways: Gateways,
    clock: Callable[[], datetime],
) -> int:
    taken = 0
    while queue:
        for event in queue.pop():
            now = clock()
            try:
                async with (
                    pool.acquire() as conn,
                    db.scoped(conn, schools=[event.school_id]),
                ):
                    taken += (
                        await take(conn, event=event, vault=vault, gateways=gateways, now=now)
                        is not None
                    )
            except Exception as error:
                if db.is_away(error):
                    raise
                await _put_off(pool, event, now, error)
    return taken


async def due_events(finder: db.Pool, *, now: datetime) -> Sequence[DueEvent]:
    """The next events of all schools; those that somebody else has in hand among them."""
    async with finder.acquire() as conn:
        return await db.many(
            conn,
            DueEvent,
            """
            select school_id, merchant_id, event_key from gateway_inbox
             where state = 'received' and due_at <= $1 order by due_at limit $2
            """,
            now,
            _AT_ONCE,
        )


async def take(
    conn: db.Conn, *, event: DueEvent, vault: Vault, gateways: Gateways, now: datetime
) -> Taken | None:
    """Make of the event what it is, in its school's scope; None: somebody else has it, or had."""
    held = await _hold(conn, event, now)
    if held is None:
        return None
    box = vault.school_box(held.wrapped, event.school_id)
    taken = await _become(conn, event, held, box, gateways[held.provider], now)
    await _finish(conn, event, taken, now)
    if taken.outcome in UNDECIDED:
        # Maybe money, but in no fund: without a word nobody would look for it.
        await telling.waits_for_review(conn, school_id=event.school_id, now=now)
    if taken.outcome in _SET_ASIDE:
        _log.warning(
            "fee_event.set_aside",
            school_id=event.school_id,
            merchant_id=str(event.merchant_id),
            event_key=event.event_key,
            outcome=taken.outcome,
        )
    return taken


async def _become(
    conn: db.Conn,
    event: DueEvent,
    held: _Held,
    box: SchoolBox,
    gateway: PaymentGateway,
    now: datetime,
) -> Taken:
    transfer = read(held, box=box, gateway=gateway)
    if not isinstance(transfer, Transfer):
        return Taken(outcome=transfer)
    arrival = arrival_of(held, transfer, box=box)
    if held.is_of_ended:
        return await _of_ended(conn, event, arrival)
    if first_key(event.event_key) is not None:
        return Taken(outcome="differs")
    await hold_account(conn, school_id=event.school_id, account_id=held.account_id)
    by_statement = await _by_statement(conn, event, arrival, transfer.memo, box, now)
    if by_statement is not None:
        return by_statement
    try:
        received = await receive(conn, school_id=event.school_id, arrival=arrival, now=now)
    except FundDiffers:
        return Taken(outcome="differs")
    if not received.is_new:
        return await _known(conn, event, received.fund_id)
    await apply(
        conn,
        school_id=event.school_id,
        fund_id=received.fund_id,
        amount=transfer.amount,
        account_id=held.account_id,
        memo=transfer.memo,
        now=now,
    )
    return Taken(outcome="fund", fund_id=received.fund_id)


async def _by_statement(
    conn: db.Conn, event: DueEvent, arrival: Arrival, memo: str, box: SchoolBox, now: datetime
) -> Taken | None:
    """What it is, if a statement told of this money before, or may have; None: it did not.

    In doubt it is set aside and not counted: a person says, or the next statement has it again.
    """
    school_id, day = event.school_id, school_day(arrival.received_at)
    funds = await unconfirmed(conn, school_id=school_id, arrival=arrival, day=day)
    if not funds:
        return None
    twin = await seen_by_statement(
        conn,
        box=box,
        school_id=school_id,
        account_id=arrival.account_id,
        day=day,
        amount=arrival.amount,
        memo=memo,
        source=arrival.source,
        source_ref=arrival.source_ref,
        now=now,
    )
    if twin is not None:
        return Taken(outcome="known", fund_id=twin)
    found = doubtful(box=box, funds=funds, memo=memo)
    return None if found is None else Taken(outcome="differs", fund_id=found)


async def _of_ended(conn: db.Conn, event: DueEvent, arrival: Arrival) -> Taken:
    """Nothing new, whatever it says: its secret may be known to others, which may be why it ended.

    What another merchant of the account has told of to the letter is known, and not seen by this.
    """
    fund_id = await fund_under(
        conn,
        school_id=event.school_id,
        account_id=arrival.account_id,
        bank_ref=arrival.bank_ref,
        amount=arrival.amount,
    )
    return Taken(outcome="ended" if fund_id is None else "known", fund_id=fund_id)


async def _known(conn: db.Conn, event: DueEvent, fund_id: UUID) -> Taken:
    """Another source told of this money before; or it is a second transfer under its reference.

    The gateway numbers what it sees: two numbers are two transfers, whatever the bank calls them.
    """
    is_other: bool = await db.value(
        conn,
        """
        select exists (select from fund_sighting
                        where school_id = $1 and fund_id = $2 and source in ('webhook', 'poll')
                          and source_ref <> $3)
        """,
        event.school_id,
        fund_id,
        event.event_key,
    )
    return Taken(outcome="differs" if is_other else "known", fund_id=fund_id)


async def _hold(conn: db.Conn, event: DueEvent, now: datetime) -> _Held | None:
    return await db.one(
        conn,
        _Held,
        """
        select i.event_key, i.source, i.body, m.provider, m.account_id, a.number, k.wrapped,
               coalesce(m.ended_at <= i.received_at, false) as is_of_ended
          from gateway_inbox i
          join merchant m on m.school_id = i.school_id and m.id = i.merchant_id
          join fee_account a on a.school_id = m.school_id and a.id = m.account_id
          join school_key k on k.school_id = i.school_id
         where i.school_id = $1 and i.merchant_id = $2 and i.event_key = $3
           and i.state = 'received' and i.due_at <= $4
           for no key update of i skip locked
        """,
        event.school_id,
        event.merchant_id,
        event.event_key,
        now,
    )


async def _finish(conn: db.Conn, event: DueEvent, taken: Taken, now: datetime) -> None:
    await conn.execute(
        """
        update gateway_inbox set state = $4, outcome = $5, fund_id = $6, done_at = $7
         where school_id = $1 and merchant_id = $2 and event_key = $3
        """,
        event.school_id,
        event.merchant_id,
        event.event_key,
        "set_aside" if taken.outcome in _SET_ASIDE else "done",
        taken.outcome,
        taken.fund_id,
        now,
    )


async def _put_off(pool: db.Pool, event: DueEvent, now: datetime, error: Exception) -> None:
    """Come again later, each time after twice as long; it never ends, and is seen in the list."""
    async with db.transaction(pool, schools=[event.school_id]) as conn:
        attempts: int | None = await db.value(
            conn,
            """
            update gateway_inbox
               set attempts = least(attempts + 1, 1000),
                   due_at = $4::timestamptz + least($5::float8 * 2 ^ least(attempts, 20),
                            $6::float8) * interval '1 second'
             where school_id = $1 and merchant_id = $2 and event_key = $3 and state = 'received'
            returning attempts
            """,
            event.school_id,
            event.merchant_id,
            event.event_key,
            now,
            FIRST_WAIT_S,
            LONGEST_WAIT_S,
        )
    say_failed(
        event,
        attempts=attempts or 0,
        why=type(error).__name__,
        merchant_id=str(event.merchant_id),
        event_key=event.event_key,
    )


async def keep_taking(
    finder: db.Pool,
    pool: db.Pool,
    *,
    vault: Vault,
    gateways: Gateways,
    clock: Callable[[], datetime],
) -> None:
    """Take events for ever; a PostgreSQL that is away is waited for."""
    while True:
        try:
            taken = await take_due(finder, pool, vault=vault, gateways=gateways, clock=clock)
            if taken:
                _log.info("fee_events.taken", events=taken)
        except Exception as error:
            if db.is_away(error):
                _log.warning("fee_events.postgres_away", error=type(error).__name__)
            else:
                # Not with its traceback: a statement's error may quote a row.
                _log.error("fee_events.bug", error=type(error).__name__)
        await asyncio.sleep(_POLL_S)
