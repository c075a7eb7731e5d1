"""Rows of a statement that are still to be taken while other sources tell of the same money."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from app import db
from app.fees.office import statement_rows
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
