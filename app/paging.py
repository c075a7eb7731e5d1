"""Lists in pages: `{"items": [...], "next_cursor": null}`, continued behind the last row seen.

A query takes the decoded cursor as plain values, asks for one row more than `limit` and orders by
the same columns that the cursor holds (keyset paging: rows that come or go shift nothing):

    where school_id = $1 and ($2::text is null or (sort_key, id) > ($2, $3)) ... limit $4
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

import msgspec

from app.errors import Malformed

T = TypeVar("T")
K = TypeVar("K")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR_CHARS = 4000

# Parts of a cursor come from outside like any input, and must fit PostgreSQL's text and bigint.
CursorText = Annotated[str, msgspec.Meta(max_length=1500, pattern=r"^[^\x00]*$")]
CursorInt = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class BadCursor(Malformed):
    """Con trỏ phân trang không đúng | The cursor is not one of ours"""


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page; `next_cursor` None: there is no more."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(*parts: object) -> str:
    """An opaque cursor that stands behind the row with these sort values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kind: type[K]) -> K | None:
    """The sort values in a cursor, as the tuple type `kind`; None for the first page.

    `kind` must bound what it takes: `tuple[CursorText, UUID]`, `tuple[CursorInt]`.

    Raises:
        BadCursor: not made by `encode_cursor` for such a list.
    """
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        found = msgspec.json.decode(raw, type=kind)
        _require_instants(found)
        return found
    except (msgspec.MsgspecError, binascii.Error, UnicodeError, ValueError, OverflowError):
        raise BadCursor(
            (
                "Hãy tải lại danh sách từ trang đầu.",
                "Load the list again from its first page.",
            )
        ) from None


def _require_instants(parts: object) -> None:
    """Times must be instants that fit PostgreSQL: aware, and in UTC of a year that there is."""
    for part in parts if isinstance(parts, tuple) else ():
        if isinstance(part, datetime):
            if part.tzinfo is None:
                raise ValueError("a time without its zone")
            part.astimezone(UTC)


def page_of(rows: Sequence[T], *, limit: int, key: Callable[[T], Sequence[object]]) -> Page[T]:
    """A page of up to `limit` of these rows, of which one more was asked for.

    `key` gives the values that the list is ordered by.
    """
    items = list(rows[:limit])
    more = len(rows) > limit
    return Page(items=items, next_cursor=encode_cursor(*key(items[-1])) if more else None)
