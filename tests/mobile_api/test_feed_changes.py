"""Catching up with the feed: what changed, page by page, and answers without bytes."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.feed_rows import FEED, Book, Json, feed
from tests.world import World


async def test_a_client_that_merges_knows_what_a_new_one_reads(
    api: httpx.AsyncClient, cast: Cast, book: Book, owner: asyncpg.Connection, clock: Clock
) -> None:
    school_id, child, parent = cast.school.id, cast.student, cast["guardian"]
    remark = await book.remark(child, "Con chưa làm bài", kind="needs_work")
    homework = await book.homework(school_id, cast.class_id, "Bài 3")
    lesson = await book.lesson(school_id, cast.class_id, "Phân số")
    first = await feed(api, parent)
    mine = {(item["id"], item.get("student_id")): item for item in first["items"]}

    clock.now += timedelta(minutes=30)
    await owner.execute(
        "update remark set text = 'Con đã làm bài', kind = 'praise', changed_at = $2,"
        " edited_at = $2 where id = $1",
        remark,
        clock(),
    )
    await owner.execute(
        "update homework set withdrawn_at = $2, withdrawn_by = $3, changed_at = $2 where id = $1",
        homework,
        clock(),
        book.author,
    )
    await owner.execute(
        "update lesson set withdrawn_at = $2, withdrawn_by = $3, changed_at = $2 where id = $1",
        lesson,
        clock(),
        book.author,
    )
    await book.announcement(school_id, "Mới", to=[child], at=clock())
    await book.care(child, at=clock(), lunch="some")
    clock.now += timedelta(seconds=1)
    since, cursor, pages = first["since"], None, 0
    while True:
        # Two at a time, and behind the last page from the new `since` on.
        asked: Json = {"since": since, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await feed(api, parent, **asked)
        pages += 1
        assert page["reset"] is False
        mine |= {(item["id"], item.get("student_id")): item for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == 3
    kept = [item for item in mine.values() if item.get("state") != "gone"]
    newest = sorted(kept, key=lambda item: (item["at"], item["id"]), reverse=True)
    assert newest == (await feed(api, parent))["items"]
    clock.now += timedelta(minutes=5)
    # What lies in the overlap comes once more, and then no more.
    again = await feed(api, parent, since=page["since"])
    assert all(item in mine.values() for item in again["items"])
    assert (await feed(api, parent, since=again["since"]))["items"] == []


async def test_what_commits_late_is_caught_up_with(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock
) -> None:
    """Written before the client asked, and seen only after: its transaction took so long."""
    first = await feed(api, cast["guardian"])
    await book.remark(cast.student, "Ghi lúc trước", at=clock() - timedelta(seconds=50))
    clock.now += timedelta(seconds=5)
    page = await feed(api, cast["guardian"], since=first["since"])
    assert [item["body"] for item in page["items"]] == ["Ghi lúc trước"]


async def test_many_that_changed_at_once_do_not_hold_a_client_up(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock
) -> None:
    since = (await feed(api, cast["guardian"]))["since"]
    for n in range(5):
        await book.remark(cast.student, f"Lời {n}", at=clock())
    read: list[str] = []
    cursor = None
    for _ in range(5):
        asked: Json = {"since": since, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = await feed(api, cast["guardian"], **asked)
        read += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(set(read)) == 5


async def test_who_was_away_for_long_or_has_another_child_begins_anew(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock, world: World
) -> None:
    parent = cast["guardian"]
    await book.remark(cast.student, "Con ngoan")
    since = (await feed(api, parent))["since"]
    sibling = await world.student(cast.school, "Nguyễn Thị Út")
    await world.guardian(sibling, person=parent)
    page = await feed(api, parent, since=since)
    assert page["reset"] is True
    assert len(page["items"]) == 1
    clock.now += timedelta(days=31)
    assert (await feed(api, parent, since=page["since"]))["reset"] is True


async def test_an_answer_without_change_costs_no_body(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock
) -> None:
    parent = cast["guardian"]
    for n in range(30):
        await book.remark(cast.student, f"Con phát biểu xây dựng bài {n}")
    whole = await api.get(FEED, params={"limit": 20}, headers=parent.headers)
    etag = whole.headers["etag"]
    assert etag.startswith('W/"')
    clock.now += timedelta(minutes=3)
    same = await api.get(
        FEED, params={"limit": 20}, headers=parent.headers | {"If-None-Match": f'"x", {etag}'}
    )
    assert (same.status_code, same.content) == (304, b"")
    await book.remark(cast.student, "Mới", at=clock())
    changed = await api.get(
        FEED, params={"limit": 20}, headers=parent.headers | {"If-None-Match": etag}
    )
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag
    assert changed.headers["content-encoding"] == "gzip"
    assert int(changed.headers["content-length"]) < 4000


@pytest.mark.parametrize("name", ["cursor", "since"])
@pytest.mark.parametrize("value", ["AAAA", "WzFd", "WyJzIiw5OTk5OTk5OTk5OTk5OTk5OTk5LDFd"])
async def test_a_cursor_that_is_not_ours_is_refused(
    api: httpx.AsyncClient, cast: Cast, name: str, value: str
) -> None:
    answer = await api.get(FEED, params={name: value}, headers=cast["guardian"].headers)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("bad-cursor")
