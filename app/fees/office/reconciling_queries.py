"""Both sides of a reconciliation."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.office.model import Waits


class Span(Struct, frozen=True, kw_only=True):
    """A bank account of a school, and some days."""

    school_id: int
    account_id: UUID
    from_day: date
    to_day: date


class SeenRow(Struct, frozen=True, kw_only=True):
    """A statement's row; `known_id`, `known_amount`: the fund under its reference, if any.

    `nth`: of the statement's rows that are printed alike.
    """

    statement_id: UUID
    n: int
    nth: int
    at: datetime
    day: date
    amount: int
    balance: int | None
    bank_ref: str | None
    fund_id: UUID | None
    refund_id: UUID | None
    waits: Waits | None
    known_id: UUID | None
    known_amount: int | None


class Covered(Struct, frozen=True, kw_only=True):
    """A statement, and the days it speaks of."""

    id: UUID
    from_day: date
    to_day: date
    opening: int | None
    closing: int | None


class Balance(Struct, frozen=True, kw_only=True):
    statement_id: UUID
    n: int
    day: date
    amount: int
    balance: int | None


class Unseen(Struct, frozen=True, kw_only=True):
    """A fund, or with an amount below zero a refund, that no row of a statement is."""

    id: UUID
    day: date
    amount: int
    bank_ref: str | None


class Struck(Struct, frozen=True, kw_only=True):
    """A fund that counted the transfer of `double_of` once more, or (None) that never came."""

    fund_id: UUID
    double_of: UUID | None
    day: date
    amount: int
    bank_ref: str | None
    is_shown: bool


async def struck(conn: db.Conn, span: Span) -> list[Struck]:
    """The account's struck funds of all time, the first first; `is_shown`: by a statement's row."""
    return await db.many(
        conn,
        Struck,
        """
        select r.fund_id, r.double_of, f.day, f.amount,
               case when f.bank_ref ~ '^(sepay|row):' then null else f.bank_ref end as bank_ref,
               exists (select from bank_statement_row x
                        where x.school_id = $1 and x.fund_id = f.id) as is_shown
          from refund r join fund f on f.school_id = r.school_id and f.id = r.fund_id
         where r.school_id = $1 and f.account_id = $2 and r.kind = 'strike'
           and r.state = 'succeeded'
         order by f.day, f.id
        """,
        span.school_id,
        span.account_id,
    )


async def rows(conn: db.Conn, span: Span) -> list[SeenRow]:
    """What the bank's statements say of these days."""
    return await db.many(
        conn,
        SeenRow,
        """
        select r.statement_id, r.n, r.at, r.day, r.amount, r.balance,
               row_number() over (partition by r.statement_id, r.at, r.amount, r.balance
                                  order by r.n) as nth,
               case when r.bank_ref like 'row:%' then null else r.bank_ref end as bank_ref,
               r.fund_id, r.refund_id, r.waits, f.id as known_id, f.amount as known_amount
          from bank_statement b
          join bank_statement_row r on r.school_id = b.school_id and r.statement_id = b.id
          left join fund f on f.school_id = b.school_id and f.account_id = b.account_id
                and f.bank_ref = r.bank_ref and r.amount > 0
                -- A number that each day gives anew: `naming.is_daily_number`.
                and (f.day = r.day or r.bank_ref !~ '^[0-9]{1,7}$')
         where b.school_id = $1 and b.account_id = $2 and r.day between $3 and $4
         order by r.day, r.statement_id, r.n
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )


async def statements(conn: db.Conn, span: Span) -> list[Covered]:
    """The statements that speak of one of these days."""
    return await db.many(
        conn,
        Covered,
        """
        select id, from_day, to_day, opening, closing from bank_statement
         where school_id = $1 and account_id = $2 and from_day <= $4 and to_day >= $3
         order by from_day, to_day, id
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )


async def balances(conn: db.Conn, span: Span) -> list[Balance]:
    """All rows of these statements with the balance beside them, as printed."""
    return await db.many(
        conn,
        Balance,
        """
        select r.statement_id, r.n, r.day, r.amount, r.balance
          from bank_statement b
          join bank_statement_row r on r.school_id = b.school_id and r.statement_id = b.id
         where b.school_id = $1 and b.account_id = $2 and b.from_day <= $4 and b.to_day >= $3
         order by r.statement_id, r.n
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )


async def funds_unseen(conn: db.Conn, span: Span) -> list[Unseen]:
    """Money of these days that no statement shows; what was struck is none."""
    return await db.many(
        conn,
        Unseen,
        """
        select f.id, f.day, f.amount,
               case when f.bank_ref ~ '^(sepay|row):' then null else f.bank_ref end as bank_ref
          from fund f
         where f.school_id = $1 and f.account_id = $2 and f.day between $3 and $4
           and not exists (select from bank_statement_row r
                            where r.school_id = $1 and r.fund_id = f.id)
           and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                              and d.kind = 'strike' and d.state = 'succeeded')
         order by f.day, f.id
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )


async def deposits(conn: db.Conn, span: Span) -> list[Unseen]:
    """Money of these days that is the school's own cash, whether a statement shows it or not."""
    return await db.many(
        conn,
        Unseen,
        """
        select f.id, f.day, f.amount,
               case when f.bank_ref ~ '^(sepay|row):' then null else f.bank_ref end as bank_ref
          from refund r join fund f on f.school_id = r.school_id and f.id = r.fund_id
         where r.school_id = $1 and f.account_id = $2 and f.day between $3 and $4
           and r.kind = 'deposit' and r.state = 'succeeded'
         order by f.day, f.id
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )


async def refunds_unseen(conn: db.Conn, span: Span) -> list[Unseen]:
    """Refunds that were paid on these days and that no statement shows."""
    return await db.many(
        conn,
        Unseen,
        """
        select r.id, (r.settled_at at time zone 'Asia/Ho_Chi_Minh')::date as day,
               -r.amount as amount, r.bank_ref
          from refund r
         where r.school_id = $1 and r.from_account_id = $2 and r.state = 'succeeded'
           and r.kind = 'transfer'
           and (r.settled_at at time zone 'Asia/Ho_Chi_Minh')::date between $3 and $4
           and not exists (select from bank_statement_row x
                            where x.school_id = $1 and x.refund_id = r.id)
         order by r.settled_at, r.id
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )


async def our_sums(conn: db.Conn, span: Span) -> tuple[int, int]:
    """What our books say came in, nothing twice, and was paid back on these days."""
    row = await conn.fetchrow(
        """
        select (select coalesce(sum(f.amount), 0)::bigint from fund f
                 where f.school_id = $1 and f.account_id = $2 and f.day between $3 and $4
                   and not exists (
                       select from refund d where d.school_id = $1 and d.fund_id = f.id
                          and d.kind = 'strike' and d.state = 'succeeded')) as funds,
               (select coalesce(sum(r.amount), 0)::bigint from refund r
                 where r.school_id = $1 and r.from_account_id = $2 and r.state = 'succeeded'
                   and r.kind = 'transfer'
                   and (r.settled_at at time zone 'Asia/Ho_Chi_Minh')::date between $3 and $4)
                   as refunds
        """,
        span.school_id,
        span.account_id,
        span.from_day,
        span.to_day,
    )
    return (row["funds"], row["refunds"]) if row is not None else (0, 0)


async def ledger(conn: db.Conn, span: Span) -> tuple[int, int]:
    """The account's balance in the ledger, and what funds and refunds say it is; of all time.

    What was struck is among both.
    """
    row = await conn.fetchrow(
        """
        select (select coalesce(sum(amount), 0)::bigint from ledger_entry
                 where school_id = $1 and account = 'money:' || $2::uuid) as ledger,
               (select coalesce(sum(amount), 0)::bigint from fund
                 where school_id = $1 and account_id = $2)
               - (select coalesce(sum(amount), 0)::bigint from refund
                   where school_id = $1 and from_account_id = $2 and state = 'succeeded')
                   as expected
        """,
        span.school_id,
        span.account_id,
    )
    return (row["ledger"], row["expected"]) if row is not None else (0, 0)
