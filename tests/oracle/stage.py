"""The school of a story as it stands in the database before anything happens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.attendance import codes
from app.attendance.codes import issue_card
from app.ids import new_id
from tests.oracle import facts as f
from tests.world import HUE, Person, School, World

# Far enough apart to be two places, near enough to walk in a quarter of an hour.
FENCES: dict[str, dict[str, Any]] = {
    "main": HUE,
    "second": {"type": "circle", "lat": 16.4700, "lng": 107.5950, "radius_m": 100},
}


@dataclass(kw_only=True)
class Stage:
    """Our ids of the story's keys, and everybody's sessions."""

    world: World
    school: School
    story_school: f.School
    shifts: dict[str, UUID] = field(default_factory=dict)
    classes: dict[str, UUID] = field(default_factory=dict)
    campuses: dict[str, UUID] = field(default_factory=dict)
    gates: dict[str, UUID] = field(default_factory=dict)
    """The station at which a phone scans, by phone."""
    staff_rooms: dict[str, int] = field(default_factory=dict)
    """The number of each campus's station for staff."""
    guards: dict[str, Person] = field(default_factory=dict)
    homerooms: dict[str, Person] = field(default_factory=dict)
    principals: list[Person] = field(default_factory=list)
    staff: dict[str, Person] = field(default_factory=dict)
    pupils: dict[str, UUID] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    moet: dict[str, str] = field(default_factory=dict)
    guardians: dict[str, Person] = field(default_factory=dict)

    def station_code(self, campus: str, at: datetime) -> str:
        """What the screen of the campus's staff room shows."""
        ring = self.world.resources.vault.ring
        step, number = codes.station_step(at), self.staff_rooms[campus]
        key = codes.station_day_key(
            ring,
            school_id=self.school.id,
            number=number,
            day=codes.step_day(step),
            key_id=ring.current_id,
        )
        return codes.station_code(
            key, key_id=ring.current_id, school_id=self.school.id, number=number, step=step
        )

    async def read_card(self, pupil: str) -> None:
        """The card that the school has issued to a pupil who came by transfer."""
        row = await self.world.owner.fetchrow(
            "select id from card where school_id = $1 and student_id = $2 and revoked_at is null",
            self.school.id,
            self.pupils[pupil],
        )
        assert row is not None
        ring = self.world.resources.vault.ring
        self.cards[pupil] = issue_card(ring, school_id=self.school.id, card_id=row["id"])


async def build(world: World, story: f.Story) -> Stage:
    """Write it to the tables: the story begins with a school that is set up."""
    school = await world.school()
    # What every new school of the tests has would be missing at each cut-off.
    await world.owner.execute("delete from class_shift where school_id = $1", school.id)
    stage = Stage(world=world, school=school, story_school=story.school)
    await _places(world.owner, stage, story.school)
    await _classes(world.owner, stage, story.school)
    await _staff(world, stage, story.school)
    async with world.owner.transaction():
        await _families(world, stage, story.school)
    # Whatever today is: nobody's session ends before the story does.
    await world.owner.execute("update session set expires_at = now() + interval '9 years'")
    await world.owner.execute("update school set plan_version = plan_version + 1")
    return stage


async def _places(owner: asyncpg.Connection, stage: Stage, school: f.School) -> None:
    sid = stage.school.id
    number = 10
    for campus in sorted({phone.campus for phone in school.phones}):
        stage.campuses[campus] = new_id()
        await owner.execute(
            "insert into campus (school_id, id, name, fence) values ($1, $2, $3, $4)",
            sid,
            stage.campuses[campus],
            campus,
            FENCES[campus],
        )
        number += 1
        stage.staff_rooms[campus] = number
        await _station(owner, stage, campus, number, kind="staff")
    gates: dict[str, UUID] = {}
    for phone in school.phones:
        if phone.gate not in gates:
            number += 1
            gates[phone.gate] = await _station(owner, stage, phone.campus, number, kind="gate")
        stage.gates[phone.key] = gates[phone.gate]
    for shift in school.shifts:
        stage.shifts[shift.key] = new_id()
        await owner.execute(
            "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off,"
            " weekdays) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            sid,
            stage.shifts[shift.key],
            shift.key,
            shift.starts,
            shift.ends,
            shift.late_after,
            shift.cut_off,
            list(shift.weekdays),
        )
    for day in school.holidays:
        await owner.execute(
            "insert into calendar_day (school_id, day, kind, name)"
            " values ($1, $2, 'holiday', 'Lễ')",
            sid,
            day,
        )


async def _station(
    owner: asyncpg.Connection, stage: Stage, campus: str, number: int, *, kind: str
) -> UUID:
    station_id = new_id()
    await owner.execute(
        "insert into station (school_id, id, campus_id, number, name, kind)"
        " values ($1, $2, $3, $4, $5, $6)",
        stage.school.id,
        station_id,
        stage.campuses[campus],
        number,
        f"{campus} {number}",
        kind,
    )
    return station_id


async def _classes(owner: asyncpg.Connection, stage: Stage, school: f.School) -> None:
    for each in school.classes:
        stage.classes[each.key] = new_id()
        await owner.execute(
            "insert into school_class (school_id, id, school_year, grade, name, campus_id)"
            " values ($1, $2, '2026-2027', 6, $3, $4)",
            stage.school.id,
            stage.classes[each.key],
            each.key,
            stage.campuses[each.campus],
        )
        for shift in each.shifts:
            await owner.execute(
                "insert into class_shift values ($1, $2, $3)",
                stage.school.id,
                stage.classes[each.key],
                stage.shifts[shift],
            )


async def _staff(world: World, stage: Stage, school: f.School) -> None:
    owner, sid = world.owner, stage.school.id
    stage.principals = [await world.staff(stage.school, "principal") for _ in range(2)]
    for phone in school.phones:
        stage.guards[phone.key] = await world.staff(stage.school, "guard")
    await owner.execute("delete from staff_shift where school_id = $1", sid)
    homerooms = [each.key for each in school.classes]
    for number, each in enumerate(school.staff):
        role = "homeroom_teacher" if number < len(homerooms) else "accountant"
        person = await world.staff(stage.school, role, f"Nhân viên {number}")
        stage.staff[each.key] = person
        await owner.execute(
            "delete from staff_shift where school_id = $1 and staff_id = $2", sid, person.person_id
        )
        for shift in each.shifts:
            await owner.execute(
                "insert into staff_shift values ($1, $2, $3)",
                sid,
                person.person_id,
                stage.shifts[shift],
            )
        await owner.execute(
            "update device set bound_account_id = $2, bound_at = now() where id = $1",
            person.device_id,
            person.account_id,
        )
    await owner.execute(
        "update school_class set homeroom_staff_id = null where school_id = $1", sid
    )
    for key, who in zip(homerooms, school.staff, strict=False):
        stage.homerooms[key] = stage.staff[who.key]
        await owner.execute(
            "update school_class set homeroom_staff_id = $3 where school_id = $1 and id = $2",
            sid,
            stage.classes[key],
            stage.staff[who.key].person_id,
        )


async def _families(world: World, stage: Stage, school: f.School) -> None:
    for pupil in school.pupils:
        for guardian in pupil.guardians:
            if guardian not in stage.guardians:
                stage.guardians[guardian] = await world.account()
        if not pupil.enrolments:
            stage.moet[pupil.key] = f"{4_600_000_000 + len(stage.moet)}"
            continue
        (enrolment,) = pupil.enrolments
        student = await world.student(
            stage.school, f"Em {pupil.key}", class_id=stage.classes[enrolment.class_key]
        )
        stage.pupils[pupil.key], stage.cards[pupil.key] = student.id, student.token
        for guardian in pupil.guardians:
            await world.guardian(student, person=stage.guardians[guardian])
