"""Whatever is scanned and decided, in whatever order it arrives, the day is what its facts say.

Each example happens to two pupils: between two decisions the scans of the second arrive in another
order. After each step the family's last message must be true.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

import asyncpg
import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import db
from app.attendance.corrections.model import NewCorrection
from app.attendance.corrections.service import correct
from app.attendance.model import SetState
from app.attendance.rebuild import rebuild
from app.attendance.settling import Cause, settle
from app.ids import new_id
from mobile_api.resources import Resources
from tests.app.attendance.decided import has_leave, run_held, told_absent
from tests.conftest import HANOI, Clock
from tests.gate import Gate
from tests.world import School, Student, World

DAY = date(2026, 11, 16)
Kind = Literal["set", "leave", "leave_ends", "verdict", "closed", "alert", "undo"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Scans that become known in any order, then a decision. `which`: of the scans, by place."""

    scans: list[tuple[Literal["in", "out"], time]]
    decision: Kind
    state: SetState
    verdict: Literal["reject", "confirm"]
    which: int
    seed: int


_HOURS = [time(7, 2), time(7, 20), time(7, 40), time(9), time(10, 30), time(11, 31), time(11, 50)]
_STEPS = st.lists(
    st.builds(
        Step,
        scans=st.lists(
            st.tuples(st.sampled_from(["in", "in", "out"]), st.sampled_from(_HOURS)),
            max_size=3,
            unique_by=lambda scan: scan[1],
        ),
        decision=st.sampled_from(
            ["set", "set", "leave", "leave_ends", "verdict", "verdict", "closed", "alert", "undo"]
        ),
        state=st.sampled_from(["present", "late", "absent_excused", "absent_unexcused"]),
        verdict=st.sampled_from(["reject", "reject", "confirm"]),
        which=st.integers(0, 5),
        seed=st.integers(0, 9),
    ),
    min_size=1,
    max_size=5,
)


@dataclass(kw_only=True)
class Life:
    """One pupil's day at the school."""

    api: httpx.AsyncClient
    owner: asyncpg.Connection
    resources: Resources
    gate: Gate
    school: School
    student: Student
    scans: list[dict[str, Any]]

    @property
    def now(self) -> datetime:
        return self.resources.clock()

    async def send(self, step: Step, *, is_shuffled: bool) -> None:
        found = [
            self.gate.scan(self.student.token, way, at=datetime.combine(DAY, at, HANOI))
            for way, at in step.scans
        ]
        self.scans += found
        arriving = list(found)
        if is_shuffled:
            random.Random(step.seed).shuffle(arriving)
        for scan in arriving:
            await self.gate.results(scan)
            await self.check_last_word()

    async def decide(self, step: Step) -> None:
        match step.decision:
            case "set" if await self.is_held():
                await self._set(step.state)
            case "leave":
                await has_leave(self.owner, self.student, DAY)
            case "leave_ends":
                await self.owner.execute(
                    "update leave_request set covers_to = null where person_id = $1",
                    self.student.id,
                )
            case "verdict" if self.scans:
                await self._verdict(step)
            case "closed":
                await self._close_or_open()
            case "alert":
                await self._alert()
            case "undo" if self.scans:
                event_id = self.scans[-1]["event_id"]
                await self.api.post(
                    f"/v1/attendance/scans/{event_id}/undo", headers=self.gate.who.headers
                )
            case _:
                return
        await self.settle()
        await self.check_last_word()

    async def _set(self, state: SetState) -> None:
        async with db.transaction(self.resources.pool, schools=[self.school.id]) as conn:
            await correct(
                conn,
                asked=NewCorrection(
                    school_id=self.school.id,
                    student_id=self.student.id,
                    day=DAY,
                    shift_id=self.school.morning_id,
                    state=state,
                    late_minutes=9 if state == "late" else 0,
                    reason="thử",
                    dispute_id=None,
                    asked_by=new_id(),
                ),
                now=self.now,
            )

    async def _verdict(self, step: Step) -> None:
        event_id = self.scans[step.which % len(self.scans)]["event_id"]
        await self.owner.execute(
            "insert into attendance_correction (school_id, day, id, event_id, person_id, kind,"
            " decided_by, reason, created_at)"
            " select school_id, day, $3, id, person_id, $4, $3, 'x', $5 from scan_event"
            " where person_id = $1 and id = $2",
            self.student.id,
            UUID(event_id),
            new_id(),
            step.verdict,
            self.now,
        )

    async def _close_or_open(self) -> None:
        opened = await self.owner.execute(
            "delete from calendar_day where school_id = $1", self.school.id
        )
        if opened == "DELETE 0":
            await self.owner.execute(
                "insert into calendar_day (school_id, day, kind, name)"
                " values ($1, $2, 'closure', 'Bão')",
                self.school.id,
                DAY,
            )

    async def _alert(self) -> None:
        """As the run would: of whom nothing is known on an open day."""
        rows = await self.rows()
        known = await self.owner.fetchval(
            "select exists (select from absence_case where student_id = $1)"
            " or exists (select from calendar_day where school_id = $2)"
            " or exists (select from leave_request where person_id = $1 and covers_to is not null)",
            self.student.id,
            self.school.id,
        )
        if rows or known:
            return
        await told_absent(self.owner, self.school, self.student, DAY)
        await self.owner.execute(
            "update absence_case set told_at = $2 where student_id = $1", self.student.id, self.now
        )

    async def settle(self) -> None:
        async with db.transaction(self.resources.pool, schools=[self.school.id]) as conn:
            await settle(
                conn,
                school_id=self.school.id,
                person_kind="student",
                person_ids=[self.student.id],
                first=DAY,
                last=DAY,
                cause=Cause(kind="review", event_id=new_id(), actor_account_id=None),
                now=self.now,
            )

    async def is_held(self) -> bool:
        """Whether there is a shift to be corrected."""
        return not await self.is_closed() or bool(await self.rows())

    async def is_closed(self) -> bool:
        closed: bool = await self.owner.fetchval(
            "select exists (select from calendar_day where school_id = $1)", self.school.id
        )
        return closed

    async def rows(self) -> list[tuple[Any, ...]]:
        found = await self.owner.fetch(
            "select state, late_minutes, arrived_at, left_at from attendance_day"
            " where person_id = $1",
            self.student.id,
        )
        return [tuple(row) for row in found]

    async def check_last_word(self) -> None:
        """The newest message is what a family believes."""
        last = await self.owner.fetchrow(
            "select kind, params from outbox where student_id = $1 order by id desc limit 1",
            self.student.id,
        )
        rows = await self.rows()
        if last is None:
            assert not rows or rows[0][0] != "absent_unexcused"
        elif last["kind"] == "absence":
            assert rows[0][0] == "absent_unexcused"
        elif last["kind"] == "correction":
            says = (last["params"]["status"], last["params"].get("minutes", 0))
            assert says == (rows[0][:2] if rows else ("not_scanned", 0))
        elif last["kind"] != "scan_undone" and not await self.is_closed():
            # On a day that is not held a scan is told, and what somebody has set stands.
            assert not rows or not rows[0][0].startswith("absent")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_STEPS)
async def test_a_day_is_what_its_facts_say_and_the_last_message_too(
    steps: list[Step],
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    resources: Resources,
    world: World,
    clock: Clock,
) -> None:
    found = []
    for is_shuffled in (False, True):
        school = await world.school()
        clock.now = datetime.combine(DAY, time(12, 10), HANOI)
        guard = await world.staff(school)
        life = Life(
            api=api,
            owner=owner,
            resources=resources,
            gate=Gate(api, clock, school, guard),
            school=school,
            student=await world.student(school),
            scans=[],
        )
        await run_held(owner, school, DAY)
        for step in steps:
            await life.send(step, is_shuffled=is_shuffled)
            # Within the minute in which a scan can be taken back.
            clock.now += timedelta(seconds=20)
            await life.decide(step)
            clock.now += timedelta(seconds=20)
        async with db.transaction(resources.pool, schools=[school.id]) as conn:
            assert not await rebuild(
                conn, school_id=school.id, from_day=DAY, to_day=DAY, check=True
            )
        found.append(await life.rows())
    if all(step.decision not in ("undo", "verdict", "alert", "closed") for step in steps):
        assert found[0] == found[1]
