"""What an account is told, and the phone it checks in with."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from app.kinds import NEWS
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.doors import warm
from tests.world import Person, World


async def preferences(api: httpx.AsyncClient, person: Person) -> dict[str, Any]:
    answer = await api.get("/v1/me/notification-preferences", headers=person.headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def choose(api: httpx.AsyncClient, person: Person, body: dict[str, Any]) -> httpx.Response:
    return await api.put("/v1/me/notification-preferences", json=body, headers=person.headers)


async def test_everything_is_told_until_somebody_chooses(
    api: httpx.AsyncClient, world: World
) -> None:
    body = await preferences(api, await world.account())
    assert {each["kind"] for each in body["items"]} == {
        name for name, kind in NEWS.items() if "inbox" in kind.channels
    }
    assert all(each["is_enabled"] for each in body["items"])
    assert body["web_push_details"] is True


async def test_what_is_about_safety_cannot_be_switched_off(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    person = await world.account()
    off = {"kind": "arrival", "channel": "push", "is_enabled": False}
    answer = await choose(api, person, {"items": [off]})
    assert (answer.status_code, answer.json()["type"]) == (422, "safety-kind")
    assert await owner.fetchval("select count(*) from notification_preference") == 0


async def test_details_on_the_lock_screen_are_the_parents_choice(
    api: httpx.AsyncClient, world: World
) -> None:
    person, other = await world.account(), await world.account()
    answer = await choose(api, person, {"web_push_details": False})
    assert answer.json()["web_push_details"] is False
    assert (await preferences(api, person))["web_push_details"] is False
    assert (await preferences(api, other))["web_push_details"] is True
    await choose(api, person, {"web_push_details": True})
    assert (await preferences(api, person))["web_push_details"] is True


async def test_an_answer_may_be_sent_back_as_it_came(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account()
    body = await preferences(api, person)
    answer = await choose(api, person, body)
    assert (answer.status_code, answer.json()) == (200, body)


async def test_a_kind_that_is_not_told_that_way_is_refused(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account()
    for item, status in (
        ({"kind": "weather", "channel": "push", "is_enabled": True}, 422),
        ({"kind": "otp_reset", "channel": "sms", "is_enabled": False}, 422),
        ({"kind": "arrival", "channel": "sms", "is_enabled": True}, 422),
        ({"kind": "arrival", "channel": "fax", "is_enabled": True}, 400),
        ({"kind": "a\x00b", "channel": "push", "is_enabled": True}, 422),
    ):
        assert (await choose(api, person, {"items": [item]})).status_code == status, item


async def test_quiet_hours_and_a_digest_are_chosen_within_bounds(
    api: httpx.AsyncClient, world: World
) -> None:
    person, other = await world.account(), await world.account()
    untouched = await preferences(api, person)
    assert (untouched["quiet_from"], untouched["quiet_until"]) == ("21:30:00", "06:00:00")
    assert (untouched["urgent_breaks_quiet"], untouched["digest_hour"]) == (True, None)
    wanted = {"quiet_from": "20:00", "urgent_breaks_quiet": False, "digest_hour": 18}
    answer = await choose(api, person, wanted)
    assert answer.status_code == 200, answer.text
    assert answer.json()["quiet_from"] == "20:00:00"
    assert answer.json()["quiet_until"] == "06:00:00"
    assert (answer.json()["urgent_breaks_quiet"], answer.json()["digest_hour"]) == (False, 18)
    assert (await choose(api, person, {"digest_hour": None})).json()["digest_hour"] is None
    assert (await preferences(api, person))["quiet_from"] == "20:00:00"
    assert (await preferences(api, other)) == untouched

    for body, kind in (
        ({"quiet_from": "12:00"}, "bad-quiet-hours"),
        ({"quiet_until": "10:00"}, "bad-quiet-hours"),
        ({"digest_hour": 21}, "digest-in-quiet-hours"),
        ({"digest_hour": 18, "quiet_from": "18:00"}, "digest-in-quiet-hours"),
    ):
        answer = await choose(api, person, body)
        assert (answer.status_code, answer.json()["type"]) == (422, kind), body
    assert (await choose(api, person, {"digest_hour": 24})).status_code in (400, 422)


async def test_the_language_is_the_phones_until_somebody_chooses_it(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account()

    async def register(locale: str) -> str:
        body = {"kind": "fcm", "token": "t-1", "platform": "android", "locale": locale}
        path = f"/v1/me/push-tokens/{person.device_id}"
        assert (await api.put(path, json=body, headers=person.headers)).status_code == 200
        me = await api.get("/v1/me", headers=person.headers)
        return str(me.json()["account"]["locale"])

    assert await register("en") == "en"
    assert await register("vi") == "vi"
    await api.patch("/v1/me", json={"locale": "en"}, headers=person.headers)
    assert await register("vi") == "en"


# The phone for check-ins --------------------------------------------------------------------


async def bind(api: httpx.AsyncClient, person: Person) -> httpx.Response:
    return await api.post("/v1/me/device-binding", headers=person.headers)


async def test_the_first_phone_is_free_and_a_login_binds_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    teacher = await world.staff(await world.school(), "homeroom_teacher")
    before = (await api.get("/v1/me/device-binding", headers=teacher.headers)).json()
    assert (before["device_id"], before["is_this_device"]) == (None, False)
    for _ in range(2):
        answer = await bind(api, teacher)
        assert answer.status_code == 200, answer.text
        assert answer.json()["device_id"] == str(teacher.device_id)
        assert answer.json()["is_this_device"]


async def test_a_phone_is_changed_once_a_day(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    teacher = await world.staff(await world.school(), "homeroom_teacher")
    new_phone = await world.session(teacher.account_id)
    await bind(api, teacher)
    clock.now += timedelta(hours=23, minutes=59)
    early = await bind(api, new_phone)
    assert (early.status_code, early.json()["type"]) == (409, "bound-recently")
    clock.now += timedelta(minutes=1)
    moved = await bind(api, new_phone)
    assert moved.json()["device_id"] == str(new_phone.device_id)
    assert (await bind(api, teacher)).status_code == 409


async def test_a_colleagues_phone_cannot_be_bound_on_the_day_it_was_used(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    school = await world.school()
    present, absent = [await world.staff(school, "subject_teacher") for _ in range(2)]
    await bind(api, present)
    borrowed = await world.session(absent.account_id, device_id=present.device_id)
    refused = await bind(api, borrowed)
    assert (refused.status_code, refused.json()["type"]) == (409, "device-in-use")
    # Logging out does not free it, nor does moving on to another phone.
    await api.post("/v1/auth/logout", headers=present.headers)
    assert (await bind(api, borrowed)).status_code == 409
    clock.now += timedelta(days=1)
    assert (await bind(api, borrowed)).status_code == 200


async def test_a_partner_who_is_no_staff_does_not_block_the_phone(
    api: httpx.AsyncClient, world: World
) -> None:
    school = await world.school()
    parent = await world.guardian(await world.student(school))
    teacher = await world.staff(school, "homeroom_teacher")
    shared = await world.session(teacher.account_id, device_id=parent.device_id)
    assert (await bind(api, shared)).status_code == 200


async def test_of_many_accounts_that_bind_one_phone_at_once_one_gets_it(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection, resources: Resources
) -> None:
    school = await world.school()
    shared = uuid4()
    await owner.execute("insert into device (id, name, platform) values ($1, 'x', 'ios')", shared)
    guards = [await world.staff(school, "guard") for _ in range(8)]
    people = [await world.session(each.account_id, device_id=shared) for each in guards]
    await owner.execute("update session set last_used_at = last_used_at - interval '1 day'")
    await warm(resources)
    answers = await asyncio.gather(*(bind(api, each) for each in people))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_parents_have_no_check_in_phone(api: httpx.AsyncClient, world: World) -> None:
    parent = await world.guardian(await world.student(await world.school()))
    assert (await bind(api, parent)).status_code == 403
