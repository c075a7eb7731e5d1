"""The one statement that writes a batch: receipts, events, refusals, days, outbox, or nothing."""

from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter

import msgspec

from app import db
from app.attendance.clockwork import Sending
from app.attendance.decide import Ledger
from app.attendance.items import Item
from app.attendance.model import DayRow, Past
from app.attendance.queries import columns
from app.attendance.telling import Told
from app.consents.queries import staff_who_agreed

_RECEIPT = attrgetter("school_id", "event_id", "body_hash", "answer")
_EVENT = attrgetter(
    "school_id", "day", "id", "person_kind", "person_id", "direction", "outcome", "source",
    "shift_id", "station_id", "campus_id", "device_id", "scanned_by", "occurred_at", "scanned_at",
    "received_at", "clock", "verdict", "distance_m", "reason", "recorded_as",
)  # fmt: skip
_DAY = attrgetter(
    "school_id", "day", "person_id", "shift_id", "person_kind", "state", "late_minutes",
    "arrived_at", "left_at",
)  # fmt: skip
_NEWS = attrgetter("school_id", "id", "kind", "day", "event_id", "student_id", "actor_account_id")
_LOCATION = attrgetter("lat", "lng", "accuracy_m", "provider", "fixed_at")
# Raw coordinates live for 7 days; those of a scan that arrives later are not kept at all.
_LOCATION_AGE = timedelta(days=7)


async def write(conn: db.Conn, ledger: Ledger) -> None:
    """Write all that the ledger has collected, in one statement.

    The rows in the order of the keys: two flushers never wait for each other in a circle.
    """
    if not ledger.new_receipts:
        return
    receipts = sorted(ledger.new_receipts, key=lambda row: (row.school_id, row.event_id.int))
    days = sorted(
        ledger.day_rows.values(), key=lambda r: (r.school_id, r.day, r.person_id, r.shift_id)
    )
    located = [
        item for item in ledger.located if item.received_at - item.when.occurred_at < _LOCATION_AGE
    ]
    await conn.execute(
        _WRITE,
        list(map(_RECEIPT, receipts)),
        list(map(_EVENT, ledger.events)),
        list(map(_EVENT, ledger.refusals)),
        list(map(_DAY, days)),
        list(map(_news, ledger.told)),
        [_place(item) for item in await _agreed_to(conn, located)],
    )
    if ledger.promoted:
        await promote(conn, ledger.promoted)


def _news(told: Told) -> tuple[object, ...]:
    params = msgspec.json.encode(told.params).decode()
    return (*_NEWS(told), params)


def _place(item: Item) -> tuple[object, ...]:
    return (item.school_id, item.day, item.event_id, *_LOCATION(item.location))


async def _agreed_to(conn: db.Conn, located: list[Item]) -> list[Item]:
    """Without the coordinates of one's own phone, but for those of staff who agreed to it."""
    own = [
        (item.school_id, item.person_id, item.sender.account_id)
        for item in located
        if item.source == "station_code"
    ]
    if not own:
        return located
    agreed = await staff_who_agreed(conn, own)
    return [
        item
        for item in located
        if item.source != "station_code"
        or (item.school_id, item.person_id, item.sender.account_id) in agreed
    ]


async def promote(conn: db.Conn, risen: Sequence[Past]) -> None:
    """Stored duplicates that turned out to matter become events; rare, hence a statement apart."""
    await conn.execute(
        """
        with moved as (
            update scan_refusal r set promoted_at = now()
              from unnest($1::int[], $2::date[], $3::uuid[]) as q (school_id, day, id)
             where r.school_id = q.school_id and r.day = q.day and r.id = q.id
               and r.promoted_at is null
         returning r.*)
        insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome,
               source, shift_id, station_id, campus_id, device_id, scanned_by, occurred_at,
               scanned_at, received_at, clock, verdict, distance_m)
        select school_id, day, id, person_kind, person_id, direction, recorded_as, source,
               shift_id, station_id, campus_id, device_id, scanned_by, occurred_at, scanned_at,
               received_at, clock, verdict, distance_m
          from moved
        """,
        *columns(risen, "school_id", "day", "id"),
    )


async def put_day_rows(conn: db.Conn, rows: Sequence[DayRow]) -> None:
    """Set the derived rows of shifts, whatever stood there."""
    if not rows:
        return
    await conn.execute(
        """
        insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state,
               late_minutes, arrived_at, left_at)
        select * from unnest($1::int[], $2::date[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
               $7::smallint[], $8::timestamptz[], $9::timestamptz[])
            on conflict (school_id, day, person_id, shift_id) do update
               set person_kind = excluded.person_kind, state = excluded.state,
                   late_minutes = excluded.late_minutes, arrived_at = excluded.arrived_at,
                   left_at = excluded.left_at
        """,
        *columns(
            rows, "school_id", "day", "person_id", "shift_id", "person_kind", "state",
            "late_minutes", "arrived_at", "left_at",
        ),
    )  # fmt: skip


async def drop_day_rows(conn: db.Conn, rows: Sequence[DayRow]) -> None:
    """Drop the derived rows of shifts of which nothing is known any more."""
    if not rows:
        return
    await conn.execute(
        """
        delete from attendance_day d
         using unnest($1::int[], $2::date[], $3::uuid[], $4::uuid[])
               as q (school_id, day, person_id, shift_id)
         where d.school_id = q.school_id and d.day = q.day and d.person_id = q.person_id
           and d.shift_id = q.shift_id
        """,
        *columns(rows, "school_id", "day", "person_id", "shift_id"),
    )


async def remember_clocks(conn: db.Conn, items: list[Item]) -> None:
    """Keep each phone's boot and clock offset, when it is another boot or moved by a second."""
    seen: dict[object, tuple[object, str, int]] = {}
    last: Sending | None = None
    for item in items:
        # All scans of a request share one.
        if item.sending is None or item.link is None or item.sending is last:
            continue
        last = item.sending
        offset_ms = _offset_ms(item.sending)
        known = item.link.clock_offset_ms
        is_same = item.link.boot_id == item.sending.boot_id
        if is_same and known is not None and abs(known - offset_ms) < 1000:
            continue
        seen[item.link.device_id] = (item.link.device_id, item.sending.boot_id, offset_ms)
    if not seen:
        return
    devices, boots, offsets = zip(*sorted(seen.values(), key=str), strict=True)
    await conn.execute(
        """
        update device d set boot_id = q.boot_id, clock_offset_ms = q.clock_offset_ms
          from unnest($1::uuid[], $2::text[], $3::bigint[]) as q (id, boot_id, clock_offset_ms)
         where d.id = q.id
        """,
        list(devices),
        list(boots),
        list(offsets),
    )


def _offset_ms(sending: Sending) -> int:
    return int((sending.received_at - sending.sent_at) / timedelta(milliseconds=1))


_WRITE = """
with receipt as (
    insert into scan_receipt (school_id, event_id, body_hash, answer)
    select school_id, event_id, body_hash, answer from unnest($1::written_receipt[])),
event as (
    insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome, source,
        shift_id, station_id, campus_id, device_id, scanned_by, occurred_at, scanned_at,
        received_at, clock, verdict, distance_m, reason)
    select school_id, day, id, person_kind, person_id, direction, outcome, source,
        shift_id, station_id, campus_id, device_id, scanned_by, occurred_at, scanned_at,
        received_at, clock, verdict, distance_m, reason
      from unnest($2::written_event[])),
refusal as (
    insert into scan_refusal (school_id, day, id, person_kind, person_id, direction, outcome,
        source, shift_id, station_id, campus_id, device_id, scanned_by, occurred_at, scanned_at,
        received_at, clock, verdict, distance_m, recorded_as)
    select school_id, day, id, person_kind, person_id, direction, outcome,
        source, shift_id, station_id, campus_id, device_id, scanned_by, occurred_at, scanned_at,
        received_at, clock, verdict, distance_m, recorded_as
      from unnest($3::written_event[])),
day as (
    insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state,
        late_minutes, arrived_at, left_at)
    select school_id, day, person_id, shift_id, person_kind, state, late_minutes, arrived_at,
        left_at
      from unnest($4::written_day[])
    on conflict (school_id, day, person_id, shift_id) do update
        set state = excluded.state, late_minutes = excluded.late_minutes,
            arrived_at = excluded.arrived_at, left_at = excluded.left_at),
told as (
    insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id, params)
    select school_id, id, kind, day, event_id, student_id, actor_account_id, params::jsonb
      from unnest($5::written_news[]))
insert into scan_location (school_id, day, event_id, lat, lng, accuracy_m, provider, fixed_at)
select school_id, day, event_id, lat, lng, accuracy_m, provider, fixed_at
  from unnest($6::written_place[])
"""
