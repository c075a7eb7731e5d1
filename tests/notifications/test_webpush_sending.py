"""From the fact to the browser: what it may be told, tokens that end, and the worker as it runs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg
import msgspec
import pytest

from app import db
from app.consents.model import Decided
from app.consents.queries import record
from app.crypto import Vault
from app.ids import new_id
from app.push_key import public_key
from app.settings import Settings
from notifications.sending import SendDesk
from notifications.worker import web_push
from tests.fakes.fcm import FakeFcm
from tests.fakes.webpush import LOST_ANSWER, RESET, FakePushService, Fault
from tests.fakes.webpush_browser import Browser
from tests.notifications.news import Family, block, inbox, put_fact, put_token, until
from tests.notifications.news import deliveries as all_deliveries
from tests.notifications.test_crashes import RELAY, WORKER, Processes, kill
from tests.notifications.test_sending import drain, make_due
from tests.notifications.test_worker import running, with_fcm
from tests.patience import Stopwatch
from tests.world import Person

HINT = {"title": "Con đã vào trường", "body": "Chạm để xem"}


@pytest.fixture
def allowed(settings: Settings, service: FakePushService) -> Settings:
    return msgspec.structs.replace(
        settings, push_hosts=service.origin, vapid_subject="mailto:it@so.example.vn"
    )


@pytest.fixture
async def desk(pool: db.Pool, allowed: Settings) -> AsyncIterator[SendDesk]:
    sender = web_push(allowed, pool)
    yield SendDesk(pool, {"web": sender})
    await sender.close()


class Home:
    """A family whose parents have the web client in a browser."""

    def __init__(self, family: Family, service: FakePushService, vault: Vault) -> None:
        self.family = family
        self.owner = family.world.owner
        self._service = service
        self._vault = vault

    async def parent(self) -> tuple[Person, Browser]:
        person = await self.family.world.guardian(self.family.student)
        return person, await self.subscribe(person)

    async def subscribe(self, person: Person) -> Browser:
        browser = self._service.subscribe(await public_key(self.owner, vault=self._vault))
        await put_token(
            self.owner,
            person,
            browser.endpoint,
            kind="web",
            platform="web",
            keys=(browser.p256dh, browser.auth),
        )
        return browser

    async def consents(self, person: Person, choice: Any = "given") -> None:
        """To names in a Web Push, for this child."""
        await record(
            self.owner,
            event_id=new_id(),
            account_id=person.account_id,
            decided=Decided(
                purpose="push_names",
                school_id=self.family.school.id,
                person_id=self.family.student.id,
                version=1,
                choice=choice,
                decided_at=datetime.now(UTC),
            ),
            locale="vi",
        )

    async def hides_details(self, person: Person) -> None:
        await self.owner.execute(
            "insert into notification_preference (account_id, kind, channel, is_enabled)"
            " values ($1, 'web_push_details', 'push', false)",
            person.account_id,
        )


@pytest.fixture
def home(family: Family, service: FakePushService, settings: Settings) -> Home:
    return Home(family, service, Vault(settings.key_ring))


def shown(service: FakePushService, browser: Browser) -> dict[str, Any]:
    """The last notification on its screen, without the tag."""
    taken = [each for each in service.accepted if each.browser == browser.name][-1]
    return {k: v for k, v in taken.payload["notification"].items() if k != "tag"}


async def test_a_browser_is_told_the_kind_and_whose_page_to_open(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    mother, browser = await home.parent()
    await home.family.tell()
    await drain(desk)
    (item,) = await inbox(home.owner, mother)
    (taken,) = service.accepted
    assert taken.payload == {
        "notification": HINT | {"tag": str(item["id"])},
        "data": {
            "id": str(item["id"]),
            "kind": "arrival",
            "student_id": str(home.family.student.id),
        },
    }
    assert 0 < int(taken.headers["TTL"]) <= 4 * 3600
    assert taken.headers["Urgency"] == "high"
    (row,) = await all_deliveries(home.owner)
    assert (row["channel"], row["state"], row["reason"]) == ("web", "sent", "accepted")
    assert shown(service, browser) == HINT


async def test_an_arrival_takes_the_place_of_the_absence_on_the_screen_and_on_the_way(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    """A browser that is switched off gets the newest of a topic alone; one that is on, one tag."""
    mother, _ = await home.parent()
    await home.family.tell_today(kind="absence", shift="Ca sáng")
    await drain(desk)
    (absence,) = await inbox(home.owner, mother)
    await home.family.tell_today(kind="arrival_late", minutes=50, replaces=absence["event_id"])
    await drain(desk)
    first, then = service.accepted
    assert first.payload["data"]["kind"] == "absence"
    assert then.payload["data"]["kind"] == "arrival_late"
    assert first.headers["Topic"] == then.headers["Topic"] == absence["id"].hex
    tags = {each.payload["notification"]["tag"] for each in service.accepted}
    assert tags == {str(absence["id"])}


async def test_name_and_time_travel_only_to_who_agreed_and_has_not_hidden_them(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    agreed, hides, withdrew, silent = [await home.parent() for _ in range(4)]
    for person, _ in (agreed, hides, withdrew):
        await home.consents(person)
    await home.hides_details(hides[0])
    await home.family.tell()
    await home.consents(withdrew[0], "withdrawn")  # while the push waits
    await drain(desk)
    assert len(service.accepted) == 4
    (item,) = await inbox(home.owner, agreed[0])
    assert shown(service, agreed[1]) == {"title": item["title"], "body": item["body"]}
    assert item["title"].startswith("Nguyễn Văn An đã vào trường lúc 06:52")
    assert item["body"].startswith("Cổng chính, ")
    for _, browser in (hides, withdrew, silent):
        assert shown(service, browser) == HINT


async def test_consent_for_one_child_names_no_other(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    sister = await home.family.world.student(home.family.school, "Nguyễn Thị Bình")
    mother = await home.family.world.guardian(home.family.student, sister)
    browser = await home.subscribe(mother)
    await home.consents(mother)
    await put_fact(home.owner, home.family.school, sister)
    await home.family.tell(kind="departure")
    await drain(desk)
    titles = {
        taken.payload["data"]["student_id"]: taken.payload["notification"]["title"]
        for taken in service.accepted
        if taken.browser == browser.name
    }
    assert titles[str(sister.id)] == "Con đã vào trường"
    assert titles[str(home.family.student.id)].startswith("Nguyễn Văn An")


async def test_fcm_gets_no_names_whatever_was_agreed(
    home: Home, pool: db.Pool, allowed: Settings, fcm: FakeFcm, service: FakePushService
) -> None:
    mother, browser = await home.parent()
    await home.consents(mother)
    await put_token(home.owner, mother, "phone")
    async with running(with_fcm(allowed, fcm)):
        await put_fact(home.owner, home.family.school, home.family.student)
        await fcm.wait_for(1)
        await service.wait_for(1)
    assert shown(service, browser)["title"].startswith("Nguyễn Văn An")
    assert "An" not in str(fcm.accepted[0].message)
    assert set(fcm.accepted[0].message["data"]) == {"id", "kind"}


async def test_a_barred_parent_gets_nothing_though_the_push_was_on_its_way(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    father, _ = await home.parent()
    await home.consents(father)
    await home.family.tell()
    await block(home.owner, father, home.family.student)
    await drain(desk)
    assert service.requests == 0


async def test_a_subscription_that_is_gone_is_given_up_and_a_new_one_is_not(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    _, browser = await home.parent()
    service.gone.add(browser.name)
    await home.family.tell()
    await drain(desk)
    (row,) = await all_deliveries(home.owner)
    assert (row["state"], row["reason"]) == ("failed", "gone")
    disabled = "select disabled_reason from push_token"
    assert await home.owner.fetchval(disabled) == "gone"

    await home.owner.execute("update push_token set disabled_at = null, disabled_reason = null")
    held = service.hold = asyncio.Event()
    await home.family.tell()
    sending = asyncio.create_task(drain(desk))
    await until(lambda: service.requests > 1)
    await home.owner.execute("update push_token set registered_at = now()")
    held.set()
    await sending
    assert await home.owner.fetchval(disabled) is None


async def test_a_throttled_message_comes_again_when_the_service_says(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    await home.parent()
    service.faults.append(Fault(status=429, retry_after="120"))
    await home.family.tell()
    await drain(desk)
    (row,) = await all_deliveries(home.owner)
    assert (row["state"], row["reason"], row["attempts"]) == ("queued", "throttled", 1)
    left = await home.owner.fetchval("select extract(epoch from due_at - now()) from delivery")
    assert 110 < left <= 120
    await make_due(home.owner)
    await drain(desk)
    assert (await all_deliveries(home.owner))[0]["state"] == "sent"


async def test_a_stopped_line_burns_no_attempt(
    home: Home, desk: SendDesk, service: FakePushService
) -> None:
    await home.parent()
    service.faults.append(Fault(status=403))
    await home.family.tell()
    await drain(desk)
    for _ in range(3):
        await make_due(home.owner)
        await drain(desk)
    (row,) = await all_deliveries(home.owner)
    assert (row["state"], row["attempts"], row["reason"]) == ("queued", 0, "refused_403")
    assert service.requests == 1


async def test_the_running_worker_pushes_to_browsers_without_any_account_elsewhere(
    home: Home, allowed: Settings, service: FakePushService
) -> None:
    await home.parent()
    async with running(allowed):
        await put_fact(home.owner, home.family.school, home.family.student)
        await service.wait_for(1)
        for told in (2, 3):
            watch = Stopwatch()
            await put_fact(home.owner, home.family.school, home.family.student)
            await service.wait_for(told)
            assert watch.took_s < 1.0
    assert service.accepted[0].claims["sub"] == "mailto:it@so.example.vn"


@pytest.fixture
def processes(allowed: Settings, fcm: FakeFcm, service: FakePushService) -> Iterator[Processes]:
    started = Processes(allowed, fcm, PUSH_HOSTS=service.origin)
    yield started
    started.kill_all()


async def test_each_browser_is_told_though_workers_die_in_the_middle_of_it(
    home: Home, processes: Processes, service: FakePushService, owner: asyncpg.Connection
) -> None:
    parents = [await home.parent() for _ in range(4)]
    service.delay_s = 0.15
    worker, _ = processes.start(WORKER), processes.start(RELAY)
    for _ in range(3):
        service.faults.extend([Fault(status=503, retry_after="1"), RESET, LOST_ANSWER])
        asked = service.requests
        for _ in range(10):
            await put_fact(owner, home.family.school, home.family.student)
        await until(partial(_has_more, service, asked + 2))
        kill(worker)
        worker = processes.start(WORKER)
    service.delay_s = 0.0
    left = (
        "select not exists (select from outbox)"
        " and not exists (select from delivery where state = 'queued')"
    )
    await until(lambda: owner.fetchval(left), within_s=90)
    assert {row["state"] for row in await all_deliveries(owner)} == {"sent"}
    for person, browser in parents:
        told = {str(item["id"]) for item in await inbox(owner, person)}
        taken = [each.payload for each in service.accepted if each.browser == browser.name]
        assert {each["data"]["id"] for each in taken} == told
        assert {each["notification"]["tag"] for each in taken} == told


def _has_more(service: FakePushService, requests: int) -> bool:
    return service.requests > requests
