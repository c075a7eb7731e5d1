"""What one scan is answered, check by check in the order of DESIGN section 4."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.attendance import codes
from app.ids import new_id
from app.keys import KeyRing
from mobile_api.resources import Resources
from tests.conftest import HANOI, Clock
from tests.gate import Gate, minutes
from tests.mobile_api.scan_rows import NOTHING, written
from tests.world import School, Student, World


async def test_a_card_at_the_gate_is_recorded_and_will_be_told(
    gate: Gate, student: Student, owner: asyncpg.Connection, school: School
) -> None:
    (result,) = await gate.results(gate.scan(student.token))

    assert result["outcome"] == "ok"
    assert result["status"] == "present"
    assert result["student"] == {
        "id": str(student.id),
        "name": student.name,
        "class_name": "6A1",
        "photo_url": None,
    }
    day = await owner.fetchrow("select * from attendance_day")
    assert day is not None
    assert (day["state"], day["person_id"], str(day["day"])) == (
        "present",
        student.id,
        "2026-11-16",
    )
    told = await owner.fetchrow("select kind, params, student_id from outbox")
    assert told is not None
    assert (told["kind"], told["student_id"]) == ("arrival", student.id)
    assert told["params"]["gate"] == "Cổng chính"
    assert told["params"]["school"] == school.name


async def test_after_the_tolerance_it_is_late_with_minutes_from_the_start(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    clock.now = clock.now.replace(hour=7, minute=12)
    (result,) = await gate.results(gate.scan(student.token))
    assert (result["outcome"], result["status"]) == ("late", "late")
    assert result["late_minutes"] == 12
    assert await owner.fetchval("select late_minutes from attendance_day") == 12
    assert await owner.fetchval("select kind from outbox") == "arrival_late"


async def test_leaving_before_the_end_is_left_early_and_coming_back_undoes_it(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    assert await gate.outcome(student.token) == "ok"
    clock.now += minutes(60)
    (out,) = await gate.results(gate.scan(student.token, "out"))
    assert (out["outcome"], out["status"]) == ("ok", "left_early")
    clock.now += minutes(60)
    (back,) = await gate.results(gate.scan(student.token, "in"))
    assert (back["outcome"], back["status"]) == ("ok", "present")
    kinds = [r["kind"] for r in await owner.fetch("select kind from outbox order by id")]
    assert kinds == ["arrival", "departure", "arrival"]


async def test_outside_every_shift_it_is_told_but_changes_no_state(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    clock.now = datetime(2026, 11, 22, 9, 0, tzinfo=HANOI)  # a Sunday
    (result,) = await gate.results(gate.scan(student.token))
    assert (result["outcome"], result["status"]) == ("ok", None)
    assert await written(owner) == {
        "scan_event": 1, "attendance_day": 0, "outbox": 1, "scan_location": 1
    }  # fmt: skip


async def test_the_second_scan_of_the_same_movement_is_a_duplicate(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    first = gate.scan(student.token)
    (before,) = await gate.results(first)
    clock.now += minutes(3)
    (again,) = await gate.results(gate.scan(student.token))
    assert again["outcome"] == "duplicate"
    assert again["status"] == "present"
    assert again["recorded_at"] == before["recorded_at"]
    assert (await written(owner))["scan_event"] == 1
    assert (await written(owner))["outbox"] == 1


async def test_the_same_event_again_gets_the_stored_answer_and_another_body_conflicts(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    scan = gate.scan(student.token)
    first = await gate.results(scan)
    clock.now += minutes(200)
    assert await gate.results(scan) == first
    (other,) = await gate.results(scan | {"direction": "out"})
    assert other["outcome"] == "conflict"
    assert (await written(owner))["scan_event"] == 1


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        ({"token": "nonsense"}, "bad_mac"),
        ({"token": ""}, "bad_mac"),
        ({"direction": "sideways"}, "invalid"),
        ({"mono_ms": -1}, "invalid"),
        ({"surprise": 1}, "invalid"),
        ({"scanned_at": "yesterday"}, "invalid"),
        ({"scanned_at": "0001-01-01T00:00:00Z"}, "invalid"),
        ({"scanned_at": "9999-12-31T23:59:59Z"}, "invalid"),
        ({"station_id": str(new_id())}, "forbidden"),
    ],
)
async def test_a_broken_scan_is_answered_for_itself_and_costs_no_other(
    gate: Gate, student: Student, owner: asyncpg.Connection, broken: dict[str, Any], outcome: str
) -> None:
    bad = gate.scan(student.token) | broken
    results = await gate.results(bad, gate.scan(student.token))
    assert [r["outcome"] for r in results] == [outcome, "ok"]
    assert results[0]["event_id"] == bad["event_id"]
    assert (await written(owner))["scan_event"] == 1


async def test_things_that_are_no_scans_at_all_are_invalid_without_an_id(gate: Gate) -> None:
    results = await gate.results(1, "x", None, [], {"event_id": 5})
    assert [(r["event_id"], r["outcome"]) for r in results] == [(None, "invalid")] * 5


async def test_nan_from_a_phone_is_invalid_for_that_scan_alone(
    gate: Gate, student: Student
) -> None:
    bad, good = gate.scan(student.token), gate.scan(student.token)
    bad["location"]["lat"] = float("nan")
    body = {
        "sent_at": gate.clock.now.isoformat(),
        "sent_mono_ms": gate.mono_ms(gate.clock.now),
        "boot_id": "b",
        "scans": [bad, good],
    }
    response = await gate.api.post(
        "/v1/attendance/scans",
        content=json.dumps(body),
        headers=gate.who.headers | {"Content-Type": "application/json"},
    )
    assert [r["outcome"] for r in response.json()["results"]] == ["invalid", "ok"]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"lat": 16.48}, "geo_outside"),
        ({"lat": 16.4637 + 0.00125, "accuracy_m": 30.0}, "geo_uncertain"),
        ({"accuracy_m": 160.0}, "need_better_fix"),
        ({"fixed_at": "2026-11-16T06:40:00+07:00"}, "need_better_fix"),
        ({"is_mock": True}, "mock_suspect"),
        ({"accuracy_m": 0.0}, "invalid"),
        ({"accuracy_m": -5.0}, "invalid"),
        ({"accuracy_m": 20000.0}, "invalid"),
        ({"lat": 95.0}, "invalid"),
    ],
)
async def test_the_place_decides(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection,
    change: dict[str, Any], outcome: str,
) -> None:  # fmt: skip
    location = gate.school.location(clock.now, **change)
    assert await gate.outcome(student.token, location=location) == outcome
    if outcome != "geo_uncertain":
        assert await written(owner) == NOTHING


async def test_without_any_fix_it_is_recorded_told_and_left_for_review(
    gate: Gate, student: Student, owner: asyncpg.Connection
) -> None:
    assert await gate.outcome(student.token, location=None) == "pending_review"
    assert await owner.fetchval("select verdict from scan_event") == "no_fix"
    assert await owner.fetchval("select kind from outbox") == "arrival"


async def test_the_card_decides(
    gate: Gate, world: World, student: Student, resources: Resources, owner: asyncpg.Connection
) -> None:
    ring = resources.vault.ring
    elsewhere = await world.student(await world.school())
    another_key = codes.issue_card(
        KeyRing.parse("1:" + "22" * 32), school_id=gate.school.id, card_id=student.card_id
    )
    retired = codes.issue_card(
        KeyRing.parse("7:" + "11" * 32), school_id=gate.school.id, card_id=student.card_id
    )
    unknown_card = codes.issue_card(ring, school_id=gate.school.id, card_id=b"12345678")
    assert await gate.outcome(elsewhere.token) == "wrong_school"
    assert await gate.outcome(another_key) == "bad_mac"
    assert await gate.outcome(retired) == "unknown_key"
    assert await gate.outcome(unknown_card) == "card_revoked"
    assert await written(owner) == NOTHING


async def test_a_revoked_card_is_refused_but_a_scan_from_before_stays_good(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    await owner.execute("update card set revoked_at = $1", clock.now + minutes(5))
    before = clock.now
    clock.now += minutes(10)
    assert await gate.outcome(student.token) == "card_revoked"
    (late,) = await gate.results(gate.scan(student.token, at=before))
    assert late["outcome"] == "ok"


async def test_a_pupil_who_left_is_not_enrolled(
    gate: Gate, student: Student, owner: asyncpg.Connection
) -> None:
    await owner.execute("update enrolment set to_day = '2026-11-13'")
    assert await gate.outcome(student.token) == "not_enrolled"
    assert await written(owner) == NOTHING


async def test_a_phones_code_is_good_for_ninety_seconds(
    gate: Gate, student: Student, clock: Clock, resources: Resources
) -> None:
    ring = resources.vault.ring
    key = codes.phone_key(ring, school_id=student.school_id, card_id=student.card_id, key_id=1)
    prefix = codes.parse(student.token).payload

    def code(shift_s: int) -> str:
        return codes.phone_code(key, card_prefix=prefix, at=clock.now + timedelta(seconds=shift_s))

    assert await gate.outcome(code(-100)) == "code_expired"
    assert await gate.outcome(code(100)) == "code_future"
    assert await gate.outcome(code(-80)) == "ok"


async def test_a_wrong_wall_clock_is_corrected_by_the_monotonic_one(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    truth = clock.now
    wrong = truth - timedelta(hours=3)
    scan = gate.scan(student.token) | {
        "scanned_at": wrong.isoformat(),
        "location": gate.school.location(wrong),
    }
    clock.now += minutes(30)
    (result,) = await gate.results(scan, sent_at=(clock.now - timedelta(hours=3)).isoformat())
    assert result["outcome"] == "clock_suspect"
    assert await owner.fetchval("select occurred_at from scan_event") == truth
    assert result["status"] == "present"


async def test_after_a_reboot_the_offset_last_heard_places_the_scan(
    gate: Gate, student: Student, world: World, clock: Clock, owner: asyncpg.Connection
) -> None:
    # The phone runs 60 s behind, and says so before it is rebooted.
    behind = timedelta(seconds=60)
    other = await world.student(gate.school, "Trần Bình")
    await gate.results(gate.scan(other.token), sent_at=(clock.now - behind).isoformat())
    truth = clock.now
    scanned_at = truth - behind
    scan = gate.scan(student.token, boot_id="boot-1") | {
        "scanned_at": scanned_at.isoformat(),
        "location": gate.school.location(scanned_at),
    }
    clock.now += minutes(20)
    (result,) = await gate.results(scan, boot_id="boot-2", sent_mono_ms=1000)
    assert result["outcome"] == "ok"
    row = await owner.fetchrow(
        "select occurred_at, clock from scan_event where person_id = $1", student.id
    )
    assert tuple(row or ()) == (truth, "wall")


async def test_a_scan_of_last_month_is_stale(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    old = gate.scan(student.token, at=clock.now - timedelta(days=31))
    (result,) = await gate.results(old)
    assert result["outcome"] == "stale_event"
    assert await written(owner) == NOTHING
    assert await gate.results(old) == [result]


@pytest.mark.parametrize("token", ["CT1:TORN", "of a card"])
async def test_a_refused_scan_from_before_all_partitions_blocks_no_queue(
    gate: Gate, student: Student, world: World, token: str
) -> None:
    # A phone whose battery was empty stood in 2004 until it found the network.
    at = datetime(2004, 1, 1, tzinfo=HANOI)
    token = student.token if token == "of a card" else token
    ancient = gate.scan(token, mono_ms=0, boot_id="boot-0", location=None) | {
        "scanned_at": at.isoformat(),
        "station_id": str(new_id()) if token == student.token else str(gate.station_id),
    }
    other = await world.student(gate.school, "Trần Bình")
    results = await gate.results(ancient, gate.scan(other.token))
    refused = "stale_event" if token == student.token else "bad_mac"
    assert [result["outcome"] for result in results] == [refused, "ok"]


async def test_the_earliest_scan_wins_whatever_arrives_first(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    early = gate.scan(student.token, at=clock.now - minutes(4))
    now = gate.scan(student.token)
    assert [r["outcome"] for r in await gate.results(now)] == ["ok"]
    assert [r["outcome"] for r in await gate.results(early)] == ["ok"]
    arrived = await owner.fetchval("select arrived_at from attendance_day")
    assert arrived == clock.now - minutes(4)
    # The family is told once more, in place of the first message.
    told = await owner.fetch("select event_id, params from outbox order by id")
    assert told[1]["params"]["replaces"] == now["event_id"]


async def test_a_duplicate_becomes_real_when_the_way_out_between_arrives_late(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    morning = clock.now
    await gate.results(gate.scan(student.token))
    left = gate.scan(student.token, "out", at=morning + minutes(60))
    clock.now = morning + minutes(90)
    back = gate.scan(student.token)
    assert [r["outcome"] for r in await gate.results(back)] == ["duplicate"]
    (result,) = await gate.results(left)
    assert (result["outcome"], result["status"]) == ("ok", "present")
    events = await owner.fetch("select direction from scan_event order by occurred_at")
    assert [row["direction"] for row in events] == ["in", "out", "in"]
    kinds = [r["kind"] for r in await owner.fetch("select kind from outbox order by id")]
    assert kinds == ["arrival", "departure", "arrival"]


async def test_one_card_at_two_gates_within_a_minute_is_suspected_and_changes_no_state(
    gate: Gate, world: World, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    clock.now += minutes(10)
    await gate.results(gate.scan(student.token))
    another = await world.staff(gate.school)
    station_id = gate.school.staff_room_id
    back_gate = Gate(gate.api, clock, gate.school, another, station_id=station_id)
    clock.now += timedelta(seconds=20)
    (result,) = await back_gate.results(back_gate.scan(student.token, "out"))
    assert (result["outcome"], result["status"]) == ("clone_suspect", "present")
    kinds = [r["kind"] for r in await owner.fetch("select kind from outbox order by id")]
    assert kinds == ["arrival", "scan_unconfirmed"]


async def test_a_card_cannot_travel_ten_kilometres_in_five_minutes(
    gate: Gate, world: World, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    far = {"type": "circle", "lat": 16.5637, "lng": 107.5909, "radius_m": 100}
    campus_id, station_id = new_id(), new_id()
    await owner.execute(
        "insert into campus (school_id, id, name, fence) values ($1, $2, 'Cơ sở 2', $3)",
        gate.school.id, campus_id, far,
    )  # fmt: skip
    await owner.execute(
        "insert into station (school_id, id, campus_id, number, name, kind)"
        " values ($1, $2, $3, 9, 'Cổng sau', 'gate')",
        gate.school.id, station_id, campus_id,
    )  # fmt: skip
    await gate.results(gate.scan(student.token))
    clock.now += minutes(5)
    far_gate = Gate(gate.api, clock, gate.school, gate.who, station_id=station_id)
    location = gate.school.location(clock.now, lat=16.5637)
    (result,) = await far_gate.results(far_gate.scan(student.token, "out", location=location))
    assert result["outcome"] == "impossible_travel"
