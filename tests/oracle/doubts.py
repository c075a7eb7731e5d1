"""Why an absence alert is held for the principal (DESIGN 4, Absence)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from tests.oracle.facts import ZONE, Beat, School

SILENT_AFTER = timedelta(minutes=3)
CLASS_SHARE = 0.30
SCHOOL_SHARE = 0.15


class Beats:
    """The scanners, as they last said that they live."""

    def __init__(self, school: School) -> None:
        self._campus = {phone.key: phone.campus for phone in school.phones}
        self._last: dict[str, Beat] = {}
        self._opened: defaultdict[date, set[str]] = defaultdict(set)

    def hear(self, beat: Beat) -> None:
        self._last[beat.phone] = beat
        if not beat.closed:
            self._opened[beat.at.astimezone(ZONE).date()].add(self._campus[beat.phone])

    def doubts(self, campus: str, now: datetime) -> set[str]:
        found = set()
        if campus not in self._opened[now.astimezone(ZONE).date()]:
            found.add("no_scanner")
        for phone, beat in self._last.items():
            if self._campus[phone] != campus:
                continue
            if not beat.closed and now - beat.at > SILENT_AFTER:
                found.add("silent")
            if beat.pending:
                found.add("pending")
        return found


def doubts_of(
    *,
    by_class: Mapping[str, Sequence[str]],
    missing: set[str],
    refused: set[str],
    unsure: set[str],
    campus_of: Mapping[str, str],
    beats: Beats,
    now: datetime,
) -> dict[str, set[str]]:
    """By missing pupil of a shift's run; empty: nothing is doubtful, the family is told."""
    found: dict[str, set[str]] = {}
    enrolled = sum(len(pupils) for pupils in by_class.values())
    is_school = len(missing) > SCHOOL_SHARE * enrolled
    for class_key, pupils in by_class.items():
        gone = [pupil for pupil in pupils if pupil in missing]
        shared = beats.doubts(campus_of[class_key], now)
        if len(gone) > CLASS_SHARE * len(pupils):
            shared.add("class")
        if is_school:
            shared.add("school")
        for pupil in gone:
            found[pupil] = shared | ({"refused"} if pupil in refused | unsure else set())
    return found
