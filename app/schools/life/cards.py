"""Cards of many pupils at once: revoked at the year's end, issued at its start."""

import secrets
from collections import Counter
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from app import db
from app.attendance.codes import CARD_ID_BYTES
from app.keys import KeyRing
from app.schools.common import lock_school, not_in_school
from app.schools.life.events import record
from app.schools.life.model import BadScope, BulkCards, CardScope, ClassCards

Which = Literal["with_card", "without_card"]


class _Holder(msgspec.Struct, frozen=True, kw_only=True):
    student_id: UUID
    class_id: UUID | None
    class_name: str | None


async def revoke_cards(
    conn: db.Conn,
    *,
    school_id: int,
    scope: CardScope,
    reason: str,
    decided_by: UUID,
    now: datetime,
    is_dry_run: bool,
) -> BulkCards:
    """Make all live cards of the scope worthless; a scan from before stays good.

    Raises:
        BadScope: a grade or classes are missing, or given where they mean nothing.
        NotInSchool: a class is unknown here.
    """
    await lock_school(conn, school_id=school_id)
    holders = await _holders(conn, school_id, scope, "with_card")
    if not is_dry_run:
        await _revoke(
            conn, school_id, [each.student_id for each in holders], reason, decided_by, now
        )
        await _record(conn, school_id, "cards_revoked", scope, reason, decided_by, holders, now)
    return _bulk(holders, is_dry_run=is_dry_run)


async def issue_cards(
    conn: db.Conn,
    *,
    ring: KeyRing,
    school_id: int,
    scope: CardScope,
    decided_by: UUID,
    now: datetime,
    is_dry_run: bool,
) -> BulkCards:
    """A card for each enrolled pupil of the scope who has none; print them class by class.

    Raises:
        BadScope, NotInSchool: as in `revoke_cards`.
    """
    await lock_school(conn, school_id=school_id)
    holders = await _holders(conn, school_id, scope, "without_card")
    if not is_dry_run:
        await _issue(conn, school_id, holders, ring.current_id, decided_by, now)
        await _record(conn, school_id, "cards_issued", scope, None, decided_by, holders, now)
    return _bulk(holders, is_dry_run=is_dry_run)


def _bulk(holders: list[_Holder], *, is_dry_run: bool) -> BulkCards:
    tally = Counter((each.class_id, each.class_name) for each in holders)
    return BulkCards(
        is_dry_run=is_dry_run,
        cards=len(holders),
        classes=[
            ClassCards(class_id=class_id, class_name=name, cards=count)
            for (class_id, name), count in tally.items()
        ],
    )


async def _holders(conn: db.Conn, school_id: int, scope: CardScope, which: Which) -> list[_Holder]:
    """Class by class, each in the order of names."""
    await _check(conn, school_id, scope)
    return await db.many(
        conn,
        _Holder,
        """
        select s.id as student_id, c.id as class_id, c.name as class_name
          from student s
          left join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
          left join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where s.school_id = $1
           and ($2::smallint is null or c.grade = $2)
           and ($3::uuid[] is null or c.id = any($3::uuid[]))
           and exists (select from card where card.school_id = s.school_id
                          and card.student_id = s.id and card.revoked_at is null) = $4
           and ($4 or s.ended_at is null and c.id is not null)
         order by c.grade, length(c.name), c.name, c.id, s.sort_key, s.id
        """,
        school_id,
        scope.grade,
        scope.class_ids,
        which == "with_card",
    )


async def _check(conn: db.Conn, school_id: int, scope: CardScope) -> None:
    wanted = (scope.kind == "grade", scope.kind == "classes")
    if (scope.grade is not None, bool(scope.class_ids)) != wanted:
        raise BadScope(
            (
                "Toàn trường: chỉ `kind`; một khối: thêm `grade`; một số lớp: thêm `class_ids`.",
                "The school: `kind` alone; a grade: with `grade`; classes: with `class_ids`.",
            )
        )
    if scope.class_ids is None:
        return
    rows = await db.rows(
        conn,
        "select id from school_class where school_id = $1 and id = any($2::uuid[])",
        school_id,
        scope.class_ids,
    )
    unknown = set(scope.class_ids) - {row["id"] for row in rows}
    if unknown:
        raise not_in_school("class_ids", sorted(unknown))


async def _revoke(
    conn: db.Conn,
    school_id: int,
    student_ids: list[UUID],
    reason: str,
    revoked_by: UUID,
    now: datetime,
) -> None:
    await db.run(
        conn,
        """
        update card set revoked_at = $3, revoked_reason = $4, revoked_by = $5
         where school_id = $1 and student_id = any($2::uuid[]) and revoked_at is null
        """,
        school_id,
        student_ids,
        now,
        reason,
        revoked_by,
    )


async def _issue(
    conn: db.Conn,
    school_id: int,
    holders: list[_Holder],
    key_id: int,
    issued_by: UUID,
    now: datetime,
) -> None:
    # Who was issued a card by a teacher meanwhile keeps that one.
    await db.run(
        conn,
        """
        insert into card (school_id, id, student_id, key_id, issued_by, issued_at)
        select $1, card_id, student_id, $4, $5, $6
          from unnest($2::bytea[], $3::uuid[]) as made (card_id, student_id)
            on conflict (school_id, student_id) where revoked_at is null do nothing
        """,
        school_id,
        [secrets.token_bytes(CARD_ID_BYTES) for _ in holders],
        [each.student_id for each in holders],
        key_id,
        issued_by,
        now,
    )


async def _record(
    conn: db.Conn,
    school_id: int,
    kind: Literal["cards_revoked", "cards_issued"],
    scope: CardScope,
    reason: str | None,
    decided_by: UUID,
    holders: list[_Holder],
    now: datetime,
) -> None:
    await record(
        conn,
        school_id=school_id,
        kind=kind,
        person_id=None,
        decided_by=decided_by,
        reason=reason,
        details={"scope": msgspec.to_builtins(scope), "cards": len(holders)},
        now=now,
    )
