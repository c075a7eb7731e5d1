"""How a guardian's link to an account comes to life (docs/decisions/0020).

A link is live while `guardianship.account_id` is set. Whether a new one waits instead is decided by
the database (migration 0010); here is what ends the waiting.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app import db
from app.identity.queries import schools_of_links


async def prove_by_text(conn: db.Conn, *, account_id: UUID, now: datetime) -> None:
    """The phone's owner has shown the text message: links anywhere need no more proof.

    From here on the transaction sees the rows of the schools that name the account. Those whose
    number the school has changed go on waiting for its approval.
    """
    await db.run(
        conn,
        "update account set phone_proved_at = $2, paper_at = null where id = $1",
        account_id,
        now,
    )
    await db.scope(
        conn,
        schools=await schools_of_links(conn, account_id=account_id),
        accounts=[account_id],
    )
    await db.run(
        conn,
        """
        update guardianship set proved_at = $2
         where pending_account_id = $1 and proved_at is null
        """,
        account_id,
        now,
    )
    await _bring_to_life(conn, account_id=account_id, school_id=None)


async def prove_by_paper(
    conn: db.Conn, *, school_id: int, account_id: UUID, phone_indexes: list[bytes], now: datetime
) -> None:
    """The holder of the school's paper knows the phone it was printed for: its links need no more.

    All of this school's rows with that phone, also those under another name: who shares a phone
    shares the account. Of other schools none.
    """
    await db.run(
        conn,
        """
        update guardianship l
           set pending_account_id = coalesce(pending_account_id, $2),
               pending_since = coalesce(pending_since, $4), proved_at = $4
          from guardian g
         where l.school_id = $1 and g.school_id = $1 and g.id = l.guardian_id
           and g.phone_index = any($3::bytea[]) and l.ended_at is null and l.account_id is null
           and coalesce(l.pending_account_id, $2) = $2
        """,
        school_id,
        account_id,
        phone_indexes,
        now,
    )
    await _bring_to_life(conn, account_id=account_id, school_id=school_id)


async def approve(conn: db.Conn, *, school_id: int, guardian_id: UUID) -> int:
    """The school stands by the changed number of a guardian, for all children here; how many."""
    approved = await db.run(
        conn,
        """
        update guardianship set needs_approval = false
         where school_id = $1 and guardian_id = $2 and needs_approval and ended_at is null
           and pending_account_id is not null
        """,
        school_id,
        guardian_id,
    )
    await db.run(
        conn,
        """
        update guardianship
           set account_id = pending_account_id, pending_account_id = null, pending_since = null
         where school_id = $1 and guardian_id = $2 and pending_account_id is not null
           and proved_at is not null and not needs_approval
        """,
        school_id,
        guardian_id,
    )
    return approved


async def opens_more(conn: db.Conn, *, account_id: UUID, school_id: int) -> bool:
    """Whether the account opens, or has in its inbox, more than families' things of this school.

    The paper of one school must open neither another school's nor a teacher's.
    """
    found: bool = await db.value(
        conn,
        """
        select exists (select from membership where account_id = $1 and ended_at is null)
            or exists (select from guardianship where account_id = $1 and school_id <> $2)
            or exists (select from guardianship where pending_account_id = $1 and school_id <> $2)
        """,
        account_id,
        school_id,
    )
    return found


async def children_in(
    conn: db.Conn, *, account_id: UUID, school_ids: Collection[int]
) -> list[tuple[int, UUID]]:
    """The children whom the account may see in these schools, as (school, pupil)."""
    rows = await db.rows(
        conn,
        """
        select distinct g.school_id, g.student_id from guardianship g
         where g.account_id = $1 and g.school_id = any($2::int[]) and g.ended_at is null
           and g.can_see
           and not exists (
               select from guardianship b
                where b.school_id = g.school_id and b.student_id = g.student_id
                  and b.account_id = $1 and b.custody_blocked_at is not null)
         order by g.school_id, g.student_id
        """,
        account_id,
        list(school_ids),
    )
    return [(row["school_id"], row["student_id"]) for row in rows]


async def _bring_to_life(conn: db.Conn, *, account_id: UUID, school_id: int | None) -> None:
    await db.run(
        conn,
        """
        update guardianship
           set account_id = pending_account_id, pending_account_id = null, pending_since = null
         where pending_account_id = $1 and ($2::int is null or school_id = $2)
           and proved_at is not null and not needs_approval
        """,
        account_id,
        school_id,
    )
