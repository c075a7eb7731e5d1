"""What comes in about announcements."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from app.contact_book.announcements.model import AnswerKind, AudienceKind, Part, Written
from app.errors import Unprocessable
from mobile_api.inputs import NO_NUL, Name, OrgUnitId, Reason, SchoolId

Body = Annotated[str, Meta(max_length=10_000, pattern=NO_NUL)]
Ref = Annotated[str, Meta(max_length=36, pattern=NO_NUL)]
Option = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Options = Annotated[list[Option], Meta(max_length=20)]
AttachmentIds = Annotated[list[UUID], Meta(max_length=10)]
Instant = Annotated[datetime, Meta(tz=True)]


class OnePlace(Unprocessable):
    """Hãy nêu đúng một nơi gửi | Name exactly one of school, unit and schools"""


class AudiencePart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ref`: the id of the class, group, pupil or member of staff, a grade's number (0 to 12), or
    nothing of the whole school."""

    kind: AudienceKind
    ref: Ref = ""


Audience = Annotated[list[AudiencePart], Meta(max_length=500)]
Schools = Annotated[list[SchoolId], Meta(max_length=1000)]


class AnnouncementWritten(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of `school_id` and, for the department, `org_unit_id` and `school_ids`.

    `audience` empty: the whole school; it is not the department's to choose. Families of its pupils
    are told `to_families`; its staff `to_staff` (of classes and grades: their teachers); the
    principals alone `to_leaders`. `answer_options` belong to `choice` alone. `attachment_ids`: own
    files that were sent in to the school, or by the department as its own.
    """

    school_id: SchoolId | None = None
    org_unit_id: OrgUnitId | None = None
    school_ids: Schools = []
    title: Name
    body: Body = ""
    to_families: bool = True
    to_staff: bool = False
    to_leaders: bool = False
    audience: Audience = []
    answer_kind: AnswerKind = "none"
    answer_options: Options = []
    answer_until: Instant | None = None
    is_urgent: bool = False
    attachment_ids: AttachmentIds = []


class AnnouncementChanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    title: Name | UnsetType = UNSET
    body: Body | UnsetType = UNSET
    to_families: bool | UnsetType = UNSET
    to_staff: bool | UnsetType = UNSET
    to_leaders: bool | UnsetType = UNSET
    audience: Audience | UnsetType = UNSET
    answer_kind: AnswerKind | UnsetType = UNSET
    answer_options: Options | UnsetType = UNSET
    answer_until: Instant | UnsetType | None = UNSET
    is_urgent: bool | UnsetType = UNSET
    attachment_ids: AttachmentIds | UnsetType = UNSET


class Publication(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`publish_at` null: now."""

    publish_at: Instant | None = None


class Withdrawal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reason` is told to those who were told of the announcement."""

    reason: Reason


def is_departments_own(data: AnnouncementWritten) -> bool:
    """Whether it is the department's."""
    named = [data.school_id is not None, data.org_unit_id is not None, bool(data.school_ids)]
    if sum(named) != 1:
        raise OnePlace
    if data.school_id is None and data.audience:
        raise OnePlace(
            ("Thông báo của Sở gửi tới cả trường.", "The department writes to whole schools.")
        )
    return data.school_id is None


def written_of(data: AnnouncementWritten) -> Written:
    return Written(
        title=data.title,
        body=data.body,
        to_families=data.to_families,
        to_staff=data.to_staff,
        to_leaders=data.to_leaders,
        answer_kind=data.answer_kind,
        answer_options=data.answer_options,
        answer_until=data.answer_until,
        is_urgent=data.is_urgent,
    )


def parts_of(audience: list[AudiencePart]) -> list[Part]:
    return [Part(kind=each.kind, ref=each.ref) for each in audience]
