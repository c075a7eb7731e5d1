"""Access tokens: EdDSA, ten minutes, checked against the session on every request."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec

from app.crypto import Vault
from app.errors import Unauthenticated

ACCESS_TOKEN_S = 600
_ISSUER = "cong-truong"
_CACHE_SIZE = 50_000


class BadAccessToken(Unauthenticated):
    """Phiên đăng nhập đã hết hạn hoặc không hợp lệ | The access token is expired or not valid"""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified token says: instants in Unix seconds."""

    account_id: UUID
    session_id: UUID
    issued_at: int
    expires_at: int


class AccessTokens:
    """Issues and verifies access tokens.

    Only the signature check is remembered (STACK.md: 285 µs each), never whether the session or
    a membership still holds.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._verified: OrderedDict[str, Claims] = OrderedDict()
        self._public_keys: dict[str, Any] = {
            kid: key.public_key() for kid, key in vault.signing_keys().items()
        }

    def issue(self, *, account_id: UUID, session_id: UUID, now: datetime) -> str:
        kid, key = self._vault.current_signing_key()
        claims = {
            "iss": _ISSUER,
            "sub": str(account_id),
            "sid": str(session_id),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=ACCESS_TOKEN_S)).timestamp()),
        }
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid})

    def verify(self, token: str, *, now: datetime) -> Claims:
        """The claims of a genuine token.

        Raises:
            BadAccessToken: forged, foreign, malformed or expired.
        """
        claims = self._verified.get(token)
        if claims is None:
            claims = self._check(token)
            self._verified[token] = claims
            if len(self._verified) > _CACHE_SIZE:
                self._verified.popitem(last=False)
        if claims.expires_at <= now.timestamp():
            self._verified.pop(token, None)
            raise BadAccessToken
        return claims

    def _check(self, token: str) -> Claims:
        try:
            key = self._public_keys[jwt.get_unverified_header(token)["kid"]]
            # Expiry is compared with the caller's clock in `verify`. `iat` is not compared at all:
            # a machine whose clock is a second behind would refuse what another has just issued.
            payload = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=_ISSUER,
                options={
                    "verify_exp": False,
                    "verify_iat": False,
                    "require": ["iat", "exp", "sub", "sid"],
                },
            )
            return Claims(
                account_id=UUID(payload["sub"]),
                session_id=UUID(payload["sid"]),
                issued_at=payload["iat"],
                expires_at=payload["exp"],
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise BadAccessToken from None
