"""The key of Web Push: one for all, made by whoever asks first, and kept."""

import asyncio

import asyncpg
import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app import db
from app.crypto import Undecryptable, Vault
from app.keys import KeyRing
from app.push_key import point_of, push_key
from app.settings import Settings
from scripts import rotate
from tests.conftest import MASTER_KEY
from tests.fakes.webpush_browser import unb64
from tests.world import World

URL = "/v1/push/vapid-key"
NEW = "2:" + "22" * 32


async def test_a_browser_gets_a_point_that_it_can_subscribe_with(
    api: httpx.AsyncClient, world: World
) -> None:
    person = await world.account()
    answer = await api.get(URL, headers=person.headers)
    assert answer.status_code == 200
    key = answer.json()["public_key"]
    point = unb64(key)
    assert (len(point), point[0], "=" in key) == (65, 4, False)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    assert (await api.get(URL, headers=person.headers)).json() == answer.json()


async def test_all_who_ask_first_at_the_same_time_get_the_same_key(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    people = [await world.account() for _ in range(8)]
    answers = await asyncio.gather(*(api.get(URL, headers=each.headers) for each in people))
    assert len({answer.json()["public_key"] for answer in answers}) == 1
    assert await owner.fetchval("select count(*) from web_push_key") == 1


async def test_the_worker_signs_with_the_key_that_browsers_are_given(
    api: httpx.AsyncClient, world: World, settings: Settings, database: str
) -> None:
    person = await world.account()
    told = (await api.get(URL, headers=person.headers)).json()["public_key"]
    conn = await db.connect(database, role=db.WORKER_ROLE)
    try:
        key = await push_key(conn, vault=Vault(settings.key_ring))
        with pytest.raises(Undecryptable):
            await push_key(conn, vault=Vault(KeyRing.parse(NEW)))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("delete from web_push_key")
    finally:
        await conn.close()
    assert key.public_key == told == point_of(key.private_key.public_key())


async def test_the_private_half_lies_sealed(
    api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    person = await world.account()
    await api.get(URL, headers=person.headers)
    sealed = await owner.fetchval("select private_sealed from web_push_key")
    assert b"PRIVATE KEY" not in sealed


async def test_a_rotation_of_the_master_key_leaves_the_browsers_theirs(
    api: httpx.AsyncClient,
    world: World,
    settings: Settings,
    owner: asyncpg.Connection,
) -> None:
    person = await world.account()
    told = (await api.get(URL, headers=person.headers)).json()["public_key"]
    both = msgspec.structs.replace(settings, master_key=f"{MASTER_KEY},{NEW}")
    for _ in range(2):
        await asyncio.to_thread(rotate.main, both, say=print)
        key = await push_key(owner, vault=Vault(KeyRing.parse(NEW)))
        assert key.public_key == told == point_of(key.private_key.public_key())
