"""Scans as phones send them, answers as they get them, and the rows between."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID, uuid5

from msgspec import UNSET, Meta, Struct, UnsetType

from app.attendance.geo import Location

Direction = Literal["in", "out"]
PersonKind = Literal["student", "staff"]
Source = Literal["card", "phone_code", "station_code", "mark"]
State = Literal[
    "not_scanned", "present", "late", "absent_excused", "absent_unexcused", "left_early"
]
Recorded = Literal[
    "ok",
    "late",
    "pending_review",
    "geo_uncertain",
    "clock_suspect",
    "clone_suspect",
    "impossible_travel",
]
Refused = Literal[
    "duplicate",
    "invalid",
    "geo_outside",
    "need_better_fix",
    "mock_suspect",
    "code_expired",
    "code_future",
    "bad_mac",
    "unknown_key",
    "card_revoked",
    "wrong_school",
    "not_enrolled",
    "forbidden",
    "device_unbound",
    "device_revoked",
    "stale_event",
    "conflict",
]
Outcome = Recorded | Refused
CorrectionKind = Literal["undo", "set", "reject", "confirm"]
SetState = Literal["present", "late", "absent_excused", "absent_unexcused"]
# Recorded, and told as "being checked", but they change no state until somebody has looked.
SUSPECT: frozenset[str] = frozenset({"clone_suspect", "impossible_travel"})

# The earliest (time, event id) wins.
Order = tuple[datetime, UUID]

_ABSENCES = UUID("6c1f4f0e-6d0a-5b0e-9d43-3f6c1a1be7a5")

Instant = Annotated[datetime, Meta(tz=True)]
Millis = Annotated[int, Meta(ge=0, le=2**53)]


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card in front of one phone. `boot_id` None: the same boot as the request's."""

    event_id: UUID
    token: Annotated[str, Meta(max_length=256)]
    direction: Direction
    scanned_at: Instant
    mono_ms: Millis
    device_seq: Annotated[int, Meta(ge=0, le=2**53)]
    station_id: UUID
    location: Location | None
    boot_id: Annotated[str, Meta(max_length=64)] | None = None


class CheckIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member of staff or an older pupil reads the station's code with the own phone."""

    event_id: UUID
    station_token: Annotated[str, Meta(max_length=256)]
    direction: Direction
    scanned_at: Instant
    location: Location | None


class Mark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pupil without a card today, recognised by a person who answers for it."""

    event_id: UUID
    student_id: UUID
    direction: Direction
    station_id: UUID
    reason: Annotated[str, Meta(min_length=3, max_length=300, pattern=r"^[^\x00]*$")]
    location: Location | None


class SeenStudent(Struct, frozen=True, kw_only=True):
    """What the scanning phone shows of a pupil; `photo_url` is filled in last (showing.py)."""

    id: UUID
    name: str
    class_name: str
    photo_url: str | None = None


class PickUp(Struct, frozen=True, kw_only=True):
    """Somebody who may fetch the child today."""

    name: str
    relation: str
    photo_url: str | None


class ExitSlip(Struct, frozen=True, kw_only=True):
    """An approved early exit: on that day the pupil may leave from `at` on, the school's time."""

    day: date
    at: time


class ScanResult(Struct, frozen=True, kw_only=True):
    """The answer to one scan: `status` is the state of the shift afterwards.

    `event_id` is None when it could not be read; `recorded_at` is where the server placed the
    scan in time, None when nothing was recorded. `late_minutes` is there when `status` is late, by
    the shift's own rule. `pickups`: who may fetch the child, when one of a preschool or primary
    school leaves; `exit_slip`: the approved early exit of who leaves on that day. Both are left out
    of every other answer.
    """

    event_id: UUID | None
    outcome: Outcome
    student: SeenStudent | None = None
    status: State | None = None
    recorded_at: datetime | None = None
    late_minutes: int | UnsetType = UNSET
    pickups: list[PickUp] | UnsetType = UNSET
    exit_slip: ExitSlip | UnsetType = UNSET


class Event(Struct, frozen=True, kw_only=True):
    """A row of `scan_event` or of `scan_refusal`.

    `recorded_as` is for a duplicate: what it becomes should an opposite scan turn up between; None:
    it can never count, since its place was wrong or it repeats a suspect.
    """

    school_id: int
    day: date
    id: UUID
    person_kind: PersonKind | None
    person_id: UUID | None
    direction: Direction
    outcome: Outcome
    source: Source
    shift_id: UUID | None
    station_id: UUID | None
    campus_id: UUID | None
    device_id: UUID | None
    scanned_by: UUID
    occurred_at: datetime
    scanned_at: datetime
    received_at: datetime
    clock: Literal["mono", "wall", "server"]
    verdict: str | None = None
    distance_m: float | None = None
    reason: str | None = None
    recorded_as: Recorded | None = None

    @property
    def order(self) -> Order:
        return (self.occurred_at, self.id)


class Past(Struct, frozen=True, kw_only=True):
    """What the day's history holds of one person: a recorded scan or a stored duplicate.

    `outcome` of a duplicate is the one it is recorded with, should it turn out to matter.
    """

    id: UUID
    school_id: int
    day: date
    person_id: UUID
    direction: Direction
    outcome: Outcome
    shift_id: UUID | None
    station_id: UUID | None
    campus_id: UUID | None
    scanned_by: UUID
    occurred_at: datetime
    received_at: datetime
    is_duplicate: bool = False

    @property
    def order(self) -> Order:
        return (self.occurred_at, self.id)

    @property
    def counts(self) -> bool:
        """Whether it is recorded, and not suspected."""
        return not self.is_duplicate and self.outcome not in SUSPECT


class Correction(Struct, frozen=True, kw_only=True):
    """What was said of a day after the scans; the latest of several stands.

    `set` says what a shift was, `reject` and `confirm` judge one scan, `undo` takes one back for
    good. `told_as`: an event that leads to what the family was told of a `set`; None: nothing.
    """

    id: UUID
    school_id: int
    day: date
    person_id: UUID
    kind: CorrectionKind
    event_id: UUID | None
    shift_id: UUID | None
    state: SetState | None
    late_minutes: int | None
    told_as: UUID | None
    created_at: datetime

    @property
    def order(self) -> Order:
        return (self.created_at, self.id)

    @property
    def is_absence(self) -> bool:
        return self.state in ("absent_excused", "absent_unexcused")


class DayRow(Struct, frozen=True, kw_only=True):
    """The state of one person in one shift of one day, derived from all facts."""

    school_id: int
    day: date
    person_id: UUID
    shift_id: UUID
    person_kind: PersonKind
    state: State
    late_minutes: int
    arrived_at: datetime | None
    left_at: datetime | None


def absence_event_id(school_id: int, day: date, student_id: UUID, shift_id: UUID) -> UUID:
    """The event that an absence is told under: who may replace it knows it without a look-up."""
    return uuid5(_ABSENCES, f"{school_id} {day} {student_id} {shift_id}")


def past_of(event: Event) -> Past:
    """A just decided event as later scans of the same batch see it."""
    if event.person_id is None:
        raise ValueError("nobody is known to have been scanned")
    return Past(
        id=event.id,
        school_id=event.school_id,
        day=event.day,
        person_id=event.person_id,
        direction=event.direction,
        outcome=event.recorded_as or event.outcome,
        shift_id=event.shift_id,
        station_id=event.station_id,
        campus_id=event.campus_id,
        scanned_by=event.scanned_by,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        is_duplicate=event.outcome == "duplicate",
    )
