"""Phones that scan, lost ones, substitutes at the gate, and staff who leave."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.mobile_api.doors import is_let_in
from tests.notifications.news import put_token
from tests.world import Person, World


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


@pytest.fixture
def gate(api: httpx.AsyncClient, cast: Cast, clock: Clock) -> Gate:
    return Gate(api, clock, cast.school, cast["guard"])


async def beat(gate: Gate, **changes: Any) -> None:
    answer = await gate.api.put(
        f"/v1/attendance/scanners/{gate.who.device_id}",
        json={"station_id": str(gate.station_id), "pending": 0, "oldest_at": None, "closed": False}
        | changes,
        headers=gate.who.headers,
    )
    assert answer.status_code == 200, answer.text


async def listed(api: httpx.AsyncClient, cast: Cast) -> dict[str, dict[str, Any]]:
    page = await api.get(cast.url("/devices"), headers=cast["principal"].headers)
    return {each["id"]: each for each in page.json()["items"]}


async def test_the_principal_sees_the_phones_that_scan_and_no_others(
    api: httpx.AsyncClient, cast: Cast, gate: Gate
) -> None:
    await beat(gate, pending=3, oldest_at=gate.clock.now.isoformat())
    devices = await listed(api, cast)
    scanners = ("principal", "homeroom_teacher", "subject_teacher", "guard")
    assert devices.keys() == {str(cast[who].device_id) for who in scanners}
    phone = devices[str(cast["guard"].device_id)]
    assert phone["users"] == [{"staff_id": str(cast["guard"].person_id), "name": "Ông guard"}]
    assert (phone["station_id"], phone["pending"]) == (str(cast.school.gate_id), 3)
    assert (phone["revoked_at"], phone["platform"]) == (None, "android")


async def test_a_lost_phone_is_worth_nothing_at_once_for_whoever_is_on_it(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
    gate: Gate,
) -> None:
    guard = cast["guard"]
    await beat(gate)
    colleague = await world.session(
        cast["other homeroom_teacher"].account_id, device_id=guard.device_id
    )
    elsewhere = await world.session(guard.account_id)
    await put_token(owner, guard, "fcm-of-the-lost")
    await owner.execute(
        "update device set bound_account_id = $1, bound_at = now() where id = $2",
        guard.account_id,
        guard.device_id,
    )
    url = cast.url(f"/devices/{guard.device_id}/revoke")
    answer = await api.post(url, json={"reason": "Rơi ở cổng"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["revoked_at"] is not None
    assert not await is_let_in(api, guard.headers)
    assert not await is_let_in(api, colleague.headers)
    assert await is_let_in(api, elsewhere.headers)  # the guard's other phone
    assert (await gate.send(gate.scan(cast.student.token))).status_code == 401
    assert await owner.fetchval("select count(*) from push_token") == 0
    assert await owner.fetchval("select bound_account_id from device where id = $1",
                                guard.device_id) is None  # fmt: skip
    assert await owner.fetchval("select closed_at is not null from scanner")
    again = await api.post(url, json={}, headers=headers)
    assert again.json() == answer.json()
    (event,) = (await api.get(cast.url("/life-events"), headers=headers)).json()["items"]
    assert (event["kind"], event["reason"]) == ("device_lost", "Rơi ở cổng")
    assert event["details"] == {"device_id": str(guard.device_id), "sessions": 2}


async def test_a_new_login_on_a_lost_phone_is_refused_until_it_is_found(
    api: httpx.AsyncClient, world: World, cast: Cast, headers: dict[str, str], clock: Clock
) -> None:
    guard = cast["guard"]
    url = cast.url(f"/devices/{guard.device_id}")
    nobody_lost_it = await api.post(f"{url}/restore", headers=headers)
    assert (nobody_lost_it.status_code, nobody_lost_it.json()["type"]) == (404, "no-such-device")
    assert (await api.post(f"{url}/revoke", json={}, headers=headers)).status_code == 200
    anew = await world.session(guard.account_id, device_id=guard.device_id)
    assert not await is_let_in(api, anew.headers)
    assert str(guard.device_id) in await listed(api, cast)
    # Another school's principal neither loses nor finds it.
    theirs = f"/v1/schools/{cast.other.id}/devices/{guard.device_id}"
    for what in ("revoke", "restore"):
        answer = await api.post(
            f"{theirs}/{what}",
            json={} if what == "revoke" else None,
            headers=cast["other principal"].headers,
        )
        assert answer.status_code == 404, what
    found = await api.post(f"{url}/restore", headers=headers)
    assert (found.status_code, found.json()["revoked_at"]) == (200, None)
    assert await is_let_in(api, anew.headers)
    assert not await is_let_in(api, guard.headers)


async def test_a_lost_phone_in_which_scans_wait_is_not_forgotten(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str],
    gate: Gate,
) -> None:  # fmt: skip
    """Who was scanned by it must not be called absent without somebody looking."""
    await beat(gate, pending=2, oldest_at=gate.clock.now.isoformat())
    url = cast.url(f"/devices/{cast['guard'].device_id}/revoke")
    assert (await api.post(url, json={}, headers=headers)).status_code == 200
    row = await owner.fetchrow("select closed_at, pending from scanner")
    assert row is not None
    assert tuple(row) == (None, 2)


# Substitutes -------------------------------------------------------------------------------------


def substitute(clock: Clock, *, hours: float = 4, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Lê Văn Tư",
        "phone": "0912345678",
        "valid_until": (clock.now + timedelta(hours=hours)).isoformat(),
    } | changes


async def with_phone(world: World, owner: asyncpg.Connection, staff_id: str) -> Person:
    account_id = await owner.fetchval("select account_id from staff where id = $1::uuid", staff_id)
    return await world.session(account_id)


async def test_a_substitute_scans_until_the_time_is_over_and_what_was_scanned_then_still_comes_in(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast,
    headers: dict[str, str], clock: Clock,
) -> None:  # fmt: skip
    made = await api.post(cast.url("/substitutes"), json=substitute(clock), headers=headers)
    assert made.status_code == 201, made.text
    person = await with_phone(world, owner, made.json()["staff_id"])
    gate = Gate(api, clock, cast.school, person)
    assert await gate.outcome(cast.student.token) == "ok"
    me = (await api.get("/v1/me", headers=person.headers)).json()["memberships"]
    assert [(each["role"], each["valid_until"] is not None) for each in me] == [("guard", True)]
    seen = await api.get(cast.url("/students"), headers=person.headers)
    assert len(seen.json()["items"]) == 2
    clock.now += timedelta(hours=3, minutes=59)
    offline = gate.scan(cast.neighbour.token, "out")
    clock.now += minutes(1)  # over: nothing was run, nobody did anything
    assert await gate.outcome(cast.neighbour.token, "in") == "forbidden"
    assert (await api.get(cast.url("/students"), headers=person.headers)).status_code == 404
    assert (await api.get("/v1/me", headers=person.headers)).json()["memberships"] == []
    clock.now += minutes(30)
    assert [each["outcome"] for each in await gate.results(offline)] == ["ok"]
    clock.now += timedelta(hours=24)
    assert (await gate.send(gate.scan(cast.student.token))).status_code == 403
    left = await api.get(cast.url("/substitutes"), headers=cast["principal"].headers)
    assert left.json()["items"] == []


async def test_a_substitution_begins_by_itself(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast,
    headers: dict[str, str], clock: Clock,
) -> None:  # fmt: skip
    start = (clock.now + timedelta(hours=1)).isoformat()
    body = substitute(clock, valid_from=start)
    made = await api.post(cast.url("/substitutes"), json=body, headers=headers)
    person = await with_phone(world, owner, made.json()["staff_id"])
    gate = Gate(api, clock, cast.school, person)
    assert (await gate.send(gate.scan(cast.student.token))).status_code == 403
    assert (await api.get(cast.url("/students"), headers=person.headers)).status_code == 404
    clock.now += timedelta(hours=1)
    assert await gate.outcome(cast.student.token, "out") == "ok"
    early = gate.scan(cast.neighbour.token, at=clock.now - minutes(30))
    assert [each["outcome"] for each in await gate.results(early)] == ["forbidden"]


async def test_one_of_the_staff_is_a_guard_for_a_while_and_again_and_then_for_good(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, clock: Clock
) -> None:
    staff_id = str(cast["accountant"].person_id)
    url, one = cast.url("/substitutes"), cast.url(f"/staff/{staff_id}")

    def body(hours: float) -> dict[str, Any]:
        until = (clock.now + timedelta(hours=hours)).isoformat()
        return {"staff_id": staff_id, "valid_until": until}

    def head() -> dict[str, str]:
        return cast["principal"].headers

    for hours in (4, 2):
        answer = await api.post(url, json=body(hours), headers=head())
        assert answer.status_code == 201, answer.text
    assert len((await api.get(url, headers=head())).json()["items"]) == 1
    # The staff list shows what has no end.
    assert (await api.get(one, headers=head())).json()["roles"] == ["accountant"]
    gate = Gate(api, clock, cast.school, cast["accountant"])
    assert await gate.outcome(cast.student.token) == "ok"
    clock.now += timedelta(hours=3)
    assert await gate.outcome(cast.student.token, "out") == "forbidden"
    assert await is_let_in(api, cast["accountant"].headers)
    assert (await api.post(url, json=body(1), headers=head())).status_code == 201
    for_good = {"roles": ["accountant", "guard"]}
    changed = await api.patch(one, json=for_good, headers=head())
    assert changed.json()["roles"] == ["accountant", "guard"]
    clock.now += timedelta(hours=2)
    assert await gate.outcome(cast.student.token, "out") == "ok"
    again = await api.post(url, json=body(1), headers=head())
    assert (again.status_code, again.json()["type"]) == (409, "already-guard")
    live = "select count(*) from membership where role = 'guard' and ended_at is null"
    assert await owner.fetchval(live + " and person_id = $1::uuid", staff_id) == 1


async def test_a_substitution_is_ended_at_once(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast,
    headers: dict[str, str], clock: Clock,
) -> None:  # fmt: skip
    made = await api.post(cast.url("/substitutes"), json=substitute(clock), headers=headers)
    staff_id = made.json()["staff_id"]
    gate = Gate(api, clock, cast.school, await with_phone(world, owner, staff_id))
    offline = gate.scan(cast.student.token)
    clock.now += minutes(5)
    url = cast.url(f"/substitutes/{staff_id}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.delete(url, headers=headers)).status_code == 404
    assert await gate.outcome(cast.neighbour.token) == "forbidden"
    assert [each["outcome"] for each in await gate.results(offline)] == ["ok"]
    # The same person by the same phone again: no second row of the staff.
    anew = await api.post(cast.url("/substitutes"), json=substitute(clock), headers=headers)
    assert (anew.status_code, anew.json()["staff_id"]) == (201, staff_id)


async def test_a_time_that_cannot_be_is_refused(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str], clock: Clock
) -> None:
    now = clock.now
    wrong: list[dict[str, Any]] = [
        {"valid_until": now.isoformat()},
        {"valid_until": (now + timedelta(days=93)).isoformat()},
        {"valid_from": (now + timedelta(hours=5)).isoformat()},
        {"valid_from": (now - timedelta(days=2)).isoformat()},
        {"name": None},
        {"phone": None},
    ]
    for changes in wrong:
        body = substitute(clock) | changes
        answer = await api.post(cast.url("/substitutes"), json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "bad-period"), changes
    stranger = {"staff_id": str(cast["other guard"].person_id)}
    body = {"valid_until": substitute(clock)["valid_until"]} | stranger
    answer = await api.post(cast.url("/substitutes"), json=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "no-such-staff")


# Staff who leave ---------------------------------------------------------------------------------


async def test_who_leaves_and_has_nothing_elsewhere_is_logged_out_and_pushed_to_no_more(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str],
    gate: Gate,
) -> None:  # fmt: skip
    guard = cast["guard"]
    await beat(gate)
    await put_token(owner, guard, "fcm-of-the-guard")
    await owner.execute("update device set bound_account_id = $1, bound_at = now() where id = $2",
                        guard.account_id, guard.device_id)  # fmt: skip
    url = cast.url(f"/staff/{guard.person_id}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert not await is_let_in(api, guard.headers)
    assert await owner.fetchval("select count(*) from push_token") == 0
    assert await owner.fetchval("select closed_at is not null from scanner")
    assert (
        await owner.fetchval("select count(*) from device where bound_account_id is not null") == 0
    )
    (event,) = (await api.get(cast.url("/life-events"), headers=headers)).json()["items"]
    assert (event["kind"], event["details"]) == ("staff_ended", {"roles": ["guard"]})
    assert event["person_id"] == str(guard.person_id)


@pytest.mark.parametrize("link", ["teaches elsewhere", "has a child"])
async def test_who_leaves_one_school_and_is_known_in_another_stays_logged_in(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast,
    headers: dict[str, str], gate: Gate, link: str,
) -> None:  # fmt: skip
    """Only the rights in this school end."""
    guard = cast["guard"]
    if link == "has a child":
        await world.guardian(cast.stranger, person=guard)
    else:
        await world.member(guard, cast.other, "subject_teacher")
    await put_token(owner, guard, "fcm-of-the-guard")
    assert await gate.outcome(cast.student.token) == "ok"
    url = cast.url(f"/staff/{guard.person_id}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert await is_let_in(api, guard.headers)
    assert await owner.fetchval("select count(*) from push_token") == 1
    assert (await api.get(cast.url("/students"), headers=guard.headers)).status_code == 404
    gone = await gate.send(gate.scan(cast.student.token, "out"))
    if link == "has a child":
        assert gone.status_code == 403
    else:
        assert [each["outcome"] for each in gone.json()["results"]] == ["forbidden"]


async def test_a_pairing_code_made_by_who_left_pairs_nothing(
    api: httpx.AsyncClient, cast: Cast, world: World, headers: dict[str, str]
) -> None:
    vice = await world.staff(cast.school, "principal", "Bà Phó")
    made = await api.post(f"/v1/stations/{cast.school.gate_id}/pairing", headers=vice.headers)
    url = cast.url(f"/staff/{vice.person_id}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    answer = await api.post(
        "/v1/auth/pair",
        json={
            "pairing_code": made.json()["pairing_code"],
            "device": {"id": str(vice.device_id), "name": "Màn hình", "platform": "web"},
        },
    )
    assert answer.status_code == 401
    # The screen that was there goes on: it is the school's.
    assert await is_let_in(api, cast["display"].headers)


# Cards in bulk -----------------------------------------------------------------------------------


async def test_cards_are_previewed_revoked_and_issued_by_school_grade_or_class(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str],
    gate: Gate,
) -> None:  # fmt: skip
    live = "select count(*) from card where revoked_at is null and school_id = $1"
    revoke, issue = cast.url("/cards/revoke"), cast.url("/cards/issue")
    one = {"scope": "classes", "class_ids": [str(cast.class_id)], "reason": "In lại thẻ"}
    preview = await api.post(f"{revoke}?dry_run=true", json=one, headers=headers)
    assert preview.json() == {
        "is_dry_run": True,
        "cards": 1,
        "classes": [{"class_id": str(cast.class_id), "class_name": "6A1", "cards": 1}],
    }
    assert await owner.fetchval(live, cast.school.id) == 2
    offline = gate.scan(cast.student.token)
    gate.clock.now += minutes(1)
    done = await api.post(revoke, json=one, headers=headers)
    assert done.json() == preview.json() | {"is_dry_run": False}
    assert await gate.outcome(cast.student.token) == "card_revoked"
    assert await gate.outcome(cast.neighbour.token) == "ok"
    assert [each["outcome"] for each in await gate.results(offline)] == ["ok"]
    row = await owner.fetchrow("select * from card where revoked_at is not null")
    assert row is not None
    assert (row["revoked_reason"], row["revoked_by"]) == (
        "In lại thẻ",
        cast["principal"].account_id,
    )
    whole = {"scope": "school", "reason": "Hết năm học"}
    assert (await api.post(revoke, json=whole, headers=headers)).json()["cards"] == 1
    assert (await api.post(revoke, json=whole, headers=headers)).json()["cards"] == 0
    assert await owner.fetchval(live, cast.other.id) == 1
    grade = {"scope": "grade", "grade": 6}
    made = await api.post(issue, json=grade, headers=headers)
    assert (made.json()["cards"], len(made.json()["classes"])) == (2, 2)
    assert (await api.post(issue, json=grade, headers=headers)).json()["cards"] == 0
    assert await owner.fetchval(live, cast.school.id) == 2
    events = (await api.get(cast.url("/life-events"), headers=headers)).json()["items"]
    assert [each["kind"] for each in events].count("cards_revoked") == 3
    assert events[-1]["details"]["cards"] == 1


@pytest.mark.parametrize(
    "scope",
    [
        {"scope": "grade"},
        {"scope": "classes"},
        {"scope": "school", "grade": 6},
        {"scope": "grade", "grade": 6, "class_ids": ["01a20221-3a3d-7631-beee-2edc3bfa46d6"]},
        {"scope": "classes", "class_ids": ["01a20221-3a3d-7631-beee-2edc3bfa46d6"]},
    ],
)
async def test_a_scope_that_is_not_clear_is_refused(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str], scope: dict[str, Any]
) -> None:
    for what, more in (("revoke", {"reason": "Hết năm học"}), ("issue", {})):
        answer = await api.post(cast.url(f"/cards/{what}"), json=scope | more, headers=headers)
        assert answer.status_code == 422, answer.text
        assert answer.json()["type"] in ("bad-scope", "not-in-school")
