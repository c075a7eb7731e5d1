"""Absence at the cut-off as the school sees it: runs, held alerts, who is missing, whom to call."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app import db
from app.attendance.absence import calls, decisions, lists
from app.attendance.absence.model import (
    WORDS,
    Case,
    Decided,
    Decision,
    Doubt,
    GuardianToCall,
    Rules,
    Run,
)
from app.attendance.absence.rules import rules_of, set_rules
from app.attendance.model import State
from app.attendance.queries import plan as plan_of
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor, page_of
from app.schools.sight import sight_of
from mobile_api.access import only
from mobile_api.deps import Lang, Locale, Me, Now, Res, Tx
from mobile_api.idempotency import KEEPS_NO_ANSWER
from mobile_api.inputs import Cursor, Limit, PathDay, PathId, PathSchool, QueryId
from mobile_api.openapi import FAILS
from mobile_api.register import NoSuchClass, NoSuchPupil

_LEADERS = {"who": only("principal", "homeroom_teacher")}
_PRINCIPAL = {"who": only("principal")}

Waiting = Annotated[
    bool, QueryParameter(name="waiting", description="only alerts that wait for a decision")
]


class DoubtWords(Struct, frozen=True, kw_only=True):
    """Why nobody was told by itself, as a code and in the caller's language."""

    code: Doubt
    words: str


class RunShown(Struct, frozen=True, kw_only=True):
    """A shift's cut-off, decided at `ran_at`; `missing` is `told` and `held` together.

    The doubts are those about more than one pupil.
    """

    shift_id: UUID
    shift_name: str
    ran_at: datetime
    enrolled: int
    missing: int
    on_leave: int
    told: int
    held: int
    doubts: list[DoubtWords]


class CaseShown(Struct, frozen=True, kw_only=True):
    """A pupil who was missing at the cut-off. `state`: of the shift, as it stands now.

    Without doubts the guardians were told at once. `told_at` null: they were told nothing.
    """

    student_id: UUID
    name: str
    class_id: UUID
    class_name: str
    shift_id: UUID
    ran_at: datetime
    doubts: list[DoubtWords]
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    told_at: datetime | None
    state: State


class Absences(Struct, frozen=True, kw_only=True):
    """A day: the shifts that were decided, and a page of their cases by class and name."""

    day: date
    runs: list[RunShown]
    items: list[CaseShown]
    next_cursor: str | None = None


class DecisionMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`student_ids` null: all of the shift that still wait."""

    decision: Decision
    shift_id: UUID
    student_ids: Annotated[list[UUID], Meta(min_length=1, max_length=5000)] | None = None


class MissingShown(Struct, frozen=True, kw_only=True):
    """A pupil who is not here in the shift that is on, and who may be called about it.

    `is_held`: an alert waits for the principal. `told_at`: when the guardians were told.
    """

    student_id: UUID
    name: str
    class_id: UUID
    class_name: str
    shift_id: UUID
    is_held: bool
    told_at: datetime | None
    guardians: list[GuardianToCall]


class CallMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    guardian_id: UUID


class NumberToCall(Struct, frozen=True, kw_only=True):
    """E.164."""

    phone: str


class RulesSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As in `Rules`. The shares are parts of one: 0.3 is 30%."""

    alert_after_min: Annotated[int, Meta(ge=0, le=120)]
    class_share: Annotated[float, Meta(gt=0, le=1)]
    school_share: Annotated[float, Meta(gt=0, le=1)]
    sms_budget_a_day: Annotated[int, Meta(ge=0, le=100_000)]
    past_month_needs_two: bool


@get("/v1/schools/{school_id:int}/absences/{day:str}", opt=_LEADERS, tags=["attendance"])
async def day_absences(
    tx: Tx,
    caller: Me,
    locale: Lang,
    school_id: PathSchool,
    day: PathDay,
    class_id: QueryId = None,
    is_waiting: Waiting = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Absences:
    """What each cut-off of the day found: numbers, who was told of, whose alert is held and why.

    For the principal; for homeroom teachers with the pupils of their own class alone.
    """
    plan = await plan_of(tx, school_id=school_id)
    cases = await lists.cases_of_day(
        tx,
        school_id=school_id,
        day=day,
        class_ids=await _led(tx, caller, school_id, class_id),
        is_waiting=is_waiting,
        after=decode_cursor(cursor, tuple[CursorText, CursorText, UUID, UUID]),
        limit=limit + 1,
    )
    page = page_of(
        cases,
        limit=limit,
        key=lambda case: (case.class_name, case.sort_key, case.student_id, case.shift_id),
    )
    names = {shift.id: shift.name for shift in plan.shifts.values()}
    return Absences(
        day=day,
        runs=[
            _run_shown(run, names.get(run.shift_id, ""), locale)
            for run in await lists.runs_of_day(tx, school_id=school_id, day=day)
        ],
        items=[_case_shown(case, locale) for case in page.items],
        next_cursor=page.next_cursor,
    )


@post(
    "/v1/schools/{school_id:int}/absences/{day:str}/decisions",
    status_code=200,
    opt=_PRINCIPAL,
    tags=["attendance"],
)
async def decide(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    day: PathDay,
    data: JSONBody[DecisionMade],
) -> Decided:
    """Release held alerts, so that the guardians are told now, or drop them. For the principal.

    A release looks again: of who was scanned, excused or corrected meanwhile nobody is told. Each
    alert is decided once; asking again changes nothing more. Nobody names own children alone.
    """
    return await decisions.decide(
        tx,
        plan=await plan_of(tx, school_id=school_id),
        day=day,
        shift_id=data.shift_id,
        decision=data.decision,
        student_ids=data.student_ids,
        decided_by=caller.account_id,
        now=now,
    )


@get("/v1/schools/{school_id:int}/missing", opt=_LEADERS, tags=["attendance"])
async def missing(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: PathSchool,
    class_id: QueryId = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MissingShown]:
    """Who is not here in the shift that is on now, by class and name, with whom to call.

    Neither scanned nor on leave. For the principal; for homeroom teachers of their own class.
    """
    led = await _led(tx, caller, school_id, class_id)
    rows = await lists.missing_now(
        tx,
        plan=await plan_of(tx, school_id=school_id),
        class_ids=None if led is None else set(led),
        after=decode_cursor(cursor, tuple[CursorText, CursorText, UUID]),
        limit=limit + 1,
        now=now,
    )
    page = page_of(
        rows, limit=limit, key=lambda row: (row.class_name, row.sort_key, row.student_id)
    )
    return Page(
        items=[
            MissingShown(
                student_id=row.student_id,
                name=row.name,
                class_id=row.class_id,
                class_name=row.class_name,
                shift_id=row.shift_id,
                is_held=row.is_held,
                told_at=row.told_at,
                guardians=row.guardians,
            )
            for row in page.items
        ],
        next_cursor=page.next_cursor,
    )


@post(
    "/v1/schools/{school_id:int}/students/{student_id:uuid}/calls",
    opt={**_LEADERS, KEEPS_NO_ANSWER: True, FAILS: (404,)},
    tags=["attendance"],
)
async def call(
    tx: Tx,
    caller: Me,
    now: Now,
    resources: Res,
    school_id: PathSchool,
    student_id: PathId,
    data: JSONBody[CallMade],
) -> NumberToCall:
    """The phone number of a guardian, to call about the pupil; that it was shown is put down.

    For the principal, and the homeroom teacher of the class that the pupil is in now. Not of a
    guardian whom a court keeps from the child, nor for such a one who works here.
    """
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    class_id = await lists.class_now(tx, school_id=school_id, student_id=student_id)
    is_led = class_id is not None and sight.leads_class(class_id)
    if not is_led or student_id in sight.barred:
        raise NoSuchPupil
    phone = await calls.number_to_call(
        tx,
        vault=resources.vault,
        school_id=school_id,
        student_id=student_id,
        guardian_id=data.guardian_id,
        caller_id=caller.account_id,
        now=now,
    )
    return NumberToCall(phone=phone)


@get("/v1/schools/{school_id:int}/attendance-rules", opt=_PRINCIPAL, tags=["attendance"])
async def read_rules(tx: Tx, school_id: PathSchool) -> Rules:
    """How the school decides about absence. For the principal."""
    return await rules_of(tx, school_id=school_id)


@put("/v1/schools/{school_id:int}/attendance-rules", opt=_PRINCIPAL, tags=["attendance"])
async def write_rules(
    tx: Tx, caller: Me, now: Now, school_id: PathSchool, data: JSONBody[RulesSet]
) -> Rules:
    """Set them, from the next cut-off on. For the principal."""
    rules = Rules(
        alert_after_min=data.alert_after_min,
        class_share=data.class_share,
        school_share=data.school_share,
        sms_budget_a_day=data.sms_budget_a_day,
        past_month_needs_two=data.past_month_needs_two,
    )
    return await set_rules(
        tx, school_id=school_id, rules=rules, decided_by=caller.account_id, now=now
    )


async def _led(
    tx: db.Conn, caller: Caller, school_id: int, class_id: UUID | None
) -> list[UUID] | None:
    """The classes whose absences the caller sees, or the one asked for; None: all of the school."""
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    if class_id is None:
        return None if sight.is_principal else sorted(sight.homeroom_class_ids)
    known = (await plan_of(tx, school_id=school_id)).classes
    if class_id not in known or not sight.leads_class(class_id):
        raise NoSuchClass
    return [class_id]


def _run_shown(run: Run, shift_name: str, locale: Locale) -> RunShown:
    return RunShown(
        shift_id=run.shift_id,
        shift_name=shift_name,
        ran_at=run.ran_at,
        enrolled=run.enrolled,
        missing=run.missing,
        on_leave=run.on_leave,
        told=run.told,
        held=run.held,
        doubts=_in_words(run.doubts, locale),
    )


def _case_shown(case: Case, locale: Locale) -> CaseShown:
    return CaseShown(
        student_id=case.student_id,
        name=case.name,
        class_id=case.class_id,
        class_name=case.class_name,
        shift_id=case.shift_id,
        ran_at=case.ran_at,
        doubts=_in_words(case.doubts, locale),
        decision=case.decision,
        decided_by=case.decided_by,
        decided_at=case.decided_at,
        told_at=case.told_at,
        state=case.state,
    )


def _in_words(doubts: list[Doubt], locale: Locale) -> list[DoubtWords]:
    return [DoubtWords(code=each, words=WORDS[each][locale == "en"]) for each in doubts]


HANDLERS = [day_absences, decide, missing, call, read_rules, write_rules]
