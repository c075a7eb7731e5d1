"""Bills taken back, issued anew, and given up."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, structs

from app import audit, db
from app.fees import telling
from app.fees.billing import queries
from app.fees.billing.compute import compute
from app.fees.billing.facts import facts_of
from app.fees.billing.issuing import after_opening, open_period, require_billable
from app.fees.billing.lists import invoice_row
from app.fees.billing.model import (
    Facts,
    HasLeft,
    HasPayments,
    Issue,
    MealsCredited,
    NothingOwed,
)
from app.fees.billing.shown import InvoiceRow
from app.fees.billing.writing import write_bills
from app.fees.errors import InvoiceNotOpen, SamePerson
from app.fees.money import ledger
from app.fees.money.allocating import reverse_all
from app.fees.money.crediting import lock_credit
from app.fees.setup import queries as setup
from app.schools.common import school_day

_CREDIT_BACK: Final = "Phiếu thu bị hủy"


class Voided(Struct, frozen=True, kw_only=True):
    """What a void has left: the bill's successor, None if there is none."""

    reissued: UUID | None


async def void(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_id: UUID,
    reason: str,
    reissue: bool,
    account_id: UUID,
    now: datetime,
) -> Voided:
    """Take a bill back of which nothing was paid; with `reissue` bill the pupil by what holds now.

    Credit that paid it waits for the next bill again, and so do the meals that it gave back.

    Raises:
        NoSuchInvoice: not of this school.
        InvoiceNotOpen: it is void or written off.
        HasPayments: money has come for it.
        MealsCredited: another bill gives back meals that this one asked for.
        HasLeft, PeriodClosed, NotToBeBilled: it cannot be issued anew.
    """
    await queries.hold_billing(conn, school_id=school_id)
    before = await invoice_row(conn, school_id=school_id, invoice_id=invoice_id)
    await queries.hold_period(conn, school_id=school_id, period_id=before.period_id)
    await _hold(conn, before, now)
    row = await invoice_row(conn, school_id=school_id, invoice_id=invoice_id)
    await _require_voidable(conn, row)
    if reissue and row.has_left:
        raise HasLeft(
            (
                "Học sinh đã rời trường không có phiếu mới. Hãy hủy mà không phát hành lại.",
                "A pupil who has left gets no new bill. Void it without reissuing.",
            )
        )
    if row.paid:
        await reverse_all(
            conn,
            school_id=school_id,
            invoice_id=invoice_id,
            made_by=account_id,
            reason=_CREDIT_BACK,
            now=now,
        )
    await _mark_void(conn, row, reason=reason, account_id=account_id, now=now)
    await ledger.post_voided(conn, school_id=school_id, invoice_ids=[invoice_id], now=now)
    reissued = None
    if reissue:
        reissued = await _reissue(conn, row, account_id=account_id, now=now)
    await _tell_void(conn, row, reissued, now)
    await _record(conn, row, "fee_voided", account_id, now, reissued=reissued)
    return Voided(reissued=reissued)


async def write_off(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_id: UUID,
    reason: str,
    account_id: UUID,
    now: datetime,
) -> None:
    """Give up what is left to pay of a bill. What was paid stays paid.

    Raises:
        NoSuchInvoice: not of this school.
        InvoiceNotOpen: it is void or written off already.
        NothingOwed: it is an offer, which is no debt, or paid.
        SamePerson: who issued it gives it up: nobody alone makes money due and forgets it.
    """
    row = await invoice_row(conn, school_id=school_id, invoice_id=invoice_id)
    await _hold(conn, row, now)
    row = await invoice_row(conn, school_id=school_id, invoice_id=invoice_id)
    if row.state != "open":
        raise InvoiceNotOpen
    if row.is_voluntary or row.rest == 0:
        raise NothingOwed
    if account_id == await _issuer(conn, row):
        raise SamePerson
    await conn.execute(
        """
        update invoice set state = 'written_off', written_off_by = $3, written_off_at = $4,
               write_off_reason = $5, changed_at = $4
         where school_id = $1 and id = $2
        """,
        school_id,
        invoice_id,
        account_id,
        now,
        reason,
    )
    await ledger.post_written_off(conn, school_id=school_id, invoice_ids=[invoice_id], now=now)
    await telling.changed(
        conn,
        school_id=school_id,
        student_id=row.student_id,
        event_id=invoice_id,
        change="written_off",
        amount=row.rest,
        now=now,
    )
    await _record(conn, row, "fee_written_off", account_id, now, amount=row.rest)


async def _issuer(conn: db.Conn, row: InvoiceRow) -> UUID:
    found: UUID = await db.value(
        conn,
        "select issued_by from invoice where school_id = $1 and id = $2",
        row.school_id,
        row.id,
    )
    return found


async def _hold(conn: db.Conn, row: InvoiceRow, now: datetime) -> None:
    """Funds first, then the bill: the order of all who move money.

    With it the pupil's offers whose meals a bill issued anew may give back.
    """
    await lock_credit(
        conn, school_id=row.school_id, student_ids=[row.student_id], invoice_ids=[row.id]
    )
    lapsed = await queries.lapsed_offers(
        conn, school_id=row.school_id, today=school_day(now), student_id=row.student_id
    )
    await queries.hold_bills(conn, school_id=row.school_id, invoice_ids=[row.id, *lapsed])


async def _require_voidable(conn: db.Conn, row: InvoiceRow) -> None:
    if row.state != "open":
        raise InvoiceNotOpen
    if row.paid and not await _is_paid_by_credit_alone(conn, row):
        raise HasPayments(
            (
                "Hãy chuyển khoản tiền đã ghi nhận sang phiếu khác hoặc hoàn lại trước.",
                "Take the money that was put to it back first, or refund it.",
            )
        )
    others = await db.value(
        conn,
        """
        select count(*) from meal_credit
         where school_id = $1 and charged_on = $2 and used_on is not null
        """,
        row.school_id,
        row.id,
    )
    if others:
        raise MealsCredited(
            (
                "Hãy hủy phiếu đã trừ các suất ăn ấy trước.",
                "Void the bill that gives these meals back first.",
            )
        )


async def _is_paid_by_credit_alone(conn: db.Conn, row: InvoiceRow) -> bool:
    by_others: int = await db.value(
        conn,
        """
        select coalesce(sum(coalesce(o.amount, a.amount) * case when o.id is null then 1 else -1
               end), 0)
          from allocation a
          left join allocation o on o.school_id = a.school_id and o.id = a.reverses
         where a.school_id = $1 and a.invoice_id = $2 and coalesce(o.how, a.how) <> 'credit'
        """,
        row.school_id,
        row.id,
    )
    return by_others == 0


async def _mark_void(
    conn: db.Conn, row: InvoiceRow, *, reason: str, account_id: UUID, now: datetime
) -> None:
    await conn.execute(
        """
        update invoice set state = 'void', voided_by = $3, voided_at = $4, void_reason = $5,
               changed_at = $4
         where school_id = $1 and id = $2
        """,
        row.school_id,
        row.id,
        account_id,
        now,
        reason,
    )
    await conn.execute(
        "update meal_credit set used_on = null where school_id = $1 and used_on = $2",
        row.school_id,
        row.id,
    )


async def _reissue(
    conn: db.Conn, row: InvoiceRow, *, account_id: UUID, now: datetime
) -> UUID | None:
    """The pupil's bill of that instalment by what holds now; None: nothing is asked any more."""
    school_id = row.school_id
    period = await open_period(conn, school_id=school_id, period_id=row.period_id)
    issue = Issue(period_id=period.id, scope="student", ref=str(row.student_id))
    facts = _of_instalment(
        await facts_of(
            conn, school_id=school_id, period=period, scope=issue.scope, ref=issue.ref, now=now
        ),
        row,
    )
    require_billable(facts, issue)
    bills = compute(facts).bills
    if not bills:
        return None
    (invoice_id,) = await write_bills(
        conn,
        school_id=school_id,
        period=period,
        bills=bills,
        issued_by=account_id,
        now=now,
        replaces=row.id,
    )
    await after_opening(
        conn, school_id=school_id, invoice_ids=[invoice_id], is_told=False, now=now, waits=False
    )
    await setup.mark_open(conn, school_id=school_id, period_id=period.id, now=now)
    return invoice_id


def _of_instalment(facts: Facts, row: InvoiceRow) -> Facts:
    charges = [
        charge
        for charge in facts.charges
        if charge.seq == row.seq and facts.items[charge.item_id].is_voluntary == row.is_voluntary
    ]
    return structs.replace(facts, charges=charges)


async def _tell_void(conn: db.Conn, row: InvoiceRow, reissued: UUID | None, now: datetime) -> None:
    amount = row.total
    if reissued is not None:
        fresh = await invoice_row(conn, school_id=row.school_id, invoice_id=reissued)
        amount = fresh.total
    await telling.changed(
        conn,
        school_id=row.school_id,
        student_id=row.student_id,
        event_id=reissued or row.id,
        change="voided" if reissued is None else "reissued",
        amount=amount,
        now=now,
    )


async def _record(
    conn: db.Conn,
    row: InvoiceRow,
    kind: str,
    account_id: UUID,
    now: datetime,
    *,
    reissued: UUID | None = None,
    amount: int | None = None,
) -> None:
    await audit.record(
        conn,
        school_id=row.school_id,
        kind=kind,
        subject_id=row.id,
        actor_account_id=account_id,
        detail={
            "student": str(row.student_id),
            "total": row.total,
            "amount": amount,
            "reissued": None if reissued is None else str(reissued),
        },
        now=now,
    )
