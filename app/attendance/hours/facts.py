"""What is known of a month, and what it comes to."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec.structs import replace

from app import db
from app.attendance.hours import compute, queries
from app.attendance.hours.model import (
    Day,
    HoursCorrection,
    Movement,
    NoSuchStaffMember,
    StaffDay,
)
from app.attendance.hours.queries import Member, PutDown, StaffScan
from app.attendance.leave.model import LeaveCover
from app.attendance.leave.queries import approved_leave
from app.attendance.plan import ZONE, Plan, school_day
from app.attendance.queries import plan as plan_of


async def computed(
    conn: db.Conn, school_id: int, month: str, members: Sequence[Member], now: datetime
) -> dict[UUID, list[StaffDay]]:
    """The days of each person's month up to now that hold anything."""
    plan = await plan_of(conn, school_id=school_id)
    facts = await _facts(conn, school_id, month, [member.id for member in members])
    today = school_day(now)
    days = [day for day in days_of(month) if day <= today]
    return {
        member.id: [
            _with_corrections(
                compute.staff_day(of_day, today=today, campuses=facts.campuses(plan)),
                facts.corrections[member.id, of_day.day],
            )
            for of_day in facts.of_member(plan, member, days)
        ]
        for member in members
    }


class _Facts:
    """What is known of a month, by person and day."""

    def __init__(
        self, scans: list[StaffScan], put_down: list[PutDown], covers: list[LeaveCover]
    ) -> None:
        self.movements: defaultdict[tuple[UUID, date], list[Movement]] = defaultdict(list)
        self.corrections: defaultdict[tuple[UUID, date], list[PutDown]] = defaultdict(list)
        self.covers: defaultdict[UUID, list[LeaveCover]] = defaultdict(list)
        for scan in scans:
            self.movements[scan.person_id, scan.day].append(_scanned(scan))
        for each in put_down:
            self.corrections[each.staff_id, each.day].append(each)
            if not each.is_voided:
                self.movements[each.staff_id, each.day].append(_corrected(each))
        for cover in covers:
            self.covers[cover.person_id].append(cover)

    @staticmethod
    def campuses(plan: Plan) -> Mapping[UUID, str]:
        return {campus.id: campus.name for campus in plan.campuses.values()}

    def of_member(self, plan: Plan, member: Member, days: Sequence[date]) -> list[Day]:
        """Those of the days that hold anything, while the person was there."""
        shift_ids = plan.staff_shifts.get(member.id, ())
        # Who was scanned before the list had them was there before.
        scanned = (day for day in days if self.movements.get((member.id, day)))
        first = min(school_day(member.created_at), next(scanned, date.max))
        last = school_day(member.ended_at) if member.ended_at else date.max
        found = []
        for day in days:
            is_there = first <= day <= last
            facts = Day(
                day=day,
                held=tuple(plan.shifts_on(day, shift_ids)) if is_there else (),
                has_no_shifts=not shift_ids,
                is_school_day=is_there and bool(plan.shifts_on(day, list(plan.shifts))),
                movements=tuple(self.movements[member.id, day]),
                covers=frozenset(
                    cover.part
                    for cover in self.covers[member.id]
                    if cover.from_day <= day <= cover.to_day
                ),
            )
            if facts.held or facts.movements or facts.covers or self.corrections[member.id, day]:
                found.append(facts)
        return found


async def _facts(conn: db.Conn, school_id: int, month: str, staff_ids: list[UUID]) -> _Facts:
    first, last = days_of(month)[0], days_of(month)[-1]
    return _Facts(
        await queries.scans_that_count(
            conn, school_id=school_id, staff_ids=staff_ids, first=first, last=last
        ),
        await queries.put_down(
            conn, school_id=school_id, staff_ids=staff_ids, first=first, last=last
        ),
        await approved_leave(
            conn, school_id=school_id, person_ids=staff_ids, first=first, last=last
        ),
    )


def _scanned(scan: StaffScan) -> Movement:
    return Movement(
        id=scan.id,
        direction=scan.direction,
        at=scan.at,
        campus_id=scan.campus_id,
        waits=scan.waits,
    )


def _corrected(put: PutDown) -> Movement:
    return Movement(id=put.id, direction=put.kind, at=put.at, is_correction=True)


def _with_corrections(day: StaffDay, put: Sequence[PutDown]) -> StaffDay:
    corrections = [
        HoursCorrection(
            id=each.id,
            kind=each.kind,
            at=each.at,
            reason=each.reason,
            decided_by=each.decided_by,
            created_at=each.created_at,
            is_voided=each.is_voided,
        )
        for each in put
    ]
    return replace(day, corrections=corrections)


async def member_of(
    conn: db.Conn, school_id: int, staff_id: UUID, since: datetime, until: datetime
) -> Member:
    """Who was there at some time from `since` to `until`.

    Raises:
        NoSuchStaffMember: not this one.
    """
    found = await queries.staff_in(
        conn, school_id=school_id, since=since, until=until, staff_ids=[staff_id]
    )
    if not found:
        raise NoSuchStaffMember
    return found[0]


def days_of(month: str) -> list[date]:
    year, number = (int(part) for part in month.split("-"))
    return [date(year, number, day + 1) for day in range(monthrange(year, number)[1])]


def span(month: str) -> tuple[datetime, datetime]:
    """The instants from which and until which it lasts."""
    days = days_of(month)
    first = datetime.combine(days[0], time(), ZONE)
    return first, first + timedelta(days=len(days))
