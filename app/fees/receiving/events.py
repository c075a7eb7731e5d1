"""What an accountant sees of gateways: each event with what became of it, and the refusals."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from app import db
from app.crypto import SchoolBox, Undecryptable, Vault
from app.fees.receiving.gateway import (
    EventOutcome,
    PaymentGateway,
    RefusalReason,
    Source,
    Unreadable,
)
from app.fees.receiving.inbox import BODY_FIELD
from app.fees.receiving.sepay import SePay
from app.paging import decode_cursor, page_of
from app.schools.common import school_box, school_day

EventState = Literal["received", "done", "set_aside"]
_Key = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00]*$")]
_SHOWN_DAYS: Final = timedelta(days=30)
_READERS: Final[dict[str, PaymentGateway]] = {"sepay": SePay()}


class GatewayEvent(Struct, frozen=True, kw_only=True):
    """An event. `amount` (đồng, unless `currency` says otherwise) to `number_tail` are as it said
    them; null: it cannot be read. `fund_id`: the money that it is, or that it was taken for.

    `attempts`: how often taking it has failed so far.
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


class _Row(Struct, frozen=True, kw_only=True):
    merchant_id: UUID
    event_key: str
    source: Source
    received_at: datetime
    state: EventState
    outcome: EventOutcome | None
    fund_id: UUID | None
    attempts: int
    done_at: datetime | None
    provider: str
    body: bytes


async def page(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    state: EventState | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> EventPage:
    """A school's events, for whoever may see its money.

    Raises:
        BadCursor: not of this list.
    """
    before = decode_cursor(cursor, tuple[datetime, UUID, _Key])
    rows = await _events(conn, school_id, state, before, limit + 1)
    found = page_of(
        rows, limit=limit, key=lambda row: (row.received_at, row.merchant_id, row.event_key)
    )
    box = await school_box(conn, vault=vault, school_id=school_id)
    refusals = []
    if before is None:
        since = school_day(now - _SHOWN_DAYS)
        refusals = await _refusals(conn, school_id=school_id, since=since)
    return EventPage(
        items=[_shown(row, box) for row in found.items],
        refusals=refusals,
        next_cursor=found.next_cursor,
    )


def _shown(row: _Row, box: SchoolBox) -> GatewayEvent:
    event = GatewayEvent(
        **{
            name: getattr(row, name)
            for name in _Row.__struct_fields__
            if name not in ("provider", "body")
        }
    )
    try:
        body = box.open_bytes(row.body, field=BODY_FIELD)
        transfer = _READERS[row.provider].read(body, source=row.source)
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
    state: EventState | None,
    before: tuple[datetime, UUID, str] | None,
    limit: int,
) -> list[_Row]:
    return await db.many(
        conn,
        _Row,
        """
        select i.merchant_id, i.event_key, i.source, i.received_at, i.state, i.outcome, i.fund_id,
               i.attempts, i.done_at, m.provider, i.body
          from gateway_inbox i
          join merchant m on m.school_id = i.school_id and m.id = i.merchant_id
         where i.school_id = $1 and ($2::text is null or i.state = $2)
           and ($3::timestamptz is null
                or (i.received_at, i.merchant_id, i.event_key) < ($3, $4, $5))
         order by i.received_at desc, i.merchant_id desc, i.event_key desc
         limit $6
        """,
        school_id,
        state,
        *(before or (None, None, None)),
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
