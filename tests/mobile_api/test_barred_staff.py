"""A court keeps a parent from a child, and the parent works at the child's school."""

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.mobile_api.daily_book import TODAY
from tests.world import Student, World


@pytest.fixture
async def other(world: World, cast: Cast) -> Student:
    return await world.student(cast.school, "Lê Văn Ân")


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("homeroom_teacher", "account_id = $1"),
        ("homeroom_teacher", "account_id = null, pending_since = now(), pending_account_id = $1"),
        ("subject_teacher", "account_id = $1"),
        ("principal", "account_id = $1"),
        ("guard", "account_id = $1"),
    ],
)
async def test_whom_a_court_keeps_from_a_child_finds_it_in_no_list_and_on_no_page(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    other: Student,
    name: str,
    link: str,
) -> None:
    who, child = cast[name], cast.student
    school = f"/v1/schools/{cast.school.id}"
    pages = [f"{school}/students/{child.id}"]
    lists = [f"{school}/students", f"{school}/students?class_id={cast.class_id}"]
    if name != "guard":
        pages.append(f"/v1/students/{child.id}/attendance")
        register = f"{school}/attendance/{TODAY}"
        lists += [register, f"{register}?class_id={cast.class_id}"]
    for url in pages:
        assert (await api.get(url, headers=who.headers)).status_code == 200, url
    await owner.execute(
        f"update guardianship set {link}, custody_blocked_at = now() where student_id = $2",
        who.account_id,
        child.id,
    )
    for url in pages:
        assert (await api.get(url, headers=who.headers)).status_code == 404, url
    for url in lists:
        answer = await api.get(url, headers=who.headers)
        names = [row["name"] for row in answer.json()["items"]]
        assert (child.name in names, other.name in names) == (False, True), url
    asked = {"q": child.name}
    found = await api.get(f"{school}/students", params=asked, headers=who.headers)
    assert found.json()["items"] == []
    colleague = cast["subject_teacher" if name == "homeroom_teacher" else "homeroom_teacher"]
    seen = await api.get(lists[0], headers=colleague.headers)
    assert child.name in [row["name"] for row in seen.json()["items"]]


async def test_the_other_parent_s_number_is_not_given_to_whom_a_court_keeps_away(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    mother = await world.guardian(cast.student, name="Trần Thị Mẹ")
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", mother.account_id
    )
    teacher = cast["homeroom_teacher"]
    url = f"/v1/schools/{cast.school.id}/students/{cast.student.id}/calls"
    body = {"guardian_id": str(guardian_id)}
    assert (await api.post(url, json=body, headers=teacher.headers)).status_code == 201
    await owner.execute(
        "update guardianship set account_id = $1, custody_blocked_at = now()"
        " where student_id = $2 and account_id = $3",
        teacher.account_id,
        cast.student.id,
        cast["guardian"].account_id,
    )
    refused = await api.post(url, json=body, headers=teacher.headers)
    assert (refused.status_code, refused.json()["type"]) == (404, "no-such-pupil")
