"""The decision on each scan of a batch: recorded or refused, and what follows from it.

`Ledger` holds what is known of the batch's people and collects what one statement will write.
Pure: it reads no clock and no database.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from app.attendance import days
from app.attendance.checks import judge_place, shift_ids_of
from app.attendance.geo import distance_m
from app.attendance.items import Item
from app.attendance.model import (
    SUSPECT,
    DayRow,
    Event,
    Outcome,
    Past,
    Recorded,
    Refused,
    ScanResult,
    State,
    past_of,
)
from app.attendance.plan import Plan, PlannedShift
from app.ids import new_id

CLONE_WITHIN = timedelta(seconds=60)
SUSPECT_REPEAT = timedelta(seconds=120)
MAX_SPEED_MPS = 33.0  # 120 km/h
MIN_TRAVEL_M = 1000.0
# When several things are wrong the gravest names the outcome.
_GRAVITY: tuple[Recorded, ...] = (
    "impossible_travel",
    "clone_suspect",
    "pending_review",
    "geo_uncertain",
    "clock_suspect",
    "late",
)

PersonDay = tuple[int, UUID, date]


class Receipt(Struct, frozen=True, kw_only=True):
    """The stored answer to an event id."""

    school_id: int
    event_id: UUID
    body_hash: bytes
    answer: str


class Told(Struct, frozen=True, kw_only=True):
    """A row for the outbox."""

    school_id: int
    id: UUID
    kind: str
    day: date
    event_id: UUID
    student_id: UUID
    actor_account_id: UUID
    params: dict[str, object]


@dataclass(kw_only=True)
class Ledger:
    """History in, rows out."""

    plans: Mapping[int, Plan]
    receipts: dict[tuple[int, UUID], Receipt] = field(default_factory=dict)
    history: dict[PersonDay, list[Past]] = field(default_factory=lambda: defaultdict(list))

    new_receipts: list[Receipt] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    refusals: list[Event] = field(default_factory=list)
    located: list[Item] = field(default_factory=list)
    promoted: list[Past] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    day_rows: dict[tuple[int, date, UUID, UUID], DayRow] = field(default_factory=dict)

    def decide_all(self, items: Iterable[Item]) -> dict[int, ScanResult]:
        """The answers by position; the earliest scan of a batch is decided first."""
        numbered = list(enumerate(items))
        numbered.sort(key=lambda pair: (pair[1].when.occurred_at, pair[1].event_id))
        return {position: self.decide(item) for position, item in numbered}

    def decide(self, item: Item) -> ScanResult:
        """The answer to one scan: an earlier answer again, or a new decision."""
        receipt = self.receipts.get((item.school_id, item.event_id))
        if receipt is not None:
            if receipt.body_hash != item.body_hash:
                return ScanResult(event_id=item.event_id, outcome="conflict")
            return msgspec.json.decode(receipt.answer, type=ScanResult)
        result = self._decide_new(item)
        receipt = Receipt(
            school_id=item.school_id,
            event_id=item.event_id,
            body_hash=item.body_hash,
            answer=msgspec.json.encode(result).decode(),
        )
        self.receipts[item.school_id, item.event_id] = receipt
        self.new_receipts.append(receipt)
        return result

    def _decide_new(self, item: Item) -> ScanResult:
        if item.refused is not None:
            return self._refuse(item, item.refused)
        plan = self.plans[item.school_id]
        shift = plan.shift_at(item.when.occurred_at, shift_ids_of(item, plan))
        same_shift = self._same_shift(item, shift)
        before = _duplicate_of(item, same_shift)
        if before is not None:
            return self._refuse(item, "duplicate", shift=shift, before=before)
        finding, verdict, metres = judge_place(item, plan)
        if finding in ("geo_outside", "need_better_fix", "mock_suspect", "invalid"):
            return self._refuse(item, finding, shift=shift, verdict=verdict, metres=metres)
        outcome = self._recorded_outcome(item, shift, finding, same_shift)
        event = _event(item, outcome, shift=shift, verdict=verdict, metres=metres)
        return self._record(item, event, shift)

    def _same_shift(self, item: Item, shift: PlannedShift | None) -> list[Past]:
        shift_id = shift.id if shift else None
        return [past for past in self._of_person(item) if past.shift_id == shift_id]

    def _of_person(self, item: Item) -> list[Past]:
        if item.person_id is None:
            raise ValueError("nobody is known to have been scanned")
        return self.history[item.school_id, item.person_id, item.day]

    def _recorded_outcome(
        self,
        item: Item,
        shift: PlannedShift | None,
        finding: Outcome | None,
        same_shift: list[Past],
    ) -> Recorded:
        found: set[Outcome] = {finding} if finding else set()
        suspicion = self._suspicion(item)
        if suspicion:
            found.add(suspicion)
        if item.is_late_code:
            found.add("pending_review")
        if item.when.is_suspect:
            found.add("clock_suspect")
        was_in = any(past.counts and past.direction == "in" for past in same_shift)
        is_first_in = shift is not None and item.direction == "in" and not was_in
        if shift and is_first_in and days.late_minutes(shift, item.when.occurred_at):
            found.add("late")
        return next((outcome for outcome in _GRAVITY if outcome in found), "ok")

    def _suspicion(self, item: Item) -> Recorded | None:
        """Speed and clones, against recorded scans only; a mark has no card to copy."""
        if item.station is None or item.source == "mark":
            return None
        plan = self.plans[item.school_id]
        for past in self._of_person(item):
            station = plan.stations.get(past.station_id) if past.station_id else None
            if not past.counts or station is None or station.id == item.station.id:
                continue
            apart = abs(past.occurred_at - item.when.occurred_at)
            if station.campus_id != item.station.campus_id:
                here = plan.campuses[item.station.campus_id].shape
                there = plan.campuses[station.campus_id].shape
                metres = distance_m(here.lat, here.lng, there.lat, there.lng)
                speed = metres / max(apart.total_seconds(), 1.0)
                if metres > MIN_TRAVEL_M and speed > MAX_SPEED_MPS:
                    return "impossible_travel"
            if apart <= CLONE_WITHIN and past.shift_id is not None:
                return "clone_suspect"
        return None

    def _refuse(
        self,
        item: Item,
        outcome: Refused,
        *,
        shift: PlannedShift | None = None,
        before: Past | None = None,
        verdict: str | None = None,
        metres: float | None = None,
    ) -> ScanResult:
        event = _event(item, outcome, shift=shift, verdict=verdict, metres=metres)
        self.refusals.append(event)
        status = None
        if outcome == "duplicate":
            self._of_person(item).append(past_of(event))
            status = self._state(item, shift)
        return ScanResult(
            event_id=item.event_id,
            outcome=outcome,
            student=item.seen,
            status=status,
            recorded_at=before.occurred_at if before else None,
        )

    def _record(self, item: Item, event: Event, shift: PlannedShift | None) -> ScanResult:
        self.events.append(event)
        if item.location is not None:
            self.located.append(item)
        history = self._of_person(item)
        history.append(past_of(event))
        self._tell(item, event, shift)
        if event.outcome not in SUSPECT:
            self._promote(item, history, shift)
        return ScanResult(
            event_id=item.event_id,
            outcome=event.outcome,
            student=item.seen,
            status=self._state(item, shift),
            recorded_at=event.occurred_at,
        )

    def _promote(self, item: Item, history: list[Past], shift: PlannedShift | None) -> None:
        """Duplicates that an opposite scan has just made meaningful become recorded scans."""
        shift_id = shift.id if shift else None
        relevant = [p for p in history if p.shift_id == shift_id and p.outcome not in SUSPECT]
        for past in days.promoted(relevant):
            position = history.index(past)
            history[position] = msgspec.structs.replace(past, is_duplicate=False, outcome="ok")
            self.promoted.append(past)
            self._tell_past(item, past, shift)

    def _state(self, item: Item, shift: PlannedShift | None) -> State | None:
        """The state of the shift as it stands now; it is kept as the row to write."""
        if shift is None or item.person_kind is None:
            return None
        counting = [p for p in self._same_shift(item, shift) if p.counts]
        if not counting:
            return None
        row = days.derive(shift, counting, person_kind=item.person_kind)
        if row is None:
            return None
        self.day_rows[row.school_id, row.day, row.person_id, row.shift_id] = row
        return row.state

    def _tell(self, item: Item, event: Event, shift: PlannedShift | None) -> None:
        """One row for the outbox: what the guardians are to know of this scan."""
        if item.person_kind != "student":
            return
        minutes = self._late_minutes(item, event, shift)
        kind = _kind_of(event, is_late=minutes > 0)
        extra: dict[str, object] = {"minutes": minutes} if minutes else {}
        if event.outcome not in SUSPECT:
            follower = self._follower(item, event.id, shift)
            # The same movement was told with a later time: that message is replaced.
            if follower is not None and follower.direction == event.direction:
                extra["replaces"] = str(follower.id)
        self._post(item, kind, event.id, event.occurred_at.isoformat(), event.day, extra)

    def _late_minutes(self, item: Item, event: Event, shift: PlannedShift | None) -> int:
        """How late this arrival is; coming back in later in the shift is not being late."""
        if shift is None or event.direction != "in" or event.outcome in SUSPECT:
            return 0
        same_shift = self._same_shift(item, shift)
        ins = [past for past in same_shift if past.counts and past.direction == "in"]
        if min(ins, key=lambda past: past.order).id != event.id:
            return 0
        return days.late_minutes(shift, event.occurred_at)

    def _tell_past(self, item: Item, past: Past, shift: PlannedShift | None) -> None:
        if item.person_kind == "student":
            kind = "arrival" if past.direction == "in" else "departure"
            self._post(item, kind, past.id, past.occurred_at.isoformat(), past.day, {})

    def _follower(self, item: Item, event_id: UUID, shift: PlannedShift | None) -> Past | None:
        ordered = sorted(
            (p for p in self._same_shift(item, shift) if p.counts), key=lambda past: past.order
        )
        position = next(i for i, past in enumerate(ordered) if past.id == event_id)
        return ordered[position + 1] if position + 1 < len(ordered) else None

    def _post(
        self,
        item: Item,
        kind: str,
        event_id: UUID,
        at: str,
        day: date,
        extra: dict[str, object],
    ) -> None:
        if item.person_id is None:
            raise ValueError("nobody is known to have been scanned")
        self.told.append(
            Told(
                school_id=item.school_id,
                id=new_id(),
                kind=kind,
                day=day,
                event_id=event_id,
                student_id=item.person_id,
                actor_account_id=item.sender.account_id,
                params={
                    "student": item.person_name,
                    "school": self.plans[item.school_id].name,
                    "gate": item.station.name if item.station else None,
                    "at": at,
                    **extra,
                },
            )
        )


def _duplicate_of(item: Item, same_shift: list[Past]) -> Past | None:
    """The recorded scan that already says this: same direction, no opposite one between."""
    order = (item.when.occurred_at, item.event_id)
    before = days.predecessor((past for past in same_shift if past.counts), order)
    if before is not None and before.direction == item.direction:
        return before
    # A suspected card held up again and again must not alarm the family each time.
    suspects = (past for past in same_shift if past.outcome in SUSPECT)
    repeat = days.predecessor(suspects, order)
    if repeat is None or repeat.direction != item.direction:
        return None
    return repeat if item.when.occurred_at - repeat.occurred_at <= SUSPECT_REPEAT else None


def _kind_of(event: Event, *, is_late: bool) -> str:
    if event.outcome in SUSPECT:
        return "scan_unconfirmed"
    if event.direction == "out":
        return "departure"
    return "arrival_late" if is_late else "arrival"


def _event(
    item: Item,
    outcome: Outcome,
    *,
    shift: PlannedShift | None,
    verdict: str | None,
    metres: float | None,
) -> Event:
    return Event(
        school_id=item.school_id,
        day=item.day,
        id=item.event_id,
        person_kind=item.person_kind,
        person_id=item.person_id,
        direction=item.direction,
        outcome=outcome,
        source=item.source,
        shift_id=shift.id if shift else None,
        station_id=item.station.id if item.station else None,
        campus_id=item.station.campus_id if item.station else None,
        device_id=item.sender.device_id,
        scanned_by=item.sender.account_id,
        occurred_at=item.when.occurred_at,
        scanned_at=item.scanned_at,
        received_at=item.received_at,
        clock=item.when.clock,
        verdict=verdict,
        distance_m=metres,
        reason=item.reason,
    )
