"""Homework is set, changed and taken back; the family marks what is done."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.attachments import service as attachments
from app.contact_book.daily import edits, news, pupils
from app.contact_book.daily import homework_queries as queries
from app.contact_book.daily.edits import Before, Edit
from app.contact_book.daily.homework_queries import HomeworkRow
from app.contact_book.daily.model import (
    AlreadyWithdrawn,
    BadDueDay,
    EntryTaken,
    NoSuchHomework,
    NotYoursToChange,
    TextBefore,
)
from app.contact_book.daily.rights import (
    Pen,
    kept_text,
    lock_class,
    own_subject_named,
    require_fresh,
)
from app.contact_book.model import key_of

MOST: Final = 5000
LONGEST: Final = timedelta(days=120)


class Draft(Struct, frozen=True, kw_only=True):
    """Homework as somebody gives it, under the id that the client chose.

    `attachment_ids`: exactly these; None: the files stay. `read_at`: the `changed_at` of what the
    writer had before them; None: not said.
    """

    id: UUID
    subject: str
    text: str
    due_day: date
    attachment_ids: Sequence[UUID] | None = None
    read_at: datetime | None = None


async def write(
    conn: db.Conn, *, pen: Pen, day: date, drafts: Sequence[Draft], now: datetime
) -> bool:
    """Set what is new and change what differs; whether anything did. The class is locked.

    What was withdrawn stays so.

    Raises:
        NotYourSubject, TextTooLong, BadDueDay; and what binding attachments raises.
        EntryTaken: an id belongs to another class or day.
        NotYoursToChange: somebody else set it.
        ChangedSince: it is newer than what the writer had read.
    """
    known = await queries.homework_known(
        conn, school_id=pen.school_id, ids=[each.id for each in drafts]
    )
    changes = [
        await _write_one(conn, pen, day, draft, known.get(draft.id), now) for draft in drafts
    ]
    return any(changes)


async def _write_one(
    conn: db.Conn, pen: Pen, day: date, draft: Draft, row: HomeworkRow | None, now: datetime
) -> bool:
    subject = own_subject_named(pen, draft.subject)
    text = kept_text(draft.text, most=MOST)
    if row is not None and (row.class_id, row.set_day) != (pen.of_class.id, day):
        raise EntryTaken
    if row is not None and row.withdrawn_at is not None:
        require_fresh(row.changed_at, read_at=draft.read_at, named=row.subject)
        return False
    _require_due(draft.due_day, set_day=day)
    if row is None:
        await queries.insert_homework(
            conn,
            school_id=pen.school_id,
            class_id=pen.of_class.id,
            homework_id=draft.id,
            subject=subject,
            text=text,
            search_key=key_of(subject, text),
            set_day=day,
            due_day=draft.due_day,
            author=(pen.account_id, pen.desk.staff_id, pen.name),
            now=now,
        )
        await attachments.bind(
            conn,
            school_id=pen.school_id,
            ids=draft.attachment_ids or (),
            kind="homework",
            ref_id=draft.id,
            account_id=pen.account_id,
        )
        return True
    has_words = await _change(
        conn, pen, row, subject=subject, text=text, due_day=draft.due_day, now=now
    )
    has_files = await _set_files(conn, pen, row, draft.attachment_ids, now)
    if has_words or has_files:
        require_fresh(row.changed_at, read_at=draft.read_at, named=row.subject)
    return has_words or has_files


async def _set_files(
    conn: db.Conn, pen: Pen, row: HomeworkRow, ids: Sequence[UUID] | None, now: datetime
) -> bool:
    """Let exactly these files belong to it; whether they are others than before."""
    if ids is None:
        return False
    there = await attachments.of(conn, school_id=pen.school_id, kind="homework", ref_ids=[row.id])
    if {each.id for each in there.get(row.id, [])} == set(ids):
        return False
    if not may_change(pen, row):
        raise NotYoursToChange
    await attachments.rebind(
        conn,
        school_id=pen.school_id,
        ids=ids,
        kind="homework",
        ref_id=row.id,
        account_id=pen.account_id,
        now=now,
    )
    await queries.touch_homework(conn, school_id=pen.school_id, homework_id=row.id, now=now)
    return True


async def _change(
    conn: db.Conn,
    pen: Pen,
    row: HomeworkRow,
    *,
    subject: str,
    text: str,
    due_day: date,
    now: datetime,
) -> bool:
    if (row.subject, row.text, row.due_day) == (subject, text, due_day):
        return False
    if not may_change(pen, row):
        raise NotYoursToChange
    before = {"subject": row.subject, "text": row.text, "due_day": row.due_day.isoformat()}
    await edits.keep(
        conn,
        school_id=pen.school_id,
        of_kind="homework",
        before=[Before(of_id=row.id, before=before)],
        edited_by=pen.account_id,
        editor_name=pen.name,
        now=now,
    )
    await queries.change_homework(
        conn,
        school_id=pen.school_id,
        homework_id=row.id,
        subject=subject,
        text=text,
        search_key=key_of(subject, text),
        due_day=due_day,
        now=now,
    )
    return True


async def add(
    conn: db.Conn, *, pen: Pen, day: date, draft: Draft, today: date, now: datetime
) -> None:
    """Set homework and tell the class's families. Sent again it is the same, told once.

    Raises:
        DayNotOpen; and what `write` raises.
    """
    pen.require_open(day, today=today)
    await lock_class(conn, school_id=pen.school_id, class_id=pen.of_class.id)
    if await write(conn, pen=pen, day=day, drafts=[draft], now=now):
        await _tell(conn, pen, day, draft.id, now)


async def edit(
    conn: db.Conn,
    *,
    pen: Pen,
    row: HomeworkRow,
    subject: str | None,
    text: str | None,
    due_day: date | None,
    attachment_ids: Sequence[UUID] | None,
    today: date,
    now: datetime,
) -> None:
    """Change it; what it said before is kept, and the families are told of the change.

    Raises:
        DayNotOpen, NotYoursToChange, NotYourSubject, TextTooLong, BadDueDay.
        AlreadyWithdrawn: it was taken back.
    """
    row = await _locked(conn, pen=pen, row=row, today=today)
    due = due_day or row.due_day
    _require_due(due, set_day=row.set_day)
    has_words = await _change(
        conn,
        pen,
        row,
        subject=row.subject if subject is None else own_subject_named(pen, subject),
        text=row.text if text is None else kept_text(text, most=MOST),
        due_day=due,
        now=now,
    )
    has_files = await _set_files(conn, pen, row, attachment_ids, now)
    if has_words or has_files:
        await _tell(conn, pen, row.set_day, row.id, now)


async def take_back(
    conn: db.Conn, *, pen: Pen, row: HomeworkRow, today: date, now: datetime
) -> None:
    """Withdraw it; it stays as withdrawn, and the families' message is put right.

    Raises:
        DayNotOpen, NotYoursToChange.
        AlreadyWithdrawn: somebody was faster.
    """
    row = await _locked(conn, pen=pen, row=row, today=today)
    await queries.withdraw_homework(
        conn, school_id=pen.school_id, homework_id=row.id, by=pen.account_id, now=now
    )
    await _tell(conn, pen, row.set_day, row.id, now, is_taken_back=True)


async def _locked(conn: db.Conn, *, pen: Pen, row: HomeworkRow, today: date) -> HomeworkRow:
    pen.require_open(row.set_day, today=today)
    await lock_class(conn, school_id=pen.school_id, class_id=pen.of_class.id)
    rows = await queries.homework_known(conn, school_id=pen.school_id, ids=[row.id])
    row = rows[row.id]
    if not may_change(pen, row):
        raise NotYoursToChange
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return row


async def mark(
    conn: db.Conn,
    *,
    school_id: int,
    homework_id: UUID,
    student_id: UUID,
    account_id: UUID,
    done: bool,
    now: datetime,
) -> None:
    """Set the family's mark, or take it back; who may speak for the pupil is asked before.

    Raises:
        NoSuchHomework: not this pupil's.
        AlreadyWithdrawn: the school took it back.
    """
    rows = await queries.homework_known(conn, school_id=school_id, ids=[homework_id])
    has = await queries.has_homework(
        conn, school_id=school_id, student_id=student_id, homework_id=homework_id
    )
    if not rows or not has:
        raise NoSuchHomework
    if rows[homework_id].withdrawn_at is not None:
        raise AlreadyWithdrawn
    await queries.set_done(
        conn,
        school_id=school_id,
        homework_id=homework_id,
        student_id=student_id,
        account_id=account_id,
        done=done,
        now=now,
    )


async def _tell(
    conn: db.Conn,
    pen: Pen,
    day: date,
    homework_id: UUID,
    now: datetime,
    *,
    is_taken_back: bool = False,
) -> None:
    there = await pupils.pupils_of(conn, school_id=pen.school_id, class_id=pen.of_class.id, day=day)
    ids = [each.id for each in there]
    await news.tell(
        conn,
        school_id=pen.school_id,
        class_id=pen.of_class.id,
        day=day,
        kind="homework",
        student_ids=ids,
        at_once=(),
        link={"homework_id": str(homework_id)},
        actor=pen.account_id,
        now=now,
        taken_back=ids if is_taken_back else (),
    )


def may_change(pen: Pen, row: HomeworkRow) -> bool:
    """Who set it, and who leads the class: a substitute goes on where somebody left off."""
    return pen.leads or row.author_account_id == pen.account_id


def texts_before(made: Iterable[Edit]) -> list[TextBefore]:
    """What it said earlier, the oldest first."""
    return [
        TextBefore(
            text=each.before["text"],
            kind=None,
            changed_by=each.editor_name,
            changed_at=each.edited_at,
        )
        for each in made
    ]


def _require_due(due_day: date, *, set_day: date) -> None:
    if not set_day <= due_day <= set_day + LONGEST:
        raise BadDueDay(
            (
                f"Hạn nộp từ ngày giao đến {LONGEST.days} ngày sau.",
                f"The due day lies between the day it is set and {LONGEST.days} days later.",
            )
        )
