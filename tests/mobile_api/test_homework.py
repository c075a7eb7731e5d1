"""Homework: set, read, done and taken back, by each role."""

import asyncio
from datetime import date

import asyncpg
import httpx

from app.ids import new_id
from notifications.relay import Relay
from tests.cast import Cast
from tests.mobile_api.daily_book import BOOK, LONG_AGO, TODAY, give, given, homework, refused, said
from tests.notifications.news import block, inbox
from tests.world import Person, World


async def mark(
    api: httpx.AsyncClient, cast: Cast, homework_id: str, who: Person, done: bool = True
) -> httpx.Response:
    body = {"student_id": str(cast.student.id), "done": done}
    return await api.put(f"{BOOK}/homework/{homework_id}/done", json=body, headers=who.headers)


async def test_homework_is_set_read_done_and_the_teacher_sees_who_did_it(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    task = await given(api, cast, cast["subject_teacher"])
    assert (task["set_day"], task["may_change"], task["done"]) == (TODAY, True, None)
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert (told["kind"], told["title"]) == ("homework", "Bài tập của Nguyễn Văn An")
    assert told["body"] == "Giao ngày 16/11/2026: bài tập: Toán"
    assert told["data"]["homework_id"] == task["id"]

    (seen,) = await homework(api, cast["guardian"], cast.student)
    assert (seen["done"], seen["done_by"], seen["may_change"]) == (False, [], False)
    for who, done in (
        ("guardian", True),
        ("guardian", True),
        ("student", False),
        ("student", True),
    ):
        answer = said(await mark(api, cast, task["id"], cast[who], done))
        assert (answer["done"], answer["done_by"]) == (done, [])
    url = f"{BOOK}/homework/{task['id']}"
    teachers = said(await api.get(url, headers=cast["subject_teacher"].headers))
    assert [each["student_id"] for each in teachers["done_by"]] == [str(cast.student.id)]
    familys = said(await api.get(url, headers=cast["guardian"].headers))
    assert (familys["student_id"], familys["done"]) == (str(cast.student.id), True)


async def test_a_mark_is_for_the_own_child_and_its_homework_alone(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    task = await given(api, cast, cast["homeroom_teacher"])
    theirs = await given(
        api, cast, cast["principal"], class_id=str(cast.next_class_id), subject="Văn"
    )
    refused(await mark(api, cast, theirs["id"], cast["guardian"]), 404, "no-such-homework")
    stranger = await world.guardian(cast.neighbour, name="Mẹ Bình")
    refused(await mark(api, cast, task["id"], stranger), 404, "no-such-child")
    for name in ("homeroom_teacher", "principal", "guard", "department_admin"):
        assert (await mark(api, cast, task["id"], cast[name])).status_code == 403
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    await block(owner, father, cast.student)
    assert (await mark(api, cast, task["id"], father)).status_code in (403, 404)
    assert await owner.fetchval("select count(*) from homework_done") == 0


async def test_other_classes_schools_and_families_neither_set_nor_read(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    task = await given(api, cast, cast["homeroom_teacher"])
    url = f"{BOOK}/homework/{task['id']}"
    neighbours = await world.guardian(cast.neighbour, name="Mẹ Bình")
    others = ["other guardian", "other principal", "other homeroom_teacher", "nobody", "guard"]
    for who in [*(cast[name] for name in others), neighbours]:
        refused(await api.get(url, headers=who.headers), 404, "no-such-homework")
    for name in ("homeroom_teacher", "subject_teacher"):
        elsewhere = await give(api, cast, cast[name], class_id=str(cast.next_class_id))
        refused(elsewhere, 404, "no-such-class")
        refused(await give(api, cast, cast[f"other {name}"]), 404, "no-such-class")
    refused(await give(api, cast, cast["subject_teacher"], subject="Văn"), 403, "not-your-subject")
    assert (await give(api, cast, cast["guardian"])).status_code == 403


async def test_the_same_homework_sent_again_is_one_and_is_told_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    homework_id = str(new_id())
    answers = await asyncio.gather(
        *(give(api, cast, cast["subject_teacher"], id=homework_id) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await owner.fetchval("select count(*) from homework") == 1
    assert await owner.fetchval("select count(*) from outbox") == 1
    taken = await give(
        api, cast, cast["principal"], id=homework_id, class_id=str(cast.next_class_id)
    )
    refused(taken, 409, "entry-taken")


async def test_a_change_keeps_what_it_said_and_puts_the_familys_message_right(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    task = await given(api, cast, cast["subject_teacher"])
    await relay.relay_due()
    url = f"{BOOK}/homework/{task['id']}"
    changes = {"text": "Bài 1 đến 3", "due_day": "2026-11-19"}
    # Who leads the class may: a substitute goes on where somebody left off.
    changed = said(await api.patch(url, json=changes, headers=cast["homeroom_teacher"].headers))
    assert (changed["text"], changed["due_day"]) == ("Bài 1 đến 3", "2026-11-19")
    assert [each["text"] for each in changed["before"]] == ["Bài 1 đến 5, trang 42"]
    said(await api.post(f"{url}/withdrawal", headers=cast["subject_teacher"].headers))
    again = await api.post(f"{url}/withdrawal", headers=cast["subject_teacher"].headers)
    refused(again, 409, "already-withdrawn")
    refused(await mark(api, cast, task["id"], cast["guardian"]), 409, "already-withdrawn")
    (seen,) = await homework(api, cast["guardian"], cast.student)
    assert (seen["text"], seen["before"]) == (None, [])
    assert seen["withdrawn_at"] is not None
    await relay.relay_due()
    items = await inbox(owner, cast["guardian"])
    assert len({item["screen_id"] or item["id"] for item in items}) == 1
    assert items[-1]["body"] == "Giao ngày 16/11/2026: nội dung đã được rút lại"
    for who in ("guardian", "student", "guard"):
        assert (await api.patch(url, json=changes, headers=cast[who].headers)).status_code == 403


async def test_the_day_it_is_set_and_due_must_fit(api: httpx.AsyncClient, cast: Cast) -> None:
    teacher = cast["homeroom_teacher"]
    for due_day in ("2026-11-15", "2027-12-31"):
        refused(await give(api, cast, teacher, due_day=due_day), 422, "bad-due-day")
    refused(await give(api, cast, teacher, set_day=LONG_AGO), 422, "day-not-open")
    refused(await give(api, cast, teacher, set_day="2026-11-17"), 422, "day-not-open")
    old = await given(api, cast, cast["principal"], set_day=LONG_AGO, due_day="2026-11-10")
    assert old["set_day"] == LONG_AGO
    assert (await give(api, cast, teacher, text="á" * 100_000)).status_code == 400


async def test_a_pupil_who_joins_later_has_what_is_still_due(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, world: World
) -> None:
    over = await given(api, cast, cast["homeroom_teacher"], due_day=TODAY)
    still = await given(api, cast, cast["homeroom_teacher"], due_day="2026-11-20")
    new = await world.student(cast.school, "Phạm Văn Mới")
    await owner.execute(
        "update enrolment set from_day = $2 where student_id = $1", new.id, date(2026, 11, 18)
    )
    parent = await world.guardian(new)
    assert [each["id"] for each in await homework(api, parent, new)] == [still["id"]]
    refused(
        await api.get(f"{BOOK}/homework/{over['id']}", headers=parent.headers),
        404,
        "no-such-homework",
    )
    due = await homework(api, cast["guardian"], cast.student, due_from="2026-11-17")
    assert [each["id"] for each in due] == [still["id"]]
