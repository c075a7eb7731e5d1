"""The principal's board while a school morning goes by."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
import pytest
from playwright.async_api import expect

from app import db
from app.schools.common import school_day
from scripts.banner import DEMO_PASSWORD
from scripts.demo.seed import seed
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.api_process import REPOSITORY
from tests.conftest import MASTER_KEY, create_database
from tests.notifications.news import until
from tests.scripts.demo_helpers import demo_settings
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Province, open_all_day, running, stay_within_the_day
from tests.web.screens import screen

PRINCIPAL, THCS = "0900000002", 2


@pytest.fixture(scope="module")
def demo(
    postgres: EmbeddedPostgres, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """The demo province, served; its schools begin the day empty."""
    assert database
    folder = tmp_path_factory.mktemp("demo")
    create_database(postgres, "ct_web_demo", template="ct_template")
    with EmbeddedValkey(None) as valkey:
        settings = demo_settings(postgres.dsn("ct_web_demo"), valkey)
        seed(settings, days=1)
        settings = msgspec.structs.replace(settings, data_dir=folder / "data")
        with running(settings, folder, {"DEMO": "1"}, parts=("serve",)) as province:
            yield province


@contextmanager
def morning(demo: Province, *, speed: int) -> Iterator[subprocess.Popen[bytes]]:
    """`cong-truong demo morning` at the principal's school."""
    settings = demo.settings
    environment = {
        "DATABASE_URL": settings.require_database_url(),
        "REDIS_URL": settings.require_redis_url(),
        "DATA_DIR": str(settings.data_dir),
        "MASTER_KEY": MASTER_KEY,
        "DEMO": "1",
    }
    command = ["demo", "morning", "--speed", str(speed), "--school", str(THCS)]
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.cli", *command, "--base-url", demo.url],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


async def test_the_board_moves_while_a_school_morning_goes_by(
    demo: Province, open_phone: OpenPhone
) -> None:
    stay_within_the_day()
    desk = await open_phone(at_desk=True, url=demo.url)
    await desk.log_in(PRINCIPAL, DEMO_PASSWORD)
    await expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    loads = desk.watch.loads
    conn = await db.connect(demo.settings.require_database_url())
    with morning(demo, speed=400) as process:
        count = "select count(*) from scanner where school_id = $1"
        await until(lambda: conn.fetchval(count, THCS), within_s=60)
        # Who comes when is read by now; a morning that lasts all day counts scans at any hour.
        await open_all_day(conn, THCS)
        numbers: list[int] = []
        async with asyncio.timeout(120):
            while len(numbers) < 5:
                now = await arrived(desk)
                if now not in numbers:
                    numbers.append(now)
                await asyncio.sleep(0.1)
        assert await asyncio.to_thread(process.wait, 120) == 0
    assert numbers == sorted(numbers), "nobody un-arrives"
    count = await conn.fetchval(
        "select count(*) from attendance_day where school_id = $1 and day = $2"
        " and person_kind = 'student'",
        THCS,
        school_day(datetime.now(UTC)),
    )
    await conn.close()
    await expect(desk.page.get_by_test_id("arrived")).to_have_text(str(count))
    assert desk.watch.loads == loads, "it came by the stream, not by a reload"
    await screen(desk.page, "board-desk")
    phone = await open_phone(url=demo.url)
    await phone.log_in(PRINCIPAL, DEMO_PASSWORD)
    await expect(phone.page.get_by_test_id("arrived")).to_have_text(str(count))
    await screen(phone.page, "board")


async def arrived(desk: Phone) -> int:
    return int(await desk.page.get_by_test_id("arrived").inner_text())
