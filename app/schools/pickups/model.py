"""Pick-up persons of a pupil."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, NotFound, Unprocessable

PickupRelation = Literal[
    "mother",
    "father",
    "grandparent",
    "aunt_or_uncle",
    "sibling",
    "neighbour",
    "nanny",
    "driver",
    "other",
]
PickupState = Literal["proposed", "approved", "refused"]


class PickupRow(Struct, frozen=True, kw_only=True):
    """As stored. `proposer`: the name of the guardian who proposed; None: the school entered it."""

    id: UUID
    student_id: UUID
    name: str
    relation: PickupRelation
    phone_sealed: bytes | None
    phone_index: bytes | None
    photo_key: str | None
    from_day: date
    to_day: date | None
    state: PickupState
    proposed_by: UUID
    proposer: str | None
    decided_at: datetime | None
    created_at: datetime


class Pickup(Struct, frozen=True, kw_only=True):
    """Somebody who may fetch the child on these days, both included; `to_day` null: until ended.

    Only who is `approved` is shown at the gate. `proposed_by` is the guardian's name, null for what
    the school entered. The phone is masked for guardians who have not proposed the person.
    """

    id: UUID
    student_id: UUID
    name: str
    relation: PickupRelation
    phone: str | None
    photo_url: str | None
    from_day: date
    to_day: date | None
    state: PickupState
    proposed_by: str | None
    decided_at: datetime | None
    created_at: datetime


class NoSuchPickup(NotFound):
    """Không tìm thấy người đón này | There is no such pick-up person"""


class PickupDecided(Conflict):
    """Người đón này đã được quyết định | This pick-up person has been decided on"""


class TooManyPickups(Conflict):
    """Học sinh đã có đủ số người đón | The pupil has as many pick-up persons as may be"""


class KeptFromPupil(Conflict):
    """Người này đang bị hạn chế tiếp cận học sinh | A custody block keeps this person away"""


class BadPickupDays(Unprocessable):
    """Ngày đón không hợp lý | The days of the pick-up are not plausible"""
