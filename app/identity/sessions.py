"""Device sessions and their rotating refresh tokens (docs/decisions/0010).

A refresh token is 256 bits; only its SHA-256 is stored. A used one that comes again ends the
session, but for the one before the current until a request has shown that its answer arrived.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from app import db
from app.identity.model import Device, NewSession, SessionInfo
from app.ids import new_id
from app.keys import KeyRing

STAFF_SESSION: Final = timedelta(days=60)
# Guardians, pupils and screens see the least and must get through the summer holiday unasked.
FAMILY_SESSION: Final = timedelta(days=180)
LOST_ANSWER: Final = timedelta(seconds=30)
# Older used tokens are forgotten: replayed, they are unknown, and refused all the same.
REUSE_MEMORY: Final = timedelta(days=7)

Reason = Literal[
    "replaced",
    "logout",
    "owner",
    "password",
    "reuse",
    "wrong_device",
    "staff",
    "replaced_screen",
    "lost",
    "left",
]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A refresh that failed; the transaction must still be committed: it may end the session."""

    reason: Literal["unknown", "over", "reuse", "wrong_device"]
    session_id: UUID | None = None


class _Session(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    account_id: UUID
    device_id: UUID
    is_live: bool
    is_heard: bool


class _Token(msgspec.Struct, frozen=True, kw_only=True):
    used_at: datetime | None


async def start(conn: db.Conn, *, account_id: UUID, device: Device, now: datetime) -> NewSession:
    """Open a session on a device. The account's former session on it ends.

    The caller holds the account's row lock: two logins at once on one phone take turns.
    """
    await db.run(
        conn,
        """
        insert into device (id, name, platform, created_at) values ($1, $2, $3, $4)
            on conflict (id) do update set name = excluded.name, platform = excluded.platform
        """,
        device.id,
        device.name,
        device.platform,
        now,
    )
    await db.run(
        conn,
        """
        update session set revoked_at = $3, revoked_reason = 'replaced'
         where account_id = $1 and device_id = $2 and revoked_at is null
        """,
        account_id,
        device.id,
        now,
    )
    session_id = new_id()
    expires_at = now + await _lifetime(conn, account_id=account_id)
    await db.run(
        conn,
        """
        insert into session (id, account_id, device_id, created_at, last_used_at, expires_at)
        values ($1, $2, $3, $4, $4, $5)
        """,
        session_id,
        account_id,
        device.id,
        now,
        expires_at,
    )
    token = secrets.token_urlsafe(32)
    await _store(conn, token=token, session_id=session_id, now=now)
    return NewSession(
        session_id=session_id, account_id=account_id, refresh_token=token, expires_at=expires_at
    )


async def rotate(
    conn: db.Conn, *, ring: KeyRing, token: str, device_id: UUID, now: datetime
) -> NewSession | Refused:
    """Exchange a refresh token for the next one and prolong the session.

    Refused is returned, not raised: what it has ended must be committed.
    """
    session = await _locked_session(conn, token=token, now=now)
    if session is None:
        return Refused(reason="unknown")
    if not session.is_live:
        return Refused(reason="over", session_id=session.id)
    if session.device_id != device_id:
        return await _end(conn, session, reason="wrong_device", now=now)
    used = await db.one(
        conn, _Token, "select used_at from refresh_token where token_hash = $1", _digest(token)
    )
    if used is None:  # ended while we waited for the lock
        return Refused(reason="unknown")
    successor = await _successor(
        conn, ring=ring, session=session, token=token, used_at=used.used_at, now=now
    )
    if successor is None:
        return await _end(conn, session, reason="reuse", now=now)
    return await _continue(conn, session, token=token, successor=successor, now=now)


async def note_heard(
    conn: db.Conn, *, session_id: UUID, refreshed_at: datetime, now: datetime
) -> None:
    """The tokens made at `refreshed_at` have arrived: one was shown. Waits for nobody."""
    await db.run(
        conn,
        """
        update session set heard_at = $3
         where id = (select id from session where id = $1 and last_used_at = $2
                        for no key update skip locked)
        """,
        session_id,
        refreshed_at,
        now,
    )


async def revoke(
    conn: db.Conn, *, session_id: UUID, account_id: UUID, reason: Reason, now: datetime
) -> bool:
    """End one live session of the account; False: there is no such one."""
    return bool(
        await db.run(
            conn,
            """
            update session set revoked_at = $3, revoked_reason = $4
             where id = $1 and account_id = $2 and revoked_at is null
            """,
            session_id,
            account_id,
            now,
            reason,
        )
    )


async def revoke_sessions_of_account(
    conn: db.Conn,
    *,
    account_id: UUID,
    reason: Reason,
    now: datetime,
    except_session_id: UUID | None = None,
) -> int:
    """End an account's live sessions and, with them, its pushes; how many."""
    await lock_account(conn, account_id=account_id)
    return await db.run(
        conn,
        """
        update session set revoked_at = $2, revoked_reason = $3
         where account_id = $1 and revoked_at is null and id is distinct from $4::uuid
        """,
        account_id,
        now,
        reason,
        except_session_id,
    )


async def end_sessions_without_links(
    conn: db.Conn, *, account_ids: Collection[UUID], reason: Reason, now: datetime
) -> int:
    """Log those of these accounts out that no school knows any more; how many sessions ended.

    Who works, learns or has a child elsewhere stays logged in: only rights have ended, and those
    are asked for with each request.
    """
    if not account_ids:
        return 0
    await db.rows(
        conn,
        "select 1 from account where id = any($1::uuid[]) order by id for no key update",
        list(account_ids),
    )
    return await db.run(
        conn,
        """
        update session s set revoked_at = $2, revoked_reason = $3
         where s.account_id = any($1::uuid[]) and s.revoked_at is null
           and not exists (select from membership m
                            where m.account_id = s.account_id and m.ended_at is null
                              and (m.valid_until is null or m.valid_until > $2))
           and not exists (select from guardianship g
                            where g.account_id = s.account_id and g.ended_at is null)
        """,
        list(account_ids),
        now,
        reason,
    )


async def revoke_sessions_of_device(
    conn: db.Conn,
    *,
    device_id: UUID,
    reason: Reason,
    now: datetime,
    account_id: UUID | None = None,
) -> int:
    """End a lost phone's live sessions and pushes, of everybody or of one account; how many.

    A school may end those of its own staff only, and so gives the account.
    """
    return await db.run(
        conn,
        """
        update session set revoked_at = $2, revoked_reason = $3
         where device_id = $1 and revoked_at is null and ($4::uuid is null or account_id = $4)
        """,
        device_id,
        now,
        reason,
        account_id,
    )


async def live_sessions(
    conn: db.Conn, *, account_id: UUID, current_id: UUID, now: datetime
) -> list[SessionInfo]:
    """The account's live sessions, the one used last first."""
    return await db.many(
        conn,
        SessionInfo,
        """
        select s.id, s.device_id, d.name as device_name, d.platform, s.created_at, s.last_used_at,
               s.id = $2 as is_current
          from session s join device d on d.id = s.device_id
         where s.account_id = $1 and s.revoked_at is null and s.expires_at > $3
         order by s.last_used_at desc, s.id
        """,
        account_id,
        current_id,
        now,
    )


async def lock_account(conn: db.Conn, *, account_id: UUID) -> None:
    """What changes an account's sessions goes one after the other, without deadlocks."""
    await db.value(conn, "select 1 from account where id = $1 for no key update", account_id)


async def _locked_session(conn: db.Conn, *, token: str, now: datetime) -> _Session | None:
    # The session's row is locked first, alone: two refreshes with one token then take turns, and
    # what the next statement reads of the token is what the first has left.
    return await db.one(
        conn,
        _Session,
        """
        select s.id, s.account_id, s.device_id,
               s.revoked_at is null and s.expires_at > $2 and exists (
                   select 1 from account a
                    where a.id = s.account_id and a.disabled_at is null) as is_live,
               coalesce(s.heard_at >= s.last_used_at, false) as is_heard
          from session s
         where s.id = (select session_id from refresh_token where token_hash = $1)
           for no key update
        """,
        _digest(token),
        now,
    )


async def _successor(
    conn: db.Conn,
    *,
    ring: KeyRing,
    session: _Session,
    token: str,
    used_at: datetime | None,
    now: datetime,
) -> str | None:
    """The token that follows, the same one however often it is asked for; None: a replay."""
    candidates = [_next_token(ring, key_id, token) for key_id in ring.ids]
    if used_at is None:
        return candidates[0]
    # Two tabs or processes with one token come within seconds; a phone whose answer was lost comes
    # with its next signal, be it tomorrow.
    if session.is_heard and now - used_at > LOST_ANSWER:
        return None
    unused = await db.value(
        conn,
        "select token_hash from refresh_token where token_hash = any($1) and used_at is null",
        [_digest(candidate) for candidate in candidates],
    )
    return next((each for each in candidates if _digest(each) == unused), None)


async def _continue(
    conn: db.Conn, session: _Session, *, token: str, successor: str, now: datetime
) -> NewSession:
    await db.run(
        conn,
        "update refresh_token set used_at = $2 where token_hash = $1 and used_at is null",
        _digest(token),
        now,
    )
    await _store(conn, token=successor, session_id=session.id, now=now)
    await db.run(
        conn,
        "delete from refresh_token where session_id = $1 and used_at < $2",
        session.id,
        now - REUSE_MEMORY,
    )
    expires_at = now + await _lifetime(conn, account_id=session.account_id)
    await db.run(
        conn,
        "update session set last_used_at = $2, expires_at = $3 where id = $1",
        session.id,
        now,
        expires_at,
    )
    return NewSession(
        session_id=session.id,
        account_id=session.account_id,
        refresh_token=successor,
        expires_at=expires_at,
    )


async def _end(
    conn: db.Conn, session: _Session, *, reason: Literal["reuse", "wrong_device"], now: datetime
) -> Refused:
    await revoke(conn, session_id=session.id, account_id=session.account_id, reason=reason, now=now)
    return Refused(reason=reason, session_id=session.id)


async def _store(conn: db.Conn, *, token: str, session_id: UUID, now: datetime) -> None:
    await db.run(
        conn,
        """
        insert into refresh_token (token_hash, session_id, issued_at) values ($1, $2, $3)
            on conflict (token_hash) do nothing
        """,
        _digest(token),
        session_id,
        now,
    )


async def _lifetime(conn: db.Conn, *, account_id: UUID) -> timedelta:
    is_staff = await db.value(
        conn,
        """
        select exists (select 1 from membership where account_id = $1 and ended_at is null
                          and role not in ('student', 'display'))
        """,
        account_id,
    )
    return STAFF_SESSION if is_staff else FAMILY_SESSION


def _next_token(ring: KeyRing, key_id: int, token: str) -> str:
    """The successor is computed, so that a repeated request gets the very same answer."""
    key = ring.derive("refresh-successor", key_id=key_id)
    return hmac.digest(key, token.encode(), "sha256").hex()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
