"""Oracles with one rule broken: each must differ from the product, or that rule is not compared."""

from dataclasses import replace
from datetime import date, datetime

from tests.oracle import facts as f
from tests.oracle.oracle import Oracle


class ForgetsLeave(Oracle):
    def has_leave(self, pupil: str, day: date, shift: f.Shift) -> bool:
        return False


class ForgetsUndo(Oracle):
    def _undone(self, undo: f.Undone) -> None:
        return


class NeverDoubts(Oracle):
    """Tells every absence at the cut-off."""

    def _run(self, run: f.RunDue) -> None:
        super()._run(run)
        for cells in list(self.cells.values()):
            cell = cells.get((run.day, run.shift))
            if cell is not None and cell.case is not None and cell.case.told_at is None:
                self._tell_absence(cell, run.at)


class IgnoresStorms(Oracle):
    def is_closed(self, day: date) -> bool:
        return day in self.school.holidays


class IgnoresCorrections(Oracle):
    def _say(self, said: f.Corrected, at: datetime) -> None:
        return


class IgnoresReviews(Oracle):
    def _reviewed(self, reviewed: f.Reviewed) -> None:
        return


class IgnoresTransfers(Oracle):
    def _left(self, left: f.TransferredOut) -> None:
        return


class ForgetsWhoMoved(Oracle):
    def _moved(self, moved: f.ClassChanged) -> None:
        return


class WithoutTolerance(Oracle):
    def __init__(self, story: f.Story) -> None:
        strict = tuple(replace(each, late_after=each.starts) for each in story.school.shifts)
        super().__init__(replace(story, school=replace(story.school, shifts=strict)))


class EarlyRun(Oracle):
    """Decides at the cut-off itself, fifteen minutes too early."""

    def hear(self, happening: f.Happening) -> None:
        day = happening.at.astimezone(f.ZONE)
        for shift in self.school.shifts:
            is_due = day.time() >= shift.cut_off and (day.date(), shift.key) not in self.runs
            if is_due and day.date().isoweekday() in shift.weekdays:
                at = f.instant(day.date(), shift.cut_off)
                self._run(f.RunDue(at=at, day=day.date(), shift=shift.key))
        if not isinstance(happening, f.RunDue):
            super().hear(happening)


SABOTAGE: tuple[type[Oracle], ...] = (
    ForgetsLeave,
    ForgetsUndo,
    NeverDoubts,
    IgnoresStorms,
    IgnoresCorrections,
    IgnoresReviews,
    IgnoresTransfers,
    ForgetsWhoMoved,
    WithoutTolerance,
    EarlyRun,
)
