"""Who decided what about attendance: a chain of entries a school, in which none can be changed.

Each entry's hash covers the entry and the hash before it. There are ids and words of ours in it and
nothing of a person's, so erasing a person leaves the chain valid.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from app import db

GENESIS: Final = bytes(32)
# Ids, states, days, instants: what a person typed has spaces, or letters that are none of these.
_WORD: Final = re.compile(r"[A-Za-z0-9_:.+-]{0,64}")
_PAGE: Final = 1000


class Entry(Struct, frozen=True, kw_only=True):
    """One decision. `actor_account_id` None: nobody, the rules; `at` in UTC."""

    school_id: int
    seq: int
    at: datetime
    kind: str
    subject_id: UUID
    actor_account_id: UUID | None
    detail: dict[str, object]
    previous: bytes
    hash: bytes


class Head(Struct, frozen=True, kw_only=True):
    """The end of a school's chain."""

    seq: int
    hash: bytes


class Break(Struct, frozen=True, kw_only=True):
    """Where a chain is not what was written; entries before `seq` are."""

    school_id: int
    seq: int
    why: str


async def record(
    conn: db.Conn,
    *,
    school_id: int,
    kind: str,
    subject_id: UUID,
    actor_account_id: UUID | None,
    detail: dict[str, object],
    now: datetime,
) -> None:
    """Add an entry in the transaction of what it is about; the school's next one waits for it.

    The last lock to be taken: whoever takes people's locks afterwards may wait in a circle.

    Raises:
        ValueError: `detail` holds what may be somebody's name or words.
    """
    _require_impersonal(detail)
    await conn.execute(
        """
        insert into audit_head (school_id, seq, hash) values ($1, 0, $2)
            on conflict (school_id) do nothing
        """,
        school_id,
        GENESIS,
    )
    head = await db.one(
        conn, Head, "select seq, hash from audit_head where school_id = $1 for update", school_id
    )
    if head is None:
        raise ValueError("the school is not in the transaction's scope")
    entry = Entry(
        school_id=school_id,
        seq=head.seq + 1,
        at=now,
        kind=kind,
        subject_id=subject_id,
        actor_account_id=actor_account_id,
        detail=detail,
        previous=head.hash,
        hash=b"",
    )
    await _insert(conn, entry, hash_of(entry))


async def _insert(conn: db.Conn, entry: Entry, digest: bytes) -> None:
    await conn.execute(
        """
        with entry as (
            insert into audit_entry (school_id, seq, at, kind, subject_id, actor_account_id, detail,
                   previous, hash)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9))
        update audit_head set seq = $2, hash = $9 where school_id = $1
        """,
        entry.school_id,
        entry.seq,
        entry.at,
        entry.kind,
        entry.subject_id,
        entry.actor_account_id,
        entry.detail,
        entry.previous,
        digest,
    )


def hash_of(entry: Entry) -> bytes:
    """SHA-256 over the previous hash and the entry in one canonical form, its own hash left out."""
    told = [
        entry.school_id,
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.kind,
        str(entry.subject_id),
        None if entry.actor_account_id is None else str(entry.actor_account_id),
        entry.detail,
    ]
    body = msgspec.json.encode(told, order="deterministic")
    return hashlib.sha256(entry.previous + body).digest()


async def entries(conn: db.Conn, *, school_id: int) -> AsyncIterator[list[Entry]]:
    """The school's chain from its beginning, page by page."""
    after = 0
    while True:
        page = await db.many(
            conn,
            Entry,
            """
            select school_id, seq, at, kind, subject_id, actor_account_id, detail, previous, hash
              from audit_entry where school_id = $1 and seq > $2 order by seq limit $3
            """,
            school_id,
            after,
            _PAGE,
        )
        if not page:
            return
        yield page
        after = page[-1].seq


async def head_of(conn: db.Conn, *, school_id: int) -> Head | None:
    """Where the chain must end; None: nothing was ever decided."""
    return await db.one(
        conn, Head, "select seq, hash from audit_head where school_id = $1", school_id
    )


def first_break(chain: Iterable[Entry], before: Head) -> tuple[Head, Break | None]:
    """Follow entries from `before` on: where they lead, and the first that does not fit."""
    at = before
    for entry in chain:
        if entry.seq != at.seq + 1:
            return at, Break(school_id=entry.school_id, seq=at.seq + 1, why="is missing")
        if entry.previous != at.hash:
            return at, Break(
                school_id=entry.school_id, seq=entry.seq, why="does not follow the one before it"
            )
        if hash_of(entry) != entry.hash:
            return at, Break(school_id=entry.school_id, seq=entry.seq, why="was changed")
        at = Head(seq=entry.seq, hash=entry.hash)
    return at, None


async def verify(conn: db.Conn, *, school_id: int) -> tuple[int, Break | None]:
    """How many entries of the school's chain hold, and the first that does not."""
    at = Head(seq=0, hash=GENESIS)
    end = await head_of(conn, school_id=school_id)
    async for page in entries(conn, school_id=school_id):
        at, broken = first_break(page, at)
        if broken is not None:
            return at.seq, broken
    if end is None:
        return at.seq, None if at.seq == 0 else Break(
            school_id=school_id, seq=at.seq, why="is the last of a chain without an end"
        )
    if at.seq < end.seq:
        return at.seq, Break(school_id=school_id, seq=at.seq + 1, why="is missing")
    return at.seq, None


def _require_impersonal(detail: object) -> None:
    if isinstance(detail, dict):
        for key, value in detail.items():
            _require_impersonal(key)
            _require_impersonal(value)
    elif isinstance(detail, list | tuple):
        for value in detail:
            _require_impersonal(value)
    elif isinstance(detail, str):
        if not _WORD.fullmatch(detail):
            raise ValueError("the audit holds ids and words of ours only")
    elif isinstance(detail, float):
        # A larger one comes back from the database in another form.
        if not abs(detail) < 1e15:
            raise ValueError("the audit holds no such number")
    elif not (detail is None or isinstance(detail, bool | int | UUID | date)):
        raise ValueError(f"the audit holds no {type(detail).__name__}")
