"""Many at once, and deaths between any two statements: every đồng once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any
from uuid import UUID

import pytest

from app.errors import AppError
from app.fees.billing import changing
from app.fees.errors import AlreadyReversed, InvoiceNotOpen, MoreThanDue, MoreThanFree
from app.fees.money.check import differences
from app.fees.money.crediting import lock_credit
from app.fees.money.model import Share
from tests.fees.faults import LOST, Failing
from tests.fees.purse import Purse
from tests.patience import until_waiting


async def at_once(works: Iterable[Awaitable[Any]]) -> Counter[str]:
    """How often each thing came of them, an error by its name. A bug is raised."""
    found = await asyncio.gather(*works, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, AppError):
            raise each
    return Counter(type(each).__name__ for each in found)


async def settled(purse: Purse) -> None:
    assert await purse.do(lambda conn: differences(conn, school_id=purse.school_id)) == []


async def count(purse: Purse, table: str) -> int:
    found: int = await purse.owner.fetchval(f"select count(*) from {table}")
    return found


async def test_fifty_copies_of_a_transfer_at_once_are_one_fund_and_one_receipt(
    purse: Purse,
) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    shares = [Share(invoice_id=bill, amount=100)]
    await at_once(
        purse.do(lambda c: purse.receive(c, 100, ref="FT1", shares=shares)) for _ in range(50)
    )
    tables = ("fund", "fund_sighting", "allocation", "receipt", "outbox")
    assert [await count(purse, table) for table in tables] == [1] * 5
    await settled(purse)


async def test_twenty_confirmations_of_a_fund_at_once_are_one(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    fund = (await purse.do(lambda c: purse.receive(c, 150, ref="FT1"))).fund_id
    share = Share(invoice_id=bill, amount=100)
    got = await at_once(purse.do(lambda c: purse.allocate(c, fund, share)) for _ in range(20))
    assert got["NoneType"] == 1
    assert got[MoreThanFree.__name__] + got[MoreThanDue.__name__] == 19
    assert await count(purse, "allocation") == 1
    await settled(purse)


async def test_funds_that_come_for_one_bill_at_once_never_pay_too_much(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    async with purse.step() as conn:
        funds = [(await purse.receive(conn, 40, ref=f"FT{n}")).fund_id for n in range(10)]
    share = Share(invoice_id=bill, amount=40)

    async def put(fund: UUID) -> None:
        async with purse.step() as conn:
            await purse.allocate(conn, fund, share)

    got = await at_once(put(fund) for fund in funds)
    assert got == {"NoneType": 2, MoreThanDue.__name__: 8}
    await settled(purse)


async def test_siblings_bills_in_any_order_never_wait_in_a_circle(purse: Purse) -> None:
    async with purse.step() as conn:
        bills = [await purse.bill(conn, n, [(0, 1000, 0)]) for n in range(3)]

    async def pay(n: int) -> None:
        turned = bills[n % 3 :] + bills[: n % 3]
        shares = [Share(invoice_id=bill, amount=1 + n) for bill in turned]
        async with purse.step() as conn:
            await purse.receive(conn, 3 * n + 3, ref=f"FT{n}", shares=shares)

    assert await at_once(pay(n) for n in range(24)) == {"NoneType": 24}
    assert await purse.owner.fetchval("select sum(paid) from invoice") == 3 * sum(range(1, 25))
    await settled(purse)


async def test_numbers_of_receipts_have_no_gap_though_half_of_all_are_undone(
    purse: Purse,
) -> None:
    async def pay(n: int) -> None:
        async with purse.step() as conn:
            await purse.receive(conn, 10, ref=f"FT{n}")
            if n % 2:
                raise AppError

    got = await at_once(pay(n) for n in range(40))
    assert got == {"NoneType": 20, "AppError": 20}
    numbers = await purse.owner.fetch("select number from receipt order by number")
    assert [row["number"] for row in numbers] == list(range(1, 21))
    await settled(purse)


async def test_an_allocation_is_taken_back_once_by_however_many(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    shares = [Share(invoice_id=bill, amount=100)]
    await purse.do(lambda c: purse.receive(c, 100, ref="FT1", shares=shares))
    put = await purse.owner.fetchval("select id from allocation")
    got = await at_once(purse.do(lambda c: purse.reverse(c, put)) for _ in range(10))
    assert got == {"NoneType": 1, AlreadyReversed.__name__: 9}
    await settled(purse)


async def test_the_same_money_is_not_given_back_and_put_to_a_bill(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    fund = (await purse.do(lambda c: purse.receive(c, 100, ref="FT1"))).fund_id
    share = Share(invoice_id=bill, amount=100)
    works: list[Awaitable[Any]] = []
    for _ in range(5):
        works.append(purse.do(lambda c: purse.ask_back(c, fund, 100)))
        works.append(purse.do(lambda c: purse.allocate(c, fund, share)))
    got = await at_once(works)
    assert got["UUID"] + got["NoneType"] == 1
    await settled(purse)


async def test_a_bill_is_void_or_paid_when_both_happen_at_once(purse: Purse) -> None:
    for n in range(6):
        bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
        async with purse.step() as conn:
            fund = (await purse.receive(conn, 100, ref=f"FT{n}")).fund_id
        share = Share(invoice_id=bill, amount=100)

        async def put(fund: UUID = fund, share: Share = share) -> None:
            async with purse.step() as conn:
                await purse.allocate(conn, fund, share)

        async def void(bill: UUID = bill) -> None:
            async with purse.step() as conn:
                await purse.void(conn, bill, purse.students[0])

        await at_once([put(), void()])
        await settled(purse)


async def test_a_bill_void_by_two_at_once_makes_nobody_wait_in_a_circle(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    shares = [Share(invoice_id=bill, amount=100)]
    await purse.do(lambda c: purse.receive(c, 100, ref="FT1", shares=shares))
    async with purse.step() as first:
        await lock_credit(first, school_id=purse.school_id, student_ids=[], invoice_ids=[bill])
        other = asyncio.create_task(
            purse.do(
                lambda c: changing.void(
                    c,
                    school_id=purse.school_id,
                    invoice_id=bill,
                    reason="Sai",
                    reissue=False,
                    account_id=purse.accountant,
                    now=purse.now,
                )
            )
        )
        await until_waiting(purse.owner)
        await purse.void(first, bill, purse.students[0])
    with pytest.raises(InvoiceNotOpen):
        await other
    await settled(purse)


async def test_a_transfer_for_one_bill_costs_few_statements(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    async with purse.step() as conn:
        counting = Failing(conn, at=None)
        shares = [Share(invoice_id=bill, amount=100)]
        await purse.receive(counting.as_conn, 100, ref="FT1", shares=shares)
    assert counting.sent <= 8


@pytest.mark.parametrize("is_killed", [False, True])
async def test_whoever_dies_at_any_statement_leaves_nothing_and_is_done_once_again(
    purse: Purse, is_killed: bool
) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 900, 0)]))
    died = 0
    for at in range(20):
        ref, shares = f"FT{at}", [Share(invoice_id=bill, amount=10)]
        try:
            async with purse.step() as conn:
                failing = Failing(conn, at=at, killer=purse.owner if is_killed else None)
                await purse.receive(failing.as_conn, 15, ref=ref, shares=shares)
        except LOST:
            died += 1
            assert await count(purse, "fund") == at
            async with purse.step() as conn:
                await purse.receive(conn, 15, ref=ref, shares=shares)
    # Each statement of a step was the last one of somebody.
    assert died == 8
    assert await count(purse, "fund") == await count(purse, "allocation") == 20
    await settled(purse)
