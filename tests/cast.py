"""Everybody who could call: two schools of one department, one school of another."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from tests.world import Person, School, Student, World

ROLES_IN_SCHOOL = ("principal", "homeroom_teacher", "subject_teacher", "guard", "accountant")


@dataclass(kw_only=True)
class Cast:
    """`school` has 6A1 (homeroom and subject teacher are of it) with `student`, and 6A2 with
    `neighbour`. The outsiders have the same roles in `other`, where `stranger` learns."""

    school: School
    other: School
    class_id: UUID
    next_class_id: UUID
    student: Student
    neighbour: Student
    stranger: Student
    people: dict[str, Person]

    def __getitem__(self, role: str) -> Person:
        return self.people[role]

    def url(self, path: str) -> str:
        """The path below the school."""
        return f"/v1/schools/{self.school.id}{path}"


async def gather(world: World) -> Cast:
    await world.org_unit(unit_id=1)
    await world.org_unit(unit_id=2)
    school, other = await world.school(org_unit_id=1), await world.school(org_unit_id=1)
    far = await world.school(org_unit_id=2)
    next_class_id = await world.school_class(school, "6A2")
    student = await world.student(school, "Nguyễn Văn An")
    neighbour = await world.student(school, "Trần Thị Bình", class_id=next_class_id)
    stranger = await world.student(other, "Lê Văn Cường")
    people = {role: await world.staff(school, role, f"Ông {role}") for role in ROLES_IN_SCHOOL}
    for role in ROLES_IN_SCHOOL:
        people[f"other {role}"] = await world.staff(other, role, f"Bà {role}")
    people["guardian"] = await world.guardian(student)
    people["other guardian"] = await world.guardian(stranger)
    people["student"] = await _member(world, school, "student", student.id)
    people["other student"] = await _member(world, other, "student", stranger.id)
    people["display"] = await _member(world, school, "display", school.gate_id)
    people["other display"] = await _member(world, other, "display", other.gate_id)
    people["department_admin"] = await world.department_admin(org_unit_id=1)
    people["other department_admin"] = await world.department_admin(org_unit_id=2)
    people["nobody"] = await world.account()
    assert far.id not in (school.id, other.id)
    return Cast(
        school=school,
        other=other,
        class_id=school.class_id,
        next_class_id=next_class_id,
        student=student,
        neighbour=neighbour,
        stranger=stranger,
        people=people,
    )


async def _member(world: World, school: School, role: str, person_id: UUID) -> Person:
    person = await world.account()
    person.person_id = person_id
    await world.member(person, school, role)
    return person


async def snapshot(owner: asyncpg.Connection) -> dict[str, str]:
    """What every table holds, but for the times at which sessions were used."""
    tables = await owner.fetch(
        """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
           and c.relname not in ('session', 'schema_migrations')
        """
    )
    held = {}
    for (table,) in tables:
        rows = await owner.fetch(f'select t::text as row from "{table}" t order by 1')
        held[table] = hashlib.sha256("\n".join(row["row"] for row in rows).encode()).hexdigest()
    return held


Call = tuple[str, str, Any]


async def assert_refused(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    calls: Iterable[Call],
    *,
    allowed: Iterable[str],
) -> None:
    """Nobody but the allowed gets in with any of these calls, and nothing is written."""
    before = await snapshot(owner)
    for method, url, body in calls:
        anonymous = await api.request(method, url, json=body)
        assert anonymous.status_code == 401, f"{method} {url} without login"
        for who, person in cast.people.items():
            if who in set(allowed):
                continue
            answer = await api.request(method, url, json=body, headers=person.headers)
            assert answer.status_code in (403, 404), f"{who}: {method} {url}: {answer.text}"
            assert answer.headers["content-type"] == "application/problem+json"
    assert await snapshot(owner) == before
