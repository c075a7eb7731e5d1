"""Campuses, stations, shifts and the calendar of a school."""

from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.errors import Conflict, NotFound, Unprocessable

StationKind = Literal["gate", "staff"]
DayKind = Literal["holiday", "closure", "make_up"]


class Campus(msgspec.Struct, frozen=True, kw_only=True):
    """A place of the school; `fence` is a circle or a GeoJSON Polygon (app.attendance.geo)."""

    id: UUID
    name: str
    fence: dict[str, Any]
    ended_at: datetime | None


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A gate or a staff room of a campus; `number` stands in its codes and is never reused."""

    id: UUID
    campus_id: UUID
    number: int
    name: str
    kind: StationKind
    ended_at: datetime | None


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A session of the school day, in local time; absence is decided at `cut_off`.

    `weekdays` are ISO: 1 is Monday.
    """

    id: UUID
    name: str
    starts_at: time
    ends_at: time
    late_after: time
    cut_off: time
    weekdays: list[int]
    ended_at: datetime | None


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day that differs from the shifts' weekdays."""

    day: date
    kind: DayKind
    name: str


class NoSuchCampus(NotFound):
    """Không tìm thấy cơ sở | No such campus"""


class NoSuchStation(NotFound):
    """Không tìm thấy điểm quét | No such station"""


class NoSuchShift(NotFound):
    """Không tìm thấy ca học | No such shift"""


class NoSuchCalendarDay(NotFound):
    """Lịch không có mục cho ngày này | The calendar has nothing for this day"""


class CampusInUse(Conflict):
    """Cơ sở vẫn còn điểm quét hoặc lớp | The campus still has stations or classes"""


class ShiftInUse(Conflict):
    """Ca học vẫn còn lớp | Classes still attend this shift"""


class BadShiftTimes(Unprocessable):
    """Giờ của ca học không hợp lệ | The times of the shift do not fit together"""


class BadDayRange(Unprocessable):
    """Khoảng ngày không hợp lệ | The range of days is not valid"""


class TooManyStations(Conflict):
    """Trường đã dùng hết số điểm quét | The school has used up its station numbers"""
