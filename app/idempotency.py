"""Answers kept by `Idempotency-Key`: a request that is sent again has one effect (DESIGN 6).

The row is claimed before the effect and filled after it, in the effect's own transaction: both are
committed, or neither. The primary key makes two at once take turns.
"""

import asyncio
import hmac
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.crypto import Undecryptable, Vault
from app.errors import Conflict, Unprocessable

MAX_KEPT_BYTES: Final = 65_536  # as the table's own bound
# Longer than any of our transactions takes; a phone that waits longer has mostly given up.
WAIT_S: Final = 5.0


class IdempotencyKeyReused(Unprocessable):
    """Idempotency-Key này đã dùng cho yêu cầu khác | This Idempotency-Key had another request"""


class IdempotencyKeyInUse(Conflict):
    """Yêu cầu này đang được xử lý | This request is still being worked on"""


class AnswerNotKept(Conflict):
    """Yêu cầu này đã được thực hiện | This request has been carried out already"""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a request was answered with, as it went out."""

    status: int
    headers: dict[str, str]
    body: str


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A request under its caller's key; `request` is all that tells it from another one."""

    account_id: UUID
    key: str
    request: bytes


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    request_hash: bytes
    status: int
    body: bytes


async def claim(conn: db.Conn, *, vault: Vault, attempt: Attempt) -> Answer | None:
    """Take the key for this transaction: None, or the answer that the request had before.

    While another transaction holds the key this waits, up to `WAIT_S`, for how that one ends.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
        IdempotencyKeyInUse: the other transaction is still running.
        AnswerNotKept: it was carried out, but its answer was too long or is under a retired key.
    """
    hashes = _request_hashes(vault, attempt)
    try:
        async with asyncio.timeout(WAIT_S):
            if await _insert(conn, attempt=attempt, request_hash=hashes[0]):
                return None
    except TimeoutError:
        raise _in_use() from None
    kept = await _kept(conn, attempt=attempt)
    if kept is None:  # upkeep has thrown it away in between
        raise _in_use()
    if not any(hmac.compare_digest(kept.request_hash, each) for each in hashes):
        raise IdempotencyKeyReused(
            ("Hãy dùng khóa mới cho yêu cầu mới.", "Use a new key for a new request.")
        )
    return _opened(vault, attempt, kept)


async def keep(conn: db.Conn, *, vault: Vault, attempt: Attempt, answer: Answer) -> None:
    """Store the answer beside its effect; one that is too long leaves only that it was given."""
    # Sealed, since answers hold what the tables hold sealed: phones, personal numbers, cards.
    sealed = vault.seal(msgspec.json.encode(answer).decode(), purpose=_purpose(attempt))
    await db.run(
        conn,
        "update idempotency_key set status = $3, body = $4 where account_id = $1 and key = $2",
        attempt.account_id,
        attempt.key,
        answer.status,
        sealed if len(sealed) <= MAX_KEPT_BYTES else b"",
    )


def _opened(vault: Vault, attempt: Attempt, kept: _Kept) -> Answer:
    try:
        text = vault.open(kept.body, purpose=_purpose(attempt))
    except Undecryptable:
        raise AnswerNotKept(
            ("Hãy tải lại để xem kết quả.", "Read what it has made instead of sending it again.")
        ) from None
    return msgspec.json.decode(text, type=Answer)


def _purpose(attempt: Attempt) -> str:
    """Binds the sealed answer to its row: in another one it does not open."""
    return f"idempotent-answer:{attempt.account_id}:{attempt.key}"


def _request_hashes(vault: Vault, attempt: Attempt) -> list[bytes]:
    """Under every live key, the current first. Keyed: a dump must not let phones be guessed."""
    ring = vault.ring
    keys = [ring.derive("idempotent-request", key_id=key_id) for key_id in ring.ids]
    return [hmac.digest(key, attempt.request, "sha256") for key in keys]


def _in_use() -> IdempotencyKeyInUse:
    return IdempotencyKeyInUse(
        ("Hãy gửi lại sau vài giây.", "Send the same again in a few seconds.")
    )


async def _insert(conn: db.Conn, *, attempt: Attempt, request_hash: bytes) -> bool:
    """Whether the key was free; waits for a transaction that has it and has not ended."""
    inserted = await db.run(
        conn,
        """
        insert into idempotency_key (account_id, key, request_hash, status, body)
        values ($1, $2, $3, 0, '') on conflict do nothing
        """,
        attempt.account_id,
        attempt.key,
        request_hash,
    )
    return inserted == 1


async def _kept(conn: db.Conn, *, attempt: Attempt) -> _Kept | None:
    return await db.one(
        conn,
        _Kept,
        "select request_hash, status, body from idempotency_key where account_id = $1 and key = $2",
        attempt.account_id,
        attempt.key,
    )
