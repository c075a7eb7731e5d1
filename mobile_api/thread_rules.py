"""Around messages: contact hours, reports, who was stopped, custody rules, stand-ins."""

from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app import db
from app.contact_book.access import barred
from app.contact_book.threads import blocks, hours, reports, rules
from app.contact_book.threads.hours import ContactHours
from app.contact_book.threads.model import (
    Apart,
    MessageReport,
    NoSuchStandIn,
    StandIn,
    ThreadBlock,
)
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import NoSuchSchool
from mobile_api.access import TEACHERS, only
from mobile_api.deps import Me, Now, Tx
from mobile_api.inputs import (
    NO_NUL,
    Cursor,
    Limit,
    LocalTime,
    PathId,
    PathSchool,
    Reason,
    SchoolId,
    Weekday,
    local_time,
)
from mobile_api.openapi import FAILS

_TEACHERS: Final = {"who": only(*TEACHERS)}
_PRINCIPAL: Final = {"who": only("principal")}
_TAGS: Final = ["contact-book"]
_SCHOOL: Final = "/v1/schools/{school_id:int}"
_STUDENT: Final = _SCHOOL + "/students/{student_id:uuid}"
_STAND_IN: Final = _SCHOOL + "/staff/{staff_id:uuid}/stand-in"

InState = Annotated[Literal["open", "decided", "all"], QueryParameter(name="state")]
OfBlocks = Annotated[Literal["live", "all"], QueryParameter(name="state")]
Note = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]


class HoursShown(Struct, frozen=True, kw_only=True):
    """When the caller reads messages at a school, HH:MM of the school's time, both days inclusive.

    Outside of them a guardian's message waits, and the caller is told when they begin.
    """

    school_id: int
    from_time: str
    until_time: str
    weekdays: list[int]
    away_until: date | None
    away_note: str | None


class HoursSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it; `weekdays` as ISO counts them, 1 is Monday. Families read `away_note`."""

    school_id: SchoolId
    from_time: LocalTime
    until_time: LocalTime
    weekdays: Annotated[list[Weekday], Meta(min_length=1, max_length=7)]
    away_until: date | None = None
    away_note: Note | None = None


class Judgement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    decision: Literal["upheld", "dismissed"]
    note: Note = ""


class ApartSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason


class StandInSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from_at` left out: from now on."""

    stand_in_id: UUID
    from_at: Annotated[datetime, Meta(tz=True)] | None = None
    until_at: Annotated[datetime, Meta(tz=True)]


@get("/v1/me/contact-hours", operation_id="list_contact_hours", opt=_TEACHERS, tags=_TAGS)
async def list_contact_hours(tx: Tx, caller: Me) -> Page[HoursShown]:
    """When the caller reads messages, school by school. For teachers, of themselves."""
    return Page(
        items=[
            await _hours(tx, school_id, staff_id)
            for school_id in sorted(caller.schools_as(*TEACHERS))
            if (staff_id := _own_row(caller, school_id)) is not None
        ]
    )


@put(
    "/v1/me/contact-hours",
    operation_id="set_contact_hours",
    opt={**_TEACHERS, FAILS: (404,)},
    tags=_TAGS,
)
async def set_contact_hours(tx: Tx, caller: Me, now: Now, data: JSONBody[HoursSet]) -> HoursShown:
    """Say when the caller reads messages at a school, and until when they are away.

    For teachers, of themselves.
    """
    staff_id = _own_row(caller, data.school_id)
    if staff_id is None:
        raise NoSuchSchool
    await hours.set_hours(
        tx,
        school_id=data.school_id,
        staff_id=staff_id,
        hours=ContactHours(
            from_time=local_time(data.from_time),
            until_time=local_time(data.until_time),
            weekdays=tuple(data.weekdays),
            away_until=data.away_until,
            away_note=data.away_note,
        ),
        now=now,
    )
    return await _hours(tx, data.school_id, staff_id)


@get(
    _SCHOOL + "/message-reports",
    operation_id="list_message_reports",
    opt=_PRINCIPAL,
    tags=_TAGS,
)
async def list_message_reports(
    tx: Tx,
    caller: Me,
    school_id: PathSchool,
    in_state: InState = "open",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MessageReport]:
    """Messages that somebody wants judged, the newest first, each with what it said and says.

    For the principal, but of no child whom a court keeps from them. The rest of the thread is read
    for a reason of its own.
    """
    before = decode_cursor(cursor, tuple[UUID])
    found = await reports.of_school(
        tx,
        school_id=school_id,
        is_open=None if in_state == "all" else in_state == "open",
        before=None if before is None else before[0],
        limit=limit + 1,
        hidden=await barred(tx, caller=caller),
    )
    return page_of(found, limit=limit, key=lambda each: [each.id])


@post(
    _SCHOOL + "/message-reports/{report_id:uuid}/decision",
    operation_id="decide_message_report",
    status_code=200,
    opt=_PRINCIPAL,
    tags=_TAGS,
)
async def decide_message_report(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    report_id: PathId,
    data: JSONBody[Judgement],
) -> MessageReport:
    """Say once whether the report is right. For the principal, of nothing that is about themselves.

    To stop the guardian's writing is a step of its own.
    """
    return await reports.decide(
        tx,
        school_id=school_id,
        report_id=report_id,
        decision=data.decision,
        note=data.note,
        decided_by=caller.account_id,
        now=now,
        hidden=await barred(tx, caller=caller),
    )


@get(
    _SCHOOL + "/message-blocks",
    operation_id="list_message_blocks",
    opt=_PRINCIPAL,
    tags=_TAGS,
)
async def list_message_blocks(
    tx: Tx,
    school_id: PathSchool,
    in_state: OfBlocks = "live",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ThreadBlock]:
    """Guardians whose writing was stopped in a thread, by whom and why. For the principal."""
    before = decode_cursor(cursor, tuple[UUID])
    found = await blocks.of_school(
        tx,
        school_id=school_id,
        is_live=True if in_state == "live" else None,
        before=None if before is None else before[0],
        limit=limit + 1,
    )
    return page_of(found, limit=limit, key=lambda each: [each.id])


@get(
    _STUDENT + "/separate-threads",
    operation_id="get_separate_threads",
    opt=_PRINCIPAL,
    tags=_TAGS,
)
async def get_separate_threads(tx: Tx, school_id: PathSchool, student_id: PathId) -> Apart:
    """Whether guardians of the pupil may keep matters apart. For the principal."""
    return await rules.apart(tx, school_id=school_id, student_id=student_id)


@put(
    _STUDENT + "/separate-threads",
    operation_id="set_separate_threads",
    opt=_PRINCIPAL,
    tags=_TAGS,
)
async def set_separate_threads(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    student_id: PathId,
    data: JSONBody[ApartSet],
) -> Apart:
    """Let each guardian open threads that the other guardians do not see. For the principal."""
    await rules.set_apart(
        tx,
        school_id=school_id,
        student_id=student_id,
        reason=data.reason,
        set_by=caller.account_id,
        now=now,
    )
    return await rules.apart(tx, school_id=school_id, student_id=student_id)


@delete(
    _STUDENT + "/separate-threads",
    operation_id="lift_separate_threads",
    opt=_PRINCIPAL,
    tags=_TAGS,
)
async def lift_separate_threads(
    tx: Tx, caller: Me, now: Now, school_id: PathSchool, student_id: PathId
) -> None:
    """No more threads apart; those there are stay what they were. For the principal."""
    await rules.lift_apart(
        tx, school_id=school_id, student_id=student_id, lifted_by=caller.account_id, now=now
    )


@get(_STAND_IN, operation_id="get_stand_in", opt=_PRINCIPAL, tags=_TAGS)
async def get_stand_in(tx: Tx, now: Now, school_id: PathSchool, staff_id: PathId) -> StandIn:
    """Who has the teacher's threads for a time. For the principal."""
    found = await rules.stand_in(tx, school_id=school_id, staff_id=staff_id, now=now)
    if found is None:
        raise NoSuchStandIn
    return found


@put(_STAND_IN, operation_id="set_stand_in", opt=_PRINCIPAL, tags=_TAGS)
async def set_stand_in(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    staff_id: PathId,
    data: JSONBody[StandInSet],
) -> StandIn:
    """Give a teacher's threads to another teacher for a time, beside the teacher.

    For the principal.
    """
    return await rules.set_stand_in(
        tx,
        school_id=school_id,
        staff_id=staff_id,
        stand_in_id=data.stand_in_id,
        from_at=data.from_at,
        until_at=data.until_at,
        set_by=caller.account_id,
        now=now,
    )


@delete(_STAND_IN, operation_id="end_stand_in", opt=_PRINCIPAL, tags=_TAGS)
async def end_stand_in(
    tx: Tx, caller: Me, now: Now, school_id: PathSchool, staff_id: PathId
) -> None:
    """The teacher's threads are the teacher's alone again, at once. For the principal."""
    await rules.end_stand_in(
        tx, school_id=school_id, staff_id=staff_id, ended_by=caller.account_id, now=now
    )


def _own_row(caller: Caller, school_id: int) -> UUID | None:
    for role in TEACHERS:
        person_id = caller.person_in(school_id, role)
        if person_id is not None:
            return person_id
    return None


async def _hours(tx: db.Conn, school_id: int, staff_id: UUID) -> HoursShown:
    own = (await hours.hours_of(tx, school_id=school_id, staff_ids=[staff_id]))[staff_id]
    return HoursShown(
        school_id=school_id,
        from_time=f"{own.from_time:%H:%M}",
        until_time=f"{own.until_time:%H:%M}",
        weekdays=list(own.weekdays),
        away_until=own.away_until,
        away_note=own.away_note,
    )


HANDLERS = [
    list_contact_hours,
    set_contact_hours,
    list_message_reports,
    decide_message_report,
    list_message_blocks,
    get_separate_threads,
    set_separate_threads,
    lift_separate_threads,
    get_stand_in,
    set_stand_in,
    end_stand_in,
]
