"""Phones that scan: that they are open, what they hold back, and what they know offline."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from app import db
from app.attendance.leave.queries import slips_of_school
from app.attendance.model import ExitSlip, PickUp
from app.attendance.plan import school_day
from app.attendance.showing import pick_ups_of_pupils
from app.errors import NotFound
from app.keys import KeyRing
from app.photos.urls import PhotoUrls

SNAPSHOT_FOR = timedelta(hours=24)
# A scanner beats every 60 s; one lost beat is the network's.
SILENT_AFTER = timedelta(seconds=150)
# A phone whose clock was set back is believed again after this, before its next beat.
_OVERTAKEN_FOR = timedelta(seconds=45)


class NoSuchStation(NotFound):
    """Không tìm thấy điểm quét | No such station"""


class Scanner(Struct, frozen=True, kw_only=True):
    """A phone at a station. `pending` scans wait in it, the oldest since `oldest_at`."""

    device_id: UUID
    station_id: UUID | None
    opened_at: datetime
    beat_at: datetime
    closed_at: datetime | None
    pending: int
    oldest_at: datetime | None


class RosterEntry(Struct, frozen=True, kw_only=True):
    """A live card: `card_id` is 16 hex digits, bytes 5 to 12 of the code.

    `photo_url` is good for as long as the roster; `pickups`, who may fetch the child today, are
    there only for pupils of preschool and primary schools who have some; `exit_slip`, today's
    approved early exit, only for who has one.
    """

    card_id: str
    student_id: UUID
    name: str
    class_name: str
    photo_url: str | None
    pickups: list[PickUp] | UnsetType = UNSET
    exit_slip: ExitSlip | UnsetType = UNSET


class _Holder(Struct, frozen=True, kw_only=True):
    card_id: str
    student_id: UUID
    name: str
    class_name: str
    photo_key: str | None


class Roster(Struct, frozen=True, kw_only=True):
    """What an offline scanner shows. It holds no key: it can recognise, not authenticate."""

    school_id: int
    station_id: UUID
    valid_until: datetime
    entries: list[RosterEntry]

    @property
    def etag(self) -> str:
        """Of the entries alone: a later `valid_until` is no other roster."""
        digest = hashlib.sha256(msgspec.json.encode(self.entries)).hexdigest()
        return f'"{digest[:32]}"'


async def school_of_station(conn: db.Conn, *, station_id: UUID, school_ids: Iterable[int]) -> int:
    """The school of a live station among these schools.

    Raises:
        NoSuchStation: in none of them.
    """
    school_id: int | None = await db.value(
        conn,
        "select school_id from station where school_id = any($1) and id = $2 and ended_at is null",
        sorted(school_ids),
        station_id,
    )
    if school_id is None:
        raise NoSuchStation
    return school_id


async def beat(
    conn: db.Conn,
    *,
    school_id: int,
    device_id: UUID,
    account_id: UUID,
    station_id: UUID,
    pending: int,
    oldest_at: datetime | None,
    is_closed: bool,
    sent_ms: int | None,
    now: datetime,
) -> Scanner:
    """Open a scanner, say that it lives, or close it; one that had closed opens anew.

    What the phone sent before its last word, and what comes after that, changes nothing: a beat
    that was under way would open for ever what its phone has closed and put away.
    """
    row = await db.one(
        conn,
        Scanner,
        """
        insert into scanner as s (school_id, device_id, account_id, station_id, opened_at, beat_at,
               closed_at, pending, oldest_at, sent_ms)
        values ($1, $2, $3, $4, $5, $5, case when $8 then $5::timestamptz end, $6, $7, $9)
        on conflict (school_id, device_id) do update
           set account_id = excluded.account_id, station_id = excluded.station_id,
               opened_at = case when s.closed_at is null and s.station_id = excluded.station_id
                                then s.opened_at else excluded.opened_at end,
               beat_at = excluded.beat_at, closed_at = excluded.closed_at,
               pending = excluded.pending, oldest_at = excluded.oldest_at,
               sent_ms = excluded.sent_ms
         where (excluded.sent_ms < s.sent_ms and s.beat_at > $10) is not true
        returning device_id, station_id, opened_at, beat_at, closed_at, pending, oldest_at
        """,
        school_id,
        device_id,
        account_id,
        station_id,
        now,
        pending,
        oldest_at,
        is_closed,
        sent_ms,
        now - _OVERTAKEN_FOR,
    )
    row = row or await _scanner(conn, school_id=school_id, device_id=device_id)
    if row is None:
        raise NoSuchStation
    return row


async def _scanner(conn: db.Conn, *, school_id: int, device_id: UUID) -> Scanner | None:
    return await db.one(
        conn,
        Scanner,
        """
        select device_id, station_id, opened_at, beat_at, closed_at, pending, oldest_at
          from scanner where school_id = $1 and device_id = $2
        """,
        school_id,
        device_id,
    )


async def roster(
    conn: db.Conn, *, ring: KeyRing, school_id: int, station_id: UUID, now: datetime
) -> Roster:
    """All live cards of the school, by name, for 24 hours."""
    urls = PhotoUrls(ring, now)
    holders = await _holders(conn, school_id=school_id)
    pickups = await pick_ups_of_pupils(
        conn,
        school_id=school_id,
        student_ids=[each.student_id for each in holders],
        today=school_day(now),
        urls=urls,
    )
    slips = await slips_of_school(conn, school_id=school_id, day=school_day(now))
    entries = [
        RosterEntry(
            card_id=each.card_id,
            student_id=each.student_id,
            name=each.name,
            class_name=each.class_name,
            photo_url=urls.small_for_a_day(each.photo_key),
            pickups=pickups.get(each.student_id, UNSET),
            exit_slip=slips.get(each.student_id, UNSET),
        )
        for each in holders
    ]
    return Roster(
        school_id=school_id, station_id=station_id, valid_until=now + SNAPSHOT_FOR, entries=entries
    )


async def _holders(conn: db.Conn, *, school_id: int) -> list[_Holder]:
    return await db.many(
        conn,
        _Holder,
        """
        select encode(card.id, 'hex') as card_id, s.id as student_id, s.name,
               c.name as class_name,
               case when s.photo_consent then s.photo_key end as photo_key
          from card
          join student s on s.school_id = card.school_id and s.id = card.student_id
          join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
          join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where card.school_id = $1 and card.revoked_at is null and s.ended_at is null
         order by c.name, s.sort_key, s.id
        """,
        school_id,
    )
