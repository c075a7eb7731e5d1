"""From the facts of a period to its bills: one pure function, for the preview and for the issue."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import structs

from app.fees.billing.model import (
    Bill,
    BillTooLong,
    Computed,
    Facts,
    Item,
    Line,
    MealCredit,
    Pupil,
)
from app.fees.setup.model import PeriodCharge, Waiver
from app.fees.setup.waivers import waived_of

MAX_LINES: Final = 200
_MOST_SPECIFIC_FIRST: Final = ("student", "class", "grade", "school")


def compute(facts: Facts) -> Computed:
    """The bills of all pupils of the facts who have none of that instalment yet.

    Raises:
        BillTooLong: a bill would have more than `MAX_LINES` lines.
    """
    charges = _ByTarget(facts.charges)
    bills: list[Bill] = []
    already: list[tuple[UUID, int, bool]] = []
    without_charge: list[UUID] = []
    without_days: set[UUID] = set()
    for pupil in facts.pupils:
        drafts = _drafts(facts, pupil, charges, without_days)
        if not drafts:
            without_charge.append(pupil.id)
        fresh = []
        for draft in drafts:
            key = draft.student_id, draft.seq, draft.is_voluntary
            if key in facts.live:
                already.append(key)
            else:
                fresh.append(draft)
        bills += _with_credits(fresh, facts.credits.get(pupil.id, ()), facts.items)
    return Computed(
        bills=bills, already=already, without_charge=without_charge, without_days=without_days
    )


class _ByTarget:
    """The charges by what they are about, for one look-up a pupil and scope."""

    def __init__(self, charges: Iterable[PeriodCharge]) -> None:
        self._found: dict[tuple[str, str], list[PeriodCharge]] = {}
        for charge in charges:
            self._found.setdefault((charge.scope, charge.ref), []).append(charge)

    def of(self, pupil: Pupil) -> list[PeriodCharge]:
        """One charge an item and instalment: the most specific one."""
        refs = {
            "student": str(pupil.id),
            "class": str(pupil.class_id),
            "grade": str(pupil.grade),
            "school": "",
        }
        chosen: dict[tuple[int, UUID], PeriodCharge] = {}
        for scope in _MOST_SPECIFIC_FIRST:
            for charge in self._found.get((scope, refs[scope]), ()):
                chosen.setdefault((charge.seq, charge.item_id), charge)
        return list(chosen.values())


def _drafts(facts: Facts, pupil: Pupil, charges: _ByTarget, without_days: set[UUID]) -> list[Bill]:
    """The pupil's bills before meals are credited, offers last, then by the day they are due."""
    found: dict[tuple[bool, int], list[tuple[PeriodCharge, Line]]] = {}
    waivers = facts.waivers.get(pupil.id, [])
    for charge in charges.of(pupil):
        item = facts.items[charge.item_id]
        quantity = _quantity(facts, pupil, charge, item)
        if quantity == 0:
            without_days.add(item.id)
        # Nought for a class or a pupil means: not this one.
        if quantity and charge.amount:
            line = _line(item, charge.amount, quantity, waivers)
            found.setdefault((item.is_voluntary, charge.seq), []).append((charge, line))
    bills = [_bill(facts, pupil, key=key, asked=asked) for key, asked in found.items()]
    return sorted(bills, key=lambda bill: (bill.is_voluntary, bill.due_day, bill.seq))


def _quantity(facts: Facts, pupil: Pupil, charge: PeriodCharge, item: Item) -> int:
    """How many units; of a daily item by itself the days on which the pupil was in a class."""
    if charge.quantity is not None:
        return charge.quantity
    if item.unit != "day":
        return 1
    count = 0
    for seat in pupil.seats:
        days = facts.days.get(seat.class_id, [])
        last = bisect_right(days, seat.to_day or date.max)
        count += max(0, last - bisect_left(days, seat.from_day))
    return count


def _line(item: Item, unit_amount: int, quantity: int, waivers: Sequence[Waiver]) -> Line:
    line = Line(
        kind="charge",
        item_id=item.id,
        name=item.name,
        legal_basis=item.legal_basis,
        unit=item.unit,
        quantity=quantity,
        unit_amount=unit_amount,
        amount=quantity * unit_amount,
        waived=0,
        waiver_id=None,
        receipt_kind=item.receipt_kind,
        is_voluntary=item.is_voluntary,
    )
    if not waivers:
        return line
    waived, waiver_id = waived_of(line, waivers)
    return structs.replace(line, waived=waived, waiver_id=waiver_id)


def _bill(
    facts: Facts, pupil: Pupil, *, key: tuple[bool, int], asked: list[tuple[PeriodCharge, Line]]
) -> Bill:
    # Charges of one instalment may name different days: the family has until the last of them.
    due_days = [charge.due_day or facts.due_day for charge, _ in asked]
    lines = sorted((line for _, line in asked), key=lambda line: (line.name, line.item_id))
    if len(lines) > MAX_LINES // 2:
        raise BillTooLong(
            (
                f"Một phiếu thu có tối đa {MAX_LINES // 2} khoản.",
                f"A bill has {MAX_LINES // 2} items at most.",
            )
        )
    return Bill(
        student_id=pupil.id,
        class_id=pupil.class_id,
        seq=key[1],
        is_voluntary=key[0],
        due_day=max(due_days),
        lines=lines,
        credits=[],
        charged=sum(line.amount for line in lines),
        waived=sum(line.waived for line in lines),
    )


def _with_credits(
    bills: list[Bill], credits: Sequence[MealCredit], items: dict[UUID, Item]
) -> Iterator[Bill]:
    """The bills, lowered by as many meals as fit; the others wait for the next bill.

    An offer gives back only meals that it asks for itself: it may be left, and the credit with it.
    """
    left = list(credits)
    for bill in bills:
        asked = {line.item_id for line in bill.lines}
        room, taken, waiting = bill.total, [], []
        for credit in left:
            fits = credit.amount <= room and credit.item_id in items
            if fits and (not bill.is_voluntary or credit.item_id in asked):
                taken.append(credit)
                room -= credit.amount
            else:
                waiting.append(credit)
        left = waiting
        yield _lowered(bill, taken, items) if taken else bill


def _lowered(bill: Bill, taken: list[MealCredit], items: dict[UUID, Item]) -> Bill:
    counts: dict[tuple[UUID, int], int] = {}
    for credit in taken:
        key = credit.item_id, credit.amount
        counts[key] = counts.get(key, 0) + 1
    lines = [
        _credit_line(items[item_id], amount, count, bill.is_voluntary)
        for (item_id, amount), count in counts.items()
    ]
    return structs.replace(
        bill,
        lines=[*bill.lines, *lines],
        credits=taken,
        charged=bill.charged + sum(line.amount for line in lines),
    )


def _credit_line(item: Item, amount: int, count: int, is_voluntary: bool) -> Line:
    return Line(
        kind="meal_credit",
        item_id=item.id,
        name=item.name,
        legal_basis=item.legal_basis,
        unit=item.unit,
        quantity=count,
        unit_amount=-amount,
        amount=-amount * count,
        waived=0,
        waiver_id=None,
        receipt_kind=item.receipt_kind,
        is_voluntary=is_voluntary,
    )
