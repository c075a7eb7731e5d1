"""A small province for tests: schools, people, sessions, written straight to the tables."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from app.attendance.codes import issue_card
from app.ids import new_id
from app.names import search_key, sort_key
from mobile_api.resources import Resources

HUE = {"type": "circle", "lat": 16.4637, "lng": 107.5909, "radius_m": 100}
EVERY_DAY = [1, 2, 3, 4, 5, 6]


@dataclass(kw_only=True)
class Person:
    """Somebody with a phone: `headers` are those of a live session."""

    account_id: UUID
    session_id: UUID
    device_id: UUID
    issue: Callable[[], str]
    person_id: UUID | None = None
    phone: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """With an access token issued at this moment of the test's clock."""
        return {"Authorization": f"Bearer {self.issue()}"}


@dataclass(kw_only=True)
class Student:
    id: UUID
    school_id: int
    name: str
    class_id: UUID
    card_id: bytes
    token: str


@dataclass(kw_only=True)
class School:
    id: int
    name: str
    campus_id: UUID
    gate_id: UUID
    staff_room_id: UUID
    morning_id: UUID
    class_id: UUID
    class_name: str
    fence: dict[str, Any] = field(default_factory=lambda: HUE)

    def location(self, clock_now: Any, **changes: Any) -> dict[str, Any]:
        """A good fix in the middle of the campus."""
        return {
            "lat": self.fence["lat"],
            "lng": self.fence["lng"],
            "accuracy_m": 10.0,
            "fixed_at": clock_now.isoformat(),
            "provider": "android",
            "is_mock": False,
        } | changes


class World:
    """Writes as the database's owner, past row level security."""

    def __init__(self, owner: asyncpg.Connection, resources: Resources) -> None:
        self.owner = owner
        self.resources = resources
        self._next_school = 101
        self._next_phone = 900_100_000

    async def org_unit(self, *, unit_id: int = 1, parent_id: int | None = None) -> int:
        await self.owner.execute(
            "insert into org_unit (id, parent_id, kind, name) values ($1, $2, 'department', 'Sở')"
            " on conflict do nothing",
            unit_id,
            parent_id,
        )
        return unit_id

    async def school(self, *, fence: dict[str, Any] | None = None, org_unit_id: int = 1) -> School:
        """A school with one campus, a gate, a staff room, a morning shift and class 6A1."""
        await self.org_unit(unit_id=org_unit_id)
        school_id, self._next_school = self._next_school, self._next_school + 1
        ids = [new_id() for _ in range(5)]
        campus_id, gate_id, staff_room_id, morning_id, class_id = ids
        run = self.owner.execute
        name = f"Trường THCS Số {school_id}"
        await run(
            "insert into school (id, org_unit_id, name, level)"
            " values ($1, $2, $3, 'lower_secondary')",
            school_id,
            org_unit_id,
            name,
        )
        wrapped = self.resources.vault.new_school_key()
        await run("insert into school_key (school_id, wrapped) values ($1, $2)", school_id, wrapped)
        await run(
            "insert into campus (school_id, id, name, fence) values ($1, $2, 'Cơ sở 1', $3)",
            school_id,
            campus_id,
            fence or HUE,
        )
        await run(
            "insert into station (school_id, id, campus_id, number, name, kind) values"
            " ($1, $2, $4, 1, 'Cổng chính', 'gate'), ($1, $3, $4, 2, 'Phòng giáo viên', 'staff')",
            school_id,
            gate_id,
            staff_room_id,
            campus_id,
        )
        await run(
            "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off,"
            " weekdays) values ($1, $2, 'Ca sáng', $3, $4, $5, $6, $7)",
            school_id,
            morning_id,
            time(7),
            time(11, 30),
            time(7, 5),
            time(7, 30),
            EVERY_DAY,
        )
        await run(
            "insert into school_class (school_id, id, school_year, grade, name, campus_id)"
            " values ($1, $2, '2026-2027', 6, '6A1', $3)",
            school_id,
            class_id,
            campus_id,
        )
        await run("insert into class_shift values ($1, $2, $3)", school_id, class_id, morning_id)
        return School(
            id=school_id,
            name=name,
            campus_id=campus_id,
            gate_id=gate_id,
            staff_room_id=staff_room_id,
            morning_id=morning_id,
            class_id=class_id,
            class_name="6A1",
            fence=fence or HUE,
        )

    async def school_class(self, school: School, name: str, *, grade: int = 6) -> UUID:
        """One more class, in the same shift."""
        class_id = new_id()
        await self.owner.execute(
            "insert into school_class (school_id, id, school_year, grade, name, campus_id)"
            " values ($1, $2, '2026-2027', $3, $4, $5)",
            school.id,
            class_id,
            grade,
            name,
            school.campus_id,
        )
        await self.owner.execute(
            "insert into class_shift values ($1, $2, $3)", school.id, class_id, school.morning_id
        )
        return class_id

    async def student(
        self, school: School, name: str = "Nguyễn Văn An", *, class_id: UUID | None = None
    ) -> Student:
        """A pupil of the class (6A1 unless told otherwise) with a card."""
        student_id, card_id = new_id(), secrets.token_bytes(8)
        run = self.owner.execute
        await run(
            "insert into student (school_id, id, name, sort_key, search_key)"
            " values ($1, $2, $3, $4, $5)",
            school.id,
            student_id,
            name,
            sort_key(name),
            search_key(name),
        )
        await run(
            "insert into enrolment (school_id, student_id, class_id, from_day)"
            " values ($1, $2, $3, $4)",
            school.id,
            student_id,
            class_id or school.class_id,
            date(2026, 9, 5),
        )
        ring = self.resources.vault.ring
        await run(
            "insert into card (school_id, id, student_id, key_id) values ($1, $2, $3, $4)",
            school.id,
            card_id,
            student_id,
            ring.current_id,
        )
        return Student(
            id=student_id,
            school_id=school.id,
            name=name,
            class_id=class_id or school.class_id,
            card_id=card_id,
            token=issue_card(ring, school_id=school.id, card_id=card_id),
        )

    async def staff(
        self, school: School, role: str = "guard", name: str = "Trần Thị Bảo"
    ) -> Person:
        """A member of staff in one role, logged in."""
        person = await self.account()
        staff_id = new_id()
        await self.owner.execute(
            "insert into staff (school_id, id, account_id, name, sort_key, search_key, created_at)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            school.id,
            staff_id,
            person.account_id,
            name,
            sort_key(name),
            search_key(name),
            self.resources.clock() - timedelta(days=90),
        )
        person.person_id = staff_id
        await self.member(person, school, role)
        if role == "homeroom_teacher":
            await self.owner.execute(
                "update school_class set homeroom_staff_id = $3 where school_id = $1 and id = $2",
                school.id,
                school.class_id,
                staff_id,
            )
        if role == "subject_teacher":
            await self.owner.execute(
                "insert into class_teacher values ($1, $2, $3, 'Toán')",
                school.id,
                school.class_id,
                staff_id,
            )
        await self.owner.execute(
            "insert into staff_shift values ($1, $2, $3)", school.id, staff_id, school.morning_id
        )
        return person

    async def member(self, person: Person, school: School, role: str) -> None:
        """Give the person a role; `person_id` says which row of the school it belongs to."""
        await self.owner.execute(
            "insert into membership (id, account_id, school_id, role, person_id)"
            " values ($1, $2, $3, $4, $5)",
            new_id(),
            person.account_id,
            school.id,
            role,
            person.person_id,
        )

    async def department_admin(self, *, org_unit_id: int = 1) -> Person:
        await self.org_unit(unit_id=org_unit_id)
        person = await self.account()
        await self.owner.execute(
            "insert into membership (id, account_id, org_unit_id, role)"
            " values ($1, $2, $3, 'department_admin')",
            new_id(),
            person.account_id,
            org_unit_id,
        )
        return person

    async def guardian(
        self, *students: Student, person: Person | None = None, name: str = "Lê Thị Mẹ"
    ) -> Person:
        """A parent of these pupils, logged in."""
        person = person or await self.account()
        for student in students:
            guardian_id = new_id()
            wrapped = await self.owner.fetchval(
                "select wrapped from school_key where school_id = $1", student.school_id
            )
            box = self.resources.vault.school_box(wrapped, student.school_id)
            await self.owner.execute(
                "insert into guardian (school_id, id, name, sort_key, search_key, phone_sealed,"
                " phone_index) values ($1, $2, $3, $4, $5, $6, $7)",
                student.school_id,
                guardian_id,
                name,
                sort_key(name),
                search_key(name),
                box.seal(person.phone, field="guardian.phone"),
                self.resources.vault.phone_index(person.phone),
            )
            await self.owner.execute(
                "insert into guardianship (school_id, student_id, guardian_id, account_id,"
                " relation) values ($1, $2, $3, $4, 'mother')",
                student.school_id,
                student.id,
                guardian_id,
                person.account_id,
            )
        return person

    async def account(self, *, password: str | None = None, locale: str = "vi") -> Person:
        """An account with one live session on a phone of its own."""
        self._next_phone += 1
        phone = f"+84{self._next_phone}"
        account_id = new_id()
        vault = self.resources.vault
        hashed = await self.resources.passwords.hash(password) if password else None
        await self.owner.execute(
            "insert into account (id, phone_sealed, phone_index, password_hash, locale)"
            " values ($1, $2, $3, $4, $5)",
            account_id,
            vault.seal(phone, purpose="account-phone"),
            vault.phone_index(phone),
            hashed,
            locale,
        )
        return await self.session(account_id, phone=phone)

    async def session(
        self, account_id: UUID, *, phone: str = "", device_id: UUID | None = None
    ) -> Person:
        """One more live session of the account."""
        session_id = new_id()
        now = self.resources.clock()
        if device_id is None:
            device_id = new_id()
            await self.owner.execute(
                "insert into device (id, name, platform) values ($1, 'Điện thoại', 'android')",
                device_id,
            )
        await self.owner.execute(
            "insert into session (id, account_id, device_id, created_at, last_used_at, expires_at)"
            " values ($1, $2, $3, $4, $4, $5)",
            session_id,
            account_id,
            device_id,
            now,
            now + timedelta(days=60),
        )
        tokens, clock = self.resources.tokens, self.resources.clock
        return Person(
            account_id=account_id,
            session_id=session_id,
            device_id=device_id,
            phone=phone,
            issue=lambda: tokens.issue(account_id=account_id, session_id=session_id, now=clock()),
        )
