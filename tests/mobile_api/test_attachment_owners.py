"""Files with announcements, homework and messages: seen by who may read these, and no longer."""

from typing import Any

import asyncpg
import httpx
import pytest

from app.ids import new_id
from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.mobile_api import announcing
from tests.mobile_api.daily_book import BOOK, given, said
from tests.mobile_api.files import sent
from tests.mobile_api.talking import Talk
from tests.notifications.news import block
from tests.pdfs import saved, sheet
from tests.world import Person, World

Json = dict[str, Any]


@pytest.fixture
async def cast(world: World, clock: Clock) -> Cast:
    clock.now = clock.now.replace(hour=9)
    return await gather(world)


async def status(api: httpx.AsyncClient, shown: Json) -> int:
    (file,) = shown["attachments"]
    return (await api.get(file["url"])).status_code


async def test_a_trip_notice_shows_its_photo_to_the_families_it_went_to(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    teacher, mother = cast["homeroom_teacher"], cast["guardian"]
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    neighbour = await world.guardian(cast.neighbour, name="Trần Văn Cha")
    photo = await sent(api, teacher, cast.school.id)
    one = await announcing.written(api, cast, teacher, attachment_ids=[photo["id"]])
    assert (await api.get(photo["url"])).status_code == 200, "the author sees the draft's"
    assert (await announcing.publish(api, one, teacher)).status_code == 200
    seen = {
        who.account_id: await announcing.seen(api, one, who) for who in (mother, father, teacher)
    }
    for shown in seen.values():
        assert await status(api, shown) == 200
    assert (await announcing.get(api, one, neighbour)).status_code == 404
    await block(owner, father, cast.student)
    assert await status(api, seen[father.account_id]) == 404
    assert await status(api, seen[mother.account_id]) == 200
    assert (await announcing.withdraw(api, one, teacher)).status_code == 200
    assert await status(api, seen[mother.account_id]) == 404


async def test_homework_shows_its_sheet_to_the_class_and_its_teachers(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    teacher, mother = cast["homeroom_teacher"], cast["guardian"]
    pdf = await sent(
        api, teacher, cast.school.id, saved(sheet()), name="Bài tập.pdf", media="application/pdf"
    )
    one = await given(api, cast, teacher, attachment_ids=[pdf["id"]])

    async def look(who: Person) -> httpx.Response:
        return await api.get(
            f"{BOOK}/homework/{one['id']}",
            params={"student_id": str(cast.student.id)},
            headers=who.headers,
        )

    shown = said(await look(mother))
    assert await status(api, shown) == 200
    assert shown["attachments"][0]["name"] == "Bài tập.pdf"
    await block(owner, mother, cast.student)
    assert await status(api, shown) == 404
    assert (await look(mother)).status_code == 404


async def test_a_message_shows_its_photo_to_both_sides(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    talk, mother, teacher = Talk(api, cast), cast["guardian"], cast["homeroom_teacher"]
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    thread = await talk.open(mother)
    photo = await sent(api, mother, cast.school.id)
    answer = await talk.send(mother, thread, "Ảnh bài của con", attachment_ids=[photo["id"]])
    assert answer.status_code == 201
    seen = {who.account_id: (await talk.messages(who, thread))[0] for who in (father, teacher)}
    for shown in seen.values():
        assert await status(api, shown) == 200
    await block(owner, father, cast.student)
    assert await status(api, seen[father.account_id]) == 404
    # The teacher's role is over, within the session.
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1", teacher.account_id
    )
    assert await status(api, seen[teacher.account_id]) == 404
    assert (await api.get(photo["url"])).status_code == 200


async def test_another_familys_file_is_not_to_be_sent_on_and_nothing_is_written(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    talk, mother, teacher = Talk(api, cast), cast["guardian"], cast["homeroom_teacher"]
    neighbour = await world.guardian(cast.neighbour, name="Trần Văn Cha")
    theirs = await sent(api, neighbour, cast.school.id)
    thread = await talk.open(mother)
    for foreign in (theirs["id"], str(new_id())):
        refused = await talk.send(mother, thread, "Ảnh", attachment_ids=[foreign])
        assert (refused.status_code, refused.json()["type"]) == (404, "no-such-attachment")
        refused = await announcing.write(api, cast, teacher, attachment_ids=[foreign])
        assert (refused.status_code, refused.json()["type"]) == (404, "no-such-attachment")
    assert await owner.fetchval("select count(*) from thread_message") == 0
    assert await owner.fetchval("select count(*) from announcement") == 0
    assert (await api.get(theirs["url"])).status_code == 200, "it is still the sender's"
