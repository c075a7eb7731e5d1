"""Messages between the guardians of one pupil and a teacher."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from litestar import get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app import db
from app.contact_book.attachments.urls import AttachmentUrls
from app.contact_book.threads import messages, opening, queries, reading, service
from app.contact_book.threads.model import (
    Message,
    MessageEdit,
    MessageRow,
    NewMessage,
    NoSuchPartner,
    Partner,
    Thread,
    ThreadKind,
    ThreadRow,
    ThreadSummary,
)
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, CursorInt, Page, decode_cursor, page_of
from mobile_api.access import SIGNED_IN, TEACHERS, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import Cursor, Limit, Name, OptionalText, PathId, QueryId
from mobile_api.openapi import FAILS

# Who was a guardian until the pupil moved holds no role any more, and reads on.
_READERS: Final = {"who": SIGNED_IN}
_WRITERS: Final = {"who": only("guardian", *TEACHERS)}

QuerySchool = Annotated[int | None, QueryParameter(ge=1, le=16_777_215)]
StudentId = Annotated[UUID, QueryParameter()]
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class ThreadOpened(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`subject` belongs to a subject teacher's. `is_apart`: one guardian's own, where it may be."""

    student_id: UUID
    kind: ThreadKind
    subject: Name | None = None
    is_apart: bool = False


class MessageSent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's own: the same again is the same message. Text, files, or both."""

    id: UUID
    text: OptionalText = ""
    attachment_ids: Annotated[list[UUID], Meta(max_length=10)] = []


class MessageChanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: OptionalText


class ReadMark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything up to this `seq`."""

    seq: Seq


class Threads(Controller):
    path = "/v1/contact-book"
    tags = ("contact-book",)

    @get("/threads", operation_id="list_threads", opt=_READERS)
    async def list_threads(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: QuerySchool = None,
        student_id: QueryId = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[ThreadSummary]:
        """The caller's threads, where something was said last first.

        Guardians: of their children, also of those who have moved. Teachers: of the class led, the
        subjects taught, and those whom they stand in for. Principals: what they opened with a
        reason, and of a pupil that they name which threads there are, without a word of them.
        """
        before = decode_cursor(cursor, tuple[datetime, UUID])
        rows = await queries.threads(
            tx,
            reader=await reading.reader_of(tx, caller=caller, now=now),
            now=now,
            school_id=school_id,
            student_id=student_id,
            before=before,
            limit=limit + 1,
        )
        shown = [reading.summary(row) for row in rows]
        return page_of(shown, limit=limit, key=lambda row: [row.last_at, row.id])

    @get("/thread-partners", operation_id="list_thread_partners", opt=_WRITERS)
    async def list_partners(
        self, tx: Tx, caller: Me, now: Now, student_id: StudentId
    ) -> Page[Partner]:
        """With whom a thread about the pupil can be opened, and which there is already.

        For guardians: the pupil's homeroom teacher and subject teachers. For teachers: what they
        are to the pupil.
        """
        reader = await reading.reader_of(tx, caller=caller, now=now)
        return Page(items=await opening.partners(tx, reader=reader, student_id=student_id, now=now))

    @post(
        "/threads",
        operation_id="open_thread",
        status_code=200,
        opt={**_WRITERS, FAILS: (404,)},
    )
    async def open_thread(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[ThreadOpened]
    ) -> Thread:
        """The thread with a teacher of the pupil; opened, if nobody has yet.

        For guardians of the pupil, and the teachers who are so to the pupil. All guardians see it,
        unless it is opened apart under a custody rule.
        """
        if (data.kind == "subject") != (data.subject is not None):
            raise NoSuchPartner(
                (
                    "Môn học (`subject`) chỉ dùng với giáo viên bộ môn.",
                    "A `subject` belongs to a subject teacher's thread, and to no other.",
                )
            )
        reader = await reading.reader_of(tx, caller=caller, now=now)
        thread_id = await opening.open_thread(
            tx,
            reader=reader,
            student_id=data.student_id,
            kind=data.kind,
            subject=data.subject,
            is_apart=data.is_apart,
            now=now,
        )
        row = await reading.one(tx, reader=reader, thread_id=thread_id, now=now)
        return await reading.shown(tx, row, now=now)

    @get("/threads/{thread_id:uuid}", operation_id="get_thread", opt=_READERS)
    async def get_thread(self, tx: Tx, caller: Me, now: Now, thread_id: PathId) -> Thread:
        """One thread: who reads it and when, and what may be done. For whom the list shows it to,
        and the school's principal, who sees that there is one."""
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await reading.one(tx, reader=reader, thread_id=thread_id, now=now)
        return await reading.shown(tx, row, now=now)

    @get("/threads/{thread_id:uuid}/messages", operation_id="list_messages", opt=_READERS)
    async def list_messages(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        thread_id: PathId,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Message]:
        """What was said, the newest first. For those of the thread; the principal says why first.

        Of a pupil who has moved: what was said until then.
        """
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await reading.readable(tx, reader=reader, thread_id=thread_id, now=now)
        before = decode_cursor(cursor, tuple[CursorInt])
        rows = await messages.messages(
            tx,
            school_id=row.school_id,
            thread_id=row.id,
            until=row.until,
            before=None if before is None else max(0, min(before[0], 2**31 - 1)),
            limit=limit + 1,
        )
        shown = await _shown(tx, caller, resources, row, rows, now)
        return page_of(shown, limit=limit, key=lambda each: [each.seq])

    @post(
        "/threads/{thread_id:uuid}/messages",
        operation_id="send_message",
        opt={**_WRITERS, FAILS: (404,)},
    )
    async def send_message(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        thread_id: PathId,
        data: JSONBody[MessageSent],
    ) -> Message:
        """Say something. For guardians of the pupil, and the teachers of the thread.

        The other side is told; a teacher at the next contact hours. Sent again under the same `id`
        it is the same message.
        """
        reader = await reading.reader_of(tx, caller=caller, now=now)
        new = NewMessage(id=data.id, text=data.text, attachment_ids=data.attachment_ids)
        row, message = await service.write(
            tx, reader=reader, thread_id=thread_id, new=new, limiter=resources.limiter, now=now
        )
        return (await _shown(tx, caller, resources, row, [message], now))[0]

    @patch(
        "/threads/{thread_id:uuid}/messages/{message_id:uuid}",
        operation_id="edit_message",
        opt=_WRITERS,
    )
    async def edit_message(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        thread_id: PathId,
        message_id: PathId,
        data: JSONBody[MessageChanged],
    ) -> Message:
        """Say it otherwise, within 15 minutes; what it said before is kept. For its author."""
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row, message = await service.edit(
            tx,
            reader=reader,
            thread_id=thread_id,
            message_id=message_id,
            text=data.text,
            now=now,
        )
        return (await _shown(tx, caller, resources, row, [message], now))[0]

    @post(
        "/threads/{thread_id:uuid}/messages/{message_id:uuid}/taken-back",
        operation_id="take_message_back",
        status_code=200,
        opt=_WRITERS,
    )
    async def take_message_back(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        thread_id: PathId,
        message_id: PathId,
    ) -> Message:
        """Show it to nobody of the thread any more; that there was one stays. For its author."""
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row, message = await service.take_back(
            tx, reader=reader, thread_id=thread_id, message_id=message_id, now=now
        )
        return (await _shown(tx, caller, resources, row, [message], now))[0]

    @get(
        "/threads/{thread_id:uuid}/messages/{message_id:uuid}/edits",
        operation_id="list_message_edits",
        opt=_READERS,
    )
    async def list_edits(
        self, tx: Tx, caller: Me, now: Now, thread_id: PathId, message_id: PathId
    ) -> Page[MessageEdit]:
        """What the message said before, the first first. For those of the thread; of one taken
        back for the principal alone, who says why first."""
        reader = await reading.reader_of(tx, caller=caller, now=now)
        return Page(
            items=await service.history(
                tx, reader=reader, thread_id=thread_id, message_id=message_id, now=now
            )
        )

    @post(
        "/threads/{thread_id:uuid}/read",
        operation_id="mark_thread_read",
        status_code=200,
        opt=_READERS,
    )
    async def mark_read(
        self, tx: Tx, caller: Me, now: Now, thread_id: PathId, data: JSONBody[ReadMark]
    ) -> ThreadSummary:
        """The caller has read so far, and the other side sees it. For those of the thread; a
        principal leaves no mark."""
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await service.read(tx, reader=reader, thread_id=thread_id, seq=data.seq, now=now)
        return reading.summary(row)


async def _shown(
    tx: db.Conn,
    caller: Caller,
    resources: Res,
    row: ThreadRow,
    rows: list[MessageRow],
    now: datetime,
) -> list[Message]:
    urls = AttachmentUrls(resources.vault.ring, caller=caller, now=now)
    return await reading.shown_messages(
        tx, rows, row=row, account_id=caller.account_id, urls=urls, now=now
    )


HANDLERS = [Threads]
