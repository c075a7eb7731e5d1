"""Who the caller is, in words: roles with their classes, children with their names."""

from datetime import datetime
from uuid import UUID

import msgspec

from app import db
from app.crypto import Vault
from app.errors import Unauthenticated
from app.identity import queries
from app.identity.model import Caller, Child, Me, MembershipView
from app.identity.service import account_view
from app.photos.urls import PhotoUrls


async def me(conn: db.Conn, *, vault: Vault, caller: Caller, now: datetime) -> Me:
    """The caller's own view; `conn` sees the rows of the caller's schools."""
    account = await queries.account_row(conn, account_id=caller.account_id)
    if account is None:
        raise Unauthenticated
    schools = sorted(caller.school_ids)
    return Me(
        account=account_view(vault, account),
        memberships=await _memberships(conn, caller=caller, school_ids=schools),
        children=await _children(
            conn,
            urls=PhotoUrls(vault.ring, now),
            account_id=caller.account_id,
            school_ids=schools,
        ),
    )


async def _memberships(
    conn: db.Conn, *, caller: Caller, school_ids: list[int]
) -> list[MembershipView]:
    rows = await db.many(
        conn,
        MembershipView,
        """
        select m.school_id, school.name as school_name, m.org_unit_id, m.role, m.person_id,
               m.valid_until,
               coalesce(staff.name, student.name, station.name, unit.name) as name,
               array(select c.id from school_class c
                      where c.school_id = m.school_id and c.ended_at is null
                        and case m.role
                            when 'homeroom_teacher' then c.homeroom_staff_id = m.person_id
                            when 'subject_teacher' then exists (
                                select 1 from class_teacher t
                                 where t.school_id = m.school_id and t.class_id = c.id
                                   and t.staff_id = m.person_id)
                            else false end
                      order by c.grade, c.name, c.id) as class_ids
          from membership m
          left join school on school.id = m.school_id
          left join org_unit unit on unit.id = m.org_unit_id
          left join staff on staff.school_id = m.school_id and staff.id = m.person_id
          left join student on student.school_id = m.school_id and student.id = m.person_id
          left join station on station.school_id = m.school_id and station.id = m.person_id
         where m.account_id = $1 and m.ended_at is null and school.ended_at is null
           and (m.school_id is null or m.school_id = any($2::int[]))
         order by m.school_id nulls first, m.role
        """,
        caller.account_id,
        school_ids,
    )
    # Whether a substitute's role holds at this moment was asked with the caller.
    held = {(link.school_id, link.role) for link in caller.memberships}
    return [row for row in rows if (row.school_id, row.role) in held]


async def _children(
    conn: db.Conn, *, urls: PhotoUrls, account_id: UUID, school_ids: list[int]
) -> list[Child]:
    rows = await db.rows(
        conn,
        """
        select g.student_id, g.school_id, school.name as school_name,
               school.phone as school_phone, student.name, c.id as class_id, c.name as class_name,
               case when student.photo_consent then student.photo_key end as photo_key,
               bool_or(g.can_request_leave) as can_request_leave
          from guardianship g
          join school on school.id = g.school_id
          join student on student.school_id = g.school_id and student.id = g.student_id
          left join enrolment e on e.school_id = g.school_id and e.student_id = g.student_id
                               and e.to_day is null
          left join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where g.account_id = $1 and g.school_id = any($2::int[])
           and g.ended_at is null and g.can_see and g.custody_blocked_at is null
           and school.ended_at is null and student.ended_at is null
         group by g.student_id, g.school_id, school.name, school.phone, student.name,
                  student.sort_key, student.photo_consent, student.photo_key, c.id, c.name
         order by student.sort_key, g.student_id
        """,
        account_id,
        school_ids,
    )
    return [
        msgspec.convert(dict(row) | {"photo_url": urls.full(row["photo_key"])}, Child)
        for row in rows
    ]
