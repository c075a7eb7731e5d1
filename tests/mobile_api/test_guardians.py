"""Guardians: accounts by phone, rights, masks, and the custody block."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.cast import Cast, snapshot
from tests.world import Person, World

PHONE = "0912 345 678"


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


def new_guardian(**changes: Any) -> dict[str, Any]:
    return {"name": "Võ Thị Mẹ", "phone": PHONE, "relation": "mother"} | changes


def of(cast: Cast, student_id: UUID, rest: str = "") -> str:
    return cast.url(f"/students/{student_id}/guardians{rest}")


async def filed(api: httpx.AsyncClient, guardian_url: str, headers: dict[str, str]) -> str:
    """The id of a court's decision about the guardian, put on file."""
    paper = ("quyet-dinh.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    answer = await api.post(
        f"{guardian_url}/custody-documents", files={"file": paper}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def block(
    api: httpx.AsyncClient, guardian_url: str, headers: dict[str, str], reason: str = "toà án"
) -> None:
    body = {"reason": reason, "document_id": await filed(api, guardian_url, headers)}
    answer = await api.put(f"{guardian_url}/custody-block", json=body, headers=headers)
    assert answer.status_code == 204, answer.text


async def login_of(world: World, owner: asyncpg.Connection, guardian: dict[str, Any]) -> Person:
    account_id = await owner.fetchval(
        "select account_id from guardianship where guardian_id = $1 limit 1", UUID(guardian["id"])
    )
    return await world.session(account_id)


async def sees(api: httpx.AsyncClient, person: Person, student_id: UUID) -> bool:
    answer = await api.get(f"/v1/students/{student_id}/phone-code-key", headers=person.headers)
    assert answer.status_code in (200, 403, 404)
    return answer.status_code == 200


async def test_a_new_guardian_sees_the_child_with_the_next_request(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    made = await api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers)
    assert made.status_code == 201, made.text
    guardian = made.json()
    assert guardian["phone"] == "+84912345678"
    assert guardian["rights"] == {"can_see": True, "can_request_leave": True, "is_told": True}
    stored = await owner.fetchrow("select * from guardian where id = $1", UUID(guardian["id"]))
    assert stored is not None
    assert b"912345678" not in stored["phone_sealed"]
    assert stored["phone_index"] == world.resources.vault.phone_index("+84912345678")
    person = await login_of(world, owner, guardian)
    assert await sees(api, person, cast.student.id)
    again = await api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers)
    assert (again.status_code, again.json()["type"]) == (409, "already-guardian")


async def test_brothers_and_sisters_share_a_guardian_also_when_added_at_once(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    made = await asyncio.gather(
        api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers),
        api.post(of(cast, cast.neighbour.id), json=new_guardian(), headers=headers),
    )
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"]
    listed = (await api.get(cast.url("/guardians?q=vo thi me"), headers=headers)).json()["items"]
    assert len(listed) == 1
    assert [child["student_id"] for child in listed[0]["children"]] == [
        str(cast.student.id),
        str(cast.neighbour.id),
    ]
    # A grandmother who uses the same phone is a person of her own.
    grandmother = new_guardian(name="Hồ Thị Bà", relation="grandparent")
    other = await api.post(of(cast, cast.student.id), json=grandmother, headers=headers)
    assert other.json()["id"] != made[0].json()["id"]


async def test_a_school_neither_changes_nor_learns_what_another_one_holds(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    parent = cast["other guardian"]
    before = await owner.fetchrow("select * from account where id = $1", parent.account_id)
    there = await owner.fetch("select * from guardian where school_id = $1", cast.other.id)
    made = await api.post(
        of(cast, cast.student.id), json=new_guardian(phone=parent.phone), headers=headers
    )
    fresh = await api.post(of(cast, cast.student.id), json=new_guardian(name="Lạ"), headers=headers)
    assert (made.json()["name"], made.json().keys()) == ("Võ Thị Mẹ", fresh.json().keys())
    assert await owner.fetchrow("select * from account where id = $1", parent.account_id) == before
    assert await owner.fetch("select * from guardian where school_id = $1", cast.other.id) == there
    assert await sees(api, parent, cast.student.id)
    assert await sees(api, parent, cast.stranger.id)


async def test_a_homeroom_teacher_sees_masked_phones_and_no_reasons_of_courts(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    made = (await api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers)).json()
    url = of(cast, cast.student.id, f"/{made['id']}")
    await block(api, url, headers, "Quyết định 12")
    teacher = cast["homeroom_teacher"].headers
    listed = (await api.get(of(cast, cast.student.id), headers=teacher)).json()["items"]
    masked = next(each for each in listed if each["id"] == made["id"])
    assert masked["phone"] == "*****678"
    assert masked["custody_blocked_at"] is not None
    assert "custody_reason" not in masked
    assert (await api.get(url, headers=teacher)).json() == masked
    full = (await api.get(url, headers=headers)).json()
    assert (full["phone"], full["custody_reason"]) == ("+84912345678", "Quyết định 12")


async def test_rights_are_changed_one_by_one_and_act_at_once(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    rights = {"can_request_leave": False}
    made = (
        await api.post(of(cast, cast.student.id), json=new_guardian(rights=rights), headers=headers)
    ).json()
    assert made["rights"] == {"can_see": True, "can_request_leave": False, "is_told": True}
    person = await login_of(world, owner, made)
    url = of(cast, cast.student.id, f"/{made['id']}")
    changed = await api.patch(
        url, json={"rights": {"can_see": False}, "relation": "other"}, headers=headers
    )
    assert changed.json()["rights"] == {
        "can_see": False,
        "can_request_leave": False,
        "is_told": True,
    }
    assert (changed.json()["relation"], changed.json()["name"]) == ("other", "Võ Thị Mẹ")
    assert not await sees(api, person, cast.student.id)


async def test_a_custody_block_acts_on_the_next_request_and_is_lifted_again(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    parent = cast["guardian"]
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", parent.account_id
    )
    assert await sees(api, parent, cast.student.id)
    url = of(cast, cast.student.id, f"/{guardian_id}")
    paper = await filed(api, url, headers)
    for bad in (None, "", " \n", "a\u0000"):
        body = {"reason": bad, "document_id": paper}
        answer = await api.put(f"{url}/custody-block", json=body, headers=headers)
        assert answer.status_code == 400
    assert await sees(api, parent, cast.student.id)
    body = {"reason": "Quyết định 12/2026", "document_id": paper}
    blocked = await api.put(f"{url}/custody-block", json=body, headers=headers)
    assert blocked.status_code == 204, blocked.text
    assert not await sees(api, parent, cast.student.id)
    lifted = await api.post(
        f"{url}/custody-block/lift", json={"document_id": paper}, headers=headers
    )
    assert lifted.status_code == 204, lifted.text
    assert await sees(api, parent, cast.student.id)


async def test_a_custody_block_is_not_gone_around(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    made = (await api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers)).json()
    person = await login_of(world, owner, made)
    url = of(cast, cast.student.id, f"/{made['id']}")
    aunt = new_guardian(name="Hồ Thị Dì", phone="0987654321")
    other = (await api.post(of(cast, cast.student.id), json=aunt, headers=headers)).json()
    await block(api, url, headers)
    before = await snapshot(owner)
    # Under another name, on another's row, or by handing the blocked row another phone.
    named = await api.post(
        of(cast, cast.student.id), json=new_guardian(name="Tên Khác"), headers=headers
    )
    taken = await api.patch(
        of(cast, cast.student.id, f"/{other['id']}"), json={"phone": PHONE}, headers=headers
    )
    handed = await api.patch(url, json={"phone": "0977777777"}, headers=headers)
    for answer in (named, taken, handed):
        assert (answer.status_code, answer.json()["type"]) == (409, "custody-blocked")
    assert await snapshot(owner) == before
    # Ended and added again.
    assert (await api.delete(url, headers=headers)).status_code == 204
    again = await api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers)
    assert again.status_code == 409
    assert not await sees(api, person, cast.student.id)
    # Another child is not concerned.
    sibling = await api.post(of(cast, cast.neighbour.id), json=new_guardian(), headers=headers)
    assert sibling.status_code == 201, sibling.text
    assert await sees(api, person, cast.neighbour.id)


async def test_a_custody_block_outlives_its_guardianship_until_it_is_lifted(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    for student_id in (cast.student.id, cast.neighbour.id):
        made = (await api.post(of(cast, student_id), json=new_guardian(), headers=headers)).json()
    url = of(cast, cast.student.id, f"/{made['id']}")
    await block(api, url, headers)
    assert (await api.delete(url, headers=headers)).status_code == 204
    # The row lives on for the other child, but does not take the block to another phone.
    other = of(cast, cast.neighbour.id, f"/{made['id']}")
    moved = await api.patch(other, json={"phone": "0987654321"}, headers=headers)
    assert (moved.status_code, moved.json()["type"]) == (409, "custody-blocked")
    again = new_guardian(name="Tên Khác")
    added = await api.post(of(cast, cast.student.id), json=again, headers=headers)
    assert (added.status_code, added.json()["type"]) == (409, "custody-blocked")
    lifted = {"reason": "Quyết định 15 của toà"}
    answer = await api.post(f"{url}/custody-block/lift", json=lifted, headers=headers)
    assert answer.status_code == 204, answer.text
    added = await api.post(of(cast, cast.student.id), json=again, headers=headers)
    assert added.status_code == 201, added.text


async def test_another_phone_is_another_account(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    made = (await api.post(of(cast, cast.student.id), json=new_guardian(), headers=headers)).json()
    former = await login_of(world, owner, made)
    url = of(cast, cast.student.id, f"/{made['id']}")
    changed = await api.patch(
        url, json={"phone": "0987654321", "name": "Võ Thị Má"}, headers=headers
    )
    assert (changed.json()["phone"], changed.json()["name"]) == ("+84987654321", "Võ Thị Má")
    assert not await sees(api, former, cast.student.id)
    assert await sees(api, await login_of(world, owner, made), cast.student.id)


async def test_an_ended_guardianship_ends_alone(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    for student_id in (cast.student.id, cast.neighbour.id):
        made = (await api.post(of(cast, student_id), json=new_guardian(), headers=headers)).json()
    person = await login_of(world, owner, made)
    url = of(cast, cast.student.id, f"/{made['id']}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert not await sees(api, person, cast.student.id)
    assert await sees(api, person, cast.neighbour.id)
    assert (await api.delete(url, headers=headers)).status_code == 404
    last = of(cast, cast.neighbour.id, f"/{made['id']}")
    assert (await api.delete(last, headers=headers)).status_code == 204
    listed = (await api.get(cast.url("/guardians?q=vo thi me"), headers=headers)).json()
    assert listed["items"] == []


async def test_bad_guardians_are_refused_and_change_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    cases: list[tuple[dict[str, Any], int]] = [
        ({"phone": "091234567"}, 422),
        ({"phone": "0912\u0000345678"}, 400),
        ({"phone": ""}, 400),
        ({"relation": "aunt"}, 400),
        ({"rights": {"can_fly": True}}, 400),
        ({"rights": {"can_see": "yes"}}, 400),
        ({"name": None}, 400),
        ({"custody_blocked_at": None}, 400),
    ]
    for changes, status in cases:
        answer = await api.post(
            of(cast, cast.student.id), json=new_guardian(**changes), headers=headers
        )
        assert answer.status_code == status, f"{changes}: {answer.text}"
    foreign = await api.post(of(cast, cast.stranger.id), json=new_guardian(), headers=headers)
    assert foreign.status_code == 404
    assert await snapshot(owner) == before
