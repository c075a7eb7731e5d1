"""What a pupil's day was, set right by the school."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct
from msgspec.structs import replace

from app import db
from app.attendance.corrections import queries, service
from app.attendance.corrections.model import (
    CorrectionStatus,
    DayCorrection,
    Decision,
    Filters,
    NewCorrection,
    OnlyToday,
)
from app.attendance.kin import OwnChild, is_family
from app.attendance.model import SetState
from app.attendance.plan import school_day
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.sight import sight_of
from app.schools.students.queries import class_on
from mobile_api.access import NoSuchSchool, only
from mobile_api.deps import Me, Now, Tx
from mobile_api.inputs import MAX_SCHOOL_ID, Cursor, Limit, PathId, QueryId, Reason
from mobile_api.openapi import FAILS
from mobile_api.register import NoSuchPupil

_LEADERS = {"who": only("principal", "homeroom_teacher")}
# The department: where a school has one principal alone, the second person is there.
_DECIDERS = {"who": only("principal", "homeroom_teacher", "department_admin")}

_School = Annotated[int | None, QueryParameter(name="school_id", ge=1, le=MAX_SCHOOL_ID)]
_Day = Annotated[date | None, QueryParameter(name="day")]
# A default beside the words, not None: `?state=null` would be taken for it.
_Status = Annotated[CorrectionStatus | Literal["all"], QueryParameter(name="state")]
_Minutes = Annotated[int, Meta(ge=0, le=600)]


class CorrectionAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`late_minutes` with `late` alone. `dispute_id`: answers it as upheld, with the reason."""

    student_id: UUID
    day: date
    shift_id: UUID
    state: SetState
    late_minutes: _Minutes = 0
    reason: Reason
    dispute_id: UUID | None = None


class CorrectionDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second person's word."""

    decision: Decision


@post("/v1/attendance/corrections", opt={**_LEADERS, FAILS: (404,)}, tags=["attendance"])
async def correct(tx: Tx, caller: Me, now: Now, data: JSONBody[CorrectionAsked]) -> DayCorrection:
    """Set what a pupil's shift was; a family that was told otherwise hears once what it is.

    A past month is `pending` until another principal approves. For the homeroom teacher of the
    pupil's class, today; for the principal, any day. Nobody corrects an own child's.
    """
    school_id = await queries.school_of(
        tx,
        student_id=data.student_id,
        school_ids=caller.schools_as("principal", "homeroom_teacher"),
    )
    if school_id is None:
        raise NoSuchPupil
    await _require_leader(tx, caller, school_id, data, now)
    return await service.correct(
        tx,
        asked=NewCorrection(
            school_id=school_id,
            student_id=data.student_id,
            day=data.day,
            shift_id=data.shift_id,
            state=data.state,
            late_minutes=data.late_minutes,
            reason=data.reason,
            dispute_id=data.dispute_id,
            asked_by=caller.account_id,
        ),
        now=now,
    )


@get("/v1/attendance/corrections", opt=_DECIDERS, tags=["attendance"])
async def corrections(
    tx: Tx,
    caller: Me,
    school_id: _School = None,
    student_id: QueryId = None,
    day: _Day = None,
    status: _Status = "all",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[DayCorrection]:
    """Corrections, the newest first; without `school_id` those of all the caller's schools.

    For the principal, and the homeroom teacher of the class that the pupil was in. The department
    sees what waits in a school that it names, without the pupils' names.
    """
    before = decode_cursor(cursor, tuple[UUID])
    filters, is_department = await _filters(tx, caller, school_id)
    wanted = None if status == "all" else status
    rows = await queries.corrections(
        tx,
        filters=Filters(
            school_ids=filters.school_ids,
            class_ids=filters.class_ids,
            student_id=student_id,
            day=day,
            status="pending" if is_department else wanted,
        ),
        before=before[0] if before else None,
        limit=limit + 1,
        reader=caller.account_id,
    )
    deciding = set(filters.school_ids if is_department else caller.schools_as("principal"))
    shown = [_as_seen(row, deciding, is_department=is_department) for row in rows]
    return page_of(shown, limit=limit, key=lambda row: [row.id])


@post(
    "/v1/attendance/corrections/{correction_id:uuid}/decision",
    operation_id="decide_correction",
    status_code=200,
    opt={"who": only("principal", "department_admin"), FAILS: (404,)},
    tags=["attendance"],
)
async def decide(
    tx: Tx, caller: Me, now: Now, correction_id: PathId, data: JSONBody[CorrectionDecision]
) -> DayCorrection:
    """Approve or reject, once, a correction of a past month that another principal has asked for.

    For the school's principals but who asked; of a school with one alone, for the department.
    """
    schools = caller.schools_as("principal")
    request = await queries.request_of(tx, school_ids=schools, request_id=correction_id)
    is_department = request is None and bool(caller.department_school_ids)
    if is_department:
        schools = frozenset(caller.department_school_ids)
        await db.scope(tx, schools=schools, accounts=[caller.account_id])
    decided = await service.decide(
        tx,
        school_ids=schools,
        request_id=correction_id,
        decision=data.decision,
        decided_by=caller.account_id,
        is_department=is_department,
        now=now,
    )
    if is_department:
        # As at the end of every request: an answer kept under a key is the account's own.
        await db.scope(tx, schools=caller.school_ids, accounts=[caller.account_id])
    return _as_seen(decided, set(schools), is_department=is_department)


async def _require_leader(
    tx: db.Conn, caller: Caller, school_id: int, data: CorrectionAsked, now: datetime
) -> None:
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    class_id = await class_on(tx, school_id=school_id, student_id=data.student_id, day=data.day)
    if not sight.leads_class(class_id):
        raise NoSuchPupil
    if not sight.is_principal and data.day != school_day(now):
        raise OnlyToday(("Ngày khác do hiệu trưởng sửa.", "The principal corrects another day."))
    if await is_family(
        tx, school_id=school_id, student_id=data.student_id, account_id=caller.account_id
    ):
        raise OwnChild(("Hãy nhờ một đồng nghiệp.", "Ask a colleague."))


async def _filters(tx: db.Conn, caller: Caller, school_id: int | None) -> tuple[Filters, bool]:
    """Whose corrections the caller reads, and whether as the department."""
    principal, homeroom = (caller.schools_as(role) for role in ("principal", "homeroom_teacher"))
    if school_id is None:
        led: Sequence[int] = sorted(principal or homeroom)
    elif school_id in principal | homeroom:
        led = [school_id]
    elif school_id in caller.department_school_ids:
        await db.scope(tx, schools=[*caller.school_ids, school_id], accounts=[caller.account_id])
        return Filters(school_ids=[school_id], class_ids=None), True
    else:
        raise NoSuchSchool
    if principal & set(led):
        return Filters(school_ids=sorted(principal & set(led)), class_ids=None), False
    classes: set[UUID] = set()
    for each in led:
        sight = await sight_of(tx, caller=caller, school_id=each)
        classes |= sight.homeroom_class_ids
    return Filters(school_ids=list(led), class_ids=sorted(classes)), False


def _as_seen(row: DayCorrection, deciding: set[int], *, is_department: bool) -> DayCorrection:
    """With what the reader may do; the department sees of no pupil who it is."""
    may_decide = row.status == "pending" and row.may_decide and row.school_id in deciding
    if not is_department:
        return replace(row, may_decide=may_decide)
    return replace(
        row,
        may_decide=may_decide,
        student_id=None,
        student_name=None,
        class_id=None,
        class_name=None,
    )


HANDLERS = [correct, corrections, decide]
