"""What waits for a verdict, shown so that it can be given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.geo import distance_m
from app.attendance.kin import own_children
from app.attendance.model import SUSPECT
from app.attendance.plan import Plan, school_day
from app.attendance.queries import plan as plan_of
from app.attendance.reviews import queries, words
from app.attendance.reviews.model import (
    MOST_AT_ONCE,
    WINDOW,
    Asked,
    Beside,
    OtherScan,
    Pending,
    PersonCount,
    ReasonCount,
    Review,
    ReviewSummary,
    ScannerCount,
)
from app.attendance.reviews.queries import Face, Tally
from app.paging import Page, page_of
from app.photos.urls import PhotoUrls

Locale = Literal["vi", "en"]
_SHOWN: Final = 50
_GROUPS: Final = 20
_NOBODY: Final = UUID(int=0)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
# What `grouping()` says of each: a bit for what a row is not grouped by.
_BY_REASON, _BY_DEVICE, _BY_PERSON, _IN_ALL = 3, 5, 6, 7


class Reader(Struct, frozen=True, kw_only=True):
    """Who looks: `account_id` may not decide about own check-ins."""

    account_id: UUID
    locale: Locale
    urls: PhotoUrls


class _Known(Struct, frozen=True, kw_only=True):
    """What the rows of a page are shown with."""

    plan: Plan
    faces: Mapping[UUID, Face]
    accounts: Mapping[UUID, str]
    places: Mapping[UUID, str]
    beside: Mapping[tuple[UUID, date], Sequence[Beside]]
    own_children: set[UUID]


def window(now: datetime) -> tuple[date, date]:
    """The days of which scans wait for a verdict."""
    today = school_day(now)
    return today - WINDOW, today


async def page(
    conn: db.Conn,
    *,
    school_id: int,
    asked: Asked,
    after: tuple[date, int, UUID] | None,
    limit: int,
    reader: Reader,
) -> Page[Review]:
    """Those that wait, the newest first; `after`: day, microseconds since 1970, event id."""
    day, micros, event_id = after or (asked.last + timedelta(days=1), 0, _NOBODY)
    before = (day, _EPOCH + micros * _MICRO, event_id)
    found = await queries.waiting(
        conn, school_id=school_id, asked=asked, before=before, limit=limit + 1
    )
    rows = page_of(
        found,
        limit=limit,
        key=lambda scan: (scan.day, (scan.occurred_at - _EPOCH) // _MICRO, scan.event_id),
    )
    known = await _known(conn, school_id, rows.items, reader)
    items = [_review(scan, known, reader) for scan in rows.items]
    return Page(items=items, next_cursor=rows.next_cursor)


async def summary(
    conn: db.Conn, *, school_id: int, account_id: UUID, now: datetime
) -> ReviewSummary:
    """How many wait by reason, phone and person, and what can be decided at once."""
    first, last = window(now)
    tallies = await queries.tallies(conn, school_id=school_id, first=first, last=last)
    by: defaultdict[int, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by[tally.by].append(tally)
    phones, people = by[_BY_DEVICE][:_SHOWN], by[_BY_PERSON][:_SHOWN]
    names = await queries.names_of_accounts(
        conn,
        school_id=school_id,
        account_ids=[phone.scanned_by for phone in phones if phone.scanned_by],
    )
    found = await queries.faces(
        conn, school_id=school_id, person_ids=[p.person_id for p in people if p.person_id]
    )
    faces = {face.id: face for face in found}
    return ReviewSummary(
        total=sum(tally.count for tally in by[_IN_ALL]),
        window_days=WINDOW.days,
        oldest_day=min((tally.oldest_day for tally in by[_IN_ALL]), default=None),
        reasons=[
            ReasonCount(reason=tally.reason, count=tally.count)
            for tally in by[_BY_REASON]
            if tally.reason is not None
        ],
        scanners=[
            ScannerCount(
                device_id=phone.device_id,
                person_name=names.get(phone.scanned_by) if phone.scanned_by else None,
                count=phone.count,
            )
            for phone in phones
        ],
        people=[_person_count(tally, faces) for tally in people],
        groups=await queries.obvious_groups(
            conn,
            school_id=school_id,
            first=first,
            last=last,
            most=MOST_AT_ONCE,
            groups=_GROUPS,
            account_id=account_id,
        ),
    )


def _person_count(tally: Tally, faces: Mapping[UUID, Face]) -> PersonCount:
    person_id = tally.person_id or _NOBODY
    face = faces.get(person_id)
    return PersonCount(
        person_id=person_id,
        person_kind=tally.person_kind or "student",
        person_name=face.name if face else "",
        class_name=face.class_name if face else None,
        count=tally.count,
    )


async def _known(conn: db.Conn, school_id: int, scans: Sequence[Pending], reader: Reader) -> _Known:
    people = sorted({scan.person_id for scan in scans})
    found = await queries.faces(conn, school_id=school_id, person_ids=people)
    suspects = sorted({(s.person_id, s.day) for s in scans if s.outcome in SUSPECT})
    beside: defaultdict[tuple[UUID, date], list[Beside]] = defaultdict(list)
    if suspects:
        for each in await queries.scans_beside(
            conn,
            school_id=school_id,
            person_ids=[person_id for person_id, _ in suspects],
            days=[day for _, day in suspects],
        ):
            beside[each.person_id, each.day].append(each)
    return _Known(
        plan=await plan_of(conn, school_id=school_id),
        faces={face.id: face for face in found},
        accounts=await queries.names_of_accounts(
            conn, school_id=school_id, account_ids=sorted({scan.scanned_by for scan in scans})
        ),
        places=await queries.names_of_places(conn, school_id=school_id),
        beside=beside,
        own_children=await own_children(
            conn, school_id=school_id, account_id=reader.account_id, student_ids=people
        ),
    )


def _review(scan: Pending, known: _Known, reader: Reader) -> Review:
    face = known.faces.get(scan.person_id)
    is_own_phone = scan.source == "station_code"
    scanned_by = None if is_own_phone else known.accounts.get(scan.scanned_by)
    other = _other(scan, known) if scan.outcome in SUSPECT else None
    said = words.reasons(scan, scanned_by=scanned_by, other=other)
    return Review(
        event_id=scan.event_id,
        day=scan.day,
        person_kind=scan.person_kind,
        person_id=scan.person_id,
        person_name=face.name if face else "",
        class_name=face.class_name if face else None,
        photo_url=reader.urls.small(face.photo_key) if face else None,
        direction=scan.direction,
        occurred_at=scan.occurred_at,
        received_at=scan.received_at,
        outcome=scan.outcome,
        reason=scan.reason,
        words=[en if reader.locale == "en" else vi for vi, en in said],
        source=scan.source,
        shift_name=_name(known, scan.shift_id),
        station_id=scan.station_id,
        station_name=_name(known, scan.station_id),
        campus_name=_name(known, scan.campus_id),
        device_id=scan.device_id,
        scanned_by=scanned_by,
        distance_m=scan.distance_m,
        clock_offset_s=round((scan.scanned_at - scan.occurred_at).total_seconds()),
        delay_s=max(0, round((scan.received_at - scan.occurred_at).total_seconds())),
        other=other,
        note=scan.note,
        may_decide=not (is_own_phone and scan.scanned_by == reader.account_id)
        and scan.person_id not in known.own_children,
    )


def _name(known: _Known, thing_id: UUID | None) -> str | None:
    return known.places.get(thing_id) if thing_id else None


def _other(scan: Pending, known: _Known) -> OtherScan | None:
    """The scan that raised the suspicion: elsewhere, not suspected itself, the nearest in time."""
    is_travel = scan.outcome == "impossible_travel"
    elsewhere = [
        each
        for each in known.beside.get((scan.person_id, scan.day), ())
        if each.id != scan.event_id
        and each.outcome not in SUSPECT
        and each.station_id is not None
        and each.station_id != scan.station_id
        and (not is_travel or each.campus_id != scan.campus_id)
    ]
    if not elsewhere:
        return None
    nearest = min(elsewhere, key=lambda each: abs(each.occurred_at - scan.occurred_at))
    return OtherScan(
        event_id=nearest.id,
        direction=nearest.direction,
        occurred_at=nearest.occurred_at,
        station_name=_name(known, nearest.station_id),
        campus_name=_name(known, nearest.campus_id),
        apart_s=round((scan.occurred_at - nearest.occurred_at).total_seconds()),
        distance_m=_metres(known.plan, scan.campus_id, nearest.campus_id),
    )


def _metres(plan: Plan, here_id: UUID | None, there_id: UUID | None) -> int | None:
    here = plan.campuses.get(here_id) if here_id else None
    there = plan.campuses.get(there_id) if there_id else None
    if here is None or there is None:
        return None
    one, two = here.shape, there.shape
    return round(distance_m(one.lat, one.lng, two.lat, two.lng))
