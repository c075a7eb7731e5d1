"""A pupil's own login: older pupils show their code and read a station's with a phone of theirs."""

from datetime import datetime
from uuid import UUID

from app import db
from app.crypto import Vault
from app.identity.accounts import account_for_phone
from app.ids import new_id
from app.phones import to_e164
from app.schools.students import queries
from app.schools.students.model import NoSuchStudent, PhoneOfAnotherPupil


async def set_account(
    conn: db.Conn, *, vault: Vault, school_id: int, student_id: UUID, phone: str, now: datetime
) -> None:
    """Let the owner of a phone be this pupil; whoever was it before is it no more.

    Raises:
        NoSuchStudent: not here, or gone.
        BadPhone: not a Vietnamese number.
        PhoneOfAnotherPupil: the phone's owner is another pupil of the school.
    """
    e164 = to_e164(phone)
    await _lock(conn, school_id, student_id)
    account_id = await account_for_phone(conn, vault, e164)
    await queries.end_student_login(
        conn, school_id=school_id, student_id=student_id, except_account_id=account_id, now=now
    )
    owner = await queries.give_student_login(
        conn,
        membership_id=new_id(),
        account_id=account_id,
        school_id=school_id,
        student_id=student_id,
    )
    if owner != student_id:
        raise PhoneOfAnotherPupil


async def clear_account(conn: db.Conn, *, school_id: int, student_id: UUID, now: datetime) -> None:
    """End the pupil's own login here; nothing happens if there is none.

    Raises:
        NoSuchStudent: not here, or gone.
    """
    await _lock(conn, school_id, student_id)
    await queries.end_student_login(
        conn, school_id=school_id, student_id=student_id, except_account_id=None, now=now
    )


async def _lock(conn: db.Conn, school_id: int, student_id: UUID) -> None:
    if not await queries.lock_student(conn, school_id=school_id, student_id=student_id):
        raise NoSuchStudent
