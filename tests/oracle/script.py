"""A seeded random story of a school: pupils, families, phones, illness, storms and mistakes.

The same seed gives the same story, whatever has changed elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from tests.oracle import facts as f
from tests.oracle.gate_script import GateDay, Moments, PhoneDay
from tests.oracle.office_script import Office, OfficeSize
from tests.oracle.pupil_script import PupilDays

MORNING = f.Shift(
    key="morning", starts=time(7), ends=time(11, 30), late_after=time(7, 5), cut_off=time(7, 30)
)
AFTERNOON = f.Shift(
    key="afternoon", starts=time(13), ends=time(17), late_after=time(13, 5), cut_off=time(13, 30)
)
RUN_AFTER = timedelta(minutes=15)
TURNS = (("morning",), ("afternoon",), ("morning", "afternoon"))


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the school is and which days are played."""

    first: date
    last: date
    classes: int = 6
    class_size: int = 20
    phones: int = 2
    """A campus."""
    staff: int = 9
    closures: int = 1
    holidays: frozenset[date] = frozenset()
    flush: timedelta = timedelta(minutes=2)
    shuffled: bool = False
    """Scans reach the server late and in any order, and mostly twice."""


def story(seed: int, size: Size) -> f.Story:
    """The school and all that happens there, the first happening first."""
    rng = Random(seed)
    school = _school(rng, size)
    told = f.Story(seed=seed, school=school, first=size.first, last=size.last)
    moments = Moments()
    pupils = PupilDays(rng, school, moments)
    office = Office(rng, school, moments, OfficeSize(last=size.last, closures=size.closures))
    phones = {each.key: _PhoneLife(each) for each in school.phones}
    for day in told.days:
        if day.isoweekday() == 7 or day in school.holidays:
            continue
        told.happenings.extend(_day(rng, told, day, moments, phones, pupils, office, size))
    told.happenings.sort(key=lambda each: each.at)
    return told


def _day(
    rng: Random,
    told: f.Story,
    day: date,
    moments: Moments,
    phones: "dict[str, _PhoneLife]",
    pupils: PupilDays,
    office: Office,
    size: Size,
) -> list[f.Happening]:
    # What must happen at its very second is put down first.
    found: list[f.Happening] = [
        f.RunDue(at=moments.at(f.instant(day, shift.cut_off) + RUN_AFTER), day=day, shift=shift.key)
        for shift in told.school.shifts
    ]
    incident = rng.choice(["silent", "pending", "unopened", None, None, None, None])
    dark_campus = rng.choice([each.campus for each in told.school.phones])
    plans = [phones[each.key].day(rng, day, size.flush) for each in told.school.phones]
    gate = GateDay(rng, day, plans, moments, shuffled=size.shuffled)
    office.begin(day, found)
    pupils.play(day, gate, office, found)
    found += gate.happenings()
    for plan in plans:
        is_hit = plan.phone.campus == dark_campus
        found += _beats(told.school, day, plan, moments, incident if is_hit else None)
    office.end(day, found)
    return found


def _school(rng: Random, size: Size) -> f.School:
    campuses = ("main", "second")
    classes = tuple(
        f.Class(key=f"7A{n}", campus=campuses[n % 3 == 2], shifts=TURNS[n % 3])
        for n in range(size.classes)
    )
    pupils: list[f.Pupil] = []
    for n in range(size.classes * size.class_size):
        enrolled = f.Enrolment(class_key=classes[n % size.classes].key, first=date(2026, 9, 5))
        # Every ninth shares a mother with the pupil before, every fourth has two guardians.
        own = f"g{n - 1 if n % 9 == 8 else n}"
        guardians = (own, f"h{n}") if n % 4 == 0 else (own,)
        pupils.append(f.Pupil(key=f"p{n}", enrolments=(enrolled,), guardians=guardians))
    pupils += [f.Pupil(key=f"new{n}", enrolments=(), guardians=(f"n{n}",)) for n in range(3)]
    phones = tuple(
        # Two phones at each gate, and the last of a campus at a gate of its own.
        f.Phone(key=f"{campus}-{n}", gate=f"{campus}-gate-{n // 2}", campus=campus)
        for campus in campuses
        for n in range(size.phones)
    )
    staff = tuple(f.Staff(key=f"s{n}", shifts=TURNS[rng.randrange(3)]) for n in range(size.staff))
    return f.School(
        shifts=(MORNING, AFTERNOON),
        classes=classes,
        phones=phones,
        pupils=tuple(pupils),
        staff=staff,
        holidays=size.holidays,
    )


class _PhoneLife:
    """A phone from day to day: now and then it starts again, or its clock is set wrong."""

    def __init__(self, phone: f.Phone) -> None:
        self.phone = phone
        self._boot = 1

    def day(self, rng: Random, day: date, flush: timedelta) -> PhoneDay:
        at: Callable[[int, int], time] = time
        self._boot += rng.random() < 0.5
        boots = [(f.instant(day, at(0, 0)), self._boot)]
        dark = []
        if rng.random() < 0.25:
            since = f.instant(day, rng.choice([at(6, 45), at(11, 20), at(12, 40), at(16, 50)]))
            until = since + timedelta(minutes=rng.randrange(5, 100))
            dark.append((since, until))
            if rng.random() < 0.5:  # the battery was dead, or it was put off and on again
                self._boot += 1
                boots.append((since + (until - since) / 2, self._boot))
        wrong = timedelta(minutes=rng.choice([0, 0, 0, 0, -1, 1, 9, -35, 600]))
        return PhoneDay(phone=self.phone, flush=flush, wrong=wrong, boots=boots, dark=dark)


def _beats(
    school: f.School, day: date, plan: PhoneDay, moments: Moments, incident: str | None
) -> list[f.Happening]:
    """Open before the bell, alive right before each cut-off's run, closed in the evening."""
    if incident == "unopened":
        return []
    key = plan.phone.key
    found: list[f.Happening] = [f.Beat(at=moments.at(f.instant(day, time(6, 10))), phone=key)]
    for number, shift in enumerate(school.shifts):
        at = f.instant(day, shift.cut_off) + RUN_AFTER - timedelta(seconds=30)
        waiting = 0
        if number == 0 and incident == "silent":
            continue
        if number == 0 and incident == "pending":
            waiting = 4
        found.append(
            f.Beat(
                at=moments.at(at),
                phone=key,
                pending=waiting,
                oldest_at=at - timedelta(minutes=20) if waiting else None,
            )
        )
    found.append(f.Beat(at=moments.at(f.instant(day, time(21, 30))), phone=key, closed=True))
    return found
