"""A browser's half of Web Push: it subscribes with a key, and reads what is sent to it.

Written from RFC 8291 and RFC 8188 for the receiver, with HKDF spelled out: it shares nothing with
the sender's code but the curve and the cipher.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_POINT = 65


class Unreadable(Exception):
    """A browser drops such a message without a word."""


class Browser:
    """One subscription: `endpoint` and the keys that only the browser has the other half of."""

    def __init__(self, origin: str, server_key: str) -> None:
        self.name = secrets.token_urlsafe(12)
        self.endpoint = f"{origin}/push/{self.name}"
        self.server_key = server_key
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)

    @property
    def p256dh(self) -> str:
        return b64(self._point())

    @property
    def auth(self) -> str:
        return b64(self._secret)

    def read(self, body: bytes) -> dict[str, Any]:
        """The JSON that the service worker is given.

        Raises:
            Unreadable: not one record of `aes128gcm` for this browser.
        """
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, record = body[21 : 21 + length], body[21 + length :]
        if length != _POINT or not 18 <= len(record) <= size:
            raise Unreadable("header")
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._private.exchange(ec.ECDH(), sender)
        info = b"WebPush: info\0" + self._point() + theirs
        secret = _hkdf(self._secret, shared, info, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        try:
            padded = AESGCM(key).decrypt(nonce, record, None)
        except InvalidTag:
            raise Unreadable("tag") from None
        plain = padded.rstrip(b"\0")
        if plain[-1:] != b"\x02":
            raise Unreadable("delimiter of the last record")
        found: dict[str, Any] = json.loads(plain[:-1])
        return found

    def _point(self) -> bytes:
        return self._private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, one block of output."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]
