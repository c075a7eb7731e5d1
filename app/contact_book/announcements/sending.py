"""An announcement goes out, is taken back, and is asked about again: in one school, at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from app import db
from app.attendance.plan import school_day
from app.contact_book.announcements import people
from app.contact_book.announcements.model import AnnouncementRow
from app.contact_book.telling import excerpt, instant, tell_recipients
from app.schools.org.queries import school_name

NOT_ALLOWED: Final = "Người soạn không còn quyền gửi | Its author may not send it any more"
NOBODY: Final = "Không có người nhận | There was nobody to send it to"


class _Author(Struct, frozen=True, kw_only=True):
    is_principal: bool
    is_teacher: bool
    class_ids: list[UUID]


async def send(
    conn: db.Conn, *, row: AnnouncementRow, published_at: datetime, now: datetime
) -> int:
    """Write down who gets it, and tell them; how many. 0: it did not go out, and says why.

    Whose row it is has been locked. What its author may is asked at this moment: a teacher who
    has lost a class since it was written does not write to it any more.
    """
    author = await _author(conn, row, now)
    is_department = row.author_title == "department"
    if not (is_department or author.is_principal or author.is_teacher):
        await _take_away(conn, row, NOT_ALLOWED, now)
        return 0
    classes = None if is_department or author.is_principal else author.class_ids
    count = await people.materialise(
        conn, row=row, classes=classes, published_at=published_at, now=now
    )
    if not count:
        await _take_away(conn, row, NOBODY, now)
        return 0
    await db.run(
        conn,
        """
        update announcement set state = 'published', published_at = $3, changed_at = $4
         where school_id = $1 and id = $2
        """,
        row.school_id,
        row.id,
        published_at,
        now,
    )
    await tell_recipients(
        conn,
        school_id=_school(row),
        announcement_id=row.id,
        kind="announcement",
        event_id=row.id,
        day=school_day(published_at),
        actor=row.author_account_id,
        params=await _params(conn, row)
        | {"excerpt": excerpt(row.body)}
        | ({"urgent": True} if row.is_urgent else {}),
    )
    return count


async def take_back(
    conn: db.Conn,
    *,
    row: AnnouncementRow,
    reason: str,
    withdrawn_by: UUID | None,
    now: datetime,
) -> int:
    """Withdraw what has gone out, and tell those who were told of it; it stays, as withdrawn."""
    await _withdraw(conn, row, reason, withdrawn_by, now)
    if row.published_at is None:
        return 0
    # Held in the order of the key, as by all who hold several; apart from the update, since a join
    # of the two is planned as a loop in a loop.
    await db.value(
        conn,
        """
        with held as materialized (
            select 1 from announcement_recipient
             where school_id = $1 and announcement_id = $2
             order by person_kind, person_id for no key update)
        select count(*) from held
        """,
        row.school_id,
        row.id,
    )
    await db.run(
        conn,
        """
        update announcement_recipient set changed_at = $3
         where school_id = $1 and announcement_id = $2
        """,
        row.school_id,
        row.id,
        now,
    )
    return await tell_recipients(
        conn,
        school_id=_school(row),
        announcement_id=row.id,
        kind="announcement_withdrawn",
        event_id=uuid5(row.id, "withdrawn"),
        # The relay looks for what is replaced on the day that it was told of.
        day=school_day(row.published_at),
        actor=withdrawn_by,
        params=await _params(conn, row) | {"message": reason, "replaces": str(row.id)},
    )


async def remind(
    conn: db.Conn,
    *,
    row: AnnouncementRow,
    actor: UUID,
    now: datetime,
    classes: Collection[UUID] | None = None,
    but_classes: Collection[UUID] = (),
    but: Collection[UUID] = (),
) -> int:
    """Ask those who have not answered; how many people. Who may, and how often, was asked.

    It takes the place of the announcement, so that the withdrawal takes the place of both. All that
    is reminded on one day is one event: a family of two classes reads it once. `classes`, `but...`:
    see `tell_recipients`.
    """
    return await tell_recipients(
        conn,
        school_id=_school(row),
        announcement_id=row.id,
        kind="answer_wanted",
        event_id=uuid5(row.id, f"reminder {school_day(now)}"),
        # The relay looks for what is replaced on the day that it was told of.
        day=school_day(row.published_at or now),
        actor=actor,
        params=await _params(conn, row)
        | {"at": instant(row.answer_until), "replaces": str(row.id)},
        only_unanswered=True,
        has_pupils=False,
        classes=classes,
        but_classes=but_classes,
        but=but,
    )


async def _take_away(conn: db.Conn, row: AnnouncementRow, why: str, now: datetime) -> None:
    await _withdraw(conn, row, why, None, now)


async def _withdraw(
    conn: db.Conn, row: AnnouncementRow, reason: str, withdrawn_by: UUID | None, now: datetime
) -> None:
    await db.run(
        conn,
        """
        update announcement
           set state = 'withdrawn', withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5,
               changed_at = $3
         where school_id = $1 and id = $2
        """,
        row.school_id,
        row.id,
        now,
        withdrawn_by,
        reason,
    )


async def _params(conn: db.Conn, row: AnnouncementRow) -> dict[str, object]:
    """None of it names a child: a family of two gets one message."""
    who = row.author_name
    if row.author_title != "department":
        who = f"{who}, {await school_name(conn, school_id=_school(row))}".lstrip(", ")
    return {"announcement_id": str(row.id), "title": row.title, "person": who}


async def _author(conn: db.Conn, row: AnnouncementRow, now: datetime) -> _Author:
    """What the account that wrote it may at this moment, and for which classes."""
    found = await db.one(
        conn,
        _Author,
        """
        with held as (
            select m.role, m.person_id from membership m join account a on a.id = m.account_id
             where m.school_id = $1 and m.account_id = $2 and m.ended_at is null
               and (m.valid_from is null or m.valid_from <= $3)
               and (m.valid_until is null or m.valid_until > $3)
               and a.disabled_at is null)
        select exists (select from held where role = 'principal') as is_principal,
               exists (select from held
                        where role in ('homeroom_teacher', 'subject_teacher')) as is_teacher,
               array(
                   select c.id from school_class c
                     join held on held.role = 'homeroom_teacher'
                      and held.person_id = c.homeroom_staff_id
                    where c.school_id = $1 and c.ended_at is null
                    union
                   select t.class_id from class_teacher t
                     join held on held.role = 'subject_teacher' and held.person_id = t.staff_id
                    where t.school_id = $1) as class_ids
        """,
        row.school_id,
        row.author_account_id,
        now,
    )
    return found or _Author(is_principal=False, is_teacher=False, class_ids=[])


def _school(row: AnnouncementRow) -> int:
    if row.school_id is None:
        raise ValueError("the department's row is of no school")
    return row.school_id
