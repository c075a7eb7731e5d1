"""The end of a school's time: all that was told is taken, and what the bank holds is in the books.

Who decides here knows the truth, as an accountant does who looks at both sides.
"""

from datetime import timedelta
from uuid import UUID

from app import db
from app.errors import AppError
from app.fees.office import reconciling, refunds, statement_rows
from app.fees.office.model import MEMO_FIELD
from app.fees.office.refund_model import StrikeAsked
from app.fees.receiving.taker import DueEvent, take
from app.ids import new_id
from app.schools.common import school_day
from tests.fees.moves import Refused
from tests.fees.moves_bank import GATEWAYS, bring, in_books, told_of
from tests.fees.moves_office import doubles, take_back
from tests.fees.office_facts import Row, office_facts
from tests.fees.term import VAULT, Term
from tests.fees.truth import tag_of


async def drain(term: Term) -> None:
    """Everything comes to its end; then the bank's side and ours are held against each other."""
    # The last events are due, and the last transfers posted by then.
    term.now += timedelta(days=3)
    await _take_events(term)
    try:
        async with term.step() as conn:
            last = await bring(term, conn, since_days=400)
    except Refused:
        return
    await _take_rows(term)
    await _decide_rows(term, of=last)
    await _decide_rows(term, of=None)
    await _restore(term)
    await _strike_doubles(term)
    await _reconcile(term)


async def books_are_the_banks(term: Term) -> None:
    """Each transfer in is one fund, and no other transfer is in the books."""
    found, held = await in_books(term, term.owner), term.account.held()
    assert found == held, f"only in the books {found - held}, only at the bank {held - found}"


async def _tags(term: Term) -> dict[UUID, int]:
    """Who pays for what, of each fund that came by the bank."""
    rows = await term.owner.fetch(
        "select id, memo from fund where school_id = $1 and channel = 'transfer'", term.school_id
    )
    return {row["id"]: tag_of(term.box.open(row["memo"], field=MEMO_FIELD)) for row in rows}


async def _take_events(term: Term) -> None:
    facts = await office_facts(term.owner, term.school_id)
    for event in facts.due_events(term.now):
        due = DueEvent(school_id=term.school_id, merchant_id=term.merchant_id, event_key=event.key)
        async with term.step() as conn:
            assert await take(conn, event=due, vault=VAULT, gateways=GATEWAYS, now=term.now)


async def _take_rows(term: Term) -> None:
    facts = await office_facts(term.owner, term.school_id)
    for each in facts.rows:
        if each.is_left:
            async with term.step() as conn:
                await statement_rows.take_next(
                    conn,
                    box=term.box,
                    school_id=term.school_id,
                    statement_id=each.statement_id,
                    now=term.now,
                )


async def _decide_rows(term: Term, *, of: UUID | None) -> None:
    """What waits, of this statement or (None) of all."""
    facts = await office_facts(term.owner, term.school_id)
    for each in facts.waiting_rows:
        if of is None or each.statement_id == of:
            async with term.step() as conn:
                await _decide_row(term, conn, each)


async def _decide_row(term: Term, conn: db.Conn, each: Row) -> None:
    """It is a fund of who paid that, of which the statement shows no other row; or it is none."""
    facts = await office_facts(term.owner, term.school_id)
    real = term.files[each.statement_id][each.n]
    shown = await statement_rows.shown_rows(
        conn,
        box=term.box,
        school_id=term.school_id,
        statement_id=each.statement_id,
        after=each.n - 1,
        limit=1,
    )
    tags = await _tags(term)
    alike = [fund for fund in shown[0].candidates if tags[fund] == real.tag]
    known = [*(fund for fund in told_of(term, facts, real) if fund in alike), *alike]
    await statement_rows.decide_row(
        conn,
        box=term.box,
        school_id=term.school_id,
        statement_id=each.statement_id,
        n=each.n,
        fund_id=known[0] if known else None,
        decided_by=term.accountant,
        now=term.now,
    )


async def _restore(term: Term) -> None:
    """The bank shows what was struck and what it was struck for: they were two after all."""
    facts = await office_facts(term.owner, term.school_id)
    tags = await _tags(term)
    amounts = {fund.id: fund.amount for fund in facts.funds}
    for strike in facts.refunds:
        key = tags.get(strike.fund_id, 0), amounts[strike.fund_id]
        found = (await in_books(term, term.owner))[key]
        if strike.is_struck and found < term.account.held()[key]:
            async with term.step() as conn:
                await _undo(term, conn, strike.id)


async def _undo(term: Term, conn: db.Conn, refund_id: UUID) -> None:
    await refunds.settle(
        conn,
        school_id=term.school_id,
        refund_id=refund_id,
        bank_ref=None,
        settled_by=term.accountant,
        now=term.now,
    )


async def _strike_doubles(term: Term) -> None:
    """What somebody took for new by mistake goes out of the books, by two people."""
    while twice := await doubles(term, term.owner):
        pairs = [(fund_id, other) for fund_id, others in twice.items() for other in others]
        for fund_id, other_id in pairs:
            if await _is_struck(term, fund_id, other_id):
                break
        else:
            raise AssertionError("nobody can strike it")


async def _is_struck(term: Term, fund_id: UUID, other_id: UUID) -> bool:
    """What was done with it is undone first. False: it is refused, and as it was."""
    try:
        async with term.step() as conn:
            await _free(term, conn, fund_id)
            asked = StrikeAsked(
                id=new_id(), fund_id=fund_id, double_of=other_id, reason="Ghi hai lần"
            )
            await refunds.request_strike(
                conn,
                box=term.box,
                school_id=term.school_id,
                asked=asked,
                requested_by=term.accountant,
                now=term.now,
            )
            await _decide(term, conn, asked.id, "approve")
    except AppError:
        return False
    return True


async def _free(term: Term, conn: db.Conn, fund_id: UUID) -> None:
    facts = await office_facts(term.owner, term.school_id)
    for refund in facts.refunds:
        if refund.fund_id == fund_id and refund.state == "requested":
            await _decide(term, conn, refund.id, "reject")
        is_deposit = refund.kind == "deposit" and refund.can_be_restored
        if refund.fund_id == fund_id and (refund.state == "sent" or is_deposit):
            await _undo(term, conn, refund.id)
    for put in facts.puts:
        if put.fund_id == fund_id and put.is_live:
            await take_back(term, conn, put.id)


async def _decide(term: Term, conn: db.Conn, refund_id: UUID, decision: refunds.Decision) -> None:
    await refunds.decide(
        conn,
        school_id=term.school_id,
        refund_id=refund_id,
        decision=decision,
        reason=None,
        decided_by=term.principal,
        now=term.now,
    )


async def _reconcile(term: Term) -> None:
    """Nothing differs between the bank's side and ours.

    But where a strike names the wrong one of equal transfers: that it says.
    """
    async with term.step() as conn:
        run_id = await reconciling.run(
            conn,
            school_id=term.school_id,
            account_id=term.bank_id,
            from_day=school_day(term.now) - timedelta(days=200),
            to_day=school_day(term.now),
            run_by=term.accountant,
            now=term.now,
        )
        found = await reconciling.one(conn, school_id=term.school_id, reconciliation_id=run_id)
    differences = [each for each in found.differences if each.kind != "struck_in_statement"]
    assert differences == [], differences
