"""Guardians of pupils."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.errors import Conflict, NotFound

Relation = Literal["father", "mother", "grandparent", "sibling", "other"]


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """What a guardian may: see the child, ask for leave, and be told of arrivals and the like."""

    can_see: bool = True
    can_request_leave: bool = True
    is_told: bool = True


class GuardianRow(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian of one pupil, as stored."""

    id: UUID
    student_id: UUID
    account_id: UUID | None
    name: str
    phone_sealed: bytes
    relation: Relation
    can_see: bool
    can_request_leave: bool
    is_told: bool
    custody_blocked_at: datetime | None
    custody_reason: str | None


class Guardian(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian of one pupil. The principal gets the phone, a homeroom teacher its last digits.

    `custody_reason` is left out for everybody but the principal.
    """

    id: UUID
    student_id: UUID
    name: str
    phone: str
    relation: Relation
    rights: Rights
    custody_blocked_at: datetime | None
    custody_reason: str | UnsetType | None = UNSET


class GuardedChild(msgspec.Struct, frozen=True, kw_only=True):
    """A pupil in the list of a school's guardians."""

    student_id: UUID
    name: str
    relation: Relation


class SchoolGuardianRow(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian with all children in this school, as stored."""

    id: UUID
    name: str
    sort_key: str
    phone_sealed: bytes
    children: list[GuardedChild]


class SchoolGuardian(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian with all children in this school."""

    id: UUID
    name: str
    phone: str
    children: list[GuardedChild]


class NoSuchGuardian(NotFound):
    """Không tìm thấy người giám hộ | No such guardian"""


class AlreadyGuardian(Conflict):
    """Đã là người giám hộ của học sinh | This person already is a guardian of the pupil"""


class CustodyBlocked(Conflict):
    """Số điện thoại này đang bị chặn theo quyền nuôi con | A custody block holds for this phone"""
