"""When people come and go: the lots of one person, shift by shift. Minutes are within a day."""

import random
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Final

from msgspec import Struct

# Of a hundred school days of an average pupil.
_LATE_DRY: Final = 0.023
_LATE_RAIN: Final = 0.052
_RAINY_DAYS: Final = 0.28
_FALLS_ILL: Final = 0.0085
_ILL_DAYS: Final = ((1, 2, 3, 4, 5, 7), (34, 28, 18, 10, 7, 3))
_ODD_DAY: Final = 0.005
_LEAVES_EARLY: Final = 0.004
_FORGETS_TO_LEAVE: Final = 0.05


class Session(Struct, frozen=True, kw_only=True):
    """A shift as minutes of the day."""

    starts: float
    late_after: float
    ends: float


class Habits(Struct, frozen=True, kw_only=True):
    """What a person does more or less than others; 1 is the average."""

    lateness: float
    earliness_min: float


class Movements(Struct, frozen=True, kw_only=True):
    """Minutes of the day; None: no scan."""

    comes: float
    leaves: float | None


def minutes_of(at: time) -> float:
    return at.hour * 60 + at.minute


def is_rainy(rng: random.Random) -> bool:
    return rng.random() < _RAINY_DAYS


def pupil_habits(rng: random.Random) -> Habits:
    # Log-normal with mean 1: a few pupils are late every week, most nearly never.
    return Habits(lateness=rng.lognormvariate(-0.405, 0.9), earliness_min=rng.gauss(11.5, 3))


def staff_habits(rng: random.Random) -> Habits:
    return Habits(lateness=rng.lognormvariate(-0.405, 0.9) * 0.3, earliness_min=rng.gauss(19, 4))


def away_days(rng: random.Random, days: Sequence[date], *, often: float = 1.0) -> set[date]:
    """The days on which a person is ill, in streaks, or simply not there."""
    away: set[date] = set()
    for day in days:
        if rng.random() < _FALLS_ILL * often:
            length = rng.choices(_ILL_DAYS[0], _ILL_DAYS[1])[0]
            away.update(day + timedelta(days=i) for i in range(length))
        elif rng.random() < _ODD_DAY * often:
            away.add(day)
    return away


def movements(
    rng: random.Random, session: Session, habits: Habits, *, rain: bool, is_pupil: bool
) -> Movements:
    comes = _arrival(rng, session, habits, rain=rain)
    if rng.random() < _FORGETS_TO_LEAVE:
        return Movements(comes=comes, leaves=None)
    if is_pupil and rng.random() < _LEAVES_EARLY:
        leaves = rng.uniform(max(session.starts + 60, comes + 20), session.ends - 25)
    else:
        leaves = session.ends + 0.5 + min(rng.expovariate(1 / 6), 40)
    return Movements(comes=comes, leaves=leaves)


def _arrival(rng: random.Random, session: Session, habits: Habits, *, rain: bool) -> float:
    if rng.random() < (_LATE_RAIN if rain else _LATE_DRY) * habits.lateness:
        return session.late_after + 0.2 + min(rng.expovariate(1 / 7), 50)
    while True:
        before = rng.gauss(habits.earliness_min - 2 * rain, 5)
        comes = session.starts - before
        if session.starts - 40 < comes < session.late_after:
            return comes
