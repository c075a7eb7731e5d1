"""Who reads which remark and which homework, and what of it they see."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.access import barred, desk_of, family_links
from app.contact_book.attachments import service as attachments
from app.contact_book.attachments.model import Attachment, AttachmentShown
from app.contact_book.attachments.urls import AttachmentUrls
from app.contact_book.daily import edits, homework, pupils, remark_queries, remarks
from app.contact_book.daily import homework_queries as homeworks
from app.contact_book.daily.homework_queries import HomeworkRow
from app.contact_book.daily.lesson_queries import LessonRow
from app.contact_book.daily.model import DoneBy, Homework, NoSuchPupil, Remark
from app.contact_book.daily.remark_queries import RemarkRow
from app.contact_book.daily.rights import DAYS_BACK, subjects_of
from app.contact_book.model import Desk, FamilyLink
from app.crypto import SchoolBox, Vault
from app.identity.model import Caller
from app.schools.common import school_box, school_day
from app.schools.students.queries import class_on


class Reader(Struct, frozen=True, kw_only=True):
    """Whose pages somebody reads: as a family, and as staff of a school.

    `subjects`: what is taught to each class that is not led; `led_now`: the pupils who are now in a
    class that is led. `barred`: pupils (school, pupil) whom a court keeps from the reader, who does
    not read about them as staff either.
    """

    account_id: UUID
    links: Sequence[FamilyLink]
    desks: Sequence[Desk]
    subjects: dict[UUID, frozenset[str]]
    led_now: frozenset[UUID]
    barred: frozenset[tuple[int, UUID]]

    @property
    def school_ids(self) -> list[int]:
        """Where there may be something to read."""
        return sorted({link.school_id for link in self.links} | {d.school_id for d in self.desks})

    def desk(self, school_id: int) -> Desk | None:
        return next((desk for desk in self.desks if desk.school_id == school_id), None)

    def reads_as_staff(self, row: RemarkRow) -> bool:
        """The principal all; who leads the class its pupils'; who teaches what is of it."""
        desk = self.desk(row.school_id)
        if desk is None or (row.school_id, row.student_id) in self.barred:
            return False
        if desk.leads(row.class_id) or row.student_id in self.led_now:
            return True
        own = self.subjects.get(row.class_id)
        if own is None:
            return False
        is_own = row.author_account_id == self.account_id
        return is_own or (row.about != "health" and row.subject in own)

    def reads_as_family(self, school_id: int, student_id: UUID, written: date) -> bool:
        """Own children; of those who have moved away what was written until then."""
        return any(
            (link.school_id, link.student_id) == (school_id, student_id)
            and (link.until is None or written <= link.until)
            for link in self.links
        )

    def reads_remark(self, row: RemarkRow) -> bool:
        if self.reads_as_staff(row):
            return True
        # What was said of all and then not of this one, the family never had.
        is_left_out = row.withdrawn_at is not None and row.withdrawn_reason is None
        return not is_left_out and self.reads_as_family(
            row.school_id, row.student_id, school_day(row.created_at)
        )

    def may_change_remark(self, row: RemarkRow, *, today: date) -> bool:
        """Its author as long as the class is the author's, and the principal."""
        desk = self.desk(row.school_id)
        is_barred = (row.school_id, row.student_id) in self.barred
        if desk is None or is_barred or row.withdrawn_at is not None:
            return False
        if desk.is_principal:
            return row.day <= today
        is_own = row.author_account_id == self.account_id and desk.teaches(row.class_id)
        return is_own and (today - row.day).days <= DAYS_BACK

    def may_change_homework(self, row: HomeworkRow, *, today: date) -> bool:
        """Who set it, and who leads the class."""
        desk = self.desk(row.school_id)
        if desk is None or row.withdrawn_at is not None or not desk.teaches(row.class_id):
            return False
        is_own = desk.leads(row.class_id) or row.author_account_id == self.account_id
        return is_own and (desk.is_principal or (today - row.set_day).days <= DAYS_BACK)


async def reader_of(conn: db.Conn, *, caller: Caller) -> Reader:
    """The caller as one who reads, as things are at this moment."""
    links = await family_links(conn, caller=caller)
    desks, subjects, led = [], dict[UUID, frozenset[str]](), set[UUID]()
    for school_id in sorted(caller.school_ids):
        desk = await desk_of(conn, caller=caller, school_id=school_id)
        if desk is None:
            continue
        desks.append(desk)
        subjects |= await subjects_of(conn, desk=desk)
        led |= await pupils.now_in(conn, school_id=school_id, class_ids=desk.homeroom_class_ids)
    return Reader(
        account_id=caller.account_id,
        links=links,
        desks=desks,
        subjects=subjects,
        led_now=frozenset(led),
        barred=await barred(conn, caller=caller),
    )


class Shown(Struct, frozen=True, kw_only=True):
    """What it takes to show entries: keys, addresses, the day."""

    vault: Vault
    urls: AttachmentUrls
    today: date


async def shown_remarks(
    conn: db.Conn, rows: Sequence[RemarkRow], *, reader: Reader, by: Shown
) -> list[Remark]:
    """The remarks as the reader sees them."""
    boxes = {
        school_id: await school_box(conn, vault=by.vault, school_id=school_id)
        for school_id in {row.school_id for row in rows}
    }
    files: dict[UUID, list[Attachment]] = {}
    earlier: dict[UUID, list[edits.Edit]] = {}
    for school_id, ids in _by_school(rows).items():
        files |= await attachments.of(conn, school_id=school_id, kind="remark", ref_ids=ids)
        if reader.desk(school_id) is not None:
            earlier |= await edits.edits_of(conn, school_id=school_id, of_ids=ids)
    return [
        _remark(
            row,
            box=boxes[row.school_id],
            files=attachments.shown(files.get(row.id, []), by.urls),
            earlier=earlier.get(row.id, []),
            reader=reader,
            today=by.today,
        )
        for row in rows
    ]


def _remark(
    row: RemarkRow,
    *,
    box: SchoolBox,
    files: list[AttachmentShown],
    earlier: list[edits.Edit],
    reader: Reader,
    today: date,
) -> Remark:
    is_staff = reader.reads_as_staff(row)
    is_hidden = row.withdrawn_at is not None and not is_staff
    return Remark(
        id=row.id,
        school_id=row.school_id,
        student_id=row.student_id,
        student_name=row.student_name,
        class_id=row.class_id,
        class_name=row.class_name,
        day=row.day,
        kind=row.kind,
        about=row.about,
        text=None if is_hidden else remarks.text_in(row, box),
        subject=row.subject,
        author_name=row.author_name,
        created_at=row.created_at,
        changed_at=row.changed_at,
        edited_at=row.edited_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason if is_staff else None,
        attachments=[] if is_hidden else files,
        before=remarks.texts_before(earlier, box) if is_staff else [],
        may_change=reader.may_change_remark(row, today=today),
    )


async def shown_homework(
    conn: db.Conn,
    rows: Sequence[HomeworkRow],
    *,
    reader: Reader,
    by: Shown,
    student_id: UUID | None,
) -> list[Homework]:
    """The homework as the reader sees it; with `student_id`: with that pupil's mark."""
    done: dict[UUID, list[DoneBy]] = {}
    files: dict[UUID, list[Attachment]] = {}
    earlier: dict[UUID, list[edits.Edit]] = {}
    for school_id, ids in _by_school(rows).items():
        done |= await homeworks.done_of(conn, school_id=school_id, homework_ids=ids)
        files |= await attachments.of(conn, school_id=school_id, kind="homework", ref_ids=ids)
        if reader.desk(school_id) is not None:
            earlier |= await edits.edits_of(conn, school_id=school_id, of_ids=ids)
    return [
        _homework(
            row,
            marks=done.get(row.id, []),
            files=attachments.shown(files.get(row.id, []), by.urls),
            earlier=earlier.get(row.id, []),
            reader=reader,
            student_id=student_id,
            today=by.today,
        )
        for row in rows
    ]


def _homework(
    row: HomeworkRow,
    *,
    marks: list[DoneBy],
    files: list[AttachmentShown],
    earlier: list[edits.Edit],
    reader: Reader,
    student_id: UUID | None,
    today: date,
) -> Homework:
    desk = reader.desk(row.school_id)
    is_staff = desk is not None and desk.teaches(row.class_id)
    is_hidden = row.withdrawn_at is not None and not is_staff
    return Homework(
        id=row.id,
        school_id=row.school_id,
        class_id=row.class_id,
        class_name=row.class_name,
        subject=row.subject,
        text=None if is_hidden else row.text,
        set_day=row.set_day,
        due_day=row.due_day,
        author_name=row.author_name,
        created_at=row.created_at,
        changed_at=row.changed_at,
        edited_at=row.edited_at,
        withdrawn_at=row.withdrawn_at,
        attachments=[] if is_hidden else files,
        before=homework.texts_before(earlier) if is_staff else [],
        student_id=student_id,
        done=None if student_id is None else student_id in {mark.student_id for mark in marks},
        done_by=[mark for mark in marks if (row.school_id, mark.student_id) not in reader.barred]
        if is_staff and student_id is None
        else [],
        may_change=reader.may_change_homework(row, today=today),
    )


def _by_school(rows: Iterable[RemarkRow | HomeworkRow]) -> dict[int, list[UUID]]:
    found: dict[int, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.school_id, []).append(row.id)
    return found


async def schools_of(conn: db.Conn, *, reader: Reader, student_id: UUID, today: date) -> list[int]:
    """The schools at which the reader may look into this pupil's book.

    Raises:
        NoSuchPupil: neither an own child nor a pupil of the reader's.
    """
    found = {link.school_id for link in reader.links if link.student_id == student_id}
    for desk in reader.desks:
        if (desk.school_id, student_id) in reader.barred:
            continue
        if desk.is_principal:
            name = await pupils.name_of(conn, school_id=desk.school_id, student_id=student_id)
            is_seen = name is not None
        else:
            now_in = await class_on(
                conn, school_id=desk.school_id, student_id=student_id, day=today
            )
            is_seen = now_in is not None and desk.teaches(now_in)
        if is_seen:
            found.add(desk.school_id)
    if not found:
        raise NoSuchPupil
    return sorted(found)


async def may_see_remark(conn: db.Conn, *, caller: Caller, school_id: int, ref_id: UUID) -> bool:
    """Whether the caller may look at the remark's files now; of a withdrawn one staff alone."""
    row = (await remark_queries.by_ids(conn, school_id=school_id, ids=[ref_id])).get(ref_id)
    if row is None:
        return False
    reader = await reader_of(conn, caller=caller)
    if row.withdrawn_at is not None:
        return reader.reads_as_staff(row)
    return reader.reads_remark(row)


async def may_see_homework(conn: db.Conn, *, caller: Caller, school_id: int, ref_id: UUID) -> bool:
    """Whether the caller may look at the homework's files now; of what is withdrawn staff alone."""
    rows = await homeworks.homework_known(conn, school_id=school_id, ids=[ref_id])
    row = rows.get(ref_id)
    if row is None:
        return False
    reader = await reader_of(conn, caller=caller)
    desk = reader.desk(school_id)
    if desk is not None and desk.teaches(row.class_id):
        return True
    child = await child_of(conn, reader=reader, row=row)
    return row.withdrawn_at is None and child is not None


async def child_of(
    conn: db.Conn, *, reader: Reader, row: HomeworkRow, student_id: UUID | None = None
) -> UUID | None:
    """The child of the reader's whose homework it is; with `student_id`: if it is that one's."""
    for link in reader.links:
        if link.school_id != row.school_id or student_id not in (None, link.student_id):
            continue
        if link.until is not None and school_day(row.created_at) > link.until:
            continue
        if await homeworks.has_homework(
            conn, school_id=row.school_id, student_id=link.student_id, homework_id=row.id
        ):
            return link.student_id
    return None


async def reads_lesson(
    conn: db.Conn, *, reader: Reader, row: LessonRow, student_id: UUID | None
) -> bool:
    """Whether the reader may read it: of a class that is taught, or a child's of that day.

    `student_id`: of this child.
    """
    desk = reader.desk(row.school_id)
    if student_id is None and desk is not None and desk.teaches(row.class_id):
        return True
    for link in reader.links:
        is_named = student_id in (None, link.student_id)
        is_then = link.until is None or school_day(row.created_at) <= link.until
        if link.school_id == row.school_id and is_named and is_then:
            was_in = await class_on(
                conn, school_id=row.school_id, student_id=link.student_id, day=row.day
            )
            if was_in == row.class_id:
                return True
    return False


def reads_homework(reader: Reader, row: HomeworkRow, student_id: UUID | None) -> bool:
    """Whether a row of a class's or a pupil's list is the reader's; the list was asked for."""
    desk = reader.desk(row.school_id)
    if desk is not None and desk.teaches(row.class_id):
        return True
    return student_id is not None and reader.reads_as_family(
        row.school_id, student_id, school_day(row.created_at)
    )
