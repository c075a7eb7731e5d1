"""What pupils do on a school day: come, come late, stay away for a reason or for none."""

from collections import Counter
from datetime import date, timedelta
from random import Random

from tests.oracle import facts as f
from tests.oracle.gate_script import GateDay, Moments
from tests.oracle.office_script import Office

ABSENT = 0.05
# So many may be missing before doubt about a whole class or school begins, with room to spare.
OF_A_CLASS, OF_A_SHIFT = 0.2, 0.09
TRIP = 0.42
WAYS = {
    "leave_before": 34,
    "leave_close": 16,
    "leave_late": 14,
    "plain": 14,
    "unseen": 8,
    "after_alert": 14,
}


class PupilDays:
    """Plays one day after another; it remembers who has moved, left, or is away for days."""

    def __init__(self, rng: Random, school: f.School, moments: Moments) -> None:
        self.rng = rng
        self.moments = moments
        self.school = school
        self.classes = {each.key: each for each in school.classes}
        self.shifts = {each.key: each for each in school.shifts}
        self.class_of = {
            each.key: each.enrolments[0].class_key for each in school.pupils if each.enrolments
        }
        self.guardian_of = {each.key: each.guardians[0] for each in school.pupils}
        self.away_until: dict[str, date] = {}
        self.comes_on: dict[str, date] = {}
        """Whose leave is taken back that morning: who would ask for it again?"""
        self._phones: dict[str, list[str]] = {}
        for phone in school.phones:
            self._phones.setdefault(phone.campus, []).append(phone.key)

    def play(self, day: date, gate: GateDay, office: Office, found: list[f.Happening]) -> None:
        self._move(day, office, found)
        missing: Counter[str] = Counter()
        sizes = Counter(
            key for own in self.class_of.values() for key in (own, *self.classes[own].shifts)
        )
        trip = self.rng.choice(self.school.classes).key if self.rng.random() < 0.15 else None
        for pupil, own in self.class_of.items():
            if self.away_until.get(pupil, day - timedelta(days=1)) >= day:
                missing.update((own, *self.classes[own].shifts))
                continue
            if own == trip and missing[own] < TRIP * sizes[own]:
                missing.update((own, *self.classes[own].shifts))
                continue
            is_full = missing[own] + 1 > OF_A_CLASS * sizes[own] or any(
                missing[key] + 1 > OF_A_SHIFT * sizes[key] for key in self.classes[own].shifts
            )
            is_back = self.comes_on.get(pupil) == day
            if self.rng.random() < ABSENT and not is_full and not is_back:
                missing.update((own, *self.classes[own].shifts))
                self._absent(day, pupil, gate, office, found)
            else:
                self._present(pupil, gate)
        office.to_review = gate.doubtful

    def _move(self, day: date, office: Office, found: list[f.Happening]) -> None:
        """Before school: who is in another class from today, who came, who has gone yesterday."""
        for change in office.moves(day, self.class_of):
            found.append(change)
            if isinstance(change, f.TransferredOut):
                del self.class_of[change.pupil]
            elif isinstance(change, f.TransferredIn | f.ClassChanged):
                self.class_of[change.pupil] = change.class_key

    def _phone(self, pupil: str) -> str:
        return self.rng.choice(self._phones[self.classes[self.class_of[pupil]].campus])

    def _present(self, pupil: str, gate: GateDay) -> None:
        for key in self.classes[self.class_of[pupil]].shifts:
            self._attend(pupil, self.shifts[key], gate)

    def _attend(self, pupil: str, shift: f.Shift, gate: GateDay, *, late_s: int = 0) -> None:
        """In and out, with what goes wrong at a gate."""
        rng, phone = self.rng, self._phone(pupil)
        come = -rng.randrange(180, 1500)
        if rng.random() < 0.05:
            come = rng.randrange(60, 1500)
        come = late_s or come
        came = gate.at(shift.starts, plus_s=come)
        chance = rng.random()
        if chance < 0.015:
            gate.scan(pupil, "in", came - timedelta(seconds=40), phone, fix="outside")
        elif chance < 0.03:
            wrong = gate.scan(pupil, "out", came - timedelta(seconds=150), phone)
            gate.undo(wrong, phone)
            # Made after the other was taken back, so that the two do not cross on the way.
            came += timedelta(seconds=120)
        fix = "none" if rng.random() < 0.02 else "inside"
        gate.scan(pupil, "in", came, phone, fix=fix)
        if rng.random() < 0.04:  # held before the phone twice
            gate.scan(pupil, "in", came + timedelta(seconds=rng.randrange(20, 90)), phone)
        if rng.random() < 0.008:  # somebody has copied the card
            other = rng.choice(self._elsewhere(phone))
            at = came + timedelta(seconds=rng.randrange(10, 50))
            gate.doubtful.append(gate.scan(pupil, "out", at, other))
        self._go(pupil, shift, gate, came_s=come)

    def _elsewhere(self, phone: str) -> list[str]:
        """Phones of the other campus."""
        return [key for keys in self._phones.values() if phone not in keys for key in keys]

    def _go(self, pupil: str, shift: f.Shift, gate: GateDay, *, came_s: int) -> None:
        rng, chance = self.rng, self.rng.random()
        if chance < 0.02 and came_s < 3000:  # to the dentist and back
            gate.scan(pupil, "out", gate.at(shift.starts, plus_s=7200), self._phone(pupil))
            back = 9000 + rng.randrange(600)
            gate.scan(pupil, "in", gate.at(shift.starts, plus_s=back), self._phone(pupil))
        if chance > 0.95:
            return  # nobody saw the child leave
        leave = rng.randrange(0, 900)
        if chance > 0.93:
            leave = -rng.randrange(600, 3600)
        phone = self._phone(pupil)
        left = gate.at(shift.ends, plus_s=leave)
        gate.scan(pupil, "out", left, phone)
        if rng.random() < 0.02:
            gate.scan(pupil, "out", left + timedelta(seconds=30), phone)

    def _absent(
        self, day: date, pupil: str, gate: GateDay, office: Office, found: list[f.Happening]
    ) -> None:
        (way,) = self.rng.choices(list(WAYS), weights=list(WAYS.values()))
        shifts = [self.shifts[key] for key in self.classes[self.class_of[pupil]].shifts]
        if way.startswith("leave"):
            asked = office.leave(way, day, pupil, self.guardian_of[pupil], shifts, found)
            last = asked.last
            if last > day:
                self.away_until[pupil] = asked.back or last
            if asked.back:
                self.comes_on[pupil] = asked.back + timedelta(days=1)
            if self.rng.random() < 0.1 and way == "leave_before" and last == day:
                self._present(pupil, gate)  # better by the morning
            elif len(shifts) > 1 and office.part_of_last == "morning":
                self._attend(pupil, shifts[1], gate)
            elif len(shifts) > 1 and office.part_of_last == "afternoon":
                self._attend(pupil, shifts[0], gate)
        elif way == "unseen":
            office.child_in_class(day, pupil, shifts[0], self.guardian_of[pupil], found)
            gate.scan(pupil, "out", gate.at(shifts[0].ends, plus_s=300), self._phone(pupil))
            for shift in shifts[1:]:
                self._attend(pupil, shift, gate)
        elif way == "after_alert":
            for shift in shifts:
                self._attend(pupil, shift, gate, late_s=self.rng.randrange(3000, 7200))
        else:
            office.plain_absence(day, pupil, shifts[0], self.guardian_of[pupil], found)
            if self.rng.random() < 0.2:  # somebody was taken for this pupil
                wrong = gate.at(shifts[0].starts, plus_s=-self.rng.randrange(300, 900))
                phone = self._phone(pupil)
                gate.undo(gate.scan(pupil, "in", wrong, phone), phone)
