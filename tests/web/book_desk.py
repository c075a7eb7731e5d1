"""What a school writes into the contact book, through the API, for tests of who reads it."""

import io
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
from PIL import Image

from app.ids import new_id
from app.schools.common import school_day
from tests.world import Person, School, Student

BOOK: Final = "/v1/contact-book"


def picture() -> bytes:
    """A photo as a phone's camera takes it."""
    made = io.BytesIO()
    Image.new("RGB", (800, 500), "seagreen").save(made, "JPEG")
    return made.getvalue()


def paper() -> bytes:
    """A document of one page."""
    made = io.BytesIO()
    Image.new("RGB", (595, 842), "white").save(made, "PDF")
    return made.getvalue()


class Desk:
    """A member of staff who writes, with whatever phone."""

    def __init__(self, api: httpx.AsyncClient, school: School, who: Person) -> None:
        self.api, self.school, self.who = api, school, who

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """One request that has to go well."""
        answer = await self.api.request(
            method, BOOK + path, headers={**self.who.headers, **more.pop("headers", {})}, **more
        )
        assert answer.is_success, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def attach(self, data: bytes, kind: str, name: str) -> str:
        """Send a file in; its id."""
        params = {"school_id": self.school.id, "name": name}
        sent = await self.ask(
            "POST", "/attachments", params=params, content=data, headers={"Content-Type": kind}
        )
        return str(sent["id"])

    async def announce(self, title: str, body: str, **changes: Any) -> dict[str, Any]:
        """An announcement to all families, published at once."""
        draft = await self.ask(
            "POST",
            "/announcements",
            json={
                "school_id": self.school.id,
                "title": title,
                "body": body,
                "to_families": True,
                "to_staff": False,
                "audience": [],
                "answer_kind": "none",
            }
            | changes,
        )
        published: dict[str, Any] = await self.ask(
            "POST", f"/announcements/{draft['id']}/publish", json={}
        )
        return published

    async def remark(self, student: Student, text: str, **changes: Any) -> dict[str, Any]:
        body = {
            "id": str(new_id()),
            "student_id": str(student.id),
            "kind": "praise",
            "text": text,
        }
        written: dict[str, Any] = await self.ask("POST", "/remarks", json=body | changes)
        return written

    async def homework(self, class_id: UUID, text: str, due_day: str, **changes: Any) -> Any:
        body = {
            "id": str(new_id()),
            "class_id": str(class_id),
            "subject": "Toán",
            "text": text,
            "due_day": due_day,
        }
        return await self.ask("POST", "/homework", json=body | changes)

    async def taught(self, class_id: UUID, text: str) -> None:
        """Today's lesson of a class."""
        day = school_day(datetime.now(UTC)).isoformat()
        lesson = {"id": str(new_id()), "subject": "Ngữ văn", "text": text}
        await self.ask("PUT", f"/classes/{class_id}/days/{day}", json={"lessons": [lesson]})

    async def say(self, thread_id: str, text: str) -> dict[str, Any]:
        body = {"id": str(new_id()), "text": text}
        said: dict[str, Any] = await self.ask("POST", f"/threads/{thread_id}/messages", json=body)
        return said
