"""A fund that has just been found is put to the bills that its memo names."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app import db
from app.fees import telling
from app.fees.money.allocating import allocate
from app.fees.receiving.candidates import named_by
from app.fees.receiving.matching import Facts, Named, Verdict, judge
from app.fees.references import references_in


async def apply(
    conn: db.Conn,
    *,
    school_id: int,
    fund_id: UUID,
    amount: int,
    account_id: UUID,
    memo: str,
    now: datetime,
) -> Verdict:
    """Judge a new fund by its memo and write what follows: shares, papers, news, or a review.

    For whoever has just got a new fund from `funds.receive`, in the same transaction. `account_id`
    is the fee account that it came to; `memo` is in clear.
    """
    refs = references_in(memo)
    named = await named_by(conn, school_id=school_id, refs=refs, now=now)
    verdict = judge(Facts(amount=amount, account_id=account_id, has_references=bool(refs)), named)
    await allocate(
        conn,
        school_id=school_id,
        fund_id=fund_id,
        shares=verdict.shares,
        how="auto",
        made_by=None,
        now=now,
        review=verdict.review,
        credit_student_id=verdict.credit_student_id,
        intent_id=verdict.intent_id,
    )
    if verdict.intent_id is not None:
        await _fulfil(
            conn, school_id=school_id, intent_id=verdict.intent_id, fund_id=fund_id, now=now
        )
    rest = amount - sum(share.amount for share in verdict.shares)
    student_id = verdict.credit_student_id or _first_named(named)
    if rest and student_id is not None:
        # Told of what the bills took alone, or of nothing, a family would ask where its money is.
        await telling.changed(
            conn,
            school_id=school_id,
            student_id=student_id,
            event_id=fund_id,
            change="held" if verdict.credit_student_id is None else "credited",
            amount=rest,
            now=now,
        )
    if verdict.review is not None:
        await telling.waits_for_review(conn, school_id=school_id, now=now)
    return verdict


def _first_named(named: Sequence[Named]) -> UUID | None:
    """One of the pupils whose bills the payer has named: of siblings one is told for all."""
    bills = [want.bill for each in named for want in each.wanted]
    first = min(bills, key=lambda bill: (bill.due_day, bill.invoice_id), default=None)
    return None if first is None else first.student_id


async def _fulfil(
    conn: db.Conn, *, school_id: int, intent_id: UUID, fund_id: UUID, now: datetime
) -> None:
    """Also one that had expired: the money is there."""
    await conn.execute(
        """
        update payment_intent set state = 'succeeded', fund_id = $3, changed_at = $4
         where school_id = $1 and id = $2 and state <> 'succeeded'
        """,
        school_id,
        intent_id,
        fund_id,
        now,
    )
