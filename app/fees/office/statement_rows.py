"""Rows of a statement: each new one is a step of its own; a person decides about who waits."""

from datetime import datetime
from uuid import UUID

from app import audit, db
from app.crypto import SchoolBox
from app.fees.errors import FundDiffers, NoSuchFund
from app.fees.money.funds import hold_account, hold_funds, receive
from app.fees.money.model import Arrival
from app.fees.money.naming import is_daily_number
from app.fees.office import statement_queries as queries
from app.fees.office.meanwhile import came_meanwhile
from app.fees.office.model import (
    MEMO_FIELD,
    ROW_MEMO_FIELD,
    BadStatementRow,
    NoSuchStatement,
    StatementRowShown,
)
from app.fees.office.statement_queries import StoredRow
from app.fees.receiving.applying import apply


async def take_next(
    conn: db.Conn, *, box: SchoolBox, school_id: int, statement_id: UUID, now: datetime
) -> bool:
    """Take the next new row's money, in a transaction of its own; False: there is none left.

    It was new when the file came. What a gateway told of meanwhile may be it: then it waits.
    """
    row = await queries.next_row(conn, school_id=school_id, statement_id=statement_id)
    if row is None:
        return False
    account_id = await _account(conn, school_id, statement_id)
    await hold_account(conn, school_id=school_id, account_id=account_id)
    if await came_meanwhile(
        conn,
        box=box,
        school_id=school_id,
        account_id=account_id,
        statement_id=statement_id,
        row=row,
        memo=_memo(box, row),
    ):
        await queries.set_row(
            conn,
            school_id=school_id,
            statement_id=statement_id,
            n=row.n,
            fund_id=None,
            bank_ref=row.bank_ref,
            waits="maybe_known",
        )
    else:
        await _take(conn, box=box, school_id=school_id, statement_id=statement_id, row=row, now=now)
    return True


async def decide_row(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    statement_id: UUID,
    n: int,
    fund_id: UUID | None,
    decided_by: UUID,
    now: datetime,
) -> StatementRowShown:
    """A person says what a waiting row is: this fund, or (None) money that is not known yet.

    Raises:
        NoSuchStatement, BadStatementRow, NoSuchFund
    """
    row = await queries.held_row(conn, school_id=school_id, statement_id=statement_id, n=n)
    if row is None:
        raise NoSuchStatement
    if row.waits is None:
        raise BadStatementRow
    if fund_id is not None:
        # Of two rows that are said to be one fund at once the second sees the first.
        await hold_funds(conn, school_id=school_id, fund_ids=[fund_id])
        await _is_fund(conn, school_id=school_id, statement_id=statement_id, row=row, fund=fund_id)
        await _sight(conn, school_id, fund_id, f"{statement_id}:{n}", now)
        await queries.set_row(
            conn,
            school_id=school_id,
            statement_id=statement_id,
            n=n,
            fund_id=fund_id,
            bank_ref=row.bank_ref,
            waits=None,
        )
    else:
        account_id = await _account(conn, school_id, statement_id)
        await hold_account(conn, school_id=school_id, account_id=account_id)
        await _take(
            conn,
            box=box,
            school_id=school_id,
            statement_id=statement_id,
            row=row,
            now=now,
            bank_ref=_name_of_new(row, statement_id),
        )
    (shown,) = await shown_rows(
        conn, box=box, school_id=school_id, statement_id=statement_id, after=n - 1, limit=1
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_statement_row",
        subject_id=statement_id,
        actor_account_id=decided_by,
        detail={
            "row": n,
            "decision": "new" if fund_id is None else "known",
            "fund": str(shown.fund_id),
        },
        now=now,
    )
    return shown


def _name_of_new(row: StoredRow, statement_id: UUID) -> str:
    """The bank's reference, where no other transfer may have it; else what this row is called."""
    is_free = row.waits == "maybe_known" and row.bank_ref and not is_daily_number(row.bank_ref)
    return row.bank_ref if is_free and row.bank_ref else f"row:{statement_id}:{row.n}"


async def shown_rows(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    statement_id: UUID,
    is_waiting: bool = False,
    after: int = 0,
    limit: int,
) -> list[StatementRowShown]:
    """A statement's rows in clear, for who works on them."""
    rows = await queries.rows_of(
        conn,
        school_id=school_id,
        statement_id=statement_id,
        is_waiting=is_waiting,
        after=after,
        limit=limit,
    )
    return [
        StatementRowShown(
            n=row.n,
            at=row.at,
            day=row.day,
            amount=row.amount,
            balance=row.balance,
            bank_ref=None if (row.bank_ref or "").startswith("row:") else row.bank_ref,
            memo=_memo(box, row),
            fund_id=row.fund_id,
            refund_id=row.refund_id,
            waits=row.waits,
            candidates=await _candidates(conn, school_id, statement_id, row) if row.waits else [],
        )
        for row in rows
    ]


async def _take(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    statement_id: UUID,
    row: StoredRow,
    now: datetime,
    bank_ref: str | None = None,
) -> None:
    account_id = await _account(conn, school_id, statement_id)
    memo = _memo(box, row)
    reference = bank_ref or row.bank_ref or f"row:{statement_id}:{row.n}"
    arrival = Arrival(
        account_id=account_id,
        bank_ref=reference,
        amount=row.amount,
        channel="transfer",
        received_at=row.at,
        memo=box.seal(memo, field=MEMO_FIELD),
        payer=None,
        source="statement",
        source_ref=f"{statement_id}:{row.n}",
    )
    try:
        received = await receive(conn, school_id=school_id, arrival=arrival, now=now)
    except FundDiffers:
        # A webhook was faster, with another amount.
        await queries.set_row(
            conn,
            school_id=school_id,
            statement_id=statement_id,
            n=row.n,
            fund_id=None,
            bank_ref=row.bank_ref,
            waits="amount_differs",
        )
        return
    if received.is_new:
        await apply(
            conn,
            school_id=school_id,
            fund_id=received.fund_id,
            amount=row.amount,
            account_id=account_id,
            memo=memo,
            now=now,
        )
    await queries.set_row(
        conn,
        school_id=school_id,
        statement_id=statement_id,
        n=row.n,
        fund_id=received.fund_id,
        bank_ref=row.bank_ref,
        waits=None,
    )


async def _account(conn: db.Conn, school_id: int, statement_id: UUID) -> UUID:
    found: UUID = await db.value(
        conn,
        "select account_id from bank_statement where school_id = $1 and id = $2",
        school_id,
        statement_id,
    )
    return found


async def _is_fund(
    conn: db.Conn, *, school_id: int, statement_id: UUID, row: StoredRow, fund: UUID
) -> None:
    if fund not in await _candidates(conn, school_id, statement_id, row):
        raise NoSuchFund(
            (
                "Khoản tiền phải cùng tài khoản, cùng số tiền và chưa có trong sao kê.",
                "The payment must be of this account and amount, and in no statement yet.",
            )
        )


async def _candidates(
    conn: db.Conn, school_id: int, statement_id: UUID, row: StoredRow
) -> list[UUID]:
    """Funds of this amount about this day that no row of a statement is yet."""
    found = await db.rows(
        conn,
        """
        select f.id from fund f
          join bank_statement b on b.school_id = $1 and b.id = $2 and b.account_id = f.account_id
         where f.school_id = $1 and f.amount = $3 and f.day between $4::date - 3 and $4::date + 3
           and not exists (select from bank_statement_row r
                            where r.school_id = $1 and r.fund_id = f.id
                              and r.statement_id = $2)
         order by abs(f.day - $4::date), f.received_at limit 20
        """,
        school_id,
        statement_id,
        row.amount,
        row.day,
    )
    return [each["id"] for each in found]


async def _sight(
    conn: db.Conn, school_id: int, fund_id: UUID, source_ref: str, now: datetime
) -> None:
    await conn.execute(
        """
        insert into fund_sighting (school_id, fund_id, source, source_ref, seen_at)
        values ($1, $2, 'statement', $3, $4) on conflict do nothing
        """,
        school_id,
        fund_id,
        source_ref,
        now,
    )


def _memo(box: SchoolBox, row: StoredRow) -> str:
    return "" if row.memo is None else box.open(row.memo, field=ROW_MEMO_FIELD)
