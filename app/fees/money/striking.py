"""Money that is in the books and should not be: told of twice, or of what never came.

By a person's mistake two funds are one transfer; by a forger's a fund is none. It goes out as a
refund that no bank moves: asked for by one person, struck by another. The fund stays, with who saw
it, so that whoever tells of it again makes no new one.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.errors import (
    BothInStatement,
    FundInUse,
    NoSuchFund,
    NotProvedMissing,
    NotTheSame,
    OtherIsStruck,
    RefundDecided,
)
from app.fees.money import funds, refunds
from app.fees.money.ledger import SourceKind
from app.fees.money.model import FundHeld, NewDeposit, NewStrike
from app.fees.money.naming import POSTED_WITHIN
from app.fees.money.refunds import RefundHeld

# What a slip for it says of itself.
_LOOKED_INTO: Final = "Khoản tiền được đối chiếu lại"


class _Pair(Struct, frozen=True, kw_only=True):
    """How two funds stand to each other; `is_other_struck`: it is, or somebody asks for it."""

    is_one_account: bool
    is_other_struck: bool
    is_in_one_statement: bool


async def ask(conn: db.Conn, *, school_id: int, strike: NewStrike, now: datetime) -> bool:
    """Say that a fund should not be there: all of it is held. False: known by its id already.

    What was put to bills of it is taken back before.

    Raises:
        NoSuchFund
        NotTheSame: the two are of other accounts or amounts, or one.
        FundInUse: not all of it is free.
        OtherIsStruck: one of the two has to stay.
        BothInStatement: the bank says that they are two transfers.
        NotProvedMissing: of what never came: no statement of its days shows it.
    """
    wanted = {strike.fund_id, strike.double_of or strike.fund_id}
    held = await funds.hold_funds(conn, school_id=school_id, fund_ids=wanted)
    if await refunds.fund_of(conn, school_id=school_id, refund_id=strike.id) is not None:
        return False
    fund = held[strike.fund_id]
    if strike.double_of is not None:
        await _require_same(conn, school_id, fund, held[strike.double_of])
    require_free(fund)
    await _require_untold(conn, school_id, fund.id, strike.double_of)
    await hold_all(conn, school_id=school_id, fund=fund, asked=strike, now=now)
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
    """A second person agrees: the books lose it. Nothing moves at the bank.

    Raises:
        NoSuchRefund, RefundDecided
        SamePerson: whoever asked.
        BothInStatement, NotProvedMissing: a statement has come meanwhile.
    """
    held = await refunds.take_asked(
        conn, school_id=school_id, refund_id=refund_id, kind="strike", decided_by=decided_by
    )
    await _require_untold(conn, school_id, held.fund_id, held.double_of)
    await agree(
        conn,
        school_id=school_id,
        held=held,
        posted="refund_struck",
        decided_by=decided_by,
        reason=reason,
        now=now,
    )


def require_free(fund: FundHeld) -> None:
    """Nothing of it is on a bill or held. Raises: FundInUse."""
    if fund.free != fund.amount:
        raise FundInUse(
            (
                "Hãy gỡ tiền ra khỏi các phiếu trước; khoản đang hoàn thì chờ xong việc hoàn.",
                "Take it back from its bills first, or wait for the refund that is under way.",
            )
        )


async def hold_all(
    conn: db.Conn,
    *,
    school_id: int,
    fund: FundHeld,
    asked: NewStrike | NewDeposit,
    now: datetime,
) -> None:
    """All of a fund waits for a second person, in the books too."""
    await _insert(conn, school_id=school_id, asked=asked, now=now)
    await refunds.move_held(conn, school_id=school_id, fund=fund, amount=fund.amount, now=now)
    await refunds.post(
        conn, school_id, "refund_held", asked.id, "unallocated", "refund_payable", fund.amount, now
    )
    await refunds.renew_papers(
        conn,
        school_id=school_id,
        fund_id=fund.id,
        by=asked.requested_by,
        now=now,
        reason=_LOOKED_INTO,
    )


async def agree(
    conn: db.Conn,
    *,
    school_id: int,
    held: RefundHeld,
    posted: SourceKind,
    decided_by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """The second person's word: the account that it names has so much less."""
    await conn.execute(
        """
        update refund set state = 'succeeded', decided_by = $3, decided_at = $4,
               decided_reason = $5, settled_by = $3, settled_at = $4
         where school_id = $1 and id = $2
        """,
        school_id,
        held.id,
        decided_by,
        now,
        reason,
    )
    money = f"money:{held.account_id}"
    await refunds.post(conn, school_id, posted, held.id, "refund_payable", money, held.amount, now)


async def restore(
    conn: db.Conn, *, school_id: int, refund_id: UUID, by: UUID, now: datetime
) -> None:
    """It was a family's transfer after all: the fund counts again, and waits for a person.

    For nobody's next bill, though it was somebody's credit before it was struck. Of a deposit the
    cash box has its money again.

    Raises:
        NoSuchRefund
        RefundDecided: it is neither struck nor a deposit.
    """
    fund, held = await refunds.take(conn, school_id=school_id, refund_id=refund_id)
    if held.state != "succeeded" or held.kind == "transfer":
        raise RefundDecided
    await conn.execute(
        """
        with undone as (
            update refund set state = 'failed', settled_by = $4, settled_at = $5
             where school_id = $1 and id = $2)
        update fund set refund_held = refund_held - $6, review = $7,
               credit_student_id = null, changed_at = $5
         where school_id = $1 and id = $3
        """,
        school_id,
        refund_id,
        fund.id,
        by,
        now,
        held.amount,
        "duplicate" if held.kind == "strike" else "no_reference",
    )
    money = f"money:{held.account_id}"
    await refunds.post(
        conn, school_id, "refund_restored", refund_id, money, "unallocated", held.amount, now
    )
    await refunds.renew_papers(
        conn, school_id=school_id, fund_id=fund.id, by=by, now=now, reason=_LOOKED_INTO
    )


async def _require_same(conn: db.Conn, school_id: int, fund: FundHeld, other: FundHeld) -> None:
    """The two may be one transfer, and one of them stays."""
    pair = await _pair(conn, school_id=school_id, fund_id=fund.id, other_id=other.id)
    if fund.id == other.id or not pair.is_one_account or fund.amount != other.amount:
        raise NotTheSame(
            (
                "Chọn một khoản khác, cùng tài khoản và cùng số tiền.",
                "Choose another payment of the same account and amount.",
            )
        )
    if pair.is_other_struck:
        raise OtherIsStruck(
            ("Phải còn lại một trong hai khoản.", "One of the two payments has to stay.")
        )


async def _require_untold(
    conn: db.Conn, school_id: int, fund_id: UUID, double_of: UUID | None
) -> None:
    """No statement contradicts: it has not both; of what never came it has nothing at all."""
    if double_of is not None:
        pair = await _pair(conn, school_id=school_id, fund_id=fund_id, other_id=double_of)
        if pair.is_in_one_statement:
            raise BothInStatement(
                (
                    "Trên cùng một sao kê, ngân hàng ghi đây là hai lần chuyển tiền.",
                    "On one statement the bank says that these are two transfers.",
                )
            )
    elif not await _is_missing(conn, school_id=school_id, fund_id=fund_id):
        raise NotProvedMissing(
            (
                "Hãy nhập sao kê từ ngày ấy đến 3 ngày sau, xử lý các dòng đang chờ; "
                "có trong sao kê thì không gỡ được.",
                "Import the statements of its day and of 3 days after it, decide what waits of "
                "them; they must not show it.",
            )
        )


async def _is_missing(conn: db.Conn, *, school_id: int, fund_id: UUID) -> bool:
    """Whether statements speak of a transfer's day, and of when it was posted at the latest."""
    found: bool = await db.value(
        conn,
        """
        with recursive told as (
            select $2::uuid as id
             union all
            select r.fund_id
              from told t
              join refund r on r.school_id = $1 and r.double_of = t.id and r.state = 'succeeded')
        select f.channel = 'transfer'
           and not exists (select from told t
                             join bank_statement_row r on r.school_id = $1 and r.fund_id = t.id)
           -- What a row is that nobody has decided yet may be just this.
           and not exists (select from bank_statement b
                             join bank_statement_row r on r.school_id = $1 and r.statement_id = b.id
                            where b.school_id = $1 and b.account_id = f.account_id
                              and r.amount = f.amount and r.fund_id is null
                              and r.day between f.day - $3::int and f.day + $3)
           and (select bool_and(exists (
                       select from bank_statement b
                        where b.school_id = $1 and b.account_id = f.account_id
                          and d.day between b.from_day and b.to_day))
                  from (values (f.day), (f.day + $3::int)) as d (day))
          from fund f where f.school_id = $1 and f.id = $2
        """,
        school_id,
        fund_id,
        POSTED_WITHIN,
    )
    return found


async def _pair(conn: db.Conn, *, school_id: int, fund_id: UUID, other_id: UUID) -> _Pair:
    """A statement's row of what was struck for a fund is the fund's too."""
    found = await db.one(
        conn,
        _Pair,
        """
        with recursive told as (
            select id as root_id, id from fund where school_id = $1 and id in ($2, $3)
             union all
            select t.root_id, r.fund_id
              from told t
              join refund r on r.school_id = $1 and r.double_of = t.id and r.state = 'succeeded'),
        shown as (
            select t.root_id, x.statement_id
              from told t join bank_statement_row x on x.school_id = $1 and x.fund_id = t.id)
        select f.account_id = o.account_id as is_one_account,
               exists (select from refund r
                        where r.school_id = $1 and r.fund_id = o.id and r.kind = 'strike'
                          and r.state in ('requested', 'succeeded')) as is_other_struck,
               exists (select from shown x join shown y on y.statement_id = x.statement_id
                        where x.root_id = f.id and y.root_id = o.id) as is_in_one_statement
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


async def _insert(
    conn: db.Conn, *, school_id: int, asked: NewStrike | NewDeposit, now: datetime
) -> None:
    await conn.execute(
        """
        insert into refund (school_id, id, kind, fund_id, from_account_id, double_of, amount, state,
               reason, requested_by, requested_at)
        select $1, $2, $8, id, coalesce($9, account_id), $4, amount, 'requested', $5, $6, $7
          from fund where school_id = $1 and id = $3
        """,
        school_id,
        asked.id,
        asked.fund_id,
        asked.double_of if isinstance(asked, NewStrike) else None,
        asked.reason,
        asked.requested_by,
        now,
        "strike" if isinstance(asked, NewStrike) else "deposit",
        None if isinstance(asked, NewStrike) else asked.from_account_id,
    )
