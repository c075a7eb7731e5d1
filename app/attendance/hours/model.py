"""A month of a member of staff: the facts it is computed from, and what comes out."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from app.attendance.leave.model import Part
from app.attendance.model import Direction
from app.attendance.plan import PlannedShift
from app.errors import Conflict, NotFound, Unprocessable

# `due`: the day is not over, and nobody is late for what may still come.
ShiftOutcome = Literal["present", "late", "on_leave", "missed", "due"]
CorrectionKind = Literal["in", "out"]


class NoSuchStaffMember(NotFound):
    """Không tìm thấy nhân viên | No such member of staff"""


class NoSuchHoursCorrection(NotFound):
    """Không tìm thấy lần sửa này | No such correction"""


class BadHoursDay(Unprocessable):
    """Ngày giờ sửa không dùng được | The day or time cannot be corrected"""


class OwnHours(Conflict):
    """Không tự sửa giờ của mình | Your own hours are for a colleague to correct"""


class HoursCorrectionVoided(Conflict):
    """Lần sửa này đã được huỷ | The correction is voided already"""


class HoursCorrectionAlready(Conflict):
    """Đã có lượt này | This movement is there already"""


class Movement(Struct, frozen=True, kw_only=True):
    """A scan that counts, or what a principal put down.

    `waits`: its place or clock is uncertain, and no verdict on it was given yet.
    """

    id: UUID
    direction: Direction
    at: datetime
    campus_id: UUID | None = None
    is_correction: bool = False
    waits: bool = False


class Day(Struct, frozen=True, kw_only=True):
    """The facts of one day. `held`: the person's shifts on it, in the order of their starts.

    `has_no_shifts`: the person belongs to none, on this day or another. `is_school_day`: whether
    the school holds any. `covers`: the parts of approved leave.
    """

    day: date
    held: tuple[PlannedShift, ...] = ()
    has_no_shifts: bool = False
    is_school_day: bool = True
    movements: tuple[Movement, ...] = ()
    covers: frozenset[Part] = frozenset()


class Spell(Struct, frozen=True, kw_only=True):
    """A stay from an `in` to an `out`, of whole `minutes`.

    `in_at` null: left without having come. `out_at` null: still here, or forgotten outside every
    shift. `is_forgotten`: nobody was scanned out; `out_at` is then the shift's end. `is_corrected`:
    an end of it was put down by a principal.
    """

    in_at: datetime | None
    out_at: datetime | None
    in_campus: str | None = None
    out_campus: str | None = None
    minutes: int = 0
    is_forgotten: bool = False
    is_corrected: bool = False


class ShiftHours(Struct, frozen=True, kw_only=True):
    shift_id: UUID
    shift_name: str
    state: ShiftOutcome
    late_minutes: int = 0


class HoursCorrection(Struct, frozen=True, kw_only=True):
    """A movement put down by a principal; a voided one counts no more."""

    id: UUID
    kind: CorrectionKind
    at: datetime
    reason: str
    decided_by: str | None
    created_at: datetime
    is_voided: bool


class StaffDay(Struct, frozen=True, kw_only=True):
    """`leave`: the part that counts as leave; `covers`: all that was approved, `early_exit` too.

    `without_in`: stays without a beginning. `waiting`: scans that a principal has yet to review.
    """

    day: date
    shifts: list[ShiftHours]
    spells: list[Spell]
    minutes: int
    late_minutes: int
    forgotten: int
    without_in: int
    waiting: int
    leave: Part | None
    covers: list[Part]
    corrections: list[HoursCorrection] = []


class Totals(Struct, frozen=True, kw_only=True):
    """Of a month up to now. `days`: those with a movement; leave is counted by part of the day."""

    days: int = 0
    minutes: int = 0
    late_count: int = 0
    late_minutes: int = 0
    forgotten: int = 0
    without_in: int = 0
    missed: int = 0
    leave_days: int = 0
    leave_mornings: int = 0
    leave_afternoons: int = 0
    waiting: int = 0


class StaffMonth(Struct, frozen=True, kw_only=True):
    """One person's month in one school; `days`, the earliest first, if one was asked for."""

    school_id: int
    staff_id: UUID
    name: str
    month: str
    totals: Totals
    days: list[StaffDay] | UnsetType = UNSET
