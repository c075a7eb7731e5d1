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
    locale: Literal["vi", "en"]
    memberships: list[Membership]
    children: list[ChildLink]
    department_school_ids: list[int]

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
