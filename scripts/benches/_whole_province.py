"""The frame of benchmarks over all schools of a province, and the limit that they stand beside."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

import asyncpg
from rich.console import Console
from rich.table import Table

from scripts.servers.postgres import EmbeddedPostgres

console = Console(stderr=True)

# A guardian's account for each pupil.
FAMILIES: Final = (
    """
    insert into account (id, phone_sealed, phone_index)
    select id, '-', sha256(('parent ' || id)::bytea) from student
    """,
    """
    insert into guardianship (school_id, student_id, guardian_id, account_id, relation)
    select school_id, id, id, id, 'mother' from student
    """,
)

Bench = Callable[[EmbeddedPostgres, int, int], Coroutine[Any, Any, dict[str, float]]]


def run(name: str, title: str, bench: Bench, args: list[str]) -> dict[str, float]:
    """Run it on a server of its own and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog=f"bench {name}")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--schools", type=int, default=570)
    parser.add_argument("--pupils", type=int, default=270_000, help="in all schools together")
    options = parser.parse_args(args)
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
    ):
        result = asyncio.run(bench(postgres, options.schools, options.pupils))
    table = Table(title=title)
    table.add_column("what")
    table.add_column("figure", justify="right")
    for figure, value in result.items():
        table.add_row(figure, f"{value:,.2f}")
    console.print(table)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    return result


async def copy_again_s(owner: asyncpg.Connection, tables: Mapping[str, str], schools: int) -> float:
    """Seconds for these rows again by COPY, a transaction a school; by table, which rows."""
    kept = {}
    for table, which in tables.items():
        rows = await owner.fetch(f"delete from {table} where {which} returning *")  # noqa: S608
        by_school: dict[int, list[tuple[object, ...]]] = {}
        for row in rows:
            by_school.setdefault(row["school_id"], []).append(tuple(row.values()))
        kept[table] = (list(rows[0].keys()), by_school)
    # COPY is binary: jsonb is its version byte and the text.
    await owner.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + json.dumps(value).encode(),
        decoder=bytes,
        format="binary",
    )
    start = time.perf_counter()
    for school_id in range(1, schools + 1):
        async with owner.transaction():
            for table, (columns, by_school) in kept.items():
                await owner.copy_records_to_table(
                    table, records=by_school.get(school_id, []), columns=columns
                )
    return time.perf_counter() - start
