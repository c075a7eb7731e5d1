"""The deployment's master keys, and every other key derived from them."""

import base64
import binascii
import re
import secrets
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

KEY_BYTES: Final = 32
MAX_LIVE_KEYS: Final = 2

_SALT: Final = b"cong-truong/v1"
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")

Context = int | str | bytes | date


class UnknownKey(LookupError):
    """No live key has this id: it was retired, or never was ours."""


class MasterKey:
    """A secret that neither prints, nor compares by value, nor serialises."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def reveal(self) -> bytes:
        return self._secret

    def __repr__(self) -> str:
        return "MasterKey(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a master key is not serialised")


class KeyRing(Struct, frozen=True, eq=False):
    """One or two live master keys; the highest id is the current one.

    Two are live while the key is rotated: new codes and ciphertexts come from the current key,
    old ones are still read under the other. A ring equals only itself: no comparison reads keys.
    """

    keys: dict[int, MasterKey]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read MASTER_KEY: a single key (it gets id 1), or `id:key` or `id:key,id:key`.

        A key is 32 bytes as base64, base64url (padding optional) or hex. Ids are 0 to 255.

        Raises:
            ValueError: says what is wrong, and never shows the text.
        """
        entries = [entry.strip() for entry in text.strip().split(",")]
        if len(entries) > MAX_LIVE_KEYS:
            raise ValueError("at most two keys may be live")
        keys: dict[int, MasterKey] = {}
        for entry in entries:
            number, colon, key = entry.rpartition(":")
            if not colon and len(entries) > 1:
                raise ValueError("of two keys each needs its id, as in 1:KEY,2:KEY")
            key_id = _key_id(number) if colon else 1
            if key_id in keys:
                raise ValueError(f"key id {key_id} is given twice")
            keys[key_id] = MasterKey(_key_bytes(key.strip()))
        return cls(keys)

    @staticmethod
    def generate() -> str:
        """A fresh random key as base64url, good as MASTER_KEY or after `id:` in it."""
        return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()

    @property
    def current_id(self) -> int:
        return max(self.keys)

    @property
    def ids(self) -> tuple[int, ...]:
        """The live key ids, the current one first."""
        return tuple(sorted(self.keys, reverse=True))

    def derive(
        self, purpose: str, *context: Context, key_id: int | None = None, length: int = KEY_BYTES
    ) -> bytes:
        """A key of `length` bytes for one purpose and context (HKDF-SHA256, RFC 5869).

        Deterministic: the same master key gives the same derived key on every machine. `key_id`
        None means the current key. The id itself is part of the derivation.

        Raises:
            UnknownKey: no such live key.
        """
        wanted = self.current_id if key_id is None else key_id
        master = self.keys.get(wanted)
        if master is None:
            raise UnknownKey(f"key id {wanted} is not live")
        return _derived(master, length, wanted, purpose, *context)


# Attackers can name any school and card in a code, so the cache must be bounded: 16,384 entries are
# every school's card key under both ids plus the phones and stations of a busy morning.
@lru_cache(maxsize=16_384)
def _derived(master: MasterKey, length: int, key_id: int, purpose: str, *context: Context) -> bytes:
    info = b"".join(_encoded(part) for part in (purpose, key_id, *context))
    return HKDF(algorithm=SHA256(), length=length, salt=_SALT, info=info).derive(master.reveal())


def _encoded(part: Context) -> bytes:
    """Type, length, value: no two lists of parts run together into the same bytes."""
    if isinstance(part, datetime):
        raise TypeError("a key context is a day, not an instant")
    if isinstance(part, int):
        tag, raw = b"i", str(int(part)).encode()
    elif isinstance(part, str):
        tag, raw = b"s", part.encode()
    elif isinstance(part, date):
        tag, raw = b"d", part.isoformat().encode()
    else:
        tag, raw = b"b", part
    return tag + len(raw).to_bytes(4, "big") + raw


def _key_id(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text.strip()) or int(text) > 255:
        raise ValueError("a key id is a number from 0 to 255")
    return int(text)


def _key_bytes(text: str) -> bytes:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        # From None: the original error's context would carry the text into a traceback.
        raise ValueError("a key must be base64, base64url or hex") from None
    if len(raw) != KEY_BYTES:
        raise ValueError(f"a key must be {KEY_BYTES} bytes, this one has {len(raw)}")
    return raw
