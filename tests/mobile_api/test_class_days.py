"""A class's day in one request: for all, with exceptions, again, and by two teachers at once."""

import asyncio
from typing import Any

import asyncpg
import httpx

from app.ids import new_id
from notifications.relay import Relay
from tests.cast import Cast
from tests.mobile_api.daily_book import BOOK, LONG_AGO, TODAY, day_url, refused, remarks, said
from tests.notifications.news import inbox
from tests.world import Person, Student, World


async def fill(world: World, cast: Cast, count: int) -> list[Student]:
    """Classmates, beside the one pupil of the cast."""
    return [await world.student(cast.school, f"Phạm Thị Số {n:02}") for n in range(count)]


async def put(
    api: httpx.AsyncClient, cast: Cast, who: Person, day: str = TODAY, **entry: Any
) -> httpx.Response:
    return await api.put(day_url(cast.class_id, day), json=entry, headers=who.headers)


def for_all(**changes: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "kind": "praise", "text": "Cả lớp học tốt"} | changes


def about(student: Student, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "student_id": str(student.id),
        "kind": "needs_work",
        "text": "Con quên vở",
    } | changes


def whole_day(*exceptions: dict[str, Any]) -> dict[str, Any]:
    return {
        "lessons": [{"id": str(new_id()), "subject": "Toán", "text": "Phân số"}],
        "homework": [
            {
                "id": str(new_id()),
                "subject": "Toán",
                "text": "Bài 4 trang 50",
                "due_day": "2026-11-17",
            }
        ],
        "remark": for_all(),
        "exceptions": list(exceptions),
    }


def words(day: dict[str, Any]) -> dict[str, list[str]]:
    return {p["name"]: [remark["text"] for remark in p["remarks"]] for p in day["pupils"]}


async def counts(owner: asyncpg.Connection) -> dict[str, int]:
    tables = ("remark", "lesson", "homework", "daily_edit", "outbox")
    return {table: await owner.fetchval(f"select count(*) from {table}") for table in tables}


async def test_a_class_of_45_in_one_request_and_each_family_hears_once(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    mates = await fill(world, cast, 44)
    entry = whole_day(about(cast.student), about(mates[0], kind="praise", text="Con giúp bạn"))
    day = said(await put(api, cast, cast["homeroom_teacher"], **entry))
    assert len(day["pupils"]) == 45
    written = words(day)
    assert written[cast.student.name] == ["Con quên vở"]
    assert written[mates[0].name] == ["Con giúp bạn"]
    assert [written[mate.name] for mate in mates[1:]] == [["Cả lớp học tốt"]] * 43
    assert await counts(owner) == {
        "remark": 45, "lesson": 1, "homework": 1, "daily_edit": 0, "outbox": 45,
    }  # fmt: skip
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert (told["kind"], told["title"]) == ("daily_book", "Sổ liên lạc của Nguyễn Văn An")
    assert told["body"] == ("Ngày 16/11/2026: 1 điều cần cố gắng · bài tập: Toán · đã học: Toán")


async def test_the_same_day_again_changes_nothing_and_tells_nobody(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    await fill(world, cast, 5)
    entry = whole_day(about(cast.student))
    teacher = cast["homeroom_teacher"]
    answers = await asyncio.gather(*(put(api, cast, teacher, **entry) for _ in range(3)))
    answers.append(await put(api, cast, teacher, **entry))
    days = [said(answer) for answer in answers]
    assert all(day == days[0] for day in days)
    assert await counts(owner) == {
        "remark": 6, "lesson": 1, "homework": 1, "daily_edit": 0, "outbox": 6,
    }  # fmt: skip
    seen = said(await api.get(day_url(cast.class_id), headers=teacher.headers))
    assert seen == days[0]


async def test_two_teachers_at_once_lose_nothing_of_each_other(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    await fill(world, cast, 5)
    ours, theirs = whole_day(about(cast.student)), whole_day(about(cast.student))
    theirs["homework"][0]["subject"] = theirs["lessons"][0]["subject"] = "Toán"
    answers = await asyncio.gather(
        put(api, cast, cast["homeroom_teacher"], **ours),
        put(api, cast, cast["subject_teacher"], **theirs),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    written = await counts(owner)
    assert (written["remark"], written["lesson"], written["homework"]) == (12, 2, 2)
    day = said(await api.get(day_url(cast.class_id), headers=cast["principal"].headers))
    assert [len(pupil["remarks"]) for pupil in day["pupils"]] == [2] * 6
    # The second message of each family takes the place of the first.
    left = await owner.fetchval(
        "select count(*) from outbox o where not exists (select from outbox later"
        " where later.params ->> 'replaces' = o.event_id::text)"
    )
    assert left == 6


async def test_who_was_away_all_day_is_left_out_of_what_is_said_of_all(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    absent, late, away = await fill(world, cast, 3)
    for student, state in ((absent, "absent_unexcused"), (late, "late")):
        await owner.execute(
            "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
            " values ($1, '2026-11-16', $2, $3, 'student', $4)",
            cast.school.id,
            student.id,
            cast.school.morning_id,
            state,
        )
    entry = whole_day(about(away, kind="neutral", text="Con về sớm vì mệt"))
    entry["remark"]["but"] = [str(cast.student.id)]
    day = said(await put(api, cast, cast["homeroom_teacher"], **entry))
    assert words(day) == {
        cast.student.name: [],
        absent.name: [],
        late.name: ["Cả lớp học tốt"],
        away.name: ["Con về sớm vì mệt"],
    }
    assert [pupil["is_absent"] for pupil in day["pupils"]].count(True) == 1
    # All have the homework, the absent too.
    assert await owner.fetchval("select count(*) from outbox") == 4


async def test_an_exception_added_and_taken_out_again_moves_the_remark_about_all(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    await fill(world, cast, 1)
    teacher = cast["homeroom_teacher"]
    entry: dict[str, Any] = {"remark": for_all()}
    said(await put(api, cast, teacher, **entry))
    said(await put(api, cast, teacher, **entry, exceptions=[about(cast.student)]))
    (seen,) = await remarks(api, cast["guardian"], cast.student)
    assert seen["text"] == "Con quên vở"  # and of the other no word that it was taken back
    entry["remark"]["text"] = "Cả lớp học rất tốt"
    day = said(await put(api, cast, teacher, **entry))
    assert sorted(words(day)[cast.student.name]) == ["Con quên vở", "Cả lớp học rất tốt"]
    # What was taken back by hand does not come back.
    mine = next(
        remark
        for pupil in day["pupils"]
        for remark in pupil["remarks"]
        if pupil["name"] == cast.student.name and remark["text"] == "Cả lớp học rất tốt"
    )
    url = f"{BOOK}/remarks/{mine['id']}/withdrawal"
    said(await api.post(url, json={}, headers=teacher.headers))
    day = said(await put(api, cast, teacher, **entry))
    assert words(day)[cast.student.name] == ["Con quên vở"]


async def test_health_beside_the_remark_about_all_is_no_exception_to_it(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    note = about(cast.student, about="health", kind="neutral", text="Con xước tay")
    entry: dict[str, Any] = {"remark": for_all(), "exceptions": [note]}
    day = said(await put(api, cast, cast["homeroom_teacher"], **entry))
    assert sorted(words(day)[cast.student.name]) == ["Con xước tay", "Cả lớp học tốt"]
    assert "xước" not in str(await owner.fetch("select params from outbox"))
    of_all = await put(api, cast, cast["homeroom_teacher"], remark=for_all(about="health"))
    refused(of_all, 400, "invalid-input")


async def test_a_subject_teacher_fills_the_own_part_and_sees_no_more(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    said(await put(api, cast, cast["homeroom_teacher"], remark=for_all(text="Việc của lớp")))
    entry = whole_day()
    entry["lessons"][0]["subject"] = "Văn"
    refused(await put(api, cast, cast["subject_teacher"], **entry), 403, "not-your-subject")
    day = said(await put(api, cast, cast["subject_teacher"], **whole_day()))
    assert words(day) == {cast.student.name: ["Cả lớp học tốt"]}
    assert (day["subjects"], day["may_write_care"]) == (["Toán"], False)
    assert day["pupils"][0]["remarks"][0]["subject"] == "Toán"
    care = await put(api, cast, cast["subject_teacher"], care={"lunch": "all"})
    refused(care, 403, "not-your-part")


async def test_nothing_is_written_when_one_part_is_wrong(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    twice = about(cast.student)
    for entry, status, slug in (
        (whole_day(about(cast.neighbour)), 422, "not-in-class"),
        (whole_day(twice, twice), 422, "named-twice"),
        (whole_day() | {"care": {"lunch": "all"}}, 422, "no-care-here"),
        (whole_day(about(cast.student, text="á" * 100_000)), 400, "invalid-input"),
        (whole_day() | {"surprise": 1}, 400, "invalid-input"),
    ):
        answer = await put(api, cast, teacher, **entry)
        refused(answer, status, slug)
    bad_due = whole_day()
    bad_due["homework"][0]["due_day"] = "2026-11-01"
    refused(await put(api, cast, teacher, **bad_due), 422, "bad-due-day")
    assert set((await counts(owner)).values()) == {0}


async def test_days_open_and_close_by_role(api: httpx.AsyncClient, cast: Cast) -> None:
    refused(
        await put(api, cast, cast["homeroom_teacher"], LONG_AGO, **whole_day()),
        422,
        "day-not-open",
    )
    old = whole_day()
    said(await put(api, cast, cast["principal"], LONG_AGO, **old))
    headers = cast["homeroom_teacher"].headers
    seen = said(await api.get(day_url(cast.class_id, LONG_AGO), headers=headers))
    assert (seen["may_write"], len(seen["lessons"])) == (False, 1)
    refused(
        await put(api, cast, cast["principal"], "2026-11-17", **whole_day()), 422, "day-not-open"
    )


async def test_others_neither_write_nor_read_a_class_day(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    for name in ("guardian", "student", "guard", "accountant", "department_admin", "nobody"):
        assert (await put(api, cast, cast[name], **whole_day())).status_code == 403
        answer = await api.get(day_url(cast.class_id), headers=cast[name].headers)
        assert answer.status_code == 403
    for name in ("other principal", "other homeroom_teacher", "other subject_teacher"):
        refused(await put(api, cast, cast[name], **whole_day()), 404, "no-such-class")
    mine = await api.get(day_url(cast.next_class_id), headers=cast["homeroom_teacher"].headers)
    refused(mine, 404, "no-such-class")


async def test_a_lesson_is_read_whole_by_the_families_of_the_class(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    long = "Phân số. " * 200
    lesson_given = {"id": str(new_id()), "subject": "Toán", "text": long}
    entry: dict[str, Any] = {"lessons": [lesson_given]}
    (lesson,) = said(await put(api, cast, cast["subject_teacher"], **entry))["lessons"]
    url = f"{BOOK}/lessons/{lesson['id']}"
    for who in ("guardian", "student", "homeroom_teacher", "principal"):
        seen = said(await api.get(url, headers=cast[who].headers))
        assert seen["text"] == long.strip()
    query = {"student_id": str(cast.student.id)}
    said(await api.get(url, params=query, headers=cast["guardian"].headers))
    neighbours = await world.guardian(cast.neighbour, name="Mẹ Bình")
    others = ("other guardian", "other principal", "guard", "department_admin", "nobody")
    for person in (neighbours, *(cast[name] for name in others)):
        refused(await api.get(url, headers=person.headers), 404, "no-such-lesson")
    entry["lessons"][0]["text"] = ""
    said(await put(api, cast, cast["subject_teacher"], **entry))
    refused(await api.get(url, headers=cast["guardian"].headers), 404, "no-such-lesson")


async def test_a_lesson_with_an_empty_text_is_taken_back(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    entry: dict[str, Any] = {
        "lessons": [{"id": str(new_id()), "subject": "Toán", "text": "Phân số"}]
    }
    said(await put(api, cast, cast["subject_teacher"], **entry))
    entry["lessons"][0]["text"] = ""
    assert said(await put(api, cast, cast["homeroom_teacher"], **entry))["lessons"] == []
    assert said(await put(api, cast, cast["homeroom_teacher"], **entry))["lessons"] == []


async def test_small_childrens_meals_and_sleep_with_exceptions(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    await owner.execute("update school_class set grade = 0 where id = $1", cast.class_id)
    (mate,) = await fill(world, cast, 1)
    entry: dict[str, Any] = {
        "care": {"lunch": "all", "sleep_min": 90},
        "care_exceptions": [
            {"student_id": str(cast.student.id), "lunch": "some", "note": "Con hơi sốt"}
        ],
    }
    teacher = cast["homeroom_teacher"]
    day = said(await put(api, cast, teacher, **entry))
    care = {pupil["name"]: pupil["care"] for pupil in day["pupils"]}
    assert (care[mate.name]["lunch"], care[mate.name]["sleep_min"]) == ("all", 90)
    mine = care[cast.student.name]
    assert (mine["lunch"], mine["sleep_min"], mine["note"]) == ("some", None, "Con hơi sốt")
    said(await put(api, cast, teacher, **entry))
    assert await owner.fetchval("select count(*) from outbox") == 2
    for table in ("care_entry", "outbox"):
        assert "sốt" not in str(await owner.fetch(f"select * from {table}"))
    entry["care_exceptions"][0]["lunch"] = "none"
    said(await put(api, cast, teacher, **entry))
    edits = await owner.fetch("select before from daily_edit")
    assert [row["before"]["lunch"] for row in edits] == ["some"]
    await relay.relay_due()
    assert (await inbox(owner, cast["guardian"]))[-1]["body"] == (
        "Ngày 16/11/2026: bữa ăn và giấc ngủ"
    )
    subject = said(await api.get(day_url(cast.class_id), headers=cast["subject_teacher"].headers))
    assert [pupil["care"] for pupil in subject["pupils"]] == [None, None]


async def test_a_school_has_its_own_phrases(api: httpx.AsyncClient, cast: Cast) -> None:
    url = cast.url("/phrases")
    teacher, principal = cast["subject_teacher"].headers, cast["principal"].headers
    offered = said(await api.get(url, headers=teacher))
    assert (offered["are_defaults"], len(offered["items"])) == (True, 10)
    own = {"id": str(new_id()), "kind": "praise", "text": "Con  viết   đẹp <b>"}
    items = [own, offered["items"][0]]
    kept = said(await api.put(url, json={"items": items}, headers=principal))
    assert [each["text"] for each in kept["items"]] == [
        "Con viết đẹp <b>", offered["items"][0]["text"],
    ]  # fmt: skip
    assert said(await api.put(url, json={"items": []}, headers=principal)) == {
        "items": [], "are_defaults": False,
    }  # fmt: skip
    again = said(await api.put(url, json={"items": items[::-1]}, headers=principal))
    assert [each["id"] for each in again["items"]] == [items[1]["id"], items[0]["id"]]
    refused(await api.put(url, json={"items": [own, own]}, headers=principal), 422, "named-twice")
    assert (await api.put(url, json={"items": []}, headers=teacher)).status_code == 403
    assert (await api.get(url, headers=cast["guardian"].headers)).status_code == 403
    assert (await api.get(url, headers=cast["other principal"].headers)).status_code == 404
