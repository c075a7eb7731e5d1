"""Who may call an endpoint. Every route states its rule; a route without one does not start."""

from typing import get_args

import msgspec

from app.attendance.items import SCANNING_ROLES
from app.errors import Denied, NotFound
from app.identity.model import Caller, Role


class NotYourRole(Denied):
    """Vai trò của bạn không được làm việc này | Your role may not do this"""


class NoSuchSchool(NotFound):
    """Không tìm thấy trường | No such school"""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: `is_public` needs no login, an empty `roles` needs only a login.

    `is_signed`: no login either, but the signature of a gateway, which the handler verifies.
    """

    is_public: bool = False
    is_signed: bool = False
    roles: frozenset[Role] = frozenset()

    def check(self, caller: Caller, school_id: int | None) -> None:
        """Refuse who does not hold one of the roles (in the path's school, where it names one).

        Raises:
            NoSuchSchool: the school is none of the caller's; its existence is not told.
            NotYourRole: the caller is known there, but in another role.
        """
        held = caller.roles if school_id is None else caller.roles_in(school_id)
        if school_id is not None and not held:
            raise NoSuchSchool
        if self.roles and not self.roles & held:
            raise NotYourRole


PUBLIC = Who(is_public=True)
GATEWAY = Who(is_public=True, is_signed=True)
SIGNED_IN = Who()
ALL_ROLES: frozenset[Role] = frozenset(get_args(Role))
TEACHERS: tuple[Role, ...] = ("homeroom_teacher", "subject_teacher")
SCANNERS: tuple[Role, ...] = tuple(sorted(SCANNING_ROLES))
STAFF: tuple[Role, ...] = (*SCANNERS, "accountant")


def only(*roles: Role) -> Who:
    """The rule that lets in these roles."""
    return Who(roles=frozenset(roles))
