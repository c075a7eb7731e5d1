"""What our books know of a statement's rows before it is taken."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.naming import POSTED_WITHIN
from app.fees.office.model import MEMO_FIELD, ROW_MEMO_FIELD, StatementRow
from app.fees.office.pairing import KnownFund, Print
from app.fees.references import packed


class _Known(Struct, frozen=True, kw_only=True):
    id: UUID
    bank_ref: str
    amount: int
    day: date
    memo: bytes | None
    in_statement: bool
    is_struck: bool


async def funds_like(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID, rows: Sequence[StatementRow]
) -> list[KnownFund]:
    """The account's funds of about these days, and those of the rows' references."""
    days = [row.day for row in rows]
    found = await db.many(
        conn,
        _Known,
        """
        select f.id, f.bank_ref, f.amount, f.day, f.memo,
               exists (select from fund_sighting s where s.school_id = $1 and s.fund_id = f.id
                          and s.source = 'statement') as in_statement,
               exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                          and d.kind = 'strike' and d.state = 'succeeded') as is_struck
          from fund f
         where f.school_id = $1 and f.account_id = $2
           and (f.day between $3::date - $6::int and $4::date + $6::int or f.bank_ref = any($5))
        """,
        school_id,
        account_id,
        min(days),
        max(days),
        [row.bank_ref for row in rows if row.bank_ref and row.amount > 0],
        POSTED_WITHIN,
    )
    return [
        KnownFund(
            id=each.id,
            bank_ref=each.bank_ref,
            amount=each.amount,
            day=each.day,
            memo="" if each.memo is None else box.open(each.memo, field=MEMO_FIELD),
            in_statement=each.in_statement,
            is_struck=each.is_struck,
        )
        for each in found
    ]


async def references_elsewhere(
    conn: db.Conn, *, school_id: int, account_id: UUID, rows: Sequence[StatementRow]
) -> Mapping[tuple[str, int], list[date]]:
    """On which days (reference, amount) of these rows are money of another account."""
    rows_found = await db.rows(
        conn,
        """
        select distinct bank_ref, amount, day from fund
         where school_id = $1 and account_id <> $2 and bank_ref = any($3)
        """,
        school_id,
        account_id,
        [row.bank_ref for row in rows if row.bank_ref and row.amount > 0],
    )
    found: dict[tuple[str, int], list[date]] = defaultdict(list)
    for each in rows_found:
        found[each["bank_ref"], each["amount"]].append(each["day"])
    return found


async def said_of(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID, rows: Sequence[StatementRow]
) -> dict[Print, list[UUID]]:
    """The funds that rows of other statements are, by what is printed, each once.

    Only where one of them is a fund of another name: somebody has said so. What has the fund's own
    name is known by that.
    """
    days = [row.day for row in rows]
    shown = await db.rows(
        conn,
        """
        select case when r.bank_ref like 'row:%' then null else r.bank_ref end as bank_ref, r.day,
               r.amount, r.memo, r.fund_id, f.bank_ref is distinct from r.bank_ref as is_said
          from bank_statement b
          join bank_statement_row r on r.school_id = b.school_id and r.statement_id = b.id
          join fund f on f.school_id = b.school_id and f.id = r.fund_id
         where b.school_id = $1 and b.account_id = $2 and b.from_day <= $4 and b.to_day >= $3
           and r.day between $3 and $4 and r.amount > 0
         order by r.fund_id
        """,
        school_id,
        account_id,
        min(days),
        max(days),
    )
    said = {(each["bank_ref"], each["day"], each["amount"]) for each in shown if each["is_said"]}
    found: dict[Print, list[UUID]] = defaultdict(list)
    for each in shown:
        key = each["bank_ref"], each["day"], each["amount"]
        if key in said:
            memo = "" if each["memo"] is None else box.open(each["memo"], field=ROW_MEMO_FIELD)
            funds = found[*key, packed(memo)]
            if each["fund_id"] not in funds:
                funds.append(each["fund_id"])
    return found


async def is_known_elsewhere(
    conn: db.Conn, *, school_id: int, account_id: UUID, file_hash: bytes
) -> bool:
    """Whether this very file was taken for another account."""
    found = await db.value(
        conn,
        """
        select 1 from bank_statement
         where school_id = $1 and account_id <> $2 and file_hash = $3 limit 1
        """,
        school_id,
        account_id,
        file_hash,
    )
    return found is not None


async def refunds_of(
    conn: db.Conn, *, school_id: int, account_id: UUID, rows: Sequence[StatementRow]
) -> dict[int, UUID]:
    """Which rows out are refunds that were paid under the same reference, to the đồng."""
    out = [row for row in rows if row.amount < 0 and row.bank_ref]
    found = await db.rows(
        conn,
        """
        select r.id, r.bank_ref, r.amount
          from refund r
         where r.school_id = $1 and r.from_account_id = $2 and r.state = 'succeeded'
           and r.bank_ref = any($3)
        """,
        school_id,
        account_id,
        [row.bank_ref for row in out],
    )
    left = {(each["bank_ref"], each["amount"]): each["id"] for each in found}
    paired = {row.n: left.pop((row.bank_ref, -row.amount), None) for row in out}
    return {n: refund_id for n, refund_id in paired.items() if refund_id is not None}
