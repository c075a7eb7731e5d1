"""What a gateway told, kept before anything is made of it: once an event, sealed."""

import hashlib
from datetime import datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct, structs

from app import db
from app.crypto import SchoolBox
from app.fees.receiving.gateway import (
    PaymentGateway,
    RefusalReason,
    Source,
    Transfer,
    Unreadable,
)
from app.fees.receiving.merchants import KnownMerchant
from app.schools.common import ZONE, school_day

BODY_FIELD = "gateway_inbox.body"
Kept = Literal["new", "known", "differs"]
# A secret may have leaked: more than a school's busiest day brings, and nothing that fills a disk.
MOST_OF_ENDED: Final = 500
# An ended merchant's successor tells of the same transfers; what it told needs nobody's decision.
_AFTER_SUCCESSOR: Final = timedelta(minutes=10)
_APART: Final = "~"


class Event(Struct, frozen=True, kw_only=True):
    """A movement to be kept. `key` is the gateway's own, or stands for bytes that nobody can read.

    `money_hash` is over what every source of it says in the same words, `whole_hash` over all.
    """

    key: str
    source: Source
    body: bytes
    money_hash: bytes
    whole_hash: bytes

    @property
    def body_hash(self) -> bytes:
        return self.money_hash + self.whole_hash


class _There(Struct, frozen=True, kw_only=True):
    source: Source
    body_hash: bytes


def event_of(gateway: PaymentGateway, body: bytes, *, source: Source) -> Event:
    """What to keep of genuine bytes, also of those that cannot be read."""
    try:
        transfer = gateway.read(body, source=source)
    except Unreadable:
        digest = _hash(body)
        # Not under the id that it may name: what comes rightly under that one must find room.
        return Event(
            key=f"unreadable-{digest.hex()}",
            source=source,
            body=body,
            money_hash=digest,
            whole_hash=digest,
        )
    money, whole = _facts(transfer)
    return Event(
        key=transfer.event_key,
        source=source,
        body=body,
        money_hash=_hash(money),
        whole_hash=_hash(whole),
    )


async def keep(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    merchant_id: UUID,
    event: Event,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> Kept:
    """Keep an event that is genuine: `known` if it is there, `differs` if it is there otherwise.

    What differs is kept too, apart, for a person to look at. It is taken after `wait`.
    """
    sealed = box.seal_bytes(event.body, field=BODY_FIELD)
    if await _insert(conn, school_id, merchant_id, event, sealed, now, now + wait):
        return "new"
    if await _is_there(conn, school_id, merchant_id, event):
        return "known"
    await _set_apart(conn, school_id, merchant_id, event, sealed, now, now + wait)
    return "differs"


async def keep_of_ended(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    merchant_id: UUID,
    event: Event,
    now: datetime,
) -> Kept | None:
    """Keep what an ended merchant's gateway still signs; None: the day's room for it is used up.

    It is marked by its time, which is not before the end: the worker sets it aside.
    """
    # One at a time, so that the room is counted.
    ended_at: datetime = await db.value(
        conn,
        "select ended_at from merchant where school_id = $1 and id = $2 for no key update",
        school_id,
        merchant_id,
    )
    at = max(now, ended_at)
    midnight = datetime.combine(school_day(at), time(), ZONE)
    kept: int = await db.value(
        conn,
        """
        select count(*) from gateway_inbox
         where school_id = $1 and merchant_id = $2 and received_at >= $3
        """,
        school_id,
        merchant_id,
        max(ended_at, midnight),
    )
    if kept >= MOST_OF_ENDED and not await _is_there(conn, school_id, merchant_id, event):
        return None
    return await keep(
        conn,
        box=box,
        school_id=school_id,
        merchant_id=merchant_id,
        event=event,
        now=at,
        wait=_AFTER_SUCCESSOR,
    )


def first_key(event_key: str) -> str | None:
    """Of an event that was kept apart: the key that another content had before; else None."""
    first, apart, _ = event_key.partition(_APART)
    return first if apart else None


async def keep_signed(conn: db.Conn, *, known: KnownMerchant, event: Event, now: datetime) -> bool:
    """Keep a new event, if its merchant is still the one whose secrets have verified it."""
    found = await db.value(
        conn,
        """
        insert into gateway_inbox (school_id, merchant_id, event_key, source, body, body_hash,
               received_at, due_at, state)
        select m.school_id, m.id, $3, $4, $5, $6, $7, $7, 'received' from merchant m
         where m.school_id = $1 and m.id = $2 and m.ended_at is null and m.secret = $8
           and m.former_secret is not distinct from $9
            on conflict (school_id, merchant_id, event_key) do nothing
        returning 1
        """,
        known.school_id,
        known.id,
        event.key,
        event.source,
        known.box.seal_bytes(event.body, field=BODY_FIELD),
        event.body_hash,
        now,
        known.sealed,
        known.sealed_former,
    )
    return found is not None


async def count_refusal(
    conn: db.Conn, *, school_id: int, merchant_id: UUID, reason: RefusalReason, now: datetime
) -> None:
    """One more of a day's refusals: a row a reason, however many there are."""
    await conn.execute(
        """
        insert into gateway_refusal (school_id, merchant_id, day, reason, times, first_at, last_at)
        values ($1, $2, $3, $4, 1, $5, $5)
            on conflict (school_id, merchant_id, day, reason) do update
               set times = least(gateway_refusal.times, 2000000000) + 1, last_at = $5
        """,
        school_id,
        merchant_id,
        school_day(now),
        reason,
        now,
    )


async def _insert(
    conn: db.Conn,
    school_id: int,
    merchant_id: UUID,
    event: Event,
    sealed: bytes,
    now: datetime,
    due_at: datetime,
) -> bool:
    found = await db.value(
        conn,
        """
        insert into gateway_inbox (school_id, merchant_id, event_key, source, body, body_hash,
               received_at, due_at, state)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'received')
            on conflict (school_id, merchant_id, event_key) do nothing
        returning 1
        """,
        school_id,
        merchant_id,
        event.key,
        event.source,
        sealed,
        event.body_hash,
        now,
        due_at,
    )
    return found is not None


async def _is_there(conn: db.Conn, school_id: int, merchant_id: UUID, event: Event) -> bool:
    """With this very content."""
    there = await db.one(
        conn,
        _There,
        """
        select source, body_hash from gateway_inbox
         where school_id = $1 and merchant_id = $2 and event_key = $3
        """,
        school_id,
        merchant_id,
        event.key,
    )
    return there is not None and _is_same(there, event)


async def _set_apart(
    conn: db.Conn,
    school_id: int,
    merchant_id: UUID,
    event: Event,
    sealed: bytes,
    now: datetime,
    due_at: datetime,
) -> None:
    apart = structs.replace(event, key=f"{event.key}{_APART}{event.whole_hash.hex()[:16]}")
    await _insert(conn, school_id, merchant_id, apart, sealed, now, due_at)
    await count_refusal(
        conn, school_id=school_id, merchant_id=merchant_id, reason="differs", now=now
    )


def _is_same(there: _There, event: Event) -> bool:
    """Of one source to the letter; two sources tell of the same money, in their own words."""
    if there.source == event.source:
        return there.body_hash == event.body_hash
    return there.body_hash[: len(event.money_hash)] == event.money_hash


def _facts(transfer: Transfer) -> tuple[bytes, bytes]:
    money = (
        f"{transfer.accounts[0]}|{transfer.is_incoming}|{transfer.amount}|{transfer.currency}"
    ).encode()
    rest = f"|{transfer.at.isoformat()}|{transfer.bank_ref}|{transfer.accounts}|".encode()
    return money, money + rest + transfer.memo.encode()


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
