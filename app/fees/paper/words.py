"""An amount in Vietnamese words, as a receipt has it.

Written here: num2words leaves out the zeros that Vietnamese says, and vn-numberwords reads 65 as
"sixty years" ("sáu mươi năm") and goes through floats.
"""

from typing import Final

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES: Final = ("", "nghìn", "triệu")
_BILLION: Final = 1_000_000_000


def in_words(amount: int) -> str:
    """`1_015` -> `một nghìn không trăm mười lăm đồng`.

    Raises:
        ValueError: below zero.
    """
    if amount < 0:
        raise ValueError("an amount on a receipt is not below zero")
    return " ".join([*(_words(amount, is_first=True) or [_DIGITS[0]]), "đồng"])


def _words(number: int, *, is_first: bool) -> list[str]:
    """The words of a number; nothing of zero. `is_first`: nothing was said before it."""
    said: list[str] = []
    billions, rest = divmod(number, _BILLION)
    if billions:
        said = [*_words(billions, is_first=is_first), "tỷ"]
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            said += _group(group, is_first=is_first and not said)
            said += [_SCALES[power]] if power else []
    return said


def _group(group: int, *, is_first: bool) -> list[str]:
    """Three digits. What was said before makes also a zero of the hundreds be said."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    said = [_DIGITS[hundreds], "trăm"] if hundreds or not is_first else []
    if tens == 1:
        said.append("mười")
    elif tens:
        said += [_DIGITS[tens], "mươi"]
    elif ones and said:
        said.append("lẻ")
    if ones == 1 and tens > 1:
        said.append("mốt")
    elif ones == 4 and tens > 1:
        said.append("tư")
    elif ones == 5 and tens:
        said.append("lăm")
    elif ones:
        said.append(_DIGITS[ones])
    return said
