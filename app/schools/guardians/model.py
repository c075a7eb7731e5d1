"""Guardians of pupils."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.errors import Conflict, NotFound

# invited: the account has no password yet. The last two show and tell nothing of the child yet:
# docs/decisions/0020.
LinkState = Literal["invited", "active", "needs_proof", "needs_approval"]
Relation = Literal["father", "mother", "grandparent", "sibling", "other"]


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """What a guardian may: see the child, ask for leave, and be told of arrivals and the like."""

    can_see: bool = True
    can_request_leave: bool = True
    is_told: bool = True


class GuardianRow(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian of one pupil, as stored. `account_id`: also while the link waits."""

    id: UUID
    student_id: UUID
    account_id: UUID | None
    state: LinkState
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

    `custody_reason` is left out for everybody but the principal. `state`: `invited` until the
    guardian activates; `needs_proof` until the phone's owner shows a code or a text message, since
    the account was in use but not lately, or the number has changed; `needs_approval` until the
    principal stands by the changed number as well.
    """

    id: UUID
    student_id: UUID
    name: str
    phone: str
    relation: Relation
    rights: Rights
    state: LinkState
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


class NothingToApprove(Conflict):
    """Không có số điện thoại nào chờ duyệt | There is no phone that waits for approval"""
