"""Guards for a time: the role begins and ends by the clock."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.crypto import Vault
from app.identity.accounts import account_for_phone
from app.identity.sessions import lock_account
from app.ids import new_id
from app.phones import to_e164
from app.schools.common import lock_school
from app.schools.life.events import record
from app.schools.life.model import (
    AlreadyGuard,
    BadPeriod,
    NoSuchSubstitute,
    Substitute,
)
from app.schools.staff import queries as staff
from app.schools.staff.model import NoSuchStaff
from app.schools.staff.service import create_staff

LONGEST: Final = timedelta(days=92)


async def substitutes(
    conn: db.Conn, *, school_id: int, now: datetime, staff_id: UUID | None = None
) -> list[Substitute]:
    """Those who are or will be, by their start; `staff_id` None: all."""
    return await db.many(
        conn,
        Substitute,
        """
        select s.id as staff_id, s.name, m.valid_from, m.valid_until
          from membership m
          join staff s on s.school_id = m.school_id and s.id = m.person_id
         where m.school_id = $1 and m.role = 'guard' and m.ended_at is null and m.valid_until > $2
           and ($3::uuid is null or s.id = $3)
         order by m.valid_from, s.sort_key, s.id
        """,
        school_id,
        now,
        staff_id,
    )


async def add_substitute(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    staff_id: UUID | None,
    name: str | None,
    phone: str | None,
    valid_from: datetime | None,
    valid_until: datetime,
    decided_by: UUID,
    now: datetime,
) -> Substitute:
    """Make somebody a guard for a time: one of the staff, or a person by name and phone.

    Who is a substitute already gets the new time instead. `valid_from` None: from now on.

    Raises:
        BadPeriod: over, the wrong way round, or longer than 92 days; or nobody is named.
        NoSuchStaff: not here, or gone.
        AlreadyGuard: a guard without an end.
        BadPhone: not a Vietnamese number.
    """
    since = valid_from or now
    _check(since, valid_until, now)
    await lock_school(conn, school_id=school_id)
    if staff_id is None:
        staff_id = await _staff_of_phone(conn, vault, school_id, name, phone, now)
    account_id = await _account(conn, school_id, staff_id)
    await lock_account(conn, account_id=account_id)
    await _clear(conn, school_id, account_id, now)
    await db.run(
        conn,
        """
        insert into membership (id, account_id, school_id, role, person_id, valid_from, valid_until)
        values ($1, $2, $3, 'guard', $4, $5, $6)
        """,
        new_id(),
        account_id,
        school_id,
        staff_id,
        since,
        valid_until,
    )
    await record(
        conn,
        school_id=school_id,
        kind="substitute",
        person_id=staff_id,
        decided_by=decided_by,
        reason=None,
        details={"valid_from": since.isoformat(), "valid_until": valid_until.isoformat()},
        now=now,
    )
    (made,) = await substitutes(conn, school_id=school_id, now=now, staff_id=staff_id)
    return made


async def end_substitute(
    conn: db.Conn, *, school_id: int, staff_id: UUID, decided_by: UUID, now: datetime
) -> None:
    """End it at once; what was scanned until now may still come in.

    Raises:
        NoSuchSubstitute: neither is nor will be one.
    """
    ended = await db.run(
        conn,
        """
        update membership
           set valid_until = case when valid_from < $3 then $3 else valid_until end,
               ended_at = case when valid_from < $3 then ended_at else $3 end
         where school_id = $1 and person_id = $2 and role = 'guard' and ended_at is null
           and valid_until > $3
        """,
        school_id,
        staff_id,
        now,
    )
    if not ended:
        raise NoSuchSubstitute
    await record(
        conn,
        school_id=school_id,
        kind="substitute_ended",
        person_id=staff_id,
        decided_by=decided_by,
        reason=None,
        details={},
        now=now,
    )


def _check(since: datetime, until: datetime, now: datetime) -> None:
    if not now < until or not since < until or until - since > LONGEST:
        raise BadPeriod(
            (
                "Thời điểm kết thúc phải ở tương lai, sau thời điểm bắt đầu, và không quá 92 ngày.",
                "It must end in the future, after its start, and last 92 days at most.",
            )
        )
    if since < now - timedelta(days=1):
        raise BadPeriod(("Thời điểm bắt đầu đã qua quá một ngày.", "It began more than a day ago."))


async def _staff_of_phone(
    conn: db.Conn, vault: Vault, school_id: int, name: str | None, phone: str | None, now: datetime
) -> UUID:
    if name is None or phone is None:
        raise BadPeriod(
            (
                "Hãy chọn nhân viên (`staff_id`), hoặc nhập họ tên và số điện thoại.",
                "Choose a member of staff (`staff_id`), or give name and phone.",
            )
        )
    account_id = await account_for_phone(conn, vault, to_e164(phone))
    found = await staff.staff_of_account(conn, school_id=school_id, account_id=account_id)
    if found is not None:
        return found
    made = await create_staff(
        conn,
        vault=vault,
        school_id=school_id,
        name=name,
        phone=phone,
        roles=[],
        shift_ids=[],
        now=now,
    )
    return made.id


async def _account(conn: db.Conn, school_id: int, staff_id: UUID) -> UUID:
    row = await staff.staff(conn, school_id=school_id, staff_id=staff_id)
    if row is None or row.ended_at is not None or row.account_id is None:
        raise NoSuchStaff
    if "guard" in row.roles:
        raise AlreadyGuard
    return row.account_id


async def _clear(conn: db.Conn, school_id: int, account_id: UUID, now: datetime) -> None:
    """Make room for the new time: one that is over has ended when it did."""
    await db.run(
        conn,
        """
        update membership set ended_at = least(valid_until, $3)
         where school_id = $1 and account_id = $2 and role = 'guard' and ended_at is null
           and valid_until is not null
        """,
        school_id,
        account_id,
        now,
    )
