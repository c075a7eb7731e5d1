"""What several tests of the contact book's screens do."""

from uuid import uuid4

import httpx
from playwright.async_api import Locator, Page

from tests.world import Person, Student


def part(page: Page, name: str) -> Locator:
    """A part of the screen by its heading."""
    return page.get_by_role("region", name=name, exact=True)


async def message_of(
    api: httpx.AsyncClient, mother: Person, child: Student, text: str
) -> tuple[str, str]:
    """The mother writes to the homeroom teacher: ids of thread and message."""
    opened = await api.post(
        "/v1/contact-book/threads",
        json={"student_id": str(child.id), "kind": "homeroom"},
        headers=mother.headers,
    )
    assert opened.status_code == 200, opened.text
    thread, message = opened.json()["id"], str(uuid4())
    sent = await api.post(
        f"/v1/contact-book/threads/{thread}/messages",
        json={"id": message, "text": text},
        headers=mother.headers,
    )
    assert sent.status_code == 201, sent.text
    return thread, message
