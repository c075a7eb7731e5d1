"""The school's own cash that it pays into its bank is no family's money, and is counted once."""

import asyncio
from uuid import UUID

import pytest

from app import db
from app.fees.errors import (
    FundInUse,
    MoreThanFree,
    MoreThanInBox,
    NoSuchCashBox,
    NoSuchFund,
    NotADeposit,
    RefundDecided,
    SamePerson,
)
from app.fees.money import depositing
from app.fees.money.check import differences
from app.fees.money.model import NewDeposit, Share
from app.ids import new_id
from tests.fees.purse import Purse
from tests.fees.test_money import papers
from tests.fees.test_striking import (
    _at_once,
    fund,
    holds,
    is_derived_again,
    restore,
    strike,
    struck,
)
from tests.patience import until_waiting


async def ask(
    conn: db.Conn, purse: Purse, fund_id: UUID, box: UUID | None = None, id: UUID | None = None
) -> UUID:
    deposit = NewDeposit(
        id=id or new_id(), fund_id=fund_id, from_account_id=box or purse.cash_id,
        reason="Nộp quỹ vào ngân hàng", requested_by=purse.accountant,
    )  # fmt: skip
    await depositing.ask(conn, school_id=purse.school_id, deposit=deposit, now=purse.now)
    return deposit.id


async def approve(conn: db.Conn, purse: Purse, refund_id: UUID, by: UUID | None = None) -> None:
    await depositing.approve(
        conn, school_id=purse.school_id, refund_id=refund_id, decided_by=by or purse.principal,
        reason=None, now=purse.now,
    )  # fmt: skip


async def deposited(purse: Purse, fund_id: UUID) -> UUID:
    deposit = await purse.do(lambda c: ask(c, purse, fund_id))
    await purse.do(lambda c: approve(c, purse, deposit))
    return deposit


async def money(purse: Purse) -> tuple[int, int]:
    """What the books say is in the bank, and in the cash box."""
    rows = await purse.owner.fetch(
        "select account, sum(amount)::int from ledger_entry where account like 'money:%' group by 1"
    )
    found = dict(map(tuple, rows))
    return found.get(f"money:{purse.bank_id}", 0), found.get(f"money:{purse.cash_id}", 0)


async def test_cash_that_is_paid_in_leaves_the_box_and_stays_in_the_bank(purse: Purse) -> None:
    await fund(purse, "C1", 130, channel="cash")
    paid_in = await fund(purse, "FT1")
    deposit = await purse.do(lambda c: ask(c, purse, paid_in))
    assert await money(purse) == (100, 130)
    with pytest.raises(SamePerson):
        await purse.do(lambda c: approve(c, purse, deposit, by=purse.accountant))
    for other in (purse.send(purse.owner, deposit), strike(purse.owner, purse, deposit)):
        with pytest.raises(RefundDecided):
            await other
    await purse.do(lambda c: approve(c, purse, deposit))
    assert await money(purse) == (100, 30)
    assert [paper for paper in await papers(purse) if paper[3] == "live"] == [
        ("credit_slip", 1, 130, "live")
    ]
    again = await purse.do(lambda c: purse.receive(c, 100, ref="FT1"))
    assert (again.fund_id, again.is_new) == (paid_in, False)
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: approve(c, purse, deposit))
    await holds(purse)


async def test_what_was_a_familys_after_all_waits_again_and_the_box_has_its_cash(
    purse: Purse,
) -> None:
    await fund(purse, "C1", channel="cash")
    paid_in = await fund(purse, "FT1")
    deposit = await deposited(purse, paid_in)
    await purse.do(lambda c: restore(c, purse, deposit))
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: restore(c, purse, deposit))
    row = await purse.owner.fetchrow("select free, review from fund where id = $1", paid_in)
    assert row is not None
    assert (tuple(row), await money(purse)) == ((100, "no_reference"), (100, 100))
    await holds(purse)
    await deposited(purse, paid_in)
    assert await money(purse) == (100, 0)
    await holds(purse)


async def test_what_is_no_deposit_is_refused(purse: Purse) -> None:
    cash = await fund(purse, "C1", 100, channel="cash")
    used, much = await fund(purse, "FT1"), await fund(purse, "FT2", 101)
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 40, 0)]))
    await purse.do(lambda c: purse.allocate(c, used, Share(invoice_id=bill, amount=40)))
    async with purse.step() as conn:
        credit = (await purse.receive(conn, 50, ref="FT3", credit=purse.students[0])).fund_id
    held = await fund(purse, "FT4", 60)
    await purse.do(lambda c: purse.ask_back(c, held, 1))
    for fund_id, box, error in [
        (cash, None, NotADeposit), (used, None, FundInUse), (held, None, FundInUse),
        (credit, None, FundInUse), (much, None, MoreThanInBox), (new_id(), None, NoSuchFund),
        (much, purse.bank_id, NoSuchCashBox), (much, new_id(), NoSuchCashBox),
    ]:  # fmt: skip
        with pytest.raises(error):
            await purse.do(lambda c, f=fund_id, b=box: ask(c, purse, f, b))  # type: ignore[misc]
    assert await purse.owner.fetchval("select count(*) from refund where kind = 'deposit'") == 0
    await holds(purse)


async def test_a_rejected_deposit_frees_the_transfer(purse: Purse) -> None:
    await fund(purse, "C1", channel="cash")
    paid_in = await fund(purse, "FT1")
    deposit = await purse.do(lambda c: ask(c, purse, paid_in))
    with pytest.raises(MoreThanFree):
        await purse.do(lambda c: purse.ask_back(c, paid_in, 1))
    await purse.do(lambda c: purse.release(c, deposit, "rejected"))
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: restore(c, purse, deposit))
    assert await money(purse) == (100, 100)
    await holds(purse)


async def test_two_approvals_at_once_empty_the_box_once(purse: Purse) -> None:
    await fund(purse, "C1", 300, channel="cash")
    paid_in = await fund(purse, "FT1")
    deposit = await purse.do(lambda c: ask(c, purse, paid_in))
    told = await asyncio.gather(
        *(_at_once(purse, lambda c: approve(c, purse, deposit)) for _ in range(4))
    )
    assert sorted(told) == ["RefundDecided"] * 3 + ["done"]
    assert await money(purse) == (100, 200)
    await holds(purse)


async def test_of_two_deposits_at_once_the_box_pays_what_it_holds(purse: Purse) -> None:
    await fund(purse, "C1", 150, channel="cash")
    one, two = await fund(purse, "FT1"), await fund(purse, "FT2")
    asked = [await purse.do(lambda c, f=f: ask(c, purse, f)) for f in (one, two)]  # type: ignore[misc]
    async with purse.step() as conn:
        await approve(conn, purse, asked[0])
        second = asyncio.create_task(_at_once(purse, lambda c: approve(c, purse, asked[1])))
        await until_waiting(purse.owner)
    assert await second == "MoreThanInBox"
    assert await money(purse) == (200, 50)
    await holds(purse)


async def test_deposited_and_allocated_at_once_it_is_one_of_both(purse: Purse) -> None:
    await fund(purse, "C1", channel="cash")
    paid_in = await fund(purse, "FT1")
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=10)
    told = await asyncio.gather(
        _at_once(purse, lambda c: ask(c, purse, paid_in)),
        _at_once(purse, lambda c: purse.allocate(c, paid_in, share)),
    )
    assert set(told) in ({"done", "MoreThanFree"}, {"FundInUse", "done"})
    await holds(purse)


async def test_a_deposit_told_of_twice_is_struck_as_any_transfer(purse: Purse) -> None:
    await fund(purse, "C1", 300, channel="cash")
    paid_in, twice = await fund(purse, "FT1"), await fund(purse, "FT2")
    await deposited(purse, paid_in)
    await struck(purse, twice, paid_in)
    with pytest.raises(FundInUse):
        await purse.do(lambda c: ask(c, purse, twice))
    assert await money(purse) == (100, 200)
    await holds(purse)


async def test_deposits_are_derived_again(purse: Purse) -> None:
    await test_what_was_a_familys_after_all_waits_again_and_the_box_has_its_cash(purse)
    await is_derived_again(purse, "refund_deposited", "refund_restored")


async def test_a_deposit_out_of_no_cash_box_is_named(purse: Purse) -> None:
    await fund(purse, "C1", channel="cash")
    paid_in = await fund(purse, "FT1")
    await deposited(purse, paid_in)
    transaction = purse.owner.transaction()
    await transaction.start()
    await purse.owner.execute("update fund set channel = 'cash' where id = $1", paid_in)
    found = await differences(purse.owner, school_id=purse.school_id)
    await transaction.rollback()
    assert ("deposit", str(paid_in)) in [(each.what, each.subject) for each in found]
