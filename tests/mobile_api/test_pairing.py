"""Codes that pair a screen with its station."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from litestar import Litestar

from app import db
from app.schools.pairing import create_pairing
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.doors import bearer_of, client_from, device, is_let_in
from tests.world import School, World


async def pairing_code(resources: Resources, school: School, clock: Clock) -> str:
    async with db.transaction(resources.pool, schools=[school.id]) as conn:
        return await create_pairing(
            conn,
            school_id=school.id,
            station_id=school.gate_id,
            created_by=uuid4(),
            now=clock(),
        )


async def pair(api: httpx.AsyncClient, code: str, **dev: Any) -> httpx.Response:
    return await api.post("/v1/auth/pair", json={"pairing_code": code, "device": device(**dev)})


async def test_a_screen_is_paired_with_its_station(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    code = await pairing_code(resources, school, clock)
    assert re.fullmatch(rf"{school.id}-[0-9A-HJKMNP-TV-Z]{{10}}", code)
    answer = await pair(api, code, platform="web")
    assert answer.json()["account"] | {"id": ""} == {
        "id": "",
        "kind": "display",
        "phone": None,
        "locale": "vi",
    }
    assert answer.json()["refresh_token"] is None
    me = (await api.get("/v1/me", headers=bearer_of(answer))).json()
    [membership] = me["memberships"]
    assert (membership["school_id"], membership["role"]) == (school.id, "display")
    assert (membership["person_id"], membership["name"]) == (str(school.gate_id), "Cổng chính")


async def test_a_pairing_code_may_be_typed_carelessly(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    number, _, rest = (await pairing_code(resources, school, clock)).partition("-")
    typed = rest.lower().replace("0", "o").replace("1", "l")
    assert (await pair(api, f" {number}-{typed[:5]} {typed[5:]} ")).status_code == 200


async def test_a_pairing_code_is_good_once_and_for_ten_minutes(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    code = await pairing_code(resources, school, clock)
    answers = await asyncio.gather(*(pair(api, code) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5
    late = await pairing_code(resources, school, clock)
    clock.now += timedelta(seconds=600)
    refused = await pair(api, late)
    assert (refused.status_code, refused.json()["type"]) == (401, "bad-pairing-code")


async def test_a_new_code_ends_the_former_and_a_new_screen_the_former_screen(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    stale = await pairing_code(resources, school, clock)
    first = bearer_of(await pair(api, await pairing_code(resources, school, clock)))
    assert (await pair(api, stale)).status_code == 401
    second = bearer_of(await pair(api, await pairing_code(resources, school, clock)))
    assert [await is_let_in(api, each) for each in (first, second)] == [False, True]


async def test_a_code_of_one_school_opens_no_other(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    mine, other = await world.school(), await world.school()
    code = await pairing_code(resources, mine, clock)
    for wrong in (
        code.replace(f"{mine.id}-", f"{other.id}-"),
        code[:-1],
        code + "0",
        "99999999-" + code.partition("-")[2],
        "0-AAAAAAAAAA",
        "'; drop table account; --",
        "١٠١-AAAAAAAAAA",
    ):
        answer = await pair(api, wrong)
        assert (answer.status_code, answer.json()["type"]) == (401, "bad-pairing-code"), wrong
    assert (await pair(api, code)).status_code == 200


async def test_a_guesser_of_pairing_codes_is_stopped(app: Litestar, world: World) -> None:
    school = await world.school()
    async with client_from(app, "192.0.2.1") as stranger:
        seen = [(await pair(stranger, f"{school.id}-{n:010}")).status_code for n in range(70)]
    assert seen[:60] == [401] * 60
    assert seen[-1] == 429


async def test_an_ended_station_is_not_paired(
    api: httpx.AsyncClient,
    world: World,
    resources: Resources,
    clock: Clock,
    owner: asyncpg.Connection,
) -> None:
    school = await world.school()
    code = await pairing_code(resources, school, clock)
    await owner.execute("update station set ended_at = now()")
    assert (await pair(api, code)).status_code == 401
