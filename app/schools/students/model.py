"""Pupils, their enrolments and cards."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.errors import Conflict, NotFound, Unprocessable

Gender = Literal["male", "female"]


class StudentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pupil as stored, with the present class; `photo_key` only if the photo may be shown."""

    id: UUID
    name: str
    sort_key: str
    class_id: UUID | None
    class_name: str | None
    photo_key: str | None
    moet_code: str | None
    born_on: date | None
    gender: Gender | None
    personal_number_sealed: bytes | None
    has_card: bool
    ended_at: datetime | None


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """A pupil, as much of them as the caller may see: the rest of the fields is left out.

    Everybody who sees the pupil at all gets name and class; a guard the photo too; the principal
    and the homeroom teacher all but `personal_number`: that only the principal gets, not in lists.
    """

    id: UUID
    name: str
    class_id: UUID | None
    class_name: str | None
    photo_url: str | UnsetType | None = UNSET
    moet_code: str | UnsetType | None = UNSET
    born_on: date | UnsetType | None = UNSET
    gender: Gender | UnsetType | None = UNSET
    has_card: bool | UnsetType = UNSET
    personal_number: str | UnsetType | None = UNSET
    ended_at: datetime | UnsetType | None = UNSET


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A time in a class; `to_day` is the last day in it, None: still there."""

    class_id: UUID
    class_name: str
    from_day: date
    to_day: date | None


class LiveCard(msgspec.Struct, frozen=True, kw_only=True):
    """The one card of a pupil that is good now."""

    school_id: int
    student_id: UUID
    id: bytes
    key_id: int


class CardToPrint(msgspec.Struct, frozen=True, kw_only=True):
    """A pupil of a class with the live card's ids; `photo_key` only with the family's consent."""

    name: str
    photo_key: str | None
    card_id: bytes
    key_id: int


class NoSuchStudent(NotFound):
    """Không tìm thấy học sinh | No such pupil"""


class NoCard(NotFound):
    """Học sinh chưa có thẻ | The pupil has no card"""


class MoetCodeTaken(Conflict):
    """Mã định danh đã có trong trường | The school already has this mã định danh"""


class PhoneOfAnotherPupil(Conflict):
    """Số điện thoại đang là của một học sinh khác | The phone belongs to another pupil"""


class AlreadyInClass(Conflict):
    """Học sinh đang học lớp này | The pupil is already in this class"""


class BadDay(Unprocessable):
    """Ngày không hợp lệ | The day is not valid"""
