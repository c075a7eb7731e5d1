"""Activation sheets, and what an activation has linked."""

from uuid import UUID

import msgspec

from app.errors import Conflict, Unauthenticated
from app.identity.model import LoggedIn
from app.schools.guardians.model import LinkState, Relation


class WrongActivationCode(Unauthenticated):
    """Mã kích hoạt hoặc số điện thoại không đúng | The activation code or the phone is wrong"""


class AccountExists(Unauthenticated):
    """Số điện thoại này đã có tài khoản | This phone has an account already"""


class NeedsTextMessage(Conflict):
    """Số này phải được xác nhận qua tin nhắn | This phone must be proved by a text message"""


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """One guardian of one pupil, to be printed. `shares_with`: others here with the same phone."""

    student_id: UUID
    student_name: str
    guardian_id: UUID
    guardian_name: str
    relation: Relation
    phone_sealed: bytes
    phone_index: bytes
    is_active: bool
    shares_with: list[str]


class PupilAlone(msgspec.Struct, frozen=True, kw_only=True):
    """A pupil of whom nobody can be told."""

    name: str


class CodeMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A live code that was shown, and whether the phone is the one it was printed for."""

    code_id: UUID
    is_right_phone: bool


class LinkedChild(msgspec.Struct, frozen=True, kw_only=True):
    """A child that an activation has linked, and as whom.

    `state` is `active`, or `needs_approval` while the school still has to approve a changed number.
    """

    school_id: int
    student_id: UUID
    student_name: str
    guardian_name: str
    relation: Relation
    state: LinkState


class Activated(msgspec.Struct, frozen=True, kw_only=True):
    """A login with what it has opened."""

    logged_in: LoggedIn
    links: list[LinkedChild]
