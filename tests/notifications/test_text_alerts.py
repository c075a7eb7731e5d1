"""An absence by SMS: only where nobody has seen it, only while it stands, within a budget, once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from app import db
from app.attendance.plan import school_day
from app.settings import Settings
from notifications import deliveries as statements
from notifications.channels.base import SmsSender
from notifications.channels.sms import ConsoleSms, EsmsSender, NullSms, sms_sender
from notifications.rules import BUCKETS
from notifications.sending import SendDesk
from notifications.text_alerts import TextAlerts
from tests.fakes.fcm import FakeFcm
from tests.fakes.sms import API_KEY, BRANDNAME, SECRET_KEY, FakeSms, SmsFault
from tests.notifications.news import Family, block, inbox, put_fact, until
from tests.notifications.test_crashes import RELAY, WORKER, Processes, kill
from tests.world import Person, World


@pytest.fixture
async def carrier() -> AsyncIterator[FakeSms]:
    async with FakeSms() as server:
        yield server


def esms(carrier: FakeSms) -> EsmsSender:
    return EsmsSender(carrier.base_url, api_key=API_KEY, secret_key=SECRET_KEY, brandname=BRANDNAME)


@contextlib.asynccontextmanager
async def desk_with(pool: db.Pool, world: World, sender: SmsSender) -> AsyncIterator[SendDesk]:
    texts = TextAlerts(pool, world.resources.vault, sender)
    yield SendDesk(pool, {}, texts=texts)
    await texts.close()


@pytest.fixture
async def desk(pool: db.Pool, world: World, carrier: FakeSms) -> AsyncIterator[SendDesk]:
    async with desk_with(pool, world, esms(carrier)) as desk:
        yield desk


async def put_today(family: Family, owner: asyncpg.Connection, **fact: Any) -> None:
    await put_fact(owner, family.school, family.student, **fact)
    await owner.execute("update outbox set day = $1", school_day(datetime.now(UTC)))


async def tell(family: Family, owner: asyncpg.Connection, **fact: Any) -> None:
    """A fact of today reaches the inboxes."""
    await put_today(family, owner, **fact)
    await family.relay()


async def absent(family: Family, owner: asyncpg.Connection) -> None:
    """The family is told of an absence, and the five minutes are over."""
    await tell(family, owner, kind="absence", shift="Ca sáng")
    await over(owner)


async def over(owner: asyncpg.Connection) -> None:
    await owner.execute(
        "update delivery set due_at = now() where channel = 'sms' and state = 'queued'"
    )


async def drain(desk: SendDesk) -> None:
    for bucket in range(BUCKETS):
        await desk.drain(bucket)


async def ends(owner: asyncpg.Connection) -> list[tuple[str, str]]:
    """State and reason of each text message."""
    rows = await owner.fetch("select state, reason from delivery where channel = 'sms' order by id")
    return [tuple(row) for row in rows]


async def test_a_text_waits_five_minutes_and_names_no_child(
    family: Family, desk: SendDesk, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    mother = await family.world.guardian(family.student)
    await tell(family, owner, kind="absence", shift="Ca sáng")
    waits = await owner.fetchrow(
        "select extract(epoch from due_at - created_at) as wait,"
        " extract(epoch from expires_at - due_at) as lasts from delivery where channel = 'sms'"
    )
    assert waits is not None
    assert 290 < waits["wait"] <= 301
    assert waits["lasts"] == 3600
    await drain(desk)
    assert not carrier.accepted

    await over(owner)
    await drain(desk)
    (sms,) = carrier.accepted
    assert sms.phone == "0" + mother.phone[3:]
    assert sms.text == (
        "Cong Truong: con chua co mat o truong luc 06:52 ngay 16/11. Hay goi giao vien chu nhiem,"
        " hoac gui don xin nghi."
    )
    assert not sms.unicode
    assert await ends(owner) == [("sent", "accepted")]
    assert await owner.fetchval("select provider_id from delivery") == sms.sms_id
    await drain(desk)
    assert len(carrier.accepted) == 1
    # A second family of the same pupil is a phone of its own.
    assert await owner.fetchval("select taken from sms_usage") == 1


async def test_an_absence_that_is_told_of_another_day_sends_no_text_and_no_alarm(
    family: Family, owner: asyncpg.Connection
) -> None:
    """ "Is not at school yet" is of today: a push of a day that is over says less."""
    await family.parent("a-phone")
    await family.tell(kind="absence", shift="Ca sáng")
    assert await owner.fetchval("select kind from inbox_item") == "absence"
    assert await ends(owner) == []
    push = await owner.fetchrow("select kind, is_urgent from delivery")
    assert push is not None
    assert tuple(push) == ("correction", False)


async def test_who_has_several_children_is_told_which_by_the_given_name_alone(
    family: Family, desk: SendDesk, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    brother = await family.world.student(family.school, "Nguyễn Văn Bình")
    parent = await family.world.guardian(family.student, brother)
    await owner.execute("update account set locale = 'en' where id = $1", parent.account_id)
    await absent(family, owner)
    await drain(desk)
    (sms,) = carrier.accepted
    assert sms.text.startswith("Cong Truong: An was not at school by 06:52 on 16/11.")


async def _read(family: Family, owner: asyncpg.Connection, parent: Person) -> None:
    await owner.execute("update inbox_item set delivered_at = now()")


async def _arrive(family: Family, owner: asyncpg.Connection, parent: Person) -> None:
    (item,) = await inbox(owner, parent)
    await tell(family, owner, kind="arrival_late", minutes=30, replaces=item["event_id"])


async def _arrive_any_moment(family: Family, owner: asyncpg.Connection, parent: Person) -> None:
    await put_today(family, owner, kind="arrival_late", minutes=30)


async def _block(family: Family, owner: asyncpg.Connection, parent: Person) -> None:
    await block(owner, parent, family.student)


async def _leave(family: Family, owner: asyncpg.Connection, parent: Person) -> None:
    await owner.execute("update guardianship set ended_at = now()")


async def _forget_number(family: Family, owner: asyncpg.Connection, parent: Person) -> None:
    await owner.execute("update account set phone_sealed = null where id = $1", parent.account_id)


@pytest.mark.parametrize(
    ("happens", "end"),
    [
        (_read, ("unneeded", "acknowledged")),
        (_arrive, ("unneeded", "replaced")),
        (_arrive_any_moment, ("unneeded", "replaced")),
        (_block, ("failed", "custody_block")),
        (_leave, ("unneeded", "not_told")),
        (_forget_number, ("failed", "no_phone")),
    ],
)
async def test_no_text_goes_out_when(
    family: Family,
    desk: SendDesk,
    carrier: FakeSms,
    owner: asyncpg.Connection,
    happens: Any,
    end: tuple[str, str],
) -> None:
    parent = await family.world.guardian(family.student)
    await absent(family, owner)
    await happens(family, owner, parent)
    await drain(desk)
    assert not carrier.accepted
    assert await ends(owner) == [end]
    assert await owner.fetchval("select count(*) from sms_usage where taken > 0") == 0


async def test_two_workers_at_once_send_one(
    family: Family, desk: SendDesk, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    for _ in range(3):
        await family.world.guardian(family.student)
    await absent(family, owner)
    await asyncio.gather(*(drain(desk) for _ in range(4)))
    assert len(carrier.accepted) == 3
    assert len({sms.phone for sms in carrier.accepted}) == 3
    assert carrier.requests == 3
    assert set(await ends(owner)) == {("sent", "accepted")}


async def test_a_school_spends_no_more_than_its_days_budget(
    family: Family, desk: SendDesk, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into attendance_rules (school_id, sms_budget_a_day, updated_by, updated_at)"
        " values ($1, 2, gen_random_uuid(), now())",
        family.school.id,
    )
    for _ in range(4):
        await family.world.guardian(family.student)
    await absent(family, owner)
    await asyncio.gather(*(drain(desk) for _ in range(3)))
    assert len(carrier.accepted) == 2
    assert sorted(await ends(owner)) == [
        ("failed", "over_budget"),
        ("failed", "over_budget"),
        ("sent", "accepted"),
        ("sent", "accepted"),
    ]
    usage = await owner.fetchrow("select school_id, taken, refused from sms_usage")
    assert tuple(usage or ()) == (family.school.id, 2, 2)


async def test_a_lost_answer_costs_a_try_and_the_same_key_makes_it_one_text(
    family: Family, desk: SendDesk, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    await family.world.guardian(family.student)
    await absent(family, owner)
    carrier.faults.append(SmsFault(lost_answer=True))
    await drain(desk)
    assert await ends(owner) == [("queued", "connection")]
    await over(owner)
    await drain(desk)
    assert len(carrier.accepted) == 1
    assert await ends(owner) == [("sent", "accepted_before")]
    assert await owner.fetchval("select taken from sms_usage") == 1


async def test_what_may_have_gone_out_twice_is_not_tried_a_third_time(
    family: Family, desk: SendDesk, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    await family.world.guardian(family.student)
    await absent(family, owner)
    for _ in range(2):
        carrier.faults.append(SmsFault(raw="no json"))
        await over(owner)
        await drain(desk)
    assert await ends(owner) == [("dead", "unsure:bad_answer")]
    assert await owner.fetchval("select reason from dead_letter") == "unsure:bad_answer"


async def test_a_provider_that_is_away_costs_no_try(
    family: Family, pool: db.Pool, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    await family.world.guardian(family.student)
    await absent(family, owner)
    for _ in range(5):
        carrier.faults.append(SmsFault(status=503))
        async with desk_with(pool, family.world, esms(carrier)) as fresh:
            await over(owner)
            await drain(fresh)
            # The line is closed for a while: what is due is not claimed for nothing.
            await over(owner)
            asked = carrier.requests
            await drain(fresh)
            assert carrier.requests == asked
    assert await ends(owner) == [("queued", "http_503")]
    async with desk_with(pool, family.world, esms(carrier)) as fresh:
        await drain(fresh)
    assert await ends(owner) == [("sent", "accepted")]


async def test_workers_that_are_killed_with_a_text_in_hand_end_it_after_two(
    family: Family, desk: SendDesk, pool: db.Pool, carrier: FakeSms, owner: asyncpg.Connection
) -> None:
    """Whoever dies between claim and settling leaves a text of which nobody knows the end."""
    await family.world.guardian(family.student)
    await absent(family, owner)
    for _ in range(2):
        async with pool.acquire() as conn:
            for bucket in range(BUCKETS):
                await statements.claim(conn, bucket=bucket, channels=["sms"], limit=10, lease_s=0.0)
    await drain(desk)
    assert not carrier.accepted
    assert await ends(owner) == [("dead", "unsure")]


async def test_a_killed_workers_text_goes_out_once(
    family: Family,
    settings: Settings,
    fcm: FakeFcm,
    carrier: FakeSms,
    owner: asyncpg.Connection,
    processes: Processes,
) -> None:
    await family.world.guardian(family.student)
    await absent(family, owner)
    carrier.faults.append(SmsFault(hang_s=30.0))
    processes.start(RELAY)  # its sweep rings for what is due
    first = processes.start(WORKER)
    await until(lambda: carrier.requests == 1, within_s=60)
    kill(first)
    processes.start(WORKER)
    await until(
        lambda: owner.fetchval("select state = 'sent' from delivery where channel = 'sms'"),
        within_s=60,
    )
    assert len(carrier.accepted) == 1
    assert await owner.fetchval("select taken from sms_usage") == 1


@pytest.fixture
def processes(settings: Settings, fcm: FakeFcm, carrier: FakeSms) -> Iterator[Processes]:
    started = Processes(
        settings,
        fcm,
        SMS_BASE_URL=carrier.base_url,
        SMS_API_KEY=API_KEY,
        SMS_SECRET_KEY=SECRET_KEY,
        SMS_BRANDNAME=BRANDNAME,
    )
    yield started
    started.kill_all()


async def test_without_a_provider_it_is_said_and_is_no_dead_letter(
    family: Family, pool: db.Pool, owner: asyncpg.Connection
) -> None:
    await family.world.guardian(family.student)
    await absent(family, owner)
    async with desk_with(pool, family.world, NullSms()) as desk:
        await drain(desk)
    assert await ends(owner) == [("failed", "sms_not_configured")]
    assert await owner.fetchval("select count(*) from dead_letter") == 0


def test_the_demo_sends_no_real_text() -> None:
    assert isinstance(
        sms_sender(Settings(demo=True, sms_api_key="k", sms_secret_key="s", sms_brandname="b")),
        ConsoleSms,
    )
