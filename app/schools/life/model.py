"""Moves between classes, years and schools; cards in bulk; phones and substitutes."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, NotFound, Unprocessable
from app.identity.model import Platform


class TransferOut(Struct, frozen=True, kw_only=True):
    """A pupil who has gone to another school. `guardians` so many links of this school ended."""

    student_id: UUID
    moet_code: str | None
    last_day: date
    to_school_code: str | None
    guardians: int


class NextClass(Struct, frozen=True, kw_only=True):
    """A class of the next year; it is made if there is none of that name."""

    name: str
    grade: int


class ClassStep(Struct, frozen=True, kw_only=True):
    """Where the pupils of a class go. `to`: a class by name or by id; None: they graduate."""

    from_class_id: UUID
    to: NextClass | UUID | None


class PromotedClass(Struct, frozen=True, kw_only=True):
    """What becomes of one class. `to_class_id` None: the class is yet to be made, or they graduate.

    `repeating` pupils go to the class `repeat_name` of the next year.
    """

    from_class_id: UUID
    from_name: str
    to_class_id: UUID | None
    to_name: str | None
    to_grade: int | None
    is_new: bool
    moved: int
    graduated: int
    repeating: int
    repeat_name: str | None


class PromotionFault(Struct, frozen=True, kw_only=True):
    """Why it cannot be done; `class_id` or `student_id` names whom it is about."""

    class_id: UUID | None = None
    student_id: UUID | None = None
    message: str


class Promotion(Struct, frozen=True, kw_only=True):
    """What was done, or in a dry run would be: with any of `errors` nothing is."""

    is_dry_run: bool
    from_year: str
    to_year: str
    from_day: date
    classes: list[PromotedClass]
    moved: int
    repeating: int
    graduated: int
    classes_made: int
    classes_ended: int
    errors: list[PromotionFault]


class CardScope(Struct, frozen=True, kw_only=True):
    """Whose cards: the whole school's, a grade's or those of some classes."""

    kind: Literal["school", "grade", "classes"]
    grade: int | None = None
    class_ids: list[UUID] | None = None


class ClassCards(Struct, frozen=True, kw_only=True):
    """So many cards of a class; `class_id` None: of pupils without one."""

    class_id: UUID | None
    class_name: str | None
    cards: int


class BulkCards(Struct, frozen=True, kw_only=True):
    """How many cards it is about, in all and by class; a dry run changes none of them."""

    is_dry_run: bool
    cards: int
    classes: list[ClassCards]


class DeviceUser(Struct, frozen=True, kw_only=True):
    """A member of staff who is logged in on a phone."""

    staff_id: UUID
    name: str


class ScanningDevice(Struct, frozen=True, kw_only=True):
    """A phone that scans in the school, or whose user may.

    `station_id`, `beat_at` and `pending` are what it said last at one of the school's stations;
    None: it never opened one. `revoked_at`: reported lost.
    """

    id: UUID
    name: str
    platform: Platform
    users: list[DeviceUser]
    station_id: UUID | None
    beat_at: datetime | None
    pending: int | None
    revoked_at: datetime | None


class Substitute(Struct, frozen=True, kw_only=True):
    """Somebody who is a guard from `valid_from` until `valid_until`, and then no more."""

    staff_id: UUID
    name: str
    valid_from: datetime
    valid_until: datetime


class NoSuchDevice(NotFound):
    """Không tìm thấy thiết bị quét trong trường | No such phone scans in this school"""


class NoSuchSubstitute(NotFound):
    """Không có người trực thay này | No such substitute"""


class AlreadyGuard(Conflict):
    """Người này đã là bảo vệ của trường | This person is a guard of the school already"""


class BadPeriod(Unprocessable):
    """Thời gian trực thay không hợp lệ | The time of the substitution is not valid"""


class NameNeeded(Unprocessable):
    """Cần có họ tên học sinh | The pupil's name is needed"""


class CannotPromote(Unprocessable):
    """Chưa thể lên lớp | The school year cannot be changed yet"""


class PupilsMoved(Conflict):
    """Danh sách lớp vừa thay đổi | The classes have just changed"""


class BadScope(Unprocessable):
    """Phạm vi không hợp lệ | What was chosen is not valid"""
