"""What happened, who did it and why: facts beside the rows that they changed."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.ids import new_id

Kind = Literal[
    "left",
    "transfer_out",
    "transfer_in",
    "promotion",
    "cards_revoked",
    "cards_issued",
    "card_lost",
    "device_lost",
    "device_found",
    "substitute",
    "substitute_ended",
    "staff_ended",
]


class LifeEvent(Struct, frozen=True, kw_only=True):
    """Something that was done. `person_id`: the pupil or member of staff it is about.

    `decided_by` is the account of who did it, `decided_by_name` the name among the staff; None: a
    guardian, a pupil or the department.
    """

    id: UUID
    kind: Kind
    person_id: UUID | None
    decided_by: UUID
    decided_by_name: str | None
    reason: str | None
    details: dict[str, Any]
    created_at: datetime


async def record(
    conn: db.Conn,
    *,
    school_id: int,
    kind: Kind,
    person_id: UUID | None,
    decided_by: UUID,
    reason: str | None,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Write the fact, in the transaction of what it did."""
    await db.run(
        conn,
        """
        insert into life_event (school_id, id, kind, person_id, decided_by, reason, details,
               created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        school_id,
        new_id(),
        kind,
        person_id,
        decided_by,
        reason,
        details,
        now,
    )


async def life_events(
    conn: db.Conn, *, school_id: int, person_id: UUID | None, before: UUID | None, limit: int
) -> list[LifeEvent]:
    """The newest first, those before the id `before`; `person_id` None: about everybody."""
    return await db.many(
        conn,
        LifeEvent,
        """
        select e.id, e.kind, e.person_id, e.decided_by, e.reason, e.details, e.created_at,
               (select s.name from staff s
                 where s.school_id = e.school_id and s.account_id = e.decided_by
                 order by s.ended_at nulls first limit 1) as decided_by_name
          from life_event e
         where e.school_id = $1 and ($2::uuid is null or e.person_id = $2)
           and ($3::uuid is null or e.id < $3)
         order by e.id desc limit $4
        """,
        school_id,
        person_id,
        before,
        limit,
    )
