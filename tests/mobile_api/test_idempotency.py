"""`Idempotency-Key`: sent again, a request has one effect and one answer."""

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
from litestar import Litestar

from app import idempotency
from app.crypto import Vault
from app.keys import KeyRing
from app.settings import Settings
from mobile_api.idempotency import honours
from mobile_api.openapi import document
from mobile_api.resources import Resources
from tests.api_process import ApiProcess
from tests.cast import Cast
from tests.conftest import MASTER_KEY, bearer
from tests.mobile_api.test_students import NUMBER, new_student
from tests.patience import until_waiting
from tests.scripts.processes import free_port
from tests.world import Person, World

KEY: Final = "0192f3c0-7d1e-7c3a-9b57-5a1f00000001"
LANGUAGE: Final = {"Accept-Language": "en"}


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return under(cast["principal"])


def under(person: Person, key: str = KEY) -> dict[str, str]:
    return person.headers | LANGUAGE | {"Idempotency-Key": key}


async def rows(owner: asyncpg.Connection, table: str) -> int:
    count: int = await owner.fetchval(f"select count(*) from {table}")
    return count


@asynccontextmanager
async def holding_key(owner: asyncpg.Connection, cast: Cast, key: str = KEY) -> AsyncIterator[None]:
    """Another process that has claimed the principal's key and not ended."""
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(
        "insert into idempotency_key (account_id, key, request_hash, status, body)"
        " values ($1, $2, '', 0, '')",
        cast["principal"].account_id,
        key,
    )
    yield
    await transaction.rollback()


async def test_a_request_sent_again_gets_the_first_answer_and_has_no_second_effect(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await rows(owner, "student")
    first = await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    assert (first.status_code, first.json()["personal_number"]) == (201, NUMBER)
    assert "idempotency-replayed" not in first.headers
    # What has become of it since does not matter: this is what was answered.
    await owner.execute("update student set name = 'Tên khác' where id = $1", first.json()["id"])
    again = await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert dict(again.headers) == dict(first.headers) | {"idempotency-replayed": "true"}
    assert await rows(owner, "student") == before + 1


async def test_an_answer_without_a_body_comes_again_too(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    first, again = [await api.delete(url, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (204, 204, b"")
    assert again.headers["idempotency-replayed"] == "true"
    assert "content-type" not in again.headers


async def test_a_card_that_is_reissued_twice_by_one_press_is_the_card_that_was_printed(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    printed, again = [await api.post(url, headers=headers) for _ in range(2)]
    assert printed.json()["token"] == again.json()["token"]
    live = "select count(*) from card where student_id = $1 and revoked_at is null"
    assert await owner.fetchval(live, cast.student.id) == 1
    third = await api.post(url, headers=under(cast["principal"], "another"))
    assert third.json()["token"] != printed.json()["token"]


async def test_many_at_once_have_one_effect_and_the_same_answer(
    api: httpx.AsyncClient, other_api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast,
    headers: dict[str, str],
) -> None:  # fmt: skip
    before = await rows(owner, "student")
    answers = await asyncio.gather(
        *(
            client.post(cast.url("/students"), json=new_student(cast), headers=headers)
            for client in (api, other_api) * 4
        )
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await rows(owner, "student") == before + 1


async def test_who_waits_does_the_work_when_the_first_comes_to_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    async with holding_key(owner, cast):
        body = new_student(cast)
        sent = asyncio.create_task(api.post(cast.url("/students"), json=body, headers=headers))
        await until_waiting(owner)
    answer = await sent
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


async def test_who_waits_too_long_is_told_to_come_again(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(idempotency, "WAIT_S", 0.2)
    body = new_student(cast)
    async with holding_key(owner, cast):
        refused = await api.post(cast.url("/students"), json=body, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (409, "idempotency-key-in-use")
        # Another key of the same account is free, and so is the connection that waited.
        other = under(cast["principal"], "other")
        answers = [await api.get("/v1/me", headers=other) for _ in range(12)]
        assert {answer.status_code for answer in answers} == {200}
    again = await api.post(cast.url("/students"), json=body, headers=headers)
    assert again.status_code == 201


async def test_the_same_key_of_another_account_is_another_key(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    first = await api.post(url, headers=headers)
    second = await api.post(url, headers=under(cast["homeroom_teacher"]))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() != second.json()
    assert "idempotency-replayed" not in second.headers


async def test_it_is_the_accounts_key_whatever_phone_it_comes_from(
    api: httpx.AsyncClient, world: World, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    first = await api.post(url, headers=headers)
    tablet = await world.session(cast["principal"].account_id)
    assert (await api.post(url, headers=under(tablet))).json() == first.json()


async def test_a_used_key_takes_no_other_request(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url("/students")
    await api.post(url, json=new_student(cast), headers=headers)
    before = await rows(owner, "student")
    card = cast.url(f"/students/{cast.student.id}/card")
    others = [
        await api.post(url, json=new_student(cast, name="Khác"), headers=headers),
        await api.post(card, headers=headers),
        await api.delete(card, headers=headers),
    ]
    for answer in others:
        assert (answer.status_code, answer.json()["type"]) == (422, "idempotency-key-reused")
    assert await rows(owner, "student") == before


async def test_a_used_key_takes_no_other_query(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    card = cast.url(f"/students/{cast.student.id}/card")
    for reason, status in (("lost", 204), ("lost", 204), ("broken", 422)):
        answer = await api.delete(card, params={"reason": reason}, headers=headers)
        assert answer.status_code == status, answer.text


async def test_a_refusal_is_not_kept_so_that_the_next_try_can_succeed(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url("/students")
    for wrong, status in (({"name": ""}, 400), ({"class_id": str(uuid.uuid4())}, 422)):
        answer = await api.post(url, json=new_student(cast, **wrong), headers=headers)
        assert answer.status_code == status, answer.text
    assert await rows(owner, "idempotency_key") == 0
    made = await api.post(url, json=new_student(cast), headers=headers)
    assert made.status_code == 201


async def test_an_answer_that_cannot_be_kept_takes_its_effect_with_it(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await rows(owner, "student")
    await owner.execute("revoke update on idempotency_key from ct_app")
    try:
        broken = await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    finally:
        await owner.execute("grant update (status, body) on idempotency_key to ct_app")
    assert broken.status_code == 500
    assert (await rows(owner, "student"), await rows(owner, "idempotency_key")) == (before, 0)


async def test_a_process_killed_in_mid_request_leaves_neither_effect_nor_key(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast,
    settings: Settings, resources: Resources, tmp_path: Path, database: str,
) -> None:  # fmt: skip
    principal, url = cast["principal"], cast.url(f"/students/{cast.student.id}/card")
    await owner.execute("update session set expires_at = now() + interval '9 days'")
    token = resources.tokens.issue(
        account_id=principal.account_id,
        session_id=principal.session_id,
        now=await owner.fetchval("select now()"),
    )
    sent = bearer(token) | {"Idempotency-Key": KEY}
    process = ApiProcess(
        database_url=database,
        redis_url=settings.require_redis_url(),
        port=free_port(),
        log=tmp_path / "api.log",
    ).start()
    async with httpx.AsyncClient(base_url=process.url, timeout=20) as client, owner.transaction():
        # The pupil's card is held, so the process stands with its key claimed.
        await owner.execute("select 1 from card for update")
        pending = asyncio.create_task(client.post(url, headers=sent))
        await until_waiting(owner)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            await pending
    process.stop()
    again = await api.post(url, headers=under(principal))
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
    assert await rows(owner, "idempotency_key") == 1


async def test_who_has_lost_the_right_gets_no_answer_of_before(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url, body = cast.url("/students"), new_student(cast)
    assert (await api.post(url, json=body, headers=headers)).status_code == 201
    account_id = cast["principal"].account_id
    await owner.execute("update membership set role = 'guard' where account_id = $1", account_id)
    assert (await api.post(url, json=body, headers=headers)).status_code == 403
    await owner.execute("update membership set ended_at = now() where account_id = $1", account_id)
    assert (await api.post(url, json=body, headers=headers)).status_code == 404
    await owner.execute("update session set revoked_at = now() where account_id = $1", account_id)
    assert (await api.post(url, json=body, headers=headers)).status_code == 401


@pytest.mark.parametrize("key", ["", "a" * 256, "two words", "khóa", 'half"', '""', "a\\b"])
async def test_a_key_that_is_none_is_refused_in_the_callers_language(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, key: str
) -> None:
    titles = []
    for locale in ("vi", "en"):
        sent = httpx.Headers(under(cast["principal"], key), encoding="utf-8")
        sent["Accept-Language"] = locale
        answer = await api.post(cast.url("/students"), json=new_student(cast), headers=sent)
        assert (answer.status_code, answer.json()["type"]) == (400, "bad-idempotency-key")
        titles.append(answer.json()["title"])
    assert titles == ["Idempotency-Key không hợp lệ", "The Idempotency-Key is not valid"]
    assert await rows(owner, "idempotency_key") == 0


async def test_two_keys_are_none_and_the_quotes_of_the_standard_are_not_part_of_one(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    url, person = cast.url(f"/students/{cast.student.id}/card"), cast["principal"]
    two = [*under(person).items(), ("Idempotency-Key", "second")]
    assert (await api.post(url, headers=two)).status_code == 400
    quoted = await api.post(url, headers=under(person, f'"{KEY}"'))
    plain = await api.post(url, headers=under(person))
    assert (quoted.status_code, plain.json()) == (201, quoted.json())


async def test_what_is_kept_shows_nothing_to_who_reads_the_table(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    kept = await owner.fetchrow("select * from idempotency_key")
    assert kept is not None
    assert (kept["account_id"], kept["status"]) == (cast["principal"].account_id, 201)
    assert NUMBER.encode() not in kept["body"]
    # Nor does the answer open in another row.
    await owner.execute("update idempotency_key set key = 'moved'")
    moved = await api.post(
        cast.url("/students"), json=new_student(cast), headers=under(cast["principal"], "moved")
    )
    assert (moved.status_code, moved.json()["type"]) == (409, "answer-not-kept")


async def test_a_long_answer_is_not_kept_but_its_effect_is_not_repeated(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(idempotency, "MAX_KEPT_BYTES", 100)
    url, body = cast.url("/students"), new_student(cast)
    assert (await api.post(url, json=body, headers=headers)).status_code == 201
    before = await rows(owner, "student")
    again = await api.post(url, json=body, headers=headers)
    assert (again.status_code, again.json()["type"]) == (409, "answer-not-kept")
    assert await rows(owner, "student") == before
    assert await owner.fetchval("select octet_length(body) from idempotency_key") == 0


async def test_a_key_outlives_a_new_master_key(
    api: httpx.AsyncClient, resources: Resources, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    first = await api.post(url, headers=headers)
    token = headers["Authorization"].removeprefix("Bearer ")
    resources.vault = Vault(KeyRing.parse(f"{MASTER_KEY},2:{'22' * 32}"))
    again = await api.post(url, headers=bearer(token) | {"Idempotency-Key": KEY})
    assert (again.status_code, again.json()) == (201, first.json())


async def test_reads_secrets_and_scans_keep_no_answer(
    api: httpx.AsyncClient, owner: asyncpg.Connection, app: Litestar, cast: Cast,
    headers: dict[str, str],
) -> None:  # fmt: skip
    pairing = f"/v1/stations/{cast.school.gate_id}/pairing"
    codes = [(await api.post(pairing, headers=headers)).json()["pairing_code"] for _ in range(2)]
    assert codes[0] != codes[1]
    assert (await api.get("/v1/me", headers=headers)).status_code == 200
    assert (await api.post("/v1/auth/logout", headers=headers)).status_code == 204
    assert await rows(owner, "idempotency_key") == 0
    handlers = [each for route in app.routes for each in getattr(route, "route_handlers", ())]
    honouring = {each.handler_name for each in handlers if honours(each)}
    assert not honouring & {
        "login", "refresh", "request_code", "verify_code", "pair", "logout", "change_password",
        "record_scans", "check_in", "mark", "print_cards",
    }  # fmt: skip
    assert {"create_student", "reissue_card", "end_staff", "bind_device"} <= honouring


def test_the_document_shows_the_header_where_it_is_honoured(app: Litestar) -> None:
    shown = {
        operation["operationId"]
        for methods in document(app)["paths"].values()
        for operation in methods.values()
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    }
    assert {"create_student", "lift_custody_block", "bind_device"} <= shown
    assert not shown & {"login", "logout", "list_students", "record_scans", "create_pairing_code"}


def of_success(operation: dict[str, Any]) -> dict[str, Any]:
    return next(value for status, value in operation["responses"].items() if status < "300")


def test_an_operation_that_takes_the_header_says_what_comes_of_it(app: Litestar) -> None:
    operation = document(app)["paths"]["/v1/me/device-binding"]["post"]
    assert {"400", "409", "422"} <= operation["responses"].keys()
    assert "Idempotency-Replayed" in of_success(operation)["headers"]
