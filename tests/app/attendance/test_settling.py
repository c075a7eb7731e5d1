"""Days settled anew at the edges of days, months, years and classes; told once or not at all."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from app import db
from app.attendance.corrections.queries import insert_set
from app.attendance.model import Correction
from app.attendance.rebuild import Difference, rebuild
from app.attendance.settling import Cause, CauseKind, Change, settle
from app.ids import new_id
from mobile_api.resources import Resources
from tests.app.attendance.decided import has_leave, run_held, told_absent
from tests.conftest import HANOI, Clock
from tests.gate import Gate, minutes
from tests.world import School, Student, World

DAY = date(2026, 11, 16)


class Office:
    """Settles days as whoever decides about them would."""

    def __init__(self, resources: Resources, owner: asyncpg.Connection, school: School) -> None:
        self.resources, self.owner, self.school = resources, owner, school

    async def settle(
        self,
        *students: Student,
        first: date = DAY,
        last: date | None = None,
        kind: CauseKind = "leave",
        adding: Correction | None = None,
    ) -> list[Change]:
        async with db.transaction(self.resources.pool, schools=[self.school.id]) as conn:
            return await settle(
                conn,
                school_id=self.school.id,
                person_kind="student",
                person_ids=[student.id for student in students],
                first=first,
                last=last or first,
                cause=Cause(kind=kind, event_id=new_id(), actor_account_id=None),
                now=self.resources.clock(),
                adding=adding,
            )

    async def verdict(self, student: Student, event_id: str, kind: str, day: date = DAY) -> None:
        await self.owner.execute(
            "insert into attendance_correction (school_id, day, id, event_id, person_id, kind,"
            " decided_by, reason, created_at) values ($1, $2, $3, $4, $5, $6, $3, 'x', $7)",
            self.school.id,
            day,
            new_id(),
            UUID(event_id),
            student.id,
            kind,
            self.resources.clock(),
        )
        await self.settle(student, first=day, kind="review")

    async def differences(self, first: date = DAY, last: date | None = None) -> list[Difference]:
        async with db.transaction(self.resources.pool, schools=[self.school.id]) as conn:
            return await rebuild(
                conn,
                school_id=self.school.id,
                from_day=first,
                to_day=last or first,
                today=self.resources.clock().astimezone(HANOI).date(),
                check=True,
            )

    async def states(self, student: Student) -> list[tuple[Any, ...]]:
        rows = await self.owner.fetch(
            "select day, state, late_minutes from attendance_day where person_id = $1"
            " order by day, state",
            student.id,
        )
        return [tuple(row) for row in rows]

    async def news(self, student: Student) -> list[tuple[str, str | None]]:
        """Kind and state of what its family was told, the oldest first."""
        rows = await self.owner.fetch(
            "select kind, params ->> 'status' as status from outbox where student_id = $1"
            " order by id",
            student.id,
        )
        return [tuple(row) for row in rows]


@pytest.fixture
async def school(world: World) -> School:
    return await world.school()


@pytest.fixture
async def an(world: World, school: School) -> Student:
    return await world.student(school)


@pytest.fixture
async def gate(api: httpx.AsyncClient, clock: Clock, world: World, school: School) -> Gate:
    return Gate(api, clock, school, await world.staff(school, "guard"))


@pytest.fixture
def office(resources: Resources, owner: asyncpg.Connection, school: School, clock: Clock) -> Office:
    clock.now = clock.now.replace(hour=9)
    return Office(resources, owner, school)


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), HANOI)


async def test_leave_after_the_alert_is_one_correction_and_its_end_another(
    office: Office, owner: asyncpg.Connection, an: Student
) -> None:
    await told_absent(owner, office.school, an, DAY)
    leave = await has_leave(owner, an, DAY)
    for _ in range(2):
        await office.settle(an)
    assert await office.states(an) == [(DAY, "absent_excused", 0)]
    await owner.execute("update leave_request set covers_to = null where id = $1", leave)
    for _ in range(2):
        await office.settle(an)
    assert await office.states(an) == [(DAY, "absent_unexcused", 0)]
    assert await office.news(an) == [
        ("absence", None),
        ("correction", "absent_excused"),
        ("correction", "absent_unexcused"),
    ]
    assert await office.differences() == []


async def test_leave_before_the_cut_off_is_no_state_until_the_run_or_the_next_day(
    office: Office, owner: asyncpg.Connection, an: Student, clock: Clock
) -> None:
    await has_leave(owner, an, DAY, DAY + timedelta(days=1))
    await office.settle(an, last=DAY + timedelta(days=1))
    assert await office.states(an) == []
    await run_held(owner, office.school, DAY)
    await office.settle(an, last=DAY + timedelta(days=1))
    assert await office.states(an) == [(DAY, "absent_excused", 0)]
    # A day without any run is decided by its end.
    clock.now = at(DAY + timedelta(days=2), 0)
    assert len(await office.differences(DAY, DAY + timedelta(days=1))) == 1
    await office.settle(an, last=DAY + timedelta(days=1))
    assert len(await office.states(an)) == 2
    assert await office.news(an) == []


@pytest.mark.parametrize(
    ("part", "state"), [("morning", "absent_excused"), ("afternoon", None), ("early_exit", None)]
)
async def test_leave_of_a_part_covers_the_shifts_of_that_part(
    office: Office, owner: asyncpg.Connection, an: Student, part: str, state: str | None
) -> None:
    await run_held(owner, office.school, DAY)
    await has_leave_of_part(owner, an, part)
    await office.settle(an)
    assert await office.states(an) == ([(DAY, state, 0)] if state else [])


async def has_leave_of_part(owner: asyncpg.Connection, student: Student, part: str) -> None:
    leave = await has_leave(owner, student, DAY, part="day")
    await owner.execute(
        "update leave_request set part = $2, exit_at = $3 where id = $1",
        leave,
        part,
        time(10) if part == "early_exit" else None,
    )


async def test_scans_outrank_leave_and_an_undone_one_uncovers_it(
    office: Office, owner: asyncpg.Connection, an: Student, gate: Gate, api: httpx.AsyncClient
) -> None:
    await run_held(owner, office.school, DAY)
    await has_leave(owner, an, DAY)
    await office.settle(an)
    scan = gate.scan(an.token)
    await gate.results(scan)
    assert await office.states(an) == [(DAY, "late", 172)]
    await office.settle(an)
    assert await office.states(an) == [(DAY, "late", 172)]
    await api.post(f"/v1/attendance/scans/{scan['event_id']}/undo", headers=gate.who.headers)
    assert await office.states(an) == [(DAY, "absent_excused", 0)]
    assert await office.news(an) == [("arrival_late", None), ("scan_undone", None)]
    assert await office.differences() == []


async def test_a_closed_day_holds_no_absence_and_keeps_who_was_scanned(
    office: Office, owner: asyncpg.Connection, world: World, an: Student, gate: Gate
) -> None:
    binh = await world.student(office.school, "Trần Văn Bình")
    chi = await world.student(office.school, "Lê Thị Chi")
    await gate.outcome(binh.token)
    await told_absent(owner, office.school, an, DAY)
    await has_leave(owner, chi, DAY)
    await office.settle(chi)
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'closure', 'Bão')",
        office.school.id,
        DAY,
    )
    for _ in range(2):
        await office.settle(an, binh, chi, kind="closure")
    assert await office.states(an) == await office.states(chi) == []
    assert await office.states(binh) == [(DAY, "late", 172)]
    assert await office.news(an) == [("absence", None), ("correction", "not_scanned")]
    assert await office.news(binh) == [("arrival_late", None)]
    assert await office.news(chi) == []
    assert await office.differences() == []
    # A scan on that day is recorded and told, and makes no state.
    gate.clock.now += minutes(5)
    await gate.outcome(an.token)
    assert await office.states(an) == []


async def test_what_a_repeated_scan_has_told_is_known_when_the_day_is_set_again(
    office: Office, owner: asyncpg.Connection, an: Student, gate: Gate
) -> None:
    for number in range(2):
        gate.clock.now += minutes(5)
        assert await gate.outcome(an.token) == ("duplicate" if number else "late")
        gate.clock.now += minutes(5)
        said = Correction(
            id=new_id(),
            school_id=office.school.id,
            day=DAY,
            person_id=an.id,
            kind="set",
            event_id=None,
            shift_id=office.school.morning_id,
            state="absent_excused",
            late_minutes=0,
            told_as=None,
            created_at=office.resources.clock(),
        )
        (change,) = await office.settle(an, kind="correction", adding=said)
        async with db.transaction(office.resources.pool, schools=[office.school.id]) as conn:
            await insert_set(
                conn,
                correction=msgspec.structs.replace(said, told_as=change.told_as),
                reason="x",
                asked_by=an.id,
                decided_by=an.id,
                dispute_id=None,
                before=change.before,
                after=change.after,
            )
    assert await office.news(an) == [
        ("arrival_late", None),
        ("correction", "absent_excused"),
        ("correction", "late"),
        ("correction", "absent_excused"),
    ]
    assert await office.differences() == []


async def test_a_rejected_only_scan_leaves_what_stood_behind_it(
    office: Office, owner: asyncpg.Connection, an: Student, gate: Gate
) -> None:
    await told_absent(owner, office.school, an, DAY)
    scan = gate.scan(an.token)
    await gate.results(scan)
    await office.verdict(an, scan["event_id"], "reject")
    assert await office.states(an) == [(DAY, "absent_unexcused", 0)]
    await office.settle(an)
    assert await office.news(an) == [
        ("absence", None),
        ("arrival_late", None),
        ("correction", "absent_unexcused"),
    ]
    # The next one is an arrival again, and nobody's duplicate.
    gate.clock.now += minutes(5)
    assert await gate.outcome(an.token) == "late"
    assert await office.states(an) == [(DAY, "late", 177)]
    assert await office.differences() == []


async def test_a_confirmed_suspect_counts_and_a_rejected_one_is_closed(
    office: Office, owner: asyncpg.Connection, world: World, an: Student, gate: Gate
) -> None:
    binh = await world.student(office.school, "Trần Văn Bình")
    for student, verdict, state in (
        (an, "confirm", [(DAY, "late", 172)]),
        (binh, "reject", []),
    ):
        scan = gate.scan(student.token)
        await gate.results(scan)
        await owner.execute(
            "update scan_event set outcome = 'clone_suspect' where person_id = $1", student.id
        )
        await owner.execute("delete from attendance_day where person_id = $1", student.id)
        assert await office.differences() == []
        await office.verdict(student, scan["event_id"], verdict)
        await office.settle(student)
        assert await office.states(student) == state
        assert len(await office.news(student)) == 2
    assert await office.differences() == []


async def test_a_rejected_scan_lets_its_duplicate_count_and_tells_once(
    office: Office, owner: asyncpg.Connection, an: Student, gate: Gate
) -> None:
    first, second = gate.scan(an.token), gate.scan(an.token, at=gate.clock.now + minutes(3))
    await gate.results(first)
    gate.clock.now += minutes(4)
    await gate.results(second)
    await office.verdict(an, first["event_id"], "reject")
    assert await office.states(an) == [(DAY, "late", 175)]
    assert await office.news(an) == [("arrival_late", None), ("correction", "late")]
    gate.clock.now += minutes(5)
    assert await gate.outcome(an.token) == "duplicate"
    assert await office.differences() == []


@pytest.mark.parametrize(
    "day",
    [date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 30), date(2026, 12, 31)],
    ids=["month-end", "month-begin", "november", "year-end"],
)
async def test_a_day_at_the_edge_of_a_month_is_settled_with_the_day_after(
    office: Office, owner: asyncpg.Connection, an: Student, clock: Clock, gate: Gate, day: date
) -> None:
    after = day + timedelta(days=1)
    if after.year > day.year:
        await owner.execute("select ensure_partitions('2026-12-01', '2027-01-31')")
    for each in (day, after):
        clock.now = at(each, 7, 50)
        await told_absent(owner, office.school, an, each)
        clock.now = at(each, 23, 59, 59)
    await has_leave(owner, an, day, after)
    await office.settle(an, first=day, last=after)
    assert await office.states(an) == [(day, "absent_excused", 0), (after, "absent_excused", 0)]
    assert [kind for kind, _ in await office.news(an)].count("correction") == 2
    # The phone was offline; midnight has passed since, and each scan is its own day's.
    clock.now = at(after, 0, 0) + timedelta(days=1)
    await gate.results(
        gate.scan(an.token, at=at(day, 6, 50)), gate.scan(an.token, at=at(after, 7, 20))
    )
    assert await office.states(an) == [(day, "present", 0), (after, "late", 20)]
    assert await office.differences(day, after) == []


async def test_the_class_of_the_day_decides_which_shifts_are_excused(
    office: Office, owner: asyncpg.Connection, world: World, an: Student, clock: Clock
) -> None:
    """From the morning class to the afternoon's on the day itself, and away from the school."""
    school = office.school
    afternoon, class_id = new_id(), await world.school_class(school, "6A9")
    await owner.execute(
        "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)"
        " values ($1, $2, 'Ca chiều', '13:00', '17:00', '13:05', '13:30', '{1,2,3,4,5,6}')",
        school.id,
        afternoon,
    )
    await owner.execute(
        "update class_shift set shift_id = $2 where class_id = $1", class_id, afternoon
    )
    monday, tuesday, wednesday = (DAY + timedelta(days=n) for n in range(3))
    await owner.execute("update enrolment set to_day = $2 where student_id = $1", an.id, tuesday)
    await owner.execute(
        "insert into enrolment (school_id, student_id, class_id, from_day, to_day)"
        " values ($1, $2, $3, $4, $4)",
        school.id,
        an.id,
        class_id,
        tuesday,
    )
    clock.now = at(wednesday + timedelta(days=1), 9)
    await has_leave(owner, an, monday, wednesday)
    await office.settle(an, first=monday, last=wednesday)
    rows = await owner.fetch("select day, shift_id from attendance_day order by day")
    assert [tuple(row) for row in rows] == [(monday, school.morning_id), (tuesday, afternoon)]
    assert await office.differences(monday, wednesday) == []


async def test_everything_at_once_tells_no_state_twice_and_leaves_what_the_facts_say(
    office: Office, owner: asyncpg.Connection, world: World, gate: Gate, clock: Clock
) -> None:
    """Scans, leave and a closure in the same second, through two ways in; real concurrency."""
    pupils = [await world.student(office.school, f"Em Số {n}") for n in range(6)]
    for pupil in pupils:
        await told_absent(owner, office.school, pupil, DAY)
        await has_leave(owner, pupil, DAY)
    await asyncio.gather(
        office.settle(*pupils),
        *(gate.results(gate.scan(pupil.token)) for pupil in pupils[:4]),
        office.settle(*reversed(pupils), kind="closure"),
        *(gate.results(gate.scan(pupil.token, "out")) for pupil in pupils[2:4]),
        office.settle(*pupils[1:5]),
    )
    assert await office.differences() == []
    for pupil in pupils:
        told = await office.news(pupil)
        assert told.count(("correction", "absent_excused")) <= 1
        if pupil in pupils[4:]:
            assert told == [("absence", None), ("correction", "absent_excused")]
        else:
            assert told[-1][0] in ("arrival_late", "departure", "correction")
