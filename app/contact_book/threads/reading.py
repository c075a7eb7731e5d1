"""Whose threads somebody may read, and how they are shown to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app import db
from app.contact_book.access import family_links
from app.contact_book.attachments import service as files
from app.contact_book.attachments.urls import AttachmentUrls
from app.contact_book.threads import blocks, messages, people, queries
from app.contact_book.threads.hours import holidays_from, hours_of
from app.contact_book.threads.model import (
    EDIT_WITHIN,
    AccessNeeded,
    LastMessage,
    Message,
    MessageRow,
    NoSuchMessage,
    NoSuchThread,
    Reader,
    Seated,
    Thread,
    ThreadRow,
    ThreadSummary,
    ThreadTeacher,
    WhyNot,
)
from app.identity.model import Caller


async def reader_of(conn: db.Conn, *, caller: Caller, now: datetime) -> Reader:
    """What the caller may read as things are at this moment; opens the schools of past children."""
    seats = {}
    for school_id in sorted(caller.schools_as("homeroom_teacher", "subject_teacher")):
        leads = caller.person_in(school_id, "homeroom_teacher")
        staff_id = leads or caller.person_in(school_id, "subject_teacher")
        if staff_id is not None:
            seats[school_id] = await people.seats(
                conn,
                school_id=school_id,
                staff_id=staff_id,
                is_leader=leads is not None,
                now=now,
            )
    return Reader(
        account_id=caller.account_id,
        kin=[link for link in await family_links(conn, caller=caller) if not link.is_self],
        seats=seats,
        led_schools=caller.schools_as("principal"),
    )


async def one(conn: db.Conn, *, reader: Reader, thread_id: UUID, now: datetime) -> ThreadRow:
    """The thread, if the reader may know of it.

    Raises:
        NoSuchThread: not one of the reader's.
    """
    found = await queries.threads(conn, reader=reader, now=now, thread_id=thread_id)
    if not found:
        raise NoSuchThread
    return found[0]


async def readable(conn: db.Conn, *, reader: Reader, thread_id: UUID, now: datetime) -> ThreadRow:
    """The thread, if the reader may read what is said in it.

    Raises:
        NoSuchThread: not one of the reader's.
        AccessNeeded: a principal who has not said why.
    """
    row = await one(conn, reader=reader, thread_id=thread_id, now=now)
    if not row.may_read:
        raise AccessNeeded(
            (
                "Hãy ghi lý do xem cuộc trò chuyện này; hai bên sẽ thấy là bạn đã xem.",
                "Say why you read this thread; both sides see that you did.",
            )
        )
    return row


async def message_in(conn: db.Conn, *, row: ThreadRow, message_id: UUID) -> MessageRow:
    """One message of a thread that the reader may read.

    Raises:
        NoSuchMessage: there is none, or it was said after the pupil had left.
    """
    found = await messages.message(conn, school_id=row.school_id, message_id=message_id)
    if found is None or found.thread_id != row.id:
        raise NoSuchMessage
    if row.until is not None and found.sent_at >= row.until:
        raise NoSuchMessage
    return found


def summary(row: ThreadRow) -> ThreadSummary:
    """A thread in a list."""
    last = None
    if row.last_author is not None and row.last_author_kind is not None:
        last = LastMessage(
            author_kind=row.last_author_kind, author_name=row.last_author, text=row.last_text or ""
        )
    return ThreadSummary(
        id=row.id,
        school_id=row.school_id,
        student_id=row.student_id,
        student_name=row.student_name,
        class_id=row.class_id,
        class_name=row.class_name,
        kind=row.kind,
        subject=row.subject,
        is_apart=row.only_account_id is not None,
        side=row.side,
        created_at=row.created_at,
        last_at=row.last_at,
        last_seq=row.last_seq,
        unread=row.unread,
        last_message=last,
    )


async def shown(conn: db.Conn, row: ThreadRow, *, now: datetime) -> Thread:
    """A thread with who sits there, and what may be done."""
    seated = await people.seated(conn, school_id=row.school_id, thread_id=row.id, now=now)
    teachers = await _teachers(conn, row.school_id, seated, now)
    waits = [each.opens_at for each in teachers]
    why_not = why_not_written(row, has_teacher=bool(seated))
    of_school = row.side != "guardian"
    return Thread(
        id=row.id,
        school_id=row.school_id,
        student_id=row.student_id,
        student_name=row.student_name,
        class_id=row.class_id,
        class_name=row.class_name,
        kind=row.kind,
        subject=row.subject,
        is_apart=row.only_account_id is not None,
        side=row.side,
        created_at=row.created_at,
        last_at=row.last_at,
        last_seq=row.last_seq,
        unread=row.unread,
        teachers=teachers,
        opens_at=min((each for each in waits if each is not None), default=None)
        if None not in waits
        else None,
        read_by_other_side=row.family_seq if of_school else row.staff_seq,
        may_write=why_not is None,
        why_not=why_not,
        needs_access=not row.may_read,
        access_until=row.access_until,
        looks=await queries.looks(conn, school_id=row.school_id, thread_id=row.id),
        blocks=await blocks.of_thread(conn, school_id=row.school_id, thread_id=row.id)
        if of_school
        else [],
    )


def why_not_written(row: ThreadRow, *, has_teacher: bool) -> WhyNot | None:
    """What keeps the reader from writing; None: nothing does."""
    if row.side == "principal":
        return "reader"
    if row.until is not None or row.class_id is None:
        return "left"
    if row.side == "guardian" and row.is_stopped:
        return "stopped"
    return None if has_teacher else "nobody"


async def shown_messages(
    conn: db.Conn,
    rows: Sequence[MessageRow],
    *,
    row: ThreadRow,
    account_id: UUID,
    urls: AttachmentUrls,
    now: datetime,
) -> list[Message]:
    """Messages as the reader of the thread sees them."""
    is_principal = row.side == "principal"
    whole = [each for each in rows if each.taken_back_at is None or is_principal]
    found = await files.of(
        conn, school_id=row.school_id, kind="message", ref_ids=[each.id for each in whole]
    )
    return [
        Message(
            id=each.id,
            seq=each.seq,
            author_kind=each.author_kind,
            author_name=each.author_name,
            is_stand_in=each.is_stand_in,
            is_own=each.author_account_id == account_id,
            text=each.text if each.taken_back_at is None or is_principal else "",
            attachments=files.shown(found.get(each.id, []), urls),
            sent_at=each.sent_at,
            edited_at=each.edited_at,
            taken_back_at=each.taken_back_at,
            edit_until=edit_until(each, row, account_id, now),
            may_take_back=may_change(each, row, account_id),
        )
        for each in rows
    ]


def may_change(message: MessageRow, row: ThreadRow, account_id: UUID) -> bool:
    """Whether it is the reader's own and stands, in a thread that is alive."""
    is_own = message.author_account_id == account_id and message.author_kind == row.side
    return is_own and message.taken_back_at is None and row.until is None


def edit_until(
    message: MessageRow, row: ThreadRow, account_id: UUID, now: datetime
) -> datetime | None:
    """Until when the reader may edit it; None: no, or no more."""
    until = message.sent_at + EDIT_WITHIN
    is_free = may_change(message, row, account_id) and not row.is_stopped
    return until if is_free and now < until else None


async def may_see_message(conn: db.Conn, *, caller: Caller, school_id: int, ref_id: UUID) -> bool:
    """Whether the caller may see what was sent with a message, now by the database's clock."""
    now: datetime = await db.value(conn, "select now()")
    message = await messages.message(conn, school_id=school_id, message_id=ref_id)
    if message is None:
        return False
    reader = await reader_of(conn, caller=caller, now=now)
    rows = await queries.threads(conn, reader=reader, now=now, thread_id=message.thread_id)
    if not rows or not rows[0].may_read:
        return False
    row = rows[0]
    if row.until is not None and message.sent_at >= row.until:
        return False
    return message.taken_back_at is None or row.side == "principal"


async def _teachers(
    conn: db.Conn, school_id: int, seated: Sequence[Seated], now: datetime
) -> list[ThreadTeacher]:
    hours = await hours_of(conn, school_id=school_id, staff_ids=[s.staff_id for s in seated])
    holidays = await holidays_from(conn, school_id=school_id, now=now)
    made = []
    for each in seated:
        own = hours[each.staff_id]
        is_away = own.is_away_at(now)
        made.append(
            ThreadTeacher(
                staff_id=each.staff_id,
                name=each.name,
                is_stand_in=each.is_stand_in,
                opens_at=own.opens_at(now, holidays=holidays),
                away_until=own.away_until if is_away else None,
                away_note=own.away_note if is_away else None,
            )
        )
    return made
