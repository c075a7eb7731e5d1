"""The chain of decisions: nothing in it can be changed, left out or cut off unseen."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app import audit, db
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from tests.conftest import MASTER_KEY
from tests.world import School, World

AT = datetime(2026, 11, 16, 2, tzinfo=UTC)


@pytest.fixture
async def school(world: World) -> School:
    return await world.school()


async def record(resources: Resources, school: School, number: int = 0, **detail: Any) -> None:
    async with db.transaction(resources.pool, schools=[school.id]) as conn:
        await audit.record(
            conn,
            school_id=school.id,
            kind="correction",
            subject_id=UUID(int=number),
            actor_account_id=None if number % 2 else new_id(),
            detail=detail or {"day": date(2026, 11, 16), "share": 0.3, "ids": [new_id()]},
            now=AT,
        )


async def verify(resources: Resources, school: School) -> tuple[int, audit.Break | None]:
    async with db.transaction(resources.pool, schools=[school.id]) as conn:
        return await audit.verify(conn, school_id=school.id)


async def test_entries_written_at_once_make_one_chain(
    resources: Resources, school: School, world: World
) -> None:
    other = await world.school()
    await asyncio.gather(
        *(record(resources, school, number) for number in range(12)),
        *(record(resources, other, number) for number in range(3)),
    )
    assert await verify(resources, school) == (12, None)
    assert await verify(resources, other) == (3, None)
    assert await verify(resources, await world.school()) == (0, None)


@pytest.mark.parametrize(
    ("spoil", "seq", "why"),
    [
        ("update audit_entry set kind = 'leave' where seq = 3", 3, "was changed"),
        ("update audit_entry set at = at + interval '1 us' where seq = 3", 3, "was changed"),
        ("""update audit_entry set detail = '{"share": 0.31}' where seq = 1""", 1, "was changed"),
        ("update audit_entry set actor_account_id = subject_id where seq = 2", 2, "was changed"),
        ("delete from audit_entry where seq = 3", 3, "is missing"),
        ("delete from audit_entry where seq = 5", 5, "is missing"),
        ("delete from audit_entry", 1, "is missing"),
        ("delete from audit_head", 5, "is the last of a chain without an end"),
        (
            "update audit_entry set previous = sha256('x'), hash = sha256('y') where seq = 4",
            4,
            "does not follow the one before it",
        ),
    ],
)
async def test_the_entry_at_which_a_chain_breaks_is_named(
    resources: Resources, school: School, owner: asyncpg.Connection, spoil: str, seq: int, why: str
) -> None:
    for number in range(5):
        await record(resources, school, number)
    await owner.execute(spoil)
    _, broken = await verify(resources, school)
    assert broken == audit.Break(school_id=school.id, seq=seq, why=why)


@pytest.mark.parametrize("words", ["Nguyễn Văn An", "ốm", "a reason", "x" * 65, 1e300, object()])
async def test_what_could_be_a_persons_is_refused(
    resources: Resources, school: School, words: object
) -> None:
    with pytest.raises(ValueError, match="the audit holds"):
        await record(resources, school, detail={"list": [words]})
    assert await verify(resources, school) == (0, None)


async def test_the_app_can_neither_change_nor_remove_an_entry(
    resources: Resources, school: School
) -> None:
    await record(resources, school)
    for statement in ("update audit_entry set kind = 'x'", "delete from audit_entry"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction(resources.pool, schools=[school.id]) as conn:
                await conn.execute(statement)


async def test_a_long_chain_is_followed_page_by_page(
    resources: Resources, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_PAGE", 2)
    for number in range(5):
        await record(resources, school, number)
    assert await verify(resources, school) == (5, None)


async def test_the_command_names_the_entry_and_fails(
    resources: Resources, school: School, owner: asyncpg.Connection, settings: Settings
) -> None:
    for number in range(3):
        await record(resources, school, number)

    async def command(*args: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "scripts.cli", "audit", "verify", *args],
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": settings.require_database_url(),
                "REDIS_URL": settings.require_redis_url(),
                "MASTER_KEY": MASTER_KEY,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    good = await command()
    assert (good.returncode, good.stdout) == (0, "3 entries of 1 schools hold.\n")
    await owner.execute("update audit_entry set kind = 'closure' where seq = 2")
    bad = await command("--school", str(school.id))
    assert (bad.returncode, bad.stdout) == (
        1,
        f"school {school.id}, entry 2: was changed\n1 entries of 1 schools hold.\n",
    )
