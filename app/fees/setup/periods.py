"""Billing periods: when something is billed, until when it is paid, and to which account."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from app import audit, db
from app.contact_book.model import line_of
from app.fees.setup import accounts, queries
from app.fees.setup.model import BadPeriod, BillingPeriod, IsOver, NoSuchPeriod, PeriodState
from app.ids import new_id
from app.schools.common import school_day

_LONGEST_DAYS: Final = 400
# Nobody plans further; a mistyped year is found here.
_FAR_DAYS: Final = 800


async def periods(
    conn: db.Conn,
    *,
    school_id: int,
    state: PeriodState | None,
    before: tuple[date, UUID] | None,
    limit: int,
) -> list[BillingPeriod]:
    """The school's periods, the latest first."""
    return await db.many(
        conn,
        BillingPeriod,
        """
        select id, school_id, name, from_day, to_day, due_day, account_id, accepts_partial, state,
               created_at, changed_at, closed_at
          from billing_period
         where school_id = $1 and ($2::text is null or state = $2)
           and ($3::date is null or (from_day, id) < ($3, $4))
         order by from_day desc, id desc limit $5
        """,
        school_id,
        state,
        None if before is None else before[0],
        None if before is None else before[1],
        limit,
    )


async def period(conn: db.Conn, *, school_id: int, period_id: UUID) -> BillingPeriod:
    """One period.

    Raises:
        NoSuchPeriod: the school has none of this id.
    """
    found = await queries.period_of(conn, school_id=school_id, period_id=period_id)
    if found is None:
        raise NoSuchPeriod
    return found


async def make(
    conn: db.Conn,
    *,
    school_id: int,
    name: str,
    from_day: date,
    to_day: date,
    due_day: date,
    account_id: UUID,
    accepts_partial: bool,
    made_by: UUID,
    now: datetime,
) -> BillingPeriod:
    """Begin a period; it is a draft until something of it is issued.

    Raises:
        NoSuchAccount, IsOver: no live account.
        BadPeriod: days the wrong way round, too many, too far; due in the past; paid in cash alone.
    """
    _require_days(from_day, to_day, now)
    _require_due(due_day, now)
    await _require_bank(conn, school_id=school_id, account_id=account_id)
    period_id = new_id()
    await conn.execute(
        """
        insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,
               accepts_partial, state, created_by, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10, $10)
        """,
        school_id,
        period_id,
        line_of(name),
        from_day,
        to_day,
        due_day,
        account_id,
        accepts_partial,
        made_by,
        now,
    )
    made = await period(conn, school_id=school_id, period_id=period_id)
    await _record(conn, made, "made", made_by, now)
    return made


async def change(
    conn: db.Conn,
    *,
    school_id: int,
    period_id: UUID,
    name: str | None,
    from_day: date | None,
    to_day: date | None,
    due_day: date | None,
    account_id: UUID | None,
    accepts_partial: bool | None,
    changed_by: UUID,
    now: datetime,
) -> BillingPeriod:
    """Change it; bills that were issued keep their day and account. Open, its days stay.

    Raises:
        as `make`, and:
        NoSuchPeriod: unknown.
        IsOver: it is closed.
    """
    row = await lock_live(conn, school_id=school_id, period_id=period_id)
    first, last = from_day or row.from_day, to_day or row.to_day
    if (first, last) != (row.from_day, row.to_day):
        if row.state != "draft":
            raise BadPeriod(
                (
                    "Đợt thu đã phát hành thì không đổi ngày đầu và ngày cuối.",
                    "Once something was issued, its first and last day stay.",
                )
            )
        _require_days(first, last, now)
    if due_day is not None and due_day != row.due_day:
        _require_due(due_day, now)
    if account_id is not None and account_id != row.account_id:
        await _require_bank(conn, school_id=school_id, account_id=account_id)
    await conn.execute(
        """
        update billing_period set name = coalesce($3, name), from_day = $4, to_day = $5,
               due_day = coalesce($6, due_day), account_id = coalesce($7, account_id),
               accepts_partial = coalesce($8, accepts_partial), changed_at = $9
         where school_id = $1 and id = $2
        """,
        school_id,
        period_id,
        None if name is None else line_of(name),
        first,
        last,
        due_day,
        account_id,
        accepts_partial,
        now,
    )
    changed = await period(conn, school_id=school_id, period_id=period_id)
    await _record(conn, changed, "changed", changed_by, now)
    return changed


async def close(
    conn: db.Conn, *, school_id: int, period_id: UUID, closed_by: UUID, now: datetime
) -> BillingPeriod:
    """Issue nothing more of it; what is open stays due.

    Raises:
        NoSuchPeriod: unknown.
        IsOver: it is closed already.
    """
    await lock_live(conn, school_id=school_id, period_id=period_id)
    await conn.execute(
        """
        update billing_period set state = 'closed', closed_at = $3, changed_at = $3
         where school_id = $1 and id = $2
        """,
        school_id,
        period_id,
        now,
    )
    closed = await period(conn, school_id=school_id, period_id=period_id)
    await _record(conn, closed, "closed", closed_by, now)
    return closed


async def lock_live(conn: db.Conn, *, school_id: int, period_id: UUID) -> BillingPeriod:
    """A period that is not closed, held until the transaction ends: issuing holds it as well.

    Raises:
        NoSuchPeriod: unknown.
        IsOver: it is closed.
    """
    await conn.execute(
        "select 1 from billing_period where school_id = $1 and id = $2 for update",
        school_id,
        period_id,
    )
    row = await period(conn, school_id=school_id, period_id=period_id)
    if row.state == "closed":
        raise IsOver(("Đợt thu này đã đóng.", "This period is closed."))
    return row


def _require_days(from_day: date, to_day: date, now: datetime) -> None:
    if from_day > to_day or (to_day - from_day).days > _LONGEST_DAYS:
        raise BadPeriod(
            (
                f"Đợt thu dài từ 1 đến {_LONGEST_DAYS} ngày, ngày đầu đứng trước.",
                f"A period is of 1 to {_LONGEST_DAYS} days, the first one first.",
            )
        )
    if abs((from_day - school_day(now)).days) > _FAR_DAYS:
        raise BadPeriod(("Ngày đầu ở quá xa.", "The first day is too far away."))


def _require_due(due_day: date, now: datetime) -> None:
    if not 0 <= (due_day - school_day(now)).days <= _FAR_DAYS:
        raise BadPeriod(
            (
                "Hạn đóng phải từ hôm nay trở đi và không quá hai năm.",
                "The last day to pay is today or later, and within two years.",
            )
        )


async def _require_bank(conn: db.Conn, *, school_id: int, account_id: UUID) -> None:
    account = await accounts.require_live(conn, school_id=school_id, account_id=account_id)
    if account.kind != "bank":
        raise BadPeriod(
            (
                "Đợt thu cần một tài khoản ngân hàng: phụ huynh chuyển khoản vào đó.",
                "A period needs a bank's account, which families transfer to.",
            )
        )


async def _record(
    conn: db.Conn, row: BillingPeriod, did: str, account_id: UUID, now: datetime
) -> None:
    """Where families pay to, until when, and who said so: the row itself knows its last state."""
    await audit.record(
        conn,
        school_id=row.school_id,
        kind="fee_period",
        subject_id=row.id,
        actor_account_id=account_id,
        detail={
            "did": did,
            "account": str(row.account_id),
            "from": row.from_day.isoformat(),
            "to": row.to_day.isoformat(),
            "due": row.due_day.isoformat(),
            "partial": row.accepts_partial,
        },
        now=now,
    )
