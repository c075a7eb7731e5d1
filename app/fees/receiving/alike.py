"""Which funds an event may be that waits for a person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.naming import POSTED_WITHIN
from app.fees.office.model import MEMO_FIELD
from app.fees.office.pairing import MADE
from app.fees.receiving.gateway import Transfer
from app.schools.common import school_day

_FEW: Final = 10


class Asked(Struct, frozen=True, kw_only=True):
    """An event: `event_key` of `merchant_id`. `fund_id`: what it was taken for, if anything."""

    merchant_id: UUID
    event_key: str
    account_id: UUID
    amount: int
    day: date
    bank_ref: str
    fund_id: UUID | None


class AlikeFund(Struct, frozen=True, kw_only=True):
    """A fund that an event may be. `bank_ref` null: the bank gave none.

    `in_statement`: the bank's statement shows it; `was_told`: a notice of the bank told of it.
    """

    id: UUID
    amount: int
    day: date
    received_at: datetime
    bank_ref: str | None
    memo: str
    in_statement: bool
    was_told: bool


class _Row(Struct, frozen=True, kw_only=True):
    merchant_id: UUID
    event_key: str
    id: UUID
    amount: int
    day: date
    received_at: datetime
    bank_ref: str
    memo: bytes | None
    in_statement: bool
    was_told: bool


def asked_of(
    transfer: Transfer,
    *,
    merchant_id: UUID,
    event_key: str,
    account_id: UUID,
    taken_for: UUID | None,
) -> Asked:
    """What is asked of an event that tells of this transfer."""
    return Asked(
        merchant_id=merchant_id,
        event_key=event_key,
        account_id=account_id,
        amount=transfer.amount,
        day=school_day(transfer.at),
        bank_ref=transfer.bank_ref,
        fund_id=taken_for,
    )


async def alike(
    conn: db.Conn, *, box: SchoolBox, school_id: int, asked: Sequence[Asked]
) -> dict[tuple[UUID, str], list[AlikeFund]]:
    """By (merchant, key) of each of these events, the likeliest first.

    First what it was taken for, then what has its reference, then its amount about its day. None of
    them was struck from the books.
    """
    found: dict[tuple[UUID, str], list[AlikeFund]] = {
        (each.merchant_id, each.event_key): [] for each in asked
    }
    for row in await _rows(conn, school_id, asked):
        found[row.merchant_id, row.event_key].append(_shown(box, row))
    return found


def _shown(box: SchoolBox, row: _Row) -> AlikeFund:
    return AlikeFund(
        id=row.id,
        amount=row.amount,
        day=row.day,
        received_at=row.received_at,
        bank_ref=None if row.bank_ref.startswith(MADE) else row.bank_ref,
        memo="" if row.memo is None else box.open(row.memo, field=MEMO_FIELD),
        in_statement=row.in_statement,
        was_told=row.was_told,
    )


async def _rows(conn: db.Conn, school_id: int, asked: Sequence[Asked]) -> list[_Row]:
    if not asked:
        return []
    return await db.many(
        conn,
        _Row,
        """
        select e.merchant_id, e.event_key, f.id, f.amount, f.day, f.received_at, f.bank_ref, f.memo,
               exists (select from fund_sighting s where s.school_id = $1 and s.fund_id = f.id
                          and s.source = 'statement') as in_statement,
               exists (select from fund_sighting s where s.school_id = $1 and s.fund_id = f.id
                          and s.source in ('webhook', 'poll')) as was_told
          from unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::date[], $7::text[],
                      $8::uuid[])
               as e (merchant_id, event_key, account_id, amount, day, bank_ref, fund_id)
         cross join lateral (
               select f.id, f.amount, f.day, f.received_at, f.bank_ref, f.memo,
                      f.id is not distinct from e.fund_id as is_taken,
                      f.bank_ref = e.bank_ref as is_named
                 from fund f
                where f.school_id = $1 and f.account_id = e.account_id
                  and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                                     and d.kind = 'strike' and d.state = 'succeeded')
                  and (f.id = e.fund_id or f.bank_ref = e.bank_ref
                       or (f.amount = e.amount and f.day between e.day - $9::int and e.day + $9))
                order by 7 desc, 8 desc, abs(f.day - e.day), f.id limit $10) f
         order by e.merchant_id, e.event_key, f.is_taken desc, f.is_named desc,
               abs(f.day - e.day), f.id
        """,
        school_id,
        [each.merchant_id for each in asked],
        [each.event_key for each in asked],
        [each.account_id for each in asked],
        [each.amount for each in asked],
        [each.day for each in asked],
        [each.bank_ref for each in asked],
        [each.fund_id for each in asked],
        POSTED_WITHIN,
        _FEW,
    )
