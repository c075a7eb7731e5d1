"""Leave and the run at the cut-off: a second before it is respected, a second after it corrects."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.absence.run import run_one
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.cut_off import (
    ALERT,
    CUT_OFF,
    beat,
    class_of,
    come,
    due_of,
    run_now,
    states,
    told,
    until_it_waits,
)
from tests.mobile_api.families import asked, decide, withdraw
from tests.notifications.news import inbox
from tests.world import World


@pytest.fixture
async def gate(api: httpx.AsyncClient, cast: Cast, world: World, clock: Clock) -> Gate:
    """All but the pupil have come; the scanner lives at the moment of the run."""
    gate = Gate(api, clock, cast.school, cast["guard"])
    others = await class_of(world, cast.school, 9)
    clock.now = CUT_OFF - timedelta(minutes=40)
    await beat(gate)
    await come(gate, [*others, cast.neighbour])
    clock.now = ALERT
    await beat(gate)
    return gate


@dataclass(frozen=True, kw_only=True)
class Morning:
    """One pupil has not come: what family, school and the run do about it, and what it led to."""

    cast: Cast
    gate: Gate
    resources: Resources
    owner: asyncpg.Connection

    async def asked(self, **wanted: Any) -> dict[str, Any]:
        return await asked(self.gate.api, self.cast, **wanted)

    async def decide(
        self, leave: dict[str, Any], decision: str = "approve", *, by: str = "homeroom_teacher"
    ) -> httpx.Response:
        return await decide(self.gate.api, leave, self.cast[by], decision)

    async def approved(self, *, by: str = "homeroom_teacher", **wanted: Any) -> dict[str, Any]:
        """Leave that the family has asked for and the school has granted."""
        leave = await self.asked(**wanted)
        answer = await self.decide(leave, by=by)
        assert answer.status_code == 200, answer.text
        return leave

    async def withdraw(self, leave: dict[str, Any]) -> httpx.Response:
        return await withdraw(self.gate.api, leave, self.cast["guardian"])

    async def run(self) -> None:
        await run_now(self.resources)

    async def state(self) -> str:
        """The pupil's."""
        return (await states(self.owner))[self.cast.student.id]

    async def told(self, kind: str = "absence") -> list[UUID]:
        return await told(self.owner, kind)


@pytest.fixture
def morning(cast: Cast, gate: Gate, resources: Resources, owner: asyncpg.Connection) -> Morning:
    return Morning(cast=cast, gate=gate, resources=resources, owner=owner)


async def test_leave_approved_a_second_before_the_run_is_respected(
    morning: Morning, clock: Clock
) -> None:
    clock.now = ALERT - timedelta(seconds=1)
    await morning.approved()
    clock.now = ALERT
    await morning.run()
    assert await morning.state() == "absent_excused"
    assert await morning.told() == await morning.told("correction") == []


async def test_leave_approved_a_second_after_the_run_sends_one_correction(
    morning: Morning, cast: Cast, clock: Clock, relay: Relay, owner: asyncpg.Connection
) -> None:
    leave = await morning.asked()
    await morning.run()
    assert await morning.state() == "absent_unexcused"
    assert await morning.told() == [cast.student.id]
    await relay.relay_due()
    clock.now = ALERT + timedelta(seconds=1)
    await morning.decide(leave)
    assert await morning.state() == "absent_excused"
    await relay.relay_due()
    items = {item["kind"]: item for item in await inbox(owner, cast["guardian"])}
    assert items.keys() == {"absence", "correction", "leave_decided"}
    assert items["correction"]["data"]["replaces"] == str(items["absence"]["id"])


async def test_a_rejection_and_what_is_only_asked_for_change_nothing(
    morning: Morning, cast: Cast
) -> None:
    leave = await morning.asked()
    await morning.decide(leave, "reject")
    await morning.run()
    assert await morning.state() == "absent_unexcused"
    assert await morning.told() == [cast.student.id]


@pytest.mark.parametrize("attempt", range(3))
async def test_an_approval_at_the_moment_of_the_run_ends_excused_with_a_correction_if_told(
    morning: Morning, attempt: int
) -> None:
    leave = await morning.asked()
    await asyncio.gather(morning.run(), morning.decide(leave), morning.run())
    await morning.run()
    assert await morning.state() == "absent_excused"
    alerts, corrections = await morning.told(), await morning.told("correction")
    assert len(alerts) <= 1
    assert corrections == alerts


async def test_leave_approved_while_a_run_holds_the_alert_excuses_all_the_same(
    morning: Morning, cast: Cast, clock: Clock, resources: Resources, owner: asyncpg.Connection
) -> None:
    """The run has decided that the scanner is silent, and has not been committed yet."""
    leave = await morning.asked()
    clock.now += timedelta(minutes=5)
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        run = await run_one(conn, due_of(cast.school), now=clock.now)
        assert run is not None
        assert run.held == 1
        approving = asyncio.create_task(morning.decide(leave))
        await until_it_waits(owner, approving)
    assert (await approving).status_code == 200
    assert await morning.state() == "absent_excused"


async def test_leave_for_days_that_are_over_excuses_them(
    morning: Morning, cast: Cast, clock: Clock
) -> None:
    await morning.run()
    clock.now += timedelta(days=2)
    await morning.approved(by="principal")
    assert await morning.state() == "absent_excused"
    assert await morning.told("correction") == [cast.student.id]


async def test_leave_of_the_afternoon_does_not_excuse_the_morning(
    morning: Morning, cast: Cast
) -> None:
    for part, exit_at in (("afternoon", None), ("early_exit", "10:00")):
        await morning.approved(part=part, exit_at=exit_at)
    await morning.run()
    assert await morning.told() == [cast.student.id]


async def test_who_comes_although_excused_is_present(morning: Morning, cast: Cast) -> None:
    leave = await morning.approved()
    await morning.run()
    await come(morning.gate, [cast.student])
    assert await morning.state() == "late"
    # Taken back when its cut-off is over: the day stays what the scan says.
    assert (await morning.withdraw(leave)).json()["type"] == "leave-over"


async def test_leave_taken_back_before_the_cut_off_is_missed_again(
    morning: Morning, cast: Cast, clock: Clock
) -> None:
    leave = await morning.approved()
    clock.now = CUT_OFF - timedelta(seconds=1)
    assert (await morning.withdraw(leave)).status_code == 200
    clock.now = ALERT
    await morning.run()
    assert await morning.told() == [cast.student.id]
