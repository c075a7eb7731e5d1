"""Scans at once, again, and out of order.

`api` and `other_api` are two instances with pools of their own, as two processes are.
"""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from structlog.testing import capture_logs

from app.settings import Settings
from tests.api_process import ApiProcess
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.mobile_api.scan_rows import counts, pupils, row
from tests.scripts.processes import free_port
from tests.world import Student, World

Answers = dict[str, dict[str, Any]]


def by_event(results: list[dict[str, Any]]) -> Answers:
    return {result["event_id"]: result for result in results}


async def outcomes_of_pairs(one: Gate, two: Gate, students: list[Student]) -> list[list[str]]:
    """Each card in front of both phones at once, all at once: the two outcomes of each card."""
    sent = [phone.outcome(each.token) for each in students for phone in (one, two)]
    outcomes = await asyncio.gather(*sent)
    return [sorted(outcomes[i : i + 2]) for i in range(0, len(outcomes), 2)]


async def test_two_phones_at_one_card_at_once_record_and_tell_it_once(
    gate: Gate, other_gate: Gate, world: World, owner: asyncpg.Connection
) -> None:
    students = await pupils(world, gate.school, 25)
    assert await outcomes_of_pairs(gate, other_gate, students) == [["duplicate", "ok"]] * 25
    assert await counts(owner) == {
        "scan_event": 25, "scan_refusal": 25, "scan_receipt": 50, "attendance_day": 25,
        "outbox": 25,
    }  # fmt: skip


async def test_it_is_once_too_when_the_phone_that_was_first_is_heard_last(
    gate: Gate, other_gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    clock.now = clock.now.replace(hour=7, minute=6, second=1)
    earlier = clock.now - timedelta(seconds=4)
    (first,) = await gate.results(gate.scan(student.token))
    (echo,) = await other_gate.results(other_gate.scan(student.token, at=earlier))
    assert (first["outcome"], echo["outcome"]) == ("late", "duplicate")
    # The earliest wins all the same; of another minute the family is told.
    told = await owner.fetch("select kind, params from outbox order by id")
    assert [each["kind"] for each in told] == ["arrival_late", "correction"]
    assert told[1]["params"]["replaces"] == first["event_id"]
    assert (told[1]["params"]["status"], told[1]["params"]["minutes"]) == ("late", 5)
    found = await row(owner, "select arrived_at, late_minutes from attendance_day")
    assert found == (earlier, 5)
    # The recorded one was a mistake: then the other stands for itself.
    url = f"/v1/attendance/scans/{first['event_id']}/undo"
    assert (await gate.api.post(url, headers=gate.who.headers)).status_code == 200
    assert await owner.fetchval("select arrived_at from attendance_day") == earlier
    assert (await counts(owner))["scan_event"] == 2


async def test_two_processes_record_a_card_once(
    gate: Gate, world: World, clock: Clock, settings: Settings, owner: asyncpg.Connection,
    tmp_path: Path,
) -> None:  # fmt: skip
    students = await pupils(world, gate.school, 30)
    await owner.execute("update enrolment set from_day = '2020-01-01'")
    clock.now = datetime.now(UTC)  # a process of its own has a clock of its own
    guard = await world.staff(gate.school)
    process = ApiProcess(
        database_url=settings.require_database_url(),
        redis_url=settings.require_redis_url(),
        port=free_port(),
        log=tmp_path / "api.log",
    )
    with process:
        async with httpx.AsyncClient(base_url=process.url) as client:
            remote = Gate(client, clock, gate.school, guard)
            for at in range(0, 30, 10):
                clock.now = datetime.now(UTC)
                pairs = await outcomes_of_pairs(gate, remote, students[at : at + 10])
                assert {tuple(pair) for pair in pairs} <= {
                    ("duplicate", "ok"),
                    ("duplicate", "late"),
                }
    assert {table: n for table, n in (await counts(owner)).items() if "day" not in table} == {
        "scan_event": 30, "scan_refusal": 30, "scan_receipt": 60, "outbox": 30,
    }  # fmt: skip


async def mixed_batch(gate: Gate, world: World, clock: Clock) -> list[dict[str, Any]]:
    """40 scans of a day: good, late, repeated, fenced out, forged and foreign ones."""
    stranger = await world.student(await world.school())
    students = await pupils(world, gate.school, 6)
    morning = clock.now.replace(hour=6, minute=40)
    scans = []
    for number, each in enumerate(students):
        for after, direction in ((0, "in"), (3, "in"), (60, "out"), (80, "in"), (300, "out")):
            at = morning + minutes(number * 9 + after)
            scans.append(gate.scan(each.token, direction, at=at))
    outside = gate.school.location(morning + minutes(20), lat=16.48)
    scans += [
        gate.scan(students[0].token, "out", at=morning + minutes(20), location=outside),
        gate.scan(stranger.token, at=morning),
        gate.scan("CT1:NOTHING", at=morning),
        gate.scan(students[1].token, at=clock.now),
        scans[0],
        scans[8] | {"direction": "out"},
        gate.scan(students[2].token, at=morning, surprise=1),
        {"event_id": "none"},
        gate.scan(students[3].token, at=clock.now - timedelta(days=40)),
        gate.scan(students[4].token, at=clock.now),
    ]
    return scans


async def test_a_batch_sent_five_times_in_any_order_across_midnight_is_answered_alike(
    gate: Gate, other_api: httpx.AsyncClient, world: World, clock: Clock,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    clock.now = clock.now.replace(hour=23, minute=59, second=58)
    batch = await mixed_batch(gate, world, clock)
    assert len(batch) == 40
    again = Gate(other_api, clock, gate.school, gate.who)
    lots = random.Random(11)

    async def send(phone: Gate) -> list[tuple[str, dict[str, Any]]]:
        scans = lots.sample(batch, len(batch))
        results = await phone.results(*scans)
        # The same event id with another body is another scan.
        return [
            (f"{scan['event_id']} {scan.get('direction')}", result)
            for scan, result in zip(scans, results, strict=True)
        ]

    sending = []
    for phone in (gate, again, gate, again, gate):
        sending.append(asyncio.create_task(send(phone)))
        await asyncio.sleep(0.002)
        clock.now += timedelta(seconds=1)
    assert clock.now.day == 17
    copies = [sorted(copy, key=lambda pair: pair[0]) for copy in await asyncio.gather(*sending)]

    first = copies[0]
    assert [copy == first for copy in copies] == [True] * 5
    tally = Counter(result["outcome"] for _, result in first)
    assert {"duplicate", "geo_outside", "wrong_school", "bad_mac", "conflict", "invalid",
            "stale_event"} <= tally.keys()  # fmt: skip
    written = await counts(owner)
    # Two have no readable body and one conflicts: no receipt; one was in the batch twice.
    assert written["scan_receipt"] == 40 - 2 - 1 - 1
    assert written["scan_event"] + written["scan_refusal"] == written["scan_receipt"]
    assert written["outbox"] == written["scan_event"]
    clock.now += timedelta(hours=9)
    assert sorted(await send(again), key=lambda pair: pair[0]) == first
    assert await counts(owner) == written


async def test_one_pupil_and_one_event_may_be_in_a_batch_twice(
    gate: Gate, student: Student, owner: asyncpg.Connection
) -> None:
    scan, other = gate.scan(student.token), gate.scan(student.token)
    results = await gate.results(other, scan, other, scan | {"direction": "out"}, scan)
    outcomes = [result["outcome"] for result in results]
    assert sorted({outcomes[0], outcomes[1]}) == ["duplicate", "ok"]
    assert (results[2], results[4]) == (results[0], results[1])
    assert outcomes[3] == "conflict"
    assert await counts(owner) == {
        "scan_event": 1, "scan_refusal": 1, "scan_receipt": 2, "attendance_day": 1, "outbox": 1,
    }  # fmt: skip


async def test_two_schools_may_use_one_event_id(
    gate: Gate, other_api: httpx.AsyncClient, world: World, student: Student, clock: Clock,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    elsewhere = await world.school()
    foreign = await world.student(elsewhere)
    other = Gate(other_api, clock, elsewhere, await world.staff(elsewhere))
    scan = gate.scan(student.token)
    same_id = other.scan(foreign.token) | {"event_id": scan["event_id"]}
    results = await asyncio.gather(gate.results(scan), other.results(same_id))
    assert [result["outcome"] for (result,) in results] == ["ok", "ok"]
    assert await asyncio.gather(gate.results(scan), other.results(same_id)) == results
    written = await owner.fetch("select school_id, person_id from scan_event order by school_id")
    assert [tuple(row) for row in written] == [
        (gate.school.id, student.id),
        (elsewhere.id, foreign.id),
    ]


async def test_a_scan_outside_the_fence_never_becomes_attendance(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    """Also not by way of a duplicate, when the scan between turns up late."""
    start = clock.now
    outside = gate.school.location(start + minutes(120), lat=16.48)
    fenced_out = gate.scan(student.token, at=start + minutes(120), location=outside)
    assert await gate.outcome(student.token) == "ok"
    clock.now = start + minutes(121)
    assert [r["outcome"] for r in await gate.results(fenced_out)] == ["duplicate"]
    between = gate.scan(student.token, "out", at=start + minutes(60))
    (left,) = await gate.results(between)
    assert (left["outcome"], left["status"]) == ("ok", "left_early")
    assert (await counts(owner))["scan_event"] == 2
    found = await row(owner, "select arrived_at, left_at from attendance_day")
    assert found == (start, start + minutes(60))
    # The other way round it is refused at once.
    again = gate.scan(student.token, location=gate.school.location(clock.now, lat=16.48))
    assert [r["outcome"] for r in await gate.results(again)] == ["geo_outside"]


async def test_a_duplicate_that_comes_to_matter_keeps_its_doubts_and_its_gate(
    gate: Gate, world: World, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    start = clock.now
    room = Gate(gate.api, clock, gate.school, await world.staff(gate.school),
                station_id=gate.school.staff_room_id)  # fmt: skip
    await gate.results(gate.scan(student.token))
    clock.now = start + minutes(120)
    unsure = gate.school.location(clock.now, lat=16.4637 + 0.00125, accuracy_m=30.0)
    assert await room.outcome(student.token, location=unsure) == "duplicate"
    await gate.results(gate.scan(student.token, "out", at=start + minutes(60)))
    found = await row(
        owner,
        "select outcome, verdict, distance_m > 0 as is_far from scan_event where direction = 'in'"
        " order by occurred_at desc limit 1",
    )
    assert found == ("geo_uncertain", "geo_uncertain", True)
    told = await owner.fetch("select params, actor_account_id from outbox order by id")
    assert [row["params"]["gate"] for row in told] == [
        "Cổng chính", "Cổng chính", "Phòng giáo viên"
    ]  # fmt: skip
    assert told[2]["actor_account_id"] == room.who.account_id


async def test_a_suspect_held_up_again_is_never_raised(
    gate: Gate, world: World, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    start = clock.now
    room = Gate(gate.api, clock, gate.school, await world.staff(gate.school),
                station_id=gate.school.staff_room_id)  # fmt: skip
    assert await gate.outcome(student.token) == "ok"
    clock.now = start + timedelta(seconds=20)
    assert await room.outcome(student.token, "out") == "clone_suspect"
    clock.now = start + timedelta(seconds=90)
    assert await room.outcome(student.token, "out") == "duplicate"
    clock.now = start.replace(hour=11, minute=35)
    assert await gate.outcome(student.token, "out") == "ok"
    found = await row(owner, "select state, left_at from attendance_day")
    assert found == ("present", clock.now)
    kinds = [row["kind"] for row in await owner.fetch("select kind from outbox order by id")]
    assert kinds == ["arrival", "scan_unconfirmed", "departure"]


async def test_who_left_before_the_bell_and_in_the_afternoon_is_told_of_twice(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    assert await gate.outcome(student.token, "out") == "ok"
    clock.now = clock.now.replace(hour=11, minute=32)
    (later,) = await gate.results(gate.scan(student.token, "out"))
    assert (later["outcome"], later["status"]) == ("ok", "present")
    assert (await counts(owner))["outbox"] == 2


async def test_batches_that_name_the_same_pupils_in_opposite_orders_do_not_wait_for_each_other(
    gate: Gate, other_gate: Gate, world: World, owner: asyncpg.Connection
) -> None:
    students = await pupils(world, gate.school, 20)
    with capture_logs() as logs:
        for direction in ("in", "out", "in"):
            gate.clock.now += minutes(1)
            forth = [gate.scan(each.token, direction) for each in students]
            back = [other_gate.scan(each.token, direction) for each in reversed(students)]
            answers = await asyncio.gather(
                gate.results(*forth), other_gate.results(*back), gate.results(*reversed(forth))
            )
            assert by_event(answers[0]) == by_event(answers[2])
            tally = Counter(r["outcome"] for r in answers[0] + answers[1])
            assert tally == {"ok": 20, "duplicate": 20}
    assert (await counts(owner))["scan_event"] == 60
    assert [line["event"] for line in logs if line["event"].startswith("scans.")] == []
