"""The relay against a real database: who is told, in which order, and what fails alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import msgspec
import pytest

from app import db
from app.kinds import NEWS
from notifications import queries
from notifications.compose import MAX_ATTEMPTS
from notifications.relay import Relay
from notifications.texts import KINDS
from tests.notifications.news import (
    AT,
    DAY,
    block,
    deliveries,
    inbox,
    put_fact,
    put_token,
    titles,
)
from tests.world import World


@pytest.fixture
async def pool(database: str) -> AsyncIterator[db.Pool]:
    pool = await db.create_pool(database, role=db.RELAY_ROLE, size=6)
    yield pool
    await pool.close()


@pytest.fixture
def relay(pool: db.Pool) -> Relay:
    return Relay(pool, clock=lambda: AT)


async def test_both_parents_of_children_in_two_schools_are_told_once(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    one, other = await world.school(), await world.school()
    an, binh = await world.student(one, "Nguyễn Văn An"), await world.student(other, "Lê Thị Bình")
    mother, father = await world.guardian(an, binh), await world.guardian(an)
    stranger = await world.guardian(await world.student(one))
    event = await put_fact(owner, one, an)
    await put_fact(owner, other, binh, kind="arrival_late", minutes=7)

    assert await relay.relay_due() == 2
    assert await relay.relay_due() == 0

    assert await titles(owner, mother) == [
        "Nguyễn Văn An đã vào trường lúc 06:52",
        "Lê Thị Bình vào trường muộn, lúc 06:52",
    ]
    (told,) = await inbox(owner, father)
    assert told["data"] == {
        "kind": "arrival",
        "tone": "good",
        "direction": "in",
        "at": AT.isoformat(),
        "gate": "Cổng chính",
    }
    assert (told["event_id"], told["seq"], told["day"]) == (event, 1, DAY)
    assert told["school_id"] == one.id
    assert await inbox(owner, stranger) == []
    assert await owner.fetchval("select count(*) from outbox") == 0


async def test_each_is_told_in_the_own_language(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school, "Nguyễn Văn An")
    vi = await world.guardian(student)
    en = await world.guardian(student, person=await world.account(locale="en"))
    await put_fact(owner, school, student)
    await relay.relay_due()
    assert await titles(owner, vi) == ["Nguyễn Văn An đã vào trường lúc 06:52"]
    assert await titles(owner, en) == ["Nguyễn Văn An arrived at 06:52"]


async def test_rights_count_at_the_moment_of_telling(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    told = await world.guardian(student)
    blocked, silent, ended, disabled, unseeing = [await world.guardian(student) for _ in range(5)]
    guard_and_parent = await world.guardian(student)
    await put_fact(owner, school, student, actor=guard_and_parent)
    # All of this happens after the scan and before the relay.
    await block(owner, blocked, student)
    for change, person in (
        ("is_told = false", silent),
        ("ended_at = now()", ended),
        ("can_see = false", unseeing),
    ):
        await owner.execute(
            f"update guardianship set {change} where account_id = $1", person.account_id
        )
    await owner.execute("update account set disabled_at = now() where id = $1", disabled.account_id)
    await relay.relay_due()
    rows = await owner.fetch("select account_id from inbox_item")
    assert [row[0] for row in rows] == [told.account_id]


async def test_a_custody_block_holds_under_another_guardian_row_of_the_same_person(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    father = await world.guardian(student)
    await block(owner, father, student)
    await world.guardian(student, person=father, name="Lê Văn Cha")
    await put_fact(owner, school, student)
    await relay.relay_due()
    assert await inbox(owner, father) == []


async def test_pushes_go_to_every_live_token_and_follow_the_choices(
    world: World, owner: asyncpg.Connection, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother, father = await world.guardian(student), await world.guardian(student)
    await put_token(owner, mother, "m-1")
    await put_token(owner, mother, "https://push.example/m", kind="web", platform="web")
    await put_token(owner, father, "f-1")
    await owner.execute(
        "update push_token set disabled_at = now() where account_id = $1", father.account_id
    )
    await owner.execute(
        "insert into notification_preference values ($1, 'arrival', 'push', false),"
        " ($1, 'correction', 'push', false)",
        mother.account_id,
    )
    await put_fact(owner, school, student)
    await relay.relay_due()
    # A safety kind goes out whatever a stored choice says.
    queued = await deliveries(owner)
    assert [(row["channel"], row["account_id"]) for row in queued] == [
        ("fcm", mother.account_id),
        ("web", mother.account_id),
    ]
    assert {row["state"] for row in queued} == {"queued"}
    lasts = queued[0]["expires_at"] - queued[0]["due_at"]
    assert lasts.total_seconds() == 4 * 3600
    assert len({row["bucket"] for row in queued}) == 1

    plain = msgspec.structs.replace(NEWS["correction"], is_safety=False)
    kind = msgspec.structs.replace(KINDS["correction"], news=plain)
    monkeypatch.setattr("notifications.compose.KINDS", {**KINDS, "correction": kind})
    monkeypatch.setattr("notifications.relay.NEWS", {**NEWS, "correction": plain})
    await owner.execute("delete from delivery")
    await put_token(owner, father, "f-web", kind="web", platform="web")
    await put_fact(owner, school, student, kind="correction", day="2026-11-16", status="present")
    evening = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 22:00 in Việt Nam
    await Relay(relay._pool, clock=lambda: evening).relay_due()
    (held,) = await deliveries(owner)
    assert held["account_id"] == father.account_id
    assert held["due_at"] == datetime(2026, 11, 16, 23, 0, tzinfo=UTC)  # 06:00
    assert len(await inbox(owner, mother)) == 2


async def test_four_relays_at_once_tell_each_thing_once_and_in_one_order(
    world: World, owner: asyncpg.Connection, pool: db.Pool
) -> None:
    school = await world.school()
    students = [await world.student(school, f"Em {n}") for n in range(6)]
    parents = [await world.guardian(*students) for _ in range(5)]
    for _ in range(20):
        for student in students:
            await put_fact(owner, school, student)

    async def work() -> None:
        relay = Relay(pool)
        while await relay.relay_due(limit=7):
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    while await Relay(pool).relay_due():
        pass
    for parent in parents:
        items = await inbox(owner, parent)
        assert [item["seq"] for item in items] == list(range(1, 121))
        assert len({item["event_id"] for item in items}) == 120
    heads = await owner.fetch("select last_seq from inbox_head")
    assert [row[0] for row in heads] == [120] * 5


async def test_a_fact_told_again_is_told_once(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    await put_token(owner, mother, "m-1")
    event = await put_fact(owner, school, student)
    await relay.relay_due()
    await put_fact(owner, school, student, event_id=event)
    await relay.relay_due()
    assert len(await inbox(owner, mother)) == 1
    assert len(await deliveries(owner)) == 1
    assert await owner.fetchval("select count(*) from outbox") == 0


async def test_a_correction_takes_the_place_of_what_was_told(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    await put_token(owner, mother, "m-1")
    late = await put_fact(owner, school, student, kind="arrival_late", minutes=20)
    await relay.relay_due()
    early = await put_fact(owner, school, student, replaces=late)
    await put_fact(owner, school, student, kind="scan_undone", event_id=early, replaces=early)
    newcomer = await world.guardian(student)
    await relay.relay_due()

    first, second, third = await inbox(owner, mother)
    assert "replaces" not in first["data"]
    assert second["data"]["replaces"] == str(first["id"])
    assert third["data"]["replaces"] == str(second["id"])
    # On the screen all three are one notification.
    assert [row["screen_id"] for row in await deliveries(owner)] == [
        None,
        first["id"],
        first["id"],
    ]
    # Who came later hears of the arrival, and so of its end.
    assert [item["kind"] for item in await inbox(owner, newcomer)] == ["arrival", "scan_undone"]


async def test_what_names_a_replaced_message_takes_the_place_of_the_one_that_stands_there_now(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    """An arrival names the absence, which was corrected to leave before: in one batch or in two."""
    school = await world.school()
    for is_one_batch in (True, False):
        student = await world.student(school)
        mother = await world.guardian(student)
        await put_token(owner, mother, str(student.id))
        told = await put_fact(owner, school, student, kind="departure")
        for kind in ("arrival_late", "arrival"):
            if not is_one_batch:
                await relay.relay_due()
            await put_fact(owner, school, student, kind=kind, minutes=20, replaces=told)
        await relay.relay_due()
        first, second, third = await inbox(owner, mother)
        assert [second["data"]["replaces"], third["data"]["replaces"]] == [
            str(first["id"]),
            str(second["id"]),
        ]
        screens = await owner.fetch(
            "select screen_id from delivery where account_id = $1 order by due_at, id",
            mother.account_id,
        )
        assert [row["screen_id"] for row in screens] == [None, first["id"], first["id"]]


async def test_the_second_to_replace_a_message_waits_for_the_first(
    world: World, owner: asyncpg.Connection, pool: db.Pool, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    told = await put_fact(owner, school, student, kind="departure")
    await relay.relay_due()
    await put_fact(owner, school, student, kind="arrival_late", minutes=9, replaces=told)
    async with pool.acquire() as conn, conn.transaction():
        assert len(await queries.claim_due(conn, limit=10)) == 1
        await put_fact(owner, school, student, replaces=told)
        assert await relay.relay_due() == 1
        assert len(await inbox(owner, mother)) == 1
    await owner.execute("update outbox set due_at = now()")
    assert await relay.relay_due() == 2
    assert [item["kind"] for item in await inbox(owner, mother)] == [
        "departure",
        "arrival_late",
        "arrival",
    ]


async def test_who_was_not_told_is_not_told_that_it_was_a_mistake(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    event = await put_fact(owner, school, student)
    await relay.relay_due()
    newcomer = await world.guardian(student)
    await put_fact(owner, school, student, kind="scan_undone", replaces=event)
    await relay.relay_due()
    assert len(await inbox(owner, mother)) == 2
    assert await inbox(owner, newcomer) == []


async def test_what_replaces_waits_for_what_another_relay_is_telling(
    world: World, owner: asyncpg.Connection, pool: db.Pool, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    event = await put_fact(owner, school, student)
    async with pool.acquire() as conn, conn.transaction():
        assert len(await queries.claim_due(conn, limit=10)) == 1
        await put_fact(owner, school, student, kind="scan_undone", replaces=event)
        assert await relay.relay_due() == 1
        assert await inbox(owner, mother) == []
    # The other relay has died: its transaction is rolled back.
    await owner.execute("update outbox set due_at = now()")
    assert await relay.relay_due() == 2
    assert [item["kind"] for item in await inbox(owner, mother)] == ["arrival", "scan_undone"]
    assert await owner.fetchval("select max(attempts) from outbox") is None


async def test_a_row_that_cannot_be_told_fails_alone_and_dies_after_ten_attempts(
    world: World, owner: asyncpg.Connection, relay: Relay
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    await put_fact(owner, school, student, kind="arrival_late")  # without its minutes
    await put_fact(owner, school, student, kind="no_such_kind")
    nowhere = await put_fact(owner, school, student)
    await owner.execute(
        "update outbox set day = '1999-01-01' where event_id = $1", nowhere
    )  # no partition: the whole statement fails
    odd = await put_fact(owner, school, student)
    await owner.execute("update outbox set params = '[]' where event_id = $1", odd)
    good = await put_fact(owner, school, student)

    await relay.relay_due()
    assert [item["event_id"] for item in await inbox(owner, mother)] == [good]
    rows = await owner.fetch("select attempts, dead_at, due_at > created_at from outbox")
    assert [tuple(row) for row in rows] == [(1, None, True)] * 4

    for _ in range(MAX_ATTEMPTS):
        await owner.execute("update outbox set due_at = now()")
        await relay.relay_due()
    rows = await owner.fetch("select attempts, dead_at, dead_reason from outbox order by id")
    assert [row["attempts"] for row in rows] == [MAX_ATTEMPTS] * 4
    assert all(row["dead_at"] for row in rows)
    assert rows[0]["dead_reason"].startswith("minutes:")
    assert rows[1]["dead_reason"] == "no_such_kind: no such kind"
    assert rows[2]["dead_reason"] == "CheckViolationError"
    assert rows[3]["dead_reason"] == "params: is no object"
    assert len(await inbox(owner, mother)) == 1


async def test_the_relays_role_reads_no_school_and_changes_no_inbox(
    world: World, pool: db.Pool
) -> None:
    async with pool.acquire() as conn:
        for sql in (
            "select name from student",
            "select * from scan_event",
            "update inbox_item set title = ''",
            "select token_hash from refresh_token",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(sql)
