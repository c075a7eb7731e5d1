"""A server that speaks the part of S3's REST API that the service uses, on loopback.

It checks each request's signature (AWS Signature Version 4) as S3 does.
In a test: `async with FakeS3() as s3: s3.settings` names it to `open_storage`.
"""

import hashlib
import hmac
import re
from typing import Any, Final, Self
from urllib.parse import quote, unquote

from aiohttp import web

ACCESS_KEY: Final = "fake-access-key"
SECRET_KEY: Final = "fake-secret-key"
REGION: Final = "ap-southeast-1"
BUCKET: Final = "pictures"
_AUTHORIZATION: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request"
    r", ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


class FakeS3:
    """`objects` holds key -> (bytes, content type); `failures` statuses are used up first."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.failures: list[int] = []
        self.requests: list[tuple[str, str]] = []
        self._port = 0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/{bucket}/{key:.+}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def settings(self) -> dict[str, Any]:
        """Fields of `Settings`."""
        return {
            "storage_url": f"s3://{BUCKET}/province",
            "storage_endpoint": f"http://127.0.0.1:{self._port}",
            "storage_access_key": ACCESS_KEY,
            "storage_secret_key": SECRET_KEY,
            "storage_region": REGION,
        }

    async def _serve(self, request: web.Request) -> web.Response:
        self.requests.append((request.method, request.path))
        body = await request.read()
        if self.failures:
            return _error(self.failures.pop(0), "InternalError")
        refused = _why_refused(request, body)
        if refused:
            return _error(403, refused)
        if request.match_info["bucket"] != BUCKET:
            return _error(404, "NoSuchBucket")
        key = request.match_info["key"]
        if request.method == "PUT":
            self.objects[key] = (body, request.headers.get("content-type", ""))
            return web.Response(headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        if request.method != "GET":
            return _error(405, "MethodNotAllowed")
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        held, content_type = self.objects[key]
        headers = {
            "ETag": f'"{hashlib.md5(held).hexdigest()}"',
            "Last-Modified": "Mon, 16 Nov 2026 00:00:00 GMT",
            "Content-Type": content_type or "binary/octet-stream",
        }
        return web.Response(body=held, headers=headers)


def _why_refused(request: web.Request, body: bytes) -> str | None:
    """The error's code if the signature is not right (AWS General Reference, SigV4)."""
    given = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if given is None:
        return "AccessDenied"
    if given["key"] != ACCESS_KEY:
        return "InvalidAccessKeyId"
    payload = request.headers.get("x-amz-content-sha256", "")
    if payload not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        return "XAmzContentSHA256Mismatch"
    if given["region"] != REGION or "host" not in given["headers"].split(";"):
        return "AuthorizationHeaderMalformed"
    expected = _signature(request, given, payload)
    return None if hmac.compare_digest(expected, given["signature"]) else "SignatureDoesNotMatch"


def _signature(request: web.Request, given: re.Match[str], payload: str) -> str:
    names = given["headers"].split(";")
    query = "&".join(
        sorted(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in request.query.items())
    )
    canonical = "\n".join(
        (
            request.method,
            quote(unquote(request.raw_path.partition("?")[0]), safe="/-_.~"),
            query,
            *(f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in names),
            "",
            given["headers"],
            payload,
        )
    )
    scope = f"{given['day']}/{given['region']}/s3/aws4_request"
    instant = request.headers.get("x-amz-date", "")
    to_sign = "\n".join(
        ("AWS4-HMAC-SHA256", instant, scope, hashlib.sha256(canonical.encode()).hexdigest())
    )
    key = f"AWS4{SECRET_KEY}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _error(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")
