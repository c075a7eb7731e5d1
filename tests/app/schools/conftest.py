"""A school that imports its roster."""

import pytest

from mobile_api.resources import Resources
from tests.app.schools.rosters import Importer
from tests.world import School, World


@pytest.fixture
async def school(world: World) -> School:
    return await world.school()


@pytest.fixture
async def roster(world: World, resources: Resources, school: School) -> Importer:
    return Importer(world, resources, school, await world.staff(school, "principal"))
