"""The oracle itself, against days worked out by hand from DOMAIN and DESIGN."""

import ast
import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.oracle import facts as f
from tests.oracle.oracle import Oracle

MONDAY = date(2026, 11, 16)
MORNING = f.Shift(
    key="morning", starts=time(7), ends=time(11, 30), late_after=time(7, 5), cut_off=time(7, 30)
)
AFTERNOON = f.Shift(
    key="afternoon", starts=time(13), ends=time(17), late_after=time(13, 5), cut_off=time(13, 30)
)
GATE = f.Phone(key="gate", gate="gate", campus="main")
PURE = ("facts", "rules", "cells", "doubts", "standing", "oracle", "hours")


def at(clock: str, day: date = MONDAY) -> datetime:
    return f.instant(day, time.fromisoformat(clock))


class Day:
    """A class of ten with both shifts; p0 is the one whom the tests look at."""

    def __init__(self, *, opened: str | None = "06:30") -> None:
        pupils = tuple(
            f.Pupil(
                key=f"p{n}",
                enrolments=(f.Enrolment(class_key="6A", first=date(2026, 9, 5)),),
                guardians=(f"g{n}",),
            )
            for n in range(10)
        )
        school = f.School(
            shifts=(MORNING, AFTERNOON),
            classes=(f.Class(key="6A", campus="main", shifts=("morning", "afternoon")),),
            phones=(GATE,),
            pupils=pupils,
        )
        self.oracle = Oracle(f.Story(seed=0, school=school, first=MONDAY, last=MONDAY))
        self._events = 0
        if opened:
            self.oracle.hear(f.Beat(at=at(opened), phone="gate"))

    def scan(self, made: str, direction: str = "in", *, heard: str | None = None,
             pupil: str = "p0", **more: str) -> str:  # fmt: skip
        self._events += 1
        scan = f.Scan(
            event=f"e{self._events}", pupil=pupil, direction=direction, made_at=at(made),
            wall_at=at(made), boot=1, **more,
        )  # fmt: skip
        when = at(heard or made)
        self.oracle.hear(f.ScansSent(at=when, phone="gate", boot=1, sent_wall=when, scans=(scan,)))
        return scan.event

    def others_come(self) -> None:
        for n in range(1, 10):
            self.scan("06:50", pupil=f"p{n}")

    def run(self, clock: str = "07:45", *, beat: bool = True) -> None:
        if beat:
            self.oracle.hear(f.Beat(at=at(clock), phone="gate"))
        self.oracle.hear(f.RunDue(at=at(clock), day=MONDAY, shift="morning"))

    def leave(self, asked: str, approved: str, part: str = "day") -> None:
        self.oracle.hear(
            f.LeaveAsked(at=at(asked), leave="l", pupil="p0", guardian="g0", first=MONDAY,
                         last=MONDAY, part=part)
        )  # fmt: skip
        self.oracle.hear(f.LeaveDecided(at=at(approved), leave="l", is_approved=True))

    def state(self, shift: str = "morning", pupil: str = "p0") -> str:
        return self.oracle.states(pupil, MONDAY)[shift].state

    def told(self, pupil: str = "p0") -> list[str]:
        return ["|".join(sorted(n.kinds)) for n in self.oracle.news[pupil] if not n.is_optional]


def test_the_oracle_imports_nothing_of_the_product() -> None:
    for name in PURE:
        path = Path(__file__).with_name(f"{name}.py")
        for module in _imported(path):
            root = module.split(".")[0]
            is_ours = module.startswith("tests.oracle") and module.split(".")[-1] in (
                *PURE,
                "oracle",
            )
            assert root in sys.stdlib_module_names or is_ours, f"{path.name} imports {module}"


def _imported(path: Path) -> Iterable[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (
                f"{node.module}.{alias.name}" if node.module == "tests.oracle" else str(node.module)
                for alias in node.names
            )


def test_a_day_in_time_and_a_late_one() -> None:
    day = Day()
    day.scan("06:50")
    day.scan("11:35", "out")
    day.scan("13:20")
    day.scan("16:00", "out")
    rows = day.oracle.states("p0", MONDAY)
    assert (rows["morning"].state, rows["morning"].arrived_at) == ("present", at("06:50"))
    assert (rows["afternoon"].state, rows["afternoon"].late_minutes) == ("left_early", 20)
    assert day.told() == ["arrival", "departure", "arrival_late", "departure"]


def test_the_tolerance_is_late_only_after_its_end_and_counts_from_the_bell() -> None:
    day = Day()
    day.scan("07:05", pupil="p1")
    day.scan("07:06", pupil="p2")
    assert day.state(pupil="p1") == "present"
    assert day.oracle.states("p2", MONDAY)["morning"].late_minutes == 6


def test_a_second_scan_says_nothing_until_one_between_makes_it_matter() -> None:
    day = Day()
    day.scan("06:50")
    day.scan("10:00")
    assert day.told() == ["arrival"]
    day.scan("09:00", "out", heard="10:30")
    assert len(day.told()) == 2
    assert day.state() == "present"


def test_missing_at_the_cut_off_is_told_once_and_an_arrival_replaces_it() -> None:
    day = Day()
    day.others_come()
    assert day.state() == "not_scanned"
    day.run()
    assert day.state() == "absent_unexcused"
    day.scan("08:00")
    assert day.told() == ["absence", "arrival_late"]
    assert day.state() == "late"


def test_a_scan_that_was_made_in_time_and_heard_late_corrects_the_absence() -> None:
    day = Day()
    day.others_come()
    day.run()
    day.scan("06:58", heard="09:00")
    assert day.told() == ["absence", "arrival"]
    assert day.state() == "present"


@pytest.mark.parametrize("approved", ["07:29:59", "07:44"])
def test_leave_before_the_run_means_no_alert(approved: str) -> None:
    day = Day()
    day.others_come()
    day.leave("06:00", approved)
    day.run()
    assert day.state() == "absent_excused"
    assert day.told() == ["leave_decided"]


def test_leave_after_the_alert_is_one_correction() -> None:
    day = Day()
    day.others_come()
    day.run()
    day.leave("08:00", "08:30")
    assert day.told() == ["absence", "correction", "leave_decided"]
    assert day.state() == "absent_excused"
    assert day.state("afternoon") == "absent_excused"


def test_leave_for_an_afternoon_covers_no_morning() -> None:
    day = Day()
    day.others_come()
    day.leave("06:00", "06:30", part="afternoon")
    day.run()
    assert day.state() == "absent_unexcused"


def test_a_child_who_comes_in_spite_of_leave_is_there() -> None:
    day = Day()
    day.leave("06:00", "06:30")
    day.scan("06:50")
    assert day.state() == "present"


@pytest.mark.parametrize("why", ["silent", "pending", "no_scanner", "refused", "class"])
def test_doubt_holds_the_alert_until_it_is_released(why: str) -> None:
    day = Day(opened=None if why == "no_scanner" else "06:30")
    if why != "class":
        day.others_come()
    if why == "refused":
        day.scan("06:51", fix="outside")
    if why == "pending":
        day.oracle.hear(f.Beat(at=at("07:44:30"), phone="gate", pending=3, oldest_at=at("07:10")))
    day.run(beat=why not in ("silent", "pending", "no_scanner"))
    assert day.told() == []
    assert day.state() == "not_scanned"
    assert day.oracle.held_alerts == 1
    day.oracle.hear(
        f.AbsenceDecided(at=at("08:00"), day=MONDAY, shift="morning", decision="release")
    )
    assert day.told() == ["absence"]
    assert day.state() == "absent_unexcused"


def test_what_is_dropped_is_no_absence() -> None:
    day = Day()
    day.run()
    day.oracle.hear(f.AbsenceDecided(at=at("08:00"), day=MONDAY, shift="morning", decision="drop"))
    assert day.told() == []
    assert day.state() == "not_scanned"


def test_who_came_meanwhile_is_not_released() -> None:
    day = Day()
    day.run()
    day.scan("07:50")
    day.oracle.hear(
        f.AbsenceDecided(at=at("08:00"), day=MONDAY, shift="morning", decision="release")
    )
    assert day.told() == ["arrival_late"]


def test_a_storm_takes_back_alerts_and_keeps_what_was_scanned() -> None:
    day = Day()
    day.others_come()
    day.run()
    day.oracle.hear(f.ClosureDeclared(at=at("09:00"), closure="c", first=MONDAY, last=MONDAY))
    assert day.told() == ["absence", "correction"]
    assert [news.kinds for news in day.oracle.family_news["g0"]] == [{"closure"}]
    assert day.oracle.states("p0", MONDAY) == {}
    day.scan("09:10", "out", pupil="p1")
    assert day.oracle.states("p1", MONDAY)["morning"].state == "present"
    assert day.told("p1") == ["arrival", "departure"]


def test_a_correction_decides_and_a_scan_heard_after_it_brings_an_absent_child_back() -> None:
    day = Day()
    day.others_come()
    day.run()
    for number, (clock, state) in enumerate([("08:00", "present"), ("08:30", "absent_unexcused")]):
        day.oracle.hear(
            f.Corrected(at=at(clock), correction=f"c{number}", pupil="p0", day=MONDAY,
                        shift="morning", state=state)
        )  # fmt: skip
        assert day.state() == state
    assert day.told() == ["absence", "correction", "correction"]
    day.scan("06:59", heard="10:00")
    assert day.state() == "present"


def test_an_undone_scan_never_was() -> None:
    day = Day()
    event = day.scan("06:50")
    day.oracle.hear(f.Undone(at=at("06:50:30"), phone="gate", event=event))
    assert day.state() == "not_scanned"
    assert day.told() == ["arrival", "correction|scan_undone"]


def test_a_scan_taken_back_after_the_run_holds_the_alert_that_the_run_did_not_see() -> None:
    day = Day()
    day.others_come()
    event = day.scan("07:44:30")
    day.run()
    assert day.oracle.held_alerts == 0
    day.oracle.hear(f.Undone(at=at("07:45:20"), phone="gate", event=event))
    assert day.oracle.held_alerts == 1
    assert day.state() == "not_scanned"
    day.oracle.hear(
        f.AbsenceDecided(at=at("08:00"), day=MONDAY, shift="morning", decision="release")
    )
    assert day.state() == "absent_unexcused"
    assert day.told() == ["arrival_late", "correction|scan_undone", "absence"]


def test_clocks_that_are_wrong_are_put_right() -> None:
    clock = f.instant(MONDAY, time(8))
    wrong = timedelta(minutes=10)
    day = Day()
    scan = f.Scan(event="x", pupil="p0", direction="in", made_at=at("06:50"),
                  wall_at=at("06:50") + wrong, boot=1)  # fmt: skip
    day.oracle.hear(
        f.ScansSent(at=clock, phone="gate", boot=1, sent_wall=clock + wrong, scans=(scan,))
    )
    later = f.Scan(event="y", pupil="p1", direction="in", made_at=at("06:55"),
                   wall_at=at("06:55") + wrong, boot=1)  # fmt: skip
    day.oracle.hear(f.ScansSent(at=clock, phone="gate", boot=2, sent_wall=clock, scans=(later,)))
    assert day.oracle.states("p0", MONDAY)["morning"].arrived_at == at("06:50")
    assert day.oracle.states("p1", MONDAY)["morning"].arrived_at == at("06:55")
