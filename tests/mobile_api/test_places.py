"""Campuses, shifts and the calendar."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, snapshot

SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [
            [107.590, 16.463],
            [107.592, 16.463],
            [107.592, 16.465],
            [107.590, 16.465],
            [107.590, 16.463],
        ]
    ],
}
AFTERNOON = {
    "name": "Ca chiều",
    "starts_at": "13:00",
    "ends_at": "17:00:00",
    "late_after": "13:05",
    "cut_off": "13:30",
    "weekdays": [5, 1, 1, 3],
}


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


async def test_a_campus_is_made_moved_and_ended(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    made = await api.post(
        cast.url("/campuses"), json={"name": "Cơ sở  2", "fence": SQUARE}, headers=headers
    )
    assert made.status_code == 201, made.text
    assert made.json()["name"] == "Cơ sở 2"
    assert made.json()["fence"] == SQUARE
    url = cast.url(f"/campuses/{made.json()['id']}")
    circle = {"type": "circle", "lat": 16.4, "lng": 107.5, "radius_m": 60}
    moved = await api.patch(url, json={"fence": circle}, headers=headers)
    assert (moved.json()["name"], moved.json()["fence"]) == ("Cơ sở 2", circle)
    assert (await api.delete(url, headers=headers)).status_code == 204
    listed = (await api.get(cast.url("/campuses"), headers=headers)).json()
    assert [campus["id"] for campus in listed["items"]] == [str(cast.school.campus_id)]
    assert (await api.get(url, headers=headers)).json()["ended_at"] is not None
    assert (await api.patch(url, json={"name": "X"}, headers=headers)).status_code == 404
    assert (await api.delete(url, headers=headers)).status_code == 404


BAD_FENCES: list[tuple[Any, int]] = [
    ({"type": "circle", "lat": 16.4, "lng": 107.5, "radius_m": 1}, 422),
    ({"type": "circle", "lat": 16.4, "lng": 107.5, "radius_m": 60, "x": 1}, 422),
    ({"type": "circle", "lat": 91, "lng": 107.5, "radius_m": 60}, 422),
    ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}, 422),
    ({"type": "star"}, 422),
    ({}, 422),
    ([], 400),
    (None, 400),
    ("circle", 400),
]


async def test_a_bad_fence_is_refused_in_words_and_changes_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    campus = cast.url(f"/campuses/{cast.school.campus_id}")
    for fence, status in BAD_FENCES:
        made = await api.post(
            cast.url("/campuses"), json={"name": "X", "fence": fence}, headers=headers
        )
        changed = await api.patch(campus, json={"fence": fence}, headers=headers)
        assert (made.status_code, changed.status_code) == (status, status), made.text
        assert made.json().get("detail") or made.json()["errors"]
    assert await snapshot(owner) == before


async def test_a_campus_in_use_is_not_ended(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    answer = await api.delete(cast.url(f"/campuses/{cast.school.campus_id}"), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "campus-in-use")
    assert await snapshot(owner) == before


async def test_a_shift_is_made_changed_and_ended_once_no_class_attends_it(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    made = await api.post(cast.url("/shifts"), json=AFTERNOON, headers=headers)
    assert made.status_code == 201, made.text
    shift = made.json()
    assert (shift["starts_at"], shift["ends_at"]) == ("13:00:00", "17:00:00")
    assert shift["weekdays"] == [1, 3, 5]
    url = cast.url(f"/shifts/{shift['id']}")
    changed = await api.patch(url, json={"cut_off": "13:45"}, headers=headers)
    assert (changed.json()["cut_off"], changed.json()["name"]) == ("13:45:00", "Ca chiều")
    class_url = cast.url(f"/classes/{cast.class_id}")
    both = [str(cast.school.morning_id), shift["id"]]
    assert (
        await api.patch(class_url, json={"shift_ids": both}, headers=headers)
    ).status_code == 200
    refused = await api.delete(url, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (409, "shift-in-use")
    await api.patch(class_url, json={"shift_ids": both[:1]}, headers=headers)
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.get(url, headers=headers)).json()["ended_at"] is not None


BAD_SHIFTS: list[tuple[dict[str, Any], int]] = [
    ({"starts_at": "18:00"}, 422),
    ({"ends_at": "13:00", "late_after": "13:00", "cut_off": "13:00"}, 422),
    ({"cut_off": "13:01"}, 422),
    ({"late_after": "17:01"}, 422),
    ({"starts_at": "24:00"}, 400),
    ({"starts_at": "7:00"}, 400),
    ({"starts_at": "07:00:00Z"}, 400),
    ({"starts_at": 7}, 400),
    ({"weekdays": []}, 400),
    ({"weekdays": [0]}, 400),
    ({"weekdays": [8]}, 400),
    ({"weekdays": [99999999999999999999]}, 400),
    ({"name": ""}, 400),
    ({"name": "a\u0000b"}, 400),
    ({"name": "x" * 201}, 400),
    ({"colour": "red"}, 400),
]


async def test_a_bad_shift_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    for changes, status in BAD_SHIFTS:
        answer = await api.post(cast.url("/shifts"), json=AFTERNOON | changes, headers=headers)
        assert answer.status_code == status, f"{changes}: {answer.text}"
    assert await snapshot(owner) == before


async def test_the_calendar_says_what_a_day_is_and_forgets_it_again(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url("/calendar/2026-11-20")
    for kind in ("closure", "holiday"):
        stated = await api.put(url, json={"kind": kind, "name": "Ngày Nhà giáo"}, headers=headers)
        assert stated.json() == {"day": "2026-11-20", "kind": kind, "name": "Ngày Nhà giáo"}
    listed = await api.get(cast.url("/calendar?from=2026-11-20&to=2026-11-20"), headers=headers)
    assert listed.json() == {"items": [stated.json()], "next_cursor": None}
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.delete(url, headers=headers)).status_code == 404
    listed = await api.get(cast.url("/calendar?from=2026-11-01&to=2026-11-30"), headers=headers)
    assert listed.json()["items"] == []


async def test_bad_days_are_refused(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    for query, status in [
        ("from=2026-11-02&to=2026-11-01", 422),
        ("from=2024-01-01&to=2026-11-01", 422),
        ("from=0001-01-01&to=9999-12-31", 422),
        ("from=2026-13-01&to=2026-11-01", 400),
        ("to=2026-11-01", 400),
    ]:
        answer = await api.get(cast.url(f"/calendar?{query}"), headers=headers)
        assert answer.status_code == status, answer.text
    for path, body in [
        ("/calendar/2026-11-31", {"kind": "holiday", "name": "X"}),
        ("/calendar/20-11-2026", {"kind": "holiday", "name": "X"}),
        ("/calendar/2026-11-20", {"kind": "party", "name": "X"}),
        ("/calendar/2026-11-20", {"kind": "holiday"}),
    ]:
        answer = await api.put(cast.url(path), json=body, headers=headers)
        assert answer.status_code in (400, 404), answer.text
    assert await snapshot(owner) == before


async def test_lists_are_continued_by_their_cursor_and_bad_cursors_are_refused(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    for number in range(4):
        await api.post(
            cast.url("/campuses"), json={"name": f"C{number}", "fence": SQUARE}, headers=headers
        )
    seen, cursor = [], ""
    while True:
        page = (await api.get(cast.url(f"/campuses?limit=2{cursor}"), headers=headers)).json()
        seen += [campus["name"] for campus in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["Cơ sở 1", "C0", "C1", "C2", "C3"]
    for bad in ("limit=0", "limit=201", "limit=x", "cursor=x", "cursor=WzFd", "cursor=%00"):
        answer = await api.get(cast.url(f"/campuses?{bad}"), headers=headers)
        assert answer.status_code == 400, answer.text


async def test_a_station_added_while_its_campus_ends_never_hangs_on_an_ended_campus(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    for _ in range(5):
        made = await api.post(
            cast.url("/campuses"), json={"name": "X", "fence": SQUARE}, headers=headers
        )
        campus_id = made.json()["id"]
        station = {"campus_id": campus_id, "name": "Cổng", "kind": "gate"}
        added, ended = await asyncio.gather(
            api.post(cast.url("/stations"), json=station, headers=headers),
            api.delete(cast.url(f"/campuses/{campus_id}"), headers=headers),
        )
        assert {(201, 409), (422, 204)} >= {(added.status_code, ended.status_code)}
