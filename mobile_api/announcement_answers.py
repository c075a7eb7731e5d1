"""Announcements are read and answered; what came back, whom to chase, who is reminded."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get, post, put
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.contact_book.announcements import (
    answers,
    department,
    department_reading,
    reminders,
    shown,
)
from app.contact_book.announcements.model import AnnouncementShown, AnswerSheet, Reminded
from app.contact_book.announcements.reading import mark_read, reader_of
from app.contact_book.announcements.sheet import workbook
from app.paging import DEFAULT_LIMIT, CursorText, decode_cursor
from mobile_api.announcements import READERS, WRITERS, one_shown
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.downloads import XLSX, download
from mobile_api.inputs import NO_NUL, Cursor, Limit, PathId, QueryId

Only = Annotated[Literal["all", "missing", "answered"], QueryParameter(name="only")]


class ReadMark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without `student_id`: for all of the caller's children, and oneself."""

    student_id: UUID | None = None


class AnnouncementAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`answer`: `ok` to acknowledge; `yes`, `no`, or of an invitation `maybe`; one of the options;
    a text. `student_id` may be left out of a member of staff, and where only one child is asked."""

    student_id: UUID | None = None
    answer: Annotated[str, Meta(min_length=1, max_length=1000, pattern=NO_NUL)]
    note: Annotated[str, Meta(max_length=500, pattern=NO_NUL)] = ""


class AnnouncementAnswers(Controller):
    path = "/v1/contact-book/announcements"
    tags = ("contact-book",)

    @post(
        "/{announcement_id:uuid}/read", operation_id="read_announcement", status_code=204,
        opt=READERS,
    )  # fmt: skip
    async def read(
        self, tx: Tx, caller: Me, now: Now, announcement_id: PathId, data: JSONBody[ReadMark]
    ) -> None:
        """The caller has read it. The senders see how many have, nobody a list for all to see.

        For those who got it.
        """
        await mark_read(
            tx,
            reader=await reader_of(tx, caller=caller),
            announcement_id=announcement_id,
            student_id=data.student_id,
            now=now,
        )

    @put("/{announcement_id:uuid}/answer", operation_id="answer_announcement", opt=READERS)
    async def answer(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        announcement_id: PathId,
        data: JSONBody[AnnouncementAnswer],
    ) -> AnnouncementShown:
        """Answer for a child, or for oneself as one of the staff; until the deadline it may change.

        For guardians of a child that got it, whoever answers last, and for staff who got it.
        """
        await answers.give(
            tx,
            reader=await reader_of(tx, caller=caller),
            announcement_id=announcement_id,
            student_id=data.student_id,
            answer=data.answer,
            note=data.note,
            now=now,
        )
        return await one_shown(tx, caller, resources, announcement_id, now)

    @get("/{announcement_id:uuid}/answers", operation_id="list_answers", opt=WRITERS)
    async def list_answers(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        announcement_id: PathId,
        class_id: QueryId = None,
        only_those: Only = "all",
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> AnswerSheet:
        """What came back: sums, and the people by class and name; `only=missing` is whom to chase.

        For its author, the principal, and a homeroom teacher of the own class; for the department
        sums by school, of its own.
        """
        if await department_reading.may_see(
            tx, caller=caller, announcement_id=announcement_id, now=now
        ):
            return await shown.department_answers(
                tx, caller=caller, announcement_id=announcement_id, now=now
            )
        return await shown.answer_sheet(
            tx,
            reader=await reader_of(tx, caller=caller),
            announcement_id=announcement_id,
            class_id=class_id,
            answered={"all": None, "missing": False, "answered": True}[only_those],
            after=decode_cursor(cursor, tuple[CursorText, CursorText, UUID]),
            limit=limit,
            now=now,
        )

    @get(
        "/{announcement_id:uuid}/answers.xlsx",
        operation_id="download_answers",
        opt=WRITERS,
        media_type=XLSX,
        responses={
            200: ResponseSpec(data_container=bytes, description="A workbook", media_type=XLSX)
        },
    )
    async def answers_sheet(
        self, request: AnyRequest, now: Now, announcement_id: PathId
    ) -> Response[bytes]:
        """All answers as a workbook.

        For its author, the principal, and a homeroom teacher of the own class; the department has
        sums alone, and no workbook.
        """
        async with open_tx(request) as tx:
            reader = await reader_of(tx, caller=request.state.caller)
            row, people = await shown.all_answers(
                tx, reader=reader, announcement_id=announcement_id
            )
        made = await asyncio.to_thread(workbook, row, people)
        return download(made, name="tra-loi-thong-bao.xlsx", media_type=XLSX)

    @post(
        "/{announcement_id:uuid}/reminders",
        operation_id="remind_of_announcement",
        status_code=200,
        opt=WRITERS,
    )
    async def remind(self, tx: Tx, caller: Me, now: Now, announcement_id: PathId) -> Reminded:
        """Remind those who have not answered, once a day; who was reminded today is left out.

        For its author, and the principal; for a homeroom teacher, the own class; of the
        department's for the department, too.
        """
        if await department_reading.may_see(
            tx, caller=caller, announcement_id=announcement_id, now=now
        ):
            count = await department.remind(
                tx, caller=caller, announcement_id=announcement_id, now=now
            )
        else:
            reader = await reader_of(tx, caller=caller)
            count = await reminders.remind(
                tx, reader=reader, announcement_id=announcement_id, now=now
            )
        return Reminded(people=count)


HANDLERS = [AnnouncementAnswers]
