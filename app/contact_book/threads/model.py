"""Threads and messages as those see them who may, and who that is."""

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app.contact_book.attachments.model import AttachmentShown
from app.contact_book.model import FamilyLink
from app.errors import Conflict, Denied, NotFound, Unprocessable

ThreadKind = Literal["homeroom", "subject"]
AuthorKind = Literal["guardian", "staff"]
# `principal`: not of the thread; reads it after having said why.
Side = Literal["guardian", "staff", "principal"]
WhyNot = Literal["stopped", "nobody", "left", "reader"]

EDIT_WITHIN: Final = timedelta(minutes=15)
ACCESS_LASTS: Final = timedelta(hours=24)
GIST_CHARS: Final = 140


class Seats(Struct, frozen=True, kw_only=True):
    """What a member of staff holds at this moment, as a stand-in too: whose threads these are."""

    homeroom_class_ids: frozenset[UUID]
    taught: frozenset[tuple[UUID, str]]


class Reader(Struct, frozen=True, kw_only=True):
    """Whose threads somebody may read: as guardian, from a teacher's seat, as principal."""

    account_id: UUID
    kin: list[FamilyLink]
    seats: dict[int, Seats]
    led_schools: frozenset[int]

    @property
    def schools(self) -> list[int]:
        """Where there may be something to read."""
        return sorted({link.school_id for link in self.kin} | set(self.seats) | self.led_schools)


class ThreadRow(Struct, frozen=True, kw_only=True):
    """A thread as it is stored, and what the reader is to it.

    `until`: the pupil has moved, and what was said until then stays readable. `access_until`: of a
    principal who has said why. `my_seq`: the reader has read so far, `family_seq` and `staff_seq`
    the two sides.
    """

    school_id: int
    id: UUID
    student_id: UUID
    student_name: str
    class_id: UUID | None
    class_name: str | None
    kind: ThreadKind
    subject: str | None
    only_account_id: UUID | None
    created_at: datetime
    last_at: datetime
    last_seq: int
    side: Side
    until: datetime | None
    access_until: datetime | None
    my_seq: int
    family_seq: int
    staff_seq: int
    unread: int
    is_stopped: bool
    last_author: str | None
    last_author_kind: AuthorKind | None
    last_text: str | None

    @property
    def may_read(self) -> bool:
        return self.side != "principal" or self.access_until is not None


class LastMessage(Struct, frozen=True, kw_only=True):
    """The beginning of the latest message; empty where it was taken back."""

    author_kind: AuthorKind
    author_name: str
    text: str


class ThreadSummary(Struct, frozen=True, kw_only=True):
    """A thread in a list. `subject` of a subject teacher's; the class is null after the pupil left.

    `is_apart`: under a custody rule it is between the teacher and one guardian.
    """

    id: UUID
    school_id: int
    student_id: UUID
    student_name: str
    class_id: UUID | None
    class_name: str | None
    kind: ThreadKind
    subject: str | None
    is_apart: bool
    side: Side
    created_at: datetime
    last_at: datetime
    last_seq: int
    unread: int
    last_message: LastMessage | None


class Place(Struct, frozen=True, kw_only=True):
    """What there is one thread of: pupil and seat, or one guardian with it."""

    school_id: int
    student_id: UUID
    kind: ThreadKind
    subject: str | None
    only_account_id: UUID | None


class Seated(Struct, frozen=True, kw_only=True):
    """Who sits on the school's side of a thread now."""

    staff_id: UUID
    account_id: UUID
    name: str
    is_stand_in: bool


class ThreadTeacher(Struct, frozen=True, kw_only=True):
    """Somebody who reads for the school. `opens_at`: the next contact hours; null: they are now."""

    staff_id: UUID
    name: str
    is_stand_in: bool
    opens_at: datetime | None
    away_until: date | None
    away_note: str | None


class ThreadLook(Struct, frozen=True, kw_only=True):
    """That a principal has opened the thread to themselves, and when."""

    name: str
    at: datetime
    until: datetime


class ThreadBlock(Struct, frozen=True, kw_only=True):
    """A guardian who may write no more in a thread. `reason` is for the school alone."""

    id: UUID
    thread_id: UUID
    student_id: UUID
    student_name: str
    guardian_name: str
    reason: str
    set_by: str | None
    set_at: datetime
    lifted_at: datetime | None
    lift_reason: str | None


class Thread(Struct, frozen=True, kw_only=True):
    """A thread with what may be done in it.

    `opens_at`: when the teachers read next, null while they do, or while nobody sits there.
    `read_by_other_side`: up to this `seq` somebody of the other side has read. `why_not` where
    nothing may be written: `stopped` by the school, `nobody` teaches the pupil so now, the pupil
    has `left`, or the caller is but a `reader`. `needs_access`: a principal says why first.
    """

    id: UUID
    school_id: int
    student_id: UUID
    student_name: str
    class_id: UUID | None
    class_name: str | None
    kind: ThreadKind
    subject: str | None
    is_apart: bool
    side: Side
    created_at: datetime
    last_at: datetime
    last_seq: int
    unread: int
    teachers: list[ThreadTeacher]
    opens_at: datetime | None
    read_by_other_side: int
    may_write: bool
    why_not: WhyNot | None
    needs_access: bool
    access_until: datetime | None
    looks: list[ThreadLook]
    blocks: list[ThreadBlock]


class MessageRow(Struct, frozen=True, kw_only=True):
    """A message as it is stored."""

    school_id: int
    thread_id: UUID
    seq: int
    id: UUID
    author_account_id: UUID
    author_kind: AuthorKind
    author_name: str
    is_stand_in: bool
    text: str
    sent_at: datetime
    edited_at: datetime | None
    taken_back_at: datetime | None


class Message(Struct, frozen=True, kw_only=True):
    """A message. What was taken back has an empty text, but for a principal who looks into it.

    `edit_until`: of an own one that may still be edited.
    """

    id: UUID
    seq: int
    author_kind: AuthorKind
    author_name: str
    is_stand_in: bool
    is_own: bool
    text: str
    attachments: list[AttachmentShown]
    sent_at: datetime
    edited_at: datetime | None
    taken_back_at: datetime | None
    edit_until: datetime | None
    may_take_back: bool


class MessageEdit(Struct, frozen=True, kw_only=True):
    """What a message said until then, the first first."""

    nth: int
    text: str
    edited_at: datetime


class NewMessage(Struct, frozen=True, kw_only=True):
    """What somebody says; `id` is the client's own."""

    id: UUID
    text: str
    attachment_ids: list[UUID]


class MessageReport(Struct, frozen=True, kw_only=True):
    """A message that somebody wants to be judged, with what it said and says.

    `text` stays what it is though it was taken back; `edits`: what it said before.
    """

    id: UUID
    school_id: int
    thread_id: UUID
    message_id: UUID
    student_id: UUID
    student_name: str
    author_kind: AuthorKind
    author_name: str
    text: str
    edits: list[MessageEdit]
    sent_at: datetime
    edited_at: datetime | None
    taken_back_at: datetime | None
    reporter_kind: AuthorKind
    reporter_name: str
    reason: str
    created_at: datetime
    decision: Literal["upheld", "dismissed"] | None
    decision_note: str | None
    decided_by: str | None
    decided_at: datetime | None


class Partner(Struct, frozen=True, kw_only=True):
    """A seat that a thread about the pupil can be opened with; `thread_id` where there is one."""

    school_id: int
    student_id: UUID
    kind: ThreadKind
    subject: str | None
    names: list[str]
    thread_id: UUID | None
    may_be_apart: bool


class Apart(Struct, frozen=True, kw_only=True):
    """Whether each guardian of the pupil may keep a matter between the teacher and themselves."""

    is_set: bool
    reason: str | None
    set_by: str | None
    set_at: datetime | None


class StandIn(Struct, frozen=True, kw_only=True):
    """Who has a teacher's threads for a time, beside the teacher."""

    staff_id: UUID
    stand_in_id: UUID
    stand_in_name: str
    from_at: datetime
    until_at: datetime


class NoSuchThread(NotFound):
    """Không tìm thấy cuộc trò chuyện này | There is no such thread"""


class NoSuchMessage(NotFound):
    """Không tìm thấy tin nhắn này | There is no such message"""


class NoSuchPartner(NotFound):
    """Không có giáo viên này cho học sinh | The pupil has no such teacher"""


class NoSuchReport(NotFound):
    """Không tìm thấy báo cáo này | There is no such report"""


class NoSuchBlock(NotFound):
    """Không tìm thấy lệnh dừng này | There is no such block"""


class NoSuchStandIn(NotFound):
    """Không có người thay này | There is no such stand-in"""


class NobodyReads(Conflict):
    """Chưa có giáo viên nhận tin | Nobody reads this now"""


class PupilLeft(Conflict):
    """Học sinh đã rời trường | The pupil has left the school"""


class WritingStopped(Denied):
    """Nhà trường đã dừng quyền nhắn tin của bạn ở đây | The school has stopped your writing here"""


class OnlyReading(Denied):
    """Bạn chỉ được xem | You may only read"""


class AccessNeeded(Denied):
    """Cần ghi lý do trước khi xem | Say why before you read"""


class NotYourMessage(NotFound):
    """Bạn không có tin nhắn này | You have no such message"""


class OwnMessage(Conflict):
    """Không báo cáo tin của chính mình | An own message is not reported"""


class TooLateToEdit(Conflict):
    """Đã quá 15 phút, không sửa được nữa | After 15 minutes it cannot be edited"""


class MessageTakenBack(Conflict):
    """Tin nhắn đã được thu hồi | The message was taken back"""


class MessageIdUsed(Conflict):
    """Mã tin nhắn đã dùng cho tin khác | The id is another message's"""


class AlreadyDecided(Conflict):
    """Báo cáo đã được xử lý | The report has been decided"""


class OwnReport(Denied):
    """Không tự xử lý báo cáo về mình | Nobody decides on a report about themselves"""


class NotApart(Denied):
    """Trường chưa cho tách riêng cuộc trò chuyện | The school has not allowed threads apart"""


class EmptyMessage(Unprocessable):
    """Tin nhắn chưa có nội dung | The message is empty"""


class NotToBeStopped(Unprocessable):
    """Chỉ dừng quyền nhắn của phụ huynh | Only a guardian's writing is stopped"""


class BadStandIn(Unprocessable):
    """Người thay hoặc thời gian không hợp lệ | The stand-in or the time cannot be used"""
