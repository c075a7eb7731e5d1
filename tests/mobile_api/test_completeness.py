"""A school's week of the contact book, and what the department is told of it."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.contact_book.completeness.rollup import FRESH, refresh
from app.ids import new_id
from mobile_api.resources import Resources
from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.mobile_api.announcing import answer, publish, read, to_class, written
from tests.mobile_api.daily_book import day_url
from tests.mobile_api.talking import Talk
from tests.world import Person, World

DEPARTMENT = "/v1/contact-book/completeness"


@pytest.fixture
async def cast(world: World, clock: Clock) -> Cast:
    clock.now = clock.now.replace(hour=9)
    return await gather(world)


async def week_of(
    api: httpx.AsyncClient, cast: Cast, who: str = "principal", **query: str
) -> dict[str, Any]:
    got = await api.get(
        cast.url("/contact-book/completeness"), params=query, headers=cast[who].headers
    )
    assert got.status_code == 200, got.text
    found: dict[str, Any] = got.json()
    return found


async def rates(api: httpx.AsyncClient, who: Person, **query: str) -> dict[str, Any]:
    got = await api.get(DEPARTMENT, params=query, headers=who.headers)
    assert got.status_code == 200, got.text
    found: dict[str, Any] = got.json()
    return found


async def fill_day(api: httpx.AsyncClient, cast: Cast) -> None:
    """The homeroom teacher's entry of Monday: a lesson, and a remark for everybody."""
    entry = {
        "lessons": [{"id": str(new_id()), "subject": "Toán", "text": "Phân số"}],
        "remark": {"id": str(new_id()), "kind": "praise", "text": "Cả lớp học tốt"},
    }
    done = await api.put(
        day_url(cast.class_id), json=entry, headers=cast["homeroom_teacher"].headers
    )
    assert done.status_code == 200, done.text


async def test_a_principal_sees_which_class_left_what_empty(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    await fill_day(api, cast)
    found = await week_of(api, cast)
    assert found["week"] == "2026-11-16"
    first, second = found["classes"]
    assert (first["name"], first["school_days"], first["lessons"]) == ("6A1", 1, 1)
    assert (first["remarks"], first["homework"], first["care"]) == (1, 0, None)
    assert first["empty"] == ["homework"]
    assert second["empty"] == ["lessons", "homework", "remarks"]
    # Any day names its week; the week before had nothing.
    assert await week_of(api, cast, week="2026-11-22") == found
    before = await week_of(api, cast, week="2026-11-15")
    assert (before["week"], before["classes"][0]["lessons"]) == ("2026-11-09", 0)


async def test_a_teacher_sees_which_of_the_own_classes_are_not_filled_today(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    url = cast.url("/contact-book/today")

    async def filled(who: str) -> dict[str, list[str]]:
        got = await api.get(url, headers=cast[who].headers)
        assert got.status_code == 200, got.text
        assert all(each["is_held"] for each in got.json()["items"])
        return {each["class_id"]: each["filled"] for each in got.json()["items"]}

    own, next_class = str(cast.class_id), str(cast.next_class_id)
    assert await filled("homeroom_teacher") == {own: []}
    lesson = {"id": str(new_id()), "subject": "Toán", "text": "Phân số"}
    put = await api.put(
        day_url(cast.class_id), json={"lessons": [lesson]}, headers=cast["principal"].headers
    )
    assert put.status_code == 200, put.text
    assert await filled("homeroom_teacher") == {own: ["lessons"]}
    assert await filled("subject_teacher") == {own: ["lessons"]}
    assert await filled("principal") == {own: ["lessons"], next_class: []}
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name)"
        " values ($1, '2026-11-16', 'holiday', 'Nghỉ')",
        cast.school.id,
    )
    await owner.execute("update school set plan_version = plan_version + 1")
    got = await api.get(url, headers=cast["homeroom_teacher"].headers)
    assert [each["is_held"] for each in got.json()["items"]] == [False]


async def test_what_is_withdrawn_was_not_filled(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await fill_day(api, cast)
    await owner.execute("update lesson set withdrawn_at = now(), withdrawn_by = author_account_id")
    await owner.execute("update remark set withdrawn_at = now(), withdrawn_by = author_account_id")
    (first, _) = (await week_of(api, cast))["classes"]
    assert first["empty"] == ["lessons", "homework", "remarks"]


async def test_announcements_are_counted_by_class_as_read_and_answered(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    await world.student(cast.school, "Phạm Thị Hai")
    one = await written(api, cast, cast["principal"], answer_kind="yes_no")
    assert (await publish(api, one, cast["principal"])).status_code == 200
    plain = await written(api, cast, cast["principal"], audience=to_class(cast.next_class_id))
    assert (await publish(api, plain, cast["principal"])).status_code == 200
    child = {"student_id": str(cast.student.id)}
    assert (await read(api, one, cast["guardian"], **child)).status_code < 300
    assert (await answer(api, one, cast["guardian"], "yes", **child)).status_code == 200
    found = await week_of(api, cast)
    first, second = found["classes"]
    wanted = ("announcements", "recipients", "read", "wanted", "answered")
    assert [first[name] for name in wanted] == [1, 2, 1, 2, 1]
    assert [second[name] for name in wanted] == [1, 1, 0, 0, 0]
    assert [found[name] for name in wanted[1:]] == [3, 1, 2, 1]


async def test_a_question_waits_until_the_school_answers(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    talk, mother, teacher = Talk(api, cast), cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    await talk.said(mother, thread, "Thưa cô")
    clock.now += timedelta(minutes=10)
    await talk.said(mother, thread, "Cháu hơi sốt ạ")  # the same question
    waiting = (await week_of(api, cast))["replies"]
    assert waiting == {
        "questions": 1, "answered": 0, "within_a_day": 0, "waiting": 1, "median_min": None,
    }  # fmt: skip
    clock.now += timedelta(minutes=20)
    await talk.said(teacher, thread, "Vâng, cho cháu nghỉ nhé")
    answered = (await week_of(api, cast))["replies"]
    assert answered == {
        "questions": 1, "answered": 1, "within_a_day": 1, "waiting": 0, "median_min": 30,
    }  # fmt: skip
    clock.now += timedelta(days=7)
    assert (await week_of(api, cast))["replies"]["questions"] == 0
    assert (await week_of(api, cast, week="2026-11-18"))["replies"] == answered


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31"])
async def test_a_week_of_no_year_of_ours_is_refused(
    api: httpx.AsyncClient, cast: Cast, week: str
) -> None:
    for url, who in ((cast.url("/contact-book/completeness"), "principal"),
                     (DEPARTMENT, "department_admin")):  # fmt: skip
        refused = await api.get(url, params={"week": week}, headers=cast[who].headers)
        assert (refused.status_code, refused.json()["type"]) == (422, "no-such-week")


async def test_the_department_reads_rates_by_school_and_no_row_of_a_child(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, owner: asyncpg.Connection
) -> None:
    await fill_day(api, cast)
    admin = cast["department_admin"]
    before = await rates(api, admin)
    assert [each["counted_at"] for each in before["items"]] == [None, None]
    # Of three schools the present week and the one before.
    assert await refresh(resources.pool, now=resources.clock()) == 6
    assert await refresh(resources.pool, now=resources.clock()) == 0, "just counted"
    found = await rates(api, admin)
    assert (found["week"], found["schools"]) == ("2026-11-16", 2)
    (here,) = [each for each in found["items"] if each["school_id"] == cast.school.id]
    assert here["counted_at"] is not None
    assert set(here["rates"].values()) == {None}, "two class-days are too few"
    await owner.execute(
        "update contact_book_week set class_days = 40, lessons = 30, recipients = 50, read = 47,"
        " questions = 10, replies = 10, quick_replies = 5, median_reply_min = 90"
        " where school_id = $1 and week = $2",
        cast.school.id,
        date(2026, 11, 16),
    )
    found = await rates(api, admin, limit="1")
    shown = found["items"][0]["rates"]
    assert (shown["lessons"], shown["homework"], shown["read"]) == (75, 0, None)
    assert (shown["replied_in_a_day"], shown["median_reply_min"]) == (50, 90)
    # The other school's one class-day without a lesson is in the total.
    assert found["total"]["lessons"] == round(100 * 30 / 41)
    rest = await rates(api, admin, limit="1", cursor=found["next_cursor"])
    assert [each["school_id"] for each in rest["items"]] == [cast.other.id]
    # Another department has none of these schools.
    far = await rates(api, cast["other department_admin"])
    assert {each["school_id"] for each in far["items"]}.isdisjoint({cast.school.id, cast.other.id})


async def test_an_old_count_is_made_again_and_a_later_one_stands(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, owner: asyncpg.Connection
) -> None:
    now = resources.clock()
    await refresh(resources.pool, now=now)
    await fill_day(api, cast)
    later = now + FRESH[0] + timedelta(minutes=1)
    assert await refresh(resources.pool, now=later) == 3, "the week before is counted less often"
    count = "select lessons from contact_book_week where school_id = $1 and week = '2026-11-16'"
    assert await owner.fetchval(count, cast.school.id) == 1
    await owner.execute("delete from lesson")
    assert await refresh(resources.pool, now=now) == 0
    assert await owner.fetchval(count, cast.school.id) == 1


async def test_two_workers_count_a_week_once_each_and_none_fails(
    cast: Cast, resources: Resources, owner: asyncpg.Connection
) -> None:
    now = resources.clock()
    done = await asyncio.gather(*(refresh(resources.pool, now=now) for _ in range(3)))
    assert sum(done) >= 6
    assert await owner.fetchval("select count(*) from contact_book_week") == 6
