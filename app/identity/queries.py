"""What the directory knows of an account and of a session's owner."""

from datetime import datetime
from uuid import UUID

from app import db
from app.identity.model import (
    AccountRow,
    Addressee,
    Caller,
    Credentials,
    Locale,
    Purpose,
)


async def caller_of_session(conn: db.Conn, *, session_id: UUID, now: datetime) -> Caller | None:
    """The caller behind a live session, with all links as they are at this moment.

    Paper opens children, never a role: those of an account that no text message has proved yet are
    missing. None: the session is unknown, revoked or over, or the account is disabled.
    """
    return await db.one(
        conn,
        Caller,
        """
        select s.account_id, s.id as session_id, s.device_id, d.platform, a.locale,
               coalesce((
                   select jsonb_agg(jsonb_build_object('school_id', m.school_id,
                          'org_unit_id', m.org_unit_id, 'role', m.role, 'person_id', m.person_id))
                     from membership m left join school on school.id = m.school_id
                    where m.account_id = s.account_id and m.ended_at is null
                      and (m.valid_from is null or m.valid_from <= $2)
                      and (m.valid_until is null or m.valid_until > $2)
                      and a.paper_at is null
                      and school.ended_at is null), '[]') as memberships,
               coalesce((
                   select jsonb_agg(jsonb_build_object('school_id', g.school_id,
                          'student_id', g.student_id, 'can_request_leave', g.can_request_leave))
                     from guardianship g join school on school.id = g.school_id
                    where g.account_id = s.account_id and g.ended_at is null
                      and g.can_see and g.custody_blocked_at is null
                      and school.ended_at is null), '[]') as children,
               array(
                   with recursive unit as (
                       select m.org_unit_id as id from membership m
                        where m.account_id = s.account_id and m.role = 'department_admin'
                          and m.ended_at is null and a.paper_at is null
                        union
                       select o.id from org_unit o join unit on o.parent_id = unit.id)
                   select school.id from school join unit on unit.id = school.org_unit_id
                    order by school.id) as department_school_ids,
               case when s.heard_at >= s.last_used_at then null
                    else s.last_used_at end as unheard_since
          from session s
          join account a on a.id = s.account_id
          join device d on d.id = s.device_id
         where s.id = $1 and s.revoked_at is null and s.expires_at > $2 and a.disabled_at is null
           and d.revoked_at is null
        """,
        session_id,
        now,
    )


async def credentials(
    conn: db.Conn, *, phone_indexes: list[bytes], device_id: UUID
) -> Credentials | None:
    """What a login by phone is checked against. Disabled accounts and screens have none."""
    return await db.one(
        conn,
        Credentials,
        """
        select a.id as account_id, a.password_hash, exists (
                   select 1 from session s
                    where s.account_id = a.id and s.device_id = $2) as is_known_device
          from account a
         where a.phone_index = any($1::bytea[]) and a.kind = 'person' and a.disabled_at is null
        """,
        phone_indexes,
        device_id,
    )


async def password_hash_of(conn: db.Conn, *, account_id: UUID) -> str | None:
    """The account's password hash; None: it has none."""
    stored: str | None = await db.value(
        conn, "select password_hash from account where id = $1", account_id
    )
    return stored


async def still_valid(conn: db.Conn, *, account_id: UUID, password_hash: str) -> AccountRow | None:
    """The account, locked, if the hash that was checked outside is still its own.

    None: the password was changed meanwhile, or the account was disabled.
    """
    return await db.one(
        conn,
        AccountRow,
        """
        select id, kind, phone_sealed, locale from account
         where id = $1 and password_hash = $2 and disabled_at is null
           for no key update
        """,
        account_id,
        password_hash,
    )


async def set_password(conn: db.Conn, *, account_id: UUID, new_hash: str) -> None:
    """Store a password's hash."""
    await db.run(conn, "update account set password_hash = $2 where id = $1", account_id, new_hash)


async def renew_phone_key(
    conn: db.Conn, *, account_id: UUID, phone_index: bytes, phone_sealed: bytes
) -> None:
    """Bring an account's phone under the current master key, so that the old one can retire."""
    await db.run(
        conn,
        """
        update account set phone_index = $2, phone_sealed = $3
         where id = $1 and phone_index <> $2
        """,
        account_id,
        phone_index,
        phone_sealed,
    )


async def set_password_by_phone(
    conn: db.Conn, *, phone_indexes: list[bytes], purpose: Purpose, new_hash: str
) -> UUID | None:
    """Set the password that a one-time code allows, and lock the account; its id.

    Activation is for an account without a password, reset for one with; None: there is no such.
    """
    found: UUID | None = await db.value(
        conn,
        """
        update account set password_hash = $3
         where phone_index = any($1::bytea[]) and kind = 'person' and disabled_at is null
           and (password_hash is null) = ($2 = 'activation')
        returning id
        """,
        phone_indexes,
        purpose,
        new_hash,
    )
    return found


async def addressee(
    conn: db.Conn, *, phone_indexes: list[bytes], purpose: Purpose
) -> Addressee | None:
    """Who may be sent a code for this purpose; the same accounts as `set_password_by_phone`."""
    return await db.one(
        conn,
        Addressee,
        """
        select id as account_id, locale from account
         where phone_index = any($1::bytea[]) and kind = 'person' and disabled_at is null
           and (password_hash is null) = ($2 = 'activation')
        """,
        phone_indexes,
        purpose,
    )


async def schools_of_links(conn: db.Conn, *, account_id: UUID) -> list[int]:
    """The schools that name the account as a guardian's, in links that live or wait."""
    rows = await db.rows(
        conn,
        """
        select distinct school_id from guardianship
         where (account_id = $1 or pending_account_id = $1) and ended_at is null
         order by school_id
        """,
        account_id,
    )
    return [row["school_id"] for row in rows]


async def account_row(conn: db.Conn, *, account_id: UUID) -> AccountRow | None:
    """An account as it is stored."""
    return await db.one(
        conn,
        AccountRow,
        "select id, kind, phone_sealed, locale from account where id = $1",
        account_id,
    )


async def set_locale(
    conn: db.Conn, *, account_id: UUID, locale: Locale, chosen_at: datetime | None
) -> None:
    """The language of what the account is told outside a request.

    Without `chosen_at` it is a phone's, and gives way to what somebody has chosen.
    """
    await db.run(
        conn,
        """
        update account set locale = $2, locale_chosen_at = coalesce($3, locale_chosen_at)
         where id = $1
           and ($3::timestamptz is not null or (locale_chosen_at is null and locale <> $2))
        """,
        account_id,
        locale,
        chosen_at,
    )
