"""A principal's desk, where uncertain scans wait, and how they come about."""

from typing import Any

import asyncpg
import httpx

from tests.conftest import Clock
from tests.gate import Gate
from tests.world import Person, School, Student

Json = dict[str, Any]


class Office:
    """A principal's desk."""

    def __init__(self, api: httpx.AsyncClient, school: School, who: Person) -> None:
        self.api, self.school, self.who = api, school, who

    async def get(self, path: str = "", **asked: Any) -> Json:
        answer = await self.api.get(
            f"/v1/schools/{self.school.id}/reviews{path}", params=asked, headers=self.who.headers
        )
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def waiting(self, **asked: Any) -> list[Json]:
        items: list[Json] = (await self.get(**asked))["items"]
        return items

    async def send(self, decision: str, *event_ids: object, **headers: str) -> httpx.Response:
        return await self.api.post(
            f"/v1/schools/{self.school.id}/reviews/decisions",
            json={
                "event_ids": [str(event_id) for event_id in event_ids],
                "decision": decision,
                "reason": "Đã hỏi bảo vệ",
            },
            headers=self.who.headers | headers,
        )

    async def decide(self, decision: str, *event_ids: object) -> Json:
        answer = await self.send(decision, *event_ids)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


def far(gate: Gate, clock: Clock) -> Json:
    return gate.school.location(clock.now, lat=gate.school.fence["lat"] + 0.1)


async def no_fix(gate: Gate, student: Student, **changes: Any) -> str:
    """A scan in a gate under a roof; its event id."""
    scan = gate.scan(student.token, location=None, **changes)
    (result,) = await gate.results(scan)
    assert result["outcome"] == "pending_review"
    return str(scan["event_id"])


async def state_of(owner: asyncpg.Connection, student: Student) -> str | None:
    found: str | None = await owner.fetchval(
        "select state from attendance_day where person_id = $1", student.id
    )
    return found


async def told(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch("select kind from outbox order by created_at, id")
    return [row["kind"] for row in rows]
