"""What the directory knows of a session's owner."""

from datetime import datetime
from uuid import UUID

from app import db
from app.identity.model import Caller


async def caller_of_session(conn: db.Conn, *, session_id: UUID, now: datetime) -> Caller | None:
    """The caller behind a live session, with all links as they are at this moment.

    None: the session is unknown, revoked or over, or the account is disabled.
    """
    return await db.one(
        conn,
        Caller,
        """
        select s.account_id, s.id as session_id, s.device_id, d.platform, a.locale,
               coalesce((
                   select jsonb_agg(jsonb_build_object('school_id', m.school_id,
                          'org_unit_id', m.org_unit_id, 'role', m.role, 'person_id', m.person_id))
                     from membership m left join school on school.id = m.school_id
                    where m.account_id = s.account_id and m.ended_at is null
                      and school.ended_at is null), '[]') as memberships,
               coalesce((
                   select jsonb_agg(jsonb_build_object('school_id', g.school_id,
                          'student_id', g.student_id, 'can_request_leave', g.can_request_leave))
                     from guardianship g
                    where g.account_id = s.account_id and g.ended_at is null
                      and g.can_see and g.custody_blocked_at is null), '[]') as children,
               array(
                   with recursive unit as (
                       select m.org_unit_id as id from membership m
                        where m.account_id = s.account_id and m.role = 'department_admin'
                          and m.ended_at is null
                        union
                       select o.id from org_unit o join unit on o.parent_id = unit.id)
                   select school.id from school join unit on unit.id = school.org_unit_id
                    order by school.id) as department_school_ids
          from session s
          join account a on a.id = s.account_id
          join device d on d.id = s.device_id
         where s.id = $1 and s.revoked_at is null and s.expires_at > $2 and a.disabled_at is null
           and d.revoked_at is null
        """,
        session_id,
        now,
    )
