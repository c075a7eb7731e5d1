"""What families and the school do about leave, through the API, as tests say it."""

from typing import Any

import httpx

from tests.cast import Cast
from tests.world import Person

TODAY, TOMORROW = "2026-11-16", "2026-11-17"
LEAVE = "/v1/leave-requests"


async def ask(
    api: httpx.AsyncClient, cast: Cast, who: Person | None = None, **changes: Any
) -> httpx.Response:
    body = {
        "student_id": str(cast.student.id),
        "from_day": TODAY,
        "to_day": TODAY,
        "part": "day",
        "reason": "Cháu sốt",
    } | changes
    body = {name: value for name, value in body.items() if value is not None}
    return await api.post(LEAVE, json=body, headers=(who or cast["guardian"]).headers)


async def asked(
    api: httpx.AsyncClient, cast: Cast, who: Person | None = None, **changes: Any
) -> dict[str, Any]:
    response = await ask(api, cast, who, **changes)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def decide(
    api: httpx.AsyncClient,
    leave: dict[str, Any],
    who: Person,
    decision: str = "approve",
    **more: Any,
) -> httpx.Response:
    body = {"decision": decision} | more
    return await api.post(f"{LEAVE}/{leave['id']}/decision", json=body, headers=who.headers)


async def withdraw(api: httpx.AsyncClient, leave: dict[str, Any], who: Person) -> httpx.Response:
    return await api.post(f"{LEAVE}/{leave['id']}/withdrawal", headers=who.headers)


async def listed(api: httpx.AsyncClient, who: Person, **query: Any) -> list[dict[str, Any]]:
    response = await api.get(LEAVE, params=query, headers=who.headers)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items
