"""Announcements and what came back of them, put together for who asks."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict

from app import db
from app.contact_book.announcements import answers, department_reading, queries, reading, reminders
from app.contact_book.announcements.model import (
    AnnouncementRow,
    AnnouncementShown,
    AnswerKind,
    AnswerSheet,
    AudienceShown,
    NoSuchAnnouncement,
    OneAnswer,
    Tally,
    Written,
)
from app.contact_book.announcements.reading import Reader, Seen
from app.contact_book.attachments import department as department_files
from app.contact_book.attachments import service as files
from app.contact_book.attachments.model import Attachment, AttachmentShown
from app.contact_book.attachments.urls import AttachmentUrls
from app.contact_book.model import Desk
from app.identity.model import Caller
from app.paging import encode_cursor

_OUT = ("published", "withdrawn")


class Changed(Protocol):
    """The fields of a change; what is UNSET stays."""

    @property
    def title(self) -> str | UnsetType: ...
    @property
    def body(self) -> str | UnsetType: ...
    @property
    def to_families(self) -> bool | UnsetType: ...
    @property
    def to_staff(self) -> bool | UnsetType: ...
    @property
    def to_leaders(self) -> bool | UnsetType: ...
    @property
    def answer_kind(self) -> AnswerKind | UnsetType: ...
    @property
    def answer_options(self) -> list[str] | UnsetType: ...
    @property
    def answer_until(self) -> datetime | UnsetType | None: ...
    @property
    def is_urgent(self) -> bool | UnsetType: ...


class _Powers(Struct, frozen=True, kw_only=True):
    """What the reader may do about it."""

    may_edit: bool
    may_withdraw: bool
    may_see_answers: bool


def merged(row: AnnouncementRow, change: Changed) -> Written:
    """The row as it is after the change."""
    names = Written.__struct_fields__
    sent = {name: getattr(change, name) for name in names}
    kept = {name: getattr(row, name) for name in names}
    return Written(**(kept | {name: value for name, value in sent.items() if value is not UNSET}))


async def announcement(
    conn: db.Conn,
    *,
    reader: Reader,
    announcement_id: UUID,
    school_id: int | None,
    urls: AttachmentUrls,
    now: datetime,
) -> AnnouncementShown:
    """One announcement of a school, as the reader may see it.

    Raises:
        NoSuchAnnouncement: it is not the reader's to see.
    """
    one = await reading.seen(
        conn, reader=reader, announcement_id=announcement_id, school_id=school_id
    )
    row = one.row if one.is_senders else reading.for_family(one.row)
    is_hidden = row.state == "withdrawn" and not one.is_senders
    held = [] if is_hidden else await _files(conn, row)
    counts, audience = await _senders_part(conn, reader, one)
    return _shown(
        row,
        powers=_powers(reader, one),
        is_own=row.author_account_id == reader.account_id,
        audience=audience,
        attachments=files.shown(held, urls),
        counts=counts,
        one=one,
        reader=reader,
        now=now,
    )


async def _files(conn: db.Conn, row: AnnouncementRow) -> list[Attachment]:
    school_id = int(row.school_id or 0)
    if row.author_title == "department":
        return await department_files.of(conn, announcement_id=row.id, school_id=school_id)
    held = await files.of(conn, school_id=school_id, kind="announcement", ref_ids=[row.id])
    return held.get(row.id, [])


async def _senders_part(
    conn: db.Conn, reader: Reader, one: Seen
) -> tuple[Tally | None, list[AudienceShown]]:
    if one.desk is None:
        return None, []
    audience = await _audience(conn, reader, one.desk, one.row)
    if one.row.published_at is None:
        return None, audience
    counts = await reading.tally(
        conn,
        school_id=one.desk.school_id,
        announcement_id=one.row.id,
        classes=reading.counted_classes(one.desk, one.row),
        hidden=reader.hidden_in(one.desk.school_id),
    )
    return counts, audience


async def _audience(
    conn: db.Conn, reader: Reader, desk: Desk, row: AnnouncementRow
) -> list[AudienceShown]:
    """Whom it is for: all of it for the author and the principal.

    A homeroom teacher does not learn who else was written to: of the parts only those that name
    the school, a grade, an own class, or a pupil of the class they lead.
    """
    parts = await queries.audience(conn, school_id=desk.school_id, announcement_id=row.id)
    if desk.is_principal or row.author_account_id == desk.account_id:
        return parts
    pupils = await reading.pupils_of(
        conn,
        school_id=desk.school_id,
        announcement_id=row.id,
        class_ids=sorted(desk.homeroom_class_ids),
    )
    known = {
        "class": {str(each) for each in desk.homeroom_class_ids | desk.taught_class_ids},
        "student": {str(each) for each in pupils},
    }
    known["student"] -= {str(each) for each in reader.hidden_in(desk.school_id)}
    return [
        part
        for part in parts
        if part.kind in ("school", "grade") or part.ref in known.get(part.kind, ())
    ]


def _powers(reader: Reader, one: Seen) -> _Powers:
    if one.desk is None:
        return _Powers(may_edit=False, may_withdraw=False, may_see_answers=False)
    is_author = one.row.author_account_id == reader.account_id
    is_ours = one.row.author_title != "department"
    return _Powers(
        may_edit=is_author and one.row.state in ("draft", "scheduled"),
        may_withdraw=is_ours
        and (is_author or one.desk.is_principal)
        and one.row.state in ("scheduled", "published"),
        may_see_answers=one.row.state in _OUT,
    )


def _shown(
    row: AnnouncementRow,
    *,
    powers: _Powers,
    is_own: bool,
    audience: list[AudienceShown],
    attachments: list[AttachmentShown],
    counts: Tally | None,
    one: Seen | None,
    reader: Reader | None,
    now: datetime,
) -> AnnouncementShown:
    kept = {
        name: value
        for name, value in asdict(row).items()
        if name in AnnouncementShown.__struct_fields__
    }
    return AnnouncementShown(
        **kept,
        is_own=is_own,
        audience=audience,
        attachments=attachments,
        counts=counts,
        **asdict(powers),
        mine=[] if one is None or reader is None else reading.mine(reader, one, now=now),
    )


async def as_department(
    conn: db.Conn,
    *,
    caller: Caller,
    announcement_id: UUID,
    urls: AttachmentUrls,
    now: datetime,
) -> AnnouncementShown:
    """The department's own, in sums.

    Raises:
        NoSuchAnnouncement: none of the caller's units.
    """
    row = await department_reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now
    )
    counts = None
    if row.published_at is not None:
        sums = await department_reading.by_school(conn, caller=caller, row=row)
        counts = department_reading.total_of(sums)
    powers = _Powers(
        may_edit=row.state == "draft",
        may_withdraw=row.state in ("scheduled", "published"),
        may_see_answers=row.state in _OUT,
    )
    return _shown(
        row,
        powers=powers,
        is_own=row.author_account_id == caller.account_id,
        audience=[],
        attachments=files.shown(
            await department_files.of_own(conn, announcement_id=announcement_id), urls
        ),
        counts=counts,
        one=None,
        reader=None,
        now=now,
    )


async def department_answers(
    conn: db.Conn, *, caller: Caller, announcement_id: UUID, now: datetime
) -> AnswerSheet:
    """Sums by school of the department's own, and no people.

    Raises:
        NoSuchAnnouncement: none of the caller's units.
    """
    row = await department_reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now
    )
    sums = await department_reading.by_school(conn, caller=caller, row=row)
    total = department_reading.total_of(sums)
    reminded = await department_reading.is_reminded(conn, announcement_id=announcement_id, now=now)
    return AnswerSheet(
        announcement_id=row.id,
        school_id=None,
        answer_kind=row.answer_kind,
        answer_options=row.answer_options,
        answer_until=row.answer_until,
        total=total,
        by_answer=department_reading.answers_of(sums),
        classes=[],
        schools=sums,
        reminded_today=reminded,
        may_remind=not reminded and _is_waiting(row, total, now),
        items=[],
        next_cursor=None,
    )


def _is_waiting(row: AnnouncementRow, total: Tally, now: datetime) -> bool:
    """Whether somebody may still answer."""
    return (
        row.state == "published"
        and row.answer_kind != "none"
        and (row.answer_until is None or now < row.answer_until)
        and total.answered < total.recipients
    )


async def _sent(
    conn: db.Conn, reader: Reader, announcement_id: UUID
) -> tuple[Seen, list[UUID] | None]:
    """What the reader has sent, leads or heads, and the classes whose people may be known of.

    Raises:
        NoSuchAnnouncement: it is not the reader's, or has not gone out.
    """
    one = await reading.seen(conn, reader=reader, announcement_id=announcement_id)
    if one.desk is None or one.row.published_at is None:
        raise NoSuchAnnouncement
    return one, reading.counted_classes(one.desk, one.row)


async def answer_sheet(
    conn: db.Conn,
    *,
    reader: Reader,
    announcement_id: UUID,
    class_id: UUID | None,
    answered: bool | None,
    after: tuple[str, str, UUID] | None,
    limit: int,
    now: datetime,
) -> AnswerSheet:
    """What came back, as far as the reader may know of the people.

    Raises:
        NoSuchAnnouncement: it is not the reader's, or has not gone out.
    """
    one, classes = await _sent(conn, reader, announcement_id)
    row, school_id = one.row, int(one.row.school_id or 0)
    hidden = reader.hidden_in(school_id)
    total = await reading.tally(
        conn, school_id=school_id, announcement_id=row.id, classes=classes, hidden=hidden
    )
    found = await answers.people(
        conn,
        school_id=school_id,
        announcement_id=row.id,
        classes=classes,
        class_id=class_id,
        answered=answered,
        after=after,
        limit=limit + 1,
        hidden=hidden,
    )
    own = reminders.own_classes(reader, one)
    reminded = await reminders.is_reminded(conn, row=row, now=now, classes=own)
    may_remind = _is_waiting(row, total, now) and not reminded and (own is None or bool(own))
    return AnswerSheet(
        announcement_id=row.id,
        school_id=school_id,
        answer_kind=row.answer_kind,
        answer_options=row.answer_options,
        answer_until=row.answer_until,
        total=total,
        by_answer=await answers.by_answer(conn, row=row, classes=classes, hidden=hidden),
        classes=await answers.by_class(
            conn, school_id=school_id, announcement_id=row.id, classes=classes, hidden=hidden
        ),
        schools=[],
        reminded_today=reminded,
        may_remind=may_remind,
        items=[each for _, each in found[:limit]],
        next_cursor=encode_cursor(*found[limit - 1][0]) if len(found) > limit else None,
    )


async def all_answers(
    conn: db.Conn, *, reader: Reader, announcement_id: UUID
) -> tuple[AnnouncementRow, list[OneAnswer]]:
    """Everybody whom the reader may know of, for the workbook.

    Raises:
        NoSuchAnnouncement: it is not the reader's, or has not gone out.
    """
    one, classes = await _sent(conn, reader, announcement_id)
    school_id = int(one.row.school_id or 0)
    found = await answers.people(
        conn,
        school_id=school_id,
        announcement_id=announcement_id,
        classes=classes,
        hidden=reader.hidden_in(school_id),
    )
    return one.row, [each for _, each in found]


async def may_see(conn: db.Conn, *, caller: Caller, school_id: int, ref_id: UUID) -> bool:
    """Whether the caller may see an announcement's files at this moment."""
    reader = await reading.reader_of(conn, caller=caller)
    try:
        one = await reading.seen(conn, reader=reader, announcement_id=ref_id, school_id=school_id)
    except NoSuchAnnouncement:
        return False
    return one.is_senders or one.row.state == "published"
