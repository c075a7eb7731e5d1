"""Vietnamese phone numbers as E.164."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.phones import BadPhone, mask, to_e164


@pytest.mark.parametrize(
    "raw",
    [
        "0912345678",
        "+84912345678",
        "84912345678",
        "0084912345678",
        " 0912 345 678 ",
        "0912.345.678",
        "0912-345-678",
        "(091) 234 5678",
        "+84 (0) 912 345 678",
    ],
)
def test_every_way_of_writing_a_number_is_the_same_number(raw: str) -> None:
    assert to_e164(raw) == "+84912345678"


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("0900000001", "+84900000001"),  # the demo's
        ("02343822222", "+842343822222"),  # a landline in Huế
        ("0599999999", "+84599999999"),
    ],
)
def test_numbers_of_the_demo_landlines_and_young_prefixes_are_good(raw: str, stored: str) -> None:
    assert to_e164(raw) == stored


@pytest.mark.parametrize(
    "raw",
    [
        "", "0", "113", "09123", "091234567", "09123456789012", "+1 202 555 0123",
        "+8412", "abc", "0912345678\x00", "0912345678; drop table account", "٠٩١٢٣٤٥٦٧٨٩٩٩",
        "0912345678 ext 5", "0912FLOWER",
    ],
)  # fmt: skip
def test_what_is_no_vietnamese_number_is_refused(raw: str) -> None:
    with pytest.raises(BadPhone):
        to_e164(raw)


@given(st.text(alphabet="0123456789+()-. /;xXeEaA\x00٠٩", max_size=24) | st.text(max_size=24))
def test_whatever_is_typed_comes_out_as_e164_or_is_refused(raw: str) -> None:
    try:
        stored = to_e164(raw)
    except BadPhone:
        return
    assert re.fullmatch(r"\+84[0-9]{9,10}", stored)
    assert to_e164(stored) == stored


def test_a_masked_number_shows_its_end_alone() -> None:
    assert mask("+84912345678") == "*****678"
