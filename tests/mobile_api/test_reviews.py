"""Uncertain scans wait for the principal: why, in words, counted, and the obvious in one go."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from app.attendance.reviews.model import WINDOW
from app.ids import new_id
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.mobile_api.office import Json, Office, far, no_fix, told
from tests.mobile_api.test_check_ins import OwnPhone, bind
from tests.world import School, Student, World


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
