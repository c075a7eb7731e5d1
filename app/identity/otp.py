"""One-time codes: six digits by SMS, good once, for five minutes and five attempts.

A challenge is written for every phone that is asked for, known or not, so that neither the time
nor the answer tells who has an account.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import msgspec

from app import db
from app.identity.model import Locale, Purpose
from app.ids import new_id
from app.keys import KeyRing

CODE_S: Final = 300
MAX_ATTEMPTS: Final = 5
_KEPT: Final = timedelta(days=1)


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A code on its way to a phone. Never log it: neither the code nor the phone."""

    challenge_id: UUID
    phone: str
    purpose: Purpose
    code: str
    minutes: int = CODE_S // 60
    locale: Locale

    def __repr__(self) -> str:
        return f"Code({self.challenge_id}, {self.purpose})"


class CodeSender(Protocol):
    """What brings a code to its phone."""

    async def send(self, code: Code) -> None:
        """Send it, once. Never raises: what fails is logged and counted; the user asks again."""
        ...

    async def close(self) -> None: ...


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code_hash: bytes


async def new_challenge(
    conn: db.Conn, *, ring: KeyRing, phone_index: bytes, purpose: Purpose, now: datetime
) -> tuple[UUID, str]:
    """Write a challenge; its id and the code, which is stored only as a MAC. The newest counts."""
    challenge_id = new_id()
    code = f"{secrets.randbelow(10**6):06}"
    await db.run(
        conn,
        """
        insert into otp_challenge (id, phone_index, purpose, code_hash, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        challenge_id,
        phone_index,
        purpose,
        _mac(ring, ring.current_id, challenge_id, code),
        now,
        now + timedelta(seconds=CODE_S),
    )
    await _sweep(conn, now=now)
    return challenge_id, code


async def count_attempt(
    conn: db.Conn, *, phone_indexes: list[bytes], purpose: Purpose, now: datetime
) -> Challenge | None:
    """Spend one attempt at the phone's newest code; None: it has none left, or is used or over.

    Commit before the code is compared: a wrong guess must stay counted.
    """
    return await db.one(
        conn,
        Challenge,
        """
        update otp_challenge set attempts = attempts + 1
         where id = (select id from otp_challenge
                      where phone_index = any($1::bytea[]) and purpose = $2
                      order by created_at desc, id desc limit 1)
           and attempts < $3 and used_at is null and expires_at > $4
        returning id, code_hash
        """,
        phone_indexes,
        purpose,
        MAX_ATTEMPTS,
        now,
    )


def is_right(ring: KeyRing, challenge: Challenge, code: str) -> bool:
    """Whether this is the challenge's code, compared in constant time."""
    macs = [_mac(ring, key_id, challenge.id, code) for key_id in ring.ids]
    return any(hmac.compare_digest(mac, challenge.code_hash) for mac in macs)


async def use_up(conn: db.Conn, *, challenge_id: UUID, now: datetime) -> bool:
    """Use the code; False: another request was faster, or it is over."""
    return bool(
        await db.run(
            conn,
            """
            update otp_challenge set used_at = $2
             where id = $1 and used_at is null and expires_at > $2
            """,
            challenge_id,
            now,
        )
    )


async def _sweep(conn: db.Conn, *, now: datetime) -> None:
    """Delete a few long dead challenges of anybody: more than each request adds."""
    await db.run(
        conn,
        """
        delete from otp_challenge where id in (
            select id from otp_challenge where expires_at < $1
             order by expires_at limit 5 for update skip locked)
        """,
        now - _KEPT,
    )


def _mac(ring: KeyRing, key_id: int, challenge_id: UUID, code: str) -> bytes:
    key = ring.derive("otp-code", key_id=key_id)
    return hmac.digest(key, challenge_id.bytes + code.encode(), "sha256")
