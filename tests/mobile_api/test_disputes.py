"""A family says that a day is wrong, the school answers, and nobody else hears of it."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app.ids import new_id
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.notifications.news import block, inbox, titles
from tests.patience import until_waiting
from tests.world import Person, World

DAY = "2026-11-16"


async def ask(
    api: httpx.AsyncClient, cast: Cast, who: Person | None = None, **changes: Any
) -> httpx.Response:
    body = {"student_id": str(cast.student.id), "day": DAY, "kind": "not_there"} | changes
    who = who or cast["guardian"]
    return await api.post("/v1/attendance/disputes", json=body, headers=who.headers)


async def asked(
    api: httpx.AsyncClient, cast: Cast, who: Person | None = None, **changes: Any
) -> dict[str, Any]:
    response = await ask(api, cast, who, **changes)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def answer(
    api: httpx.AsyncClient, cast: Cast, dispute: dict[str, Any], who: Person, **changes: Any
) -> httpx.Response:
    body = {"answer": "upheld", "message": "Cô đã xem lại, cảm ơn gia đình."} | changes
    url = cast.url(f"/disputes/{dispute['id']}/answer")
    return await api.post(url, json=body, headers=who.headers)


async def own(api: httpx.AsyncClient, cast: Cast, who: Person) -> list[dict[str, Any]]:
    response = await api.get(f"/v1/students/{cast.student.id}/disputes", headers=who.headers)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def of_school(
    api: httpx.AsyncClient, cast: Cast, who: Person, **query: Any
) -> list[dict[str, Any]]:
    response = await api.get(cast.url("/disputes"), params=query, headers=who.headers)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_a_mother_says_that_it_is_wrong_and_reads_the_answer(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, relay: Relay, owner: asyncpg.Connection
) -> None:
    gate = Gate(api, clock, cast.school, cast["guard"])
    scan = gate.scan(cast.student.token)
    await gate.results(scan)
    days = await owner.fetch("select * from attendance_day")

    dispute = await asked(
        api, cast, event_id=scan["event_id"], note="  Cháu   ở nhà với bà.\nThẻ để ở lớp. "
    )

    assert (dispute["state"], dispute["note"]) == ("open", "Cháu ở nhà với bà. Thẻ để ở lớp.")
    (seen,) = await of_school(api, cast, cast["homeroom_teacher"], state="open")
    assert {name: seen[name] for name in (
        "student_name", "class_name", "asked_as", "asked_by", "scan_direction", "station_name",
    )} == {
        "student_name": "Nguyễn Văn An", "class_name": "6A1", "asked_as": "guardian",
        "asked_by": "Lê Thị Mẹ", "scan_direction": "in", "station_name": "Cổng chính",
    }  # fmt: skip

    answered = await answer(api, cast, dispute, cast["homeroom_teacher"])

    assert (answered.status_code, answered.json()["state"]) == (200, "upheld")
    (read,) = await own(api, cast, cast["guardian"])
    assert (read["state"], read["message"], read["answered_by"]) == (
        "upheld", "Cô đã xem lại, cảm ơn gia đình.", "Ông homeroom_teacher",
    )  # fmt: skip
    assert await of_school(api, cast, cast["principal"], state="open") == []
    assert len(await of_school(api, cast, cast["principal"], state="upheld")) == 1
    # An answer is words: the day is as the scan left it.
    assert await owner.fetch("select * from attendance_day") == days
    assert await owner.fetchval("select count(*) from attendance_correction") == 0


async def test_the_homeroom_teacher_is_told_and_then_who_asked_and_nobody_else(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    dispute = await asked(api, cast)
    await relay.relay_due()
    (told,) = await inbox(owner, cast["homeroom_teacher"])
    assert (told["kind"], told["title"], told["body"]) == (
        "dispute_asked",
        "Gia đình Nguyễn Văn An báo điểm danh chưa đúng",
        "Ngày 16/11/2026: lúc đó con không có mặt ở trường. Mời thầy cô xem và trả lời.",
    )
    assert told["data"]["class_id"] == str(cast.class_id)
    assert await owner.fetchval("select count(*) from inbox_item") == 1

    await answer(api, cast, dispute, cast["principal"], answer="declined", message="Có ảnh ở cổng.")
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert (told["kind"], told["title"], told["body"]) == (
        "dispute_answered",
        "Trường đã trả lời về điểm danh của Nguyễn Văn An",
        "Ngày 16/11/2026: trường thấy điểm danh đã đúng. Có ảnh ở cổng.",
    )
    assert await titles(owner, father) == []
    assert await owner.fetchval("select count(*) from inbox_item") == 2


async def test_a_class_without_a_homeroom_teacher_is_the_principals(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    vice = await world.staff(cast.school, "principal", "Bà Phó")
    await owner.execute("update school_class set homeroom_staff_id = null")
    await asked(api, cast)
    await relay.relay_due()
    assert len(await titles(owner, cast["principal"])) == 1
    assert len(await titles(owner, vice)) == 1
    assert await titles(owner, cast["homeroom_teacher"]) == []


async def test_a_teachers_own_child_is_the_principals_to_answer(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    teacher = await world.guardian(cast.student, person=cast["homeroom_teacher"])
    dispute = await asked(api, cast, teacher)
    await relay.relay_due()
    assert await titles(owner, teacher) == []
    assert len(await titles(owner, cast["principal"])) == 1
    refused = await answer(api, cast, dispute, teacher)
    assert (refused.status_code, refused.json()["type"]) == (403, "own-dispute")
    assert (await answer(api, cast, dispute, cast["principal"])).status_code == 200


async def test_the_pupils_own_account_asks_and_is_told(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    dispute = await asked(api, cast, cast["student"], kind="wrong_time")
    (seen,) = await of_school(api, cast, cast["principal"])
    assert (seen["asked_as"], seen["asked_by"]) == ("student", "Nguyễn Văn An")
    await answer(api, cast, dispute, cast["homeroom_teacher"])
    await relay.relay_due()
    assert len(await titles(owner, cast["student"])) == 1
    assert await titles(owner, cast["guardian"]) == []


async def test_parents_do_not_read_each_others_words(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    mine = await asked(api, cast)
    his = await asked(api, cast, father)
    assert [each["id"] for each in await own(api, cast, cast["guardian"])] == [mine["id"]]
    assert [each["id"] for each in await own(api, cast, father)] == [his["id"]]
    assert await own(api, cast, cast["student"]) == []
    assert len(await of_school(api, cast, cast["homeroom_teacher"])) == 2


async def test_one_is_open_at_a_time_and_five_a_day_are_enough(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    for _ in range(5):
        dispute = await asked(api, cast)
        again = await ask(api, cast, kind="other")
        assert (again.status_code, again.json()["type"]) == (409, "dispute-open")
        assert (await answer(api, cast, dispute, cast["principal"])).status_code == 200
    sixth = await ask(api, cast)
    assert (sixth.status_code, sixth.json()["type"]) == (409, "too-many-disputes")
    # Another day is another matter.
    await asked(api, cast, day="2026-11-14")


async def test_a_day_that_has_not_come_or_is_long_over_is_refused(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    for day in (clock.now.date() + timedelta(days=1), clock.now.date() - timedelta(days=93)):
        refused = await ask(api, cast, day=day.isoformat())
        assert (refused.status_code, refused.json()["type"]) == (422, "bad-dispute-day")
    await asked(api, cast, day=(clock.now.date() - timedelta(days=92)).isoformat())


async def test_another_childs_scan_is_no_scan_of_this_day(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    gate = Gate(api, clock, cast.school, cast["guard"])
    scan = gate.scan(cast.neighbour.token)
    await gate.results(scan)
    for event_id in (scan["event_id"], str(new_id())):
        refused = await ask(api, cast, event_id=event_id)
        assert (refused.status_code, refused.json()["type"]) == (422, "no-such-scan")


async def test_who_may_not_see_the_child_neither_asks_nor_reads_nor_hears(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    """A block acts on the next request, also on what was asked and answered before it."""
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    dispute = await asked(api, cast, father)
    await block(owner, father, cast.student)
    assert (await ask(api, cast, father)).status_code in (403, 404)
    answered = await answer(api, cast, dispute, cast["principal"])
    assert answered.status_code == 200
    await relay.relay_due()
    assert await titles(owner, father) == []
    read = await api.get(f"/v1/students/{cast.student.id}/disputes", headers=father.headers)
    assert read.status_code in (403, 404)

    unseeing = await world.guardian(cast.student, cast.neighbour)
    await owner.execute(
        "update guardianship set can_see = false where account_id = $1 and student_id = $2",
        unseeing.account_id,
        cast.student.id,
    )
    refused = await ask(api, cast, unseeing)
    assert (refused.status_code, refused.json()["type"]) == (404, "no-such-pupil")


async def test_other_classes_and_other_schools_neither_see_nor_answer(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    dispute = await asked(api, cast)
    other = await world.staff(cast.school, "guard", "Cô Hai")
    await owner.execute(
        "update membership set role = 'homeroom_teacher' where account_id = $1", other.account_id
    )
    await owner.execute(
        "update school_class set homeroom_staff_id = $1 where id = $2",
        other.person_id,
        cast.next_class_id,
    )
    assert await of_school(api, cast, other) == []
    named = await api.get(
        cast.url("/disputes"), params={"class_id": str(cast.class_id)}, headers=other.headers
    )
    assert (named.status_code, named.json()["type"]) == (404, "no-such-class")
    refused = await answer(api, cast, dispute, other)
    assert (refused.status_code, refused.json()["type"]) == (404, "no-such-dispute")
    elsewhere = await api.post(
        f"/v1/schools/{cast.other.id}/disputes/{dispute['id']}/answer",
        json={"answer": "upheld", "message": "x"},
        headers=cast["other principal"].headers,
    )
    assert elsewhere.status_code == 404
    # The child changes classes: so does who answers.
    await owner.execute(
        "update enrolment set class_id = $1 where student_id = $2",
        cast.next_class_id,
        cast.student.id,
    )
    assert len(await of_school(api, cast, other)) == 1
    assert (await answer(api, cast, dispute, cast["homeroom_teacher"])).status_code == 404
    assert (await answer(api, cast, dispute, other)).status_code == 200


async def test_a_teacher_whose_role_has_ended_since_is_not_told(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    await asked(api, cast)
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1",
        cast["homeroom_teacher"].account_id,
    )
    await relay.relay_due()
    assert await owner.fetchval("select count(*) from inbox_item") == 0


async def test_one_account_on_three_phones_at_once_asks_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    async with owner.transaction():
        # Nobody writes until all have looked whether one is open.
        await owner.execute("lock table attendance_dispute in share mode")
        asking = [asyncio.create_task(ask(api, cast)) for _ in range(3)]
        await until_waiting(owner, len(asking))
    answers = await asyncio.gather(*asking)
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert await owner.fetchval("select count(*) from attendance_dispute") == 1
    assert await owner.fetchval("select count(*) from outbox") == 1


async def test_both_parents_at_once_ask_both(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    async with owner.transaction():
        await owner.execute("lock table attendance_dispute in share mode")
        asking = [asyncio.create_task(ask(api, cast, who)) for who in (cast["guardian"], father)]
        await until_waiting(owner, len(asking))
    assert [each.status_code for each in await asyncio.gather(*asking)] == [201, 201]


async def test_teacher_and_principal_at_once_answer_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    dispute = await asked(api, cast)
    async with owner.transaction():
        await owner.execute("lock table attendance_dispute_answer in share mode")
        answering = [
            asyncio.create_task(answer(api, cast, dispute, cast[who], answer=verdict))
            for who, verdict in (("homeroom_teacher", "upheld"), ("principal", "declined"))
        ]
        await until_waiting(owner, len(answering))
    answers = await asyncio.gather(*answering)
    assert sorted(each.status_code for each in answers) == [200, 409]
    (refused,) = [each for each in answers if each.status_code == 409]
    assert refused.json()["type"] == "already-answered"
    (told,) = await owner.fetch("select params from outbox where kind = 'dispute_answered'")
    (won,) = [each for each in answers if each.status_code == 200]
    assert told["params"]["answer"] == won.json()["state"]


async def test_pages_go_on_behind_the_last_one_seen(api: httpx.AsyncClient, cast: Cast) -> None:
    made = [(await asked(api, cast, day=f"2026-11-{day}"))["id"] for day in (10, 11, 12)]
    teacher = cast["homeroom_teacher"]
    first = await api.get(cast.url("/disputes?limit=2"), headers=teacher.headers)
    rest = await of_school(api, cast, teacher, cursor=first.json()["next_cursor"])
    assert [each["id"] for each in first.json()["items"] + rest] == made[::-1]
    family = await api.get(
        f"/v1/students/{cast.student.id}/disputes?limit=1", headers=cast["guardian"].headers
    )
    assert (family.json()["items"][0]["id"], family.json()["next_cursor"] is None) == (
        made[2], False,
    )  # fmt: skip
