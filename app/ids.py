"""Ids are UUIDv7 (RFC 9562 §5.7) made by the application: sortable by time, no sequences."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return UUID(int=uuid_utils.uuid7().int)
