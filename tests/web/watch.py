"""What a browser complains about while a test runs: nothing may be left at its end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError

# Chromium itself writes this line for each answer that is no success, whatever the page does.
_REFUSED: Final = re.compile(r"Failed to load resource: .* responded with a status of (\d+)")
_NO_NETWORK: Final = re.compile(r"net::ERR_(INTERNET_DISCONNECTED|FAILED|NETWORK_CHANGED)")
_GAVE_UP: Final = "net::ERR_ABORTED"  # the page went elsewhere, or ended its stream
_TELL_VIOLATIONS: Final = """
    addEventListener("securitypolicyviolation", (event) =>
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))
"""


class Watch:
    """Collects the complaints of all pages of a context."""

    def __init__(self, base_url: str) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.loads = 0
        self._host = urlsplit(base_url).netloc
        self._allowed: list[tuple[int, str]] = []
        self._has_network = True
        self._under_way: set[Request] = set()
        self._cut_off: set[str] = set()

    async def attach(self, context: BrowserContext) -> None:
        await context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)
        context.on("page", self._on_page)

    def allow(self, status: int, path: str) -> None:
        """The test provokes this answer: it is no complaint."""
        self._allowed.append((status, path))

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """What fails for want of a network is no complaint, also if it is told of only later."""
        self._cut_off |= {request.url for request in self._under_way}
        self._has_network = False
        yield
        self._has_network = True

    def _on_page(self, page: Page) -> None:
        page.on("domcontentloaded", self._on_load)

    def _on_load(self, _page: Page) -> None:
        self.loads += 1

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        url = message.location["url"]
        if refused := _REFUSED.match(message.text):
            if self._is_allowed(int(refused[1]), url):
                return
        elif self._is_cut_off(message.text, url):
            return
        self.complaints.append(f"{message.type}: {message.text} ({url})")

    def _is_allowed(self, status: int, url: str) -> bool:
        path = urlsplit(url).path
        return any(status == code and path.startswith(start) for code, start in self._allowed)

    def _is_cut_off(self, why: str, url: str) -> bool:
        return url in self._cut_off and bool(_NO_NETWORK.search(why))

    def _on_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        self._under_way.add(request)
        if not self._has_network:
            self._cut_off.add(request.url)
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._host:
            self.complaints.append(f"another host was asked: {request.url}")

    def _on_finished(self, request: Request) -> None:
        self._under_way.discard(request)

    def _on_failed(self, request: Request) -> None:
        self._under_way.discard(request)
        why = request.failure or ""
        if why == _GAVE_UP or self._is_cut_off(why, request.url):
            return
        self.complaints.append(f"failed: {request.method} {request.url}: {why}")
