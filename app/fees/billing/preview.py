"""What issuing would do, and nothing written: the same computation as the issue's."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.billing.compute import compute
from app.fees.billing.facts import facts_of
from app.fees.billing.issuing import open_period
from app.fees.billing.model import (
    BadScope,
    Bill,
    Computed,
    Facts,
    Issue,
    Line,
    Pupil,
)
from app.fees.billing.shown import (
    BillShown,
    ClassSum,
    ItemSum,
    PupilShown,
    Sums,
    Warned,
)
from app.fees.billing.warnings import warnings_of
from app.names import search_key
from app.schools.common import school_day

Only = Literal["all", "billed", "without_charge", "already_billed", "zero_bill", "carried_credit"]


class Preview(Struct, frozen=True, kw_only=True):
    """What would be issued. `sums` leaves offers out, which are in `offers`.

    `carried`: money that would pay some of it at once. `can_issue`: no warning blocks.
    """

    period_id: UUID
    can_issue: bool
    sums: Sums
    offers: Sums
    carried: int
    by_class: list[ClassSum]
    by_item: list[ItemSum]
    warnings: list[Warned]
    items: list[PupilShown]
    next_cursor: str | None = None


async def preview(
    conn: db.Conn, *, school_id: int, issue: Issue, now: datetime
) -> tuple[Facts, Computed]:
    """The facts of this part of the school by now, and the bills they make.

    Raises:
        NoSuchPeriod, PeriodClosed, BadScope, BillTooLong: as issuing would.
    """
    period = await open_period(conn, school_id=school_id, period_id=issue.period_id)
    facts = await facts_of(
        conn, school_id=school_id, period=period, scope=issue.scope, ref=issue.ref, now=now
    )
    if not facts.pupils:
        raise BadScope(
            (
                "Không có học sinh nào đang học trong phạm vi này.",
                "No pupil of the school is in this part of it.",
            )
        )
    # A tenth of a second of a large school: whoever scans at this process's door need not wait.
    return facts, await asyncio.to_thread(compute, facts)


def summed(period_id: UUID, facts: Facts, computed: Computed, *, now: datetime) -> Preview:
    """The preview without its page of pupils."""
    owed = [bill for bill in computed.bills if not bill.is_voluntary]
    warned = warnings_of(facts, computed, today=school_day(now))
    here = {pupil.id for pupil in facts.pupils}
    return Preview(
        period_id=period_id,
        can_issue=not any(each.blocks for each in warned),
        sums=_sums(owed),
        offers=_sums([bill for bill in computed.bills if bill.is_voluntary]),
        carried=sum(free for student_id, free in facts.carried.items() if student_id in here),
        by_class=_by_class(facts, owed),
        by_item=_by_item(facts, computed.bills),
        warnings=warned,
        items=[],
    )


def pupils_shown(
    facts: Facts, computed: Computed, *, only: Only, q: str | None
) -> list[PupilShown]:
    """The pupils with their bills, by class and name; `q`: a part of the name, no diacritics."""
    bills: dict[UUID, list[Bill]] = {}
    for bill in computed.bills:
        bills.setdefault(bill.student_id, []).append(bill)
    already: dict[UUID, list[int]] = {}
    for student_id, seq, is_voluntary in computed.already:
        if not is_voluntary:
            already.setdefault(student_id, []).append(seq)
    without = set(computed.without_charge)
    is_wanted: dict[Only, Callable[[Pupil], object]] = {
        "all": lambda pupil: True,
        "billed": lambda pupil: pupil.id in bills,
        "without_charge": lambda pupil: pupil.id in without,
        "already_billed": lambda pupil: pupil.id in already,
        "zero_bill": lambda pupil: any(not bill.total for bill in bills.get(pupil.id, ())),
        "carried_credit": lambda pupil: facts.carried.get(pupil.id),
    }
    wanted = search_key(q or "")
    return [
        _shown(facts, pupil, bills.get(pupil.id, []), sorted(already.get(pupil.id, [])))
        for pupil in facts.pupils
        if is_wanted[only](pupil) and wanted in search_key(pupil.name)
    ]


def _shown(facts: Facts, pupil: Pupil, bills: list[Bill], already: list[int]) -> PupilShown:
    return PupilShown(
        student_id=pupil.id,
        student_name=pupil.name,
        class_id=pupil.class_id,
        class_name=pupil.class_name,
        bills=[
            BillShown(
                seq=bill.seq,
                is_voluntary=bill.is_voluntary,
                due_day=bill.due_day,
                charged=bill.charged,
                waived=bill.waived,
                meal_credit=bill.meal_credit,
                total=bill.total,
                lines=bill.lines,
            )
            for bill in bills
        ],
        already=already,
        carried=facts.carried.get(pupil.id, 0),
        total=sum(bill.total for bill in bills if not bill.is_voluntary),
    )


def _sums(bills: Iterable[Bill]) -> Sums:
    listed = list(bills)
    credit = sum(bill.meal_credit for bill in listed)
    return Sums(
        pupils=len({bill.student_id for bill in listed}),
        bills=len(listed),
        asked=sum(bill.charged for bill in listed) + credit,
        waived=sum(bill.waived for bill in listed),
        meal_credit=credit,
        total=sum(bill.total for bill in listed),
    )


def _by_class(facts: Facts, bills: list[Bill]) -> list[ClassSum]:
    names = {pupil.class_id: pupil.class_name for pupil in facts.pupils}
    of_class: dict[UUID, list[Bill]] = {class_id: [] for class_id in names}
    for bill in bills:
        of_class[bill.class_id].append(bill)
    return [
        ClassSum(class_id=class_id, class_name=names[class_id], sums=_sums(listed))
        for class_id, listed in of_class.items()
    ]


def _by_item(facts: Facts, bills: list[Bill]) -> list[ItemSum]:
    of_item: dict[UUID, list[tuple[Bill, Line]]] = {}
    for bill in bills:
        for line in bill.lines:
            of_item.setdefault(line.item_id, []).append((bill, line))
    return [
        ItemSum(
            item_id=item_id,
            item_name=facts.items[item_id].name,
            is_voluntary=facts.items[item_id].is_voluntary,
            sums=_item_sums(rows),
        )
        for item_id, rows in sorted(of_item.items(), key=lambda each: facts.items[each[0]].name)
    ]


def _item_sums(rows: list[tuple[Bill, Line]]) -> Sums:
    asked = sum(line.amount for _, line in rows if line.kind == "charge")
    waived = sum(line.waived for _, line in rows)
    credit = -sum(line.amount for _, line in rows if line.kind == "meal_credit")
    return Sums(
        pupils=len({bill.student_id for bill, _ in rows}),
        bills=len({(bill.student_id, bill.seq, bill.is_voluntary) for bill, _ in rows}),
        asked=asked,
        waived=waived,
        meal_credit=credit,
        total=asked - waived - credit,
    )
