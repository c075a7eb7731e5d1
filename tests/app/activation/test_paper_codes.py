"""The code on a strip: told from its misspellings, never from its neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.activation.codes import (
    ALPHABET,
    MistypedCode,
    PaperCode,
    check_character,
    code_mac,
    code_macs,
    new_code,
    read_code,
)
from app.keys import KeyRing

RING = KeyRing.parse("1:" + "11" * 32 + ",2:" + "22" * 32)
CODES = st.builds(
    lambda school_id, body: f"{school_id}-{body}" + check_character(f"{school_id}-{body}"),
    st.integers(1, 2**24 - 1),
    st.text(ALPHABET, min_size=10, max_size=10),
)


def test_a_new_code_is_read_back_in_every_spelling_people_use() -> None:
    code = new_code(101)
    careless = code.printed.lower().replace("0", "o").replace("1", "l")
    for typed in (
        code.printed,
        code.text,
        careless,
        careless.replace("1", "i"),
        f"  {code.printed.replace('-', ' ')} ",
        code.printed.replace("-", ""),
        f"{code.text}\n",
    ):
        assert read_code(typed) == code, typed


def test_two_codes_are_two() -> None:
    assert len({new_code(101).text for _ in range(1000)}) == 1000


@given(code=CODES, where=st.integers(0, 10), put=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_said_to_be_mistyped(code: str, where: int, put: str) -> None:
    at = len(code) - 11 + where
    if code[at] == put:
        assert read_code(code).text == code
        return
    with pytest.raises(MistypedCode):
        read_code(code[:at] + put + code[at + 1 :])


@given(code=CODES, where=st.integers(0, 9))
def test_two_neighbours_swapped_are_said_to_be_mistyped(code: str, where: int) -> None:
    at = len(code) - 11 + where
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if swapped == code:
        return
    with pytest.raises(MistypedCode):
        read_code(swapped)


@pytest.mark.parametrize(
    "typed",
    ["", "-", "101", "101-ABC", "0-0000000000", "99999999-00000000000", "١٠١-AAAAAAAAAAA",
     "101-AAAAAAAAAAU", "'; drop table account; --", "1" * 60],
)  # fmt: skip
def test_what_is_no_code_is_said_to_be_mistyped(typed: str) -> None:
    with pytest.raises(MistypedCode):
        read_code(typed)


def test_a_code_is_stored_under_the_current_key_and_found_under_the_old_one() -> None:
    code = PaperCode(school_id=101, text="101-7KQ2MXW9TBB")
    old = KeyRing.parse("1:" + "11" * 32)
    assert code_mac(old, code) in code_macs(RING, code)
    assert code_mac(RING, code) == code_macs(RING, code)[0] != code_mac(old, code)
    assert "7KQ2M" not in repr(code)
