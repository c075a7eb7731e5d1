"""Where scans stand in time when phones' clocks lie."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.attendance.clockwork import Placed, Sending, place

RECEIVED = datetime(2026, 11, 16, 0, 30, tzinfo=UTC)
HOUR_MS = 3_600_000
SENDING = Sending(sent_at=RECEIVED, sent_mono_ms=10 * HOUR_MS, boot_id="now", received_at=RECEIVED)


def placed(
    *, ago: timedelta, mono_ago: timedelta | None = None, boot_id: str | None = None, **of: Any
) -> Placed:
    """A scan whose wall clock says `ago` before sending, and its counter `mono_ago` (the same)."""
    known = {name: of.pop(name) for name in list(of) if name.startswith("known_")}
    sending = msgspec.structs.replace(SENDING, **of)
    mono = sending.sent_mono_ms - (ago if mono_ago is None else mono_ago) / timedelta(
        milliseconds=1
    )
    at = sending.sent_at - ago
    return place(sending, scanned_at=at, mono_ms=round(mono), boot_id=boot_id, **known)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize("boot_id", [None, "now"])
@pytest.mark.parametrize("ago", [minutes(0), minutes(20), timedelta(hours=9)])
def test_within_a_boot_the_counter_places_the_scan(ago: timedelta, boot_id: str | None) -> None:
    assert placed(ago=ago, boot_id=boot_id) == Placed(
        occurred_at=RECEIVED - ago, clock="mono", is_suspect=False
    )


@pytest.mark.parametrize("skew", [timedelta(hours=-7), minutes(-2.1), minutes(2.1), timedelta(400)])
def test_a_wall_clock_off_by_more_than_two_minutes_is_overruled_and_suspect(
    skew: timedelta,
) -> None:
    answer = placed(ago=minutes(5), sent_at=RECEIVED + skew)
    assert answer == Placed(occurred_at=RECEIVED - minutes(5), clock="mono", is_suspect=True)


@pytest.mark.parametrize("skew", [minutes(-2), timedelta(0), minutes(2)])
def test_a_wall_clock_off_by_two_minutes_is_not_yet_suspect(skew: timedelta) -> None:
    assert not placed(ago=minutes(5), sent_at=RECEIVED + skew).is_suspect


def test_a_clock_set_right_between_scan_and_sending_does_not_move_the_scan() -> None:
    # Three hours behind at the scan, right at sending: the counter saw 5 minutes pass.
    answer = placed(ago=minutes(185), mono_ago=minutes(5))
    assert answer == Placed(occurred_at=RECEIVED - minutes(5), clock="mono", is_suspect=True)


def test_after_a_reboot_the_offset_last_heard_of_that_boot_counts() -> None:
    # The phone was a minute behind before the reboot, and is right now.
    answer = placed(
        ago=minutes(20), boot_id="before", known_boot_id="before", known_offset_ms=60_000
    )
    assert answer == Placed(occurred_at=RECEIVED - minutes(19), clock="wall", is_suspect=False)


@pytest.mark.parametrize("known_boot_id", [None, "long ago"])
def test_after_a_reboot_not_heard_of_todays_offset_has_to_do(known_boot_id: str | None) -> None:
    answer = placed(
        ago=minutes(20),
        boot_id="before",
        known_boot_id=known_boot_id,
        known_offset_ms=3_600_000,
        sent_at=RECEIVED - minutes(1),
    )
    assert answer == Placed(occurred_at=RECEIVED - minutes(20), clock="wall", is_suspect=False)


def test_a_large_offset_of_another_boot_makes_the_scan_suspect() -> None:
    answer = placed(
        ago=minutes(20), boot_id="before", known_boot_id="before", known_offset_ms=-HOUR_MS
    )
    assert answer == Placed(occurred_at=RECEIVED - minutes(80), clock="wall", is_suspect=True)


def test_a_counter_that_ran_backwards_is_not_believed() -> None:
    # The scan's counter is ahead of the sending's in the same boot: one of them is wrong.
    answer = placed(ago=minutes(5), mono_ago=minutes(-5))
    assert answer == Placed(occurred_at=RECEIVED - minutes(5), clock="wall", is_suspect=False)


def test_a_counter_of_years_is_not_believed() -> None:
    answer = placed(ago=minutes(5), mono_ago=timedelta(days=61), sent_mono_ms=2**50)
    assert answer == Placed(occurred_at=RECEIVED - minutes(5), clock="wall", is_suspect=False)


@pytest.mark.parametrize(
    ("ahead", "is_suspect"), [(minutes(1), False), (minutes(2), False), (minutes(3), True)]
)
def test_nothing_is_placed_in_the_future(ahead: timedelta, is_suspect: bool) -> None:
    answer = placed(ago=-ahead, boot_id="before")
    assert answer == Placed(occurred_at=RECEIVED, clock="wall", is_suspect=is_suspect)


@pytest.mark.parametrize("year", [2000, 2099])
def test_a_clock_far_off_never_fails_only_doubts(year: int) -> None:
    scanned_at = datetime(year, 1, 1, tzinfo=UTC)
    answer = place(
        msgspec.structs.replace(SENDING, sent_at=scanned_at),
        scanned_at=scanned_at,
        mono_ms=0,
        boot_id="before",
    )
    assert answer == Placed(occurred_at=RECEIVED, clock="wall", is_suspect=True)
