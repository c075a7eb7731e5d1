"""Doubt holds the alert: nobody is told until the principal says so, and then once."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app import db
from app.attendance.rebuild import rebuild
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.conftest import HANOI
from tests.gate import Gate, minutes
from tests.mobile_api.cut_off import (
    ALERT,
    CUT_OFF,
    beat,
    cases,
    class_of,
    come,
    decide,
    excuse,
    held_morning,
    morning,
    run_now,
    send_decision,
    states,
    told,
)
from tests.world import Person, School, Student, World


@pytest.fixture
async def pupils(world: World, school: School) -> list[Student]:
    return await class_of(world, school, 10)


async def silent(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    gate.clock.now += timedelta(seconds=151)


async def pending(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    await beat(gate, pending=3)


async def closed_with_scans(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    await beat(gate, pending=3, closed=True)


async def pending_since_friday(
    gate: Gate, pupils: list[Student], owner: asyncpg.Connection
) -> None:
    """Another phone, not heard of since: it may well be scanning without a network."""
    await owner.execute(
        "insert into scanner (school_id, device_id, account_id, station_id, opened_at, beat_at,"
        " closed_at, pending) select school_id, $2, account_id, station_id, $3, $3, $3, 1"
        " from scanner where device_id = $1",
        gate.who.device_id,
        (await owner.fetchval("insert into device (id, name, platform) values"
                              " (gen_random_uuid(), 'Máy hai', 'android') returning id")),
        ALERT - timedelta(days=3),
    )  # fmt: skip


async def lost(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    """Reported lost while it was open: what it holds will not come any more."""
    await owner.execute(
        "insert into scanner (school_id, device_id, account_id, station_id, opened_at, beat_at,"
        " pending) select school_id, $2, account_id, station_id, $3, $3, 0"
        " from scanner where device_id = $1",
        gate.who.device_id,
        (await owner.fetchval("insert into device (id, name, platform, revoked_at) values"
                              " (gen_random_uuid(), 'Máy hai', 'android', now()) returning id")),
        CUT_OFF - minutes(20),
    )  # fmt: skip


async def unopened(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    await owner.execute("delete from scanner")


async def refused_outside(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    place = gate.school.location(gate.clock.now, lat=16.6)
    assert await gate.outcome(pupils[0].token, location=place) == "geo_outside"


async def refused_without_a_fix(
    gate: Gate, pupils: list[Student], owner: asyncpg.Connection
) -> None:
    place = gate.school.location(gate.clock.now, accuracy_m=900.0)
    assert await gate.outcome(pupils[0].token, location=place) == "need_better_fix"


async def suspected(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    await owner.execute(
        "insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome,"
        " source, shift_id, scanned_by, occurred_at, scanned_at, received_at, clock)"
        " values ($1, $2, $3, 'student', $4, 'in', 'clone_suspect', 'card', $5, $3, $6, $6, $6,"
        " 'mono')",
        gate.school.id,
        CUT_OFF.date(),
        new_id(),
        pupils[0].id,
        gate.school.morning_id,
        CUT_OFF,
    )


async def over(gate: Gate, pupils: list[Student], owner: asyncpg.Connection) -> None:
    gate.clock.now = datetime(2026, 11, 16, 11, 31, tzinfo=HANOI)
    await beat(gate)


DOUBTS = {
    "a silent scanner": (silent, "scanner_silent"),
    "a scanner with scans": (pending, "scanner_pending"),
    "a closed scanner with scans": (closed_with_scans, "scanner_pending"),
    "a scanner with scans since friday": (pending_since_friday, "scanner_pending"),
    "a lost phone": (lost, "scanner_lost"),
    "no scanner at all": (unopened, "no_scanner"),
    "a genuine card refused for its place": (refused_outside, "code_refused"),
    "a genuine card refused for the fix": (refused_without_a_fix, "code_refused"),
    "a suspected clone": (suspected, "scan_suspect"),
    "a run after the shift": (over, "run_late"),
}


@pytest.mark.parametrize("why", DOUBTS)
async def test_with_a_doubt_nobody_is_told_until_the_principal_releases(
    why: str,
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    arrange: Callable[..., Awaitable[None]]
    arrange, code = DOUBTS[why]
    await morning(gate, pupils)
    await arrange(gate, pupils, owner)
    await owner.execute("delete from outbox")

    (run,) = (await run_now(resources)).runs

    assert (run.told, run.held) == (0, 1)
    assert await cases(owner) == {pupils[0].id: [code]}
    assert await told(owner) == []
    assert await told(owner, "absence_held") == [principal.account_id]
    assert pupils[0].id not in await states(owner)

    first = await decide(gate.api, gate.school, principal, "release")
    again = await decide(gate.api, gate.school, principal, "release")

    assert (first["decided"], first["told"]) == (1, 1)
    assert (again["decided"], again["told"]) == (0, 0)
    assert await told(owner) == [pupils[0].id]
    assert (await states(owner))[pupils[0].id] == "absent_unexcused"


async def test_too_many_of_a_class_are_held_and_the_others_told(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    large = await world.school_class(gate.school, "6A2")
    others = [await world.student(gate.school, f"Em Hai {n}", class_id=large) for n in range(30)]
    await morning(gate, [*pupils[:4], others[0], *pupils[4:], *others[1:]], but=5)

    (run,) = (await run_now(resources)).runs

    assert (run.missing, run.told, run.held, run.doubts) == (5, 1, 4, ["class_share"])
    assert await told(owner) == [others[0].id]


async def test_too_many_of_a_school_are_held(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, pupils, but=2)

    (run,) = (await run_now(resources)).runs

    assert (run.told, run.held, run.doubts) == (0, 2, ["school_share"])


async def test_the_scanner_of_another_campus_is_no_doubt_here(
    gate: Gate, far_gate: Gate, pupils: list[Student], resources: Resources
) -> None:
    gate.clock.now = CUT_OFF - minutes(30)
    await beat(far_gate, pending=5)
    await morning(gate, pupils)

    assert (await run_now(resources)).runs[0].told == 1


async def test_a_release_leaves_out_who_came_was_excused_or_was_corrected_meanwhile(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await held_morning(gate, pupils, resources, but=4)
    await come(gate, pupils[:1])
    await excuse(owner, pupils[1], "day")

    made = await decide(gate.api, gate.school, principal, "release")

    assert (made["decided"], made["told"]) == (4, 2)
    assert {(each["student_id"], each["why"]) for each in made["skipped"]} == {
        (str(pupils[0].id), "recorded"),
        (str(pupils[1].id), "on_leave"),
    }
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[2:4])
    assert (await states(owner))[pupils[0].id] == "late"


async def test_a_dropped_alert_stays_untold_and_the_pupil_not_scanned(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await held_morning(gate, pupils, resources, but=3)

    dropped = await decide(gate.api, gate.school, principal, "drop", [pupils[0].id])
    released = await decide(
        gate.api, gate.school, principal, "release", [pupils[0].id, pupils[1].id, pupils[9].id]
    )

    assert (dropped["decided"], dropped["told"]) == (1, 0)
    assert released["told"] == 1
    assert {(each["student_id"], each["why"]) for each in released["skipped"]} == {
        (str(pupils[0].id), "decided"),
        (str(pupils[9].id), "unknown"),
    }
    assert await told(owner) == [pupils[1].id]
    found = await states(owner)
    assert pupils[0].id not in found
    assert pupils[2].id not in found
    kinds = await owner.fetch("select kind from audit_entry order by seq")
    assert [row["kind"] for row in kinds] == ["absence_drop", "absence_release"]


async def test_the_principal_hears_of_held_alerts_and_the_family_of_the_release(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    world: World,
    settings: Settings,
) -> None:
    """Through the relay: one message each, and the arrival takes the alert's place."""
    parent = await world.guardian(pupils[0])
    await held_morning(gate, pupils, resources, but=2)
    await decide(gate.api, gate.school, principal, "release")
    gate.clock.now += minutes(1)
    await come(gate, pupils[:1])
    pool = await db.create_pool(settings.require_database_url(), role=db.RELAY_ROLE, size=2)
    relay = Relay(pool, clock=gate.clock)
    try:
        while await relay.relay_due():
            pass
    finally:
        await pool.close()

    async def inbox(who: Person) -> list[dict[str, Any]]:
        answer = await gate.api.get("/v1/inbox", headers=who.headers)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    (held,) = await inbox(principal)
    arrival, absence = await inbox(parent)
    assert held["kind"] == "absence_held"
    assert held["student_id"] is None
    assert "2 học sinh" in held["title"]
    assert (absence["kind"], arrival["kind"]) == ("absence", "arrival_late")
    assert absence["title"] == "Em Số 00 chưa có mặt ở trường lúc 07:30"
    assert arrival["data"]["replaces"] == absence["id"]


async def test_the_days_that_absence_writes_are_those_that_follow_from_the_facts(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    """Told, released, dropped, held, on leave, come after the alert."""
    await excuse(owner, pupils[0], "morning")
    await held_morning(gate, pupils, resources, but=5)
    await decide(gate.api, gate.school, principal, "release", [pupils[1].id, pupils[2].id])
    await decide(gate.api, gate.school, principal, "drop", [pupils[3].id])
    gate.clock.now += minutes(3)
    await come(gate, pupils[2:3])

    async with db.transaction(resources.pool, schools=[gate.school.id]) as conn:
        found = await rebuild(
            conn,
            school_id=gate.school.id,
            from_day=CUT_OFF.date(),
            to_day=CUT_OFF.date(),
            today=CUT_OFF.date(),
            check=True,
        )

    assert found == []
    kept = await states(owner)
    assert [kept.get(pupil.id) for pupil in pupils[:5]] == [
        "absent_excused", "absent_unexcused", "late", None, None,
    ]  # fmt: skip


async def test_an_own_child_is_one_of_all_and_is_not_decided_about_alone(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    world: World,
    owner: asyncpg.Connection,
) -> None:
    await held_morning(gate, pupils, resources, but=3)
    await world.guardian(pupils[0], person=principal)
    for decision in ("release", "drop"):
        answer = await send_decision(gate.api, gate.school, principal, decision, [pupils[0].id])
        assert (answer.status_code, answer.json()["type"]) == (403, "own-child")
    assert await told(owner) == []
    made = await decide(gate.api, gate.school, principal, "release")
    assert (made["decided"], made["told"]) == (3, 3)
