"""Scans that wait for a verdict, what a principal needs to know of each, and the verdict."""

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app.attendance.model import Direction, PersonKind, Recorded, Source
from app.errors import Conflict, Denied, NotFound

# A phone may send a scan 30 days late, and it must still be seen for a while.
WINDOW: Final = timedelta(days=45)
MOST_AT_ONCE: Final = 200

Reason = Literal[
    "impossible_travel",
    "clone_suspect",
    "late_code",
    "mark",
    "no_fix",
    "geo_uncertain",
    "clock_suspect",
]
Verdict = Literal["confirm", "reject"]


class NoSuchReview(NotFound):
    """Có lượt không còn chờ duyệt | A scan is not there to be reviewed"""


class AlreadyReviewed(Conflict):
    """Có lượt đã được duyệt khác | A scan was decided otherwise already"""


class OwnCheckIn(Denied):
    """Không tự duyệt lượt của mình | Nobody decides about own check-ins"""


class Pending(Struct, frozen=True, kw_only=True):
    """A scan that waits, as it is stored; `note` is what a mark was made for."""

    event_id: UUID
    day: date
    person_kind: PersonKind
    person_id: UUID
    direction: Direction
    outcome: Recorded
    reason: Reason
    source: Source
    shift_id: UUID | None
    station_id: UUID | None
    campus_id: UUID | None
    device_id: UUID | None
    scanned_by: UUID
    occurred_at: datetime
    scanned_at: datetime
    received_at: datetime
    verdict: str | None
    distance_m: float | None
    note: str | None


class Beside(Struct, frozen=True, kw_only=True):
    """Another scan of the same person on the same day that counts or waits."""

    id: UUID
    person_id: UUID
    day: date
    direction: Direction
    outcome: Recorded
    station_id: UUID | None
    campus_id: UUID | None
    occurred_at: datetime


class OtherScan(Struct, frozen=True, kw_only=True):
    """The scan that this one does not go with; `apart_s` is negative if it came later.

    `distance_m` is between the two campuses, 0 at one campus.
    """

    event_id: UUID
    direction: Direction
    occurred_at: datetime
    station_name: str | None
    campus_name: str | None
    apart_s: int
    distance_m: int | None


class Review(Struct, frozen=True, kw_only=True):
    """One scan to decide on.

    `words`: why it waits, the gravest first, in the caller's language. `clock_offset_s`: how far
    the phone's clock was ahead. `delay_s`: from the scan to its arrival. `distance_m`: to the
    fence; null: no fix. `photo_url`: null without consent. `scanned_by`: null for a check-in of
    one's own. `may_decide`: false for the caller's own and for an own child's.
    """

    event_id: UUID
    day: date
    person_kind: PersonKind
    person_id: UUID
    person_name: str
    class_name: str | None
    photo_url: str | None
    direction: Direction
    occurred_at: datetime
    received_at: datetime
    outcome: Recorded
    reason: Reason
    words: list[str]
    source: Source
    shift_name: str | None
    station_id: UUID | None
    station_name: str | None
    campus_name: str | None
    device_id: UUID | None
    scanned_by: str | None
    distance_m: float | None
    clock_offset_s: int
    delay_s: int
    other: OtherScan | None
    note: str | None
    may_decide: bool


class ReasonCount(Struct, frozen=True, kw_only=True):
    reason: Reason
    count: int


class ScannerCount(Struct, frozen=True, kw_only=True):
    """Of one phone; `person_name` is who scanned with it last."""

    device_id: UUID | None
    person_name: str | None
    count: int


class PersonCount(Struct, frozen=True, kw_only=True):
    person_id: UUID
    person_kind: PersonKind
    person_name: str
    class_name: str | None
    count: int


class ObviousGroup(Struct, frozen=True, kw_only=True):
    """Many people uncertain for one reason: one phone at one gate in one half of a day.

    `event_ids`: up to 200 of them, the earliest first, to be decided at once; without those of the
    caller's own children.
    """

    reason: Reason
    day: date
    is_morning: bool
    device_id: UUID
    station_id: UUID
    station_name: str | None
    person_name: str | None
    count: int
    people: int
    first_at: datetime
    last_at: datetime
    max_distance_m: float | None
    min_clock_offset_s: int
    max_clock_offset_s: int
    event_ids: list[UUID]


class ReviewSummary(Struct, frozen=True, kw_only=True):
    """What waits of the last `window_days` days; the 50 phones and people with the most."""

    total: int
    window_days: int
    oldest_day: date | None
    reasons: list[ReasonCount]
    scanners: list[ScannerCount]
    people: list[PersonCount]
    groups: list[ObviousGroup]


class Asked(Struct, frozen=True, kw_only=True):
    """The filters of a list; None: all."""

    first: date
    last: date
    reason: Reason | None = None
    person_id: UUID | None = None
    device_id: UUID | None = None
    person_kind: PersonKind | None = None


class Decided(Struct, frozen=True, kw_only=True):
    """`unchanged`: decided the same way before. `changed_days`: shifts other than they were."""

    decided: int
    unchanged: int
    changed_days: int
