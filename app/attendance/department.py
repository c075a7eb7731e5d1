"""The department of a school: it decides what nobody of the school may."""

from uuid import UUID

from msgspec import Struct

from app import db


class Department(Struct, frozen=True, kw_only=True):
    """Who of it may decide about a person of the school, and what the school is called."""

    school_name: str
    account_ids: list[UUID]


async def department_of(conn: db.Conn, *, school_id: int, person_id: UUID, but: UUID) -> Department:
    """The department's people, but for the account `but` and for the family of the pupil."""
    found = await db.rows(
        conn,
        """
        with recursive unit as (
            select o.id, o.parent_id from org_unit o
             where o.id = (select org_unit_id from school where id = $1)
             union
            select o.id, o.parent_id from org_unit o join unit on o.id = unit.parent_id)
        select distinct m.account_id
          from membership m join account a on a.id = m.account_id
         where m.org_unit_id in (select id from unit) and m.role = 'department_admin'
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
    )
    name: str = await db.value(conn, "select name from school where id = $1", school_id)
    return Department(school_name=name, account_ids=[row["account_id"] for row in found])
