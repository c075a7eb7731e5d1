"""Org units and schools, and the walk of all set-up routes with all wrong callers."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, assert_refused, gather, snapshot
from tests.world import World

NEW_FENCE = {"type": "circle", "lat": 16.46, "lng": 107.59, "radius_m": 80}
NEW_SHIFT = {
    "name": "Ca chiều",
    "starts_at": "13:00",
    "ends_at": "17:00",
    "late_after": "13:05",
    "cut_off": "13:30",
    "weekdays": [1, 2, 3],
}


@pytest.fixture
async def cast(world: World) -> Cast:
    return await gather(world)


async def test_only_the_department_of_the_school_makes_changes_and_ends_schools_and_units(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    school = {"org_unit_id": 1, "name": "Trường mới", "level": "primary"}
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", cast.url(""), {"name": "X"}),
        ("DELETE", cast.url(""), None),
    ]
    await assert_refused(api, owner, cast, calls, allowed=["department_admin"])
    both = ["department_admin", "other department_admin"]
    calls = [
        ("POST", "/v1/schools", school),
        ("GET", "/v1/org-units", None),
        ("POST", "/v1/org-units", {"parent_id": 1, "kind": "ward", "name": "X"}),
        ("GET", "/v1/org-units/1", None),
        ("PATCH", "/v1/org-units/1", {"name": "X"}),
        ("DELETE", "/v1/org-units/1", None),
    ]
    await assert_refused(api, owner, cast, calls, allowed=both)


async def test_what_only_a_principal_writes_nobody_else_writes(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    school, student = cast.school, f"/students/{cast.student.id}"
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where student_id = $1", cast.student.id
    )
    guardian = f"{student}/guardians/{guardian_id}"
    staff = f"/staff/{cast['guard'].person_id}"
    new_class = {
        "school_year": "2026-2027",
        "grade": 6,
        "name": "6A9",
        "campus_id": str(school.campus_id),
        "shift_ids": [],
    }
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/campuses", {"name": "X", "fence": NEW_FENCE}),
        ("PATCH", f"/campuses/{school.campus_id}", {"name": "X"}),
        ("DELETE", f"/campuses/{school.campus_id}", None),
        ("POST", "/stations", {"campus_id": str(school.campus_id), "name": "X", "kind": "gate"}),
        ("PATCH", f"/stations/{school.gate_id}", {"name": "X"}),
        ("DELETE", f"/stations/{school.gate_id}", None),
        ("POST", "/shifts", NEW_SHIFT),
        ("PATCH", f"/shifts/{school.morning_id}", {"name": "X"}),
        ("DELETE", f"/shifts/{school.morning_id}", None),
        ("PUT", "/calendar/2026-11-20", {"kind": "holiday", "name": "X"}),
        ("DELETE", "/calendar/2026-11-20", None),
        ("POST", "/classes", new_class),
        ("PATCH", f"/classes/{cast.class_id}", {"name": "X"}),
        ("DELETE", f"/classes/{cast.class_id}", None),
        ("POST", "/students", {"name": "X", "class_id": str(cast.class_id)}),
        ("PATCH", student, {"name": "X"}),
        ("DELETE", student, None),
        ("POST", f"{student}/enrolment", {"class_id": str(cast.next_class_id)}),
        (
            "POST",
            f"{student}/guardians",
            {"name": "X", "phone": "0912345678", "relation": "father"},
        ),
        ("PATCH", guardian, {"name": "X"}),
        ("DELETE", guardian, None),
        ("PUT", f"{guardian}/custody-block", {"reason": "X"}),
        ("DELETE", f"{guardian}/custody-block", None),
        ("PUT", f"{student}/account", {"phone": "0912345678"}),
        ("DELETE", f"{student}/account", None),
        ("GET", "/guardians", None),
        ("GET", staff, None),
        ("PATCH", staff, {"name": "X"}),
        ("DELETE", f"{staff}/device-binding", None),
        ("POST", f"{staff}/revoke-sessions", None),
    ]
    rooted = [(method, cast.url(path), body) for method, path, body in calls]
    await assert_refused(api, owner, cast, rooted, allowed=["principal"])


async def test_what_staff_may_read_is_closed_to_families_screens_departments_and_other_schools(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    school = cast.school
    staff = ["principal", "homeroom_teacher", "subject_teacher", "guard", "accountant"]
    paths = [
        "/campuses",
        f"/campuses/{school.campus_id}",
        "/stations",
        f"/stations/{school.gate_id}",
        "/shifts",
        f"/shifts/{school.morning_id}",
        "/calendar?from=2026-11-01&to=2026-11-30",
        "/classes",
        f"/classes/{cast.class_id}",
        "/students",
        f"/students/{cast.student.id}",
    ]
    calls: list[tuple[str, str, Any]] = [("GET", cast.url(path), None) for path in paths]
    await assert_refused(api, owner, cast, calls, allowed=staff)
    for role in staff:
        for _, url, _ in calls:
            answer = await api.get(url, headers=cast[role].headers)
            assert answer.status_code == 200, f"{role}: {url}: {answer.text}"


async def test_what_leaders_of_a_class_do_others_do_not(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    student = cast.url(f"/students/{cast.student.id}")
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"{student}/enrolments", None),
        ("GET", f"{student}/guardians", None),
        ("POST", f"{student}/card", None),
        ("DELETE", f"{student}/card", None),
        ("GET", cast.url(f"/classes/{cast.class_id}/cards.pdf"), None),
    ]
    await assert_refused(api, owner, cast, calls, allowed=["principal", "homeroom_teacher"])
    neighbour = cast.url(f"/students/{cast.neighbour.id}")
    foreign: list[tuple[str, str, Any]] = [
        ("GET", f"{neighbour}/enrolments", None),
        ("GET", f"{neighbour}/guardians", None),
        ("POST", f"{neighbour}/card", None),
        ("DELETE", f"{neighbour}/card", None),
        ("GET", cast.url(f"/classes/{cast.next_class_id}/cards.pdf"), None),
    ]
    await assert_refused(api, owner, cast, foreign, allowed=["principal"])


async def test_a_homeroom_teacher_who_sees_all_as_a_guard_leads_the_own_class_alone(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast
) -> None:
    teacher = cast["homeroom_teacher"]
    await world.member(teacher, cast.school, "guard")
    neighbour = cast.url(f"/students/{cast.neighbour.id}")
    seen = await api.get(neighbour, headers=teacher.headers)
    assert (seen.status_code, "moet_code" in seen.json()) == (200, False)
    before = await snapshot(owner)
    for method, url in [
        ("GET", f"{neighbour}/enrolments"),
        ("GET", f"{neighbour}/guardians"),
        ("POST", f"{neighbour}/card"),
        ("DELETE", f"{neighbour}/card"),
        ("GET", cast.url(f"/classes/{cast.next_class_id}/cards.pdf")),
    ]:
        answer = await api.request(method, url, headers=teacher.headers)
        assert answer.status_code == 404, f"{method} {url}: {answer.text}"
    assert await snapshot(owner) == before


async def test_who_leads_two_schools_sees_each_by_itself(
    api: httpx.AsyncClient, world: World, cast: Cast
) -> None:
    """Row level security opens both: here the predicates alone keep them apart."""
    principal = cast["principal"]
    await world.member(principal, cast.other, "principal")
    for path in ("campuses", "stations", "shifts", "classes", "students", "staff", "guardians"):
        here, there = [
            {
                each["id"]
                for each in (
                    await api.get(f"/v1/schools/{school.id}/{path}", headers=principal.headers)
                ).json()["items"]
            }
            for school in (cast.school, cast.other)
        ]
        assert here, path
        assert there, path
        assert not here & there, path
    for path in (
        f"/campuses/{cast.other.campus_id}",
        f"/stations/{cast.other.gate_id}",
        f"/shifts/{cast.other.morning_id}",
        f"/classes/{cast.other.class_id}",
        f"/students/{cast.stranger.id}",
        f"/students/{cast.stranger.id}/guardians",
        f"/staff/{cast['other guard'].person_id}",
    ):
        answer = await api.get(cast.url(path), headers=principal.headers)
        assert answer.status_code == 404, path


async def test_staff_are_listed_added_and_ended_by_principal_and_department_only(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    new = {"name": "X", "phone": "0912345678", "roles": ["principal"]}
    calls: list[tuple[str, str, Any]] = [
        ("GET", cast.url("/staff"), None),
        ("POST", cast.url("/staff"), new),
        ("DELETE", cast.url(f"/staff/{cast['principal'].person_id}"), None),
    ]
    await assert_refused(api, owner, cast, calls, allowed=["principal", "department_admin"])


async def test_a_principal_does_not_reach_another_schools_rows_through_the_own_school(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    headers = cast["principal"].headers
    other = cast.other
    foreign_staff = cast["other guard"].person_id
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", f"/campuses/{other.campus_id}", {"name": "X"}),
        ("GET", f"/stations/{other.gate_id}", None),
        ("DELETE", f"/shifts/{other.morning_id}", None),
        ("PATCH", f"/classes/{other.class_id}", {"name": "X"}),
        ("GET", f"/classes/{other.class_id}/cards.pdf", None),
        ("GET", f"/students/{cast.stranger.id}", None),
        ("POST", f"/students/{cast.stranger.id}/card", None),
        ("GET", f"/students/{cast.stranger.id}/guardians", None),
        ("DELETE", f"/staff/{foreign_staff}", None),
        ("POST", f"/staff/{foreign_staff}/revoke-sessions", None),
        ("DELETE", f"/staff/{foreign_staff}/device-binding", None),
    ]
    before = await snapshot(owner)
    for method, path, body in calls:
        answer = await api.request(method, cast.url(path), json=body, headers=headers)
        assert answer.status_code == 404, f"{method} {path}: {answer.text}"
    assert await snapshot(owner) == before


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


async def test_an_ended_school_is_closed_to_its_staff_with_the_next_request(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    headers = cast["principal"].headers
    assert (await api.get(cast.url("/students"), headers=headers)).status_code == 200
    admin = cast["department_admin"].headers
    assert (await api.delete(cast.url(""), headers=admin)).status_code == 204
    assert (await api.get(cast.url("/students"), headers=headers)).status_code == 404
    assert (await api.delete(cast.url(""), headers=admin)).status_code == 404
    kept = await owner.fetchval("select count(*) from student where school_id = $1", cast.school.id)
    assert kept == 2
