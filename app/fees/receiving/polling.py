"""Asking gateways for what their webhooks did not tell: a second source of the same money."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from app import db
from app.crypto import SchoolBox, Vault
from app.fees.receiving.gateway import GatewayAway, Page
from app.fees.receiving.inbox import event_of, keep
from app.fees.receiving.taker import Gateways
from app.fees.setup.queries import API_TOKEN_FIELD, NUMBER_FIELD
from app.schools.common import school_day

EVERY: Final = timedelta(minutes=5)
# Who dies while it asks leaves it to the next after this long: longer than any asking takes.
_LEASE: Final = timedelta(minutes=5)
_FIRST_WAIT_S: Final = 30.0
_LONGEST_WAIT_S: Final = 3600.0
# Of a new merchant: what came while it was set up, and on the days before.
_LOOK_BACK: Final = timedelta(days=3)
_AT_ONCE: Final = 20
_POLL_S: Final = 2.0

_log = structlog.get_logger(__name__)


class DuePoll(Struct, frozen=True, kw_only=True):
    """A merchant that is to be asked about."""

    school_id: int
    merchant_id: UUID


class _Held(Struct, frozen=True, kw_only=True):
    provider: str
    api_token: bytes | None
    number: bytes | None
    wrapped: bytes
    seen_until: str | None
    created_at: datetime
    ended_at: datetime | None


class _Question(Struct, frozen=True, kw_only=True):
    provider: str
    token: str
    number: str
    since: str | None
    first_day: date
    box: SchoolBox

    def __repr__(self) -> str:
        return f"_Question({self.provider})"


async def poll_from(conn: db.Conn, *, school_id: int, merchant_id: UUID, now: datetime) -> None:
    """The merchant is to be asked about from now on, at once; for who has set its token."""
    await conn.execute(
        """
        insert into merchant_poll (school_id, merchant_id, due_at) values ($1, $2, $3)
            on conflict (school_id, merchant_id) do update
               set due_at = $3, attempts = 0, failure = null
        """,
        school_id,
        merchant_id,
        now,
    )


async def poll_due(
    finder: db.Pool,
    pool: db.Pool,
    *,
    vault: Vault,
    gateways: Gateways,
    clock: Callable[[], datetime],
) -> int:
    """Ask about each merchant that is due, once; how many new events came of it."""
    found = 0
    for poll in await _due(finder, now=clock()):
        found += await _poll(pool, poll, vault, gateways, clock)
    return found


async def _due(finder: db.Pool, *, now: datetime) -> Sequence[DuePoll]:
    async with finder.acquire() as conn:
        return await db.many(
            conn,
            DuePoll,
            """
            select school_id, merchant_id from merchant_poll
             where due_at <= $1 order by due_at limit $2
            """,
            now,
            _AT_ONCE,
        )


async def _poll(
    pool: db.Pool,
    poll: DuePoll,
    vault: Vault,
    gateways: Gateways,
    clock: Callable[[], datetime],
) -> int:
    """No connection is held while the gateway is asked."""
    async with db.transaction(pool, schools=[poll.school_id]) as conn:
        question = await _claim(conn, poll, vault, clock())
    if question is None:
        return 0
    gateway = gateways[question.provider]
    try:
        page = await gateway.transfers(
            token=question.token,
            account=question.number,
            since=question.since,
            first_day=question.first_day,
        )
    except GatewayAway as error:
        async with db.transaction(pool, schools=[poll.school_id]) as conn:
            await _fail(conn, poll, str(error), clock())
        return 0
    async with db.transaction(pool, schools=[poll.school_id]) as conn:
        new = 0
        for body in page.bodies:
            kept = await keep(
                conn,
                box=question.box,
                school_id=poll.school_id,
                merchant_id=poll.merchant_id,
                event=event_of(gateway, body, source="poll"),
                now=clock(),
            )
            new += kept == "new"
        await _done(conn, poll, page, clock())
    if new:
        _log.info("fee_poll.found", school_id=poll.school_id, events=new)
    return new


async def _claim(conn: db.Conn, poll: DuePoll, vault: Vault, now: datetime) -> _Question | None:
    """What to ask; None: another worker asks, or there is nothing to ask with any more."""
    held = await db.one(
        conn,
        _Held,
        """
        select m.provider, m.api_token, a.number, k.wrapped, p.seen_until, m.created_at, m.ended_at
          from merchant_poll p
          join merchant m on m.school_id = p.school_id and m.id = p.merchant_id
          join fee_account a on a.school_id = m.school_id and a.id = m.account_id
          join school_key k on k.school_id = p.school_id
         where p.school_id = $1 and p.merchant_id = $2 and p.due_at <= $3
           for no key update of p skip locked
        """,
        poll.school_id,
        poll.merchant_id,
        now,
    )
    if held is None:
        return None
    if held.ended_at is not None or held.api_token is None or held.number is None:
        await _move(conn, poll, None)
        return None
    await _move(conn, poll, now + _LEASE)
    box = vault.school_box(held.wrapped, poll.school_id)
    return _Question(
        provider=held.provider,
        token=box.open(held.api_token, field=API_TOKEN_FIELD),
        number=box.open(held.number, field=NUMBER_FIELD),
        since=held.seen_until,
        first_day=school_day(held.created_at - _LOOK_BACK),
        box=box,
    )


async def _move(conn: db.Conn, poll: DuePoll, due_at: datetime | None) -> None:
    """None: never, until somebody sets a token."""
    await conn.execute(
        """
        update merchant_poll set due_at = coalesce($3, 'infinity'::timestamptz)
         where school_id = $1 and merchant_id = $2
        """,
        poll.school_id,
        poll.merchant_id,
        due_at,
    )


async def _done(conn: db.Conn, poll: DuePoll, page: Page, now: datetime) -> None:
    await conn.execute(
        """
        update merchant_poll set seen_until = coalesce($3, seen_until), attempts = 0,
               failure = null, done_at = $4, due_at = $5
         where school_id = $1 and merchant_id = $2
        """,
        poll.school_id,
        poll.merchant_id,
        page.mark,
        now,
        now + EVERY,
    )


async def _fail(conn: db.Conn, poll: DuePoll, why: str, now: datetime) -> None:
    await conn.execute(
        """
        update merchant_poll set attempts = least(attempts + 1, 1000), failure = left($3, 200),
               due_at = $4::timestamptz + least($5::float8 * 2 ^ least(attempts, 20),
                        $6::float8) * interval '1 second'
         where school_id = $1 and merchant_id = $2
        """,
        poll.school_id,
        poll.merchant_id,
        why,
        now,
        _FIRST_WAIT_S,
        _LONGEST_WAIT_S,
    )
    _log.warning(
        "fee_poll.failed",
        school_id=poll.school_id,
        merchant_id=str(poll.merchant_id),
        error=why,
    )


async def keep_polling(
    finder: db.Pool,
    pool: db.Pool,
    *,
    vault: Vault,
    gateways: Gateways,
    clock: Callable[[], datetime],
) -> None:
    """Ask for ever; a PostgreSQL that is away is waited for."""
    while True:
        try:
            await poll_due(finder, pool, vault=vault, gateways=gateways, clock=clock)
        except Exception as error:
            if db.is_away(error):
                _log.warning("fee_poll.postgres_away", error=type(error).__name__)
            else:
                _log.error("fee_poll.bug", error=type(error).__name__)
        await asyncio.sleep(_POLL_S)
