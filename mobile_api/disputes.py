"""What a family says is wrong about a day at the gate, and what the school answers."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app import db
from app.attendance.disputes import queries, service
from app.attendance.disputes.model import (
    Dispute,
    DisputeAnswer,
    DisputeKind,
    DisputeState,
    NewDispute,
    SchoolDispute,
)
from app.attendance.queries import plan as plan_of
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.sight import sight_of
from mobile_api.access import only
from mobile_api.deps import Me, Now, Tx
from mobile_api.inputs import NO_NUL, Cursor, Limit, PathId, PathSchool, QueryId, Reason
from mobile_api.openapi import FAILS
from mobile_api.register import NoSuchClass, NoSuchPupil

_FAMILY = {"who": only("guardian", "student")}
_LEADERS = {"who": only("principal", "homeroom_teacher")}

Note = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]
State = Annotated[DisputeState | Literal["all"], QueryParameter(name="state")]


class DisputeAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`event_id`: the scan that it is about; null: the day as such."""

    student_id: UUID
    day: date
    event_id: UUID | None = None
    kind: DisputeKind
    note: Note = ""


class AnswerGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`upheld`: the school agrees, which changes no record by itself."""

    answer: DisputeAnswer
    message: Reason


@post("/v1/attendance/disputes", opt={**_FAMILY, FAILS: (404,)}, tags=["attendance"])
async def ask(tx: Tx, caller: Me, now: Now, data: JSONBody[DisputeAsked]) -> Dispute:
    """Say that a day of the child, or a scan, is wrong; the homeroom teacher is told.

    One open at a time for a pupil's day. For guardians who may see the child, and the pupil.
    """
    school_id = _school_of(caller, data.student_id)
    is_child = any(
        child.school_id == school_id and child.student_id == data.student_id
        for child in caller.children
    )
    return await service.ask(
        tx,
        school_id=school_id,
        asked=NewDispute(
            student_id=data.student_id,
            day=data.day,
            event_id=data.event_id,
            kind=data.kind,
            note=data.note,
            asked_by=caller.account_id,
            asked_as="guardian" if is_child else "student",
        ),
        now=now,
    )


@get("/v1/students/{student_id:uuid}/disputes", opt=_FAMILY, tags=["attendance"])
async def own_disputes(
    tx: Tx, caller: Me, student_id: PathId, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[Dispute]:
    """What the caller has said about this pupil, with the answers, the newest first.

    For guardians who may see the child, and the pupil; each sees the own alone.
    """
    rows = await queries.own_disputes(
        tx,
        school_id=_school_of(caller, student_id),
        student_id=student_id,
        asked_by=caller.account_id,
        before=_before(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit=limit, key=lambda row: [row.id])


@get("/v1/schools/{school_id:int}/disputes", opt=_LEADERS, tags=["attendance"])
async def school_disputes(
    tx: Tx,
    caller: Me,
    school_id: PathSchool,
    in_state: State = "all",
    class_id: QueryId = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[SchoolDispute]:
    """What families say is wrong, the newest first.

    For the principal, and the homeroom teacher of the class that the pupil is in now.
    """
    class_ids = await _led_classes(tx, caller, school_id)
    if class_id is not None:
        if class_ids is not None and class_id not in class_ids:
            raise NoSuchClass
        if class_id not in (await plan_of(tx, school_id=school_id)).classes:
            raise NoSuchClass
        class_ids = [class_id]
    rows = await queries.school_disputes(
        tx,
        school_id=school_id,
        class_ids=class_ids,
        state=None if in_state == "all" else in_state,
        before=_before(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit=limit, key=lambda row: [row.id])


@post(
    "/v1/schools/{school_id:int}/disputes/{dispute_id:uuid}/answer",
    status_code=200,
    opt=_LEADERS,
    tags=["attendance"],
)
async def answer(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    dispute_id: PathId,
    data: JSONBody[AnswerGiven],
) -> SchoolDispute:
    """Answer once, in words; who asked is told. The record of the day stays as it is.

    For the principal, and the homeroom teacher of the class that the pupil is in now.
    """
    return await service.answer(
        tx,
        school_id=school_id,
        class_ids=await _led_classes(tx, caller, school_id),
        dispute_id=dispute_id,
        verdict=data.answer,
        message=data.message,
        answered_by=caller.account_id,
        now=now,
    )


def _school_of(caller: Caller, student_id: UUID) -> int:
    for school_id in caller.family_schools(student_id):
        return school_id
    raise NoSuchPupil


async def _led_classes(tx: db.Conn, caller: Caller, school_id: int) -> list[UUID] | None:
    """The classes whose disputes the caller answers; None: all of the school."""
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    return None if sight.is_principal else sorted(sight.homeroom_class_ids)


def _before(cursor: str | None) -> UUID | None:
    found = decode_cursor(cursor, tuple[UUID])
    return None if found is None else found[0]


HANDLERS = [ask, own_disputes, school_disputes, answer]
