"""What happens at a school, as plain facts: the script writes them, player and oracle read them.

Keys are the script's own words ("p17", "e3"), never the product's ids. Instants are aware, in the
school's zone; `at` is when the server hears of a happening, `made_at` when it was done.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

ZONE = timezone(timedelta(hours=7))


@dataclass(frozen=True, kw_only=True)
class Shift:
    key: str
    starts: time
    ends: time
    late_after: time
    cut_off: time
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, kw_only=True)
class Class:
    key: str
    campus: str
    shifts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A guard's phone at a gate of a campus."""

    key: str
    gate: str
    campus: str


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    class_key: str
    first: date
    last: date | None = None


@dataclass(frozen=True, kw_only=True)
class Pupil:
    """`enrolments` as they are before anything happens; empty: comes by transfer."""

    key: str
    enrolments: tuple[Enrolment, ...]
    guardians: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Staff:
    key: str
    shifts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class School:
    shifts: tuple[Shift, ...]
    classes: tuple[Class, ...]
    phones: tuple[Phone, ...]
    pupils: tuple[Pupil, ...]
    staff: tuple[Staff, ...] = ()
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Happening:
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One card at one gate. `wall_at` is what the phone's clock said, `boot` counts its starts.

    `fix`: inside, outside (surely), uncertain, or none. `card`: live, or another pupil's lost one.
    """

    event: str
    pupil: str
    direction: str
    made_at: datetime
    wall_at: datetime
    boot: int
    fix: str = "inside"


@dataclass(frozen=True, kw_only=True)
class ScansSent(Happening):
    """A phone sends what it has, `is_doubled`: the same request twice, at once."""

    phone: str
    boot: int
    sent_wall: datetime
    scans: tuple[Scan, ...]
    is_doubled: bool = False


@dataclass(frozen=True, kw_only=True)
class Beat(Happening):
    """The scanner says that it lives and what waits in it."""

    phone: str
    pending: int = 0
    oldest_at: datetime | None = None
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class Undone(Happening):
    phone: str
    event: str


@dataclass(frozen=True, kw_only=True)
class RunDue(Happening):
    """The absence run of a shift is to be held now: the cut-off and 15 minutes have passed."""

    day: date
    shift: str


@dataclass(frozen=True, kw_only=True)
class AbsenceDecided(Happening):
    """The principal releases or drops held alerts; `pupils` None: all of the shift."""

    day: date
    shift: str
    decision: str
    pupils: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class LeaveAsked(Happening):
    """`part`: day, morning, afternoon or early_exit."""

    leave: str
    pupil: str
    guardian: str
    first: date
    last: date
    part: str = "day"
    exit_at: time | None = None


@dataclass(frozen=True, kw_only=True)
class LeaveDecided(Happening):
    leave: str
    is_approved: bool
    by: str = "homeroom"


@dataclass(frozen=True, kw_only=True)
class LeaveWithdrawn(Happening):
    leave: str


@dataclass(frozen=True, kw_only=True)
class StaffLeave(Happening):
    """A member of staff asks for days, and the principal approves them at once."""

    leave: str
    staff: str
    first: date
    last: date
    part: str = "day"


@dataclass(frozen=True, kw_only=True)
class ClosureDeclared(Happening):
    closure: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class ClosureEnded(Happening):
    closure: str


@dataclass(frozen=True, kw_only=True)
class Corrected(Happening):
    """`is_pending`: of a past month, it waits for a second person."""

    correction: str
    pupil: str
    day: date
    shift: str
    state: str
    late_minutes: int = 0
    by: str = "principal"
    is_pending: bool = False
    dispute: str | None = None
    """The dispute that it answers."""


@dataclass(frozen=True, kw_only=True)
class CorrectionDecided(Happening):
    correction: str
    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class Reviewed(Happening):
    events: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Disputed(Happening):
    dispute: str
    pupil: str
    guardian: str
    day: date


@dataclass(frozen=True, kw_only=True)
class DisputeAnswered(Happening):
    dispute: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class TransferredOut(Happening):
    pupil: str
    last: date


@dataclass(frozen=True, kw_only=True)
class TransferredIn(Happening):
    pupil: str
    class_key: str
    first: date


@dataclass(frozen=True, kw_only=True)
class ClassChanged(Happening):
    """From `first` on the pupil is in another class."""

    pupil: str
    class_key: str
    first: date


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Happening):
    """A member of staff reads the code of a campus's station with the own phone."""

    event: str
    staff: str
    campus: str
    direction: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """A school and all that happens there, in the order in which the server hears of it."""

    seed: int
    school: School
    first: date
    last: date
    happenings: list[Happening] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=n) for n in range(count)]


def instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE)
