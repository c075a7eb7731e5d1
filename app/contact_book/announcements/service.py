"""The life of a school's announcement: draft, scheduled, published, withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.access import desk_of
from app.contact_book.announcements import people, queries, sending
from app.contact_book.announcements.model import (
    AlreadyPublished,
    AnnouncementRow,
    AuthorTitle,
    BadPublishTime,
    BadQuestion,
    NobodyToTell,
    NoSuchAnnouncement,
    NotPublished,
    Part,
    Reach,
    Withdrawn,
    Written,
)
from app.contact_book.announcements.reading import Reader
from app.contact_book.attachments import service as files
from app.contact_book.model import Desk, line_of, text_of
from app.identity.model import Caller
from app.ids import new_id
from app.schools.common import NoSuchSchool

FARTHEST: Final = timedelta(days=366)
# A phone whose clock is a little slow means now.
_SLOW_CLOCK: Final = timedelta(minutes=5)


async def require_desk(conn: db.Conn, *, caller: Caller, school_id: int) -> Desk:
    """The caller as one who writes at this school.

    Raises:
        NoSuchSchool: neither principal nor teacher there.
    """
    desk = await desk_of(conn, caller=caller, school_id=school_id)
    if desk is None:
        raise NoSuchSchool
    return desk


def cleaned(written: Written) -> Written:
    """As it is kept, with a question that can be answered.

    Raises:
        BadQuestion: choices are missing, the same, or not asked for; nobody is written to.
    """
    options = [line_of(each) for each in written.answer_options]
    if (written.answer_kind == "choice") != bool(options):
        raise BadQuestion(
            (
                "Chọn một đáp án thì cần ít nhất hai phương án; các kiểu khác thì không có.",
                "A choice needs at least two options; other kinds have none.",
            )
        )
    if options and (len(options) < 2 or len(set(options)) < len(options)):
        raise BadQuestion(
            ("Cần ít nhất hai phương án khác nhau.", "At least two different options are needed.")
        )
    if written.answer_kind == "none" and written.answer_until is not None:
        raise BadQuestion(
            ("Không hỏi gì thì không có hạn trả lời.", "Without a question there is no deadline.")
        )
    return Written(
        title=line_of(written.title),
        body=text_of(written.body),
        to_families=written.to_families,
        to_staff=written.to_staff,
        to_leaders=written.to_leaders,
        answer_kind=written.answer_kind,
        answer_options=options,
        answer_until=written.answer_until,
        is_urgent=written.is_urgent,
    )


async def draft(
    conn: db.Conn,
    *,
    desk: Desk,
    written: Written,
    parts: Sequence[Part],
    attachment_ids: Sequence[UUID],
    now: datetime,
) -> UUID:
    """Keep what somebody writes, for nobody but the author.

    Raises:
        BadQuestion, BadAudience: see `cleaned` and `people.check`.
        NoSuchAttachment, AttachmentInUse: see attachments.
    """
    written = cleaned(written)
    kept = await people.check(
        conn, desk=desk, parts=parts, to_staff=written.to_staff or written.to_leaders
    )
    announcement_id = new_id()
    await queries.insert(conn, row=await _row(conn, desk, announcement_id, written, now))
    await queries.add_audience(
        conn, school_id=desk.school_id, announcement_id=announcement_id, parts=kept
    )
    await files.bind(
        conn,
        school_id=desk.school_id,
        ids=attachment_ids,
        kind="announcement",
        ref_id=announcement_id,
        account_id=desk.account_id,
    )
    return announcement_id


async def _row(
    conn: db.Conn, desk: Desk, announcement_id: UUID, written: Written, now: datetime
) -> AnnouncementRow:
    return AnnouncementRow(
        school_id=desk.school_id,
        id=announcement_id,
        author_account_id=desk.account_id,
        author_staff_id=desk.staff_id,
        author_name=await queries.author_name(
            conn, school_id=desk.school_id, staff_id=desk.staff_id
        ),
        author_title=_title(desk),
        state="draft",
        created_at=now,
        changed_at=now,
        publish_at=None,
        published_at=None,
        withdrawn_at=None,
        withdrawn_reason=None,
        title=written.title,
        body=written.body,
        to_families=written.to_families,
        to_staff=written.to_staff,
        to_leaders=written.to_leaders,
        answer_kind=written.answer_kind,
        answer_options=written.answer_options,
        answer_until=written.answer_until,
        is_urgent=written.is_urgent,
    )


def _title(desk: Desk) -> AuthorTitle:
    if desk.is_principal:
        return "principal"
    return "homeroom_teacher" if desk.homeroom_class_ids else "subject_teacher"


async def own_unsent(
    conn: db.Conn, *, reader: Reader, announcement_id: UUID
) -> tuple[Desk, AnnouncementRow]:
    """A draft, or what is scheduled, of the reader's own: locked.

    Raises:
        NoSuchAnnouncement: not the reader's own.
        AlreadyPublished, Withdrawn: it cannot be changed any more.
    """
    desk, row = await _locked(conn, reader, announcement_id)
    if row.author_account_id != reader.account_id:
        raise NoSuchAnnouncement
    if row.state == "withdrawn":
        raise Withdrawn
    if row.state == "published":
        raise AlreadyPublished
    return desk, row


async def _locked(
    conn: db.Conn, reader: Reader, announcement_id: UUID
) -> tuple[Desk, AnnouncementRow]:
    rows = await queries.found(
        conn,
        school_ids=[desk.school_id for desk in reader.desks],
        announcement_id=announcement_id,
        is_locked=True,
    )
    for row in rows:
        desk = reader.desk(row.school_id)
        if desk is not None:
            return desk, row
    raise NoSuchAnnouncement


async def change(
    conn: db.Conn,
    *,
    reader: Reader,
    announcement_id: UUID,
    written: Written,
    parts: Sequence[Part] | None,
    attachment_ids: Sequence[UUID] | None,
    now: datetime,
) -> None:
    """Write a draft anew, or what is scheduled. `parts`, `attachment_ids` None: as they are.

    Raises: as `own_unsent` and `draft`.
    """
    desk, row = await own_unsent(conn, reader=reader, announcement_id=announcement_id)
    written = cleaned(written)
    if parts is None:
        shown = await queries.audience(
            conn, school_id=desk.school_id, announcement_id=announcement_id
        )
        parts = [Part(kind=each.kind, ref=each.ref) for each in shown]
    kept = await people.check(
        conn, desk=desk, parts=parts, to_staff=written.to_staff or written.to_leaders
    )
    if row.state == "scheduled" and row.publish_at is not None:
        require_before(written.answer_until, row.publish_at)
    await queries.update(
        conn,
        school_id=desk.school_id,
        announcement_id=announcement_id,
        written=written,
        now=now,
    )
    await queries.clear_audience(conn, school_id=desk.school_id, announcement_id=announcement_id)
    await queries.add_audience(
        conn, school_id=desk.school_id, announcement_id=announcement_id, parts=kept
    )
    if attachment_ids is not None:
        await files.rebind(
            conn,
            school_id=desk.school_id,
            ids=attachment_ids,
            kind="announcement",
            ref_id=announcement_id,
            account_id=desk.account_id,
            now=now,
        )


async def discard(conn: db.Conn, *, reader: Reader, announcement_id: UUID, now: datetime) -> None:
    """Throw away a draft, or what is scheduled.

    Raises: as `own_unsent`.
    """
    desk, _ = await own_unsent(conn, reader=reader, announcement_id=announcement_id)
    await files.unbind(
        conn, school_id=desk.school_id, kind="announcement", ref_id=announcement_id, now=now
    )
    await queries.delete(conn, school_id=desk.school_id, announcement_id=announcement_id)


async def publish(
    conn: db.Conn,
    *,
    reader: Reader,
    announcement_id: UUID,
    publish_at: datetime | None,
    now: datetime,
) -> None:
    """Send it: now, or at that instant by itself. Of two at once one is too late.

    Raises: as `own_unsent`, and
        BadPublishTime: past, or more than a year ahead, or after the deadline for answers.
        NobodyToTell: it would reach nobody.
    """
    desk, row = await own_unsent(conn, reader=reader, announcement_id=announcement_id)
    at = publish_time(publish_at, now)
    require_before(row.answer_until, at)
    if at > now:
        await _schedule(conn, desk, row, at, now)
        return
    await queries.drop_errand(conn, school_id=desk.school_id, announcement_id=announcement_id)
    if not await sending.send(conn, row=row, published_at=now, now=now):
        raise NobodyToTell


def publish_time(publish_at: datetime | None, now: datetime) -> datetime:
    """When it is to go out; None: now.

    Raises:
        BadPublishTime: past, or more than a year ahead.
    """
    if publish_at is None:
        return now
    if not now - _SLOW_CLOCK <= publish_at <= now + FARTHEST:
        raise BadPublishTime(
            (
                "Hãy chọn giờ gửi từ bây giờ đến một năm tới.",
                "Choose a time between now and a year from now.",
            )
        )
    return max(publish_at, now)


def require_before(answer_until: datetime | None, at: datetime) -> None:
    if answer_until is not None and answer_until <= at:
        raise BadPublishTime(
            ("Hạn trả lời phải sau giờ gửi.", "The deadline must be after it goes out.")
        )


async def _schedule(
    conn: db.Conn, desk: Desk, row: AnnouncementRow, at: datetime, now: datetime
) -> None:
    reach = await reached(
        conn,
        desk=desk,
        written=row,
        parts=[
            Part(kind=each.kind, ref=each.ref)
            for each in await queries.audience(
                conn, school_id=desk.school_id, announcement_id=row.id
            )
        ],
        now=now,
    )
    if not reach.pupils + reach.staff:
        raise NobodyToTell
    await db.run(
        conn,
        """
        with planned as (
            insert into announcement_errand (school_id, announcement_id, news, due_at)
            values ($1, $2, 'published', $3)
                on conflict (school_id, announcement_id, news)
                do update set due_at = excluded.due_at, done_at = null, told = null, attempts = 0)
        update announcement set state = 'scheduled', publish_at = $3, changed_at = $4
         where school_id = $1 and id = $2
        """,
        desk.school_id,
        row.id,
        at,
        now,
    )


async def reached(
    conn: db.Conn,
    *,
    desk: Desk,
    written: Written | AnnouncementRow,
    parts: Sequence[Part],
    now: datetime,
) -> Reach:
    """Whom it would reach if it went out now.

    Raises:
        BadAudience: see `people.check`.
    """
    kept = await people.check(
        conn, desk=desk, parts=parts, to_staff=written.to_staff or written.to_leaders
    )
    return await people.reach(
        conn,
        school_id=desk.school_id,
        parts=kept,
        classes=desk.class_ids,
        to_families=written.to_families,
        to_staff=written.to_staff,
        to_leaders=written.to_leaders,
        author_staff_id=desk.staff_id,
        now=now,
    )


async def withdraw(
    conn: db.Conn, *, reader: Reader, announcement_id: UUID, reason: str, now: datetime
) -> None:
    """Take back what has gone out, or what is to: it stays, as withdrawn. By author or principal.

    Raises:
        NoSuchAnnouncement: not the caller's to see, or the department's.
        NotPublished: a draft is deleted.
        Withdrawn: it was done.
    """
    desk, row = await _locked(conn, reader, announcement_id)
    is_author = row.author_account_id == reader.account_id
    if row.author_title == "department" or not (desk.is_principal or is_author):
        raise NoSuchAnnouncement
    if row.state == "draft":
        if not is_author:
            raise NoSuchAnnouncement
        raise NotPublished
    if row.state == "withdrawn":
        raise Withdrawn
    await queries.drop_errand(conn, school_id=desk.school_id, announcement_id=announcement_id)
    await sending.take_back(
        conn,
        row=row,
        reason=text_of(reason),
        withdrawn_by=reader.account_id,
        now=now,
    )
