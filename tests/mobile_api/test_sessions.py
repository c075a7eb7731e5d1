"""Staying logged in: refresh tokens, cookies, access tokens, sessions listed and ended."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from litestar import Litestar

from app.identity.sessions import FAMILY_SESSION, STAFF_SESSION
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.doors import PASSWORD, bearer_of, client_from, is_let_in, login, refresh
from tests.patience import PATIENCE_S
from tests.world import Person, World


async def entered(
    api: httpx.AsyncClient, world: World, **dev: Any
) -> tuple[Person, UUID, dict[str, Any]]:
    """A fresh account that has just logged in: person, device and the login's answer."""
    person = await world.account(password=PASSWORD)
    device_id = dev.pop("device_id", uuid4())
    answer = await login(api, person.phone, device_id=device_id, **dev)
    assert answer.status_code == 200, answer.text
    return person, device_id, answer.json()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# Refresh ------------------------------------------------------------------------------------


async def test_a_refresh_gives_new_tokens_and_only_hashes_are_stored(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection, clock: Clock
) -> None:
    person, device_id, first = await entered(api, world)
    clock.now += timedelta(minutes=9)
    answer = await refresh(api, first["refresh_token"], device_id)
    second = answer.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert second["account"]["id"] == str(person.account_id)
    assert await is_let_in(api, bearer_of(answer))
    stored = {row[0] for row in await owner.fetch("select token_hash from refresh_token")}
    told = [first["refresh_token"], second["refresh_token"]]
    assert stored == {hashlib.sha256(token.encode()).digest() for token in told}


async def test_a_replayed_token_ends_the_session_at_once(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    _, device_id, first = await entered(api, world)
    second = await refresh(api, first["refresh_token"], device_id)
    assert await is_let_in(api, bearer_of(second))
    clock.now += timedelta(seconds=31)
    replay = await refresh(api, first["refresh_token"], device_id)
    assert (replay.status_code, replay.json()["type"]) == (401, "bad-refresh-token")
    assert not await is_let_in(api, bearer_of(second))
    assert (await refresh(api, second.json()["refresh_token"], device_id)).status_code == 401


async def test_a_lost_answer_does_not_log_a_parent_out(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    _, device_id, first = await entered(api, world)
    lost = await refresh(api, first["refresh_token"], device_id)
    clock.now += timedelta(seconds=29)
    again = await refresh(api, first["refresh_token"], device_id)
    assert again.status_code == 200
    assert again.json()["refresh_token"] == lost.json()["refresh_token"]
    assert (await refresh(api, again.json()["refresh_token"], device_id)).status_code == 200


async def test_an_answer_lost_in_the_evening_does_not_log_a_parent_out_in_the_morning(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    _, device_id, first = await entered(api, world)
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    clock.now += timedelta(minutes=5)
    lost = await refresh(api, first["refresh_token"], device_id)
    # The token from before is still good, and proves nothing about the answer.
    assert (await api.get("/v1/me", headers=headers)).status_code == 200
    clock.now += timedelta(hours=10)
    again = await refresh(api, first["refresh_token"], device_id)
    assert again.json()["refresh_token"] == lost.json()["refresh_token"]
    assert await is_let_in(api, bearer_of(again))
    clock.now += timedelta(seconds=31)
    assert (await refresh(api, first["refresh_token"], device_id)).status_code == 401
    assert not await is_let_in(api, bearer_of(again))


async def test_a_request_that_holds_the_session_does_not_hold_up_who_notes_that_it_lives(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    _, _, first = await entered(api, world)
    async with owner.transaction():
        await owner.execute("select 1 from session for update")
        async with asyncio.timeout(PATIENCE_S):
            response = await api.get(
                "/v1/me", headers={"Authorization": f"Bearer {first['access_token']}"}
            )
    assert response.status_code == 200


async def test_the_token_before_is_a_replay_once_its_successor_was_used(
    api: httpx.AsyncClient, world: World
) -> None:
    _, device_id, first = await entered(api, world)
    second = (await refresh(api, first["refresh_token"], device_id)).json()
    third = await refresh(api, second["refresh_token"], device_id)
    assert (await refresh(api, first["refresh_token"], device_id)).status_code == 401
    assert not await is_let_in(api, bearer_of(third))


async def test_a_token_shown_by_another_device_ends_the_session(
    api: httpx.AsyncClient, world: World
) -> None:
    _, device_id, first = await entered(api, world)
    assert (await refresh(api, first["refresh_token"], uuid4())).status_code == 401
    assert (await refresh(api, first["refresh_token"], device_id)).status_code == 401


async def test_fifty_refreshes_at_once_leave_one_family(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    _, device_id, first = await entered(api, world)
    answers = await asyncio.gather(
        *(refresh(api, first["refresh_token"], device_id) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    unused = "select count(*) from refresh_token where used_at is null"
    assert await owner.fetchval(unused) == 1
    after = await refresh(api, answers[0].json()["refresh_token"], device_id)
    assert await is_let_in(api, bearer_of(after))


async def test_a_refresh_and_a_revocation_at_once_end_revoked(
    api: httpx.AsyncClient, world: World
) -> None:
    for _ in range(10):
        _, device_id, first = await entered(api, world)
        headers = {"Authorization": f"Bearer {first['access_token']}"}
        refreshed, _ = await asyncio.gather(
            refresh(api, first["refresh_token"], device_id),
            api.post("/v1/auth/logout", headers=headers),
        )
        assert refreshed.status_code in (200, 401)
        assert not await is_let_in(api, headers)
        if refreshed.status_code == 200:
            token = refreshed.json()["refresh_token"]
            assert (await refresh(api, token, device_id)).status_code == 401


async def test_sessions_slide_longer_for_families_than_for_staff(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection, clock: Clock
) -> None:
    teacher, t_device, t_first = await entered(api, world)
    _, p_device, p_first = await entered(api, world)
    await world.member(teacher, await world.school(), "homeroom_teacher")
    clock.now += timedelta(days=59)
    t_second = (await refresh(api, t_first["refresh_token"], t_device)).json()
    p_second = (await refresh(api, p_first["refresh_token"], p_device)).json()
    expiry = "select expires_at from session where device_id = $1"
    assert await owner.fetchval(expiry, t_device) == clock.now + STAFF_SESSION
    assert await owner.fetchval(expiry, p_device) == clock.now + FAMILY_SESSION
    clock.now += timedelta(days=61)
    assert (await refresh(api, t_second["refresh_token"], t_device)).status_code == 401
    assert (await refresh(api, p_second["refresh_token"], p_device)).status_code == 200


async def test_used_tokens_are_forgotten_after_a_week(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection, clock: Clock
) -> None:
    _, device_id, answer = await entered(api, world)
    for _ in range(12):
        clock.now += timedelta(days=1)
        answer = (await refresh(api, answer["refresh_token"], device_id)).json()
    assert await owner.fetchval("select count(*) from refresh_token") == 9


async def test_a_disabled_account_refreshes_nothing(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    _, device_id, first = await entered(api, world)
    await owner.execute("update account set disabled_at = now()")
    assert (await refresh(api, first["refresh_token"], device_id)).status_code == 401


async def test_a_made_up_refresh_token_is_refused(api: httpx.AsyncClient) -> None:
    for token in ("x", "a" * 64, "ghế-đá", "%00"):
        assert (await refresh(api, token, uuid4())).status_code == 401, token


async def test_no_token_at_all_is_refused(api: httpx.AsyncClient) -> None:
    assert (await refresh(api, None, uuid4())).status_code == 401


# Browsers -----------------------------------------------------------------------------------


async def test_a_browser_gets_the_refresh_token_as_a_cookie_alone(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    device_id = uuid4()
    answer = await login(api, person.phone, device_id=device_id, platform="web")
    assert answer.json()["refresh_token"] is None
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/v1/auth", "max-age="):
        assert part in cookie
    assert "secure" not in cookie
    again = await refresh(api, None, device_id)
    assert again.json()["refresh_token"] is None
    assert again.headers["set-cookie"] != answer.headers["set-cookie"]
    assert await is_let_in(api, bearer_of(again))
    assert (await refresh(api, None, device_id)).status_code == 200


async def test_two_tabs_that_refresh_at_once_stay_logged_in(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    device_id = uuid4()
    await login(api, person.phone, device_id=device_id, platform="web")
    answers = await asyncio.gather(*(refresh(api, None, device_id) for _ in range(2)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await refresh(api, None, device_id)).status_code == 200


async def test_behind_https_the_cookie_is_secure(
    api: httpx.AsyncClient, world: World, resources: Resources
) -> None:
    resources.settings = msgspec.structs.replace(
        resources.settings, base_url="https://truong.example"
    )
    person = await world.account(password=PASSWORD)
    answer = await login(api, person.phone, platform="web")
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_logout_takes_the_cookie_back(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account(password=PASSWORD)
    device_id = uuid4()
    headers = bearer_of(await login(api, person.phone, device_id=device_id, platform="web"))
    answer = await api.post("/v1/auth/logout", headers=headers)
    assert answer.status_code == 204
    assert answer.content == b""
    assert "ct_refresh" not in api.cookies
    assert (await refresh(api, None, device_id)).status_code == 401


# Access tokens ------------------------------------------------------------------------------


async def test_an_access_token_lives_ten_minutes(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    headers = (await world.account()).headers
    clock.now += timedelta(seconds=599)
    assert await is_let_in(api, headers)
    clock.now += timedelta(seconds=1)
    answer = await api.get("/v1/me", headers=headers)
    assert answer.status_code == 401, answer.text
    assert answer.json()["type"] == "bad-access-token"
    assert answer.headers["www-authenticate"] == "Bearer"


def forgeries(good: str, person: Person, now: datetime) -> dict[str, str]:
    """Tokens that look right to a careless verifier."""
    header, payload, signature = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    claims = {
        "iss": "cong-truong",
        "sub": str(person.account_id),
        "sid": str(person.session_id),
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 600,
    }
    other_key = Ed25519PrivateKey.generate()
    other_kid = {"kid": "another-key"}
    none_header = b64url(json.dumps({"alg": "none", "typ": "JWT", "kid": kid}).encode())
    hs_header = b64url(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    hs_signed = f"{hs_header}.{payload}".encode()
    flipped = bytearray(from_b64url(signature))
    flipped[5] ^= 1
    return {
        "alg none": f"{none_header}.{payload}.",
        "alg none, signature kept": f"{none_header}.{payload}.{signature}",
        "hs256": f"{hs_header}.{payload}." + b64url(hmac.digest(kid.encode(), hs_signed, "sha256")),
        "foreign key": jwt.encode(claims, other_key, algorithm="EdDSA", headers={"kid": kid}),
        "foreign kid": jwt.encode(claims, other_key, algorithm="EdDSA", headers=other_kid),
        "no kid": jwt.encode(claims, other_key, algorithm="EdDSA"),
        "flipped signature": f"{header}.{payload}.{b64url(bytes(flipped))}",
        "other payload": f"{header}.{b64url(json.dumps(claims).encode())}.{signature}",
        "no signature": f"{header}.{payload}.",
        "cut": good[: len(good) // 2],
        "empty parts": "..",
        "words": "xin-chao",
    }


async def test_forged_tokens_open_nothing(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    parent = await world.account()
    good = parent.headers["Authorization"].removeprefix("Bearer ")
    assert await is_let_in(api, parent.headers)
    for name, token in forgeries(good, parent, clock.now).items():
        answer = await api.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, name
        assert answer.json()["title"], name


async def test_without_a_bearer_token_one_is_asked_to_log_in(api: httpx.AsyncClient) -> None:
    for header in ("", "Bearer", "Bearer ", "Basic YTpi", "Token x"):
        headers = {"Authorization": header} if header else {}
        answer = await api.get("/v1/me", headers=headers | {"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["title"]) == (401, "Please log in"), header


async def test_anybody_can_verify_a_token_by_the_published_keys(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    _, _, first = await entered(api, world)
    keys = (await api.get("/.well-known/jwks.json")).json()["keys"]
    header, payload, signature = first["access_token"].split(".")
    kid = json.loads(from_b64url(header))["kid"]
    [key] = [each for each in keys if each["kid"] == kid]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    # By hand, as RFC 8037 says, and not by the library that signed it.
    public = Ed25519PublicKey.from_public_bytes(from_b64url(key["x"]))
    public.verify(from_b64url(signature), f"{header}.{payload}".encode())
    claims = json.loads(from_b64url(payload))
    assert claims["exp"] == int(clock.now.timestamp()) + 600
    assert set(claims) == {"iss", "sub", "sid", "iat", "exp"}
    assert "d" not in key


# Lists and endings --------------------------------------------------------------------------


async def test_sessions_are_listed_and_one_is_ended_at_its_next_request(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    here = bearer_of(await login(api, person.phone, name="Điện thoại"))
    lost = bearer_of(await login(api, person.phone, name="Máy đã mất", platform="ios"))
    listed = (await api.get("/v1/auth/sessions", headers=here)).json()["items"]
    by_name = {each["device_name"]: each for each in listed}
    assert by_name["Điện thoại"]["is_current"]
    assert not by_name["Máy đã mất"]["is_current"]
    session_id = by_name["Máy đã mất"]["id"]
    answer = await api.delete(f"/v1/auth/sessions/{session_id}", headers=here)
    assert answer.status_code == 204
    assert not await is_let_in(api, lost)
    again = await api.delete(f"/v1/auth/sessions/{session_id}", headers=here)
    assert (again.status_code, again.json()["type"]) == (404, "no-such-session")


async def test_a_stranger_cannot_end_or_see_my_session(
    api: httpx.AsyncClient, world: World
) -> None:
    mine, theirs = await world.account(), await world.account()
    answer = await api.delete(f"/v1/auth/sessions/{mine.session_id}", headers=theirs.headers)
    assert answer.status_code == 404
    assert await is_let_in(api, mine.headers)
    listed = (await api.get("/v1/auth/sessions", headers=theirs.headers)).json()["items"]
    assert [each["id"] for each in listed] == [str(theirs.session_id)]


async def test_all_other_sessions_end_at_once(api: httpx.AsyncClient, world: World) -> None:
    person = await world.account()
    others = [await world.session(person.account_id) for _ in range(3)]
    stranger = await world.account()
    answer = await api.delete("/v1/auth/sessions", headers=person.headers)
    assert answer.status_code == 204
    assert [await is_let_in(api, each.headers) for each in others] == [False] * 3
    assert await is_let_in(api, person.headers)
    assert await is_let_in(api, stranger.headers)


async def test_a_logout_ends_the_session_and_its_pushes_but_no_one_elses(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    mother, father = await world.account(), await world.account()
    fathers = await world.session(father.account_id, device_id=mother.device_id)
    for account, device_id in (
        (mother.account_id, mother.device_id),
        (father.account_id, mother.device_id),
        (mother.account_id, uuid4()),
    ):
        await owner.execute(
            "insert into push_token (account_id, device_id, kind, token, platform, locale)"
            " values ($1, $2, 'fcm', $3, 'android', 'vi')",
            account,
            device_id,
            str(uuid4()),
        )
    assert (await api.post("/v1/auth/logout", headers=mother.headers)).status_code == 204
    assert not await is_let_in(api, mother.headers)
    assert await is_let_in(api, fathers.headers)
    left = {row[0] for row in await owner.fetch("select account_id from push_token")}
    assert left == {mother.account_id, father.account_id}
    assert await owner.fetchval("select count(*) from push_token") == 2


async def test_refreshes_have_a_purse_of_their_own(app: Litestar) -> None:
    async with client_from(app, "192.0.2.1") as flooder:
        await asyncio.gather(*(refresh(flooder, "x", uuid4()) for _ in range(200)))
        assert (await login(flooder, "0999999999")).status_code == 401
