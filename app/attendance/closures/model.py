"""Closures, as they are declared and ended."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Denied, NotFound, Unprocessable

ClosureKind = Literal["storm", "flood", "other"]
FanoutNews = Literal["declared", "ended"]


class Closure(Struct, frozen=True, kw_only=True):
    """A closure of one school, or of all schools at or below a unit.

    `closed_to`: the last day that is closed, earlier than `to_day` when it was ended early; before
    `from_day`: no day is closed by it any more. `place`: the school's or the unit's name. `schools`
    were to be told, `told_schools` have been; both null of whom the reader may not end it.
    """

    id: UUID
    org_unit_id: int | None
    school_id: int | None
    place: str
    from_day: date
    to_day: date
    closed_to: date
    kind: ClosureKind
    reason: str
    created_at: datetime
    ended_at: datetime | None
    may_end: bool
    schools: int | None
    told_schools: int | None


class ClosureRow(Struct, frozen=True, kw_only=True):
    """A closure as it is stored, with the place's name."""

    id: UUID
    org_unit_id: int | None
    school_id: int | None
    place: str
    from_day: date
    to_day: date
    closed_to: date
    kind: ClosureKind
    reason: str
    created_by: UUID
    created_at: datetime
    ended_by: UUID | None
    ended_at: datetime | None


class NewClosure(Struct, frozen=True, kw_only=True):
    """What somebody declares; exactly one of unit and school."""

    org_unit_id: int | None
    school_id: int | None
    from_day: date
    to_day: date
    kind: ClosureKind
    reason: str


class Errand(Struct, frozen=True, kw_only=True):
    """One school that is still to be told one thing of one closure."""

    school_id: int
    closure_id: UUID
    news: FanoutNews


class NoSuchClosure(NotFound):
    """Không tìm thấy lệnh nghỉ này | There is no such closure"""


class NotYourClosure(Denied):
    """Lệnh nghỉ này do cấp trên ban hành | This closure was declared above you"""


class BadClosureDays(Unprocessable):
    """Những ngày này không cho nghỉ được | These days cannot be closed"""


class NoPlace(Unprocessable):
    """Hãy nêu đúng một trường hoặc một đơn vị | Name exactly one school or one unit"""


class AlreadyClosed(Conflict):
    """Những ngày này đã cho nghỉ | These days are closed already"""


class ClosureOver(Conflict):
    """Lệnh nghỉ này đã hết | This closure is over"""
