"""What a bank really holds of a school: the truth that the books are held against in the end."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from app.fees.references import packed
from app.schools.common import school_day
from scripts.demo.bank import HANOI, BankTransfer
from tests.fakes.bank import Mangling, mangled
from tests.fees.statement_files import NUMBER, as_csv

HEADINGS: Final = ["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Mô tả"]
# No reference for paying has a U in it.
_TAG: Final = re.compile(r"UL(\d+)LU")
Key = tuple[int, int]
"""What can be told apart: who pays for what, and how much. The same again has the same key."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How a bank names a transfer to SePay and how in its statement; None: it does not."""

    told: str | None
    printed: str | None


NAMINGS: Final = (
    Naming(told="FT", printed="FT"),
    Naming(told="FT", printed="5243-"),
    Naming(told="FT", printed=None),
    Naming(told=None, printed="5243-"),
    Naming(told=None, printed=None),
)


@dataclass(frozen=True, kw_only=True)
class Real:
    """A transfer. `amount` is below zero going out; SePay's `transfer` says what it tells.

    The statement has it with its own reference, memo and posting.
    """

    transfer: BankTransfer
    tag: int
    amount: int
    reference: str | None
    memo: str
    posted_at: datetime

    @property
    def key(self) -> Key:
        return self.tag, self.amount


def tag_of(memo: str) -> int:
    """Who paid for what, by a memo however it was mangled; 0: nobody of ours."""
    found = _TAG.search(packed(memo))
    return int(found[1]) if found else 0


@dataclass(kw_only=True)
class Account:
    """The school's account at a bank that names transfers in its own way."""

    naming: Naming
    reals: dict[str, Real] = field(default_factory=dict)

    def moves(
        self,
        ref: str,
        amount: int,
        memo: str,
        *,
        at: datetime,
        days: int = 0,
        told: Mangling | None = None,
        printed: Mangling | None = None,
        like: Real | None = None,
    ) -> Real:
        """Money moves, once for each `ref`; `days` later it is posted. `like`: once more that."""
        if ref in self.reals:
            return self.reals[ref]
        number = len(self.reals) + 1
        tag = number if like is None else like.tag
        whole = memo if like is not None else f"UL{tag}LU {memo}"
        self.reals[ref] = Real(
            transfer=BankTransfer(
                id=1000 + number,
                account=NUMBER,
                amount=abs(amount),
                memo=mangled(whole, told) if told else whole,
                at=at,
                reference=_named(self.naming.told, number) if amount > 0 else ref,
                direction="in" if amount > 0 else "out",
            ),
            tag=tag,
            amount=amount,
            reference=_named(self.naming.printed, number) if amount > 0 else ref,
            memo=mangled(whole, printed) if printed else whole,
            posted_at=at + timedelta(days=days),
        )
        return self.reals[ref]

    def again(self, ref: str, real: Real, *, at: datetime) -> Real:
        """The same family pays the same once more, by mistake or because it owes it twice."""
        if ref not in self.reals:
            made = self.moves(ref, real.amount, "", at=at, like=real)
            self.reals[ref] = Real(
                transfer=replace(made.transfer, memo=real.transfer.memo),
                tag=real.tag,
                amount=real.amount,
                reference=made.reference,
                memo=real.memo,
                posted_at=max(real.posted_at, at),
            )
        return self.reals[ref]

    @property
    def incoming(self) -> list[Real]:
        return [real for real in self.reals.values() if real.amount > 0]

    def held(self) -> Counter[Key]:
        """All that ever came in."""
        return Counter(real.key for real in self.incoming)

    def posted(self, until: datetime) -> list[Real]:
        """What is in the account's books by then, in their order."""
        found = [real for real in self.reals.values() if real.posted_at <= until]
        return sorted(found, key=lambda real: (real.posted_at, real.transfer.id))

    def file(self, until: datetime, since: date) -> tuple[bytes, list[Real]]:
        """A statement from a day on, as a csv; and what its rows, from the sheet's second, are."""
        balance, grid, rows = 0, list[list[Any]](), list[Real]()
        for real in self.posted(until):
            balance += real.amount
            if school_day(real.posted_at) >= since:
                rows.append(real)
                grid.append(_row(real, balance))
        return as_csv([HEADINGS, *grid]), rows


def _named(prefix: str | None, number: int) -> str | None:
    return None if prefix is None else f"{prefix}{number:06}"


def _row(real: Real, balance: int) -> list[Any]:
    at = real.posted_at.astimezone(HANOI).replace(tzinfo=None)
    came, went = max(real.amount, 0) or None, max(-real.amount, 0) or None
    return [at, real.reference, went, came, balance, real.memo]
