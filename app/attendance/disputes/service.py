"""A family says that the record of a day is wrong; the school answers in words.

Neither changes the record: `upheld` says that the school agrees (docs/decisions/0033).
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db, names
from app.attendance.disputes import queries
from app.attendance.disputes.model import (
    AlreadyAnswered,
    BadDisputeDay,
    Dispute,
    DisputeAnswer,
    DisputeOpen,
    DisputeState,
    NewDispute,
    NoSuchDispute,
    NoSuchScan,
    OwnDispute,
    SchoolDispute,
    TooManyDisputes,
)
from app.attendance.outbox import insert_outbox
from app.attendance.plan import school_day
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


class DisputeStands(Struct, frozen=True, kw_only=True):
    """What a correction has to know of the dispute that it answers."""

    id: UUID
    student_id: UUID
    day: date
    asked_by: UUID
    state: DisputeState


async def stands_of(conn: db.Conn, *, school_id: int, dispute_id: UUID) -> DisputeStands | None:
    """How a dispute stands; None: there is none."""
    found = await queries.school_disputes(
        conn, school_id=school_id, class_ids=None, dispute_id=dispute_id
    )
    if not found:
        return None
    asked_by = await queries.asker_of(conn, school_id=school_id, dispute_id=dispute_id)
    return DisputeStands(
        id=dispute_id,
        student_id=found[0].student_id,
        day=found[0].day,
        asked_by=asked_by,
        state=found[0].state,
    )


async def answer_by_correction(
    conn: db.Conn,
    *,
    school_id: int,
    dispute: DisputeStands,
    message: str,
    answered_by: UUID,
    replaces: UUID | None,
    now: datetime,
) -> None:
    """Answer as upheld, in the place of what was told wrong; who asked hears it so, and once.

    Raises:
        AlreadyAnswered: somebody was faster.
    """
    if not await queries.insert_answer(
        conn,
        school_id=school_id,
        dispute_id=dispute.id,
        answer="upheld",
        message=names.clean(message),
        answered_by=answered_by,
        now=now,
    ):
        raise AlreadyAnswered
    answered = await _one(conn, school_id, None, dispute.id)
    # On the day of what it replaces, whose message is looked for there.
    day = dispute.day if replaces else school_day(now)
    await _tell_asker(
        conn, school_id, answered, dispute.asked_by, answered_by, day, replaces=replaces
    )


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
    day: date,
    *,
    replaces: UUID | None = None,
) -> None:
    await insert_outbox(
        conn,
        school_id=school_id,
        message_id=new_id(),
        kind="dispute_answered",
        day=day,
        event_id=answered.id,
        student_id=answered.student_id,
        actor_account_id=answered_by,
        account_id=asked_by,
        params={
            "student": answered.student_name,
            "day": answered.day.isoformat(),
            "answer": answered.state,
            "message": answered.message,
            **({"replaces": str(replaces)} if replaces else {}),
        },
    )
