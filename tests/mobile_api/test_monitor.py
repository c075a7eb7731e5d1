"""The board of a school's day: its numbers against a count by hand, and who sees it."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, assert_refused, gather
from tests.conftest import HANOI, Clock
from tests.gate import Gate, minutes
from tests.world import Person, School, Student, World

_COUNTED = ("enrolled", "arrived", "late", "missing", "left", "on_leave", "absent", "held")
BELL = datetime(2026, 11, 16, 7, 5, tzinfo=HANOI)


async def board_of(api: httpx.AsyncClient, school: School, who: Person) -> dict[str, Any]:
    answer = await api.get(f"/v1/schools/{school.id}/monitor/today", headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def random_morning(
    gate: Gate, pupils: list[Student], chance: random.Random
) -> dict[str, str]:
    """Scans of all kinds between 6:30 and 8:30; the outcome of each that was not taken back."""
    outcomes: dict[str, str] = {}
    for _ in range(12):
        gate.clock.now += timedelta(minutes=chance.randint(1, 9))
        scans = []
        for pupil in chance.choices(pupils, k=8):
            token = chance.choice([pupil.token, pupil.token, pupil.token, "CT1:KHONGPHAI"])
            at = gate.clock.now - timedelta(seconds=chance.randint(0, 200))
            where = gate.school.location(at, lat=chance.choice([16.4637] * 5 + [16.6]))
            direction = chance.choice(["in", "in", "in", "out"])
            scans.append(gate.scan(token, direction, at=at, location=where))
        for scan, result in zip(scans, await gate.results(*scans), strict=True):
            outcomes[scan["event_id"]] = result["outcome"]
        undone = chance.choice(scans)["event_id"]
        url = f"/v1/attendance/scans/{undone}/undo"
        answer = await gate.api.post(url, headers=gate.who.headers)
        if answer.status_code == 200:
            del outcomes[undone]
    return outcomes


@pytest.mark.parametrize("seed", range(4))
async def test_the_numbers_are_those_of_a_count_by_hand(
    gate: Gate, world: World, principal: Person, owner: asyncpg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    next_class = await world.school_class(gate.school, "6A10")
    pupils = [
        await world.student(gate.school, f"Em {n}", class_id=chance.choice([None, next_class]))
        for n in range(20)
    ]
    await gate.outcome((await world.student(await world.school(), "Em Khác")).token)
    gate.clock.now -= minutes(20)
    outcomes = await random_morning(gate, pupils, chance)

    board = await board_of(gate.api, gate.school, principal)

    assert board["classes"] == await classes_by_hand(gate, principal)
    assert sum(board["arrivals"]) == len(await arrivals_by_hand(gate, principal))
    assert minutes_of(board) == Counter(
        at.replace(second=0, microsecond=0) for at in await arrivals_by_hand(gate, principal)
    )
    summed = {name: sum(row[name] for row in board["classes"]) for name in board["totals"]}
    assert board["totals"] == summed
    assert board["pupils"] == len(pupils)
    # What became an event after all is refused no more, and counts as what it became.
    risen = await owner.fetch(
        "select id::text, recorded_as from scan_refusal where promoted_at is not null"
    )
    outcomes |= {row["id"]: row["recorded_as"] for row in risen if row["id"] in outcomes}
    (shown,) = board["gates"]
    by_outcome = {each["outcome"]: each["count"] for each in shown["outcomes"]}
    refused = {each["outcome"]: each["count"] for each in board["refused"]}
    stranger = Counter({"wrong_school": 1}) if "wrong_school" in refused else Counter()
    assert by_outcome == Counter(outcomes.values()) + stranger
    recorded = by_outcome.keys() - refused.keys()
    assert shown["scans"] == sum(by_outcome[each] for each in recorded)


async def classes_by_hand(gate: Gate, principal: Person) -> list[dict[str, Any]]:
    """From the register, pupil by pupil."""
    rows: dict[str, dict[str, Any]] = {}
    for pupil in await register(gate, principal):
        row = rows.setdefault(
            pupil["class_name"],
            {
                "class_id": pupil["class_id"],
                "name": pupil["class_name"],
                "shift_id": str(gate.school.morning_id),
                "is_current": True,
                **dict.fromkeys(_COUNTED, 0),
            },
        )
        (shift,) = pupil["shifts"]
        row["enrolled"] += 1
        row["missing"] += shift["state"] == "not_scanned"
        row["arrived"] += shift["state"] != "not_scanned"
        row["late"] += shift["late_minutes"] > 0
        row["left"] += shift["left_at"] is not None
    return [rows[name] for name in ("6A1", "6A10") if name in rows]


async def arrivals_by_hand(gate: Gate, principal: Person) -> list[datetime]:
    shifts = [pupil["shifts"][0] for pupil in await register(gate, principal)]
    return [datetime.fromisoformat(each["arrived_at"]) for each in shifts if each["arrived_at"]]


async def register(gate: Gate, principal: Person) -> list[dict[str, Any]]:
    url = f"/v1/schools/{gate.school.id}/attendance/2026-11-16?limit=100"
    answer = await gate.api.get(url, headers=principal.headers)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def minutes_of(board: dict[str, Any]) -> Counter[datetime]:
    first = datetime.fromisoformat(board["arrivals_from"])
    assert board["arrivals"][0]
    assert board["arrivals"][-1]
    return Counter(
        {first + minutes(n): count for n, count in enumerate(board["arrivals"]) if count}
    )


async def test_a_class_counts_in_the_shift_that_has_begun_last(
    gate: Gate, world: World, student: Student, principal: Person, owner: asyncpg.Connection
) -> None:
    afternoon = await owner.fetchval(
        """
        insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)
        values ($1, gen_random_uuid(), 'Ca chiều', '13:00', '17:00', '13:10', '13:30', '{1}')
        returning id
        """,
        gate.school.id,
    )
    await owner.execute(
        "insert into class_shift values ($1, $2, $3)", gate.school.id, student.class_id, afternoon
    )
    gate.clock.now = BELL - timedelta(hours=3)
    early = await board_of(gate.api, gate.school, principal)
    assert (early["totals"]["enrolled"], early["totals"]["missing"]) == (0, 0)
    assert [shift["has_begun"] for shift in early["shifts"]] == [False, False]
    gate.clock.now = BELL
    await gate.outcome(student.token)
    morning = await board_of(gate.api, gate.school, principal)
    assert [row["is_current"] for row in morning["classes"]] == [True, False]
    assert morning["totals"] | {"late": 0} == dict.fromkeys(_COUNTED, 0) | {
        "enrolled": 1, "arrived": 1,
    }  # fmt: skip
    gate.clock.now = BELL + timedelta(hours=6)
    noon = await board_of(gate.api, gate.school, principal)
    assert (noon["totals"]["arrived"], noon["totals"]["missing"]) == (0, 1)
    assert [shift["has_begun"] for shift in noon["shifts"]] == [True, True]
    gate.clock.now = BELL + timedelta(hours=15)
    night = await board_of(gate.api, gate.school, principal)
    assert [row["is_current"] for row in night["classes"]] == [False, True]
    gate.clock.now = BELL + timedelta(days=6)
    sunday = await board_of(gate.api, gate.school, principal)
    assert (sunday["day"], sunday["classes"], sunday["shifts"]) == ("2026-11-22", [], [])
    assert sunday["pupils"] == 1


async def test_a_gate_says_who_scans_there_who_is_silent_and_what_is_held_back(
    gate: Gate, clock: Clock, principal: Person, owner: asyncpg.Connection
) -> None:
    url = f"/v1/attendance/scanners/{gate.who.device_id}"
    beat = {"station_id": str(gate.station_id), "pending": 7, "oldest_at": None, "closed": False}
    await gate.api.put(url, json=beat, headers=gate.who.headers)
    clock.now += minutes(2)
    board = await board_of(gate.api, gate.school, principal)
    (phone,) = board["gates"][0]["phones"]
    assert (phone["device_name"], phone["person_name"]) == ("Điện thoại", "Trần Thị Bảo")
    assert (phone["pending"], phone["is_silent"]) == (7, False)
    assert board["not_yet_synced"] == 7
    clock.now += minutes(1)
    (phone,) = (await board_of(gate.api, gate.school, principal))["gates"][0]["phones"]
    assert phone["is_silent"]
    await gate.api.put(url, json=beat | {"closed": True}, headers=gate.who.headers)
    clock.now += timedelta(days=1)
    board = await board_of(gate.api, gate.school, principal)
    assert (board["gates"][0]["phones"][0]["is_silent"], board["not_yet_synced"]) == (False, 7)
    await owner.execute("update device set revoked_at = now() where id = $1", gate.who.device_id)
    board = await board_of(gate.api, gate.school, principal)
    assert (board["gates"][0]["phones"], board["not_yet_synced"]) == ([], 0)


async def test_the_last_minute_is_that_in_which_the_scans_were_made(
    gate: Gate, world: World, student: Student, clock: Clock, principal: Person
) -> None:
    other = await world.student(gate.school, "Lê Hai")
    await gate.results(gate.scan(student.token, at=clock.now - minutes(5)), gate.scan(other.token))
    (shown,) = (await board_of(gate.api, gate.school, principal))["gates"]
    assert (shown["scans"], shown["last_minute"]) == (2, 1)


async def test_nobody_but_the_principal_sees_the_board_and_nobody_but_the_screen_its_count(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World
) -> None:
    cast: Cast = await gather(world)
    boards = [("GET", cast.url(f"/monitor/{what}"), None) for what in ("today", "stream")]
    await assert_refused(api, owner, cast, boards, allowed=["principal"])
    arrivals = [("GET", f"/v1/stations/{cast.school.gate_id}/arrivals", None)]
    await assert_refused(api, owner, cast, arrivals, allowed=["display"])
    room = f"/v1/stations/{cast.school.staff_room_id}/arrivals"
    assert (await api.get(room, headers=cast["display"].headers)).status_code == 404


async def test_a_screen_counts_each_pupil_of_its_campus_once(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    cast = await gather(world)
    gate = Gate(api, clock, cast.school, cast["guard"])
    url = f"/v1/stations/{cast.school.gate_id}/arrivals"

    async def count() -> int:
        answer = (await api.get(url, headers=cast["display"].headers)).json()
        assert answer["day"] == "2026-11-16"
        assert datetime.fromisoformat(answer["as_of"]) == clock.now
        return int(answer["count"])

    assert await count() == 0
    await gate.outcome(cast.student.token)
    await gate.outcome(cast.student.token, "out", at=clock.now + minutes(1))
    clock.now += minutes(2)
    await gate.outcome(cast.student.token)
    mistake = gate.scan(cast.neighbour.token)
    await gate.results(mistake)
    assert await count() == 2
    undo = f"/v1/attendance/scans/{mistake['event_id']}/undo"
    assert (await api.post(undo, headers=gate.who.headers)).status_code == 200
    assert await count() == 1
