"""A month of scans, and the days that follow from them by the same rules as today's.

Only what a scan leaves for good: events, refusals and days. Nobody is told of the past, and raw
coordinates would be personal data for nothing.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance import queries
from scripts.demo import mornings
from scripts.demo.ids import (
    STAFF_ROOM,
    account_id,
    campus_id,
    device_of_gate,
    device_of_staff,
    shift_id,
    station_id,
)
from scripts.demo.lots import draws
from scripts.demo.people import Staff, Student
from scripts.demo.places import School
from scripts.demo.scans import Past, Person, Post, attend
from scripts.demo.structure import Province
from scripts.demo.writing import insert_rows

_REFUSAL_COLUMNS: Final = (
    "school_id", "day", "id", "person_kind", "person_id", "direction", "outcome", "source",
    "shift_id", "station_id", "campus_id", "device_id", "scanned_by", "occurred_at", "scanned_at",
    "received_at", "clock", "verdict", "distance_m",
)  # fmt: skip
_EVENT_COLUMNS: Final = (*_REFUSAL_COLUMNS, "reason")
_DAY_COLUMNS: Final = (
    "school_id", "day", "person_id", "shift_id", "person_kind", "state", "late_minutes",
    "arrived_at", "left_at",
)  # fmt: skip


async def write_history(
    conn: db.Conn,
    province: Province,
    school: School,
    days: Sequence[date],
    *,
    tick: Callable[[], None],
) -> None:
    """Write the school's past `days`; `tick` is called after each."""
    plan = await queries.plan(conn, school_id=school.id)
    people = _people(province, school, days)
    past = Past(events=[], refusals=[], days=[])
    for day in days:
        rain = mornings.is_rainy(draws("weather", day))
        for person in people:
            if day not in person.away:
                attend(past, plan, person, day, rain=rain)
        tick()
    for table, columns, rows in (
        ("scan_event", _EVENT_COLUMNS, past.events),
        ("scan_refusal", _REFUSAL_COLUMNS, past.refusals),
        ("attendance_day", _DAY_COLUMNS, past.days),
    ):
        await insert_rows(conn, table, columns, _tuples(rows, columns))


def _tuples(rows: Sequence[Struct], columns: Sequence[str]) -> list[tuple[object, ...]]:
    return [tuple([getattr(row, name) for name in columns]) for row in rows]


def _people(province: Province, school: School, days: Sequence[date]) -> list[Person]:
    # Some were ill already when the month began.
    calendar = [days[0] - timedelta(days=i) for i in range(7, 0, -1)] + list(days) if days else []
    pupils = [s for s in province.population.students if s.school_id == school.id]
    posts = _gate_posts(province, school)
    return [
        *(_pupil(school, pupil, posts, calendar) for pupil in pupils),
        *(_member(school, member, calendar) for member in province.staff[school.id]),
    ]


def _gate_posts(province: Province, school: School) -> dict[str, tuple[Post, ...]]:
    """The gates of each campus, in the hands of the guards in turn."""
    guards = [each for each in province.staff[school.id] if "guard" in each.roles]
    posts = {}
    for campus in school.campuses:
        stations = [station_id(school.id, campus.key, gate) for gate in campus.gates]
        posts[campus.key] = tuple(
            Post(
                station_id=station,
                campus_id=campus_id(school.id, campus.key),
                device_id=device_of_gate(station),
                scanned_by=account_id(guards[number % len(guards)].phone),
            )
            for number, station in enumerate(stations)
        )
    return posts


def _pupil(
    school: School, pupil: Student, posts: dict[str, tuple[Post, ...]], calendar: Sequence[date]
) -> Person:
    school_class = next(each for each in school.classes if each.name == pupil.class_name)
    rng = draws("habits", pupil.id)
    return Person(
        id=pupil.id,
        school_id=school.id,
        kind="student",
        shift_ids=_shift_ids(school, school_class.shifts),
        posts=posts[school_class.campus],
        habits=mornings.pupil_habits(rng),
        away=mornings.away_days(rng, calendar),
    )


def _member(school: School, member: Staff, calendar: Sequence[date]) -> Person:
    rng = draws("habits", member.id)
    campus = next(
        (each.campus for each in school.classes if each.name == member.homeroom),
        school.campuses[0].key,
    )
    return Person(
        id=member.id,
        school_id=school.id,
        kind="staff",
        shift_ids=_shift_ids(school, member.shifts),
        posts=(
            Post(
                station_id=station_id(school.id, campus, STAFF_ROOM),
                campus_id=campus_id(school.id, campus),
                device_id=device_of_staff(member.id),
                scanned_by=account_id(member.phone),
            ),
        ),
        habits=mornings.staff_habits(rng),
        away=mornings.away_days(rng, calendar, often=0.4),
    )


def _shift_ids(school: School, keys: Sequence[str]) -> list[UUID]:
    return [shift_id(school.id, key) for key in keys]
