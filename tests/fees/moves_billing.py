"""What is charged, waived, billed and taken back."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from app import db
from app.fees.billing import changing
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue
from app.fees.paying import dues, intents
from app.fees.paying.model import ShareWanted
from app.fees.setup import granting, periods
from app.fees.setup.charges import ChargeWritten, set_charges
from app.fees.setup.granting import Reader, WaiverWritten
from app.schools.common import school_day
from tests.fees.facts import Bill
from tests.fees.moves import Choice, Move
from tests.fees.office_facts import OfficeFacts
from tests.fees.term import VAULT, Term


async def charge(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """A period, and what it asks of whom: owed, offered, in instalments, for meals."""
    today = school_day(term.now)
    made = await periods.make(
        conn,
        school_id=term.school_id,
        name=choice.ref,
        from_day=today,
        to_day=today + timedelta(days=6),
        due_day=today + timedelta(days=5),
        account_id=term.bank_id,
        accepts_partial=choice.m % 3 != 0,
        made_by=term.accountant,
        now=term.now,
    )
    with choice.expects(choice.amount <= 400):
        await _charge(term, conn, made.id, choice)


async def recharge(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Another price, from now on."""
    period_id = choice.of(facts.periods)
    with choice.expects(choice.amount <= 400):
        await _charge(term, conn, period_id, choice)


async def _charge(term: Term, conn: db.Conn, period_id: UUID, choice: Choice) -> None:
    owed, offered, meal = term.items
    pupil = str(term.students[choice.n % 3])
    asked = [_asked(owed, choice.amount)]
    if choice.n % 3 == 0:
        later = school_day(term.now) + timedelta(days=30)
        asked.append(ChargeWritten(
            item_id=owed, seq=2, due_day=later, amount=choice.amount // 2, quantity=None,
            scope="school", ref="",
        ))  # fmt: skip
    if choice.m % 2:
        asked.append(_asked(offered, choice.amount, pupil=pupil))
    if choice.n % 2:
        asked.append(_asked(meal, 30))
    if choice.m % 5 == 4:
        asked.append(_asked(owed, 90, pupil=pupil))
    await set_charges(
        conn,
        school_id=term.school_id,
        period_id=period_id,
        written=asked,
        set_by=term.accountant,
        now=term.now,
    )


def _asked(item_id: UUID, amount: int, *, pupil: str | None = None) -> ChargeWritten:
    return ChargeWritten(
        item_id=item_id,
        seq=1,
        due_day=None,
        amount=amount,
        quantity=None,
        scope="school" if pupil is None else "student",
        ref=pupil or "",
    )


async def issue(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Of the latest periods mostly; of all, the class or one pupil; who is billed is left."""
    period_id = choice.rather(facts.periods, facts.periods[-2:])
    parts: tuple[Issue, ...] = (
        Issue(period_id=period_id),
        Issue(period_id=period_id, scope="class", ref=str(term.class_id)),
        Issue(period_id=period_id, scope="student", ref=str(term.students[choice.n % 3])),
        Issue(period_id=period_id, scope="class", ref=str(period_id)),
    )
    with choice.expects(choice.amount % 4 != 3):
        await issue_bills(
            conn,
            school_id=term.school_id,
            issue=parts[choice.amount % 4],
            issued_by=term.accountant,
            now=term.now,
            told=_told,
        )


async def _told(_done: int, _total: int) -> None:
    return None


async def absence(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """A pupil will not eat; what was billed of it goes back with the next bill."""
    await term.is_away(conn, term.students[choice.n % 3], choice.m % 3)


def _accountant(term: Term) -> Reader:
    return Reader(school_id=term.school_id, account_id=term.accountant, is_principal=False)


def _principal(term: Term) -> Reader:
    return Reader(school_id=term.school_id, account_id=term.principal, is_principal=True)


async def ask_waiver(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    is_percent = choice.n % 2 == 0
    today = school_day(term.now)
    asked = WaiverWritten(
        student_id=term.students[choice.m % 3],
        item_id=(None, term.items[0], term.items[2])[choice.n % 3],
        kind="percent" if is_percent else "amount",
        value=(25, 50, 100, 101)[choice.m % 4] if is_percent else choice.amount,
        ground="policy",
        reason="Hộ nghèo",
        from_day=today,
        to_day=today + timedelta(days=90),
    )
    with choice.expects(not is_percent or asked.value <= 100):
        await granting.ask(
            conn, box=term.box, reader=_accountant(term), written=asked, now=term.now
        )


async def decide_waiver(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    asked = [waiver for waiver in facts.waivers if waiver.state == "requested"]
    waiver = choice.rather(facts.waivers, asked)
    is_other = choice.n % 4 != 0
    with choice.expects(waiver.state == "requested" and is_other):
        await granting.decide(
            conn,
            box=term.box,
            reader=_principal(term) if is_other else _accountant(term),
            waiver_id=waiver.id,
            approves=choice.m % 3 != 0,
            reason="Đã xem xét",
            now=term.now,
        )


async def end_waiver(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    granted = [waiver for waiver in facts.waivers if waiver.state == "approved"]
    waiver = choice.rather(facts.waivers, granted)
    with choice.expects(waiver.state == "approved"):
        await granting.end(
            conn, box=term.box, reader=_accountant(term), waiver_id=waiver.id, now=term.now
        )


def _is_voidable(facts: OfficeFacts, bill: Bill) -> bool:
    """Not when money has come for it, nor when another bill gave back meals that it asked for."""
    has_money = bill.paid > 0 and not bill.is_paid_by_credit
    return bill.state == "open" and not has_money and bill.id not in facts.given


async def void(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    await _void(term, conn, facts, choice, reissue=False)


async def reissue(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """By what is charged and waived now; what had paid it pays the next one."""
    await _void(term, conn, facts, choice, reissue=True)


async def _void(
    term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice, *, reissue: bool
) -> None:
    bill = choice.rather(facts.bills, [bill for bill in facts.bills if _is_voidable(facts, bill)])
    with choice.expects(_is_voidable(facts, bill)):
        await changing.void(
            conn,
            school_id=term.school_id,
            invoice_id=bill.id,
            reason="Sai",
            reissue=reissue,
            account_id=term.accountant,
            now=term.now,
        )


async def write_off(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """By another person than who issued it."""
    bill = choice.of(facts.bills)
    is_other = choice.m % 5 != 0
    with choice.expects(bill.due > 0 and not bill.is_voluntary and is_other):
        await changing.write_off(
            conn,
            school_id=term.school_id,
            invoice_id=bill.id,
            reason="Không thu được",
            account_id=term.principal if is_other else term.accountant,
            now=term.now,
        )


def _of_family(term: Term, bills: list[Bill]) -> list[Bill]:
    return [bill for bill in bills if bill.student_id in term.siblings]


async def decline(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """A family leaves an offer, or takes it up again."""
    offers = [bill for bill in facts.bills if bill.is_voluntary]
    offer = choice.rather(facts.bills, _of_family(term, offers))
    is_declined = choice.m % 3 != 0
    may = offer.is_voluntary and offer.state == "open" and offer.student_id in term.siblings
    with choice.expects(may and not (is_declined and offer.paid)):
        await dues.decline(
            conn, caller=term.caller, invoice_id=offer.id, is_declined=is_declined, now=term.now
        )


async def intend(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """One code for bills of several siblings; sometimes for a stranger's too, which is refused."""
    own = _of_family(term, facts.open_bills)
    first = choice.rather(facts.open_bills, own)
    wanted = {first.id: first} | {bill.id: bill for bill in own[: choice.amount % 4]}
    await intents.intend(
        conn,
        vault=VAULT,
        caller=term.caller,
        intent_id=term.id_of(choice.ref),
        shares=[ShareWanted(invoice_id=bill_id) for bill_id in wanted],
        now=term.now,
    )


async def a_while(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Hours pass; codes expire, days end, meals are eaten or not."""
    if choice.is_alone:
        term.now += timedelta(hours=8 + 6 * choice.n)


BILLING: Final[tuple[Move, ...]] = (
    charge, charge, issue, issue, issue, recharge, absence, ask_waiver, decide_waiver, end_waiver,
    void, reissue, reissue, write_off, decline, intend, intend, a_while,
)  # fmt: skip
