"""What entries said before: kept at each change, shown to staff."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.ids import new_id

EntryKind = Literal["remark", "lesson", "homework", "care"]


class Before(Struct, frozen=True, kw_only=True):
    """An entry as it was. `before_sealed`: what of it stands under the school's key."""

    of_id: UUID
    before: dict[str, Any]
    before_sealed: bytes | None = None


class Edit(Struct, frozen=True, kw_only=True):
    """A change, as it is stored."""

    of_id: UUID
    before: dict[str, Any]
    before_sealed: bytes | None
    editor_name: str
    edited_at: datetime


async def keep(
    conn: db.Conn,
    *,
    school_id: int,
    of_kind: EntryKind,
    before: Sequence[Before],
    edited_by: UUID,
    editor_name: str,
    now: datetime,
) -> None:
    """Put down what these entries said, in the transaction that changes them."""
    if not before:
        return
    await db.run(
        conn,
        """
        insert into daily_edit (school_id, id, of_kind, of_id, before, before_sealed, edited_by,
               editor_name, edited_at)
        select $1, q.id, $2, q.of_id, q.before, q.sealed, $7, $8, $9
          from unnest($3::uuid[], $4::uuid[], $5::jsonb[], $6::bytea[])
               as q (id, of_id, before, sealed)
        """,
        school_id,
        of_kind,
        [new_id() for _ in before],
        [each.of_id for each in before],
        [each.before for each in before],
        [each.before_sealed for each in before],
        edited_by,
        editor_name,
        now,
    )


async def edits_of(
    conn: db.Conn, *, school_id: int, of_ids: Collection[UUID]
) -> dict[UUID, list[Edit]]:
    """The changes of each of these, the oldest first."""
    found: defaultdict[UUID, list[Edit]] = defaultdict(list)
    if of_ids:
        for each in await db.many(
            conn,
            Edit,
            """
            select of_id, before, before_sealed, editor_name, edited_at from daily_edit
             where school_id = $1 and of_id = any($2) order by of_id, id
            """,
            school_id,
            list(of_ids),
        ):
            found[each.of_id].append(each)
    return found
