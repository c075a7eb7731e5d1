"""Days derived once more from their facts, compared with what is stored, and repaired."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance import days
from app.attendance.model import DayRow, Past, PersonKind
from app.attendance.plan import PlannedShift
from app.attendance.queries import lock_people
from app.attendance.writing import drop_day_row, put_day_row

# The other states are decided at the cut-off and by leave, not by scans.
_FROM_SCANS = frozenset({"present", "late", "left_early"})

Key = tuple[UUID, UUID]  # person, shift


class Fact(Past, frozen=True, kw_only=True):
    """A recorded scan that was not undone, or a stored duplicate, and whose it is."""

    person_kind: PersonKind


class Difference(Struct, frozen=True, kw_only=True):
    """A row that is not what its scans say. None: there is no such row."""

    school_id: int
    day: date
    person_id: UUID
    shift_id: UUID
    stored: DayRow | None
    derived: DayRow | None


async def rebuild(
    conn: db.Conn, *, school_id: int, from_day: date, to_day: date, check: bool = False
) -> list[Difference]:
    """The stored rows of these days that differ from their scans; they are repaired unless `check`.

    Within the caller's transaction, one day in memory at a time; a transaction a day, or batches of
    scans that meet two days' locks may deadlock with it. Scans may go on meanwhile: each
    difference is looked at again under the lock of its person. A shift's times are taken as they
    are now.
    """
    shifts = {shift.id: shift for shift in await _shifts_ever_planned(conn, school_id=school_id)}
    found: list[Difference] = []
    for day in _each_day(from_day, to_day):
        seen = await _differences(conn, shifts, school_id=school_id, day=day)
        people = {difference.person_id for difference in seen}
        await lock_people(conn, school_id=school_id, person_ids=people)
        for person_id in sorted(people):
            for difference in await _differences(
                conn, shifts, school_id=school_id, day=day, person_id=person_id
            ):
                found.append(difference)
                if not check:
                    await _repair(conn, difference)
    return found


def _each_day(from_day: date, to_day: date) -> Iterator[date]:
    for offset in range((to_day - from_day).days + 1):
        yield from_day + timedelta(days=offset)


async def _differences(
    conn: db.Conn,
    shifts: Mapping[UUID, PlannedShift],
    *,
    school_id: int,
    day: date,
    person_id: UUID | None = None,
) -> list[Difference]:
    """Those of one day; `person_id` None: of everybody."""
    facts = await _facts(conn, school_id=school_id, day=day, person_id=person_id)
    derived = _derived(facts, shifts)
    rows = await _day_rows(conn, school_id=school_id, day=day, person_id=person_id)
    stored = {(row.person_id, row.shift_id): row for row in rows}
    return [
        Difference(
            school_id=school_id,
            day=day,
            person_id=key[0],
            shift_id=key[1],
            stored=stored.get(key),
            derived=derived.get(key),
        )
        for key in sorted(derived.keys() | stored.keys())
        if _differ(stored.get(key), derived.get(key))
    ]


def _derived(facts: list[Fact], shifts: Mapping[UUID, PlannedShift]) -> dict[Key, DayRow]:
    histories: defaultdict[Key, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.shift_id is not None and fact.shift_id in shifts:
            histories[fact.person_id, fact.shift_id].append(fact)
    rows = (
        days.derive(shifts[key[1]], history, person_kind=history[0].person_kind)
        for key, history in histories.items()
    )
    return {(row.person_id, row.shift_id): row for row in rows if row is not None}


def _differ(stored: DayRow | None, derived: DayRow | None) -> bool:
    if derived is None:
        return stored is not None and stored.state in _FROM_SCANS
    return stored != derived


async def _repair(conn: db.Conn, difference: Difference) -> None:
    if difference.derived is not None:
        await put_day_row(conn, difference.derived)
        return
    await drop_day_row(
        conn,
        school_id=difference.school_id,
        day=difference.day,
        person_id=difference.person_id,
        shift_id=difference.shift_id,
    )


async def _shifts_ever_planned(conn: db.Conn, *, school_id: int) -> list[PlannedShift]:
    """The school's shifts, ended ones too: past days were held in them."""
    return await db.many(
        conn,
        PlannedShift,
        """
        select id, name, starts_at, ends_at, late_after, cut_off, weekdays from shift
         where school_id = $1
        """,
        school_id,
    )


async def _facts(conn: db.Conn, *, school_id: int, day: date, person_id: UUID | None) -> list[Fact]:
    return await db.many(
        conn,
        Fact,
        """
        select e.id, e.school_id, e.day, e.person_id, e.person_kind, e.direction, e.outcome,
               e.shift_id, e.station_id, e.campus_id, e.scanned_by, e.occurred_at,
               false as is_duplicate
          from scan_event e
         where e.school_id = $1 and e.day = $2 and ($3::uuid is null or e.person_id = $3)
           and not exists (
               select from attendance_correction k
                where k.school_id = $1 and k.day = $2 and k.person_id = e.person_id
                  and k.event_id = e.id and k.kind = 'undo')
        union all
        select r.id, r.school_id, r.day, r.person_id, r.person_kind, r.direction, r.recorded_as,
               r.shift_id, r.station_id, r.campus_id, r.scanned_by, r.occurred_at, true
          from scan_refusal r
         where r.school_id = $1 and r.day = $2 and ($3::uuid is null or r.person_id = $3)
           and r.recorded_as is not null and r.promoted_at is null
        """,
        school_id,
        day,
        person_id,
    )


async def _day_rows(
    conn: db.Conn, *, school_id: int, day: date, person_id: UUID | None
) -> list[DayRow]:
    return await db.many(
        conn,
        DayRow,
        """
        select school_id, day, person_id, shift_id, person_kind, state, late_minutes, arrived_at,
               left_at
          from attendance_day
         where school_id = $1 and day = $2 and ($3::uuid is null or person_id = $3)
        """,
        school_id,
        day,
        person_id,
    )
