"""What the parts of a school's set-up share."""

import base64
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app import db
from app.crypto import SchoolBox, Vault
from app.errors import NotFound, Unprocessable
from app.names import search_key

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class NoSuchSchool(NotFound):
    """Không tìm thấy trường | No such school"""


class NotInSchool(Unprocessable):
    """Mục được chọn không có trong trường | What was chosen is not in this school"""


def school_day(now: datetime) -> date:
    """The day in Vietnam at an instant."""
    return now.astimezone(ZONE).date()


def first_year_of(day: date) -> int:
    """2026 from August 2026 to July 2027: in August the next school year is set up."""
    return day.year if day.month >= 8 else day.year - 1


def school_year_of(day: date) -> str:
    """`2026-2027` from August 2026 to July 2027."""
    first = first_year_of(day)
    return f"{first}-{first + 1}"


def contains_pattern(q: str | None) -> str | None:
    """The LIKE pattern over a search key for any part of a name; None searches for nothing."""
    wanted = search_key(q or "")
    for special in ("\\", "%", "_"):
        wanted = wanted.replace(special, "\\" + special)
    return f"%{wanted}%" if wanted else None


def b64url(raw: bytes) -> str:
    """base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def changes_of(data: msgspec.Struct) -> dict[str, Any]:
    """The fields of a PATCH that were sent."""
    sent = {name: getattr(data, name) for name in data.__struct_fields__}
    return {name: value for name, value in sent.items() if value is not msgspec.UNSET}


async def lock_school(conn: db.Conn, *, school_id: int) -> None:
    """Let the changes of one school's plan happen one after the other.

    It is the first lock of each: the triggers that count `plan_version` take the same row, and two
    orders of locking would be a deadlock.

    Raises:
        NoSuchSchool: unknown or ended.
    """
    found = await db.value(
        conn,
        "select 1 from school where id = $1 and ended_at is null for no key update",
        school_id,
    )
    if not found:
        raise NoSuchSchool


async def school_box(conn: db.Conn, *, vault: Vault, school_id: int) -> SchoolBox:
    """The school's data key, unwrapped for this request."""
    wrapped = await db.value(conn, "select wrapped from school_key where school_id = $1", school_id)
    if wrapped is None:
        raise NoSuchSchool
    return vault.school_box(wrapped, school_id)


def not_in_school(field: str, ids: list[UUID]) -> NotInSchool:
    """Names the field and the ids that the school does not have."""
    listed = ", ".join(str(one) for one in ids)
    return NotInSchool(
        (f"{field}: không có trong trường: {listed}.", f"{field}: not in this school: {listed}.")
    )
