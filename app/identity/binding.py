"""The one phone that an account checks in with (DESIGN 3).

A colleague's password does not suffice to check in for them: the first phone is free, another one
is taken at most once a day, and a phone serves one account a day.
"""

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from app import db
from app.errors import Conflict
from app.identity.model import Binding
from app.identity.sessions import lock_account
from app.identity.tokens import ACCESS_TOKEN_S

log = structlog.get_logger()

CHANGE_AFTER: Final = timedelta(hours=24)
_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class BoundRecently(Conflict):
    """Bạn vừa đổi điện thoại chấm công | You changed the check-in phone less than a day ago"""


class DeviceInUse(Conflict):
    """Điện thoại này đã được người khác dùng hôm nay | Somebody else used this phone today"""


class _Bound(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    bound_account_id: UUID | None
    bound_at: datetime | None


async def binding_of(conn: db.Conn, *, account_id: UUID, device_id: UUID, now: datetime) -> Binding:
    """The phone that the account checks in with, seen from `device_id`."""
    bound = await db.one(
        conn,
        _Bound,
        "select id, name, bound_account_id, bound_at from device where bound_account_id = $1",
        account_id,
    )
    return _view(bound, device_id=device_id, now=now)


async def bind(conn: db.Conn, *, account_id: UUID, device_id: UUID, now: datetime) -> Binding:
    """Check in with this device from now on. Binding it again changes nothing.

    Raises:
        BoundRecently: the account took its present device less than 24 hours ago.
        DeviceInUse: another account with a role in a school used this device today.
    """
    await lock_account(conn, account_id=account_id)
    devices = await _locked_devices(conn, account_id=account_id, device_id=device_id)
    own = next((each for each in devices if each.bound_account_id == account_id), None)
    if own is not None and own.id == device_id:
        return _view(own, device_id=device_id, now=now)
    if own is not None and _may_change_at(own, now) is not None:
        raise BoundRecently(
            ("Mỗi ngày chỉ đổi được một lần.", "It can be changed once in 24 hours.")
        )
    if await _is_in_use(conn, account_id=account_id, device_id=device_id, now=now):
        raise DeviceInUse(("Hãy dùng điện thoại của chính bạn.", "Use the phone that is your own."))
    await db.run(
        conn,
        "update device set bound_account_id = null, bound_at = null where bound_account_id = $1",
        account_id,
    )
    await db.run(
        conn,
        "update device set bound_account_id = $2, bound_at = $3 where id = $1",
        device_id,
        account_id,
        now,
    )
    log.info("auth.device_bound", account_id=str(account_id), device_id=str(device_id))
    return await binding_of(conn, account_id=account_id, device_id=device_id, now=now)


async def _locked_devices(conn: db.Conn, *, account_id: UUID, device_id: UUID) -> list[_Bound]:
    """This device and the account's own, locked in one order."""
    return await db.many(
        conn,
        _Bound,
        """
        select id, name, bound_account_id, bound_at from device
         where id = $1 or bound_account_id = $2 order by id for update
        """,
        device_id,
        account_id,
    )


async def _is_in_use(conn: db.Conn, *, account_id: UUID, device_id: UUID, now: datetime) -> bool:
    """Whether somebody else who could check in used or bound the device today.

    A session that has ended since counts. It is touched when it is refreshed, so that its last use
    may be a token's life later.
    Parents who share a phone with a teacher do not count.
    """
    midnight = datetime.combine(now.astimezone(_ZONE).date(), time(), _ZONE)
    return bool(
        await db.value(
            conn,
            """
            select exists (
                select 1 from session s
                 where s.device_id = $1 and s.account_id <> $2 and s.last_used_at >= $3
                   and exists (select 1 from membership m where m.account_id = s.account_id))
                or exists (
                select 1 from device d
                 where d.id = $1 and d.bound_account_id <> $2 and d.bound_at >= $4)
            """,
            device_id,
            account_id,
            midnight - timedelta(seconds=ACCESS_TOKEN_S),
            midnight,
        )
    )


def _view(bound: _Bound | None, *, device_id: UUID, now: datetime) -> Binding:
    if bound is None:
        return Binding(
            device_id=None,
            device_name=None,
            bound_at=None,
            is_this_device=False,
            may_change_at=None,
        )
    return Binding(
        device_id=bound.id,
        device_name=bound.name,
        bound_at=bound.bound_at,
        is_this_device=bound.id == device_id,
        may_change_at=_may_change_at(bound, now),
    )


def _may_change_at(bound: _Bound, now: datetime) -> datetime | None:
    if bound.bound_at is None or now >= bound.bound_at + CHANGE_AFTER:
        return None
    return bound.bound_at + CHANGE_AFTER
