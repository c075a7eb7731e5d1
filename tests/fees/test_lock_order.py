"""Funds, then bills, then the receipts' numbers: whoever comes back to a fund waits for nobody."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from app import db
from app.fees.billing import changing
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue
from app.fees.money.check import differences
from app.fees.money.model import Share
from app.fees.office import reviews
from app.fees.setup import periods
from app.fees.setup.charges import ChargeWritten, set_charges
from app.ids import new_id
from app.schools.common import school_day
from tests.fees.faults import Stops
from tests.fees.term import Term, open_term
from tests.patience import until_waiting

_PRICE = 300


@pytest.fixture
async def term(owner: asyncpg.Connection, database: str) -> AsyncIterator[Term]:
    pool = await db.create_pool(database, role=db.APP_ROLE, size=8)
    yield await open_term(owner, pool, school_id=1000)
    await pool.close()


async def charged(term: Term, item: UUID) -> UUID:
    """A period that asks all pupils for one item."""
    today = school_day(term.now)
    async with term.step() as conn:
        made = await periods.make(
            conn,
            school_id=term.school_id,
            name="Tháng 11",
            from_day=today,
            to_day=today + timedelta(days=6),
            due_day=today + timedelta(days=5),
            account_id=term.bank_id,
            accepts_partial=True,
            made_by=term.accountant,
            now=term.now,
        )
        charge = ChargeWritten(
            item_id=item, seq=1, due_day=None, amount=_PRICE, quantity=None, scope="school", ref=""
        )
        await set_charges(
            conn,
            school_id=term.school_id,
            period_id=made.id,
            written=[charge],
            set_by=term.accountant,
            now=term.now,
        )
    return made.id


async def issue(term: Term, conn: db.Conn, period_id: UUID, student: UUID) -> None:
    await issue_bills(
        conn,
        school_id=term.school_id,
        issue=Issue(period_id=period_id, scope="student", ref=str(student)),
        issued_by=term.accountant,
        now=term.now,
        told=_told,
    )


async def billed(term: Term, *, item: UUID, student: UUID) -> UUID:
    """A period's bill of one pupil for one item."""
    period_id = await charged(term, item)
    async with term.step() as conn:
        await issue(term, conn, period_id, student)
    return await bill_of(term, period_id)


async def bill_of(term: Term, period_id: UUID) -> UUID:
    found: UUID = await term.owner.fetchval(
        "select id from invoice where period_id = $1 and state = 'open'", period_id
    )
    return found


async def _told(_done: int, _total: int) -> None:
    return None


async def decide(
    term: Term, conn: db.Conn, fund_id: UUID, *shares: Share, pupil: UUID | None = None
) -> None:
    """An accountant says which bills a fund is for, and whose next bill the rest."""
    await reviews.allocate(
        conn,
        school_id=term.school_id,
        fund_id=fund_id,
        decision_id=new_id(),
        shares=shares,
        credit_student_id=pupil,
        made_by=term.accountant,
        now=term.now,
    )


async def test_who_voids_and_bills_anew_waits_for_no_fund_that_somebody_has_in_hand(
    term: Term,
) -> None:
    """The credit came after the bill was locked; its holder waits for the receipts' numbers."""
    pupil = term.students[0]
    await term.do(lambda c: term.receive(c, _PRICE, ref="FT1", credit=pupil))
    bill = await billed(term, item=term.items[0], student=pupil)
    late = (await term.do(lambda c: term.receive(c, 50, ref="FT2"))).fund_id

    async def give_away() -> None:
        async with term.step() as conn:
            await decide(term, conn, late)

    async with term.step() as conn:
        held = Stops(conn, before="select a.id, a.fund_id, a.invoice_id, a.amount")
        numbered = Stops(held.as_conn, before="update invoice set state = 'void'")
        voiding = asyncio.create_task(
            changing.void(
                numbered.as_conn,
                school_id=term.school_id,
                invoice_id=bill,
                reason="Sai",
                reissue=True,
                account_id=term.accountant,
                now=term.now,
            )
        )
        await held.is_there.wait()
        async with term.step() as other:
            await decide(term, other, late, pupil=pupil)
        held.goes_on.set()
        await numbered.is_there.wait()
        giving = asyncio.create_task(give_away())
        await until_waiting(term.owner)
        numbered.goes_on.set()
        voided = await voiding
    await giving
    paid = await term.owner.fetchval("select paid from invoice where id = $1", voided.reissued)
    assert paid == _PRICE
    assert await term.do(lambda c: differences(c, school_id=term.school_id)) == []


async def test_who_issues_and_holds_offers_waits_for_no_fund_that_somebody_has_in_hand(
    term: Term,
) -> None:
    """The credit came after the offers were locked; its holder waits for one of them."""
    pupil = term.students[0]
    asked = await billed(term, item=term.items[0], student=pupil)
    offer = await billed(term, item=term.items[1], student=pupil)
    await term.owner.execute(_LAPSED, term.school_id, pupil, term.items[2], asked, offer, term.now)
    period_id = await charged(term, term.items[0])
    late = (await term.do(lambda c: term.receive(c, 50, ref="FT1"))).fund_id

    async def take_offer() -> None:
        async with term.step() as conn:
            await decide(term, conn, late, Share(invoice_id=offer, amount=20), pupil=pupil)

    async with term.step() as conn:
        held = Stops(conn, before="insert into invoice ")
        issuing = asyncio.create_task(issue(term, held.as_conn, period_id, pupil))
        await held.is_there.wait()
        async with term.step() as other:
            await decide(term, other, late, pupil=pupil)
        taking = asyncio.create_task(take_offer())
        await until_waiting(term.owner)
        held.goes_on.set()
        await issuing
    await taking
    rows = await term.owner.fetch("select id, paid from invoice where paid > 0")
    assert [tuple(row) for row in rows] == [(offer, 20)]
    assert await term.do(lambda c: differences(c, school_id=term.school_id)) == []


# An offer that gave a meal back and was declined: what it gave is free for the next bill.
_LAPSED = """
    with given as (
        insert into meal_credit (school_id, student_id, item_id, day, amount, ground, charged_on,
               used_on, found_at)
        values ($1, $2, $3, '2026-11-02', 30, 'leave', $4, $5, $6))
    update invoice set declined_at = $6 where school_id = $1 and id = $5
"""
