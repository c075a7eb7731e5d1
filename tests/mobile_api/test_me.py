"""The caller's own things: roles, children, language, password, pushes, preferences, binding."""

import asyncio
import base64
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.kinds import NEWS
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.doors import PASSWORD, bearer_of, is_let_in, login, warm
from tests.world import Person, World

NEW = "mật-khẩu-mới-8"
_POINT = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
P256DH = base64.urlsafe_b64encode(_POINT).rstrip(b"=").decode()
AUTH = base64.urlsafe_b64encode(b"0123456789abcdef").rstrip(b"=").decode()


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


# Push tokens --------------------------------------------------------------------------------


def fcm(token: str = "fcm-token-1") -> dict[str, str]:
    return {"kind": "fcm", "token": token, "platform": "android", "locale": "vi"}


def web(endpoint: str, **changes: str) -> dict[str, str]:
    return {
        "kind": "web",
        "endpoint": endpoint,
        "p256dh": P256DH,
        "auth": AUTH,
        "locale": "vi",
    } | changes


async def put_token(
    api: httpx.AsyncClient, person: Person, body: dict[str, str], device_id: UUID | None = None
) -> httpx.Response:
    url = f"/v1/me/push-tokens/{device_id or person.device_id}"
    return await api.put(url, json=body, headers=person.headers)


async def test_an_app_and_a_browser_register_for_pushes(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection, clock: Clock
) -> None:
    person = await world.account()
    answer = await put_token(api, person, fcm())
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "device_id": str(person.device_id),
        "kind": "fcm",
        "platform": "android",
        "locale": "vi",
        "registered_at": clock().isoformat().replace("+00:00", "Z"),
    }
    endpoint = "https://fcm.googleapis.com/fcm/send/abc:def"
    assert (await put_token(api, person, web(endpoint))).status_code == 200
    rows = await owner.fetch("select kind, token, p256dh, auth from push_token order by kind")
    assert [tuple(row) for row in rows] == [
        ("fcm", "fcm-token-1", None, None),
        ("web", endpoint, P256DH, AUTH),
    ]


async def test_registering_again_replaces_and_revives_the_token(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    person = await world.account()
    await put_token(api, person, fcm("old"))
    await owner.execute("update push_token set disabled_at = now(), disabled_reason = 'x'")
    await put_token(api, person, fcm("new"))
    [row] = await owner.fetch("select token, disabled_at from push_token")
    assert tuple(row) == ("new", None)


async def test_a_token_is_only_for_the_sessions_own_device(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    mine, theirs = await world.account(), await world.account()
    for device_id in (uuid4(), theirs.device_id):
        answer = await put_token(api, mine, fcm(), device_id)
        assert (answer.status_code, answer.json()["type"]) == (404, "not-this-device")
    assert await owner.fetchval("select count(*) from push_token") == 0


async def test_whoever_registers_a_token_last_has_it_alone(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    seller, buyer = await world.account(), await world.account()
    await put_token(api, seller, fcm("one-phone"))
    await put_token(api, buyer, fcm("one-phone"))
    rows = await owner.fetch("select account_id from push_token")
    assert [row[0] for row in rows] == [buyer.account_id]


async def test_two_accounts_that_register_one_token_at_once_do_not_both_keep_it(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection, resources: Resources
) -> None:
    people = [await world.account() for _ in range(8)]
    await warm(resources)
    for n in range(5):
        token = fcm(f"shared-{n}")
        answers = await asyncio.gather(*(put_token(api, each, token) for each in people))
        assert {answer.status_code for answer in answers} == {200}
        assert await owner.fetchval("select count(*) from push_token") == 1


FOREIGN_HOSTS = [
    "http://fcm.googleapis.com/fcm/send/x",
    "https://evil.example/push",
    "https://googleapis.com.evil.example/x",
    "https://evilgoogleapis.com/x",
    "https://fcm.googleapis.com@evil.example/x",
    "https://evil.example/?x=.googleapis.com",
    "https://evil.example#.googleapis.com",
    "https://evil.example\\.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://169.254.169.254/latest/meta-data",
    "ftp://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "https://user:pw@fcm.googleapis.com/x",
    "javascript:alert(1)",
]
BROWSERS_OWN = [
    "https://fcm.googleapis.com/fcm/send/x",
    "https://updates.push.services.mozilla.com/wpush/v2/x",
    "https://wns2-par02p.notify.windows.com/w/?token=x%2b",
    "https://web.push.apple.com/QAbc",
    "https://fcm.googleapis.com:443/x",
]


async def test_a_push_goes_to_no_other_host(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    person = await world.account()
    for endpoint in FOREIGN_HOSTS:
        answer = await put_token(api, person, web(endpoint))
        assert answer.status_code == 422, endpoint
        assert answer.json()["type"] == "bad-push-endpoint"
    assert await owner.fetchval("select count(*) from push_token") == 0


async def test_the_browsers_own_services_are_accepted(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account()
    for endpoint in BROWSERS_OWN:
        assert (await put_token(api, person, web(endpoint))).status_code == 200, endpoint


async def test_an_operator_may_allow_another_push_service(
    api: httpx.AsyncClient, world: World, resources: Resources
) -> None:
    person = await world.account()
    resources.settings = msgspec.structs.replace(
        resources.settings, push_hosts="push.truong.example, http://127.0.0.1:9099"
    )
    for endpoint, status in (
        ("https://push.truong.example/x", 200),
        ("http://127.0.0.1:9099/x", 200),
        ("http://push.truong.example/x", 422),
        ("http://127.0.0.1:9098/x", 422),
        ("https://127.0.0.1:9099/x", 422),
    ):
        assert (await put_token(api, person, web(endpoint))).status_code == status, endpoint


async def test_keys_that_encrypt_nothing_are_refused(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account()
    for change in (
        {"p256dh": base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).rstrip(b"=").decode()},
        {"p256dh": P256DH[:-3]},
        {"auth": base64.urlsafe_b64encode(b"0123456789abcdefg").rstrip(b"=").decode()},
    ):
        body = web("https://fcm.googleapis.com/fcm/send/x", **change)
        answer = await put_token(api, person, body)
        assert (answer.status_code, answer.json()["type"]) == (422, "bad-push-keys"), change


async def test_a_malformed_token_is_a_problem(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account()
    bodies: list[dict[str, str]] = [
        {},
        {"kind": "sms", "token": "x"},
        {"kind": "fcm", "platform": "android", "locale": "vi"},
        fcm("có dấu"),
        fcm() | {"locale": "fr"},
        fcm("x" * 1025),
        fcm() | {"endpoint": "https://fcm.googleapis.com/x"},
    ]
    for body in bodies:
        assert (await put_token(api, person, body)).status_code == 400, body


async def test_a_token_is_taken_back(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    mine, theirs = await world.account(), await world.account()
    await put_token(api, mine, fcm("mine"))
    await put_token(api, theirs, fcm("theirs"))
    url = "/v1/me/push-tokens/"
    foreign = await api.delete(f"{url}{theirs.device_id}", headers=mine.headers)
    assert foreign.status_code == 404
    for _ in range(2):
        gone = await api.delete(f"{url}{mine.device_id}", headers=mine.headers)
        assert gone.status_code == 204
    assert [row[0] for row in await owner.fetch("select token from push_token")] == ["theirs"]


async def test_a_login_on_the_same_phone_keeps_its_pushes_and_a_lost_phone_loses_them(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    person = await world.account(password=PASSWORD)
    await put_token(api, person, fcm())
    again = bearer_of(await login(api, person.phone, device_id=person.device_id))
    assert await owner.fetchval("select count(*) from push_token") == 1
    other = await world.session(person.account_id)
    await put_token(api, other, fcm("lost"))
    await api.delete(f"/v1/auth/sessions/{other.session_id}", headers=again)
    assert [row[0] for row in await owner.fetch("select token from push_token")] == ["fcm-token-1"]


# Preferences --------------------------------------------------------------------------------


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
