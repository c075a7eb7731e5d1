"""Org units and schools: global rows, known by name to the department."""

from datetime import datetime
from typing import Literal

import msgspec

from app.errors import Conflict, NotFound

OrgKind = Literal["department", "ward", "group"]
Level = Literal["preschool", "primary", "lower_secondary", "upper_secondary", "continuing"]


class OrgUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the tree; `parent_id` None: a root."""

    id: int
    parent_id: int | None
    kind: OrgKind
    name: str
    created_at: datetime
    ended_at: datetime | None


class School(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant. `phone`: that families call, E.164; None: not given."""

    id: int
    org_unit_id: int
    name: str
    level: Level
    phone: str | None
    created_at: datetime
    ended_at: datetime | None


class FirstPrincipal(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a new school starts with; `phone` as a person types it."""

    name: str
    phone: str


class NoSuchOrgUnit(NotFound):
    """Không tìm thấy đơn vị | No such unit"""


class OrgUnitInUse(Conflict):
    """Đơn vị vẫn còn trường hoặc đơn vị trực thuộc | The unit still has schools or units"""


class OwnRoot(Conflict):
    """Không thể kết thúc đơn vị của chính mình | Your own unit cannot be ended"""
