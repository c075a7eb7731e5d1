"""Ringing a guardian: the number is shown to who calls, and that it was shown is put down."""

from datetime import datetime
from uuid import UUID

from app import audit, db
from app.attendance.absence.model import NoSuchGuardian
from app.crypto import Vault
from app.ids import new_id
from app.schools.common import school_box
from app.schools.guardians.service import PHONE_FIELD


async def number_to_call(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    caller_id: UUID,
    now: datetime,
) -> str:
    """The phone number (E.164) of a guardian who may hear of the pupil.

    Raises:
        NoSuchGuardian: none of the pupil's, or kept from the pupil; or the caller is.
    """
    sealed = await _sealed_number(
        conn,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        caller_id=caller_id,
    )
    if sealed is None:
        raise NoSuchGuardian
    box = await school_box(conn, vault=vault, school_id=school_id)
    call_id = new_id()
    await _put_call(
        conn,
        school_id=school_id,
        call_id=call_id,
        student_id=student_id,
        guardian_id=guardian_id,
        caller_id=caller_id,
        now=now,
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind="call",
        subject_id=student_id,
        actor_account_id=caller_id,
        detail={"call_id": str(call_id), "guardian_id": str(guardian_id)},
        now=now,
    )
    return box.open(sealed, field=PHONE_FIELD)


async def _sealed_number(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID, caller_id: UUID
) -> bytes | None:
    sealed: bytes | None = await db.value(
        conn,
        """
        select g.phone_sealed
          from guardianship l
          join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
         where l.school_id = $1 and l.student_id = $2 and l.guardian_id = $3
           and l.ended_at is null and l.can_see and l.custody_blocked_at is null
           and not exists (
               select from guardianship b
                where b.school_id = $1 and b.student_id = $2
                  and $4 in (b.account_id, b.pending_account_id)
                  and b.custody_blocked_at is not null)
        """,
        school_id,
        student_id,
        guardian_id,
        caller_id,
    )
    return sealed


async def _put_call(
    conn: db.Conn,
    *,
    school_id: int,
    call_id: UUID,
    student_id: UUID,
    guardian_id: UUID,
    caller_id: UUID,
    now: datetime,
) -> None:
    await conn.execute(
        """
        insert into call_log (school_id, id, student_id, guardian_id, called_by, called_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        school_id,
        call_id,
        student_id,
        guardian_id,
        caller_id,
        now,
    )
