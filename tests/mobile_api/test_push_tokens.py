"""Where an account's devices are reached: apps by FCM, browsers by their own services."""

import asyncio
import base64
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.doors import PASSWORD, bearer_of, login, warm
from tests.world import Person, World

_POINT = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
P256DH = base64.urlsafe_b64encode(_POINT).rstrip(b"=").decode()
AUTH = base64.urlsafe_b64encode(b"0123456789abcdef").rstrip(b"=").decode()


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
