"""Who tells a school of money on its accounts; its secrets go in and never come out."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.crypto import SchoolBox
from app.fees.receiving.polling import poll_from
from app.fees.setup import accounts, queries
from app.fees.setup.model import (
    AlreadyThere,
    BadAccount,
    IsOver,
    Merchant,
    NoSuchMerchant,
    Provider,
)
from app.fees.setup.watched import note
from app.fees.telling import AccountChange
from app.ids import new_id

# What was signed before a secret was changed is still on its way for so long.
ROTATION: Final = timedelta(hours=24)


async def merchants(
    conn: db.Conn, *, school_id: int, now: datetime, merchant_id: UUID | None = None
) -> list[Merchant]:
    """The school's merchants, also those that are over; or the one."""
    return await db.many(
        conn,
        Merchant,
        """
        select id, school_id, account_id, provider,
               '/v1/webhooks/' || provider || '/' || id as webhook_path,
               api_token is not null as has_api_token,
               case when former_until > $2 then former_until end as former_until,
               created_at, changed_at, ended_at
          from merchant where school_id = $1 and ($3::uuid is null or id = $3)
         order by ended_at is not null, id
        """,
        school_id,
        now,
        merchant_id,
    )


async def take_up(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    account_id: UUID,
    provider: Provider,
    secret: str,
    api_token: str | None,
    made_by: UUID,
    now: datetime,
) -> Merchant:
    """Let a provider report on an account.

    Raises:
        NoSuchAccount, IsOver: no live account of the school.
        BadAccount: nobody reports on the cash box.
        AlreadyThere: somebody reports on it already.
    """
    account = await accounts.require_live(conn, school_id=school_id, account_id=account_id)
    if account.kind != "bank":
        raise BadAccount(
            ("Quỹ tiền mặt không nối với ngân hàng.", "No bank reports on the cash box.")
        )
    merchant_id = new_id()
    try:
        await conn.execute(
            """
            with directory as (insert into merchant_school (id, school_id) values ($2, $1))
            insert into merchant (school_id, id, account_id, provider, secret, api_token,
                   created_by, created_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            """,
            school_id,
            merchant_id,
            account_id,
            provider,
            box.seal(secret, field=queries.SECRET_FIELD),
            _sealed_token(box, api_token),
            made_by,
            now,
        )
    except db.UniqueViolation:
        raise AlreadyThere(
            ("Tài khoản này đã có kết nối.", "The account has a merchant already.")
        ) from None
    if api_token is not None:
        await poll_from(conn, school_id=school_id, merchant_id=merchant_id, now=now)
    await note(conn, account=account, change="connected", made_by=made_by, now=now)
    return await merchant(conn, school_id=school_id, merchant_id=merchant_id, now=now)


async def change_secrets(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    merchant_id: UUID,
    secret: str | None,
    changes_token: bool,
    api_token: str | None,
    ends_former: bool,
    made_by: UUID,
    now: datetime,
) -> Merchant:
    """Write new secrets. What is signed with the one of before is taken for 24 hours more.

    `secret` None leaves it; `api_token` counts if `changes_token`: None ends the asking. With
    `ends_former` nothing is taken any more but what the present one signs: another has leaked.

    Raises:
        NoSuchMerchant: unknown.
        IsOver: it was ended.
    """
    await _lock_live(conn, school_id=school_id, merchant_id=merchant_id)
    if secret is not None:
        await _rotate(
            conn, box=box, school_id=school_id, merchant_id=merchant_id, secret=secret, now=now
        )
    if ends_former:
        await conn.execute(
            """
            update merchant set former_secret = null, former_until = null, changed_at = $3
             where school_id = $1 and id = $2
            """,
            school_id,
            merchant_id,
            now,
        )
    if changes_token:
        await conn.execute(
            "update merchant set api_token = $3, changed_at = $4 where school_id = $1 and id = $2",
            school_id,
            merchant_id,
            _sealed_token(box, api_token),
            now,
        )
        if api_token is not None:
            await poll_from(conn, school_id=school_id, merchant_id=merchant_id, now=now)
    changed = await merchant(conn, school_id=school_id, merchant_id=merchant_id, now=now)
    await _note(conn, changed, "secret", made_by, now)
    return changed


async def end(
    conn: db.Conn, *, school_id: int, merchant_id: UUID, made_by: UUID, now: datetime
) -> Merchant:
    """Believe nothing more that it says; its secrets are forgotten but for the last, unused.

    Raises:
        NoSuchMerchant: unknown.
        IsOver: it was ended before.
    """
    await _lock_live(conn, school_id=school_id, merchant_id=merchant_id)
    await conn.execute(
        """
        update merchant set ended_at = $3, changed_at = $3, api_token = null, former_secret = null,
               former_until = null
         where school_id = $1 and id = $2
        """,
        school_id,
        merchant_id,
        now,
    )
    ended = await merchant(conn, school_id=school_id, merchant_id=merchant_id, now=now)
    await _note(conn, ended, "disconnected", made_by, now)
    return ended


async def merchant(conn: db.Conn, *, school_id: int, merchant_id: UUID, now: datetime) -> Merchant:
    """One merchant.

    Raises:
        NoSuchMerchant: the school has none of this id.
    """
    found = await merchants(conn, school_id=school_id, now=now, merchant_id=merchant_id)
    if not found:
        raise NoSuchMerchant
    return found[0]


async def _note(
    conn: db.Conn, row: Merchant, change: AccountChange, made_by: UUID, now: datetime
) -> None:
    account = await accounts.account(conn, school_id=row.school_id, account_id=row.account_id)
    await note(conn, account=account, change=change, made_by=made_by, now=now)


async def _rotate(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    merchant_id: UUID,
    secret: str,
    now: datetime,
) -> None:
    """The same again is no change: it must not push out a former one that still signs."""
    present: bytes = await db.value(
        conn, "select secret from merchant where school_id = $1 and id = $2", school_id, merchant_id
    )
    if box.open(present, field=queries.SECRET_FIELD) == secret:
        return
    await conn.execute(
        """
        update merchant set secret = $3, former_secret = secret, former_until = $4, changed_at = $5
         where school_id = $1 and id = $2
        """,
        school_id,
        merchant_id,
        box.seal(secret, field=queries.SECRET_FIELD),
        now + ROTATION,
        now,
    )


async def _lock_live(conn: db.Conn, *, school_id: int, merchant_id: UUID) -> None:
    found = await db.rows(
        conn,
        "select ended_at from merchant where school_id = $1 and id = $2 for update",
        school_id,
        merchant_id,
    )
    if not found:
        raise NoSuchMerchant
    if found[0]["ended_at"] is not None:
        raise IsOver(("Kết nối này đã ngắt.", "This merchant was ended."))


def _sealed_token(box: SchoolBox, api_token: str | None) -> bytes | None:
    return None if api_token is None else box.seal(api_token, field=queries.API_TOKEN_FIELD)
