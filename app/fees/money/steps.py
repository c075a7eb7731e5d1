"""What every movement between a fund and bills writes, once all of it is locked and checked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.money import ledger
from app.fees.money.holding import entries_of, lines_of_offers
from app.fees.money.ledger import Txn
from app.fees.money.model import FundHeld, How, InvoiceHeld, Review
from app.ids import new_id


class Move(Struct, frozen=True, kw_only=True):
    """Money that goes to a bill, or below zero back into its fund; then `reverses` says what."""

    invoice: InvoiceHeld
    amount: int
    reverses: UUID | None = None


async def write(
    conn: db.Conn,
    *,
    school_id: int,
    fund: FundHeld,
    moves: Sequence[Move],
    how: How | Literal["reversal"],
    made_by: UUID | None,
    now: datetime,
    review: Review | None,
    credit_student_id: UUID | None,
    intent_id: UUID | None = None,
    reason: str | None = None,
) -> None:
    """Allocations, what is derived of them, and the books. An invoice is in one move at most."""
    ids = [new_id() for _ in moves]
    moved = sum(move.amount for move in moves)
    await conn.execute(
        """
        with move as (
            select * from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[])
                as m (id, invoice_id, amount, reverses)),
        made as (
            insert into allocation (school_id, id, fund_id, invoice_id, amount, how, reverses,
                   reason, made_by, made_at)
            select $1, id, $6, invoice_id, amount, $7, reverses, $8, $9, $10 from move),
        bill as (
            update invoice i set paid = i.paid + m.amount, changed_at = $10,
                   -- Who pays an offer takes it.
                   declined_at = case when m.amount < 0 then i.declined_at end
              from move m where i.school_id = $1 and i.id = m.invoice_id)
        update fund set allocated = allocated + $11, review = $12, credit_student_id = $13,
               intent_id = coalesce($14, intent_id), changed_at = $10
         where school_id = $1 and id = $6
        """,
        school_id,
        ids,
        [move.invoice.id for move in moves],
        [move.amount for move in moves],
        [move.reverses for move in moves],
        fund.id,
        how,
        reason,
        made_by,
        now,
        moved,
        review_of(fund.free - moved, review=review, credit_student_id=credit_student_id),
        credit_student_id,
        intent_id,
    )
    if not moves:
        return
    lines = await lines_of_offers(
        conn, school_id=school_id, invoices=[move.invoice for move in moves]
    )
    txns = [
        Txn(
            source_kind="allocation",
            source_id=id_,
            entries=entries_of(move.invoice, amount=move.amount, lines=lines),
        )
        for id_, move in zip(ids, moves, strict=True)
    ]
    await ledger.post(conn, school_id=school_id, txns=txns, now=now)


def review_of(free: int, *, review: Review | None, credit_student_id: UUID | None) -> Review | None:
    """Why a person has to look: free money that nobody's next bill waits for is never forgotten."""
    if free == 0:
        return None
    return review or ("over" if credit_student_id is None else None)
