"""Rows of a statement that are still to be taken while other sources tell of the same money."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from app import db
from app.fees.errors import NotProvedMissing
from app.fees.office import refunds, statement_rows
from app.fees.office.refund_model import StrikeAsked
from tests.fees.drain import books_are_the_banks, drain
from tests.fees.moves import Choice
from tests.fees.moves_bank import bring, taking, webhook
from tests.fees.office_facts import office_facts
from tests.fees.term import Term, open_term
from tests.fees.truth import NAMINGS

_WITHOUT_REFERENCES = NAMINGS.index(
    next(naming for naming in NAMINGS if naming.told and naming.printed is None)
)
_FIRST = Choice(n=0, m=0, amount=0, ref="", is_alone=True)


@pytest.fixture
async def term(owner: asyncpg.Connection, database: str) -> AsyncIterator[Term]:
    """At a bank whose statements give no references, though its gateway does."""
    pool = await db.create_pool(database, role=db.APP_ROLE, size=4)
    school_id = 10 * len(NAMINGS) + _WITHOUT_REFERENCES
    yield await open_term(owner, pool, school_id=school_id)
    await pool.close()


async def test_a_row_left_is_no_new_money_once_a_later_statement_has_shown_what_it_is(
    term: Term,
) -> None:
    term.account.moves("FT1", 120, "nop tien hoc", at=term.now)
    async with term.step() as conn:
        first = await bring(term, conn, since_days=1)
    for move in (webhook, taking):
        facts = await office_facts(term.owner, term.school_id)
        async with term.step() as conn:
            await move(term, conn, facts, _FIRST)
    term.now += timedelta(minutes=5)
    term.account.moves("FT2", 75, "mua sach", at=term.now)
    async with term.step() as conn:
        await bring(term, conn, since_days=1)
    async with term.step() as conn:
        assert await statement_rows.take_next(
            conn, box=term.box, school_id=term.school_id, statement_id=first, now=term.now
        )
    facts = await office_facts(term.owner, term.school_id)
    assert [(row.waits, row.fund_id) for row in facts.rows if row.statement_id == first] == [
        ("maybe_known", None)
    ]
    await drain(term)
    await books_are_the_banks(term)


async def test_what_a_waiting_row_may_be_is_not_struck_as_if_it_had_never_come(term: Term) -> None:
    """The bank's own row of it lies there: first somebody says what that is."""
    term.account.moves("FT1", 120, "nop tien hoc", at=term.now, days=1)
    for move in (webhook, taking):
        facts = await office_facts(term.owner, term.school_id)
        async with term.step() as conn:
            await move(term, conn, facts, _FIRST)
    term.now += timedelta(days=4)
    term.account.moves("FT2", 75, "mua sach", at=term.now)
    async with term.step() as conn:
        await bring(term, conn, since_days=400)
    facts = await office_facts(term.owner, term.school_id)
    assert [row.waits for row in facts.rows] == ["maybe_known", None]
    # It speaks of the day of the transfer too.
    await term.owner.execute("update bank_statement set from_day = from_day - 3")
    asked = StrikeAsked(
        id=term.id_of("strike"), fund_id=facts.funds[0].id, double_of=None, reason="Không có"
    )
    with pytest.raises(NotProvedMissing):
        async with term.step() as conn:
            await refunds.request_strike(
                conn,
                box=term.box,
                school_id=term.school_id,
                asked=asked,
                requested_by=term.accountant,
                now=term.now,
            )


async def test_what_came_after_a_statement_of_the_same_day_is_no_gap_once_another_has_it(
    term: Term,
) -> None:
    """One is made at noon, the next begins the day after; a third has both days."""
    term.account.moves("FT0", 100, "nop tien FT0", at=term.now - timedelta(days=9))
    for ref, hours in (("FT1", 0), ("FT2", 2), ("FT3", 24)):
        term.now += timedelta(hours=hours)
        term.account.moves(ref, 120 + hours, f"nop tien {ref}", at=term.now)
        if hours != 2:
            async with term.step() as conn:
                await bring(term, conn, since_days=0)
    await drain(term)
    await books_are_the_banks(term)
