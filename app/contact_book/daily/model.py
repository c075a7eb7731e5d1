"""What is written into the daily book, as those see it whom it concerns."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.contact_book.attachments.model import AttachmentShown
from app.errors import Conflict, Denied, NotFound, Unprocessable

RemarkKind = Literal["praise", "needs_work", "neutral"]
About = Literal["remark", "conduct", "health"]
PhraseAbout = Literal["remark", "conduct"]
Eaten = Literal["all", "most", "some", "none"]
NewsKind = Literal["remark", "homework", "daily_book"]


class TextBefore(Struct, frozen=True, kw_only=True):
    """What an entry said before it was changed. `kind`: of a remark alone."""

    text: str
    kind: RemarkKind | None
    changed_by: str
    changed_at: datetime


class Remark(Struct, frozen=True, kw_only=True):
    """A remark about one pupil.

    `text` is null for a family when the remark was withdrawn. `subject`: of a subject teacher's.
    `before`: what it said earlier, the oldest first; for staff alone. `may_change`: the reader may
    edit and withdraw it now.
    """

    id: UUID
    school_id: int
    student_id: UUID
    student_name: str
    class_id: UUID
    class_name: str
    day: date
    kind: RemarkKind
    about: About
    text: str | None
    subject: str | None
    author_name: str
    created_at: datetime
    changed_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    attachments: list[AttachmentShown]
    before: list[TextBefore]
    may_change: bool


class Lesson(Struct, frozen=True, kw_only=True):
    """What was taught in a class on a day.

    `before`: what it said earlier, the oldest first, for who may change it, with the class's day.
    """

    id: UUID
    school_id: int
    class_id: UUID
    day: date
    subject: str
    text: str
    author_name: str
    created_at: datetime
    changed_at: datetime
    edited_at: datetime | None
    may_change: bool
    before: list[TextBefore] = []


class DoneBy(Struct, frozen=True, kw_only=True):
    """A pupil whose family says that the homework is done."""

    student_id: UUID
    done_at: datetime


class Homework(Struct, frozen=True, kw_only=True):
    """Homework of a class.

    `done`: the family's mark for its child; null for staff, who see in `done_by` whose families set
    one. A family that has several children in the class asks for one of them.
    """

    id: UUID
    school_id: int
    class_id: UUID
    class_name: str
    subject: str
    text: str | None
    set_day: date
    due_day: date
    author_name: str
    created_at: datetime
    changed_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    attachments: list[AttachmentShown]
    before: list[TextBefore]
    student_id: UUID | None
    done: bool | None
    done_by: list[DoneBy]
    may_change: bool


class CareBefore(Struct, frozen=True, kw_only=True):
    """What was said of a small child's day before it was changed."""

    breakfast: Eaten | None
    lunch: Eaten | None
    snack: Eaten | None
    sleep_min: int | None
    note: str | None
    changed_by: str
    changed_at: datetime


class Care(Struct, frozen=True, kw_only=True):
    """A small child's day; null: nothing was said of it.

    `before`: what was said earlier, the oldest first, for who may change it.
    """

    student_id: UUID
    day: date
    breakfast: Eaten | None
    lunch: Eaten | None
    snack: Eaten | None
    sleep_min: int | None
    note: str | None
    author_name: str
    changed_at: datetime
    before: list[CareBefore] = []


class PupilDay(Struct, frozen=True, kw_only=True):
    """A pupil of the class. `is_absent`: what is said of everybody is not said of this one.

    `remarks`: those that the reader may see, without the withdrawn ones.
    """

    student_id: UUID
    name: str
    is_absent: bool
    remarks: list[Remark]
    care: Care | None


class ClassDay(Struct, frozen=True, kw_only=True):
    """A class's day, as far as the reader may see it.

    `subjects`: which the reader may write lessons and homework of; null: any. `has_care`: meals and
    sleep belong to this class. `may_write`: the day is open to the reader. `may_write_care`: and
    its meals and sleep. `is_told`: families hear of what is written; of a day more than 7 days
    back they do not, it stands in the book.
    """

    school_id: int
    class_id: UUID
    class_name: str
    grade: int
    day: date
    subjects: list[str] | None
    has_care: bool
    may_write: bool
    may_write_care: bool
    is_told: bool
    lessons: list[Lesson]
    homework: list[Homework]
    pupils: list[PupilDay]


class Phrase(Struct, frozen=True, kw_only=True):
    """Words that a tap puts into a remark."""

    id: UUID
    kind: RemarkKind
    about: PhraseAbout
    text: str


class Phrases(Struct, frozen=True, kw_only=True):
    """`are_defaults`: the school has put down none of its own."""

    items: list[Phrase]
    are_defaults: bool


class WeekData(Struct, frozen=True, kw_only=True):
    """A pupil's week in numbers. Days count once: `late` in none of its shifts is `present`."""

    present_days: int = 0
    late_days: int = 0
    absent_days: int = 0
    praise: int = 0
    needs_work: int = 0
    neutral: int = 0
    homework_set: int = 0
    homework_done: int = 0


class WeeklySummary(Struct, frozen=True, kw_only=True):
    """The week from `week_start`, a Monday, as it was told on its Saturday."""

    id: UUID
    school_id: int
    student_id: UUID
    week_start: date
    data: WeekData
    made_at: datetime


class NoSuchClass(NotFound):
    """Không tìm thấy lớp này | There is no such class"""


class NoSuchPupil(NotFound):
    """Không tìm thấy học sinh này | There is no such pupil"""


class NoSuchRemark(NotFound):
    """Không tìm thấy nhận xét này | There is no such remark"""


class NoSuchLesson(NotFound):
    """Không tìm thấy tiết học này | There is no such lesson"""


class NoSuchHomework(NotFound):
    """Không tìm thấy bài tập này | There is no such homework"""


class NotYoursToChange(Denied):
    """Chỉ người viết hoặc hiệu trưởng sửa được | Only its author or the principal may change it"""


class NotYourSubject(Denied):
    """Bạn không dạy môn này ở lớp này | You do not teach this subject to this class"""


class NotYourPart(Denied):
    """Phần này của giáo viên chủ nhiệm | This part is the homeroom teacher's"""


class DayNotOpen(Unprocessable):
    """Không ghi được cho ngày này | Nothing can be written for this day"""


class BadDueDay(Unprocessable):
    """Hạn nộp không hợp lệ | The due day does not fit"""


class TextTooLong(Unprocessable):
    """Nội dung quá dài | The text is too long"""


class NoCareHere(Unprocessable):
    """Lớp này không ghi bữa ăn và giấc ngủ | This class keeps no meals and sleep"""


class NotInClass(Unprocessable):
    """Học sinh không thuộc lớp này ngày ấy | The pupil was not of this class on that day"""


class NamedTwice(Unprocessable):
    """Có mục ghi hai lần | Something is named twice"""


class EntryTaken(Conflict):
    """Mã này đã dùng cho mục khác | This id belongs to another entry"""


class ChangedSince(Conflict):
    """Mục này đã được sửa sau khi bạn mở | It was changed after you opened it"""


class AlreadyWithdrawn(Conflict):
    """Mục này đã được rút lại | It has been withdrawn"""
