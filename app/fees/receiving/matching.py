"""Which bills a transfer pays: by the references in its memo, never by a guess. Pure.

A reference is looked up (app/fees/receiving/candidates.py); what is found is judged here.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from app.fees.money.model import Review, Share

BillState = Literal["draft", "open", "void", "written_off"]
IntentState = Literal["pending", "succeeded", "failed", "expired"]


class Bill(Struct, frozen=True, kw_only=True):
    """What matching must know of an invoice. `left` is in đồng; `account_id` is its fee account."""

    invoice_id: UUID
    student_id: UUID
    account_id: UUID
    state: BillState
    is_voluntary: bool
    accepts_partial: bool
    due_day: date
    left: int


class Wanted(Struct, frozen=True, kw_only=True):
    """A bill, and what a reference says is to be paid of it."""

    bill: Bill
    amount: int


class Intent(Struct, frozen=True, kw_only=True):
    """A family that was about to pay: `is_over` when its time is past, whatever its row says."""

    id: UUID
    state: IntentState
    is_over: bool


class Named(Struct, frozen=True, kw_only=True):
    """What one reference leads to: a bill, or an intent with its shares."""

    ref: str
    wanted: tuple[Wanted, ...]
    intent: Intent | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """A transfer. `amount` in đồng is above zero; `has_references`: its memo carries any."""

    amount: int
    account_id: UUID
    has_references: bool


class Verdict(Struct, frozen=True, kw_only=True):
    """What becomes of a transfer. What `shares` leave of it stays free.

    `review`: why a person must look; `credit_student_id`: whose next bill the free part is for;
    `intent_id`: the intent that it fulfils.
    """

    shares: tuple[Share, ...] = ()
    review: Review | None = None
    credit_student_id: UUID | None = None
    intent_id: UUID | None = None


def judge(facts: Facts, named: Sequence[Named]) -> Verdict:
    """What a transfer pays of what its references name; `named` holds those that are known."""
    if not named:
        return Verdict(review="unknown_reference" if facts.has_references else "no_reference")
    exact = _exactly(facts, named)
    if exact is not None:
        return exact
    intents = [each.intent for each in named if each.intent is not None]
    if any(intent.state == "succeeded" for intent in intents):
        return Verdict(review="duplicate")
    if any(intent.is_over for intent in intents):
        return Verdict(review="late")
    return _over_bills(facts, named)


def _exactly(facts: Facts, named: Sequence[Named]) -> Verdict | None:
    """Everything as it was asked for, to the đồng, by one transfer."""
    wanted = [want for each in named for want in each.wanted]
    intents = [each.intent for each in named if each.intent is not None]
    if any(intent.state == "succeeded" for intent in intents):
        return None
    bills = [want.bill.invoice_id for want in wanted]
    fits = all(
        _is_payable(want.bill, facts.account_id) and 0 < want.amount <= want.bill.left
        for want in wanted
    )
    if not fits or len(set(bills)) != len(bills):
        return None
    if sum(want.amount for want in wanted) != facts.amount:
        return None
    return Verdict(
        shares=tuple(Share(invoice_id=want.bill.invoice_id, amount=want.amount) for want in wanted),
        intent_id=intents[0].id if len(intents) == 1 else None,
    )


def _over_bills(facts: Facts, named: Sequence[Named]) -> Verdict:
    bills = _rooms(named)
    payable = [bill for bill in bills if _is_payable(bill, facts.account_id) and bill.left > 0]
    if not payable:
        return Verdict(review=_why_none(facts, bills))
    left = sum(bill.left for bill in payable)
    if facts.amount < left:
        if not all(bill.accepts_partial for bill in payable):
            return Verdict(review="under")
        return Verdict(shares=_oldest_first(facts.amount, payable))
    shares = tuple(Share(invoice_id=bill.invoice_id, amount=bill.left) for bill in payable)
    fulfilled = _fulfilled(named, shares)
    if facts.amount == left:
        return Verdict(shares=shares, intent_id=fulfilled)
    pupils = {bill.student_id for bill in bills}
    return Verdict(
        shares=shares,
        review="over",
        credit_student_id=next(iter(pupils)) if len(pupils) == 1 else None,
        intent_id=fulfilled,
    )


def _fulfilled(named: Sequence[Named], shares: Sequence[Share]) -> UUID | None:
    """The one intent of which all is paid: who gave more than it asked for has paid it."""
    given = {share.invoice_id: share.amount for share in shares}
    found = [
        (each.intent.id, all(given.get(w.bill.invoice_id, 0) >= w.amount for w in each.wanted))
        for each in named
        if each.intent is not None
    ]
    return found[0][0] if len(found) == 1 and found[0][1] else None


def _why_none(facts: Facts, bills: Sequence[Bill]) -> Review:
    live = [bill for bill in bills if bill.state == "open"]
    if any(bill.left > 0 and bill.account_id != facts.account_id for bill in live):
        return "other_account"
    return "duplicate" if live else "not_open"


def _oldest_first(amount: int, bills: Sequence[Bill]) -> tuple[Share, ...]:
    """Debts before offers, then by the day they are due."""
    shares = []
    for bill in sorted(bills, key=lambda b: (b.is_voluntary, b.due_day, b.invoice_id)):
        given = min(amount, bill.left)
        if given > 0:
            shares.append(Share(invoice_id=bill.invoice_id, amount=given))
        amount -= given
    return tuple(shares)


def _is_payable(bill: Bill, account_id: UUID) -> bool:
    return bill.state == "open" and bill.account_id == account_id


def _rooms(named: Sequence[Named]) -> list[Bill]:
    """The bills, each once, `left` being what may go to it: of an intent no more than its share.

    A family that gives 100 to an offer of 500 gives no more because something else fell away.
    """
    rooms: dict[UUID, int] = {}
    bills = {want.bill.invoice_id: want.bill for each in named for want in each.wanted}
    for each in named:
        for want in each.wanted:
            more = want.bill.left if each.intent is None else want.amount
            rooms[want.bill.invoice_id] = rooms.get(want.bill.invoice_id, 0) + more
    return [replace(bill, left=min(bill.left, rooms[key])) for key, bill in bills.items()]
