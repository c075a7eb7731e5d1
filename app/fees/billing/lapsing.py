"""Offers that gave meals back and came to nothing: what they gave is free for the next bill.

Declined, or not paid when their period was over. Where another bill gives the meals anew, the offer
is void in the same transaction: it could be taken up, or paid, at the lowered price otherwise.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app import db
from app.fees.billing import queries
from app.fees.billing.model import MealCredit
from app.fees.money.crediting import lock_credit

_REASON: Final = "Suất ăn được trừ ở phiếu khác"


async def hold_lapsed(conn: db.Conn, *, school_id: int, today: date) -> bool:
    """Lock the school's offers of that kind, and before them all credit; whether there are any.

    Nobody pays them, nor takes them up, between the look at them and what is made of it.
    """
    lapsed = await queries.lapsed_offers(conn, school_id=school_id, today=today)
    if lapsed:
        carried = await queries.carried(conn, school_id=school_id)
        await lock_credit(conn, school_id=school_id, student_ids=list(carried))
        await queries.hold_bills(conn, school_id=school_id, invoice_ids=lapsed)
    return bool(lapsed)


async def void_lapsed(
    conn: db.Conn,
    *,
    school_id: int,
    credits: Sequence[MealCredit],
    account_id: UUID,
    now: datetime,
) -> None:
    """Void the offers that had given back what these credits give anew."""
    found = await db.rows(
        conn,
        """
        select distinct m.used_on from meal_credit m
          join unnest($2::uuid[], $3::uuid[], $4::date[]) as q (student_id, item_id, day)
            on q.student_id = m.student_id and q.item_id = m.item_id and q.day = m.day
         where m.school_id = $1 and m.used_on is not null
        """,
        school_id,
        [credit.student_id for credit in credits],
        [credit.item_id for credit in credits],
        [credit.day for credit in credits],
    )
    offers = [row["used_on"] for row in found]
    if not offers:
        return
    await conn.execute(
        """
        update invoice set state = 'void', is_lapsed = true, voided_by = $3, voided_at = $4,
               void_reason = $5, changed_at = $4
         where school_id = $1 and id = any($2) and is_voluntary and paid = 0
        """,
        school_id,
        offers,
        account_id,
        now,
        _REASON,
    )
    await conn.execute(
        "update meal_credit set used_on = null where school_id = $1 and used_on = any($2)",
        school_id,
        offers,
    )
