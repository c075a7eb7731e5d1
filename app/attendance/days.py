"""From facts to states: what a day was, derived from its facts and from nothing else.

Pure functions. The same facts in any order of arrival give the same rows (DESIGN 4, Time).
`derive` knows the scans alone; `resolve` everything.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from app.attendance.model import (
    SUSPECT,
    Correction,
    DayRow,
    Direction,
    Order,
    Past,
    PersonKind,
    State,
)
from app.attendance.plan import ZONE, PlannedShift

# Two phones read one card at once: a scan this little before the recorded one is its echo. No
# phone's clock tells which came first, and the family would be told twice.
ECHO = timedelta(seconds=5)


class Facts(Struct, frozen=True, kw_only=True):
    """All that is known of one person's shift of one day.

    `history`: every recorded scan and stored duplicate of the shift; `corrections`: of that day.
    `is_excused`: approved leave covers it, and its absence run was held or the day is over.
    `is_told_absent`: the family was told of the absence. Both false on a closed day.
    """

    school_id: int
    day: date
    person_id: UUID
    person_kind: PersonKind
    shift: PlannedShift
    history: Sequence[Past]
    corrections: Sequence[Correction] = ()
    is_excused: bool = False
    is_told_absent: bool = False


def resolve(facts: Facts) -> DayRow | None:
    """The state of a shift; None: nothing is known, which is not absent.

    In this order: what a person has set, what the scans say, approved leave, the absence told.
    """
    history = judged(facts.history, facts.corrections)
    row = derive(facts.shift, history, person_kind=facts.person_kind)
    word = latest_set(facts.corrections, facts.shift.id)
    if word is not None:
        return _as_set(facts, word, row, history)
    if row is not None:
        return row
    if facts.is_excused:
        return _bare(facts, "absent_excused")
    return _bare(facts, "absent_unexcused") if facts.is_told_absent else None


def judged(history: Sequence[Past], corrections: Sequence[Correction]) -> Sequence[Past]:
    """Without the scans that were undone or rejected; a confirmed suspect is as good as any."""
    if not corrections:
        return history
    undone = {each.event_id for each in corrections if each.kind == "undo"}
    verdicts = {
        each.event_id: each.kind
        for each in sorted(corrections, key=lambda each: each.order)
        if each.kind in ("reject", "confirm")
    }
    return [
        msgspec.structs.replace(past, outcome="ok")
        if past.outcome in SUSPECT and verdicts.get(past.id) == "confirm"
        else past
        for past in history
        if past.id not in undone and verdicts.get(past.id) != "reject"
    ]


def latest_set(corrections: Iterable[Correction], shift_id: UUID | None) -> Correction | None:
    """What a person has said last of the shift."""
    found = (each for each in corrections if each.kind == "set" and each.shift_id == shift_id)
    return max(found, key=lambda each: each.order, default=None)


def _as_set(facts: Facts, word: Correction, row: DayRow | None, history: Sequence[Past]) -> DayRow:
    """What was set, and what scans may add that whoever set it could not know.

    Of a pupil who was set absent: that they are there after all. Else: that they have left since.
    """
    later = [past for past in history if past.received_at > word.created_at]
    since = derive(facts.shift, later, person_kind=facts.person_kind) if later else None
    if word.is_absence and row is not None and since is not None:
        return row
    set_so = _bare(facts, word.state or "present", word.late_minutes or 0)
    if since is None or since.left_at is None:
        return set_so
    state = since.state if since.state == "left_early" else set_so.state
    return msgspec.structs.replace(set_so, state=state, left_at=since.left_at)


def _bare(facts: Facts, state: State, late: int = 0) -> DayRow:
    return DayRow(
        school_id=facts.school_id,
        day=facts.day,
        person_id=facts.person_id,
        shift_id=facts.shift.id,
        person_kind=facts.person_kind,
        state=state,
        late_minutes=late,
        arrived_at=None,
        left_at=None,
    )


def runs(history: Iterable[Past], shift: PlannedShift | None) -> list[list[Past]]:
    """The scans of one shift by movement; the earliest of each run is the one that matters.

    A second `in` without an `out` between says nothing new, whoever sent it first. An `out` before
    the bell, with no `in` before it, is another movement than an `out` after it: who went home
    late from the morning may still leave in the afternoon.
    """
    found: list[list[Past]] = []
    has_come = is_idle_run = False
    for past in sorted(history, key=lambda past: past.order):
        is_idle = not has_come and is_before_bell(past.direction, past.occurred_at, shift)
        if not found or found[-1][0].direction != past.direction or is_idle_run != is_idle:
            found.append([])
        found[-1].append(past)
        is_idle_run = is_idle
        has_come = has_come or past.direction == "in"
    return found


def is_before_bell(direction: Direction, at: datetime, shift: PlannedShift | None) -> bool:
    """Whether it is an `out` before the shift has begun."""
    if shift is None or direction != "out":
        return False
    return at.astimezone(ZONE).time() < shift.starts_at


def said_already(
    direction: Direction,
    order: Order,
    *,
    history: Iterable[Past],
    shift: PlannedShift | None,
) -> Past | None:
    """The recorded scan of the shift that says what a scan of `direction` would say again.

    That is one before it, no opposite scan between; or one right after it, whose echo it is.
    """
    genuine = [past for past in history if past.outcome not in SUSPECT]
    counting = [past for past in genuine if not past.is_duplicate]

    def says_it(other: Past | None) -> bool:
        if other is None or other.direction != direction:
            return False
        first, second = sorted((order, other.order))
        # Duplicates as well: one of the other direction parts the two as a recorded scan does.
        is_parted = any(
            past.direction != direction and first < past.order < second for past in genuine
        )
        return not is_parted and is_one_movement(
            first, second, direction, history=genuine, shift=shift
        )

    before = predecessor(counting, order)
    if says_it(before):
        return before
    after = successor(counting, order)
    is_echo = after is not None and after.occurred_at - order[0] <= ECHO and says_it(after)
    return after if is_echo else None


def predecessor(history: Iterable[Past], order: Order) -> Past | None:
    """The latest of the scans that is not later than `order`."""
    found: tuple[Order, Past] | None = None
    for past in history:
        at = past.order
        if at <= order and (found is None or at > found[0]):
            found = (at, past)
    return found[1] if found else None


def successor(history: Iterable[Past], order: Order) -> Past | None:
    """The earliest of the scans that is later than `order`."""
    found: tuple[Order, Past] | None = None
    for past in history:
        at = past.order
        if at > order and (found is None or at < found[0]):
            found = (at, past)
    return found[1] if found else None


def is_one_movement(
    first: Order,
    second: Order,
    direction: Direction,
    *,
    history: Iterable[Past],
    shift: PlannedShift | None,
) -> bool:
    """Whether two scans of one direction, with none of `history` between, are of one run."""
    if is_before_bell(direction, second[0], shift):
        return True
    if not is_before_bell(direction, first[0], shift):
        return True
    return any(past.direction == "in" and past.order < first for past in history)


def lateness(
    direction: Direction,
    order: Order,
    *,
    history: Iterable[Past],
    shift: PlannedShift | None,
) -> int:
    """The late minutes of a scan as an arrival; 0 for coming back in, which is not arriving.

    `history` holds the scans of the shift, with or without the scan itself.
    """
    if shift is None or direction != "in":
        return 0
    minutes = late_minutes(shift, order[0])
    if not minutes:
        return 0
    before = (past for past in history if past.counts and past.order < order)
    is_first = all(is_before_bell(past.direction, past.occurred_at, shift) for past in before)
    return minutes if is_first else 0


def promoted(history: Iterable[Past], shift: PlannedShift | None) -> list[Past]:
    """The stored duplicates that are to be recorded, since nothing recorded says what they say.

    An opposite scan before them came late, or what they repeated was undone. What is recorded only
    later than an echo says less than they do: the earliest of a movement is the one that counts.
    `history` is one person's shift; suspects must have been left out.
    """
    unsaid = []
    for run in runs(history, shift):
        recorded = next((past for past in run if past.counts), None)
        if recorded is None or recorded.occurred_at - run[0].occurred_at > ECHO:
            unsaid.append(run[0])
    return unsaid


def derive(
    shift: PlannedShift, history: Iterable[Past], *, person_kind: PersonKind
) -> DayRow | None:
    """What its scans say of one person's shift; None: nothing.

    From recorded scans and stored duplicates alike, so that it cannot matter which of two came
    first. An `out` alone during or after the shift means that the pupil was there: present, with no
    arrival known; before the bell it says nothing. Late minutes count from the start of the shift,
    once the tolerance (`late_after`) is passed.
    """
    genuine = (past for past in history if past.outcome not in SUSPECT)
    heads = [run[0] for run in runs(genuine, shift)]
    if heads and is_before_bell(heads[0].direction, heads[0].occurred_at, shift):
        heads = heads[1:]
    if not heads:
        return None
    first, last = heads[0], heads[-1]
    arrived_at = next((past.occurred_at for past in heads if past.direction == "in"), None)
    left_at = last.occurred_at if last.direction == "out" else None
    minutes = late_minutes(shift, arrived_at) if first.direction == "in" else 0
    state: State = "late" if minutes else "present"
    if left_at is not None and left_at.astimezone(ZONE).time() < shift.ends_at:
        state = "left_early"
    return DayRow(
        school_id=first.school_id,
        day=first.day,
        person_id=first.person_id,
        shift_id=shift.id,
        person_kind=person_kind,
        state=state,
        late_minutes=minutes,
        arrived_at=arrived_at,
        left_at=left_at,
    )


def late_minutes(shift: PlannedShift, arrived_at: datetime | None) -> int:
    """Whole minutes after the start of the shift, at least 1; 0 when in time."""
    if arrived_at is None:
        return 0
    local = arrived_at.astimezone(ZONE)
    if local.time() <= shift.late_after:
        return 0
    start = local.replace(
        hour=shift.starts_at.hour, minute=shift.starts_at.minute, second=0, microsecond=0
    )
    return max(1, int((local - start).total_seconds() // 60))
