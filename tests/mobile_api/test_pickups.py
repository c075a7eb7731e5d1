"""Who may fetch a child: proposed, approved, shown at the gate, and ended."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.gate import Gate
from tests.patience import until_waiting
from tests.pictures import picture
from tests.world import Person, World

AUNT = {"name": "Lê Thị  Dì", "relation": "aunt_or_uncle", "phone": "0912 345 678"}
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
async def cast(world: World) -> Cast:
    cast = await gather(world)
    await world.owner.execute("update school set level = 'primary'")
    return cast


@pytest.fixture
def gate(api: httpx.AsyncClient, clock: Clock, cast: Cast) -> Gate:
    return Gate(api, clock, cast.school, cast["guard"])


def url_of(cast: Cast, rest: str = "") -> str:
    return cast.url(f"/students/{cast.student.id}/pickups{rest}")


async def added(
    api: httpx.AsyncClient, cast: Cast, who: str = "principal", **changes: Any
) -> dict[str, Any]:
    answer = await api.post(url_of(cast), json=AUNT | changes, headers=cast[who].headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def decide(
    api: httpx.AsyncClient, cast: Cast, pickup: dict[str, Any], decision: str = "approve"
) -> httpx.Response:
    return await api.post(
        url_of(cast, f"/{pickup['id']}/decision"),
        json={"decision": decision},
        headers=cast["homeroom_teacher"].headers,
    )


async def listed(api: httpx.AsyncClient, cast: Cast, who: str) -> list[dict[str, Any]]:
    answer = await api.get(url_of(cast), headers=cast[who].headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def leaving(gate: Gate, cast: Cast, **changes: Any) -> dict[str, Any]:
    """The pupil is scanned out; each time later than before, so that it is a new scan."""
    gate.clock.now += timedelta(minutes=5)
    await gate.results(gate.scan(cast.student.token, "in"))
    gate.clock.now += timedelta(minutes=5)
    (result,) = await gate.results(gate.scan(cast.student.token, "out", **changes))
    return result


async def names_at_gate(gate: Gate, cast: Cast) -> list[str]:
    return [each["name"] for each in (await leaving(gate, cast))["pickups"]]


async def test_whom_the_school_enters_is_shown_when_the_child_leaves(
    api: httpx.AsyncClient, cast: Cast, gate: Gate
) -> None:
    pickup = await added(api, cast)
    assert (pickup["state"], pickup["name"], pickup["phone"]) == (
        "approved", "Lê Thị Dì", "+84912345678",
    )  # fmt: skip
    face = await api.put(
        url_of(cast, f"/{pickup['id']}/photo"),
        content=picture(),
        headers=cast["principal"].headers | JPEG,
    )
    assert face.status_code == 200, face.text
    result = await leaving(gate, cast)
    (shown,) = result["pickups"]
    assert set(shown) == {"name", "relation", "photo_url"}
    assert (shown["name"], shown["relation"]) == ("Lê Thị Dì", "aunt_or_uncle")
    assert (await api.get(shown["photo_url"])).status_code == 200


async def test_who_comes_in_is_shown_nobody_and_the_answer_is_as_it_was(
    api: httpx.AsyncClient, cast: Cast, gate: Gate
) -> None:
    await added(api, cast)
    (result,) = await gate.results(gate.scan(cast.student.token, "in"))
    assert set(result) == {"event_id", "outcome", "student", "status", "recorded_at"}


@pytest.mark.parametrize("level", ["preschool", "primary", "lower_secondary", "upper_secondary"])
async def test_only_small_children_are_fetched(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, gate: Gate, level: str
) -> None:
    await added(api, cast)
    assert "pickups" in await leaving(gate, cast)  # from now on the level is in the API's memory
    department = cast["department_admin"].headers
    changed = await api.patch(cast.url(""), json={"level": level}, headers=department)
    assert changed.status_code == 200, changed.text
    result = await leaving(gate, cast)
    assert ("pickups" in result) is (level in ("preschool", "primary"))


async def test_a_child_whom_nobody_else_fetches_has_an_empty_list(cast: Cast, gate: Gate) -> None:
    assert (await leaving(gate, cast))["pickups"] == []


async def test_two_children_of_one_batch_are_not_mixed_up(
    api: httpx.AsyncClient, cast: Cast, gate: Gate
) -> None:
    await added(api, cast)
    mine, other = await gate.results(
        gate.scan(cast.student.token, "out"), gate.scan(cast.neighbour.token, "out")
    )
    assert [each["name"] for each in mine["pickups"]] == ["Lê Thị Dì"]
    assert other["pickups"] == []


async def test_a_duplicate_and_a_scan_sent_again_show_them_too_and_as_they_are_now(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, gate: Gate
) -> None:
    pickup = await added(api, cast)
    scan = gate.scan(cast.student.token, "out")
    (first,) = await gate.results(scan)
    assert first["pickups"]
    (duplicate,) = await gate.results(gate.scan(cast.student.token, "out"))
    assert duplicate["outcome"] == "duplicate"
    assert duplicate["pickups"] == first["pickups"]
    assert "Lê Thị" not in str(await owner.fetch("select answer from scan_receipt"))
    await api.delete(url_of(cast, f"/{pickup['id']}"), headers=cast["principal"].headers)
    (again,) = await gate.results(scan)
    assert again["pickups"] == []


async def test_a_refused_scan_and_the_pupil_s_own_phone_show_nobody(
    api: httpx.AsyncClient, cast: Cast, gate: Gate
) -> None:
    await added(api, cast)
    far = cast.school.location(gate.clock.now, lat=10.0)
    (refused,) = await gate.results(gate.scan(cast.student.token, "out", location=far))
    assert refused["outcome"] == "geo_outside"
    assert "pickups" not in refused


async def test_a_mark_by_name_shows_them_as_well(
    api: httpx.AsyncClient, cast: Cast, gate: Gate
) -> None:
    await added(api, cast)
    answer = await api.post(
        "/v1/attendance/marks",
        json={
            "event_id": gate.scan("")["event_id"],
            "student_id": str(cast.student.id),
            "direction": "out",
            "station_id": str(cast.school.gate_id),
            "reason": "Quên thẻ",
            "location": cast.school.location(gate.clock.now),
        },
        headers=cast["guard"].headers,
    )
    assert [each["name"] for each in answer.json()["pickups"]] == ["Lê Thị Dì"]


async def test_an_offline_roster_has_them_for_the_children_who_have_some(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    async def entries() -> dict[str, Any]:
        roster = await api.get(
            "/v1/attendance/roster",
            params={"station_id": str(cast.school.gate_id)},
            headers=cast["guard"].headers,
        )
        return {each["student_id"]: each for each in roster.json()["entries"]}

    await added(api, cast)
    shown = await entries()
    assert [each["name"] for each in shown[str(cast.student.id)]["pickups"]] == ["Lê Thị Dì"]
    assert "pickups" not in shown[str(cast.neighbour.id)]
    await owner.execute("update school set level = 'upper_secondary'")
    assert "pickups" not in (await entries())[str(cast.student.id)]


async def test_a_guardian_proposes_and_the_school_decides(
    api: httpx.AsyncClient, cast: Cast, gate: Gate, world: World
) -> None:
    pickup = await added(api, cast, "guardian")
    assert (pickup["state"], pickup["decided_at"]) == ("proposed", None)
    assert await names_at_gate(gate, cast) == []
    (seen,) = await listed(api, cast, "homeroom_teacher")
    assert seen["proposed_by"] is not None
    assert (await decide(api, cast, pickup)).json()["state"] == "approved"
    assert await names_at_gate(gate, cast) == ["Lê Thị Dì"]
    assert (await decide(api, cast, pickup)).json()["type"] == "pickup-decided"


async def test_a_refused_proposal_is_not_shown_and_its_picture_goes(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, gate: Gate
) -> None:
    pickup = await added(api, cast, "guardian")
    face = await api.put(
        url_of(cast, f"/{pickup['id']}/photo"),
        content=picture(),
        headers=cast["guardian"].headers | JPEG,
    )
    url = face.json()["photo_url"]
    assert (await api.get(url)).status_code == 200
    assert (await decide(api, cast, pickup, "reject")).json()["state"] == "refused"
    assert (await api.get(url)).status_code == 404
    assert await owner.fetchval("select count(*) from discarded_object where due_at <= now()") == 2
    assert await names_at_gate(gate, cast) == []


async def test_a_guardian_puts_no_other_face_under_an_approved_name(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    pickup = await added(api, cast, "guardian")
    await decide(api, cast, pickup)
    for method, rest, body in (
        ("PATCH", "", {"name": "Người Lạ"}),
        ("POST", "/decision", {"decision": "approve"}),
    ):
        answer = await api.request(
            method,
            url_of(cast, f"/{pickup['id']}{rest}"),
            json=body,
            headers=cast["guardian"].headers,
        )
        assert answer.status_code == 403, method
    face = await api.put(
        url_of(cast, f"/{pickup['id']}/photo"),
        content=picture(),
        headers=cast["guardian"].headers | JPEG,
    )
    assert (face.status_code, face.json()["type"]) == (409, "pickup-decided")


async def test_two_teachers_at_once_decide_once(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    pickup = await added(api, cast, "guardian")
    async with owner.transaction():
        await owner.execute("select 1 from pickup_person for update")
        deciding = [
            asyncio.create_task(decide(api, cast, pickup, decision))
            for decision in ("approve", "reject", "approve")
        ]
        await until_waiting(owner, len(deciding))
    answers = await asyncio.gather(*deciding)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_every_guardian_is_told_of_who_may_fetch_the_child(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    pickup = await added(api, cast, "guardian")
    assert await owner.fetchval("select count(*) from outbox") == 0
    await decide(api, cast, pickup)
    row = await owner.fetchrow("select kind, student_id, params from outbox")
    assert row is not None
    assert (row["kind"], row["student_id"]) == ("pickup_approved", cast.student.id)
    assert "Lê Thị Dì" in str(row["params"])


async def blocked(world: World, cast: Cast, *, phone: str) -> Person:
    """The father, whom a court keeps from the child."""
    father = await world.guardian(cast.student, name="Nguyễn Văn Xa")
    vault = world.resources.vault
    await world.owner.execute(
        "update guardian set phone_index = $2 where id = (select guardian_id from guardianship"
        " where account_id = $1)",
        father.account_id,
        vault.phone_index(phone),
    )
    return father


async def block(world: World, father: Person) -> None:
    await world.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where account_id = $1",
        father.account_id,
    )


async def test_a_guardian_who_is_kept_away_neither_sees_nor_proposes(
    api: httpx.AsyncClient, world: World, cast: Cast
) -> None:
    father = await blocked(world, cast, phone="+84911111111")
    await block(world, father)
    assert (await api.get(url_of(cast), headers=father.headers)).status_code == 404
    answer = await api.post(url_of(cast), json=AUNT, headers=father.headers)
    assert answer.status_code == 404


async def test_the_school_does_not_enter_or_approve_who_is_kept_away(
    api: httpx.AsyncClient, world: World, cast: Cast
) -> None:
    await block(world, await blocked(world, cast, phone="+84912345678"))
    answer = await api.post(url_of(cast), json=AUNT, headers=cast["principal"].headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "kept-from-pupil")
    pickup = await added(api, cast, "guardian")  # who proposes is not told of the block
    assert (await decide(api, cast, pickup)).json()["type"] == "kept-from-pupil"
    other = await added(api, cast, phone=None)
    changed = await api.patch(
        url_of(cast, f"/{other['id']}"),
        json={"phone": AUNT["phone"]},
        headers=cast["principal"].headers,
    )
    assert changed.json()["type"] == "kept-from-pupil"


async def test_a_block_takes_effect_at_the_gate_without_anybody_thinking_of_the_list(
    api: httpx.AsyncClient, world: World, cast: Cast, gate: Gate
) -> None:
    """Neither the father himself, nor whom he had proposed."""
    father = await blocked(world, cast, phone="+84912345678")
    await added(api, cast)  # the father's own number
    answer = await api.post(
        url_of(cast), json=AUNT | {"name": "Bạn Của Bố", "phone": None}, headers=father.headers
    )
    await decide(api, cast, answer.json())
    await added(api, cast, "principal", name="Bà Ngoại", phone=None)
    assert len(await names_at_gate(gate, cast)) == 3
    await block(world, father)
    assert await names_at_gate(gate, cast) == ["Bà Ngoại"]
    # Also while his number waits to be shown to be his.
    await world.owner.execute(
        "update guardianship set account_id = null, pending_account_id = account_id,"
        " pending_since = now() where account_id = $1",
        father.account_id,
    )
    assert await names_at_gate(gate, cast) == ["Bà Ngoại"]


async def test_what_a_guardian_had_proposed_is_not_approved_after_the_block(
    api: httpx.AsyncClient, world: World, cast: Cast
) -> None:
    father = await blocked(world, cast, phone="+84911111111")
    proposed = await api.post(url_of(cast), json=AUNT | {"phone": None}, headers=father.headers)
    await block(world, father)
    answer = await decide(api, cast, proposed.json())
    assert (answer.status_code, answer.json()["type"]) == (409, "kept-from-pupil")
    # Nobody is told that the person may fetch the child.
    assert await world.owner.fetchval("select count(*) from outbox") == 0


async def test_one_day_is_one_day(
    api: httpx.AsyncClient, clock: Clock, cast: Cast, gate: Gate
) -> None:
    today, tomorrow = clock.now.date(), clock.now.date() + timedelta(days=1)
    await added(api, cast, from_day=str(tomorrow), to_day=str(tomorrow))
    assert await names_at_gate(gate, cast) == []
    clock.now += timedelta(days=1)
    assert await names_at_gate(gate, cast) == ["Lê Thị Dì"]
    clock.now += timedelta(days=1)
    assert await names_at_gate(gate, cast) == []
    assert await listed(api, cast, "principal") == []
    for bad in ({"to_day": str(today)}, {"from_day": "2026-12-02", "to_day": "2026-12-01"}):
        answer = await api.post(url_of(cast), json=AUNT | bad, headers=cast["principal"].headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "bad-pickup-days")


async def test_who_may_end_a_person(
    api: httpx.AsyncClient, world: World, cast: Cast, gate: Gate
) -> None:
    mother = await world.guardian(cast.student, name="Trần Thị Mẹ")
    pickup = await added(api, cast, "guardian")
    await decide(api, cast, pickup)
    url = url_of(cast, f"/{pickup['id']}")
    assert (await api.delete(url, headers=mother.headers)).status_code == 404
    assert (await api.delete(url, headers=cast["guardian"].headers)).status_code == 204
    assert await names_at_gate(gate, cast) == []
    assert (await api.delete(url, headers=cast["principal"].headers)).status_code == 404


async def test_the_phone_is_whole_for_the_school_and_who_proposed_and_masked_for_others(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast
) -> None:
    await added(api, cast, "guardian")
    mother = await world.guardian(cast.student, name="Trần Thị Mẹ")
    for who in ("principal", "homeroom_teacher", "guardian"):
        assert (await listed(api, cast, who))[0]["phone"] == "+84912345678", who
    (seen,) = (await api.get(url_of(cast), headers=mother.headers)).json()["items"]
    assert seen["phone"] == "*****678"
    sealed = await owner.fetchval("select phone_sealed from pickup_person")
    assert b"912345678" not in sealed


async def test_there_are_twenty_and_no_more_even_at_once(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    headers = cast["principal"].headers
    answers = await asyncio.gather(
        *(api.post(url_of(cast), json=AUNT, headers=headers) for _ in range(23))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 3


async def test_nobody_else_reads_or_writes_the_list(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    pickup = await added(api, cast)
    allowed = {"principal", "homeroom_teacher", "guardian"}
    for who, person in cast.people.items():
        for method, rest, body in (
            ("GET", "", None),
            ("POST", "", AUNT),
            ("PATCH", f"/{pickup['id']}", {"name": "X"}),
            ("DELETE", f"/{pickup['id']}", None),
        ):
            if who not in allowed:
                answer = await api.request(
                    method, url_of(cast, rest), json=body, headers=person.headers
                )
                assert answer.status_code in (403, 404), (who, method)
    assert await owner.fetchval("select count(*) from pickup_person where ended_at is null") == 1
