"""One verdict on each uncertain scan: what it changes, who hears of it, and who may give it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.attendance.rebuild import rebuild
from app.ids import new_id
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.mobile_api.office import Json, Office, far, no_fix, state_of, told
from tests.mobile_api.test_check_ins import GATE, OwnPhone, bind
from tests.world import School, Student, World


async def test_a_rejected_scan_counts_no_more_and_the_family_hears_once(
    office: Office, gate: Gate, student: Student, world: World, owner: asyncpg.Connection
) -> None:
    await world.guardian(student)
    event_id = await no_fix(gate, student)
    assert await state_of(owner, student) == "present"
    answer = await office.decide("reject", event_id)
    assert (answer["decided"], answer["changed_days"]) == (1, 1)
    assert await state_of(owner, student) is None
    assert await told(owner) == ["arrival", "correction"]
    row = await owner.fetchrow("select * from attendance_correction")
    assert row is not None
    assert (row["kind"], row["event_id"], row["reason"]) == (
        "reject",
        UUID(event_id),
        "Đã hỏi bảo vệ",
    )
    assert row["decided_by"] == office.who.account_id
    assert (row["before"]["state"], row["after"]) == ("present", None)
    audit = await owner.fetchrow("select kind, actor_account_id, detail from audit_entry")
    assert audit is not None
    assert audit["kind"] == "review_reject"
    assert audit["detail"] == {"event_ids": [event_id]}

    again = await office.decide("reject", event_id)
    assert (again["decided"], again["unchanged"]) == (0, 1)
    assert await told(owner) == ["arrival", "correction"]
    assert await owner.fetchval("select count(*) from audit_entry") == 1


async def test_a_rejected_scan_of_a_day_without_school_is_taken_back_too(
    office: Office, gate: Gate, student: Student, owner: asyncpg.Connection, clock: Clock
) -> None:
    clock.now -= timedelta(days=1)  # a Sunday: told all the same, in no shift
    event_id = await no_fix(gate, student)
    await office.decide("reject", event_id)
    await office.decide("reject", event_id)
    assert await told(owner) == ["arrival", "scan_undone"]
    params = await owner.fetchval("select params from outbox where kind = 'scan_undone'")
    assert params["replaces"] == event_id
    assert params["at"] == clock().isoformat()


async def test_a_suspect_counts_once_it_is_confirmed(
    office: Office, gate: Gate, far_gate: Gate, student: Student, world: World, clock: Clock,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    await world.guardian(student)
    assert await gate.outcome(student.token, location=None) == "pending_review"
    clock.now += minutes(3)
    where = far(far_gate, clock)
    assert await far_gate.outcome(student.token, "out", location=where) == "impossible_travel"
    suspect = next(i for i in await office.waiting() if i["reason"] == "impossible_travel")
    answer = await office.decide("confirm", suspect["event_id"])
    assert answer["changed_days"] == 1
    assert await state_of(owner, student) == "left_early"


async def test_a_rejected_arrival_falls_back_to_leave(
    office: Office, gate: Gate, student: Student, owner: asyncpg.Connection, clock: Clock
) -> None:
    event_id = await no_fix(gate, student)
    await owner.execute(
        "insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,"
        " reason_sealed, state, covers_to, requested_by, requested_as, created_at, decided_by,"
        " decided_at) values ($1, $2, 'student', $3, $4, $4, 'day', ''::bytea, 'approved', $4, $2,"
        " 'guardian', now(), $2, now())",
        student.school_id,
        new_id(),
        student.id,
        clock.now.date(),
    )
    clock.now += timedelta(days=1)
    await office.decide("reject", event_id)
    assert await state_of(owner, student) == "absent_excused"


async def test_all_or_nothing(
    office: Office, gate: Gate, world: World, school: School, owner: asyncpg.Connection
) -> None:
    one = await no_fix(gate, await world.student(school, "Một"))
    two = await no_fix(gate, await world.student(school, "Hai"))
    unknown = new_id()
    answer = await office.send("confirm", one, unknown)
    assert answer.status_code == 404
    await office.decide("reject", two)
    answer = await office.send("confirm", one, two)
    assert (answer.status_code, answer.json()["type"]) == (409, "already-reviewed")
    assert "1 lượt" in answer.json()["detail"]
    assert await owner.fetchval("select count(*) from attendance_correction") == 1
    assert [item["event_id"] for item in await office.waiting()] == [one]


async def test_what_was_taken_back_is_nothing_to_decide_on(
    office: Office, gate: Gate, student: Student
) -> None:
    event_id = await no_fix(gate, student)
    undone = await gate.api.post(f"/v1/attendance/scans/{event_id}/undo", headers=gate.who.headers)
    assert undone.status_code == 200, undone.text
    assert await office.waiting() == []
    assert (await office.send("confirm", event_id)).status_code == 409


async def test_another_schools_scan_is_not_there(
    office: Office, api: httpx.AsyncClient, clock: Clock, world: World, gate: Gate, student: Student
) -> None:
    event_id = await no_fix(gate, student)
    other = await world.school()
    elsewhere = Office(api, other, await world.staff(other, "principal"))
    assert await elsewhere.waiting() == []
    assert (await elsewhere.send("reject", event_id)).status_code == 404


async def test_nobody_decides_about_own_check_ins(
    office: Office,
    api: httpx.AsyncClient,
    clock: Clock,
    resources: Resources,
    owner: asyncpg.Connection,
    school: School,
    world: World,
) -> None:
    await bind(owner, office.who)
    phone = OwnPhone(api, clock, resources.vault.ring, school, office.who)
    assert await phone.outcome(location=None, station_token=phone.code(number=GATE)) == (
        "pending_review"
    )
    (found,) = await office.waiting()
    assert not found["may_decide"]
    answer = await office.send("confirm", found["event_id"])
    assert (answer.status_code, answer.json()["type"]) == (403, "own-check-in")
    assert await owner.fetchval("select count(*) from attendance_correction") == 0
    deputy = Office(api, school, await world.staff(school, "principal", "Thầy Phó"))
    (seen,) = await deputy.waiting()
    assert seen["may_decide"]
    await deputy.decide("reject", found["event_id"])
    assert await owner.fetchval("select count(*) from attendance_day") == 0


async def test_two_principals_at_once_decide_one_by_one(
    office: Office, other_api: httpx.AsyncClient, gate: Gate, world: World, school: School,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    deputy = Office(other_api, school, await world.staff(school, "principal", "Thầy Phó"))
    for number in range(4):
        pupils = [await world.student(school, f"Võ Văn {number} {n}") for n in range(4)]
        ids = [await no_fix(gate, pupil) for pupil in pupils]
        answers = await asyncio.gather(
            office.send("confirm", *ids),
            deputy.send("reject", *ids[::-1]),
            office.send("confirm", *ids[1:3]),
        )
        kinds = {
            row["event_id"]: row["kind"]
            for row in await owner.fetch(
                "select event_id::text, kind from attendance_correction where event_id = any($1)",
                [UUID(event_id) for event_id in ids],
            )
        }
        assert len(kinds) == 4
        assert len(set(kinds.values())) == 1
        rejected = set(kinds.values()) == {"reject"}
        assert [a.status_code for a in answers] == (
            [409, 200, 409] if rejected else [200, 409, 200]
        )
    assert await owner.fetchval("select count(*) from attendance_correction") == 16


async def test_a_repeated_request_with_its_key_has_one_effect(
    office: Office, gate: Gate, student: Student, owner: asyncpg.Connection
) -> None:
    event_id = await no_fix(gate, student)
    key = {"Idempotency-Key": str(new_id())}
    first = await office.send("confirm", event_id, **key)
    second = await office.send("confirm", event_id, **key)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await owner.fetchval("select count(*) from attendance_correction") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"event_ids": []},
        {"event_ids": [str(UUID(int=n)) for n in range(201)]},
        {"decision": "maybe"},
        {"reason": " "},
        {"reason": "a\x00b"},
    ],
)
async def test_a_request_out_of_bounds_is_refused(office: Office, change: Json) -> None:
    body = {"event_ids": [str(new_id())], "decision": "confirm", "reason": "Được"} | change
    answer = await office.api.post(
        f"/v1/schools/{office.school.id}/reviews/decisions",
        json=body,
        headers=office.who.headers,
    )
    assert answer.status_code == 400


async def test_a_decision_leaves_nothing_for_a_rebuild_to_find(
    office: Office, gate: Gate, world: World, school: School, owner: asyncpg.Connection,
    clock: Clock,
) -> None:  # fmt: skip
    ids = [await no_fix(gate, await world.student(school, f"Lý Văn {n}")) for n in range(4)]
    await office.decide("reject", *ids[:2])
    await office.decide("confirm", *ids[2:])
    day = clock.now.date()
    found = await rebuild(owner, school_id=school.id, from_day=day, to_day=day, check=True)
    assert found == []


async def test_nobody_decides_about_an_own_child_and_no_group_has_it(
    office: Office, gate: Gate, world: World, school: School, owner: asyncpg.Connection
) -> None:
    children = [await world.student(school, f"Hồ Văn {n}") for n in range(6)]
    ids = [await no_fix(gate, child) for child in children]
    await world.guardian(children[0], person=office.who)
    waiting = {each["event_id"]: each["may_decide"] for each in await office.waiting()}
    assert [waiting[each] for each in ids] == [False, *[True] * 5]
    (group,) = (await office.get("/summary"))["groups"]
    assert set(group["event_ids"]) == set(ids[1:])
    answer = await office.send("confirm", *ids)
    assert (answer.status_code, answer.json()["type"]) == (403, "own-child")
    assert await owner.fetchval("select count(*) from attendance_correction") == 0
    assert (await office.decide("confirm", *group["event_ids"]))["decided"] == 5
