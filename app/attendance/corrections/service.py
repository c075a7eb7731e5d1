"""A day is corrected: by the homeroom teacher today, by the principal on any day, with a reason.

A past month takes two people. Whoever was told something else hears once what is right now.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from app import audit, db, names
from app.attendance.absence.rules import rules_of
from app.attendance.corrections import news, queries
from app.attendance.corrections.model import (
    BadCorrectionDay,
    BadLateMinutes,
    CorrectionDecided,
    CorrectionWaits,
    DayCorrection,
    Decision,
    DisputeOfAnotherDay,
    NewCorrection,
    NoSuchCorrection,
    NoSuchShiftThatDay,
    Request,
    SecondPersonNeeded,
)
from app.attendance.disputes.model import AlreadyAnswered, OwnDispute
from app.attendance.disputes.service import DisputeStands, answer_by_correction, stands_of
from app.attendance.kin import OwnChild, is_family
from app.attendance.model import Correction
from app.attendance.plan import school_day
from app.attendance.queries import plan as plan_of
from app.attendance.settling import Cause, Change, settle
from app.ids import new_id
from app.schools.students.queries import class_on


async def correct(conn: db.Conn, *, asked: NewCorrection, now: datetime) -> DayCorrection:
    """Set what a shift was, or, of a past month, ask a second person to, who is told of it.

    With a `dispute_id` the dispute is answered as upheld, with the reason for an answer.

    Raises:
        BadCorrectionDay: it has not come yet.
        NoSuchShiftThatDay: the pupil has no such shift on that day, and nothing is known of it.
        BadLateMinutes: late without minutes, or minutes without being late.
        DisputeOfAnotherDay: the dispute is not about this pupil's day.
        AlreadyAnswered: the dispute was declined.
        OwnDispute: the corrector asked it.
        CorrectionWaits: one of the same shift waits for a second person.
    """
    today = school_day(now)
    if asked.day > today:
        raise BadCorrectionDay(
            ("Chọn hôm nay hoặc một ngày đã qua.", "Choose today or a day that is over.")
        )
    if (asked.state == "late") != (asked.late_minutes > 0):
        raise BadLateMinutes(
            (
                "Đi muộn thì ghi từ 1 phút, trạng thái khác thì để trống.",
                "Give at least 1 minute for late, and none for another state.",
            )
        )
    await _require_shift(conn, asked)
    dispute = await _dispute(conn, asked)
    correction_id = new_id()
    if asked.day < today.replace(day=1) and await _needs_two(conn, asked.school_id):
        await _put_aside(conn, correction_id, asked, now)
    else:
        await _apply(conn, correction_id, asked, dispute, decided_by=asked.asked_by, now=now)
    return await queries.one_of(
        conn,
        school_id=asked.school_id,
        correction_id=correction_id,
        student_id=asked.student_id,
        day=asked.day,
        reader=asked.asked_by,
    )


async def decide(
    conn: db.Conn,
    *,
    school_ids: Collection[int],
    request_id: UUID,
    decision: Decision,
    decided_by: UUID,
    is_department: bool,
    now: datetime,
) -> DayCorrection:
    """Approve or reject what a principal has asked for, as another one of the school.

    Of a school with one principal alone, or none but the family's, the department decides. Who
    asked is told.

    Raises:
        NoSuchCorrection: not in these schools, or the school has another principal to decide.
        SecondPersonNeeded: the decider asked for it.
        OwnChild: it is about the decider's own child.
        CorrectionDecided: somebody was faster.
        AlreadyAnswered: the dispute it answers has been declined meanwhile.
    """
    request = await queries.request_of(conn, school_ids=school_ids, request_id=request_id)
    if request is None:
        raise NoSuchCorrection
    if request.asked_by == decided_by:
        raise SecondPersonNeeded(
            (
                "Một hiệu trưởng, hiệu phó khác duyệt; trường chỉ có một thì Sở duyệt.",
                "Another principal decides, or the department where there is one alone.",
            )
        )
    if is_department and await queries.other_principals(
        conn,
        school_id=request.school_id,
        student_id=request.student_id,
        than=request.asked_by,
        now=now,
    ):
        raise NoSuchCorrection
    if await is_family(
        conn,
        school_id=request.school_id,
        student_id=request.student_id,
        account_id=decided_by,
    ):
        raise OwnChild
    if not await queries.decide_request(
        conn,
        school_id=request.school_id,
        request_id=request.id,
        decision=decision,
        decided_by=decided_by,
        now=now,
    ):
        raise CorrectionDecided
    await _carry_out(conn, request, decision, decided_by, now)
    await news.tell_first_person(
        conn, request=request, decision=decision, decided_by=decided_by, now=now
    )
    return await queries.one_of(
        conn,
        school_id=request.school_id,
        correction_id=request.id,
        student_id=request.student_id,
        day=request.day,
        reader=decided_by,
    )


async def _carry_out(
    conn: db.Conn, request: Request, decision: Decision, decided_by: UUID, now: datetime
) -> None:
    if decision == "reject":
        await audit.record(
            conn,
            school_id=request.school_id,
            kind="correction_rejected",
            subject_id=request.student_id,
            actor_account_id=decided_by,
            detail={"correction_id": request.id, "asked_by": request.asked_by},
            now=now,
        )
        return
    asked = msgspec.convert(msgspec.structs.asdict(request), NewCorrection)
    dispute = await _dispute(conn, asked)
    await _apply(conn, request.id, asked, dispute, decided_by=decided_by, now=now)


async def _require_shift(conn: db.Conn, asked: NewCorrection) -> None:
    plan = await plan_of(conn, school_id=asked.school_id)
    class_id = await class_on(
        conn, school_id=asked.school_id, student_id=asked.student_id, day=asked.day
    )
    school_class = plan.classes.get(class_id) if class_id else None
    held = plan.shifts_on(asked.day, school_class.shift_ids if school_class else [])
    if any(shift.id == asked.shift_id for shift in held):
        return
    # What is known of a shift that was held otherwise then, or of a class before, can be wrong too.
    known = await queries.day_row(
        conn,
        school_id=asked.school_id,
        day=asked.day,
        student_id=asked.student_id,
        shift_id=asked.shift_id,
    )
    if known is None:
        raise NoSuchShiftThatDay(
            (
                "Chọn một ca học của lớp trong ngày đó.",
                "Choose a shift that the class has on that day.",
            )
        )


async def _dispute(conn: db.Conn, asked: NewCorrection) -> DisputeStands | None:
    if asked.dispute_id is None:
        return None
    stands = await stands_of(conn, school_id=asked.school_id, dispute_id=asked.dispute_id)
    if stands is None or (stands.student_id, stands.day) != (asked.student_id, asked.day):
        raise DisputeOfAnotherDay
    if stands.asked_by == asked.asked_by:
        raise OwnDispute
    if stands.state == "declined":
        raise AlreadyAnswered
    return stands


async def _needs_two(conn: db.Conn, school_id: int) -> bool:
    return (await rules_of(conn, school_id=school_id)).past_month_needs_two


async def _put_aside(
    conn: db.Conn, correction_id: UUID, asked: NewCorrection, now: datetime
) -> None:
    if not await queries.insert_request(
        conn, request_id=correction_id, asked=asked, reason=names.clean(asked.reason), now=now
    ):
        raise CorrectionWaits
    await news.tell_second_person(conn, correction_id=correction_id, asked=asked, now=now)
    await audit.record(
        conn,
        school_id=asked.school_id,
        kind="correction_asked",
        subject_id=asked.student_id,
        actor_account_id=asked.asked_by,
        detail={"correction_id": correction_id, **_said(asked)},
        now=now,
    )


async def _apply(
    conn: db.Conn,
    correction_id: UUID,
    asked: NewCorrection,
    dispute: DisputeStands | None,
    *,
    decided_by: UUID,
    now: datetime,
) -> None:
    correction = Correction(
        id=correction_id,
        school_id=asked.school_id,
        day=asked.day,
        person_id=asked.student_id,
        kind="set",
        event_id=None,
        shift_id=asked.shift_id,
        state=asked.state,
        late_minutes=asked.late_minutes,
        told_as=None,
        created_at=now,
    )
    is_open = dispute is not None and dispute.state == "open"
    change = await _settle(
        conn,
        correction,
        Cause(
            kind="correction",
            event_id=correction_id,
            actor_account_id=decided_by,
            # The answer says it to who asked.
            told_otherwise=dispute.asked_by if dispute is not None and is_open else None,
        ),
        now,
    )
    told_as = change.told_as if change else None
    after = await queries.day_row(
        conn,
        school_id=asked.school_id,
        day=asked.day,
        student_id=asked.student_id,
        shift_id=asked.shift_id,
    )
    await queries.insert_set(
        conn,
        correction=msgspec.structs.replace(correction, told_as=told_as),
        reason=names.clean(asked.reason),
        asked_by=asked.asked_by,
        decided_by=decided_by,
        dispute_id=asked.dispute_id,
        before=change.before if change else after,
        after=after,
    )
    if dispute is not None and is_open:
        await answer_by_correction(
            conn,
            school_id=asked.school_id,
            dispute=dispute,
            message=asked.reason,
            answered_by=decided_by,
            replaces=change.replaced if change else None,
            now=now,
        )
    await audit.record(
        conn,
        school_id=asked.school_id,
        kind="correction",
        subject_id=asked.student_id,
        actor_account_id=decided_by,
        detail={
            "correction_id": correction_id,
            "asked_by": asked.asked_by,
            "before": change.before.state if change and change.before else None,
            "after": after.state if after else None,
            **_said(asked),
        },
        now=now,
    )


async def _settle(
    conn: db.Conn, correction: Correction, cause: Cause, now: datetime
) -> Change | None:
    """What became of the shift; None: it was so already, and nobody was told otherwise."""
    try:
        changes = await settle(
            conn,
            school_id=correction.school_id,
            person_kind="student",
            person_ids=[correction.person_id],
            first=correction.day,
            last=correction.day,
            cause=cause,
            now=now,
            adding=correction,
        )
    except db.CheckViolation as error:
        if not db.lacks_partition(error):
            raise
        raise BadCorrectionDay from error
    key = (correction.day, correction.person_id, correction.shift_id)
    return next((change for change in changes if change.key == key), None)


def _said(asked: NewCorrection) -> dict[str, object]:
    return {
        "day": asked.day,
        "shift_id": asked.shift_id,
        "state": asked.state,
        "late_minutes": asked.late_minutes,
        "dispute_id": asked.dispute_id,
    }
