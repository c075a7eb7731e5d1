"""Who has not answered is asked again: everybody, or the class that somebody leads."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app import db
from app.attendance.plan import school_day
from app.contact_book.announcements import queries, reading, sending
from app.contact_book.announcements.answers import require_open
from app.contact_book.announcements.model import (
    AnnouncementRow,
    NoSuchAnnouncement,
    RemindedToday,
)
from app.contact_book.announcements.reading import Reader, Seen


def own_classes(reader: Reader, one: Seen) -> list[UUID] | None:
    """The classes that the reader may remind; None: everybody, as its author or the principal."""
    if one.desk is None:
        return []
    if one.desk.is_principal or one.row.author_account_id == reader.account_id:
        return None
    return sorted(one.desk.homeroom_class_ids)


async def remind(conn: db.Conn, *, reader: Reader, announcement_id: UUID, now: datetime) -> int:
    """Remind who has not answered: everybody, or those of the class that the reader leads.

    Raises:
        NoSuchAnnouncement: none of these is the reader's to do.
        NotPublished, Withdrawn, NothingAsked, AnswersClosed, RemindedToday: see below.
    """
    one = await reading.seen(conn, reader=reader, announcement_id=announcement_id)
    own = own_classes(reader, one)
    if own is None:
        return await remind_all(conn, row=one.row, actor=reader.account_id, now=now)
    if not own:
        raise NoSuchAnnouncement
    return await _remind_classes(
        conn,
        row=one.row,
        classes=own,
        hidden=reader.hidden_in(int(one.row.school_id or 0)),
        actor=reader.account_id,
        now=now,
    )


async def remind_all(conn: db.Conn, *, row: AnnouncementRow, actor: UUID, now: datetime) -> int:
    """Remind who has not answered, once a day; how many people.

    Classes that were reminded today by their homeroom teachers are left out.

    Raises:
        NotPublished, Withdrawn, NothingAsked, AnswersClosed: there is nothing to answer.
        RemindedToday: it was done.
    """
    row = await _as_it_is(conn, row, now)
    is_first = await db.run(
        conn,
        """
        update announcement set reminded_on = $3
         where school_id = $1 and id = $2 and reminded_on is distinct from $3
        """,
        row.school_id,
        row.id,
        school_day(now),
    )
    if not is_first:
        raise RemindedToday
    done = await _classes_reminded(conn, row, now)
    return await sending.remind(conn, row=row, actor=actor, now=now, but_classes=done)


async def _remind_classes(
    conn: db.Conn,
    *,
    row: AnnouncementRow,
    classes: Collection[UUID],
    hidden: Collection[UUID],
    actor: UUID,
    now: datetime,
) -> int:
    """Remind who has not answered in these classes, each once a day; how many people.

    `hidden`: pupils whom a court keeps from the one who reminds.

    Raises:
        NotPublished, Withdrawn, NothingAsked, AnswersClosed: there is nothing to answer.
        RemindedToday: it was done, here or for all.
    """
    row = await _as_it_is(conn, row, now)
    done = await _classes_reminded(conn, row, now)
    waiting = sorted(set(classes) - done)
    if not waiting or await is_reminded(conn, row=row, now=now):
        raise RemindedToday
    await db.run(
        conn,
        """
        insert into announcement_class_reminder (school_id, announcement_id, class_id, reminded_on,
               reminded_by)
        select $1, $2, class_id, $4, $5 from unnest($3::uuid[]) as class_id
            on conflict (school_id, announcement_id, class_id)
            do update set reminded_on = excluded.reminded_on, reminded_by = excluded.reminded_by
        """,
        row.school_id,
        row.id,
        waiting,
        school_day(now),
        actor,
    )
    return await sending.remind(conn, row=row, actor=actor, now=now, classes=waiting, but=hidden)


async def _as_it_is(conn: db.Conn, row: AnnouncementRow, now: datetime) -> AnnouncementRow:
    """The row, locked: since the caller read it, it may have been taken back.

    Raises: as `require_open`.
    """
    (found,) = await queries.found(
        conn, school_ids=[int(row.school_id or 0)], announcement_id=row.id, is_locked=True
    )
    require_open(found, now)
    return found


async def _classes_reminded(conn: db.Conn, row: AnnouncementRow, now: datetime) -> frozenset[UUID]:
    """The classes that were reminded today by their own teachers."""
    rows = await db.rows(
        conn,
        """
        select class_id from announcement_class_reminder
         where school_id = $1 and announcement_id = $2 and reminded_on = $3
        """,
        row.school_id,
        row.id,
        school_day(now),
    )
    return frozenset(each["class_id"] for each in rows)


async def is_reminded(
    conn: db.Conn,
    *,
    row: AnnouncementRow,
    now: datetime,
    classes: Collection[UUID] | None = None,
) -> bool:
    """Whether a reminder went out today: to all, or to each of `classes`."""
    if classes and set(classes) <= await _classes_reminded(conn, row, now):
        return True
    found: bool = await db.value(
        conn,
        """
        select coalesce(reminded_on = $3, false) from announcement
         where school_id = $1 and id = $2
        """,
        row.school_id,
        row.id,
        school_day(now),
    )
    return bool(found)
