"""The contact book of the demo: a month that a parent can read, search and answer."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.settings import Settings
from tests.mobile_api.doors import bearer_of, login
from tests.scripts.demo_helpers import PASSWORD, TODAY, api_of


@pytest.fixture
async def owner(demo: Settings) -> AsyncIterator[asyncpg.Connection]:
    conn = await db.connect(demo.require_database_url())
    yield conn
    await conn.close()


@pytest.fixture
async def api(used: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with api_of(used) as client:
        yield client


async def test_a_parent_finds_a_month_of_the_contact_book_and_two_things_to_answer(
    api: httpx.AsyncClient,
) -> None:
    parent = bearer_of(await login(api, "0900000006", PASSWORD))
    feed: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/contact-book/feed", params=params, headers=parent)).json()
        feed += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    kinds = Counter(item["kind"] for item in feed)
    assert kinds.keys() == {"announcement", "remark", "homework", "lesson", "summary"}
    assert min(kinds.values()) >= 5
    assert all(item["at"] < "2026-11-15T17:00:00Z" for item in feed)
    asked = {item["title"] for item in feed if item.get("needs_answer")}
    assert asked == {"Trải nghiệm tại Đại Nội Huế", "Khám sức khỏe định kì cho học sinh"}
    assert any(item.get("about") == "health" and item["body"] for item in feed)
    found = await api.get("/v1/contact-book/search", params={"q": "dai noi"}, headers=parent)
    assert {"announcement"} <= {hit["kind"] for hit in found.json()["items"]}
    said = await api.get("/v1/contact-book/search", params={"q": "quen ghi bai"}, headers=parent)
    assert [hit["kind"] for hit in said.json()["items"]] == ["message"]


async def test_the_contact_book_is_of_school_days_and_nothing_in_it_waits_to_be_told(
    owner: asyncpg.Connection,
) -> None:
    odd = await owner.fetch(
        """
        select day from lesson where extract(isodow from day) = 7 or day >= $1
            or (created_at at time zone 'Asia/Ho_Chi_Minh')::date <> day
        """,
        TODAY,
    )
    assert odd == []
    for table in ("outbox", "inbox_item", "announcement_errand", "book_news"):
        assert await owner.fetchval(f"select count(*) from {table}") == 0, table
    waiting = await owner.fetchval(
        "select count(*) from thread t join thread_read r using (school_id)"
        " where r.thread_id = t.id and r.seq < t.last_seq"
    )
    assert waiting == 0
    by_state = await owner.fetch("select state, count(*) from announcement group by state")
    assert {row["state"] for row in by_state} == {"draft", "published", "withdrawn"}
    orphans = await owner.fetchval(
        """
        select count(*) from announcement_recipient r
         where (r.answer is null) <> not exists (
               select from announcement_answer a
                where a.school_id = r.school_id and a.announcement_id = r.announcement_id
                  and a.person_id = r.person_id and a.answer = r.answer)
            or (r.read_at is null) <> not exists (
               select from announcement_read d
                where d.school_id = r.school_id and d.announcement_id = r.announcement_id
                  and d.person_id = r.person_id)
        """
    )
    assert orphans == 0
