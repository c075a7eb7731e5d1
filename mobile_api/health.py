"""Health, metrics and the public keys of access tokens."""

import asyncio
from typing import Any

import msgspec
from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app import db
from app.errors import Unavailable
from mobile_api.access import PUBLIC
from mobile_api.deps import Res
from mobile_api.openapi import FAILS


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: str


class NotReady(Unavailable):
    """Máy chủ chưa sẵn sàng | The server is not ready"""


@get("/health/live", opt={"who": PUBLIC}, tags=["operations"])
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@get("/health/ready", opt={"who": PUBLIC, FAILS: (503,)}, tags=["operations"])
async def ready(resources: Res) -> Health:
    """PostgreSQL and Valkey answer within a second.

    Valkey away is `degraded`, not down: scans are recorded without it.
    """
    try:
        async with asyncio.timeout(1), resources.pool.acquire() as conn:
            await db.value(conn, "select 1")
    except Exception as error:
        raise NotReady(("PostgreSQL không trả lời.", "PostgreSQL does not answer.")) from error
    try:
        async with asyncio.timeout(1):
            await resources.redis.ping()
    except Exception:
        return Health(status="degraded")
    return Health(status="ok")


@get("/metrics", opt={"who": PUBLIC}, include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Prometheus' text format; counts only, no person."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@get("/.well-known/jwks.json", opt={"who": PUBLIC}, tags=["auth"])
async def jwks(resources: Res) -> dict[str, Any]:
    """The public keys of access tokens (RFC 7517, RFC 8037)."""
    return resources.vault.jwks()


HANDLERS = [live, ready, metrics, jwks]
