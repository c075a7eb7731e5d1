"""Meals that were billed and not cooked: which days, and how much of them goes back. Pure.

An absence counts if it was asked for before the kitchen's cut-off, whenever it was approved; a
closure if it was declared by then. Each day once, however many bills and reasons there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.fees.billing.calendar import Calendar, days_between
from app.fees.billing.model import (
    Absence,
    CreditGround,
    MealCredit,
    MealsBilled,
    Seat,
)
from app.schools.common import ZONE


def credits_of(
    billed: Sequence[MealsBilled],
    *,
    absences: Sequence[Absence],
    seats: Sequence[Seat],
    calendar: Calendar,
    given: Mapping[tuple[UUID, date], UUID],
    today: date,
) -> list[MealCredit]:
    """One pupil's credits that no bill has given yet, the oldest day first.

    `given` are those that were: the bill that asked for the meal, by item and day. Days to come
    wait: leave can be withdrawn.
    """
    found: dict[tuple[UUID, date], MealCredit] = {}
    left = {(each.invoice_id, each.item_id): each.quantity for each in billed}
    for (item_id, _), invoice_id in given.items():
        if (invoice_id, item_id) in left:
            left[invoice_id, item_id] -= 1
    for each in sorted(billed, key=lambda one: (one.from_day, one.drafted_at, one.invoice_id)):
        amount = (each.amount - each.waived) // each.quantity
        if amount <= 0:
            continue
        for day, ground in _days_off(each, absences, seats, calendar, today):
            key = each.item_id, day
            if key in given or key in found or left[each.invoice_id, each.item_id] <= 0:
                continue
            left[each.invoice_id, each.item_id] -= 1
            found[key] = MealCredit(
                student_id=each.student_id,
                item_id=each.item_id,
                day=day,
                amount=amount,
                ground=ground,
                charged_on=each.invoice_id,
            )
    return sorted(found.values(), key=lambda one: (one.day, one.item_id))


def ordered_until(billed: MealsBilled, day: date) -> datetime:
    """Until when the kitchen can be told that a meal of that day is not wanted; in UTC."""
    on = day - timedelta(days=billed.kitchen_days_before)
    return datetime.combine(on, billed.kitchen_cut_off, ZONE).astimezone(UTC)


def _days_off(
    billed: MealsBilled,
    absences: Iterable[Absence],
    seats: Sequence[Seat],
    calendar: Calendar,
    today: date,
) -> list[tuple[date, CreditGround]]:
    """Past days that the bill asked for and on which the kitchen knew that nobody would come."""
    last = min(billed.to_day, today - timedelta(days=1))
    off: dict[date, CreditGround] = {}
    for day in calendar.closed_days(billed.from_day, last):
        since = calendar.closed_from(day)
        if since is not None and since <= ordered_until(billed, day):
            off[day] = "closure"
    for absence in absences:
        span = days_between(max(billed.from_day, absence.from_day), min(last, absence.to_day))
        for day in span:
            if day not in off and absence.asked_at <= ordered_until(billed, day):
                off[day] = "leave"
    return [(day, off[day]) for day in sorted(off) if _was_billed(billed, day, seats, calendar)]


def _was_billed(billed: MealsBilled, day: date, seats: Sequence[Seat], calendar: Calendar) -> bool:
    """Whether the day was one of the pupil's school days, as was known when the bill was made."""
    for seat in seats:
        if seat.from_day <= day and (seat.to_day is None or day <= seat.to_day):
            return calendar.is_school_day(seat.class_id, day, billed.drafted_at)
    return False
