"""Signed addresses of pictures."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keys import KeyRing
from app.photos.urls import PATH, NoSuchPhoto, PhotoUrls, photo_key, read_token

RING = KeyRing.parse("1:" + "11" * 32)
NOW = datetime(2026, 11, 16, 0, 0, 1, tzinfo=UTC)
OWNER = UUID("018f1e6c-0000-7000-8000-000000000001")
KEY = photo_key(school_id=101, kind="photos", owner_id=OWNER, version=b"\0\x01" * 4)


def token_of(url: str | None) -> str:
    assert url is not None
    return url.removeprefix(PATH)


def test_an_address_says_whose_picture_which_size_and_until_when() -> None:
    shown = read_token(RING, token_of(PhotoUrls(RING, NOW).full(KEY)), now=NOW)
    assert (shown.school_id, shown.kind, shown.owner_id) == (101, "photos", OWNER)
    assert (shown.photo_key, shown.size) == (KEY, "full")
    assert shown.object_key == KEY + ".jpg"
    small = read_token(RING, token_of(PhotoUrls(RING, NOW).small(KEY)), now=NOW)
    assert small.object_key == KEY + "-small.jpg"


@given(st.integers(0, 90_000))
def test_an_address_is_good_for_an_hour_at_least_and_for_ninety_minutes_at_most(
    later_s: int,
) -> None:
    now = NOW + timedelta(seconds=later_s)
    shown = read_token(RING, token_of(PhotoUrls(RING, now).full(KEY)), now=now)
    assert timedelta(hours=1) < shown.expires_at - now <= timedelta(minutes=90)
    day = read_token(RING, token_of(PhotoUrls(RING, now).small_for_a_day(KEY)), now=now)
    assert timedelta(hours=24) < day.expires_at - now <= timedelta(hours=30)


def test_an_address_stays_the_same_for_a_while_so_that_it_can_be_cached() -> None:
    early = PhotoUrls(RING, NOW).full(KEY)
    assert PhotoUrls(RING, NOW + timedelta(minutes=29)).full(KEY) == early
    assert PhotoUrls(RING, NOW + timedelta(minutes=31)).full(KEY) != early


def test_an_address_ends() -> None:
    token = token_of(PhotoUrls(RING, NOW).full(KEY))
    read_token(RING, token, now=NOW + timedelta(minutes=60))
    with pytest.raises(NoSuchPhoto):
        read_token(RING, token, now=NOW + timedelta(minutes=90))


@given(st.integers(0, 67), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop0189-_=~ "))
def test_an_address_with_one_letter_changed_is_none_of_ours(at: int, letter: str) -> None:
    token = token_of(PhotoUrls(RING, NOW).full(KEY))
    changed = token[:at] + letter + token[at + 1 :]
    if changed != token:
        with pytest.raises(NoSuchPhoto):
            read_token(RING, changed, now=NOW)


@given(st.binary(min_size=8, max_size=8))
def test_an_address_has_one_spelling(version: bytes) -> None:
    key = photo_key(school_id=101, kind="pickups", owner_id=OWNER, version=version)
    token = token_of(PhotoUrls(RING, NOW).full(key))
    assert read_token(RING, token, now=NOW).kind == "pickups"
    other = token.replace("-", "+").replace("_", "/")
    for spelling in (other, token + "=", token[:10] + "." + token[10:], token + "\n"):
        if spelling != token:
            with pytest.raises(NoSuchPhoto):
                read_token(RING, spelling, now=NOW)


@given(st.text(max_size=100))
def test_any_text_is_refused_calmly(text: str) -> None:
    with pytest.raises(NoSuchPhoto):
        read_token(RING, text, now=NOW)


def test_an_address_lives_on_while_the_key_is_rotated_and_ends_with_it() -> None:
    token = token_of(PhotoUrls(RING, NOW).full(KEY))
    both = KeyRing.parse("1:" + "11" * 32 + ",2:" + "22" * 32)
    assert read_token(both, token, now=NOW).photo_key == KEY
    new = KeyRing.parse("2:" + "22" * 32)
    with pytest.raises(NoSuchPhoto):
        read_token(new, token, now=NOW)
    other = KeyRing.parse("1:" + "33" * 32)
    with pytest.raises(NoSuchPhoto):
        read_token(other, token, now=NOW)


def test_no_picture_has_no_address() -> None:
    urls = PhotoUrls(RING, NOW)
    assert urls.full(None) is urls.small(None) is urls.small_for_a_day(None) is None
