"""The board put together from its counts, and what has changed between two of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from app import db
from app.attendance.leave.model import LeaveCover
from app.attendance.leave.queries import approved_leave
from app.attendance.plan import ZONE, Plan, current_shift, school_day
from app.attendance.scanners import SILENT_AFTER
from app.monitoring import queries
from app.monitoring.model import (
    Arrivals,
    Board,
    ClassCounts,
    Counts,
    Gate,
    GatePhone,
    OutcomeCount,
    ShiftCounts,
)
from app.monitoring.queries import Phone, Scanned, Stood

_MINUTE: Final = timedelta(minutes=1)
_COUNTED: Final = (
    "enrolled",
    "arrived",
    "late",
    "missing",
    "left",
    "on_leave",
    "absent",
    "held",
)
T = TypeVar("T")


async def board(conn: db.Conn, *, plan: Plan, now: datetime) -> Board:
    """The school's day as it stands; `plan` is the school's present one."""
    day, school_id = school_day(now), plan.school_id
    await queries.without_table_scans(conn)
    pupils = {
        row.class_id: row.pupils
        for row in await queries.enrolled(conn, school_id=school_id, day=day)
    }
    classes = await class_rows(conn, plan=plan, day=day, pupils=pupils, now=now)
    begun = {row.shift_id for row in classes if row.is_current}
    arrivals_from, arrivals = _by_minute(await queries.minutes(conn, school_id=school_id, day=day))
    refused = await queries.refused(conn, school_id=school_id, day=day)
    recorded = await queries.recorded(
        conn, school_id=school_id, day=day, since=now - _MINUTE, now=now
    )
    phones = await queries.phones(
        conn, school_id=school_id, day_began=datetime.combine(day, time(), ZONE), now=now
    )
    return Board(
        day=day,
        as_of=now,
        pupils=sum(pupils.values()),
        totals=Counts(**_sum(row for row in classes if row.is_current)),
        shifts=_shift_rows(plan, day, classes, begun),
        classes=classes,
        arrivals_from=arrivals_from,
        arrivals=arrivals,
        gates=_gates(plan, recorded, refused, phones, now),
        not_yet_synced=sum(phone.pending for phone in phones),
        refused=_outcomes(refused),
    )


async def class_rows(
    conn: db.Conn, *, plan: Plan, day: date, pupils: Mapping[UUID, int], now: datetime
) -> list[ClassCounts]:
    """A row for each class with pupils and each of its shifts that is held on the day, by name."""
    stood = {
        (row.class_id, row.shift_id): row
        for row in await queries.stood(conn, school_id=plan.school_id, day=day)
    }
    held = {
        (row.class_id, row.shift_id): row.pupils
        for row in await queries.waiting(conn, school_id=plan.school_id, day=day)
    }
    excused = await _not_yet_recorded(conn, plan, day)
    rows = []
    for each in sorted(plan.classes.values(), key=lambda each: (_natural(each.name), each.id)):
        enrolled = pupils.get(each.id, 0)
        if not enrolled:
            continue
        current = current_shift(plan, each, now)
        for shift in plan.shifts_on(day, each.shift_ids):
            key = (each.id, shift.id)
            row = stood.get(key) or Stood(class_id=each.id, shift_id=shift.id)
            on_leave = row.on_leave + excused[key]
            missing = max(0, enrolled - row.arrived - on_leave)
            rows.append(
                ClassCounts(
                    class_id=each.id,
                    name=each.name,
                    shift_id=shift.id,
                    is_current=shift is current,
                    enrolled=enrolled,
                    arrived=row.arrived,
                    late=row.late,
                    missing=missing,
                    left=row.left,
                    on_leave=on_leave,
                    absent=row.absent,
                    held=max(0, min(held.get(key, 0), missing - row.absent)),
                )
            )
    return rows


async def _not_yet_recorded(conn: db.Conn, plan: Plan, day: date) -> Counter[tuple[UUID, UUID]]:
    """By class and shift: pupils on leave of whom the shift has no row. Before the cut-off: all."""
    covers = await approved_leave(
        conn, school_id=plan.school_id, person_ids=None, first=day, last=day
    )
    found: Counter[tuple[UUID, UUID]] = Counter()
    if not covers:
        return found
    by_person: defaultdict[UUID, list[LeaveCover]] = defaultdict(list)
    for cover in covers:
        by_person[cover.person_id].append(cover)
    for pupil in await queries.on_leave(
        conn, school_id=plan.school_id, day=day, person_ids=list(by_person)
    ):
        school_class = plan.classes.get(pupil.class_id)
        for shift in plan.shifts_on(day, school_class.shift_ids if school_class else []):
            is_covered = any(
                cover.covers(day, shift.starts_at) for cover in by_person[pupil.student_id]
            )
            if is_covered and shift.id not in pupil.recorded:
                found[pupil.class_id, shift.id] += 1
    return found


def _shift_rows(
    plan: Plan, day: date, classes: list[ClassCounts], current: set[UUID]
) -> list[ShiftCounts]:
    """The shifts of these classes by their start; those before one that has begun have, too."""
    held = plan.shifts_on(day, list(dict.fromkeys(row.shift_id for row in classes)))
    latest = max((shift.starts_at for shift in held if shift.id in current), default=None)
    return [
        ShiftCounts(
            shift_id=shift.id,
            name=shift.name,
            starts_at=shift.starts_at,
            late_after=shift.late_after,
            cut_off=shift.cut_off,
            ends_at=shift.ends_at,
            has_begun=latest is not None and shift.starts_at <= latest,
            **_sum(row for row in classes if row.shift_id == shift.id),
        )
        for shift in held
    ]


def _sum(rows: Iterable[ClassCounts]) -> dict[str, int]:
    sums = dict.fromkeys(_COUNTED, 0)
    for row in rows:
        for name in _COUNTED:
            sums[name] += getattr(row, name)
    return sums


def _by_minute(rows: list[queries.Minute]) -> tuple[datetime | None, list[int]]:
    """Each minute from the first to the last, also those in which nobody came."""
    if not rows:
        return None, []
    first = rows[0].minute
    counts = [0] * ((rows[-1].minute - first) // _MINUTE + 1)
    for row in rows:
        counts[(row.minute - first) // _MINUTE] = row.pupils
    return first, counts


def _gates(
    plan: Plan, recorded: list[Scanned], refused: list[Scanned], phones: list[Phone], now: datetime
) -> list[Gate]:
    """The gates by number; a staff room only on a day on which pupils were scanned there."""
    scans, turned_away, at = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in recorded:
        scans[row.station_id].append(row)
    for row in refused:
        turned_away[row.station_id].append(row)
    for phone in phones:
        at[phone.station_id].append(phone)
    return [
        Gate(
            station_id=station.id,
            name=station.name,
            kind=station.kind,
            scans=sum(row.scans for row in scans[station.id]),
            last_minute=sum(row.last_minute for row in scans[station.id]),
            outcomes=_outcomes(scans[station.id] + turned_away[station.id]),
            phones=[_phone(phone, now) for phone in at[station.id]],
        )
        for _, station in sorted(plan.by_number.items())
        if station.kind == "gate" or scans[station.id] or at[station.id]
    ]


def _phone(phone: Phone, now: datetime) -> GatePhone:
    return GatePhone(
        device_id=phone.device_id,
        device_name=phone.device_name,
        person_name=phone.person_name,
        beat_at=phone.beat_at,
        closed_at=phone.closed_at,
        pending=phone.pending,
        oldest_at=phone.oldest_at,
        is_silent=phone.closed_at is None and now - phone.beat_at > SILENT_AFTER,
    )


def _outcomes(rows: Iterable[Scanned]) -> list[OutcomeCount]:
    counts: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.outcome] += row.scans
    return [
        OutcomeCount(outcome=outcome, count=count)
        for outcome, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _natural(name: str) -> list[tuple[int, str]]:
    """6A2 before 6A10, and both before 10A1."""
    return [
        (int(digits), "") if digits else (-1, text)
        for digits, text in re.findall(r"([0-9]{1,9})|([^0-9]+)", name)
    ]


def change(before: Board, after: Board) -> Board | None:
    """What to tell who has `before`: the rows that changed, or `after` when rows went or came.

    None: nothing but the time has changed.
    """
    if before.day != after.day or _rows_of(before) != _rows_of(after):
        return after
    found = Board(
        day=after.day,
        as_of=after.as_of,
        pupils=after.pupils,
        totals=after.totals,
        shifts=_changed(before.shifts, after.shifts),
        classes=_changed(before.classes, after.classes),
        arrivals_from=after.arrivals_from,
        arrivals=after.arrivals,
        gates=_changed(before.gates, after.gates),
        not_yet_synced=after.not_yet_synced,
        refused=after.refused,
    )
    is_same = (
        not (found.shifts or found.classes or found.gates)
        and before.pupils == after.pupils
        and before.arrivals == after.arrivals
        and before.not_yet_synced == after.not_yet_synced
        and before.refused == after.refused
    )
    return None if is_same else found


def _rows_of(board: Board) -> list[Any]:
    return [
        [shift.shift_id for shift in board.shifts],
        [(row.class_id, row.shift_id) for row in board.classes],
        [gate.station_id for gate in board.gates],
    ]


def _changed(before: list[T], after: list[T]) -> list[T]:
    return [new for old, new in zip(before, after, strict=True) if old != new]


async def arrivals(conn: db.Conn, *, school_id: int, station_id: UUID, now: datetime) -> Arrivals:
    """How many pupils the station's campus has let in today."""
    day = school_day(now)
    await queries.without_table_scans(conn)
    count = await queries.campus_arrivals(conn, school_id=school_id, station_id=station_id, day=day)
    return Arrivals(day=day, count=count, as_of=now)
