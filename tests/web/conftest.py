"""Real browsers on real processes: one Chromium and one province a test process.

Everything here runs on one event loop, since a browser belongs to the loop that started it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from app import db
from app.settings import Settings
from scripts.benches import _browser as browsers
from scripts.benches._browser import DESK, PHONE
from scripts.benches._camera import Camera
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import MASTER_KEY, create_database, open_test_resources
from tests.fakes import sms as fake_sms
from tests.fakes.sms import FakeSms
from tests.fakes.webpush import FakePushService
from tests.gate import Gate
from tests.patience import PATIENCE_S
from tests.web.phone import Phone
from tests.web.province import Province, Town, WallClock, running, stay_within_the_day
from tests.world import Person, School

HERE = Path(__file__).parent
_HAS_FAILED = pytest.StashKey[bool]()

OpenPhone = Callable[..., Awaitable[Phone]]
GuardAt = Callable[[School, Person], Gate]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on the session's loop, on which the browser was started."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_HAS_FAILED] = item.stash.get(_HAS_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return Camera(tmp_path_factory.mktemp("camera") / "camera.y4m")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(camera: Camera) -> AsyncIterator[Browser]:
    # Two cores are shared by two test processes, each with a browser and a province.
    expect.set_options(timeout=PATIENCE_S * 1000)
    async with browsers.chromium(camera) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def push_service() -> AsyncIterator[FakePushService]:
    async with FakePushService() as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sms() -> AsyncIterator[FakeSms]:
    async with FakeSms() as service:
        yield service


@pytest.fixture(scope="session")
def province(
    postgres: EmbeddedPostgres,
    database: str,
    push_service: FakePushService,
    sms: FakeSms,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Province]:
    """With a database and a Valkey of its own: other tests empty theirs while it runs."""
    assert database
    create_database(postgres, "ct_web", template="ct_template")
    folder = tmp_path_factory.mktemp("province")
    more = {
        "PUSH_HOSTS": push_service.origin,
        "SMS_BASE_URL": sms.base_url,
        "SMS_API_KEY": fake_sms.API_KEY,
        "SMS_SECRET_KEY": fake_sms.SECRET_KEY,
        "SMS_BRANDNAME": fake_sms.BRANDNAME,
    }
    with EmbeddedValkey(None) as valkey:
        settings = Settings(
            data_dir=folder / "data",
            database_url=postgres.dsn("ct_web"),
            redis_url=valkey.url,
            master_key=MASTER_KEY,
        )
        with running(settings, folder, more) as started:
            yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rows(province: Province) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the province's database."""
    conn = await db.connect(province.settings.require_database_url())
    yield conn
    await conn.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def province_town(province: Province, rows: asyncpg.Connection) -> AsyncIterator[Town]:
    async with open_test_resources(province.settings, WallClock()) as resources:
        yield Town(rows, resources)


@pytest.fixture
def town(province_town: Town) -> Town:
    """Who lives in the province; each test makes schools and people of its own."""
    stay_within_the_day()
    return province_town


@pytest_asyncio.fixture(loop_scope="session")
async def api(province: Province) -> AsyncIterator[httpx.AsyncClient]:
    """The served API, to arrange what no screen is asked for."""
    async with httpx.AsyncClient(base_url=province.url, timeout=30) as client:
        yield client


@pytest.fixture
def guard_at(api: httpx.AsyncClient) -> GuardAt:
    """A guard's native phone at a school's gate: scans through the API alone."""
    return lambda school, who: Gate(api, WallClock(), school, who)


@pytest_asyncio.fixture(loop_scope="session")
async def open_phone(
    chromium: Browser,
    province: Province,
    camera: Camera,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> AsyncIterator[OpenPhone]:
    """Opens phones, and in the end asks each whether it had anything to complain about."""
    phones: list[Phone] = []
    camera.show(None)

    async def open_one(*, at_desk: bool = False, url: str = province.url, **more: Any) -> Phone:
        kind = DESK if at_desk else PHONE
        phone = await Phone.open(chromium, url, kind=kind, **more)
        phones.append(phone)
        return phone

    yield open_one
    for number, phone in enumerate(phones):
        if request.node.stash.get(_HAS_FAILED, False):
            await phone.page.screenshot(path=tmp_path / f"phone-{number}.png")
        await phone.close()
    complaints = [each for phone in phones for each in phone.watch.complaints]
    assert not complaints, "\n".join(complaints)
