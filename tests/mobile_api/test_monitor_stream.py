"""The live board, through a real server on loopback: what it tells, to whom, and what it costs."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from app.ids import new_id
from mobile_api import board_streams
from mobile_api.board_streams import BoardStream
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.test_monitor import board_of
from tests.mobile_api.test_stream import Reader, served
from tests.notifications.news import until
from tests.patience import Stopwatch
from tests.world import Person, School, Student, World


class Watch:
    """A served app whose board can be watched."""

    def __init__(self, client: httpx.AsyncClient, school: School) -> None:
        self.client, self.school = client, school

    @contextlib.asynccontextmanager
    async def __call__(self, who: Person) -> AsyncIterator[Reader]:
        url = f"/v1/schools/{self.school.id}/monitor/stream"
        async with self.client.stream("GET", url, headers=who.headers) as response:
            assert response.status_code == 200, await response.aread()
            yield Reader(response)


@pytest.fixture
async def watch(app: Litestar, school: School) -> AsyncIterator[Watch]:
    async with served(app) as base_url, httpx.AsyncClient(base_url=base_url, timeout=20) as client:
        yield Watch(client, school)


async def data_of(reader: Reader, name: str) -> dict[str, Any]:
    event = await reader.next()
    assert event is not None
    assert event["event"] == name
    data: dict[str, Any] = event["data"]
    return data


async def test_a_scan_moves_the_board_within_two_seconds(
    watch: Watch, gate: Gate, student: Student, principal: Person
) -> None:
    async with watch(principal) as reader:
        assert reader.response.headers["content-type"].startswith("text/event-stream")
        first = await data_of(reader, "board")
        assert first == await board_of(gate.api, gate.school, principal) | {"as_of": first["as_of"]}
        await gate.outcome(student.token)
        watch_for = Stopwatch()
        change = await data_of(reader, "change")
        assert watch_for.took_s < 2.0
        assert change["totals"]["arrived"] == 1
        assert [row["arrived"] for row in change["classes"]] == [1]
        assert change["arrivals"] == [1]
        # Nothing new, nothing told.
        with pytest.raises(TimeoutError):
            await reader.next(within_s=3.5)


def laid_over(board: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The board of before with a change's rows in the place of their own, as clients do it."""
    merged = dict(change)
    for name, key in (
        ("shifts", ("shift_id",)),
        ("classes", ("class_id", "shift_id")),
        ("gates", ("station_id",)),
    ):
        fresh = {tuple(row[part] for part in key): row for row in change[name]}
        merged[name] = [fresh.get(tuple(row[part] for part in key), row) for row in board[name]]
    return merged


async def test_changes_laid_over_the_first_board_make_the_board_of_now(
    watch: Watch, gate: Gate, world: World, principal: Person
) -> None:
    next_class = await world.school_class(gate.school, "6A2")
    pupils = [
        await world.student(gate.school, f"Em {n}", class_id=class_id)
        for n in range(6)
        for class_id in (None, next_class)
    ]
    async with watch(principal) as reader:
        held = await data_of(reader, "board")
        for n, pupil in enumerate(pupils):
            await gate.outcome(pupil.token if n % 4 else "CT1:KHONGPHAI")
            if n % 5 == 0:
                held = laid_over(held, await data_of(reader, "change"))
        now = await board_of(gate.api, gate.school, principal)
        while held | {"as_of": now["as_of"]} != now:
            held = laid_over(held, await data_of(reader, "change"))


async def test_what_was_received_first_and_committed_last_is_not_missed(
    watch: Watch, gate: Gate, world: World, student: Student, principal: Person,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    late = await world.student(gate.school, "Em Muộn")
    await gate.outcome(late.token)
    event = await owner.fetchrow("delete from scan_event returning *")
    day = await owner.fetchrow("delete from attendance_day returning *")
    assert event is not None
    assert day is not None
    gate.clock.now += timedelta(seconds=1)
    async with watch(principal) as reader:
        await data_of(reader, "board")
        await gate.outcome(student.token)
        await data_of(reader, "change")
        for table, row in (("scan_event", event), ("attendance_day", day)):
            columns = ", ".join(row.keys())
            marks = ", ".join(f"${n}" for n in range(1, len(row) + 1))
            await owner.execute(f"insert into {table} ({columns}) values ({marks})", *row.values())
        change = await data_of(reader, "change")
        assert change["totals"]["arrived"] == 2


async def test_many_watchers_cost_one_count(
    watch: Watch, gate: Gate, world: World, student: Student, resources: Resources
) -> None:
    people = [await world.staff(gate.school, "principal") for _ in range(4)]
    before = counted()
    async with contextlib.AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(watch(person)) for person in people]
        for reader in readers:
            await data_of(reader, "board")
        await gate.outcome(student.token)
        changes = [await data_of(reader, "change") for reader in readers]
        assert all(change == changes[0] for change in changes)
        # The first look, the change, and what follows each of them after two seconds.
        assert counted() - before <= 4
        idle = resources.pool.get_size() - resources.pool.get_idle_size()
        assert idle <= 1, "streams hold connections to the database"
    await until(lambda: not resources.streams.boards._schools)


def counted() -> int:
    return int(board_streams._COUNTED._value.get())


@pytest.mark.parametrize(
    "end",
    [
        "update session set revoked_at = now(), revoked_reason = 'owner' where id = $1",
        "update membership set ended_at = now() from session s"
        " where s.id = $1 and membership.account_id = s.account_id",
        "update account set disabled_at = now() from session s"
        " where s.id = $1 and account.id = s.account_id",
    ],
)
async def test_who_leads_the_school_no_more_sees_no_more_within_two_seconds(
    watch: Watch, world: World, principal: Person, owner: asyncpg.Connection, end: str
) -> None:
    other = await world.staff(watch.school, "principal", "Lê Văn Khác")
    async with watch(principal) as reader, watch(other) as unharmed:
        await data_of(reader, "board")
        await data_of(unharmed, "board")
        watch_for = Stopwatch()
        await owner.execute(end, principal.session_id)
        assert await reader.next() is None
        assert watch_for.took_s < 2.0
        with pytest.raises(TimeoutError):
            await unharmed.next(within_s=0.2)


async def test_a_board_ends_with_its_access_token_and_with_the_server(
    watch: Watch, principal: Person, clock: Clock, resources: Resources
) -> None:
    async with watch(principal) as reader:
        await data_of(reader, "board")
        clock.now += timedelta(seconds=601)
        while event := await reader.next():
            assert event["event"] in ("board", "change")
    async with watch(principal) as reader:
        await data_of(reader, "board")
        resources.streams.end_all()
        assert await reader.next() is None


async def test_a_sixth_board_of_an_account_ends_the_oldest(watch: Watch, principal: Person) -> None:
    async with contextlib.AsyncExitStack() as stack:
        readers = []
        for _ in range(6):
            reader = await stack.enter_async_context(watch(principal))
            await data_of(reader, "board")
            readers.append(reader)
        assert await readers[0].next() is None


async def test_a_slow_client_gets_the_whole_board_instead_of_a_pile_of_changes() -> None:
    stream = BoardStream(account_id=new_id(), session_id=new_id(), school_id=1, expires_at=0.0)
    for n in range(board_streams._MAX_WAITING + 2):
        stream.give(b"change %d" % n, b"board %d" % n)
    last = board_streams._MAX_WAITING + 1
    assert await anext(stream) == b"board %d" % (last - 1) + b"change %d" % last
