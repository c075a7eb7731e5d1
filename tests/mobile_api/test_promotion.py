"""A school year ends in one previewed step."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.cast import Cast, snapshot
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.doors import is_let_in
from tests.notifications.news import until
from tests.world import Student, World


@pytest.fixture
async def last_class(world: World, cast: Cast) -> UUID:
    return await world.school_class(cast.school, "9A1", grade=9)


@pytest.fixture
async def graduate(world: World, cast: Cast, last_class: UUID) -> Student:
    return await world.student(cast.school, "Phạm Thị Cuối", class_id=last_class)


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


@pytest.fixture
def url(cast: Cast) -> str:
    return cast.url("/promotion")


def step(class_id: UUID, to: Any) -> dict[str, Any]:
    return {"from_class_id": str(class_id), "to": to}


def grade(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "grade": number}


@pytest.fixture
def year(cast: Cast, last_class: UUID) -> dict[str, Any]:
    return {
        "from_year": "2026-2027",
        "to_year": "2027-2028",
        "map": [
            step(cast.class_id, grade("7A1", 7)),
            step(cast.next_class_id, grade("7A2", 7)),
            step(last_class, "graduates"),
        ],
    }


async def classes(api: httpx.AsyncClient, cast: Cast) -> dict[str, dict[str, Any]]:
    page = await api.get(cast.url("/classes"), headers=cast["principal"].headers)
    return {each["name"]: each for each in page.json()["items"]}


async def test_the_preview_says_what_will_be_done_and_writes_nothing(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
) -> None:
    year["repeaters"] = [str(cast.neighbour.id)]
    before = await snapshot(owner)
    preview = (await api.post(f"{url}?dry_run=true", json=year, headers=headers)).json()
    assert await snapshot(owner) == before
    assert preview["errors"] == []
    shown = [
        (each["from_name"], each["to_name"], each["moved"], each["graduated"], each["repeating"])
        for each in preview["classes"]
    ]
    assert shown == [("6A1", "7A1", 1, 0, 0), ("6A2", "7A2", 0, 0, 1), ("9A1", None, 0, 1, 0)]
    assert preview["classes"][1]["repeat_name"] == "6A2"
    done = (await api.post(url, json=year, headers=headers)).json()
    assert (done["is_dry_run"], preview["is_dry_run"]) == (False, True)
    for name in ("moved", "repeating", "graduated", "classes_made", "classes_ended"):
        assert done[name] == preview[name], name
    assert (done["classes_made"], done["classes_ended"]) == (3, 3)


async def test_pupils_go_up_repeat_or_graduate_and_the_old_classes_end(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
    clock: Clock,
) -> None:
    year["repeaters"] = [str(cast.neighbour.id)]
    gate = Gate(api, clock, cast.school, cast["guard"])
    offline = gate.scan(graduate.token)
    clock.now += timedelta(minutes=8)
    answer = await api.post(url, json=year, headers=headers)
    assert answer.status_code == 200, answer.text
    now = await classes(api, cast)
    assert {name: made["school_year"] for name, made in now.items()} == {
        "6A2": "2027-2028", "7A1": "2027-2028", "7A2": "2027-2028",
    }  # fmt: skip
    assert now["7A1"]["shift_ids"] == [str(cast.school.morning_id)]
    assert (now["7A1"]["homeroom_staff_id"], now["7A1"]["teachers"]) == (None, [])
    history = await api.get(cast.url(f"/students/{cast.student.id}/enrolments"), headers=headers)
    assert [(e["class_name"], e["from_day"], e["to_day"]) for e in history.json()["items"]] == [
        ("7A1", "2026-11-16", None),
        ("6A1", "2026-09-05", "2026-11-15"),
    ]
    repeater = (await api.get(cast.url(f"/students/{cast.neighbour.id}"), headers=headers)).json()
    assert repeater["class_id"] == now["6A2"]["id"]
    gone = (await api.get(cast.url(f"/students/{graduate.id}"), headers=headers)).json()
    assert (gone["class_name"], gone["has_card"]) == (None, False)
    # Who was scanned this morning by an offline phone was here.
    assert [r["outcome"] for r in await gate.results(offline)] == ["ok"]
    assert await gate.outcome(graduate.token, "out") == "card_revoked"
    assert await gate.outcome(cast.student.token) in ("ok", "late")
    # Teachers without a class keep their hours and see no pupil.
    assert await is_let_in(api, cast["homeroom_teacher"].headers)
    seen = await api.get(cast.url("/students"), headers=cast["homeroom_teacher"].headers)
    assert seen.json()["items"] == []


async def test_a_second_time_there_is_nothing_left_to_do(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
) -> None:
    year["repeaters"] = [str(cast.neighbour.id)]
    assert (await api.post(url, json=year, headers=headers)).status_code == 200
    before = await snapshot(owner)
    again = await api.post(url, json=year, headers=headers)
    assert again.status_code == 200, again.text
    for name in ("moved", "repeating", "graduated", "classes_made", "classes_ended"):
        assert again.json()[name] == 0, name
    assert await snapshot(owner) == before


async def test_two_principals_at_once_do_it_once(
    api: httpx.AsyncClient,
    other_api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
) -> None:
    answers = await asyncio.gather(
        api.post(url, json=year, headers=headers), other_api.post(url, json=year, headers=headers)
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sorted(answer.json()["moved"] for answer in answers) == [0, 2]
    live = "select count(*) from enrolment where to_day is null and school_id = $1"
    assert await owner.fetchval(live, cast.school.id) == 2


async def test_teachers_go_up_with_their_classes_where_that_is_wanted(
    api: httpx.AsyncClient, cast: Cast, graduate: Student, headers: dict[str, str], url: str,
    year: dict[str, Any],
) -> None:  # fmt: skip
    answer = await api.post(url, json=year | {"teachers": "carry"}, headers=headers)
    assert answer.status_code == 200, answer.text
    made = (await classes(api, cast))["7A1"]
    assert made["homeroom_staff_id"] == str(cast["homeroom_teacher"].person_id)
    assert made["teachers"] == [
        {"staff_id": str(cast["subject_teacher"].person_id), "subject": "Toán"}
    ]
    seen = await api.get(cast.url("/students"), headers=cast["homeroom_teacher"].headers)
    assert [each["id"] for each in seen.json()["items"]] == [str(cast.student.id)]


async def test_two_classes_may_become_one_and_a_class_that_is_there_is_used(
    api: httpx.AsyncClient, cast: Cast, graduate: Student, headers: dict[str, str], url: str,
    year: dict[str, Any],
) -> None:  # fmt: skip
    made = await api.post(
        cast.url("/classes"),
        json={
            "school_year": "2027-2028", "grade": 7, "name": "7A1",
            "campus_id": str(cast.school.campus_id), "shift_ids": [],
        },
        headers=headers,
    )  # fmt: skip
    there = made.json()["id"]
    year["map"][0]["to"], year["map"][1]["to"] = there, grade("7A1", 7)
    answer = await api.post(url, json=year, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["classes_made"], answer.json()["moved"]) == (0, 2)
    assert {each["to_class_id"] for each in answer.json()["classes"]} == {there, None}


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda year, cast: year["map"].pop(1), "6A2"),
        (lambda year, cast: year["map"].append(year["map"][0]), "twice"),
        (lambda year, cast: year["map"][0].update(to="graduates"), "last grade"),
        (lambda year, cast: year["map"][0].update(to=grade("9A7", 9)), "grade 9"),
        (lambda year, cast: year["map"][1].update(to=grade("7A1", 6)), "grade 7"),
        (lambda year, cast: year["map"][0].update(to=str(cast.class_id)), "no such class"),
        (
            lambda year, cast: year["map"].append(step(cast.other.class_id, "graduates")),
            "no such class",
        ),
        (lambda year, cast: year.update(repeaters=[str(cast.stranger.id)]), "repeater"),
        (lambda year, cast: year.update(from_day="2026-08-01"), "Nguyễn Văn An"),
    ],
)
async def test_what_is_wrong_is_shown_by_the_preview_and_stops_the_rest(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
    spoil: Any,
    word: str,
) -> None:
    spoil(year, cast)
    before = await snapshot(owner)
    english = headers | {"Accept-Language": "en"}
    preview = await api.post(f"{url}?dry_run=true", json=year, headers=english)
    assert preview.status_code == 200, preview.text
    assert any(word in fault["message"] for fault in preview.json()["errors"]), preview.text
    refused = await api.post(url, json=year, headers=english)
    assert (refused.status_code, refused.json()["type"]) == (422, "cannot-promote")
    assert word in refused.json()["detail"]
    assert await snapshot(owner) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"to_year": "2028-2029"},
        {"from_year": "2026-2028"},
        {"from_day": "2026-11-17"},
        {"from_day": "2026-01-01"},
    ],
)
async def test_years_follow_each_other_and_the_day_has_come(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str], url: str, year: dict[str, Any],
    changes: dict[str, str],
) -> None:  # fmt: skip
    answer = await api.post(f"{url}?dry_run=true", json=year | changes, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"] in ("bad-day", "bad-school-year")


async def test_who_is_enrolled_in_an_old_class_meanwhile_stops_it_or_comes_too_late(
    api: httpx.AsyncClient,
    other_api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
) -> None:
    new = {"name": "Mới Đến", "class_id": str(cast.class_id)}
    promoted, *added = await asyncio.gather(
        api.post(url, json=year, headers=headers),
        *(other_api.post(cast.url("/students"), json=new, headers=headers) for _ in range(5)),
    )
    assert promoted.status_code in (200, 409), promoted.text
    assert {answer.status_code for answer in added} <= {201, 422}
    stranded = await owner.fetchval(
        "select count(*) from enrolment e join school_class c on c.id = e.class_id"
        " where e.to_day is null and c.ended_at is not null"
    )
    assert stranded == 0


async def test_a_pupil_enrolled_in_an_old_class_at_the_last_moment_stops_it_all(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    graduate: Student,
    headers: dict[str, str],
    url: str,
    year: dict[str, Any],
) -> None:
    waiting = "select exists (select from pg_locks where not granted)"
    async with owner.transaction():
        # As an enrolment does: the class is held, the pupil is seen by nobody yet.
        await owner.execute("select 1 from school_class where id = $1 for share", cast.class_id)
        await world.student(cast.school, "Mới Đến")
        promoting = asyncio.ensure_future(api.post(url, json=year, headers=headers))
        await until(lambda: owner.fetchval(waiting))
    answer = await promoting
    assert (answer.status_code, answer.json()["type"]) == (409, "pupils-moved")
    live = "select count(*) from school_class where ended_at is null and school_id = $1"
    assert await owner.fetchval(live, cast.school.id) == 3
    again = await api.post(url, json=year, headers=headers)
    assert (again.status_code, again.json()["moved"]) == (200, 3)
