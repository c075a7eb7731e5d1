"""What a page of the feed costs, read from `explain`: three years of data are as half a year."""

from datetime import UTC, date, datetime, timedelta
from typing import cast

import asyncpg
import pytest

from app import db
from app.contact_book.feed import service
from app.contact_book.feed.model import FeedPage, Reader
from app.ids import new_id
from mobile_api.resources import Resources
from tests.app.contact_book.years import Explaining, write_days
from tests.world import World

BEGINS = date(2023, 9, 4)
HALF_A_YEAR, THREE_YEARS = BEGINS + timedelta(weeks=26), BEGINS + timedelta(weeks=156)
LIMIT = 20


async def _page(
    resources: Resources,
    reader: Reader,
    day: date,
    *,
    is_generic: bool,
    cursor: str | None = None,
    since: str | None = None,
) -> tuple[FeedPage, Explaining]:
    """A page as the application reads it that evening, and how it was read."""
    async with db.transaction(resources.pool, schools=[reader.school_id]) as conn:
        explaining = Explaining(conn, is_generic=is_generic)
        page = await service.page(
            cast(db.Conn, explaining),
            vault=resources.vault,
            readers=[reader],
            account_id=new_id(),
            kind=None,
            cursor=cursor,
            since=since,
            limit=LIMIT,
            now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        )
    return page, explaining


@pytest.mark.parametrize("is_generic", [False, True])
async def test_a_page_of_three_years_reads_what_one_of_half_a_year_reads(
    owner: asyncpg.Connection, world: World, resources: Resources, is_generic: bool
) -> None:
    school = await world.school()
    classes = [await world.school_class(school, f"{n}A", grade=n) for n in (6, 7, 8)]
    pupils = [(await world.student(school)).id for _ in range(12)]
    await owner.execute("delete from enrolment")
    for n, class_id in enumerate(classes):
        first = BEGINS + timedelta(days=365 * n)
        await owner.execute(
            "insert into enrolment select $1, id, $2, $3, $4 from unnest($5::uuid[]) id",
            school.id, class_id, first, first + timedelta(days=364) if n < 2 else None, pupils,
        )  # fmt: skip
    reader = Reader(kind="student", school_id=school.id, person_id=pupils[5])

    async def write(first: date, upto: date) -> None:
        await write_days(
            owner, school_id=school.id, pupils=pupils, classes=classes, begins=BEGINS,
            first=first, upto=upto, author=new_id(),
        )  # fmt: skip

    await write(BEGINS, HALF_A_YEAR)
    young_page, young = await _page(resources, reader, HALF_A_YEAR, is_generic=is_generic)
    await write(HALF_A_YEAR, THREE_YEARS)
    old_page, old = await _page(resources, reader, THREE_YEARS, is_generic=is_generic)
    kinds = [[item.kind for item in page.items] for page in (young_page, old_page)]
    assert kinds[0] == kinds[1]
    assert len(old_page.items) == LIMIT
    _, deep = await _page(
        resources, reader, THREE_YEARS, is_generic=is_generic, cursor=old_page.next_cursor
    )
    _, caught_up = await _page(
        resources, reader, THREE_YEARS, is_generic=is_generic, since=old_page.since
    )
    for asked in (old, deep, caught_up):
        assert asked.whole_tables == set()
        assert asked.rows_read <= young.rows_read + LIMIT
        # The indexes may be a level deeper.
        assert asked.blocks_read <= young.blocks_read * 1.5
