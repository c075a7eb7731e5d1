"""What a principal puts right of a day of a member of staff: a movement that no scan shows."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app import audit, db, names
from app.attendance.hours import compute, queries
from app.attendance.hours.facts import computed, member_of
from app.attendance.hours.model import (
    BadHoursDay,
    CorrectionKind,
    Day,
    HoursCorrectionAlready,
    HoursCorrectionVoided,
    NoSuchHoursCorrection,
    OwnHours,
    StaffDay,
)
from app.attendance.hours.queries import Member
from app.attendance.plan import ZONE, school_day
from app.attendance.queries import lock_person
from app.ids import new_id

# As far back as a family may dispute a day.
OLDEST: Final = timedelta(days=92)


async def put_down(
    conn: db.Conn,
    *,
    school_id: int,
    staff_id: UUID,
    day: date,
    kind: CorrectionKind,
    at: time,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> StaffDay:
    """Put down a movement that no scan shows; the day as it then is. `at`: the school's time.

    Raises:
        NoSuchStaffMember: nobody who was there on that day.
        OwnHours: one's own day.
        BadHoursDay: still to come, or more than 92 days ago.
        HoursCorrectionAlready: the day's record says so without it.
    """
    moment = _moment(day, at, now)
    began = datetime.combine(day, time(), ZONE)
    member = await member_of(conn, school_id, staff_id, began, began + timedelta(days=1))
    await _require_not_own(conn, school_id, staff_id, decided_by)
    await lock_person(conn, school_id=school_id, person_id=staff_id)
    before = await _one_day(conn, school_id, member, day, now)
    correction_id = new_id()
    await queries.insert_put_down(
        conn,
        school_id=school_id,
        correction_id=correction_id,
        staff_id=staff_id,
        day=day,
        kind=kind,
        at=moment,
        reason=names.clean(reason),
        decided_by=decided_by,
        now=now,
    )
    after = await _one_day(conn, school_id, member, day, now)
    if after.spells == before.spells:
        raise HoursCorrectionAlready(
            ("Lượt này không làm thay đổi giờ của ngày đó.", "It would not change the day's hours.")
        )
    await _record(conn, school_id, "staff_hours_corrected", staff_id, decided_by, now, {
        "correction_id": str(correction_id),
        "day": day.isoformat(),
        "direction": kind,
        "at": moment.isoformat(),
        "minutes_before": before.minutes,
        "minutes_after": after.minutes,
    })  # fmt: skip
    return after


async def void(
    conn: db.Conn,
    *,
    school_id: int,
    staff_id: UUID,
    correction_id: UUID,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> StaffDay:
    """Take back what was put down; the day as it then is.

    Raises:
        NoSuchHoursCorrection: none of this person.
        OwnHours: one's own day.
        HoursCorrectionVoided: it was taken back before.
    """
    await _require_not_own(conn, school_id, staff_id, decided_by)
    day = await queries.day_of_put_down(
        conn, school_id=school_id, staff_id=staff_id, correction_id=correction_id
    )
    if day is None:
        raise NoSuchHoursCorrection
    await lock_person(conn, school_id=school_id, person_id=staff_id)
    of_day = await queries.put_down(
        conn, school_id=school_id, staff_ids=[staff_id], first=day, last=day
    )
    (voided,) = (each for each in of_day if each.id == correction_id)
    if not await queries.insert_void(
        conn,
        school_id=school_id,
        void_id=new_id(),
        voided=voided,
        reason=names.clean(reason),
        decided_by=decided_by,
        now=now,
    ):
        raise HoursCorrectionVoided
    await _record(conn, school_id, "staff_hours_correction_voided", staff_id, decided_by, now, {
        "correction_id": str(correction_id),
        "day": day.isoformat(),
    })  # fmt: skip
    member = await member_of(conn, school_id, staff_id, datetime.min.replace(tzinfo=UTC), now)
    return await _one_day(conn, school_id, member, day, now)


def _moment(day: date, at: time, now: datetime) -> datetime:
    # The day first: year 1 overflows on its way to UTC.
    today = school_day(now)
    if today - OLDEST <= day <= today:
        moment = datetime.combine(day, at, ZONE).astimezone(UTC)
        if moment <= now:
            return moment
    raise BadHoursDay(
        (
            "Chọn một giờ đã qua, của hôm nay hoặc của ba tháng qua.",
            "Choose a time that has passed, today or within the last three months.",
        )
    )


async def _record(
    conn: db.Conn,
    school_id: int,
    kind: str,
    staff_id: UUID,
    decided_by: UUID,
    now: datetime,
    detail: dict[str, object],
) -> None:
    await audit.record(
        conn,
        school_id=school_id,
        kind=kind,
        subject_id=staff_id,
        actor_account_id=decided_by,
        detail=detail,
        now=now,
    )


async def _require_not_own(conn: db.Conn, school_id: int, staff_id: UUID, decided_by: UUID) -> None:
    own = await queries.staff_of_account(conn, school_ids=[school_id], account_id=decided_by)
    if (school_id, staff_id) in own:
        raise OwnHours(
            ("Hãy nhờ một hiệu trưởng hoặc hiệu phó khác.", "Ask another principal of the school.")
        )


async def _one_day(
    conn: db.Conn, school_id: int, member: Member, day: date, now: datetime
) -> StaffDay:
    month = f"{day:%Y-%m}"
    found = (await computed(conn, school_id, month, [member], now))[member.id]
    for each in found:
        if each.day == day:
            return each
    return compute.staff_day(Day(day=day), today=school_day(now), campuses={})
