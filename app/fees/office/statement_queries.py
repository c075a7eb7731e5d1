"""Rows of statements, and what they are in our books."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.office.model import (
    ROW_MEMO_FIELD,
    StatementLine,
    StatementRow,
    StatementSums,
    Waits,
)
from app.fees.office.pairing import Fate


class StoredRow(Struct, frozen=True, kw_only=True):
    """A statement's row as it is kept."""

    n: int
    at: datetime
    day: date
    amount: int
    balance: int | None
    bank_ref: str | None
    memo: bytes | None
    fund_id: UUID | None
    refund_id: UUID | None
    waits: Waits | None


async def insert_rows(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    statement_id: UUID,
    rows: Sequence[StatementRow],
    fates: Sequence[Fate],
    refunds: dict[int, UUID],
    now: datetime,
) -> None:
    """The rows with what they are, and a sighting of each fund that was known."""
    fate_of = {fate.n: fate for fate in fates}
    nothing = Fate(n=0)
    held = [fate_of.get(row.n, nothing) for row in rows]
    await conn.execute(
        """
        with r as (
            insert into bank_statement_row (school_id, statement_id, n, at, day, amount, balance,
                   bank_ref, memo, fund_id, refund_id, waits)
            select $1, $2, * from unnest($3::int[], $4::timestamptz[], $5::date[], $6::bigint[],
                   $7::bigint[], $8::text[], $9::bytea[], $10::uuid[], $11::uuid[], $12::text[])
            returning n, fund_id)
        insert into fund_sighting (school_id, fund_id, source, source_ref, seen_at)
        select $1, fund_id, 'statement', concat($2::uuid, ':', n), $13 from r
         where fund_id is not null
            on conflict do nothing
        """,
        school_id,
        statement_id,
        [row.n for row in rows],
        [row.at for row in rows],
        [row.day for row in rows],
        [row.amount for row in rows],
        [row.balance for row in rows],
        [fate.bank_ref or row.bank_ref for row, fate in zip(rows, held, strict=True)],
        [box.seal(row.memo, field=ROW_MEMO_FIELD) for row in rows],
        [fate.fund_id for fate in held],
        [refunds.get(row.n) for row in rows],
        [fate.waits for fate in held],
        now,
    )


async def next_row(
    conn: db.Conn, *, school_id: int, statement_id: UUID, n: int | None = None
) -> StoredRow | None:
    """A row in that nothing is known of and nobody else has in hand, locked; with `n`: that one."""
    return await db.one(
        conn,
        StoredRow,
        """
        select n, at, day, amount, balance, bank_ref, memo, fund_id, refund_id, waits
          from bank_statement_row
         where school_id = $1 and statement_id = $2 and amount > 0 and fund_id is null
           and waits is null and ($3::int is null or n = $3)
         order by n limit 1 for update skip locked
        """,
        school_id,
        statement_id,
        n,
    )


async def held_row(
    conn: db.Conn, *, school_id: int, statement_id: UUID, n: int
) -> StoredRow | None:
    """One row, locked."""
    return await db.one(
        conn,
        StoredRow,
        """
        select n, at, day, amount, balance, bank_ref, memo, fund_id, refund_id, waits
          from bank_statement_row
         where school_id = $1 and statement_id = $2 and n = $3 for update
        """,
        school_id,
        statement_id,
        n,
    )


async def rows_of(
    conn: db.Conn,
    *,
    school_id: int,
    statement_id: UUID,
    is_waiting: bool,
    after: int,
    limit: int,
) -> list[StoredRow]:
    """A statement's rows in their order; `is_waiting`: those alone that want a person."""
    return await db.many(
        conn,
        StoredRow,
        """
        select n, at, day, amount, balance, bank_ref, memo, fund_id, refund_id, waits
          from bank_statement_row
         where school_id = $1 and statement_id = $2 and n > $3 and (not $4 or waits is not null)
         order by n limit $5
        """,
        school_id,
        statement_id,
        after,
        is_waiting,
        limit,
    )


async def set_row(
    conn: db.Conn,
    *,
    school_id: int,
    statement_id: UUID,
    n: int,
    fund_id: UUID | None,
    bank_ref: str | None,
    waits: Waits | None,
) -> None:
    """What a row is, now that it is known."""
    await conn.execute(
        """
        update bank_statement_row set fund_id = $4, bank_ref = $5, waits = $6
         where school_id = $1 and statement_id = $2 and n = $3
        """,
        school_id,
        statement_id,
        n,
        fund_id,
        bank_ref,
        waits,
    )


async def sums_of(conn: db.Conn, *, school_id: int, statement_id: UUID) -> StatementSums:
    """What has become of a statement's rows so far; `new`: no other source told of them."""
    found = await db.one(
        conn,
        StatementSums,
        """
        select count(*) filter (where amount > 0 and fund_id is not null and is_first) as new,
               count(*) filter (where amount > 0 and fund_id is not null and not is_first) as known,
               count(*) filter (where waits is not null) as waiting,
               count(*) filter (where amount > 0 and fund_id is null and waits is null) as left,
               count(*) filter (where amount < 0 and refund_id is not null) as refunds,
               count(*) filter (where amount < 0 and refund_id is null) as other_out,
               coalesce(sum(amount) filter (where amount > 0), 0)::bigint as amount_in,
               coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as amount_out
          from (select r.amount, r.fund_id, r.refund_id, r.waits,
                       (select s.source_ref = concat(r.statement_id, ':', r.n)
                          from fund_sighting s
                         where s.school_id = r.school_id and s.fund_id = r.fund_id
                         order by s.seen_at, s.source = 'statement', s.source_ref limit 1)
                           as is_first
                  from bank_statement_row r
                 where r.school_id = $1 and r.statement_id = $2) x
        """,
        school_id,
        statement_id,
    )
    return found or StatementSums()


async def statements(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID | None,
    statement_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> list[StatementLine]:
    """The school's statements, the newest first."""
    return await db.many(
        conn,
        StatementLine,
        """
        select b.id, b.account_id, b.file_name, b.profile, b.from_day, b.to_day, b.opening,
               b.closing, b.imported_by, b.imported_at,
               (select min(s.name) from staff s
                 where s.school_id = $1 and s.account_id = b.imported_by) as imported_by_name,
               r.rows, r.waiting, r.left
          from bank_statement b
         cross join lateral (
               select count(*) as rows, count(*) filter (where x.waits is not null) as waiting,
                      count(*) filter (where x.amount > 0 and x.fund_id is null
                            and x.waits is null) as left
                 from bank_statement_row x
                where x.school_id = $1 and x.statement_id = b.id) r
         where b.school_id = $1 and ($2::uuid is null or b.account_id = $2)
           and ($3::uuid is null or b.id = $3) and ($4::uuid is null or b.id < $4)
         order by b.id desc limit $5
        """,
        school_id,
        account_id,
        statement_id,
        before,
        limit,
    )
