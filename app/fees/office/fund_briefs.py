"""Funds in short, for who holds two of them side by side: are they one transfer?"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.model import Source
from app.fees.office.model import MEMO_FIELD, PAYER_FIELD
from app.fees.office.pairing import MADE

MOST: Final = 10
# A month's fees are one amount: the nearest in time are looked into.
_NEAREST: Final = 100
# Further apart the same transfer is hardly told of twice.
_DAYS: Final = 31


class FundBrief(Struct, frozen=True, kw_only=True):
    """A sum that came in. `bank_ref` None: the bank gave none."""

    id: UUID
    day: date
    received_at: datetime
    amount: int
    bank_ref: str | None
    memo: str
    payer: str | None
    seen_by: list[Source]


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    day: date
    received_at: datetime
    amount: int
    bank_ref: str
    memo: bytes | None
    payer: bytes | None
    seen_by: list[Source]


async def briefs(
    conn: db.Conn, *, box: SchoolBox, school_id: int, fund_ids: Collection[UUID]
) -> dict[UUID, FundBrief]:
    """These funds of the school, by their ids."""
    if not fund_ids:
        return {}
    rows = await db.many(
        conn,
        _Row,
        """
        select f.id, f.day, f.received_at, f.amount, f.bank_ref, f.memo, f.payer,
               array(select distinct s.source from fund_sighting s
                      where s.school_id = $1 and s.fund_id = f.id order by 1) as seen_by
          from fund f where f.school_id = $1 and f.id = any($2)
        """,
        school_id,
        list(fund_ids),
    )
    return {row.id: _shown(box, row) for row in rows}


async def alike(conn: db.Conn, *, box: SchoolBox, school_id: int, fund_id: UUID) -> list[FundBrief]:
    """Funds that may be the same transfer: of its account and amount, the nearest day first.

    Of one day those first that other sources told of. Neither struck ones nor those that a
    statement shows beside it.
    """
    rows = await db.many(
        conn,
        _Row,
        """
        select o.id, o.day, o.received_at, o.amount, o.bank_ref, o.memo, o.payer, s.seen_by
          from fund f
         cross join lateral (
               select n.id, n.day, n.received_at, n.amount, n.bank_ref, n.memo, n.payer
                 from fund n
                where n.school_id = $1 and n.account_id = f.account_id and n.amount = f.amount
                  and n.day between f.day - $3::int and f.day + $3 and n.id <> f.id
                order by abs(n.day - f.day), n.received_at limit $5) o
         cross join lateral (
               select array(select distinct s.source from fund_sighting s
                             where s.school_id = $1 and s.fund_id = o.id order by 1) as seen_by) s
         where f.school_id = $1 and f.id = $2 and f.refund_held = 0
           and not exists (
               select from refund r where r.school_id = $1 and r.fund_id = o.id
                  and r.kind = 'strike' and r.state in ('requested', 'succeeded'))
           and not exists (
               select from bank_statement_row x
                 join bank_statement_row y on y.school_id = $1 and y.statement_id = x.statement_id
                where x.school_id = $1 and x.fund_id = f.id and y.fund_id = o.id)
         order by abs(o.day - f.day), exists (
               select from fund_sighting m
                where m.school_id = $1 and m.fund_id = f.id and m.source = any(s.seen_by)),
               abs(extract(epoch from o.received_at - f.received_at)), o.id limit $4
        """,
        school_id,
        fund_id,
        _DAYS,
        MOST,
        _NEAREST,
    )
    return [_shown(box, row) for row in rows]


def _shown(box: SchoolBox, row: _Row) -> FundBrief:
    return FundBrief(
        id=row.id,
        day=row.day,
        received_at=row.received_at,
        amount=row.amount,
        bank_ref=None if row.bank_ref.startswith((*MADE, "cash:")) else row.bank_ref,
        memo="" if row.memo is None else box.open(row.memo, field=MEMO_FIELD),
        payer=None if row.payer is None else box.open(row.payer, field=PAYER_FIELD),
        seen_by=row.seen_by,
    )
