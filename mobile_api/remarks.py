"""Remarks of the daily book: praise, what needs work, conduct, health."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from litestar import get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from app import db
from app.contact_book.access import WRITING_ROLES
from app.contact_book.attachments.urls import AttachmentUrls
from app.contact_book.daily import reading, remarks
from app.contact_book.daily import remark_queries as queries
from app.contact_book.daily.model import About, NoSuchPupil, NoSuchRemark, Remark, RemarkKind
from app.contact_book.daily.reading import Reader, Shown, reader_of
from app.contact_book.daily.remark_queries import RemarkRow
from app.contact_book.daily.rights import Pen, pen_of
from app.errors import Unprocessable
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import school_box, school_day
from app.schools.students.queries import class_on
from mobile_api.access import SIGNED_IN, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import NO_NUL, Cursor, Limit, PathId, QueryId, ShortName
from mobile_api.openapi import FAILS

WRITERS: Final = {"who": only(*WRITING_ROLES)}
# Also who was a guardian until the pupil moved, and may have no role any more.
READERS: Final = {"who": SIGNED_IN}

_NOT_BLANK: Final = r"^[^\x00]*[^\x00\s][^\x00]*$"
RemarkText = Annotated[str, Meta(min_length=1, max_length=2000, pattern=_NOT_BLANK)]
Why = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]
AttachmentIds = Annotated[list[UUID], Meta(max_length=10)]
OfKind = Annotated[RemarkKind | None, QueryParameter(name="kind")]
OfAbout = Annotated[About | None, QueryParameter(name="about")]


class NobodyAskedFor(Unprocessable):
    """Hãy nêu học sinh hoặc lớp | Name a pupil or a class"""


class RemarkGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's own: sent again under it, it is one remark. `day`: today unless given.

    `subject`: of a subject teacher's; it may be left out by who teaches one subject to the class.
    """

    id: UUID
    student_id: UUID
    day: date | None = None
    kind: RemarkKind
    about: About = "remark"
    text: RemarkText
    subject: ShortName | None = None
    attachment_ids: AttachmentIds = []


class RemarkChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays. `attachment_ids`: exactly these from now on."""

    kind: RemarkKind | UnsetType = UNSET
    text: RemarkText | UnsetType = UNSET
    attachment_ids: AttachmentIds | UnsetType = UNSET


class RemarkTakenBack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reason` is kept for the school; no family is shown it."""

    reason: Why = ""


class Remarks(Controller):
    path = "/v1/contact-book/remarks"
    tags = ("contact-book",)

    @post("", operation_id="write_remark", opt={**WRITERS, FAILS: (404,)})
    async def write(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[RemarkGiven]
    ) -> Remark:
        """Say something about one pupil; the guardians are told. A health note is stored sealed.

        Of a day more than 7 days back nobody is told: it stands in the book.

        For the homeroom teacher of the pupil's class, a subject teacher of it, and the principal;
        teachers today and seven days back.
        """
        today = school_day(now)
        day = data.day or today
        pen = await _pen_for(tx, caller, data.student_id, min(day, today))
        await remarks.add(
            tx,
            pen=pen,
            box=await school_box(tx, vault=resources.vault, school_id=pen.school_id),
            day=day,
            draft=remarks.Draft(
                id=data.id,
                student_id=data.student_id,
                kind=data.kind,
                about=data.about,
                text=data.text,
                subject=data.subject,
            ),
            attachment_ids=data.attachment_ids,
            today=today,
            now=now,
        )
        return await _one(tx, caller, resources, now, data.id, school_ids=[pen.school_id])

    @get("", operation_id="list_remarks", opt={**READERS, FAILS: (422,)})
    async def list_remarks(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        student_id: QueryId = None,
        class_id: QueryId = None,
        of_kind: OfKind = None,
        of_about: OfAbout = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Remark]:
        """Remarks about a pupil, or about the pupils of a class, the newest first.

        For the pupil's family, a family that was until the pupil moved (what was written until
        then), the homeroom teacher and the principal; subject teachers see what is of their subject
        or their own. A class: for its teachers and the principal. A page may hold fewer than asked.
        """
        before = decode_cursor(cursor, tuple[datetime, UUID])
        reader = await reader_of(tx, caller=caller)
        if student_id is not None and class_id is None:
            rows = await queries.of_pupil(
                tx,
                school_ids=await reading.schools_of(
                    tx, reader=reader, student_id=student_id, today=school_day(now)
                ),
                student_id=student_id,
                kind=of_kind,
                about=of_about,
                before=before,
                limit=limit + 1,
            )
        elif class_id is not None and student_id is None:
            pen = await pen_of(tx, caller=caller, class_id=class_id)
            rows = await queries.of_class(
                tx,
                school_id=pen.school_id,
                class_id=class_id,
                kind=of_kind,
                about=of_about,
                before=before,
                limit=limit + 1,
            )
        else:
            raise NobodyAskedFor
        page = page_of(rows, limit=limit, key=lambda row: [row.created_at, row.id])
        seen = [row for row in page.items if reader.reads_remark(row)]
        shown = await reading.shown_remarks(
            tx, seen, reader=reader, by=shown_by(caller, resources, now)
        )
        return Page(items=shown, next_cursor=page.next_cursor)

    @get("/{remark_id:uuid}", operation_id="get_remark", opt=READERS)
    async def get_remark(
        self, tx: Tx, caller: Me, resources: Res, now: Now, remark_id: PathId
    ) -> Remark:
        """One remark, for whom the list shows it to."""
        return await _one(tx, caller, resources, now, remark_id)

    @patch("/{remark_id:uuid}", operation_id="change_remark", opt=WRITERS)
    async def change(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        remark_id: PathId,
        data: JSONBody[RemarkChanges],
    ) -> Remark:
        """Change what was said; what it said before is kept, and the family's news is put right.

        For its author, as long as the class is the author's and for seven days, and the principal.
        """
        row, pen = await _own(tx, caller, remark_id)
        await remarks.edit(
            tx,
            pen=pen,
            box=await school_box(tx, vault=resources.vault, school_id=pen.school_id),
            row=row,
            kind=None if data.kind is UNSET else data.kind,
            text=None if data.text is UNSET else data.text,
            attachment_ids=None if data.attachment_ids is UNSET else data.attachment_ids,
            today=school_day(now),
            now=now,
        )
        return await _one(tx, caller, resources, now, remark_id, school_ids=[pen.school_id])

    @post(
        "/{remark_id:uuid}/withdrawal",
        operation_id="withdraw_remark",
        status_code=200,
        opt=WRITERS,
    )
    async def withdraw(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        remark_id: PathId,
        data: JSONBody[RemarkTakenBack],
    ) -> Remark:
        """Take it back: families see that it was, and no text. For whom may change it."""
        row, pen = await _own(tx, caller, remark_id)
        await remarks.take_back(
            tx, pen=pen, row=row, reason=data.reason, today=school_day(now), now=now
        )
        return await _one(tx, caller, resources, now, remark_id, school_ids=[pen.school_id])


def shown_by(caller: Caller, resources: Res, now: datetime) -> Shown:
    """What it takes to show entries to this caller."""
    return Shown(
        vault=resources.vault,
        urls=AttachmentUrls(resources.vault.ring, caller=caller, now=now),
        today=school_day(now),
    )


async def _pen_for(tx: db.Conn, caller: Caller, student_id: UUID, day: date) -> Pen:
    """The caller as one who writes about the pupil's class of that day.

    Raises:
        NoSuchPupil: in no class that the caller leads or teaches.
    """
    for school_id in sorted(caller.schools_as(*WRITING_ROLES)):
        class_id = await class_on(tx, school_id=school_id, student_id=student_id, day=day)
        if class_id is not None:
            return await pen_of(tx, caller=caller, class_id=class_id)
    raise NoSuchPupil


async def _own(tx: db.Conn, caller: Caller, remark_id: UUID) -> tuple[RemarkRow, Pen]:
    reader = await reader_of(tx, caller=caller)
    rows = await queries.find(tx, school_ids=caller.school_ids, remark_id=remark_id)
    for row in rows:
        if reader.reads_as_staff(row):
            return row, await pen_of(tx, caller=caller, class_id=row.class_id)
    raise NoSuchRemark


async def _one(
    tx: db.Conn,
    caller: Caller,
    resources: Res,
    now: datetime,
    remark_id: UUID,
    *,
    school_ids: list[int] | None = None,
) -> Remark:
    reader: Reader = await reader_of(tx, caller=caller)
    rows = await queries.find(tx, school_ids=school_ids or reader.school_ids, remark_id=remark_id)
    for row in rows:
        if reader.reads_remark(row):
            (shown,) = await reading.shown_remarks(
                tx, [row], reader=reader, by=shown_by(caller, resources, now)
            )
            return shown
    raise NoSuchRemark


HANDLERS = [Remarks]
