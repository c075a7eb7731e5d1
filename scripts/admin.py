"""What only the operator may do: the first account, from which all others follow."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from app import db
from app.crypto import Vault
from app.identity import queries, sessions
from app.identity.accounts import account_for_phone
from app.identity.passwords import PasswordHasher
from app.ids import new_id
from app.phones import mask, to_e164
from app.settings import Settings

DEPARTMENT: Final = "Sở Giáo dục và Đào tạo"


def create_admin(
    settings: Settings, *, phone: str, password: str, department: str = DEPARTMENT
) -> str:
    """Make the phone's account an administrator of the department, and set its password.

    The department, the top of the org tree, is made under the given name if there is none. All
    sessions of the account end. What was done is returned as a sentence.

    Raises:
        BadPhone, WeakPassword: see their words.
    """
    return asyncio.run(_create_admin(settings, to_e164(phone), password, department))


async def _create_admin(settings: Settings, phone: str, password: str, department: str) -> str:
    hasher = PasswordHasher(threads=1)
    try:
        new_hash = await hasher.hash(password, phone=phone)
    finally:
        hasher.close()
    vault = Vault(settings.key_ring)
    conn = await db.connect(settings.require_database_url())
    try:
        async with conn.transaction():
            unit_id = await _department_id(conn, name=department)
            account_id = await account_for_phone(conn, vault, phone)
            await queries.set_password(conn, account_id=account_id, new_hash=new_hash)
            await sessions.revoke_sessions_of_account(
                conn, account_id=account_id, reason="password", now=datetime.now(UTC)
            )
            is_new = await _appoint(conn, account_id=account_id, unit_id=unit_id)
    finally:
        await conn.close()
    done = "now administers" if is_new else "administered already, and has a new password for,"
    return f"The account of {mask(phone)} {done} the department."


async def _department_id(conn: db.Conn, *, name: str) -> int:
    """The top of the org tree, made if there is none."""
    sql = "select id from org_unit where parent_id is null and kind = 'department' order by id"
    found: int | None = await db.value(conn, sql)
    if found is None:
        found = await db.value(
            conn,
            """
            insert into org_unit (id, kind, name)
            select coalesce(max(id), 0) + 1, 'department', $1 from org_unit
            returning id
            """,
            name,
        )
    assert found is not None  # noqa: S101 - the insert returns it
    return found


async def _appoint(conn: db.Conn, *, account_id: object, unit_id: int) -> bool:
    """Whether the role was given now."""
    made = await db.run(
        conn,
        """
        insert into membership (id, account_id, org_unit_id, role)
        values ($1, $2, $3, 'department_admin')
            on conflict do nothing
        """,
        new_id(),
        account_id,
        unit_id,
    )
    return made == 1
