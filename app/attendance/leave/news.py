"""Who hears of leave: who is to decide, who asked, and of what is approved the other guardians."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from app import db
from app.attendance.department import Department, department_of
from app.attendance.leave import people
from app.attendance.leave.model import LeaveRow, NewLeave, Part
from app.attendance.outbox import insert_outbox
from app.attendance.plan import school_day
from app.ids import new_id


async def tell_deciders(
    conn: db.Conn, *, school_id: int, request_id: UUID, asked: NewLeave, now: datetime
) -> None:
    """One message to each; none says why somebody is away. Urgent when it is about today.

    Where nobody of the school may decide, the department is told, without the pupil.
    """
    name = await people.person_name(conn, school_id=school_id, asked=asked)
    await _tell_asked(
        conn,
        school_id=school_id,
        request_id=request_id,
        asked=asked,
        name=name,
        accounts=await people.deciders(conn, school_id=school_id, asked=asked, now=now),
        event_id=request_id,
        actor=asked.requested_by,
        now=now,
    )


async def tell_second_person(
    conn: db.Conn, *, row: LeaveRow, first_by: UUID, now: datetime
) -> None:
    """To the other principals, and where there is none to the department: one has approved."""
    await _tell_asked(
        conn,
        school_id=row.school_id,
        request_id=row.id,
        asked=_as_asked(row),
        name=row.person_name,
        accounts=await people.seconders(conn, row=row, first_by=first_by, now=now),
        # They may have heard that it was asked.
        event_id=new_id(),
        actor=first_by,
        now=now,
    )


async def _tell_asked(
    conn: db.Conn,
    *,
    school_id: int,
    request_id: UUID,
    asked: NewLeave,
    name: str | None,
    accounts: list[UUID],
    event_id: UUID,
    actor: UUID,
    now: datetime,
) -> None:
    today = school_day(now)
    is_pupil = asked.person_kind == "student"
    params = {
        "student" if is_pupil else "person": name,
        **_days(asked.from_day, asked.to_day, asked.part, asked.exit_at),
        "request_id": str(request_id),
    }
    if asked.from_day <= today <= asked.to_day:
        params["urgent"] = True
    student_id = asked.person_id if is_pupil else None
    if not accounts:
        department = await _department(conn, school_id, asked)
        accounts, student_id = department.account_ids, None
        params = _for_department(params, department)
    for account_id in accounts:
        await insert_outbox(
            conn,
            school_id=school_id,
            message_id=new_id(),
            kind="leave_asked",
            day=today,
            event_id=event_id,
            student_id=student_id,
            actor_account_id=actor,
            account_id=account_id,
            params=params,
        )


async def tell_decision(
    conn: db.Conn,
    *,
    row: LeaveRow,
    decision: Literal["approved", "rejected"],
    message: str,
    decided_by: UUID,
    now: datetime,
) -> None:
    """To who asked; what is approved also to the pupil's other guardians, without the message."""
    params = _params(row) | {"decision": decision}
    today = school_day(now)
    is_urgent = {"urgent": True} if row.from_day <= today <= row.to_day else {}
    said = {"message": message} if message else {}
    # The first to be told: who asked is also among the guardians, and nobody is told twice.
    await _tell(conn, row, row.requested_by, params | said | is_urgent, row.id, decided_by, today)
    if decision == "approved" and row.person_kind == "student":
        await _tell(conn, row, None, params | is_urgent, row.id, decided_by, today)
    if row.first_by is not None:
        await _tell(conn, row, row.first_by, params, row.id, decided_by, today)


async def tell_withdrawal(
    conn: db.Conn, *, row: LeaveRow, withdrawn_by: UUID, now: datetime
) -> None:
    """Approved leave that holds no more: to the other guardians, and to who decides.

    The department is told if it had approved, or if nobody of the school may decide now.
    """
    params = _params(row) | {"decision": "withdrawn", "urgent": True}
    event_id, today = new_id(), school_day(now)
    if row.person_kind == "student":
        await _tell(conn, row, None, params, event_id, withdrawn_by, today)
    asked = _as_asked(row)
    accounts = await people.deciders(conn, school_id=row.school_id, asked=asked, now=now)
    for account_id in accounts:
        await _tell(conn, row, account_id, params, event_id, withdrawn_by, today)
    department = await _department(conn, row.school_id, asked)
    far = [each for each in department.account_ids if each not in accounts]
    if accounts and row.decided_by not in far:
        return
    for account_id in far:
        said = _for_department(params, department)
        await _tell(conn, row, account_id, said, event_id, withdrawn_by, today, is_named=False)


def _as_asked(row: LeaveRow) -> NewLeave:
    return NewLeave(
        person_kind=row.person_kind,
        person_id=row.person_id,
        from_day=row.from_day,
        to_day=row.to_day,
        part=row.part,
        exit_at=row.exit_at,
        reason="",
        requested_by=row.requested_by,
    )


async def _department(conn: db.Conn, school_id: int, asked: NewLeave) -> Department:
    return await department_of(
        conn, school_id=school_id, person_id=asked.person_id, but=asked.requested_by
    )


def _for_department(params: dict[str, object], department: Department) -> dict[str, object]:
    """It hears of no pupil who it is, and of whose staff somebody is."""
    staff = params.get("person")
    said = {name: value for name, value in params.items() if name != "student"}
    school = department.school_name
    return said | {"person": f"{staff}, {school}" if staff else school}


async def _tell(
    conn: db.Conn,
    row: LeaveRow,
    account_id: UUID | None,
    params: dict[str, object],
    event_id: UUID,
    actor: UUID,
    today: date,
    *,
    is_named: bool = True,
) -> None:
    is_about_pupil = is_named and row.person_kind == "student"
    await insert_outbox(
        conn,
        school_id=row.school_id,
        message_id=new_id(),
        kind="leave_decided",
        day=today,
        event_id=event_id,
        student_id=row.person_id if is_about_pupil else None,
        actor_account_id=actor,
        account_id=account_id,
        params=params,
    )


def _params(row: LeaveRow) -> dict[str, object]:
    return {
        "student" if row.person_kind == "student" else "person": row.person_name,
        **_days(row.from_day, row.to_day, row.part, row.exit_at),
        "request_id": str(row.id),
    }


def _days(from_day: date, to_day: date, part: Part, exit_at: time | None) -> dict[str, object]:
    return {
        "from_day": from_day.isoformat(),
        "to_day": to_day.isoformat(),
        "part": part,
        "exit_at": None if exit_at is None else f"{exit_at:%H:%M}",
    }
