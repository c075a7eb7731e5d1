"""A class's day in one piece: what is there, and what a teacher puts down for all and for few."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from msgspec import Struct

from app import db
from app.contact_book.daily import care, edits, homework, lessons, news, pupils, remarks
from app.contact_book.daily import homework_queries as homeworks
from app.contact_book.daily import lesson_queries as taught
from app.contact_book.daily import remark_queries as said
from app.contact_book.daily.model import (
    ClassDay,
    NamedTwice,
    NoCareHere,
    NotInClass,
    PhraseAbout,
    PupilDay,
    RemarkKind,
)
from app.contact_book.daily.reading import Reader, Shown, shown_homework, shown_remarks
from app.contact_book.daily.rights import Pen, lock_class
from app.crypto import SchoolBox
from app.schools.common import school_box


class ForAll(Struct, frozen=True, kw_only=True):
    """One remark about everybody who was there, but for those named.

    Each pupil's gets an id made of `id` and the pupil's, so that sent again it is the same.
    """

    id: UUID
    kind: RemarkKind
    about: PhraseAbout
    text: str
    subject: str | None
    but: Sequence[UUID]


class Entry(Struct, frozen=True, kw_only=True):
    """What a teacher sends. What is left out is left as it is.

    A remark in `exceptions` takes the place of the one about everybody, if it is about the same.
    """

    lessons: Sequence[lessons.Draft]
    homework: Sequence[homework.Draft]
    for_all: ForAll | None
    exceptions: Sequence[remarks.Draft]
    care_for_all: care.Draft | None
    care_exceptions: Sequence[care.Draft]


async def enter(
    conn: db.Conn,
    *,
    pen: Pen,
    box: SchoolBox,
    day: date,
    entry: Entry,
    today: date,
    now: datetime,
) -> None:
    """Write a class's day, all or nothing, and tell each family of it once.

    Sent again it changes nothing and tells nobody. Who was away all day is left out of what is said
    of everybody. Nobody writes apart about a pupil whom a court keeps from them.

    Raises:
        DayNotOpen, NotYourPart, NoCareHere, NotInClass, NamedTwice; and what the parts raise.
    """
    pen.require_open(day, today=today)
    _require_sound(pen, entry)
    school_id, class_id = pen.school_id, pen.of_class.id
    await lock_class(conn, school_id=school_id, class_id=class_id)
    roster = await pupils.pupils_of(conn, school_id=school_id, class_id=class_id, day=day)
    ids = [each.id for each in roster]
    _require_here(entry, frozenset(ids) - pen.barred)
    absent = await pupils.absent_of(conn, school_id=school_id, student_ids=ids, day=day)
    there = [each for each in ids if each not in absent]

    has_taught = await lessons.write(conn, pen=pen, day=day, drafts=entry.lessons, now=now)
    has_set = await homework.write(conn, pen=pen, day=day, drafts=entry.homework, now=now)
    written = await _write_remarks(conn, pen, box, day, entry, ids, there, now)
    names = {each.id: each.name for each in roster}
    cared = await _write_care(conn, pen, box, day, entry, there, names, now)
    of_class = has_taught or has_set
    await news.tell(
        conn,
        school_id=school_id,
        class_id=class_id,
        day=day,
        kind="daily_book",
        student_ids=ids if of_class else sorted(written.students | cared),
        at_once=written.health,
        link={"class_id": str(class_id)},
        actor=pen.account_id,
        now=now,
        taken_back=frozenset() if of_class else written.taken_back - cared,
        also={"remark": written.students, "homework": ids if has_set else ()},
    )


def _require_sound(pen: Pen, entry: Entry) -> None:
    if entry.care_for_all is not None or entry.care_exceptions:
        pen.require_lead()
        if not pen.of_class.has_care:
            raise NoCareHere
    for named in (
        [each.id for each in entry.lessons],
        [each.id for each in entry.homework],
        [each.id for each in entry.exceptions],
        [each.student_id for each in entry.care_exceptions],
    ):
        if len(set(named)) < len(named):
            raise NamedTwice


def _require_here(entry: Entry, ids: frozenset[UUID]) -> None:
    named = {each.student_id for each in entry.exceptions}
    named |= {each.student_id for each in entry.care_exceptions}
    named |= set(entry.for_all.but) if entry.for_all is not None else set()
    if not named <= ids:
        raise NotInClass


async def _write_remarks(
    conn: db.Conn,
    pen: Pen,
    box: SchoolBox,
    day: date,
    entry: Entry,
    ids: Sequence[UUID],
    there: Sequence[UUID],
    now: datetime,
) -> remarks.Written:
    drafts = [remarks.draft_of(pen, each) for each in entry.exceptions]
    left = frozenset[UUID]()
    if (for_all := entry.for_all) is not None:
        apart = {each.student_id for each in drafts if each.about == for_all.about}
        apart |= set(for_all.but)
        said_of = [each for each in there if each not in apart]
        drafts += _of_each(pen, for_all, said_of)
        rest = [uuid5(for_all.id, str(each)) for each in ids if each not in set(said_of)]
        left = await remarks.leave_out(conn, pen=pen, ids=rest, now=now)
    written = await remarks.write(conn, pen=pen, box=box, day=day, drafts=drafts, now=now)
    return remarks.Written(
        students=written.students | left,
        health=written.health,
        taken_back=left - written.students,
    )


def _of_each(pen: Pen, for_all: ForAll, student_ids: Sequence[UUID]) -> list[remarks.Draft]:
    one = remarks.draft_of(
        pen,
        remarks.Draft(
            id=for_all.id,
            student_id=for_all.id,
            kind=for_all.kind,
            about=for_all.about,
            text=for_all.text,
            subject=for_all.subject,
        ),
    )
    return [
        remarks.Draft(
            id=uuid5(for_all.id, str(student_id)),
            student_id=student_id,
            kind=one.kind,
            about=one.about,
            text=one.text,
            subject=one.subject,
        )
        for student_id in student_ids
    ]


async def _write_care(
    conn: db.Conn,
    pen: Pen,
    box: SchoolBox,
    day: date,
    entry: Entry,
    there: Sequence[UUID],
    names: Mapping[UUID, str],
    now: datetime,
) -> frozenset[UUID]:
    drafts = [care.kept(each) for each in entry.care_exceptions]
    if entry.care_for_all is not None:
        apart = {each.student_id for each in drafts}
        of_all = care.kept(entry.care_for_all)
        drafts += [care.of_child(of_all, each) for each in there if each not in apart]
    return await care.write(conn, pen=pen, box=box, day=day, drafts=drafts, names=names, now=now)


async def show(conn: db.Conn, *, pen: Pen, day: date, reader: Reader, by: Shown) -> ClassDay:
    """What is there of the class's day, to go on from; remarks as far as the reader sees them.

    A pupil whom a court keeps from the reader is not among the pupils.
    """
    school_id, class_id = pen.school_id, pen.of_class.id
    everybody = await pupils.pupils_of(conn, school_id=school_id, class_id=class_id, day=day)
    roster = [each for each in everybody if (school_id, each.id) not in reader.barred]
    ids = [each.id for each in roster]
    absent = await pupils.absent_of(conn, school_id=school_id, student_ids=ids, day=day)
    rows = await said.of_class_day(conn, school_id=school_id, class_id=class_id, day=day)
    seen = [row for row in rows if reader.reads_as_staff(row)]
    shown = await shown_remarks(conn, seen, reader=reader, by=by)
    has_care = pen.of_class.has_care and pen.leads
    cared = (
        await care.rows_of(conn, school_id=school_id, student_ids=ids, day=day) if has_care else {}
    )
    box = await school_box(conn, vault=by.vault, school_id=school_id)
    is_open = pen.is_open(day, today=by.today)
    set_that_day = await homeworks.homework_set(
        conn, school_id=school_id, class_id=class_id, day=day
    )
    taught_then = await taught.lessons_of(conn, school_id=school_id, class_id=class_id, day=day)
    earlier = await edits.edits_of(
        conn,
        school_id=school_id,
        of_ids=[*(each.id for each in taught_then), *(each.id for each in cared.values())],
    )
    return ClassDay(
        school_id=school_id,
        class_id=class_id,
        class_name=pen.of_class.name,
        grade=pen.of_class.grade,
        day=day,
        subjects=None if pen.subjects is None else sorted(pen.subjects),
        has_care=pen.of_class.has_care,
        may_write=is_open,
        may_write_care=is_open and has_care,
        is_told=news.is_told(day, today=by.today),
        lessons=[
            lessons.shown(
                row,
                may_change=is_open and lessons.may_change(pen, row),
                earlier=earlier.get(row.id, []),
            )
            for row in taught_then
        ],
        homework=await shown_homework(conn, set_that_day, reader=reader, by=by, student_id=None),
        pupils=[
            PupilDay(
                student_id=each.id,
                name=each.name,
                is_absent=each.id in absent,
                remarks=[remark for remark in shown if remark.student_id == each.id],
                care=care.shown(row, box, earlier=earlier.get(row.id, []))
                if (row := cared.get(each.id))
                else None,
            )
            for each in roster
        ],
    )
