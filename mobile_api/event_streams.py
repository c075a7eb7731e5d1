"""What the kinds of live streams share: a queue of server-sent events, and work that goes on."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from datetime import datetime
from time import monotonic
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import structlog
from litestar.datastructures import ResponseHeader
from redis.exceptions import RedisError

from app import db
from app.errors import Unavailable

STREAM_HEADERS: Final = [
    ResponseHeader(name="Cache-Control", value="no-store"),
    ResponseHeader(name="X-Accel-Buffering", value="no", description="nginx must not hold it"),
]
_PAUSE_S: Final = 1.0

_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger(__name__)


class TooManyStreams(Unavailable):
    """Máy chủ đang có quá nhiều kết nối | The server has too many open streams"""


class EventStream:
    """One client's stream: a hub fills it, the response's body empties it.

    `expires_at` is Unix time, `written_at` is monotonic.
    """

    def __init__(self, *, account_id: UUID, session_id: UUID, expires_at: float) -> None:
        self.account_id = account_id
        self.session_id = session_id
        self.expires_at = expires_at
        self.written_at = monotonic()
        self.is_ended = False
        self._waiting: deque[bytes] = deque()
        self._ready = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        await self._ready.wait()
        if not self._waiting:
            raise StopAsyncIteration
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        if not self.is_ended:
            self._ready.clear()
        return chunk

    def write(self, chunk: bytes) -> None:
        if self.is_ended:
            return
        self._waiting.append(chunk)
        self.written_at = monotonic()
        self._ready.set()

    def end(self) -> None:
        """No more; what waits is still written."""
        self.is_ended = True
        self._ready.set()


_Stream = TypeVar("_Stream", bound=EventStream)


def tend(
    streams: Iterable[_Stream], *, now: datetime, ping_s: float, end: Callable[[_Stream], None]
) -> None:
    """Ping the silent; end those whose access token is over."""
    silent_since = monotonic() - ping_s
    for stream in streams:
        if stream.expires_at <= now.timestamp():
            end(stream)
        elif stream.written_at <= silent_since:
            stream.write(b": ping\n\n")


async def for_ever(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work again and again; a server that is away is waited for, and said once."""
    is_away = False
    while True:
        try:
            await work()
            is_away = False
            continue
        except (RedisError, OSError, TimeoutError, db.PostgresError, db.InterfaceError) as error:
            if not is_away:
                _log.warning("streams.away", what=work.__name__, error=type(error).__name__)
            is_away = True
        except Exception:
            _log.exception("streams.bug", what=work.__name__)
        await asyncio.sleep(_PAUSE_S)


def event_of(name: str, data: object, *, seq: int | None = None) -> bytes:
    """An event as it goes over the wire, its data as JSON."""
    line = b"" if seq is None else b"id: %d\n" % seq
    return line + b"event: %b\ndata: %b\n\n" % (name.encode(), _encode(data))
