"""Funds for who looks after them."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.model import Channel, Review
from app.fees.office.model import MEMO_FIELD, PAYER_FIELD
from app.fees.office.pairing import MADE
from app.fees.office.review_model import AllocationLine, FundLine, FundRefund, Sighting
from app.schools.common import contains_pattern


class Wanted(Struct, frozen=True, kw_only=True):
    """Which funds; None: whatever it is. `q`: a reference, an amount, or a pupil's name."""

    review: Review | None = None
    is_waiting: bool = False
    account_id: UUID | None = None
    from_day: date | None = None
    to_day: date | None = None
    student_id: UUID | None = None
    fund_id: UUID | None = None
    q: str | None = None


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    school_id: int
    account_id: UUID
    account_name: str
    bank_ref: str
    channel: Channel
    amount: int
    allocated: int
    refund_held: int
    free: int
    received_at: datetime
    day: date
    memo: bytes | None
    payer: bytes | None
    review: Review | None
    credit_student_id: UUID | None
    credit_student_name: str | None
    credit_has_left: bool
    is_struck: bool
    is_deposit: bool
    double_of: UUID | None
    found_at: datetime


async def funds(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    wanted: Wanted,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 1,
) -> list[FundLine]:
    """Funds, the latest first; what waits for a person as it came."""
    amount = (wanted.q or "").replace(".", "").replace(",", "").strip()
    rows = await db.many(
        conn,
        _Row,
        """
        select f.id, f.school_id, f.account_id, a.name as account_name, f.bank_ref, f.channel,
               f.amount, f.allocated, f.refund_held, f.free, f.received_at, f.day, f.memo, f.payer,
               f.review, f.credit_student_id, c.name as credit_student_name,
               c.ended_at is not null as credit_has_left,
               coalesce(d.kind = 'strike', false) as is_struck,
               coalesce(d.kind = 'deposit', false) as is_deposit, d.double_of, f.found_at
          from fund f
          join fee_account a on a.school_id = f.school_id and a.id = f.account_id
          left join student c on c.school_id = f.school_id and c.id = f.credit_student_id
          left join refund d on d.school_id = f.school_id and d.fund_id = f.id
                and d.kind <> 'transfer' and d.state = 'succeeded'
         where f.school_id = $1
           and (not $2 or f.review is not null or (f.free > 0 and c.ended_at is not null))
           and ($3::text is null or f.review = $3)
           and ($4::uuid is null or f.account_id = $4)
           and ($5::date is null or f.day >= $5) and ($6::date is null or f.day <= $6)
           and ($7::uuid is null or f.credit_student_id = $7 or exists (
               select from allocation x
                 join invoice i on i.school_id = $1 and i.id = x.invoice_id
                where x.school_id = $1 and x.fund_id = f.id and i.student_id = $7))
           and ($8::text is null or f.bank_ref = $9 or f.amount = $10 or exists (
               select from allocation x
                 join invoice i on i.school_id = $1 and i.id = x.invoice_id
                 join student s on s.school_id = $1 and s.id = i.student_id
                where x.school_id = $1 and x.fund_id = f.id
                  and (s.search_key like $8 or i.pay_ref = upper($9))))
           and ($11::timestamptz is null or (f.received_at, f.id) < ($11, $12::uuid))
           and ($14::uuid is null or f.id = $14)
         order by f.received_at desc, f.id desc limit $13
        """,
        school_id,
        wanted.is_waiting,
        wanted.review,
        wanted.account_id,
        wanted.from_day,
        wanted.to_day,
        wanted.student_id,
        contains_pattern(wanted.q),
        (wanted.q or "").strip(),
        int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 16 else None,
        *(before or (None, None)),
        limit,
        wanted.fund_id,
    )
    return [_shown(box, row) for row in rows]


async def fund(conn: db.Conn, *, box: SchoolBox, school_id: int, fund_id: UUID) -> FundLine | None:
    """One fund of the school."""
    wanted = Wanted(fund_id=fund_id)
    found = await funds(conn, box=box, school_id=school_id, wanted=wanted)
    return found[0] if found else None


async def allocations(conn: db.Conn, *, school_id: int, fund_id: UUID) -> list[AllocationLine]:
    """What the fund was put to, in the order in which it was done."""
    return await db.many(
        conn,
        AllocationLine,
        """
        select x.id, x.invoice_id, i.pay_ref, p.name as period_name, i.student_id,
               s.name as student_name, c.name as class_name, x.amount, x.how, x.reverses,
               exists (select from allocation y
                        where y.school_id = $1 and y.reverses = x.id) as is_reversed,
               x.reason, x.made_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = x.made_by) as made_by_name, x.made_at
          from allocation x
          join invoice i on i.school_id = $1 and i.id = x.invoice_id
          join billing_period p on p.school_id = $1 and p.id = i.period_id
          join student s on s.school_id = $1 and s.id = i.student_id
          left join school_class c on c.school_id = $1 and c.id = i.class_id
         where x.school_id = $1 and x.fund_id = $2 order by x.made_at, x.id
        """,
        school_id,
        fund_id,
    )


async def refunds_of_fund(conn: db.Conn, *, school_id: int, fund_id: UUID) -> list[FundRefund]:
    """What was asked back of the fund."""
    return await db.many(
        conn,
        FundRefund,
        """
        select id, kind, amount, state, requested_at from refund
         where school_id = $1 and fund_id = $2 order by requested_at, id
        """,
        school_id,
        fund_id,
    )


async def sightings(conn: db.Conn, *, school_id: int, fund_id: UUID) -> list[Sighting]:
    """Who told of the fund, the first one first."""
    return await db.many(
        conn,
        Sighting,
        """
        select source, seen_at from fund_sighting
         where school_id = $1 and fund_id = $2 order by seen_at, source = 'statement', source
        """,
        school_id,
        fund_id,
    )


async def fund_of_allocation(conn: db.Conn, *, school_id: int, allocation_id: UUID) -> UUID | None:
    """Which fund was put to a bill there."""
    found: UUID | None = await db.value(
        conn,
        "select fund_id from allocation where school_id = $1 and id = $2",
        school_id,
        allocation_id,
    )
    return found


async def is_pupil(conn: db.Conn, *, school_id: int, student_id: UUID) -> bool:
    """Whether the school has, or had, such a pupil."""
    found = await db.value(
        conn, "select 1 from student where school_id = $1 and id = $2", school_id, student_id
    )
    return found is not None


async def bills_among(
    conn: db.Conn, *, school_id: int, student_id: UUID, invoice_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of these bills that are the pupil's."""
    rows = await db.rows(
        conn,
        "select id from invoice where school_id = $1 and student_id = $2 and id = any($3)",
        school_id,
        student_id,
        list(invoice_ids),
    )
    return frozenset(row["id"] for row in rows)


async def note_decision(
    conn: db.Conn,
    *,
    school_id: int,
    decision_id: UUID,
    fund_id: UUID,
    body_hash: bytes,
    made_by: UUID,
    now: datetime,
) -> bool:
    """Whether nobody has decided under this id before; of two at once one waits for the other."""
    found = await db.value(
        conn,
        """
        insert into fund_decision (school_id, id, fund_id, body_hash, made_by, made_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id
        """,
        school_id,
        decision_id,
        fund_id,
        body_hash,
        made_by,
        now,
    )
    return found is not None


async def decided_before(conn: db.Conn, *, school_id: int, decision_id: UUID) -> bytes | None:
    """The hash of what was decided under this id."""
    found: bytes | None = await db.value(
        conn,
        "select body_hash from fund_decision where school_id = $1 and id = $2",
        school_id,
        decision_id,
    )
    return found


def _shown(box: SchoolBox, row: _Row) -> FundLine:
    return FundLine(
        id=row.id,
        school_id=row.school_id,
        account_id=row.account_id,
        account_name=row.account_name,
        bank_ref=None if row.bank_ref.startswith((*MADE, "cash:")) else row.bank_ref,
        channel=row.channel,
        amount=row.amount,
        allocated=row.allocated,
        refund_held=row.refund_held,
        free=row.free,
        received_at=row.received_at,
        day=row.day,
        memo="" if row.memo is None else box.open(row.memo, field=MEMO_FIELD),
        payer=None if row.payer is None else box.open(row.payer, field=PAYER_FIELD),
        review=row.review,
        credit_student_id=row.credit_student_id,
        credit_student_name=row.credit_student_name,
        credit_has_left=row.credit_has_left,
        is_struck=row.is_struck,
        is_deposit=row.is_deposit,
        double_of=row.double_of,
        found_at=row.found_at,
    )
