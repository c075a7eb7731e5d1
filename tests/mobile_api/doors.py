"""How the tests knock: logins from any address and any device."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from mobile_api.resources import Resources

PASSWORD = "con-gà-vàng-07"


def device(
    device_id: UUID | None = None, *, name: str = "Máy của tôi", platform: str = "android"
) -> dict[str, str]:
    return {"id": str(device_id or uuid4()), "name": name, "platform": platform}


def login_body(phone: str, password: str = PASSWORD, **dev: Any) -> dict[str, Any]:
    return {"phone": phone, "password": password, "device": device(**dev)}


async def login(
    api: httpx.AsyncClient, phone: str, password: str = PASSWORD, **dev: Any
) -> httpx.Response:
    return await api.post("/v1/auth/login", json=login_body(phone, password, **dev))


async def refresh(api: httpx.AsyncClient, token: str | None, device_id: UUID) -> httpx.Response:
    body: dict[str, Any] = {"device_id": str(device_id)}
    if token is not None:
        body["refresh_token"] = token
    return await api.post("/v1/auth/refresh", json=body)


@asynccontextmanager
async def client_from(app: Litestar, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client behind the given address."""
    transport = httpx.ASGITransport(app=cast(Any, app), client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def bearer_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 200, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


async def warm(resources: Resources) -> None:
    """Open all connections of the pool: a race is no race while the losers are connecting."""
    connections = await asyncio.gather(*(resources.pool.acquire() for _ in range(10)))
    await asyncio.gather(*(resources.pool.release(each) for each in connections))


async def is_let_in(api: httpx.AsyncClient, headers: dict[str, str]) -> bool:
    answer = await api.get("/v1/me", headers=headers)
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200
