"""Announcements, as they are written, sent, read and answered."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.contact_book.attachments.model import AttachmentShown
from app.contact_book.model import PersonKind
from app.errors import Conflict, NotFound, Unprocessable

State = Literal["draft", "scheduled", "published", "withdrawn"]
AnswerKind = Literal["none", "acknowledge", "rsvp", "yes_no", "choice", "text"]
AudienceKind = Literal["school", "grade", "class", "group", "student", "staff"]
AuthorTitle = Literal["principal", "homeroom_teacher", "subject_teacher", "department"]
ErrandNews = Literal["published", "withdrawn", "reminded"]


class Part(Struct, frozen=True, kw_only=True):
    """A part of an audience: `ref` is an id, a grade's number, or nothing of the whole school."""

    kind: AudienceKind
    ref: str = ""


class Written(Struct, frozen=True, kw_only=True):
    """What somebody writes, as it is kept."""

    title: str
    body: str
    to_families: bool
    to_staff: bool
    to_leaders: bool
    answer_kind: AnswerKind
    answer_options: list[str]
    answer_until: datetime | None
    is_urgent: bool


class AudienceShown(Struct, frozen=True, kw_only=True):
    """A part of whom it is for; `name`: of the class, group or person, the grade's number."""

    kind: AudienceKind
    ref: str
    name: str


class Tally(Struct, frozen=True, kw_only=True):
    """How many it reached. A pupil counts once, whoever of the family has read or answered."""

    recipients: int
    read: int
    answered: int


class Mine(Struct, frozen=True, kw_only=True):
    """A recipient that is the caller, or a child of the caller's, and what was done about it.

    `read_at`, `answer`: by whoever of the family. `may_answer`: the caller, until the deadline.
    """

    school_id: int
    person_kind: PersonKind
    person_id: UUID
    name: str
    read_at: datetime | None
    answer: str | None
    note: str | None
    answered_at: datetime | None
    is_answered_by_me: bool
    may_answer: bool


class AnnouncementRow(Struct, frozen=True, kw_only=True):
    """An announcement of one school as it is stored, or, without `school_id`, the department's."""

    school_id: int | None
    id: UUID
    origin_id: UUID | None = None
    org_unit_id: int | None = None
    school_ids: list[int] | None = None
    author_account_id: UUID
    author_staff_id: UUID | None = None
    author_name: str
    author_title: AuthorTitle
    state: State
    title: str
    body: str
    to_families: bool
    to_staff: bool
    to_leaders: bool
    answer_kind: AnswerKind
    answer_options: list[str]
    answer_until: datetime | None
    is_urgent: bool
    created_at: datetime
    changed_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


class AnnouncementShown(Struct, frozen=True, kw_only=True):
    """An announcement, as who reads it may see it.

    `audience`, `counts` and `may_...` are for those who send; `mine` says to whom of the reader's
    it came. `school_id` null: the department's, to its own people.
    """

    id: UUID
    school_id: int | None
    org_unit_id: int | None
    school_ids: list[int] | None
    author_name: str
    author_title: AuthorTitle
    is_own: bool
    state: State
    title: str
    body: str
    to_families: bool
    to_staff: bool
    to_leaders: bool
    audience: list[AudienceShown]
    answer_kind: AnswerKind
    answer_options: list[str]
    answer_until: datetime | None
    is_urgent: bool
    created_at: datetime
    changed_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    attachments: list[AttachmentShown]
    counts: Tally | None
    may_edit: bool
    may_withdraw: bool
    may_see_answers: bool
    mine: list[Mine]


class AnnouncementLine(Struct, frozen=True, kw_only=True):
    """An announcement in the list of those who send: `excerpt` is the text's beginning.

    `school_id` null: the department's. `counts` null: it has not gone out.
    """

    id: UUID
    school_id: int | None
    org_unit_id: int | None
    author_name: str
    author_title: AuthorTitle
    is_own: bool
    state: State
    title: str
    excerpt: str
    answer_kind: AnswerKind
    answer_until: datetime | None
    is_urgent: bool
    created_at: datetime
    changed_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    counts: Tally | None


class OneAnswer(Struct, frozen=True, kw_only=True):
    """A recipient, and what was read and answered. `is_reachable`: somebody has an account."""

    person_kind: PersonKind
    person_id: UUID
    name: str
    class_id: UUID | None
    class_name: str | None
    is_reachable: bool
    read_at: datetime | None
    answer: str | None
    note: str | None
    answered_by: str | None
    answered_at: datetime | None


class AnswerCount(Struct, frozen=True, kw_only=True):
    answer: str
    count: int


class ClassTally(Struct, frozen=True, kw_only=True):
    """One class, or the staff (`class_id` null)."""

    class_id: UUID | None
    class_name: str | None
    recipients: int
    read: int
    answered: int


class SchoolTally(Struct, frozen=True, kw_only=True):
    """One school of the department's announcement, in sums. `is_told`: it has gone out there."""

    school_id: int
    name: str
    is_told: bool
    recipients: int
    read: int
    answered: int
    by_answer: list[AnswerCount]


class AnswerSheet(Struct, frozen=True, kw_only=True):
    """What came back: sums over all that the caller may see, and the people, by class and name.

    The department sees `schools` and no people; everybody else people and no `schools`. A class's
    homeroom teacher sees the own class alone, and reminds it alone. `reminded_today`: all that
    the caller may remind.
    """

    announcement_id: UUID
    school_id: int | None
    answer_kind: AnswerKind
    answer_options: list[str]
    answer_until: datetime | None
    total: Tally
    by_answer: list[AnswerCount]
    classes: list[ClassTally]
    schools: list[SchoolTally]
    reminded_today: bool
    may_remind: bool
    items: list[OneAnswer]
    next_cursor: str | None


class Reach(Struct, frozen=True, kw_only=True):
    """Whom it would reach. `accounts`: guardians who would be told; `without_account`: pupils of
    whom nobody would."""

    pupils: int
    accounts: int
    without_account: int
    staff: int
    schools: int


class Reminded(Struct, frozen=True, kw_only=True):
    """How many families and members of staff are reminded."""

    people: int


class Group(Struct, frozen=True, kw_only=True):
    """People whom the school writes to together; `pupils` and `staff` are counts."""

    id: UUID
    name: str
    is_own: bool
    pupils: int
    staff: int
    created_at: datetime


class GroupMember(Struct, frozen=True, kw_only=True):
    person_kind: PersonKind
    person_id: UUID
    name: str
    class_name: str | None


class GroupFile(Struct, frozen=True, kw_only=True):
    """A group with its members, by kind and name."""

    id: UUID
    name: str
    is_own: bool
    created_at: datetime
    members: list[GroupMember]


class Errand(Struct, frozen=True, kw_only=True):
    """One school in which one thing of one announcement is still to be done."""

    school_id: int
    announcement_id: UUID
    news: ErrandNews


class NoSuchAnnouncement(NotFound):
    """Không tìm thấy thông báo này | There is no such announcement"""


class NoSuchGroup(NotFound):
    """Không tìm thấy nhóm này | There is no such group"""


class NoSuchRecipient(NotFound):
    """Không tìm thấy người, lớp hoặc nhóm nhận | There is no such recipient"""


class TooManyMembers(Unprocessable):
    """Nhóm có quá nhiều người | There are too many people in the group"""


class TooManyGroups(Conflict):
    """Đã có quá nhiều nhóm | There are too many groups"""


class AlreadyPublished(Conflict):
    """Thông báo này đã gửi đi | This announcement has gone out"""


class NotPublished(Conflict):
    """Thông báo này chưa gửi | This announcement has not gone out"""


class Withdrawn(Conflict):
    """Thông báo này đã được thu hồi | This announcement was withdrawn"""


class AnswersClosed(Conflict):
    """Đã hết hạn trả lời | It is too late to answer"""


class RemindedToday(Conflict):
    """Hôm nay đã nhắc rồi | A reminder went out today"""


class NobodyToTell(Unprocessable):
    """Không có ai để gửi tới | There is nobody to send it to"""


class BadAudience(Unprocessable):
    """Người nhận không hợp lệ | The audience is not valid"""


class BadAnswer(Unprocessable):
    """Câu trả lời không hợp lệ | The answer is not one of those asked for"""


class BadQuestion(Unprocessable):
    """Phần trả lời chưa hợp lệ | What is asked for is not valid"""


class BadPublishTime(Unprocessable):
    """Giờ gửi không hợp lệ | The time of publication is not valid"""


class NothingAsked(Conflict):
    """Thông báo này không cần trả lời | This announcement asks for no answer"""
