"""Homework of the daily book."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from litestar import get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from app import db
from app.contact_book.access import family_links
from app.contact_book.daily import homework, reading
from app.contact_book.daily import homework_queries as queries
from app.contact_book.daily.homework_queries import HomeworkRow
from app.contact_book.daily.model import Homework, NoSuchHomework
from app.contact_book.daily.reading import Reader, reader_of
from app.contact_book.daily.rights import Pen, pen_of
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import school_day
from mobile_api.access import only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import Cursor, Limit, PathId, QueryId, ShortName, Text
from mobile_api.openapi import FAILS
from mobile_api.remarks import READERS, WRITERS, AttachmentIds, NobodyAskedFor, shown_by

_FAMILY: Final = {"who": only("guardian", "student")}
DueFrom = Annotated[date | None, QueryParameter(description="due on this day or later")]
DueTo = Annotated[date | None, QueryParameter(description="due on this day or earlier")]


class HomeworkGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's own: sent again under it, it is the same.

    `set_day`: today if left out.
    """

    id: UUID
    class_id: UUID
    subject: ShortName
    text: Text
    due_day: date
    set_day: date | None = None
    attachment_ids: AttachmentIds = []


class HomeworkChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays. `attachment_ids`: exactly these from now on."""

    subject: ShortName | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    due_day: date | UnsetType = UNSET
    attachment_ids: AttachmentIds | UnsetType = UNSET


class DoneMark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The family's own word for its child; `false` takes it back."""

    student_id: UUID
    done: bool


class Homeworks(Controller):
    path = "/v1/contact-book/homework"
    tags = ("contact-book",)

    @post("", operation_id="set_homework", opt={**WRITERS, FAILS: (404,)})
    async def set_homework(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[HomeworkGiven]
    ) -> Homework:
        """Set a class homework; its families are told, once a day however often it is added to.

        Of a day more than 7 days back nobody is told: it stands in the book.

        For the homeroom teacher of the class, a teacher of this subject in it, and the principal;
        teachers today and seven days back.
        """
        pen = await pen_of(tx, caller=caller, class_id=data.class_id)
        today = school_day(now)
        await homework.add(
            tx,
            pen=pen,
            day=data.set_day or today,
            draft=homework.Draft(
                id=data.id,
                subject=data.subject,
                text=data.text,
                due_day=data.due_day,
                # Sent again without files it is the same, with those that came to it since.
                attachment_ids=data.attachment_ids or None,
            ),
            today=today,
            now=now,
        )
        return await _own_one(tx, caller, resources, now, pen, data.id)

    @get("", operation_id="list_homework", opt={**READERS, FAILS: (422,)})
    async def list_homework(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        student_id: QueryId = None,
        class_id: QueryId = None,
        due_from: DueFrom = None,
        due_to: DueTo = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Homework]:
        """Homework of a pupil, with the family's mark, or of a class, the newest first.

        For the pupil's family, also one that was until the pupil moved, and for the teachers of the
        class and the principal. A page may hold fewer than asked.
        """
        before = decode_cursor(cursor, tuple[datetime, UUID])
        reader = await reader_of(tx, caller=caller)
        span = {"due_from": due_from, "due_to": due_to}
        if student_id is not None and class_id is None:
            rows = await queries.homework_of_pupil(
                tx,
                school_ids=await reading.schools_of(
                    tx, reader=reader, student_id=student_id, today=school_day(now)
                ),
                student_id=student_id,
                before=before,
                limit=limit + 1,
                **span,
            )
        elif class_id is not None and student_id is None:
            pen = await pen_of(tx, caller=caller, class_id=class_id)
            rows = await queries.homework_of_class(
                tx,
                school_id=pen.school_id,
                class_id=class_id,
                before=before,
                limit=limit + 1,
                **span,
            )
        else:
            raise NobodyAskedFor
        page = page_of(rows, limit=limit, key=lambda row: [row.created_at, row.id])
        shown = await reading.shown_homework(
            tx,
            [row for row in page.items if reading.reads_homework(reader, row, student_id)],
            reader=reader,
            by=shown_by(caller, resources, now),
            student_id=student_id,
        )
        return Page(items=shown, next_cursor=page.next_cursor)

    @get("/{homework_id:uuid}", operation_id="get_homework", opt=READERS)
    async def get_homework(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        homework_id: PathId,
        student_id: QueryId = None,
    ) -> Homework:
        """One homework, for whom the list shows it to; `student_id`: with this child's mark.

        A family with one child in the class need not name it.
        """
        reader = await reader_of(tx, caller=caller)
        rows = await queries.homework_by_id(
            tx, school_ids=reader.school_ids, homework_id=homework_id
        )
        for row in rows:
            child = await reading.child_of(tx, reader=reader, row=row, student_id=student_id)
            desk = reader.desk(row.school_id)
            if child is None and (
                student_id is not None or desk is None or not desk.teaches(row.class_id)
            ):
                continue
            (shown,) = await reading.shown_homework(
                tx,
                [row],
                reader=reader,
                by=shown_by(caller, resources, now),
                student_id=child,
            )
            return shown
        raise NoSuchHomework

    @patch("/{homework_id:uuid}", operation_id="change_homework", opt=WRITERS)
    async def change(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        homework_id: PathId,
        data: JSONBody[HomeworkChanges],
    ) -> Homework:
        """Change it; what it said before is kept, and the families' news is put right.

        For who set it and the homeroom teacher, for seven days, and the principal.
        """
        row, pen = await _own(tx, caller, homework_id)
        await homework.edit(
            tx,
            pen=pen,
            row=row,
            subject=None if data.subject is UNSET else data.subject,
            text=None if data.text is UNSET else data.text,
            due_day=None if data.due_day is UNSET else data.due_day,
            attachment_ids=None if data.attachment_ids is UNSET else data.attachment_ids,
            today=school_day(now),
            now=now,
        )
        return await _own_one(tx, caller, resources, now, pen, homework_id)

    @post(
        "/{homework_id:uuid}/withdrawal",
        operation_id="withdraw_homework",
        status_code=200,
        opt=WRITERS,
    )
    async def withdraw(
        self, tx: Tx, caller: Me, resources: Res, now: Now, homework_id: PathId
    ) -> Homework:
        """Take it back: families see that it was, and no text. For whom may change it."""
        row, pen = await _own(tx, caller, homework_id)
        await homework.take_back(tx, pen=pen, row=row, today=school_day(now), now=now)
        return await _own_one(tx, caller, resources, now, pen, homework_id)

    @put("/{homework_id:uuid}/done", operation_id="mark_homework_done", opt=_FAMILY)
    async def mark_done(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        homework_id: PathId,
        data: JSONBody[DoneMark],
    ) -> Homework:
        """Say that a child has done it, or take that back; whichever guardian said so last holds.

        For the guardians of the child, and the pupil.
        """
        links = await family_links(tx, caller=caller, student_id=data.student_id)
        schools = [link.school_id for link in links if link.until is None]
        rows = await queries.homework_by_id(tx, school_ids=schools, homework_id=homework_id)
        reader = await reader_of(tx, caller=caller)
        for row in rows:
            await homework.mark(
                tx,
                school_id=row.school_id,
                homework_id=homework_id,
                student_id=data.student_id,
                account_id=caller.account_id,
                done=data.done,
                now=now,
            )
            (shown,) = await reading.shown_homework(
                tx,
                [row],
                reader=reader,
                by=shown_by(caller, resources, now),
                student_id=data.student_id,
            )
            return shown
        raise NoSuchHomework


async def _own(tx: db.Conn, caller: Caller, homework_id: UUID) -> tuple[HomeworkRow, Pen]:
    """The homework, and the caller as one who writes about its class.

    Raises:
        NoSuchHomework: of no class that the caller leads or teaches.
    """
    reader: Reader = await reader_of(tx, caller=caller)
    rows = await queries.homework_by_id(tx, school_ids=caller.school_ids, homework_id=homework_id)
    for row in rows:
        desk = reader.desk(row.school_id)
        if desk is not None and desk.teaches(row.class_id):
            return row, await pen_of(tx, caller=caller, class_id=row.class_id)
    raise NoSuchHomework


async def _own_one(
    tx: db.Conn, caller: Caller, resources: Res, now: datetime, pen: Pen, homework_id: UUID
) -> Homework:
    rows = await queries.homework_by_id(tx, school_ids=[pen.school_id], homework_id=homework_id)
    (shown,) = await reading.shown_homework(
        tx,
        rows,
        reader=await reader_of(tx, caller=caller),
        by=shown_by(caller, resources, now),
        student_id=None,
    )
    return shown


HANDLERS = [Homeworks]
