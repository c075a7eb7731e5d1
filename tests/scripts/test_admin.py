"""`cong-truong admin create` makes an account that can log in and administer."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from app.errors import AppError
from app.settings import Settings
from scripts.admin import create_admin

PHONE, PASSWORD = "0912 345 678", "một mật khẩu dài"


async def create(settings: Settings, **changes: Any) -> str:
    # In a thread: the command runs its own event loop.
    words = {"phone": PHONE, "password": PASSWORD} | changes
    return await asyncio.to_thread(create_admin, settings, **words)


async def log_in(api: httpx.AsyncClient, password: str) -> httpx.Response:
    device = {"id": "018f1e6c-0000-7000-8000-000000000001", "name": "Máy", "platform": "android"}
    body = {"phone": PHONE, "password": password, "device": device}
    return await api.post("/v1/auth/login", json=body)


async def test_the_new_administrator_logs_in_and_has_the_role(
    settings: Settings, api: httpx.AsyncClient
) -> None:
    said = await create(settings)
    assert "*****678" in said
    assert PASSWORD not in said
    token = (await log_in(api, PASSWORD)).json()["access_token"]
    me = (await api.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).json()
    assert [link["role"] for link in me["memberships"]] == ["department_admin"]


async def test_a_second_call_changes_the_password_and_doubles_nothing(
    settings: Settings, owner: asyncpg.Connection, api: httpx.AsyncClient
) -> None:
    await create(settings)
    assert "already" in await create(settings, password="ein anderes Wort")
    assert await owner.fetchval("select count(*) from membership") == 1
    assert await owner.fetchval("select count(*) from org_unit") == 1
    assert (await log_in(api, PASSWORD)).status_code == 401
    assert (await log_in(api, "ein anderes Wort")).status_code == 200


async def test_a_new_password_ends_the_sessions_opened_by_the_old_one(
    settings: Settings, api: httpx.AsyncClient
) -> None:
    await create(settings)
    token = (await log_in(api, PASSWORD)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await api.get("/v1/me", headers=headers)).status_code == 200
    await create(settings, password="ein anderes Wort")
    assert (await api.get("/v1/me", headers=headers)).status_code == 401


@pytest.mark.parametrize("wrong", [{"phone": "12"}, {"password": "12345678"}])
async def test_a_bad_phone_or_a_weak_password_makes_nothing(
    settings: Settings, owner: asyncpg.Connection, wrong: dict[str, str]
) -> None:
    with pytest.raises(AppError):
        await create(settings, **wrong)
    assert await owner.fetchval("select count(*) from account") == 0
