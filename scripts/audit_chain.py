"""`cong-truong audit verify`: every school's chain of decisions, entry by entry."""

import asyncio
from collections.abc import Callable

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import audit, db
from app.settings import Settings

Tell = Callable[[int, int], None]


class Verified(Struct, frozen=True, kw_only=True):
    """`entries` held, in `schools` that have any; `breaks`: the first of each broken chain."""

    schools: int
    entries: int
    breaks: list[audit.Break]


def main(settings: Settings, *, school_id: int | None) -> Verified:
    """Follow the chain of every school, or of one, with a bar on a terminal."""
    columns = (
        TextColumn("Decisions"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False)) as progress:
        task = progress.add_task("Decisions", total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return asyncio.run(verify(settings, school_id=school_id, tell=tell))


async def verify(settings: Settings, *, school_id: int | None, tell: Tell) -> Verified:
    """`tell` is called with how many entries are done, and of how many."""
    pool = await db.create_pool(settings.require_database_url(), role=db.APP_ROLE, size=1)
    entries = schools = 0
    breaks: list[audit.Break] = []
    try:
        lengths = await _lengths(pool, school_id)
        total = sum(lengths.values())
        for each, length in lengths.items():
            async with db.transaction(pool, schools=[each]) as conn:
                held, broken = await audit.verify(conn, school_id=each)
            schools += length > 0
            entries += held
            if broken is not None:
                breaks.append(broken)
            tell(entries, max(total, entries))
    finally:
        await pool.close()
    return Verified(schools=schools, entries=entries, breaks=breaks)


async def _lengths(pool: db.Pool, school_id: int | None) -> dict[int, int]:
    """How many entries each school must have; a chain whose end is lost is looked at too."""
    async with pool.acquire() as conn:
        found = await db.rows(
            conn,
            "select id from school where $1::int is null or id = $1 order by id",
            school_id,
        )
    ids = [row["id"] for row in found]
    async with db.transaction(pool, schools=ids) as conn:
        heads = await db.rows(
            conn, "select school_id, seq from audit_head where school_id = any($1)", ids
        )
    known = {row["school_id"]: row["seq"] for row in heads}
    return {each: known.get(each, 0) for each in ids}
