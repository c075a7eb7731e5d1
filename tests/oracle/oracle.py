"""What a school's days were and what each family must have heard, worked out from the happenings.

Written from DOMAIN and DESIGN (sections 4 and 5), and from the order of authority in ADR 0037; it
imports nothing of the product. It takes one happening after another, as the server hears them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle import facts as f
from tests.oracle import rules
from tests.oracle.cells import Case, Cell, News, Verdict
from tests.oracle.doubts import Beats, doubts_of
from tests.oracle.rules import Known, Row
from tests.oracle.standing import Leave, Standing

CLONE = timedelta(seconds=60)


class Oracle(Standing):
    """Feed it `hear` with each happening; then ask."""

    def __init__(self, story: f.Story) -> None:
        super().__init__(story)
        self.leaves: dict[str, Leave] = {}
        self.refused: defaultdict[date, set[str]] = defaultdict(set)
        self.runs: set[tuple[date, str]] = set()
        self.held_alerts = 0
        self.gone: dict[str, datetime] = {}
        self.beats = Beats(story.school)
        self._clocks: defaultdict[str, rules.PhoneClock] = defaultdict(rules.PhoneClock)
        self._gate_of = {each.key: each.gate for each in story.school.phones}
        self._gates: dict[str, str] = {}
        self._uncertain: set[str] = set()
        self._cell_of_event: dict[str, Cell] = {}
        self._pending: dict[str, f.Corrected] = {}
        self._hears: dict[type, Callable[[Any], None]] = {
            f.ScansSent: self._scans,
            f.Beat: self.beats.hear,
            f.Undone: self._undone,
            f.RunDue: self._run,
            f.AbsenceDecided: self._decided,
            f.LeaveAsked: self._asked,
            f.LeaveDecided: self._leave_decided,
            f.LeaveWithdrawn: self._withdrawn,
            f.ClosureDeclared: self._closed,
            f.ClosureEnded: self._opened,
            f.Corrected: self._corrected,
            f.CorrectionDecided: self._correction_decided,
            f.Reviewed: self._reviewed,
            f.Disputed: self._disputed,
            f.DisputeAnswered: self._answered,
            f.TransferredOut: self._left,
            f.TransferredIn: self._came,
            f.ClassChanged: self._moved,
        }
        self._disputes: dict[str, f.Disputed] = {}

    def hear(self, happening: f.Happening) -> None:
        self._hears.get(type(happening), lambda _: None)(happening)

    # Scans.

    def _scans(self, sent: f.ScansSent) -> None:
        clock = self._clocks[sent.phone]
        placed = [(self._place(clock, sent, scan), scan) for scan in sent.scans]
        for when, scan in sorted(placed, key=lambda each: each[0].at):
            self._scan(scan, when, sent)
        clock.hear(boot=sent.boot, wall=sent.sent_wall, received=sent.at)

    @staticmethod
    def _place(clock: rules.PhoneClock, sent: f.ScansSent, scan: f.Scan) -> rules.Placed:
        return clock.place(
            made_at=scan.made_at,
            wall_at=scan.wall_at,
            boot=scan.boot,
            sent_boot=sent.boot,
            sent_wall=sent.sent_wall,
            received=sent.at,
        )

    def _scan(self, scan: f.Scan, when: rules.Placed, sent: f.ScansSent) -> None:
        if scan.event in self._cell_of_event:
            return  # the same again: its stored answer, and nothing else
        day = when.at.astimezone(f.ZONE).date()
        if self.class_of(scan.pupil, day) is None or self._is_gone(scan.pupil, when.at):
            return
        cell = self.cell(scan.pupil, day, rules.shift_of(when.at, self.held(scan.pupil, day)))
        known = Known(event=scan.event, direction=scan.direction, at=when.at, received=sent.at)
        if scan.fix == "none" or when.is_suspect:
            self._uncertain.add(scan.event)
        if rules.repeats(known, cell.scans, cell.shift):
            if scan.fix != "outside":
                known.is_recorded = False
                cell.scans.append(known)
                self._cell_of_event[scan.event] = cell
            return
        if rules.has_just_been(known, cell.suspects):
            return
        if scan.fix == "outside":
            self.refused[day].add(scan.pupil)
            return
        self._cell_of_event[scan.event] = cell
        self._gates[scan.event] = self._gate_of[sent.phone]
        if self._is_clone(cell, known):
            self._uncertain.add(scan.event)
            cell.suspects.append(known)
            self._expect(cell, {"scan_unconfirmed"}, at=known.at)
            return
        is_newest = all(each.at < known.at for each in cell.scans)
        cell.scans.append(known)
        self._tell_scan(cell, known, is_newest)

    def _is_clone(self, cell: Cell, known: Known) -> bool:
        """Two gates within a minute: a card is in one place."""
        return any(
            other.is_recorded
            and abs(other.at - known.at) <= CLONE
            and self._gates[other.event] != self._gates[known.event]
            for (day, shift), each in self.cells[cell.pupil].items()
            if day == cell.day and shift is not None
            for other in each.scans
        )

    def _is_gone(self, pupil: str, at: datetime) -> bool:
        return pupil in self.gone and self.gone[pupil] <= at

    def _tell_scan(self, cell: Cell, known: Known, is_newest: bool) -> None:
        row = self.row(cell)
        kind, minutes = self._movement(cell, known)
        kinds = {kind} if is_newest else {kind, "correction"}
        status = row.state if row else None
        self._expect(cell, kinds, at=known.at, minutes=minutes, status=status)
        for up in rules.risen(cell.scans, cell.shift):
            up.is_recorded = True
            kinds = {self._movement(cell, up)[0], "correction"}
            self._expect(cell, kinds, at=up.at, is_optional=True)
        cell.told = row

    @staticmethod
    def _movement(cell: Cell, known: Known) -> tuple[str, int | None]:
        if known.direction == "out":
            return "departure", None
        before = [each for each in cell.scans if each.at < known.at and each.is_recorded]
        is_first = all(rules.is_idle(each, cell.shift) for each in before)
        late = rules.minutes_late(cell.shift, known.at) if cell.shift and is_first else 0
        return ("arrival_late", late) if late else ("arrival", None)

    def _undone(self, undo: f.Undone) -> None:
        cell = self._cell_of_event.get(undo.event)
        recorded = cell.scans if cell else []
        known = next((k for k in recorded if k.event == undo.event and k.is_recorded), None)
        if cell is None or known is None:
            return  # nothing had been recorded
        cell.scans.remove(known)
        for up in rules.risen(cell.scans, cell.shift):
            up.is_recorded = True
            self._expect(cell, {self._movement(cell, up)[0]}, at=up.at, is_optional=True)
        cell.told = self.row(cell)
        # As taken back, or, where that alone would leave a wrong picture, as what holds now.
        status = cell.told.state if cell.told else "not_scanned"
        self._expect(cell, {"scan_undone", "correction"}, at=known.at, status=status)
        self._hold_again(cell.pupil, cell.day, undo.at)

    # Absence.

    def _run(self, run: f.RunDue) -> None:
        self.runs.add((run.day, run.shift))
        shift = self.shifts[run.shift]
        enrolled = [
            pupil
            for pupil in self.enrolments
            if any(each.key == run.shift for each in self.held(pupil, run.day))
        ]
        cells = [self.cell(pupil, run.day, shift) for pupil in enrolled]
        missing = [cell for cell in cells if self._is_missing(cell)]
        held = 0
        by_class: defaultdict[str, list[str]] = defaultdict(list)
        for pupil in enrolled:
            by_class[str(self.class_of(pupil, run.day))].append(pupil)
        doubts = doubts_of(
            by_class=by_class,
            missing={cell.pupil for cell in missing},
            refused=self.refused[run.day],
            unsure={cell.pupil for cell in missing if self._is_unsure(cell)},
            campus_of={key: each.campus for key, each in self.classes.items()},
            beats=self.beats,
            now=run.at,
        )
        for cell in missing:
            cell.case = Case(doubts=frozenset(doubts[cell.pupil]))
            if cell.case.doubts:
                held += 1
            else:
                self._tell_absence(cell, run.at)
        self.held_alerts += bool(held)

    def _hold_again(self, pupil: str, day: date, now: datetime) -> None:
        """Missing since a scan was taken back, in a shift whose run saw the pupil: it is held."""
        for shift in self.held(pupil, day):
            cell = self.cell(pupil, day, shift)
            case = cell.case
            is_open = case is None or (case.decision == "release" and case.told_at is None)
            if (day, shift.key) in self.runs and is_open and self._is_missing(cell):
                cell.case = Case(doubts=frozenset({"scan_taken_back"}))
                self.held_alerts += now.astimezone(f.ZONE).date() == day

    def _is_unsure(self, cell: Cell) -> bool:
        """A card of the pupil's was suspected today, in whichever shift: it waits for a verdict."""
        of_day = (each for (day, _), each in self.cells[cell.pupil].items() if day == cell.day)
        return any(each.suspects for each in of_day)

    def _is_missing(self, cell: Cell) -> bool:
        """Neither recorded nor excused, nor inside since an earlier shift and not seen leaving."""
        if self.row(cell) is not None or cell.scans:
            return False
        for shift in self.held(cell.pupil, cell.day):
            if cell.shift is not None and shift.starts < cell.shift.starts:
                row = self.row(self.cell(cell.pupil, cell.day, shift))
                if row and row.state in ("present", "late") and row.left_at is None:
                    return False
        return True

    def _tell_absence(self, cell: Cell, now: datetime) -> None:
        assert cell.case is not None
        assert cell.shift is not None
        cell.case.told_at = now
        cell.told = Row(state="absent_unexcused")
        self._expect(cell, {"absence"}, at=f.instant(cell.day, cell.shift.cut_off))

    def _decided(self, decided: f.AbsenceDecided) -> None:
        for pupil in decided.pupils or list(self.cells):
            cell = self.cells[pupil].get((decided.day, decided.shift))
            case = cell.case if cell else None
            if cell is None or case is None or not case.doubts or case.decision is not None:
                continue
            case.decision = decided.decision
            is_open = not self.is_closed(cell.day) and self._is_missing(cell)
            if decided.decision == "release" and is_open:
                self._tell_absence(cell, decided.at)

    # Leave, closures, corrections: what the school decides, also afterwards.

    def _asked(self, asked: f.LeaveAsked) -> None:
        leave = Leave(asked=asked)
        self.leaves[asked.leave] = leave
        self._leaves_of[asked.pupil].append(leave)

    def _leave_decided(self, decided: f.LeaveDecided) -> None:
        leave = self.leaves[decided.leave]
        if leave.state != "pending":
            return
        leave.state = "approved" if decided.is_approved else "rejected"
        if decided.is_approved:
            self._settle([leave.asked.pupil], leave.asked.first, leave.asked.last)
            self._expect_of(leave.asked.pupil, {"leave_decided"}, day=leave.asked.first)
        else:
            self._answer(leave.asked, "leave_decided")

    def _withdrawn(self, withdrawn: f.LeaveWithdrawn) -> None:
        leave = self.leaves[withdrawn.leave]
        asked = leave.asked
        if leave.state != "approved":
            leave.state = "withdrawn"
            return
        leave.withdrawn_at = withdrawn.at
        today = withdrawn.at.astimezone(f.ZONE).date()
        self._settle([asked.pupil], max(asked.first, today), asked.last, but=asked.guardian)
        self._expect_of(asked.pupil, {"leave_decided"}, day=today, but=asked.guardian)

    def _answer(self, asked: f.LeaveAsked | f.Disputed, kind: str) -> None:
        day = asked.first if isinstance(asked, f.LeaveAsked) else asked.day
        self.news[asked.pupil].append(
            News(kinds=frozenset({kind}), at=None, day=day, shift=None, to=(asked.guardian,))
        )

    def _closed(self, closed: f.ClosureDeclared) -> None:
        self.closures[closed.closure] = closed
        self._tell_all("closure", closed.first)
        self._settle(self.enrolments, closed.first, closed.last)

    def _opened(self, opened: f.ClosureEnded) -> None:
        closed = self.closures[opened.closure]
        opens = opened.at.astimezone(f.ZONE).date() + timedelta(days=1)
        self.opens[opened.closure] = opens
        days = [opens + timedelta(days=n) for n in range((closed.last - opens).days + 1)]
        # That there is no school on a Sunday is no news.
        if any(self.has_school(day) for day in days):
            self._tell_all("closure_ended", opens)
        self._settle(self.enrolments, closed.first, closed.last)

    def _tell_all(self, kind: str, day: date) -> None:
        """Each family once, however many children it has here."""
        families = {
            guardian
            for pupil in self.enrolments
            if pupil not in self.gone and self.enrolments[pupil]
            for guardian in self.guardians[pupil]
        }
        for guardian in families:
            self.family_news[guardian].append(
                News(kinds=frozenset({kind}), at=None, day=day, shift=None, to=(guardian,))
            )

    def _corrected(self, said: f.Corrected) -> None:
        if said.is_pending:
            self._pending[said.correction] = said
            return
        self._say(said, said.at)

    def _correction_decided(self, decided: f.CorrectionDecided) -> None:
        said = self._pending.pop(decided.correction)
        if decided.is_approved:
            self._say(said, decided.at)

    def _say(self, said: f.Corrected, at: datetime) -> None:
        if said.shift not in self.states(said.pupil, said.day):
            return  # there is no such shift that day: it is refused
        asked = self._disputes.get(said.dispute or "")
        cell = self.cell(said.pupil, said.day, self.shifts[said.shift])
        cell.verdicts.append(Verdict(at=at, state=said.state, late_minutes=said.late_minutes))
        if asked is not None:
            self._answer(asked, "dispute_answered")
        if said.state == "absent_unexcused" and cell.told is None:
            # Nobody had said a word until a person did.
            cell.told = self.row(cell)
            self._expect(cell, {"absence"}, at=None)
        self._settle(
            [said.pupil], said.day, said.day, but=asked.guardian if asked is not None else None
        )

    def _reviewed(self, reviewed: f.Reviewed) -> None:
        """A rejected scan counts no more, a suspected one from now on; the family hears of it."""
        for event in reviewed.events:
            cell = self._cell_of_event.get(event)
            if cell is None or event not in self._uncertain:
                continue  # nothing that waits for a verdict
            known = next((k for k in cell.scans if k.event == event and k.is_recorded), None)
            suspect = next((k for k in cell.suspects if k.event == event), None)
            if suspect is not None:
                cell.suspects.remove(suspect)
                if reviewed.verdict == "confirm":
                    cell.scans.append(suspect)
            elif known is not None and reviewed.verdict == "reject":
                cell.scans.remove(known)
            else:
                continue
            self._tell_verdict(cell, known or suspect)
            if reviewed.verdict == "reject":
                self._hold_again(cell.pupil, cell.day, reviewed.at)

    def _tell_verdict(self, cell: Cell, known: Known | None) -> None:
        """They had been told of this very scan, whatever the state is after the verdict."""
        if cell.shift is None:
            self._expect(cell, {"scan_undone"}, at=known.at if known else None)
            return
        for up in rules.risen(cell.scans, cell.shift):
            up.is_recorded = True
            self._expect(cell, {"correction"}, at=up.at, is_optional=True)
        self._put_right(cell, self.row(cell) or Row(state="not_scanned"))

    def _settle(
        self, pupils: Iterable[str], first: date, last: date, *, but: str | None = None
    ) -> None:
        """Who was told what is no longer so is told once what is."""
        cells = [cell for pupil in pupils for cell in self.cells[pupil].values()]
        for cell in cells:
            if not first <= cell.day <= last or cell.told is None or cell.shift is None:
                continue
            row = self.row(cell) or Row(state="not_scanned")
            if (row.state, row.late_minutes) != (cell.told.state, cell.told.late_minutes):
                self._put_right(cell, row, but=but)

    def _put_right(self, cell: Cell, row: Row, *, but: str | None = None) -> None:
        cell.told = row
        minutes = row.late_minutes or None
        self._expect(cell, {"correction"}, at=None, but=but, status=row.state, minutes=minutes)

    # People.

    def _disputed(self, disputed: f.Disputed) -> None:
        self._disputes[disputed.dispute] = disputed

    def _answered(self, answered: f.DisputeAnswered) -> None:
        self._answer(self._disputes[answered.dispute], "dispute_answered")

    def _left(self, left: f.TransferredOut) -> None:
        self._expect_of(left.pupil, {"transferred"}, day=left.at.astimezone(f.ZONE).date())
        self.gone[left.pupil] = left.at
        self._end_enrolment(left.pupil, left.last)

    def _came(self, came: f.TransferredIn) -> None:
        self.gone.pop(came.pupil, None)
        self.enrolments[came.pupil].append(f.Enrolment(class_key=came.class_key, first=came.first))

    def _moved(self, moved: f.ClassChanged) -> None:
        self._end_enrolment(moved.pupil, moved.first - timedelta(days=1))
        self.enrolments[moved.pupil].append(
            f.Enrolment(class_key=moved.class_key, first=moved.first)
        )

    def _end_enrolment(self, pupil: str, last: date) -> None:
        held = self.enrolments[pupil].pop()
        if held.first <= last:
            ended = f.Enrolment(class_key=held.class_key, first=held.first, last=last)
            self.enrolments[pupil].append(ended)
