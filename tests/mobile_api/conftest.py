"""A school with a guard's phone at its gate, and a second API as another process would be."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest

from app.settings import Settings
from tests.conftest import Clock, app_on, open_test_resources
from tests.gate import Gate
from tests.world import School, Student, World


@pytest.fixture
async def school(world: World) -> School:
    return await world.school()


@pytest.fixture
async def student(world: World, school: School) -> Student:
    return await world.student(school)


@pytest.fixture
async def gate(api: httpx.AsyncClient, clock: Clock, world: World, school: School) -> Gate:
    return Gate(api, clock, school, await world.staff(school, "guard"))


@pytest.fixture
async def other_api(settings: Settings, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with open_test_resources(settings, clock) as opened:
        transport = httpx.ASGITransport(app=cast(Any, app_on(opened, number=1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://other") as client:
            yield client


@pytest.fixture
async def other_gate(
    other_api: httpx.AsyncClient, clock: Clock, world: World, school: School
) -> Gate:
    return Gate(other_api, clock, school, await world.staff(school, "homeroom_teacher"))
