"""The codes that are scanned: their bytes, their MACs, their time windows (DESIGN section 3).

All numbers are big-endian. Byte 0 is the type in the high nibble (1 card, 2 phone, 3 station) and
the version in the low one.

    card     0x11 | key id 1 | school 3 | card id 8             | HMAC-SHA256/64   21 bytes
    phone    0x21 | key id 1 | school 3 | card id 8 | unix s 4  | HMAC-SHA256/80   27 bytes
    station  0x31 | key id 1 | school 3 | number 2  | step 4    | HMAC-SHA256/80   21 bytes

A phone code is the card's first 13 bytes with only the type changed. As text: `CT1:` and base45
(RFC 9285), all of it in the QR alphanumeric set.
"""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import base45
from msgspec import Struct

from app.keys import KeyRing
from app.keys import UnknownKey as UnknownKey

PREFIX: Final = "CT1:"
MAX_TOKEN_CHARS: Final = 64
CARD_ID_BYTES: Final = 8
CARD_PREFIX_BYTES: Final = 13
STEP_S: Final = 10
PHONE_WINDOW_S: Final = 90
STATION_STEPS: Final = range(-2, 2)

_CARD: Final = 0x11
_PHONE: Final = 0x21
_STATION: Final = 0x31
_LENGTHS: Final = {_CARD: 21, _PHONE: 27, _STATION: 21}
_CARD_MAC_BYTES: Final = 8
_MAC_BYTES: Final = 10
_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class BadToken(Exception):
    """Not one of our codes: another QR, a torn one, or a version we do not know."""


class BadMac(Exception):
    """It has our form, but was not made with our key: a forgery or a misread."""


class CardCode(Struct, frozen=True, kw_only=True):
    """A printed card. Until `verify` has passed, every field is only a claim."""

    key_id: int
    school_id: int
    card_id: bytes
    payload: bytes
    mac: bytes

    @property
    def prefix(self) -> bytes:
        """The 13 bytes that a phone's code repeats."""
        return self.payload


class PhoneCode(Struct, frozen=True, kw_only=True):
    """A code that a pupil's or parent's app shows; `unix_s` is the phone's time."""

    key_id: int
    school_id: int
    card_id: bytes
    unix_s: int
    payload: bytes
    mac: bytes


class StationCode(Struct, frozen=True, kw_only=True):
    """A code on a station's screen; `step` counts 10 s intervals since 1970."""

    key_id: int
    school_id: int
    number: int
    step: int
    payload: bytes
    mac: bytes


Code = CardCode | PhoneCode | StationCode


def issue_card(ring: KeyRing, *, school_id: int, card_id: bytes, key_id: int | None = None) -> str:
    """The token of a printed card; `key_id` None means the current key.

    The same arguments give the same token: a card is printed again from its stored ids.

    Raises:
        UnknownKey: no such live key.
        ValueError: a field does not fit its bytes.
    """
    chosen = ring.current_id if key_id is None else key_id
    if len(card_id) != CARD_ID_BYTES:
        raise ValueError(f"a card id has {CARD_ID_BYTES} bytes")
    payload = _head(_CARD, chosen, school_id) + card_id
    return _token(payload, _card_key(ring, school_id, chosen), _CARD_MAC_BYTES)


def phone_key(ring: KeyRing, *, school_id: int, card_id: bytes, key_id: int) -> bytes:
    """The 32-byte key that one card's phones hold; it makes codes for no other card.

    Raises:
        UnknownKey: no such live key.
    """
    return ring.derive("phone-code", school_id, card_id, key_id=key_id)


def phone_code(key: bytes, *, card_prefix: bytes, at: datetime) -> str:
    """What a phone shows at `at`: `card_prefix` is the first 13 bytes of its card.

    Raises:
        ValueError: `card_prefix` is not the beginning of a card.
    """
    if len(card_prefix) != CARD_PREFIX_BYTES or card_prefix[0] != _CARD:
        raise ValueError("not the beginning of a card")
    payload = bytes((_PHONE,)) + card_prefix[1:] + _bytes(int(at.timestamp()), 4)
    return _token(payload, key, _MAC_BYTES)


def station_day_key(ring: KeyRing, *, school_id: int, number: int, day: date, key_id: int) -> bytes:
    """The 32-byte key of one station for one day: all that its display ever holds.

    Raises:
        UnknownKey: no such live key.
    """
    return ring.derive("station-code", school_id, number, day, key_id=key_id)


def station_code(day_key: bytes, *, key_id: int, school_id: int, number: int, step: int) -> str:
    """What a station shows during `step`; `day_key` must be that of `step_day(step)`.

    Raises:
        ValueError: a field does not fit its bytes.
    """
    payload = _head(_STATION, key_id, school_id) + _bytes(number, 2) + _bytes(step, 4)
    return _token(payload, day_key, _MAC_BYTES)


def station_step(at: datetime) -> int:
    """The step that a station shows at `at`."""
    return int(at.timestamp()) // STEP_S


def step_start(step: int) -> datetime:
    """When a step begins, in UTC; it ends when the next one begins."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=step * STEP_S)


def step_day(step: int) -> date:
    """The day in Vietnam on which a step is shown, and so the day of its key."""
    return step_start(step).astimezone(_ZONE).date()


def parse(token: str) -> Code:
    """Read a token without believing it: `verify` comes next.

    Surrounding whitespace, which scanners add, is dropped; it cannot be part of the code, since
    base45 of an odd number of bytes ends in a digit from 0 to 5. Nothing else is mended.

    Raises:
        BadToken: not one of our codes.
    """
    if len(token) > MAX_TOKEN_CHARS:
        raise BadToken("too long")
    text = token.strip()
    if not text.startswith(PREFIX):
        raise BadToken("another kind of code")
    try:
        raw: bytes = base45.b45decode(text[len(PREFIX) :])
    except ValueError:
        raise BadToken("not base45") from None
    if not raw or _LENGTHS.get(raw[0]) != len(raw):
        raise BadToken("unknown type, version or length")
    return _parsed(raw)


def verify(ring: KeyRing, code: Code) -> None:
    """Check that a code was made with a key of ours; says nothing about time or revocation.

    Raises:
        UnknownKey: its key id is not live.
        BadMac: its MAC is wrong.
    """
    match code:
        case CardCode():
            key, size = _card_key(ring, code.school_id, code.key_id), _CARD_MAC_BYTES
        case PhoneCode():
            key, size = (
                phone_key(ring, school_id=code.school_id, card_id=code.card_id, key_id=code.key_id),
                _MAC_BYTES,
            )
        case StationCode():
            key, size = (
                station_day_key(
                    ring,
                    school_id=code.school_id,
                    number=code.number,
                    day=step_day(code.step),
                    key_id=code.key_id,
                ),
                _MAC_BYTES,
            )
    if not hmac.compare_digest(_mac(key, code.payload)[:size], code.mac):
        raise BadMac


def phone_window(code: PhoneCode, occurred_at: datetime) -> Literal["ok", "expired", "future"]:
    """Whether a phone's code was fresh, ±90 s, when it was scanned."""
    age_s = occurred_at.timestamp() - code.unix_s
    if age_s > PHONE_WINDOW_S:
        return "expired"
    return "future" if age_s < -PHONE_WINDOW_S else "ok"


def station_window(
    code: StationCode, now: datetime, scanned_at: datetime
) -> Literal["ok", "late", "expired", "future"]:
    """Whether a station's code is shown now, give or take: steps -2 to +1 around `now`.

    `late`: not any more, but it agrees with `scanned_at`, which the phone claims: for review. A
    step still to come is `future` whatever the phone claims: no screen has shown it yet.
    """
    ahead = code.step - station_step(now)
    if ahead in STATION_STEPS:
        return "ok"
    if ahead > 0:
        return "future"
    return "late" if code.step - station_step(scanned_at) in STATION_STEPS else "expired"


def _card_key(ring: KeyRing, school_id: int, key_id: int) -> bytes:
    return ring.derive("card-code", school_id, key_id=key_id)


def _parsed(raw: bytes) -> Code:
    key_id, school_id = raw[1], int.from_bytes(raw[2:5], "big")
    if raw[0] == _CARD:
        return CardCode(
            key_id=key_id, school_id=school_id, card_id=raw[5:13], payload=raw[:13], mac=raw[13:]
        )
    if raw[0] == _PHONE:
        return PhoneCode(
            key_id=key_id,
            school_id=school_id,
            card_id=raw[5:13],
            unix_s=int.from_bytes(raw[13:17], "big"),
            payload=raw[:17],
            mac=raw[17:],
        )
    return StationCode(
        key_id=key_id,
        school_id=school_id,
        number=int.from_bytes(raw[5:7], "big"),
        step=int.from_bytes(raw[7:11], "big"),
        payload=raw[:11],
        mac=raw[11:],
    )


def _head(kind: int, key_id: int, school_id: int) -> bytes:
    return bytes((kind,)) + _bytes(key_id, 1) + _bytes(school_id, 3)


def _bytes(number: int, size: int) -> bytes:
    try:
        return number.to_bytes(size, "big")
    except OverflowError:
        raise ValueError(f"{number} does not fit {size} bytes of a code") from None


def _token(payload: bytes, key: bytes, mac_bytes: int) -> str:
    encoded: bytes = base45.b45encode(payload + _mac(key, payload)[:mac_bytes])
    return PREFIX + encoded.decode()


def _mac(key: bytes, payload: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104 §4): a school's key is hashed once, not for each of its cards."""
    begun = _keyed(key)
    inner, outer = begun[0].copy(), begun[1].copy()
    inner.update(payload)
    outer.update(inner.digest())
    return outer.digest()


# Bounded, as the cache of the keys themselves is.
@lru_cache(maxsize=4096)
def _keyed(key: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    return (
        hashlib.sha256(bytes(byte ^ 0x36 for byte in block)),
        hashlib.sha256(bytes(byte ^ 0x5C for byte in block)),
    )
