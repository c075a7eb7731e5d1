"""SQL over activation codes and what stands on the sheets."""

from datetime import datetime
from uuid import UUID

from app import db
from app.activation.codes import PaperCode
from app.activation.model import CodeMatch, LinkedChild, PupilAlone, Strip

MAX_WRONG_PHONES = 10


async def strips_of_class(conn: db.Conn, *, school_id: int, class_id: UUID) -> list[Strip]:
    """The guardians of a class's pupils, whom no custody block keeps away, by pupil."""
    return await db.many(
        conn,
        Strip,
        """
        select s.id as student_id, s.name as student_name, g.id as guardian_id,
               g.name as guardian_name, l.relation, g.phone_sealed, g.phone_index,
               l.account_id is not null and a.password_hash is not null as is_active,
               array(select distinct o.name from guardian o
                       join guardianship x on x.school_id = o.school_id and x.guardian_id = o.id
                      where o.school_id = g.school_id and o.phone_index = g.phone_index
                        and o.id <> g.id and o.ended_at is null and x.ended_at is null
                        and x.student_id = s.id order by o.name) as shares_with
          from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
          join guardianship l on l.school_id = s.school_id and l.student_id = s.id
          join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
          left join account a on a.id = l.account_id
         where e.school_id = $1 and e.class_id = $2 and e.to_day is null and s.ended_at is null
           and l.ended_at is null and l.custody_blocked_at is null
         order by s.sort_key, s.id, g.sort_key, g.id
        """,
        school_id,
        class_id,
    )


async def pupils_alone(conn: db.Conn, *, school_id: int, class_id: UUID) -> list[PupilAlone]:
    """The pupils of a class without a guardian who could be told of them."""
    return await db.many(
        conn,
        PupilAlone,
        """
        select s.name from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
         where e.school_id = $1 and e.class_id = $2 and e.to_day is null and s.ended_at is null
           and not exists (
               select from guardianship l
                where l.school_id = s.school_id and l.student_id = s.id
                  and l.ended_at is null and l.custody_blocked_at is null)
         order by s.sort_key, s.id
        """,
        school_id,
        class_id,
    )


async def replace_codes(
    conn: db.Conn,
    *,
    school_id: int,
    strips: list[tuple[UUID, Strip, bytes]],
    created_by: UUID,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Void the unused codes of these guardians of these pupils, and store the new (id, strip, MAC).

    The caller holds the school's lock: of two sheets printed at once the later one's codes count.
    """
    students = [strip.student_id for _, strip, _ in strips]
    guardians = [strip.guardian_id for _, strip, _ in strips]
    await db.run(
        conn,
        """
        update activation_code c set voided_at = $4
          from unnest($2::uuid[], $3::uuid[]) as q (student_id, guardian_id)
         where c.school_id = $1 and c.student_id = q.student_id
           and c.guardian_id = q.guardian_id and c.used_at is null and c.voided_at is null
        """,
        school_id,
        students,
        guardians,
        now,
    )
    await db.run(
        conn,
        """
        insert into activation_code (school_id, id, student_id, guardian_id, phone_index, code_mac,
                                     created_by, created_at, expires_at)
        select $1, q.*, $7, $8, $9
          from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[]) as q
        """,
        school_id,
        [code_id for code_id, _, _ in strips],
        students,
        guardians,
        [strip.phone_index for _, strip, _ in strips],
        [mac for _, _, mac in strips],
        created_by,
        now,
        expires_at,
    )


async def try_code(
    conn: db.Conn,
    *,
    code: PaperCode,
    code_macs: list[bytes],
    phone_indexes: list[bytes],
    now: datetime,
) -> CodeMatch | None:
    """The live code, with a wrong phone counted against it; None: there is no such code.

    Commit before it is acted upon: a wrong guess must stay counted. A code whose guardian's phone
    has changed since, or whose link has ended, is none any more.
    """
    return await db.one(
        conn,
        CodeMatch,
        """
        update activation_code c
           set attempts = c.attempts
               + case when c.phone_index = any($3::bytea[]) then 0 else 1 end
          from guardianship l
          join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
          join school on school.id = l.school_id
         where c.school_id = $1 and c.code_mac = any($2::bytea[])
           and c.used_at is null and c.voided_at is null and c.expires_at > $4
           and c.attempts < $5
           and l.school_id = c.school_id and l.student_id = c.student_id
           and l.guardian_id = c.guardian_id and l.ended_at is null
           and l.custody_blocked_at is null
           and g.phone_index = c.phone_index and school.ended_at is null
        returning c.id as code_id, c.phone_index = any($3::bytea[]) as is_right_phone
        """,
        code.school_id,
        code_macs,
        phone_indexes,
        now,
        MAX_WRONG_PHONES,
    )


async def use_up(conn: db.Conn, *, school_id: int, code_id: UUID, now: datetime) -> bool:
    """Use the code; False: another request was faster, or it is over or void meanwhile."""
    return bool(
        await db.run(
            conn,
            """
            update activation_code c set used_at = $3
              from guardianship l
             where c.school_id = $1 and c.id = $2 and c.used_at is null and c.voided_at is null
               and c.expires_at > $3 and l.school_id = c.school_id
               and l.student_id = c.student_id and l.guardian_id = c.guardian_id
               and l.ended_at is null and l.custody_blocked_at is null
            """,
            school_id,
            code_id,
            now,
        )
    )


async def linked_children(conn: db.Conn, *, school_id: int, account_id: UUID) -> list[LinkedChild]:
    """The account's live links in the school, and those that wait for its approval alone."""
    return await db.many(
        conn,
        LinkedChild,
        """
        select l.school_id, l.student_id, s.name as student_name, g.name as guardian_name,
               l.relation,
               case when l.account_id is null then 'needs_approval' else 'active' end as state
          from guardianship l
          join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
          join student s on s.school_id = l.school_id and s.id = l.student_id
         where l.school_id = $1 and l.ended_at is null and l.can_see
           and s.ended_at is null
           and (l.account_id = $2 or l.pending_account_id = $2 and l.proved_at is not null)
           and not exists (
               select from guardianship b
                where b.school_id = l.school_id and b.student_id = l.student_id
                  and coalesce(b.account_id, b.pending_account_id) = $2
                  and b.custody_blocked_at is not null)
         order by s.sort_key, s.id, g.sort_key, g.id
        """,
        school_id,
        account_id,
    )
