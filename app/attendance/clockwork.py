"""Where a scan stands in time: phones' clocks are wrong, their monotonic counters are not."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

MAX_SKEW = timedelta(seconds=120)
MAX_AGE = timedelta(days=30)


class Sending(Struct, frozen=True, kw_only=True):
    """The clocks of a request: the phone's three at sending, ours at receiving."""

    sent_at: datetime
    sent_mono_ms: int
    boot_id: str
    received_at: datetime


class Placed(Struct, frozen=True, kw_only=True):
    """`is_suspect`: the phone's wall clock was off by more than two minutes."""

    occurred_at: datetime
    clock: Literal["mono", "wall", "server"]
    is_suspect: bool


def place(
    sending: Sending,
    *,
    scanned_at: datetime,
    mono_ms: int,
    boot_id: str | None,
    known_boot_id: str | None = None,
    known_offset_ms: int | None = None,
) -> Placed:
    """The instant of a scan on the server's clock.

    `known_boot_id` and `known_offset_ms` are what the phone last told before this request.

    Same boot: the monotonic difference, whatever the wall clock says. Another boot: the wall
    clock and the offset last heard under that boot, else today's; then nothing proves it.
    """
    if (boot_id is None or boot_id == sending.boot_id) and mono_ms <= sending.sent_mono_ms:
        ago = timedelta(milliseconds=sending.sent_mono_ms - mono_ms)
        # A counter of years is no phone's: fall through to the wall clock.
        if ago <= MAX_AGE * 2:
            occurred_at = sending.received_at - ago
            return Placed(
                occurred_at=occurred_at,
                clock="mono",
                is_suspect=abs(occurred_at - scanned_at) > MAX_SKEW,
            )
    offset = sending.received_at - sending.sent_at
    if boot_id is not None and boot_id == known_boot_id and known_offset_ms is not None:
        offset = timedelta(milliseconds=known_offset_ms)
    return _by_wall_clock(sending, scanned_at=scanned_at, offset=offset)


def _by_wall_clock(sending: Sending, *, scanned_at: datetime, offset: timedelta) -> Placed:
    try:
        occurred_at = scanned_at + offset
    except OverflowError:
        occurred_at = scanned_at
    is_suspect = abs(offset) > MAX_SKEW
    if occurred_at > sending.received_at:
        is_suspect = is_suspect or occurred_at - sending.received_at > MAX_SKEW
        occurred_at = sending.received_at
    return Placed(occurred_at=occurred_at, clock="wall", is_suspect=is_suspect)
