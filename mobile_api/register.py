"""Undo at the gate, scanners and their roster, and the attendance that people read."""

import gzip
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from app import db
from app.attendance import queries, register, scanners
from app.attendance.items import SCANNING_ROLES
from app.attendance.plan import school_day
from app.attendance.undo import UndoneScan, undo_scan
from app.errors import NotFound, Unprocessable
from app.identity.model import Caller
from app.paging import Page
from app.photos.urls import PhotoUrls
from app.schools.sight import sight_of
from mobile_api.access import SCANNERS, TEACHERS, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import (
    Cursor,
    Limit,
    MaybeFromDay,
    MaybeToDay,
    PathDay,
    PathId,
    PathSchool,
    QueryId,
)

MAX_RANGE = timedelta(days=92)


class NoSuchPupil(NotFound):
    """Không tìm thấy học sinh | No such pupil"""


class NoSuchClass(NotFound):
    """Không tìm thấy lớp | No such class"""


class NotYourDevice(NotFound):
    """Đây không phải máy của phiên này | This is not the session's device"""


class BadRange(Unprocessable):
    """Khoảng ngày không đúng | The range of days is not valid"""


class Beat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`pending` scans are not sent yet, the oldest was made at `oldest_at`.

    `sent_ms` is the phone's own clock, ms since 1970: by it a beat is known that comes in after a
    later one, such as after the one that closed the scanner.
    """

    station_id: UUID
    pending: Annotated[int, Meta(ge=0, le=100_000)]
    oldest_at: Annotated[datetime, Meta(tz=True)] | None
    closed: bool
    sent_ms: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Timeline(Struct, frozen=True, kw_only=True):
    """The newest day first."""

    items: list[register.TimelineDay]
    next_cursor: str | None = None


@post(
    "/v1/attendance/scans/{event_id:uuid}/undo",
    status_code=200,
    opt={"who": only(*SCANNERS)},
    tags=["attendance"],
)
async def undo(tx: Tx, caller: Me, now: Now, event_id: PathId) -> UndoneScan:
    """Take back a scan within 60 seconds. For the device that made it."""
    schools = caller.schools_as(*SCANNING_ROLES)
    return await undo_scan(tx, event_id=event_id, caller=caller, schools=schools, now=now)


@put("/v1/attendance/scanners/{device_id:uuid}", opt={"who": only(*SCANNERS)}, tags=["attendance"])
async def beat(
    tx: Tx, caller: Me, now: Now, device_id: PathId, data: JSONBody[Beat]
) -> scanners.Scanner:
    """Open, keep alive (every 60 s) or close this phone's scanner. For staff who scan."""
    if device_id != caller.device_id:
        raise NotYourDevice
    if data.oldest_at is not None and not 2000 <= data.oldest_at.year < 2100:
        raise BadRange
    school_id = await scanners.school_of_station(
        tx, station_id=data.station_id, school_ids=caller.schools_as(*SCANNING_ROLES)
    )
    return await scanners.beat(
        tx,
        school_id=school_id,
        device_id=device_id,
        account_id=caller.account_id,
        station_id=data.station_id,
        pending=data.pending,
        oldest_at=data.oldest_at,
        is_closed=data.closed,
        sent_ms=data.sent_ms,
        now=now,
    )


@get(
    "/v1/attendance/roster",
    opt={"who": only(*SCANNERS)},
    tags=["attendance"],
    responses={
        200: ResponseSpec(data_container=scanners.Roster, description="The roster, gzip if asked"),
        304: ResponseSpec(data_container=None, description="Nothing has changed"),
    },
)
async def get_roster(
    tx: Tx,
    caller: Me,
    now: Now,
    resources: Res,
    request: Request[Any, Any, Any],
    station_id: FromQuery[UUID],
) -> Response[bytes]:
    """The cards that an offline scanner knows, for 24 hours, with an ETag. For staff who scan."""
    school_id = await scanners.school_of_station(
        tx, station_id=station_id, school_ids=caller.schools_as(*SCANNING_ROLES)
    )
    roster = await scanners.roster(
        tx, ring=resources.vault.ring, school_id=school_id, station_id=station_id, now=now
    )
    headers = {"ETag": roster.etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == roster.etag:
        return Response(b"", status_code=304, headers=headers)
    body = msgspec.json.encode(roster)
    # 2,000 pupils are 400 kB, and the signal at the gate is bad.
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 5)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(body, media_type="application/json", headers=headers)


@get(
    "/v1/schools/{school_id:int}/attendance/{day:str}",
    opt={"who": only("principal", *TEACHERS)},
    tags=["attendance"],
)
async def day_register(
    tx: Tx,
    caller: Me,
    now: Now,
    resources: Res,
    school_id: PathSchool,
    day: PathDay,
    class_id: QueryId = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[register.RegisterRow]:
    """A day's states by class and name. Principals see the school, teachers their classes.

    Not of a pupil whom a court keeps from the caller.
    """
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    class_ids = (
        None if sight.is_principal else sorted(sight.homeroom_class_ids | sight.taught_class_ids)
    )
    if class_id is not None:
        if class_ids is not None and class_id not in class_ids:
            raise NoSuchClass
        class_ids = [class_id]
    plan = await queries.plan(tx, school_id=school_id)
    if class_id is not None and class_id not in plan.classes:
        raise NoSuchClass
    return await register.class_register(
        tx,
        plan=plan,
        day=day,
        class_ids=class_ids,
        sight=sight,
        urls=PhotoUrls(resources.vault.ring, now),
        cursor=cursor,
        limit=limit,
    )


@get(
    "/v1/students/{student_id:uuid}/attendance",
    opt={"who": only("guardian", "student", "principal", *TEACHERS)},
    tags=["attendance"],
)
async def student_timeline(
    tx: Tx,
    caller: Me,
    now: Now,
    student_id: PathId,
    from_day: MaybeFromDay = None,
    to_day: MaybeToDay = None,
) -> Timeline:
    """A pupil's days and scans. For guardians, the pupil, the pupil's teachers, the principal."""
    last = to_day or school_day(now)
    first = from_day or last - timedelta(days=30)
    if first > last or last - first > MAX_RANGE:
        raise BadRange(("Nhiều nhất là 92 ngày.", "At most 92 days."))
    school_id = await _school_of_pupil(tx, caller, student_id)
    plan = await queries.plan(tx, school_id=school_id)
    items = await register.timeline(tx, plan=plan, student_id=student_id, first=first, last=last)
    return Timeline(items=items)


async def _school_of_pupil(tx: db.Conn, caller: Caller, student_id: UUID) -> int:
    """The school in which the caller may see this pupil's attendance.

    Raises:
        NoSuchPupil: in none.
    """
    for school_id in caller.family_schools(student_id):
        return school_id
    for school_id in sorted(caller.schools_as("principal", *TEACHERS)):
        class_id = await register.class_of(tx, school_id=school_id, student_id=student_id)
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        taught = sight.homeroom_class_ids | sight.taught_class_ids
        exists = class_id is not None and student_id not in sight.barred
        if exists and (sight.is_principal or class_id in taught):
            return school_id
    raise NoSuchPupil


HANDLERS = [undo, beat, get_roster, day_register, student_timeline]
