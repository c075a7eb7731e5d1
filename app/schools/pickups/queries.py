"""SQL over pick-up persons."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from app import db
from app.schools.pickups.model import PickupRow


async def pickups_of_student(
    conn: db.Conn, *, school_id: int, student_id: UUID, today: date
) -> list[PickupRow]:
    """Those who are not over, the first entered first."""
    return await db.many(
        conn,
        PickupRow,
        """
        select p.id, p.student_id, p.name, p.relation, p.phone_sealed, p.phone_index, p.photo_key,
               p.from_day, p.to_day, p.state, p.proposed_by, p.decided_at, p.created_at,
               (select min(g.name) from guardianship link
                  join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
                 where link.school_id = p.school_id and link.student_id = p.student_id
                   and link.account_id = p.proposed_by) as proposer
          from pickup_person p
         where p.school_id = $1 and p.student_id = $2 and p.ended_at is null
           and (p.to_day is null or p.to_day >= $3)
         order by p.created_at, p.id
        """,
        school_id,
        student_id,
        today,
    )


async def lock_pickups(conn: db.Conn, *, school_id: int, student_id: UUID) -> None:
    """Nobody else enters a person for this pupil until the transaction ends."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('pickups ' || $1::uuid::text, $2))",
        student_id,
        school_id,
    )


async def lock_pickup(
    conn: db.Conn, *, school_id: int, student_id: UUID, pickup_id: UUID
) -> PickupRow | None:
    """One who is not ended, locked until the transaction ends."""
    return await db.one(
        conn,
        PickupRow,
        """
        select p.id, p.student_id, p.name, p.relation, p.phone_sealed, p.phone_index, p.photo_key,
               p.from_day, p.to_day, p.state, p.proposed_by, p.decided_at, p.created_at,
               (select min(g.name) from guardianship link
                  join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
                 where link.school_id = p.school_id and link.student_id = p.student_id
                   and link.account_id = p.proposed_by) as proposer
          from pickup_person p
         where p.school_id = $1 and p.student_id = $2 and p.id = $3 and p.ended_at is null
           for update of p
        """,
        school_id,
        student_id,
        pickup_id,
    )


async def insert_pickup(
    conn: db.Conn, *, school_id: int, row: PickupRow, decided_by: UUID | None
) -> None:
    await db.run(
        conn,
        """
        insert into pickup_person (school_id, id, student_id, name, relation, phone_sealed,
               phone_index, from_day, to_day, state, proposed_by, decided_by, decided_at,
               created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        school_id,
        row.id,
        row.student_id,
        row.name,
        row.relation,
        row.phone_sealed,
        row.phone_index,
        row.from_day,
        row.to_day,
        row.state,
        row.proposed_by,
        decided_by,
        row.decided_at,
        row.created_at,
    )


async def update_pickup(
    conn: db.Conn, *, school_id: int, row: PickupRow, decided_by: UUID | None
) -> None:
    """Write what may change; `decided_by` None leaves who decided."""
    await db.run(
        conn,
        """
        update pickup_person
           set name = $3, relation = $4, phone_sealed = $5, phone_index = $6, photo_key = $7,
               from_day = $8, to_day = $9, state = $10, decided_at = $11,
               decided_by = coalesce($12, decided_by)
         where school_id = $1 and id = $2
        """,
        school_id,
        row.id,
        row.name,
        row.relation,
        row.phone_sealed,
        row.phone_index,
        row.photo_key,
        row.from_day,
        row.to_day,
        row.state,
        row.decided_at,
        decided_by,
    )


async def end_pickup(conn: db.Conn, *, school_id: int, pickup_id: UUID, now: datetime) -> None:
    await db.run(
        conn,
        """
        update pickup_person set ended_at = $3, photo_key = null
         where school_id = $1 and id = $2 and ended_at is null
        """,
        school_id,
        pickup_id,
        now,
    )


async def is_kept_away(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    phone_indexes: Sequence[bytes],
    proposed_by: UUID,
) -> bool:
    """Whether a custody block keeps the phone's owner, or who proposed them, from the pupil."""
    found: bool = await db.value(
        conn,
        """
        select exists (
            select from guardianship link
              join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
             where link.school_id = $1 and link.student_id = $2
               and link.custody_blocked_at is not null
               and (g.phone_index = any($3::bytea[])
                    or $4 in (link.account_id, link.pending_account_id)))
        """,
        school_id,
        student_id,
        list(phone_indexes),
        proposed_by,
    )
    return found


async def student_name(conn: db.Conn, *, school_id: int, student_id: UUID) -> str | None:
    """The name of a pupil who is here; None: gone or not here."""
    name: str | None = await db.value(
        conn,
        "select name from student where school_id = $1 and id = $2 and ended_at is null",
        school_id,
        student_id,
    )
    return name
