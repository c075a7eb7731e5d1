"""What the contact book puts into the outbox for many at once, in the transaction of its fact."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from app import db
from app.ids import new_id

EXCERPT_CHARS = 200


def excerpt(text: str) -> str:
    """The beginning of a text on one line, as a message has it."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARS else line[: EXCERPT_CHARS - 1].rstrip() + "…"


async def tell_recipients(
    conn: db.Conn,
    *,
    school_id: int,
    announcement_id: UUID,
    kind: str,
    event_id: UUID,
    day: date,
    actor: UUID | None,
    params: dict[str, object],
    only_unanswered: bool = False,
    has_pupils: bool = True,
    classes: Collection[UUID] | None = None,
    but_classes: Collection[UUID] = (),
    but: Collection[UUID] = (),
) -> int:
    """One message for each recipient of an announcement; how many.

    For a pupil: to the guardians who are to be told when the relay tells it, and, with
    `has_pupils`, to the pupil's own account. For staff: to their account. The relay makes one of
    several for the same account: they are one event. `classes`: pupils of these alone, and no
    staff; None: all. `but_classes`, `but`: classes and pupils who are left out.
    """
    told = await db.rows(
        conn,
        """
        with recipient as (
            select r.person_kind, r.person_id from announcement_recipient r
             where r.school_id = $1 and r.announcement_id = $2
               and (not $3 or r.answered_at is null)
               and ($5::uuid[] is null or r.class_id = any($5::uuid[]))
               and (r.class_id is null or r.class_id <> all($6::uuid[]))
               and r.person_id <> all($7::uuid[])
               -- Who has left is asked for nothing any more.
               and not ($3 and r.person_kind = 'student' and exists (
                   select from student s where s.school_id = r.school_id and s.id = r.person_id
                      and s.ended_at is not null)))
        select person_id as student_id, null::uuid as account_id
          from recipient where person_kind = 'student'
         union all
        select m.person_id, m.account_id
          from recipient r
          join membership m on m.school_id = $1 and m.role = 'student'
           and m.person_id = r.person_id and m.ended_at is null
         where r.person_kind = 'student' and $4
         union all
        select null, f.account_id
          from recipient r
          join staff f on f.school_id = $1 and f.id = r.person_id
         where r.person_kind = 'staff' and f.account_id is not null
        """,
        school_id,
        announcement_id,
        only_unanswered,
        has_pupils,
        None if classes is None else list(classes),
        list(but_classes),
        list(but),
    )
    return await db.run(
        conn,
        """
        insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id,
               params, account_id)
        select $1, q.id, $2, $3, $4, q.student_id, $5, $6, q.account_id
          from unnest($7::uuid[], $8::uuid[], $9::uuid[]) as q (id, student_id, account_id)
        """,
        school_id,
        kind,
        day,
        event_id,
        actor,
        params,
        [new_id() for _ in told],
        [row["student_id"] for row in told],
        [row["account_id"] for row in told],
    )


def instant(at: datetime | None) -> str | None:
    """An instant as a parameter of a text."""
    return None if at is None else at.isoformat()
