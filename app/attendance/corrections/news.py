"""Who hears of a correction that takes two people: the second of them, then the first."""

from datetime import datetime
from uuid import UUID

from app import db
from app.attendance.corrections import queries
from app.attendance.corrections.model import Decision, NewCorrection, Request
from app.attendance.department import department_of
from app.attendance.outbox import News, insert_news
from app.attendance.plan import school_day


async def tell_second_person(
    conn: db.Conn, *, correction_id: UUID, asked: NewCorrection, now: datetime
) -> None:
    """To each of the school's other principals; where there is none, to the department, unnamed."""
    name = await queries.student_name(conn, school_id=asked.school_id, student_id=asked.student_id)
    accounts = await queries.other_principals(
        conn,
        school_id=asked.school_id,
        student_id=asked.student_id,
        than=asked.asked_by,
        now=now,
    )
    who: dict[str, object] = {"student": name}
    student_id: UUID | None = asked.student_id
    if not accounts:
        department = await department_of(
            conn, school_id=asked.school_id, person_id=asked.student_id, but=asked.asked_by
        )
        accounts, student_id = department.account_ids, None
        who = {"person": department.school_name}
    news = [
        News(
            kind="correction_asked",
            day=school_day(now),
            event_id=correction_id,
            student_id=student_id,
            actor_account_id=asked.asked_by,
            account_id=account_id,
            params={**who, "day": asked.day.isoformat(), "status": asked.state},
        )
        for account_id in accounts
    ]
    await insert_news(conn, school_id=asked.school_id, news=news)


async def tell_first_person(
    conn: db.Conn, *, request: Request, decision: Decision, decided_by: UUID, now: datetime
) -> None:
    """What became of it, to who had asked."""
    name = await queries.student_name(
        conn, school_id=request.school_id, student_id=request.student_id
    )
    news = News(
        kind="correction_decided",
        day=school_day(now),
        event_id=request.id,
        student_id=request.student_id,
        actor_account_id=decided_by,
        account_id=request.asked_by,
        params={
            "student": name,
            "day": request.day.isoformat(),
            "status": request.state,
            "decision": "approved" if decision == "approve" else "rejected",
        },
    )
    await insert_news(conn, school_id=request.school_id, news=[news])
