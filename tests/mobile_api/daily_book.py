"""What teachers, families and principals do with the daily book, through the API."""

from typing import Any
from uuid import UUID

import httpx

from app.ids import new_id
from tests.cast import Cast
from tests.world import Person, Student

BOOK = "/v1/contact-book"
TODAY = "2026-11-16"
LONG_AGO = "2026-11-08"


def day_url(class_id: UUID, day: str = TODAY) -> str:
    return f"{BOOK}/classes/{class_id}/days/{day}"


async def write(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> httpx.Response:
    body = {
        "id": str(new_id()),
        "student_id": str(cast.student.id),
        "kind": "praise",
        "text": "Con hăng hái phát biểu",
    } | changes
    return await api.post(f"{BOOK}/remarks", json=body, headers=who.headers)


async def written(
    api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any
) -> dict[str, Any]:
    return said(await write(api, cast, who, **changes), 201)


async def remarks(
    api: httpx.AsyncClient, who: Person, student: Student, **query: Any
) -> list[dict[str, Any]]:
    answer = await api.get(
        f"{BOOK}/remarks", params={"student_id": str(student.id)} | query, headers=who.headers
    )
    items: list[dict[str, Any]] = said(answer)["items"]
    return items


async def give(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> httpx.Response:
    body = {
        "id": str(new_id()),
        "class_id": str(cast.class_id),
        "subject": "Toán",
        "text": "Bài 1 đến 5, trang 42",
        "due_day": "2026-11-18",
    } | changes
    return await api.post(f"{BOOK}/homework", json=body, headers=who.headers)


async def given(api: httpx.AsyncClient, cast: Cast, who: Person, **changes: Any) -> dict[str, Any]:
    return said(await give(api, cast, who, **changes), 201)


async def homework(
    api: httpx.AsyncClient, who: Person, student: Student, **query: Any
) -> list[dict[str, Any]]:
    answer = await api.get(
        f"{BOOK}/homework", params={"student_id": str(student.id)} | query, headers=who.headers
    )
    items: list[dict[str, Any]] = said(answer)["items"]
    return items


def said(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int, slug: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, slug), answer.text
