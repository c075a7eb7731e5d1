"""What the school has now of all that a roster names: read once, compared in memory."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from app import db
from app.crypto import Vault
from app.schools.classes import queries as classes
from app.schools.classes.model import SchoolClass
from app.schools.guardians.model import Relation
from app.schools.imports.school_now import class_key
from app.schools.places import queries as places
from app.schools.places.model import Shift
from app.schools.students.model import Gender

_ALL = 100_000


class PupilNow(msgspec.Struct, frozen=True, kw_only=True):
    """`class_id`: of the live enrolment. `left_on`: the day on which the pupil left."""

    id: UUID
    name: str
    moet_code: str | None
    born_on: date | None
    gender: Gender | None
    class_id: UUID | None
    left_on: date | None


class GuardianNow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    search_key: str
    phone_index: bytes
    ended_at: datetime | None


class LinkNow(msgspec.Struct, frozen=True, kw_only=True):
    """A guardianship, live or ended. `is_parted`: it ended because the pupil went elsewhere.

    `phone_index`: of the account behind a block, whatever the guardian's row says by now.
    """

    student_id: UUID
    guardian_id: UUID
    relation: Relation
    is_live: bool
    is_parted: bool
    is_blocked: bool
    phone_index: bytes | None


class RosterNow(msgspec.Struct, frozen=True, kw_only=True):
    """`phone_of`: by blind index, the phones of the sheet that a guardian here or a block has."""

    classes: dict[str, list[SchoolClass]]  # of the current school year, by key
    class_names: dict[UUID, str]
    shifts: list[Shift]
    campus_ids: list[UUID]
    level: str
    pupils: list[PupilNow]
    guardians: dict[UUID, GuardianNow]
    links: dict[UUID, list[LinkNow]]  # by pupil
    phone_of: dict[bytes, str]


def school_year_of(day: date) -> str:
    """`2026-2027` from August 2026 to July 2027."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}-{first + 1}"


async def roster_now(
    conn: db.Conn, *, vault: Vault, school_id: int, phones: Collection[str], today: date
) -> RosterNow:
    """All of it."""
    found = await classes.classes(
        conn, school_id=school_id, only_ids=None, school_year=None, after=None, limit=_ALL
    )
    by_key: dict[str, list[SchoolClass]] = defaultdict(list)
    for each in found:
        if each.school_year == school_year_of(today):
            by_key[class_key(each.name)].append(each)
    links: dict[UUID, list[LinkNow]] = defaultdict(list)
    for link in await _links(conn, school_id):
        links[link.student_id].append(link)
    campuses = await places.campuses(conn, school_id=school_id, after_id=None, limit=_ALL)
    return RosterNow(
        classes=by_key,
        class_names={each.id: each.name for each in found},
        shifts=await places.shifts(conn, school_id=school_id, after_id=None, limit=_ALL),
        campus_ids=[each.id for each in campuses],
        level=await db.value(conn, "select level from school where id = $1", school_id),
        pupils=await _pupils(conn, school_id),
        guardians={each.id: each for each in await _guardians(conn, school_id)},
        links=links,
        phone_of={index: phone for phone in phones for index in vault.phone_indexes(phone)},
    )


async def _pupils(conn: db.Conn, school_id: int) -> list[PupilNow]:
    """Those who have left, too."""
    return await db.many(
        conn,
        PupilNow,
        """
        select s.id, s.name, s.moet_code, s.born_on, s.gender, e.class_id,
               (s.ended_at at time zone 'Asia/Ho_Chi_Minh')::date as left_on
          from student s
          left join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
         where s.school_id = $1 order by s.id
        """,
        school_id,
    )


async def _guardians(conn: db.Conn, school_id: int) -> list[GuardianNow]:
    """Those without a child here any more, too."""
    return await db.many(
        conn,
        GuardianNow,
        """
        select id, name, search_key, phone_index, ended_at from guardian
         where school_id = $1 order by id
        """,
        school_id,
    )


async def _links(conn: db.Conn, school_id: int) -> list[LinkNow]:
    return await db.many(
        conn,
        LinkNow,
        """
        select l.student_id, l.guardian_id, l.relation, l.ended_at is null as is_live,
               l.told_until is not null as is_parted,
               l.custody_blocked_at is not null as is_blocked,
               case when l.custody_blocked_at is not null then a.phone_index end as phone_index
          from guardianship l
          left join account a on a.id = l.account_id
         where l.school_id = $1 order by l.student_id, l.guardian_id
        """,
        school_id,
    )
