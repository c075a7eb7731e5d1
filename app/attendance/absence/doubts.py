"""Who is missing, and whom nobody is told of before the principal has looked. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from app.attendance.absence.model import Doubt, Held, Rules, Seen, in_order
from app.attendance.absence.queries import Scanners


class Situation(Struct, frozen=True, kw_only=True):
    """A shift as it stands. `on_leave`: of the pupils, by approved leave for this shift.

    `campuses`: of the classes. `is_late`: the shift is over.
    """

    pupils: Sequence[Seen]
    on_leave: frozenset[UUID]
    campuses: Mapping[UUID, UUID]
    scanners: Sequence[Scanners]
    refused: Collection[UUID]
    suspects: Collection[UUID]
    is_late: bool
    has_begun: bool

    @property
    def missing(self) -> list[Seen]:
        """Not recorded in the shift, not excused, and not inside since an earlier one."""
        return [
            pupil
            for pupil in self.pupils
            if is_unseen(pupil) and pupil.student_id not in self.on_leave
        ]

    @property
    def excused(self) -> list[Seen]:
        """On leave, and nothing recorded says something else; who came before it may be inside."""
        return [
            pupil
            for pupil in self.pupils
            if pupil.student_id in self.on_leave and is_unrecorded(pupil)
        ]


def is_unrecorded(pupil: Seen) -> bool:
    return pupil.state is None and not pupil.was_scanned


def is_unseen(pupil: Seen) -> bool:
    return is_unrecorded(pupil) and not pupil.is_inside


def judge(situation: Situation, rules: Rules) -> list[Held]:
    """The missing pupils, each with the doubts about it; nobody before a school has begun."""
    if not situation.has_begun:
        return []
    missing = situation.missing
    shared = _of_school(situation, missing, rules)
    of_class = _of_classes(situation, missing, rules)
    return [
        Held(
            student_id=pupil.student_id,
            class_id=pupil.class_id,
            name=pupil.name,
            doubts=in_order(shared | of_class[pupil.class_id] | _of_pupil(situation, pupil)),
        )
        for pupil in missing
    ]


def shared_doubts(situation: Situation, held: Iterable[Held]) -> list[Doubt]:
    """What is doubtful about more than one pupil, for the run."""
    if not situation.has_begun:
        return ["not_begun"]
    found = {doubt for each in held for doubt in each.doubts}
    return in_order(found - {"code_refused", "scan_suspect"})


def _of_school(situation: Situation, missing: Sequence[Seen], rules: Rules) -> set[Doubt]:
    found: set[Doubt] = {"run_late"} if situation.is_late else set()
    if len(missing) > rules.school_share * len(situation.pupils):
        found.add("school_share")
    return found


def _of_classes(
    situation: Situation, missing: Sequence[Seen], rules: Rules
) -> dict[UUID, set[Doubt]]:
    enrolled = Counter(pupil.class_id for pupil in situation.pupils)
    gone = Counter(pupil.class_id for pupil in missing)
    found = {}
    for class_id, count in gone.items():
        found[class_id] = _of_campus(situation, situation.campuses.get(class_id))
        if count > rules.class_share * enrolled[class_id]:
            found[class_id].add("class_share")
    return found


def _of_campus(situation: Situation, campus_id: UUID | None) -> set[Doubt]:
    """A scanner whose station nobody knows any more may stand at any campus."""
    here = [each for each in situation.scanners if each.campus_id in (campus_id, None)]
    found: set[Doubt] = set()
    if not any(each.is_opened for each in here):
        found.add("no_scanner")
    if any(each.is_silent for each in here):
        found.add("scanner_silent")
    if any(each.is_pending for each in here):
        found.add("scanner_pending")
    if any(each.is_lost for each in here):
        found.add("scanner_lost")
    return found


def _of_pupil(situation: Situation, pupil: Seen) -> set[Doubt]:
    found: set[Doubt] = set()
    if pupil.student_id in situation.refused:
        found.add("code_refused")
    if pupil.student_id in situation.suspects:
        found.add("scan_suspect")
    return found
