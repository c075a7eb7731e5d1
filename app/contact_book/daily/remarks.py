"""Remarks are written, changed and taken back; each says about one pupil what was on one day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.attachments import service as attachments
from app.contact_book.daily import edits, news
from app.contact_book.daily import remark_queries as queries
from app.contact_book.daily.edits import Before, Edit
from app.contact_book.daily.model import (
    About,
    AlreadyWithdrawn,
    EntryTaken,
    NoSuchPupil,
    NotInClass,
    NotYoursToChange,
    RemarkKind,
    TextBefore,
)
from app.contact_book.daily.remark_queries import NewRemark, RemarkRow
from app.contact_book.daily.rights import Pen, kept_text, lock_class, require_fresh
from app.contact_book.model import key_of
from app.crypto import SchoolBox
from app.schools.students.queries import class_on

MOST: Final = 2000
_FIELD: Final = "remark.text"


class Draft(Struct, frozen=True, kw_only=True):
    """What somebody wants to say about a pupil, under the id that the client chose.

    `read_at`: the `changed_at` of what the writer had before them; None: not said.
    """

    id: UUID
    student_id: UUID
    kind: RemarkKind
    about: About
    text: str
    subject: str | None
    read_at: datetime | None = None


class Written(Struct, frozen=True, kw_only=True):
    """Whose pages a change touched; `health`: those of whom something new about health is said.

    `taken_back`: those of whom nothing new is said.
    """

    students: frozenset[UUID]
    health: frozenset[UUID]
    taken_back: frozenset[UUID] = frozenset()


async def write(
    conn: db.Conn,
    *,
    pen: Pen,
    box: SchoolBox,
    day: date,
    drafts: Sequence[Draft],
    now: datetime,
) -> Written:
    """Write what is new and change what differs; what is there already stays as it is.

    The class is locked, and `drafts` are about its pupils. What was withdrawn by hand stays so.

    Raises:
        EntryTaken: an id belongs to another pupil, day or kind of remark.
        NotYoursToChange: somebody else wrote it.
        ChangedSince: it is newer than what the writer had read.
    """
    known = await queries.by_ids(conn, school_id=pen.school_id, ids=[each.id for each in drafts])
    new = [each for each in drafts if each.id not in known]
    differing, returning = [], []
    for draft in drafts:
        row = known.get(draft.id)
        if row is None:
            continue
        _require_same(row, draft, pen, day)
        if row.withdrawn_at is not None and row.withdrawn_reason is not None:
            continue
        if row.withdrawn_at is not None:
            returning.append(draft)
        if (row.kind, text_in(row, box)) != (draft.kind, draft.text):
            require_author(pen, row)
            require_fresh(row.changed_at, read_at=draft.read_at, named=row.student_name)
            differing.append(draft)
    await queries.insert(
        conn,
        school_id=pen.school_id,
        class_id=pen.of_class.id,
        day=day,
        new=[_stored(draft, box) for draft in new],
        author=(pen.account_id, pen.desk.staff_id, pen.name),
        now=now,
    )
    await _change(conn, pen, box, [known[each.id] for each in differing], differing, now)
    if returning:
        await queries.put_back(
            conn, school_id=pen.school_id, ids=[each.id for each in returning], now=now
        )
    touched = [*new, *differing, *returning]
    return Written(
        students=frozenset(each.student_id for each in touched),
        health=frozenset(each.student_id for each in touched if each.about == "health"),
    )


async def _change(
    conn: db.Conn,
    pen: Pen,
    box: SchoolBox,
    rows: Sequence[RemarkRow],
    drafts: Sequence[Draft],
    now: datetime,
) -> None:
    await edits.keep(
        conn,
        school_id=pen.school_id,
        of_kind="remark",
        before=[
            Before(
                of_id=row.id,
                before={"kind": row.kind, "text": row.text},
                before_sealed=row.text_sealed,
            )
            for row in rows
        ],
        edited_by=pen.account_id,
        editor_name=pen.name,
        now=now,
    )
    await queries.change(
        conn,
        school_id=pen.school_id,
        changed=[_stored(draft, box) for draft in drafts],
        now=now,
    )


async def leave_out(
    conn: db.Conn, *, pen: Pen, ids: Collection[UUID], now: datetime
) -> frozenset[UUID]:
    """Withdraw those of these that stand: what is said of all is not said of these; who they are.

    Another's are left alone.
    """
    rows = await queries.by_ids(conn, school_id=pen.school_id, ids=ids)
    standing = [row for row in rows.values() if row.withdrawn_at is None and may_change(pen, row)]
    if standing:
        await queries.withdraw(
            conn,
            school_id=pen.school_id,
            ids=[row.id for row in standing],
            by=pen.account_id,
            reason=None,
            now=now,
        )
    return frozenset(row.student_id for row in standing)


async def add(
    conn: db.Conn,
    *,
    pen: Pen,
    box: SchoolBox,
    day: date,
    draft: Draft,
    attachment_ids: Sequence[UUID],
    today: date,
    now: datetime,
) -> None:
    """Write one remark and tell the family. Sent again it is the same one, told once.

    Raises:
        DayNotOpen, NotYourSubject, TextTooLong, NotInClass, EntryTaken, NotYoursToChange; and what
        binding attachments raises.
        NoSuchPupil: a court keeps the pupil from the writer.
    """
    pen.require_open(day, today=today)
    if draft.student_id in pen.barred:
        raise NoSuchPupil
    await lock_class(conn, school_id=pen.school_id, class_id=pen.of_class.id)
    at = await class_on(conn, school_id=pen.school_id, student_id=draft.student_id, day=day)
    if at != pen.of_class.id:
        raise NotInClass
    kept = draft_of(pen, draft)
    done = await write(conn, pen=pen, box=box, day=day, drafts=[kept], now=now)
    rows = await queries.by_ids(conn, school_id=pen.school_id, ids=[draft.id])
    row = rows[draft.id]
    # Sent again without files it is the same, with those that came to it since.
    if attachment_ids and row.withdrawn_at is None:
        done = await _set_files(conn, pen, row, attachment_ids, done, now)
    await _tell(conn, pen, day, done, draft.id, now)


async def _set_files(
    conn: db.Conn,
    pen: Pen,
    row: RemarkRow,
    ids: Sequence[UUID],
    done: Written,
    now: datetime,
) -> Written:
    """Let exactly these files belong to it; whose pages are touched by all that was done."""
    there = await attachments.of(conn, school_id=pen.school_id, kind="remark", ref_ids=[row.id])
    if {each.id for each in there.get(row.id, [])} == set(ids):
        return done
    require_author(pen, row)
    await attachments.rebind(
        conn,
        school_id=pen.school_id,
        ids=ids,
        kind="remark",
        ref_id=row.id,
        account_id=pen.account_id,
        now=now,
    )
    await queries.touch(conn, school_id=pen.school_id, remark_id=row.id, now=now)
    about = frozenset({row.student_id})
    return Written(
        students=done.students | about,
        health=done.health | about if row.about == "health" else done.health,
    )


async def edit(
    conn: db.Conn,
    *,
    pen: Pen,
    box: SchoolBox,
    row: RemarkRow,
    kind: RemarkKind | None,
    text: str | None,
    attachment_ids: Sequence[UUID] | None,
    today: date,
    now: datetime,
) -> None:
    """Change what was said; what it said before is kept, and the family is told of the change.

    Raises:
        DayNotOpen, NotYoursToChange, TextTooLong.
        AlreadyWithdrawn: it was taken back.
    """
    row = await _locked(conn, pen=pen, row=row, today=today)
    draft = Draft(
        id=row.id,
        student_id=row.student_id,
        kind=kind or row.kind,
        about=row.about,
        text=text_in(row, box) if text is None else kept_text(text, most=MOST),
        subject=row.subject,
    )
    done = await write(conn, pen=pen, box=box, day=row.day, drafts=[draft], now=now)
    if attachment_ids is not None:
        done = await _set_files(conn, pen, row, attachment_ids, done, now)
    await _tell(conn, pen, row.day, done, row.id, now)


async def take_back(
    conn: db.Conn, *, pen: Pen, row: RemarkRow, reason: str, today: date, now: datetime
) -> None:
    """Withdraw it: it stays, without its text for the family, whose message is put right.

    Raises:
        DayNotOpen, NotYoursToChange.
        AlreadyWithdrawn: somebody was faster.
    """
    row = await _locked(conn, pen=pen, row=row, today=today)
    await queries.withdraw(
        conn,
        school_id=pen.school_id,
        ids=[row.id],
        by=pen.account_id,
        reason=kept_text(reason, most=500),
        now=now,
    )
    about = frozenset({row.student_id})
    done = Written(students=about, health=frozenset(), taken_back=about)
    await _tell(conn, pen, row.day, done, row.id, now)


async def _locked(conn: db.Conn, *, pen: Pen, row: RemarkRow, today: date) -> RemarkRow:
    pen.require_open(row.day, today=today)
    await lock_class(conn, school_id=pen.school_id, class_id=pen.of_class.id)
    rows = await queries.by_ids(conn, school_id=pen.school_id, ids=[row.id])
    row = rows[row.id]
    require_author(pen, row)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return row


async def _tell(
    conn: db.Conn, pen: Pen, day: date, done: Written, remark_id: UUID, now: datetime
) -> None:
    await news.tell(
        conn,
        school_id=pen.school_id,
        class_id=pen.of_class.id,
        day=day,
        kind="remark",
        student_ids=done.students,
        at_once=done.health,
        link={"remark_id": str(remark_id)},
        actor=pen.account_id,
        now=now,
        taken_back=done.taken_back,
    )


def draft_of(pen: Pen, draft: Draft) -> Draft:
    """As it is kept: the text in its form, the subject one of the writer's own."""
    return Draft(
        id=draft.id,
        student_id=draft.student_id,
        kind=draft.kind,
        about=draft.about,
        text=kept_text(draft.text, most=MOST),
        subject=pen.own_subject(draft.subject),
        read_at=draft.read_at,
    )


def may_change(pen: Pen, row: RemarkRow) -> bool:
    """Its author, and the principal."""
    return pen.desk.is_principal or row.author_account_id == pen.account_id


def require_author(pen: Pen, row: RemarkRow) -> None:
    """
    Raises:
        NotYoursToChange: neither its author nor the principal.
    """
    if not may_change(pen, row):
        raise NotYoursToChange


def _require_same(row: RemarkRow, draft: Draft, pen: Pen, day: date) -> None:
    here = (pen.of_class.id, day, draft.student_id, draft.about)
    if (row.class_id, row.day, row.student_id, row.about) != here:
        raise EntryTaken


def text_in(row: RemarkRow, box: SchoolBox) -> str:
    """The text, unsealed if it is about health."""
    if row.text_sealed is not None:
        return box.open(row.text_sealed, field=_FIELD)
    return row.text or ""


def texts_before(made: Iterable[Edit], box: SchoolBox) -> list[TextBefore]:
    """What it said earlier, the oldest first."""
    return [
        TextBefore(
            text=each.before.get("text") or ""
            if each.before_sealed is None
            else box.open(each.before_sealed, field=_FIELD),
            kind=each.before.get("kind"),
            changed_by=each.editor_name,
            changed_at=each.edited_at,
        )
        for each in made
    ]


def _stored(draft: Draft, box: SchoolBox) -> NewRemark:
    is_health = draft.about == "health"
    return NewRemark(
        id=draft.id,
        student_id=draft.student_id,
        kind=draft.kind,
        about=draft.about,
        text=None if is_health else draft.text,
        text_sealed=box.seal(draft.text, field=_FIELD) if is_health else None,
        search_key="" if is_health else key_of(draft.text),
        subject=draft.subject,
    )
