"""The bell that says in Valkey which accounts have news. A lost bell loses nothing."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

CHANNEL: Final = "inbox"


def encode(account_ids: Iterable[UUID]) -> bytes:
    """Sixteen bytes an account."""
    return b"".join(account_id.bytes for account_id in account_ids)


def decode(payload: bytes) -> list[UUID]:
    """The accounts; a tail that is no whole id is left out."""
    whole = len(payload) - len(payload) % 16
    return [UUID(bytes=payload[at : at + 16]) for at in range(0, whole, 16)]
