"""A school, a guard's phone at its gate, its principal's desk, and a second API process."""

import typing
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.contact_book.announcements.fanout import do_due
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.cast import Cast, gather
from tests.conftest import Clock, app_on, open_test_resources
from tests.gate import Gate
from tests.mobile_api.billing import Till, open_till
from tests.mobile_api.counting_house import House
from tests.mobile_api.errands import Workers, open_workers
from tests.mobile_api.feed_rows import Book
from tests.mobile_api.office import Office
from tests.mobile_api.receiving import Counter, bank_of
from tests.mobile_api.talking import Talk
from tests.world import Person, School, Student, World


@pytest.fixture
async def school(world: World) -> School:
    return await world.school()


@pytest.fixture
async def student(world: World, school: School) -> Student:
    return await world.student(school)


@pytest.fixture
async def principal(world: World, school: School) -> Person:
    return await world.staff(school, "principal", "Phạm Thị Trưởng")


@pytest.fixture
async def cast(world: World) -> Cast:
    return await gather(world)


@pytest.fixture
async def relay(database: str, clock: Clock) -> AsyncIterator[Relay]:
    pool = await db.create_pool(database, role=db.RELAY_ROLE, size=2)
    yield Relay(pool, clock=clock)
    await pool.close()


@pytest.fixture
async def workers(database: str, resources: Resources, clock: Clock) -> AsyncIterator[Workers]:
    """They do what announcements have still to do."""
    async with open_workers(database, resources, clock, do_due) as opened:
        yield opened


@pytest.fixture
def talk(api: httpx.AsyncClient, cast: Cast, clock: Clock) -> Talk:
    clock.now = clock.now.replace(hour=9)  # within contact hours
    return Talk(api, cast)


@pytest.fixture
def book(owner: asyncpg.Connection, clock: Clock) -> Book:
    """What was written began six hours ago."""
    return Book(owner, clock() - timedelta(hours=6))


@pytest.fixture
async def gate(api: httpx.AsyncClient, clock: Clock, world: World, school: School) -> Gate:
    return Gate(api, clock, school, await world.staff(school, "guard"))


@pytest.fixture
async def till(api: httpx.AsyncClient, world: World) -> Till:
    """A school that is ready to bill."""
    return await open_till(api, world)


@pytest.fixture
async def other_api(settings: Settings, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with open_test_resources(settings, clock) as opened:
        transport = httpx.ASGITransport(app=typing.cast(Any, app_on(opened, number=1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://other") as client:
            yield client


@pytest.fixture
async def other_gate(
    other_api: httpx.AsyncClient, clock: Clock, world: World, school: School
) -> Gate:
    return Gate(other_api, clock, school, await world.staff(school, "homeroom_teacher"))


@pytest.fixture
async def office(api: httpx.AsyncClient, world: World, school: School) -> Office:
    return Office(api, school, await world.staff(school, "principal", "Cô Hiệu Trưởng"))


@pytest.fixture
async def far_gate(
    api: httpx.AsyncClient,
    clock: Clock,
    world: World,
    school: School,
    owner: asyncpg.Connection,
) -> Gate:
    """A gate of another campus, 11 km north."""
    campus_id, station_id = new_id(), new_id()
    fence = school.fence | {"lat": school.fence["lat"] + 0.1}
    await owner.execute(
        "insert into campus (school_id, id, name, fence) values ($1, $2, 'Cơ sở Bắc', $3)",
        school.id,
        campus_id,
        fence,
    )
    await owner.execute(
        "insert into station (school_id, id, campus_id, number, name, kind)"
        " values ($1, $2, $3, 9, 'Cổng Bắc', 'gate')",
        school.id,
        station_id,
        campus_id,
    )
    return Gate(api, clock, school, await world.staff(school, "guard"), station_id=station_id)


@pytest.fixture
async def counter(
    till: Till,
    api: httpx.AsyncClient,
    resources: Resources,
    clock: Clock,
    database: str,
    owner: asyncpg.Connection,
) -> AsyncIterator[Counter]:
    """The till, with a bank that tells of transfers and a worker that takes them."""
    finder = await db.create_pool(database, role=db.WORKER_ROLE, size=2)
    yield Counter(
        till=till,
        bank=bank_of(till, api, clock),
        resources=resources,
        clock=clock,
        finder=finder,
        owner=owner,
    )
    await finder.close()


@pytest.fixture
def house(till: Till, resources: Resources) -> House:
    """The accountant's office of the till's school."""
    return House(till, resources)
