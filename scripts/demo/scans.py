"""One person's day at the gate: the scans as the API would have recorded and refused them."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from app.attendance.days import derive, late_minutes
from app.attendance.model import DayRow, Direction, Event, Outcome, PersonKind, past_of
from app.attendance.plan import ZONE, Plan, PlannedShift
from scripts.demo import mornings
from scripts.demo.lots import demo_id

_SEEN_TWICE: Final = 0.006
_POOR_FIX: Final = 0.002
_FORGETS_CARD: Final = 0.006
_UNCERTAIN: Final = 0.003
_OFFLINE: Final = 0.008
_MAIN_GATE: Final = 0.8
_NO_CARD: Final = ("Quên thẻ ở nhà", "Thẻ bị ướt, không quét được", "Mất thẻ, đang chờ cấp lại")


class Post(Struct, frozen=True, kw_only=True):
    """A place to scan at, its phone, and who holds it."""

    station_id: UUID
    campus_id: UUID
    device_id: UUID
    scanned_by: UUID


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who comes and goes, through which gates (the main one first), and when not."""

    id: UUID
    school_id: int
    kind: PersonKind
    shift_ids: list[UUID]
    posts: tuple[Post, ...]
    habits: mornings.Habits
    away: set[date]


class Past(Struct, frozen=True, kw_only=True):
    """What a school's days leave behind."""

    events: list[Event]
    refusals: list[Event]
    days: list[DayRow]


def attend(past: Past, plan: Plan, person: Person, day: date, *, rain: bool) -> None:
    """Add the person's scans of the day, and the states that follow from them."""
    rng = random.Random(f"{person.id} {day}")
    midnight = datetime.combine(day, time(), ZONE)
    events: list[Event] = []
    for shift in plan.shifts_on(day, person.shift_ids):
        moves = mornings.movements(
            rng, _session(shift), person.habits, rain=rain, is_pupil=person.kind == "student"
        )
        at = midnight + timedelta(milliseconds=round(moves.comes * 60_000))
        events.append(_recorded(rng, plan, person, "in", at))
        past.refusals.extend(_refused_around(rng, events[-1]))
        if moves.leaves is not None:
            at = midnight + timedelta(milliseconds=round(moves.leaves * 60_000))
            events.append(_recorded(rng, plan, person, "out", at))
    past.events.extend(events)
    past.days.extend(_derived(plan, person, events))


def _derived(plan: Plan, person: Person, events: list[Event]) -> Iterator[DayRow]:
    for shift_id in dict.fromkeys(event.shift_id for event in events):
        if shift_id is not None:
            history = [past_of(event) for event in events if event.shift_id == shift_id]
            row = derive(plan.shifts[shift_id], history, person_kind=person.kind)
            if row is not None:
                yield row


def _session(shift: PlannedShift) -> mornings.Session:
    return mornings.Session(
        starts=mornings.minutes_of(shift.starts_at),
        late_after=mornings.minutes_of(shift.late_after),
        ends=mornings.minutes_of(shift.ends_at),
    )


def _recorded(
    rng: random.Random, plan: Plan, person: Person, direction: Direction, at: datetime
) -> Event:
    post = person.posts[0] if rng.random() < _MAIN_GATE else rng.choice(person.posts)
    shift = plan.shift_at(at, person.shift_ids)
    is_late = direction == "in" and shift is not None and late_minutes(shift, at) > 0
    waits_s = rng.uniform(60, 900) if rng.random() < _OFFLINE else rng.uniform(0.2, 1.4)
    event = Event(
        school_id=person.school_id,
        day=at.date(),
        id=demo_id("scan", person.id, direction, at, at=at),
        person_kind=person.kind,
        person_id=person.id,
        direction=direction,
        outcome="late" if is_late else "ok",
        source="card" if person.kind == "student" else "station_code",
        shift_id=shift.id if shift else None,
        station_id=post.station_id,
        campus_id=post.campus_id,
        device_id=post.device_id,
        scanned_by=post.scanned_by,
        occurred_at=at,
        scanned_at=at + timedelta(milliseconds=round(rng.gauss(0, 1500))),
        received_at=at + timedelta(seconds=waits_s),
        clock="mono" if person.kind == "student" else "server",
        verdict="inside",
        distance_m=0.0,
    )
    return _with_oddities(rng, event)


def _with_oddities(rng: random.Random, event: Event) -> Event:
    """A forgotten card, or a fix that leaves doubt."""
    if event.source == "card" and rng.random() < _FORGETS_CARD:
        at = event.occurred_at
        return replace(
            event,
            source="mark",
            clock="server",
            scanned_at=at,
            received_at=at,
            reason=rng.choice(_NO_CARD),
        )
    if rng.random() < _UNCERTAIN:
        metres = round(rng.uniform(51, 90), 1)
        return replace(event, outcome="geo_uncertain", verdict="geo_uncertain", distance_m=metres)
    return event


def _refused_around(rng: random.Random, came: Event) -> list[Event]:
    """Refused before the good scan for a poor fix, or after it as seen already."""
    if came.source != "card":
        return []
    lot = rng.random()
    if lot < _SEEN_TWICE:
        return [_refused(came, "duplicate", rng.uniform(2, 90), verdict=None, distance_m=None)]
    if lot < _SEEN_TWICE + _POOR_FIX:
        return [
            _refused(
                came,
                "need_better_fix",
                -rng.uniform(6, 25),
                verdict="need_better_fix",
                distance_m=round(rng.uniform(0, 60), 1),
            )
        ]
    return []


def _refused(
    came: Event,
    outcome: Outcome,
    later_s: float,
    *,
    verdict: str | None,
    distance_m: float | None,
) -> Event:
    by = timedelta(milliseconds=round(later_s * 1000))
    at = came.occurred_at + by
    return replace(
        came,
        id=demo_id("scan", came.person_id, outcome, at, at=at),
        outcome=outcome,
        occurred_at=at,
        scanned_at=came.scanned_at + by,
        received_at=came.received_at + by,
        verdict=verdict,
        distance_m=distance_m,
    )
