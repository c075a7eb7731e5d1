"""The inbox over HTTP: pages, catching up, acknowledgements, and whose it is."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.ids import new_id
from notifications.relay import Relay
from tests.conftest import Clock
from tests.notifications.news import block, deliveries, inbox, put_fact, put_token
from tests.world import Person, School, Student, World


class Home:
    """A mother, her child at a school, and what she is told."""

    def __init__(self, owner: asyncpg.Connection, relay: Relay) -> None:
        self.owner = owner
        self.relay = relay
        self.school: School
        self.student: Student
        self.mother: Person

    async def settle(self, world: World) -> None:
        self.school = await world.school()
        self.student = await world.student(self.school, "Nguyễn Văn An")
        self.mother = await world.guardian(self.student)

    async def is_told(self, times: int = 1) -> list[dict[str, Any]]:
        for _ in range(times):
            await put_fact(self.owner, self.school, self.student)
        await self.relay.relay_due()
        return await inbox(self.owner, self.mother)


@pytest.fixture
async def home(world: World, owner: asyncpg.Connection, database: str) -> AsyncIterator[Home]:
    pool = await db.create_pool(database, role=db.RELAY_ROLE, size=2)
    home = Home(owner, Relay(pool))
    await home.settle(world)
    yield home
    await pool.close()


async def page(api: httpx.AsyncClient, person: Person, query: str = "") -> dict[str, Any]:
    response = await api.get(f"/v1/inbox?{query}", headers=person.headers)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def seqs(found: dict[str, Any]) -> list[int]:
    return [item["seq"] for item in found["items"]]


async def test_the_newest_comes_first_and_pages_lose_nothing(
    api: httpx.AsyncClient, home: Home
) -> None:
    await home.is_told(times=7)
    first = await page(api, home.mother, "limit=3")
    assert seqs(first) == [7, 6, 5]
    await home.is_told()  # what comes meanwhile does not shift the pages
    second = await page(api, home.mother, f"limit=3&cursor={first['next_cursor']}")
    third = await page(api, home.mother, f"limit=3&cursor={second['next_cursor']}")
    assert seqs(second) + seqs(third) == [4, 3, 2, 1]
    assert third["next_cursor"] is None

    item = first["items"][0]
    assert set(item) == {
        "id", "seq", "kind", "school_id", "student_id", "title", "body", "data", "created_at",
        "read_at",
    }  # fmt: skip
    assert (item["kind"], item["school_id"]) == ("arrival", home.school.id)
    assert item["student_id"] == str(home.student.id)
    assert item["read_at"] is None
    assert item["data"]["direction"] == "in"
    assert item["created_at"].endswith("Z")


async def test_after_seq_catches_up_from_the_oldest(api: httpx.AsyncClient, home: Home) -> None:
    await home.is_told(times=6)
    first = await page(api, home.mother, "after_seq=1&limit=3")
    assert seqs(first) == [2, 3, 4]
    second = await page(api, home.mother, f"limit=3&cursor={first['next_cursor']}")
    assert seqs(second) == [5, 6]
    assert second["next_cursor"] is None
    assert await page(api, home.mother, "after_seq=6") == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=WzFd", "after_seq=-1", "after_seq=9223372036854775808", "limit=0"],
)
async def test_a_bad_query_is_a_problem(api: httpx.AsyncClient, home: Home, query: str) -> None:
    response = await api.get(f"/v1/inbox?{query}", headers=home.mother.headers)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_acknowledgement_goes_forward_only_and_is_the_devices_own(
    api: httpx.AsyncClient, home: Home, world: World, clock: Clock
) -> None:
    tablet = await world.session(home.mother.account_id)
    await put_token(home.owner, home.mother, "phone")
    await put_token(home.owner, tablet, "tablet")
    (item,) = await home.is_told()
    url = f"/v1/inbox/{item['id']}/ack"

    async def ack(state: str) -> tuple[Any, Any, dict[Any, str]]:
        clock.now += timedelta(seconds=10)
        response = await api.post(url, json={"state": state}, headers=home.mother.headers)
        assert response.status_code == 200, response.text
        (now,) = await inbox(home.owner, home.mother)
        states = {row["device_id"]: row["state"] for row in await deliveries(home.owner)}
        assert states.pop(tablet.device_id) == "queued"
        return now["delivered_at"], now["read_at"], states

    phone = home.mother.device_id
    delivered_at, read_at, states = await ack("delivered")
    assert (delivered_at, read_at, states) == (clock.now, None, {phone: "delivered"})
    assert await ack("delivered") == (delivered_at, None, {phone: "delivered"})
    read_at = (await ack("read"))[1]
    assert read_at == clock.now
    for again in ("delivered", "read"):
        assert await ack(again) == (delivered_at, read_at, {phone: "read"})


async def test_read_implies_delivered_and_a_push_that_failed_stays_failed(
    api: httpx.AsyncClient, home: Home
) -> None:
    await put_token(home.owner, home.mother, "phone")
    (item,) = await home.is_told()
    await home.owner.execute("update delivery set state = 'failed', reason = 'unregistered'")
    url = f"/v1/inbox/{item['id']}/ack"
    answer = await api.post(url, json={"state": "read"}, headers=home.mother.headers)
    assert answer.json()["read_at"] is not None
    (item,) = await inbox(home.owner, home.mother)
    assert item["delivered_at"] is not None
    assert [row["state"] for row in await deliveries(home.owner)] == ["failed"]


async def test_anothers_item_is_not_found(api: httpx.AsyncClient, home: Home, world: World) -> None:
    (item,) = await home.is_told()
    father = await world.guardian(home.student)
    for item_id in (item["id"], new_id()):
        response = await api.post(
            f"/v1/inbox/{item_id}/ack", json={"state": "read"}, headers=father.headers
        )
        assert response.status_code == 404
        assert response.json()["type"] == "no-such-item"
    assert (await page(api, father))["items"] == []
    (item,) = await inbox(home.owner, home.mother)
    assert item["read_at"] is None


@pytest.mark.parametrize("body", [{"state": "gone"}, {}, {"state": "read", "more": 1}, []])
async def test_a_bad_acknowledgement_is_a_problem(
    api: httpx.AsyncClient, home: Home, body: Any
) -> None:
    (item,) = await home.is_told()
    response = await api.post(f"/v1/inbox/{item['id']}/ack", json=body, headers=home.mother.headers)
    assert response.status_code == 400, response.text


async def test_a_custody_block_hides_what_was_told_before_from_the_next_request_on(
    api: httpx.AsyncClient, home: Home, world: World
) -> None:
    sister = await world.student(home.school, "Nguyễn Thị Em")
    await world.guardian(sister, person=home.mother)
    (item,) = await home.is_told()
    await put_fact(home.owner, home.school, sister)
    await home.relay.relay_due()
    assert seqs(await page(api, home.mother)) == [2, 1]
    await block(home.owner, home.mother, home.student)
    assert seqs(await page(api, home.mother)) == [2]
    assert seqs(await page(api, home.mother, "after_seq=0")) == [2]
    response = await api.post(
        f"/v1/inbox/{item['id']}/ack", json={"state": "read"}, headers=home.mother.headers
    )
    assert response.status_code == 404


async def test_everybody_with_a_login_has_an_inbox_and_nobody_else(
    api: httpx.AsyncClient, home: Home, world: World
) -> None:
    guard = await world.staff(home.school, "guard")
    admin = await world.department_admin()
    for person in (guard, admin):
        assert (await page(api, person))["items"] == []
    assert (await api.get("/v1/inbox")).status_code == 401
    answer = await api.post(f"/v1/inbox/{new_id()}/ack", json={"state": "read"})
    assert answer.status_code == 401
    assert (await api.get("/v1/inbox/stream")).status_code == 401
