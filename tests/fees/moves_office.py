"""What the accountant's office does with money: reviews, cash, refunds, closes."""

from collections import Counter
from typing import Final
from uuid import UUID

from msgspec import UNSET

from app import db
from app.fees.money.model import Share
from app.fees.office import cash, closes, refunds, reviews
from app.fees.office.refund_model import DepositAsked, RefundAsked, StrikeAsked
from app.schools.common import school_day
from tests.fees.facts import Refund
from tests.fees.moves import Choice, Move, Refused
from tests.fees.moves_bank import keys
from tests.fees.office_facts import Intake, OfficeFacts
from tests.fees.term import Term


async def allocate(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Some of a fund to one bill."""
    fund = choice.rather(facts.funds, [fund for fund in facts.funds if fund.free])
    bill = choice.rather(facts.bills, facts.open_bills)
    with choice.expects(choice.amount <= min(fund.free, bill.due)):
        await _confirm(
            term, conn, choice, fund.id, [Share(invoice_id=bill.id, amount=choice.amount)]
        )


async def allocate_all(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """One fund's rest over all that is due, as far as it goes: several siblings at once."""
    fund = choice.of([fund for fund in facts.funds if fund.free])
    shares, left = [], fund.free
    for bill in facts.open_bills[choice.m % 3 :]:
        if amount := min(left, bill.due):
            shares.append(Share(invoice_id=bill.id, amount=amount))
            left -= amount
    with choice.expects(bool(shares)):
        await _confirm(term, conn, choice, fund.id, list(reversed(shares)))


async def _confirm(
    term: Term, conn: db.Conn, choice: Choice, fund_id: UUID, shares: list[Share]
) -> None:
    """Told twice, it is done once."""
    for _ in range(1 + choice.n % 2):
        await reviews.allocate(
            conn,
            school_id=term.school_id,
            fund_id=fund_id,
            decision_id=term.id_of(choice.ref),
            shares=shares,
            credit_student_id=UNSET,
            made_by=term.accountant,
            now=term.now,
        )


async def credit(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """What is free waits for a pupil's next bill, or for nobody's; not for a stranger's."""
    fund = choice.of(facts.funds)
    pupils = [*term.students, None, term.class_id]
    pupil = pupils[choice.m % len(pupils)]
    with choice.expects(pupil != term.class_id):
        await reviews.allocate(
            conn,
            school_id=term.school_id,
            fund_id=fund.id,
            decision_id=term.id_of(choice.ref),
            shares=[],
            credit_student_id=pupil,
            made_by=term.accountant,
            now=term.now,
        )


async def reverse(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    puts = [put for put in facts.puts if put.amount > 0]
    put = choice.rather(puts, [put for put in puts if put.is_live])
    with choice.expects(put.is_live):
        await take_back(term, conn, put.id)


async def take_back(term: Term, conn: db.Conn, allocation_id: UUID) -> None:
    await reviews.reverse(
        conn,
        school_id=term.school_id,
        allocation_id=allocation_id,
        reason="Ghi nhầm",
        made_by=term.accountant,
        now=term.now,
    )


# The counter ---------------------------------------------------------------------------------


async def take_cash(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Told twice, it is taken once; not on a day that is closed."""
    bill = choice.rather(facts.bills, facts.open_bills)
    amount = bill.due if choice.n % 3 and bill.due else choice.amount
    is_open = (term.accountant, school_day(term.now)) not in facts.closed
    with choice.expects(amount <= bill.due and is_open):
        for _ in range(1 + choice.m % 2):
            await cash.take(
                conn,
                school_id=term.school_id,
                intake_id=term.id_of(choice.ref),
                payer="Ông ngoại",
                shares=[Share(invoice_id=bill.id, amount=amount)],
                taken_by=term.accountant,
                now=term.now,
            )


def _taken(facts: OfficeFacts, choice: Choice) -> Intake:
    return choice.rather(
        facts.intakes, [intake for intake in facts.intakes if intake.state == "taken"]
    )


async def confirm_cash(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """By another person; what was paid meanwhile is free money."""
    intake = _taken(facts, choice)
    is_other = choice.n % 4 != 0
    with choice.expects(intake.state == "taken" and is_other):
        await cash.confirm(
            conn,
            box=term.box,
            school_id=term.school_id,
            intake_id=intake.id,
            confirmed_by=term.second if is_other else term.accountant,
            now=term.now,
        )


async def cancel_cash(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """By who took it, or the principal."""
    intake = _taken(facts, choice)
    who = (term.accountant, term.principal, term.second)[choice.n % 3]
    with choice.expects(intake.state == "taken" and who != term.second):
        await cash.cancel(
            conn,
            school_id=term.school_id,
            intake_id=intake.id,
            reason="Trả lại",
            cancelled_by=who,
            is_principal=who == term.principal,
            now=term.now,
        )


async def close_day(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """The cashier's day, once nothing of it waits; a difference needs its reason."""
    day = school_day(term.now)
    is_open = (term.accountant, day) not in facts.closed
    waits = any(each.state == "taken" and each.day == day for each in facts.intakes)
    told = await closes.sums(
        conn, school_id=term.school_id, account_id=term.cash_id, day=day, cashier=term.accountant
    )
    is_named = choice.m % 3 != 0
    is_same = choice.n % 2 == 0
    with choice.expects(is_open and not waits and (is_same or is_named)):
        await closes.close(
            conn,
            school_id=term.school_id,
            account_id=term.cash_id,
            day=day,
            cashier=term.accountant,
            counted=told.expected + (not is_same),
            note="Thừa một đồng" if is_named else "",
            closed_by=term.accountant,
            now=term.now,
        )


# Money back ----------------------------------------------------------------------------------


async def ask_back(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Told twice, it is asked once; what came as cash goes back by the bank too."""
    fund = choice.rather(facts.funds, [fund for fund in facts.funds if fund.free])
    amount = fund.free if choice.n % 2 and fund.free else choice.amount
    asked = RefundAsked(
        id=term.id_of(choice.ref),
        fund_id=fund.id,
        amount=amount,
        reason="Chuyển thừa",
        to_bank_bin="970436",
        to_number="0071001234567",
        to_holder="TRAN VAN A",
    )
    if (await doubles(term, conn)).get(fund.id):
        # No bank pays back twice what it had once: that could not be mended.
        raise Refused
    with choice.expects(amount <= fund.free):
        for _ in range(1 + choice.m % 2):
            await refunds.request(
                conn,
                box=term.box,
                school_id=term.school_id,
                asked=asked,
                requested_by=term.accountant,
                now=term.now,
            )


async def doubles(term: Term, conn: db.Conn) -> dict[UUID, list[UUID]]:
    """The funds of which there are more than the bank holds, each with the others of its kind."""
    found, held = await keys(term, conn), term.account.held()
    times = Counter(found.values())
    return {
        fund_id: [other for other, same in found.items() if same == key and other != fund_id]
        for fund_id, key in found.items()
        if times[key] > held[key]
    }


async def ask_strike(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """What is in the books twice goes out of them; of what is there once nobody can say so.

    From bills it is taken back before.
    """
    twice = await doubles(term, conn)
    fund = choice.rather(facts.transfers, [fund for fund in facts.transfers if fund.id in twice])
    others = twice.get(fund.id)
    for put in facts.puts:
        if others and put.fund_id == fund.id and put.is_live:
            await take_back(term, conn, put.id)
    asked = StrikeAsked(
        id=term.id_of(choice.ref),
        fund_id=fund.id,
        double_of=choice.of(others) if others else fund.id,
        reason="Ghi hai lần",
    )
    for _ in range(1 + choice.m % 2):
        await refunds.request_strike(
            conn,
            box=term.box,
            school_id=term.school_id,
            asked=asked,
            requested_by=term.accountant,
            now=term.now,
        )


async def ask_deposit(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """A transfer is said to be cash of the box, which holds as much.

    From bills it is taken back before.
    """
    holds = facts.held_in(term.cash_id)
    mine = [fund for fund in facts.transfers if fund.back == 0 and fund.amount <= holds]
    fund = choice.rather(facts.transfers, mine)
    for put in facts.puts:
        if fund in mine and put.fund_id == fund.id and put.is_live:
            await take_back(term, conn, put.id)
    # As it is now: what is taken back from a bill may wait for nobody any more.
    credit_of = await conn.fetchval(
        "select credit_student_id from fund where school_id = $1 and id = $2",
        term.school_id,
        fund.id,
    )
    ought = fund in mine and credit_of is None
    asked = DepositAsked(
        id=term.id_of(choice.ref), fund_id=fund.id, from_account_id=term.cash_id, reason="Nộp quỹ"
    )
    with choice.expects(ought):
        await refunds.request_deposit(
            conn,
            box=term.box,
            school_id=term.school_id,
            asked=asked,
            requested_by=term.accountant,
            now=term.now,
        )


async def approve(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    await _decide(term, conn, facts, choice, decision="approve")


async def reject(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    await _decide(term, conn, facts, choice, decision="reject")


async def _decide(
    term: Term,
    conn: db.Conn,
    facts: OfficeFacts,
    choice: Choice,
    *,
    decision: refunds.Decision,
) -> None:
    refund = choice.rather(facts.refunds, facts.refunds_in("requested"))
    is_other = choice.n % 4 != 0
    if refund.kind == "strike" and decision == "approve":
        await _require_double(term, conn, refund)
        await _require_untold(term, conn, refund)
    ought = refund.state == "requested" and is_other
    if refund.kind == "deposit" and decision == "approve":
        ought = ought and refund.amount <= facts.held_in(refund.account_id)
    with choice.expects(ought):
        await refunds.decide(
            conn,
            school_id=term.school_id,
            refund_id=refund.id,
            decision=decision,
            reason=None,
            decided_by=term.principal if is_other else term.accountant,
            now=term.now,
        )


async def _require_double(term: Term, conn: db.Conn, refund: Refund) -> None:
    """Who looks at the bank's list agrees to no strike of what is in the books once by now.

    Raises:
        Refused
    """
    if refund.fund_id not in await doubles(term, conn):
        raise Refused


async def _require_untold(term: Term, conn: db.Conn, refund: Refund) -> None:
    """Nor to one of two transfers that a statement has both, which somebody named by mistake.

    Raises:
        Refused
    """
    is_told = await conn.fetchval(
        """
        select exists (select from refund d
                         join bank_statement_row a on a.school_id = $1 and a.fund_id = d.fund_id
                         join bank_statement_row b on b.school_id = $1 and b.fund_id = d.double_of
                              and b.statement_id = a.statement_id
                        where d.school_id = $1 and d.id = $2)
        """,
        term.school_id,
        refund.id,
    )
    if is_told:
        raise Refused


async def pay_back(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """The bank has moved it; sometimes under a reference that another refund has already."""
    refund = choice.rather(facts.refunds, facts.refunds_in("sent"))
    used = [each.bank_ref for each in facts.refunds if each.bank_ref]
    ref = used[0] if used and choice.m % 4 == 0 else choice.ref
    with choice.expects(refund.state == "sent" and ref not in used):
        await refunds.settle(
            conn,
            school_id=term.school_id,
            refund_id=refund.id,
            bank_ref=ref,
            settled_by=term.accountant,
            now=term.now,
        )
        term.account.moves(ref, -refund.amount, "hoan tien", at=term.now)


async def fail_back(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """The bank could not; or what was struck was a transfer after all."""
    refund = choice.rather(facts.refunds, facts.refunds_in("sent"))
    with choice.expects(refund.state == "sent" or refund.can_be_restored):
        await refunds.settle(
            conn,
            school_id=term.school_id,
            refund_id=refund.id,
            bank_ref=None,
            settled_by=term.accountant,
            now=term.now,
        )


OFFICE: Final[tuple[Move, ...]] = (
    allocate, allocate, allocate_all, credit, reverse, take_cash, take_cash, confirm_cash,
    confirm_cash, cancel_cash, close_day, ask_back, ask_back, ask_strike, ask_deposit, approve,
    approve, reject, pay_back, pay_back, fail_back,
)  # fmt: skip
