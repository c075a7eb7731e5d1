"""What a đồng may do, one step after the other."""

from typing import Literal
from uuid import UUID

import pytest

from app import db
from app.fees.errors import (
    AlreadyReversed,
    FundDiffers,
    InvoiceNotOpen,
    MoreThanDue,
    MoreThanFree,
    NoSuchFund,
    NoSuchInvoice,
    NotAnAmount,
    RefundDecided,
    SamePerson,
)
from app.fees.money import allocating
from app.fees.money.check import differences
from app.fees.money.ledger import Entry, Txn, post
from app.fees.money.model import Review, Share
from app.ids import new_id
from tests.fees.purse import Purse


async def settled(purse: Purse) -> None:
    """Every đồng is accounted for."""
    assert await purse.do(lambda conn: differences(conn, school_id=purse.school_id)) == []


async def papers(purse: Purse) -> list[tuple[str, int, int, str]]:
    """Kind, number, amount and state of all receipts."""
    rows = await purse.owner.fetch(
        "select kind, number, amount, state from receipt where school_id = $1 order by number",
        purse.school_id,
    )
    return [tuple(row) for row in rows]


async def books(purse: Purse) -> dict[str, int]:
    """What stands on each account, by the kind of it."""
    rows = await purse.owner.fetch(
        "select split_part(account, ':', 1) as account, sum(amount)::bigint as amount"
        " from ledger_entry where school_id = $1 group by 1 having sum(amount) <> 0",
        purse.school_id,
    )
    return {row["account"]: row["amount"] for row in rows}


async def paid(purse: Purse, bill: UUID) -> tuple[int, str]:
    (row,) = await purse.owner.fetch("select paid, settlement from invoice where id = $1", bill)
    return row["paid"], row["settlement"]


async def test_a_transfer_for_a_bill_is_money_income_and_one_receipt(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 300, 50), (1, 100, 0), (1, -20, 0)]))
    assert await books(purse) == {"receivable": 330, "income": -330}
    share = Share(invoice_id=bill, amount=330)
    await purse.do(lambda c: purse.receive(c, 330, ref="FT1", shares=[share]))
    assert await paid(purse, bill) == (330, "paid")
    assert await books(purse) == {"money": 330, "income": -330}
    assert await papers(purse) == [("receipt", 1, 330, "live")]
    told = await purse.owner.fetch("select kind, student_id, params from outbox")
    assert [(row["kind"], row["student_id"]) for row in told] == [("fee_paid", purse.students[0])]
    assert told[0]["params"]["amount"] == 330
    await settled(purse)


async def test_a_receipt_says_what_it_is_for(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 300, 50), (1, 100, 0)]))
    share = Share(invoice_id=bill, amount=200)
    await purse.do(lambda c: purse.receive(c, 200, ref="FT1", shares=[share]))
    (row,) = await purse.owner.fetch("select lines, series, check_code from receipt")
    (line,) = row["lines"]
    assert (line["invoice_id"], line["amount"], line["total"]) == (str(bill), 200, 350)
    assert [item["amount"] for item in line["items"]] == [250, 100]
    assert row["series"] == "BL2026"
    assert row["check_code"].startswith(f"{purse.school_id}-")


async def test_two_siblings_are_paid_by_one_fund_and_have_a_receipt_each(purse: Purse) -> None:
    async with purse.step() as conn:
        bills = [await purse.bill(conn, student, [(0, 100, 0)]) for student in (0, 1)]
    shares = [Share(invoice_id=bill, amount=100) for bill in bills]
    await purse.do(lambda c: purse.receive(c, 250, ref="FT1", shares=shares))
    assert sorted(await papers(purse)) == [
        ("credit_slip", 3, 50, "live"),
        ("receipt", 1, 100, "live"),
        ("receipt", 2, 100, "live"),
    ]
    assert await purse.owner.fetchval("select review from fund") == "over"
    await settled(purse)


async def test_another_source_of_the_same_transfer_is_a_sighting(purse: Purse) -> None:
    first = await purse.do(lambda c: purse.receive(c, 100, ref="FT1"))
    again = await purse.do(lambda c: purse.receive(c, 100, ref="FT1", source="statement"))
    assert (first.is_new, again.is_new, again.fund_id) == (True, False, first.fund_id)
    assert await purse.owner.fetchval("select count(*) from fund_sighting") == 2
    with pytest.raises(FundDiffers):
        await purse.do(lambda c: purse.receive(c, 101, ref="FT1"))
    with pytest.raises(NotAnAmount):
        await purse.do(lambda c: purse.receive(c, 0, ref="FT2"))
    await settled(purse)


async def test_no_more_is_put_to_a_bill_than_it_asks_for_nor_than_there_is(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    fund = (await purse.do(lambda c: purse.receive(c, 150, ref="FT1"))).fund_id
    for error, shares in [
        (MoreThanDue, [Share(invoice_id=bill, amount=101)]),
        (MoreThanFree, [Share(invoice_id=bill, amount=151)]),
        (MoreThanDue, [Share(invoice_id=bill, amount=60)] * 2),
        (NotAnAmount, [Share(invoice_id=bill, amount=-1)]),
        (NoSuchInvoice, [Share(invoice_id=new_id(), amount=1)]),
    ]:
        with pytest.raises(error):
            async with purse.step() as conn:
                await purse.allocate(conn, fund, *shares)
    with pytest.raises(NoSuchFund):
        await purse.do(lambda c: purse.allocate(c, new_id()))
    await purse.do(lambda c: purse.write_off(c, bill))
    with pytest.raises(InvoiceNotOpen):
        await purse.do(lambda c: purse.allocate(c, fund, Share(invoice_id=bill, amount=1)))
    assert await books(purse) == {
        "money": 150, "unallocated": -150, "income": -100, "written_off": 100,
    }  # fmt: skip
    await settled(purse)


async def test_what_is_refused_may_be_judged_again_in_the_same_transaction(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    fund = (await purse.do(lambda c: purse.receive(c, 150, ref="FT1"))).fund_id
    async with purse.step() as conn:
        with pytest.raises(MoreThanDue):
            await purse.allocate(conn, fund, Share(invoice_id=bill, amount=150))
        await purse.allocate(conn, fund, Share(invoice_id=bill, amount=100))
    assert await paid(purse, bill) == (100, "paid")
    await settled(purse)


async def test_what_is_reversed_is_free_once_and_its_receipt_is_void(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=100)
    await purse.do(lambda c: purse.receive(c, 100, ref="FT1", shares=[share]))
    put = await purse.owner.fetchval("select id from allocation")
    await purse.do(lambda c: purse.reverse(c, put))
    with pytest.raises(AlreadyReversed):
        await purse.do(lambda c: purse.reverse(c, put))
    assert await paid(purse, bill) == (0, "unpaid")
    assert await papers(purse) == [("receipt", 1, 100, "void"), ("credit_slip", 2, 100, "live")]
    assert await purse.owner.fetchval("select review from fund") == "over"
    await settled(purse)


async def test_what_a_person_took_back_pays_no_bill_by_itself(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=100)
    async with purse.step() as conn:
        await purse.receive(conn, 110, ref="FT1", shares=[share], credit=purse.students[0])
    put = await purse.owner.fetchval("select id from allocation")
    await purse.do(lambda c: purse.reverse(c, put))
    anew = await purse.do(lambda c: purse.bill(c, 0, [(0, 120, 0)]))
    assert await paid(purse, anew) == (0, "unpaid")
    (fund,) = await purse.owner.fetch("select free, review, credit_student_id from fund")
    assert tuple(fund) == (110, "over", None)
    await settled(purse)


async def test_a_pupils_credit_pays_the_next_bill_the_oldest_money_first(purse: Purse) -> None:
    for ref, amount in [("FT1", 70), ("FT2", 70)]:
        async with purse.step() as conn:
            await purse.receive(conn, amount, ref=ref, credit=purse.students[0])
    await purse.do(lambda c: purse.receive(c, 500, ref="FT3", credit=purse.students[1]))
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    assert await paid(purse, bill) == (100, "paid")
    free = await purse.owner.fetch("select bank_ref, free from fund order by bank_ref")
    assert [tuple(row) for row in free] == [("FT1", 0), ("FT2", 40), ("FT3", 500)]
    await settled(purse)


async def test_a_paid_bill_that_is_void_leaves_its_money_as_the_pupils_credit(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=100)
    await purse.do(lambda c: purse.receive(c, 100, ref="FT1", shares=[share]))
    async with purse.step() as conn:
        await purse.void(conn, bill, purse.students[0])
        anew = await purse.bill(conn, 0, [(0, 80, 0)], replaces=bill)
    assert await paid(purse, anew) == (80, "paid")
    assert await books(purse) == {"money": 100, "unallocated": -20, "income": -80}
    await settled(purse)


async def test_an_offer_is_income_only_when_it_is_paid_line_by_line(purse: Purse) -> None:
    lines = [(0, 60, 10), (1, 50, 0), (1, -20, 0)]
    bill = await purse.do(lambda c: purse.bill(c, 0, lines, is_voluntary=True))
    assert await books(purse) == {}
    for n, amount in enumerate((40, 25, 15)):
        share = Share(invoice_id=bill, amount=amount)
        async with purse.step() as conn:
            await purse.receive(conn, amount, ref=f"FT{n}", shares=[share])
        await settled(purse)
    income = await purse.owner.fetch(
        "select account, sum(amount)::int as amount from ledger_entry where account like 'income%'"
        " group by account order by 2"
    )
    assert [row["amount"] for row in income] == [-50, -30]
    put = await purse.owner.fetchval("select id from allocation order by id limit 1")
    await purse.do(lambda c: purse.reverse(c, put))
    assert await books(purse) == {"money": 80, "unallocated": -40, "income": -40}
    await settled(purse)


async def test_a_refund_holds_its_money_until_the_bank_has_moved_it(purse: Purse) -> None:
    fund = (await purse.do(lambda c: purse.receive(c, 100, ref="FT1"))).fund_id
    with pytest.raises(MoreThanFree):
        await purse.do(lambda c: purse.ask_back(c, fund, 101))
    refund = await purse.do(lambda c: purse.ask_back(c, fund, 100))
    assert await books(purse) == {"money": 100, "refund_payable": -100}
    assert (await papers(purse))[-1] == ("credit_slip", 1, 100, "void")
    with pytest.raises(MoreThanFree):
        await purse.do(lambda c: purse.ask_back(c, fund, 1))
    with pytest.raises(SamePerson):
        await purse.do(lambda c: purse.send(c, refund, by=purse.accountant))
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: purse.pay_out(c, refund, ref="FT9"))
    await purse.do(lambda c: purse.send(c, refund))
    await settled(purse)
    await purse.do(lambda c: purse.pay_out(c, refund, ref="FT9"))
    assert await books(purse) == {}
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: purse.release(c, refund, "failed"))
    await settled(purse)


@pytest.mark.parametrize("state", ["rejected", "failed"])
async def test_a_refund_that_comes_to_nothing_frees_its_money(
    purse: Purse, state: Literal["rejected", "failed"]
) -> None:
    fund = (await purse.do(lambda c: purse.receive(c, 100, ref="FT1"))).fund_id
    refund = await purse.do(lambda c: purse.ask_back(c, fund, 60))
    if state == "failed":
        await purse.do(lambda c: purse.send(c, refund))
    await purse.do(lambda c: purse.release(c, refund, state))
    assert await books(purse) == {"money": 100, "unallocated": -100}
    assert (await papers(purse))[-1] == ("credit_slip", 3, 100, "live")
    await settled(purse)


async def test_taken_back_from_a_bill_given_up_it_is_given_up_as_well(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=60)
    await purse.do(lambda c: purse.receive(c, 60, ref="FT1", shares=[share]))
    await purse.do(lambda c: purse.write_off(c, bill))
    put = await purse.owner.fetchval("select id from allocation")
    await purse.do(lambda c: purse.reverse(c, put))
    assert await books(purse) == {
        "money": 60, "unallocated": -60, "income": -100, "written_off": 100,
    }  # fmt: skip
    await settled(purse)


async def test_free_money_that_is_nobodys_credit_always_waits_for_a_person(purse: Purse) -> None:
    fund = (await purse.do(lambda c: purse.receive(c, 100, ref="FT1"))).fund_id

    async def say(review: Review | None, credit: UUID | None) -> str | None:
        async with purse.step() as conn:
            await allocating.set_review(
                conn, school_id=purse.school_id, fund_id=fund, review=review,
                credit_student_id=credit, made_by=purse.accountant, now=purse.now,
            )  # fmt: skip
        await settled(purse)
        found: str | None = await purse.owner.fetchval("select review from fund")
        return found

    assert await say(None, None) == "over"
    assert await say("late", None) == "late"
    assert await say(None, purse.students[0]) is None
    assert await say(None, None) == "over"


@pytest.mark.parametrize("amounts", [(100, -90), (100,), (100, -100, 1)])
async def test_the_books_take_nothing_that_is_not_balanced(
    purse: Purse, amounts: tuple[int, ...]
) -> None:
    entries = [Entry(account="unallocated", amount=amount) for amount in amounts]
    right = [Txn(source_kind="fund", source_id=new_id(), entries=_BALANCED)]
    wrong = [Txn(source_kind="fund", source_id=new_id(), entries=entries)]
    with pytest.raises(db.CheckViolation):
        await purse.do(
            lambda c: post(c, school_id=purse.school_id, txns=right + wrong, now=purse.now)
        )
    await purse.do(lambda c: post(c, school_id=purse.school_id, txns=right, now=purse.now))


_BALANCED = [Entry(account="unallocated", amount=1), Entry(account="receivable", amount=-1)]


@pytest.mark.parametrize("table", ["fund_sighting", "allocation", "ledger_txn", "ledger_entry"])
async def test_facts_stay_whoever_asks(purse: Purse, table: str) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=100)
    await purse.do(lambda c: purse.receive(c, 100, ref="FT1", shares=[share]))
    for change in (f"delete from {table}", f"update {table} set school_id = school_id"):
        with pytest.raises(db.PostgresError, match="only added to"):
            await purse.owner.execute(change)


async def test_the_lines_of_an_open_bill_stay(purse: Purse) -> None:
    await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    for change in (
        "delete from invoice_line",
        "update invoice_line set name = 'x'",
        "insert into invoice_line select school_id, invoice_id, 2, kind, item_id, waiver_id, name,"
        " legal_basis, unit, quantity, unit_amount, amount, waived, receipt_kind from invoice_line",
    ):
        with pytest.raises(db.PostgresError, match="lines of an open invoice stay"):
            await purse.owner.execute(change)
