"""What the office, the teachers and the families do: leave, corrections, storms, transfers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from tests.oracle import facts as f
from tests.oracle.gate_script import Moments

RUN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class OfficeSize:
    """`last`: of the story; nobody is away beyond it."""

    last: date
    closures: int


@dataclass(frozen=True, kw_only=True)
class Away:
    """Leave was asked for until `last`; `back`: the last day away, if it is taken back early."""

    last: date
    back: date | None = None


class Office:
    def __init__(self, rng: Random, school: f.School, moments: Moments, size: OfficeSize) -> None:
        self.rng = rng
        self.school = school
        self.moments = moments
        self.part_of_last = "day"
        self._keys = 0
        self._closures = size.closures
        self._last = size.last
        self.to_review: list[str] = []
        self._newcomers = [each.key for each in school.pupils if not each.enrolments]
        self._late_corrections: list[tuple[date, str, f.Shift]] = []
        self._day_number = 0
        self._on_staff_leave: dict[str, date] = {}

    def begin(self, day: date, found: list[f.Happening]) -> None:
        """The morning: a storm, and what the principal does about yesterday."""
        for event in self.to_review:
            verdict = self.rng.choice(["confirm", "confirm", "reject"])
            at = self._at(day, time(10, 20), spread_s=1800)
            found.append(f.Reviewed(at=at, events=(event,), verdict=verdict))
        self.to_review = []
        self._day_number += 1
        if self._closures and self._day_number in (4, 11, 17):
            self._closures -= 1
            declared = self.rng.choice([time(5, 10), time(9, 20)])
            last = day + timedelta(days=self.rng.randrange(2))
            key = self._key("c")
            found.append(
                f.ClosureDeclared(at=self._at(day, declared), closure=key, first=day, last=last)
            )
            if last > day and self.rng.random() < 0.5:  # the sun shines
                found.append(f.ClosureEnded(at=self._at(day, time(16, 40)), closure=key))
        for of, pupil, shift in self._late_corrections[:2]:
            found.append(
                f.Corrected(
                    at=self._at(day, time(10, 5)),
                    correction=self._key("k"),
                    pupil=pupil,
                    day=of,
                    shift=shift.key,
                    state=self.rng.choice(["absent_excused", "present", "absent_unexcused"]),
                    is_pending=of.month != day.month,
                )
            )
            if of.month != day.month:
                found.append(
                    f.CorrectionDecided(
                        at=self._at(day, time(10, 35)),
                        correction=f"k{self._keys}",
                        is_approved=self.rng.random() < 0.7,
                    )
                )
        self._late_corrections = self._late_corrections[2:]

    def end(self, day: date, found: list[f.Happening]) -> None:
        """What is held is decided in the course of the day; staff come and go."""
        for shift in self.school.shifts:
            at = f.instant(day, shift.cut_off) + timedelta(minutes=100)
            decision = self.rng.choice(["release", "release", "drop"])
            found.append(
                f.AbsenceDecided(
                    at=self.moments.at(at), day=day, shift=shift.key, decision=decision
                )
            )
        for each in self.school.staff:
            self._staff_day(day, each, found)

    def moves(self, day: date, class_of: Mapping[str, str]) -> list[f.Happening]:
        """Changes of class and school, before the first bell."""
        found: list[f.Happening] = []
        pupils, classes = sorted(class_of), [each.key for each in self.school.classes]
        if self.rng.random() < 0.5:
            pupil = self.rng.choice(pupils)
            target = self.rng.choice([key for key in classes if key != class_of[pupil]])
            at = self._at(day, time(5, 40))
            found.append(f.ClassChanged(at=at, pupil=pupil, class_key=target, first=day))
            pupils.remove(pupil)
        if self.rng.random() < 0.4:
            pupil = self.rng.choice(pupils)
            last = day - timedelta(days=1)
            self._late_corrections = [each for each in self._late_corrections if each[1] != pupil]
            found.append(f.TransferredOut(at=self._at(day, time(5, 45)), pupil=pupil, last=last))
        if self._newcomers and self.rng.random() < 0.5:
            at = self._at(day, time(5, 50))
            found.append(
                f.TransferredIn(
                    at=at,
                    pupil=self._newcomers.pop(),
                    class_key=self.rng.choice(classes),
                    first=day,
                )
            )
        return found

    def leave(
        self,
        way: str,
        day: date,
        pupil: str,
        guardian: str,
        shifts: list[f.Shift],
        found: list[f.Happening],
    ) -> "Away":
        """Ask for leave around the cut-off of the first shift."""
        rng, key = self.rng, self._key("l")
        cut_off = f.instant(day, shifts[0].cut_off)
        last = day + timedelta(days=rng.choice([0, 0, 0, 0, 1, 2]))
        part = "day" if last > day else rng.choice(["day", "day", "morning", "afternoon"])
        if len(shifts) == 1:
            part = "day"
        self.part_of_last = part
        if way == "leave_before":
            asked = self._at(day, time(5, 20), spread_s=1200)
            decided = asked + timedelta(minutes=rng.randrange(2, 30))
        elif way == "leave_close":
            asked = self._at(day, time(6, 15), spread_s=900)
            decided = cut_off + rng.choice(
                [
                    timedelta(seconds=-1),
                    timedelta(minutes=9),
                    RUN_AFTER - timedelta(seconds=1),
                    RUN_AFTER + timedelta(seconds=1),
                ]
            )
        else:
            asked = self.moments.at(cut_off + timedelta(minutes=rng.randrange(25, 90)))
            decided = asked + timedelta(minutes=rng.randrange(5, 60 * 5))
        found.append(
            f.LeaveAsked(at=asked, leave=key, pupil=pupil, guardian=guardian, first=day,
                         last=last, part=part)
        )  # fmt: skip
        chance = rng.random()
        if chance < 0.08:
            return Away(last=last)  # nobody ever looks at it
        found.append(
            f.LeaveDecided(
                at=self.moments.at(decided),
                leave=key,
                is_approved=chance < 0.92,
                by=rng.choice(["homeroom", "principal"]),
            )
        )
        if chance > 0.8 and chance < 0.92:
            return self._take_back(key, day, last, found)
        return Away(last=last)

    def _take_back(self, leave: str, day: date, last: date, found: list[f.Happening]) -> "Away":
        """Well again: today before the first cut-off and still not there, or a day earlier."""
        if last == day:
            # Approved at dawn and taken back at once: the child is expected, and may not come.
            if self._is_approved_by(leave, day, time(5, 55), found):
                at = self._at(day, time(5, 56), spread_s=180)
                found.append(f.LeaveWithdrawn(at=at, leave=leave))
            return Away(last=last)
        back = day + timedelta(days=1)
        if back > self._last or not self._is_approved_by(leave, day, time(23, 0), found):
            return Away(last=last)
        at = self._at(back, time(5, 30), spread_s=900)
        found.append(f.LeaveWithdrawn(at=at, leave=leave))
        return Away(last=last, back=day)

    @staticmethod
    def _is_approved_by(leave: str, day: date, clock: time, found: list[f.Happening]) -> bool:
        return any(
            isinstance(each, f.LeaveDecided)
            and each.leave == leave
            and each.at < f.instant(day, clock)
            for each in found
        )

    def child_in_class(
        self, day: date, pupil: str, shift: f.Shift, guardian: str, found: list[f.Happening]
    ) -> None:
        """Nobody scanned the child: the family is alarmed, disputes, and the teacher corrects."""
        run = f.instant(day, shift.cut_off) + RUN_AFTER
        said = run + timedelta(minutes=self.rng.randrange(4, 40))
        dispute, answers = None, self.rng.random() < 0.5
        if self.rng.random() < 0.6:
            dispute = self._key("d")
            asked = self.moments.at(said)
            found.append(
                f.Disputed(at=asked, dispute=dispute, pupil=pupil, guardian=guardian, day=day)
            )
            said = asked + timedelta(minutes=3)
            if not answers:
                answered = self.moments.at(said + timedelta(minutes=4))
                found.append(f.DisputeAnswered(at=answered, dispute=dispute, verdict="upheld"))
        state = self.rng.choice(["present", "present", "late"])
        found.append(
            f.Corrected(
                at=self.moments.at(said),
                correction=self._key("k"),
                pupil=pupil,
                day=day,
                shift=shift.key,
                state=state,
                late_minutes=12 if state == "late" else 0,
                by="homeroom",
                dispute=dispute if answers else None,
            )
        )

    def plain_absence(
        self, day: date, pupil: str, shift: f.Shift, guardian: str, found: list[f.Happening]
    ) -> None:
        if self.rng.random() < 0.4:
            self._late_corrections.append((day, pupil, shift))

    def _staff_day(self, day: date, staff: f.Staff, found: list[f.Happening]) -> None:
        rng = self.rng
        if self._on_staff_leave.get(staff.key, day - timedelta(days=1)) >= day:
            return
        if rng.random() < 0.04:
            last = min(day + timedelta(days=rng.choice([0, 0, 1])), self._last)
            part = "day" if last > day else rng.choice(["day", "morning", "afternoon"])
            at = self._at(day, time(5, 5), spread_s=300)
            found.append(
                f.StaffLeave(at=at, leave=self._key("sl"), staff=staff.key, first=day, last=last,
                             part=part)
            )  # fmt: skip
            if part == "day":
                self._on_staff_leave[staff.key] = last
                return
        if rng.random() < 0.02:
            return
        campuses = sorted({phone.campus for phone in self.school.phones})
        shifts = [each for each in self.school.shifts if each.key in staff.shifts]
        stays = [(each.starts, each.ends) for each in shifts]
        if len(stays) > 1 and rng.random() < 0.5:
            stays = [(stays[0][0], stays[-1][1])]
        for starts, ends in stays:
            come = f.instant(day, starts) + timedelta(seconds=rng.randrange(-1500, 420))
            self._check(come, staff, rng.choice(campuses), "in", found)
            if rng.random() > 0.05:
                left = f.instant(day, ends) + timedelta(seconds=rng.randrange(-900, 1500))
                self._check(left, staff, rng.choice(campuses), "out", found)

    def _check(
        self, at: datetime, staff: f.Staff, campus: str, way: str, found: list[f.Happening]
    ) -> None:
        found.append(
            f.CheckedIn(
                at=self.moments.at(at), event=self._key("w"), staff=staff.key, campus=campus,
                direction=way,
            )
        )  # fmt: skip

    def _key(self, kind: str) -> str:
        self._keys += 1
        return f"{kind}{self._keys}"

    def _at(self, day: date, clock: time, *, spread_s: int = 60) -> datetime:
        wish = f.instant(day, clock) + timedelta(seconds=self.rng.randrange(spread_s))
        return self.moments.at(wish)
