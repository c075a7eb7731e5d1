"""SQL over consents: facts in `consent_event`, what holds now in `consent`."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from app import db
from app.consents.model import Decided, Purpose, Subject
from app.consents.texts import COVERS_FROM
from app.identity.model import Locale
from app.kinds import WEB_PUSH_DETAILS


async def subjects_of(
    conn: db.Conn, *, account_id: UUID, school_ids: Collection[int]
) -> list[Subject]:
    """The children whom the account may see in these schools, and itself on their staffs."""
    return await db.many(
        conn,
        Subject,
        """
        select 'child' as about, s.school_id, s.id as person_id, s.name from student s
         where s.school_id = any($2::int[]) and s.ended_at is null and exists (
               select from guardianship g
                where g.school_id = s.school_id and g.student_id = s.id and g.account_id = $1
                  and g.ended_at is null and g.can_see)
           and not exists (
               select from guardianship b
                where b.school_id = s.school_id and b.student_id = s.id and b.account_id = $1
                  and b.custody_blocked_at is not null)
         union all
        select 'staff', school_id, id, name from staff
         where school_id = any($2::int[]) and account_id = $1 and ended_at is null
         order by about, school_id, name, person_id
        """,
        account_id,
        sorted(school_ids),
    )


async def lock_subjects(conn: db.Conn, subjects: Iterable[Subject]) -> None:
    """Let choices about a person be made one after the other; in one order, so no deadlock."""
    for each in sorted(subjects, key=lambda one: (one.school_id, one.person_id)):
        if each.about == "child":
            sql = "select 1 from student where school_id = $1 and id = $2 for no key update"
        else:
            sql = "select 1 from staff where school_id = $1 and id = $2 for no key update"
        await db.value(conn, sql, each.school_id, each.person_id)


async def decided(
    conn: db.Conn, *, account_id: UUID, school_ids: Collection[int]
) -> dict[tuple[Purpose, int, UUID], Decided]:
    """What the account has last chosen in these schools, by purpose, school and person."""
    rows = await db.many(
        conn,
        Decided,
        """
        select purpose, school_id, person_id, version, choice, decided_at from consent
         where school_id = any($2::int[]) and account_id = $1
        """,
        account_id,
        sorted(school_ids),
    )
    return {(row.purpose, row.school_id, row.person_id): row for row in rows}


async def record(
    conn: db.Conn,
    *,
    event_id: UUID,
    account_id: UUID,
    decided: Decided,
    locale: Locale,
) -> None:
    """Add the choice as a fact and let it hold; a picture's consequence follows by trigger."""
    await db.run(
        conn,
        """
        insert into consent_event (school_id, id, purpose, person_id, account_id, version, locale,
                                   choice, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        decided.school_id,
        event_id,
        decided.purpose,
        decided.person_id,
        account_id,
        decided.version,
        locale,
        decided.choice,
        decided.decided_at,
    )
    await db.run(
        conn,
        """
        insert into consent (school_id, purpose, person_id, account_id, version, choice,
                             decided_at, event_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (school_id, purpose, person_id, account_id) do update
               set version = excluded.version, choice = excluded.choice,
                   decided_at = excluded.decided_at, event_id = excluded.event_id
        """,
        decided.school_id,
        decided.purpose,
        decided.person_id,
        account_id,
        decided.version,
        decided.choice,
        decided.decided_at,
        event_id,
    )


async def staff_who_agreed(
    conn: db.Conn, people: Sequence[tuple[int, UUID | None, UUID]]
) -> frozenset[tuple[int, UUID, UUID]]:
    """Of these (school, member of staff, account), who lets coordinates be kept."""
    rows = await db.rows(
        conn,
        """
        select q.school_id, q.person_id, q.account_id
          from unnest($1::int[], $2::uuid[], $3::uuid[]) as q (school_id, person_id, account_id)
         cross join lateral (
               select from consent c
                where c.school_id = q.school_id and c.purpose = 'staff_location'
                  and c.person_id = q.person_id and c.account_id = q.account_id
                  and c.choice = 'given' and c.version >= $4 limit 1) c
        """,
        [school_id for school_id, _, _ in people],
        [person_id for _, person_id, _ in people],
        [account_id for _, _, account_id in people],
        COVERS_FROM["staff_location"],
    )
    return frozenset((row["school_id"], row["person_id"], row["account_id"]) for row in rows)


async def named_in_push(
    conn: db.Conn, asked: Sequence[tuple[UUID, int, UUID]]
) -> frozenset[tuple[UUID, int, UUID]]:
    """Of these (account, school, pupil), those whose Web Push may carry name and time.

    For whoever composes a Web Push, under the worker's role: the guardian has consented for this
    child, has not switched the details off, and the link is live and not blocked.
    """
    rows = await db.rows(
        conn,
        """
        select q.account_id, q.school_id, q.student_id
          from unnest($1::uuid[], $2::int[], $3::uuid[]) as q (account_id, school_id, student_id)
         where exists (
               select from consent c
                where c.school_id = q.school_id and c.purpose = 'push_names'
                  and c.person_id = q.student_id and c.account_id = q.account_id
                  and c.choice = 'given' and c.version >= $4)
           and not exists (
               select from notification_preference p
                where p.account_id = q.account_id and p.kind = $5 and p.channel = 'push'
                  and not p.is_enabled)
           and exists (
               select from guardianship g
                where g.school_id = q.school_id and g.student_id = q.student_id
                  and g.account_id = q.account_id and g.ended_at is null and g.can_see)
           and not exists (
               select from guardianship b
                where b.school_id = q.school_id and b.student_id = q.student_id
                  and q.account_id in (b.account_id, b.pending_account_id)
                  and b.custody_blocked_at is not null)
        """,
        [account_id for account_id, _, _ in asked],
        [school_id for _, school_id, _ in asked],
        [student_id for _, _, student_id in asked],
        COVERS_FROM["push_names"],
        WEB_PUSH_DETAILS,
    )
    return frozenset((row["account_id"], row["school_id"], row["student_id"]) for row in rows)
