"""Corrections of a pupil's shift, and those that wait for a second person."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.attendance.model import SetState, State
from app.errors import Conflict, Denied, NotFound, Unprocessable

CorrectionStatus = Literal["pending", "effective", "rejected"]
Decision = Literal["approve", "reject"]


class WasState(Struct, frozen=True, kw_only=True):
    """A shift's state before or after a correction."""

    state: State
    late_minutes: int


class DayCorrection(Struct, frozen=True, kw_only=True):
    """A correction as the school sees it.

    `pending`: it is about a past month and waits for another person; `rejected` by them. `asked_by`
    and `decided_by` are names, null of who is here no more; of an effective one that needed no
    second person they are the same. `before` and `after` are null where nothing was or is known,
    and as long as it is not effective. The pupil and the class are null for the department.
    """

    id: UUID
    school_id: int
    student_id: UUID | None
    student_name: str | None
    class_id: UUID | None
    class_name: str | None
    day: date
    shift_id: UUID
    shift_name: str
    state: SetState
    late_minutes: int
    reason: str
    dispute_id: UUID | None
    status: CorrectionStatus
    asked_by: str | None
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    before: WasState | None
    after: WasState | None
    may_decide: bool


class NewCorrection(Struct, frozen=True, kw_only=True):
    """What somebody says of a pupil's shift; `late_minutes` 0 unless it is late."""

    school_id: int
    student_id: UUID
    day: date
    shift_id: UUID
    state: SetState
    late_minutes: int
    reason: str
    dispute_id: UUID | None
    asked_by: UUID


class Request(Struct, frozen=True, kw_only=True):
    """A row of `correction_request`."""

    school_id: int
    id: UUID
    student_id: UUID
    day: date
    shift_id: UUID
    state: SetState
    late_minutes: int
    reason: str
    dispute_id: UUID | None
    asked_by: UUID
    decision: Decision | None


class Filters(Struct, frozen=True, kw_only=True):
    """Which corrections; `class_ids` None: of every class."""

    school_ids: list[int]
    class_ids: list[UUID] | None
    student_id: UUID | None = None
    day: date | None = None
    status: CorrectionStatus | None = None


class NoSuchCorrection(NotFound):
    """Không tìm thấy yêu cầu sửa này | There is no such correction to decide"""


class BadCorrectionDay(Unprocessable):
    """Ngày này không sửa được | This day cannot be corrected"""


class NoSuchShiftThatDay(Unprocessable):
    """Ngày này học sinh không có ca học đó | The pupil has no such shift on this day"""


class BadLateMinutes(Unprocessable):
    """Số phút đi muộn chưa đúng | The late minutes do not fit"""


class DisputeOfAnotherDay(Unprocessable):
    """Ý kiến này không nói về ngày đó | This dispute is not about that pupil's day"""


class OnlyToday(Denied):
    """Giáo viên chủ nhiệm chỉ sửa được ngày hôm nay | The homeroom teacher corrects today alone"""


class CorrectionWaits(Conflict):
    """Ca học này đang có yêu cầu sửa chờ duyệt | A correction of this shift is waiting already"""


class CorrectionDecided(Conflict):
    """Yêu cầu sửa này đã có người duyệt | This correction has been decided"""


class SecondPersonNeeded(Denied):
    """Cần một người khác duyệt | Another person has to decide this"""
