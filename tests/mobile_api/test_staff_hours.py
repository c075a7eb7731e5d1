"""The month of staff: the principal's list and workbook, one's own, and what is put right."""

import asyncio
import io
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import python_calamine

from app.ids import new_id
from mobile_api.resources import Resources
from tests.app.attendance.test_hours import as_minutes
from tests.conftest import HANOI, Clock
from tests.mobile_api.test_check_ins import GATE, OwnPhone, bind
from tests.world import Person, School, World

Json = dict[str, Any]
MONDAY = date(2026, 11, 9)


class Desk:
    """Somebody who asks for hours."""

    def __init__(self, api: httpx.AsyncClient, school: School, who: Person) -> None:
        self.api, self.school, self.who = api, school, who

    async def get(self, path: str = "", **asked: Any) -> httpx.Response:
        return await self.api.get(
            f"/v1/schools/{self.school.id}/staff-hours{path}",
            params={"month": "2026-11"} | asked,
            headers=self.who.headers,
        )

    async def month(self, person: Person, **asked: Any) -> Json:
        answer = await self.get(staff_id=str(person.person_id), **asked)
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()["items"]
        month: Json = found
        return month

    async def own(self, person: Person) -> Json:
        answer = await self.api.get(
            "/v1/me/staff-hours", params={"month": "2026-11"}, headers=person.headers
        )
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()["items"]
        month: Json = found
        return month

    async def put(self, person: Person, day: date, kind: str, at: str) -> httpx.Response:
        return await self.api.post(
            f"/v1/schools/{self.school.id}/staff/{person.person_id}/hours-corrections",
            json={"day": day.isoformat(), "kind": kind, "at": at, "reason": "Quên điện thoại"},
            headers=self.who.headers,
        )

    async def void(self, person: Person, correction_id: str) -> httpx.Response:
        return await self.api.post(
            f"/v1/schools/{self.school.id}/staff/{person.person_id}"
            f"/hours-corrections/{correction_id}/void",
            json={"reason": "Nhầm người"},
            headers=self.who.headers,
        )


@pytest.fixture
async def desk(api: httpx.AsyncClient, world: World, school: School) -> Desk:
    return Desk(api, school, await world.staff(school, "principal", "Cô Hiệu Trưởng"))


@pytest.fixture
async def teacher(world: World, school: School) -> Person:
    """Of the morning shift, 07:00 to 11:30."""
    return await world.staff(school, "homeroom_teacher", "Nguyễn Thị Giáo")


async def scanned(
    owner: asyncpg.Connection,
    school: School,
    who: Person,
    day: date,
    *moves: str,
    outcome: str = "ok",
    campus_id: UUID | None = None,
) -> list[UUID]:
    """`in 06:50`: recorded check-ins of a day."""
    ids = []
    for move in moves:
        direction, at = move.split(" ")
        moment = datetime.combine(day, time.fromisoformat(at), HANOI)
        ids.append(new_id())
        await owner.execute(
            "insert into scan_event (school_id, day, id, person_kind, person_id, direction,"
            " outcome, source, shift_id, station_id, campus_id, scanned_by, occurred_at,"
            " scanned_at, received_at, clock, verdict) values ($1, $2, $3, 'staff', $4, $5, $6,"
            " 'station_code', $7, $8, $9, $10, $11, $11, $11, 'server', 'inside')",
            school.id,
            day,
            ids[-1],
            who.person_id,
            direction,
            outcome,
            school.morning_id,
            school.staff_room_id,
            campus_id or school.campus_id,
            who.account_id,
            moment,
        )
    return ids


def day_in(month: Json, day: date) -> Json:
    return next(each for each in month["days"] if each["day"] == day.isoformat())


async def leave(
    owner: asyncpg.Connection, school: School, who: Person, day: date, part: str = "day"
) -> None:
    await owner.execute(
        "insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,"
        " reason_sealed, state, covers_to, requested_by, requested_as, created_at, decided_by,"
        " decided_at) values ($1, $2, 'staff', $3, $4, $4, $5, ''::bytea, 'approved', $4, $6,"
        " 'staff', now(), $2, now())",
        school.id,
        new_id(),
        who.person_id,
        day,
        part,
        who.account_id,
    )


async def test_a_real_day_of_check_ins_at_two_stations(
    desk: Desk, teacher: Person, api: httpx.AsyncClient, clock: Clock, resources: Resources,
    school: School, owner: asyncpg.Connection,
) -> None:  # fmt: skip
    await bind(owner, teacher)
    phone = OwnPhone(api, clock, resources.vault.ring, school, teacher)
    assert await phone.outcome() == "ok"
    clock.now += timedelta(hours=4, minutes=40)
    code = phone.code(number=GATE)
    assert await phone.outcome(direction="out", station_token=code) == "ok"
    day = day_in(await desk.month(teacher), clock.now.date())
    assert day["minutes"] == 280
    (spell,) = day["spells"]
    assert (spell["in_campus"], spell["out_campus"]) == ("Cơ sở 1", "Cơ sở 1")
    assert [shift["state"] for shift in day["shifts"]] == ["present"]


async def test_the_list_the_workbook_and_ones_own_month_say_the_same(
    desk: Desk, teacher: Person, world: World, school: School, owner: asyncpg.Connection
) -> None:
    guard = await world.staff(school, "guard", "Trần Văn =Bảo")
    await scanned(owner, school, teacher, MONDAY, "in 06:50", "out 11:35")
    await scanned(owner, school, teacher, MONDAY + timedelta(days=1), "in 07:20", "out 11:30")
    await scanned(owner, school, teacher, MONDAY + timedelta(days=2), "in 06:55")
    await leave(owner, school, teacher, MONDAY + timedelta(days=3))
    await scanned(owner, school, guard, MONDAY, "in 06:00", "out 18:00")

    items = (await desk.get()).json()["items"]
    assert [item["name"] for item in items] == [
        "Trần Văn =Bảo",
        "Nguyễn Thị Giáo",
        "Cô Hiệu Trưởng",
    ]
    assert all("days" not in item for item in items)
    listed = {item["name"]: item["totals"] for item in items}
    totals = listed["Nguyễn Thị Giáo"]
    assert (totals["days"], totals["minutes"]) == (3, 285 + 250 + 275)
    assert (totals["late_count"], totals["late_minutes"]) == (1, 20)
    assert (totals["forgotten"], totals["leave_days"]) == (1, 1)

    principals, own = await desk.month(teacher), await desk.own(teacher)
    assert own == principals
    assert own["totals"] == totals

    answer = await desk.get(".xlsx")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    _, head, *rows = book.get_sheet_by_name("Tổng hợp").to_python()
    summed = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    _, head, *rows = book.get_sheet_by_name("Chi tiết").to_python()
    details = [dict(zip(head, row, strict=True)) for row in rows]
    for name, total in listed.items():
        assert as_minutes(summed[name]["Tổng giờ"]) == total["minutes"]
        mine = [row["Số giờ"] for row in details if row["Họ và tên"] == name]
        assert sum(as_minutes(minutes) for minutes in mine if minutes != "") == total["minutes"]
        assert summed[name]["Ca vắng không đơn"] == total["missed"]


async def test_the_list_goes_page_by_page(desk: Desk, teacher: Person) -> None:
    first = (await desk.get(limit=1)).json()
    second = (await desk.get(limit=1, cursor=first["next_cursor"])).json()
    assert second["next_cursor"] is None
    assert first["items"][0]["staff_id"] != second["items"][0]["staff_id"]


async def test_days_to_come_are_not_told_and_today_is_not_missed(
    desk: Desk, teacher: Person, clock: Clock
) -> None:
    month = await desk.month(teacher)
    assert month["days"][-1]["day"] == clock.now.date().isoformat()
    assert [shift["state"] for shift in month["days"][-1]["shifts"]] == ["due"]
    assert month["totals"]["missed"] == len(month["days"]) - 1
    assert (await desk.month(teacher, month="2027-01"))["days"] == []


async def test_a_closed_day_is_nobodys_absence(
    desk: Desk, teacher: Person, school: School, owner: asyncpg.Connection
) -> None:
    before = (await desk.month(teacher))["totals"]["missed"]
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'holiday', 'Lễ')",
        school.id,
        MONDAY,
    )
    assert (await desk.month(teacher))["totals"]["missed"] == before - 1


async def test_who_was_put_on_the_list_in_mid_month_has_missed_nothing_before(
    desk: Desk, teacher: Person, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "update staff set created_at = $2 where id = $1",
        teacher.person_id,
        datetime.combine(MONDAY, time(15), HANOI),
    )
    days = (await desk.month(teacher))["days"]
    assert days[0]["day"] == MONDAY.isoformat()
    await owner.execute(
        "update staff set ended_at = $2 where id = $1",
        teacher.person_id,
        datetime.combine(MONDAY + timedelta(days=2), time(15), HANOI),
    )
    days = (await desk.month(teacher))["days"]
    assert days[-1]["day"] == (MONDAY + timedelta(days=2)).isoformat()
    answer = await desk.get(staff_id=str(teacher.person_id), month="2026-12")
    assert (answer.status_code, answer.json()["type"]) == (404, "no-such-staff-member")


async def test_a_rejected_check_in_counts_no_more_and_an_uncertain_one_is_marked(
    desk: Desk, teacher: Person, school: School, owner: asyncpg.Connection
) -> None:
    came, left = await scanned(
        owner, school, teacher, MONDAY, "in 06:50", "out 11:30", outcome="geo_uncertain"
    )
    day = day_in(await desk.month(teacher), MONDAY)
    assert (day["minutes"], day["waiting"]) == (280, 2)
    for event_id, decision in ((came, "reject"), (left, "confirm")):
        answer = await desk.api.post(
            f"/v1/schools/{school.id}/reviews/decisions",
            json={"event_ids": [str(event_id)], "decision": decision, "reason": "Đã hỏi"},
            headers=desk.who.headers,
        )
        assert answer.status_code == 200, answer.text
    day = day_in(await desk.month(teacher), MONDAY)
    assert (day["minutes"], day["waiting"], day["without_in"]) == (0, 0, 1)


@pytest.mark.parametrize("outcome", ["clone_suspect", "impossible_travel"])
async def test_a_suspect_counts_once_it_is_confirmed(
    desk: Desk, teacher: Person, school: School, owner: asyncpg.Connection, outcome: str
) -> None:
    await scanned(owner, school, teacher, MONDAY, "in 06:50")
    (left,) = await scanned(owner, school, teacher, MONDAY, "out 10:50", outcome=outcome)
    assert day_in(await desk.month(teacher), MONDAY)["forgotten"] == 1
    answer = await desk.api.post(
        f"/v1/schools/{school.id}/reviews/decisions",
        json={"event_ids": [str(left)], "decision": "confirm", "reason": "Đã hỏi"},
        headers=desk.who.headers,
    )
    assert answer.status_code == 200, answer.text
    day = day_in(await desk.month(teacher), MONDAY)
    assert (day["forgotten"], day["minutes"]) == (0, 240)


async def test_a_forgotten_check_out_is_put_right_and_taken_back(
    desk: Desk, teacher: Person, school: School, owner: asyncpg.Connection
) -> None:
    await scanned(owner, school, teacher, MONDAY, "in 06:50")
    assert day_in(await desk.month(teacher), MONDAY)["forgotten"] == 1
    answer = await desk.put(teacher, MONDAY, "out", "12:10")
    assert answer.status_code == 201, answer.text
    day = answer.json()
    assert (day["forgotten"], day["minutes"]) == (0, 320)
    (correction,) = day["corrections"]
    assert (correction["decided_by"], correction["reason"]) == ("Cô Hiệu Trưởng", "Quên điện thoại")
    assert day_in(await desk.own(teacher), MONDAY) == day
    audit = await owner.fetchrow("select kind, subject_id, detail from audit_entry")
    assert audit is not None
    assert (audit["kind"], audit["subject_id"]) == ("staff_hours_corrected", teacher.person_id)
    assert (audit["detail"]["minutes_before"], audit["detail"]["minutes_after"]) == (280, 320)

    again = await desk.put(teacher, MONDAY, "out", "12:10")
    assert (again.status_code, again.json()["type"]) == (409, "hours-correction-already")
    answer = await desk.void(teacher, correction["id"])
    assert answer.status_code == 200, answer.text
    day = answer.json()
    assert (day["forgotten"], day["minutes"]) == (1, 280)
    assert day["corrections"][0]["is_voided"]
    again = await desk.void(teacher, correction["id"])
    assert (again.status_code, again.json()["type"]) == (409, "hours-correction-voided")
    assert await owner.fetchval("select count(*) from audit_entry") == 2
    assert await owner.fetchval("select count(*) from staff_day_correction") == 2


async def test_two_principals_put_the_same_right_once(
    desk: Desk, other_api: httpx.AsyncClient, teacher: Person, world: World, school: School,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    deputy = Desk(other_api, school, await world.staff(school, "principal", "Thầy Phó"))
    await scanned(owner, school, teacher, MONDAY, "in 06:50")
    answers = await asyncio.gather(
        *(who.put(teacher, MONDAY, "out", "11:45") for who in (desk, deputy, desk))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert await owner.fetchval("select count(*) from staff_day_correction") == 1


async def test_nobody_puts_right_an_own_day(
    desk: Desk, world: World, school: School, owner: asyncpg.Connection
) -> None:
    await scanned(owner, school, desk.who, MONDAY, "in 06:50")
    answer = await desk.put(desk.who, MONDAY, "out", "17:00")
    assert (answer.status_code, answer.json()["type"]) == (409, "own-hours")
    deputy = Desk(desk.api, school, await world.staff(school, "principal", "Thầy Phó"))
    made = await deputy.put(desk.who, MONDAY, "out", "17:00")
    assert made.status_code == 201
    correction_id = made.json()["corrections"][0]["id"]
    assert (await desk.void(desk.who, correction_id)).status_code == 409


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(1, 1, 1), "00:00"),
        (date(9999, 12, 31), "23:59"),
        (date(2026, 11, 17), "07:00"),
        (date(2026, 11, 16), "06:53"),
        (date(2026, 8, 15), "07:00"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(
    desk: Desk, teacher: Person, day: date, at: str
) -> None:
    answer = await desk.put(teacher, day, "out", at)
    assert (answer.status_code, answer.json()["type"]) == (422, "bad-hours-day")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-01", "2026-11-01", "20261", ""])
async def test_a_month_is_a_month(desk: Desk, month: str) -> None:
    for path in ("", ".xlsx"):
        assert (await desk.get(path, month=month)).status_code == 400


async def test_another_schools_staff_are_not_there(
    desk: Desk, world: World, teacher: Person, school: School, owner: asyncpg.Connection
) -> None:
    other = await world.school()
    stranger = await world.staff(other, "guard", "Bà Lạ")
    answer = await desk.get(staff_id=str(stranger.person_id))
    assert (answer.status_code, answer.json()["type"]) == (404, "no-such-staff-member")
    assert (await desk.put(stranger, MONDAY, "out", "11:00")).status_code == 404
    assert (await desk.void(teacher, str(new_id()))).status_code == 404
    assert (await desk.void(stranger, str(new_id()))).status_code == 404
    assert "Bà Lạ" not in (await desk.get()).text
    assert await owner.fetchval("select count(*) from staff_day_correction") == 0


async def test_who_works_in_two_schools_has_two_months(
    desk: Desk, teacher: Person, world: World, owner: asyncpg.Connection
) -> None:
    other = await world.school()
    twin = await world.staff(other, "guard", "Nguyễn Thị Giáo")
    await owner.execute(
        "update staff set account_id = $2 where id = $1", twin.person_id, teacher.account_id
    )
    await owner.execute(
        "update membership set account_id = $2 where account_id = $1",
        twin.account_id,
        teacher.account_id,
    )
    answer = await desk.api.get(
        "/v1/me/staff-hours", params={"month": "2026-11"}, headers=teacher.headers
    )
    assert [item["school_id"] for item in answer.json()["items"]] == [desk.school.id, other.id]
