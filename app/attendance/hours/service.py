"""Months of staff, for the principal and for themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET

from app import db
from app.attendance.hours import compute, queries
from app.attendance.hours.facts import computed, member_of, span
from app.attendance.hours.model import StaffDay, StaffMonth
from app.attendance.hours.queries import Member
from app.paging import Page, page_of


async def months(
    conn: db.Conn,
    *,
    school_id: int,
    month: str,
    after: tuple[str, UUID] | None,
    limit: int,
    now: datetime,
) -> Page[StaffMonth]:
    """Everybody's totals of a month (`YYYY-MM`), by name."""
    since, until = span(month)
    members = await queries.staff_in(
        conn, school_id=school_id, since=since, until=until, after=after, limit=limit + 1
    )
    page = page_of(members, limit=limit, key=lambda m: (m.sort_key, m.id))
    found = await computed(conn, school_id, month, page.items, now)
    items = [
        _month(school_id, month, member, found[member.id], full=False) for member in page.items
    ]
    return Page(items=items, next_cursor=page.next_cursor)


async def whole_month(
    conn: db.Conn, *, school_id: int, month: str, now: datetime
) -> list[StaffMonth]:
    """Everybody's month with its days, by name."""
    since, until = span(month)
    members = await queries.staff_in(conn, school_id=school_id, since=since, until=until)
    found = await computed(conn, school_id, month, members, now)
    return [_month(school_id, month, member, found[member.id], full=True) for member in members]


async def month_of(
    conn: db.Conn, *, school_id: int, staff_id: UUID, month: str, now: datetime
) -> StaffMonth:
    """One person's month with its days.

    Raises:
        NoSuchStaffMember: nobody who was there in that month.
    """
    member = await member_of(conn, school_id, staff_id, *span(month))
    found = await computed(conn, school_id, month, [member], now)
    return _month(school_id, month, member, found[member.id], full=True)


async def own_months(
    conn: db.Conn, *, school_ids: Sequence[int], account_id: UUID, month: str, now: datetime
) -> list[StaffMonth]:
    """The account's own month in each of these schools where it works."""
    found = []
    since, until = span(month)
    for school_id, staff_id in await queries.staff_of_account(
        conn, school_ids=school_ids, account_id=account_id
    ):
        members = await queries.staff_in(
            conn, school_id=school_id, since=since, until=until, staff_ids=[staff_id]
        )
        days = await computed(conn, school_id, month, members, now)
        found += [_month(school_id, month, m, days[m.id], full=True) for m in members]
    return found


def _month(
    school_id: int, month: str, member: Member, days: list[StaffDay], *, full: bool
) -> StaffMonth:
    return StaffMonth(
        school_id=school_id,
        staff_id=member.id,
        name=member.name,
        month=month,
        totals=compute.totals(days),
        days=days if full else UNSET,
    )
