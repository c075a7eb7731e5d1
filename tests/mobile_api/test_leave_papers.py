"""A doctor's note: for who sent it and who decides, sealed, and each look is put down."""

from io import BytesIO
from typing import Any

import asyncpg
import httpx
from PIL import Image

from app import db
from mobile_api.resources import Resources
from notifications import upkeep
from tests.cast import Cast
from tests.mobile_api.families import LEAVE, asked, decide, withdraw
from tests.pictures import picture
from tests.world import Person, World

NOTE = picture(size=(900, 1200))


async def send(
    api: httpx.AsyncClient, leave: dict[str, Any], who: Person, content: bytes = NOTE
) -> httpx.Response:
    headers = who.headers | {"Content-Type": "image/jpeg"}
    return await api.put(f"{LEAVE}/{leave['id']}/paper", content=content, headers=headers)


async def read(api: httpx.AsyncClient, leave: dict[str, Any], who: Person) -> httpx.Response:
    return await api.get(f"{LEAVE}/{leave['id']}/paper", headers=who.headers)


async def stored_key(owner: asyncpg.Connection) -> str:
    return str(await owner.fetchval("select paper_key from leave_request"))


async def discarded(owner: asyncpg.Connection) -> list[str]:
    return [row["key"] for row in await owner.fetch("select key from discarded_object")]


async def test_a_note_is_legible_for_who_sent_it_and_who_decides(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    leave = await asked(api, cast)
    assert (await read(api, leave, cast["guardian"])).status_code == 404
    sent = await send(api, leave, cast["guardian"])
    assert (sent.status_code, sent.json()["has_paper"]) == (200, True)
    for who in ("guardian", "homeroom_teacher", "principal"):
        answer = await read(api, leave, cast[who])
        assert answer.status_code == 200, who
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "private, no-store"
        assert Image.open(BytesIO(answer.content)).size == (900, 1200)
    looks = await owner.fetch(
        "select actor_account_id from audit_entry where kind = 'leave_paper_read' order by seq"
    )
    assert [row["actor_account_id"] for row in looks] == [
        cast[who].account_id for who in ("guardian", "homeroom_teacher", "principal")
    ]
    stored = await resources.storage.get(await stored_key(owner))
    assert not stored.startswith(b"\xff\xd8")
    assert await discarded(owner) == []


async def test_the_other_parent_and_other_staff_do_not_see_it(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    leave = await asked(api, cast)
    await send(api, leave, cast["guardian"])
    shown = await api.get(f"{LEAVE}/{leave['id']}", headers=father.headers)
    assert (shown.json()["has_paper"], shown.json()["may_see_paper"]) == (True, False)
    assert (await read(api, leave, father)).status_code == 404
    assert (await send(api, leave, father)).status_code == 404
    for who in ("subject_teacher", "guard", "accountant", "other principal", "other guardian"):
        assert (await read(api, leave, cast[who])).status_code == 404, who
    # A teacher who is the other parent reads it neither as teacher.
    await world.guardian(cast.student, person=cast["homeroom_teacher"], name="Cô chủ nhiệm")
    assert (await read(api, leave, cast["homeroom_teacher"])).status_code == 404
    count = "select count(*) from audit_entry where kind = 'leave_paper_read'"
    assert await owner.fetchval(count) == 0


async def test_a_note_is_forgotten_three_months_after_the_leave(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, database: str
) -> None:
    leave = await asked(api, cast)
    await send(api, leave, cast["guardian"])
    key = await stored_key(owner)
    worker = await db.create_pool(database, role=db.WORKER_ROLE, size=1)
    for age, forgotten in ((90, 0), (91, 1)):
        await owner.execute(
            "update leave_request set from_day = d, to_day = d"
            " from (select (now() at time zone 'Asia/Ho_Chi_Minh')::date - $1::int as d) x",
            age,
        )
        assert (await upkeep.look_after(worker))["leave_papers"] == forgotten
        assert await discarded(owner) == [key] * forgotten
    await worker.close()
    assert (await read(api, leave, cast["guardian"])).status_code == 404


async def test_what_is_no_picture_is_refused_and_leaves_nothing_behind(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast)
    refused = await send(api, leave, cast["guardian"], b"%PDF-1.4")
    assert (refused.status_code, refused.json()["type"]) == (422, "no-picture")
    assert await discarded(owner) == []
    assert await owner.fetchval("select paper_key from leave_request") is None


async def test_a_note_sent_again_replaces_the_first_and_a_withdrawal_deletes_it(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast)
    await send(api, leave, cast["guardian"])
    first = await stored_key(owner)
    await send(api, leave, cast["guardian"])
    second = await stored_key(owner)
    assert second != first
    assert await discarded(owner) == [first]
    await decide(api, leave, cast["principal"])
    assert (await read(api, leave, cast["principal"])).status_code == 200
    await withdraw(api, leave, cast["guardian"])
    assert sorted(await discarded(owner)) == sorted([first, second])
    assert (await read(api, leave, cast["guardian"])).status_code == 404
    assert (await send(api, leave, cast["guardian"])).status_code == 409
