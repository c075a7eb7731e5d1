"""The department's day: schools in numbers, counted again where something moved, nothing small."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app.attendance.plans import Plans
from app.monitoring import rollup
from mobile_api.resources import Resources
from tests.gate import Gate, minutes
from tests.mobile_api.cut_off import CUT_OFF, DAY, class_of, come, morning, run_now
from tests.world import Person, School, World


async def day_of(api: httpx.AsyncClient, who: Person, query: str = "") -> dict[str, Any]:
    answer = await api.get(f"/v1/monitor/department{query}", headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def count(resources: Resources) -> int:
    return await rollup.refresh(resources.pool, now=resources.clock(), plans=Plans())


async def test_a_school_is_counted_where_it_moved_and_shown_without_small_numbers(
    gate: Gate, world: World, resources: Resources, owner: asyncpg.Connection
) -> None:
    admin = await world.department_admin()
    pupils = await class_of(world, gate.school, 20)
    quiet = await world.school()
    await morning(gate, pupils, but=8)

    assert (await day_of(gate.api, admin))["items"][0]["counted_at"] is None
    assert await count(resources) == 2
    gate.clock.now += minutes(5)
    assert await count(resources) == 0, "nothing has moved"
    shown = await day_of(gate.api, admin)

    by_school = {each["school_id"]: each["numbers"] for each in shown["items"]}
    assert by_school[gate.school.id] == {
        "expected": 20, "arrived": 12, "late": 0, "on_leave": 0, "missing": 8, "absent": 0,
        "held": 0,
    }  # fmt: skip
    assert by_school[quiet.id]["expected"] == 0
    assert shown["total"]["missing"] == 8

    await run_now(resources)
    await come(gate, pupils[:5])
    assert await count(resources) == 2, "the quiet school's cut-off was decided, too"
    shown = await day_of(gate.api, admin)
    numbers = next(
        each["numbers"] for each in shown["items"] if each["school_id"] == gate.school.id
    )
    assert numbers["missing"] is None
    assert numbers["arrived"] is None, "it would be told by what is expected"
    assert shown["total"]["missing"] is None
    row = await owner.fetchrow("select missing, held from school_day_count where missing > 0")
    assert row is not None
    assert tuple(row) == (3, 3)


async def test_the_day_after_its_late_scans_are_counted_too(
    gate: Gate, world: World, resources: Resources, owner: asyncpg.Connection
) -> None:
    pupils = await class_of(world, gate.school, 10)
    await morning(gate, pupils, but=6)
    await count(resources)
    made_at = gate.clock.now
    gate.clock.now += timedelta(days=1)
    await count(resources)
    await gate.results(gate.scan(pupils[0].token, at=made_at))

    assert await count(resources) == 1

    found = "select arrived from school_day_count where day = $1"
    assert await owner.fetchval(found, CUT_OFF.date()) == 5


async def test_a_closure_empties_a_day_that_was_counted_before_it(
    gate: Gate, world: World, resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, await class_of(world, gate.school, 10), but=6)
    assert await count(resources) == 1
    gate.clock.now += minutes(5)
    principal = await world.staff(gate.school, "principal")
    storm = {"from_day": DAY, "to_day": DAY, "kind": "storm", "reason": "Bão"}
    answer = await gate.api.post(
        "/v1/closures", json=storm | {"school_id": gate.school.id}, headers=principal.headers
    )
    assert answer.status_code == 201, answer.text

    assert await count(resources) == 1

    assert await owner.fetchval("select expected from school_day_count") == 0


async def test_a_department_sees_its_own_schools_alone_page_by_page(
    api: httpx.AsyncClient, world: World, school: School
) -> None:
    await world.org_unit(unit_id=1)
    await world.org_unit(unit_id=2)
    far = await world.school(org_unit_id=2)
    second = await world.school()
    admin = await world.department_admin()

    first = await day_of(api, admin, "?limit=1")
    rest = await day_of(api, admin, f"?limit=1&cursor={first['next_cursor']}")

    assert first["schools"] == 2
    seen = [each["school_id"] for each in first["items"] + rest["items"]]
    assert seen == [school.id, second.id]
    assert far.id not in seen
    assert rest["next_cursor"] is None
