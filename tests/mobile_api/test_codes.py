"""One-time codes by SMS, through a server that speaks eSMS."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import argon2
import httpx
import pytest
import uvicorn
from litestar import Litestar
from structlog.testing import capture_logs

from app import db
from app.identity.accounts import account_for_phone
from app.identity.otp import Code
from app.identity.passwords import PasswordHasher
from mobile_api.resources import Resources
from notifications.channels.sms import EsmsSender, NullSms
from notifications.one_time_codes import SmsCodes
from tests.conftest import Clock
from tests.fakes.sms import API_KEY, BRANDNAME, SECRET_KEY, FakeSms, SmsFault
from tests.mobile_api.doors import PASSWORD, bearer_of, client_from, device, is_let_in, login, warm
from tests.patience import PATIENCE_S
from tests.world import World

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
