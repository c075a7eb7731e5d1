"""Reading the facts that a period's bills follow from."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final, Protocol, TypeVar
from uuid import UUID

from app import db
from app.fees.billing import queries
from app.fees.billing.calendar import Calendar
from app.fees.billing.meals import credits_of
from app.fees.billing.model import (
    Facts,
    Item,
    MealCredit,
    MealsBilled,
    Pupil,
    Seat,
)
from app.fees.billing.queries import PupilRow
from app.fees.setup import queries as setup
from app.fees.setup.forbidden import forbidden_among
from app.fees.setup.model import BillingPeriod, ChargeScope, FeeItem, PeriodCharge
from app.schools.common import school_day

# A meal of a period that ended longer ago is given back by hand.
LOOK_BACK: Final = timedelta(days=400)


async def facts_of(
    conn: db.Conn,
    *,
    school_id: int,
    period: BillingPeriod,
    scope: ChargeScope,
    ref: str,
    now: datetime,
) -> Facts:
    """All that the bills of this part of the school follow from, as it is now."""
    today = school_day(now)
    rows = await queries.pupils(
        conn,
        school_id=school_id,
        day=min(max(today, period.from_day), period.to_day),
        scope=scope,
        ref=ref,
    )
    ids = [row.id for row in rows]
    charges = await setup.charges_of(conn, school_id=school_id, period_id=period.id)
    billed = await queries.meals_billed(
        conn,
        school_id=school_id,
        student_ids=ids,
        since=period.from_day - LOOK_BACK,
        today=today,
    )
    first = min([period.from_day, *(each.from_day for each in billed)])
    calendar = await _calendar(conn, school_id, first, max(period.to_day, today))
    seats = await queries.seats(conn, school_id=school_id, student_ids=ids, since=first)
    waivers = await setup.waivers_on(conn, school_id=school_id, day=period.from_day)
    account = await setup.account_of(conn, school_id=school_id, account_id=period.account_id)
    return Facts(
        from_day=period.from_day,
        to_day=period.to_day,
        due_day=period.due_day,
        items=await _items(conn, school_id, charges, billed),
        charges=charges,
        pupils=[_pupil(row, seats) for row in rows],
        days=_days(period, rows, seats, calendar),
        waivers=_by_pupil(waivers),
        credits=await _credits(conn, school_id, billed, seats, calendar, first, today),
        live=await queries.live_bills(conn, school_id=school_id, period_id=period.id),
        carried=await queries.carried(conn, school_id=school_id),
        account_is_ended=account is None or account.ended_at is not None,
    )


def _pupil(row: PupilRow, seats: dict[UUID, list[Seat]]) -> Pupil:
    return Pupil(
        id=row.id,
        name=row.name,
        sort_key=row.sort_key,
        class_id=row.class_id,
        class_name=row.class_name,
        grade=row.grade,
        seats=seats.get(row.id, []),
    )


def _days(
    period: BillingPeriod,
    rows: Collection[PupilRow],
    seats: dict[UUID, list[Seat]],
    calendar: Calendar,
) -> dict[UUID, list[date]]:
    classes = {row.class_id for row in rows} | {
        seat.class_id for each in seats.values() for seat in each
    }
    return {
        class_id: calendar.school_days(class_id, period.from_day, period.to_day)
        for class_id in classes
    }


async def _calendar(conn: db.Conn, school_id: int, first: date, last: date) -> Calendar:
    return Calendar(
        weekdays=await queries.weekdays(conn, school_id=school_id),
        marked=await queries.marked_days(conn, school_id=school_id, first=first, last=last),
        closings=await queries.closings(conn, school_id=school_id, first=first, last=last),
    )


async def _items(
    conn: db.Conn, school_id: int, charges: list[PeriodCharge], billed: list[MealsBilled]
) -> dict[UUID, Item]:
    wanted = {charge.item_id for charge in charges} | {each.item_id for each in billed}
    found = await setup.items_of(conn, school_id=school_id, item_ids=sorted(wanted))
    forbidden = await forbidden_among(conn, school_id=school_id, items=found)
    return {item.id: _item(item, item.id in forbidden) for item in found}


def _item(item: FeeItem, is_forbidden: bool) -> Item:
    return Item(
        id=item.id,
        name=item.name,
        category=item.category,
        legal_basis=item.legal_basis,
        unit=item.unit,
        cap=item.cap,
        is_voluntary=item.is_voluntary,
        receipt_kind=item.receipt_kind,
        is_ended=item.ended_at is not None,
        is_forbidden=is_forbidden,
    )


class _OfPupil(Protocol):
    @property
    def student_id(self) -> UUID: ...


P = TypeVar("P", bound=_OfPupil)


def _by_pupil(rows: Iterable[P]) -> dict[UUID, list[P]]:
    found: dict[UUID, list[P]] = {}
    for row in rows:
        found.setdefault(row.student_id, []).append(row)
    return found


async def _credits(
    conn: db.Conn,
    school_id: int,
    billed: list[MealsBilled],
    seats: dict[UUID, list[Seat]],
    calendar: Calendar,
    first: date,
    today: date,
) -> dict[UUID, list[MealCredit]]:
    """By pupil, the meals that the next bill gives back."""
    by_pupil = _by_pupil(billed)
    ids = list(by_pupil)
    absences = _by_pupil(
        await queries.absences(conn, school_id=school_id, student_ids=ids, first=first, last=today)
    )
    given: dict[UUID, dict[tuple[UUID, date], UUID]] = {}
    for row in await queries.meals_given(conn, school_id=school_id, student_ids=ids, today=today):
        given.setdefault(row.student_id, {})[row.item_id, row.day] = row.charged_on
    return {
        student_id: credits_of(
            meals,
            absences=absences.get(student_id, []),
            seats=seats.get(student_id, []),
            calendar=calendar,
            given=given.get(student_id, {}),
            today=today,
        )
        for student_id, meals in by_pupil.items()
    }
