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
from app.schools.common import school_year_of
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
    """Those who have left, too.

    Two readings instead of a join: right after a first import the planner believes the tables to be
    empty, and would look through one for each row of the other.
    """
    class_of = await db.rows(
        conn,
        """
        select student_id, class_id from enrolment where school_id = $1 and to_day is null
        """,
        school_id,
    )
    by_pupil = {row["student_id"]: row["class_id"] for row in class_of}
    rows = await db.rows(
        conn,
        """
        select id, name, moet_code, born_on, gender,
               (ended_at at time zone 'Asia/Ho_Chi_Minh')::date as left_on
          from student where school_id = $1 order by id
        """,
        school_id,
    )
    return [PupilNow(class_id=by_pupil.get(row["id"]), **row) for row in rows]


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
        select student_id, guardian_id, relation, ended_at is null as is_live,
               told_until is not null as is_parted, custody_blocked_at is not null as is_blocked,
               case when custody_blocked_at is not null then
                   (select phone_index from account a
                     where a.id = coalesce(l.account_id, l.pending_account_id)) end as phone_index
          from guardianship l where school_id = $1 order by student_id, guardian_id
        """,
        school_id,
    )
