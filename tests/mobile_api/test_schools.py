"""Org units and schools."""

import asyncio
from typing import Any

import asyncpg
import httpx

from tests.cast import Cast, snapshot
from tests.world import World

NEW_FENCE = {"type": "circle", "lat": 16.46, "lng": 107.59, "radius_m": 80}


async def test_a_department_grows_its_tree_and_ends_what_nothing_hangs_below(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    headers = cast["department_admin"].headers
    ward = await api.post(
        "/v1/org-units",
        json={"parent_id": 1, "kind": "ward", "name": "  Phường   Thuận Hoá "},
        headers=headers,
    )
    assert ward.status_code == 201, ward.text
    unit = ward.json()
    assert (unit["parent_id"], unit["kind"], unit["name"]) == (1, "ward", "Phường Thuận Hoá")
    url = f"/v1/org-units/{unit['id']}"
    changed = await api.patch(url, json={"name": "Phường Phú Xuân"}, headers=headers)
    assert changed.json()["name"] == "Phường Phú Xuân"
    listed = (await api.get("/v1/org-units?limit=1", headers=headers)).json()
    assert [each["id"] for each in listed["items"]] == [1]
    rest = await api.get(f"/v1/org-units?cursor={listed['next_cursor']}", headers=headers)
    assert [each["id"] for each in rest.json()["items"]] == [unit["id"]]

    made = await api.post(
        "/v1/schools",
        json={"org_unit_id": unit["id"], "name": "Trường", "level": "primary"},
        headers=headers,
    )
    assert (await api.delete(url, headers=headers)).status_code == 409
    ended = await api.delete(f"/v1/schools/{made.json()['id']}", headers=headers)
    assert ended.status_code == 204
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.get(url, headers=headers)).status_code == 404
    root = await api.delete("/v1/org-units/1", headers=headers)
    assert (root.status_code, root.json()["type"]) == (409, "own-root")


async def test_one_departments_units_are_not_anothers(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    headers = cast["other department_admin"].headers
    before = await snapshot(owner)
    assert (await api.get("/v1/org-units/1", headers=headers)).status_code == 404
    for method in ("PATCH", "DELETE"):
        body = {"name": "X"} if method == "PATCH" else None
        answer = await api.request(method, "/v1/org-units/1", json=body, headers=headers)
        assert answer.status_code == 404
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("/v1/org-units", {"parent_id": 1, "kind": "ward", "name": "X"}),
        ("/v1/schools", {"org_unit_id": 1, "name": "X", "level": "primary"}),
        ("/v1/schools", {"org_unit_id": 999, "name": "X", "level": "primary"}),
    ]
    for url, attempt in attempts:
        answer = await api.post(url, json=attempt, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "not-your-org-unit")
    own = await api.patch(cast.url(""), json={"org_unit_id": 2}, headers=headers)
    assert own.status_code == 404
    moved = await api.patch(
        cast.url(""), json={"org_unit_id": 2}, headers=cast["department_admin"].headers
    )
    assert moved.status_code == 422
    assert await snapshot(owner) == before


async def test_a_department_makes_a_school_with_its_first_principal_who_then_sets_it_up(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast
) -> None:
    made = await api.post(
        "/v1/schools",
        json={
            "org_unit_id": 1,
            "name": "Trường Tiểu học Phú Hậu",
            "level": "primary",
            "principal": {"name": "Phan Thị Hiệu", "phone": "0912 345 678"},
        },
        headers=cast["department_admin"].headers,
    )
    assert made.status_code == 201, made.text
    school_id = made.json()["id"]
    account_id = await owner.fetchval(
        "select account_id from membership where school_id = $1 and role = 'principal'", school_id
    )
    sealed = await owner.fetchval("select phone_sealed from account where id = $1", account_id)
    assert world.resources.vault.open(sealed, purpose="account-phone") == "+84912345678"
    principal = await world.session(account_id)
    campus = await api.post(
        f"/v1/schools/{school_id}/campuses",
        json={"name": "Cơ sở 1", "fence": NEW_FENCE},
        headers=principal.headers,
    )
    assert campus.status_code == 201, campus.text
    # The department knows that the school is there, but nothing of its children.
    url = f"/v1/schools/{school_id}"
    headers = cast["department_admin"].headers
    assert (await api.get(url, headers=headers)).json()["name"] == "Trường Tiểu học Phú Hậu"
    assert (await api.get(f"{url}/students", headers=headers)).status_code == 403
    staff = (await api.get(f"{url}/staff", headers=headers)).json()["items"]
    assert [(each["name"], each["roles"]) for each in staff] == [("Phan Thị Hiệu", ["principal"])]


async def test_a_bad_first_principal_leaves_no_school_behind(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    before = await snapshot(owner)
    school = {"org_unit_id": 1, "name": "X", "level": "primary"}
    for principal, status in [
        ({"name": "X", "phone": "12345678"}, 422),
        ({"name": "X", "phone": "0912\u0000345678"}, 400),
        ({"name": " ", "phone": "0912345678"}, 400),
        ({"name": "X", "phone": "0912345678", "extra": 1}, 400),
        ({"phone": "0912345678"}, 400),
    ]:
        answer = await api.post(
            "/v1/schools",
            json=school | {"principal": principal},
            headers=cast["department_admin"].headers,
        )
        assert answer.status_code == status, answer.text
    assert await snapshot(owner) == before


async def test_schools_made_at_once_by_two_departments_get_different_numbers(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    async def make(who: str, unit_id: int) -> httpx.Response:
        school = {"org_unit_id": unit_id, "name": "X", "level": "primary"}
        return await api.post("/v1/schools", json=school, headers=cast[who].headers)

    made = await asyncio.gather(
        *(make("department_admin", 1) for _ in range(4)),
        *(make("other department_admin", 2) for _ in range(4)),
    )
    assert [each.status_code for each in made] == [201] * 8
    assert len({each.json()["id"] for each in made}) == 8


async def test_everybody_lists_the_own_schools_and_no_others(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    async def listed(who: str) -> list[int]:
        page = (await api.get("/v1/schools", headers=cast[who].headers)).json()
        return [school["id"] for school in page["items"]]

    for who in ("principal", "guard", "guardian", "student", "display"):
        assert await listed(who) == [cast.school.id], who
    assert await listed("department_admin") == [cast.school.id, cast.other.id]
    assert await listed("nobody") == []
    named = await api.get(cast.url(""), headers=cast["guardian"].headers)
    assert named.json()["name"] == cast.school.name
    hidden = await api.get(cast.url(""), headers=cast["other guardian"].headers)
    assert hidden.status_code == 404


async def test_an_ended_school_is_closed_to_its_people_with_the_next_request(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    headers, family = cast["principal"].headers, cast["guardian"].headers
    code_key = f"/v1/students/{cast.student.id}/phone-code-key"
    assert (await api.get(cast.url("/students"), headers=headers)).status_code == 200
    assert (await api.get(code_key, headers=family)).status_code == 200
    admin = cast["department_admin"].headers
    assert (await api.delete(cast.url(""), headers=admin)).status_code == 204
    assert (await api.get(cast.url("/students"), headers=headers)).status_code == 404
    assert (await api.get(cast.url(""), headers=family)).status_code == 404
    assert (await api.get(code_key, headers=family)).status_code == 403
    assert (await api.delete(cast.url(""), headers=admin)).status_code == 404
    kept = await owner.fetchval("select count(*) from student where school_id = $1", cast.school.id)
    assert kept == 2


async def test_a_principal_gives_the_number_that_families_find_beside_their_child(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    url = f"/v1/schools/{cast.school.id}/contact"
    headers, family = cast["principal"].headers, cast["guardian"].headers
    given = await api.put(url, json={"phone": "0234 382 1234"}, headers=headers)
    assert given.json()["phone"] == "+842343821234"
    me = (await api.get("/v1/me", headers=family)).json()
    assert {child["school_phone"] for child in me["children"]} == {"+842343821234"}
    bad = await api.put(url, json={"phone": "12345678901234"}, headers=headers)
    assert (bad.status_code, bad.json()["type"]) == (422, "bad-phone")
    taken_back = await api.put(url, json={"phone": None}, headers=headers)
    assert taken_back.json()["phone"] is None
