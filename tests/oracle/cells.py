"""One pupil's shift of one day as the oracle keeps it, and what the family must have been told."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tests.oracle.facts import Shift
from tests.oracle.rules import Known, Row, row_of

TOLD_KINDS = frozenset(
    {"arrival", "arrival_late", "departure", "correction", "scan_unconfirmed", "scan_undone"}
)


@dataclass(kw_only=True)
class Case:
    """The absence run missed the pupil. `doubts` held it; `told_at` None: nobody was told."""

    doubts: frozenset[str] = frozenset()
    decision: str | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A correction in force: somebody said what the shift was."""

    at: datetime
    state: str
    late_minutes: int


@dataclass(kw_only=True)
class News:
    """A message that each of the family must have: exactly one of `kinds`, unless `is_optional`.

    `at` is the instant that it names: the scan's, the cut-off of an absence. `but`: who caused it
    and is not told.
    """

    kinds: frozenset[str]
    at: datetime | None
    day: date
    shift: str | None
    is_optional: bool = False
    status: str | None = None
    """Of a correction: the state that it tells."""
    minutes: int | None = None
    but: str | None = None
    to: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Cell:
    """All that is known of one pupil's shift of one day; `shift` None: outside every shift."""

    pupil: str
    day: date
    shift: Shift | None
    scans: list[Known] = field(default_factory=list)
    suspects: list[Known] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    case: Case | None = None
    told: Row | None = None
    """What the family was told last; None: nothing that says a state."""

    def has_been_seen(self) -> bool:
        return bool(self.scans or self.suspects)

    def row(self, *, has_leave: bool, is_closed: bool) -> Row | None:
        """The state by all facts, in their order of authority; None: not scanned."""
        assert self.shift is not None
        scanned = row_of(self.shift, self.scans)
        verdict = self.verdicts[-1] if self.verdicts else None
        if verdict is not None:
            return self._by(verdict, scanned)
        if scanned is not None:
            return scanned
        if is_closed:
            return None
        if has_leave:
            return Row(state="absent_excused")
        if self.case is not None and self.case.told_at is not None:
            return Row(state="absent_unexcused")
        return None

    def _by(self, verdict: Verdict, scanned: Row | None) -> Row | None:
        """Scans heard later still say when the pupil left, or that an absent one has come."""
        assert self.shift is not None
        later = [each for each in self.scans if each.received > verdict.at]
        if verdict.state.startswith("absent"):
            return scanned if later and scanned else Row(state=verdict.state)
        after = row_of(self.shift, later)
        state, left = verdict.state, None
        if after is not None and after.left_at is not None:
            left = after.left_at
            state = "left_early" if after.state == "left_early" else verdict.state
        return Row(state=state, late_minutes=verdict.late_minutes, left_at=left)
