"""Writes what stands still: units, schools, places, classes, people, cards, links, accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from app import db
from app.crypto import SchoolBox, Vault
from app.identity.accounts import PHONE_PURPOSE
from app.names import search_key, sort_key
from app.phones import to_e164
from app.schools.common import first_year_of, school_year_of
from app.schools.guardians.service import PHONE_FIELD as GUARDIAN_PHONE
from app.schools.staff.service import PHONE_FIELD as STAFF_PHONE
from scripts.demo.families import Population
from scripts.demo.ids import (
    STAFF_ROOM,
    account_id,
    campus_id,
    class_id,
    device_of_gate,
    device_of_staff,
    guardian_id,
    shift_id,
    station_id,
)
from scripts.demo.lots import demo_id
from scripts.demo.people import ADMIN_PHONE, NAMED_PHONES, Guardian, Phones, Staff, Student
from scripts.demo.places import ORG_UNITS, SCHOOLS, School
from scripts.demo.school_year import flood, holidays
from scripts.demo.staffing import staff_of
from scripts.demo.writing import insert_rows


@dataclass(kw_only=True)
class Province:
    """Who and what was written, for those who fill its days."""

    staff: dict[int, list[Staff]] = field(default_factory=dict)
    population: Population


async def write_structure(
    conn: db.Conn, vault: Vault, *, password_hash: str, today: date, first_day: date
) -> Province:
    """Write all but history. Pupils are enrolled from the year's beginning, or `first_day`."""
    phones = Phones()
    province = Province(population=Population(today, phones))
    since = min(date(first_year_of(today), 9, 5), first_day)
    await insert_rows(conn, "org_unit", ("id", "parent_id", "kind", "name"), ORG_UNITS)
    await _write_schools(conn, today)
    boxes = {}
    for school in SCHOOLS:
        province.staff[school.id] = staff_of(school, phones)
        wrapped = vault.new_school_key()
        boxes[school.id] = vault.school_box(wrapped, school.id)
        await insert_rows(conn, "school_key", ("school_id", "wrapped"), [(school.id, wrapped)])
    everybody = [each for staff in province.staff.values() for each in staff]
    guardians = _Guardians(province.population, vault, boxes)
    await _write_accounts(
        conn,
        vault,
        [ADMIN_PHONE, *(each.phone for each in everybody), *guardians.phones],
        password_hash,
    )
    await _write_staff(conn, boxes, everybody)
    for school in SCHOOLS:
        await _write_classes(conn, school, province.staff[school.id], school_year_of(today))
    await _write_students(conn, vault, province.population.students, since)
    await guardians.write(conn)
    await _write_memberships(conn, everybody)
    await _write_devices(conn, everybody)
    return province


async def _write_schools(conn: db.Conn, today: date) -> None:
    await insert_rows(
        conn,
        "school",
        ("id", "org_unit_id", "name", "level"),
        [(each.id, each.org_unit_id, each.name, each.level) for each in SCHOOLS],
    )
    for school in SCHOOLS:
        await conn.executemany(
            "insert into campus (school_id, id, name, fence) values ($1, $2, $3, $4)",
            [(school.id, campus_id(school.id, c.key), c.name, c.fence) for c in school.campuses],
        )
    await insert_rows(
        conn,
        "station",
        ("school_id", "id", "campus_id", "number", "name", "kind"),
        [row for school in SCHOOLS for row in _stations(school)],
    )
    await insert_rows(
        conn,
        "shift",
        ("school_id", "id", "name", "starts_at", "ends_at", "late_after", "cut_off", "weekdays"),
        [
            (school.id, shift_id(school.id, s.key), s.name, s.starts_at, s.ends_at, s.late_after,
             s.cut_off, list(s.weekdays))
            for school in SCHOOLS for s in school.shifts
        ],
    )  # fmt: skip
    await insert_rows(
        conn,
        "calendar_day",
        ("school_id", "day", "kind", "name"),
        [(school.id, *day) for school in SCHOOLS for day in holidays(today) + flood(today)],
    )


def _stations(school: School) -> Iterable[Sequence[object]]:
    number = 0
    for campus in school.campuses:
        for name, kind in [*((gate, "gate") for gate in campus.gates), (STAFF_ROOM, "staff")]:
            number += 1
            station = station_id(school.id, campus.key, name)
            yield school.id, station, campus_id(school.id, campus.key), number, name, kind


async def _write_accounts(
    conn: db.Conn, vault: Vault, phones: list[str], password_hash: str
) -> None:
    rows = []
    for phone in phones:
        e164 = to_e164(phone)
        rows.append(
            (
                account_id(phone),
                vault.seal(e164, purpose=PHONE_PURPOSE),
                vault.phone_index(e164),
                password_hash if phone in NAMED_PHONES else None,
                True,
            )
        )
    columns = ("id", "phone_sealed", "phone_index", "password_hash", "is_demo")
    await insert_rows(conn, "account", columns, rows)


async def _write_staff(conn: db.Conn, boxes: dict[int, SchoolBox], staff: list[Staff]) -> None:
    await insert_rows(
        conn,
        "staff",
        ("school_id", "id", "account_id", "name", "sort_key", "search_key", "phone_sealed"),
        [
            (s.school_id, s.id, account_id(s.phone), s.name, sort_key(s.name), search_key(s.name),
             boxes[s.school_id].seal(to_e164(s.phone), field=STAFF_PHONE))
            for s in staff
        ],
    )  # fmt: skip
    await insert_rows(
        conn,
        "staff_shift",
        ("school_id", "staff_id", "shift_id"),
        [
            (each.school_id, each.id, shift_id(each.school_id, key))
            for each in staff
            for key in each.shifts
        ],
    )


async def _write_classes(
    conn: db.Conn, school: School, staff: list[Staff], school_year: str
) -> None:
    homeroom = {each.homeroom: each.id for each in staff if each.homeroom}
    await insert_rows(
        conn,
        "school_class",
        ("school_id", "id", "school_year", "grade", "name", "campus_id", "homeroom_staff_id"),
        [
            (school.id, class_id(school.id, c.name), school_year, c.grade, c.name,
             campus_id(school.id, c.campus), homeroom[c.name])
            for c in school.classes
        ],
    )  # fmt: skip
    await insert_rows(
        conn,
        "class_shift",
        ("school_id", "class_id", "shift_id"),
        [
            (school.id, class_id(school.id, c.name), shift_id(school.id, key))
            for c in school.classes
            for key in c.shifts
        ],
    )
    await insert_rows(
        conn,
        "class_teacher",
        ("school_id", "class_id", "staff_id", "subject"),
        [
            (school.id, class_id(school.id, name), each.id, subject)
            for each in staff
            for name, subject in each.teaches
        ],
    )


async def _write_students(
    conn: db.Conn, vault: Vault, students: list[Student], since: date
) -> None:
    await insert_rows(
        conn,
        "student",
        ("school_id", "id", "moet_code", "name", "sort_key", "search_key", "born_on", "gender"),
        [
            (s.school_id, s.id, s.moet_code, s.name, sort_key(s.name), search_key(s.name),
             s.born_on, s.gender)
            for s in students
        ],
    )  # fmt: skip
    await insert_rows(
        conn,
        "enrolment",
        ("school_id", "student_id", "class_id", "from_day"),
        [(s.school_id, s.id, class_id(s.school_id, s.class_name), since) for s in students],
    )
    key_id, issued_at = vault.ring.current_id, datetime.combine(since, time(), UTC)
    await insert_rows(
        conn,
        "card",
        ("school_id", "id", "student_id", "key_id", "issued_at"),
        [(s.school_id, s.card_id, s.id, key_id, issued_at) for s in students],
    )


class _Guardians:
    """Each school's own row for each guardian of its pupils, and the links to the pupils."""

    def __init__(self, population: Population, vault: Vault, boxes: dict[int, SchoolBox]) -> None:
        self._vault = vault
        self._boxes = boxes
        self._rows: dict[tuple[int, str], Guardian] = {}
        self._links: list[tuple[Student, Guardian]] = []
        for student in population.students:
            for guardian in population.families[student.family].guardians:
                self._rows[student.school_id, guardian.phone] = guardian
                self._links.append((student, guardian))

    @property
    def phones(self) -> list[str]:
        return list(dict.fromkeys(phone for _, phone in self._rows))

    async def write(self, conn: db.Conn) -> None:
        await insert_rows(
            conn,
            "guardian",
            ("school_id", "id", "name", "sort_key", "search_key", "phone_sealed", "phone_index"),
            [
                (school_id, guardian_id(school_id, phone), g.name, sort_key(g.name),
                 search_key(g.name),
                 self._boxes[school_id].seal(to_e164(phone), field=GUARDIAN_PHONE),
                 self._vault.phone_index(to_e164(phone)))
                for (school_id, phone), g in self._rows.items()
            ],
        )  # fmt: skip
        now = datetime.now(UTC)
        await insert_rows(
            conn,
            "guardianship",
            ("school_id", "student_id", "guardian_id", "account_id", "relation",
             "can_see", "can_request_leave", "is_told", "custody_blocked_at", "custody_reason"),
            [
                (s.school_id, s.id, guardian_id(s.school_id, g.phone), account_id(g.phone),
                 g.relation, True, True, True, now if g.is_blocked else None,
                 "Theo quyết định của tòa án" if g.is_blocked else None)
                for s, g in self._links
            ],
        )  # fmt: skip


async def _write_memberships(conn: db.Conn, staff: list[Staff]) -> None:
    admin = (demo_id("membership", ADMIN_PHONE), account_id(ADMIN_PHONE), None, ORG_UNITS[0][0],
             "department_admin", None)  # fmt: skip
    await insert_rows(
        conn,
        "membership",
        ("id", "account_id", "school_id", "org_unit_id", "role", "person_id"),
        [
            admin,
            *(
                (demo_id("membership", s.id, role), account_id(s.phone), s.school_id, None, role,
                 s.id)
                for s in staff
                for role in s.roles
            ),
        ],
    )  # fmt: skip


async def _write_devices(conn: db.Conn, staff: list[Staff]) -> None:
    """The phones of the past; bound to nobody, so that a real one can be at once."""
    gates = [
        (device_of_gate(station_id(school.id, campus.key, gate)), f"Điện thoại {gate.lower()}")
        for school in SCHOOLS
        for campus in school.campuses
        for gate in campus.gates
    ]
    own = [(device_of_staff(each.id), "Điện thoại cá nhân") for each in staff]
    await insert_rows(
        conn, "device", ("id", "name", "platform"), [(*row, "android") for row in gates + own]
    )
