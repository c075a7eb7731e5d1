"""Whatever is scanned and however it arrives, the days are those of all genuine scans.

Every example is sent to two instances of the API on one real PostgreSQL, in waves of concurrent
requests: late, repeated, in any order and grouping, over midnight, some taken back. All at one
station: what is suspected of being in two places changes no state, and may depend on the order.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, cast
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from app import db
from app.attendance.rebuild import rebuild
from app.settings import Settings
from mobile_api.resources import Resources
from tests.app.attendance.family import Message, is_believed, message_of, standing
from tests.app.attendance.oracle import Day, Seen, Shift, day_of, movements_of
from tests.conftest import HANOI, Clock, app_on, open_test_resources
from tests.gate import Gate
from tests.world import School, Student, World

DAY = date(2026, 11, 16)
SENT_FROM = datetime(2026, 11, 16, 23, 59, 45, tzinfo=HANOI)
WAVES = 4
MORNING = Shift(
    opens=time(5), starts=time(7), late_after=time(7, 5), ends=time(11, 30), closes=time(12, 15)
)
AFTERNOON = Shift(
    opens=time(12, 15), starts=time(13), late_after=time(13, 10), ends=time(17), closes=time(21)
)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One sending of a scan: in which wave, through which instance, in which of its requests."""

    wave: int
    api: int
    request: int
    place: int


@dataclass(frozen=True, kw_only=True)
class Move:
    """A scan to be made. `undo_after`: waves to wait before it is taken back; None: it is not."""

    pupil: int
    direction: Literal["in", "out"]
    at: datetime
    phone: int
    fix: Literal["inside", "none", "outside"]
    deliveries: list[Delivery]
    undo_after: int | None


# Around the bells, the middle of the break and the ends of the day, and a little apart or not.
_HOURS = (
    "04:59:58", "05:00", "06:40", "06:59:57", "07:05", "07:20", "09:00", "10:30", "11:29:58",
    "12:05", "12:14:58", "12:40", "12:59:58", "13:10", "13:30", "16:59:59", "17:05", "20:59:59",
    "23:59",
)  # fmt: skip
_APART_S = (0, 0, 1, 2, 4, 5, 6, 30, 59)
_DELIVERIES = st.builds(
    Delivery,
    wave=st.integers(0, WAVES - 1),
    api=st.integers(0, 1),
    request=st.integers(0, 1),
    place=st.integers(0, 99),
)


@st.composite
def schedules(draw: st.DrawFn, *, most: int) -> list[Move]:
    """Scans at a few moments of a day: where they are few, one scan changes what another means."""
    moments = draw(st.lists(st.sampled_from(_HOURS), min_size=1, max_size=4, unique=True))
    return draw(st.lists(_moves(moments), min_size=2, max_size=most))


@st.composite
def _moves(draw: st.DrawFn, moments: list[str]) -> Move:
    at = datetime.combine(DAY, time.fromisoformat(draw(st.sampled_from(moments))), HANOI)
    return Move(
        pupil=draw(st.sampled_from([0, 0, 0, 1])),
        direction=draw(st.sampled_from(["in", "out"])),
        at=min(at + timedelta(seconds=draw(st.sampled_from(_APART_S))), SENT_FROM),
        phone=draw(st.integers(0, 1)),
        fix=draw(st.sampled_from(["inside", "inside", "inside", "none", "outside"])),
        deliveries=draw(st.lists(_DELIVERIES, min_size=1, max_size=3)),
        undo_after=draw(st.sampled_from([None, None, None, 0, 1])),
    )


@st.composite
def late_news(draw: st.DrawFn) -> list[Move]:
    """A few scans of one pupil's morning, one a wave: each is judged on what was told before."""
    hours = draw(st.permutations(("06:50", "07:03", "07:20", "09:00", "10:30")))
    return [
        Move(
            pupil=0,
            direction=draw(st.sampled_from(["in", "in", "out"])),
            at=datetime.combine(DAY, time.fromisoformat(hour), HANOI),
            phone=draw(st.integers(0, 1)),
            fix="inside",
            deliveries=[Delivery(wave=wave, api=draw(st.integers(0, 1)), request=0, place=0)],
            undo_after=draw(st.sampled_from([None, None, 0, 1])),
        )
        for wave, hour in enumerate(hours[:WAVES])
    ]


@dataclass(kw_only=True)
class Run:
    """One schedule on its way through the API."""

    school: School
    pupils: list[Student]
    gates: dict[tuple[int, int], Gate]
    """By phone and instance."""
    moves: list[Move]
    scans: list[dict[str, Any]]
    answers: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    undone: set[str] = field(default_factory=set)

    async def deliver(self, clock: Clock) -> None:
        for wave in range(WAVES + 1):
            clock.now = SENT_FROM + timedelta(seconds=10 * wave)
            await asyncio.gather(*self._requests(wave), *self._undos(wave))

    def _requests(self, wave: int) -> list[Any]:
        batches: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
        for number, move in enumerate(self.moves):
            for sent in move.deliveries:
                if sent.wave == wave:
                    key = (move.phone, sent.api, sent.request)
                    batches[key].append((sent.place, number))
        return [
            self._send(phone, api, [number for _, number in sorted(numbers)])
            for (phone, api, _), numbers in batches.items()
        ]

    async def _send(self, phone: int, api: int, numbers: list[int]) -> None:
        scans = [self.scans[number] for number in numbers]
        for result in await self.gates[phone, api].results(*scans):
            self.answers[result["event_id"]].append(result)

    def _undos(self, wave: int) -> list[Any]:
        return [
            self._undo(move.phone, self.scans[number]["event_id"])
            for number, move in enumerate(self.moves)
            if move.undo_after is not None
            and min(sent.wave for sent in move.deliveries) + move.undo_after == wave
        ]

    async def _undo(self, phone: int, event_id: str) -> None:
        gate = self.gates[phone, phone % 2]
        answer = await gate.api.post(
            f"/v1/attendance/scans/{event_id}/undo", headers=gate.who.headers
        )
        # What was not recorded, or not yet, cannot be taken back.
        assert answer.status_code in (200, 404), answer.text
        if answer.status_code == 200:
            self.undone.add(event_id)

    async def resend(self) -> None:
        """All once more, phone by phone."""
        for phone in {move.phone for move in self.moves}:
            numbers = [n for n, move in enumerate(self.moves) if move.phone == phone]
            await self._send(phone, 0, numbers)

    def expected(self) -> dict[tuple[UUID, UUID], Day]:
        """By pupil and shift, from all that was genuine and not taken back."""
        days = {}
        for number, pupil in enumerate(self.pupils):
            for shift_id, shift in self.shifts.items():
                day = day_of(shift, self._genuine(number))
                if day is not None:
                    days[pupil.id, shift_id] = day
        return days

    def movements(self) -> list[set[str]]:
        """The event ids of each coming and going of each pupil."""
        return [
            {str(scan.event_id) for scan in movement}
            for number in range(len(self.pupils))
            for shift in self.shifts.values()
            for movement in movements_of(shift, self._genuine(number))
        ]

    def scans_of(self, pupil: int, shift: Shift) -> set[str]:
        """The event ids of one pupil's shift."""
        return {
            scan["event_id"]
            for move, scan in zip(self.moves, self.scans, strict=True)
            if move.pupil == pupil and shift.opens <= move.at.time() < shift.closes
        }

    def _genuine(self, pupil: int) -> list[Seen]:
        return [
            Seen(at=move.at, event_id=UUID(scan["event_id"]), direction=move.direction)
            for move, scan in zip(self.moves, self.scans, strict=True)
            if move.pupil == pupil and move.fix != "outside" and scan["event_id"] not in self.undone
        ]

    @property
    def shifts(self) -> dict[UUID, Shift]:
        return {self.school.morning_id: MORNING, self.school.class_id: AFTERNOON}


class Lab:
    """Makes a school for each example, and looks at what its scans have left behind."""

    def __init__(self, apis: list[httpx.AsyncClient], world: World, clock: Clock) -> None:
        self.apis, self.world, self.clock = apis, world, clock

    async def begin(self, moves: list[Move]) -> Run:
        self.clock.now = SENT_FROM
        school = await self.world.school()
        # The afternoon's id is the class's: any id will do.
        await self.world.owner.execute(
            "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off,"
            " weekdays) values ($1, $2, 'Ca chiều', '13:00', '17:00', '13:10', '13:30', '{1,2}')",
            school.id,
            school.class_id,
        )
        await self.world.owner.execute(
            "insert into class_shift values ($1, $2, $2)", school.id, school.class_id
        )
        pupils = [await self.world.student(school) for _ in range(2)]
        guards = [await self.world.staff(school) for _ in range(2)]
        gates = {
            (phone, number): Gate(api, self.clock, school, guard)
            for phone, guard in enumerate(guards)
            for number, api in enumerate(self.apis)
        }
        scans = [self._scan(move, gates[move.phone, 0], pupils[move.pupil]) for move in moves]
        return Run(school=school, pupils=pupils, gates=gates, moves=moves, scans=scans)

    def _scan(self, move: Move, gate: Gate, pupil: Student) -> dict[str, Any]:
        location = {
            "inside": gate.school.location(move.at),
            "none": None,
            "outside": gate.school.location(move.at, lat=16.48),
        }[move.fix]
        return gate.scan(pupil.token, move.direction, at=move.at, location=location)

    async def days(self, run: Run) -> dict[tuple[UUID, UUID], Day]:
        rows = await self.world.owner.fetch(
            "select * from attendance_day where school_id = $1", run.school.id
        )
        return {
            (row["person_id"], row["shift_id"]): Day(
                state=row["state"],
                late_minutes=row["late_minutes"],
                arrived_at=row["arrived_at"],
                left_at=row["left_at"],
            )
            for row in rows
        }

    async def events(self, run: Run, sql: str) -> Counter[str]:
        """How often each event id stands there."""
        return Counter(str(row[0]) for row in await self.world.owner.fetch(sql, run.school.id))

    async def told(self, run: Run) -> list[Message]:
        """The messages, in the order in which they are told."""
        rows = await self.world.owner.fetch(
            "select event_id, kind, params from outbox where school_id = $1 order by id",
            run.school.id,
        )
        scans = {scan["event_id"] for scan in run.scans}
        return [message_of(str(row["event_id"]), row["kind"], row["params"], scans) for row in rows]


@pytest.fixture
async def lab(app: Litestar, world: World, settings: Settings, clock: Clock) -> AsyncIterator[Lab]:
    async with open_test_resources(settings, clock) as opened:
        clients = [
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=cast(Any, each)), base_url="http://t"
            )
            for each in (app, app_on(opened, number=1))
        ]
        yield Lab(clients, world, clock)
        for client in clients:
            await client.aclose()


async def check(lab: Lab, resources: Resources, moves: list[Move]) -> None:
    run = await lab.begin(moves)
    await run.deliver(lab.clock)

    assert await lab.days(run) == run.expected()
    async with db.transaction(resources.pool, schools=[run.school.id]) as conn:
        assert (
            await rebuild(
                conn,
                school_id=run.school.id,
                from_day=DAY,
                to_day=DAY + timedelta(days=1),
                check=True,
            )
            == []
        )
    await _check_rows(lab, run)
    before = {event_id: answers[0] for event_id, answers in run.answers.items()}
    await run.resend()
    assert all(each == before[i] for i, answers in run.answers.items() for each in answers)
    await _check_rows(lab, run)


async def _check_rows(lab: Lab, run: Run) -> None:
    once = dict.fromkeys((scan["event_id"] for scan in run.scans), 1)
    recorded = await lab.events(run, "select id from scan_event where school_id = $1")
    refused = await lab.events(
        run, "select id from scan_refusal where school_id = $1 and promoted_at is null"
    )
    assert recorded + refused == once
    assert once == await lab.events(run, "select event_id from scan_receipt where school_id = $1")
    await _check_told(lab, run, recorded)
    # Nobody comes or goes unrecorded and untold.
    assert [movement for movement in run.movements() if not movement & recorded.keys()] == []


async def _check_told(lab: Lab, run: Run, recorded: Counter[str]) -> None:
    told = await lab.told(run)
    once = Counter((message.event_id, message.kind) for message in told)
    assert once == dict.fromkeys(once, 1)
    taken_back = Counter(message.about for message in told if message.takes_back)
    assert taken_back == dict.fromkeys(run.undone, 1)
    # The scan that made a duplicate matter may have spoken for it.
    risen = "select id from scan_refusal where school_id = $1 and promoted_at is not null"
    named = Counter(message.about for message in told if not message.takes_back)
    assert recorded - await lab.events(run, risen) <= named
    # And of what is not recorded, only an echo that makes another day of it is told.
    assert {message.kind for message in told if message.about not in recorded} <= {"correction"}
    for number, pupil in enumerate(run.pupils):
        for shift_id, shift in run.shifts.items():
            scans = run.scans_of(number, shift)
            left = standing(message for message in told if message.about in scans)
            assert is_believed(left, run.expected().get((pupil.id, shift_id)))


_AS_IT_IS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(moves=schedules(most=14))
@settings(_AS_IT_IS, max_examples=60)
async def test_days_are_those_of_all_genuine_scans_however_they_arrive(
    lab: Lab, resources: Resources, moves: list[Move]
) -> None:
    await check(lab, resources, moves)


@given(moves=late_news())
@settings(_AS_IT_IS, max_examples=80)
async def test_the_last_word_is_true_when_one_scan_after_the_other_turns_up_late(
    lab: Lab, resources: Resources, moves: list[Move]
) -> None:
    await check(lab, resources, moves)


@pytest.mark.long
@pytest.mark.timeout(900)
@given(moves=schedules(most=30))
@settings(_AS_IT_IS, max_examples=2000)
async def test_days_are_those_of_all_genuine_scans_however_they_arrive_at_length(
    lab: Lab, resources: Resources, moves: list[Move]
) -> None:
    await check(lab, resources, moves)
