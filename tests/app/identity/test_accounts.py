"""One account a phone, whoever names it and however many at once."""

import asyncio

import asyncpg

from app import db
from app.crypto import Vault
from app.identity.accounts import PHONE_PURPOSE, account_for_phone, accounts_for_phones
from app.keys import KeyRing
from mobile_api.resources import Resources
from tests.mobile_api.doors import warm
from tests.world import World

PHONES = [f"+84{912_000_000 + n}" for n in range(3000)]


async def test_a_phone_has_one_account_without_a_password(
    resources: Resources, owner: asyncpg.Connection
) -> None:
    async with db.transaction(resources.pool) as conn:
        first = await account_for_phone(conn, resources.vault, PHONES[0])
        again = await account_for_phone(conn, resources.vault, PHONES[0])
    assert first == again
    [row] = await owner.fetch("select id, password_hash, phone_sealed, kind from account")
    assert (row["id"], row["password_hash"], row["kind"]) == (first, None, "person")
    assert resources.vault.open(row["phone_sealed"], purpose=PHONE_PURPOSE) == PHONES[0]


async def test_an_account_that_is_there_is_not_touched(resources: Resources, world: World) -> None:
    person = await world.account(password="con-gà-vàng-07", locale="en")
    before = await world.owner.fetchrow("select * from account")
    async with db.transaction(resources.pool) as conn:
        assert await account_for_phone(conn, resources.vault, person.phone) == person.account_id
    assert await world.owner.fetchrow("select * from account") == before


async def test_schools_that_import_the_same_parents_at_once_get_the_same_accounts(
    resources: Resources, owner: asyncpg.Connection
) -> None:
    async def school(phones: list[str]) -> dict[str, object]:
        async with db.transaction(resources.pool) as conn:
            found = await accounts_for_phones(conn, resources.vault, phones)
            more = await accounts_for_phones(conn, resources.vault, ["+84913000000"])
            return {**found, **more}

    await warm(resources)
    # In opposite orders: without one order of their own, the two would wait for each other.
    answers = await asyncio.gather(school(PHONES), school(PHONES[::-1]), school(PHONES))
    assert answers[0] == answers[1] == answers[2]
    assert await owner.fetchval("select count(*) from account") == 3001


async def test_a_phone_stored_under_the_old_key_is_found_under_the_new(
    resources: Resources,
) -> None:
    old = Vault(KeyRing.parse("1:" + "11" * 32))
    both = Vault(KeyRing.parse("1:" + "11" * 32 + ",2:" + "22" * 32))
    async with db.transaction(resources.pool) as conn:
        before = await account_for_phone(conn, old, PHONES[0])
        assert await account_for_phone(conn, both, PHONES[0]) == before
        other = await account_for_phone(conn, both, PHONES[1])
        assert await account_for_phone(conn, both, PHONES[1]) == other
