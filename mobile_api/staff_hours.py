"""Staff's hours: the month for the principal, as a sheet and for oneself, and what is put right."""

import asyncio
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from app.attendance.hours import correcting, service
from app.attendance.hours.model import StaffDay, StaffMonth
from app.attendance.hours.sheet import workbook
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor
from app.schools.org.service import school as school_of
from mobile_api.access import STAFF, only
from mobile_api.deps import AnyRequest, Me, Now, Tx, open_tx
from mobile_api.downloads import XLSX, download
from mobile_api.inputs import (
    Cursor,
    Limit,
    LocalTime,
    PathId,
    PathSchool,
    QueryId,
    Reason,
    local_time,
)

_PRINCIPAL = {"who": only("principal")}
_HOURS = "/v1/schools/{school_id:int}/staff-hours"
_OF_STAFF = "/v1/schools/{school_id:int}/staff/{staff_id:uuid}/hours-corrections"

Month = Annotated[
    str,
    QueryParameter(
        min_length=7, max_length=7, pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM"
    ),
]


class HoursPutDown(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A movement that no scan shows; `at` is the school's time of that day."""

    day: date
    kind: Literal["in", "out"]
    at: LocalTime
    reason: Reason


class HoursVoided(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason


class OwnMonths(Struct, frozen=True, kw_only=True):
    """One for each school that the caller works in."""

    items: list[StaffMonth]


@get(_HOURS, opt=_PRINCIPAL, tags=["attendance"])
async def staff_hours(
    tx: Tx,
    now: Now,
    school_id: PathSchool,
    month: Month,
    staff_id: QueryId = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[StaffMonth]:
    """What the staff worked in a month, by name; with `staff_id` one person's days too.

    Up to now, and computed from the scans as they stand. For the principal.
    """
    if staff_id is not None:
        found = await service.month_of(
            tx, school_id=school_id, staff_id=staff_id, month=month, now=now
        )
        return Page(items=[found])
    return await service.months(
        tx,
        school_id=school_id,
        month=month,
        after=decode_cursor(cursor, tuple[CursorText, UUID]),
        limit=limit,
        now=now,
    )


@get(
    _HOURS + ".xlsx",
    opt=_PRINCIPAL,
    tags=["attendance"],
    media_type=XLSX,
    responses={200: ResponseSpec(data_container=bytes, description="A workbook", media_type=XLSX)},
)
async def staff_hours_sheet(
    request: AnyRequest, now: Now, school_id: PathSchool, month: Month
) -> Response[bytes]:
    """The same month as a workbook, everybody's totals and days, to sum. For the principal."""
    async with open_tx(request) as tx:
        school = await school_of(tx, school_id=school_id)
        months = await service.whole_month(tx, school_id=school_id, month=month, now=now)
    made = await asyncio.to_thread(workbook, school.name, month, months)
    return download(made, name=f"gio-lam-viec-{month}.xlsx", media_type=XLSX)


@get("/v1/me/staff-hours", opt={"who": only(*STAFF)}, tags=["me"])
async def own_hours(tx: Tx, caller: Me, now: Now, month: Month) -> OwnMonths:
    """The caller's own month, as the principal's sheet has it. For staff."""
    return OwnMonths(
        items=await service.own_months(
            tx,
            school_ids=sorted(caller.schools_as(*STAFF)),
            account_id=caller.account_id,
            month=month,
            now=now,
        )
    )


@post(_OF_STAFF, opt=_PRINCIPAL, tags=["attendance"])
async def correct_hours(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    staff_id: PathId,
    data: JSONBody[HoursPutDown],
) -> StaffDay:
    """Put down a movement that no scan shows, such as a forgotten check-out; the day as it then is.

    Of the last 92 days, and never one's own. For the principal.
    """
    return await correcting.put_down(
        tx,
        school_id=school_id,
        staff_id=staff_id,
        day=data.day,
        kind=data.kind,
        at=local_time(data.at),
        reason=data.reason,
        decided_by=caller.account_id,
        now=now,
    )


@post(
    _OF_STAFF + "/{correction_id:uuid}/void",
    status_code=200,
    opt=_PRINCIPAL,
    tags=["attendance"],
)
async def void_hours_correction(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    staff_id: PathId,
    correction_id: PathId,
    data: JSONBody[HoursVoided],
) -> StaffDay:
    """Take back what was put down; both stay in the record. For the principal, not of oneself."""
    return await correcting.void(
        tx,
        school_id=school_id,
        staff_id=staff_id,
        correction_id=correction_id,
        reason=data.reason,
        decided_by=caller.account_id,
        now=now,
    )


HANDLERS = [staff_hours, staff_hours_sheet, own_hours, correct_hours, void_hours_correction]
