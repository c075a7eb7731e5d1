"""SQL over guardians (the school's names and phones) and guardianships (the directory's links)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app import db
from app.schools.guardians.model import GuardianRow, Relation, Rights, SchoolGuardianRow


async def guardians_of_student(
    conn: db.Conn, *, school_id: int, student_id: UUID
) -> list[GuardianRow]:
    """The live guardians of a pupil in Vietnamese order, blocked ones too."""
    return await db.many(
        conn,
        GuardianRow,
        """
        select g.id, l.student_id, coalesce(l.account_id, l.pending_account_id) as account_id,
               case when l.needs_approval then 'needs_approval'
                    when l.account_id is null then 'needs_proof'
                    when a.password_hash is null then 'invited' else 'active' end as state,
               g.name, g.phone_sealed, l.relation, l.can_see,
               l.can_request_leave, l.is_told, l.custody_blocked_at, l.custody_reason
          from guardianship l
          join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
          left join account a on a.id = l.account_id
         where l.school_id = $1 and l.student_id = $2 and l.ended_at is null
         order by g.sort_key, g.id
        """,
        school_id,
        student_id,
    )


async def guardian_of_student(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID
) -> GuardianRow | None:
    """One live guardian of a pupil."""
    return await db.one(
        conn,
        GuardianRow,
        """
        select g.id, l.student_id, coalesce(l.account_id, l.pending_account_id) as account_id,
               case when l.needs_approval then 'needs_approval'
                    when l.account_id is null then 'needs_proof'
                    when a.password_hash is null then 'invited' else 'active' end as state,
               g.name, g.phone_sealed, l.relation, l.can_see,
               l.can_request_leave, l.is_told, l.custody_blocked_at, l.custody_reason
          from guardianship l
          join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
          left join account a on a.id = l.account_id
         where l.school_id = $1 and l.student_id = $2 and l.guardian_id = $3
           and l.ended_at is null
        """,
        school_id,
        student_id,
        guardian_id,
    )


async def guardians_of_school(
    conn: db.Conn,
    *,
    school_id: int,
    pattern: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[SchoolGuardianRow]:
    """The live guardians in Vietnamese order of names, each with the children here."""
    return await db.many(
        conn,
        SchoolGuardianRow,
        """
        select g.id, g.name, g.sort_key, g.phone_sealed,
               coalesce((select jsonb_agg(jsonb_build_object('student_id', s.id, 'name', s.name,
                                'relation', l.relation) order by s.sort_key, s.id)
                           from guardianship l
                           join student s on s.school_id = l.school_id and s.id = l.student_id
                          where l.school_id = g.school_id and l.guardian_id = g.id
                            and l.ended_at is null), '[]') as children
          from guardian g
         where g.school_id = $1 and g.ended_at is null
           and ($2::text is null or g.search_key like $2)
           and ($3::text is null or (g.sort_key, g.id) > ($3, $4::uuid))
         order by g.sort_key, g.id limit $5
        """,
        school_id,
        pattern,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def guardian_by_phone(
    conn: db.Conn, *, school_id: int, phone_indexes: Collection[bytes], search_key: str
) -> UUID | None:
    """The school's live row for this phone and name: a brother's or sister's guardian.

    Two people may share a phone; the name tells them apart.
    """
    found: UUID | None = await db.value(
        conn,
        """
        select id from guardian
         where school_id = $1 and phone_index = any($2::bytea[]) and search_key = $3
           and ended_at is null
         order by id limit 1
        """,
        school_id,
        list(phone_indexes),
        search_key,
    )
    return found


async def is_account_blocked(
    conn: db.Conn, *, school_id: int, student_id: UUID, account_id: UUID
) -> bool:
    """Whether a custody block holds between this account and the pupil, under whatever name."""
    blocked: bool = await db.value(
        conn,
        """
        select exists (select 1 from guardianship
                        where school_id = $1 and student_id = $2
                          and $3 in (account_id, pending_account_id)
                          and custody_blocked_at is not null)
        """,
        school_id,
        student_id,
        account_id,
    )
    return blocked


async def insert_guardian(
    conn: db.Conn,
    *,
    school_id: int,
    guardian_id: UUID,
    name: str,
    sort_key: str,
    search_key: str,
    phone_sealed: bytes,
    phone_index: bytes,
) -> None:
    await db.run(
        conn,
        """
        insert into guardian
               (school_id, id, name, sort_key, search_key, phone_sealed, phone_index)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        school_id,
        guardian_id,
        name,
        sort_key,
        search_key,
        phone_sealed,
        phone_index,
    )


async def update_guardian_name(
    conn: db.Conn, *, school_id: int, guardian_id: UUID, name: str, sort_key: str, search_key: str
) -> None:
    await db.run(
        conn,
        """
        update guardian set name = $3, sort_key = $4, search_key = $5
         where school_id = $1 and id = $2
        """,
        school_id,
        guardian_id,
        name,
        sort_key,
        search_key,
    )


async def update_guardian_phone(
    conn: db.Conn,
    *,
    school_id: int,
    guardian_id: UUID,
    phone_sealed: bytes,
    phone_index: bytes,
    account_id: UUID,
) -> None:
    """Another phone: all of this guardian's children here go over to the account behind it."""
    await db.run(
        conn,
        """
        update guardian set phone_sealed = $3, phone_index = $4 where school_id = $1 and id = $2
        """,
        school_id,
        guardian_id,
        phone_sealed,
        phone_index,
    )
    await db.run(
        conn,
        "update guardianship set account_id = $3 where school_id = $1 and guardian_id = $2",
        school_id,
        guardian_id,
        account_id,
    )


async def student_ids_of_guardian(
    conn: db.Conn, *, school_id: int, guardian_id: UUID
) -> list[UUID]:
    """The children of all guardianships of a guardian here, ended ones too: blocks outlive them."""
    rows = await db.rows(
        conn,
        """
        select student_id from guardianship
         where school_id = $1 and guardian_id = $2 order by student_id
        """,
        school_id,
        guardian_id,
    )
    return [row["student_id"] for row in rows]


async def upsert_guardianship(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    account_id: UUID,
    relation: Relation,
    rights: Rights,
) -> bool:
    """Link guardian and pupil, or take an ended link up again; False: it is live."""
    changed = await db.run(
        conn,
        """
        insert into guardianship (school_id, student_id, guardian_id, account_id, relation,
                                  can_see, can_request_leave, is_told)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (school_id, student_id, guardian_id) do update
               set account_id = excluded.account_id, relation = excluded.relation,
                   can_see = excluded.can_see, can_request_leave = excluded.can_request_leave,
                   is_told = excluded.is_told, ended_at = null
             where guardianship.ended_at is not null
        """,
        school_id,
        student_id,
        guardian_id,
        account_id,
        relation,
        rights.can_see,
        rights.can_request_leave,
        rights.is_told,
    )
    return changed > 0


async def update_guardianship(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    relation: Relation,
    rights: Rights,
) -> None:
    await db.run(
        conn,
        """
        update guardianship set relation = $4, can_see = $5, can_request_leave = $6, is_told = $7
         where school_id = $1 and student_id = $2 and guardian_id = $3 and ended_at is null
        """,
        school_id,
        student_id,
        guardian_id,
        relation,
        rights.can_see,
        rights.can_request_leave,
        rights.is_told,
    )


async def end_guardianship(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID, now: datetime
) -> None:
    """End the link; with the last one the school's row ends too. A custody block stays on it."""
    await db.run(
        conn,
        """
        update guardianship set ended_at = $4
         where school_id = $1 and student_id = $2 and guardian_id = $3 and ended_at is null
        """,
        school_id,
        student_id,
        guardian_id,
        now,
    )
    await db.run(
        conn,
        """
        update guardian g set ended_at = $3
         where school_id = $1 and id = $2
           and not exists (select 1 from guardianship l where l.school_id = g.school_id
                              and l.guardian_id = g.id and l.ended_at is null)
        """,
        school_id,
        guardian_id,
        now,
    )
