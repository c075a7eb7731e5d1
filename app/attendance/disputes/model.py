"""What a family says is wrong, and what the school answers."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Denied, NotFound, Unprocessable

DisputeKind = Literal["not_there", "wrong_time", "wrong_direction", "was_there", "other"]
DisputeAnswer = Literal["upheld", "declined"]
DisputeState = Literal["open", "upheld", "declined"]
AskedAs = Literal["guardian", "student"]


class Dispute(Struct, frozen=True, kw_only=True):
    """As the family sees it. `event_id` null: it is about the day, not about one scan.

    `upheld`: the school agrees. That changes no record by itself. `message`, `answered_at` and
    `answered_by`, a name, are null while it is open.
    """

    id: UUID
    student_id: UUID
    day: date
    event_id: UUID | None
    kind: DisputeKind
    note: str
    created_at: datetime
    state: DisputeState
    message: str | None
    answered_at: datetime | None
    answered_by: str | None


class SchoolDispute(Struct, frozen=True, kw_only=True):
    """As the school sees it, with whom it is about, who asked, and the scan if it is about one.

    `asked_by` is a name, null of a guardian who is here no more; the class is null when the pupil
    has left.
    """

    id: UUID
    student_id: UUID
    student_name: str
    class_id: UUID | None
    class_name: str | None
    day: date
    event_id: UUID | None
    scan_direction: Literal["in", "out"] | None
    scan_at: datetime | None
    station_name: str | None
    kind: DisputeKind
    note: str
    asked_as: AskedAs
    asked_by: str | None
    created_at: datetime
    state: DisputeState
    message: str | None
    answered_at: datetime | None
    answered_by: str | None


class NewDispute(Struct, frozen=True, kw_only=True):
    """What somebody of the family asks."""

    student_id: UUID
    day: date
    event_id: UUID | None
    kind: DisputeKind
    note: str
    asked_by: UUID
    asked_as: AskedAs


class NoSuchDispute(NotFound):
    """Không tìm thấy ý kiến này | There is no such dispute"""


class NoSuchScan(Unprocessable):
    """Ngày này không có lượt quét đó | There is no such scan on this day"""


class BadDisputeDay(Unprocessable):
    """Ngày này không báo được nữa | This day cannot be disputed"""


class DisputeOpen(Conflict):
    """Trường đang xem ý kiến trước của bạn | The school is still looking at what you said before"""


class TooManyDisputes(Conflict):
    """Ngày này đã được báo nhiều lần | This day has been disputed often enough"""


class AlreadyAnswered(Conflict):
    """Ý kiến này đã được trả lời | This dispute has been answered"""


class OwnDispute(Denied):
    """Không ai tự trả lời ý kiến của mình | Nobody answers an own dispute"""
