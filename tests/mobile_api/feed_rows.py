"""Rows of the contact book, written straight to the tables, and the feed as a caller reads it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.ids import new_id
from app.names import text_key
from tests.world import Person, Student

FEED = "/v1/contact-book/feed"
SEARCH = "/v1/contact-book/search"
Json = dict[str, Any]


class Book:
    """Writes what others have written: `at` minutes after `start`, by the order of the calls."""

    def __init__(self, owner: asyncpg.Connection, start: datetime) -> None:
        self.owner = owner
        self._at = start
        self.author = new_id()

    def _next(self, at: datetime | None) -> datetime:
        if at is None:
            self._at += timedelta(minutes=1)
        return at or self._at

    async def insert(self, table: str, **row: Any) -> None:
        names = ", ".join(row)
        values = ", ".join(f"${n + 1}" for n in range(len(row)))
        await self.owner.execute(f"insert into {table} ({names}) values ({values})", *row.values())

    async def announcement(
        self,
        school_id: int,
        title: str,
        *,
        to: Iterable[Student] = (),
        staff: Iterable[Person] = (),
        at: datetime | None = None,
        body: str = "",
        author: UUID | None = None,
        **more: Any,
    ) -> UUID:
        """One that has gone out to these pupils' families and to these members of staff."""
        at, announcement_id = self._next(at), new_id()
        row = {
            "school_id": school_id, "id": announcement_id,
            "author_account_id": author or self.author,
            "author_name": "Cô Hiền", "author_title": "principal", "state": "published",
            "title": title, "body": body, "to_families": True, "to_staff": False,
            "to_leaders": False, "answer_kind": "none", "is_urgent": False,
            "search_key": text_key(f"{title} {body}"), "created_at": at, "changed_at": at,
            "published_at": at,
        }  # fmt: skip
        await self.insert("announcement", **row | more)
        people = [("student", one.id) for one in to] + [("staff", p.person_id) for p in staff]
        for kind, person_id in people:
            await self.insert(
                "announcement_recipient", school_id=school_id, announcement_id=announcement_id,
                person_kind=kind, person_id=person_id, published_at=at, changed_at=at,
            )  # fmt: skip
        return announcement_id

    async def remark(
        self, student: Student, text: str | None, *, at: datetime | None = None, **more: Any
    ) -> UUID:
        at, remark_id = self._next(at), new_id()
        row = {
            "school_id": student.school_id, "id": remark_id, "student_id": student.id,
            "class_id": student.class_id, "day": at.date(), "kind": "praise", "about": "remark",
            "text": text, "search_key": text_key(text or ""), "author_account_id": self.author,
            "author_name": "Cô Lan", "created_at": at, "changed_at": at,
        }  # fmt: skip
        await self.insert("remark", **row | more)
        return remark_id

    async def homework(
        self, school_id: int, class_id: UUID, text: str, *, at: datetime | None = None, **more: Any
    ) -> UUID:
        at, homework_id = self._next(at), new_id()
        row = {
            "school_id": school_id, "id": homework_id, "class_id": class_id, "subject": "Toán",
            "text": text, "search_key": text_key(text), "set_day": at.date(),
            "due_day": at.date() + timedelta(days=1), "author_account_id": self.author,
            "author_name": "Thầy Dũng", "created_at": at, "changed_at": at,
        }  # fmt: skip
        await self.insert("homework", **row | more)
        return homework_id

    async def lesson(
        self, school_id: int, class_id: UUID, text: str, *, at: datetime | None = None, **more: Any
    ) -> UUID:
        at, lesson_id = self._next(at), new_id()
        row = {
            "school_id": school_id, "id": lesson_id, "class_id": class_id, "day": at.date(),
            "subject": "Ngữ văn", "text": text, "search_key": text_key(text),
            "author_account_id": self.author, "author_name": "Cô Mai", "created_at": at,
            "changed_at": at,
        }  # fmt: skip
        await self.insert("lesson", **row | more)
        return lesson_id

    async def care(self, student: Student, *, at: datetime | None = None, **more: Any) -> UUID:
        at, care_id = self._next(at), new_id()
        row = {
            "school_id": student.school_id, "student_id": student.id, "day": at.date(),
            "id": care_id, "class_id": student.class_id, "author_account_id": self.author,
            "author_name": "Cô Lan", "created_at": at, "changed_at": at,
        }  # fmt: skip
        await self.insert("care_entry", **row | more)
        return care_id

    async def summary(
        self, student: Student, week_start: date, data: Json, *, at: datetime | None = None
    ) -> UUID:
        summary_id = new_id()
        await self.insert(
            "weekly_summary", school_id=student.school_id, student_id=student.id,
            week_start=week_start, id=summary_id, data=data, made_at=self._next(at),
        )  # fmt: skip
        return summary_id

    async def thread(
        self, student: Student, *texts: tuple[str, Person, str], at: datetime | None = None
    ) -> UUID:
        """The thread with the homeroom teacher: (side, who, text) in order."""
        at, thread_id = self._next(at), new_id()
        await self.insert(
            "thread", school_id=student.school_id, id=thread_id, student_id=student.id,
            kind="homeroom", opened_by=texts[0][1].account_id, created_at=at, last_at=at,
            last_seq=len(texts),
        )  # fmt: skip
        for seq, (side, who, text) in enumerate(texts, 1):
            await self.insert(
                "thread_message", school_id=student.school_id, thread_id=thread_id, seq=seq,
                id=new_id(), author_account_id=who.account_id, author_kind=side,
                author_name="Người viết", text=text, search_key=text_key(text),
                sent_at=at + timedelta(seconds=seq),
            )  # fmt: skip
        return thread_id


async def feed(
    api: httpx.AsyncClient, who: Person, *, student: Student | None = None, **asked: Any
) -> Json:
    params = asked | ({"student_id": str(student.id)} if student else {})
    response = await api.get(FEED, params=params, headers=who.headers)
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


async def titles(
    api: httpx.AsyncClient, who: Person, *, student: Student | None = None, **asked: Any
) -> list[str]:
    """What each item of the page says first: its title, or else its text."""
    page = await feed(api, who, student=student, **asked)
    return [item["title"] or item["body"] for item in page["items"]]


async def found(api: httpx.AsyncClient, who: Person, q: str, **asked: Any) -> list[Json]:
    response = await api.get(SEARCH, params={"q": q} | asked, headers=who.headers)
    assert response.status_code == 200, response.text
    items: list[Json] = response.json()["items"]
    return items
