"""Accounts by phone: one person, one account, in however many schools.

An account exists as soon as a school names the phone of a guardian or a member of staff; it can
log in once its owner has set a password by a code sent to that phone.
"""

from collections.abc import Iterable
from uuid import UUID

from app import db
from app.crypto import Vault
from app.ids import new_id

PHONE_PURPOSE = "account-phone"


async def account_for_phone(conn: db.Conn, vault: Vault, phone: str) -> UUID:
    """The account of a phone in E.164, made without a password if there is none yet."""
    return (await accounts_for_phones(conn, vault, [phone]))[phone]


async def accounts_for_phones(
    conn: db.Conn, vault: Vault, phones: Iterable[str]
) -> dict[str, UUID]:
    """The accounts of many phones in E.164, each made without a password if there is none yet.

    An account that is there is never changed, and nothing of it is told (DESIGN 2.6).
    """
    wanted = {phone: vault.phone_indexes(phone) for phone in phones}
    found = await _ids_by_index(conn, [index for each in wanted.values() for index in each])
    missing = [phone for phone, indexes in wanted.items() if not found.keys() & set(indexes)]
    if missing:
        await _make(conn, vault, missing)
        found |= await _ids_by_index(conn, [vault.phone_index(phone) for phone in missing])
    return {
        phone: next(found[index] for index in indexes if index in found)
        for phone, indexes in wanted.items()
    }


async def _ids_by_index(conn: db.Conn, indexes: list[bytes]) -> dict[bytes, UUID]:
    rows = await db.rows(
        conn,
        "select phone_index, id from account where phone_index = any($1::bytea[])",
        indexes,
    )
    return {row["phone_index"]: row["id"] for row in rows}


async def _make(conn: db.Conn, vault: Vault, phones: list[str]) -> None:
    # Sorted: two schools that import overlapping phones at once wait for each other in one
    # order. `do nothing` waits for the other's commit, and the next statement sees its row.
    new = sorted((vault.phone_index(phone), phone) for phone in phones)
    await db.run(
        conn,
        """
        insert into account (id, phone_index, phone_sealed)
        select * from unnest($1::uuid[], $2::bytea[], $3::bytea[])
            on conflict (phone_index) do nothing
        """,
        [new_id() for _ in new],
        [index for index, _ in new],
        [vault.seal(phone, purpose=PHONE_PURPOSE) for _, phone in new],
    )
