"""The live stream, through a real server on loopback: resuming, ending, and what costs nothing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from litestar import Litestar
from redis.asyncio import Redis

from app import db
from app.ids import new_id
from app.inbox import bell
from app.settings import Settings
from mobile_api import streams
from mobile_api.resources import Resources
from mobile_api.server import _Server
from mobile_api.streams import InboxStream
from notifications import bells
from notifications.bells import Bells
from notifications.relay import Relay
from tests.conftest import Clock
from tests.notifications.news import block, put_fact, until
from tests.patience import PATIENCE_S, Stopwatch
from tests.world import Person, School, Student, World

Event = dict[str, Any]


class Reader:
    """A client of the stream: parses server-sent events as the standard says."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.pings = 0
        self.last_id = ""
        self._lines = response.aiter_lines()

    async def next(self, *, within_s: float = PATIENCE_S) -> Event | None:
        """The next event; None when the stream has ended."""
        event: Event = {}
        async with asyncio.timeout(within_s):
            async for line in self._lines:
                if line.startswith(":"):
                    self.pings += 1
                elif line:
                    field, _, value = line.partition(": ")
                    event[field] = json.loads(value) if field == "data" else value
                    self.last_id = event.get("id", self.last_id)
                elif event:
                    return event
        return None

    async def seqs(self, count: int) -> list[int]:
        """The `seq` of so many items."""
        events = [await self.next() for _ in range(count)]
        assert all(event and event["event"] == "item" for event in events), events
        return [event["data"]["seq"] for event in events if event]


class Live:
    """A served app, a family, and a relay that rings."""

    def __init__(
        self, base_url: str, owner: asyncpg.Connection, relay: Relay, redis: Redis
    ) -> None:
        self.redis = redis
        self.client = httpx.AsyncClient(base_url=base_url, timeout=20)
        self.owner = owner
        self.relay = relay
        self.school: School
        self.student: Student
        self.mother: Person

    async def settle(self, world: World) -> None:
        self.school = await world.school()
        self.student = await world.student(self.school)
        self.mother = await world.guardian(self.student)

    async def hears_bells(self) -> bool:
        """Whether the app has subscribed; before that it finds news by looking each second."""
        return await subscribers(self.redis, bell.CHANNEL) > 0

    async def tell(self, times: int = 1) -> None:
        for _ in range(times):
            await put_fact(self.owner, self.school, self.student)
        await self.relay.relay_due()

    @contextlib.asynccontextmanager
    async def listen(
        self, person: Person, *, after: int | str | None = None
    ) -> AsyncIterator[Reader]:
        more = {} if after is None else {"Last-Event-ID": str(after)}
        headers = person.headers | more
        async with self.client.stream("GET", "/v1/inbox/stream", headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            yield Reader(response)


async def subscribers(redis: Redis, channel: str) -> int:
    ((_, count),) = await redis.pubsub_numsub(channel)
    return int(count)


@contextlib.asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        app.state.resources.streams.end_all()
        server.should_exit = True
        await serving


@pytest.fixture
async def live(
    app: Litestar,
    world: World,
    owner: asyncpg.Connection,
    settings: Settings,
    resources: Resources,
) -> AsyncIterator[Live]:
    pool = await db.create_pool(settings.require_database_url(), role=db.RELAY_ROLE, size=2)
    ringer = Bells(bells.connect(settings))
    ringing = asyncio.create_task(ringer.run())
    async with served(app) as base_url:
        live = Live(base_url, owner, Relay(pool, ringer), resources.redis)
        await live.settle(world)
        yield live
        await live.client.aclose()
    ringing.cancel()
    await asyncio.gather(ringing, return_exceptions=True)
    await ringer.close()
    await pool.close()


@pytest.fixture
def without_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only bells: the check each second would hide that one is missing."""
    monkeypatch.setattr(streams, "_CHECK_S", 60.0)


@pytest.mark.usefixtures("without_checks")
async def test_news_comes_in_order_as_server_sent_events(live: Live) -> None:
    await live.tell()
    async with live.listen(live.mother) as reader:
        headers = reader.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert await reader.next() == {"id": "1", "event": "hello", "data": {"seq": 1}}
        await until(live.hears_bells)
        await live.tell(2)
        first, second = await reader.next(), await reader.next()
    assert first is not None
    assert second is not None
    assert (first["id"], first["event"], second["id"]) == ("2", "item", "3")
    page = (await live.client.get("/v1/inbox", headers=live.mother.headers)).json()
    assert [second["data"], first["data"]] == page["items"][:2]


@pytest.mark.usefixtures("without_checks")
async def test_two_streams_of_one_account_each_get_everything_once(live: Live) -> None:
    await live.tell(3)
    async with live.listen(live.mother) as new:
        await new.next()
        async with live.listen(live.mother, after=0) as resumed:
            await resumed.next()
            assert await resumed.seqs(3) == [1, 2, 3]
            await until(live.hears_bells)
            await live.tell(2)
            assert await resumed.seqs(2) == [4, 5]
            assert await new.seqs(2) == [4, 5]


async def test_a_stream_resumes_without_loss_and_without_doubles(live: Live) -> None:
    got: list[int] = []
    last: str | None = "0"
    for _ in range(6):
        async with live.listen(live.mother, after=last) as reader:
            hello = await reader.next()
            assert hello is not None
            assert hello["id"] == last
            telling = asyncio.create_task(live.tell(5))
            # The connection breaks in the middle of what is coming.
            got += await reader.seqs(3)
            last = reader.last_id
        await telling
    async with live.listen(live.mother, after=last) as reader:
        await reader.next()
        got += await reader.seqs(30 - len(got))
    assert got == list(range(1, 31))


async def test_too_much_missed_is_a_reset_and_goes_on_from_there(live: Live) -> None:
    await live.owner.execute("insert into inbox_head values ($1, 900)", live.mother.account_id)
    for after in (399, "12abc", 901):
        async with live.listen(live.mother, after=after) as reader:
            hello, reset = await reader.next(), await reader.next()
            assert hello is not None
            assert "id" not in hello
            assert reset == {"id": "900", "event": "reset", "data": {"seq": 900}}
    async with live.listen(live.mother, after=900) as reader:
        await reader.next()
        await live.tell()
        assert await reader.seqs(1) == [901]


async def test_only_the_own_news_comes(live: Live, world: World) -> None:
    other = await world.guardian(await world.student(live.school, "Em Khác"))
    async with live.listen(other) as theirs, live.listen(live.mother) as mine:
        await theirs.next()
        await mine.next()
        await live.tell()
        assert await mine.seqs(1) == [1]
        with pytest.raises(TimeoutError):
            await theirs.next(within_s=0.5)


async def test_a_dead_bell_costs_two_seconds_at_most(live: Live) -> None:
    async with live.listen(live.mother) as reader:
        await reader.next()
        await put_fact(live.owner, live.school, live.student)
        await Relay(live.relay._pool).relay_due()  # rings for nobody
        watch = Stopwatch()
        assert await reader.seqs(1) == [1]
        assert watch.took_s < 2.0


@pytest.mark.parametrize(
    "end",
    [
        "update session set revoked_at = now(), revoked_reason = 'owner' where id = $1",
        "update session set expires_at = '2026-11-01' where id = $1",
        "update device set revoked_at = now() from session s"
        " where s.id = $1 and device.id = s.device_id",
        "update account set disabled_at = now() from session s"
        " where s.id = $1 and account.id = s.account_id",
    ],
)
async def test_a_session_that_is_over_closes_its_stream_within_two_seconds(
    live: Live, world: World, end: str
) -> None:
    other = await world.guardian(live.student)
    async with live.listen(live.mother) as reader, live.listen(other) as unharmed:
        await reader.next()
        await unharmed.next()
        watch = Stopwatch()
        await live.owner.execute(end, live.mother.session_id)
        assert await reader.next() is None
        assert watch.took_s < 2.0
        await live.tell()
        assert await unharmed.seqs(1) == [1]
    response = await live.client.get("/v1/inbox", headers=live.mother.headers)
    assert response.status_code == 401


async def test_a_custody_block_closes_the_stream_and_the_next_one_is_silent(live: Live) -> None:
    async with live.listen(live.mother) as reader:
        await reader.next()
        await live.tell()
        assert await reader.seqs(1) == [1]
        watch = Stopwatch()
        await block(live.owner, live.mother, live.student)
        last = await reader.next() or {}
        assert last.get("event") == "reset", "what is on her screen is not hers to see"
        assert await reader.next() is None
        assert watch.took_s < 2.0
    async with live.listen(live.mother, after=0) as reader:
        await reader.next()
        await live.tell()
        with pytest.raises(TimeoutError):
            await reader.next(within_s=1.5)


async def test_who_loses_a_role_is_sent_to_look_again(live: Live) -> None:
    async with live.listen(live.mother) as reader:
        await reader.next()
        await live.owner.execute(
            "insert into membership (id, account_id, school_id, role, person_id)"
            " values (gen_random_uuid(), $1, $2, 'guard', gen_random_uuid())",
            live.mother.account_id,
            live.school.id,
        )
        last = await reader.next() or {}
        assert last.get("event") == "reset"
        assert await reader.next() is None


async def test_a_stream_ends_with_its_access_token(live: Live, clock: Clock) -> None:
    async with live.listen(live.mother) as reader:
        await reader.next()
        clock.now += timedelta(seconds=601)
        assert await reader.next() is None


async def test_a_silent_stream_is_pinged(live: Live, resources: Resources) -> None:
    resources.streams._ping_s = 0.1
    async with live.listen(live.mother) as reader:
        await reader.next()
        reading = asyncio.create_task(reader.next())
        await until(lambda: reader.pings)
        reading.cancel()
        await asyncio.wait([reading])


async def test_a_sixth_stream_of_an_account_ends_the_oldest(live: Live) -> None:
    async with contextlib.AsyncExitStack() as stack:
        readers = []
        for _ in range(6):
            reader = await stack.enter_async_context(live.listen(live.mother))
            await reader.next()
            readers.append(reader)
        assert await readers[0].next() is None
        await live.tell()
        for reader in readers[1:]:
            assert await reader.seqs(1) == [1]


async def test_a_full_process_says_so(live: Live, resources: Resources, world: World) -> None:
    resources.streams._max_streams = 1
    other = await world.guardian(live.student)
    async with live.listen(live.mother) as reader:
        await reader.next()
        response = await live.client.get("/v1/inbox/stream", headers=other.headers)
        assert response.status_code == 503
        assert response.json()["type"] == "too-many-streams"
    await until(lambda: _is_open_to(live, other))


async def _is_open_to(live: Live, person: Person) -> bool:
    async with live.client.stream("GET", "/v1/inbox/stream", headers=person.headers) as response:
        return response.status_code == 200


async def test_a_stream_that_is_left_is_forgotten_and_holds_no_connection(
    live: Live, resources: Resources
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            reader = await stack.enter_async_context(live.listen(live.mother))
            await reader.next()
        await asyncio.sleep(0.2)
        idle = resources.pool.get_size() - resources.pool.get_idle_size()
        assert idle <= 1, "streams hold connections to the database"
    await until(lambda: not resources.streams._streams)


async def test_a_slow_client_gets_a_reset_instead_of_unbounded_memory() -> None:
    stream = InboxStream(
        account_id=new_id(), session_id=new_id(), position=0, rights="", expires_at=0.0
    )
    for seq in range(1, streams._MAX_WAITING + 3):
        stream.give(seq, b"id: %d\nevent: item\ndata: {}\n\n" % seq)
    chunk = await anext(stream)
    assert chunk.startswith(b"id: 601\nevent: reset")
    assert chunk.count(b"event: item") == 1
    assert stream.position == streams._MAX_WAITING + 2
    stream.end()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_the_servers_end_does_not_wait_for_streams(live: Live, app: Litestar) -> None:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = _Server(config, app)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")
    url = "/v1/inbox/stream"
    async with client, client.stream("GET", url, headers=live.mother.headers) as response:
        reader = Reader(response)
        await reader.next()
        watch = Stopwatch()
        server.should_exit = True
        assert await reader.next() is None
        await serving
        assert watch.took_s < 2.0
