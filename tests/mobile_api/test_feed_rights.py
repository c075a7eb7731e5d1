"""Whose feed it is while rights change: courts, withdrawn rights, moves, ended sessions."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.feed_rows import FEED, SEARCH, Book, feed, found, titles
from tests.world import Person, World


async def _fill(book: Book, cast: Cast) -> None:
    await book.homework(cast.school.id, cast.class_id, "Bài tập về nhà")
    await book.remark(cast.student, "Con hăng hái")
    await book.announcement(cast.school.id, "Thông báo họp", to=[cast.student])
    await book.thread(
        cast.student, ("staff", cast["homeroom_teacher"], "Chào mẹ của An, tuần này con học tốt")
    )


async def _assert_nothing(api: httpx.AsyncClient, cast: Cast, who: Person) -> None:
    """Not in the feed of all, nor by name, nor by searching, nor as a number."""
    assert await titles(api, who) == []
    named = {"student_id": str(cast.student.id)}
    for path, asked in ((FEED, named), (SEARCH, named | {"q": "con"})):
        answer = await api.get(path, params=asked, headers=who.headers)
        assert answer.status_code == 404, path
    assert await found(api, who, "con") == []
    counts = (await api.get("/v1/contact-book/unread", headers=who.headers)).json()
    assert (counts["announcements"], counts["messages"]) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        "custody_blocked_at = now(), custody_reason = 'Quyết định của tòa án'",
        "can_see = false",
        "ended_at = now()",
        # The court's word stands, also when the child has moved away.
        "ended_at = now(), told_until = current_date, custody_blocked_at = now()",
    ],
)
async def test_a_right_that_ends_closes_the_book_on_the_next_request(
    api: httpx.AsyncClient, cast: Cast, book: Book, owner: asyncpg.Connection, change: str
) -> None:
    await _fill(book, cast)
    parent = cast["guardian"]
    first = await feed(api, parent)
    assert len(first["items"]) == 3
    await owner.execute(
        f"update guardianship set {change} where account_id = $1",
        parent.account_id,
    )
    await _assert_nothing(api, cast, parent)
    caught_up = await feed(api, parent, since=first["since"])
    assert caught_up["reset"] is True
    assert caught_up["items"] == []


async def test_one_parent_is_barred_and_the_other_reads_on(
    api: httpx.AsyncClient, cast: Cast, book: Book, world: World, owner: asyncpg.Connection
) -> None:
    await _fill(book, cast)
    father = await world.guardian(cast.student, name="Nguyễn Văn Bố")
    await owner.execute(
        "update guardianship set custody_blocked_at = now() where account_id = $1",
        father.account_id,
    )
    await _assert_nothing(api, cast, father)
    assert len(await titles(api, cast["guardian"])) == 3


async def test_after_a_move_what_was_written_until_then_is_read_in_both_schools(
    api: httpx.AsyncClient,
    cast: Cast,
    book: Book,
    world: World,
    owner: asyncpg.Connection,
    clock: Clock,
) -> None:
    """Through the school's own transfer; the book of the new school is another."""
    await _fill(book, cast)
    parent, day = cast["guardian"], timedelta(days=1)
    answer = await api.post(
        cast.url(f"/students/{cast.student.id}/transfer-out"),
        json={"reason": "Chuyển nhà", "to_school_code": None},
        headers=cast["principal"].headers,
    )
    assert answer.status_code == 200, answer.text
    clock.now += 3 * day
    # The class goes on without the child, and somebody writes of it by mistake.
    await book.homework(cast.school.id, cast.class_id, "Bài của lớp cũ", at=clock() - day)
    await book.remark(cast.student, "Viết nhầm sau khi chuyển", at=clock() - day)
    await book.announcement(cast.school.id, "Của trường cũ", to=[cast.student], at=clock() - day)
    page = await feed(api, parent)
    assert [item["kind"] for item in page["items"]] == ["announcement", "remark", "homework"]
    assert "needs_answer" not in page["items"][0]
    assert len(await found(api, parent, "chao me")) == 1

    again = await world.student(cast.other, "Nguyễn Văn An")
    await world.guardian(again, person=parent)
    await book.announcement(cast.other.id, "Chào bạn mới", to=[again], at=clock())
    assert (await titles(api, parent))[0] == "Chào bạn mới"
    assert len(await titles(api, parent)) == 4
    assert (await feed(api, parent, since=page["since"]))["reset"] is True


async def test_a_pupil_who_left_school_is_remembered_by_the_parents(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock
) -> None:
    await _fill(book, cast)
    gone = await api.delete(
        cast.url(f"/students/{cast.student.id}"), headers=cast["principal"].headers
    )
    assert gone.status_code in (200, 204), gone.text
    clock.now += timedelta(days=50)
    assert len(await titles(api, cast["guardian"], student=cast.student)) == 3
    assert [hit["kind"] for hit in await found(api, cast["guardian"], "bai tap")] == ["homework"]


async def test_a_link_that_waits_opens_nothing(
    api: httpx.AsyncClient, cast: Cast, book: Book, owner: asyncpg.Connection
) -> None:
    await _fill(book, cast)
    await owner.execute(
        "update guardianship set pending_account_id = account_id, pending_since = now(),"
        " account_id = null where account_id = $1",
        cast["guardian"].account_id,
    )
    await _assert_nothing(api, cast, cast["guardian"])


async def test_a_substitute_reads_messages_while_the_role_lasts(
    api: httpx.AsyncClient, cast: Cast, book: Book, owner: asyncpg.Connection, clock: Clock
) -> None:
    await _fill(book, cast)
    teacher = cast["homeroom_teacher"]
    assert len(await found(api, teacher, "hoc tot")) == 1
    await owner.execute(
        "update school_class set homeroom_staff_id = null where id = $1", cast.class_id
    )
    assert await found(api, teacher, "hoc tot") == []
    for other in ("principal", "subject_teacher", "guard", "accountant", "other homeroom_teacher"):
        assert await found(api, cast[other], "hoc tot") == [], other
