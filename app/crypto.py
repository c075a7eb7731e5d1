"""Encryption at rest, blind indexes and the token signing keys.

Two levels (DESIGN section 2.6): what belongs to an account is sealed under the deployment's key,
what belongs to a school under the school's own data key, which is stored wrapped.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.keys import KeyRing, UnknownKey

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_SCHOOL_KEY: Final = "school-key"
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class Undecryptable(Exception):
    """The bytes were not sealed here for this purpose, were changed, or their key is retired."""


class Vault:
    """The deployment's own secrets: account phones, wrapped school keys, signing keys."""

    __slots__ = ("_ring", "_signing_keys")

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        keys = [self.signing_key(key_id) for key_id in ring.ids]
        self._signing_keys = {_thumbprint(key.public_key()): key for key in keys}

    @property
    def ring(self) -> KeyRing:
        """The one ring of this process; parsing another would miss all its cached derivations."""
        return self._ring

    def phone_index(self, e164: str) -> bytes:
        """The 32-byte blind index of a phone under the current key; store this one.

        Raises:
            ValueError: not E.164: an index of another spelling would never be found again.
        """
        return self._index(e164, self._ring.current_id)

    def phone_indexes(self, e164: str) -> list[bytes]:
        """The blind indexes under every live key, the current first; look up any of them."""
        return [self._index(e164, key_id) for key_id in self._ring.ids]

    def seal(self, plaintext: str, *, purpose: str) -> bytes:
        """AES-256-GCM: version, key id, 96-bit random nonce, ciphertext and tag."""
        return self._seal(plaintext.encode(), purpose)

    def open(self, sealed: bytes, *, purpose: str) -> str:
        """The text that was sealed for the same purpose.

        Raises:
            Undecryptable: changed, sealed for something else, or its key is no longer live.
        """
        return self._open(sealed, purpose).decode()

    def new_school_key(self) -> bytes:
        """A fresh data key for one school, wrapped: the value of table `school_key`."""
        return self._seal(secrets.token_bytes(32), _SCHOOL_KEY)

    def rewrap_school_key(self, wrapped: bytes) -> bytes:
        """The same data key under the current master key, so that the old one can be retired.

        Raises:
            Undecryptable: the old master key is not live any more.
        """
        return self._seal(self._open(wrapped, _SCHOOL_KEY), _SCHOOL_KEY)

    def school_box(self, wrapped: bytes, school_id: int) -> "SchoolBox":
        """Unwrap a school's data key.

        Raises:
            Undecryptable: not a wrapped key, or its master key is no longer live.
        """
        return SchoolBox(self._open(wrapped, _SCHOOL_KEY), school_id)

    def signing_key(self, key_id: int) -> Ed25519PrivateKey:
        """The key that signs access tokens under one master key.

        Raises:
            UnknownKey: no such live key.
        """
        seed = self._ring.derive("token-signing", key_id=key_id)
        return Ed25519PrivateKey.from_private_bytes(seed)

    def signing_keys(self) -> dict[str, Ed25519PrivateKey]:
        """The signing keys of all live ids by their `kid`, the current one first."""
        return dict(self._signing_keys)

    def current_signing_key(self) -> tuple[str, Ed25519PrivateKey]:
        """`kid` and key for new tokens."""
        return next(iter(self._signing_keys.items()))

    def jwks(self) -> dict[str, Any]:
        """The body of `/.well-known/jwks.json` (RFC 7517, RFC 8037), the current key first."""
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": kid,
                    "x": _b64url(key.public_key().public_bytes_raw()),
                }
                for kid, key in self._signing_keys.items()
            ]
        }

    def _index(self, e164: str, key_id: int) -> bytes:
        if not _E164.fullmatch(e164):
            raise ValueError("a phone index needs the E.164 form")
        return hmac.digest(self._ring.derive("phone-index", key_id=key_id), e164.encode(), "sha256")

    def _seal(self, plaintext: bytes, purpose: str) -> bytes:
        header = bytes((_VERSION, self._ring.current_id))
        key = self._ring.derive("seal", key_id=self._ring.current_id)
        return header + _encrypt(key, plaintext, header + purpose.encode())

    def _open(self, sealed: bytes, purpose: str) -> bytes:
        header = sealed[:2]
        if len(header) < 2 or header[0] != _VERSION:
            raise Undecryptable("not in a known format")
        try:
            key = self._ring.derive("seal", key_id=header[1])
        except UnknownKey:
            raise Undecryptable(f"its key id {header[1]} is not live") from None
        return _decrypt(key, sealed[2:], header + purpose.encode())


class SchoolBox:
    """One school's personal data: phones, national ids, health notes, collecting secrets."""

    __slots__ = ("_key", "_school_id")

    def __init__(self, key: bytes, school_id: int) -> None:
        self._key = key
        self._school_id = school_id

    def seal(self, text: str, *, field: str) -> bytes:
        """AES-256-GCM: version, 96-bit random nonce, ciphertext and tag.

        `field` names the column, as in `guardian.phone`: a value moved to another column or another
        school does not open.
        """
        return self.seal_bytes(text.encode(), field=field)

    def open(self, sealed: bytes, *, field: str) -> str:
        """The text sealed for this school and field.

        Raises:
            Undecryptable: changed, or of another school or field.
        """
        return self.open_bytes(sealed, field=field).decode()

    def seal_bytes(self, data: bytes, *, field: str) -> bytes:
        """As `seal`, for a file."""
        return bytes((_VERSION,)) + _encrypt(self._key, data, self._aad(field))

    def open_bytes(self, sealed: bytes, *, field: str) -> bytes:
        """What `seal_bytes` has sealed; raises as `open`."""
        if sealed[:1] != bytes((_VERSION,)):
            raise Undecryptable("not in a known format")
        return _decrypt(self._key, sealed[1:], self._aad(field))

    def index(self, text: str, *, field: str) -> bytes:
        """The 32-byte blind index of a text: the same in this school and field, and nowhere else.

        It outlives the master keys, as the school's data key does.
        """
        key = hmac.digest(self._key, b"blind-index", "sha256")
        return hmac.digest(key, self._aad(field) + b"\x00" + text.encode(), "sha256")

    def _aad(self, field: str) -> bytes:
        return b"%d:%d:%s" % (_VERSION, self._school_id, field.encode())


def _encrypt(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def _decrypt(key: bytes, box: bytes, aad: bytes) -> bytes:
    if len(box) < _NONCE_BYTES + _TAG_BYTES:
        raise Undecryptable("too short")
    try:
        return AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], aad)
    except InvalidTag:
        raise Undecryptable("changed, or sealed for something else") from None


def _thumbprint(key: Ed25519PublicKey) -> str:
    """RFC 7638: a `kid` that another key can never pass under, even after an id is used anew."""
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{_b64url(key.public_bytes_raw())}"}}'
    return _b64url(hashlib.sha256(members.encode()).digest())


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
