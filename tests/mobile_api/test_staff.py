"""Staff: accounts by phone, roles, leaving, and lost phones."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.cast import Cast, snapshot
from tests.world import World


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


def new_staff(**changes: Any) -> dict[str, Any]:
    return {"name": "Phan  Thị Mới", "phone": "0912 345 678", "roles": ["guard"]} | changes


async def test_a_new_member_of_staff_has_an_account_roles_and_shifts(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    body = new_staff(roles=["guard", "accountant"], shift_ids=[str(cast.school.morning_id)])
    made = await api.post(cast.url("/staff"), json=body, headers=headers)
    assert made.status_code == 201, made.text
    staff = made.json()
    assert (staff["name"], staff["phone"]) == ("Phan Thị Mới", "+84912345678")
    assert staff["roles"] == ["accountant", "guard"]
    assert staff["shift_ids"] == [str(cast.school.morning_id)]
    row = await owner.fetchrow("select * from staff where id = $1", UUID(staff["id"]))
    assert row is not None
    assert b"912345678" not in row["phone_sealed"]
    person = await world.session(row["account_id"])
    assert (await api.get(cast.url("/students"), headers=person.headers)).status_code == 200
    again = await api.post(cast.url("/staff"), json=new_staff(name="Khác"), headers=headers)
    assert (again.status_code, again.json()["type"]) == (409, "already-staff")


async def test_a_parent_elsewhere_who_joins_the_staff_keeps_account_and_children(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    parent = cast["other guardian"]
    before = await owner.fetchrow("select * from account where id = $1", parent.account_id)
    made = await api.post(cast.url("/staff"), json=new_staff(phone=parent.phone), headers=headers)
    assert made.status_code == 201
    # Nothing of what the other school calls them, or of their being known, comes back.
    assert made.json()["name"] == "Phan Thị Mới"
    assert await owner.fetchrow("select * from account where id = $1", parent.account_id) == before
    schools = (await api.get("/v1/schools", headers=parent.headers)).json()["items"]
    assert [school["id"] for school in schools] == [cast.school.id, cast.other.id]
    ended = await api.delete(cast.url(f"/staff/{made.json()['id']}"), headers=headers)
    assert ended.status_code == 204
    schools = (await api.get("/v1/schools", headers=parent.headers)).json()["items"]
    assert [school["id"] for school in schools] == [cast.other.id]


async def test_one_phone_added_twice_at_once_is_one_person(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    made = await asyncio.gather(
        *(api.post(cast.url("/staff"), json=new_staff(), headers=headers) for _ in range(4))
    )
    assert sorted(each.status_code for each in made) == [201, 409, 409, 409]
    assert await owner.fetchval("select count(*) from staff where name = 'Phan Thị Mới'") == 1


async def test_ending_staff_takes_roles_and_classes_at_once_and_leaves_other_schools_alone(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    teacher = cast["homeroom_teacher"]
    await world.member(teacher, cast.other, "accountant")
    assert (await api.get(cast.url("/students"), headers=teacher.headers)).status_code == 200
    url = cast.url(f"/staff/{teacher.person_id}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.get(cast.url("/students"), headers=teacher.headers)).status_code == 404
    there = f"/v1/schools/{cast.other.id}/students"
    assert (await api.get(there, headers=teacher.headers)).status_code == 200
    led = (await api.get(cast.url(f"/classes/{cast.class_id}"), headers=headers)).json()
    assert led["homeroom_staff_id"] is None
    gone = (await api.get(url, headers=headers)).json()
    assert gone["ended_at"] is not None
    assert (gone["roles"], gone["homeroom_class_ids"]) == ([], [])
    assert (await api.delete(url, headers=headers)).status_code == 404
    assert (await api.patch(url, json={"name": "X"}, headers=headers)).status_code == 404
    listed = (await api.get(cast.url("/staff"), headers=headers)).json()["items"]
    assert str(teacher.person_id) not in [each["id"] for each in listed]


async def test_roles_are_given_and_taken_but_not_from_who_has_classes(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    guard = cast.url(f"/staff/{cast['guard'].person_id}")
    changed = await api.patch(guard, json={"roles": ["accountant"]}, headers=headers)
    assert changed.json()["roles"] == ["accountant"]
    scan = await api.get(cast.url("/students"), headers=cast["guard"].headers)
    assert "photo_url" not in scan.json()["items"][0]
    teacher = cast.url(f"/staff/{cast['homeroom_teacher'].person_id}")
    refused = await api.patch(teacher, json={"roles": ["guard"]}, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "teaches-classes")
    both = await api.patch(teacher, json={"roles": ["guard", "homeroom_teacher"]}, headers=headers)
    assert both.json()["roles"] == ["guard", "homeroom_teacher"]
    assert both.json()["homeroom_class_ids"] == [str(cast.class_id)]


async def test_another_phone_is_another_account_and_never_changes_the_former_one(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    guard = cast["guard"]
    url = cast.url(f"/staff/{guard.person_id}")
    before = await owner.fetchrow("select * from account where id = $1", guard.account_id)
    changed = await api.patch(url, json={"phone": "0987654321"}, headers=headers)
    assert (changed.json()["phone"], changed.json()["roles"]) == ("+84987654321", ["guard"])
    assert await owner.fetchrow("select * from account where id = $1", guard.account_id) == before
    assert (await api.get(cast.url("/students"), headers=guard.headers)).status_code == 401
    account_id = await owner.fetchval("select account_id from staff where id = $1", guard.person_id)
    person = await world.session(account_id)
    assert (await api.get(cast.url("/students"), headers=person.headers)).status_code == 200
    taken = await api.patch(url, json={"phone": cast["accountant"].phone}, headers=headers)
    assert (taken.status_code, taken.json()["type"]) == (409, "already-staff")


async def test_a_school_keeps_a_principal_unless_the_department_says_otherwise(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    url = cast.url(f"/staff/{cast['principal'].person_id}")
    ended = await api.delete(url, headers=headers)
    demoted = await api.patch(url, json={"roles": ["guard"]}, headers=headers)
    for answer in (ended, demoted):
        assert (answer.status_code, answer.json()["type"]) == (409, "last-principal")
    assert await snapshot(owner) == before
    admin = cast["department_admin"].headers
    appointed = await api.post(
        cast.url("/staff"), json=new_staff(roles=["principal"]), headers=admin
    )
    assert appointed.status_code == 201, appointed.text
    assert (await api.delete(url, headers=admin)).status_code == 204
    assert (await api.get(cast.url("/staff"), headers=headers)).status_code == 401


async def test_two_principals_who_end_each_other_at_once_leave_one(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast
) -> None:
    first = cast["principal"]
    second = await world.staff(cast.school, "principal", "Bà Phó")
    async with owner.transaction():
        # Both are let in as principals and wait here; one after the other would be no race.
        await owner.execute("select from school where id = $1 for update", cast.school.id)
        racing = asyncio.gather(
            api.delete(cast.url(f"/staff/{second.person_id}"), headers=first.headers),
            api.delete(cast.url(f"/staff/{first.person_id}"), headers=second.headers),
        )
        for _ in range(2000):
            if await owner.fetchval("select count(*) from pg_locks where not granted") == 2:
                break
            await asyncio.sleep(0.01)
    ended = await racing
    assert sorted(each.status_code for each in ended) == [204, 409]
    left = await owner.fetchval(
        """
        select count(*) from membership
         where school_id = $1 and role = 'principal' and ended_at is null
        """,
        cast.school.id,
    )
    assert left == 1


async def test_the_department_appoints_and_ends_principals_and_nobody_else(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    admin = cast["department_admin"].headers
    before = await snapshot(owner)
    for body in (
        new_staff(),
        new_staff(roles=["principal", "guard"]),
        new_staff(roles=["principal"], shift_ids=[str(cast.school.morning_id)]),
    ):
        answer = await api.post(cast.url("/staff"), json=body, headers=admin)
        assert answer.status_code == 403, answer.text
    guard = cast.url(f"/staff/{cast['guard'].person_id}")
    assert (await api.delete(guard, headers=admin)).status_code == 404
    assert await snapshot(owner) == before
    listed = (await api.get(cast.url("/staff"), headers=admin)).json()["items"]
    assert [each["roles"] for each in listed] == [["principal"]]


async def test_staff_are_listed_by_name_and_searched(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    await api.post(cast.url("/staff"), json=new_staff(name="Đặng Văn Ất"), headers=headers)
    found = (await api.get(cast.url("/staff?q=dang van at"), headers=headers)).json()
    assert [(each["name"], each["phone"]) for each in found["items"]] == [
        ("Đặng Văn Ất", "+84912345678")
    ]
    first = (await api.get(cast.url("/staff?limit=4"), headers=headers)).json()
    cursor = first["next_cursor"]
    rest = (await api.get(cast.url(f"/staff?cursor={cursor}"), headers=headers)).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (4, 2, None)


async def test_bad_staff_are_refused_and_change_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    cases: list[tuple[dict[str, Any], int]] = [
        ({"phone": "0123"}, 400),
        ({"phone": "+1 202 555 0100"}, 422),
        ({"phone": "09123456789999"}, 422),
        ({"roles": []}, 400),
        ({"roles": ["department_admin"]}, 400),
        ({"roles": ["guardian"]}, 400),
        ({"roles": ["display"]}, 400),
        ({"name": "\t"}, 400),
        ({"shift_ids": [str(cast.other.morning_id)]}, 422),
        ({"account_id": str(cast["nobody"].account_id)}, 400),
    ]
    url = cast.url(f"/staff/{cast['guard'].person_id}")
    for changes, status in cases:
        made = await api.post(cast.url("/staff"), json=new_staff(**changes), headers=headers)
        assert made.status_code == status, f"{changes}: {made.text}"
        changed = await api.patch(url, json=changes, headers=headers)
        assert changed.status_code == status, f"{changes}: {changed.text}"
    assert await snapshot(owner) == before


async def test_a_lost_phone_is_logged_out_and_a_new_one_may_be_bound(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    world: World,
    headers: dict[str, str],
) -> None:
    guard = cast["guard"]
    await world.session(guard.account_id)
    await owner.execute(
        "update device set bound_account_id = $2, bound_at = now() where id = $1",
        guard.device_id,
        guard.account_id,
    )
    url = cast.url(f"/staff/{guard.person_id}")
    freed = await api.delete(f"{url}/device-binding", headers=headers)
    assert freed.status_code == 204
    bound = await owner.fetchval("select count(*) from device where bound_account_id is not null")
    assert bound == 0
    assert (await api.get("/v1/schools", headers=guard.headers)).status_code == 200
    revoked = await api.post(f"{url}/revoke-sessions", headers=headers)
    assert revoked.json() == {"revoked": 2}
    assert (await api.get("/v1/schools", headers=guard.headers)).status_code == 401
    assert (await api.get("/v1/schools", headers=headers)).status_code == 200
