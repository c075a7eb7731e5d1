"""Schools that are owed money: an account, a merchant, and an open bill for each pupil."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import Vault
from app.fees.references import new_reference
from app.fees.setup.queries import NUMBER_FIELD, SECRET_FIELD, number_index
from app.ids import new_id
from scripts.benches._province import build

AMOUNT: Final = 120_000
SECRET: Final = "bench"  # noqa: S105 - it opens nothing
PUPILS: Final = 130


class Payee(Struct, frozen=True, kw_only=True):
    """A school as its bank knows it, and what its families write into their transfers."""

    school_id: int
    merchant_id: UUID
    number: str
    references: Sequence[str]


async def open_tills(dsn: str, vault: Vault, *, schools: int) -> list[Payee]:
    """Build so many schools; each pupil has one bill of `AMOUNT`."""
    await build(dsn, vault, schools=schools, guards=1, pupils=PUPILS)
    conn = await db.connect(dsn)
    try:
        payees = []
        for school_id in range(1, schools + 1):
            async with conn.transaction():
                payees.append(await _open(conn, vault, school_id))
        await conn.execute("analyze")
        return payees
    finally:
        await conn.close()


async def _open(conn: db.Conn, vault: Vault, school_id: int) -> Payee:
    wrapped = vault.new_school_key()
    box = vault.school_box(wrapped, school_id)
    account, merchant, period, by = (new_id() for _ in range(4))
    number, now = f"0071{school_id:09d}", datetime.now(UTC)
    await conn.execute("insert into school_key values ($1, $2)", school_id, wrapped)
    await conn.execute(
        "insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,"
        " number_tail, holder, is_default, created_by, created_at, changed_at)"
        " values ($1, $2, 'bank', 'Trường', '970436', $3, $4, $5, 'TRUONG', true, $6, $7, $7)",
        school_id, account, box.seal(number, field=NUMBER_FIELD), number_index(box, number),
        number[-4:], by, now,
    )  # fmt: skip
    await conn.execute("insert into merchant_school values ($1, $2)", merchant, school_id)
    await conn.execute(
        "insert into merchant (school_id, id, account_id, provider, secret, created_by,"
        " created_at, changed_at) values ($1, $2, $3, 'sepay', $4, $5, $6, $6)",
        school_id, merchant, account, box.seal(SECRET, field=SECRET_FIELD), by, now,
    )  # fmt: skip
    await conn.execute(
        "insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,"
        " accepts_partial, state, created_by, created_at, changed_at)"
        " values ($1, $2, 'Tháng 11', $3, $4, $4, $5, false, 'open', $6, $7, $7)",
        school_id, period, date(2026, 11, 1), date(2026, 11, 30), account, by, now,
    )  # fmt: skip
    references = [new_reference() for _ in range(PUPILS)]
    await conn.execute(_BILLS, school_id, references, period, account, by, now, AMOUNT, new_id())
    return Payee(school_id=school_id, merchant_id=merchant, number=number, references=references)


_BILLS: Final = """
with item as (
    insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis, unit,
           amount, is_voluntary, receipt_kind, created_by, created_at, changed_at)
    values ($1, $8, 'Bán trú', 'ban tru', 'service', 'school', 'NQ', 'period', $7, false, 'receipt',
            $5, $6, $6) returning id),
pupil as (
    select id, row_number() over (order by id) as n from student where school_id = $1),
bill as (
    insert into invoice (school_id, id, student_id, period_id, seq, is_voluntary, account_id,
           pay_ref, state, due_day, charged, waived, issued_by, drafted_at, opened_at, changed_at)
    select $1, gen_random_uuid(), p.id, $3, 1, false, $4, r.ref, 'open', '2026-11-30', $7, 0, $5,
           $6, $6, $6
      from unnest($2::text[]) with ordinality as r (ref, n) join pupil p on p.n = r.n
    returning id, pay_ref)
insert into pay_reference (school_id, ref, invoice_id) select $1, pay_ref, id from bill
"""

_LINES: Final = """
set session_replication_role = replica;
insert into invoice_line (school_id, invoice_id, n, kind, item_id, name, legal_basis, unit,
       quantity, unit_amount, amount, waived, receipt_kind)
select b.school_id, b.id, 1, 'charge', i.id, i.name, i.legal_basis, i.unit, 1, b.charged, b.charged,
       0, i.receipt_kind
  from invoice b join fee_item i on i.school_id = b.school_id;
set session_replication_role = origin
"""


async def write_lines(dsn: str) -> None:
    """A line for each bill, past the trigger that keeps open bills as they are."""
    conn = await db.connect(dsn)
    await conn.execute(_LINES)
    await conn.execute("analyze invoice_line")
    await conn.close()


def open_all(dsn: str, vault: Vault, *, schools: int) -> list[Payee]:
    """`open_tills` with the lines, from where no loop runs."""

    async def both() -> list[Payee]:
        payees = await open_tills(dsn, vault, schools=schools)
        await write_lines(dsn)
        return payees

    return asyncio.run(both())
