"""Ids and draws of the demo: the same on every machine and in every order of making them."""

import hashlib
import random
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_SEED: Final = "cong-truong demo 1"
_FOUNDED: Final = datetime(2025, 8, 1, tzinfo=UTC)


def _digest(key: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\x1f".join(map(str, (_SEED, *key))).encode()).digest()


def demo_id(*key: object, at: datetime = _FOUNDED) -> UUID:
    """The UUIDv7 (RFC 9562 §5.7) of what `key` names, with a hash where others have chance."""
    raw = _digest(key)
    number = int(at.timestamp() * 1000) << 80
    number |= 0x7 << 76 | (int.from_bytes(raw[:2], "big") & 0xFFF) << 64
    number |= 0b10 << 62 | int.from_bytes(raw[2:10], "big") & (1 << 62) - 1
    return UUID(int=number)


def demo_bytes(size: int, *key: object) -> bytes:
    """`size` bytes, at most 32, that stand for what `key` names."""
    return _digest(key)[:size]


def draws(*key: object) -> random.Random:
    """The lots for `key`; adding draws for another key changes none of these."""
    return random.Random(_digest(key))
