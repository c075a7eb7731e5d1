"""What keeps a worker from counting is told by its kind, and at the rush nobody counts."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from app.recounting import keep_recounting

NOON, RUSH = datetime(2026, 11, 16, 5, tzinfo=UTC), datetime(2026, 11, 16, 0, tzinfo=UTC)


async def told(error: Exception | None, *, at: datetime) -> list[str]:
    """What is told, and whether it was counted, until it sleeps for the first time."""
    heard: list[str] = []

    async def refresh() -> int:
        heard.append("counted")
        if error is not None:
            raise error
        return 1

    # All of it comes before the first sleep; refresh itself never waits.
    task = asyncio.create_task(
        keep_recounting(
            refresh,
            clock=lambda: at,
            away=lambda name: heard.append(f"away: {name}"),
            bug=lambda name: heard.append(f"bug: {name}"),
        )
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return heard


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, ["counted"]),
        (asyncpg.AdminShutdownError("bye"), ["counted", "away: AdminShutdownError"]),
        (KeyError("school"), ["counted", "bug: KeyError"]),
    ],
)
async def test_a_server_that_is_away_is_told_from_a_bug(
    error: Exception | None, expected: list[str]
) -> None:
    assert await told(error, at=NOON) == expected


async def test_while_pupils_arrive_nobody_counts() -> None:
    assert await told(KeyError("school"), at=RUSH) == []
