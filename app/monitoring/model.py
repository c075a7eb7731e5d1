"""The board of a school's day: numbers and names of classes, gates and phones, never of pupils."""

from datetime import date, datetime, time
from uuid import UUID

from msgspec import Struct

from app.schools.places.model import StationKind


class Counts(Struct, frozen=True, kw_only=True):
    """Pupils. `enrolled` is `arrived`, `on_leave` and `missing` together.

    `arrived`: recorded in the shift, late ones too, of whom `left`: whose last scan was out.
    `on_leave`: excused. `missing`: neither, which does not say absent: of them the `absent` are
    decided, and the `held` wait for the principal's word.
    """

    enrolled: int = 0
    arrived: int = 0
    late: int = 0
    missing: int = 0
    left: int = 0
    on_leave: int = 0
    absent: int = 0
    held: int = 0


class ClassCounts(Struct, frozen=True, kw_only=True):
    """A class in one shift that is held today; `is_current`: the one of its shifts begun last."""

    class_id: UUID
    name: str
    shift_id: UUID
    is_current: bool
    enrolled: int
    arrived: int
    late: int
    missing: int
    left: int
    on_leave: int
    absent: int
    held: int


class ShiftCounts(Struct, frozen=True, kw_only=True):
    """A shift that is held today, its times in the school's zone.

    `has_begun`: scans belong to it already, up to two hours before the bell.
    """

    shift_id: UUID
    name: str
    starts_at: time
    late_after: time
    cut_off: time
    ends_at: time
    has_begun: bool
    enrolled: int
    arrived: int
    late: int
    missing: int
    left: int
    on_leave: int
    absent: int
    held: int


class OutcomeCount(Struct, frozen=True, kw_only=True):
    outcome: str
    count: int


class GatePhone(Struct, frozen=True, kw_only=True):
    """A phone that scanned here today, or still holds `pending` scans back.

    `is_silent`: it is open, and has not been heard of for two and a half beats.
    """

    device_id: UUID
    device_name: str
    person_name: str | None
    beat_at: datetime
    closed_at: datetime | None
    pending: int
    oldest_at: datetime | None
    is_silent: bool


class Gate(Struct, frozen=True, kw_only=True):
    """A station and its pupils' scans today; `last_minute`: those made in the last 60 s.

    `scans` are the recorded ones that were not taken back; `outcomes` has the refused ones too.
    """

    station_id: UUID
    name: str
    kind: StationKind
    scans: int
    last_minute: int
    outcomes: list[OutcomeCount]
    phones: list[GatePhone]


class Board(Struct, frozen=True, kw_only=True):
    """A school's day at `as_of`.

    `pupils` are all that are enrolled, whether there are lessons today or not.
    `totals` counts each pupil once, in the shift of the class that has begun last; before the
    first shift they are zero. `arrivals` has an entry a minute from `arrivals_from` to the last
    arrival: pupils who came in that minute. `not_yet_synced`: scans that phones still hold back.
    `refused`: what was refused today, at whatever station.

    As a change, told to who has the board of before, `shifts`, `classes` and `gates` hold only the
    rows that are others now.
    """

    day: date
    as_of: datetime
    pupils: int
    totals: Counts
    shifts: list[ShiftCounts]
    classes: list[ClassCounts]
    arrivals_from: datetime | None
    arrivals: list[int]
    gates: list[Gate]
    not_yet_synced: int
    refused: list[OutcomeCount]


class Mark(Struct, frozen=True, kw_only=True):
    """Where a school's day stands; another one: something has happened since.

    Scans alone may be missed, when one that was received earlier is committed later.
    """

    school_id: int
    plan_version: int
    last_scan_at: datetime | None
    refused: int
    taken_back: int
    last_run_at: datetime | None
    held: int
    last_beat_at: datetime | None


class Arrivals(Struct, frozen=True, kw_only=True):
    """How many pupils were scanned in at the station's campus today; `as_of`: the server's time."""

    day: date
    count: int
    as_of: datetime
