"""What guardians and teachers do with messages, through the API, as tests say it."""

from typing import Any

import httpx

from app.ids import new_id
from tests.cast import Cast
from tests.world import Person, Student

BOOK = "/v1/contact-book"
Json = dict[str, Any]


class Talk:
    """A thread as it is used from outside."""

    def __init__(self, api: httpx.AsyncClient, cast: Cast) -> None:
        self.api, self.cast = api, cast

    async def ask(self, who: Person, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.api.request(method, BOOK + path, json=body, headers=who.headers)

    async def open(
        self, who: Person, student: Student | None = None, kind: str = "homeroom", **more: Any
    ) -> Json:
        body = {"student_id": str((student or self.cast.student).id), "kind": kind} | more
        return good(await self.ask(who, "POST", "/threads", body))

    async def send(
        self, who: Person, thread: Json, text: str = "Cháu hơi sốt ạ", **more: Any
    ) -> httpx.Response:
        body = {"id": str(new_id()), "text": text} | more
        return await self.ask(who, "POST", f"/threads/{thread['id']}/messages", body)

    async def said(self, who: Person, thread: Json, text: str = "Cháu hơi sốt ạ") -> Json:
        return good(await self.send(who, thread, text), 201)

    async def look(self, who: Person, thread: Json) -> Json:
        return good(await self.ask(who, "GET", f"/threads/{thread['id']}"))

    async def messages(self, who: Person, thread: Json, **query: Any) -> list[Json]:
        """The oldest first, as they are read."""
        answer = await self.api.get(
            f"{BOOK}/threads/{thread['id']}/messages", params=query, headers=who.headers
        )
        return list(reversed(good(answer)["items"]))

    async def texts(self, who: Person, thread: Json) -> list[str]:
        return [each["text"] for each in await self.messages(who, thread)]

    async def threads(self, who: Person, **query: Any) -> list[Json]:
        answer = await self.api.get(f"{BOOK}/threads", params=query, headers=who.headers)
        items: list[Json] = good(answer)["items"]
        return items

    async def read(self, who: Person, thread: Json, seq: int) -> Json:
        return good(await self.ask(who, "POST", f"/threads/{thread['id']}/read", {"seq": seq}))

    async def of_message(
        self,
        who: Person,
        method: str,
        thread: Json,
        message: Json,
        path: str = "",
        body: Any = None,
    ) -> httpx.Response:
        url = f"/threads/{thread['id']}/messages/{message['id']}{path}"
        return await self.ask(who, method, url, body)


def good(answer: httpx.Response, status: int = 200) -> Json:
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]
