"""The department of a school: it decides what nobody of the school may."""

from uuid import UUID

from msgspec import Struct

from app import db
from app.schools.org.queries import school_name, units_above


class Department(Struct, frozen=True, kw_only=True):
    """Who of it may decide about a person of the school, and what the school is called."""

    school_name: str
    account_ids: list[UUID]


async def department_of(conn: db.Conn, *, school_id: int, person_id: UUID, but: UUID) -> Department:
    """The department's people, but for the account `but` and for the family of the pupil."""
    found = await db.rows(
        conn,
        """
        select distinct m.account_id
          from membership m join account a on a.id = m.account_id
         where m.org_unit_id = any($4) and m.role = 'department_admin'
           and m.ended_at is null and a.disabled_at is null and a.paper_at is null
           and m.account_id <> $3
           and not exists (
               select from guardianship g
                where g.school_id = $1 and g.student_id = $2
                  and m.account_id in (g.account_id, g.pending_account_id)
                  and (g.ended_at is null or g.custody_blocked_at is not null))
         order by m.account_id
        """,
        school_id,
        person_id,
        but,
        await units_above(conn, school_ids=[school_id]),
    )
    return Department(
        school_name=await school_name(conn, school_id=school_id),
        account_ids=[row["account_id"] for row in found],
    )
