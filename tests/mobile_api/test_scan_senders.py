"""Who may send scans, with what phone, and in what envelope."""

import json
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.scan_rows import NOTHING, written
from tests.world import School, Student, World


@pytest.mark.parametrize("role", ["principal", "homeroom_teacher", "subject_teacher", "guard"])
async def test_staff_who_stand_at_the_gate_may_scan(
    api: httpx.AsyncClient, clock: Clock, world: World, school: School, student: Student, role: str
) -> None:
    phone = Gate(api, clock, school, await world.staff(school, role))
    assert await phone.outcome(student.token) == "ok"


async def test_others_may_not_scan_at_all(
    api: httpx.AsyncClient, clock: Clock, world: World, school: School, student: Student,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    strangers = [
        await world.staff(school, "accountant"),
        await world.guardian(student),
        await world.department_admin(),
    ]
    for person in strangers:
        phone = Gate(api, clock, school, person)
        assert (await phone.send(phone.scan(student.token))).status_code == 403
        assert (await phone.send("rubbish")).status_code == 403
    assert await written(owner) == NOTHING
    assert await owner.fetchval("select count(*) from scan_receipt") == 0


async def test_a_guard_of_another_school_cannot_scan_at_this_gate(
    api: httpx.AsyncClient, clock: Clock, world: World, school: School, student: Student,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    foreigner = await world.staff(await world.school(), "guard")
    phone = Gate(api, clock, school, foreigner)
    (result,) = await phone.results(phone.scan(student.token))
    assert (result["outcome"], result["student"]) == ("forbidden", None)
    assert await written(owner) == NOTHING


async def test_a_forged_code_at_a_foreign_gate_is_first_of_all_forged(
    api: httpx.AsyncClient, clock: Clock, world: World, school: School
) -> None:
    phone = Gate(api, clock, school, await world.staff(await world.school(), "guard"))
    assert await phone.outcome("CT1:FORGED") == "bad_mac"


async def test_a_lost_phone_is_not_believed_any_more(
    gate: Gate, student: Student, owner: asyncpg.Connection, clock: Clock
) -> None:
    await owner.execute("update device set revoked_at = $1", clock.now)
    assert await gate.outcome(student.token) == "device_revoked"
    assert await written(owner) == NOTHING


async def test_a_revoked_session_is_401_at_the_next_scan(
    gate: Gate, student: Student, owner: asyncpg.Connection, clock: Clock
) -> None:
    assert await gate.outcome(student.token) == "ok"
    await owner.execute("update session set revoked_at = $1", clock.now)
    assert (await gate.send(gate.scan(student.token, "out"))).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"scans": []},
        {"boot_id": ""},
        {"sent_at": "now"},
        {"sent_mono_ms": "1"},
        {"unknown": 1},
        {"scans": "x"},
    ],
)
async def test_a_broken_envelope_is_a_problem_and_writes_nothing(
    gate: Gate, student: Student, owner: asyncpg.Connection, change: dict[str, Any]
) -> None:
    response = await gate.send(gate.scan(student.token), **change)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert await owner.fetchval("select count(*) from scan_receipt") == 0


async def test_half_a_character_in_the_envelope_is_its_own_fault(
    gate: Gate, student: Student
) -> None:
    body = {
        "sent_at": gate.clock.now.isoformat(),
        "sent_mono_ms": gate.mono_ms(gate.clock.now),
        "boot_id": "\ud800",
        "scans": [gate.scan(student.token)],
    }
    headers = gate.who.headers | {"Content-Type": "application/json"}
    response = await gate.api.post(
        "/v1/attendance/scans", content=json.dumps(body), headers=headers
    )
    assert response.status_code == 400
    assert await gate.outcome(student.token) == "ok"


async def test_201_scans_are_too_many_and_200_are_not(gate: Gate, student: Student) -> None:
    scans = [gate.scan("x") for _ in range(201)]
    assert (await gate.send(*scans)).status_code == 400
    assert len(await gate.results(*scans[:200])) == 200
