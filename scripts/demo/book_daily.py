"""The daily book of the demo's past: what was taught and set, and what was said of pupils."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance import queries
from app.attendance.plan import ZONE
from app.contact_book.model import key_of
from app.crypto import SchoolBox
from scripts.demo.book_notices import readers_of
from scripts.demo.book_texts import (
    CONDUCT,
    HEALTH,
    LESSONS,
    NEEDS_WORK,
    NEUTRAL,
    PRAISE,
    PRIMARY_SUBJECTS,
)
from scripts.demo.ids import account_id, class_id
from scripts.demo.lots import demo_id, draws
from scripts.demo.people import Staff, Student
from scripts.demo.places import Class, School
from scripts.demo.structure import Province
from scripts.demo.writing import insert_rows

# Most teachers fill the book nearly every day, some hardly ever: the principal's page shows it.
_DILIGENT: Final = 0.8
_FILLS: Final = {True: 0.95, False: 0.25}
_MARKED_AS_DONE: Final = 0.7
# Marks that families set are shown of one class, and of the last days.
_MARKING_CLASS: Final = "6A1"
_MARKED_DAYS: Final = 8

_SAID: Final[dict[str, tuple[str, ...]]] = {
    "praise": PRAISE,
    "needs_work": NEEDS_WORK,
    "neutral": NEUTRAL,
}
_OFTEN: Final = (60, 25, 15)

_ENTRY: Final = ("author_account_id", "author_staff_id", "author_name", "created_at", "changed_at")
_COLUMNS: Final = {
    "lesson": ("school_id", "id", "class_id", "day", "subject", "text", "search_key", *_ENTRY),
    "homework": (
        "school_id", "id", "class_id", "subject", "text", "search_key", "set_day", "due_day",
        *_ENTRY,
    ),
    "homework_done": ("school_id", "homework_id", "student_id", "account_id", "done_at"),
    "remark": (
        "school_id", "id", "student_id", "class_id", "day", "kind", "about", "text",
        "text_sealed", "search_key", "subject", *_ENTRY,
    ),
}  # fmt: skip


async def write_daily(
    conn: db.Conn, province: Province, school: School, days: Sequence[date], *, box: SchoolBox
) -> None:
    """Write each class's school days among these."""
    plan = await queries.plan(conn, school_id=school.id)
    writing = _Writing(province, school, box)
    for each in school.classes:
        planned = plan.classes[class_id(school.id, each.name)]
        held = [day for day in days if plan.shifts_on(day, planned.shift_ids)]
        writing.fill(each, held)
    for table, columns in _COLUMNS.items():
        await insert_rows(conn, table, columns, writing.rows[table])


class _Post(Struct, frozen=True, kw_only=True):
    """Who teaches what to a class; `subject` None: its homeroom teacher."""

    staff: Staff
    subject: str | None


class _Writing:
    """Rows of a school's daily book, table by table."""

    def __init__(self, province: Province, school: School, box: SchoolBox) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        self._school = school
        self._box = box
        self._staff = province.staff[school.id]
        self._pupils = [s for s in province.population.students if s.school_id == school.id]
        self._families = province.population.families

    def fill(self, of: Class, days: Sequence[date]) -> None:
        rng = draws("book", self._school.id, of.name)
        often = _FILLS[rng.random() < _DILIGENT or of.name == _MARKING_CLASS]
        homeroom = next(each for each in self._staff if each.homeroom == of.name)
        posts = self._posts(of, homeroom)
        pupils = [each for each in self._pupils if each.class_name == of.name]
        for at, day in enumerate(days):
            if rng.random() > often:
                continue
            ends = time(16, 35) if "afternoon" in of.shifts or "day" in of.shifts else time(11, 25)
            written = datetime.combine(day, ends, ZONE) + timedelta(minutes=rng.randrange(40))
            next_day = days[at + 1] if at + 1 < len(days) else day + timedelta(days=3)
            is_marked = of.name == _MARKING_CLASS and at >= len(days) - _MARKED_DAYS
            for number, post in enumerate(rng.sample(posts, min(2, len(posts)))):
                entry = _entry(post.staff, written + timedelta(minutes=number))
                self._taught(of, day, next_day, post, entry, rng, pupils if is_marked else [])
            if rng.random() < 0.55:
                self._remark(day, rng.choice(pupils), _Post(staff=homeroom, subject=None), written,
                             rng)  # fmt: skip
            if rng.random() < 0.35:
                self._remark(day, rng.choice(pupils), rng.choice(posts), written, rng)
        self._of_the_named(days, pupils, homeroom, posts)

    def _posts(self, of: Class, homeroom: Staff) -> list[_Post]:
        taught = [
            _Post(staff=each, subject=subject)
            for each in self._staff
            for name, subject in each.teaches
            if name == of.name and subject in LESSONS
        ]
        if self._school.level != "primary":
            return taught
        return [_Post(staff=homeroom, subject=subject) for subject in PRIMARY_SUBJECTS] + taught

    def _taught(
        self,
        of: Class,
        day: date,
        next_day: date,
        post: _Post,
        entry: tuple[Any, ...],
        rng: random.Random,
        marking: Sequence[Student],
    ) -> None:
        """A lesson, and most times homework; `marking`: whose families say that it is done."""
        subject, at = post.subject or "Sinh hoạt lớp", entry[-1]
        lesson, homework = rng.choice(LESSONS[subject])
        key, of_class = (self._school.id, of.name, day, subject), class_id(self._school.id, of.name)
        self.rows["lesson"].append(
            (self._school.id, demo_id("lesson", *key, at=at), of_class, day, subject, lesson,
             key_of(subject, lesson), *entry)
        )  # fmt: skip
        if rng.random() > 0.65:
            return
        homework_id = demo_id("homework", *key, at=at)
        self.rows["homework"].append(
            (self._school.id, homework_id, of_class, subject, homework,
             key_of(subject, homework), day, next_day, *entry)
        )  # fmt: skip
        for pupil in marking:
            accounts = readers_of(self._families, pupil)
            if accounts and rng.random() < _MARKED_AS_DONE:
                done = datetime.combine(day, time(20), ZONE) + timedelta(minutes=rng.randrange(90))
                row = (self._school.id, homework_id, pupil.id, accounts[0], done)
                self.rows["homework_done"].append(row)

    def _remark(
        self, day: date, pupil: Student, post: _Post, at: datetime, rng: random.Random
    ) -> None:
        if post.subject is None and rng.random() < 0.12:
            self._say(day, pupil, post, at, "praise", "conduct", rng.choice(CONDUCT))
            return
        (kind,) = rng.choices(list(_SAID), _OFTEN)
        self._say(day, pupil, post, at, kind, "remark", rng.choice(_SAID[kind]))

    def _of_the_named(
        self, days: Sequence[date], pupils: Sequence[Student], homeroom: Staff,
        posts: Sequence[_Post],
    ) -> None:  # fmt: skip
        """The children of the families that one logs in as have something to read each week."""
        of_homeroom = _Post(staff=homeroom, subject=None)
        for pupil in pupils:
            if pupil.family > 1:
                continue
            rng = draws("book of", pupil.id)
            for day in days[::-3]:
                at = datetime.combine(day, time(16, 50), ZONE)
                self._remark(day, pupil, rng.choice([of_homeroom, *posts]), at, rng)
            if len(days) > 6 and pupil.family == 0:
                at = datetime.combine(days[-6], time(10, 5), ZONE)
                self._say(days[-6], pupil, of_homeroom, at, "neutral", "health", rng.choice(HEALTH))

    def _say(
        self, day: date, pupil: Student, post: _Post, at: datetime, kind: str, about: str, text: str
    ) -> None:
        is_sealed = about == "health"
        number = len(self.rows["remark"])
        self.rows["remark"].append(
            (self._school.id, demo_id("remark", self._school.id, number, at=at), pupil.id,
             class_id(self._school.id, pupil.class_name), day, kind, about,
             None if is_sealed else text,
             self._box.seal(text, field="remark.text") if is_sealed else None,
             "" if is_sealed else key_of(text), post.subject, *_entry(post.staff, at))
        )  # fmt: skip


def _entry(by: Staff, at: datetime) -> tuple[UUID, UUID, str, datetime, datetime]:
    return account_id(by.phone), by.id, by.name, at, at
