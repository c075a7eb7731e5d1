"""The checklist of a school, and the department's view of all of its schools."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx

from app.schools.setup import service
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.world import World

ORDER = [
    "fence", "stations", "shifts", "calendar", "staff", "roster", "guardians", "cards",
    "first_scan",
]  # fmt: skip


async def steps_of(
    api: httpx.AsyncClient, headers: dict[str, str], school_id: int
) -> dict[str, dict[str, Any]]:
    response = await api.get(f"/v1/schools/{school_id}/setup", headers=headers)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert [step["key"] for step in answer["steps"]] == ORDER
    assert answer["total"] == len(ORDER)
    assert answer["done"] == sum(step["state"] == "done" for step in answer["steps"])
    return {step["key"]: step for step in answer["steps"]}


async def test_an_empty_school_has_everything_to_do_and_is_told_what_is_next(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    made = await api.post(
        "/v1/schools",
        json={"org_unit_id": 1, "name": "Trường mới", "level": "primary"},
        headers=cast["department_admin"].headers,
    )
    school_id = made.json()["id"]
    steps = await steps_of(api, cast["department_admin"].headers, school_id)
    assert {step["state"] for step in steps.values()} == {"todo"}
    assert all(step["next"] and step["total"] >= 1 for step in steps.values())
    assert steps["roster"]["link"] == f"/v1/schools/{school_id}/imports/roster/template.xlsx"


async def test_each_step_counts_what_stands(api: httpx.AsyncClient, cast: Cast) -> None:
    headers = cast["principal"].headers
    school = cast.school
    steps = await steps_of(api, headers, school.id)
    done = {key for key, step in steps.items() if step["state"] == "done"}
    assert done == {"fence", "stations", "shifts", "roster"}
    assert all(steps[key]["next"] is None and steps[key]["link"] is None for key in done)
    # A principal and somebody who scans, but of two classes one has no homeroom teacher.
    assert (steps["staff"]["state"], steps["staff"]["done"], steps["staff"]["total"]) == (
        "started", 3, 4,
    )  # fmt: skip
    assert (steps["guardians"]["done"], steps["guardians"]["total"]) == (1, 2)
    assert steps["first_scan"]["state"] == steps["calendar"]["state"] == "todo"


async def test_a_scan_a_holiday_and_the_second_family_finish_their_steps(
    api: httpx.AsyncClient, cast: Cast, world: World, clock: Clock
) -> None:
    headers = cast["principal"].headers
    gate = Gate(api, clock, cast.school, cast["guard"])
    assert await gate.outcome(cast.student.token) == "ok"
    holiday = {"day": "2027-01-01", "kind": "holiday", "name": "Tết dương lịch"}
    made = await api.put(
        cast.url("/calendar/2027-01-01"),
        json={"kind": holiday["kind"], "name": holiday["name"]},
        headers=headers,
    )
    assert made.status_code < 300, made.text
    await world.guardian(cast.neighbour)
    steps = await steps_of(api, headers, cast.school.id)
    states = {key: steps[key]["state"] for key in ("first_scan", "calendar", "guardians")}
    assert set(states.values()) == {"done"}


async def test_cards_count_once_they_stood_on_a_page(api: httpx.AsyncClient, cast: Cast) -> None:
    headers = cast["principal"].headers
    pdf = await api.get(cast.url(f"/classes/{cast.class_id}/cards.pdf"), headers=headers)
    assert pdf.status_code == 200
    cards = (await steps_of(api, headers, cast.school.id))["cards"]
    assert (cards["state"], cards["done"], cards["total"]) == ("started", 1, 2)


async def test_a_guardian_kept_from_the_child_does_not_count_as_reached(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await owner.execute("update guardianship set custody_blocked_at = now()")
    steps = await steps_of(api, cast["principal"].headers, cast.school.id)
    assert steps["guardians"]["state"] == "todo"


async def test_the_checklist_speaks_the_callers_language(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    headers = cast["principal"].headers
    vi = await steps_of(api, headers, cast.school.id)
    en = await steps_of(api, headers | {"Accept-Language": "en"}, cast.school.id)
    assert (vi["cards"]["title"], en["cards"]["title"]) == ("In thẻ", "Cards printed")


async def test_the_department_sees_its_schools_those_that_lag_first(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, clock: Clock
) -> None:
    headers = cast["department_admin"].headers
    before = (await api.get("/v1/setup", headers=headers)).json()["items"]
    assert {each["counted_at"] for each in before} == {None}
    counted = await service.count_again(resources.pool, now=clock.now)
    assert counted == 3
    first = (await api.get("/v1/setup?limit=1", headers=headers)).json()
    rest = (await api.get(f"/v1/setup?cursor={first['next_cursor']}", headers=headers)).json()
    rows = [*first["items"], *rest["items"]]
    # The third school is another department's.
    assert {row["school_id"] for row in rows} == {cast.school.id, cast.other.id}
    assert [row["done"] for row in rows] == sorted(row["done"] for row in rows)
    row = next(row for row in rows if row["school_id"] == cast.school.id)
    assert (row["pupils"], row["pupils_reached"], row["total"]) == (2, 1, 9)
    assert "first_scan" in row["missing"]
    assert "fence" not in row["missing"]


async def test_an_older_count_does_not_replace_a_newer_one(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, clock: Clock
) -> None:
    await service.count_again(resources.pool, now=clock.now)
    await service.count_again(resources.pool, now=clock.now - timedelta(hours=1))
    rows = (await api.get("/v1/setup", headers=cast["department_admin"].headers)).json()["items"]
    assert len({row["counted_at"] for row in rows}) == 1
    assert datetime.fromisoformat(rows[0]["counted_at"]) == clock.now


async def test_roll_ups_hold_no_names_of_people(
    cast: Cast, resources: Resources, clock: Clock, owner: asyncpg.Connection
) -> None:
    await service.count_again(resources.pool, now=clock.now)
    stored = await owner.fetchval("select string_agg(counts::text, ' ') from school_setup")
    assert cast.student.name not in stored
    assert str(cast.student.id) not in stored
