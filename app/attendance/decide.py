"""The decision on each scan of a batch: recorded or refused, and what follows from it.

`Ledger` holds what is known of the batch's people and collects what one statement will write.
Pure: it reads no clock and no database.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from app.attendance import days
from app.attendance.checks import judge_place, shift_ids_of
from app.attendance.geo import distance_m
from app.attendance.items import Item
from app.attendance.model import (
    SUSPECT,
    Correction,
    DayRow,
    Event,
    Outcome,
    Past,
    PersonKind,
    Recorded,
    Refused,
    ScanResult,
    past_of,
)
from app.attendance.plan import Plan, PlannedShift
from app.attendance.telling import Pupil, Told, absence_before, correction_of, news_of

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

_WRONG_PLACE: frozenset[Refused] = frozenset(
    {"geo_outside", "need_better_fix", "mock_suspect", "invalid"}
)

PersonDay = tuple[int, UUID, date]
# What `judge_place` says: what it makes of the outcome, the verdict, metres to the fence.
Place = tuple[Refused | Recorded | None, str | None, float | None]
_NO_PLACE: Place = (None, None, None)


class Receipt(Struct, frozen=True, kw_only=True):
    """The stored answer to an event id."""

    school_id: int
    event_id: UUID
    body_hash: bytes
    answer: str


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
    words: dict[PersonDay, list[Correction]] = field(default_factory=dict)
    # Since when pupils who leave may do so, where an early exit is approved.
    slips: Mapping[PersonDay, time] = field(default_factory=dict)
    day_rows: dict[tuple[int, date, UUID, UUID], DayRow] = field(default_factory=dict)

    def know(self, pasts: Iterable[Past], corrections: Iterable[Correction]) -> None:
        """Take in the history of the batch's people, as far as it still counts."""
        for past in pasts:
            self.history[past.school_id, past.person_id, past.day].append(past)
        said: dict[PersonDay, list[Correction]] = {}
        for each in corrections:
            said.setdefault((each.school_id, each.person_id, each.day), []).append(each)
        for key, about in said.items():
            self.history[key] = list(days.judged(self.history[key], about))
            if any(each.kind == "set" for each in about):
                self.words[key] = about

    def decide_all(self, items: Iterable[Item]) -> dict[int, ScanResult]:
        """The answers by position; the earliest scan of a batch is decided first."""
        numbered = list(enumerate(items))
        # As a number, which has the same order: a UUID compares itself in Python.
        numbered.sort(key=lambda pair: (pair[1].when.occurred_at, pair[1].event_id.int))
        return {position: self.decide(item) for position, item in numbered}

    def decide(self, item: Item) -> ScanResult:
        """The answer to one scan: an earlier answer again, or a new decision."""
        key = (item.school_id, item.event_id)
        receipt = self.receipts.get(key)
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
        self.receipts[key] = receipt
        self.new_receipts.append(receipt)
        return result

    def _decide_new(self, item: Item) -> ScanResult:
        if item.refused is not None:
            return self._refuse(item, item.refused)
        plan = self.plans[item.school_id]
        shift = plan.shift_at(item.when.occurred_at, shift_ids_of(item, plan))
        same_shift = self._same_shift(item, shift)
        place = judge_place(item, plan)
        before = _said_already(item, same_shift, shift)
        if before is not None:
            return self._refuse(item, "duplicate", shift=shift, before=before, place=place)
        finding = place[0]
        if finding in _WRONG_PLACE:
            return self._refuse(item, finding, shift=shift, place=place)
        outcome = self._recorded_outcome(item, shift, finding, same_shift)
        event = _event(item, outcome, shift=shift, place=place)
        return self._record(item, _after(event, self._word(item, shift)), shift)

    def _same_shift(self, item: Item, shift: PlannedShift | None) -> list[Past]:
        shift_id = shift.id if shift else None
        return [past for past in self._of_person(item) if past.shift_id == shift_id]

    def _word(self, item: Item, shift: PlannedShift | None) -> Correction | None:
        """What somebody has set of the shift: of hardly any."""
        if not self.words or shift is None or item.person_id is None:
            return None
        said = self.words.get((item.school_id, item.person_id, item.day), ())
        return days.latest_set(said, shift.id)

    def _of_person(self, item: Item) -> list[Past]:
        if item.person_id is None:
            raise ValueError("nobody is known to have been scanned")
        if item.past is None:
            item.past = self.history[item.school_id, item.person_id, item.day]
        return item.past

    def _recorded_outcome(
        self,
        item: Item,
        shift: PlannedShift | None,
        finding: Outcome | None,
        same_shift: list[Past],
    ) -> Recorded:
        found = _findings(item, finding)
        suspicion = self._suspicion(item)
        if suspicion:
            found.add(suspicion)
        order = (item.when.occurred_at, item.event_id)
        if days.lateness(item.direction, order, history=same_shift, shift=shift):
            found.add("late")
        return _gravest(found)

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
        place: Place = _NO_PLACE,
    ) -> ScanResult:
        recorded_as, row = None, None
        # It may yet turn out to matter, unless it would have been refused for its place.
        if before is not None and before.counts and place[0] not in _WRONG_PLACE:
            recorded_as = _gravest(_findings(item, place[0]))
        event = _event(item, outcome, shift=shift, place=place, recorded_as=recorded_as)
        event = _after(event, self._word(item, shift))
        self.refusals.append(event)
        if outcome == "duplicate":
            row = self._repeat(item, event, shift=shift, before=before)
        return ScanResult(
            event_id=item.event_id,
            outcome=outcome,
            student=item.seen,
            status=row.state if row else None,
            recorded_at=before.occurred_at if before else None,
            late_minutes=_late_minutes(row),
        )

    def _repeat(
        self, item: Item, event: Event, *, shift: PlannedShift | None, before: Past | None
    ) -> DayRow | None:
        """Nobody is told of a duplicate, unless the echo that came first was still in time."""
        same_shift = self._same_shift(item, shift)
        if event.recorded_as is None:
            return self._row(item, shift, same_shift)
        past = past_of(event)
        word = self._word(item, shift)
        is_echo = before is not None and past.order < before.order
        # Who was set absent and comes repeats a scan that counted for nothing.
        was = self._row(item, shift, same_shift) if is_echo or word is not None else None
        self._of_person(item).append(past)
        same_shift.append(past)
        row = self._row(item, shift, same_shift)
        is_other = was and row and (was.state, was.late_minutes) != (row.state, row.late_minutes)
        if is_other and item.person_kind == "student":
            pupil = self._pupil(item, shift, same_shift, row)
            wrong = before.id if is_echo and before else absence_before(past, pupil)
            self.told.append(correction_of(past, pupil, replaces=wrong))
        return row

    def _record(self, item: Item, event: Event, shift: PlannedShift | None) -> ScanResult:
        self.events.append(event)
        if item.location is not None:
            self.located.append(item)
        history = self._of_person(item)
        past = past_of(event)
        history.append(past)
        risen = [] if event.outcome in SUSPECT else self._promote(item, shift)
        same_shift = self._same_shift(item, shift)
        row = self._row(item, shift, same_shift)
        if item.person_kind == "student":
            self.told += news_of(past, risen, self._pupil(item, shift, same_shift, row))
        return ScanResult(
            event_id=item.event_id,
            outcome=event.outcome,
            student=item.seen,
            status=row.state if row else None,
            recorded_at=event.occurred_at,
            late_minutes=_late_minutes(row),
        )

    def _promote(self, item: Item, shift: PlannedShift | None) -> list[Past]:
        """Duplicates that an opposite scan has just made meaningful become recorded scans."""
        history = self._of_person(item)
        relevant = [p for p in self._same_shift(item, shift) if p.outcome not in SUSPECT]
        if not any(past.is_duplicate for past in relevant):
            return []
        risen = []
        for past in days.promoted(relevant, shift):
            risen.append(msgspec.structs.replace(past, is_duplicate=False))
            history[history.index(past)] = risen[-1]
        self.promoted += risen
        return risen

    def _row(self, item: Item, shift: PlannedShift | None, same_shift: list[Past]) -> DayRow | None:
        """The state of the shift as it stands now; it is kept as the row to write."""
        if shift is None or item.person_kind is None:
            return None
        row = self._resolved(item, shift, same_shift, item.person_kind)
        if row is not None:
            self.day_rows[row.school_id, row.day, row.person_id, row.shift_id] = row
        return row

    def _resolved(
        self, item: Item, shift: PlannedShift, same_shift: list[Past], kind: PersonKind
    ) -> DayRow | None:
        """By scans and what was set: a scan outranks leave and absence, so these are not asked."""
        word = self._word(item, shift)
        if word is None:
            return days.derive(shift, same_shift, person_kind=kind)
        return days.resolve(
            days.Facts(
                school_id=item.school_id,
                day=item.day,
                person_id=word.person_id,
                person_kind=kind,
                shift=shift,
                history=same_shift,
                corrections=[word],
            )
        )

    def _pupil(
        self,
        item: Item,
        shift: PlannedShift | None,
        same_shift: list[Past],
        row: DayRow | None,
    ) -> Pupil:
        exit_at = None
        if self.slips and item.person_id is not None:
            exit_at = self.slips.get((item.school_id, item.person_id, item.day))
        return Pupil(
            name=item.person_name,
            plan=self.plans[item.school_id],
            shift=shift,
            history=same_shift,
            row=row,
            word=self._word(item, shift),
            exit_at=exit_at,
        )


def _after(event: Event, word: Correction | None) -> Event:
    """What was on its way when the day was corrected comes after: who did did not know it."""
    if word is None or event.received_at > word.created_at:
        return event
    return msgspec.structs.replace(event, received_at=word.created_at + timedelta(microseconds=1))


def _late_minutes(row: DayRow | None) -> int | UnsetType:
    return row.late_minutes if row and row.state == "late" else UNSET


def _said_already(item: Item, same_shift: list[Past], shift: PlannedShift | None) -> Past | None:
    # Mostly it is the first scan of the shift, of which there is nothing to be looked through.
    if not same_shift:
        return None
    order = (item.when.occurred_at, item.event_id)
    before = days.said_already(item.direction, order, history=same_shift, shift=shift)
    return before or _repeated_suspect(item, same_shift)


def _repeated_suspect(item: Item, same_shift: list[Past]) -> Past | None:
    """A suspected card held up again and again must not alarm the family each time."""
    suspects = [past for past in same_shift if past.outcome in SUSPECT]
    if not suspects:
        return None
    at = item.when.occurred_at
    repeat = days.predecessor(suspects, (at, item.event_id))
    if repeat is None or repeat.direction != item.direction:
        return None
    return repeat if at - repeat.occurred_at <= SUSPECT_REPEAT else None


def _findings(item: Item, finding: Outcome | None) -> set[Outcome]:
    """What is doubtful about a scan by itself, whatever was scanned before it."""
    found: set[Outcome] = {finding} if finding else set()
    if item.is_late_code:
        found.add("pending_review")
    if item.when.is_suspect:
        found.add("clock_suspect")
    return found


def _gravest(found: set[Outcome]) -> Recorded:
    return next((outcome for outcome in _GRAVITY if outcome in found), "ok")


def _event(
    item: Item,
    outcome: Outcome,
    *,
    shift: PlannedShift | None,
    place: Place,
    recorded_as: Recorded | None = None,
) -> Event:
    _, verdict, metres = place
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
        recorded_as=recorded_as,
    )
