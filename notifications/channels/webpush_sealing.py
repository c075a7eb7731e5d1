"""Encryption to one browser (RFC 8291, RFC 8188) and the sender's signature (RFC 8292).

On `cryptography` and PyJWT: pywebpush brings a blocking transport along, and its http_ece is
published as source only, which an installation from wheels by hash does not run.
"""

import base64
import os
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.push_key import PushKey

# 4096 bytes is what each service must take (RFC 8030 §7.2); Firefox on Android takes some 3000.
MAX_PLAINTEXT_BYTES: Final = 2800
# Padded to the same length, a ciphertext does not tell by its size what kind of news it is.
_STEP_BYTES: Final = 512
_RECORD_BYTES: Final = 4096
_SALT_BYTES: Final = 16
TOKEN_S: Final = 12 * 3600
"""RFC 8292 §2 allows 24 hours; the clocks of sender and service differ."""


class TooLarge(ValueError):
    """The plaintext is longer than every push service takes."""


def encrypt(
    plaintext: bytes,
    *,
    p256dh: str,
    auth: str,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
    step: int = _STEP_BYTES,
) -> bytes:
    """The `aes128gcm` body for the browser that holds the keys; padded to a multiple of `step`.

    `ephemeral` and `salt` are fresh for each message; they are given to check against RFC 8291.

    Raises:
        TooLarge: more than `MAX_PLAINTEXT_BYTES`.
        ValueError: the keys are not a point on P-256 and a secret, in base64url.
    """
    if len(plaintext) > MAX_PLAINTEXT_BYTES:
        raise TooLarge(f"{len(plaintext)} bytes")
    point = b64url(p256dh)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    ephemeral = ephemeral or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(_SALT_BYTES)
    ours = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    shared = ephemeral.exchange(ec.ECDH(), browser)
    secret = _derived(shared, b64url(auth), b"WebPush: info\0" + point + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    # One record, the last: its delimiter is 2, and zeros pad it (RFC 8188 §2).
    record = plaintext + b"\x02"
    record = record.ljust(-(-len(record) // step) * step, b"\0")
    header = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, record, None)


def authorization(key: PushKey, *, origin: str, subject: str, now: float) -> str:
    """The `Authorization` header for a push service, good for `TOKEN_S`. `now`: Unix seconds.

    `origin` is the service's, without a default port; `subject` is whom it may write to.
    """
    claims = {"aud": origin, "exp": int(now) + TOKEN_S, "sub": subject}
    return f"vapid t={jwt.encode(claims, key.private_key, algorithm='ES256')}, k={key.public_key}"


def b64url(text: str) -> bytes:
    """base64url, padded or not.

    Raises:
        ValueError: it is none.
    """
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
