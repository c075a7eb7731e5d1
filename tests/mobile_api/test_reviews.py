"""Uncertain scans wait for the principal: why, in words, and one verdict each."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.attendance.rebuild import rebuild
from app.attendance.reviews.model import WINDOW
from app.ids import new_id
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.mobile_api.test_check_ins import GATE, OwnPhone, bind
from tests.world import Person, School, Student, World

Json = dict[str, Any]


class Office:
    """A principal's desk."""

    def __init__(self, api: httpx.AsyncClient, school: School, who: Person) -> None:
        self.api, self.school, self.who = api, school, who

    async def get(self, path: str = "", **asked: Any) -> Json:
        answer = await self.api.get(
            f"/v1/schools/{self.school.id}/reviews{path}", params=asked, headers=self.who.headers
        )
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def waiting(self, **asked: Any) -> list[Json]:
        items: list[Json] = (await self.get(**asked))["items"]
        return items

    async def send(self, decision: str, *event_ids: object, **headers: str) -> httpx.Response:
        return await self.api.post(
            f"/v1/schools/{self.school.id}/reviews/decisions",
            json={
                "event_ids": [str(event_id) for event_id in event_ids],
                "decision": decision,
                "reason": "Đã hỏi bảo vệ",
            },
            headers=self.who.headers | headers,
        )

    async def decide(self, decision: str, *event_ids: object) -> Json:
        answer = await self.send(decision, *event_ids)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


@pytest.fixture
async def office(api: httpx.AsyncClient, world: World, school: School) -> Office:
    return Office(api, school, await world.staff(school, "principal", "Cô Hiệu Trưởng"))


@pytest.fixture
async def far_gate(
    api: httpx.AsyncClient,
    clock: Clock,
    world: World,
    school: School,
    owner: asyncpg.Connection,
) -> Gate:
    """A gate of another campus, 11 km north."""
    campus_id, station_id = new_id(), new_id()
    fence = school.fence | {"lat": school.fence["lat"] + 0.1}
    await owner.execute(
        "insert into campus (school_id, id, name, fence) values ($1, $2, 'Cơ sở Bắc', $3)",
        school.id,
        campus_id,
        fence,
    )
    await owner.execute(
        "insert into station (school_id, id, campus_id, number, name, kind)"
        " values ($1, $2, $3, 9, 'Cổng Bắc', 'gate')",
        school.id,
        station_id,
        campus_id,
    )
    return Gate(api, clock, school, await world.staff(school, "guard"), station_id=station_id)


def far(gate: Gate, clock: Clock) -> Json:
    return gate.school.location(clock.now, lat=gate.school.fence["lat"] + 0.1)


async def no_fix(gate: Gate, student: Student, **changes: Any) -> str:
    """A scan in a gate under a roof; its event id."""
    scan = gate.scan(student.token, location=None, **changes)
    (result,) = await gate.results(scan)
    assert result["outcome"] == "pending_review"
    return str(scan["event_id"])


async def state_of(owner: asyncpg.Connection, student: Student) -> str | None:
    found: str | None = await owner.fetchval(
        "select state from attendance_day where person_id = $1", student.id
    )
    return found


async def told(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch("select kind from outbox order by created_at, id")
    return [row["kind"] for row in rows]


async def test_a_scan_without_a_place_waits_with_all_that_one_needs_to_decide(
    office: Office, gate: Gate, student: Student
) -> None:
    event_id = await no_fix(gate, student)
    (found,) = await office.waiting()
    assert found["event_id"] == event_id
    assert (found["person_name"], found["class_name"]) == (student.name, "6A1")
    assert (found["reason"], found["outcome"]) == ("no_fix", "pending_review")
    assert found["words"] == ["Điện thoại không cho biết vị trí."]
    assert (found["station_name"], found["campus_name"]) == ("Cổng chính", "Cơ sở 1")
    assert (found["scanned_by"], found["shift_name"]) == ("Trần Thị Bảo", "Ca sáng")
    assert found["may_decide"]
    assert found["photo_url"] is None


async def test_words_come_in_the_readers_language(
    office: Office, gate: Gate, student: Student
) -> None:
    await no_fix(gate, student)
    answer = await office.api.get(
        f"/v1/schools/{office.school.id}/reviews",
        headers=office.who.headers | {"Accept-Language": "en"},
    )
    assert answer.json()["items"][0]["words"] == ["The phone gave no position."]


async def test_a_vague_place_says_its_metres(
    office: Office, gate: Gate, student: Student, clock: Clock
) -> None:
    # 130 m north of the middle: 30 m outside, by a fix of 40 m.
    spot = gate.school.location(clock.now, lat=16.4637 + 180 / 111_000, accuracy_m=75.0)
    assert await gate.outcome(student.token, location=spot) == "geo_uncertain"
    (found,) = await office.waiting(reason="geo_uncertain")
    assert 60 < found["distance_m"] < 100
    assert f"{found['distance_m']:.0f} m" in found["words"][0]


async def test_a_wrong_clock_says_by_how_much(
    office: Office, gate: Gate, student: Student, clock: Clock
) -> None:
    wrong = clock.now + timedelta(minutes=25)
    scan = gate.scan(student.token, scanned_at=wrong.isoformat())
    scan["location"] = gate.school.location(wrong)
    (result,) = await gate.results(scan)
    assert result["outcome"] == "clock_suspect"
    (found,) = await office.waiting()
    assert (found["reason"], found["clock_offset_s"]) == ("clock_suspect", 1500)
    assert found["words"] == ["Đồng hồ điện thoại nhanh 25 phút."]


async def test_a_mark_names_who_vouches_and_why(
    office: Office, gate: Gate, student: Student
) -> None:
    answer = await gate.api.post(
        "/v1/attendance/marks",
        json={
            "event_id": str(new_id()),
            "student_id": str(student.id),
            "direction": "in",
            "station_id": str(gate.station_id),
            "reason": "Quên thẻ ở nhà",
            "location": None,
        },
        headers=gate.who.headers,
    )
    assert answer.json()["outcome"] == "pending_review"
    (found,) = await office.waiting()
    assert found["reason"] == "mark"
    assert "Trần Thị Bảo" in found["words"][0]
    assert "Quên thẻ ở nhà" in found["words"][0]
    assert found["note"] == "Quên thẻ ở nhà"


async def test_a_card_in_two_places_names_the_other_and_its_distance(
    office: Office, gate: Gate, far_gate: Gate, student: Student, clock: Clock
) -> None:
    assert await gate.outcome(student.token) == "ok"
    clock.now += minutes(2)
    assert await far_gate.outcome(student.token, "out", location=far(far_gate, clock)) == (
        "impossible_travel"
    )
    (found,) = await office.waiting()
    other = found["other"]
    assert (other["station_name"], other["campus_name"]) == ("Cổng chính", "Cơ sở 1")
    assert other["apart_s"] == 120
    assert 10_500 < other["distance_m"] < 11_500
    assert "2 phút" in found["words"][0]
    assert "11,1 km" in found["words"][0]


async def test_a_late_station_code_says_how_late(
    office: Office,
    api: httpx.AsyncClient,
    clock: Clock,
    resources: Resources,
    world: World,
    school: School,
    owner: asyncpg.Connection,
) -> None:
    teacher = await world.staff(school, "subject_teacher", "Thầy Toán")
    await bind(owner, teacher)
    phone = OwnPhone(api, clock, resources.vault.ring, school, teacher)
    made = {"station_token": phone.code(), "scanned_at": clock.now.isoformat()}
    spot = school.location(clock.now)
    clock.now += minutes(40)
    assert await phone.outcome(**made, location=spot) == "pending_review"
    (found,) = await office.waiting(person_kind="staff")
    assert (found["reason"], found["person_name"]) == ("late_code", "Thầy Toán")
    assert "40 phút" in found["words"][0]
    assert found["scanned_by"] is None


async def test_a_genuine_scan_is_not_asked_about(
    office: Office, gate: Gate, student: Student
) -> None:
    assert await gate.outcome(student.token) == "ok"
    assert await office.waiting() == []


async def test_the_newest_come_first_page_by_page_and_by_filter(
    office: Office, gate: Gate, world: World, school: School, clock: Clock
) -> None:
    ids = []
    for number in range(5):
        clock.now += minutes(1)
        ids.append(await no_fix(gate, await world.student(school, f"Lê Văn {number}")))
    seen: list[str] = []
    cursor: Json = {}
    while True:
        page = await office.get(limit=2, **cursor)
        seen += [item["event_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ids[::-1]
    person_id = (await office.waiting())[0]["person_id"]
    assert [i["event_id"] for i in await office.waiting(person_id=person_id)] == [ids[-1]]
    assert len(await office.waiting(device_id=str(gate.who.device_id))) == 5
    assert await office.waiting(device_id=str(new_id())) == []
    assert await office.waiting(reason="clock_suspect") == []
    assert await office.waiting(person_kind="staff") == []
    today = clock.now.date()
    assert len(await office.waiting(**{"from": today, "to": today})) == 5
    assert await office.waiting(to=today - timedelta(days=1)) == []


@pytest.mark.parametrize("cursor", ["x", "WyIyMDI2LTExLTE2IiwtMSwiMCJd", "W10"])
async def test_a_cursor_of_somebody_else_is_refused(office: Office, cursor: str) -> None:
    answer = await office.api.get(
        f"/v1/schools/{office.school.id}/reviews",
        params={"cursor": cursor},
        headers=office.who.headers,
    )
    assert answer.status_code == 400


async def test_old_ones_drop_out(
    office: Office, gate: Gate, student: Student, clock: Clock
) -> None:
    event_id = await no_fix(gate, student)
    clock.now += WINDOW
    assert len(await office.waiting()) == 1
    clock.now += timedelta(days=1)
    assert await office.waiting() == []
    assert (await office.send("confirm", event_id)).status_code == 404


async def test_it_is_counted_by_reason_phone_and_person(
    office: Office, gate: Gate, world: World, school: School, clock: Clock
) -> None:
    assert (await office.get("/summary"))["total"] == 0
    students = [await world.student(school, f"Trần Văn {n}") for n in range(3)]
    for student in students:
        await no_fix(gate, student)
    clock.now += minutes(30)
    await no_fix(gate, students[0], direction="out")
    found = await office.get("/summary")
    assert (found["total"], found["window_days"]) == (4, 45)
    assert found["reasons"] == [{"reason": "no_fix", "count": 4}]
    (phone,) = found["scanners"]
    assert (phone["device_id"], phone["count"]) == (str(gate.who.device_id), 4)
    assert phone["person_name"] == "Trần Thị Bảo"
    assert found["people"][0]["person_name"] == "Trần Văn 0"
    assert found["people"][0]["count"] == 2
    assert found["groups"] == []


async def test_one_phone_without_a_position_one_morning_is_decided_at_once(
    office: Office, gate: Gate, world: World, school: School, owner: asyncpg.Connection
) -> None:
    ids = [await no_fix(gate, await world.student(school, f"Hồ Văn {n}")) for n in range(7)]
    (group,) = (await office.get("/summary"))["groups"]
    assert (group["reason"], group["count"], group["people"]) == ("no_fix", 7, 7)
    assert group["is_morning"]
    assert (group["station_name"], group["person_name"]) == ("Cổng chính", "Trần Thị Bảo")
    assert set(group["event_ids"]) == set(ids)
    answer = await office.decide("confirm", *group["event_ids"])
    assert (answer["decided"], answer["unchanged"], answer["changed_days"]) == (7, 0, 0)
    assert await office.waiting() == []
    assert (await office.get("/summary"))["groups"] == []
    # They had counted before: nobody hears anything.
    assert await told(owner) == ["arrival"] * 7


async def test_a_clock_off_by_many_sorts_is_not_obvious(
    office: Office, gate: Gate, world: World, school: School, clock: Clock
) -> None:
    for number in range(6):
        student = await world.student(school, f"Hồ Văn {number}")
        wrong = clock.now + minutes(5 + number)
        scan = gate.scan(student.token, scanned_at=wrong.isoformat())
        scan["location"] = school.location(wrong)
        (result,) = await gate.results(scan)
        assert result["outcome"] == "clock_suspect"
    assert (await office.get("/summary"))["groups"] == []


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
