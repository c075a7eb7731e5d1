"""What a school has by now, as a sheet names it: classes, shifts and staff by their keys."""

import re
from collections.abc import Collection, Iterable
from uuid import UUID

import msgspec

from app import db
from app.crypto import Vault
from app.names import search_key
from app.schools.classes import queries as classes
from app.schools.classes.model import SchoolClass
from app.schools.places import queries as places
from app.schools.staff import queries as staff
from app.schools.staff.model import StaffRow

_ALL = 100_000
_CLASS_WORD = re.compile(r"^lop\s+")


class StaffByPhone(msgspec.Struct, frozen=True, kw_only=True):
    """Live staff by the blind index of their account's phone."""

    phone_index: bytes
    staff_id: UUID


class SchoolNow:
    """Live classes of the newest year that has the name, live shifts, live staff."""

    def __init__(
        self, found: Iterable[SchoolClass], shift_ids: dict[str, UUID], people: Iterable[StaffRow]
    ) -> None:
        # By year: the last one stays.
        in_order = sorted(found, key=lambda each: each.school_year)
        self.classes = {class_key(each.name): each for each in in_order}
        self.shift_ids = shift_ids
        self.staff = {each.id: each for each in people}

    def staff_name(self, staff_id: UUID) -> str:
        found = self.staff.get(staff_id)
        return found.name if found else "?"


async def school_now(conn: db.Conn, *, school_id: int) -> SchoolNow:
    found = await classes.classes(
        conn, school_id=school_id, only_ids=None, school_year=None, after=None, limit=_ALL
    )
    shifts = await places.shifts(conn, school_id=school_id, after_id=None, limit=_ALL)
    people = await staff.staff_list(
        conn, school_id=school_id, pattern=None, only_role=None, after=None, limit=_ALL
    )
    return SchoolNow(found, {shift_key(each.name): each.id for each in shifts}, people)


async def staff_by_phone(
    conn: db.Conn, *, vault: Vault, school_id: int, phones: Collection[str]
) -> dict[str, UUID]:
    """The live staff whose accounts have these phones (E.164), by phone."""
    phone_of = {index: phone for phone in phones for index in vault.phone_indexes(phone)}
    found = await db.many(
        conn,
        StaffByPhone,
        """
        select a.phone_index, s.id as staff_id
          from staff s join account a on a.id = s.account_id
         where s.school_id = $1 and s.ended_at is null and a.phone_index = any($2::bytea[])
        """,
        school_id,
        list(phone_of),
    )
    return {phone_of[each.phone_index]: each.staff_id for each in found}


def class_key(name: str) -> str:
    """`Lớp 6 A1` and `6a1` are one class."""
    return _CLASS_WORD.sub("", search_key(name)).replace(" ", "")


def shift_key(name: str) -> str:
    """`Ca sáng`, `ca  Sáng` and `sáng` are one shift."""
    return re.sub(r"^ca\s+", "", search_key(name)).replace(" ", "")
