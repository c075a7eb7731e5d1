"""The phones that scan in a school, and what is done when one is lost."""

from datetime import datetime
from uuid import UUID

import structlog

from app import db
from app.attendance.items import SCANNING_ROLES
from app.identity.sessions import revoke_sessions_of_device
from app.schools.life.events import record
from app.schools.life.model import NoSuchDevice, ScanningDevice

_log = structlog.get_logger(__name__)


async def scanning_devices(
    conn: db.Conn, *, school_id: int, now: datetime, device_id: UUID | None = None
) -> list[ScanningDevice]:
    """The phones that have opened a station here, or on which somebody is logged in who may.

    And those that were reported lost here. `device_id` None: all of them.
    """
    return await db.many(
        conn,
        ScanningDevice,
        """
        with mine as materialized (
            select distinct m.account_id, m.person_id as staff_id from membership m
             where m.school_id = $1 and m.ended_at is null and m.role = any($2::text[])
               and (m.valid_from is null or m.valid_from <= $3)
               and (m.valid_until is null or m.valid_until > $3)),
        used as materialized (
            select s.device_id, mine.staff_id from mine
              join session s on s.account_id = mine.account_id
             where s.revoked_at is null and s.expires_at > $3),
        known as (
            select device_id from used
             union select device_id from scanner where school_id = $1
             union select (details ->> 'device_id')::uuid from life_event
                    where school_id = $1 and kind = 'device_lost')
        select d.id, d.name, d.platform, d.revoked_at, sc.station_id, sc.beat_at, sc.pending,
               coalesce((select jsonb_agg(jsonb_build_object('staff_id', st.id, 'name', st.name)
                                order by st.sort_key, st.id)
                           from used join staff st on st.school_id = $1 and st.id = used.staff_id
                          where used.device_id = d.id), '[]') as users
          from known
          join device d on d.id = known.device_id
          left join scanner sc on sc.school_id = $1 and sc.device_id = d.id
         where $4::uuid is null or d.id = $4
         order by sc.beat_at desc nulls last, d.id
        """,
        school_id,
        sorted(SCANNING_ROLES),
        now,
        device_id,
    )


async def revoke_device(
    conn: db.Conn,
    *,
    school_id: int,
    device_id: UUID,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> ScanningDevice:
    """A phone is lost: nothing it sends is believed any more, and everybody on it is logged out.

    Everybody: whoever holds the phone holds all that is on it, whichever school it is of. Its
    owner is free to check in with another one. Again is no change.

    Raises:
        NoSuchDevice: it does not scan here.
    """
    found = await _device(conn, school_id, device_id, now)
    if found.revoked_at is not None:
        return found
    await db.run(
        conn,
        """
        update device set revoked_at = $2, bound_account_id = null, bound_at = null
         where id = $1 and revoked_at is null
        """,
        device_id,
        now,
    )
    ended = await revoke_sessions_of_device(conn, device_id=device_id, reason="lost", now=now)
    await _close_scanner(conn, school_id, device_id, now)
    await record(
        conn,
        school_id=school_id,
        kind="device_lost",
        person_id=None,
        decided_by=decided_by,
        reason=reason,
        details={"device_id": str(device_id), "sessions": ended},
        now=now,
    )
    _log.info("devices.revoked", school_id=school_id, device_id=str(device_id), sessions=ended)
    return await _device(conn, school_id, device_id, now)


async def restore_device(
    conn: db.Conn, *, school_id: int, device_id: UUID, decided_by: UUID, now: datetime
) -> ScanningDevice:
    """A lost phone was found: it may be logged in on again. Its sessions stay ended.

    Raises:
        NoSuchDevice: it was not reported lost by this school, or is in use.
    """
    if not await _is_lost_here(conn, school_id, device_id):
        raise NoSuchDevice
    await db.run(conn, "update device set revoked_at = null where id = $1", device_id)
    await record(
        conn,
        school_id=school_id,
        kind="device_found",
        person_id=None,
        decided_by=decided_by,
        reason=None,
        details={"device_id": str(device_id)},
        now=now,
    )
    return await _device(conn, school_id, device_id, now)


async def _device(conn: db.Conn, school_id: int, device_id: UUID, now: datetime) -> ScanningDevice:
    found = await scanning_devices(conn, school_id=school_id, now=now, device_id=device_id)
    if not found:
        raise NoSuchDevice
    return found[0]


async def _close_scanner(conn: db.Conn, school_id: int, device_id: UUID, now: datetime) -> None:
    """It is not waited for any more.

    Unless scans wait in it: these never come, and who was scanned by it must not be called absent
    without somebody looking. So it stays open and silent.
    """
    await db.run(
        conn,
        """
        update scanner set closed_at = $3
         where school_id = $1 and device_id = $2 and closed_at is null and pending = 0
        """,
        school_id,
        device_id,
        now,
    )


async def _is_lost_here(conn: db.Conn, school_id: int, device_id: UUID) -> bool:
    """Whether this school said so last; locked until the transaction ends."""
    lost = await db.value(
        conn, "select revoked_at from device where id = $1 for no key update", device_id
    )
    latest = await db.value(
        conn,
        """
        select kind from life_event
         where school_id = $1 and kind in ('device_lost', 'device_found')
           and details ->> 'device_id' = $2
         order by id desc limit 1
        """,
        school_id,
        str(device_id),
    )
    return lost is not None and latest == "device_lost"
