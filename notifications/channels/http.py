"""What the HTTP channels share: a session, a bounded answer, `Retry-After`."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Struct

MAX_ANSWER_BYTES: Final = 64 * 1024
MAX_RETRY_AFTER_S: Final = 3600.0
_KEEPALIVE_S: Final = 60


class Answer(Struct, frozen=True, kw_only=True):
    """An HTTP answer, read. `retry_after_s` is None when the server gave no advice."""

    status: int
    body: bytes
    retry_after_s: float | None = None


def base_url(raw: str) -> str:
    """The base URL without its trailing slashes; a path prefix stays.

    Raises:
        ValueError: not an http(s) URL.
    """
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not a base URL such as https://host or https://host/prefix")
    return raw.rstrip("/")


def new_session(
    url: str | None,
    *,
    connections: int,
    timeout_s: float,
    resolver: AbstractResolver | None = None,
) -> aiohttp.ClientSession:
    """A session for the one host of `url`; None: for many, each request names its proxy.

    Needs a running loop; the caller closes it.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=connections, keepalive_timeout=_KEEPALIVE_S, resolver=resolver
        ),
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        # `trust_env` would read the environment and ~/.netrc again for each request.
        proxy=proxy_of(url) if url else None,
        # Small answers: unpacking costs more than the bytes, and a packed bomb is possible.
        headers={"Accept-Encoding": "identity"},
    )


async def read_answer(response: aiohttp.ClientResponse) -> Answer:
    """The answer with its advice when to come again."""
    return Answer(
        status=response.status,
        body=await answer_bytes(response),
        retry_after_s=retry_after_s(response.headers.get("Retry-After"), now=datetime.now(UTC)),
    )


async def answer_bytes(response: aiohttp.ClientResponse) -> bytes:
    """The body, cut at 64 KiB, so that a mad server cannot fill the memory."""
    if response.content_length is not None and response.content_length <= MAX_ANSWER_BYTES:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            response.close()
            break
    return bytes(body[:MAX_ANSWER_BYTES])


def retry_after_s(header: str | None, *, now: datetime) -> float | None:
    """`Retry-After` as seconds from `now`, within 1 s and 1 h; None when absent or unreadable.

    Both forms of RFC 9110 §10.2.3: seconds, or an HTTP date.
    """
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return None
        # An HTTP date is always GMT, also where the zone was left out (RFC 9110 §5.6.7).
        aware = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 1.0), MAX_RETRY_AFTER_S)


def proxy_of(url: str) -> str | None:
    """The proxy that the environment names for this URL."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)
