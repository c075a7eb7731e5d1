"""Staff of a school."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from app.errors import Conflict, NotFound, Unprocessable

StaffRole = Literal["principal", "homeroom_teacher", "subject_teacher", "guard", "accountant"]


class StaffRow(msgspec.Struct, frozen=True, kw_only=True):
    """A staff row as stored, with the roles that the directory holds for it."""

    id: UUID
    account_id: UUID | None
    name: str
    sort_key: str
    phone_sealed: bytes | None
    roles: list[StaffRole]
    homeroom_class_ids: list[UUID]
    taught_class_ids: list[UUID]
    shift_ids: list[UUID]
    ended_at: datetime | None


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff as the principal sees them; `phone` is what this school was given.

    `homeroom_class_ids` and `taught_class_ids` are live classes; `shift_ids` are the shifts that
    the person's own hours are counted in.
    """

    id: UUID
    name: str
    phone: str | None
    roles: list[StaffRole]
    homeroom_class_ids: list[UUID]
    taught_class_ids: list[UUID]
    shift_ids: list[UUID]
    ended_at: datetime | None


class NoSuchStaff(NotFound):
    """Không tìm thấy nhân viên | No such member of staff"""


class AlreadyStaff(Conflict):
    """Số điện thoại đã có trong danh sách nhân viên | This phone already belongs to the staff"""


class LastPrincipal(Conflict):
    """Trường phải còn ít nhất một hiệu trưởng | A school needs at least one principal"""


class TeachesClasses(Unprocessable):
    """Giáo viên vẫn đang phụ trách lớp | The teacher still has classes"""
