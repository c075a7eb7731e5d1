"""What people, banks and networks do with a school's money, each one transaction of the product's.

A move chooses by numbers among what is there. It knows whether it ought to come to something.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from app import db
from app.errors import AppError
from app.fees.billing import changing
from app.fees.money import allocating, funds
from app.fees.money.model import Arrival, Share
from app.fees.receiving.applying import apply
from tests.fees.facts import Bill, Facts, Refund
from tests.fees.purse import Line, Purse

T = TypeVar("T")


class Refused(AppError):
    """Không có gì để làm | There is nothing to do it to"""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Numbers that a move chooses by; `ref` is unused by others; `is_alone`: nobody else moves."""

    n: int
    m: int
    amount: int
    ref: str
    is_alone: bool

    def of(self, things: Sequence[T]) -> T:
        """One of them.

        Raises:
            Refused: there is none.
        """
        if not things:
            raise Refused
        return things[self.n % len(things)]

    def rather(self, things: Sequence[T], fitting: Sequence[T]) -> T:
        """Mostly one that fits, if there is one: else of hundred steps ninety were refused."""
        return self.of(fitting if fitting and self.m % 4 else things)

    @contextmanager
    def expects(self, ought: bool) -> Iterator[None]:
        """What comes is done if it ought to be, and is refused if not."""
        refused = None
        try:
            yield
        except AppError as error:
            refused = error
        assert not self.is_alone or ought is (refused is None), refused
        if refused is not None:
            raise refused


Move = Callable[[Purse, db.Conn, Facts, Choice], Awaitable[None]]
"""Refused, it raises an `AppError`."""


async def issue(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    await purse.bill(conn, choice.n % 3, _lines(choice))


async def offer(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    await purse.bill(conn, choice.n % 3, _lines(choice), is_voluntary=True)


def _lines(choice: Choice) -> list[Line]:
    first = (choice.m % 3, choice.amount, choice.amount * (choice.m % 4) // 4)
    second = (1, 70 + choice.n % 30, 0)
    return [first, second, (1, -(choice.n % 40) - 1, 0)] if choice.n % 2 else [first]


async def transfer(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    """With the references of one or two bills, the sum of what is due, or less, or more."""
    bills = [choice.of(facts.bills), facts.bills[choice.m % len(facts.bills)]]
    named = list({bill.id: bill for bill in bills[: 1 + choice.m % 2]}.values())
    due = sum(bill.due for bill in named)
    amount = (due, due - choice.amount, due + choice.amount, choice.amount)[choice.amount % 4]
    memo = " ".join(bill.pay_ref.lower() for bill in named)
    await _arrive(purse, conn, choice, amount=max(amount, 1), memo=f"ung ho {memo} cam on")


async def stranger(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    await _arrive(purse, conn, choice, amount=choice.amount, memo="nop tien hoc")


async def _arrive(purse: Purse, conn: db.Conn, choice: Choice, *, amount: int, memo: str) -> None:
    arrival = Arrival(
        account_id=purse.bank_id,
        bank_ref=choice.ref,
        amount=amount,
        channel="transfer",
        received_at=purse.now,
        memo=None,
        payer=None,
        source="webhook",
        source_ref=choice.ref,
    )
    got = await funds.receive(conn, school_id=purse.school_id, arrival=arrival, now=purse.now)
    if got.is_new:
        await apply(
            conn,
            school_id=purse.school_id,
            fund_id=got.fund_id,
            amount=amount,
            account_id=purse.bank_id,
            memo=memo,
            now=purse.now,
        )


async def cash(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    bill = choice.of(facts.open_bills)
    shares = [Share(invoice_id=bill.id, amount=choice.amount)]
    with choice.expects(choice.amount <= bill.due):
        await purse.receive(conn, choice.amount, ref=choice.ref, shares=shares, channel="cash")


async def again(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    """Another source tells of a transfer that is there; or, wrongly, of another amount."""
    fund = choice.of([fund for fund in facts.funds if fund.channel == "transfer"])
    other = choice.m % 3
    with choice.expects(other == 0):
        got = await purse.receive(conn, fund.amount + other, ref=fund.bank_ref, source="statement")
    assert (got.fund_id, got.is_new) == (fund.id, False)


async def allocate(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    fund = choice.rather(facts.funds, [fund for fund in facts.funds if fund.free])
    bill = choice.rather(facts.bills, facts.open_bills)
    with choice.expects(choice.amount <= min(fund.free, bill.due)):
        await purse.allocate(conn, fund.id, Share(invoice_id=bill.id, amount=choice.amount))


async def allocate_all(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    """One fund's rest over all that is due, as far as it goes: several siblings at once."""
    fund = choice.of([fund for fund in facts.funds if fund.free])
    shares, left = [], fund.free
    for bill in facts.open_bills[choice.m % 3 :]:
        if amount := min(left, bill.due):
            shares.append(Share(invoice_id=bill.id, amount=amount))
            left -= amount
    await purse.allocate(conn, fund.id, *reversed(shares))


async def reverse(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    puts = [put for put in facts.puts if put.amount > 0]
    put = choice.rather(puts, [put for put in puts if put.is_live])
    with choice.expects(put.is_live):
        await purse.reverse(conn, put.id)


async def credit(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    fund = choice.of(facts.funds)
    student_id = None if choice.m % 4 == 3 else purse.students[choice.m % 4]
    await allocating.set_review(
        conn,
        school_id=purse.school_id,
        fund_id=fund.id,
        review="late" if choice.amount % 2 else None,
        credit_student_id=student_id,
        made_by=purse.accountant,
        now=purse.now,
    )


async def void(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    """As the accountant does: not when money has come for it."""
    bill = choice.of(facts.bills)
    with choice.expects(bill.state == "open" and (bill.paid == 0 or bill.is_paid_by_credit)):
        await changing.void(
            conn,
            school_id=purse.school_id,
            invoice_id=bill.id,
            reason="Sai",
            reissue=False,
            account_id=purse.accountant,
            now=purse.now,
        )


async def reissue(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    """A waiver comes late: the bill is void, its money pays the next one."""
    bill = choice.of([bill for bill in facts.bills if bill.state == "open"])
    await purse.void(conn, bill.id, bill.student_id)
    await purse.bill(
        conn, purse.students.index(bill.student_id), _lines(choice), is_voluntary=bill.is_voluntary
    )


async def write_off(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    bill = choice.of(facts.bills)
    with choice.expects(bill.due > 0 and not bill.is_voluntary):
        await changing.write_off(
            conn,
            school_id=purse.school_id,
            invoice_id=bill.id,
            reason="Không thu được",
            account_id=purse.principal,
            now=purse.now,
        )


async def ask_back(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    fund = choice.rather(facts.funds, [fund for fund in facts.funds if fund.free])
    amount = fund.free if choice.n % 2 and fund.free else choice.amount
    with choice.expects(amount <= fund.free):
        await purse.ask_back(conn, fund.id, amount)


def _in_state(facts: Facts, state: str) -> list[Refund]:
    return [refund for refund in facts.refunds if refund.state == state]


async def send(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    refund = choice.rather(facts.refunds, _in_state(facts, "requested"))
    is_other = choice.n % 4 != 0
    with choice.expects(refund.state == "requested" and is_other):
        await purse.send(conn, refund.id, by=None if is_other else purse.accountant)


async def reject(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    refund = choice.rather(facts.refunds, _in_state(facts, "requested"))
    with choice.expects(refund.state == "requested"):
        await purse.release(conn, refund.id, "rejected")


async def fail(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    refund = choice.rather(facts.refunds, _in_state(facts, "sent"))
    with choice.expects(refund.state == "sent"):
        await purse.release(conn, refund.id, "failed")


async def succeed(purse: Purse, conn: db.Conn, facts: Facts, choice: Choice) -> None:
    refund = choice.rather(facts.refunds, _in_state(facts, "sent"))
    with choice.expects(refund.state == "sent"):
        await purse.pay_out(conn, refund.id, ref=choice.ref)


MOVES: Final[tuple[Move, ...]] = (
    issue, issue, offer, transfer, transfer, transfer, stranger, cash, again, allocate,
    allocate_all, reverse, credit, void, reissue, write_off, ask_back, ask_back, send, send,
    reject, fail, succeed,
)  # fmt: skip


def credit_was_used(before: Facts, after: Facts) -> bool:
    """No bill that was opened meanwhile waits for money that its pupil had left over."""
    known = {bill.id for bill in before.bills}
    fresh: list[Bill] = [
        bill for bill in after.open_bills if bill.id not in known and not bill.is_voluntary
    ]
    waiting = {fund.credit_student_id for fund in after.funds if fund.free}
    return not any(bill.student_id in waiting for bill in fresh)
