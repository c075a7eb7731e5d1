"""What an accountant sees of gateways: each event with what became of it, and the refusals."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from app import db
from app.crypto import SchoolBox, Undecryptable, Vault
from app.fees.errors import NoSuchEvent
from app.fees.receiving import told
from app.fees.receiving.alike import AlikeFund, Asked, alike, asked_of
from app.fees.receiving.gateway import (
    UNDECIDED,
    EventOutcome,
    RefusalReason,
    Source,
    Transfer,
    Unreadable,
)
from app.fees.receiving.inbox import BODY_FIELD
from app.paging import decode_cursor, page_of
from app.schools.common import school_box, school_day

EventState = Literal["received", "done", "set_aside"]
Wanted = Literal["received", "done", "set_aside", "undecided"]
EventKey = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
_SHOWN_DAYS: Final = timedelta(days=30)


class GatewayEvent(Struct, frozen=True, kw_only=True):
    """An event. `amount` (đồng, unless `currency` says otherwise) to `number_tail` are as it said
    them; null: it cannot be read. `fund_id`: the money that it is, or that it was taken for.

    `attempts`: how often taking it has failed so far. `is_undecided`: it may be money, and a person
    says what it is: new, or one of the funds that are `alike`, the likeliest first.
    """

    merchant_id: UUID
    event_key: str
    source: Source
    received_at: datetime
    state: EventState
    outcome: EventOutcome | None
    fund_id: UUID | None
    attempts: int
    done_at: datetime | None
    decided_at: datetime | None
    decided_by_name: str | None
    is_undecided: bool = False
    alike: list[AlikeFund] = []
    is_incoming: bool | None = None
    amount: int | None = None
    currency: str | None = None
    transferred_at: datetime | None = None
    bank_ref: str | None = None
    memo: str | None = None
    number_tail: str | None = None


class Refusals(Struct, frozen=True, kw_only=True):
    """How often something was refused on a day: forged, too old, too large."""

    merchant_id: UUID
    day: date
    reason: RefusalReason
    times: int
    first_at: datetime
    last_at: datetime


class EventPage(Struct, frozen=True, kw_only=True):
    """A page of events, the newest first; `refusals` of 30 days come with the first page."""

    items: list[GatewayEvent]
    refusals: list[Refusals]
    next_cursor: str | None = None


class _Row(told.Event, frozen=True, kw_only=True):
    merchant_id: UUID
    received_at: datetime
    state: EventState
    outcome: EventOutcome | None
    fund_id: UUID | None
    taken_for: UUID | None
    attempts: int
    done_at: datetime | None
    decided_at: datetime | None
    decided_by_name: str | None


async def page(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    state: Wanted | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> EventPage:
    """A school's events, for whoever may see its money.

    Raises:
        BadCursor: not of this list.
    """
    before = decode_cursor(cursor, tuple[datetime, UUID, EventKey])
    rows = await _events(conn, school_id, state=state, before=before, limit=limit + 1)
    found = page_of(
        rows, limit=limit, key=lambda row: (row.received_at, row.merchant_id, row.event_key)
    )
    box = await school_box(conn, vault=vault, school_id=school_id)
    refusals = []
    if before is None:
        since = school_day(now - _SHOWN_DAYS)
        refusals = await _refusals(conn, school_id=school_id, since=since)
    return EventPage(
        items=await _shown(conn, school_id, found.items, box),
        refusals=refusals,
        next_cursor=found.next_cursor,
    )


async def one(
    conn: db.Conn, *, vault: Vault, school_id: int, merchant_id: UUID, event_key: str
) -> GatewayEvent:
    """An event as the list has it.

    Raises:
        NoSuchEvent: the school has none of this key.
    """
    rows = await _events(conn, school_id, limit=1, key=(merchant_id, event_key))
    if not rows:
        raise NoSuchEvent
    box = await school_box(conn, vault=vault, school_id=school_id)
    (shown,) = await _shown(conn, school_id, rows, box)
    return shown


async def _shown(
    conn: db.Conn, school_id: int, rows: Sequence[_Row], box: SchoolBox
) -> list[GatewayEvent]:
    asked = [found for row in rows if (found := _asked(row, box)) is not None]
    funds = await alike(conn, box=box, school_id=school_id, asked=asked)
    return [_event(row, box, funds.get((row.merchant_id, row.event_key))) for row in rows]


def _asked(row: _Row, box: SchoolBox) -> Asked | None:
    """None: no person has to say anything."""
    if row.outcome not in UNDECIDED:
        return None
    try:
        transfer = told.read(row, box=box, gateway=told.READERS[row.provider])
    except Undecryptable:
        return None
    if not isinstance(transfer, Transfer):
        return None
    return asked_of(
        transfer,
        merchant_id=row.merchant_id,
        event_key=row.event_key,
        account_id=row.account_id,
        taken_for=row.taken_for,
    )


def _event(row: _Row, box: SchoolBox, funds: list[AlikeFund] | None) -> GatewayEvent:
    event = GatewayEvent(
        merchant_id=row.merchant_id,
        event_key=row.event_key,
        source=row.source,
        received_at=row.received_at,
        state=row.state,
        outcome=row.outcome,
        fund_id=row.fund_id,
        attempts=row.attempts,
        done_at=row.done_at,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        is_undecided=funds is not None,
        alike=funds or [],
    )
    try:
        body = box.open_bytes(row.body, field=BODY_FIELD)
        transfer = told.READERS[row.provider].read(body, source=row.source)
    except (Unreadable, Undecryptable):
        return event
    return replace(
        event,
        is_incoming=transfer.is_incoming,
        amount=transfer.amount,
        currency=transfer.currency,
        transferred_at=transfer.at,
        bank_ref=transfer.bank_ref or None,
        memo=transfer.memo,
        number_tail=transfer.accounts[0][-4:],
    )


async def _events(
    conn: db.Conn,
    school_id: int,
    *,
    state: Wanted | None = None,
    before: tuple[datetime, UUID, str] | None = None,
    key: tuple[UUID, str] | None = None,
    limit: int,
) -> list[_Row]:
    return await db.many(
        conn,
        _Row,
        """
        select i.merchant_id, i.event_key, i.source, i.received_at, i.state, i.outcome, i.fund_id,
               coalesce(i.fund_id, o.fund_id) as taken_for, i.attempts, i.done_at, i.decided_at,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = i.decided_by) as decided_by_name,
               m.provider, m.account_id, a.number, i.body
          from gateway_inbox i
          join merchant m on m.school_id = i.school_id and m.id = i.merchant_id
          join fee_account a on a.school_id = m.school_id and a.id = m.account_id
          left join gateway_inbox o on o.school_id = i.school_id and o.merchant_id = i.merchant_id
                and i.outcome in ('differs', 'ended') and strpos(i.event_key, '~') > 0
                and o.event_key = split_part(i.event_key, '~', 1)
         where i.school_id = $1 and ($2::text is null or $2 = 'undecided' or i.state = $2)
           and ($2 is distinct from 'undecided' or i.outcome in ('differs', 'ended'))
           and ($3::timestamptz is null
                or (i.received_at, i.merchant_id, i.event_key) < ($3, $4, $5))
           and ($6::uuid is null or (i.merchant_id, i.event_key) = ($6, $7))
         order by i.received_at desc, i.merchant_id desc, i.event_key desc
         limit $8
        """,
        school_id,
        state,
        *(before or (None, None, None)),
        *(key or (None, None)),
        limit,
    )


async def _refusals(conn: db.Conn, *, school_id: int, since: date) -> list[Refusals]:
    return await db.many(
        conn,
        Refusals,
        """
        select merchant_id, day, reason, times, first_at, last_at from gateway_refusal
         where school_id = $1 and day >= $2
         order by day desc, last_at desc limit 500
        """,
        school_id,
        since,
    )
