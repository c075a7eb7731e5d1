"""Quiet hours, the daily digest, what is urgent, and news that is about no pupil."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from app import db
from app.identity.alerts import AlertChoice
from app.ids import new_id
from app.kinds import NEWS
from notifications.channels.fcm import FcmSender
from notifications.relay import Relay
from notifications.rules import BUCKETS, push_due_at
from notifications.sending import SendDesk
from tests.fakes.fcm import FakeFcm
from tests.notifications.news import DAY, block, deliveries, inbox, put_fact, put_token
from tests.world import Person, School, World

# Ahead: what is due by then has surely not expired by the database's own clock.
_THE_DAY = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
NOON = _THE_DAY.replace(hour=5)  # 12:00 in Việt Nam
NIGHT = _THE_DAY.replace(hour=15)  # 22:00
DIGEST_AT = _THE_DAY.replace(hour=11, minute=1)  # 18:01
LEAVE: dict[str, Any] = {
    "kind": "leave_decided",
    "from_day": "2026-11-17",
    "to_day": "2026-11-17",
    "decision": "approved",
}


@pytest.fixture
async def relay_pool(database: str) -> AsyncIterator[db.Pool]:
    pool = await db.create_pool(database, role=db.RELAY_ROLE, size=2)
    yield pool
    await pool.close()


@pytest.fixture
async def desk(pool: db.Pool, fcm: FakeFcm) -> AsyncIterator[SendDesk]:
    sender = FcmSender(fcm.credentials_path, fcm.endpoint)
    yield SendDesk(pool, {"fcm": sender})
    await sender.close()


async def drain(desk: SendDesk) -> None:
    for bucket in range(BUCKETS):
        await desk.drain(bucket)


async def choose(owner: asyncpg.Connection, person: Person, **changes: Any) -> None:
    choice = AlertChoice(**changes)
    await owner.execute(
        "insert into alert_choice values ($1, $2, $3, $4, $5)",
        person.account_id,
        choice.quiet_from,
        choice.quiet_until,
        choice.urgent_breaks_quiet,
        choice.digest_hour,
    )


async def tell(pool: db.Pool, *, at: datetime) -> None:
    await Relay(pool, clock=lambda: at).relay_due()


async def put_for(
    owner: asyncpg.Connection,
    school: School,
    to: Person,
    *,
    kind: str,
    **params: Any,
) -> None:
    """A fact for one account, about no pupil."""
    await owner.execute(
        "insert into outbox (school_id, id, kind, day, event_id, student_id, account_id, params)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        school.id,
        new_id(),
        kind,
        DAY,
        new_id(),
        None,
        to.account_id,
        {"school": school.name, **params},
    )


def test_quiet_hours_are_ones_own_and_hold_no_safety() -> None:
    news, choice = NEWS["leave_decided"], AlertChoice(quiet_from=time(20), quiet_until=time(7))
    nine = datetime(2026, 11, 16, 14, tzinfo=UTC)  # 21:00
    half_six = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)  # 06:30 of the 17th
    seven = datetime(2026, 11, 17, 0, tzinfo=UTC)
    default = AlertChoice()
    assert push_due_at(news, nine, choice=default, urgent=False) is None
    assert push_due_at(news, nine, choice=choice, urgent=False) == seven
    assert push_due_at(news, half_six, choice=choice, urgent=False) == seven
    assert push_due_at(news, seven, choice=choice, urgent=False) is None
    assert push_due_at(news, nine, choice=choice, urgent=True) is None
    firm = AlertChoice(quiet_from=time(20), urgent_breaks_quiet=False)
    assert push_due_at(news, nine, choice=firm, urgent=True) is not None
    for kind in ("arrival", "absence", "closure", "absence_held"):
        assert push_due_at(NEWS[kind], nine, choice=firm, urgent=False) is None


async def test_what_is_marked_urgent_comes_at_night_where_the_kind_allows_it(
    world: World, owner: asyncpg.Connection, relay_pool: db.Pool
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    await put_token(owner, mother, "m-1")
    await put_fact(owner, school, student, **LEAVE, urgent=True)
    await put_fact(owner, school, student, kind="card_lost", urgent=True)
    await tell(relay_pool, at=NIGHT)
    by_kind = {row["kind"]: row for row in await deliveries(owner)}
    assert by_kind["leave_decided"]["is_urgent"]
    assert by_kind["leave_decided"]["due_at"] < by_kind["card_lost"]["due_at"]
    assert not by_kind["card_lost"]["is_urgent"]


async def test_a_digest_is_one_push_a_day_for_all_that_is_quiet(
    world: World,
    owner: asyncpg.Connection,
    relay_pool: db.Pool,
    desk: SendDesk,
    fcm: FakeFcm,
) -> None:
    school = await world.school()
    student, brother = await world.student(school), await world.student(school, "Nguyễn Văn Bình")
    mother = await world.guardian(student, brother)
    await put_token(owner, mother, "m-1")
    await choose(owner, mother, digest_hour=18)
    for _ in range(2):
        await put_fact(owner, school, student, **LEAVE)
    await put_fact(owner, school, brother, **LEAVE)
    await tell(relay_pool, at=NOON)
    await put_fact(owner, school, student, **LEAVE)
    await put_fact(owner, school, student, **LEAVE, urgent=True)
    await put_fact(owner, school, student)
    await tell(relay_pool, at=NOON)

    # All of it is in the inbox at once; the urgent and the safe are pushed by themselves.
    assert len(await inbox(owner, mother)) == 6
    rows = await deliveries(owner)
    assert sorted(row["kind"] for row in rows) == ["arrival", "digest", "leave_decided"]
    (digest,) = (row for row in rows if row["kind"] == "digest")
    assert digest["due_at"] == DIGEST_AT
    await drain(desk)
    assert {push.message["data"]["kind"] for push in fcm.accepted} == {"arrival", "leave_decided"}

    (first, *_) = await inbox(owner, mother)
    await owner.execute("update inbox_item set read_at = now() where id = $1", first["id"])
    await block(owner, mother, brother)
    fcm.accepted.clear()
    await owner.execute("update delivery set due_at = now() where kind = 'digest'")
    await drain(desk)
    (push,) = fcm.accepted
    assert push.message["notification"]["title"] == "Có 2 tin mới"
    assert push.message["data"]["id"] == str(digest["inbox_id"])

    # What comes after its hour is in tomorrow's, which takes its place on the screen.
    await put_fact(owner, school, student, **LEAVE)
    await tell(relay_pool, at=NIGHT)
    later = (await deliveries(owner))[-1]
    assert later["due_at"] == DIGEST_AT + timedelta(days=1)
    assert later["screen_id"] == digest["screen_id"]
    await owner.execute("update inbox_item set read_at = now()")
    fcm.accepted.clear()
    await owner.execute("update delivery set due_at = now() where state = 'queued'")
    await drain(desk)
    assert not fcm.accepted
    assert (await deliveries(owner))[-1]["state"] == "unneeded"


async def test_news_without_a_pupil_reaches_only_those_of_the_school_whom_it_concerns(
    world: World, owner: asyncpg.Connection, relay_pool: db.Pool
) -> None:
    school, other = await world.school(), await world.school()
    principal = await world.staff(school, "principal")
    teacher = await world.staff(school, "homeroom_teacher")
    stranger = await world.staff(other, "principal")
    mother = await world.guardian(await world.student(school))
    held = {"kind": "absence_held", "held": 3, "shift": "Ca sáng", "day": "2026-11-16"}
    closed = {
        "kind": "closure",
        "closure": "storm",
        "from_day": "2026-11-17",
        "to_day": "2026-11-18",
    }
    for person in (principal, teacher, stranger, mother):
        for params in (held, closed, {**LEAVE, "person": "Trần Thị Cô"}):
            await put_for(owner, school, person, **params)
    await tell(relay_pool, at=NOON)
    told = {
        name: {item["kind"] for item in await inbox(owner, person)}
        for name, person in {
            "principal": principal,
            "teacher": teacher,
            "stranger": stranger,
            "mother": mother,
        }.items()
    }
    assert told["principal"] == {"absence_held", "closure", "leave_decided"}
    assert told["teacher"] == {"closure", "leave_decided"}
    assert "closure" in told["mother"]
    assert told["stranger"] == set()
    assert "absence_held" not in told["mother"]


async def test_old_news_comes_to_the_inbox_alone(
    world: World, owner: asyncpg.Connection, relay_pool: db.Pool
) -> None:
    school = await world.school()
    student = await world.student(school)
    mother = await world.guardian(student)
    await put_token(owner, mother, "m-1")
    await put_fact(owner, school, student, kind="absence", shift="Ca sáng")
    await owner.execute("update outbox set created_at = now() - interval '5 hours'")
    await tell(relay_pool, at=NOON)
    assert len(await inbox(owner, mother)) == 1
    assert await deliveries(owner) == []
