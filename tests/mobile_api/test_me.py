"""Who the caller is: roles, children, language, password."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.mobile_api.doors import PASSWORD, is_let_in, login
from tests.world import Person, World

NEW = "mật-khẩu-mới-8"


async def me(api: httpx.AsyncClient, person: Person) -> dict[str, Any]:
    answer = await api.get("/v1/me", headers=person.headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


# Who am I -----------------------------------------------------------------------------------


async def test_teachers_see_their_classes(api: httpx.AsyncClient, world: World) -> None:
    school = await world.school()
    homeroom = await world.staff(school, "homeroom_teacher", name="Nguyễn Thị Hoa")
    subject = await world.staff(school, "subject_teacher")
    other_class = await world.school_class(school, "6A2")
    await world.owner.execute(
        "insert into class_teacher values ($1, $2, $3, 'Lý')",
        school.id,
        other_class,
        subject.person_id,
    )
    guard = await world.staff(school, "guard")
    [of_homeroom] = (await me(api, homeroom))["memberships"]
    assert of_homeroom == {
        "school_id": school.id,
        "school_name": school.name,
        "org_unit_id": None,
        "role": "homeroom_teacher",
        "person_id": str(homeroom.person_id),
        "name": "Nguyễn Thị Hoa",
        "class_ids": [str(school.class_id)],
        "valid_until": None,
    }
    [of_subject] = (await me(api, subject))["memberships"]
    assert of_subject["class_ids"] == [str(school.class_id), str(other_class)]
    assert (await me(api, guard))["memberships"][0]["class_ids"] == []


async def test_a_parent_sees_children_in_two_schools(api: httpx.AsyncClient, world: World) -> None:
    one, two = await world.school(), await world.school()
    binh, an = await world.student(one, "Lê Văn Bình"), await world.student(two, "Lê Thị An")
    await world.student(one, "Con Người Khác")
    parent = await world.guardian(binh, an)
    body = await me(api, parent)
    assert body["memberships"] == []
    assert [child["name"] for child in body["children"]] == ["Lê Thị An", "Lê Văn Bình"]
    assert body["children"][1] == {
        "student_id": str(binh.id),
        "school_id": one.id,
        "school_name": one.name,
        "school_phone": None,
        "name": "Lê Văn Bình",
        "class_id": str(one.class_id),
        "class_name": "6A1",
        "photo_url": None,
        "can_request_leave": True,
    }


@pytest.mark.parametrize(
    "change", ["custody_blocked_at = now()", "ended_at = now()", "can_see = false"]
)
async def test_a_blocked_parent_does_not_see_the_child(
    api: httpx.AsyncClient, world: World, change: str
) -> None:
    school = await world.school()
    blocked, other = await world.student(school), await world.student(school)
    parent = await world.guardian(blocked, other)
    assert len((await me(api, parent))["children"]) == 2
    await world.owner.execute(f"update guardianship set {change} where student_id = $1", blocked.id)
    children = (await me(api, parent))["children"]
    assert [child["student_id"] for child in children] == [str(other.id)]


async def test_the_department_has_a_unit_and_no_school(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.school()
    [membership] = (await me(api, await world.department_admin()))["memberships"]
    assert (membership["school_id"], membership["org_unit_id"]) == (None, 1)
    assert membership["role"] == "department_admin"


async def test_a_person_may_be_teacher_here_and_parent_there(
    api: httpx.AsyncClient, world: World
) -> None:
    here, there = await world.school(), await world.school()
    teacher = await world.staff(here, "homeroom_teacher")
    await world.guardian(await world.student(there), person=teacher)
    body = await me(api, teacher)
    assert [each["school_id"] for each in body["memberships"]] == [here.id]
    assert [each["school_id"] for each in body["children"]] == [there.id]


async def test_the_language_is_kept(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account()
    answer = await api.patch("/v1/me", json={"locale": "en"}, headers=person.headers)
    assert answer.json()["account"]["locale"] == "en"
    assert (await me(api, person))["account"]["locale"] == "en"
    empty = await api.patch("/v1/me", json={}, headers=person.headers)
    assert empty.json()["account"]["locale"] == "en"
    for bad in ({"locale": "fr"}, {"locale": None}, {"phone": "0912345678"}):
        refused = await api.patch("/v1/me", json=bad, headers=person.headers)
        assert refused.status_code == 400, (bad, refused.text)
        expected = "locale" if "locale" in bad else "body"
        assert refused.json()["errors"][0]["field"] == expected


# Password -----------------------------------------------------------------------------------


def change_body(old: str = PASSWORD, new: str = NEW) -> dict[str, str]:
    return {"old_password": old, "new_password": new}


async def test_a_new_password_ends_the_other_sessions(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account(password=PASSWORD)
    other = await world.session(person.account_id)
    answer = await api.post("/v1/me/password", json=change_body(), headers=person.headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await is_let_in(api, person.headers)
    assert not await is_let_in(api, other.headers)
    assert (await login(api, person.phone, PASSWORD)).status_code == 401
    assert (await login(api, person.phone, NEW)).status_code == 200


async def test_the_old_password_cannot_be_guessed_on_an_open_phone(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    seen = []
    for n in range(12):
        body = change_body(f"đoán lần {n}")
        answer = await api.post("/v1/me/password", json=body, headers=person.headers)
        seen.append(answer.status_code)
    assert seen == [422] * 10 + [429] * 2


async def test_a_weak_new_password_and_a_missing_old_one_are_refused(
    api: httpx.AsyncClient, world: World
) -> None:
    person, inactive = await world.account(password=PASSWORD), await world.account()
    weak = await api.post(
        "/v1/me/password", json=change_body(new=person.phone), headers=person.headers
    )
    assert (weak.status_code, weak.json()["type"]) == (422, "weak-password")
    none = await api.post("/v1/me/password", json=change_body(), headers=inactive.headers)
    assert (none.status_code, none.json()["type"]) == (422, "wrong-password")


async def test_two_changes_at_once_let_one_win(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account(password=PASSWORD)
    answers = await asyncio.gather(
        *(
            api.post("/v1/me/password", json=change_body(new=f"{NEW}-{n}"), headers=person.headers)
            for n in range(5)
        )
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(204) == 1
    assert set(codes) <= {204, 409, 422}
    winner = codes.index(204)
    assert (await login(api, person.phone, f"{NEW}-{winner}")).status_code == 200


async def test_a_password_change_needs_a_live_session(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account(password=PASSWORD)
    assert (await api.post("/v1/me/password", json=change_body())).status_code == 401
    await api.delete(f"/v1/auth/sessions/{person.session_id}", headers=person.headers)
    answer = await api.post("/v1/me/password", json=change_body(), headers=person.headers)
    assert answer.status_code == 401
