"""Campuses, shifts and the calendar of a school."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from app.attendance.geo import MAX_FENCE_LAT, MAX_FENCE_M, MAX_FENCE_POINTS, MIN_FENCE_M
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import changes_of
from app.schools.places import queries, service
from app.schools.places.model import CalendarDay, Campus, DayKind, Shift
from mobile_api.access import STAFF, only
from mobile_api.deps import Now, Tx
from mobile_api.inputs import (
    Cursor,
    FromDay,
    Limit,
    LocalTime,
    Name,
    PathDay,
    PathId,
    PathSchool,
    ToDay,
    Weekday,
    local_time,
)

_READ = {"who": only(*STAFF)}
_WRITE = {"who": only("principal")}

_LNG = {"type": "number", "minimum": -180, "maximum": 180}
_LAT = {"type": "number", "minimum": -MAX_FENCE_LAT, "maximum": MAX_FENCE_LAT}
_POINT = {"type": "array", "prefixItems": [_LNG, _LAT], "items": False, "minItems": 2}
_RING = {"type": "array", "items": _POINT, "minItems": 4, "maxItems": MAX_FENCE_POINTS}
_CIRCLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"const": "circle"},
        "lat": _LAT,
        "lng": _LNG,
        "radius_m": {"type": "number", "minimum": MIN_FENCE_M, "maximum": MAX_FENCE_M},
    },
    "required": ["type", "lat", "lng", "radius_m"],
}
_POLYGON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"const": "Polygon"},
        "coordinates": {"type": "array", "items": _RING, "minItems": 1},
    },
    "required": ["type", "coordinates"],
}
# app.attendance.geo reads it and says in words what is wrong; this only shows its shape.
Fence = Annotated[
    dict[str, Any],
    Meta(
        description="a circle or a GeoJSON Polygon (lng, lat)",
        extra_json_schema={"oneOf": [_CIRCLE, _POLYGON]},
    ),
]
Weekdays = Annotated[list[Weekday], Meta(min_length=1, max_length=7)]


class NewCampus(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    fence: Fence


class CampusChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    fence: Fence | UnsetType = UNSET


class NewShift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    starts_at: LocalTime
    ends_at: LocalTime
    late_after: LocalTime
    cut_off: LocalTime
    weekdays: Weekdays


class ShiftChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    starts_at: LocalTime | UnsetType = UNSET
    ends_at: LocalTime | UnsetType = UNSET
    late_after: LocalTime | UnsetType = UNSET
    cut_off: LocalTime | UnsetType = UNSET
    weekdays: Weekdays | UnsetType = UNSET


class ShiftView(Struct, frozen=True, kw_only=True):
    """A session of the school day; times are HH:MM:SS in the school's zone, weekdays ISO.

    Text, not `time`: that one OpenAPI calls a duration, and JSON Schema demands an offset of it.
    """

    id: UUID
    name: str
    starts_at: str
    ends_at: str
    late_after: str
    cut_off: str
    weekdays: list[int]
    ended_at: datetime | None


def _view(shift: Shift) -> ShiftView:
    return msgspec.convert(msgspec.to_builtins(shift), ShiftView)


class DayStatement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a day is: `make_up` holds every shift, whatever its weekdays."""

    kind: DayKind
    name: Name


def after_id(cursor: str | None) -> UUID | None:
    """The id that a list ordered by id continues behind."""
    decoded = decode_cursor(cursor, tuple[UUID])
    return decoded[0] if decoded else None


class Campuses(Controller):
    path = "/v1/schools/{school_id:int}/campuses"
    tags = ("schools",)

    @get(opt=_READ)
    async def list_campuses(
        self, tx: Tx, school_id: PathSchool, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[Campus]:
        """The school's campuses with their fences. For staff."""
        rows = await queries.campuses(
            tx, school_id=school_id, after_id=after_id(cursor), limit=limit + 1
        )
        return page_of(rows, limit=limit, key=lambda campus: (campus.id,))

    @post(opt=_WRITE)
    async def create_campus(
        self, tx: Tx, school_id: PathSchool, data: JSONBody[NewCampus]
    ) -> Campus:
        """Add a campus. For the principal."""
        return await service.create_campus(
            tx, school_id=school_id, name=data.name, fence=data.fence
        )

    @get("/{campus_id:uuid}", opt=_READ)
    async def get_campus(self, tx: Tx, school_id: PathSchool, campus_id: PathId) -> Campus:
        """One campus, also an ended one. For staff."""
        return await service.campus(tx, school_id=school_id, campus_id=campus_id)

    @patch("/{campus_id:uuid}", opt=_WRITE)
    async def change_campus(
        self, tx: Tx, school_id: PathSchool, campus_id: PathId, data: JSONBody[CampusChange]
    ) -> Campus:
        """Rename a campus or move its fence. For the principal."""
        return await service.change_campus(
            tx, school_id=school_id, campus_id=campus_id, changes=changes_of(data)
        )

    @delete("/{campus_id:uuid}", opt=_WRITE)
    async def end_campus(self, tx: Tx, now: Now, school_id: PathSchool, campus_id: PathId) -> None:
        """End a campus without stations and classes. For the principal."""
        await service.end_campus(tx, school_id=school_id, campus_id=campus_id, now=now)


class Shifts(Controller):
    path = "/v1/schools/{school_id:int}/shifts"
    tags = ("schools",)

    @get(opt=_READ)
    async def list_shifts(
        self, tx: Tx, school_id: PathSchool, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[ShiftView]:
        """The school's shifts. For staff."""
        rows = await queries.shifts(
            tx, school_id=school_id, after_id=after_id(cursor), limit=limit + 1
        )
        page = page_of(rows, limit=limit, key=lambda shift: (shift.id,))
        return Page(items=[_view(row) for row in page.items], next_cursor=page.next_cursor)

    @post(opt=_WRITE)
    async def create_shift(
        self, tx: Tx, school_id: PathSchool, data: JSONBody[NewShift]
    ) -> ShiftView:
        """Add a shift. For the principal."""
        made = await service.create_shift(
            tx,
            school_id=school_id,
            name=data.name,
            starts_at=local_time(data.starts_at),
            ends_at=local_time(data.ends_at),
            late_after=local_time(data.late_after),
            cut_off=local_time(data.cut_off),
            weekdays=data.weekdays,
        )
        return _view(made)

    @get("/{shift_id:uuid}", opt=_READ)
    async def get_shift(self, tx: Tx, school_id: PathSchool, shift_id: PathId) -> ShiftView:
        """One shift, also an ended one. For staff."""
        return _view(await service.shift(tx, school_id=school_id, shift_id=shift_id))

    @patch("/{shift_id:uuid}", opt=_WRITE)
    async def change_shift(
        self, tx: Tx, school_id: PathSchool, shift_id: PathId, data: JSONBody[ShiftChange]
    ) -> ShiftView:
        """Change a shift from now on. For the principal."""
        changes = changes_of(data)
        for field in changes.keys() & {"starts_at", "ends_at", "late_after", "cut_off"}:
            changes[field] = local_time(changes[field])
        changed = await service.change_shift(
            tx, school_id=school_id, shift_id=shift_id, changes=changes
        )
        return _view(changed)

    @delete("/{shift_id:uuid}", opt=_WRITE)
    async def end_shift(self, tx: Tx, now: Now, school_id: PathSchool, shift_id: PathId) -> None:
        """End a shift that no class attends. For the principal."""
        await service.end_shift(tx, school_id=school_id, shift_id=shift_id, now=now)


class Calendar(Controller):
    path = "/v1/schools/{school_id:int}/calendar"
    tags = ("schools",)

    @get(opt=_READ)
    async def list_days(
        self, tx: Tx, school_id: PathSchool, from_day: FromDay, to_day: ToDay
    ) -> Page[CalendarDay]:
        """The days that differ from the shifts' weekdays, at most 400 days at once. For staff."""
        days = await service.calendar(tx, school_id=school_id, from_day=from_day, to_day=to_day)
        return Page(items=days)

    @put("/{day:date}", opt=_WRITE)
    async def set_day(
        self, tx: Tx, school_id: PathSchool, day: PathDay, data: JSONBody[DayStatement]
    ) -> CalendarDay:
        """Say that a day is a holiday, a closure or made up for. For the principal."""
        entry = CalendarDay(day=day, kind=data.kind, name=data.name)
        return await service.set_calendar_day(tx, school_id=school_id, entry=entry)

    @delete("/{day:date}", opt=_WRITE)
    async def clear_day(self, tx: Tx, school_id: PathSchool, day: PathDay) -> None:
        """Make a day an ordinary one again. For the principal."""
        await service.clear_calendar_day(tx, school_id=school_id, day=day)


HANDLERS = [Campuses, Shifts, Calendar]
