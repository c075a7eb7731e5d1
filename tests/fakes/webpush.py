"""A push service on loopback that speaks RFC 8030 and RFC 8292, with faults on demand.

It refuses what browsers' services refuse: a bad or foreign signature, a missing TTL, a Topic that
is too long, a body over 4096 bytes; and it reads each message as the browser would.
"""

import asyncio
import re
import time
from collections import deque
from typing import Any, Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from tests.fakes.webpush_browser import Browser, unb64

_DAY_S = 24 * 3600
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SUBJECT = re.compile(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https://\S+")


class Fault(Struct, frozen=True, kw_only=True):
    """One wrong answer. `hang_s` waits before it; `reset` cuts the connection instead."""

    status: int = 500
    body: str = ""
    retry_after: str | None = None
    location: str | None = None
    hang_s: float = 0.0
    reset: bool = False
    accepts: bool = False
    """Take the message first: the answer alone is lost."""


RESET = Fault(reset=True)
HANG = Fault(hang_s=3600.0)
LOST_ANSWER = Fault(reset=True, accepts=True)


class Taken(Struct, frozen=True, kw_only=True):
    """A message the service took, read by its browser."""

    browser: str
    payload: dict[str, Any]
    headers: dict[str, str]
    claims: dict[str, Any]
    size: int


class FakePushService:
    """`accepted` is what was taken, `requests` counts every POST, taken or not.

    `faults` are used up in order by the next requests; `gone` browsers have unsubscribed.
    """

    def __init__(self) -> None:
        self.accepted: list[Taken] = []
        self.faults: deque[Fault] = deque()
        self.always: dict[str, Fault] = {}
        self.gone: set[str] = set()
        self.requests = 0
        self.seen: list[str] = []
        self.most_at_once = 0
        self.delay_s = 0.0
        self.hold: asyncio.Event | None = None  # what comes meanwhile is answered when it is set
        self._at_once = 0
        self._browsers: dict[str, Browser] = {}
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=100_000)
        app.router.add_post("/push/{name}", self._push)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def origin(self) -> str:
        """What `PUSH_HOSTS` is set to."""
        return f"http://127.0.0.1:{self._port}"

    def subscribe(self, server_key: str) -> Browser:
        """A browser that takes messages signed with this key alone."""
        browser = Browser(self.origin, server_key)
        self._browsers[browser.name] = browser
        return browser

    async def wait_for(self, count: int, *, timeout_s: float = 30.0) -> list[Taken]:
        """Wait until `count` messages were taken.

        Raises:
            TimeoutError: fewer came.
        """
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: len(self.accepted) >= count)
        return list(self.accepted)

    async def _push(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self.seen.append(request.match_info["name"])
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            body = await request.read()
            await asyncio.sleep(self.delay_s)
            if self.hold is not None:
                await self.hold.wait()
            return await self._answer(request, body)
        finally:
            self._at_once -= 1

    async def _answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        browser = self._browsers.get(request.match_info["name"])
        if browser is None:
            return web.Response(status=404)
        fault = self.always.get(browser.name)
        if fault is None and self.faults:
            fault = self.faults.popleft()
        if fault is not None and not fault.accepts:
            return await self._fail(request, fault)
        if browser.name in self.gone:
            return web.Response(status=410)
        try:
            claims = self._signed(request.headers.get("Authorization", ""), browser)
        except (jwt.PyJWTError, ValueError) as error:
            return web.json_response({"reason": str(error)}, status=403)
        if wrong := _wrong(request, body):
            return web.json_response({"reason": wrong}, status=413 if wrong == "size" else 400)
        await self._accept(request, browser, body, claims)
        if fault is not None:
            return await self._fail(request, fault)
        return web.Response(status=201, headers={"Location": f"{self.origin}/message/1"})

    def _signed(self, header: str, browser: Browser) -> dict[str, Any]:
        """RFC 8292 §2, §3, and §4: the key is the one of the subscription."""
        found = re.fullmatch(r"vapid t=([\w.-]+), k=([\w-]+)", header)
        if found is None:
            raise ValueError("BadAuthorization")
        token, key = found.groups()
        if key != browser.server_key:
            raise ValueError("VapidPkHashMismatch")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
        claims: dict[str, Any] = jwt.decode(
            token,
            public,
            algorithms=["ES256"],
            audience=self.origin,
            options={"require": ["aud", "exp", "sub"]},
        )
        if claims["exp"] > time.time() + _DAY_S or not _SUBJECT.fullmatch(claims["sub"]):
            raise ValueError("BadJwtToken")
        return claims

    async def _accept(
        self, request: web.Request, browser: Browser, body: bytes, claims: dict[str, Any]
    ) -> None:
        taken = Taken(
            browser=browser.name,
            payload=browser.read(body),
            headers=dict(request.headers),
            claims=claims,
            size=len(body),
        )
        self.accepted.append(taken)
        async with self._news:
            self._news.notify_all()

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.hang_s)
        if fault.reset and request.transport is not None:
            request.transport.abort()
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.location:
            headers["Location"] = fault.location
        return web.Response(status=fault.status, text=fault.body, headers=headers)


def _wrong(request: web.Request, body: bytes) -> str:
    """The first thing that RFC 8030 or RFC 8188 does not allow."""
    headers = request.headers
    if headers.get("Content-Encoding") != "aes128gcm":
        return "encoding"
    if not headers.get("TTL", "").isdigit():
        return "ttl"
    if headers.get("Urgency", "normal") not in ("very-low", "low", "normal", "high"):
        return "urgency"
    if "Topic" in headers and not _TOPIC.fullmatch(headers["Topic"]):
        return "topic"
    return "size" if len(body) > 4096 else ""
