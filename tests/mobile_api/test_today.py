"""A family's first screen: all children of all schools, each with the day so far."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.world import Person, Student, World

URL = "/v1/me/today"


@pytest.fixture
async def mother(world: World, student: Student) -> Person:
    return await world.guardian(student)


async def today(api: httpx.AsyncClient, who: Person) -> list[dict[str, Any]]:
    response = await api.get(URL, headers=who.headers)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_children_of_two_schools_come_with_one_request_by_name(
    gate: Gate, student: Student, mother: Person, clock: Clock, world: World
) -> None:
    other = await world.school()
    younger = await world.student(other, "Nguyễn Thị Bình")
    await world.guardian(younger, person=mother)
    await gate.results(gate.scan(student.token))

    first, second = await today(gate.api, mother)

    assert (first["name"], first["school_id"]) == (student.name, student.school_id)
    assert (second["name"], second["school_id"]) == ("Nguyễn Thị Bình", other.id)
    assert second["school_name"] == other.name
    (scan,) = first["scans"]
    assert (scan["direction"], scan["station_name"]) == ("in", "Cổng chính")
    assert first["shifts"][0]["state"] == "present"
    assert second["scans"] == []


async def test_who_was_not_scanned_is_not_scanned_and_not_absent(
    gate: Gate, student: Student, mother: Person
) -> None:
    (child,) = await today(gate.api, mother)
    assert [shift["state"] for shift in child["shifts"]] == ["not_scanned"]
    assert child["scans"] == []


async def test_a_day_without_school_has_no_shifts(
    gate: Gate, student: Student, mother: Person, clock: Clock, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'closure', 'Bão')",
        student.school_id,
        clock.now.date(),
    )
    (child,) = await today(gate.api, mother)
    assert child["shifts"] == []


async def test_yesterdays_scans_are_not_todays(
    gate: Gate, student: Student, clock: Clock, world: World
) -> None:
    await gate.results(gate.scan(student.token))
    clock.now += timedelta(days=1)
    (child,) = await today(gate.api, await world.guardian(student))
    assert child["scans"] == []


async def test_an_undone_scan_is_still_told_as_undone(
    gate: Gate, student: Student, mother: Person, clock: Clock
) -> None:
    scan = gate.scan(student.token)
    await gate.results(scan)
    clock.now += timedelta(seconds=20)
    await gate.api.post(f"/v1/attendance/scans/{scan['event_id']}/undo", headers=gate.who.headers)
    (child,) = await today(gate.api, mother)
    assert [each["is_undone"] for each in child["scans"]] == [True]
    assert child["shifts"][0]["state"] == "not_scanned"


async def test_leave_is_said_before_the_school_looks_and_a_correction_with_who_and_why(
    gate: Gate, student: Student, mother: Person, clock: Clock, world: World
) -> None:
    day = clock.now.date().isoformat()
    asked = {"student_id": str(student.id), "from_day": day, "to_day": day, "part": "morning"}
    body = asked | {"reason": "Con bị ốm"}
    made = await gate.api.post("/v1/leave-requests", json=body, headers=mother.headers)
    (child,) = await today(gate.api, mother)
    assert child["shifts"][0]["on_leave"] is False
    teacher = await world.staff(gate.school, "homeroom_teacher", "Cô Hoa")
    url = f"/v1/leave-requests/{made.json()['id']}/decision"
    await gate.api.post(url, json={"decision": "approve"}, headers=teacher.headers)
    (child,) = await today(gate.api, mother)
    assert (child["shifts"][0]["state"], child["shifts"][0]["on_leave"]) == ("not_scanned", True)
    (row,) = (
        await gate.api.get(
            f"/v1/schools/{gate.school.id}/attendance/{day}", headers=teacher.headers
        )
    ).json()["items"]
    assert row["shifts"][0]["on_leave"] is True

    said = {"student_id": str(student.id), "day": day, "shift_id": str(gate.school.morning_id)}
    said |= {"state": "present", "reason": "Em vẫn đến lớp"}
    corrected = await gate.api.post(
        "/v1/attendance/corrections", json=said, headers=teacher.headers
    )
    assert corrected.status_code == 201, corrected.text
    (child,) = await today(gate.api, mother)
    assert (child["shifts"][0]["state"], child["shifts"][0]["on_leave"]) == ("present", False)
    (correction,) = child["corrections"]
    assert (correction["by"], correction["reason"]) == ("Cô Hoa", "Em vẫn đến lớp")
    days = await gate.api.get(
        f"/v1/students/{student.id}/attendance?from={day}&to={day}", headers=mother.headers
    )
    assert days.json()["items"][0]["corrections"] == [correction]


async def test_a_blocked_guardian_sees_no_child(
    gate: Gate, student: Student, mother: Person, world: World, owner: asyncpg.Connection
) -> None:
    sister = await world.student(gate.school, "Nguyễn Thị Em")
    await world.guardian(sister, person=mother)
    await owner.execute(
        "update guardianship set custody_blocked_at = now() where student_id = $1", student.id
    )
    (child,) = await today(gate.api, mother)
    assert child["student_id"] == str(sister.id)


async def test_the_day_says_how_much_of_the_inbox_it_holds(
    gate: Gate, student: Student, mother: Person, owner: asyncpg.Connection
) -> None:
    before = (await gate.api.get(URL, headers=mother.headers)).json()
    assert before["seq"] == 0
    await owner.execute("insert into inbox_head values ($1, 7)", mother.account_id)
    after = (await gate.api.get(URL, headers=mother.headers)).json()
    assert after["seq"] == 7


async def test_small_children_are_fetched(
    gate: Gate, student: Student, mother: Person, owner: asyncpg.Connection
) -> None:
    (child,) = await today(gate.api, mother)
    assert not child["is_fetched"]
    await owner.execute("update school set level = 'primary' where id = $1", student.school_id)
    (child,) = await today(gate.api, mother)
    assert child["is_fetched"]


async def test_a_pupil_sees_the_own_day(gate: Gate, student: Student, world: World) -> None:
    pupil = await world.account()
    pupil.person_id = student.id
    await world.member(pupil, gate.school, "student")
    await gate.results(gate.scan(student.token, at=gate.clock.now - minutes(1)))
    (child,) = await today(gate.api, pupil)
    assert child["student_id"] == str(student.id)
    assert len(child["scans"]) == 1
