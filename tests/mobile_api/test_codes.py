"""One-time codes by SMS, through a server that speaks eSMS, and the codes that pair a screen."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import argon2
import asyncpg
import httpx
import pytest
import uvicorn
from litestar import Litestar
from structlog.testing import capture_logs

from app import db
from app.identity.accounts import account_for_phone
from app.identity.otp import Code
from app.identity.passwords import PasswordHasher
from app.schools.pairing import create_pairing
from mobile_api.resources import Resources
from notifications.channels.sms import EsmsSender, NullSms
from notifications.one_time_codes import SmsCodes
from tests.conftest import Clock
from tests.fakes.sms import API_KEY, BRANDNAME, SECRET_KEY, FakeSms, SmsFault
from tests.mobile_api.doors import PASSWORD, bearer_of, client_from, device, is_let_in, login, warm
from tests.patience import PATIENCE_S
from tests.world import School, World

NEW = "mật-khẩu-mới-8"
PHONE = "0912345678"


@pytest.fixture
async def sms(resources: Resources) -> AsyncIterator[FakeSms]:
    async with FakeSms() as server:
        sender = EsmsSender(
            server.base_url, api_key=API_KEY, secret_key=SECRET_KEY, brandname=BRANDNAME
        )
        codes = SmsCodes(sender)
        resources.codes = codes
        yield server
        await codes.close()


async def ask(api: httpx.AsyncClient, phone: str, purpose: str = "activation") -> httpx.Response:
    return await api.post("/v1/auth/otp", json={"phone": phone, "purpose": purpose})


def verify_body(phone: str, code: str, purpose: str = "activation", **dev: Any) -> dict[str, Any]:
    return {
        "phone": phone,
        "purpose": purpose,
        "code": code,
        "new_password": dev.pop("new_password", NEW),
        "device": device(**dev),
    }


async def verify(api: httpx.AsyncClient, phone: str, code: str, **more: Any) -> httpx.Response:
    return await api.post("/v1/auth/otp/verify", json=verify_body(phone, code, **more))


async def code_for(
    api: httpx.AsyncClient, sms: FakeSms, phone: str, purpose: str = "activation"
) -> str:
    before = len(sms.accepted)
    answer = await ask(api, phone, purpose)
    assert (answer.status_code, answer.json()) == (202, {"expires_in_s": 300})
    assert len(sms.accepted) == before + 1
    found = re.search(r"\b\d{6}\b", sms.accepted[-1].text)
    assert found
    return found[0]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - neither server tells by an event
            await asyncio.sleep(0.01)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def known(resources: Resources, phone: str = "+84912345678") -> UUID:
    """An account as a school's list of guardians makes it: without a password."""
    async with db.transaction(resources.pool) as conn:
        return await account_for_phone(conn, resources.vault, phone)


async def test_a_parent_activates_by_sms_and_is_in(
    api: httpx.AsyncClient, sms: FakeSms, resources: Resources, world: World
) -> None:
    student = await world.student(await world.school())
    account_id = await known(resources)
    await world.guardian(student)
    await world.owner.execute("update guardianship set account_id = $1", account_id)
    assert (await login(api, PHONE, NEW)).status_code == 401
    code = await code_for(api, sms, "0912 345 678")
    assert sms.accepted[-1].phone == PHONE
    answer = await verify(api, PHONE, code)
    me = (await api.get("/v1/me", headers=bearer_of(answer))).json()
    assert me["account"]["id"] == str(account_id)
    assert [child["student_id"] for child in me["children"]] == [str(student.id)]
    assert (await login(api, PHONE, NEW)).status_code == 200


async def test_a_reset_ends_all_sessions_and_the_old_password(
    api: httpx.AsyncClient, sms: FakeSms, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    old = bearer_of(await login(api, person.phone))
    code = await code_for(api, sms, person.phone, "reset")
    answer = await verify(api, person.phone, code, purpose="reset")
    assert await is_let_in(api, bearer_of(answer))
    assert not await is_let_in(api, old)
    assert not await is_let_in(api, person.headers)
    assert (await login(api, person.phone, PASSWORD)).status_code == 401
    assert (await login(api, person.phone, NEW)).status_code == 200


async def test_whoever_asks_gets_202_and_only_the_right_ones_a_text(
    api: httpx.AsyncClient, sms: FakeSms, resources: Resources, world: World
) -> None:
    active = await world.account(password=PASSWORD)
    disabled = await world.account(password=PASSWORD)
    await world.owner.execute(
        "update account set disabled_at = now() where id = $1", disabled.account_id
    )
    await known(resources)
    for phone, purpose in (
        ("0999999999", "activation"),
        ("0999999998", "reset"),
        (active.phone, "activation"),
        (disabled.phone, "reset"),
        (PHONE, "reset"),
    ):
        answer = await ask(api, phone, purpose)
        assert (answer.status_code, answer.json()) == (202, {"expires_in_s": 300}), (phone, purpose)
    assert len(sms.accepted) == 0
    # The same row is written for a phone that nobody has: neither time nor table tells them apart.
    assert await world.owner.fetchval("select count(*) from otp_challenge") == 5


async def test_a_code_is_for_its_purpose_only(
    api: httpx.AsyncClient, sms: FakeSms, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    code = await code_for(api, sms, person.phone, "reset")
    assert (await verify(api, person.phone, code, purpose="activation")).status_code == 401
    assert (await verify(api, person.phone, code, purpose="reset")).status_code == 200


async def test_a_code_is_good_once_for_five_minutes_and_the_newest_counts(
    api: httpx.AsyncClient, sms: FakeSms, resources: Resources, clock: Clock, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    first = await code_for(api, sms, person.phone, "reset")
    clock.now += timedelta(seconds=1)
    second = await code_for(api, sms, person.phone, "reset")
    if first != second:
        assert (await verify(api, person.phone, first, purpose="reset")).status_code == 401
    assert (await verify(api, person.phone, second, purpose="reset")).status_code == 200
    assert (await verify(api, person.phone, second, purpose="reset")).status_code == 401
    clock.now += timedelta(seconds=1)
    third = await code_for(api, sms, person.phone, "reset")
    clock.now += timedelta(seconds=300)
    late = await verify(api, person.phone, third, purpose="reset")
    assert (late.status_code, late.json()["type"]) == (401, "wrong-code")


async def test_fifty_wrong_guesses_at_once_are_all_counted(
    app: Litestar, api: httpx.AsyncClient, sms: FakeSms, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    code = await code_for(api, sms, person.phone, "reset")

    async def guess(n: int) -> int:
        # Each from an address of its own, past every limit but the code's.
        async with client_from(app, f"192.0.2.{n}") as stranger:
            answer = await verify(stranger, person.phone, another(code), purpose="reset")
            return answer.status_code

    assert await asyncio.gather(*(guess(n) for n in range(50))) == [401] * 50
    assert await world.owner.fetchval("select attempts from otp_challenge") == 5
    assert (await verify(api, person.phone, code, purpose="reset")).status_code == 401
    assert (await login(api, person.phone, PASSWORD)).status_code == 200


async def test_right_guesses_at_once_let_one_in(
    api: httpx.AsyncClient, sms: FakeSms, world: World, resources: Resources
) -> None:
    slow = argon2.PasswordHasher(time_cost=2, memory_cost=8 * 1024, parallelism=1)
    resources.passwords = PasswordHasher(hasher=slow)
    await warm(resources)
    person = await world.account(password=PASSWORD)
    code = await code_for(api, sms, person.phone, "reset")
    answers = await asyncio.gather(
        *(verify(api, person.phone, code, purpose="reset") for _ in range(8))
    )
    resources.passwords.close()
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    live = "select count(*) from session where revoked_at is null"
    assert await world.owner.fetchval(live) == 1


async def test_a_lone_stranger_burns_few_codes(
    app: Litestar, api: httpx.AsyncClient, sms: FakeSms, world: World, clock: Clock
) -> None:
    person = await world.account(password=PASSWORD)
    for _ in range(2):
        clock.now += timedelta(seconds=1)
        code = await code_for(api, sms, person.phone, "reset")
        async with client_from(app, "192.0.2.1") as stranger:
            for _ in range(5):
                await verify(stranger, person.phone, another(code), purpose="reset")
    clock.now += timedelta(seconds=1)
    code = await code_for(api, sms, person.phone, "reset")
    async with client_from(app, "192.0.2.1") as stranger:
        refused = await verify(stranger, person.phone, another(code), purpose="reset")
        assert refused.status_code == 429
    assert (await verify(api, person.phone, code, purpose="reset")).status_code == 200


async def test_a_weak_password_is_told_before_the_code_is_spent(
    api: httpx.AsyncClient, sms: FakeSms, resources: Resources, world: World
) -> None:
    await known(resources)
    code = await code_for(api, sms, PHONE)
    for password in ("ngắn", "aaaaaaaaaa", "12345678", "MatKhau123", PHONE):
        weak = await verify(api, PHONE, code, new_password=password)
        assert (weak.status_code, weak.json()["type"]) == (422, "weak-password"), password
    assert await world.owner.fetchval("select attempts from otp_challenge") == 0
    assert (await verify(api, PHONE, code)).status_code == 200


async def test_three_codes_for_a_phone_then_a_wait(
    app: Litestar, sms: FakeSms, world: World
) -> None:
    person = await world.account(password=PASSWORD)
    seen = []
    for n in range(5):
        async with client_from(app, f"192.0.2.{n}") as anyone:
            seen.append((await ask(anyone, person.phone, "reset")).status_code)
    assert seen == [202, 202, 202, 429, 429]
    assert len(sms.accepted) == 3


async def test_an_unknown_phone_is_limited_just_the_same(app: Litestar, sms: FakeSms) -> None:
    async with client_from(app, "192.0.2.1") as anyone:
        seen = [(await ask(anyone, "0999999999")).status_code for _ in range(4)]
    assert seen == [202, 202, 202, 429]


async def test_codes_are_stored_and_logged_nowhere(
    api: httpx.AsyncClient, sms: FakeSms, resources: Resources, world: World
) -> None:
    await known(resources)
    with capture_logs() as logs:
        code = await code_for(api, sms, PHONE)
        await verify(api, PHONE, another(code))
        await verify(api, PHONE, code)
    said = repr(logs)
    for secret in (code, "912345678", NEW):
        assert secret not in said
    stored = await world.owner.fetchval("select code_hash from otp_challenge")
    assert code.encode() not in stored
    assert len(stored) == 32
    sample = Code(
        challenge_id=uuid4(), phone="+84912345678", purpose="reset", code=code, locale="vi"
    )
    assert code not in repr(sample)


async def test_a_text_that_fails_is_tried_again_and_arrives_once(
    api: httpx.AsyncClient, sms: FakeSms, resources: Resources
) -> None:
    await known(resources)
    sms.faults.append(SmsFault(status=503, retry_after="1"))
    await code_for(api, sms, PHONE)
    assert (sms.requests, len(sms.accepted)) == (2, 1)


async def test_the_answer_is_out_before_the_text_is_sent(
    app: Litestar, sms: FakeSms, resources: Resources
) -> None:
    """Over a socket, where a slow provider would tell who has an account."""
    await known(resources)
    sms.faults.append(SmsFault(hang_s=1.5))
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as api:
        assert (await ask(api, PHONE)).status_code == 202
        assert len(sms.accepted) == 0
        # The connection is free for the next request meanwhile.
        assert (await ask(api, "0999999999")).status_code == 202
        assert len(sms.accepted) == 0
    await until(lambda: len(sms.accepted) == 1)
    server.should_exit = True
    await serving


async def test_without_a_provider_the_answer_is_the_same_and_the_operator_is_told(
    api: httpx.AsyncClient, resources: Resources
) -> None:
    await known(resources)
    for codes in (SmsCodes(NullSms()), None):
        resources.codes = codes
        with capture_logs() as logs:
            answer = await ask(api, PHONE)
        assert (answer.status_code, answer.json()) == (202, {"expires_in_s": 300})
        [error] = [entry for entry in logs if entry["log_level"] == "error"]
        assert error["event"] == "auth.code_not_sent"
    assert (
        'ct_one_time_codes_total{outcome="failed",purpose="activation"}'
        in (await api.get("/metrics")).text
    )


async def test_old_challenges_are_swept_away(
    app: Litestar, sms: FakeSms, world: World, clock: Clock
) -> None:
    for n in range(4):
        async with client_from(app, f"192.0.2.{n}") as anyone:
            await ask(anyone, f"099999990{n}")
    clock.now += timedelta(days=2)
    async with client_from(app, "192.0.2.9") as anyone:
        await ask(anyone, "0988888888")
    assert await world.owner.fetchval("select count(*) from otp_challenge") == 1


async def test_bad_input_to_verify_is_a_problem(api: httpx.AsyncClient) -> None:
    for change in ({"code": "12345"}, {"code": "12345６"}, {"purpose": "login"}, {"extra": "1"}):
        body = verify_body(PHONE, "123456") | change
        answer = await api.post("/v1/auth/otp/verify", json=body)
        assert answer.status_code == 400, change


# Screens ------------------------------------------------------------------------------------


async def pairing_code(resources: Resources, school: School, clock: Clock) -> str:
    async with db.transaction(resources.pool, schools=[school.id]) as conn:
        return await create_pairing(
            conn,
            school_id=school.id,
            station_id=school.gate_id,
            created_by=uuid4(),
            now=clock(),
        )


async def pair(api: httpx.AsyncClient, code: str, **dev: Any) -> httpx.Response:
    return await api.post("/v1/auth/pair", json={"pairing_code": code, "device": device(**dev)})


async def test_a_screen_is_paired_with_its_station(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    code = await pairing_code(resources, school, clock)
    assert re.fullmatch(rf"{school.id}-[0-9A-HJKMNP-TV-Z]{{10}}", code)
    answer = await pair(api, code, platform="web")
    assert answer.json()["account"] | {"id": ""} == {
        "id": "",
        "kind": "display",
        "phone": None,
        "locale": "vi",
    }
    assert answer.json()["refresh_token"] is None
    me = (await api.get("/v1/me", headers=bearer_of(answer))).json()
    [membership] = me["memberships"]
    assert (membership["school_id"], membership["role"]) == (school.id, "display")
    assert (membership["person_id"], membership["name"]) == (str(school.gate_id), "Cổng chính")


async def test_a_pairing_code_may_be_typed_carelessly(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    number, _, rest = (await pairing_code(resources, school, clock)).partition("-")
    typed = rest.lower().replace("0", "o").replace("1", "l")
    assert (await pair(api, f" {number}-{typed[:5]} {typed[5:]} ")).status_code == 200


async def test_a_pairing_code_is_good_once_and_for_ten_minutes(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    code = await pairing_code(resources, school, clock)
    answers = await asyncio.gather(*(pair(api, code) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5
    late = await pairing_code(resources, school, clock)
    clock.now += timedelta(seconds=600)
    refused = await pair(api, late)
    assert (refused.status_code, refused.json()["type"]) == (401, "bad-pairing-code")


async def test_a_new_code_ends_the_former_and_a_new_screen_the_former_screen(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    school = await world.school()
    stale = await pairing_code(resources, school, clock)
    first = bearer_of(await pair(api, await pairing_code(resources, school, clock)))
    assert (await pair(api, stale)).status_code == 401
    second = bearer_of(await pair(api, await pairing_code(resources, school, clock)))
    assert [await is_let_in(api, each) for each in (first, second)] == [False, True]


async def test_a_code_of_one_school_opens_no_other(
    api: httpx.AsyncClient, world: World, resources: Resources, clock: Clock
) -> None:
    mine, other = await world.school(), await world.school()
    code = await pairing_code(resources, mine, clock)
    for wrong in (
        code.replace(f"{mine.id}-", f"{other.id}-"),
        code[:-1],
        code + "0",
        "99999999-" + code.partition("-")[2],
        "0-AAAAAAAAAA",
        "'; drop table account; --",
        "١٠١-AAAAAAAAAA",
    ):
        answer = await pair(api, wrong)
        assert (answer.status_code, answer.json()["type"]) == (401, "bad-pairing-code"), wrong
    assert (await pair(api, code)).status_code == 200


async def test_a_guesser_of_pairing_codes_is_stopped(app: Litestar, world: World) -> None:
    school = await world.school()
    async with client_from(app, "192.0.2.1") as stranger:
        seen = [(await pair(stranger, f"{school.id}-{n:010}")).status_code for n in range(70)]
    assert seen[:60] == [401] * 60
    assert seen[-1] == 429


async def test_an_ended_station_is_not_paired(
    api: httpx.AsyncClient,
    world: World,
    resources: Resources,
    clock: Clock,
    owner: asyncpg.Connection,
) -> None:
    school = await world.school()
    code = await pairing_code(resources, school, clock)
    await owner.execute("update station set ended_at = now()")
    assert (await pair(api, code)).status_code == 401
