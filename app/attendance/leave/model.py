"""Leave requests, and what of a day an approved one covers."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Denied, NotFound, Unprocessable

Part = Literal["day", "morning", "afternoon", "early_exit"]
LeaveState = Literal["pending", "approved", "rejected", "withdrawn"]
PersonKind = Literal["student", "staff"]

# Shifts that start before noon are the morning's.
NOON = time(12)


class LeaveCover(Struct, frozen=True, kw_only=True):
    """Days, both inclusive, that approved leave covers. `early_exit` covers no absence.

    `exit_at`: of an early exit, the school's time.
    """

    person_id: UUID
    from_day: date
    to_day: date
    part: Part
    exit_at: time | None

    def covers(self, day: date, starts_at: time) -> bool:
        """Whether it excuses an absence from the shift of that day that begins then."""
        return self.from_day <= day <= self.to_day and is_part(self.part, starts_at)


class LeaveRequest(Struct, frozen=True, kw_only=True):
    """A request as those see it whom it concerns.

    `covers_to`: the last day that is excused, null for none: a withdrawal after the approval leaves
    the days that were over, and their rest of the day of the withdrawal. `person_name`: the pupil's
    or the member of staff's; the class is null of staff, and of a pupil between two classes.
    `requested_by` and `decided_by` are names, null of who is here no more. `may_decide`,
    `may_withdraw`, `may_see_paper`: of who reads this. The department, which decides where nobody
    of the school may, sees of a pupil's neither who it is (`person_name` is empty) nor who asked.
    """

    id: UUID
    school_id: int
    person_kind: PersonKind
    person_id: UUID | None
    person_name: str
    class_id: UUID | None
    class_name: str | None
    from_day: date
    to_day: date
    part: Part
    exit_at: time | None
    reason: str
    state: LeaveState
    covers_to: date | None
    requested_as: Literal["guardian", "staff"]
    requested_by: str | None
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    withdrawn_at: datetime | None
    approved_first_by: str | None
    has_paper: bool
    may_decide: bool
    may_withdraw: bool
    may_see_paper: bool


class LeaveRow(Struct, frozen=True, kw_only=True):
    """A request as it is stored, with the names of who is in it.

    `is_family`: the reader is, or was until a court said no, a guardian of the pupil.
    """

    school_id: int
    id: UUID
    person_kind: PersonKind
    person_id: UUID
    person_name: str
    class_id: UUID | None
    class_name: str | None
    from_day: date
    to_day: date
    part: Part
    exit_at: time | None
    reason_sealed: bytes
    state: LeaveState
    covers_to: date | None
    requested_as: Literal["guardian", "staff"]
    requested_by: UUID
    requested_by_name: str | None
    created_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    decision_reason: str | None
    withdrawn_at: datetime | None
    first_by: UUID | None
    first_by_name: str | None
    paper_key: str | None
    is_family: bool


class NewLeave(Struct, frozen=True, kw_only=True):
    """What somebody asks for."""

    person_kind: PersonKind
    person_id: UUID
    from_day: date
    to_day: date
    part: Part
    exit_at: time | None
    reason: str
    requested_by: UUID


class Reader(Struct, frozen=True, kw_only=True):
    """Whose leave somebody may read, as their roles are at this moment.

    `children` are (school, pupil), `askable` those of them for whom leave may be asked; `own_staff`
    the caller's own row by school; `led_schools` are led as principal, `led_classes` as homeroom
    teacher. `department_schools`: of these the reader decides, at that moment `at`, what nobody of
    the school may.
    """

    account_id: UUID
    children: frozenset[tuple[int, UUID]]
    askable: frozenset[tuple[int, UUID]]
    own_staff: Mapping[int, UUID]
    led_schools: frozenset[int]
    led_classes: frozenset[UUID]
    department_schools: frozenset[int] = frozenset()
    at: datetime | None = None

    @property
    def schools(self) -> list[int]:
        """Where there may be something to read."""
        own = {school for school, _ in self.children} | set(self.own_staff)
        return sorted(own | self.led_schools | self.department_schools)

    def leads(self, row: LeaveRow) -> bool:
        """Whether this is who decides on such requests, if it is not about themselves."""
        if row.school_id in self.led_schools | self.department_schools:
            return True
        return row.person_kind == "student" and row.class_id in self.led_classes

    def is_second(self, row: LeaveRow) -> bool:
        """Whether this is another than who approved first, and no homeroom teacher."""
        leads = row.school_id in self.led_schools | self.department_schools
        return leads and row.first_by != self.account_id

    def is_own(self, row: LeaveRow) -> bool:
        """Whether it is the reader's own request, or about an own child."""
        is_own_row = self.own_staff.get(row.school_id) == row.person_id
        return row.requested_by == self.account_id or row.is_family or is_own_row

    def may_ask_for(self, row: LeaveRow) -> bool:
        """Whether the reader could have sent it, and so may take it back."""
        if row.person_kind == "staff":
            return self.own_staff.get(row.school_id) == row.person_id
        return (row.school_id, row.person_id) in self.askable


class Filters(Struct, frozen=True, kw_only=True):
    """What of the requests is wanted; None: all."""

    request_id: UUID | None = None
    school_id: int | None = None
    person_id: UUID | None = None
    class_id: UUID | None = None
    state: LeaveState | None = None
    kind: PersonKind | None = None


class NoSuchLeave(NotFound):
    """Không tìm thấy đơn xin nghỉ này | There is no such leave request"""


class NoSuchPaper(NotFound):
    """Đơn này không có giấy kèm theo | No paper was sent with this request"""


class BadLeaveDays(Unprocessable):
    """Không xin nghỉ được cho những ngày này | Leave cannot be asked for these days"""


class LeaveOverlaps(Conflict):
    """Đã có đơn xin nghỉ cho những ngày này | There is a leave request for these days"""


class TooManyLeaves(Conflict):
    """Đang có quá nhiều đơn chờ duyệt | Too many requests are waiting"""


class LeaveDecided(Conflict):
    """Đơn xin nghỉ này đã có người xử lý | This leave request has been dealt with"""


class LeaveOver(Conflict):
    """Những ngày nghỉ này đã qua | These days are over"""


class MayNotAsk(Denied):
    """Bạn không được xin nghỉ cho học sinh này | You may not ask for leave of this pupil"""


class SecondPersonDecides(Denied):
    """Cần một hiệu trưởng, hiệu phó khác duyệt | Another principal has to decide this"""


class OwnLeave(Denied):
    """Không tự duyệt đơn của mình, của con mình | Nobody decides for themselves or an own child"""


def is_part(part: Part, starts_at: time) -> bool:
    """Whether a shift that begins then lies in that part of a day."""
    if part == "early_exit":
        return False
    return part == "day" or (part == "morning") == (starts_at < NOON)
