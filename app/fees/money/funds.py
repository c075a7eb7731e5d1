"""Money that arrives: one fund for each transfer, however many sources tell of it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.errors import FundDiffers, NoSuchFund, NotAnAmount
from app.fees.money.model import Arrival, FundHeld, Received
from app.fees.money.naming import is_daily_number
from app.ids import new_id
from app.schools.common import school_day


class _Known(Struct, frozen=True, kw_only=True):
    """The fund that has a bank's reference."""

    id: UUID
    amount: int
    day: date


async def hold_account(conn: db.Conn, *, school_id: int, account_id: UUID) -> None:
    """Be alone with an account until the transaction ends.

    For whoever asks whether money is known under another name, and then counts it: of two at once
    neither would see the other's. It comes before the locks of funds and bills.
    """
    await db.value(
        conn,
        "select 1 from fee_account where school_id = $1 and id = $2 for no key update",
        school_id,
        account_id,
    )


async def receive(conn: db.Conn, *, school_id: int, arrival: Arrival, now: datetime) -> Received:
    """The fund of this arrival: a new one in the books, or the one that is there, seen once more.

    Who gets a new one calls `allocating.allocate` in the same transaction, with no share if there
    is none: it writes the papers for the payer. Of any number at once, one makes the fund and the
    others wait for its commit. A gateway numbers what it tells: under a second number it may be
    another transfer, and is no sighting.

    Raises:
        NotAnAmount: not above 0.
        FundDiffers: the account has another amount under this reference, or it is a number that
            each day gives anew, and of another day. Nothing is written.
    """
    if arrival.amount <= 0:
        raise NotAnAmount
    fund_id = await _insert(conn, school_id=school_id, arrival=arrival, now=now)
    if fund_id is not None:
        return Received(fund_id=fund_id, is_new=True)
    known = await _known(conn, school_id=school_id, arrival=arrival)
    if known is None:
        raise NoSuchFund
    is_other_day = known.day != school_day(arrival.received_at)
    if known.amount != arrival.amount or (is_other_day and is_daily_number(arrival.bank_ref)):
        raise FundDiffers
    await _seen(conn, school_id=school_id, fund_id=known.id, arrival=arrival, now=now)
    return Received(fund_id=known.id, is_new=False)


async def _insert(conn: db.Conn, *, school_id: int, arrival: Arrival, now: datetime) -> UUID | None:
    found: UUID | None = await db.value(
        conn,
        """
        with f as (
            insert into fund (school_id, id, account_id, bank_ref, channel, amount, received_at,
                   day, memo, payer, found_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
                on conflict (school_id, account_id, bank_ref) do nothing
            returning id),
        sighting as (
            insert into fund_sighting (school_id, fund_id, source, source_ref, seen_at)
            select $1, id, $12, $13, $11 from f),
        txn as (
            insert into ledger_txn (school_id, id, day, made_at, source_kind, source_id)
            select $1, $14, $8, $11, 'fund', id from f),
        entry as (
            insert into ledger_entry (school_id, txn_id, n, account, amount)
            select $1, $14, e.n, e.account, e.amount
              from f, (values (1, 'money:' || $3::uuid, $6::bigint), (2, 'unallocated', -$6))
                   as e (n, account, amount))
        select id from f
        """,
        school_id,
        new_id(),
        arrival.account_id,
        arrival.bank_ref,
        arrival.channel,
        arrival.amount,
        arrival.received_at,
        school_day(arrival.received_at),
        arrival.memo,
        arrival.payer,
        now,
        arrival.source,
        arrival.source_ref,
        new_id(),
    )
    return found


async def _known(conn: db.Conn, *, school_id: int, arrival: Arrival) -> _Known | None:
    return await db.one(
        conn,
        _Known,
        """
        select id, amount, day from fund
         where school_id = $1 and account_id = $2 and bank_ref = $3
        """,
        school_id,
        arrival.account_id,
        arrival.bank_ref,
    )


async def _seen(
    conn: db.Conn, *, school_id: int, fund_id: UUID, arrival: Arrival, now: datetime
) -> None:
    await conn.execute(
        """
        insert into fund_sighting (school_id, fund_id, source, source_ref, seen_at)
        select $1, $2, $3::text, $4::text, $5
         where $3 not in ('webhook', 'poll') or not exists (
               select from fund_sighting
                where school_id = $1 and fund_id = $2 and source in ('webhook', 'poll')
                  and source_ref <> $4)
            on conflict do nothing
        """,
        school_id,
        fund_id,
        arrival.source,
        arrival.source_ref,
        now,
    )


async def hold_funds(
    conn: db.Conn, *, school_id: int, fund_ids: Collection[UUID]
) -> dict[UUID, FundHeld]:
    """Lock these funds in the order of their ids: the first lock of every step.

    Raises:
        NoSuchFund: one of them is not the school's.
    """
    # Not `for update`: a sighting of the fund may be added meanwhile.
    found = await db.many(
        conn,
        FundHeld,
        """
        select id, amount, free, review, credit_student_id from fund
         where school_id = $1 and id = any($2) order by id for no key update
        """,
        school_id,
        list(fund_ids),
    )
    if len(found) != len(set(fund_ids)):
        raise NoSuchFund
    return {fund.id: fund for fund in found}
