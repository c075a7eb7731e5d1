"""A phone with the web client in its browser."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Geolocation, Locator, Page, expect

from scripts.benches._browser import PHONE
from tests.notifications.news import until
from tests.web.province import PASSWORD, local
from tests.web.watch import Watch
from tests.world import Person, School

_IS_ALL_KEPT: Final = """
async () => {
    const loaded = performance.getEntriesByType("resource").map((each) => each.name)
    const kept = await Promise.all(["/", ...loaded.filter((url) => url.includes("/a/"))]
        .map((url) => caches.match(url)))
    return kept.every(Boolean)
}
"""


class Phone:
    """One context: its own storage, cookies and place. `page` is the tab in front."""

    def __init__(self, context: BrowserContext, page: Page, url: str, watch: Watch) -> None:
        self.context, self.page, self.url, self.watch = context, page, url, watch

    @classmethod
    async def open(
        cls, browser: Browser, url: str, *, kind: Mapping[str, Any] = PHONE, **more: Any
    ) -> Self:
        """A fresh phone that stands nowhere yet."""
        watch = Watch(url)
        context = await browser.new_context(base_url=url, **{**kind, **more})
        await watch.attach(context)
        return cls(context, await context.new_page(), url, watch)

    async def go(self, path: str = "/") -> None:
        await self.page.goto(path)

    async def log_in(self, who: Person | str, password: str = PASSWORD) -> None:
        """Through the login screen; comes back when the screen after it is there."""
        if self.page.url == "about:blank":
            await self.go()
        phone = who if isinstance(who, str) else local(who.phone)
        await self.page.locator("input[type=tel]").fill(phone)
        await self.page.locator("input[type=password]").fill(password)
        await self.page.locator("form button[type=submit]").click()
        await expect(self.page.locator("input[type=password]")).to_have_count(0)

    async def log_out(self) -> None:
        """Through the settings, until the login is there."""
        await self.go("/cai-dat")
        await self.page.get_by_role("button", name="Đăng xuất").click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Đăng xuất").click()
        await expect(self.page.get_by_role("button", name="Đăng nhập")).to_be_visible()

    async def stand(self, lat: float, lng: float, *, accuracy_m: float = 8.0) -> None:
        """Move the phone there."""
        place: Geolocation = {"latitude": lat, "longitude": lng, "accuracy": accuracy_m}
        await self.context.set_geolocation(place)

    async def stand_at(self, school: School, *, north_m: float = 0.0) -> None:
        """Move the phone into the middle of the school, or so many metres north of it."""
        await self.stand(school.fence["lat"] + north_m / 111_320, school.fence["lng"])

    @asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        """No network, for pages and for the service worker."""
        with self.watch.without_network():
            await self.context.set_offline(True)
            yield
            await self.context.set_offline(False)

    async def ready_for_no_network(self) -> None:
        """Wait until the service worker has what a start without a network needs."""
        await self.page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
        await until(lambda: self.page.evaluate(_IS_ALL_KEPT))

    async def is_live(self) -> None:
        """Wait until the page hears news by itself."""
        await expect(self.says("Tự cập nhật ngay khi con quét thẻ")).to_be_visible()

    async def another_tab(self) -> Page:
        return await self.context.new_page()

    def asked(self, path: str) -> int:
        """How many requests went to this path so far."""
        return sum(urlsplit(url).path == path for url in self.watch.requests)

    def says(self, text: str) -> Locator:
        return self.page.get_by_text(text)

    async def close(self) -> None:
        await self.context.close()
