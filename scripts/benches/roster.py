"""A school's whole roster: read, compared and written, beside the bare insert of the same rows.

The sheet comes from a file written by another tool. Then the same file again, which changes nothing
but must be compared. The limit is what PostgreSQL takes for the rows alone, ready made, by COPY
into the same tables, with their constraints and indexes.
"""

import argparse
import asyncio
import io
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import openpyxl
import psutil
from rich.console import Console
from rich.table import Table

from app import db
from app.crypto import Vault
from app.ids import new_id
from app.keys import KeyRing
from app.schools.common import lock_school, school_day, school_year_of
from app.schools.imports.model import ImportResult
from app.schools.imports.roster import apply_roster, plan_roster
from app.schools.imports.roster_columns import ROSTER_COLUMNS
from app.sheets.reading import read_sheet
from scripts.benches._figures import cpu_s
from scripts.benches._province import build
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres

console = Console(stderr=True)
_SCHOOL: Final = 1
_CLASSES: Final = 100
# The tables that an import fills, what hangs on others last; by what a row is told apart.
_TABLES: Final = {
    "account": "id",
    "student": "id",
    "enrolment": "student_id",
    "card": "id",
    "guardian": "id",
    "guardianship": "student_id",
}


def main(args: list[str]) -> None:
    """Run it all and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench roster")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=5_000)
    options = parser.parse_args(args)
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
    ):
        result = asyncio.run(_bench(postgres, options.rows))
    _show(result, options.rows)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


async def _bench(postgres: EmbeddedPostgres, rows: int) -> dict[str, float]:
    dsn = postgres.dsn("postgres")
    await asyncio.to_thread(migrate, dsn)
    vault = Vault(KeyRing.parse(KeyRing.generate()))
    # Not an empty province: look-ups of accounts and links must be by index.
    await build(dsn, vault, schools=20, guards=1, pupils=500, first_id=_SCHOOL)
    owner = await db.connect(dsn)
    await _prepare(owner, vault)
    data = await asyncio.to_thread(_file, rows)
    pool = await db.create_pool(dsn, role=db.APP_ROLE, size=2)
    bench = _Bench(pool, vault, postgres)
    began = await _marks(owner)
    first = await bench.run(data, created=rows)
    again = await bench.run(data, created=0)
    bare = await _bare(owner, began, postgres)
    await pool.close()
    await owner.close()
    thousands = rows / 1000
    return {
        "rows": float(rows),
        **{f"first_{k}": v for k, v in first.items()},
        **{f"again_{k}": v for k, v in again.items()},
        **bare,
        "first_s_per_1000": first["s"] / thousands,
        "again_s_per_1000": again["s"] / thousands,
        "bare_s_per_1000": bare["bare_s"] / thousands,
        "ratio": first["s"] / bare["bare_s"],
    }


class _Bench:
    """Imports as the worker does, in one transaction under the application's role."""

    def __init__(self, pool: db.Pool, vault: Vault, postgres: EmbeddedPostgres) -> None:
        self._pool, self._vault = pool, vault
        self._postgres = psutil.Process(postgres.pid)

    async def run(self, data: bytes, *, created: int) -> dict[str, float]:
        cpu, server, start = time.process_time(), cpu_s(self._postgres), time.perf_counter()
        sheet = await read_sheet(data, filename="danh sách.xlsx", columns=ROSTER_COLUMNS)
        read = time.perf_counter()
        now = datetime.now(UTC)
        async with db.transaction(self._pool, schools=[_SCHOOL]) as conn:
            await lock_school(conn, school_id=_SCHOOL)
            plan = await plan_roster(
                conn, vault=self._vault, school_id=_SCHOOL, sheet=sheet, create_classes=True,
                locale="vi", now=now, told=_told,
            )  # fmt: skip
            planned = time.perf_counter()
            _check(plan.result, created)
            await apply_roster(
                conn, vault=self._vault, school_id=_SCHOOL, plan=plan, account_id=new_id(),
                now=now, told=_told,
            )  # fmt: skip
        end = time.perf_counter()
        return {
            "s": end - start,
            "read_s": read - start,
            "plan_s": planned - read,
            "write_s": end - planned,
            "python_cpu_s": time.process_time() - cpu,
            "postgres_cpu_s": cpu_s(self._postgres) - server,
        }


def _check(result: ImportResult, created: int) -> None:
    if result.errors or result.created != created or result.updated:
        raise RuntimeError(f"not what was to be imported: {msgspec.json.encode(result)[:1000]!r}")


async def _told(_done: int, _total: int) -> None:
    return None


async def _prepare(owner: asyncpg.Connection, vault: Vault) -> None:
    await owner.execute(
        "insert into school_key (school_id, wrapped) values ($1, $2)",
        _SCHOOL,
        vault.new_school_key(),
    )
    # Whatever year the benchmark runs in, the classes are to be made.
    year = school_year_of(school_day(datetime.now(UTC)))
    await owner.execute("update school_class set school_year = $1", year)


def _file(rows: int) -> bytes:
    """As a school office has it: names in capitals, phones as numbers, days as text and dates."""
    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a workbook without a sheet")
    sheet.append(["STT", *(column.heading for column in ROSTER_COLUMNS)])
    for n in range(rows):
        sheet.append([
            n + 1, 4_600_000_000 + n, f"NGUYỄN THỊ MINH {_word(n)}", f"{n % 28 + 1}/3/2019",
            "Nữ", f"1/{n % _CLASSES + 1}", "Cả ngày",
            f"Trần Thị {_word(n)}", 912_000_000 + n, "Mẹ",
            f"Nguyễn Văn {_word(n)}", 987_000_000 + n, "Bố",
        ])  # fmt: skip
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _word(n: int) -> str:
    """A name of its own for each number below 100,000."""
    letters = "BCDGHKLMNP"
    return "".join(letters[int(digit)] for digit in f"{n:05d}").capitalize()


async def _marks(owner: asyncpg.Connection) -> dict[str, list[UUID | bytes]]:
    """What was there before the import, by table: left out of the bare run."""
    marks = {}
    for table, key in _TABLES.items():
        rows = await owner.fetch(f"select {key} from {table}")  # noqa: S608 - our own names
        marks[table] = [row[0] for row in rows]
    return marks


async def _bare(
    owner: asyncpg.Connection, before: dict[str, list[UUID | bytes]], postgres: EmbeddedPostgres
) -> dict[str, float]:
    """Seconds for the rows that the first import wrote, taken out and copied in as they are."""
    written: dict[str, bytes] = {}
    for table, key in _TABLES.items():
        file = io.BytesIO()
        query = f"select * from {table} where not {key} = any($1)"  # noqa: S608 - our own names
        await owner.copy_from_query(query, before[table], output=file, format="binary")
        written[table] = file.getvalue()
    for table, key in reversed(_TABLES.items()):
        query = f"delete from {table} where not {key} = any($1)"  # noqa: S608 - our own names
        await owner.execute(query, before[table])
    server = psutil.Process(postgres.pid)
    cpu, start = cpu_s(server), time.perf_counter()
    async with owner.transaction():
        for table, content in written.items():
            await owner.copy_to_table(table, source=io.BytesIO(content), format="binary")
    return {
        "bare_s": time.perf_counter() - start,
        "bare_postgres_cpu_s": cpu_s(server) - cpu,
    }


def _show(result: dict[str, float], rows: int) -> None:
    table = Table(title=f"a roster of {rows} rows")
    for name in ("run", "s", "s per 1000", "read", "compare", "write", "Python CPU s", "PG CPU s"):
        table.add_column(name, justify="right")
    for run, title in (("first", "all new"), ("again", "all unchanged")):
        parts = ("s", "s_per_1000", "read_s", "plan_s", "write_s", "python_cpu_s", "postgres_cpu_s")
        table.add_row(title, *(f"{result[f'{run}_{part}']:.2f}" for part in parts))
    table.add_row(
        "bare rows", f"{result['bare_s']:.2f}", f"{result['bare_s_per_1000']:.2f}", "", "", "", "",
        f"{result['bare_postgres_cpu_s']:.2f}",
    )  # fmt: skip
    console.print(table)
    console.print(f"first import / bare rows: {result['ratio']:.1f}")
