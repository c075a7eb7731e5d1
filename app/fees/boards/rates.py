"""From sums to percents: whole for the school itself, rough for the department. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from app.fees.boards.model import TARGETS, FeeSums, Level, LevelRates, Share

SMALL: Final = 5
# Above this a whole per cent stands for two families or more, so that it tells of none.
_ROUGH: Final = 200


def share_of(sums: FeeSums) -> Share:
    """For the school, which sees the sums anyway."""
    return Share(
        collected=_percent(sums.collected, sums.charged),
        online_families=_percent(sums.online_payers, sums.payers),
        online_value=_percent(sums.online, sums.collected),
    )


def rough_share_of(sums: FeeSums) -> Share:
    """For who may see no family's own: nothing of few families, nor of the few among them."""
    is_few, are_few_payers = sums.pupils < SMALL, sums.payers < SMALL
    return Share(
        collected=None if is_few else _percent(sums.collected, sums.charged),
        online_families=None
        if are_few_payers or _tells(sums.online_payers, sums.payers)
        else _percent(sums.online_payers, sums.payers),
        online_value=None
        if are_few_payers or _tells(sums.online_payers, sums.payers)
        else _percent(sums.online, sums.collected),
    )


def summed(all_sums: Iterable[FeeSums]) -> FeeSums:
    """Of schools or levels together; a family with children at two is counted at both."""
    found = list(all_sums)
    return FeeSums(
        **{name: sum(getattr(each, name) for each in found) for name in FeeSums.__struct_fields__}
    )


def level_rates(counts: Mapping[Level, FeeSums]) -> list[LevelRates]:
    """By level, each beside its target."""
    return [
        LevelRates(level=level, target=TARGETS.get(level), share=rough_share_of(sums))
        for level, sums in sorted(counts.items())
    ]


def _percent(part: int, whole: int) -> int | None:
    # In integers: a rate of billions is exact, and half is up.
    return (200 * part + whole) // (2 * whole) if whole > 0 else None


def _tells(part: int, whole: int) -> bool:
    return whole < _ROUGH and (0 < part < SMALL or 0 < whole - part < SMALL)
