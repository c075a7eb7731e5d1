"""Issuing a period: all pupils' bills in one transaction, which a worker's death undoes.

Who is billed already is left, so that the same order twice bills nobody twice.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from app import audit, db
from app.fees import telling
from app.fees.billing import queries
from app.fees.billing.compute import compute
from app.fees.billing.facts import facts_of
from app.fees.billing.lapsing import hold_lapsed
from app.fees.billing.model import (
    BadScope,
    Bill,
    Facts,
    Issue,
    Issued,
    NotAsPreviewed,
    NotToBeBilled,
    PeriodClosed,
)
from app.fees.billing.warnings import blocking
from app.fees.billing.writing import write_bills
from app.fees.money import ledger
from app.fees.money.crediting import apply_credit
from app.fees.setup import queries as setup
from app.fees.setup.model import BillingPeriod, NoSuchPeriod
from app.jobs.model import Progress
from app.schools.common import school_day

LANE: Final = "fees"
KIND: Final = "fee_issue"


async def require_issuable(conn: db.Conn, *, school_id: int, issue: Issue, now: datetime) -> int:
    """What can be said before a job is made of it; how many pupils it is about.

    Raises:
        NoSuchPeriod, PeriodClosed, BadScope, NotToBeBilled: as `issue_bills`.
    """
    period = await open_period(conn, school_id=school_id, period_id=issue.period_id)
    facts = await facts_of(
        conn, school_id=school_id, period=period, scope=issue.scope, ref=issue.ref, now=now
    )
    require_billable(facts, issue)
    return len(facts.pupils)


async def issue_bills(
    conn: db.Conn,
    *,
    school_id: int,
    issue: Issue,
    issued_by: UUID,
    now: datetime,
    told: Progress,
) -> Issued:
    """Open the bills of this part of the school, in the caller's transaction, and tell families.

    Raises:
        NoSuchPeriod: not of this school.
        PeriodClosed: it takes no bills any more.
        BadScope: there is nobody in that part of the school.
        NotToBeBilled: an item is over, forbidden, or dearer than its cap; the account is over.
        NotAsPreviewed: somebody has changed what is charged since it was looked at.
    """
    await queries.hold_billing(conn, school_id=school_id)
    await queries.hold_period(conn, school_id=school_id, period_id=issue.period_id)
    period = await open_period(conn, school_id=school_id, period_id=issue.period_id)
    has_offers = await hold_lapsed(conn, school_id=school_id, today=school_day(now))
    facts = await facts_of(
        conn, school_id=school_id, period=period, scope=issue.scope, ref=issue.ref, now=now
    )
    require_billable(facts, issue)
    computed = compute(facts)
    bills = computed.bills
    _require_as_seen(bills, issue)
    await told(0, len(bills))
    ids = await write_bills(
        conn,
        school_id=school_id,
        period=period,
        bills=bills,
        issued_by=issued_by,
        now=now,
        told=told,
    )
    credit, families = await after_opening(
        conn, school_id=school_id, invoice_ids=ids, is_told=True, now=now, waits=not has_offers
    )
    if ids:
        await setup.mark_open(conn, school_id=school_id, period_id=period.id, now=now)
    issued = _issued(
        bills,
        already=len({student_id for student_id, _, _ in computed.already}),
        without=len(computed.without_charge),
        credit=credit,
        told=families,
    )
    await _record(conn, school_id, issue, issued, issued_by, now)
    return issued


def require_billable(facts: Facts, issue: Issue) -> None:
    """Refuse a part of the school without pupils, and charges that may not be billed.

    Raises:
        BadScope, NotToBeBilled: as said.
    """
    if not facts.pupils:
        raise BadScope(
            (
                "Không có học sinh nào đang học trong phạm vi này.",
                "No pupil of the school is in this part of it.",
            )
        )
    found = blocking(facts)
    if found:
        names = ", ".join(sorted({each.item_name for each in found if each.item_name}))
        raise NotToBeBilled(
            (
                f"Hãy sửa đợt thu trước khi phát hành: {names or 'tài khoản thu đã ngừng'}.",
                f"Put the period right first: {names or 'its account is over'}.",
            ),
        )


def _require_as_seen(bills: list[Bill], issue: Issue) -> None:
    """Thousands of families hear of it in a minute: nobody else's slip may be theirs."""
    total = sum(bill.total for bill in bills)
    if issue.seen is not None and total != issue.seen:
        raise NotAsPreviewed(
            (
                f"Lúc xem là {issue.seen} đồng, bây giờ là {total} đồng. Hãy xem trước lại.",
                f"It was {issue.seen} đồng when seen, and is {total} now. Look at it again.",
            )
        )


async def open_period(conn: db.Conn, *, school_id: int, period_id: UUID) -> BillingPeriod:
    """A period that takes bills.

    Raises:
        NoSuchPeriod: not of this school.
        PeriodClosed: it is closed.
    """
    period = await setup.period_of(conn, school_id=school_id, period_id=period_id)
    if period is None:
        raise NoSuchPeriod
    if period.state == "closed":
        raise PeriodClosed(
            ("Đợt đã đóng không phát hành thêm.", "A closed period takes no more bills.")
        )
    return period


async def after_opening(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_ids: list[UUID],
    is_told: bool,
    now: datetime,
    waits: bool,
) -> tuple[int, int]:
    """The books, then the money that waited for these bills, then the families.

    What was paid by credit, in đồng, and how many families were told that something is due.
    `waits` for credit that others have in hand: only who holds no bill but these.
    """
    if not invoice_ids:
        return 0, 0
    await ledger.post_opened(conn, school_id=school_id, invoice_ids=invoice_ids, now=now)
    credit = await apply_credit(
        conn, school_id=school_id, invoice_ids=invoice_ids, now=now, waits=waits
    )
    families = 0
    if is_told:
        families = await telling.due(conn, school_id=school_id, invoice_ids=invoice_ids, now=now)
    return credit, families


def _issued(bills: list[Bill], *, already: int, without: int, credit: int, told: int) -> Issued:
    owed = [bill for bill in bills if not bill.is_voluntary]
    return Issued(
        invoices=len(owed),
        offers=len(bills) - len(owed),
        pupils=len({bill.student_id for bill in bills}),
        already_billed=already,
        without_charge=without,
        total=sum(bill.total for bill in owed),
        credit=credit,
        told=told,
    )


async def _record(
    conn: db.Conn, school_id: int, issue: Issue, issued: Issued, by: UUID, now: datetime
) -> None:
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_issued",
        subject_id=issue.period_id,
        actor_account_id=by,
        detail={
            "scope": issue.scope,
            "ref": issue.ref,
            "invoices": issued.invoices,
            "offers": issued.offers,
            "total": issued.total,
        },
        now=now,
    )
