"""What a station's screen shows, and the day's key that lets it do so without a network."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.attendance.codes import (
    STEP_S,
    station_code,
    station_day_key,
    station_step,
    step_day,
    step_start,
)
from app.identity.model import Caller
from app.keys import KeyRing
from app.schools.common import ZONE, b64url, school_day
from app.schools.places import queries
from app.schools.places.model import BadDayRange, NoSuchStation, Station

DAYS_AHEAD: Final = timedelta(days=1)


class ShownCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code of this moment; the screen changes it at `valid_until`, every `step_s` seconds."""

    token: str
    valid_until: datetime
    step_s: int


class DayKey(msgspec.Struct, frozen=True, kw_only=True):
    """One station's key for one day in Vietnam; `key` is base64url without padding.

    With it and the three numbers a screen makes the codes of DESIGN section 3 by itself.
    """

    key: str
    key_id: int
    school_id: int
    number: int
    day: date
    valid_until: datetime
    step_s: int


async def shown_code(
    conn: db.Conn, *, ring: KeyRing, school_id: int, station_id: UUID, now: datetime
) -> ShownCode:
    """What the station's screen shows now.

    Raises:
        NoSuchStation: not in this school, or ended.
    """
    station = await _live(conn, school_id, station_id)
    step = station_step(now)
    key = station_day_key(
        ring,
        school_id=school_id,
        number=station.number,
        day=step_day(step),
        key_id=ring.current_id,
    )
    token = station_code(
        key, key_id=ring.current_id, school_id=school_id, number=station.number, step=step
    )
    return ShownCode(token=token, valid_until=step_start(step + 1), step_s=STEP_S)


async def day_key(
    conn: db.Conn,
    *,
    ring: KeyRing,
    school_id: int,
    station_id: UUID,
    day: date | None,
    now: datetime,
) -> DayKey:
    """The station's key of today (`day` None) or tomorrow.

    Raises:
        NoSuchStation: not in this school, or ended.
        BadDayRange: another day: a stolen screen must not know the keys of a month.
    """
    station = await _live(conn, school_id, station_id)
    today = school_day(now)
    wanted = day or today
    if not today <= wanted <= today + DAYS_AHEAD:
        raise BadDayRange(
            ("Chỉ lấy được khoá của hôm nay và ngày mai.", "Only the keys of today and tomorrow.")
        )
    key = station_day_key(
        ring,
        school_id=school_id,
        number=station.number,
        day=wanted,
        key_id=ring.current_id,
    )
    return DayKey(
        key=b64url(key),
        key_id=ring.current_id,
        school_id=school_id,
        number=station.number,
        day=wanted,
        valid_until=datetime.combine(wanted + timedelta(days=1), time(), ZONE),
        step_s=STEP_S,
    )


async def school_of_station(conn: db.Conn, *, caller: Caller, station_id: UUID) -> int:
    """The school of a station that the caller leads or is the screen of.

    Raises:
        NoSuchStation: everybody else's.
    """
    school_id = await queries.school_of_station(
        conn, school_ids=caller.schools_as("principal", "display"), station_id=station_id
    )
    if school_id is None:
        raise NoSuchStation
    is_screen = caller.person_in(school_id, "display") == station_id
    if not is_screen and "principal" not in caller.roles_in(school_id):
        raise NoSuchStation
    return school_id


async def _live(conn: db.Conn, school_id: int, station_id: UUID) -> Station:
    station = await queries.station(conn, school_id=school_id, station_id=station_id)
    if station is None or station.ended_at is not None:
        raise NoSuchStation
    return station
