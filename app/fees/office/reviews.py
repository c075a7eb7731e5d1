"""What waits for a person, and what the person says: this money is for these bills."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app import audit, db
from app.crypto import SchoolBox
from app.fees import telling
from app.fees.errors import MoreThanFree, NoSuchAllocation, NoSuchFund
from app.fees.money import allocating
from app.fees.money.funds import hold_funds
from app.fees.money.model import FundHeld, Share
from app.fees.office import review_queries as queries
from app.fees.office.fund_briefs import alike
from app.fees.office.review_model import (
    DecisionIdTaken,
    FundShown,
    NoSuchPupil,
    NothingToDo,
)
from app.fees.office.suggestions import suggestions


async def fund_shown(conn: db.Conn, *, box: SchoolBox, school_id: int, fund_id: UUID) -> FundShown:
    """One fund with what became of it and, while some is free, what it may be for.

    Raises:
        NoSuchFund
    """
    line = await queries.fund(conn, box=box, school_id=school_id, fund_id=fund_id)
    if line is None:
        raise NoSuchFund
    return FundShown(
        fund=line,
        allocations=await queries.allocations(conn, school_id=school_id, fund_id=fund_id),
        refunds=await queries.refunds_of_fund(conn, school_id=school_id, fund_id=fund_id),
        sightings=await queries.sightings(conn, school_id=school_id, fund_id=fund_id),
        suggestions=await suggestions(conn, school_id=school_id, fund=line),
        alike=await alike(conn, box=box, school_id=school_id, fund_id=fund_id),
    )


async def allocate(
    conn: db.Conn,
    *,
    school_id: int,
    fund_id: UUID,
    decision_id: UUID,
    shares: Sequence[Share],
    credit_student_id: UUID | UnsetType | None,
    made_by: UUID,
    now: datetime,
) -> None:
    """Put a fund to these bills as a person says; the rest waits for a pupil's next bill, or stays.

    Once for each `decision_id`: the same again is as if it were not there.

    Raises:
        NoSuchFund, NoSuchInvoice, NoSuchPupil, NothingToDo, InvoiceNotOpen, MoreThanDue,
        MoreThanFree: somebody was faster, or it is too much.
        DecisionIdTaken: something else was decided under this id.
    """
    if not shares and credit_student_id is UNSET:
        raise NothingToDo
    digest = _hash(fund_id, shares, credit_student_id)
    known = await queries.decided_before(conn, school_id=school_id, decision_id=decision_id)
    if known is None:
        fund = (await hold_funds(conn, school_id=school_id, fund_ids=[fund_id]))[fund_id]
        is_first = await queries.note_decision(
            conn,
            school_id=school_id,
            decision_id=decision_id,
            fund_id=fund_id,
            body_hash=digest,
            made_by=made_by,
            now=now,
        )
        if is_first:
            pupil = fund.credit_student_id if credit_student_id is UNSET else credit_student_id
            if pupil is not None and not await queries.is_pupil(
                conn, school_id=school_id, student_id=pupil
            ):
                raise NoSuchPupil
            await _write(conn, school_id, fund, decision_id, shares, pupil, made_by, now)
            return
        known = await queries.decided_before(conn, school_id=school_id, decision_id=decision_id)
    if known != digest:
        raise DecisionIdTaken


async def reverse(
    conn: db.Conn,
    *,
    school_id: int,
    allocation_id: UUID,
    reason: str,
    made_by: UUID,
    now: datetime,
) -> UUID:
    """Take an allocation back; its fund, where the money is free again and waits for a person.

    Raises:
        NoSuchAllocation, AlreadyReversed
    """
    fund_id = await queries.fund_of_allocation(
        conn, school_id=school_id, allocation_id=allocation_id
    )
    if fund_id is None:
        raise NoSuchAllocation
    await allocating.reverse(
        conn,
        school_id=school_id,
        allocation_id=allocation_id,
        made_by=made_by,
        reason=reason,
        now=now,
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_reversal",
        subject_id=fund_id,
        actor_account_id=made_by,
        detail={"allocation": str(allocation_id)},
        now=now,
    )
    return fund_id


async def _write(
    conn: db.Conn,
    school_id: int,
    fund: FundHeld,
    decision_id: UUID,
    shares: Sequence[Share],
    pupil: UUID | None,
    made_by: UUID,
    now: datetime,
) -> None:
    rest = fund.free - sum(share.amount for share in shares)
    if rest < 0:
        raise MoreThanFree
    await allocating.allocate(
        conn,
        school_id=school_id,
        fund_id=fund.id,
        shares=shares,
        how="confirmed",
        made_by=made_by,
        now=now,
        review=None if pupil is not None else fund.review,
        credit_student_id=pupil if rest else None,
    )
    await _tell(conn, school_id, fund, decision_id, shares, pupil, now)
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_allocation",
        subject_id=fund.id,
        actor_account_id=made_by,
        detail={
            "decision": str(decision_id),
            "shares": [[str(share.invoice_id), share.amount] for share in shares],
            "credit": None if pupil is None or not rest else str(pupil),
            "rest": rest,
        },
        now=now,
    )


async def _tell(
    conn: db.Conn,
    school_id: int,
    fund: FundHeld,
    decision_id: UUID,
    shares: Sequence[Share],
    pupil: UUID | None,
    now: datetime,
) -> None:
    """Whose credit it is from now on, and whose it is no longer but by bills of their own."""
    was, rest = fund.credit_student_id, fund.free - sum(share.amount for share in shares)
    changes: list[tuple[UUID, telling.Change, int]] = []
    if was is not None:
        own = await queries.bills_among(
            conn,
            school_id=school_id,
            student_id=was,
            invoice_ids=[share.invoice_id for share in shares],
        )
        theirs = sum(share.amount for share in shares if share.invoice_id in own)
        kept = rest if pupil == was else 0
        changes.append((was, "uncredited", fund.free - theirs - kept))
    if pupil is not None and pupil != was:
        changes.append((pupil, "credited", rest))
    for student_id, change, amount in changes:
        if amount:
            await telling.changed(
                conn,
                school_id=school_id,
                student_id=student_id,
                event_id=decision_id,
                change=change,
                amount=amount,
                now=now,
            )


def _hash(
    fund_id: UUID, shares: Sequence[Share], credit_student_id: UUID | UnsetType | None
) -> bytes:
    told = [
        str(fund_id),
        sorted((str(share.invoice_id), share.amount) for share in shares),
        "as it is" if credit_student_id is UNSET else credit_student_id,
    ]
    return hashlib.sha256(msgspec.json.encode(told)).digest()
