"""Groups: people whom the school writes to together, such as the parents' board or the choir."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.announcements.model import (
    Group,
    GroupFile,
    GroupMember,
    NoSuchGroup,
    NoSuchRecipient,
    TooManyGroups,
    TooManyMembers,
)
from app.contact_book.model import Desk, line_of
from app.ids import new_id

MOST_MEMBERS: Final = 2000
_MOST_GROUPS: Final = 200


async def groups(conn: db.Conn, *, desk: Desk) -> list[Group]:
    """The caller's own; of the principal all of the school, by name. Counted: who is still here."""
    return await db.many(
        conn,
        Group,
        """
        select g.id, g.name, g.created_by = $2 as is_own, g.created_at,
               (select count(*) from contact_group_member m
                  join student s on s.school_id = m.school_id and s.id = m.person_id
                 where m.school_id = g.school_id and m.group_id = g.id and m.ended_at is null
                   and m.person_kind = 'student' and s.ended_at is null) as pupils,
               (select count(*) from contact_group_member m
                  join staff f on f.school_id = m.school_id and f.id = m.person_id
                 where m.school_id = g.school_id and m.group_id = g.id and m.ended_at is null
                   and m.person_kind = 'staff' and f.ended_at is null) as staff
          from contact_group g
         where g.school_id = $1 and g.ended_at is null and ($3 or g.created_by = $2)
         order by g.name, g.id
        """,
        desk.school_id,
        desk.account_id,
        desk.is_principal,
    )


async def group(conn: db.Conn, *, desk: Desk, group_id: UUID) -> GroupFile:
    """One group with those of its members who are still here.

    Raises:
        NoSuchGroup: none that is the caller's to see.
    """
    found = next((each for each in await groups(conn, desk=desk) if each.id == group_id), None)
    if found is None:
        raise NoSuchGroup
    return GroupFile(
        id=found.id,
        name=found.name,
        is_own=found.is_own,
        created_at=found.created_at,
        members=await _members(conn, school_id=desk.school_id, group_id=group_id),
    )


async def _members(conn: db.Conn, *, school_id: int, group_id: UUID) -> list[GroupMember]:
    return await db.many(
        conn,
        GroupMember,
        """
        select m.person_kind, m.person_id, coalesce(s.name, f.name) as name, c.name as class_name
          from contact_group_member m
          left join student s on m.person_kind = 'student'
           and s.school_id = m.school_id and s.id = m.person_id and s.ended_at is null
          left join staff f on m.person_kind = 'staff'
           and f.school_id = m.school_id and f.id = m.person_id and f.ended_at is null
          left join enrolment e on m.person_kind = 'student'
           and e.school_id = m.school_id and e.student_id = m.person_id and e.to_day is null
          left join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where m.school_id = $1 and m.group_id = $2 and m.ended_at is null
           and coalesce(s.id, f.id) is not null
         order by m.person_kind desc, coalesce(s.sort_key, f.sort_key), m.person_id
        """,
        school_id,
        group_id,
    )


async def make(
    conn: db.Conn,
    *,
    desk: Desk,
    name: str,
    students: Collection[UUID],
    staff: Collection[UUID],
    now: datetime,
) -> GroupFile:
    """A new group of the caller's.

    Raises:
        NoSuchRecipient: somebody is not here, or not the caller's to write to.
        TooManyGroups: the caller has 200.
    """
    held: int = await db.value(
        conn,
        """
        select count(*) from contact_group
         where school_id = $1 and created_by = $2 and ended_at is null
        """,
        desk.school_id,
        desk.account_id,
    )
    if held >= _MOST_GROUPS:
        raise TooManyGroups
    group_id = new_id()
    await db.run(
        conn,
        """
        insert into contact_group (school_id, id, name, created_by, created_at)
        values ($1, $2, $3, $4, $5)
        """,
        desk.school_id,
        group_id,
        line_of(name),
        desk.account_id,
        now,
    )
    await set_members(conn, desk=desk, group_id=group_id, students=students, staff=staff, now=now)
    return await group(conn, desk=desk, group_id=group_id)


async def rename(conn: db.Conn, *, desk: Desk, group_id: UUID, name: str) -> GroupFile:
    """Raises: NoSuchGroup: none that is the caller's to change."""
    await _lock(conn, desk, group_id)
    await db.run(
        conn,
        "update contact_group set name = $3 where school_id = $1 and id = $2",
        desk.school_id,
        group_id,
        line_of(name),
    )
    return await group(conn, desk=desk, group_id=group_id)


async def end(conn: db.Conn, *, desk: Desk, group_id: UUID, now: datetime) -> None:
    """Dissolve it; what was sent to it stays with whom it reached.

    Raises:
        NoSuchGroup: none that is the caller's to change.
    """
    await _lock(conn, desk, group_id)
    await db.run(
        conn,
        "update contact_group set ended_at = $3 where school_id = $1 and id = $2",
        desk.school_id,
        group_id,
        now,
    )


async def set_members(
    conn: db.Conn,
    *,
    desk: Desk,
    group_id: UUID,
    students: Collection[UUID],
    staff: Collection[UUID],
    now: datetime,
) -> None:
    """Exactly these are its members from now on.

    Raises:
        NoSuchGroup: none that is the caller's to change.
        NoSuchRecipient: somebody is not here, or not the caller's to write to.
    """
    await _lock(conn, desk, group_id)
    await _require_known(conn, desk, set(students), set(staff))
    people = [("student", each) for each in sorted(set(students))]
    people += [("staff", each) for each in sorted(set(staff))]
    kinds, ids = [kind for kind, _ in people], [person for _, person in people]
    await db.run(
        conn,
        """
        update contact_group_member m set ended_at = $5
         where m.school_id = $1 and m.group_id = $2 and m.ended_at is null
           and not exists (
               select from unnest($3::text[], $4::uuid[]) as q (kind, id)
                where q.kind = m.person_kind and q.id = m.person_id)
        """,
        desk.school_id,
        group_id,
        kinds,
        ids,
        now,
    )
    await db.run(
        conn,
        """
        insert into contact_group_member (school_id, group_id, person_kind, person_id, added_at)
        select $1, $2, q.kind, q.id, $5 from unnest($3::text[], $4::uuid[]) as q (kind, id)
            on conflict (school_id, group_id, person_kind, person_id)
            do update set ended_at = null, added_at = excluded.added_at
         where contact_group_member.ended_at is not null
        """,
        desk.school_id,
        group_id,
        kinds,
        ids,
        now,
    )


async def _lock(conn: db.Conn, desk: Desk, group_id: UUID) -> None:
    found = await db.value(
        conn,
        """
        select 1 from contact_group
         where school_id = $1 and id = $2 and ended_at is null and ($3 or created_by = $4)
           for update
        """,
        desk.school_id,
        group_id,
        desk.is_principal,
        desk.account_id,
    )
    if found is None:
        raise NoSuchGroup


async def _require_known(
    conn: db.Conn, desk: Desk, students: Collection[UUID], staff: Collection[UUID]
) -> None:
    if len(students) + len(staff) > MOST_MEMBERS:
        raise TooManyMembers(
            (f"Mỗi nhóm tối đa {MOST_MEMBERS} người.", f"At most {MOST_MEMBERS} people a group.")
        )
    known: int = await db.value(
        conn,
        """
        select (select count(*) from student s
                  join enrolment e on e.school_id = s.school_id and e.student_id = s.id
                   and e.to_day is null
                 where s.school_id = $1 and s.ended_at is null and s.id = any($2::uuid[])
                   and ($4::uuid[] is null or e.class_id = any($4::uuid[])))
             + (select count(*) from staff f
                 where f.school_id = $1 and f.ended_at is null and f.id = any($3::uuid[]) and $5)
        """,
        desk.school_id,
        list(students),
        list(staff),
        desk.class_ids,
        desk.is_principal,
    )
    if known != len(students) + len(staff):
        raise NoSuchRecipient
