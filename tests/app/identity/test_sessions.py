"""Ending sessions from elsewhere: a lost phone, a member of staff who left, and their pushes."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx

from app import db
from app.crypto import Vault
from app.identity.accounts import account_for_phone
from app.identity.sessions import revoke_sessions_of_account, revoke_sessions_of_device
from app.identity.tokens import AccessTokens
from app.keys import KeyRing
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.doors import PASSWORD, is_let_in, login, refresh
from tests.world import World


async def add_token(owner: asyncpg.Connection, account_id: UUID, device_id: UUID) -> None:
    await owner.execute(
        "insert into push_token (account_id, device_id, kind, token, platform, locale)"
        " values ($1, $2, 'fcm', $3, 'android', 'vi')",
        account_id,
        device_id,
        str(uuid4()),
    )


async def test_a_principal_ends_the_lost_phone_of_one_account_with_its_pushes(
    api: httpx.AsyncClient, world: World, resources: Resources, owner: asyncpg.Connection
) -> None:
    teacher, partner = await world.account(), await world.account()
    shared = await world.session(partner.account_id, device_id=teacher.device_id)
    for account_id in (teacher.account_id, partner.account_id):
        await add_token(owner, account_id, teacher.device_id)
    # In a transaction that may see none of their rows.
    async with db.transaction(resources.pool, schools=[7], accounts=[uuid4()]) as conn:
        ended = await revoke_sessions_of_device(
            conn,
            device_id=teacher.device_id,
            account_id=teacher.account_id,
            reason="staff",
            now=resources.clock(),
        )
    assert ended == 1
    assert not await is_let_in(api, teacher.headers)
    assert await is_let_in(api, shared.headers)
    left = [row[0] for row in await owner.fetch("select account_id from push_token")]
    assert left == [partner.account_id]


async def test_a_device_is_ended_for_everybody(
    api: httpx.AsyncClient, world: World, resources: Resources
) -> None:
    one, two = await world.account(), await world.account()
    other = await world.session(two.account_id, device_id=one.device_id)
    async with db.transaction(resources.pool) as conn:
        ended = await revoke_sessions_of_device(
            conn, device_id=one.device_id, reason="staff", now=resources.clock()
        )
    assert ended == 2
    assert not await is_let_in(api, one.headers)
    assert not await is_let_in(api, other.headers)
    assert await is_let_in(api, two.headers)


async def test_ending_an_account_twice_ends_nothing_more(
    world: World, resources: Resources, owner: asyncpg.Connection
) -> None:
    person = await world.account()
    await world.session(person.account_id)
    counts = []
    for _ in range(2):
        async with db.transaction(resources.pool) as conn:
            counts.append(
                await revoke_sessions_of_account(
                    conn, account_id=person.account_id, reason="staff", now=resources.clock()
                )
            )
    assert counts == [2, 0]
    assert await owner.fetchval("select count(*) from refresh_token") == 0


async def test_tokens_and_phones_outlive_a_rotation_of_the_master_key(
    api: httpx.AsyncClient,
    world: World,
    resources: Resources,
    owner: asyncpg.Connection,
    clock: Clock,
) -> None:
    person = await world.account(password=PASSWORD)
    device_id = uuid4()
    headers = person.headers
    first = (await login(api, person.phone, device_id=device_id)).json()
    before = await refresh(api, first["refresh_token"], device_id)
    resources.vault = Vault(KeyRing.parse("1:" + "11" * 32 + ",2:" + "22" * 32))
    resources.tokens = AccessTokens(resources.vault)
    assert await is_let_in(api, headers)
    clock.now += timedelta(seconds=5)
    # The answer was lost just when the key changed: the same successor is found again.
    again = await refresh(api, first["refresh_token"], device_id)
    assert again.json()["refresh_token"] == before.json()["refresh_token"]
    # A login brings the phone under the new key, so that the old one can retire.
    assert (await login(api, person.phone, device_id=uuid4())).status_code == 200
    resources.vault = Vault(KeyRing.parse("2:" + "22" * 32))
    resources.tokens = AccessTokens(resources.vault)
    assert (await login(api, person.phone, device_id=uuid4())).status_code == 200
    async with db.transaction(resources.pool) as conn:
        found = await account_for_phone(conn, resources.vault, person.phone)
    assert found == person.account_id
    assert not await is_let_in(api, headers)
