"""Who may write what into a class's day, and how texts are kept."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.access import barred, desk_of
from app.contact_book.daily.model import (
    ChangedSince,
    DayNotOpen,
    NoSuchClass,
    NotYourPart,
    NotYourSubject,
    TextTooLong,
)
from app.contact_book.model import Desk, line_of, text_of
from app.identity.model import Caller

DAYS_BACK: Final = 7


class ClassRow(Struct, frozen=True, kw_only=True):
    """A class; `grade` 0: of small children."""

    school_id: int
    id: UUID
    name: str
    grade: int

    @property
    def has_care(self) -> bool:
        return self.grade == 0


class Pen(Struct, frozen=True, kw_only=True):
    """Somebody who writes about a class. `subjects`: of who does not lead it; None: any.

    `barred`: pupils of the school whom a court keeps from the writer.
    """

    desk: Desk
    of_class: ClassRow
    name: str
    subjects: frozenset[str] | None
    barred: frozenset[UUID]

    @property
    def leads(self) -> bool:
        return self.subjects is None

    @property
    def school_id(self) -> int:
        return self.desk.school_id

    @property
    def account_id(self) -> UUID:
        return self.desk.account_id

    def is_open(self, day: date, *, today: date) -> bool:
        """Teachers write today and seven days back; the principal any day that has begun."""
        oldest = date.min if self.desk.is_principal else today - timedelta(days=DAYS_BACK)
        return oldest <= day <= today

    def require_open(self, day: date, *, today: date) -> None:
        """
        Raises:
            DayNotOpen: still to come, or too long ago for a teacher.
        """
        if day > today:
            raise DayNotOpen(("Ngày này chưa tới.", "This day is still to come."))
        if not self.is_open(day, today=today):
            raise DayNotOpen(
                (
                    f"Giáo viên ghi được hôm nay và {DAYS_BACK} ngày trước. Ngày xa hơn do hiệu"
                    " trưởng ghi.",
                    f"Teachers write today and {DAYS_BACK} days back. The principal writes what is"
                    " older.",
                )
            )

    def own_subject(self, subject: str | None) -> str | None:
        """The subject as it is kept; a teacher of one subject need not name it.

        Raises:
            NotYourSubject: not one that the teacher teaches here.
        """
        kept = line_of(subject) if subject is not None else None
        if self.subjects is None:
            return kept or None
        if not kept and len(self.subjects) == 1:
            return next(iter(self.subjects))
        for own in self.subjects:
            if kept is not None and own.casefold() == kept.casefold():
                return own
        listed = ", ".join(sorted(self.subjects))
        raise NotYourSubject((f"Ở lớp này bạn dạy: {listed}.", f"You teach here: {listed}."))

    def require_lead(self) -> None:
        """
        Raises:
            NotYourPart: for the homeroom teacher and the principal alone.
        """
        if not self.leads:
            raise NotYourPart


async def class_row(
    conn: db.Conn, *, class_id: UUID, school_ids: Collection[int]
) -> ClassRow | None:
    """The class, if it is of one of these schools."""
    return await db.one(
        conn,
        ClassRow,
        "select school_id, id, name, grade from school_class where school_id = any($1) and id = $2",
        list(school_ids),
        class_id,
    )


async def pen_of(conn: db.Conn, *, caller: Caller, class_id: UUID) -> Pen:
    """The caller as one who writes about this class.

    Raises:
        NoSuchClass: neither led nor taught by the caller.
    """
    found = await class_row(conn, class_id=class_id, school_ids=caller.school_ids)
    if found is None:
        raise NoSuchClass
    desk = await desk_of(conn, caller=caller, school_id=found.school_id)
    if desk is None or not desk.teaches(class_id):
        raise NoSuchClass
    leads = desk.leads(class_id)
    return Pen(
        desk=desk,
        of_class=found,
        name=await _name_of(conn, desk),
        subjects=None if leads else (await subjects_of(conn, desk=desk)).get(class_id, frozenset()),
        barred=frozenset(
            student_id
            for school_id, student_id in await barred(conn, caller=caller)
            if school_id == found.school_id
        ),
    )


async def subjects_of(conn: db.Conn, *, desk: Desk) -> dict[UUID, frozenset[str]]:
    """What this teacher teaches to each class."""
    rows = await db.rows(
        conn,
        """
        select class_id, array_agg(subject) as subjects from class_teacher
         where school_id = $1 and class_id = any($2) and staff_id = $3 group by class_id
        """,
        desk.school_id,
        list(desk.taught_class_ids),
        desk.staff_id,
    )
    return {row["class_id"]: frozenset(row["subjects"]) for row in rows}


async def _name_of(conn: db.Conn, desk: Desk) -> str:
    name: str | None = await db.value(
        conn,
        "select name from staff where school_id = $1 and id = $2",
        desk.school_id,
        desk.staff_id,
    )
    return name or ""


async def lock_class(conn: db.Conn, *, school_id: int, class_id: UUID) -> None:
    """Let those who write about one class do it one after the other."""
    await db.value(
        conn,
        "select 1 from school_class where school_id = $1 and id = $2 for no key update",
        school_id,
        class_id,
    )


def kept_text(raw: str, *, most: int) -> str:
    """A text as it is stored: some signs grow when they are composed, so it is measured here.

    Raises:
        TextTooLong: beyond `most` characters.
    """
    text = text_of(raw)
    if len(text) > most:
        raise TextTooLong((f"Tối đa {most} ký tự.", f"At most {most} characters."))
    return text


def require_fresh(changed_at: datetime, *, read_at: datetime | None, named: str) -> None:
    """Nobody writes over what somebody else has put down since; `read_at` None: not said.

    Raises:
        ChangedSince: the entry, `named` in words, is newer than what the writer had before them.
    """
    if read_at is not None and changed_at > read_at:
        raise ChangedSince(
            (
                f"{named}: đã có nội dung mới hơn. Chưa lưu gì; mời tải lại rồi sửa.",
                f"{named}: there are newer words. Nothing was saved; load the day anew, then edit.",
            )
        )


def own_subject_named(pen: Pen, subject: str) -> str:
    """As `own_subject`, of what has a subject always.

    Raises:
        NotYourSubject: not one that the teacher teaches here, or none at all.
    """
    kept = pen.own_subject(subject)
    if kept is None:
        raise NotYourSubject(("Hãy ghi môn học.", "Say which subject it is."))
    return kept
