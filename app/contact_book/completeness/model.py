"""A week of a school's contact book in numbers; no pupil's and no teacher's name."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

Section = Literal["lessons", "homework", "remarks", "care"]


class ClassWeek(Struct, frozen=True, kw_only=True):
    """A class's week. `school_days`: of the week, until today; the sections: on how many of them.

    `care` is null unless the class is of preschool. `announcements`: days on which the class got
    one. `empty`: what was not filled all week, though there was school. `recipients`: pupils, once
    an announcement; `read` and `answered` as it stands now, by anybody of the family; `wanted`: of
    whom an answer is asked.
    """

    class_id: UUID
    name: str
    grade: int
    school_days: int
    lessons: int
    homework: int
    remarks: int
    care: int | None
    announcements: int
    empty: list[Section]
    recipients: int
    read: int
    wanted: int
    answered: int


class Replies(Struct, frozen=True, kw_only=True):
    """How families' messages of the week were answered; days without school do not count.

    A question is a guardian's first message after the school's last. `waiting` are unanswered, a
    closing thank-you too. `median_min`: minutes, of those answered; null of none.
    """

    questions: int
    answered: int
    within_a_day: int
    waiting: int
    median_min: int | None


class Completeness(Struct, frozen=True, kw_only=True):
    """A school's week from Monday; `recipients` to `answered` with the classes' that are over."""

    school_id: int
    week: date
    classes: list[ClassWeek]
    replies: Replies
    recipients: int
    read: int
    wanted: int
    answered: int


class SchoolWeek(Struct, frozen=True, kw_only=True):
    """The week as it is kept for the department: sums alone."""

    school_id: int
    week: date
    class_days: int = 0
    care_days: int = 0
    lessons: int = 0
    homework: int = 0
    remarks: int = 0
    care: int = 0
    questions: int = 0
    replies: int = 0
    quick_replies: int = 0
    median_reply_min: int | None = None
    recipients: int = 0
    read: int = 0
    wanted: int = 0
    answered: int = 0


class StoredWeek(SchoolWeek, frozen=True, kw_only=True):
    """`counted_at` None: nobody has counted it."""

    name: str
    counted_at: datetime | None


class Rates(Struct, frozen=True, kw_only=True):
    """Whole per cent; null: of nothing, of fewer than five, or it would tell so small a number.

    The first four: class-days on which the section was filled. `replied_in_a_day`: of families'
    questions, within a working day. `read`, `answered`: of pupils, once an announcement.
    """

    lessons: int | None
    homework: int | None
    remarks: int | None
    care: int | None
    replied_in_a_day: int | None
    median_reply_min: int | None
    read: int | None
    answered: int | None


class ClassRow(Struct, frozen=True, kw_only=True):
    """A class that has pupils in the week."""

    id: UUID
    name: str
    grade: int


class Filled(Struct, frozen=True, kw_only=True):
    """On that day something of the section was written for the class."""

    class_id: UUID
    section: Section
    day: date


class ClassToday(Struct, frozen=True, kw_only=True):
    """What of a class's day is filled. `is_held`: there is school for it today."""

    class_id: UUID
    is_held: bool
    filled: list[Section]


class Heard(Struct, frozen=True, kw_only=True):
    """What came of a week's announcements in a class; `class_id` None: in none any more."""

    class_id: UUID | None
    days: int
    recipients: int
    read: int
    wanted: int
    answered: int


class Question(Struct, frozen=True, kw_only=True):
    """When a family asked, and when the school answered; None: not yet."""

    asked_at: datetime
    answered_at: datetime | None


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.isoweekday() - 1)


def week_days(week: date) -> Sequence[date]:
    """Monday to Sunday."""
    return [week + timedelta(days=n) for n in range(7)]
