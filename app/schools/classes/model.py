"""Classes."""

from datetime import datetime
from uuid import UUID

import msgspec

from app.errors import Conflict, NotFound, Unprocessable


class Teacher(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody teaches a subject to the class."""

    staff_id: UUID
    subject: str


class SchoolClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of a school year; a full-day class attends two shifts."""

    id: UUID
    school_year: str
    grade: int
    name: str
    campus_id: UUID
    homeroom_staff_id: UUID | None
    shift_ids: list[UUID]
    teachers: list[Teacher]
    ended_at: datetime | None


class NoSuchClass(NotFound):
    """Không tìm thấy lớp | No such class"""


class ClassNameTaken(Conflict):
    """Năm học này đã có lớp cùng tên | This school year already has a class of that name"""


class ClassInUse(Conflict):
    """Lớp vẫn còn học sinh | The class still has pupils"""


class BadSchoolYear(Unprocessable):
    """Năm học không hợp lệ | The school year is not valid"""
