"""The web client as a phone has it: how soon it is there, and how soon a card has its answer.

A slow phone on a slow network: CPU six times slower, 700 kb/s, 300 ms. Then a good one. A real
Chromium, whose camera is a file, beside a served API. Times are medians.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg
from msgspec import Struct
from playwright.async_api import Browser, BrowserContext, CDPSession, Page
from rich.console import Console
from rich.table import Table

from app.crypto import Vault
from app.identity.passwords import PasswordHasher
from app.keys import KeyRing
from scripts.benches._browser import PHONE, chromium
from scripts.benches._camera import Camera
from scripts.benches._ports import free_port
from scripts.benches._province import LAT, LNG, BenchSchool, build
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey

console = Console(stderr=True)
PASSWORD: Final = "Mot-Mat-Khau-Dai-1"  # noqa: S105 - of a database that is thrown away
GUARD, PARENT = "0905000001", "0905000002"
AIMS: Final = {
    "first_paint_ms": 1500,
    "repeat_paint_ms": 400,
    "login_to_scan_ms": 8000,
    "scan_to_answer_ms": 600,
    "scan_to_family_ms": 1000,
    "parent_page_kb_gz": 40,
}
_SLOW: Final = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 700_000 / 8,
    "uploadThroughput": 700_000 / 8,
}
_SLOWER: Final = 6
# The screens of a parent, by their addresses; {child} is filled in.
PARENTS_PAGES: Final = (
    "/", "/con/{child}", "/con/{child}/ma", "/con/{child}/xin-nghi", "/tin", "/cai-dat",
    "/so-lien-lac", "/so-lien-lac/tim", "/con/{child}/so", "/tin-nhan", "/khoan-thu",
    "/khoan-thu/bien-lai",
)  # fmt: skip
_SETTLES_S: Final = 1.0  # what a screen loads after it is there; a stream is never idle
_FIRST_PAINT: Final = """
() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null
"""


class Place(Struct, frozen=True, kw_only=True):
    """Where it all runs."""

    url: str
    school: BenchSchool
    browser: Browser
    camera: Camera


def main(args: list[str]) -> None:
    """Run it and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench web")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5, help="of each paint")
    parser.add_argument("--scans", type=int, default=20, help="of a good phone")
    options = parser.parse_args(args)
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
        EmbeddedValkey(Path(folder) / "vk") as valkey,
    ):
        camera = Camera(Path(folder) / "camera.y4m")
        result = asyncio.run(_bench(postgres.dsn("postgres"), valkey.url, camera, options))
    _show(result)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


async def _bench(
    dsn: str, redis_url: str, camera: Camera, options: argparse.Namespace
) -> dict[str, float]:
    key = KeyRing.generate()
    await asyncio.to_thread(migrate, dsn)
    vault = Vault(KeyRing.parse(key))
    (school,) = await build(dsn, vault, schools=1, guards=1, pupils=200)
    child = await _people(dsn, vault, school, scans=options.scans)
    port = free_port()
    url = f"http://localhost:{port}"
    environment = os.environ | {
        "DATABASE_URL": dsn, "REDIS_URL": redis_url, "MASTER_KEY": key, "PORT": str(port),
        "BASE_URL": url,
    }  # fmt: skip
    with _part("serve", environment), _part("relay", environment):
        await _await_ready(url)
        async with chromium(camera) as browser:
            place = Place(url=url, school=school, browser=browser, camera=camera)
            paints = await _paints(place, options.rounds)
            slow = await _login_to_scan(place, max(1, options.rounds // 2))
            good = await _scans(place, options.scans)
            pages, every = await parents_bytes(browser, url, PARENT, PASSWORD, child)
    sizes = {
        "parent_today_kb_gz": pages["/"] / 1000,
        "parent_page_kb_gz": max(pages.values()) / 1000,
        "parent_all_kb_gz": every / 1000,
    }
    return {**paints, **slow, **good, **sizes}


async def _people(dsn: str, vault: Vault, school: BenchSchool, *, scans: int) -> str:
    """Give the guard and a parent of the first pupils a phone and a password; the first child."""
    conn = await asyncpg.connect(dsn)
    guard = await conn.fetchval("select account_id from staff where school_id = $1", school.id)
    passwords = PasswordHasher(threads=1)
    hashed = await passwords.hash(PASSWORD)
    passwords.close()
    for account, phone in ((guard, GUARD), (school.account_ids[0], PARENT)):
        number = f"+84{phone[1:]}"
        await conn.execute(
            "update account set phone_sealed = $2, phone_index = $3, password_hash = $4"
            " where id = $1",
            account,
            vault.seal(number, purpose="account-phone"),
            vault.phone_index(number),
            hashed,
        )
    child = await conn.fetchval(
        "select student_id from guardianship where account_id = $1", school.account_ids[0]
    )
    # One page is to hear of all scans: a large family.
    await conn.execute(
        "update guardianship set account_id = $1 where account_id = any($2)",
        school.account_ids[0],
        school.account_ids[: scans + 1],
    )
    await conn.close()
    return str(child)


async def _paints(place: Place, rounds: int) -> dict[str, float]:
    """The first contentful paint of a phone that was never here, and when it comes back."""
    first, again = [], []
    for _ in range(rounds):
        async with _phone(place, is_slow=True) as (page, _):
            await page.goto(place.url)
            first.append(await _first_paint(page))
            await page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
            # Who comes back has closed the first page: it would start beside the second.
            await page.wait_for_load_state("networkidle")
            await page.close()
            again_page = await page.context.new_page()
            await _slow_down(again_page)
            await again_page.goto(place.url)
            again.append(await _first_paint(again_page))
    return {
        "first_paint_ms": statistics.median(first),
        "repeat_paint_ms": statistics.median(again),
    }


async def _login_to_scan(place: Place, rounds: int) -> dict[str, float]:
    """From the tap on "log in" to the first card's answer, on a slow phone that was never here."""
    times = []
    for number in range(rounds):
        async with _phone(place, is_slow=True) as (page, _):
            pupil = len(place.school.cards) - 1 - number
            place.camera.show(place.school.cards[pupil])
            await page.goto(place.url)
            await _fill_in(page, GUARD, PASSWORD)
            began = time.perf_counter()
            await page.locator("form button[type=submit]").click()
            await _start_scanning(page)
            await _answer(page, pupil)
            times.append((time.perf_counter() - began) * 1000)
    return {"login_to_scan_ms": statistics.median(times)}


async def _scans(place: Place, count: int) -> dict[str, float]:
    """From the card before the camera to its answer, and to the family's open page, on good phones.

    The network between them is none: what remains is the system's own part.
    """
    answers, tellings = [], []
    async with (
        _phone(place, is_slow=False) as (family, _),
        _phone(place, is_slow=False) as (guard, _),
    ):
        await family.goto(place.url)
        await log_in(family, PARENT, PASSWORD)
        await family.locator(".fresh.live").wait_for()
        place.camera.show(None)
        await guard.goto(place.url)
        await log_in(guard, GUARD, PASSWORD)
        await _start_scanning(guard)
        for pupil, card in enumerate(place.school.cards[: count + 1]):
            place.camera.show(card)
            began = time.perf_counter()
            told = asyncio.create_task(_told(family, pupil, began))
            await _answer(guard, pupil)
            answers.append((time.perf_counter() - began) * 1000)
            tellings.append(await told)
    # The first warms the way up.
    answers, tellings = sorted(answers[1:]), sorted(tellings[1:])
    return {
        "scan_to_answer_ms": statistics.median(answers),
        "scan_to_answer_p95_ms": answers[int(len(answers) * 0.95)],
        "scan_to_family_ms": statistics.median(tellings),
        "scan_to_family_p95_ms": tellings[int(len(tellings) * 0.95)],
    }


async def _told(family: Page, pupil: int, began: float) -> float:
    """Milliseconds until the pupil's card on the family's Today says that the child is in."""
    name = family.get_by_text(f"Nguyễn Văn An {pupil}", exact=True)
    await family.locator("a.child").filter(has=name).get_by_text("Đã vào trường").wait_for()
    return (time.perf_counter() - began) * 1000


async def parents_bytes(
    browser: Browser,
    url: str,
    phone: str,
    password: str,
    child: str,
    more: Sequence[str] = (),
) -> tuple[dict[str, int], int]:
    """Scripts and styles, gzipped, of each of a parent's pages opened by itself, and of them all.

    By address, `more` after those of every parent. The last number counts what several pages share
    once.
    """
    context = await browser.new_context(base_url=url, **PHONE)
    assets: set[str] = set()
    context.on("request", lambda request: assets.add(request.url))
    page = await context.new_page()
    await page.goto("/")
    await log_in(page, phone, password)
    weights: dict[str, int] = {}
    sizes: dict[str, int] = {}
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for address in (*PARENTS_PAGES, *more):
            assets.clear()
            await page.goto(address.format(child=child))
            await page.get_by_role("heading", level=1).wait_for()
            await asyncio.sleep(_SETTLES_S)
            wanted = {each for each in assets if "/a/" in each and each.endswith((".js", ".css"))}
            for each in wanted - weights.keys():
                weights[each] = await _gz_size(session, each)
            sizes[address] = sum(weights[each] for each in wanted)
    await context.close()
    return sizes, sum(weights.values())


async def _gz_size(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(url, headers={"Accept-Encoding": "gzip"}) as response:
        return len(await response.read())


async def log_in(page: Page, phone: str, password: str) -> None:
    """Through the login screen, until it is gone."""
    await _fill_in(page, phone, password)
    await page.locator("form button[type=submit]").click()
    await page.locator("input[type=password]").wait_for(state="detached")


async def _fill_in(page: Page, phone: str, password: str) -> None:
    await page.locator("input[type=tel]").fill(phone)
    await page.locator("input[type=password]").fill(password)


async def _start_scanning(page: Page) -> None:
    """Past the choice of gate and direction: the camera runs and the place is known."""
    await page.get_by_role("button", name="Học sinh đang VÀO").click()
    await page.get_by_role("button", name="Bắt đầu quét").click()
    await page.locator(".answer").wait_for()
    await page.locator(".place-badge").wait_for(state="detached")


async def _answer(page: Page, pupil: int) -> None:
    """Wait until the band names the pupil and the server has said yes."""
    name = page.get_by_text(f"Nguyễn Văn An {pupil}", exact=True)
    await page.locator(".answer:not(.wait):not(.bad)").filter(has=name).wait_for()


async def _first_paint(page: Page) -> float:
    """Milliseconds from the navigation's start."""
    async with asyncio.timeout(60):
        while True:
            painted: float | None = await page.evaluate(_FIRST_PAINT)
            if painted is not None:
                return painted
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _phone(place: Place, *, is_slow: bool) -> AsyncIterator[tuple[Page, BrowserContext]]:
    """A phone that was never here, at the school's gate."""
    where: Any = {"latitude": LAT, "longitude": LNG, "accuracy": 8}
    context = await place.browser.new_context(**PHONE, geolocation=where)
    context.set_default_timeout(60_000)
    page = await context.new_page()
    if is_slow:
        await _slow_down(page)
    try:
        yield page, context
    finally:
        await context.close()


async def _slow_down(page: Page) -> None:
    session: CDPSession = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", dict(_SLOW))
    await session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})


@contextmanager
def _part(name: str, environment: Mapping[str, str]) -> Iterator[None]:
    """One of our commands as a process of its own."""
    command = [sys.executable, "-m", "scripts.cli", name]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


async def _await_ready(url: str) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health/ready") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


def _show(result: Mapping[str, float]) -> None:
    table = Table(title="web client", show_header=True)
    for heading in ("", "measured", "aim"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, value in result.items():
        aim = AIMS.get(name)
        table.add_row(name, f"{value:.0f}", "" if aim is None else f"<= {aim}")
    console.print(table)
