"""A code on paper, and another school that names the same phone at the same moment."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app import db
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.mobile_api.paper import PHONE, activate, codes, name_guardian, prove_by_text

A_WHILE_S = 0.4


async def account_of(owner: asyncpg.Connection, guardian: dict[str, Any]) -> UUID:
    found = await owner.fetchval(
        "select account_id from guardianship where guardian_id = $1", UUID(guardian["id"])
    )
    assert isinstance(found, UUID)
    return found


@asynccontextmanager
async def meanwhile(
    resources: Resources, work: Callable[[db.Conn], Coroutine[Any, Any, Any]], school_id: int
) -> AsyncIterator[None]:
    """Does the work, and commits only after the block has had a while."""
    async with db.transaction(resources.pool, schools=[school_id]) as conn:
        await work(conn)
        yield
        await asyncio.sleep(A_WHILE_S)


async def test_paper_does_not_open_what_another_school_is_just_naming(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    made = await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    account_id = await account_of(owner, made)

    async def name_elsewhere(conn: db.Conn) -> None:
        await db.run(
            conn,
            "insert into guardianship (school_id, student_id, guardian_id, account_id, relation)"
            " values ($1, $2, gen_random_uuid(), $3, 'mother')",
            cast.other.id,
            cast.stranger.id,
            account_id,
        )

    async with meanwhile(resources, name_elsewhere, cast.other.id):
        opening = asyncio.create_task(activate(api, code))
    answer = await opening
    assert (answer.status_code, answer.json()["type"]) == (409, "needs-text-message")
    # Nothing of it holds; the phone's owner comes in by a text message.
    stored = await owner.fetchval("select password_hash from account where id = $1", account_id)
    assert stored is None
    proved = await prove_by_text(api, resources, PHONE, "activation")
    assert proved.status_code == 200, proved.text


async def test_a_link_waits_when_paper_is_just_opening_the_account(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    account_id = await account_of(owner, await name_guardian(api, cast))

    async def open_by_paper(conn: db.Conn) -> None:
        await db.run(conn, "select from account where id = $1 for update", account_id)
        await db.run(
            conn,
            "update account set password_hash = 'x', paper_at = now() where id = $1",
            account_id,
        )

    async with meanwhile(resources, open_by_paper, cast.school.id):
        naming = asyncio.create_task(
            api.post(
                f"/v1/schools/{cast.other.id}/students/{cast.stranger.id}/guardians",
                json={"name": "Võ Thị Mẹ", "phone": PHONE, "relation": "mother"},
                headers=cast["other principal"].headers,
            )
        )
    answer = await naming
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "needs_proof"
