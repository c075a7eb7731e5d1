"""Refunds for who asks, decides and settles; and what is behind them at the bank."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.errors import NoSuchRefund
from app.fees.money.model import Channel, RefundKind, RefundState
from app.fees.office.fund_briefs import FundBrief, briefs
from app.fees.office.model import TO_HOLDER_FIELD, TO_NUMBER_FIELD
from app.fees.office.refund_model import RefundLine
from app.fees.setup.banks import short_name


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    school_id: int
    kind: RefundKind
    fund_id: UUID
    account_id: UUID
    from_account_id: UUID
    from_account_name: str
    double_of: UUID | None
    amount: int
    state: RefundState
    reason: str
    to_bank_bin: str | None
    to_number: bytes | None
    to_holder: bytes | None
    requested_by: UUID
    requested_by_name: str | None
    requested_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    decided_reason: str | None
    bank_ref: str | None
    settled_by: UUID | None
    settled_at: datetime | None


class Payer(Struct, frozen=True, kw_only=True):
    """How a fund came, and which accounts could pay it back.

    `from_id`: the one that was asked for, or nobody's choice; None: there is none such.
    """

    channel: Channel
    account_id: UUID
    from_id: UUID | None


class Whose(Struct, frozen=True, kw_only=True):
    """A pupil, and how much of a fund went back."""

    student_id: UUID
    amount: int


async def listed(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    state: RefundState | None = None,
    fund_id: UUID | None = None,
    refund_id: UUID | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[RefundLine]:
    """Refunds, the latest asked for first."""
    rows = await db.many(
        conn,
        _Row,
        """
        select r.id, r.school_id, r.kind, r.fund_id, f.account_id, r.from_account_id,
               a.name as from_account_name, r.double_of, r.amount, r.state, r.reason,
               r.to_bank_bin, r.to_number, r.to_holder, r.requested_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = r.requested_by) as requested_by_name,
               r.requested_at, r.decided_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = r.decided_by) as decided_by_name,
               r.decided_at, r.decided_reason, r.bank_ref, r.settled_by, r.settled_at
          from refund r
          join fund f on f.school_id = r.school_id and f.id = r.fund_id
          join fee_account a on a.school_id = r.school_id and a.id = r.from_account_id
         where r.school_id = $1 and ($2::text is null or r.state = $2)
           and ($3::uuid is null or r.fund_id = $3) and ($4::uuid is null or r.id = $4)
           and ($5::uuid is null or (r.requested_at, r.id) <
                (select b.requested_at, b.id from refund b where b.school_id = $1 and b.id = $5))
         order by r.requested_at desc, r.id desc limit $6
        """,
        school_id,
        state,
        fund_id,
        refund_id,
        before,
        limit,
    )
    stay = [row for row in rows if row.kind != "transfer"]
    pairs = {each for row in stay for each in (row.fund_id, row.double_of) if each}
    funds = await briefs(conn, box=box, school_id=school_id, fund_ids=pairs)
    return [_shown(box, row, funds, is_whole=refund_id is not None) for row in rows]


async def one(conn: db.Conn, *, box: SchoolBox, school_id: int, refund_id: UUID) -> RefundLine:
    """One refund, with the whole number to transfer to.

    Raises:
        NoSuchRefund
    """
    found = await listed(conn, box=box, school_id=school_id, refund_id=refund_id, limit=1)
    if not found:
        raise NoSuchRefund
    return found[0]


def _shown(
    box: SchoolBox, row: _Row, funds: dict[UUID, FundBrief], *, is_whole: bool
) -> RefundLine:
    number = None if row.to_number is None else box.open(row.to_number, field=TO_NUMBER_FIELD)
    holder = None if row.to_holder is None else box.open(row.to_holder, field=TO_HOLDER_FIELD)
    return RefundLine(
        id=row.id,
        school_id=row.school_id,
        kind=row.kind,
        fund_id=row.fund_id,
        account_id=row.account_id,
        from_account_id=row.from_account_id,
        from_account_name=row.from_account_name,
        amount=row.amount,
        state=row.state,
        reason=row.reason,
        to_bank_bin=row.to_bank_bin,
        to_bank=None if row.to_bank_bin is None else short_name(row.to_bank_bin),
        to_holder=holder,
        to_number_tail=None if number is None else number[-4:],
        to_number=number if is_whole else None,
        double_of=row.double_of,
        fund=None if row.kind == "transfer" else funds[row.fund_id],
        of=None if row.double_of is None else funds[row.double_of],
        requested_by=row.requested_by,
        requested_by_name=row.requested_by_name,
        requested_at=row.requested_at,
        decided_by=row.decided_by,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decided_reason=row.decided_reason,
        bank_ref=row.bank_ref,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
    )


async def kind_of(conn: db.Conn, *, school_id: int, refund_id: UUID) -> RefundKind:
    """Whether a bank moves it; it never changes.

    Raises:
        NoSuchRefund
    """
    found: RefundKind | None = await db.value(
        conn, "select kind from refund where school_id = $1 and id = $2", school_id, refund_id
    )
    if found is None:
        raise NoSuchRefund
    return found


async def payer_of(
    conn: db.Conn, *, school_id: int, fund_id: UUID, wanted: UUID | None
) -> Payer | None:
    """Which bank account pays a fund back: the one that is wanted, its own, or the default one.

    An account that is over pays back only what came to it. None: there is no such fund.
    """
    return await db.one(
        conn,
        Payer,
        """
        select f.channel, f.account_id,
               (select a.id from fee_account a
                 where a.school_id = $1 and a.kind = 'bank'
                   and (a.ended_at is null or a.id = f.account_id)
                   and case when $3::uuid is not null then a.id = $3
                            when f.channel = 'transfer' then a.id = f.account_id
                            else a.is_default end) as from_id
          from fund f where f.school_id = $1 and f.id = $2
        """,
        school_id,
        fund_id,
        wanted,
    )


async def is_reference_used(
    conn: db.Conn, *, school_id: int, refund_id: UUID, account_id: UUID, bank_ref: str
) -> bool:
    """Whether another refund of the account was paid under this reference."""
    found = await db.value(
        conn,
        """
        select 1 from refund
         where school_id = $1 and from_account_id = $2 and bank_ref = $3 and id <> $4 limit 1
        """,
        school_id,
        account_id,
        bank_ref,
        refund_id,
    )
    return found is not None


async def find_in_statements(conn: db.Conn, *, school_id: int, refund_id: UUID) -> None:
    """Rows out of the paying account under this reference are this refund, to the đồng."""
    await conn.execute(
        """
        update bank_statement_row x set refund_id = r.id
          from refund r
          join bank_statement b on b.school_id = r.school_id and b.account_id = r.from_account_id
         where r.school_id = $1 and r.id = $2 and x.school_id = $1 and x.statement_id = b.id
           and x.refund_id is null and x.amount = -r.amount and x.bank_ref = r.bank_ref
        """,
        school_id,
        refund_id,
    )


async def whose(
    conn: db.Conn, *, school_id: int, refund_id: UUID, is_credit_alone: bool
) -> Whose | None:
    """The pupil whose money it was, where it is one pupil's; or whose next bill it waited for.

    Not whose it was by mistake: what was taken back from a bill is not its pupil's.
    """
    found = await db.many(
        conn,
        Whose,
        """
        select s.student_id, r.amount
          from refund r
          join fund f on f.school_id = $1 and f.id = r.fund_id
          join lateral (
               select f.credit_student_id as student_id where f.credit_student_id is not null
                union
               select i.student_id from allocation a
                 join invoice i on i.school_id = $1 and i.id = a.invoice_id
                where a.school_id = $1 and a.fund_id = f.id and not $3
                group by i.student_id having sum(a.amount) > 0) s on true
         where r.school_id = $1 and r.id = $2
        """,
        school_id,
        refund_id,
        is_credit_alone,
    )
    return found[0] if len(found) == 1 else None
