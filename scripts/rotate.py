"""`cong-truong admin rotate-key`: what is sealed under the old master key moves to the new one.

Both keys are live meanwhile and everything is read under either, so it runs beside a full day's
work, may be stopped, and goes on where it was. Printed cards cannot move: they are counted.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from app import db
from app.crypto import Vault
from app.identity.accounts import PHONE_PURPOSE
from app.schools.guardians.service import PHONE_FIELD
from app.settings import Settings
from scripts.errors import CommandFailed

_BATCH: Final = 500
_FIRST_ID: Final = UUID(int=0)


class Moved(msgspec.Struct, kw_only=True):
    """Rows that were moved, and live cards that still carry the old key's code."""

    accounts: int = 0
    schools: int = 0
    guardians: int = 0
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
    moved.guardians += await _guardians(pool, vault, school_id, wrapped)
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


async def _guardians(pool: db.Pool, vault: Vault, school_id: int, wrapped: bytes) -> int:
    """Their phones are sealed under the school's own key, but found by an index of ours."""
    box = vault.school_box(wrapped, school_id)
    moved, after = 0, _FIRST_ID
    while True:
        async with db.transaction(pool, schools=[school_id]) as conn:
            rows = await db.rows(
                conn,
                """
                select id, phone_sealed, phone_index from guardian
                 where school_id = $1 and id > $2 order by id limit $3
                """,
                school_id,
                after,
                _BATCH,
            )
            for row in rows:
                index = vault.phone_index(box.open(row["phone_sealed"], field=PHONE_FIELD))
                if row["phone_index"] != index:
                    moved += await _index_guardian(conn, school_id, row, index)
        if len(rows) < _BATCH:
            return moved
        after = rows[-1]["id"]


async def _index_guardian(conn: db.Conn, school_id: int, row: Any, index: bytes) -> int:
    """With the printed codes that are good only while the number is the one they were made for."""
    moved = await db.run(
        conn,
        """
        update guardian set phone_index = $3
         where school_id = $1 and id = $2 and phone_sealed = $4
        """,
        school_id,
        row["id"],
        index,
        row["phone_sealed"],
    )
    if moved:
        await db.run(
            conn,
            """
            update activation_code set phone_index = $3
             where school_id = $1 and guardian_id = $2 and phone_index = $4
            """,
            school_id,
            row["id"],
            index,
            row["phone_index"],
        )
    return moved


def _is_old(vault: Vault, sealed: bytes) -> bool:
    """Whether it was sealed under another key than the current one: its id is the second byte."""
    return sealed[1] != vault.ring.current_id
