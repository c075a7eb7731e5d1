"""Percents of collecting: exact for the school, and nothing of few families for the department."""

from hypothesis import given
from hypothesis import strategies as st

from app.fees.boards.model import FeeSums
from app.fees.boards.rates import SMALL, level_rates, rough_share_of, share_of, summed

AMOUNTS = st.integers(0, 10**13)


def sums(pupils: int, payers: int, online_payers: int, **amounts: int) -> FeeSums:
    return FeeSums(pupils=pupils, payers=payers, online_payers=online_payers, **amounts)


@given(charged=AMOUNTS, collected=AMOUNTS, online=AMOUNTS)
def test_a_school_sees_percents_of_whole_amounts(charged: int, collected: int, online: int) -> None:
    found = share_of(sums(3, 2, 1, charged=charged, collected=collected, online=online))
    assert found.online_families == 50
    if charged == 0:
        assert found.collected is None
    elif collected <= charged:
        assert found.collected is not None
        assert abs(found.collected * charged - 100 * collected) * 2 <= charged


@given(
    pupils=st.integers(0, 60),
    missing=st.integers(0, 60),
    by_cash=st.integers(0, 60),
)
def test_few_families_are_told_of_to_nobody_else(pupils: int, missing: int, by_cash: int) -> None:
    payers = max(0, pupils - missing)
    online = max(0, payers - by_cash)
    money = {"charged": pupils * 9, "collected": payers * 9, "online": online * 9}
    found = rough_share_of(sums(pupils, payers, online, **money))
    if pupils < SMALL:
        assert found.collected is None
    if payers < SMALL or 0 < online < SMALL or 0 < payers - online < SMALL:
        assert found.online_families is None
        assert found.online_value is None
    elif pupils >= SMALL:
        assert found.online_families == share_of(sums(pupils, payers, online)).online_families


def test_among_many_the_rate_of_few_is_rough_enough() -> None:
    found = rough_share_of(sums(500, 400, 398, charged=1000, collected=800, online=796))
    assert (found.collected, found.online_families, found.online_value) == (80, 100, 100)


def test_levels_stand_beside_the_plans_targets() -> None:
    many = sums(50, 40, 30, charged=100, collected=80, online=60)
    found = level_rates({"upper_secondary": many, "lower_secondary": many, "primary": many})
    assert {each.level: each.target for each in found} == {
        "upper_secondary": 80,
        "lower_secondary": 30,
        "primary": None,
    }
    assert summed([many, many]).collected == 160
