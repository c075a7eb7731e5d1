"""`cong-truong admin rotate-key`: what is sealed under the old master key moves to the new one.

Both keys are live meanwhile and everything is read under either, so it runs beside a full day's
work, may be stopped, and goes on where it was. Printed cards cannot move: they are counted.
"""

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.crypto import SchoolBox, Vault
from app.identity.accounts import PHONE_PURPOSE
from app.push_key import PUSH_KEY_PURPOSE
from app.schools.guardians import service as guardians
from app.schools.pickups import service as pickups
from app.settings import Settings
from scripts.errors import CommandFailed

_BATCH: Final = 500
_FIRST_ID: Final = UUID(int=0)


class _Phones(msgspec.Struct, frozen=True, kw_only=True):
    """Whose phones: the field they are sealed for, a page of rows, and the new index of one."""

    field: str
    select: str
    update: str


# Printed activation codes are good only while the number is the one they were made for.
_GUARDIANS: Final = _Phones(
    field=guardians.PHONE_FIELD,
    select="""
        select id, phone_sealed, phone_index from guardian
         where school_id = $1 and id > $2 order by id limit $3
    """,
    update="""
        with was as (
            select phone_index from guardian
             where school_id = $1 and id = $2 and phone_sealed = $4),
        code as (
            update activation_code c set phone_index = $3 from was
             where c.school_id = $1 and c.guardian_id = $2 and c.phone_index = was.phone_index)
        update guardian set phone_index = $3
         where school_id = $1 and id = $2 and phone_sealed = $4
    """,
)
_PICKUPS: Final = _Phones(
    field=pickups.PHONE_FIELD,
    select="""
        select id, phone_sealed, phone_index from pickup_person
         where school_id = $1 and id > $2 and phone_sealed is not null order by id limit $3
    """,
    update="""
        update pickup_person set phone_index = $3
         where school_id = $1 and id = $2 and phone_sealed = $4
    """,
)


class Moved(msgspec.Struct, kw_only=True):
    """Rows that were moved, and live cards that still carry the old key's code."""

    accounts: int = 0
    schools: int = 0
    guardians: int = 0
    pickups: int = 0
    cards_left: int = 0


def main(settings: Settings, *, say: Callable[[str], None]) -> Moved:
    """Move all; `say` gets a line a school with something to tell.

    Raises:
        CommandFailed: MASTER_KEY holds one key only.
    """
    ring = settings.key_ring
    if len(ring.ids) < 2:
        raise CommandFailed("MASTER_KEY holds one key. To rotate it give both: 1:OLD,2:NEW.")
    return asyncio.run(_main(settings, Vault(ring), say))


async def _main(settings: Settings, vault: Vault, say: Callable[[str], None]) -> Moved:
    pool = await db.create_pool(settings.require_database_url(), role=db.APP_ROLE, size=1)
    moved = Moved()
    try:
        moved.accounts = await _accounts(pool, vault)
        async with pool.acquire() as conn:
            await _push_key(conn, vault)
            await _department_files(conn, vault)
            found = await db.rows(conn, "select id from school order by id")
        for row in found:
            await _school(pool, vault, row["id"], moved, say)
    finally:
        await pool.close()
    return moved


async def _accounts(pool: db.Pool, vault: Vault) -> int:
    moved, after = 0, _FIRST_ID
    while True:
        async with db.transaction(pool) as conn:
            rows = await db.rows(
                conn,
                """
                select id, phone_sealed, phone_index from account
                 where id > $1 and phone_sealed is not null order by id limit $2
                """,
                after,
                _BATCH,
            )
            for row in rows:
                phone = vault.open(row["phone_sealed"], purpose=PHONE_PURPOSE)
                index = vault.phone_index(phone)
                if row["phone_index"] == index and not _is_old(vault, row["phone_sealed"]):
                    continue
                sealed = vault.seal(phone, purpose=PHONE_PURPOSE)
                # Not if it has changed meanwhile: a login moves its account by itself.
                moved += await db.run(
                    conn,
                    """
                    update account set phone_sealed = $2, phone_index = $3
                     where id = $1 and phone_sealed = $4
                    """,
                    row["id"],
                    sealed,
                    index,
                    row["phone_sealed"],
                )
        if len(rows) < _BATCH:
            return moved
        after = rows[-1]["id"]


async def _push_key(conn: db.Conn, vault: Vault) -> None:
    """The key of Web Push stays the same, or no browser would be reached; only its seal is new."""
    sealed = await db.value(conn, "select private_sealed from web_push_key")
    if sealed is None or not _is_old(vault, sealed):
        return
    again = vault.seal(vault.open(sealed, purpose=PUSH_KEY_PURPOSE), purpose=PUSH_KEY_PURPOSE)
    sql = "update web_push_key set private_sealed = $1 where private_sealed = $2"
    await db.run(conn, sql, again, sealed)


async def _department_files(conn: db.Conn, vault: Vault) -> None:
    """The files stay sealed as they are; only the keys they are sealed under are wrapped anew."""
    for row in await db.rows(conn, "select id, wrapped_key from department_attachment order by id"):
        if _is_old(vault, row["wrapped_key"]):
            again = vault.rewrap_school_key(row["wrapped_key"])
            sql = "update department_attachment set wrapped_key = $2 where id = $1"
            await db.run(conn, sql, row["id"], again)


async def _school(
    pool: db.Pool, vault: Vault, school_id: int, moved: Moved, say: Callable[[str], None]
) -> None:
    async with db.transaction(pool, schools=[school_id]) as conn:
        sql = "select wrapped from school_key where school_id = $1 for update"
        wrapped = await db.value(conn, sql, school_id)
        if wrapped is None:
            return
        if _is_old(vault, wrapped):
            wrapped = vault.rewrap_school_key(wrapped)
            sql = "update school_key set wrapped = $2 where school_id = $1"
            moved.schools += await db.run(conn, sql, school_id, wrapped)
    box = vault.school_box(wrapped, school_id)
    moved.guardians += await _phones(pool, vault, school_id, box, _GUARDIANS)
    moved.pickups += await _phones(pool, vault, school_id, box, _PICKUPS)
    async with db.transaction(pool, schools=[school_id]) as conn:
        cards: int = await db.value(
            conn,
            """
            select count(*) from card
             where school_id = $1 and revoked_at is null and key_id <> $2
            """,
            school_id,
            vault.ring.current_id,
        )
    if cards:
        moved.cards_left += cards
        say(f"school {school_id}: {cards} live cards carry the old key's code")


async def _phones(pool: db.Pool, vault: Vault, school_id: int, box: SchoolBox, of: _Phones) -> int:
    """Phones are sealed under the school's own key, but found by an index of ours."""
    moved, after = 0, _FIRST_ID
    while True:
        async with db.transaction(pool, schools=[school_id]) as conn:
            rows = await db.rows(conn, of.select, school_id, after, _BATCH)
            for row in rows:
                index = vault.phone_index(box.open(row["phone_sealed"], field=of.field))
                if row["phone_index"] != index:
                    moved += await db.run(
                        conn, of.update, school_id, row["id"], index, row["phone_sealed"]
                    )
        if len(rows) < _BATCH:
            return moved
        after = rows[-1]["id"]


def _is_old(vault: Vault, sealed: bytes) -> bool:
    """Whether it was sealed under another key than the current one: its id is the second byte."""
    return sealed[1] != vault.ring.current_id
