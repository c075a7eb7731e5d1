"""Money that goes back by a bank transfer: asked for by one, decided by another, settled once."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import audit, db
from app.crypto import SchoolBox
from app.fees import telling
from app.fees.errors import NoSuchFund, NoSuchRefund
from app.fees.money import refunds
from app.fees.money.model import NewRefund, RefundState
from app.fees.office.model import TO_HOLDER_FIELD, TO_NUMBER_FIELD
from app.fees.office.refund_model import (
    BadRefundAccount,
    BankReferenceUsed,
    CashIsNotSentBack,
    RefundAsked,
    RefundIdTaken,
    RefundLine,
)
from app.fees.setup.banks import banks, is_number, packed_number, short_name

Decision = Literal["approve", "reject"]


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    school_id: int
    fund_id: UUID
    account_id: UUID
    amount: int
    state: RefundState
    reason: str
    to_bank_bin: str
    to_number: bytes
    to_holder: bytes
    requested_by: UUID
    requested_by_name: str | None
    requested_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    decided_reason: str | None
    bank_ref: str | None
    settled_by: UUID | None
    settled_at: datetime | None


async def request(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    asked: RefundAsked,
    requested_by: UUID,
    now: datetime,
) -> None:
    """Ask for free money back: it is held from now on. The same request again has no effect.

    Raises:
        NoSuchFund, MoreThanFree, BadRefundAccount, CashIsNotSentBack, RefundIdTaken
    """
    number = packed_number(asked.to_number)
    _check_account(asked.to_bank_bin, number)
    await _require_transfer(conn, school_id=school_id, fund_id=asked.fund_id)
    refund = NewRefund(
        id=asked.id,
        fund_id=asked.fund_id,
        amount=asked.amount,
        reason=asked.reason,
        to_bank_bin=asked.to_bank_bin,
        to_number=box.seal(number, field=TO_NUMBER_FIELD),
        to_holder=box.seal(asked.to_holder, field=TO_HOLDER_FIELD),
        requested_by=requested_by,
    )
    try:
        is_new = await refunds.hold(conn, school_id=school_id, refund=refund, now=now)
    except db.UniqueViolation:
        # Of two funds at once: each lock is its own fund's.
        raise RefundIdTaken from None
    if not is_new:
        known = await one(conn, box=box, school_id=school_id, refund_id=asked.id)
        same = (known.fund_id, known.amount, known.to_bank_bin, known.to_number)
        if same != (asked.fund_id, asked.amount, asked.to_bank_bin, number):
            raise RefundIdTaken
        return
    await telling.waits_for_second_person(
        conn, school_id=school_id, matter="refund", matter_id=asked.id, asked_by=requested_by,
        now=now,
    )  # fmt: skip
    await _note(conn, school_id, asked.id, "fee_refund_asked", requested_by, asked.amount, now)


async def decide(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    decision: Decision,
    reason: str | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    """Another person lets the transfer back be made, or does not.

    Raises:
        NoSuchRefund, RefundDecided, SamePerson
    """
    if decision == "approve":
        await refunds.send(
            conn,
            school_id=school_id,
            refund_id=refund_id,
            decided_by=decided_by,
            reason=reason,
            now=now,
        )
    else:
        await refunds.release(
            conn,
            school_id=school_id,
            refund_id=refund_id,
            state="rejected",
            by=decided_by,
            reason=reason,
            now=now,
        )
    kind = "fee_refund_approved" if decision == "approve" else "fee_refund_rejected"
    await _note(conn, school_id, refund_id, kind, decided_by, None, now)


async def settle(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    bank_ref: str | None,
    settled_by: UUID,
    now: datetime,
) -> None:
    """The bank has moved it under this reference; None: it did not, and the money is free again.

    Raises:
        NoSuchRefund, RefundDecided, BankReferenceUsed
    """
    if bank_ref is None:
        await refunds.release(
            conn,
            school_id=school_id,
            refund_id=refund_id,
            state="failed",
            by=settled_by,
            reason=None,
            now=now,
        )
        await _note(conn, school_id, refund_id, "fee_refund_failed", settled_by, None, now)
        return
    await refunds.pay_out(
        conn,
        school_id=school_id,
        refund_id=refund_id,
        bank_ref=bank_ref,
        by=settled_by,
        now=now,
    )
    await _require_unused(conn, school_id=school_id, refund_id=refund_id, bank_ref=bank_ref)
    await _find_in_statements(conn, school_id=school_id, refund_id=refund_id)
    await _tell_family(conn, school_id=school_id, refund_id=refund_id, now=now)
    await _note(conn, school_id, refund_id, "fee_refund_paid", settled_by, None, now)


async def listed(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    state: RefundState | None = None,
    fund_id: UUID | None = None,
    refund_id: UUID | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[RefundLine]:
    """Refunds, the latest asked for first."""
    rows = await db.many(
        conn,
        _Row,
        """
        select r.id, r.school_id, r.fund_id, f.account_id, r.amount, r.state, r.reason,
               r.to_bank_bin, r.to_number, r.to_holder, r.requested_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = r.requested_by) as requested_by_name,
               r.requested_at, r.decided_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = r.decided_by) as decided_by_name,
               r.decided_at, r.decided_reason, r.bank_ref, r.settled_by, r.settled_at
          from refund r join fund f on f.school_id = r.school_id and f.id = r.fund_id
         where r.school_id = $1 and ($2::text is null or r.state = $2)
           and ($3::uuid is null or r.fund_id = $3) and ($4::uuid is null or r.id = $4)
           and ($5::uuid is null or (r.requested_at, r.id) <
                (select b.requested_at, b.id from refund b where b.school_id = $1 and b.id = $5))
         order by r.requested_at desc, r.id desc limit $6
        """,
        school_id,
        state,
        fund_id,
        refund_id,
        before,
        limit,
    )
    return [_shown(box, row, is_whole=refund_id is not None) for row in rows]


async def one(conn: db.Conn, *, box: SchoolBox, school_id: int, refund_id: UUID) -> RefundLine:
    """One refund, with the whole number to transfer to.

    Raises:
        NoSuchRefund
    """
    found = await listed(conn, box=box, school_id=school_id, refund_id=refund_id, limit=1)
    if not found:
        raise NoSuchRefund
    return found[0]


def _shown(box: SchoolBox, row: _Row, *, is_whole: bool) -> RefundLine:
    number = box.open(row.to_number, field=TO_NUMBER_FIELD)
    return RefundLine(
        id=row.id,
        school_id=row.school_id,
        fund_id=row.fund_id,
        account_id=row.account_id,
        amount=row.amount,
        state=row.state,
        reason=row.reason,
        to_bank_bin=row.to_bank_bin,
        to_bank=short_name(row.to_bank_bin),
        to_holder=box.open(row.to_holder, field=TO_HOLDER_FIELD),
        to_number_tail=number[-4:],
        to_number=number if is_whole else None,
        requested_by=row.requested_by,
        requested_by_name=row.requested_by_name,
        requested_at=row.requested_at,
        decided_by=row.decided_by,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decided_reason=row.decided_reason,
        bank_ref=row.bank_ref,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
    )


def _check_account(bin: str, number: str) -> None:
    if bin not in banks():
        raise BadRefundAccount(
            ("Hãy chọn ngân hàng trong danh sách.", "Choose a bank of the list.")
        )
    if not is_number(number):
        raise BadRefundAccount(
            ("Số tài khoản có 6 đến 19 chữ số.", "An account's number has 6 to 19 digits.")
        )


async def _require_transfer(conn: db.Conn, *, school_id: int, fund_id: UUID) -> None:
    channel = await db.value(
        conn, "select channel from fund where school_id = $1 and id = $2", school_id, fund_id
    )
    if channel is None:
        raise NoSuchFund
    if channel != "transfer":
        raise CashIsNotSentBack(
            (
                "Hãy chuyển phần thừa vào khoản phải đóng khác của học sinh.",
                "Put what is left to another bill of the pupil.",
            )
        )


async def _require_unused(conn: db.Conn, *, school_id: int, refund_id: UUID, bank_ref: str) -> None:
    """Behind the account's lock: of two refunds settled at once one sees the other."""
    account_id = await db.value(
        conn,
        """
        select a.id from fee_account a
         where a.school_id = $1 and a.id = (
               select f.account_id from refund r
                 join fund f on f.school_id = $1 and f.id = r.fund_id
                where r.school_id = $1 and r.id = $2)
           for no key update
        """,
        school_id,
        refund_id,
    )
    used = await db.value(
        conn,
        """
        select 1 from refund r join fund f on f.school_id = $1 and f.id = r.fund_id
         where r.school_id = $1 and f.account_id = $2 and r.bank_ref = $3 and r.id <> $4 limit 1
        """,
        school_id,
        account_id,
        bank_ref,
        refund_id,
    )
    if used is not None:
        raise BankReferenceUsed


async def _find_in_statements(conn: db.Conn, *, school_id: int, refund_id: UUID) -> None:
    """Rows out of the account under this reference are this refund, to the đồng."""
    await conn.execute(
        """
        update bank_statement_row x set refund_id = r.id
          from refund r
          join fund f on f.school_id = r.school_id and f.id = r.fund_id
          join bank_statement b on b.school_id = f.school_id and b.account_id = f.account_id
         where r.school_id = $1 and r.id = $2 and x.school_id = $1 and x.statement_id = b.id
           and x.refund_id is null and x.amount = -r.amount and x.bank_ref = r.bank_ref
        """,
        school_id,
        refund_id,
    )


async def _tell_family(conn: db.Conn, *, school_id: int, refund_id: UUID, now: datetime) -> None:
    """The pupil's whose money it was, where it is one pupil's."""
    rows = await db.rows(
        conn,
        """
        select r.amount, s.student_id
          from refund r
          join fund f on f.school_id = $1 and f.id = r.fund_id
          join lateral (
               select f.credit_student_id as student_id where f.credit_student_id is not null
                union
               select i.student_id from allocation a
                 join invoice i on i.school_id = $1 and i.id = a.invoice_id
                where a.school_id = $1 and a.fund_id = f.id) s on true
         where r.school_id = $1 and r.id = $2
        """,
        school_id,
        refund_id,
    )
    if len(rows) == 1:
        await telling.changed(
            conn,
            school_id=school_id,
            student_id=rows[0]["student_id"],
            event_id=refund_id,
            change="refunded",
            amount=rows[0]["amount"],
            now=now,
        )


async def _note(
    conn: db.Conn,
    school_id: int,
    refund_id: UUID,
    kind: str,
    by: UUID,
    amount: int | None,
    now: datetime,
) -> None:
    await audit.record(
        conn,
        school_id=school_id,
        kind=kind,
        subject_id=refund_id,
        actor_account_id=by,
        detail={} if amount is None else {"amount": amount},
        now=now,
    )
