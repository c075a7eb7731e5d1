"""Addresses of pictures: signed, good for a while, and the same for all who ask in that while.

An address is a right to see one picture, so it expires. It is checked once more when it is used:
a picture that was replaced, erased or is no longer consented to is not shown under any address.
"""

import base64
import binascii
import hmac
import struct
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app.errors import NotFound
from app.keys import KeyRing, UnknownKey

Size = Literal["full", "small"]
Kind = Literal["photos", "pickups"]

PATH: Final = "/v1/photos/"
_SIZES: Final[tuple[Size, ...]] = ("full", "small")
_KINDS: Final[tuple[Kind, ...]] = ("photos", "pickups")
_VERSION: Final = 1
# version, key id, size and kind, school, owner's id, picture's version, expiry
_BODY: Final = struct.Struct(">BBBI16s8sI")
_MAC_BYTES: Final = 16
FORM: Final = r"^[A-Za-z0-9_-]{68}$"
_BYTES: Final = _BODY.size + _MAC_BYTES

# Expiries are rounded up, so that an address stays the same for a while and can be cached.
_HOUR_STEP_S: Final = 1800  # good for 60 to 90 minutes
_DAY_STEP_S: Final = 6 * 3600  # good for 24 to 30 hours: as long as an offline roster


class NoSuchPhoto(NotFound):
    """Không có ảnh này | There is no such photo"""


class Shown(Struct, frozen=True, kw_only=True):
    """What an address stands for: `photo_key` as it must still be stored with its owner."""

    school_id: int
    kind: Kind
    owner_id: UUID
    photo_key: str
    size: Size
    expires_at: datetime

    @property
    def object_key(self) -> str:
        return object_key(self.photo_key, self.size)


def photo_key(*, school_id: int, kind: Kind, owner_id: UUID, version: bytes) -> str:
    """What a picture is stored under; `version` is 8 bytes."""
    return f"schools/{school_id}/{kind}/{owner_id.hex}-{version.hex()}"


def object_key(photo_key: str, size: Size) -> str:
    """The key in the storage of one size of the picture."""
    return f"{photo_key}.jpg" if size == "full" else f"{photo_key}-small.jpg"


class PhotoUrls:
    """Signs addresses, at one moment, relative to the API's own."""

    __slots__ = ("_day_end", "_hour_end", "_ring")

    def __init__(self, ring: KeyRing, now: datetime) -> None:
        at = int(now.timestamp())
        self._ring = ring
        self._hour_end = (at // _HOUR_STEP_S + 3) * _HOUR_STEP_S
        self._day_end = (at // _DAY_STEP_S + 5) * _DAY_STEP_S

    def full(self, photo_key: str | None) -> str | None:
        """Of the large picture, for an hour; None of None."""
        return None if photo_key is None else self._signed(photo_key, 0, self._hour_end)

    def small(self, photo_key: str | None) -> str | None:
        """Of the small picture, for an hour."""
        return None if photo_key is None else self._signed(photo_key, 1, self._hour_end)

    def small_for_a_day(self, photo_key: str | None) -> str | None:
        """Of the small picture, for whoever is offline for a day."""
        return None if photo_key is None else self._signed(photo_key, 1, self._day_end)

    def _signed(self, photo_key: str, size: int, expires: int) -> str:
        # Four parts and two hexadecimal numbers: `photo_key` above.
        _, school, kind, name = photo_key.split("/")
        owner, _, version = name.partition("-")
        school_id = int(school)
        key_id = self._ring.current_id
        what = size | _KINDS.index(kind) << 4
        body = _BODY.pack(
            _VERSION,
            key_id,
            what,
            school_id,
            bytes.fromhex(owner),
            bytes.fromhex(version),
            expires,
        )
        mac = hmac.digest(self._ring.derive("photo-url", school_id, key_id=key_id), body, "sha256")
        return PATH + base64.urlsafe_b64encode(body + mac[:_MAC_BYTES]).decode().rstrip("=")


def read_token(ring: KeyRing, token: str, *, now: datetime) -> Shown:
    """What an address of ours stands for.

    Raises:
        NoSuchPhoto: not one of ours, or over. Which of them is nobody's business.
    """
    raw = _decoded(token)
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    version, key_id, what, school_id, owner, picture, expires = _BODY.unpack(body)
    size, kind = what & 15, what >> 4
    try:
        key = ring.derive("photo-url", school_id, key_id=key_id)
    except UnknownKey:
        raise NoSuchPhoto from None
    is_ours = hmac.compare_digest(hmac.digest(key, body, "sha256")[:_MAC_BYTES], mac)
    if not is_ours or version != _VERSION or expires <= now.timestamp():
        raise NoSuchPhoto
    owner_id = UUID(bytes=owner)
    return Shown(
        school_id=school_id,
        kind=_KINDS[kind],
        owner_id=owner_id,
        photo_key=photo_key(
            school_id=school_id, kind=_KINDS[kind], owner_id=owner_id, version=picture
        ),
        size=_SIZES[size],
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _decoded(token: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise NoSuchPhoto from None
    # One spelling alone: the decoder skips letters that it does not know, and takes "+" for "-".
    if len(raw) != _BYTES or base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise NoSuchPhoto
    return raw
