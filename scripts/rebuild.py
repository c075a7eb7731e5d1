"""`cong-truong attendance rebuild`: every school's days against all that is known of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from app import db
from app.attendance.plan import school_day
from app.attendance.rebuild import Difference, rebuild
from app.settings import Settings
from scripts.errors import CommandFailed


def main(
    settings: Settings,
    *,
    school_id: int | None,
    days: Sequence[date],
    check: bool,
    say: Callable[[str], None],
) -> int:
    """How many rows differ (or did, unless `check`); `say` gets a line a school and day of them."""
    return asyncio.run(_main(settings, school_id=school_id, days=days, check=check, say=say))


def days_between(first: datetime | None, last: datetime | None) -> list[date]:
    """From 30 days ago to today, unless told.

    Raises:
        CommandFailed: backwards.
    """
    today = school_day(datetime.now(UTC))
    from_day = first.date() if first else today - timedelta(days=30)
    to_day = last.date() if last else today
    if from_day > to_day:
        raise CommandFailed(f"--from {from_day} is after --to {to_day}.")
    return [from_day + timedelta(days=n) for n in range((to_day - from_day).days + 1)]


async def _main(
    settings: Settings,
    *,
    school_id: int | None,
    days: Sequence[date],
    check: bool,
    say: Callable[[str], None],
) -> int:
    pool = await db.create_pool(settings.require_database_url(), role=db.APP_ROLE, size=1)
    total = 0
    try:
        for each in await _schools(pool, school_id):
            # A transaction a day: nobody waits long for a lock of ours.
            for day in days:
                async with db.transaction(pool, schools=[each]) as conn:
                    found = await rebuild(
                        conn,
                        school_id=each,
                        from_day=day,
                        to_day=day,
                        today=school_day(datetime.now(UTC)),
                        check=check,
                    )
                if found:
                    say(f"school {each}, {day}: {_summary(found)}")
                total += len(found)
    finally:
        await pool.close()
    return total


async def _schools(pool: db.Pool, school_id: int | None) -> list[int]:
    async with pool.acquire() as conn:
        found = await db.rows(
            conn,
            "select id from school where $1::int is null or id = $1 order by id",
            school_id,
        )
    return [row["id"] for row in found]


def _summary(found: list[Difference]) -> str:
    """`2 present -> late, 1 none -> present`: counts and states, nobody's name."""
    changes = Counter(
        f"{each.stored.state if each.stored else 'none'} -> "
        f"{each.derived.state if each.derived else 'none'}"
        for each in found
    )
    return ", ".join(f"{count} {change}" for change, count in sorted(changes.items()))
