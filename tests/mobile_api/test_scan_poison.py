"""Scans that the database does not take, and flushes that it breaks off."""

import asyncio
from datetime import date, datetime
from typing import Any

import asyncpg

from app import db
from tests.conftest import HANOI
from tests.gate import Gate
from tests.mobile_api.scan_rows import counts, pupils
from tests.patience import until_waiting
from tests.world import World


async def test_a_scan_that_the_database_refuses_fails_alone(
    gate: Gate, other_gate: Gate, world: World, owner: asyncpg.Connection
) -> None:
    students = await pupils(world, gate.school, 6)
    scans = [gate.scan(each.token) for each in students]
    poison = scans[3]
    await owner.execute(
        f"alter table scan_event add constraint poison check (id <> '{poison['event_id']}')"
    )
    try:
        answers = await asyncio.gather(
            gate.results(*scans[:4]), gate.results(scans[4]), other_gate.results(scans[5])
        )
    finally:
        await owner.execute("alter table scan_event drop constraint poison")
    outcomes = [[result["outcome"] for result in results] for results in answers]
    assert outcomes == [["ok", "ok", "ok", "invalid"], ["ok"], ["ok"]]
    assert answers[0][3]["event_id"] == poison["event_id"]
    assert (await counts(owner))["outbox"] == 5
    # Nothing of it is stored: once the cause is gone it goes through.
    assert [r["outcome"] for r in await gate.results(*scans)] == ["ok"] * 6
    assert (await counts(owner))["scan_receipt"] == 6


async def test_scans_of_a_day_without_a_partition_make_it_and_are_recorded(
    gate: Gate, world: World, owner: asyncpg.Connection
) -> None:
    students = await pupils(world, gate.school, 3)
    gate.clock.now = datetime(2026, 10, 30, 6, 50, tzinfo=HANOI)
    for table in ("scan_event", "scan_refusal", "attendance_day"):
        await owner.execute(f"drop table {table}_202610")
    try:
        answers = await asyncio.gather(
            gate.results(*(gate.scan(each.token) for each in students[:2])),
            gate.results(gate.scan(students[2].token)),
        )
    finally:
        await owner.execute("select ensure_partitions('2026-09-01', '2026-12-31')")
    assert [r["outcome"] for results in answers for r in results] == ["ok"] * 3
    assert (await counts(owner))["scan_event"] == 3
    assert await owner.fetchval("select min(day) from attendance_day") == date(2026, 10, 30)


async def hold_receipt(owner: asyncpg.Connection, gate: Gate, scan: dict[str, Any]) -> None:
    await owner.execute(
        "insert into scan_receipt (school_id, event_id, body_hash, answer)"
        " values ($1, $2::text::uuid, '\\x00', '{}')",
        gate.school.id,
        scan["event_id"],
    )


async def test_a_scan_that_loses_the_race_for_its_event_id_is_decided_again(
    gate: Gate, world: World, owner: asyncpg.Connection, database: str
) -> None:
    scans = [gate.scan(each.token) for each in await pupils(world, gate.school, 4)]
    another = await db.connect(database)
    first, second = another.transaction(), owner.transaction()
    await first.start()
    await second.start()
    await hold_receipt(another, gate, scans[1])
    sending = asyncio.create_task(gate.results(*scans))
    await until_waiting(another, 1)
    await hold_receipt(owner, gate, scans[2])
    # The flush loses a race; then each scan goes alone, and one loses again.
    await first.commit()
    await until_waiting(another, 1)
    await second.commit()
    await another.close()
    # What the others have stored was another body.
    assert [r["outcome"] for r in await sending] == ["ok", "conflict", "conflict", "ok"]
    assert (await counts(owner))["scan_event"] == 2


async def test_a_flush_that_is_a_deadlocks_victim_is_decided_again(
    gate: Gate, world: World, owner: asyncpg.Connection, database: str
) -> None:
    students = await pupils(world, gate.school, 3)
    scans = [gate.scan(each.token) for each in students]
    another = await db.connect(database)
    ours, first = owner.transaction(), another.transaction()
    await ours.start()
    await first.start()
    await owner.execute("set local deadlock_timeout = '60s'")  # who waits last shall find it
    await hold_receipt(another, gate, scans[0])
    await hold_receipt(owner, gate, scans[1])
    sending = asyncio.create_task(gate.results(*scans))
    await until_waiting(another, 1)
    # The flush holds its pupils and waits for the first receipt; we wait for a pupil of it.
    waiting = asyncio.create_task(
        owner.execute(
            "select pg_advisory_xact_lock(hashtextextended($1::uuid::text, $2))",
            students[0].id,
            gate.school.id,
        )
    )
    await until_waiting(another, 2)
    # Now it comes to the second receipt, which is ours.
    await first.rollback()
    await another.close()
    await waiting
    await ours.rollback()
    assert [r["outcome"] for r in await sending] == ["ok"] * 3
    assert (await counts(owner))["scan_event"] == 3


async def test_a_batch_locks_its_pupils_in_one_order_whatever_order_they_are_sent_in(
    gate: Gate, world: World, owner: asyncpg.Connection
) -> None:
    """Else two batches of the same pupils would wait for each other."""
    sql = "select hashtextextended($1::uuid::text, $2)"
    keys = {
        await owner.fetchval(sql, each.id, gate.school.id): each
        for each in await pupils(world, gate.school, 8)
    }
    async with owner.transaction():
        await owner.execute("select pg_advisory_xact_lock($1)", min(keys))
        scans = [gate.scan(keys[key].token) for key in sorted(keys, reverse=True)]
        sending = asyncio.create_task(gate.results(*scans))
        await until_waiting(owner, 1)
        held = "select count(*) from pg_locks where locktype = 'advisory' and granted"
        assert await owner.fetchval(f"{held} and pid <> pg_backend_pid()") == 0
    assert [r["outcome"] for r in await sending] == ["ok"] * 8
