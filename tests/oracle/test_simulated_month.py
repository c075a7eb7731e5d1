"""A large school's month, and the same under shuffled deliveries and kill -9: minutes each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import asyncpg
import msgspec
import pytest

from app.settings import Settings
from scripts.servers.valkey import EmbeddedValkey
from tests.oracle.faults import killing
from tests.oracle.script import Size, story
from tests.oracle.test_simulated_week import WEEK
from tests.oracle.theatre import PARTS, perform

MONTH = Size(
    first=date(2026, 11, 9),
    last=date(2026, 12, 8),
    classes=50,
    class_size=40,
    phones=4,
    staff=90,
    closures=3,
    flush=timedelta(minutes=5),
    holidays=frozenset({date(2026, 11, 20)}),
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


async def test_a_month_at_a_school_of_two_thousand_is_as_the_oracle_says(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    compared = await perform(story(7, MONTH), owner, settings, tmp_path)
    assert not compared.found, compared.report()
    assert compared.states > 50_000
    assert compared.messages > 100_000


@pytest.mark.parametrize("seed", range(2, 6))
async def test_a_week_is_as_the_oracle_says_however_scans_are_shuffled_and_doubled(
    seed: int, owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    told = story(seed, replace(WEEK, shuffled=True))
    compared = await perform(told, owner, settings, tmp_path)
    assert not compared.found, compared.report()


async def test_a_week_over_the_end_of_the_year_is_as_the_oracle_says(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    await owner.execute("select ensure_partitions('2026-12-01', '2027-01-31')")
    first, last = date(2026, 12, 29), date(2027, 1, 5)
    told = story(8, replace(WEEK, first=first, last=last, holidays=frozenset({date(2027, 1, 1)})))
    compared = await perform(told, owner, settings, tmp_path)
    assert not compared.found, compared.report()


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(None) as server:
        yield server


@pytest.mark.parametrize("seed", [6, 7])
async def test_a_week_is_as_the_oracle_says_though_all_parts_are_killed_again_and_again(
    seed: int,
    owner: asyncpg.Connection,
    settings: Settings,
    own_valkey: EmbeddedValkey,
    tmp_path: Path,
) -> None:
    apart = msgspec.structs.replace(settings, redis_url=own_valkey.url)
    killed: Counter[str] = Counter()
    told = story(seed, replace(WEEK, shuffled=True))
    compared = await perform(
        told, owner, apart, tmp_path, trouble=killing(Random(seed), own_valkey, killed)
    )
    assert not compared.found, compared.report()
    assert set(killed) == {*PARTS, "valkey"}
