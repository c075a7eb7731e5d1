"""Money that is in the books twice: two funds of one transfer, by somebody's mistake.

It goes out as a refund that no bank moves: asked for by one person, struck by another. The fund
stays, with who saw it, so that whoever tells of it again makes no new one.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.errors import (
    BothInStatement,
    FundInUse,
    NoSuchFund,
    NotTheSame,
    OtherIsStruck,
    RefundDecided,
    SamePerson,
)
from app.fees.money import funds, ledger, refunds
from app.fees.money.ledger import Entry, SourceKind, Txn
from app.fees.money.model import FundHeld, NewDouble


class _Pair(Struct, frozen=True, kw_only=True):
    """How two funds stand to each other; `is_other_struck`: it is, or somebody asks for it."""

    is_one_account: bool
    is_other_struck: bool
    is_in_one_statement: bool


async def ask(conn: db.Conn, *, school_id: int, double: NewDouble, now: datetime) -> bool:
    """Say that a fund is another one once more: all of it is held. False: known by its id already.

    What was put to bills of it is taken back before.

    Raises:
        NoSuchFund
        NotTheSame: other accounts or amounts, or one fund.
        FundInUse: not all of it is free.
        OtherIsStruck: one of the two has to stay.
        BothInStatement: the bank says that they are two transfers.
    """
    held = await funds.hold_funds(
        conn, school_id=school_id, fund_ids=[double.fund_id, double.double_of]
    )
    if await refunds.fund_of(conn, school_id=school_id, refund_id=double.id) is not None:
        return False
    fund = held[double.fund_id]
    pair = await _pair(conn, school_id=school_id, fund_id=fund.id, other_id=double.double_of)
    _check(fund, held[double.double_of], pair)
    await _insert(conn, school_id=school_id, double=double, now=now)
    await refunds.move_held(conn, school_id=school_id, fund=fund, amount=fund.amount, now=now)
    await _post(
        conn, school_id, "refund_held", double.id, "unallocated", "refund_payable", fund.amount, now
    )
    await refunds.renew_papers(
        conn, school_id=school_id, fund_id=fund.id, by=double.requested_by, now=now
    )
    return True


async def strike(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    decided_by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """A second person agrees: the books lose what they have twice. Nothing moves at the bank.

    Raises:
        NoSuchRefund, RefundDecided
        SamePerson: whoever asked.
        BothInStatement: one has come meanwhile.
    """
    _, double = await refunds.take(conn, school_id=school_id, refund_id=refund_id)
    if double.state != "requested" or double.double_of is None:
        raise RefundDecided
    if double.requested_by == decided_by:
        raise SamePerson
    pair = await _pair(conn, school_id=school_id, fund_id=double.fund_id, other_id=double.double_of)
    if pair.is_in_one_statement:
        raise _both()
    await conn.execute(
        """
        update refund set state = 'succeeded', decided_by = $3, decided_at = $4,
               decided_reason = $5, settled_by = $3, settled_at = $4
         where school_id = $1 and id = $2
        """,
        school_id,
        refund_id,
        decided_by,
        now,
        reason,
    )
    money = f"money:{double.account_id}"
    await _post(
        conn, school_id, "refund_struck", refund_id, "refund_payable", money, double.amount, now
    )


async def restore(
    conn: db.Conn, *, school_id: int, refund_id: UUID, by: UUID, now: datetime
) -> None:
    """They were two transfers after all: the fund counts again, and waits for a person.

    For nobody's next bill, though it was somebody's credit before it was struck.

    Raises:
        NoSuchRefund
        RefundDecided: it is not struck.
    """
    fund, double = await refunds.take(conn, school_id=school_id, refund_id=refund_id)
    if double.state != "succeeded" or double.kind != "double":
        raise RefundDecided
    await conn.execute(
        """
        with undone as (
            update refund set state = 'failed', settled_by = $4, settled_at = $5
             where school_id = $1 and id = $2)
        update fund set refund_held = refund_held - $6, review = 'duplicate',
               credit_student_id = null, changed_at = $5
         where school_id = $1 and id = $3
        """,
        school_id,
        refund_id,
        fund.id,
        by,
        now,
        double.amount,
    )
    money = f"money:{double.account_id}"
    await _post(
        conn, school_id, "refund_restored", refund_id, money, "unallocated", double.amount, now
    )
    await refunds.renew_papers(conn, school_id=school_id, fund_id=fund.id, by=by, now=now)


def _check(fund: FundHeld, other: FundHeld, pair: _Pair) -> None:
    if fund.id == other.id or not pair.is_one_account or fund.amount != other.amount:
        raise NotTheSame(
            (
                "Chọn một khoản khác, cùng tài khoản và cùng số tiền.",
                "Choose another payment of the same account and amount.",
            )
        )
    if fund.free != fund.amount:
        raise FundInUse(
            (
                "Hãy gỡ tiền ra khỏi các phiếu trước; khoản đang hoàn thì chờ xong việc hoàn.",
                "Take it back from its bills first, or wait for the refund that is under way.",
            )
        )
    if pair.is_other_struck:
        raise OtherIsStruck(
            ("Phải còn lại một trong hai khoản.", "One of the two payments has to stay.")
        )
    if pair.is_in_one_statement:
        raise _both()


def _both() -> BothInStatement:
    return BothInStatement(
        (
            "Trên cùng một sao kê, ngân hàng ghi đây là hai lần chuyển tiền.",
            "On one statement the bank says that these are two transfers.",
        )
    )


async def _pair(conn: db.Conn, *, school_id: int, fund_id: UUID, other_id: UUID) -> _Pair:
    """A statement's row of either one's doubles is the fund's too."""
    found = await db.one(
        conn,
        _Pair,
        """
        select f.account_id = o.account_id as is_one_account,
               exists (select from refund r
                        where r.school_id = $1 and r.fund_id = o.id and r.kind = 'double'
                          and r.state in ('requested', 'succeeded')) as is_other_struck,
               exists (
               select from bank_statement_row x
                 join bank_statement_row y on y.school_id = $1 and y.statement_id = x.statement_id
                where x.school_id = $1 and x.fund_id in (
                      select f.id union all
                      select r.fund_id from refund r
                       where r.school_id = $1 and r.double_of = f.id and r.state = 'succeeded')
                  and y.fund_id in (
                      select o.id union all
                      select r.fund_id from refund r
                       where r.school_id = $1 and r.double_of = o.id and r.state = 'succeeded'
                         and r.fund_id <> f.id)) as is_in_one_statement
          from fund f join fund o on o.school_id = $1 and o.id = $3
         where f.school_id = $1 and f.id = $2
        """,
        school_id,
        fund_id,
        other_id,
    )
    if found is None:
        raise NoSuchFund
    return found


async def _insert(conn: db.Conn, *, school_id: int, double: NewDouble, now: datetime) -> None:
    await conn.execute(
        """
        insert into refund (school_id, id, kind, fund_id, from_account_id, double_of, amount, state,
               reason, requested_by, requested_at)
        select $1, $2, 'double', id, account_id, $4, amount, 'requested', $5, $6, $7
          from fund where school_id = $1 and id = $3
        """,
        school_id,
        double.id,
        double.fund_id,
        double.double_of,
        double.reason,
        double.requested_by,
        now,
    )


async def _post(
    conn: db.Conn,
    school_id: int,
    kind: SourceKind,
    refund_id: UUID,
    debit: str,
    credit: str,
    amount: int,
    now: datetime,
) -> None:
    entries = [Entry(account=debit, amount=amount), Entry(account=credit, amount=-amount)]
    txn = Txn(source_kind=kind, source_id=refund_id, entries=entries)
    await ledger.post(conn, school_id=school_id, txns=[txn], now=now)
