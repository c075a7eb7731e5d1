"""What an accountant should look at before issuing, from the facts and the bills. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from app.fees.billing.model import (
    Computed,
    Facts,
    Item,
    WarningKind,
)
from app.fees.billing.shown import Warned

_NAMES: Final = 5


def blocking(facts: Facts) -> list[Warned]:
    """What keeps the period from being issued: it was set up lawfully, and the law has moved."""
    found: list[Warned] = []
    if facts.account_is_ended:
        found.append(Warned(kind="account_ended", count=1, blocks=True))
    dearest: dict[UUID, int] = {}
    for charge in facts.charges:
        dearest[charge.item_id] = max(charge.amount, dearest.get(charge.item_id, 0))
    for item_id, amount in dearest.items():
        item = facts.items[item_id]
        found += [
            Warned(
                kind=kind,
                count=1,
                blocks=True,
                amount=amount,
                item_id=item.id,
                item_name=item.name,
            )
            for kind in _wrong(item, amount)
        ]
    return found


def _wrong(item: Item, amount: int) -> list[WarningKind]:
    kinds: list[WarningKind] = []
    if item.is_forbidden:
        kinds.append("forbidden")
    if item.is_ended:
        kinds.append("item_ended")
    if item.cap is not None and amount > item.cap:
        kinds.append("over_cap")
    return kinds


def warnings_of(facts: Facts, computed: Computed, *, today: date) -> list[Warned]:
    """All of it, what blocks first."""
    names = {pupil.id: pupil.name for pupil in facts.pupils}
    zero = [bill.student_id for bill in computed.bills if bill.total == 0]
    carried = {key: free for key, free in facts.carried.items() if key in names}
    late = [bill.student_id for bill in computed.bills if bill.due_day < today]
    of_pupils: list[tuple[WarningKind, Iterable[UUID], int | None]] = [
        ("without_charge", computed.without_charge, None),
        ("already_billed", (student_id for student_id, _, _ in computed.already), None),
        ("zero_bill", zero, None),
        ("carried_credit", carried, sum(carried.values())),
        ("past_due_day", late, None),
    ]
    found = blocking(facts)
    for item_id in sorted(computed.without_days):
        item = facts.items[item_id]
        found.append(Warned(kind="no_school_days", count=1, item_id=item.id, item_name=item.name))
    for kind, student_ids, amount in of_pupils:
        about = list(dict.fromkeys(student_ids))
        if about:
            found.append(
                Warned(
                    kind=kind,
                    count=len(about),
                    amount=amount,
                    student_names=[names[each] for each in about[:_NAMES]],
                )
            )
    return found
