"""Who comes to which gate when on a replayed morning, and what goes wrong on the way."""

import random
from datetime import date
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from scripts.demo import mornings
from scripts.demo.cast import Cast, Child, Gate
from scripts.demo.lots import draws

OPENS_MIN: Final = 6 * 60 + 30
LASTS_S: Final = 50 * 60
_STAYS_AWAY: Final = 0.025
_HELD_TWICE: Final = 0.02
_FAR_OFF: Final = 0.006
_FORGOT_CARD: Final = 0.008
_TOLERANCE_MIN: Final = 5
_ENDS_MIN: Final = 12 * 60
_OUTAGE_S: Final = (4 * 60, 8 * 60)

Kind = Literal["scan", "again", "far_off", "mark"]


class Turn(Struct, frozen=True, kw_only=True):
    """A pupil in front of a gate's phone, so many seconds after 06:30.

    `again`: held up a second time. `far_off`: the phone's fix is outside the fence. `mark`: no
    card, the guard marks by name.
    """

    at_s: float
    kind: Kind
    child: Child


class GateMorning(Struct, frozen=True, kw_only=True):
    """One gate's turns in order, and the seconds from and to which its phone has no network."""

    gate: Gate
    turns: list[Turn]
    outage: tuple[float, float]


def mornings_of(cast: Cast, day: date) -> list[GateMorning]:
    """The same people in the same order however often it is asked for on one day."""
    rng = draws("morning", day)
    turns: dict[UUID, list[Turn]] = {}
    rain = mornings.is_rainy(draws("weather", day))
    for child in cast.children:
        is_here = rng.random() >= _STAYS_AWAY
        if child.starts_at is None or child.starts_at.hour >= 12 or not is_here:
            continue
        gates = cast.gates_of(child)
        gate = gates[0] if rng.random() < 0.6 else rng.choice(gates)
        turns.setdefault(gate.station_id, []).extend(_turns_of(rng, child, rain=rain))
    return [
        GateMorning(
            gate=gate,
            turns=sorted(turns[gate.station_id], key=lambda turn: turn.at_s),
            outage=_outage(rng),
        )
        for gate in cast.gates
        if gate.station_id in turns
    ]


def _turns_of(rng: random.Random, child: Child, *, rain: bool) -> list[Turn]:
    at_s = _arrival_s(rng, child, rain=rain)
    lot = rng.random()
    if lot < _FORGOT_CARD:
        return [Turn(at_s=at_s, kind="mark", child=child)]
    came = Turn(at_s=at_s, kind="scan", child=child)
    if lot < _FORGOT_CARD + _FAR_OFF:
        return [Turn(at_s=max(0, at_s - 40), kind="far_off", child=child), came]
    if lot < _FORGOT_CARD + _FAR_OFF + _HELD_TWICE:
        return [came, Turn(at_s=at_s + rng.uniform(3, 60), kind="again", child=child)]
    return [came]


def _arrival_s(rng: random.Random, child: Child, *, rain: bool) -> float:
    starts = mornings.minutes_of(child.starts_at) if child.starts_at else 0
    session = mornings.Session(starts=starts, late_after=starts + _TOLERANCE_MIN, ends=_ENDS_MIN)
    while True:
        moves = mornings.movements(
            rng, session, mornings.pupil_habits(rng), rain=rain, is_pupil=True
        )
        at_s = (moves.comes - OPENS_MIN) * 60
        if 0 <= at_s < LASTS_S - 90:
            return at_s


def _outage(rng: random.Random) -> tuple[float, float]:
    begins = rng.uniform(8 * 60, 28 * 60)
    return begins, begins + rng.uniform(*_OUTAGE_S)
