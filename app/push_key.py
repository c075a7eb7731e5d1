"""The key by which the browsers' push services know this installation (VAPID, RFC 8292).

Whoever needs it first makes it: there is one for all processes. Browsers bind their subscriptions
to it, so it is kept, sealed, and outlives a rotation of MASTER_KEY.
"""

import base64
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from app import db
from app.crypto import Vault

PUSH_KEY_PURPOSE: Final = "web-push-key"


class PushKey(Struct, frozen=True, kw_only=True, eq=False):
    """`public_key`: the uncompressed point as base64url, as `PushManager.subscribe` takes it."""

    public_key: str
    private_key: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return f"PushKey({self.public_key})"


class _Row(Struct, frozen=True, kw_only=True):
    public_key: str
    private_sealed: bytes


async def public_key(conn: db.Conn, *, vault: Vault) -> str:
    """What a browser subscribes with."""
    return (await _kept(conn, vault)).public_key


async def push_key(conn: db.Conn, *, vault: Vault) -> PushKey:
    """What a Web Push is signed with.

    Raises:
        Undecryptable: it was sealed under a MASTER_KEY that is not live any more.
    """
    row = await _kept(conn, vault)
    pem = vault.open(row.private_sealed, purpose=PUSH_KEY_PURPOSE).encode()
    private = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("web_push_key holds no key on a curve")
    return PushKey(public_key=row.public_key, private_key=private)


async def _kept(conn: db.Conn, vault: Vault) -> _Row:
    sql = "select public_key, private_sealed from web_push_key"
    found = await db.one(conn, _Row, sql)
    while found is None:
        await _make(conn, vault)
        # Read again, not taken: of two who make one at the same time, the first one's is kept.
        found = await db.one(conn, _Row, sql)
    return found


async def _make(conn: db.Conn, vault: Vault) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    await db.run(
        conn,
        """
        insert into web_push_key (public_key, private_sealed) values ($1, $2)
            on conflict (id) do nothing
        """,
        point_of(private.public_key()),
        vault.seal(pem.decode(), purpose=PUSH_KEY_PURPOSE),
    )


def point_of(key: ec.EllipticCurvePublicKey) -> str:
    """The uncompressed point as base64url, without padding."""
    raw = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
