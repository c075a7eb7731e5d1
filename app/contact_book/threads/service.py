"""What is said in a thread: written, edited, taken back, read; and a principal who looks in.

Who writes holds the thread's lock, so `seq` has no gaps and two at once come one after the other.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from app import audit, db
from app.contact_book.attachments import service as files
from app.contact_book.model import key_of, text_of
from app.contact_book.threads import messages, people, queries, telling
from app.contact_book.threads.model import (
    ACCESS_LASTS,
    EDIT_WITHIN,
    AuthorKind,
    EmptyMessage,
    MessageEdit,
    MessageIdUsed,
    MessageRow,
    MessageTakenBack,
    NewMessage,
    NobodyReads,
    NoSuchThread,
    NotYourMessage,
    OnlyReading,
    PupilLeft,
    Reader,
    Seated,
    ThreadRow,
    TooLateToEdit,
    WritingStopped,
)
from app.contact_book.threads.reading import message_in, one, readable
from app.limits import Bucket, Limiter

# Of one account, over all its threads: a conversation, not a flood.
MESSAGES: Final = Bucket("messages", 20, 1 / 15)
# A teacher answers a whole class in an evening.
STAFF_MESSAGES: Final = Bucket("staff-messages", 60, 1 / 5)


async def write(
    conn: db.Conn,
    *,
    reader: Reader,
    thread_id: UUID,
    new: NewMessage,
    limiter: Limiter,
    now: datetime,
) -> tuple[ThreadRow, MessageRow]:
    """Say something; the other side is told, a teacher when the contact hours begin.

    The same id again is the same message: it is answered as it stands, and nobody is told twice.

    Raises:
        NoSuchThread, OnlyReading, PupilLeft, WritingStopped: the reader may not write here.
        NobodyReads: nobody teaches the pupil so at this moment.
        MessageIdUsed: the id is another message's.
        EmptyMessage: neither text nor file.
        TooManyRequests: a flood.
    """
    row = await one(conn, reader=reader, thread_id=thread_id, now=now)
    head = await messages.lock_thread(conn, school_id=row.school_id, thread_id=row.id)
    if head is None:
        raise NoSuchThread
    # Once more under the lock: a stop or a block that was just set holds.
    row = await one(conn, reader=reader, thread_id=thread_id, now=now)
    side = _writing_side(row)
    text = text_of(new.text)
    if not text and not new.attachment_ids:
        raise EmptyMessage
    known = await messages.message(conn, school_id=row.school_id, message_id=new.id)
    if known is not None:
        return row, _the_same(known, row, reader.account_id, text)
    seated = await people.seated(conn, school_id=row.school_id, thread_id=row.id, now=now)
    if not seated:
        raise _nobody(row)
    await limiter.take(MESSAGES if side == "guardian" else STAFF_MESSAGES, reader.account_id)
    own = next((s for s in seated if s.account_id == reader.account_id), None)
    message = MessageRow(
        school_id=row.school_id,
        thread_id=row.id,
        seq=head.last_seq + 1,
        id=new.id,
        author_account_id=reader.account_id,
        author_kind=side,
        author_name=await _name(conn, row, reader.account_id, own),
        is_stand_in=side == "staff" and own is not None and own.is_stand_in,
        text=text,
        sent_at=now,
        edited_at=None,
        taken_back_at=None,
    )
    await _insert(conn, message, new.attachment_ids)
    await telling.tell(conn, head=head, message=message, seated=seated, now=now)
    return row, message


async def edit(
    conn: db.Conn,
    *,
    reader: Reader,
    thread_id: UUID,
    message_id: UUID,
    text: str,
    now: datetime,
) -> tuple[ThreadRow, MessageRow]:
    """Say an own message otherwise, within 15 minutes; what it said before is kept.

    Raises:
        NoSuchThread, NoSuchMessage: not to be read.
        NotYourMessage, MessageTakenBack, TooLateToEdit, WritingStopped, PupilLeft, OnlyReading.
    """
    row = await one(conn, reader=reader, thread_id=thread_id, now=now)
    await messages.lock_thread(conn, school_id=row.school_id, thread_id=row.id)
    message = await _own(conn, row, message_id, reader)
    _writing_side(row)
    if message.taken_back_at is not None:
        raise MessageTakenBack
    if now >= message.sent_at + EDIT_WITHIN:
        raise TooLateToEdit(
            (
                "Hãy gửi thêm một tin để nói lại, hoặc thu hồi tin này.",
                "Send another message instead, or take this one back.",
            )
        )
    text = text_of(text)
    if not text:
        raise EmptyMessage
    if text != message.text:
        await messages.edit(conn, message, text=text, search_key=key_of(text), now=now)
        message = replace(message, text=text, edited_at=now)
    return row, message


async def take_back(
    conn: db.Conn, *, reader: Reader, thread_id: UUID, message_id: UUID, now: datetime
) -> tuple[ThreadRow, MessageRow]:
    """Let nobody of the thread see an own message any more. Again: it stays as it is.

    Raises:
        NoSuchThread, NoSuchMessage: not to be read.
        NotYourMessage, PupilLeft, OnlyReading.
    """
    row = await one(conn, reader=reader, thread_id=thread_id, now=now)
    await messages.lock_thread(conn, school_id=row.school_id, thread_id=row.id)
    message = await _own(conn, row, message_id, reader)
    if row.until is not None:
        raise PupilLeft
    if message.taken_back_at is None:
        await messages.take_back(conn, message, now=now)
        message = replace(message, taken_back_at=now)
    return row, message


async def read(
    conn: db.Conn, *, reader: Reader, thread_id: UUID, seq: int, now: datetime
) -> ThreadRow:
    """The reader has read up to `seq`; the other side sees it. A principal leaves no mark.

    Raises:
        NoSuchThread, AccessNeeded: as `readable`.
    """
    row = await readable(conn, reader=reader, thread_id=thread_id, now=now)
    if row.side == "principal":
        return row
    await queries.mark_read(
        conn,
        school_id=row.school_id,
        thread_id=row.id,
        account_id=reader.account_id,
        side=row.side,
        seq=min(seq, row.last_seq),
        now=now,
    )
    return await one(conn, reader=reader, thread_id=thread_id, now=now)


async def history(
    conn: db.Conn, *, reader: Reader, thread_id: UUID, message_id: UUID, now: datetime
) -> list[MessageEdit]:
    """What a message said before; of one taken back for a principal alone.

    Raises:
        NoSuchThread, AccessNeeded, NoSuchMessage: as `readable` and `message_in`.
        MessageTakenBack: nobody of the thread reads it any more.
    """
    row = await readable(conn, reader=reader, thread_id=thread_id, now=now)
    message = await message_in(conn, row=row, message_id=message_id)
    if message.taken_back_at is not None and row.side != "principal":
        raise MessageTakenBack
    found = await messages.edits(conn, school_id=row.school_id, message_ids=[message_id])
    return found.get(message_id, [])


async def look_into(
    conn: db.Conn, *, reader: Reader, thread_id: UUID, reason: str, now: datetime
) -> ThreadRow:
    """Let a principal read a thread of the school for a day. Both sides see that it happened.

    Raises:
        NoSuchThread: not one of the school's.
    """
    row = await one(conn, reader=reader, thread_id=thread_id, now=now)
    if row.side != "principal":
        return row  # who is of the thread needs none
    until = now + ACCESS_LASTS
    name = await people.staff_name(conn, school_id=row.school_id, account_id=reader.account_id)
    await queries.insert_look(
        conn,
        school_id=row.school_id,
        thread_id=row.id,
        account_id=reader.account_id,
        name=name or "",
        reason=text_of(reason),
        now=now,
        until=until,
    )
    await audit.record(
        conn,
        school_id=row.school_id,
        kind="thread_opened",
        subject_id=row.student_id,
        actor_account_id=reader.account_id,
        detail={"thread": str(row.id), "until": until.isoformat()},
        now=now,
    )
    return await one(conn, reader=reader, thread_id=thread_id, now=now)


def _writing_side(row: ThreadRow) -> AuthorKind:
    if row.side == "principal":
        raise OnlyReading
    if row.until is not None or row.class_id is None:
        raise PupilLeft(
            (
                "Cuộc trò chuyện vẫn còn đây để đọc lại.",
                "The thread stays here to be read.",
            )
        )
    if row.side == "guardian" and row.is_stopped:
        raise WritingStopped(
            (
                "Bạn vẫn đọc được. Hãy liên hệ ban giám hiệu nếu cần trao đổi.",
                "You may still read. Talk to the school's principal if there is need.",
            )
        )
    return row.side


def _the_same(known: MessageRow, row: ThreadRow, account_id: UUID, text: str) -> MessageRow:
    is_mine = known.thread_id == row.id and known.author_account_id == account_id
    if not is_mine or (known.edited_at is None and known.text != text):
        raise MessageIdUsed
    return known


def _nobody(row: ThreadRow) -> NobodyReads:
    if row.kind == "subject":
        return NobodyReads(
            (
                "Hiện không ai dạy môn này ở lớp. Hãy nhắn giáo viên chủ nhiệm.",
                "Nobody teaches this subject now. Write to the homeroom teacher.",
            )
        )
    return NobodyReads(
        (
            "Lớp chưa có giáo viên chủ nhiệm. Hãy gọi văn phòng nhà trường.",
            "The class has no homeroom teacher. Call the school's office.",
        )
    )


async def _name(conn: db.Conn, row: ThreadRow, account_id: UUID, own: Seated | None) -> str:
    if row.side == "staff":
        return own.name if own is not None else ""
    name = await people.guardian_name(
        conn, school_id=row.school_id, student_id=row.student_id, account_id=account_id
    )
    return name or ""


async def _own(conn: db.Conn, row: ThreadRow, message_id: UUID, reader: Reader) -> MessageRow:
    if row.side == "principal":
        raise OnlyReading
    message = await message_in(conn, row=row, message_id=message_id)
    if message.author_account_id != reader.account_id or message.author_kind != row.side:
        raise NotYourMessage
    return message


async def _insert(conn: db.Conn, message: MessageRow, attachment_ids: list[UUID]) -> None:
    try:
        async with conn.transaction():
            await messages.insert_message(conn, message, search_key=key_of(message.text))
    except db.UniqueViolation:
        # In another thread of the school, at the same time.
        raise MessageIdUsed from None
    await files.bind(
        conn,
        school_id=message.school_id,
        ids=attachment_ids,
        kind="message",
        ref_id=message.id,
        account_id=message.author_account_id,
    )
    await queries.mark_read(
        conn,
        school_id=message.school_id,
        thread_id=message.thread_id,
        account_id=message.author_account_id,
        side=message.author_kind,
        seq=message.seq,
        now=message.sent_at,
    )
