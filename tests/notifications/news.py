"""Facts in the outbox and tokens on phones, written straight to the tables."""

import asyncio
import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from app import db
from app.attendance.plan import school_day
from app.ids import new_id
from notifications.relay import Relay
from tests.patience import PATIENCE_S
from tests.world import Person, School, Student, World

DAY = date(2026, 11, 16)
AT = datetime(2026, 11, 15, 23, 52, tzinfo=UTC)  # 06:52 at the gate on the 16th


async def put_fact(
    owner: asyncpg.Connection,
    school: School,
    student: Student,
    *,
    kind: str = "arrival",
    event_id: UUID | None = None,
    actor: Person | None = None,
    replaces: UUID | None = None,
    **params: Any,
) -> UUID:
    """One outbox row; its event id."""
    event_id = event_id or new_id()
    extra = {"replaces": str(replaces)} if replaces else {}
    await owner.execute(
        "insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id,"
        " params) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        school.id,
        new_id(),
        kind,
        DAY,
        event_id,
        student.id,
        actor.account_id if actor else None,
        {
            "student": student.name,
            "school": school.name,
            "gate": "Cổng chính",
            "at": AT.isoformat(),
            **extra,
            **params,
        },
    )
    return event_id


async def put_token(
    owner: asyncpg.Connection,
    person: Person,
    token: str,
    *,
    kind: str = "fcm",
    platform: str = "android",
    locale: str = "vi",
    keys: tuple[str, str] = ("k", "a"),
) -> None:
    """Register a push token on the person's device; `keys` are a browser's."""
    await owner.execute(
        "insert into push_token (account_id, device_id, kind, token, p256dh, auth, platform,"
        " locale) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        person.account_id,
        person.device_id,
        kind,
        token,
        *(keys if kind == "web" else (None, None)),
        platform,
        locale,
    )


async def inbox(owner: asyncpg.Connection, person: Person) -> list[dict[str, Any]]:
    """The person's items, in the order of `seq`."""
    rows = await owner.fetch(
        "select * from inbox_item where account_id = $1 order by seq", person.account_id
    )
    return [dict(row) for row in rows]


async def titles(owner: asyncpg.Connection, person: Person) -> list[str]:
    return [item["title"] for item in await inbox(owner, person)]


async def deliveries(owner: asyncpg.Connection) -> list[dict[str, Any]]:
    """All deliveries, in the order in which they were made."""
    return [dict(row) for row in await owner.fetch("select * from delivery order by id")]


async def until(holds: Callable[[], Any], *, within_s: float = PATIENCE_S) -> None:
    """Wait until `holds`, which may give an awaitable, says yes.

    Raises:
        TimeoutError: it never did.
    """
    async with asyncio.timeout(within_s):
        while True:
            answer = holds()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.005)


async def block(owner: asyncpg.Connection, person: Person, student: Student) -> None:
    """A custody block between the account and the pupil."""
    await owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where account_id = $1 and school_id = $2 and student_id = $3",
        person.account_id,
        student.school_id,
        student.id,
    )


class Family:
    """A pupil with parents, and facts about the pupil that have reached the inboxes."""

    def __init__(self, world: World, school: School, student: Student, database: str) -> None:
        self.world = world
        self.school = school
        self.student = student
        self._database = database

    async def parent(self, token: str, **more: Any) -> Person:
        person = await self.world.guardian(self.student)
        await put_token(self.world.owner, person, token, **more)
        if "locale" in more:  # a phone's language is its owner's
            await self.world.owner.execute(
                "update account set locale = $2 where id = $1", person.account_id, more["locale"]
            )
        return person

    async def tell(self, **fact: Any) -> None:
        await put_fact(self.world.owner, self.school, self.student, **fact)
        await self.relay()

    async def tell_today(self, **fact: Any) -> None:
        """Of the day on which it is told, as an absence that alarms."""
        await put_fact(self.world.owner, self.school, self.student, **fact)
        await self.world.owner.execute("update outbox set day = $1", school_day(datetime.now(UTC)))
        await self.relay()

    async def relay(self) -> None:
        pool = await db.create_pool(self._database, role=db.RELAY_ROLE, size=1)
        await Relay(pool).relay_due()
        await pool.close()
