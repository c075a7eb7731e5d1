"""Which of a statement's rows are money that we know already. Pure.

By the bank's reference, to the đồng. Where there is none the same transfer is (day, amount, memo),
if there are as many in the statement as we know. Where another source may have told of it under
another name a person decides: money is never counted twice, and never by a guess. What a person has
said of a row holds for each statement that prints it again.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app.fees.money.naming import POSTED_WITHIN, is_daily_number
from app.fees.office.model import StatementRow, Waits
from app.fees.references import packed, references_in

# References that we made, since the source gave none.
MADE: Final = ("sepay:", "row:")
Key = tuple[date, int, str]
# A row as it is printed: its reference, day, amount, and what `packed` leaves of its memo.
Print = tuple[str | None, date, int, str]


class KnownFund(Struct, frozen=True, kw_only=True):
    """A fund of the account; `in_statement`: a statement has shown it already.

    `is_struck`: it counted another one's transfer once more, and is that one.
    """

    id: UUID
    bank_ref: str
    amount: int
    day: date
    memo: str
    in_statement: bool
    is_struck: bool = False


class Fate(Struct, frozen=True, kw_only=True):
    """What becomes of a row in: it is `fund_id`, it `waits`, or it is new under `bank_ref`."""

    n: int
    fund_id: UUID | None = None
    waits: Waits | None = None
    bank_ref: str | None = None


def pair(
    rows: Sequence[StatementRow],
    funds: Sequence[KnownFund],
    *,
    elsewhere: Collection[int] = frozenset(),
    said: Mapping[Print, Sequence[UUID]] | None = None,
) -> list[Fate]:
    """The fates of the rows in (others are left out), in their order.

    `elsewhere`: rows that look like money of another account of the school. `said`: the funds that
    such rows of other statements are, each once, where somebody has said so.
    """
    pairing = _Pairing([row for row in rows if row.amount > 0], funds, elsewhere)
    pairing.as_said(said or {})
    pairing.by_reference()
    pairing.by_memo()
    pairing.by_day_and_amount()
    return [pairing.fates[row.n] for row in rows if row.amount > 0]


class _Named(Struct, frozen=True, kw_only=True):
    """What funds of one day and amount are for: bills, and whether one does not say."""

    bills: frozenset[str]
    is_any_bare: bool

    @classmethod
    def by(cls, memos: Sequence[set[str]]) -> "_Named":
        return cls(bills=frozenset().union(*memos), is_any_bare=not all(memos))

    def may_have(self, row: StatementRow) -> bool:
        """Unless all name other bills than the row does, which makes them other transfers.

        Of another statement too: a bank's channels do not name a transfer alike.
        """
        ours = references_in(row.memo)
        return self.is_any_bare or not ours or not self.bills.isdisjoint(ours)


class _Pairing:
    def __init__(
        self,
        rows: Sequence[StatementRow],
        funds: Sequence[KnownFund],
        elsewhere: Collection[int],
    ) -> None:
        self._rows, self._elsewhere = rows, elsewhere
        self._unclaimed = {fund.id: fund for fund in funds}
        self._by_ref = {fund.bank_ref: fund for fund in funds}
        self.fates: dict[int, Fate] = {}

    def as_said(self, said: Mapping[Print, Sequence[UUID]]) -> None:
        """If there are not more of them than there were then: who is which does not matter."""
        wanted: dict[Print, list[StatementRow]] = defaultdict(list)
        for row in self._rows:
            wanted[row.bank_ref, row.day, row.amount, packed(row.memo)].append(row)
        for key, rows in wanted.items():
            funds = [self._unclaimed[each] for each in said.get(key, ()) if each in self._unclaimed]
            if len(rows) <= len(funds):
                for row, fund in zip(rows, funds, strict=False):
                    self._claim(row, fund)

    def by_reference(self) -> None:
        seen: set[tuple[str, date | None]] = set()
        for row in self._open_rows():
            if row.bank_ref is None:
                continue
            fund = self._by_ref.get(row.bank_ref)
            name = row.bank_ref, row.day if is_daily_number(row.bank_ref) else None
            if name in seen:
                self._wait(row, "duplicate_reference")
            elif fund is None or _is_of_another_day(row, fund):
                pass
            elif fund.amount != row.amount:
                self._wait(row, "amount_differs")
            else:
                self._claim(row, fund)
            seen.add(name)

    def by_memo(self) -> None:
        """As many equal ones on both sides are the same ones."""
        wanted: dict[Key, list[StatementRow]] = defaultdict(list)
        for row in self._open_rows():
            wanted[row.day, row.amount, packed(row.memo)].append(row)
        there: dict[Key, list[KnownFund]] = defaultdict(list)
        for fund in self._unclaimed.values():
            there[fund.day, fund.amount, packed(fund.memo)].append(fund)
        for key, rows in wanted.items():
            is_bare = {row.bank_ref is None for row in rows}
            # A row with a reference of its own is no fund that has another one.
            funds = [
                fund
                for fund in there.get(key, ())
                if True in is_bare or fund.bank_ref.startswith(MADE)
            ]
            if len(funds) != len(rows):
                funds = [fund for fund in funds if not fund.is_struck]
            if len(funds) == len(rows) and len(is_bare) == 1:
                for row, fund in zip(rows, sorted(funds, key=lambda f: f.bank_ref), strict=True):
                    self._claim(row, fund)
            elif funds:
                for row in rows:
                    self._wait(row, "counts_differ")

    def by_day_and_amount(self) -> None:
        """What is left is new, unless another source may have told of it in other words."""
        made: Counter[Key] = Counter()
        taken = set(self._by_ref)
        others: dict[tuple[date, int], list[set[str]]] = defaultdict(list)
        for fund in self._unclaimed.values():
            if fund.is_struck:
                continue
            # What a statement has shown has its posting day; a gateway says when it was sent.
            for day in _days_about(fund.day, 0 if fund.in_statement else POSTED_WITHIN):
                others[day, fund.amount].append(set(references_in(fund.memo)))
        named = {key: _Named.by(each) for key, each in others.items()}
        for row in self._open_rows():
            there = named.get((row.day, row.amount))
            if row.n in self._elsewhere or (there is not None and there.may_have(row)):
                self._wait(row, "maybe_known")
                continue
            reference = row.bank_ref
            if reference is None or reference in taken:
                key = (row.day, row.amount, packed(row.memo))
                reference = made_reference(key, made[key])
                made[key] += 1
            taken.add(reference)
            self.fates[row.n] = Fate(n=row.n, bank_ref=reference)

    def _open_rows(self) -> Iterable[StatementRow]:
        return [row for row in self._rows if row.n not in self.fates]

    def _claim(self, row: StatementRow, fund: KnownFund) -> None:
        self._unclaimed.pop(fund.id, None)
        self.fates[row.n] = Fate(n=row.n, fund_id=fund.id, bank_ref=row.bank_ref)

    def _wait(self, row: StatementRow, why: Waits) -> None:
        self.fates[row.n] = Fate(n=row.n, waits=why, bank_ref=row.bank_ref)


def made_reference(key: Key, nth: int) -> str:
    """What stands for the reference of a row without any: the same for the same row."""
    day, amount, memo = key
    digest = hashlib.sha256(f"{amount}|{memo}".encode()).hexdigest()[:16]
    return f"row:{day.isoformat()}:{digest}:{nth}"


def _is_of_another_day(row: StatementRow, fund: KnownFund) -> bool:
    """Whether the reference that both have is a number which each day gives anew.

    What was sent on a Friday night and is posted on Monday says by its memo that it is the same.
    """
    if not is_daily_number(fund.bank_ref) or row.day == fund.day:
        return False
    ours, theirs = set(references_in(row.memo)), set(references_in(fund.memo))
    says_the_same = not ours.isdisjoint(theirs) or packed(row.memo) == packed(fund.memo) != ""
    return abs((row.day - fund.day).days) > POSTED_WITHIN or not says_the_same


def _days_about(day: date, days: int) -> list[date]:
    return [day + timedelta(days=n) for n in range(-days, days + 1)]
