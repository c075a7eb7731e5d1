"""The live streams of this process: one subscription and few queries feed them all.

A bell in Valkey says which accounts have news; what the news is comes from PostgreSQL. A check
each second finds what no bell told, and the sessions that are over.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final
from uuid import UUID

import msgspec
from prometheus_client import Counter, Gauge
from redis.asyncio import Redis

from app import db
from app.inbox import bell, queries
from app.inbox.model import InboxItem, News, Standing
from app.jobs import bell as job_bell
from app.tasks import end
from mobile_api.board_streams import BoardHub
from mobile_api.event_streams import EventStream, TooManyStreams, event_of, for_ever, tend

MAX_PER_ACCOUNT: Final = 5
MAX_STREAMS: Final = 10_000
MAX_MISSED: Final = 500
PING_S: Final = 15.0
_CHECK_S: Final = 1.0
_LISTEN_S: Final = 5.0
# A query's accounts. The policy's list of them is sorted anew for each account and each month's
# partition: 20 accounts cost 0.13 ms each, 200 cost 1.2 ms each.
_READ_AT_ONCE: Final = 20
_CHECKED_AT_ONCE: Final = 50
_ITEMS_AT_ONCE: Final = 100
# Chunks that wait for a slow client; a resumed stream must fit.
_MAX_WAITING: Final = MAX_MISSED + 100
# A step of a job is only a hint: who does not keep up with the items is spared it.
_MAX_WAITING_FOR_A_STEP: Final = 20

_OPEN: Final = Gauge("ct_streams_open", "Open inbox streams of this process")
_ITEMS: Final = Counter("ct_stream_items_total", "Items written to inbox streams")
_RESETS: Final = Counter("ct_stream_resets_total", "Streams told to load the inbox again", ["why"])
_ENDED: Final = Counter("ct_streams_ended_total", "Streams that we ended", ["why"])

_encode = msgspec.json.Encoder().encode


class InboxStream(EventStream):
    """One client's inbox as it fills.

    `position` is the last `seq` that was written to it.
    """

    def __init__(
        self, *, account_id: UUID, session_id: UUID, position: int, rights: str, expires_at: float
    ) -> None:
        super().__init__(account_id=account_id, session_id=session_id, expires_at=expires_at)
        self.position = position
        self.rights = rights

    def give(self, seq: int, event: bytes) -> None:
        """Write an item, unless it was written; too much for a slow client becomes a reset."""
        if seq <= self.position:
            return
        if len(self._waiting) >= _MAX_WAITING:
            self._waiting.clear()
            self.reset(seq, why="slow")
            return
        self.position = seq
        self.write(event)
        _ITEMS.inc()

    def hint(self, event: bytes) -> None:
        """Write what may be missed, without an id: the place to resume from stays."""
        if len(self._waiting) < _MAX_WAITING_FOR_A_STEP:
            self.write(event)

    def reset(self, seq: int, *, why: str) -> None:
        """Tell the client to load its inbox anew; the stream goes on behind `seq`."""
        self.position = seq
        self.write(event_of("reset", {"seq": seq}, seq=seq))
        _RESETS.labels(why).inc()


class StreamHub:
    """All open streams of the process. It starts to work with the first of them."""

    def __init__(
        self,
        pool: db.Pool,
        redis_url: str,
        clock: Callable[[], datetime],
        *,
        ping_s: float = PING_S,
        max_streams: int = MAX_STREAMS,
    ) -> None:
        self._pool = pool
        self._redis_url = redis_url
        self._clock = clock
        self._ping_s = ping_s
        self._max_streams = max_streams
        # By account, the oldest stream first.
        self._streams: dict[UUID, list[InboxStream]] = {}
        self.boards = BoardHub(pool, clock)
        self._number = 0
        self._dirty: dict[UUID, None] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(
        self,
        *,
        account_id: UUID,
        session_id: UUID,
        standing: Standing,
        expires_at: float,
        after_seq: int | None,
    ) -> InboxStream:
        """A stream of the account's items from `after_seq` on, or from now on.

        `expires_at` is Unix time. An account's sixth stream ends its oldest: a phone that lost
        its network leaves streams behind.

        Raises:
            TooManyStreams: the process is full.
        """
        if self._number >= self._max_streams:
            raise TooManyStreams
        mine = self._streams.setdefault(account_id, [])
        while len(mine) >= MAX_PER_ACCOUNT:
            self._end(mine[0], why="too_many")
        last_seq = standing.last_seq
        stream = InboxStream(
            account_id=account_id,
            session_id=session_id,
            position=last_seq if after_seq is None else after_seq,
            rights=standing.rights,
            expires_at=expires_at,
        )
        if max(0, last_seq - MAX_MISSED) <= stream.position <= last_seq:
            stream.write(event_of("hello", {"seq": stream.position}, seq=stream.position))
        else:
            # No id: who loses the connection before the reset must ask with its old one again.
            stream.write(event_of("hello", {"seq": last_seq}))
            stream.reset(last_seq, why="missed")
        self._streams.setdefault(account_id, mine).append(stream)
        self._number += 1
        _OPEN.inc()
        self._start()
        self._mark([account_id])
        return stream

    def leave(self, stream: InboxStream) -> None:
        """Forget a stream whose client is gone."""
        stream.end()
        mine = self._streams.get(stream.account_id, [])
        if stream not in mine:
            return
        mine.remove(stream)
        if not mine:
            del self._streams[stream.account_id]
        self._number -= 1
        _OPEN.dec()

    def end_all(self) -> None:
        """End every stream: the process is to stop, and would wait for them."""
        for stream in self._all():
            self._end(stream, why="stopping")
        self.boards.end_all()

    async def close(self) -> None:
        """End every stream and all work."""
        self.end_all()
        await self.boards.close()
        await end(self._tasks)
        self._tasks.clear()

    def _start(self) -> None:
        if not self._tasks:
            works = (self._listen, self._feed, self._check, self._tend)
            self._tasks = [asyncio.create_task(for_ever(work)) for work in works]

    def _all(self) -> list[InboxStream]:
        return [stream for mine in self._streams.values() for stream in mine]

    def _end(self, stream: InboxStream, *, why: str) -> None:
        _ENDED.labels(why).inc()
        self.leave(stream)

    def _mark(self, account_ids: Iterable[UUID]) -> None:
        """Have the news of these accounts read, for those that listen here."""
        self._dirty.update((each, None) for each in account_ids if each in self._streams)
        if self._dirty:
            self._wake.set()

    async def _listen(self) -> None:
        """Bells from Valkey. A connection of its own: the others give up after two seconds."""
        redis: Redis = Redis.from_url(
            self._redis_url, socket_connect_timeout=2, health_check_interval=10
        )
        async with redis, redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(bell.CHANNEL, job_bell.CHANNEL)
            while True:
                message = await pubsub.get_message(timeout=_LISTEN_S)
                if message is None or message["type"] != "message":
                    continue
                if message["channel"] == job_bell.CHANNEL.encode():
                    self._hint(message["data"])
                else:
                    self._mark(bell.decode(message["data"]))

    def _hint(self, payload: bytes) -> None:
        """Tell the account's streams how far its job is."""
        told = job_bell.decode(payload)
        if told is None:
            return
        account_id, step = told
        for stream in self._streams.get(account_id, ()):
            stream.hint(b"event: job\ndata: %b\n\n" % step)

    async def _feed(self) -> None:
        """Read the news of marked accounts, many in one query, and hand them out."""
        await self._wake.wait()
        accounts = list(islice(self._dirty, _READ_AT_ONCE))
        for account_id in accounts:
            del self._dirty[account_id]
        if not self._dirty:
            self._wake.clear()
        after = {
            account_id: min(stream.position for stream in self._streams[account_id])
            for account_id in accounts
            if account_id in self._streams
        }
        if not after:
            return
        async with db.transaction(self._pool, accounts=after) as conn:
            news = await queries.news(
                conn,
                account_ids=list(after),
                after_seqs=list(after.values()),
                limit_each=_ITEMS_AT_ONCE,
            )
        self._hand_out(news)

    def _hand_out(self, news: list[News]) -> None:
        full: dict[UUID, int] = {}
        for each in news:
            event = _item_event(each.item)
            for stream in list(self._streams.get(each.account_id, ())):
                stream.give(each.item.seq, event)
            full[each.account_id] = full.get(each.account_id, 0) + 1
        self._mark(account_id for account_id, n in full.items() if n >= _ITEMS_AT_ONCE)

    async def _check(self) -> None:
        """Each second: which streams are over, and which have news that no bell told."""
        await asyncio.sleep(_CHECK_S)
        streams = self._all()
        for first in range(0, len(streams), _CHECKED_AT_ONCE):
            some = streams[first : first + _CHECKED_AT_ONCE]
            accounts = [stream.account_id for stream in some]
            async with db.transaction(self._pool, accounts=accounts) as conn:
                standings = await queries.standings(
                    conn,
                    session_ids=[stream.session_id for stream in some],
                    account_ids=accounts,
                    now=self._clock(),
                )
            for stream, standing in zip(some, standings, strict=True):
                self._judge(stream, standing)

    def _judge(self, stream: InboxStream, standing: Standing) -> None:
        if not standing.is_live:
            self._end(stream, why="session_over")
        elif standing.rights != stream.rights:
            # What the client shows may not be its to show any more. It comes again at once.
            stream.reset(stream.position, why="rights_changed")
            self._end(stream, why="rights_changed")
        elif standing.last_seq > stream.position:
            self._mark([stream.account_id])

    async def _tend(self) -> None:
        """Pings for the silent, and the end of those whose access token is over."""
        await asyncio.sleep(min(_CHECK_S, self._ping_s))
        tend(
            self._all(),
            now=self._clock(),
            ping_s=self._ping_s,
            end=partial(self._end, why="token_over"),
        )


def _item_event(item: InboxItem) -> bytes:
    return b"id: %d\nevent: item\ndata: %b\n\n" % (item.seq, _encode(item))
