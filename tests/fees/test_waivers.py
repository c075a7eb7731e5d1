"""What a waiver takes from a line: the best one, never more than the line, nothing of offers."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from app.fees.setup.model import MAX_AMOUNT, WaiverKind
from app.fees.setup.waivers import waived_of

SERVICE, MEAL = UUID(int=1), UUID(int=2)


class Line(Struct, frozen=True, kw_only=True):
    item_id: UUID = SERVICE
    amount: int = 1_015
    is_voluntary: bool = False


class Waiver(Struct, frozen=True, kw_only=True):
    id: UUID = UUID(int=7)
    item_id: UUID | None = None
    kind: WaiverKind = "percent"
    value: int = 50


def test_half_of_an_odd_amount_is_rounded_for_the_family() -> None:
    assert waived_of(Line(), [Waiver()]) == (508, UUID(int=7))
    assert waived_of(Line(), [Waiver(value=100)]) == (1_015, UUID(int=7))


def test_the_best_counts_and_they_do_not_add_up() -> None:
    sibling, policy = Waiver(id=UUID(int=8)), Waiver(id=UUID(int=9), kind="amount", value=600)
    assert waived_of(Line(), [sibling, policy]) == (600, UUID(int=9))
    assert waived_of(Line(amount=2_000), [policy, sibling]) == (1_000, UUID(int=8))


def test_of_two_alike_the_one_for_the_item_counts_then_the_older() -> None:
    general, own = Waiver(id=UUID(int=1)), Waiver(id=UUID(int=2), item_id=SERVICE)
    assert waived_of(Line(), [general, own])[1] == own.id
    assert waived_of(Line(), [Waiver(id=UUID(int=5)), Waiver(id=UUID(int=4))])[1] == UUID(int=4)


def test_an_offer_is_lowered_only_by_a_waiver_of_its_own() -> None:
    offer = Line(is_voluntary=True)
    assert waived_of(offer, [Waiver()]) == (0, None)
    assert waived_of(offer, [Waiver(item_id=SERVICE)])[0] == 508
    assert waived_of(Line(item_id=MEAL), [Waiver(item_id=SERVICE)]) == (0, None)


def test_a_meal_given_back_is_not_waived() -> None:
    assert waived_of(Line(amount=-30_000), [Waiver(value=100)]) == (0, None)


@given(
    amount=st.integers(-MAX_AMOUNT, 400 * MAX_AMOUNT),
    waivers=st.lists(
        st.one_of(
            st.builds(Waiver, value=st.integers(1, 100)),
            st.builds(Waiver, kind=st.just("amount"), value=st.integers(1, MAX_AMOUNT)),
        ),
        max_size=4,
    ),
)
def test_it_is_never_below_zero_nor_above_the_line(amount: int, waivers: list[Waiver]) -> None:
    waived, waiver_id = waived_of(Line(amount=amount), waivers)
    assert 0 <= waived <= max(amount, 0)
    assert (waiver_id is None) == (waived == 0)
