"""Amounts in words, read back by somebody who learnt it from a book."""

import re
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.fees.paper.words import in_words

DIGITS: Final = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
    "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
SCALES: Final = {"nghìn": 1_000, "triệu": 1_000_000}


def read(words: str) -> int:
    """The number that a person hears: digits, "trăm" and "mươi" add up until a scale is said."""
    billions, total, group, digit = 0, 0, 0, None
    for word in words.split():
        if word in DIGITS:
            group, digit = group + (digit or 0), DIGITS[word]
        elif word == "trăm":
            group, digit = group + (digit or 0) * 100, None
        elif word == "mươi":
            group, digit = group + (digit or 0) * 10, None
        elif word == "mười":
            group += 10
        elif word in SCALES:
            total, group, digit = total + (group + (digit or 0)) * SCALES[word], 0, None
        elif word == "tỷ":
            billions = (billions + total + group + (digit or 0)) * 10**9
            total, group, digit = 0, 0, None
        else:
            assert word == "lẻ", word
    return billions + total + group + (digit or 0)


def grammar_faults(words: str) -> list[str]:
    """What no teacher lets pass."""
    wrong = {
        r"mươi (một|năm|bốn)\b": "mốt, lăm, tư after mươi",
        r"mười (mốt|năm|tư)\b": "một, lăm, bốn after mười",
        r"(?<!mươi )(?<!mười )\blăm": "lăm of no ten",
        r"(?<!mươi )\b(mốt|tư)\b": "mốt, tư of no ten",
        r"(một|không) mươi": "ten is mười",
        r"trăm (hai|ba|bốn|năm|sáu|bảy|tám|chín|một)(?! mươi)\b": "lẻ is missing",
        r"lẻ \w+ (mươi|trăm)": "lẻ before a ten",
        r"không trăm( nghìn| triệu|$)": "an empty group is not said",
        r"^(không|lẻ) (?!đồng)": "begins with nothing",
    }
    bare = words.removesuffix(" đồng")
    return [why for form, why in wrong.items() if bare != "không" and re.search(form, bare)]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "không đồng"),
        (1_015, "một nghìn không trăm mười lăm đồng"),
        (65, "sáu mươi lăm đồng"),
        (21, "hai mươi mốt đồng"),
        (11, "mười một đồng"),
        (24, "hai mươi tư đồng"),
        (14, "mười bốn đồng"),
        (105, "một trăm lẻ năm đồng"),
        (1_004, "một nghìn không trăm lẻ bốn đồng"),
        (110, "một trăm mười đồng"),
        (1_250_000, "một triệu hai trăm năm mươi nghìn đồng"),
        (2_000_005, "hai triệu không trăm lẻ năm đồng"),
        (1_000_000_015, "một tỷ không trăm mười lăm đồng"),
        (3_405_000_000, "ba tỷ bốn trăm lẻ năm triệu đồng"),
        (1_005_000_000_000, "một nghìn không trăm lẻ năm tỷ đồng"),
    ],
)
def test_an_amount_is_said_as_at_a_counter(amount: int, words: str) -> None:
    assert in_words(amount) == words


@given(st.integers(0, 9_999_999_999_999) | st.integers(0, 9_999).map(lambda n: n * 1_000))
@example(55_555_555_555)
@example(10_010_010_010)
@example(1_001_001_001_001)
def test_who_hears_the_words_writes_the_same_figures(amount: int) -> None:
    words = in_words(amount)
    assert words.endswith(" đồng")
    assert read(words.removesuffix(" đồng")) == amount
    assert grammar_faults(words) == []


def test_every_amount_below_ten_thousand_is_said_differently_and_well() -> None:
    said = [in_words(amount) for amount in range(10_000)]
    assert len(set(said)) == len(said)
    assert [fault for words in said for fault in grammar_faults(words)] == []


def test_nothing_below_zero_is_said() -> None:
    with pytest.raises(ValueError, match="below zero"):
        in_words(-1)
