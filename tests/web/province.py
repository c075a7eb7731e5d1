"""The province that the browser tests live in: real processes on a database of their own."""

import time as clocks
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from app.attendance.plan import ZONE
from app.schools.common import school_day, school_year_of
from app.settings import Settings
from scripts.benches._ports import free_port
from tests.api_process import ApiProcess
from tests.conftest import Clock
from tests.world import Person, School, Student, World

PASSWORD: Final = "Mot-Mat-Khau-Dai-1"
PARTS: Final = ("worker", "relay", "serve")
_LEAST_LEFT_S: Final = 45


class WallClock(Clock):
    """The real time: the processes have no other, so this one cannot be set."""

    def __init__(self) -> None:
        pass

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @now.setter
    def now(self, moment: datetime) -> None:
        raise AssertionError("the processes would not know of it")

    def __call__(self) -> datetime:
        return self.now


class Province(Struct, frozen=True, kw_only=True):
    """`url` is a secure context: browsers give camera, place and workers to `localhost` alone."""

    url: str
    settings: Settings
    logs: Path
    serve: ApiProcess


@contextmanager
def running(
    settings: Settings, folder: Path, more: dict[str, str], *, parts: Sequence[str] = PARTS
) -> Iterator[Province]:
    """API, relay and worker on the settings' database, as a deployment runs them."""
    port = free_port()
    url = f"http://localhost:{port}"
    with ExitStack() as stack:
        for part in parts:
            process = ApiProcess(
                database_url=settings.require_database_url(),
                redis_url=settings.require_redis_url(),
                port=port,
                log=folder / f"{part}.log",
                part=part,
                more={"BASE_URL": url, **more},
            )
            stack.enter_context(process)
        yield Province(url=url, settings=settings, logs=folder, serve=process)


def stay_within_the_day() -> None:
    """Wait for midnight if it is near: a test begins and ends on one school day."""
    now = datetime.now(ZONE)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), ZONE)
    left_s = (midnight - now).total_seconds()
    if left_s < _LEAST_LEFT_S:
        clocks.sleep(left_s + 0.1)


async def open_all_day(conn: asyncpg.Connection, school_id: int) -> None:
    """Let the school's morning last from midnight to midnight on all days, with no other shift."""
    await conn.execute(
        "update shift set weekdays = '{}' where school_id = $1 and starts_at >= '12:00'", school_id
    )
    await conn.execute(
        "update shift set starts_at = '00:00', late_after = $2, cut_off = $2, ends_at = $3,"
        " weekdays = '{1,2,3,4,5,6,7}' where school_id = $1 and starts_at < '12:00'",
        school_id,
        time(23, 59, 58),
        time(23, 59, 59),
    )


class Town(World):
    """Schools that are open now, whatever the hour, and people who can log in.

    Ids and phone numbers are never used twice, so tests share the processes and their caches.
    """

    async def school(self, *, fence: dict[str, Any] | None = None, org_unit_id: int = 1) -> School:
        """As World's, but its one shift lasts all of each day: nobody is late, none is missed."""
        school = await super().school(fence=fence, org_unit_id=org_unit_id)
        await open_all_day(self.owner, school.id)
        await self._move_to_this_year(school)
        return school

    async def school_class(self, school: School, name: str, *, grade: int = 6) -> UUID:
        class_id = await super().school_class(school, name, grade=grade)
        await self._move_to_this_year(school)
        return class_id

    async def student(
        self, school: School, name: str = "Nguyễn Văn An", *, class_id: UUID | None = None
    ) -> Student:
        student = await super().student(school, name, class_id=class_id)
        await self.owner.execute(
            "update enrolment set from_day = $3 where school_id = $1 and student_id = $2",
            school.id, student.id, school_day(datetime.now(UTC)) - timedelta(days=30),
        )  # fmt: skip
        return student

    async def account(self, *, password: str | None = PASSWORD, locale: str = "vi") -> Person:
        return await super().account(password=password, locale=locale)

    async def admin(self, school: School, name: str = "Nguyễn Thị Hiệu") -> Person:
        """The school's principal."""
        return await self.staff(school, "principal", name)

    async def display(self, school: School) -> Person:
        """A screen at the school's gate, as pairing leaves it."""
        person = await self.account()
        person.person_id = school.gate_id
        await self.member(person, school, "display")
        return person

    async def count(self, sql: str, *args: Any) -> int:
        """How many rows PostgreSQL holds: `count(...)` of the statement."""
        found: int = await self.owner.fetchval(sql, *args)
        return found

    async def _move_to_this_year(self, school: School) -> None:
        await self.owner.execute(
            "update school_class set school_year = $2 where school_id = $1",
            school.id, school_year_of(school_day(datetime.now(UTC))),
        )  # fmt: skip


def local(phone: str) -> str:
    """+84901234567 as people type it: 0901234567."""
    return "0" + phone.removeprefix("+84")
