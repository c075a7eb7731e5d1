"""What was taught, written down by who taught it or leads the class."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.daily import edits
from app.contact_book.daily import lesson_queries as queries
from app.contact_book.daily.edits import Before, Edit
from app.contact_book.daily.lesson_queries import LessonRow
from app.contact_book.daily.model import EntryTaken, Lesson, NotYoursToChange, TextBefore
from app.contact_book.daily.rights import Pen, kept_text, own_subject_named, require_fresh
from app.contact_book.model import key_of

MOST: Final = 2000


class Draft(Struct, frozen=True, kw_only=True):
    """A lesson as somebody gives it; `text` empty: it is taken back.

    `read_at`: the `changed_at` of what the writer had before them; None: not said.
    """

    id: UUID
    subject: str
    text: str
    read_at: datetime | None = None


async def write(
    conn: db.Conn, *, pen: Pen, day: date, drafts: Sequence[Draft], now: datetime
) -> bool:
    """Write what is new, change what differs; whether anything did. The class is locked.

    Raises:
        NotYourSubject, TextTooLong.
        EntryTaken: an id belongs to another class or day.
        NotYoursToChange: somebody else wrote it.
        ChangedSince: it is newer than what the writer had read.
    """
    known = await queries.lessons_known(
        conn, school_id=pen.school_id, ids=[each.id for each in drafts]
    )
    changes = [
        await _write_one(conn, pen, day, draft, known.get(draft.id), now) for draft in drafts
    ]
    return any(changes)


async def _write_one(
    conn: db.Conn, pen: Pen, day: date, draft: Draft, row: LessonRow | None, now: datetime
) -> bool:
    text = kept_text(draft.text, most=MOST)
    if row is None and not text:
        return False
    subject = own_subject_named(pen, draft.subject)
    if row is None:
        await queries.insert_lesson(
            conn,
            school_id=pen.school_id,
            class_id=pen.of_class.id,
            lesson_id=draft.id,
            day=day,
            subject=subject,
            text=text,
            search_key=key_of(subject, text),
            author=(pen.account_id, pen.desk.staff_id, pen.name),
            now=now,
        )
        return True
    if (row.class_id, row.day) != (pen.of_class.id, day):
        raise EntryTaken
    is_gone = row.withdrawn_at is not None
    if (is_gone and not text) or (not is_gone and (row.subject, row.text) == (subject, text)):
        return False
    require_fresh(row.changed_at, read_at=draft.read_at, named=row.subject)
    if is_gone:
        return False
    if not may_change(pen, row):
        raise NotYoursToChange
    await _change(conn, pen, row, subject=subject, text=text, now=now)
    return True


async def _change(
    conn: db.Conn, pen: Pen, row: LessonRow, *, subject: str, text: str, now: datetime
) -> None:
    if not text:
        await queries.withdraw_lesson(
            conn, school_id=pen.school_id, lesson_id=row.id, by=pen.account_id, now=now
        )
        return
    await edits.keep(
        conn,
        school_id=pen.school_id,
        of_kind="lesson",
        before=[Before(of_id=row.id, before={"subject": row.subject, "text": row.text})],
        edited_by=pen.account_id,
        editor_name=pen.name,
        now=now,
    )
    await queries.change_lesson(
        conn,
        school_id=pen.school_id,
        lesson_id=row.id,
        subject=subject,
        text=text,
        search_key=key_of(subject, text),
        now=now,
    )


def may_change(pen: Pen, row: LessonRow) -> bool:
    """Its author, and who leads the class: a substitute goes on where somebody left off."""
    return pen.leads or row.author_account_id == pen.account_id


def shown(row: LessonRow, *, may_change: bool, earlier: Sequence[Edit] = ()) -> Lesson:
    """As its reader sees it; `earlier`: what it said before, for who may change it."""
    return Lesson(
        id=row.id,
        school_id=row.school_id,
        class_id=row.class_id,
        day=row.day,
        subject=row.subject,
        text=row.text,
        author_name=row.author_name,
        created_at=row.created_at,
        changed_at=row.changed_at,
        edited_at=row.edited_at,
        may_change=may_change,
        before=[_before(each) for each in earlier] if may_change else [],
    )


def _before(edit: Edit) -> TextBefore:
    subject, text = edit.before["subject"], edit.before["text"]
    return TextBefore(
        # The subject is a part of what it said.
        text=f"{subject}: {text}",
        kind=None,
        changed_by=edit.editor_name,
        changed_at=edit.edited_at,
    )
