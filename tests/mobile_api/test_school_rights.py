"""The walk of all set-up routes with all wrong callers."""

from typing import Any

import asyncpg
import httpx

from tests.cast import Cast, assert_refused, snapshot
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
        ("POST", f"{guardian}/approve", None),
        ("PUT", f"{guardian}/custody-block", {"reason": "X", "document_id": str(cast.class_id)}),
        ("POST", f"{guardian}/custody-block/lift", {"reason": "X"}),
        ("GET", f"{guardian}/custody", None),
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
