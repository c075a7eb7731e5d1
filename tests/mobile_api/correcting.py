"""Corrections of days, through the API, as tests say it."""

from datetime import date
from typing import Any

import asyncpg
import httpx

from notifications.relay import Relay
from tests.cast import Cast
from tests.notifications.news import inbox
from tests.world import Person

DAY = date(2026, 11, 16)


async def post(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> httpx.Response:
    body = {
        "student_id": str(cast.student.id),
        "day": DAY.isoformat(),
        "shift_id": str(cast.school.morning_id),
        "state": "present",
        "reason": "Em có mặt trong lớp từ đầu giờ",
    } | changes
    return await api.post("/v1/attendance/corrections", json=body, headers=who.headers)


async def correct(
    api: httpx.AsyncClient, cast: Cast, who: str = "homeroom_teacher", **changes: Any
) -> dict[str, Any]:
    answer = await post(api, cast, cast[who], **changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(
    api: httpx.AsyncClient, cast: Cast, who: Person, **query: Any
) -> list[dict[str, Any]]:
    answer = await api.get(
        "/v1/attendance/corrections",
        params={"school_id": cast.school.id, **query},
        headers=who.headers,
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def decide(
    api: httpx.AsyncClient, correction: dict[str, Any], who: Person, decision: str = "approve"
) -> httpx.Response:
    return await api.post(
        f"/v1/attendance/corrections/{correction['id']}/decision",
        json={"decision": decision},
        headers=who.headers,
    )


async def state(owner: asyncpg.Connection, cast: Cast, day: date = DAY) -> tuple[Any, ...] | None:
    row = await owner.fetchrow(
        "select state, late_minutes from attendance_day where person_id = $1 and day = $2",
        cast.student.id,
        day,
    )
    return tuple(row) if row else None


async def heard(
    owner: asyncpg.Connection, relay: Relay, who: Person
) -> list[tuple[str, str | None, int | None]]:
    """What the account was told: kind, state, and which of the earlier news it replaced."""
    while await relay.relay_due():
        pass
    items = await inbox(owner, who)
    places = {str(item["id"]): place for place, item in enumerate(items)}
    return [
        (item["kind"], item["data"].get("status"), places.get(item["data"].get("replaces", "")))
        for item in items
    ]
