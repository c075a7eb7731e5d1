"""Web Push (RFC 8030) to browsers: encrypted to each, signed by our one key, no account needed.

Where to is named by a client. So it is asked before each send whether that is a browser's service,
redirects are not followed, and names lead to public addresses only.
"""

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
import msgspec
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from app import db
from app.crypto import Undecryptable
from app.push_hosts import is_push_endpoint, own_hosts
from app.push_key import PushKey
from notifications.channels import webpush_answers as answers
from notifications.channels.base import PushMessage, PushResult, backoff_s
from notifications.channels.hands import send_each
from notifications.channels.http import Answer, new_session, read_answer
from notifications.channels.webpush_line import Line
from notifications.channels.webpush_sealing import (
    MAX_PLAINTEXT_BYTES,
    TOKEN_S,
    authorization,
    encrypt,
)

_CONNECTION_FIRST_S: Final = 1.0
_NO_KEY_S: Final = 10.0
_UNREADABLE: Final = "key_unreadable"
# Clients name the hosts, within the list: there is no end of names under googleapis.com.
_LINES: Final = 500

LoadKey = Callable[[], Awaitable[PushKey]]


class WebPushSender:
    """Sends to browsers' push services. One instance a process and event loop.

    A service that is away, throttles us or refuses our signature closes its own line alone.
    """

    name = "web"

    def __init__(
        self,
        load_key: LoadKey,
        *,
        subject: str,
        hosts: str = "",
        concurrency: int = 100,
        timeout_s: float = 10.0,
    ) -> None:
        """`subject`: `mailto:` or `https:`, whom a service may write to; `hosts`: PUSH_HOSTS."""
        self._load_key = load_key
        self._subject = subject
        self._hosts = hosts
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._key: PushKey | None = None
        self._loading = asyncio.Lock()
        self._signed: dict[str, tuple[str, float]] = {}

    async def send(self, messages: Sequence[PushMessage]) -> list[PushResult]:
        """Send all; one result a message, in their order. Never raises for a message."""
        return await send_each(messages, self._send_one, at_once=self._concurrency)

    async def close(self) -> None:
        """Close the connections. A later `send` opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send_one(self, message: PushMessage) -> PushResult:
        async with self._slots:
            if not is_push_endpoint(message.token, also=self._hosts):
                # The list was shortened: the token stays, for it may be lengthened again.
                return answers.dropped(message, "endpoint_not_allowed")
            endpoint = yarl.URL(message.token, encoded=True)
            line = self._line_to(str(endpoint.origin()))
            if closed := line.answer_while_closed(message):
                return closed
            key = await self._current_key()
            if isinstance(key, str):
                return answers.stopped(message, key, for_s=_NO_KEY_S, alarm=key == _UNREADABLE)
            try:
                body = sealed(message)
            except ValueError:
                return answers.token_gone(message, "bad_keys")
            result = await self._deliver(message, endpoint, line, key, body)
            if result.outcome == "stop_line":
                # Perhaps the key was made anew, or the clock was set right.
                self._key = None
                self._signed.clear()
            return result

    async def _deliver(
        self, message: PushMessage, endpoint: yarl.URL, line: Line, key: PushKey, body: bytes
    ) -> PushResult:
        try:
            answer = await self._post(message, endpoint, line, self._header(line, key), body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            wait_s = backoff_s(_CONNECTION_FIRST_S, message.attempt)
            return line.settle(message, answers.retry(message, _reason(error), wait_s))
        return line.settle(message, answers.judge(message, answer))

    async def _post(
        self, message: PushMessage, endpoint: yarl.URL, line: Line, signed: str, body: bytes
    ) -> Answer:
        if self._session is None:
            self._session = new_session(
                None,
                connections=self._concurrency,
                timeout_s=self._timeout_s,
                resolver=PublicResolver(own_hosts(self._hosts) | _proxy_hosts()),
            )
        headers = {
            "Authorization": signed,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl_s),
            "Urgency": "high" if message.urgent else "normal",
            # RFC 8030 §5.4 allows 32 characters of base64url: a UUID without its hyphens.
            "Topic": message.screen_id.replace("-", ""),
        }
        async with self._session.post(
            endpoint, data=body, headers=headers, allow_redirects=False, proxy=line.proxy
        ) as response:
            return await read_answer(response)

    def _line_to(self, origin: str) -> Line:
        line = self._lines.get(origin)
        if line is None:
            line = self._lines[origin] = Line(origin)
            if len(self._lines) > _LINES:
                self._signed.pop(self._lines.popitem(last=False)[0], None)
        self._lines.move_to_end(origin)
        return line

    async def _current_key(self) -> PushKey | str:
        """The key, or the reason why there is none."""
        async with self._loading:
            if self._key is None:
                try:
                    self._key = await self._load_key()
                except Undecryptable:
                    return _UNREADABLE
                except Exception as error:
                    if not db.is_away(error):
                        raise
                    return "no_key"
            return self._key

    def _header(self, line: Line, key: PushKey) -> str:
        """Signed once for half its life: a signature a message would be a third of its cost."""
        now = time.time()
        header, until = self._signed.get(line.origin, ("", 0.0))
        if now >= until:
            header = authorization(key, origin=line.origin, subject=self._subject, now=now)
            self._signed[line.origin] = (header, now + TOKEN_S / 2)
        return header


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "dns" if isinstance(error, aiohttp.ClientConnectorDNSError) else "connection"


def sealed(message: PushMessage) -> bytes:
    """The encrypted body of a message.

    Raises:
        ValueError: the subscription's keys encrypt nothing.
    """
    if message.browser is None:
        raise ValueError("no keys")
    return encrypt(payload(message), p256dh=message.browser.p256dh, auth=message.browser.auth)


def payload(message: PushMessage) -> bytes:
    """What the service worker is given: shaped as FCM's message, with the pupil's id to open.

    The named words where they are allowed, and fit; else the hint.
    """
    to = message.browser
    if to and to.named:
        named = _encoded(message, *to.named)
        if len(named) <= MAX_PLAINTEXT_BYTES:
            return named
    return _encoded(message, message.title, message.body)


def _encoded(message: PushMessage, title: str, body: str) -> bytes:
    data = {"id": message.notification_id, "kind": message.kind}
    if message.browser and message.browser.student_id:
        data["student_id"] = message.browser.student_id
    notification = {"title": title, "body": body, "tag": message.screen_id}
    return msgspec.json.encode({"notification": notification, "data": data})


class PublicResolver(AbstractResolver):
    """Names to public addresses, and to any for the operator's `own` hosts.

    That a name is on the list does not say where it leads: whoever can bend our DNS must not be
    able to send us into the province's own network.
    """

    def __init__(self, own: Collection[str]) -> None:
        self._own = own
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host in self._own:
            return found
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise OSError(None, "no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped.is_global
    return ip.is_global and not ip.is_multicast


def _proxy_hosts() -> frozenset[str]:
    return frozenset(urlsplit(url).hostname or "" for url in getproxies().values())
