"""How much of a line a pupil's waivers take away: the best one counts, they do not add up."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from app.fees.setup.model import WaiverKind


class WaivableLine(Protocol):
    """A line of a bill; `amount` in đồng, below zero for a meal given back."""

    @property
    def item_id(self) -> UUID: ...
    @property
    def amount(self) -> int: ...
    @property
    def is_voluntary(self) -> bool: ...


class GrantedWaiver(Protocol):
    """A waiver that was approved and holds for the line's period."""

    @property
    def id(self) -> UUID: ...
    @property
    def item_id(self) -> UUID | None: ...
    @property
    def kind(self) -> WaiverKind: ...
    @property
    def value(self) -> int: ...


def waived_of(line: WaivableLine, waivers: Iterable[GrantedWaiver]) -> tuple[int, UUID | None]:
    """What is waived of the line, from 0 to its amount, and by which waiver (None: by none).

    Of two that take the same the one for this very item counts, then the older one.
    """
    found = [
        (amount_waived(line.amount, waiver.kind, waiver.value), waiver)
        for waiver in waivers
        if covers(waiver.item_id, line)
    ]
    taken = [each for each in found if each[0] > 0]
    if not taken:
        return 0, None
    # UUIDv7: the smaller id is the older one.
    amount, best = min(taken, key=lambda each: (-each[0], each[1].item_id is None, each[1].id))
    return amount, best.id


def covers(item_id: UUID | None, line: WaivableLine) -> bool:
    """Whether a waiver of the item (None: of all that is no offer) is about the line."""
    return not line.is_voluntary if item_id is None else item_id == line.item_id


def amount_waived(amount: int, kind: WaiverKind, value: int) -> int:
    """Of `amount` đồng, never more than all of it; a part of a đồng goes to the family."""
    if amount <= 0:
        return 0
    share = value if kind == "amount" else -(-amount * value // 100)
    return min(share, amount)
