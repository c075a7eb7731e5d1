"""What the HTTP channels share: a session, a bounded answer, `Retry-After`."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

MAX_ANSWER_BYTES: Final = 64 * 1024
MAX_RETRY_AFTER_S: Final = 3600.0
_KEEPALIVE_S: Final = 60


def base_url(raw: str) -> str:
    """The base URL without its trailing slashes; a path prefix stays.

    Raises:
        ValueError: not an http(s) URL.
    """
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not a base URL such as https://host or https://host/prefix")
    return raw.rstrip("/")


def new_session(url: str, *, connections: int, timeout_s: float) -> aiohttp.ClientSession:
    """A session for the one host of `url`. Needs a running loop; the caller closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEEPALIVE_S),
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        # `trust_env` would read the environment and ~/.netrc again for each request.
        proxy=_proxy_of(url),
        # Small answers: unpacking costs more than the bytes, and a packed bomb is possible.
        headers={"Accept-Encoding": "identity"},
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


def _proxy_of(url: str) -> str | None:
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)
