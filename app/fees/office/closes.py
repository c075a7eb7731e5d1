"""A day's end: what a channel should hold against what was counted, frozen from then on.

Cash is closed by each cashier for the own takings, a bank account once for the school.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import audit, db
from app.errors import Conflict, Unprocessable
from app.fees.office.model import DayClosed
from app.fees.setup.model import NoSuchAccount
from app.schools.common import school_day


class CashStillWaits(Conflict):
    """Còn tiền mặt chờ người thứ hai xác nhận | Cash still waits for its second person"""


class NameTheDifference(Unprocessable):
    """Cần ghi lý do chênh lệch | The difference wants its reason"""


class DayNotOver(Unprocessable):
    """Chưa đến ngày này | This day has not come yet"""


class CloseSums(Struct, frozen=True, kw_only=True):
    """What a channel should hold of a day: `count` payments of together `expected` đồng.

    What was struck since it was counted twice is none of them, nor is the school's own cash that it
    has paid in: that was counted as cash.

    `waiting`: cash that still waits for its second person; `is_closed`: it is too late.
    """

    account_id: UUID
    kind: Literal["bank", "cash"]
    day: date
    cashier: UUID
    expected: int
    count: int
    waiting: int
    is_closed: bool


class CloseLine(Struct, frozen=True, kw_only=True):
    """A closed day. `expected_now` differs from `expected` when money of that day came later,
    or was struck or a deposit."""

    school_id: int
    account_id: UUID
    account_name: str
    kind: Literal["bank", "cash"]
    day: date
    cashier: UUID
    cashier_name: str | None
    expected: int
    counted: int
    difference: int
    expected_now: int
    note: str
    closed_by: UUID
    closed_by_name: str | None
    closed_at: datetime


async def require_open_day(
    conn: db.Conn, *, school_id: int, account_id: UUID, day: date, cashier: UUID
) -> None:
    """Raises: DayClosed: the cashier has closed the day."""
    closed = await db.value(
        conn,
        """
        select 1 from daily_close
         where school_id = $1 and account_id = $2 and day = $3 and cashier = $4
        """,
        school_id,
        account_id,
        day,
        cashier,
    )
    if closed is not None:
        raise DayClosed


async def sums(
    conn: db.Conn, *, school_id: int, account_id: UUID, day: date, cashier: UUID
) -> CloseSums:
    """What the channel should hold of the day, as of now.

    Raises:
        NoSuchAccount
    """
    found = await db.one(
        conn,
        CloseSums,
        """
        select a.id as account_id, a.kind, $3::date as day, $4::uuid as cashier,
               coalesce(f.amount, 0)::bigint as expected, f.count, w.count as waiting,
               exists (select from daily_close d
                        where d.school_id = $1 and d.account_id = $2 and d.day = $3
                          and (a.kind = 'bank' or d.cashier = $4)) as is_closed
          from fee_account a
         cross join lateral (
               select sum(f.amount) as amount, count(*) as count
                 from fund f
                 left join cash_intake c on c.school_id = $1 and c.fund_id = f.id
                where f.school_id = $1 and f.account_id = $2 and f.day = $3
                  and (a.kind = 'bank' or c.taken_by = $4)
                  and not exists (
                      select from refund d where d.school_id = $1 and d.fund_id = f.id
                         and d.kind <> 'transfer' and d.state = 'succeeded')) f
         cross join lateral (
               select count(*) as count from cash_intake c
                where c.school_id = $1 and c.account_id = $2 and c.day = $3 and c.taken_by = $4
                  and c.state = 'taken') w
         where a.school_id = $1 and a.id = $2
        """,
        school_id,
        account_id,
        day,
        cashier,
    )
    if found is None:
        raise NoSuchAccount
    return found


async def close(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID,
    day: date,
    cashier: UUID,
    counted: int,
    note: str,
    closed_by: UUID,
    now: datetime,
) -> CloseLine:
    """Close a cashier's day, or a bank account's, once and for good.

    Raises:
        NoSuchAccount, DayNotOver, DayClosed
        CashStillWaits: confirm or cancel it first.
        NameTheDifference: what was counted is not what is expected, and the note is empty.
    """
    if day > school_day(now):
        raise DayNotOver
    await db.value(
        conn,
        "select id from fee_account where school_id = $1 and id = $2 for no key update",
        school_id,
        account_id,
    )
    told = await sums(conn, school_id=school_id, account_id=account_id, day=day, cashier=cashier)
    if told.is_closed:
        raise DayClosed
    if told.waiting:
        raise CashStillWaits
    if counted != told.expected and not note.strip():
        raise NameTheDifference(
            (
                f"Theo sổ {told.expected} đồng, đếm được {counted} đồng.",
                f"The books say {told.expected} đồng, counted were {counted}.",
            )
        )
    await _write(conn, school_id, told, counted, note.strip(), closed_by, now)
    (line,) = await listed(
        conn, school_id=school_id, account_id=account_id, day=day, cashier=cashier, limit=1
    )
    return line


async def _write(
    conn: db.Conn,
    school_id: int,
    told: CloseSums,
    counted: int,
    note: str,
    closed_by: UUID,
    now: datetime,
) -> None:
    await conn.execute(
        """
        insert into daily_close (school_id, account_id, day, cashier, expected, counted, note,
               closed_by, closed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        school_id,
        told.account_id,
        told.day,
        told.cashier,
        told.expected,
        counted,
        note,
        closed_by,
        now,
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_close",
        subject_id=told.account_id,
        actor_account_id=closed_by,
        detail={
            "day": told.day.isoformat(),
            "cashier": str(told.cashier),
            "expected": told.expected,
            "counted": counted,
        },
        now=now,
    )


async def listed(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    day: date | None = None,
    cashier: UUID | None = None,
    before: tuple[date, UUID, UUID] | None = None,
    limit: int,
) -> list[CloseLine]:
    """Closed days, the latest first."""
    return await db.many(
        conn,
        CloseLine,
        """
        select d.school_id, d.account_id, a.name as account_name, a.kind, d.day, d.cashier,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = d.cashier) as cashier_name,
               d.expected, d.counted, d.counted - d.expected as difference,
               (select coalesce(sum(f.amount), 0)::bigint
                  from fund f
                  left join cash_intake c on c.school_id = $1 and c.fund_id = f.id
                 where f.school_id = $1 and f.account_id = d.account_id and f.day = d.day
                   and (a.kind = 'bank' or c.taken_by = d.cashier)
                   and not exists (
                       select from refund x where x.school_id = $1 and x.fund_id = f.id
                          and x.kind <> 'transfer' and x.state = 'succeeded')) as expected_now,
               d.note, d.closed_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = d.closed_by) as closed_by_name,
               d.closed_at
          from daily_close d
          join fee_account a on a.school_id = d.school_id and a.id = d.account_id
         where d.school_id = $1 and ($2::uuid is null or d.account_id = $2)
           and ($3::date is null or d.day >= $3) and ($4::date is null or d.day <= $4)
           and ($5::date is null or d.day = $5) and ($6::uuid is null or d.cashier = $6)
           and ($7::date is null or (d.day, d.account_id, d.cashier) < ($7, $8::uuid, $9::uuid))
         order by d.day desc, d.account_id desc, d.cashier desc limit $10
        """,
        school_id,
        account_id,
        from_day,
        to_day,
        day,
        cashier,
        *(before or (None, None, None)),
        limit,
    )
