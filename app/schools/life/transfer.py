"""A pupil goes to another school, or comes from one.

Each school writes its own rows and reads no other's: what goes along is the MOET code, on paper.
The history stays with the school that made it.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.outbox import insert_outbox
from app.crypto import Vault
from app.identity.sessions import end_sessions_without_links
from app.ids import new_id
from app.schools.common import lock_school, school_day
from app.schools.life import queries
from app.schools.life.events import record
from app.schools.life.model import NameNeeded, TransferOut
from app.schools.org.queries import school_name
from app.schools.students import card_queries, service
from app.schools.students import queries as students
from app.schools.students.cards import issue_first_card
from app.schools.students.model import BadDay, Gender, MoetCodeTaken, NoSuchStudent

_LONGEST_AGO: Final = timedelta(days=400)


class Newcomer(Struct, frozen=True, kw_only=True):
    """What the receiving school has on paper; None of a pupil who was here before: as it was."""

    moet_code: str
    class_id: UUID
    from_day: date | None
    from_school: str | None
    name: str | None
    born_on: date | None
    gender: Gender | None
    personal_number: str | None


async def transfer_out(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    to_school_code: str | None,
    last_day: date | None,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> TransferOut:
    """Let a pupil go: card, own login and guardians' links end here; the guardians are told.

    `last_day` None: today. What was scanned before now stays good and is still told.

    Raises:
        NoSuchStudent: not here, or gone.
        BadDay: in the future, before the pupil came to the class, or over 400 days ago.
    """
    # The school's lock: a guardian who is added meanwhile would keep the link.
    await lock_school(conn, school_id=school_id)
    present = await queries.locked_student(conn, school_id=school_id, student_id=student_id)
    if present is None:
        raise NoSuchStudent
    today = school_day(now)
    last = _last_day(last_day or today, today, present.from_day)
    accounts = await _take_away(
        conn, school_id=school_id, student_id=student_id, last_day=last, by=decided_by, now=now
    )
    guardians = await queries.end_guardianships(
        conn, school_id=school_id, student_id=student_id, told_until=today, now=now
    )
    await queries.forget_photo_consent(conn, school_id=school_id, student_id=student_id)
    await students.end_student(conn, school_id=school_id, student_id=student_id, now=now)
    await end_sessions_without_links(conn, account_ids=accounts, reason="left", now=now)
    gone = TransferOut(
        student_id=student_id,
        moet_code=present.moet_code,
        last_day=last,
        to_school_code=to_school_code,
        guardians=guardians,
    )
    await record(
        conn,
        school_id=school_id,
        kind="transfer_out",
        person_id=student_id,
        decided_by=decided_by,
        reason=reason,
        details={"last_day": last.isoformat(), "to_school_code": to_school_code},
        now=now,
    )
    await _tell(conn, school_id, present.name, gone, actor=decided_by, today=today)
    return gone


async def transfer_in(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    newcomer: Newcomer,
    decided_by: UUID,
    now: datetime,
) -> UUID:
    """Take a pupil in by the code of their life; who was here before is taken up again.

    Guardians are this school's to set up.

    Raises:
        MoetCodeTaken: a live pupil of the school has the code.
        NameNeeded: the school has never had the pupil, and no name is given.
        NotInSchool: no such live class.
        BadDay: in the future, or before the pupil left this school.
    """
    former = await queries.locked_former(conn, school_id=school_id, moet_code=newcomer.moet_code)
    if former is not None:
        student_id = former.id
        await _take_up(conn, vault, school_id, newcomer, former, decided_by, now)
    else:
        student_id = await _enrol(conn, vault, school_id, newcomer, decided_by, now)
    await record(
        conn,
        school_id=school_id,
        kind="transfer_in",
        person_id=student_id,
        decided_by=decided_by,
        reason=None,
        details={"from_school": newcomer.from_school, "was_here": former is not None},
        now=now,
    )
    return student_id


async def leave(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    reason: str | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    """A pupil leaves: today is the last day, card and own login end, the record stays.

    The guardians keep their right to see what was.

    Raises:
        NoSuchStudent: not here, or gone before.
    """
    if await queries.locked_student(conn, school_id=school_id, student_id=student_id) is None:
        raise NoSuchStudent
    accounts = await _take_away(
        conn,
        school_id=school_id,
        student_id=student_id,
        last_day=school_day(now),
        by=decided_by,
        now=now,
    )
    await students.end_student(conn, school_id=school_id, student_id=student_id, now=now)
    await end_sessions_without_links(conn, account_ids=accounts, reason="left", now=now)
    await record(
        conn,
        school_id=school_id,
        kind="left",
        person_id=student_id,
        decided_by=decided_by,
        reason=reason,
        details={},
        now=now,
    )


async def _take_away(
    conn: db.Conn, *, school_id: int, student_id: UUID, last_day: date, by: UUID, now: datetime
) -> list[UUID]:
    """Class, card and own login; the accounts that were this pupil."""
    await students.end_enrolment(
        conn, school_id=school_id, student_id=student_id, last_day=last_day
    )
    await card_queries.revoke_card(
        conn, school_id=school_id, student_id=student_id, reason="left", revoked_by=by, now=now
    )
    return await queries.end_student_logins(
        conn, school_id=school_id, student_ids=[student_id], now=now
    )


def _last_day(day: date, today: date, from_day: date | None) -> date:
    if day > today:
        raise BadDay(
            (
                "Hãy ghi chuyển trường vào ngày học cuối hoặc sau đó: đến hết ngày ấy em vẫn là"
                " học sinh của trường.",
                "Record it on the last day or after: until then the child is a pupil here.",
            )
        )
    if from_day is not None and day < from_day:
        raise BadDay(
            (
                f"Học sinh ở lớp hiện tại từ {from_day:%d/%m/%Y}; hãy chọn ngày không sớm hơn.",
                f"The pupil is in the present class since {from_day}; choose no earlier day.",
            )
        )
    if day < today - _LONGEST_AGO:
        most = _LONGEST_AGO.days
        raise BadDay(
            (f"Hãy chọn ngày trong {most} ngày qua.", f"Choose one of the last {most} days.")
        )
    return day


async def _tell(
    conn: db.Conn, school_id: int, name: str, gone: TransferOut, *, actor: UUID, today: date
) -> None:
    school = await school_name(conn, school_id=school_id)
    await insert_outbox(
        conn,
        school_id=school_id,
        message_id=new_id(),
        kind="transferred",
        day=today,
        event_id=new_id(),
        student_id=gone.student_id,
        actor_account_id=actor,
        params={"student": name, "school": school, "day": gone.last_day.isoformat()},
    )


async def _take_up(
    conn: db.Conn,
    vault: Vault,
    school_id: int,
    newcomer: Newcomer,
    former: queries.Former,
    decided_by: UUID,
    now: datetime,
) -> None:
    first_day = service.past_day(newcomer.from_day or school_day(now), now)
    if former.last_day is not None and first_day < former.last_day:
        raise BadDay(
            (
                f"Học sinh học ở trường này đến hết ngày {former.last_day:%d/%m/%Y}; hãy chọn ngày"
                " sau đó.",
                f"The pupil was here until {former.last_day}; choose a later day.",
            )
        )
    await service.require_class(conn, school_id, newcomer.class_id)
    try:
        await queries.reopen_student(conn, school_id=school_id, student_id=former.id)
    except db.UniqueViolation:
        raise MoetCodeTaken from None
    given = ("name", "born_on", "gender", "personal_number")
    changes = {field: value for field in given if (value := getattr(newcomer, field)) is not None}
    if changes:
        await service.change_student(
            conn, vault=vault, school_id=school_id, student_id=former.id, changes=changes, now=now
        )
    # Back on the very day: gone by mistake, or by bus and back.
    await queries.free_day(conn, school_id=school_id, student_id=former.id, day=first_day)
    await students.insert_enrolment(
        conn,
        school_id=school_id,
        student_id=former.id,
        class_id=newcomer.class_id,
        from_day=first_day,
    )
    await issue_first_card(
        conn,
        ring=vault.ring,
        school_id=school_id,
        student_id=former.id,
        issued_by=decided_by,
        now=now,
    )


async def _enrol(
    conn: db.Conn,
    vault: Vault,
    school_id: int,
    newcomer: Newcomer,
    decided_by: UUID,
    now: datetime,
) -> UUID:
    if newcomer.name is None:
        raise NameNeeded(
            (
                "Trường chưa từng có học sinh này: hãy nhập họ tên theo hồ sơ chuyển trường.",
                "The school has never had this pupil: give the name from the papers.",
            )
        )
    return await service.create_student(
        conn,
        vault=vault,
        school_id=school_id,
        name=newcomer.name,
        class_id=newcomer.class_id,
        from_day=newcomer.from_day,
        moet_code=newcomer.moet_code,
        born_on=newcomer.born_on,
        gender=newcomer.gender,
        personal_number=newcomer.personal_number,
        issued_by=decided_by,
        now=now,
    )
