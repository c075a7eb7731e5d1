"""Merchants as the webhook's door knows them: remembered, and proved by each event's insert."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox, Vault
from app.fees.setup.queries import SECRET_FIELD, school_of_merchant
from app.schools.common import school_box

# A province has some 570; whoever asks for strangers' ids fills no memory.
_MOST: Final = 4096


class KnownMerchant(Struct, frozen=True, kw_only=True):
    """A merchant with its secrets opened. The sealed ones say whether this is still how it is."""

    school_id: int
    id: UUID
    provider: str
    secret: str
    former_secret: str | None
    former_until: datetime | None
    is_ended: bool
    sealed: bytes
    sealed_former: bytes | None
    box: SchoolBox

    def secrets(self, now: datetime) -> Sequence[str]:
        """Those that sign at this moment, the present one first."""
        if self.former_secret and self.former_until and now < self.former_until:
            return (self.secret, self.former_secret)
        return (self.secret,)

    def __repr__(self) -> str:
        return f"KnownMerchant({self.id})"


class _Row(Struct, frozen=True, kw_only=True):
    provider: str
    secret: bytes
    former_secret: bytes | None
    former_until: datetime | None
    ended_at: datetime | None


class Merchants:
    """The merchants that this process has met.

    A memory may be old: `keep_signed` looks at the row again in the statement that writes, and
    whoever is refused is refused after a fresh look.
    """

    def __init__(self) -> None:
        self._known: dict[UUID, KnownMerchant] = {}

    def remembered(self, merchant_id: UUID) -> KnownMerchant | None:
        return self._known.get(merchant_id)

    async def look_up(
        self, pool: db.Pool, *, vault: Vault, merchant_id: UUID
    ) -> KnownMerchant | None:
        """The merchant as it is now, also one that is over; None: there is none."""
        found = await _load(pool, vault, merchant_id)
        self._known.pop(merchant_id, None)
        if found is not None:
            if len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            self._known[merchant_id] = found
        return found


async def _load(pool: db.Pool, vault: Vault, merchant_id: UUID) -> KnownMerchant | None:
    async with pool.acquire() as conn, conn.transaction():
        school_id = await school_of_merchant(conn, merchant_id=merchant_id)
        if school_id is None:
            return None
        await db.scope(conn, schools=[school_id])
        row = await db.one(
            conn,
            _Row,
            """
            select provider, secret, former_secret, former_until, ended_at from merchant
             where school_id = $1 and id = $2
            """,
            school_id,
            merchant_id,
        )
        if row is None:
            return None
        box = await school_box(conn, vault=vault, school_id=school_id)
    former = row.former_secret
    return KnownMerchant(
        school_id=school_id,
        id=merchant_id,
        provider=row.provider,
        secret=box.open(row.secret, field=SECRET_FIELD),
        former_secret=None if former is None else box.open(former, field=SECRET_FIELD),
        former_until=row.former_until,
        is_ended=row.ended_at is not None,
        sealed=row.secret,
        sealed_former=former,
        box=box,
    )
