"""A school of 2,000 pupils is billed 8 items each: the issue job's work, and the preview's.

Measured is all that the job does in its transaction: facts, computation, bills with references,
the books, news for 2,000 families. The limit is what PostgreSQL takes for the same rows of the same
tables alone, with the same triggers and keys, as one insert-select a table.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table

from app import db
from app.fees.billing import preview as previewing
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue
from app.ids import new_id
from scripts.benches.absence import fill
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres

console = Console(stderr=True)
_NOW: Final = datetime(2026, 11, 16, 2, tzinfo=UTC)
_ITEMS: Final = 8
_CLASSES: Final = 40
_WRITTEN: Final = ("invoice", "invoice_line", "pay_reference", "ledger_txn", "ledger_entry",
                   "outbox")  # fmt: skip


def main(args: list[str]) -> None:
    """Run it and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench billing")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pupils", type=int, default=2000)
    options = parser.parse_args(args)
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
    ):
        result = asyncio.run(_bench(postgres.dsn("postgres"), options.pupils))
    table = Table(title="bills of a school", show_header=False)
    for name, value in result.items():
        table.add_row(name, f"{value:,.2f}")
    console.print(table)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


async def _bench(dsn: str, pupils: int) -> dict[str, float]:
    await asyncio.to_thread(migrate, dsn)
    owner = await db.connect(dsn)
    await owner.execute("select ensure_partitions('2026-11-01', '2026-11-30')")
    await fill(owner, 1, pupils)
    period_id = await _set_up(owner, pupils)
    # As in a school's first month: of the tables of bills, empty so far, nothing is known.
    await owner.execute("analyze student, enrolment, school_class, class_shift, guardianship")
    pool = await db.create_pool(dsn, role=db.APP_ROLE, size=2, command_s=120)
    issue = Issue(period_id=period_id)
    preview_s = await _previewed(pool, issue)
    began = time.perf_counter()
    async with db.transaction(pool, schools=[1]) as conn:
        issued = await issue_bills(
            conn, school_id=1, issue=issue, issued_by=new_id(), now=_NOW, told=_untold
        )
    issue_s = time.perf_counter() - began
    lines: int = await owner.fetchval("select count(*) from invoice_line")
    if (issued.invoices, issued.told, lines) != (pupils, pupils, pupils * _ITEMS):
        raise SystemExit(f"not all were billed: {issued}, {lines} lines")
    bare_s = await _bare(owner)
    await pool.close()
    await owner.close()
    return {
        "pupils": float(pupils),
        "lines": float(lines),
        "preview_s": preview_s,
        "issue_s": issue_s,
        "bare_inserts_s": bare_s,
        "ratio_to_bare": issue_s / bare_s,
        "lines_per_s": lines / issue_s,
    }


async def _untold(_done: int, _total: int) -> None:
    return None


async def _previewed(pool: db.Pool, issue: Issue) -> float:
    """Seconds, the second time: the first warms connection and code."""
    for _ in range(2):
        began = time.perf_counter()
        async with db.transaction(pool, schools=[1]) as conn:
            facts, computed = await previewing.preview(conn, school_id=1, issue=issue, now=_NOW)
        previewing.summed(issue.period_id, facts, computed, now=_NOW)
        previewing.pupils_shown(facts, computed, only="all", q=None)
    return time.perf_counter() - began


async def _set_up(owner: asyncpg.Connection, pupils: int) -> UUID:
    """Classes of fifty, an account, a period, and 8 items of which each class has its own price.

    A tenth of the pupils have a waiver.
    """
    account_id, period_id, by = new_id(), new_id(), new_id()
    await owner.execute(
        """
        insert into school_class (school_id, id, school_year, grade, name, campus_id)
        select 1, gen_random_uuid(), '2026-2027', 6, 'Lớp ' || n, id
          from campus, generate_series(1, $1::int) n where school_id = 1
        """,
        _CLASSES,
    )
    await owner.execute(_SPREAD, _CLASSES)
    await owner.execute(
        "insert into fee_account (school_id, id, kind, name, is_default, created_by, created_at,"
        " changed_at) values (1, $1, 'cash', 'Quỹ', true, $2, $3, $3)",
        account_id,
        by,
        _NOW,
    )
    await owner.execute(
        "insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,"
        " accepts_partial, state, created_by, created_at, changed_at) values (1, $1, 'Tháng 11',"
        " '2026-11-01', '2026-11-30', '2026-11-25', $2, false, 'draft', $3, $4, $4)",
        period_id,
        account_id,
        by,
        _NOW,
    )
    await owner.execute(_CHARGES, _ITEMS, period_id, by, _NOW)
    await owner.execute(_WAIVERS, pupils // 10, by, new_id(), _NOW)
    return period_id


async def _bare(owner: asyncpg.Connection) -> float:
    """Seconds for the rows that were written, once more, by nothing but inserts."""
    kept = {}
    for table in _WRITTEN:
        columns = await owner.fetchval(_COLUMNS, table)
        # The names are this file's own and the catalogue's.
        await owner.execute(f"create temp table kept_{table} as select {columns} from {table}")  # noqa: S608
        kept[table] = columns
    await owner.execute("set session_replication_role = replica")
    for table in reversed(_WRITTEN):
        await owner.execute(f"delete from {table}")  # noqa: S608
    await owner.execute("set session_replication_role = origin")
    await owner.execute("update kept_invoice set state = 'draft', opened_at = null")
    await owner.execute("vacuum analyze")
    began = time.perf_counter()
    async with owner.transaction():
        for table, columns in kept.items():
            await owner.execute(
                f"insert into {table} ({columns}) select {columns} from kept_{table}"  # noqa: S608
            )
    return time.perf_counter() - began


_SPREAD: Final = """
with seat as (
    select e.student_id, row_number() over (order by e.student_id) as n from enrolment e
     where e.school_id = 1),
class as (
    select id, row_number() over (order by name) as n from school_class
     where school_id = 1 and name like 'Lớp %')
update enrolment e set class_id = class.id
  from seat join class on class.n = 1 + seat.n % $1
 where e.school_id = 1 and e.student_id = seat.student_id
"""
_CHARGES: Final = """
with item as (
    insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis, unit,
           amount, is_voluntary, receipt_kind, kitchen_cut_off, kitchen_days_before, created_by,
           created_at, changed_at)
    select 1, gen_random_uuid(), 'Khoản ' || n, 'khoan ' || n,
           case when n = 1 then 'meal' else 'service' end, 'school', 'Nghị quyết',
           case when n = 1 then 'day' else 'month' end, 10000 * n, false, 'receipt',
           case when n = 1 then time '08:00' end, case when n = 1 then 0 end, $3, $4, $4
      from generate_series(1, $1::int) n returning id, amount),
whole as (
    insert into period_charge (school_id, id, period_id, item_id, seq, amount, scope, ref,
           created_at)
    select 1, gen_random_uuid(), $2, id, 1, amount, 'school', '', $4 from item)
insert into period_charge (school_id, id, period_id, item_id, seq, amount, scope, ref, created_at)
select 1, gen_random_uuid(), $2, i.id, 1, i.amount + 1000, 'class', c.id::text, $4
  from item i, school_class c where c.school_id = 1 and c.name like 'Lớp %'
"""
_WAIVERS: Final = """
insert into waiver (school_id, id, student_id, kind, value, ground, reason, from_day, to_day,
       state, requested_by, requested_at, decided_by, decided_at)
select 1, gen_random_uuid(), id, 'percent', 50, 'policy', '', '2026-09-01', '2027-05-31',
       'approved', $2, $4, $3, $4
  from (select id from student where school_id = 1 order by id limit $1) s
"""
_COLUMNS: Final = """
select string_agg(attname, ', ' order by attnum) from pg_attribute
 where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""
