"""The banks of Vietnam by their BIN in NAPAS' network, which a VietQR names.

`banks.csv` is the list: short name as people call it, name as the State Bank has it.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

_LIST: Final = Path(__file__).parent / "banks.csv"
_SEPARATORS: Final = re.compile(r"[\s.\-]+")
# NAPAS VietQR 1.0: up to 19 in field 38-01-01. No bank's accounts are shorter than six digits.
_NUMBER: Final = re.compile(r"[0-9]{6,19}")


class Bank(Struct, frozen=True, kw_only=True):
    """A bank that takes VietQR transfers."""

    bin: str
    short_name: str
    name: str


@cache
def banks() -> Mapping[str, Bank]:
    """All of them by BIN, in the order of their short names."""
    with _LIST.open(encoding="utf-8", newline="") as lines:
        found = [
            Bank(bin=row["bin"], short_name=row["short"], name=row["name"])
            for row in csv.DictReader(lines)
        ]
    found.sort(key=lambda bank: bank.short_name.casefold())
    return MappingProxyType({bank.bin: bank for bank in found})


def short_name(bin: str) -> str:
    """As people call it; the BIN itself of a bank that has left the list since."""
    bank = banks().get(bin)
    return bin if bank is None else bank.short_name


def packed_number(number: str) -> str:
    """An account's number without the blanks, dots and hyphens that people write."""
    return _SEPARATORS.sub("", number)


def is_number(packed: str) -> bool:
    """Whether it can be the number of an account."""
    return _NUMBER.fullmatch(packed) is not None
