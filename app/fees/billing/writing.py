"""Bills into their tables: drafts with their lines, then open, in bulk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.fees.billing.lapsing import void_lapsed
from app.fees.billing.model import Bill, Line
from app.fees.references import new_reference
from app.fees.setup.model import BillingPeriod
from app.ids import new_id
from app.jobs.model import Progress

_CHUNK: Final = 250


async def write_bills(
    conn: db.Conn,
    *,
    school_id: int,
    period: BillingPeriod,
    bills: Sequence[Bill],
    issued_by: UUID,
    now: datetime,
    replaces: UUID | None = None,
    told: Progress | None = None,
) -> list[UUID]:
    """Open these bills; their ids, in their order. The books and the families know nothing yet.

    All bills before the first line: PostgreSQL plans how it looks up a line's bill when it sees the
    first one, and keeps to it.

    Raises:
        db.UniqueViolation: a pupil has a live bill of that instalment; `hold_billing` prevents it.
    """
    ids = [new_id() for _ in bills]
    refs = await _references(conn, school_id, ids)
    await _insert_drafts(
        conn,
        school_id=school_id,
        period=period,
        bills=bills,
        ids=ids,
        refs=refs,
        issued_by=issued_by,
        now=now,
        replaces=replaces,
    )
    for start in range(0, len(bills), _CHUNK):
        part = slice(start, start + _CHUNK)
        await _insert_lines(conn, school_id, bills[part], ids[part])
        if told is not None:
            await told(min(start + _CHUNK, len(bills)), len(bills))
    await void_lapsed(
        conn,
        school_id=school_id,
        credits=[credit for bill in bills for credit in bill.credits],
        account_id=issued_by,
        now=now,
    )
    await _use_credits(conn, school_id, bills, ids, now)
    await conn.execute(
        """
        update invoice set state = 'open', opened_at = $3
         where school_id = $1 and id = any($2) and state = 'draft'
        """,
        school_id,
        ids,
        now,
    )
    return ids


async def _references(conn: db.Conn, school_id: int, ids: Sequence[UUID]) -> list[str]:
    """A reference for each, that nothing else of the school has."""
    found: dict[UUID, str] = {}
    while len(found) < len(ids):
        wanted = [each for each in ids if each not in found]
        offered = {new_reference(): each for each in wanted}
        taken = await db.rows(
            conn,
            """
            insert into pay_reference (school_id, ref, invoice_id)
            select $1, q.* from unnest($2::text[], $3::uuid[]) as q
                on conflict (school_id, ref) do nothing
            returning ref, invoice_id
            """,
            school_id,
            list(offered),
            list(offered.values()),
        )
        found |= {row["invoice_id"]: row["ref"] for row in taken}
    return [found[each] for each in ids]


async def _insert_drafts(
    conn: db.Conn,
    *,
    school_id: int,
    period: BillingPeriod,
    bills: Sequence[Bill],
    ids: Sequence[UUID],
    refs: Sequence[str],
    issued_by: UUID,
    now: datetime,
    replaces: UUID | None,
) -> None:
    await conn.execute(
        """
        insert into invoice (school_id, id, student_id, period_id, seq, is_voluntary, class_id,
               account_id, pay_ref, state, due_day, charged, waived, replaces, issued_by,
               drafted_at, changed_at)
        select $1, q.id, q.student_id, $2, q.seq, q.is_voluntary, q.class_id, $3, q.ref, 'draft',
               q.due_day, q.charged, q.waived, $4, $5, $6, $6
          from unnest($7::uuid[], $8::uuid[], $9::smallint[], $10::bool[], $11::uuid[],
                      $12::text[], $13::date[], $14::bigint[], $15::bigint[])
               as q (id, student_id, seq, is_voluntary, class_id, ref, due_day, charged, waived)
        """,
        school_id,
        period.id,
        period.account_id,
        replaces,
        issued_by,
        now,
        ids,
        [bill.student_id for bill in bills],
        [bill.seq for bill in bills],
        [bill.is_voluntary for bill in bills],
        [bill.class_id for bill in bills],
        refs,
        [bill.due_day for bill in bills],
        [bill.charged for bill in bills],
        [bill.waived for bill in bills],
    )


async def _insert_lines(
    conn: db.Conn, school_id: int, bills: Sequence[Bill], ids: Sequence[UUID]
) -> None:
    rows: list[tuple[UUID, int, Line]] = [
        (invoice_id, n, line)
        for invoice_id, bill in zip(ids, bills, strict=True)
        for n, line in enumerate(bill.lines, 1)
    ]
    lines = [line for _, _, line in rows]
    await conn.execute(
        """
        insert into invoice_line (school_id, invoice_id, n, kind, item_id, waiver_id, name,
               legal_basis, unit, quantity, unit_amount, amount, waived, receipt_kind)
        select $1, q.* from unnest($2::uuid[], $3::smallint[], $4::text[], $5::uuid[], $6::uuid[],
               $7::text[], $8::text[], $9::text[], $10::smallint[], $11::bigint[], $12::bigint[],
               $13::bigint[], $14::text[]) as q
        """,
        school_id,
        [invoice_id for invoice_id, _, _ in rows],
        [n for _, n, _ in rows],
        [line.kind for line in lines],
        [line.item_id for line in lines],
        [line.waiver_id for line in lines],
        [line.name for line in lines],
        [line.legal_basis for line in lines],
        [line.unit for line in lines],
        [line.quantity for line in lines],
        [line.unit_amount for line in lines],
        [line.amount for line in lines],
        [line.waived for line in lines],
        [line.receipt_kind for line in lines],
    )


async def _use_credits(
    conn: db.Conn, school_id: int, bills: Sequence[Bill], ids: Sequence[UUID], now: datetime
) -> None:
    """Put down which meals these bills give back; each is given back by one bill alone."""
    used = [
        (invoice_id, credit)
        for invoice_id, bill in zip(ids, bills, strict=True)
        for credit in bill.credits
    ]
    if not used:
        return
    credits = [credit for _, credit in used]
    await conn.execute(
        """
        insert into meal_credit (school_id, student_id, item_id, day, amount, ground, charged_on,
               used_on, found_at)
        select $1, q.*, $2 from unnest($3::uuid[], $4::uuid[], $5::date[], $6::bigint[],
               $7::text[], $8::uuid[], $9::uuid[]) as q
            on conflict (school_id, student_id, item_id, day) do update
               set amount = excluded.amount, ground = excluded.ground,
                   charged_on = excluded.charged_on, used_on = excluded.used_on,
                   found_at = excluded.found_at
        """,
        school_id,
        now,
        [credit.student_id for credit in credits],
        [credit.item_id for credit in credits],
        [credit.day for credit in credits],
        [credit.amount for credit in credits],
        [credit.ground for credit in credits],
        [credit.charged_on for credit in credits],
        [invoice_id for invoice_id, _ in used],
    )
