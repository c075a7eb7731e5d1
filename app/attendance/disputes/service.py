"""A family says that the record of a day is wrong; the school answers in words.

Neither changes the record: `upheld` says that the school agrees (docs/decisions/0033).
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app import db, names
from app.attendance.disputes import queries
from app.attendance.disputes.model import (
    AlreadyAnswered,
    BadDisputeDay,
    Dispute,
    DisputeAnswer,
    DisputeOpen,
    NewDispute,
    NoSuchDispute,
    NoSuchScan,
    OwnDispute,
    SchoolDispute,
    TooManyDisputes,
)
from app.attendance.plan import school_day
from app.attendance.queries import insert_outbox
from app.ids import new_id

# As far back as a family's timeline shows.
OLDEST: Final = timedelta(days=92)
MOST_A_DAY: Final = 5


async def ask(conn: db.Conn, *, school_id: int, asked: NewDispute, now: datetime) -> Dispute:
    """Put it down and tell the class's homeroom teacher, or the principals where there is none.

    An account has one open dispute a pupil and day. `asked.note` is stored with its white space
    folded.

    Raises:
        BadDisputeDay: not come yet, or more than 92 days ago.
        NoSuchScan: `event_id` is no scan of the pupil on that day.
        DisputeOpen: the one before is not answered yet.
        TooManyDisputes: five were answered.
    """
    today = school_day(now)
    if not today - OLDEST <= asked.day <= today:
        raise BadDisputeDay(
            ("Chọn hôm nay hoặc một ngày trong ba tháng qua.",
             "Choose today or a day of the last three months."),
        )  # fmt: skip
    if asked.event_id is not None and not await queries.has_scan(
        conn,
        school_id=school_id,
        student_id=asked.student_id,
        day=asked.day,
        event_id=asked.event_id,
    ):
        raise NoSuchScan
    before = await queries.states_of_day(
        conn,
        school_id=school_id,
        student_id=asked.student_id,
        day=asked.day,
        asked_by=asked.asked_by,
    )
    if "open" in before:
        raise DisputeOpen
    if len(before) >= MOST_A_DAY:
        raise TooManyDisputes
    return await _put_down(conn, school_id, asked, len(before) + 1, now)


async def _put_down(
    conn: db.Conn, school_id: int, asked: NewDispute, nth: int, now: datetime
) -> Dispute:
    dispute_id, note = new_id(), names.clean(asked.note)
    if not await queries.insert_dispute(
        conn,
        school_id=school_id,
        dispute_id=dispute_id,
        asked=asked,
        note=note,
        nth=nth,
        now=now,
    ):
        raise DisputeOpen
    await _tell_school(conn, school_id, dispute_id, asked, now)
    return Dispute(
        id=dispute_id,
        student_id=asked.student_id,
        day=asked.day,
        event_id=asked.event_id,
        kind=asked.kind,
        note=note,
        created_at=now,
        state="open",
        message=None,
        answered_at=None,
        answered_by=None,
    )


async def _tell_school(
    conn: db.Conn, school_id: int, dispute_id: UUID, asked: NewDispute, now: datetime
) -> None:
    class_id, student = await queries.class_and_name(
        conn, school_id=school_id, student_id=asked.student_id
    )
    for account_id in await queries.who_answers(
        conn,
        school_id=school_id,
        student_id=asked.student_id,
        asked_by=asked.asked_by,
        now=now,
    ):
        await insert_outbox(
            conn,
            school_id=school_id,
            message_id=new_id(),
            kind="dispute_asked",
            day=school_day(now),
            event_id=dispute_id,
            student_id=asked.student_id,
            actor_account_id=asked.asked_by,
            account_id=account_id,
            params={
                "student": student,
                "day": asked.day.isoformat(),
                "dispute": asked.kind,
                "class_id": None if class_id is None else str(class_id),
            },
        )


async def answer(
    conn: db.Conn,
    *,
    school_id: int,
    class_ids: Collection[UUID] | None,
    dispute_id: UUID,
    verdict: DisputeAnswer,
    message: str,
    answered_by: UUID,
    now: datetime,
) -> SchoolDispute:
    """Answer a dispute about a pupil of these classes (None: of the school), and tell who asked.

    Raises:
        NoSuchDispute: not about a pupil of these classes.
        OwnDispute: the answerer asked it.
        AlreadyAnswered: somebody was faster.
    """
    await _one(conn, school_id, class_ids, dispute_id)
    asked_by = await queries.asker_of(conn, school_id=school_id, dispute_id=dispute_id)
    if asked_by == answered_by:
        raise OwnDispute
    if not await queries.insert_answer(
        conn,
        school_id=school_id,
        dispute_id=dispute_id,
        answer=verdict,
        message=names.clean(message),
        answered_by=answered_by,
        now=now,
    ):
        raise AlreadyAnswered
    answered = await _one(conn, school_id, class_ids, dispute_id)
    await _tell_asker(conn, school_id, answered, asked_by, answered_by, school_day(now))
    return answered


async def _one(
    conn: db.Conn, school_id: int, class_ids: Collection[UUID] | None, dispute_id: UUID
) -> SchoolDispute:
    found = await queries.school_disputes(
        conn, school_id=school_id, class_ids=class_ids, dispute_id=dispute_id
    )
    if not found:
        raise NoSuchDispute
    return found[0]


async def _tell_asker(
    conn: db.Conn,
    school_id: int,
    answered: SchoolDispute,
    asked_by: UUID,
    answered_by: UUID,
    today: date,
) -> None:
    await insert_outbox(
        conn,
        school_id=school_id,
        message_id=new_id(),
        kind="dispute_answered",
        day=today,
        event_id=answered.id,
        student_id=answered.student_id,
        actor_account_id=answered_by,
        account_id=asked_by,
        params={
            "student": answered.student_name,
            "day": answered.day.isoformat(),
            "answer": answered.state,
            "message": answered.message,
        },
    )
