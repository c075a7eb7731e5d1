"""Screens at the gate: an account that a pairing code makes, bound to one station."""

from datetime import datetime
from uuid import UUID

import structlog

from app import db
from app.errors import TooManyRequests
from app.identity import guard, queries, sessions
from app.identity.metrics import LOGINS
from app.identity.model import Device, LoggedIn
from app.identity.service import Desk, logged_in
from app.ids import new_id
from app.limits import FAILED_IP, LOGIN_IP
from app.schools.pairing import BadPairingCode, redeem_pairing

log = structlog.get_logger()


async def pair(
    desk: Desk, *, pairing_code: str, device: Device, address: str, now: datetime
) -> LoggedIn:
    """Open a screen's session by a pairing code; an earlier screen of the station ends.

    Raises:
        BadPairingCode: wrong, used or over.
        TooManyRequests: too many wrong ones from there.
    """
    try:
        await desk.limiter.take(LOGIN_IP, address)
        await desk.limiter.would_allow(FAILED_IP, address)
    except TooManyRequests:
        LOGINS.labels("pairing", "limited").inc()
        raise
    try:
        async with db.transaction(desk.pool) as conn:
            school_id, station_id = await redeem_pairing(conn, code=pairing_code, now=now)
            await _end_former(conn, school_id=school_id, station_id=station_id, now=now)
            account_id = await _new_display(conn, school_id=school_id, station_id=station_id)
            new = await sessions.start(conn, account_id=account_id, device=device, now=now)
            account = await queries.account_row(conn, account_id=account_id)
    except BadPairingCode:
        await guard.failed(desk.limiter, address)
        LOGINS.labels("pairing", "wrong").inc()
        raise
    if account is None:
        raise BadPairingCode
    LOGINS.labels("pairing", "ok").inc()
    log.info(
        "auth.paired",
        account_id=str(account_id),
        session_id=str(new.session_id),
        school_id=school_id,
        station_id=str(station_id),
    )
    return logged_in(desk, new, account, now=now)


async def _end_former(conn: db.Conn, *, school_id: int, station_id: UUID, now: datetime) -> None:
    rows = await db.rows(
        conn,
        """
        update membership set ended_at = $3
         where school_id = $1 and person_id = $2 and role = 'display' and ended_at is null
        returning account_id
        """,
        school_id,
        station_id,
        now,
    )
    for row in rows:
        await sessions.revoke_sessions_of_account(
            conn, account_id=row["account_id"], reason="replaced_screen", now=now
        )
        await db.run(
            conn, "update account set disabled_at = $2 where id = $1", row["account_id"], now
        )


async def _new_display(conn: db.Conn, *, school_id: int, station_id: UUID) -> UUID:
    account_id = new_id()
    await db.run(conn, "insert into account (id, kind) values ($1, 'display')", account_id)
    await db.run(
        conn,
        """
        insert into membership (id, account_id, school_id, role, person_id)
        values ($1, $2, $3, 'display', $4)
        """,
        new_id(),
        account_id,
        school_id,
        station_id,
    )
    return account_id
