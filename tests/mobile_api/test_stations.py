"""Stations, their screens, and the codes that the screens show."""

import asyncio
import base64
from datetime import UTC, date, datetime, timedelta

import asyncpg
import httpx

from app.attendance.codes import StationCode, parse, station_code, station_step, verify
from app.schools.pairing import redeem_pairing
from tests.cast import Cast, assert_refused, snapshot
from tests.conftest import HANOI, Clock
from tests.world import World


async def test_stations_get_the_next_number_and_no_number_comes_again(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    headers = cast["principal"].headers
    station = {"campus_id": str(cast.school.campus_id), "name": "Cổng phụ", "kind": "gate"}
    made = await asyncio.gather(
        *(api.post(cast.url("/stations"), json=station, headers=headers) for _ in range(4))
    )
    assert sorted(each.json()["number"] for each in made) == [3, 4, 5, 6]
    last = next(each.json() for each in made if each.json()["number"] == 6)
    url = cast.url(f"/stations/{last['id']}")
    assert (await api.patch(url, json={"kind": "staff"}, headers=headers)).json() == last | {
        "kind": "staff"
    }
    assert (await api.delete(url, headers=headers)).status_code == 204
    again = await api.post(cast.url("/stations"), json=station, headers=headers)
    assert again.json()["number"] == 7
    listed = (await api.get(cast.url("/stations?limit=4"), headers=headers)).json()
    assert [each["number"] for each in listed["items"]] == [1, 2, 3, 4]
    rest = await api.get(cast.url(f"/stations?cursor={listed['next_cursor']}"), headers=headers)
    assert [each["number"] for each in rest.json()["items"]] == [5, 7]


async def test_a_station_needs_a_campus_of_the_own_school(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    before = await snapshot(owner)
    station = {"campus_id": str(cast.other.campus_id), "name": "X", "kind": "gate"}
    headers = cast["principal"].headers
    made = await api.post(cast.url("/stations"), json=station, headers=headers)
    moved = await api.patch(
        cast.url(f"/stations/{cast.school.gate_id}"),
        json={"campus_id": str(cast.other.campus_id)},
        headers=headers,
    )
    assert [made.status_code, moved.status_code] == [422, 422]
    assert made.json()["type"] == "not-in-school"
    assert await snapshot(owner) == before


async def test_only_the_own_screen_and_the_principal_get_a_stations_code(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    gate = f"/v1/stations/{cast.school.gate_id}"
    await assert_refused(
        api, owner, cast, [("GET", f"{gate}/code", None)], allowed=["display", "principal"]
    )
    await assert_refused(api, owner, cast, [("GET", f"{gate}/day-key", None)], allowed=["display"])
    await assert_refused(
        api, owner, cast, [("POST", f"{gate}/pairing", None)], allowed=["principal"]
    )
    # The screen at the gate knows nothing of the one in the staff room.
    room = f"/v1/stations/{cast.school.staff_room_id}"
    for path in ("code", "day-key"):
        answer = await api.get(f"{room}/{path}", headers=cast["display"].headers)
        assert answer.status_code == 404


async def test_a_stations_code_is_genuine_and_changes_with_its_step(
    api: httpx.AsyncClient, world: World, cast: Cast, clock: Clock
) -> None:
    url = f"/v1/stations/{cast.school.gate_id}/code"
    shown = (await api.get(url, headers=cast["display"].headers)).json()
    code = parse(shown["token"])
    verify(world.resources.vault.ring, code)
    assert isinstance(code, StationCode)
    assert (code.school_id, code.number) == (cast.school.id, 1)
    assert code.step == station_step(clock.now)
    assert shown["step_s"] == 10
    valid_until = datetime.fromisoformat(shown["valid_until"])
    assert timedelta(0) < valid_until - clock.now <= timedelta(seconds=10)
    clock.now = valid_until
    later = (await api.get(url, headers=cast["principal"].headers)).json()
    assert later["token"] != shown["token"]


async def test_a_screen_makes_the_servers_codes_from_its_day_key_until_midnight(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    headers = cast["display"].headers
    gate = f"/v1/stations/{cast.school.gate_id}"
    held = (await api.get(f"{gate}/day-key", headers=headers)).json()
    assert (held["day"], held["number"], held["school_id"]) == ("2026-11-16", 1, cast.school.id)
    assert datetime.fromisoformat(held["valid_until"]) == datetime(2026, 11, 17, tzinfo=HANOI)
    tomorrow = (await api.get(f"{gate}/day-key?day=2026-11-17", headers=headers)).json()
    assert tomorrow["key"] != held["key"]

    async def agrees(day_key: dict[str, str | int]) -> bool:
        own = station_code(
            base64.urlsafe_b64decode(str(day_key["key"]) + "="),
            key_id=int(day_key["key_id"]),
            school_id=cast.school.id,
            number=1,
            step=station_step(clock.now),
        )
        shown = (await api.get(f"{gate}/code", headers=cast["principal"].headers)).json()
        return bool(own == shown["token"])

    assert await agrees(held)
    clock.now = datetime(2026, 11, 16, 16, 59, 59, tzinfo=UTC)
    assert await agrees(held)
    clock.now = datetime(2026, 11, 16, 17, 0, 0, tzinfo=UTC)
    assert not await agrees(held)
    assert await agrees(tomorrow)


async def test_a_screen_gets_no_key_beyond_tomorrow(api: httpx.AsyncClient, cast: Cast) -> None:
    gate = f"/v1/stations/{cast.school.gate_id}/day-key"
    for day in (date(2026, 11, 15), date(2026, 11, 18), date.max, date.min):
        answer = await api.get(f"{gate}?day={day}", headers=cast["display"].headers)
        assert answer.status_code == 422, answer.text
    answer = await api.get(f"{gate}?day=soon", headers=cast["display"].headers)
    assert answer.status_code == 400


async def test_a_pairing_code_stands_for_its_station_and_replaces_the_one_before(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, clock: Clock
) -> None:
    url = f"/v1/stations/{cast.school.gate_id}/pairing"
    first = await api.post(url, headers=cast["principal"].headers)
    second = await api.post(url, headers=cast["principal"].headers)
    assert (first.status_code, second.status_code) == (201, 201)
    code = second.json()["pairing_code"]
    assert code not in await owner.fetchval("select string_agg(t::text, '') from station_pairing t")
    assert await owner.fetchval("select count(*) from station_pairing") == 1
    async with owner.transaction():
        redeemed = await redeem_pairing(owner, code=code, now=clock.now)
    assert redeemed == (cast.school.id, cast.school.gate_id)


async def test_an_ended_station_shows_nothing_and_its_screen_is_nobody(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    code = f"/v1/stations/{cast.school.gate_id}/code"
    url = cast.url(f"/stations/{cast.school.gate_id}")
    assert (await api.delete(url, headers=cast["principal"].headers)).status_code == 204
    assert (await api.get(code, headers=cast["principal"].headers)).status_code == 404
    assert (await api.get(code, headers=cast["display"].headers)).status_code == 403
    pairing = f"/v1/stations/{cast.school.gate_id}/pairing"
    assert (await api.post(pairing, headers=cast["principal"].headers)).status_code == 404
