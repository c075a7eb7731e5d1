"""What people, banks and networks do with a school's money, each one transaction of the product's.

A move chooses by numbers among what is there. It knows whether it ought to come to something.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from app import db
from app.errors import AppError
from tests.fees.facts import Bill
from tests.fees.office_facts import OfficeFacts
from tests.fees.term import Term

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


Move = Callable[[Term, db.Conn, OfficeFacts, Choice], Awaitable[None]]
"""Refused, it raises an `AppError`."""


def credit_was_used(before: OfficeFacts, after: OfficeFacts) -> bool:
    """No bill that was opened meanwhile waits for money that its pupil had left over."""
    known = {bill.id for bill in before.bills}
    fresh: list[Bill] = [
        bill for bill in after.open_bills if bill.id not in known and not bill.is_voluntary
    ]
    waiting = {fund.credit_student_id for fund in after.funds if fund.free}
    return not any(bill.student_id in waiting for bill in fresh)
