"""A real server on loopback, with a world to go back to, for requests made by Schemathesis."""

import asyncio
import re
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncpg
import httpx
import requests
import uvicorn
from hypothesis import strategies
from litestar import Litestar
from schemathesis import GenerationMode, openapi
from schemathesis.specs.openapi.coverage import _schema

from app import db
from app.settings import Settings
from mobile_api.resources import Resources
from mobile_api.server import create_app
from tests.conftest import Clock, delete_rows, open_test_resources
from tests.mobile_api.rules import RULES
from tests.mobile_api.walkers import Walk, arrange
from tests.pdfs import hostile, saved, sheet
from tests.world import Person, World

# What is longer is built. What is not is drawn character by character: it was at a text of 5,000
# for 45 s, and then left it out.
_schema.MAX_GENERATED_PATTERN_LENGTH = 500  # type: ignore[attr-defined]

openapi.media_type(
    "application/pdf", strategies.sampled_from([saved(sheet(2)), hostile(), b"%PDF-1.7\n%%EOF"])
)

T = TypeVar("T")


class Fuzzed:
    """The server, its world, and somebody who holds every role there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, url: str) -> None:
        self._loop = loop
        self.url = url
        self.http = requests.Session()
        # Or each request looks for a proxy in the environment.
        self.http.trust_env = False
        self.resources: Resources
        self.walk: Walk
        self.everybody: Person
        self.owner: asyncpg.Connection | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def reset(self) -> None:
        """The world as it was; nobody is limited by what was asked before."""
        self.run(self.walk.saved.restore())
        self.forget_limits()

    def ask(self, case: Any, headers: dict[str, str]) -> requests.Response:
        """The answer to one who has asked nothing before."""
        answer: requests.Response = case.call(base_url=self.url, session=self.http, headers=headers)
        if answer.status_code != 429:
            return answer
        self.forget_limits()
        answer = case.call(base_url=self.url, session=self.http, headers=headers)
        assert answer.status_code != 429
        return answer

    def path_of(self, template: str) -> dict[str, str]:
        """What the template's names are called in the world."""
        known = self.walk.ids | {"device_id": self.everybody.device_id}
        return {name: str(known[name]) for name in re.findall(r"\{(\w+)\}", template)}

    def at_home(self, case: Any) -> Any:
        """The case with the world's own ids and codes in its body, or with a file that is good."""
        rule = RULES.get(case.operation.label)
        is_good = case.meta.generation.mode is GenerationMode.POSITIVE
        if rule is not None and rule.file is not None and is_good:
            # In place: a body that is set has the whole case judged anew, texts of a path as well.
            case.body["file"] = rule.file[1]
            return case
        case.body = self._known(case.body)
        return case

    def _known(self, node: Any) -> Any:
        ids = self.walk.ids | {"token": self.walk.ids["card_token"]}
        if isinstance(node, dict):
            return {
                key: str(ids[key]) if key in ids and isinstance(value, str) else self._known(value)
                for key, value in node.items()
            }
        return [self._known(part) for part in node] if isinstance(node, list) else node

    def forget_limits(self) -> None:
        async def flush() -> None:
            await self.resources.redis.flushall()

        self.run(flush())


@contextmanager
def serve_world(settings: Settings) -> Iterator[Fuzzed]:
    """Serve on a free port of loopback, in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fuzzed", daemon=True)
    thread.start()
    # The protocol is named, or asyncio leaves Nagle's algorithm on: 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    fuzzed = Fuzzed(loop, f"http://127.0.0.1:{listener.getsockname()[1]}")
    is_up, over = threading.Event(), asyncio.Event()
    serving = asyncio.run_coroutine_threadsafe(
        _serve(fuzzed, settings, listener, is_up, over), loop
    )
    try:
        while not is_up.wait(timeout=0.05):
            if serving.done():
                serving.result()
        yield fuzzed
    finally:
        loop.call_soon_threadsafe(over.set)
        serving.result(timeout=30)
        fuzzed.http.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
        listener.close()


async def _serve(
    fuzzed: Fuzzed,
    settings: Settings,
    listener: socket.socket,
    is_up: threading.Event,
    over: asyncio.Event,
) -> None:
    async with open_test_resources(settings, Clock()) as resources:
        app = create_app(resources)
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await _arrange(fuzzed, resources, app)
            is_up.set()
            while not over.is_set():
                # Live streams never end by themselves.
                resources.streams.end_all()
                await asyncio.sleep(0.02)
            await fuzzed.walk.saved.close()
        finally:
            server.should_exit = True
            await task
            if fuzzed.owner is not None:
                await fuzzed.owner.close()


async def _arrange(fuzzed: Fuzzed, resources: Resources, app: Litestar) -> None:
    """The walk's world, on a connection that stays open for the way back."""
    fuzzed.resources = resources
    await resources.redis.flushall()
    fuzzed.owner = await db.connect(resources.settings.require_database_url())
    await delete_rows(fuzzed.owner)
    world = World(fuzzed.owner, resources)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as api:
        fuzzed.walk = await arrange(world, api)
    fuzzed.everybody = await _everybody(world, fuzzed.walk)
    await fuzzed.walk.saved.save()


async def _everybody(world: World, walk: Walk) -> Person:
    """The guardian of the pupil, who is everything else as well."""
    school, cast = walk.cast.school, walk.cast
    person = cast["guardian"]
    for role, member in cast.people.items():
        if member.person_id is not None and " " not in role and role != "guardian":
            person.person_id = member.person_id
            await world.member(person, school, role)
    await world.owner.execute(
        "insert into membership (id, account_id, org_unit_id, role)"
        " select gen_random_uuid(), $1, 1, 'department_admin'",
        person.account_id,
    )
    return person
