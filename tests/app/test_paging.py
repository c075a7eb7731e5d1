"""Pages and their cursors."""

import base64
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paging import (
    MAX_CURSOR_CHARS,
    BadCursor,
    CursorInt,
    CursorText,
    decode_cursor,
    encode_cursor,
    page_of,
)

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=600)


@given(NAMES, st.uuids())
def test_a_cursor_brings_back_what_it_was_made_of(name: str, row_id: UUID) -> None:
    cursor = encode_cursor(name, row_id)
    assert decode_cursor(cursor, tuple[CursorText, UUID]) == (name, row_id)


@given(st.text(max_size=60))
def test_no_text_is_taken_for_a_cursor_that_is_none(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(text, tuple[CursorText, UUID])


@pytest.mark.parametrize(
    "raw",
    [
        b'["a"]',
        b'["a", 1]',
        b'["a\\u0000", "00000000-0000-0000-0000-000000000001"]',
        b'{"a": 1}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_a_cursor_of_another_list_is_refused(raw: bytes) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(base64.urlsafe_b64encode(raw).decode(), tuple[CursorText, UUID])


def test_a_number_beyond_postgresqls_is_refused() -> None:
    assert decode_cursor(encode_cursor(2**63 - 1), tuple[CursorInt]) == (2**63 - 1,)
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(2**63), tuple[CursorInt])


@pytest.mark.parametrize(
    "time", ["2026-11-16T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_time_that_is_no_instant_is_refused(time: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(time), tuple[datetime])
    assert decode_cursor(encode_cursor("2026-11-16T09:00:00+07:00"), tuple[datetime])


def test_a_page_ends_with_its_cursor_only_if_there_is_more() -> None:
    def key(number: int) -> tuple[int]:
        return (number,)

    full = page_of([1, 2, 3], limit=2, key=key)
    assert full.items == [1, 2]
    assert decode_cursor(full.next_cursor, tuple[CursorInt]) == (2,)
    assert page_of([1, 2], limit=2, key=key).next_cursor is None
    assert page_of([], limit=2, key=key).items == []


def test_the_longest_name_fits_a_cursor() -> None:
    from app.names import sort_key

    cursor = encode_cursor(sort_key("Ǘ" * 200), UUID(int=1))
    assert len(cursor) <= MAX_CURSOR_CHARS
    assert decode_cursor(cursor, tuple[CursorText, UUID]) is not None
