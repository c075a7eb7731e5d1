"""What the product says in the end, read through the API as people read it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.oracle import facts as f
from tests.oracle.player import Player
from tests.oracle.rules import Row
from tests.oracle.stage import Stage
from tests.world import Person

_AT_ONCE = 6
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One message in a guardian's inbox; `pupil` None: it is about no child."""

    id: str
    seq: int
    kind: str
    pupil: str | None
    data: dict[str, Any]
    title: str

    @property
    def at(self) -> datetime | None:
        said = self.data.get("at")
        return datetime.fromisoformat(said) if said else None

    @property
    def replaces(self) -> str | None:
        return self.data.get("replaces")


@dataclass(kw_only=True)
class Truth:
    states: dict[tuple[str, date], dict[str, Row]] = field(default_factory=dict)
    inboxes: dict[str, list[Item]] = field(default_factory=dict)
    """By guardian, the oldest first."""
    principals: list[Item] = field(default_factory=list)
    hours: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """A person's totals, by staff and month."""


class Reader:
    def __init__(self, player: Player) -> None:
        self._player = player
        self._stage: Stage = player.stage
        self._pupil = {str(of): key for key, of in self._stage.pupils.items()}
        self._shift = {str(of): key for key, of in self._stage.shifts.items()}

    async def read(self, story: f.Story, months: Iterable[str]) -> Truth:
        truth = Truth()
        await self._each(story.days, lambda day: self._register(truth, day))
        await self._each(list(self._stage.guardians), lambda guardian: self._inbox(truth, guardian))
        truth.principals = [self._item(raw) async for raw in self._items(self._stage.principals[0])]
        for month in months:
            await self._hours(truth, month)
        return truth

    @staticmethod
    async def _each(of: list[T], read: Callable[[T], Awaitable[None]]) -> None:
        waiting = iter(of)

        async def work() -> None:
            for each in waiting:
                await read(each)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    async def _register(self, truth: Truth, day: date) -> None:
        path = f"/v1/schools/{self._stage.school.id}/attendance/{day}"
        async for row in self._pages(path, self._stage.principals[0]):
            pupil = self._pupil[row["student_id"]]
            truth.states[pupil, day] = {
                self._shift[each["shift_id"]]: _row(each) for each in row["shifts"]
            }

    async def _inbox(self, truth: Truth, guardian: str) -> None:
        person = self._stage.guardians[guardian]
        truth.inboxes[guardian] = [self._item(raw) async for raw in self._items(person)]

    async def _items(self, person: Person) -> AsyncIterator[dict[str, Any]]:
        async for raw in self._pages("/v1/inbox", person, after_seq=0):
            yield raw

    async def _hours(self, truth: Truth, month: str) -> None:
        path = f"/v1/schools/{self._stage.school.id}/staff-hours"
        staff = {str(person.person_id): key for key, person in self._stage.staff.items()}
        async for row in self._pages(path, self._stage.principals[0], month=month):
            if row["staff_id"] in staff:
                truth.hours[staff[row["staff_id"]], month] = row["totals"]

    async def _pages(
        self, path: str, person: Person, **query: Any
    ) -> AsyncIterator[dict[str, Any]]:
        cursor = None
        while True:
            asked = query | {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = await self._player.send("GET", f"{path}?{urlencode(asked)}", person)
            for row in page["items"]:
                yield row
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _item(self, raw: dict[str, Any]) -> Item:
        return Item(
            id=raw["id"],
            seq=raw["seq"],
            kind=raw["kind"],
            pupil=self._pupil.get(raw["student_id"]),
            data=raw["data"],
            title=raw["title"],
        )


def _row(shift: dict[str, Any]) -> Row:
    instants = {
        name: datetime.fromisoformat(shift[name]) if shift[name] else None
        for name in ("arrived_at", "left_at")
    }
    return Row(state=shift["state"], late_minutes=shift["late_minutes"], **instants)
