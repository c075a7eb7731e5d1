"""Ways to a device: FCM's token of an app, or the Web Push endpoint of a browser."""

import base64
import binascii
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from app import db
from app.errors import NotFound, Unprocessable
from app.identity.model import Locale, Platform, PushTokenView
from app.identity.queries import set_locale


class BadPushKeys(Unprocessable):
    """Khoá mã hoá thông báo không đúng | The keys of the push subscription are not valid"""


class NotThisDevice(NotFound):
    """Không tìm thấy thiết bị | No such device"""


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """`token`: FCM's token or the endpoint; `p256dh` and `auth` only for Web Push (RFC 8291)."""

    kind: Literal["fcm", "web"]
    token: str
    platform: Platform
    locale: Locale
    p256dh: str | None = None
    auth: str | None = None

    def __repr__(self) -> str:
        return f"Registration({self.kind}, {self.platform})"


async def register(
    conn: db.Conn, *, account_id: UUID, device_id: UUID, registration: Registration, now: datetime
) -> PushTokenView:
    """Push the account's news to this device from now on.

    Whoever had the token before has it no more: a phone that changes hands, or is logged in
    anew by another parent, must not go on showing the first one's child.

    Raises:
        BadPushKeys: not a point on P-256 and a 16-byte secret.
    """
    if registration.kind == "web":
        _check_keys(registration)
    await db.value(
        conn,
        "select claim_push_token($1, $2, $3, $4)",
        registration.kind,
        registration.token,
        account_id,
        device_id,
    )
    await _upsert(
        conn, account_id=account_id, device_id=device_id, registration=registration, now=now
    )
    # One person, one language: the phone's, until somebody has said which.
    await set_locale(conn, account_id=account_id, locale=registration.locale, chosen_at=None)
    return PushTokenView(
        device_id=device_id,
        kind=registration.kind,
        platform=registration.platform,
        locale=registration.locale,
        registered_at=now,
    )


async def forget(conn: db.Conn, *, account_id: UUID, device_id: UUID) -> int:
    """Send no more pushes of this account to this device; how many ways there were."""
    return await db.run(
        conn,
        "delete from push_token where account_id = $1 and device_id = $2",
        account_id,
        device_id,
    )


async def _upsert(
    conn: db.Conn, *, account_id: UUID, device_id: UUID, registration: Registration, now: datetime
) -> None:
    await db.run(
        conn,
        """
        insert into push_token (account_id, device_id, kind, token, p256dh, auth, platform, locale,
                                registered_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (account_id, device_id, kind) do update set
               token = excluded.token, p256dh = excluded.p256dh, auth = excluded.auth,
               platform = excluded.platform, locale = excluded.locale,
               registered_at = excluded.registered_at, disabled_at = null, disabled_reason = null
        """,
        account_id,
        device_id,
        registration.kind,
        registration.token,
        registration.p256dh,
        registration.auth,
        registration.platform,
        registration.locale,
        now,
    )


def _check_keys(registration: Registration) -> None:
    try:
        point = _b64url(registration.p256dh or "")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        secret = _b64url(registration.auth or "")
    except (ValueError, binascii.Error):
        raise BadPushKeys from None
    if len(point) != 65 or len(secret) != 16:
        raise BadPushKeys


def _b64url(text: str) -> bytes:
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
