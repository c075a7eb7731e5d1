"""Announcements: written by school and department, read and answered by families and staff."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Struct

from app import db
from app.contact_book.access import barred, desks_of
from app.contact_book.announcements import (
    department,
    department_reading,
    queries,
    service,
    shown,
)
from app.contact_book.announcements.model import (
    AnnouncementLine,
    AnnouncementRow,
    AnnouncementShown,
    Reach,
    State,
)
from app.contact_book.announcements.reading import reader_of
from app.contact_book.attachments.urls import AttachmentUrls
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import contains_pattern
from mobile_api.access import SIGNED_IN, TEACHERS, only
from mobile_api.announcement_forms import (
    AnnouncementChanged,
    AnnouncementWritten,
    Publication,
    Withdrawal,
    is_departments_own,
    parts_of,
    written_of,
)
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import (
    Cursor,
    Limit,
    PathId,
    Search,
)
from mobile_api.openapi import FAILS

WRITERS: Final = {"who": only("principal", *TEACHERS, "department_admin"), FAILS: (404,)}
# Who got it may have no role any more: a child's former guardian. What is not theirs is not there.
READERS: Final = {"who": SIGNED_IN, FAILS: (404,)}

QuerySchool = Annotated[int | None, QueryParameter(ge=1, le=16_777_215)]
InState = Annotated[State | Literal["all"], QueryParameter(name="state")]
Only = Annotated[Literal["all", "missing", "answered"], QueryParameter(name="only")]


class Announcements(Controller):
    path = "/v1/contact-book/announcements"
    tags = ("contact-book",)

    @post("", operation_id="write_announcement", opt=WRITERS)
    async def write(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[AnnouncementWritten]
    ) -> AnnouncementShown:
        """Keep a draft, for its author alone until it is published.

        For the principal, to anybody in the school; for teachers, to classes that they lead or
        teach, their pupils and own groups; for the department, to its units and schools.
        """
        written = written_of(data)
        if is_departments_own(data):
            announcement_id = await department.draft(
                tx,
                caller=caller,
                org_unit_id=data.org_unit_id,
                school_ids=data.school_ids,
                written=written,
                attachment_ids=data.attachment_ids,
                now=now,
            )
            return await one_shown(tx, caller, resources, announcement_id, now)
        desk = await service.require_desk(tx, caller=caller, school_id=data.school_id or 0)
        announcement_id = await service.draft(
            tx,
            desk=desk,
            written=written,
            parts=parts_of(data.audience),
            attachment_ids=data.attachment_ids,
            now=now,
        )
        return await one_shown(
            tx, caller, resources, announcement_id, now, school_id=desk.school_id
        )

    @post("/preview", operation_id="preview_announcement", status_code=200, opt=WRITERS)
    async def preview(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[AnnouncementWritten]
    ) -> Reach:
        """How many pupils, guardians and staff it would reach; nothing is kept.

        For whom may write it.
        """
        written = written_of(data)
        if is_departments_own(data):
            return await department.reach(
                tx,
                caller=caller,
                org_unit_id=data.org_unit_id,
                school_ids=data.school_ids,
                written=written,
            )
        desk = await service.require_desk(tx, caller=caller, school_id=data.school_id or 0)
        return await service.reached(
            tx, desk=desk, written=written, parts=parts_of(data.audience), now=now
        )

    @get("", operation_id="list_announcements", opt=WRITERS)
    async def list_announcements(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: QuerySchool = None,
        in_state: InState = "all",
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[AnnouncementLine]:
        """What was written, the newest first; `q`: any part of title or text, without diacritics.

        For the principal: of the school, but for others' drafts. For teachers: their own, and what
        the class they lead has got. For the department: its own. Families: see the feed.
        """
        before = decode_cursor(cursor, tuple[UUID])
        asked = _Asked(
            state=None if in_state == "all" else in_state,
            pattern=contains_pattern(q),
            before=before[0] if before else None,
            limit=limit + 1,
        )
        rows = await _lines(tx, caller, school_id, asked, now)
        return page_of(rows, limit=limit, key=lambda row: [row.id])

    @get("/{announcement_id:uuid}", operation_id="get_announcement", opt=READERS)
    async def get_announcement(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        announcement_id: PathId,
        school_id: QuerySchool = None,
    ) -> AnnouncementShown:
        """One announcement; what was taken back stays, with the reason, and for families no text.

        For those who sent it, the principal, the homeroom teacher of a class that got it, and those
        who got it: families, also of a child that has left since, pupils, and staff. The
        department's own is shown to the department in sums.
        """
        return await one_shown(tx, caller, resources, announcement_id, now, school_id=school_id)

    @patch("/{announcement_id:uuid}", operation_id="change_announcement", opt=WRITERS)
    async def change(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        announcement_id: PathId,
        data: JSONBody[AnnouncementChanged],
    ) -> AnnouncementShown:
        """Write a draft anew, or what is scheduled; what has gone out can only be withdrawn.

        For its author.
        """
        is_far, row = await _own_row(tx, caller, announcement_id, now)
        written = shown.merged(row, data)
        file_ids = None if data.attachment_ids is UNSET else data.attachment_ids
        if is_far:
            await department.change(
                tx,
                caller=caller,
                announcement_id=announcement_id,
                written=written,
                attachment_ids=file_ids,
                now=now,
            )
        else:
            await service.change(
                tx,
                reader=await reader_of(tx, caller=caller),
                announcement_id=announcement_id,
                written=written,
                parts=None if data.audience is UNSET else parts_of(data.audience),
                attachment_ids=file_ids,
                now=now,
            )
        return await one_shown(tx, caller, resources, announcement_id, now)

    @delete(
        "/{announcement_id:uuid}",
        operation_id="discard_announcement",
        status_code=204,
        opt=WRITERS,
    )
    async def discard(self, tx: Tx, caller: Me, now: Now, announcement_id: PathId) -> None:
        """Throw away a draft, or what is scheduled.

        For its author.
        """
        is_far, _ = await _own_row(tx, caller, announcement_id, now)
        if is_far:
            await department.discard(tx, caller=caller, announcement_id=announcement_id, now=now)
            return
        reader = await reader_of(tx, caller=caller)
        await service.discard(tx, reader=reader, announcement_id=announcement_id, now=now)

    @post(
        "/{announcement_id:uuid}/publish",
        operation_id="publish_announcement",
        status_code=200,
        opt=WRITERS,
    )
    async def publish(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        announcement_id: PathId,
        data: JSONBody[Publication],
    ) -> AnnouncementShown:
        """Send it, now or by itself at `publish_at`; those who belong to it then get it.

        For its author.
        """
        is_far, _ = await _own_row(tx, caller, announcement_id, now)
        if is_far:
            await department.publish(
                tx,
                caller=caller,
                announcement_id=announcement_id,
                publish_at=data.publish_at,
                now=now,
            )
        else:
            await service.publish(
                tx,
                reader=await reader_of(tx, caller=caller),
                announcement_id=announcement_id,
                publish_at=data.publish_at,
                now=now,
            )
        return await one_shown(tx, caller, resources, announcement_id, now)

    @post(
        "/{announcement_id:uuid}/withdrawal",
        operation_id="withdraw_announcement",
        status_code=200,
        opt=WRITERS,
    )
    async def withdraw(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        announcement_id: PathId,
        data: JSONBody[Withdrawal],
    ) -> AnnouncementShown:
        """Take it back; it stays, as withdrawn, and who was told of it is told why.

        For its author, and the principal; of the department's for the department.
        """
        if await department_reading.may_see(
            tx, caller=caller, announcement_id=announcement_id, now=now
        ):
            await department.withdraw(
                tx, caller=caller, announcement_id=announcement_id, reason=data.reason, now=now
            )
        else:
            await service.withdraw(
                tx,
                reader=await reader_of(tx, caller=caller),
                announcement_id=announcement_id,
                reason=data.reason,
                now=now,
            )
        return await one_shown(tx, caller, resources, announcement_id, now)


class _Asked(Struct, frozen=True, kw_only=True):
    state: str | None
    pattern: str | None
    before: UUID | None
    limit: int


async def _own_row(
    tx: db.Conn, caller: Caller, announcement_id: UUID, now: datetime
) -> tuple[bool, AnnouncementRow]:
    """Whether it is the department's, and the row as it is written: locked, for a change of it."""
    if await department_reading.may_see(
        tx, caller=caller, announcement_id=announcement_id, now=now
    ):
        row = await department_reading.one(
            tx, caller=caller, announcement_id=announcement_id, now=now, is_locked=True
        )
        return True, row
    reader = await reader_of(tx, caller=caller)
    _, row = await service.own_unsent(tx, reader=reader, announcement_id=announcement_id)
    return False, row


async def one_shown(
    tx: db.Conn,
    caller: Caller,
    resources: Res,
    announcement_id: UUID,
    now: datetime,
    *,
    school_id: int | None = None,
) -> AnnouncementShown:
    urls = AttachmentUrls(resources.vault.ring, caller=caller, now=now)
    if school_id is None and await department_reading.may_see(
        tx, caller=caller, announcement_id=announcement_id, now=now
    ):
        return await shown.as_department(
            tx, caller=caller, announcement_id=announcement_id, urls=urls, now=now
        )
    return await shown.announcement(
        tx,
        reader=await reader_of(tx, caller=caller),
        announcement_id=announcement_id,
        school_id=school_id,
        urls=urls,
        now=now,
    )


async def _lines(
    tx: db.Conn, caller: Caller, school_id: int | None, asked: _Asked, now: datetime
) -> list[AnnouncementLine]:
    """Of the one school; else of all where the caller writes, and of the department."""
    if school_id is not None:
        desks = [await service.require_desk(tx, caller=caller, school_id=school_id)]
    else:
        desks = await desks_of(tx, caller=caller)
    kept_from = await barred(tx, caller=caller)
    found: list[AnnouncementLine] = []
    for desk in desks:
        found += await queries.lines(
            tx,
            desk=desk,
            state=asked.state,
            pattern=asked.pattern,
            before=asked.before,
            limit=asked.limit,
            hidden=[student_id for school, student_id in kept_from if school == desk.school_id],
        )
    if school_id is None and "department_admin" in caller.roles:
        found += await department_reading.lines(
            tx,
            caller=caller,
            state=asked.state,
            pattern=asked.pattern,
            before=asked.before,
            limit=asked.limit,
            now=now,
        )
    return sorted(found, key=lambda line: line.id, reverse=True)[: asked.limit]


HANDLERS = [Announcements]
