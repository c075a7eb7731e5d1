"""A school's week through the public API; an oracle that knows nothing of the product agrees."""

from datetime import date
from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from tests.oracle.sabotage import SABOTAGE
from tests.oracle.script import Size, story
from tests.oracle.theatre import perform

# It crosses the end of a month.
WEEK = Size(first=date(2026, 11, 26), last=date(2026, 12, 2))


@pytest.mark.timeout(600)
async def test_a_week_at_a_school_is_as_the_oracle_says_and_a_broken_oracle_is_noticed(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    compared = await perform(story(1, WEEK), owner, settings, tmp_path)
    assert not compared.found, compared.report()
    assert compared.states > 700
    assert compared.messages > 1500
    for broken in SABOTAGE:
        assert compared.with_oracle(broken(compared.story)).found, broken.__name__
