"""A principal sets up where and when the school is. All changes hold the school's lock."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from app import db, names
from app.attendance.geo import Circle, Polygon, parse_fence
from app.ids import new_id
from app.schools.common import lock_school, not_in_school
from app.schools.places import queries
from app.schools.places.model import (
    BadDayRange,
    BadShiftTimes,
    CalendarDay,
    Campus,
    CampusInUse,
    NoSuchCalendarDay,
    NoSuchCampus,
    NoSuchShift,
    NoSuchStation,
    Shift,
    ShiftInUse,
    Station,
    StationKind,
    TooManyStations,
)

MAX_STATION_NUMBER: Final = 65_535
MAX_RANGE: Final = timedelta(days=400)


def checked_fence(fence: Mapping[str, Any]) -> dict[str, Any]:
    """The fence with only its own members, good for `parse_fence`.

    Raises:
        BadFence: says what is wrong with it.
    """
    raw = msgspec.json.encode(fence)
    parse_fence(raw)
    known: dict[str, Any] = msgspec.to_builtins(msgspec.json.decode(raw, type=Circle | Polygon))
    return known


async def campus(conn: db.Conn, *, school_id: int, campus_id: UUID) -> Campus:
    """One campus, also an ended one.

    Raises:
        NoSuchCampus: not in this school.
    """
    found = await queries.campus(conn, school_id=school_id, campus_id=campus_id)
    if found is None:
        raise NoSuchCampus
    return found


async def create_campus(
    conn: db.Conn, *, school_id: int, name: str, fence: Mapping[str, Any]
) -> Campus:
    """Add a campus.

    Raises:
        BadFence: the fence cannot be used.
    """
    made = Campus(id=new_id(), name=names.clean(name), fence=checked_fence(fence), ended_at=None)
    await lock_school(conn, school_id=school_id)
    await queries.insert_campus(conn, school_id=school_id, campus=made)
    return made


async def change_campus(
    conn: db.Conn, *, school_id: int, campus_id: UUID, changes: Mapping[str, Any]
) -> Campus:
    """Rename a campus or move its fence; scans from now on are judged by the new one.

    Raises:
        NoSuchCampus: not here, or ended.
        BadFence: the fence cannot be used.
    """
    await lock_school(conn, school_id=school_id)
    changed = replace(await _live_campus(conn, school_id, campus_id), **changes)
    changed = replace(changed, name=names.clean(changed.name), fence=checked_fence(changed.fence))
    await queries.update_campus(conn, school_id=school_id, campus=changed)
    return changed


async def end_campus(conn: db.Conn, *, school_id: int, campus_id: UUID, now: datetime) -> None:
    """End a campus.

    Raises:
        NoSuchCampus: not here, or ended before.
        CampusInUse: live stations or classes are there.
    """
    await lock_school(conn, school_id=school_id)
    found = await _live_campus(conn, school_id, campus_id)
    if await queries.is_campus_used(conn, school_id=school_id, campus_id=campus_id):
        raise CampusInUse
    await queries.update_campus(conn, school_id=school_id, campus=replace(found, ended_at=now))


async def station(conn: db.Conn, *, school_id: int, station_id: UUID) -> Station:
    """One station, also an ended one.

    Raises:
        NoSuchStation: not in this school.
    """
    found = await queries.station(conn, school_id=school_id, station_id=station_id)
    if found is None:
        raise NoSuchStation
    return found


async def create_station(
    conn: db.Conn, *, school_id: int, campus_id: UUID, name: str, kind: StationKind
) -> Station:
    """Add a station with the school's next number.

    Raises:
        NotInSchool: no such live campus.
        TooManyStations: two bytes of numbers are used up.
    """
    await lock_school(conn, school_id=school_id)
    await _require_campus(conn, school_id, campus_id)
    number = await queries.last_station_number(conn, school_id=school_id) + 1
    if number > MAX_STATION_NUMBER:
        raise TooManyStations
    made = Station(
        id=new_id(),
        campus_id=campus_id,
        number=number,
        name=names.clean(name),
        kind=kind,
        ended_at=None,
    )
    await queries.insert_station(conn, school_id=school_id, station=made)
    return made


async def change_station(
    conn: db.Conn, *, school_id: int, station_id: UUID, changes: Mapping[str, Any]
) -> Station:
    """Rename a station, change its kind or move it to another campus.

    Raises:
        NoSuchStation: not here, or ended.
        NotInSchool: no such live campus.
    """
    await lock_school(conn, school_id=school_id)
    changed = replace(await _live_station(conn, school_id, station_id), **changes)
    changed = replace(changed, name=names.clean(changed.name))
    await _require_campus(conn, school_id, changed.campus_id)
    await queries.update_station(conn, school_id=school_id, station=changed)
    return changed


async def end_station(conn: db.Conn, *, school_id: int, station_id: UUID, now: datetime) -> None:
    """End a station; its paired screens may do nothing any more.

    Raises:
        NoSuchStation: not here, or ended before.
    """
    await lock_school(conn, school_id=school_id)
    found = await _live_station(conn, school_id, station_id)
    await queries.update_station(conn, school_id=school_id, station=replace(found, ended_at=now))
    await queries.end_displays(conn, school_id=school_id, station_id=station_id, now=now)


async def shift(conn: db.Conn, *, school_id: int, shift_id: UUID) -> Shift:
    """One shift, also an ended one.

    Raises:
        NoSuchShift: not in this school.
    """
    found = await queries.shift(conn, school_id=school_id, shift_id=shift_id)
    if found is None:
        raise NoSuchShift
    return found


async def create_shift(
    conn: db.Conn,
    *,
    school_id: int,
    name: str,
    starts_at: time,
    ends_at: time,
    late_after: time,
    cut_off: time,
    weekdays: Sequence[int],
) -> Shift:
    """Add a shift.

    Raises:
        BadShiftTimes: not start <= late after <= cut-off <= end.
    """
    made = _checked_shift(
        Shift(
            id=new_id(),
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
            late_after=late_after,
            cut_off=cut_off,
            weekdays=list(weekdays),
            ended_at=None,
        )
    )
    await lock_school(conn, school_id=school_id)
    await queries.insert_shift(conn, school_id=school_id, shift=made)
    return made


async def change_shift(
    conn: db.Conn, *, school_id: int, shift_id: UUID, changes: Mapping[str, Any]
) -> Shift:
    """Change a shift's name, times or weekdays, from now on.

    Raises:
        NoSuchShift: not here, or ended.
        BadShiftTimes: the times do not fit together.
    """
    await lock_school(conn, school_id=school_id)
    found = await _live_shift(conn, school_id, shift_id)
    changed = _checked_shift(replace(found, **changes))
    await queries.update_shift(conn, school_id=school_id, shift=changed)
    return changed


async def end_shift(conn: db.Conn, *, school_id: int, shift_id: UUID, now: datetime) -> None:
    """End a shift that no class attends any more.

    Raises:
        NoSuchShift: not here, or ended before.
        ShiftInUse: live classes attend it.
    """
    await lock_school(conn, school_id=school_id)
    found = await _live_shift(conn, school_id, shift_id)
    if await queries.is_shift_used(conn, school_id=school_id, shift_id=shift_id):
        raise ShiftInUse
    await queries.update_shift(conn, school_id=school_id, shift=replace(found, ended_at=now))


async def require_shifts(conn: db.Conn, *, school_id: int, shift_ids: list[UUID]) -> None:
    """Refuse ids that are no live shift of the school.

    Raises:
        NotInSchool: names them.
    """
    unknown = await queries.unknown_shifts(conn, school_id=school_id, shift_ids=shift_ids)
    if unknown:
        raise not_in_school("shift_ids", unknown)


async def calendar(
    conn: db.Conn, *, school_id: int, from_day: date, to_day: date
) -> list[CalendarDay]:
    """The special days from `from_day` to `to_day`, both included.

    Raises:
        BadDayRange: backwards, or longer than 400 days.
    """
    if not timedelta(0) <= to_day - from_day <= MAX_RANGE:
        raise BadDayRange(
            (
                "Ngày đầu phải trước ngày cuối, tối đa 400 ngày.",
                "The first day comes before the last one, 400 days at most.",
            )
        )
    return await queries.calendar(conn, school_id=school_id, from_day=from_day, to_day=to_day)


async def set_calendar_day(conn: db.Conn, *, school_id: int, entry: CalendarDay) -> CalendarDay:
    """Say what a day is; it replaces what was said before."""
    stated = replace(entry, name=names.clean(entry.name))
    await lock_school(conn, school_id=school_id)
    await queries.upsert_calendar_day(conn, school_id=school_id, entry=stated)
    return stated


async def clear_calendar_day(conn: db.Conn, *, school_id: int, day: date) -> None:
    """Make a day an ordinary one again.

    Raises:
        NoSuchCalendarDay: it was one.
    """
    await lock_school(conn, school_id=school_id)
    if not await queries.delete_calendar_day(conn, school_id=school_id, day=day):
        raise NoSuchCalendarDay


def _checked_shift(shift: Shift) -> Shift:
    ordered = shift.starts_at <= shift.late_after <= shift.cut_off <= shift.ends_at
    if not ordered or shift.starts_at == shift.ends_at:
        raise BadShiftTimes(
            (
                "Cần: giờ bắt đầu ≤ giờ tính muộn ≤ giờ chốt ≤ giờ kết thúc, bắt đầu < kết thúc.",
                "Needed: starts_at <= late_after <= cut_off <= ends_at, starts_at < ends_at.",
            )
        )
    return replace(shift, name=names.clean(shift.name), weekdays=sorted(set(shift.weekdays)))


async def _live_campus(conn: db.Conn, school_id: int, campus_id: UUID) -> Campus:
    found = await campus(conn, school_id=school_id, campus_id=campus_id)
    if found.ended_at is not None:
        raise NoSuchCampus
    return found


async def _live_station(conn: db.Conn, school_id: int, station_id: UUID) -> Station:
    found = await station(conn, school_id=school_id, station_id=station_id)
    if found.ended_at is not None:
        raise NoSuchStation
    return found


async def _live_shift(conn: db.Conn, school_id: int, shift_id: UUID) -> Shift:
    found = await shift(conn, school_id=school_id, shift_id=shift_id)
    if found.ended_at is not None:
        raise NoSuchShift
    return found


async def _require_campus(conn: db.Conn, school_id: int, campus_id: UUID) -> None:
    found = await queries.campus(conn, school_id=school_id, campus_id=campus_id)
    if found is None or found.ended_at is not None:
        raise not_in_school("campus_id", [campus_id])
