"""Accounts, sessions and the rights of a caller."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Role = Literal[
    "department_admin",
    "principal",
    "homeroom_teacher",
    "subject_teacher",
    "guard",
    "accountant",
    "guardian",
    "student",
    "display",
]
Platform = Literal["android", "ios", "web"]
Locale = Literal["vi", "en"]
Purpose = Literal["activation", "reset"]


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A role in one school, or, for the department's people, over an org unit.

    `person_id` is the staff, student or station row of the school that the role belongs to.
    """

    school_id: int | None
    org_unit_id: int | None = None
    role: Role
    person_id: UUID | None = None


class ChildLink(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian's right to see one pupil."""

    school_id: int
    student_id: UUID
    can_request_leave: bool


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the directory says of the person behind a request, read afresh each time."""

    account_id: UUID
    session_id: UUID
    device_id: UUID
    platform: Platform
    locale: Locale
    memberships: list[Membership]
    children: list[ChildLink]
    department_school_ids: list[int]
    # When the tokens of the latest login or refresh were made; None: one of them was shown since.
    unheard_since: datetime | None = None

    @property
    def school_ids(self) -> frozenset[int]:
        """The schools of the caller's own links; the department's schools are not among them."""
        own = {m.school_id for m in self.memberships if m.school_id is not None}
        return frozenset(own | {child.school_id for child in self.children})

    def roles_in(self, school_id: int) -> frozenset[Role]:
        roles: set[Role] = {m.role for m in self.memberships if m.school_id == school_id}
        if any(child.school_id == school_id for child in self.children):
            roles.add("guardian")
        if school_id in self.department_school_ids:
            roles.add("department_admin")
        return frozenset(roles)

    @property
    def roles(self) -> frozenset[Role]:
        """All roles held anywhere."""
        roles: set[Role] = {m.role for m in self.memberships}
        if self.children:
            roles.add("guardian")
        return frozenset(roles)

    def family_schools(self, student_id: UUID) -> list[int]:
        """The schools where the pupil is the caller, or a child whom the caller may see."""
        of_child = [c.school_id for c in self.children if c.student_id == student_id]
        own = [
            m.school_id
            for m in self.memberships
            if m.role == "student" and m.person_id == student_id and m.school_id is not None
        ]
        return sorted({*of_child, *own})

    def person_in(self, school_id: int, role: Role) -> UUID | None:
        """The caller's own row in the school for this role."""
        for link in self.memberships:
            if link.school_id == school_id and link.role == role:
                return link.person_id
        return None

    def schools_as(self, *roles: Role) -> frozenset[int]:
        """The schools where the caller holds one of these roles."""
        return frozenset(
            m.school_id for m in self.memberships if m.role in roles and m.school_id is not None
        )


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A device's session, as its owner sees it."""

    id: UUID
    device_id: UUID
    device_name: str
    platform: Platform
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A phone or browser. It chose its own id, once, when the app was installed."""

    id: UUID
    name: str
    platform: Platform


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its owner sees it. `phone` is masked, None for a screen at the gate."""

    id: UUID
    kind: Literal["person", "display"]
    phone: str | None
    locale: Locale


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a login is checked against. `password_hash` None: not activated yet."""

    account_id: UUID
    password_hash: str | None
    is_known_device: bool


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a one-time code goes to."""

    account_id: UUID
    locale: Locale


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it is stored; the phone under the deployment's key."""

    id: UUID
    kind: Literal["person", "display"]
    phone_sealed: bytes | None
    locale: Locale


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session just opened or continued. The refresh token is told this once."""

    session_id: UUID
    account_id: UUID
    refresh_token: str
    expires_at: datetime


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session with its tokens. `lasts_s`: so long it lives without a refresh."""

    session_id: UUID
    access_token: str
    refresh_token: str
    lasts_s: int
    account: Account


class MembershipView(msgspec.Struct, frozen=True, kw_only=True):
    """A role with what a client needs to open on. `class_ids`: of a homeroom or subject teacher.

    `valid_until`: a substitute's role ends by itself; None: it does not.
    """

    school_id: int | None
    school_name: str | None
    org_unit_id: int | None
    role: Role
    person_id: UUID | None
    name: str | None
    class_ids: list[UUID]
    valid_until: datetime | None


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """A pupil of the caller; the class is None between two school years.

    `school_phone`: that families call, E.164; None: the school gave none.
    """

    student_id: UUID
    school_id: int
    school_name: str
    school_phone: str | None
    name: str
    class_id: UUID | None
    class_name: str | None
    photo_url: str | None
    can_request_leave: bool


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The caller: account, roles and children."""

    account: Account
    memberships: list[MembershipView]
    children: list[Child]


class PushTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A registered way to a device; the token itself is not shown again."""

    device_id: UUID
    kind: Literal["fcm", "web"]
    platform: Platform
    locale: Locale
    registered_at: datetime


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """The one phone that an account checks in with. `may_change_at` None: at once."""

    device_id: UUID | None
    device_name: str | None
    bound_at: datetime | None
    is_this_device: bool
    may_change_at: datetime | None
