"""Pupils leave, go to another school, and come from one."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, gather, snapshot
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.doors import is_let_in
from tests.world import World

CODE = "0123456789"


@pytest.fixture
async def cast(world: World) -> Cast:
    made = await gather(world)
    await world.owner.execute(
        "update student set moet_code = $1, photo_consent = true where id = $2",
        CODE,
        made.student.id,
    )
    return made


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


@pytest.fixture
def out(cast: Cast) -> str:
    return cast.url(f"/students/{cast.student.id}/transfer-out")


def leaving(**changes: Any) -> dict[str, Any]:
    return {"reason": "Theo gia đình", "to_school_code": "46-105"} | changes


def coming(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {"moet_code": CODE, "class_id": str(cast.class_id)} | changes


async def test_a_pupil_goes_to_another_school_and_nothing_of_the_first_goes_along(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    headers: dict[str, str],
    out: str,
    clock: Clock,
) -> None:
    gate = Gate(api, clock, cast.school, cast["guard"])
    assert await gate.outcome(cast.student.token) == "ok"
    answer = await api.post(out, json=leaving(), headers=headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "student_id": str(cast.student.id),
            "moet_code": CODE,
            "last_day": "2026-11-16",
            "to_school_code": "46-105",
            "guardians": 1,
        },
    )
    assert await gate.outcome(cast.student.token, "out") == "card_revoked"
    # The guardian has no child here any more, but stays logged in to read of it.
    me = await api.get("/v1/me", headers=cast["guardian"].headers)
    assert me.json()["children"] == []
    assert not await is_let_in(api, cast["student"].headers)
    # The receiving school writes its own rows, and reads none of the first.
    new = f"/v1/schools/{cast.other.id}/students/transfer-in"
    theirs = cast["other principal"].headers
    body = coming(cast, class_id=str(cast.other.class_id))
    assert (await api.post(new, json=body, headers=theirs)).json()["type"] == "name-needed"
    taken = await api.post(
        new, json=body | {"name": "Nguyễn Văn An", "from_school": cast.school.name}, headers=theirs
    )
    assert taken.status_code == 201, taken.text
    assert (taken.json()["moet_code"], taken.json()["has_card"]) == (CODE, True)
    assert taken.json()["id"] != str(cast.student.id)
    held = await owner.fetch("select school_id, person_id from scan_event")
    assert [tuple(row) for row in held] == [(cast.school.id, cast.student.id)]
    assert not await owner.fetchval(
        "select photo_consent from student where id = $1", cast.student.id
    )


async def test_it_is_known_who_let_the_pupil_go_and_why(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str], out: str
) -> None:
    assert (await api.post(out, json=leaving(), headers=headers)).status_code == 200
    page = (await api.get(cast.url("/life-events"), headers=headers)).json()
    (event,) = page["items"]
    assert (event["kind"], event["reason"]) == ("transfer_out", "Theo gia đình")
    assert event["decided_by"] == str(cast["principal"].account_id)
    assert event["decided_by_name"] == "Ông principal"
    assert event["details"] == {"last_day": "2026-11-16", "to_school_code": "46-105"}
    for number in range(3):
        pupil = cast.url(f"/students/{cast.neighbour.id}/card")
        answer = await api.post(pupil, headers=headers)
        assert answer.status_code == 201, number
        assert (await api.delete(pupil, headers=headers)).status_code == 204
    first = (await api.get(cast.url("/life-events?limit=3"), headers=headers)).json()
    assert {each["kind"] for each in first["items"]} == {"card_lost"}
    rest = await api.get(
        cast.url("/life-events"), params={"cursor": first["next_cursor"]}, headers=headers
    )
    assert [each["id"] for each in rest.json()["items"]] == [event["id"]]
    about = await api.get(
        cast.url("/life-events"), params={"person_id": str(cast.student.id)}, headers=headers
    )
    assert [each["id"] for each in about.json()["items"]] == [event["id"]]


async def test_the_last_day_lies_between_the_first_in_the_class_and_today(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str], out: str
) -> None:
    before = await snapshot(owner)
    for day, reason in (
        ("2026-11-17", "đến hết ngày ấy em vẫn là học sinh"),
        ("2026-09-04", "ở lớp hiện tại từ 05/09/2026"),
        ("2020-01-01", "ở lớp hiện tại từ 05/09/2026"),
        ("2100-01-01", "đến hết ngày ấy em vẫn là học sinh"),
    ):
        answer = await api.post(out, json=leaving(last_day=day), headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "bad-day"), day
        assert reason in answer.json()["detail"]
    assert await snapshot(owner) == before


async def test_who_is_in_no_class_left_within_the_last_400_days(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str], out: str
) -> None:
    await owner.execute("delete from enrolment where student_id = $1", cast.student.id)
    answer = await api.post(out, json=leaving(last_day="2020-01-01"), headers=headers)
    assert answer.json()["detail"] == "Hãy chọn ngày trong 400 ngày qua."


async def test_the_last_day_is_kept(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str], out: str
) -> None:
    done = await api.post(out, json=leaving(last_day="2026-11-13"), headers=headers)
    assert done.status_code == 200
    assert str(await owner.fetchval(
        "select to_day from enrolment where student_id = $1", cast.student.id
    )) == "2026-11-13"  # fmt: skip
    again = await api.post(out, json=leaving(), headers=headers)
    assert again.status_code == 404


async def test_who_comes_back_is_taken_up_again_with_the_history_of_then(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str], out: str, clock: Clock
) -> None:
    assert (await api.post(out, json=leaving(), headers=headers)).status_code == 200
    url = cast.url("/students/transfer-in")
    too_early = await api.post(url, json=coming(cast, from_day="2026-11-01"), headers=headers)
    assert too_early.json()["type"] == "bad-day"
    clock.now = clock.now.replace(day=18)
    body = coming(cast, class_id=str(cast.next_class_id), born_on="2015-03-02")
    back = await api.post(url, json=body, headers=cast["principal"].headers)
    assert back.status_code == 201, back.text
    assert (back.json()["id"], back.json()["name"]) == (str(cast.student.id), "Nguyễn Văn An")
    assert (back.json()["born_on"], back.json()["has_card"]) == ("2015-03-02", True)
    again = await api.post(url, json=body, headers=cast["principal"].headers)
    assert (again.status_code, again.json()["type"]) == (422, "name-needed")
    named = await api.post(url, json=body | {"name": "Ai Khác"}, headers=cast["principal"].headers)
    assert (named.status_code, named.json()["type"]) == (409, "moet-code-taken")
    history = await api.get(
        cast.url(f"/students/{cast.student.id}/enrolments"), headers=cast["principal"].headers
    )
    assert [(e["class_name"], e["from_day"], e["to_day"]) for e in history.json()["items"]] == [
        ("6A2", "2026-11-18", None),
        ("6A1", "2026-09-05", "2026-11-16"),
    ]
    guardians = await api.get(
        cast.url(f"/students/{cast.student.id}/guardians"), headers=cast["principal"].headers
    )
    assert guardians.json()["items"] == []


async def test_a_transfer_by_mistake_is_undone_on_the_same_day(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str], out: str
) -> None:
    for _ in range(2):
        assert (await api.post(out, json=leaving(), headers=headers)).status_code == 200
        back = await api.post(cast.url("/students/transfer-in"), json=coming(cast), headers=headers)
        assert back.status_code == 201, back.text
    history = await api.get(cast.url(f"/students/{cast.student.id}/enrolments"), headers=headers)
    assert [(each["from_day"], each["to_day"]) for each in history.json()["items"]] == [
        ("2026-11-16", None),
        ("2026-09-05", "2026-11-15"),
    ]


async def test_a_guardian_who_is_added_during_the_transfer_keeps_no_link(
    api: httpx.AsyncClient, other_api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast,
    headers: dict[str, str], out: str,
) -> None:  # fmt: skip
    add = {"name": "Lê Văn Ba", "phone": "0912345678", "relation": "father"}
    url = cast.url(f"/students/{cast.student.id}/guardians")
    gone, added = await asyncio.gather(
        api.post(out, json=leaving(), headers=headers),
        other_api.post(url, json=add, headers=headers),
    )
    assert gone.status_code == 200
    assert added.status_code in (201, 404)
    live = await owner.fetchval(
        "select count(*) from guardianship where student_id = $1 and ended_at is null",
        cast.student.id,
    )
    assert live == 0


async def test_a_custody_block_is_still_there_when_the_pupil_comes_back(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str], out: str
) -> None:
    await owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where student_id = $1",
        cast.student.id,
    )
    assert (await api.post(out, json=leaving(), headers=headers)).status_code == 200
    back = await api.post(cast.url("/students/transfer-in"), json=coming(cast), headers=headers)
    assert back.status_code == 201
    answer = await api.post(
        cast.url(f"/students/{cast.student.id}/guardians"),
        json={"name": "Lê Thị Mẹ", "phone": cast["guardian"].phone, "relation": "mother"},
        headers=headers,
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "custody-blocked")


async def test_the_family_reports_a_lost_card_and_only_its_own(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
    clock: Clock,
) -> None:
    gate = Gate(api, clock, cast.school, cast["guard"])
    url = f"/v1/students/{cast.student.id}/card/loss"
    assert (await api.post(url, json={}, headers=cast["other guardian"].headers)).status_code == 404
    body = {"reason": "Rơi trên xe buýt"}
    assert (await api.post(url, json=body, headers=cast["guardian"].headers)).status_code == 204
    again = await api.post(url, json=body, headers=cast["guardian"].headers)
    assert (again.status_code, again.json()["type"]) == (404, "no-card")
    assert await gate.outcome(cast.student.token) == "card_revoked"
    card = await owner.fetchrow("select * from card where student_id = $1", cast.student.id)
    assert card is not None
    assert (card["revoked_reason"], card["revoked_by"]) == (
        body["reason"],
        cast["guardian"].account_id,
    )
    (told,) = await owner.fetch("select kind, student_id, actor_account_id from outbox")
    assert tuple(told) == ("card_lost", cast.student.id, cast["guardian"].account_id)
    new = await api.post(cast.url(f"/students/{cast.student.id}/card"), headers=headers)
    assert await gate.outcome(new.json()["token"]) == "ok"
