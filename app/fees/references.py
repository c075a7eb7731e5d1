"""References that families write into a transfer, and how they are found again in a bank's memo.

`HP`, eight characters of Crockford's base 32, and a check character (Luhn's algorithm over 32
symbols): one wrong character is never another reference. A match is a lookup, never the nearest.
"""

import re
import secrets
import unicodedata
from typing import Final

PREFIX: Final = "HP"
_SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE: Final = {symbol: value for value, symbol in enumerate(_SYMBOLS)}
# As Crockford reads what people write.
_READ_AS: Final = str.maketrans("OIL", "011")
_LENGTH: Final = 9
_NOISE: Final = re.compile(r"[^A-Z0-9]+")


def new_reference() -> str:
    """A reference of 40 random bits; whoever stores it makes sure that it is the only one."""
    body = "".join(secrets.choice(_SYMBOLS) for _ in range(_LENGTH - 1))
    return PREFIX + body + _check(body)


def packed(memo: str) -> str:
    """A memo as it can be compared: banks change case and signs, and drop diacritics."""
    bare = unicodedata.normalize("NFD", memo).replace("đ", "d").replace("Đ", "D").upper()
    return _NOISE.sub("", bare)


def references_in(memo: str) -> list[str]:
    """The references that a memo carries, in their order, each once.

    Banks strip diacritics, change case, and put blanks, dots and hyphens where they like.
    """
    bare = packed(memo)
    found: dict[str, None] = {}
    start = bare.find(PREFIX)
    while start >= 0:
        code = bare[start + len(PREFIX) :][:_LENGTH].translate(_READ_AS)
        if _is_genuine(code):
            found[PREFIX + code] = None
        start = bare.find(PREFIX, start + 1)
    return list(found)


def may_be_one(memo: str, other: str) -> bool:
    """Whether two sources may tell of one payment by these memos: not if each names other bills."""
    ours, theirs = references_in(memo), references_in(other)
    return not ours or not theirs or not set(ours).isdisjoint(theirs)


def _is_genuine(code: str) -> bool:
    if len(code) != _LENGTH or any(symbol not in _VALUE for symbol in code):
        return False
    return _check(code[:-1]) == code[-1]


def _check(body: str) -> str:
    total = 0
    for place, symbol in enumerate(reversed(body)):
        value = _VALUE[symbol] * (2 if place % 2 == 0 else 1)
        total += value // len(_SYMBOLS) + value % len(_SYMBOLS)
    return _SYMBOLS[-total % len(_SYMBOLS)]
