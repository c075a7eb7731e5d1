"""References are found in what banks make of a memo, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fees.references import new_reference, references_in

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REF = "HP7K2MQ0XZM"


@pytest.mark.parametrize(
    "memo",
    [
        REF,
        REF.lower(),
        f"Nguyễn Văn Á chuyển tiền học phí {REF}",
        f"MBVCB.3278907687.{REF[:6]} {REF[6:]}.CT tu 0123",
        f"{REF[:2]}-{REF[2:6]}-{REF[6:]}",
        f"HPHP{REF}HP",
        f"đóng {REF} {REF}",
    ],
)
def test_a_reference_is_found_in_what_banks_make_of_it(memo: str) -> None:
    assert references_in(memo) == [REF]


def test_letters_that_people_mistake_are_read_as_the_digits() -> None:
    ref = new_reference()
    assert references_in(ref[:2] + ref[2:].replace("0", "O").replace("1", "l")) == [ref]


@given(st.integers(2, 10), st.sampled_from(SYMBOLS))
def test_one_wrong_character_is_no_reference(place: int, symbol: str) -> None:
    ref = new_reference()
    changed = ref[:place] + symbol + ref[place + 1 :]
    assert references_in(changed) == ([ref] if changed == ref else [])


@given(st.text(max_size=300))
def test_any_text_may_be_a_memo(memo: str) -> None:
    assert all(references_in(ref) == [ref] for ref in references_in(memo))


def test_several_references_are_all_found() -> None:
    refs = [new_reference() for _ in range(4)]
    assert references_in(" + ".join(refs)) == refs
