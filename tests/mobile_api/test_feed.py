"""The feed through the API: what is in it, pages, catching up, and whose it is."""

from datetime import date, datetime, time, timedelta
from typing import Any

import asyncpg
import httpx

from app.schools.common import ZONE, school_box
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.feed_rows import FEED, Book, Json, feed, titles
from tests.world import World


async def test_the_feed_of_a_child_has_everything_newest_first(
    api: httpx.AsyncClient, cast: Cast, book: Book
) -> None:
    school_id, child = cast.school.id, cast.student
    await book.homework(school_id, cast.class_id, "Bài 1, 2 trang 30")
    await book.lesson(school_id, cast.class_id, "Thánh Gióng. " * 40)
    await book.remark(child, "Con phát biểu tốt", subject="Ngữ văn", kind="praise")
    await book.care(child, lunch="all", sleep_min=80)
    await book.summary(child, date(2026, 11, 9), {"present": 5})
    await book.announcement(
        school_id, "Họp phụ huynh", to=[child], body="Mời dự" * 60, answer_kind="rsvp"
    )
    page = await feed(api, cast["guardian"], student=child)
    kinds = [item["kind"] for item in page["items"]]
    assert kinds == ["announcement", "summary", "care", "remark", "lesson", "homework"]
    assert page["next_cursor"] is None
    assert page["reset"] is False
    asked, summed, cared, praised, taught, set_ = page["items"]
    assert len(taught["body"]) == len("Thánh Gióng. ") * 40
    assert "is_cut" not in taught
    assert asked["needs_answer"]
    assert asked["is_read"] is False
    assert asked["is_cut"]
    assert len(asked["body"]) == 280
    assert summed["data"] == {"present": 5}
    assert summed["day"] == "2026-11-09"
    assert cared["data"] == {"lunch": "all", "sleep_min": 80}
    assert (praised["tone"], praised["about"], praised["title"]) == ("praise", "remark", "Ngữ văn")
    assert set_["is_done"] is False
    assert set_["due_day"] > set_["day"]
    # What is null or false costs no bytes.
    assert "answer" not in praised
    assert "needs_answer" not in praised
    only = await feed(api, cast["guardian"], student=child, kind="homework")
    assert [item["id"] for item in only["items"]] == [set_["id"]]


async def test_pages_of_one_show_each_item_once_in_order(
    api: httpx.AsyncClient, cast: Cast, book: Book, world: World, clock: Clock
) -> None:
    sibling = await world.student(cast.school, "Nguyễn Văn Em", class_id=cast.class_id)
    both = await world.guardian(cast.student, sibling)
    at = clock() - timedelta(hours=8)
    # To two children of a family at the same moment, and two things with one time.
    await book.announcement(cast.school.id, "Chung", to=[cast.student, sibling], at=at)
    await book.homework(cast.school.id, cast.class_id, "Bài tập", at=at)
    await book.remark(sibling, "Em ngoan")
    whole = (await feed(api, both))["items"]
    assert len(whole) == 5
    paged: list[Json] = []
    cursor = None
    while True:
        asked: dict[str, Any] = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = await feed(api, both, **asked)
        paged += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole


async def test_two_children_in_two_schools_are_one_feed(
    api: httpx.AsyncClient, cast: Cast, book: Book, world: World
) -> None:
    parent = await world.guardian(cast.stranger, person=cast["guardian"])
    await book.announcement(cast.school.id, "Trường một", to=[cast.student])
    await book.announcement(cast.other.id, "Trường hai", to=[cast.stranger])
    assert await titles(api, parent) == ["Trường hai", "Trường một"]
    assert await titles(api, parent, student=cast.student) == ["Trường một"]


async def test_others_find_nothing_of_it(api: httpx.AsyncClient, cast: Cast, book: Book) -> None:
    await book.announcement(cast.school.id, "Riêng 6A1", to=[cast.student])
    await book.remark(cast.student, "Con ngoan")
    await book.homework(cast.school.id, cast.class_id, "Bài tập 6A1")
    for role in cast.people:
        if role in ("guardian", "student"):
            assert len((await feed(api, cast[role]))["items"]) == 3, role
            continue
        assert await titles(api, cast[role]) == [], role
        answer = await api.get(
            FEED, params={"student_id": str(cast.student.id)}, headers=cast[role].headers
        )
        assert answer.status_code == 404, role


async def test_a_pupil_reads_and_is_not_asked(
    api: httpx.AsyncClient, cast: Cast, book: Book
) -> None:
    await book.announcement(cast.school.id, "Đi dã ngoại", to=[cast.student], answer_kind="yes_no")
    (item,) = (await feed(api, cast["student"]))["items"]
    assert item["title"] == "Đi dã ngoại"
    assert "needs_answer" not in item


async def test_staff_read_what_was_sent_to_them(
    api: httpx.AsyncClient, cast: Cast, book: Book
) -> None:
    await book.announcement(
        cast.school.id, "Họp hội đồng", staff=[cast["guard"]], answer_kind="acknowledge"
    )
    (item,) = (await feed(api, cast["guard"]))["items"]
    assert item["needs_answer"]
    assert "student_id" not in item
    assert await titles(api, cast["principal"]) == []


async def test_a_question_is_open_until_it_is_answered_or_too_late(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock, owner: asyncpg.Connection
) -> None:
    ask: Json = {"to": [cast.student], "answer_kind": "yes_no"}
    until = clock() + timedelta(days=2)
    await book.announcement(cast.school.id, "Ngày mai", answer_until=until, **ask)
    late = clock() - timedelta(seconds=1)
    await book.announcement(cast.school.id, "Đã hết hạn", answer_until=late, **ask)
    answered = await book.announcement(cast.school.id, "Đã trả lời", **ask)
    await owner.execute(
        "update announcement_recipient set answer = 'yes', answered_by = $2, answered_at = $3"
        " where announcement_id = $1",
        answered,
        cast["guardian"].account_id,
        clock(),
    )
    items = (await feed(api, cast["guardian"]))["items"]
    assert [item.get("needs_answer", False) for item in items] == [False, False, True]
    assert items[0]["answer"] == "yes"


async def test_a_health_note_is_opened_for_the_family_alone(
    api: httpx.AsyncClient, cast: Cast, book: Book, owner: asyncpg.Connection, resources: Resources
) -> None:
    box = await school_box(owner, vault=resources.vault, school_id=cast.school.id)
    note = "Con sốt 38,5 độ, đã báo mẹ đón"
    sealed = box.seal(note, field="remark.text")
    await book.remark(cast.student, None, about="health", text_sealed=sealed, search_key="")
    (item,) = (await feed(api, cast["guardian"]))["items"]
    assert (item["body"], item["about"]) == (note, "health")


async def test_what_was_withdrawn_is_shown_as_such_without_words(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock
) -> None:
    gone: Json = {"withdrawn_at": clock(), "withdrawn_by": book.author}
    await book.remark(cast.student, "Viết nhầm em khác", withdrawn_reason="Nhầm", **gone)
    await book.remark(cast.student, "Cả lớp ngoan, trừ em này", **gone)
    await book.lesson(cast.school.id, cast.class_id, "Dòng đã gạch", **gone)
    await book.homework(cast.school.id, cast.class_id, "Bài giao nhầm", **gone)
    await book.announcement(
        cast.school.id, "Nghỉ học", to=[cast.student], body="Nhầm ngày", state="withdrawn", **gone
    )
    items = (await feed(api, cast["guardian"]))["items"]
    assert [item["state"] for item in items] == ["withdrawn"] * 3
    assert all(item["body"] == "" and "tone" not in item for item in items)


async def test_a_class_is_read_while_the_pupil_is_in_it(
    api: httpx.AsyncClient, cast: Cast, book: Book, owner: asyncpg.Connection, clock: Clock
) -> None:
    """From 6A2 to 6A1 two days ago: each class's lessons of the pupil's own time there."""
    school_id, today = cast.school.id, clock().astimezone(ZONE).date()
    moved = today - timedelta(days=2)
    await owner.execute(
        "update enrolment set from_day = $2 where student_id = $1", cast.student.id, moved
    )
    await owner.execute(
        "insert into enrolment values ($1, $2, $3, $4, $5)",
        school_id, cast.student.id, cast.next_class_id, date(2026, 9, 5),
        moved - timedelta(days=1),
    )  # fmt: skip
    for class_id, name in ((cast.class_id, "6A1"), (cast.next_class_id, "6A2")):
        for ago in (4, 3, 2, 1):
            noon = datetime.combine(today - timedelta(days=ago), time(12), ZONE)
            await book.lesson(school_id, class_id, "Bài học", at=noon, subject=f"{name} {ago}")
    expected = ["6A1 1", "6A1 2", "6A2 3", "6A2 4"]
    assert await titles(api, cast["guardian"]) == expected
    # Across the move, page by page.
    first = await feed(api, cast["guardian"], limit=3)
    rest = await feed(api, cast["guardian"], limit=3, cursor=first["next_cursor"])
    assert [item["title"] for item in first["items"] + rest["items"]] == expected
