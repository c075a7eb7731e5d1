"""Addresses of attachments: signed, the caller's own, good for some 15 minutes.

Unlike a pupil's picture an attachment can be for very few. So its address carries the session it
was made for, and when it is used everything is asked again: whether the session lives, and whether
its account may at this moment see what the file belongs to.
"""

import base64
import binascii
import hmac
import struct
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app.contact_book.attachments.model import NoSuchAttachment
from app.identity.model import Caller
from app.keys import KeyRing, UnknownKey

Size = Literal["full", "small"]

PATH: Final = "/v1/contact-book/files/"
_SIZES: Final[tuple[Size, ...]] = ("full", "small")
_VERSION: Final = 1
# version, key id, size, school, attachment, session, expiry
_BODY: Final = struct.Struct(">BBBI16s16sI")
_MAC_BYTES: Final = 16
_BYTES: Final = _BODY.size + _MAC_BYTES
FORM: Final = r"^[A-Za-z0-9_-]{79}$"
# Rounded up, so that an address stays the same for a while and browsers keep what it shows.
_STEP_S: Final = 300  # good for 10 to 15 minutes


class Opened(Struct, frozen=True, kw_only=True):
    """What an address stands for."""

    school_id: int
    attachment_id: UUID
    session_id: UUID
    size: Size
    expires_at: datetime


class AttachmentUrls:
    """Signs addresses for one caller, at one moment, relative to the API's own."""

    __slots__ = ("_end", "_ring", "_session_id")

    def __init__(self, ring: KeyRing, *, caller: Caller, now: datetime) -> None:
        self._ring = ring
        self._session_id = caller.session_id
        self._end = (int(now.timestamp()) // _STEP_S + 3) * _STEP_S

    def full(self, school_id: int, attachment_id: UUID) -> str:
        """Of the file itself."""
        return self._signed(school_id, attachment_id, 0)

    def small(self, school_id: int, attachment_id: UUID) -> str:
        """Of a picture's preview."""
        return self._signed(school_id, attachment_id, 1)

    def _signed(self, school_id: int, attachment_id: UUID, size: int) -> str:
        key_id = self._ring.current_id
        body = _BODY.pack(
            _VERSION,
            key_id,
            size,
            school_id,
            attachment_id.bytes,
            self._session_id.bytes,
            self._end,
        )
        mac = hmac.digest(_key(self._ring, school_id, key_id), body, "sha256")
        return PATH + base64.urlsafe_b64encode(body + mac[:_MAC_BYTES]).decode().rstrip("=")


def read_token(ring: KeyRing, token: str, *, now: datetime) -> Opened:
    """What an address of ours stands for.

    Raises:
        NoSuchAttachment: not one of ours, or over. Which of them is nobody's business.
    """
    raw = _decoded(token)
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    version, key_id, size, school_id, attachment, session, expires = _BODY.unpack(body)
    try:
        key = _key(ring, school_id, key_id)
    except UnknownKey:
        raise NoSuchAttachment from None
    is_ours = hmac.compare_digest(hmac.digest(key, body, "sha256")[:_MAC_BYTES], mac)
    if not is_ours or version != _VERSION or expires <= now.timestamp():
        raise NoSuchAttachment
    return Opened(
        school_id=school_id,
        attachment_id=UUID(bytes=attachment),
        session_id=UUID(bytes=session),
        size=_SIZES[size],
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _key(ring: KeyRing, school_id: int, key_id: int) -> bytes:
    return ring.derive("attachment-url", school_id, key_id=key_id)


def _decoded(token: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise NoSuchAttachment from None
    # One spelling alone: the decoder skips letters that it does not know, and takes "+" for "-".
    if len(raw) != _BYTES or base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise NoSuchAttachment
    return raw
