"""The feed, its search and its badges."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from app.contact_book.model import PersonKind

ItemKind = Literal["announcement", "remark", "homework", "lesson", "care", "summary"]
FoundKind = Literal["announcement", "remark", "homework", "lesson", "message"]
ItemState = Literal["published", "withdrawn", "gone"]
AnswerKind = Literal["none", "acknowledge", "rsvp", "yes_no", "choice", "text"]
Tone = Literal["praise", "needs_work", "neutral"]
About = Literal["remark", "conduct", "health"]

BODY_CHARS = 280


class Reader(Struct, frozen=True, kw_only=True):
    """Somebody whose feed is read: a child of the caller's, the pupil, or a member of staff.

    `until`: what was written before that moment; None: no end. `may_answer`: a guardian whose link
    is alive, or staff. `sees_messages`: a guardian; a pupil's own account does not.
    """

    kind: PersonKind
    school_id: int
    person_id: UUID
    until: datetime | None = None
    may_answer: bool = True
    sees_messages: bool = True


class Spot(Struct, frozen=True, kw_only=True):
    """A place in a feed: behind this item, by when it was written or, catching up, changed."""

    at: datetime
    id: UUID
    person_id: UUID


class ItemRow(Struct, frozen=True, kw_only=True):
    """An item as the tables give it. `sealed`: the text, under the school's key."""

    school_id: int
    person_id: UUID
    id: UUID
    at: datetime
    changed_at: datetime
    title: str = ""
    body: str = ""
    sealed: bytes | None = None
    is_withdrawn: bool = False
    is_gone: bool = False
    author: str = ""
    is_urgent: bool = False
    answer_kind: AnswerKind = "none"
    answer: str | None = None
    answer_until: datetime | None = None
    is_read: bool | None = None
    is_done: bool | None = None
    has_attachments: bool = False
    day: str | None = None
    due_day: str | None = None
    tone: Tone | None = None
    about: About | None = None
    data: dict[str, Any] | None = None


class FeedItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing of the contact book. What is null or false may be left out.

    `id` alone does not tell an item apart: what goes to a class is one item a child. `student_id`
    null: it was sent to the caller as a member of staff. `at`: when it went out or was written;
    `day`: the school day that it is about. `title`: an announcement's own, else the subject.
    `body`: the first 280 characters, of a lesson or a day's care all; `is_cut`: there are more;
    what was withdrawn has none. What is `gone` comes only with `since`: drop it.
    `is_read`: of announcements, by this account; `answer`: by whoever of the family; `is_done`: of
    homework. `data`: of care `breakfast`, `lunch`, `snack`, `sleep_min`; of a summary its counts.
    """

    id: UUID
    kind: ItemKind
    school_id: int
    at: datetime
    changed_at: datetime
    title: str
    body: str
    author: str
    student_id: UUID | None = None
    state: ItemState = "published"
    is_cut: bool = False
    is_urgent: bool = False
    needs_answer: bool = False
    answer_kind: AnswerKind = "none"
    answer: str | None = None
    answer_until: datetime | None = None
    is_read: bool | None = None
    is_done: bool | None = None
    has_attachments: bool = False
    day: str | None = None
    due_day: str | None = None
    tone: Tone | None = None
    about: About | None = None
    data: dict[str, Any] | None = None


class FeedPage(Struct, frozen=True, kw_only=True):
    """A page of the feed. `since` is for the next catching up.

    `reset`: the children or schools whose feed this is are others than those of the `since` that
    was sent. These are the newest items: drop what you have.
    """

    items: list[FeedItem]
    next_cursor: str | None
    since: str
    reset: bool


class Found(Struct, frozen=True, kw_only=True):
    """What a search found. `excerpt`: the words around the first that was looked for.

    `title`: an announcement's own, else the subject. `student_id` null: it was sent to the caller
    as staff, or written by the caller to a class or school. `thread_id`, `seq`: of a message.
    """

    kind: FoundKind
    id: UUID
    school_id: int
    student_id: UUID | None
    at: datetime
    title: str
    excerpt: str
    author: str
    thread_id: UUID | None = None
    seq: int | None = None


class ChildCounts(Struct, frozen=True, kw_only=True):
    """What waits for the caller about one child.

    `announcements` of the last 60 days that the caller has not read; `to_answer`: those of them
    that nobody of the family has answered and that still can be; `messages` of the other side that
    the caller has not read.
    """

    school_id: int
    student_id: UUID
    announcements: int
    to_answer: int
    messages: int


class StaffCounts(Struct, frozen=True, kw_only=True):
    """What waits for the caller as one of a school's staff; counted as a child's."""

    school_id: int
    announcements: int
    to_answer: int
    messages: int


class Unread(Struct, frozen=True, kw_only=True):
    """What waits, by child and school, and over all."""

    children: list[ChildCounts]
    staff: list[StaffCounts]
    announcements: int
    to_answer: int
    messages: int
