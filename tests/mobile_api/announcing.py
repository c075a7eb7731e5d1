"""What schools and families do about announcements, through the API, as tests say it."""

from typing import Any
from uuid import UUID

import httpx

from tests.cast import Cast
from tests.world import Person

Json = dict[str, Any]
SAID = "/v1/contact-book/announcements"


def to_class(class_id: UUID) -> list[Json]:
    return [{"kind": "class", "ref": str(class_id)}]


async def write(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> httpx.Response:
    """A draft to the families of 6A1, unless told otherwise."""
    body: Json = {
        "school_id": cast.school.id,
        "title": "Họp phụ huynh",
        "body": "Thứ bảy này, 8 giờ, tại phòng 6A1.",
        "audience": to_class(cast.class_id),
    } | changes
    body = {name: value for name, value in body.items() if value is not None}
    return await api.post(SAID, json=body, headers=who.headers)


async def written(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> Json:
    answer = await write(api, cast, who, **changes)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def publish(
    api: httpx.AsyncClient, one: Json, who: Person, publish_at: str | None = None
) -> httpx.Response:
    body = {"publish_at": publish_at}
    return await api.post(f"{SAID}/{one['id']}/publish", json=body, headers=who.headers)


async def sent(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> Json:
    """Written and published."""
    answer = await publish(api, await written(api, cast, who, **changes), who)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def get(api: httpx.AsyncClient, one: Json, who: Person, **query: Any) -> httpx.Response:
    return await api.get(f"{SAID}/{one['id']}", params=query, headers=who.headers)


async def seen(api: httpx.AsyncClient, one: Json, who: Person, **query: Any) -> Json:
    answer = await get(api, one, who, **query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def answer(
    api: httpx.AsyncClient, one: Json, who: Person, said: str, **more: Any
) -> httpx.Response:
    body = {"answer": said} | more
    return await api.put(f"{SAID}/{one['id']}/answer", json=body, headers=who.headers)


async def read(api: httpx.AsyncClient, one: Json, who: Person, **more: Any) -> httpx.Response:
    return await api.post(f"{SAID}/{one['id']}/read", json=more, headers=who.headers)


async def withdraw(api: httpx.AsyncClient, one: Json, who: Person) -> httpx.Response:
    body = {"reason": "Gửi nhầm lớp"}
    return await api.post(f"{SAID}/{one['id']}/withdrawal", json=body, headers=who.headers)


async def remind(api: httpx.AsyncClient, one: Json, who: Person) -> httpx.Response:
    return await api.post(f"{SAID}/{one['id']}/reminders", headers=who.headers)


async def answers(api: httpx.AsyncClient, one: Json, who: Person, **query: Any) -> Json:
    got = await api.get(f"{SAID}/{one['id']}/answers", params=query, headers=who.headers)
    assert got.status_code == 200, got.text
    found: Json = got.json()
    return found


async def listed(api: httpx.AsyncClient, who: Person, **query: Any) -> list[Json]:
    got = await api.get(SAID, params=query, headers=who.headers)
    assert got.status_code == 200, got.text
    items: list[Json] = got.json()["items"]
    return items
