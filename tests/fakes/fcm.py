"""A server that speaks FCM HTTP v1 and Google's token endpoint, on loopback, with faults on demand.

In a test: `async with FakeFcm() as fcm: FcmSender(fcm.credentials_path, fcm.endpoint)`.
By hand: `python -m tests.fakes.fcm --port 9099 --credentials-out .data/fcm.json`.
"""

import asyncio
import functools
import json
import secrets
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import click
import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct

from tests.fakes import fcm_body

_KEPT = 100_000
_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
_SCOPES = {
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
}
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Fault(Struct, frozen=True, kw_only=True):
    """One wrong answer. `hang_s` waits before it; `reset` cuts the connection instead."""

    status: int = 500
    rpc: str = "INTERNAL"
    code: str | None = None
    message: str = "fault"
    retry_after: str | None = None
    hang_s: float = 0.0
    reset: bool = False
    accepts: bool = False
    """Take the message first: the answer alone is lost."""
    raw: str | None = None
    """This body instead of Google's JSON."""


UNREGISTERED = Fault(status=404, rpc="NOT_FOUND", code="UNREGISTERED")
SENDER_ID_MISMATCH = Fault(status=403, rpc="PERMISSION_DENIED", code="SENDER_ID_MISMATCH")
INVALID_TOKEN = Fault(
    status=400,
    rpc="INVALID_ARGUMENT",
    code="INVALID_ARGUMENT",
    message="The registration token is not a valid FCM registration token",
)
PERMISSION_DENIED = Fault(status=403, rpc="PERMISSION_DENIED")
THIRD_PARTY_AUTH = Fault(status=401, rpc="UNAUTHENTICATED", code="THIRD_PARTY_AUTH_ERROR")
INTERNAL = Fault(status=500, rpc="INTERNAL", code="INTERNAL")
HANG = Fault(hang_s=3600.0)
RESET = Fault(reset=True)
LOST_ANSWER = Fault(reset=True, accepts=True)
CAPTIVE_PORTAL = Fault(status=200, raw="<html>Welcome to the Wi-Fi</html>")


def quota(retry_after: str | None = None) -> Fault:
    return Fault(
        status=429, rpc="RESOURCE_EXHAUSTED", code="QUOTA_EXCEEDED", retry_after=retry_after
    )


def unavailable(retry_after: str | None = None) -> Fault:
    return Fault(status=503, rpc="UNAVAILABLE", code="UNAVAILABLE", retry_after=retry_after)


class AcceptedPush(Struct, frozen=True, kw_only=True):
    """A push FCM has taken. `at` is Unix time, `message` the body's `message` as it came."""

    at: float
    token: str
    name: str
    message: dict[str, Any]


@functools.cache
def _private_key() -> rsa.RSAPrivateKey:
    """One fresh key a process: making it takes longer than most tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeFcm:
    """FCM and the token endpoint in one server.

    `accepted` holds what was taken, `requests` counts every `messages:send`, taken or not.
    `faults` are used up in order by the next requests; `token_faults` by the next token requests;
    `dead_tokens` answer their fault each time.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        prefix: str = "",
        project_id: str = "demo-cong-truong",
        token_lifetime_s: int = 3600,
        on_accept: Callable[[AcceptedPush], None] | None = None,
    ) -> None:
        self.project_id = project_id
        self.token_lifetime_s = token_lifetime_s
        self.accepted: deque[AcceptedPush] = deque(maxlen=_KEPT)
        self.faults: deque[Fault] = deque()
        self.token_faults: deque[Fault] = deque()
        self.dead_tokens: dict[str, Fault] = {}
        self.requests = 0
        self.token_requests = 0
        self.most_at_once = 0
        self.delay_s = 0.0
        self._port = port
        self._prefix = prefix
        self._on_accept = on_accept
        self._bearers: set[str] = set()
        self._at_once = 0
        self._key_id = secrets.token_hex(20)
        self._email = f"push@{project_id}.iam.gserviceaccount.com"
        self._folder = tempfile.TemporaryDirectory(prefix="fake-fcm-")
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_post(self._prefix + "/v1/projects/{project}/messages:send", self._send)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.write_credentials(self.credentials_path)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._folder.cleanup()

    @property
    def endpoint(self) -> str:
        """What `FCM_ENDPOINT` is set to."""
        return f"http://127.0.0.1:{self._port}{self._prefix}"

    @property
    def token_uri(self) -> str:
        return f"http://127.0.0.1:{self._port}/token"

    @property
    def credentials_path(self) -> Path:
        """What `FIREBASE_CREDENTIALS` is set to; lives as long as the server."""
        return Path(self._folder.name) / "service-account.json"

    def write_credentials(self, path: Path) -> None:
        """Write the service-account file, readable by its owner only."""
        pem = _private_key().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "type": "service_account",
            "project_id": self.project_id,
            "private_key_id": self._key_id,
            "private_key": pem.decode(),
            "client_email": self._email,
            "client_id": "100000000000000000000",
            "token_uri": self.token_uri,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(account, indent=2), encoding="utf-8")

    def revoke_access_tokens(self) -> None:
        """From now on every access token handed out so far is a 401."""
        self._bearers.clear()

    async def wait_for(self, count: int, *, timeout_s: float = 30.0) -> list[AcceptedPush]:
        """Wait until `count` pushes were taken.

        Raises:
            TimeoutError: fewer came.
        """
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: len(self.accepted) >= count)
        return list(self.accepted)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.token_requests += 1
        if self.token_faults:
            fault = self.token_faults.popleft()
            await asyncio.sleep(fault.hang_s)
            return web.json_response({"error": fault.rpc.lower()}, status=fault.status)
        form = await request.post()
        try:
            self._check_assertion(str(form.get("grant_type")), str(form.get("assertion")))
        except (jwt.PyJWTError, ValueError) as error:
            refusal = {"error": "invalid_grant", "error_description": str(error)}
            return web.json_response(refusal, status=400)
        bearer = "ya29." + secrets.token_urlsafe(24)
        self._bearers.add(bearer)
        return web.json_response(
            {
                "access_token": bearer,
                "expires_in": self.token_lifetime_s,
                "token_type": "Bearer",
            }
        )

    def _check_assertion(self, grant: str, assertion: str) -> None:
        """RFC 7523 §3, as Google asks it."""
        if grant != _GRANT:
            raise ValueError("Invalid grant_type")
        if jwt.get_unverified_header(assertion).get("kid") != self._key_id:
            raise ValueError("Invalid JWT: unknown key id")
        claims = jwt.decode(
            assertion,
            _private_key().public_key(),
            algorithms=["RS256"],
            audience=[_GOOGLE_AUDIENCE, self.token_uri],
            issuer=self._email,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
        if claims["exp"] - claims["iat"] > 3600:
            raise ValueError("Invalid JWT: Token must be a short-lived token (60 minutes)")
        if not _SCOPES & set(str(claims.get("scope", "")).split()):
            raise ValueError("Invalid OAuth scope")

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._answer(request)
        finally:
            self._at_once -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or bearer not in self._bearers:
            return _google_error(Fault(status=401, rpc="UNAUTHENTICATED"))
        if request.match_info["project"] != self.project_id:
            return _google_error(PERMISSION_DENIED)
        try:
            message, raw = fcm_body.read(body)
        except fcm_body.Refused as refused:
            return _bad_request(refused)
        fault = self.dead_tokens.get(message.token)
        if fault is None and self.faults:
            fault = self.faults.popleft()
        if fault is not None and not fault.accepts:
            return await self._fail(request, fault)
        name = await self._accept(message.token, raw)
        if fault is not None:
            return await self._fail(request, fault)
        return web.json_response({"name": name})

    async def _accept(self, token: str, raw: dict[str, Any]) -> str:
        name = f"projects/{self.project_id}/messages/0:{time.time_ns()}%{secrets.token_hex(8)}"
        push = AcceptedPush(at=time.time(), token=token, name=name, message=raw)
        self.accepted.append(push)
        if self._on_accept is not None:
            self._on_accept(push)
        async with self._news:
            self._news.notify_all()
        return name

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.hang_s)
        if fault.reset and request.transport is not None:
            request.transport.abort()
        return _google_error(fault)


def _google_error(fault: Fault) -> web.Response:
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    if fault.raw is not None:
        return web.Response(
            status=fault.status, text=fault.raw, content_type="text/html", headers=headers
        )
    error: dict[str, Any] = {"code": fault.status, "message": fault.message, "status": fault.rpc}
    if fault.code is not None:
        error["details"] = [{"@type": _FCM_ERROR, "errorCode": fault.code}]
    return web.json_response({"error": error}, status=fault.status, headers=headers)


def _bad_request(refused: fcm_body.Refused) -> web.Response:
    if refused.field is None:
        return _google_error(
            Fault(status=400, rpc="INVALID_ARGUMENT", code="INVALID_ARGUMENT", message=str(refused))
        )
    violation = {"field": refused.field, "description": str(refused)}
    details = [{"@type": _BAD_REQUEST, "fieldViolations": [violation]}]
    return web.json_response(
        {
            "error": {
                "code": 400,
                "message": str(refused),
                "status": "INVALID_ARGUMENT",
                "details": details,
            }
        },
        status=400,
    )


def _line(push: AcceptedPush) -> str:
    shown = push.message.get("notification", {})
    clock = time.strftime("%H:%M:%S", time.localtime(push.at))
    text = f"{shown.get('title', '')} · {shown.get('body', '')}"
    return f"{clock}  {push.token[:16]:16}  {text}  {json.dumps(push.message.get('data', {}))}"


@click.command()
@click.option("--port", default=9099, show_default=True)
@click.option("--credentials-out", type=click.Path(path_type=Path), required=True)
def main(port: int, credentials_out: Path) -> None:
    """Take pushes as FCM would, and print each one."""

    async def run() -> None:
        async with FakeFcm(port=port, on_accept=lambda push: click.echo(_line(push))) as fcm:
            fcm.write_credentials(credentials_out)
            click.echo(f"FIREBASE_CREDENTIALS={credentials_out} FCM_ENDPOINT={fcm.endpoint}")
            await asyncio.Event().wait()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        click.echo("")


if __name__ == "__main__":
    main()
