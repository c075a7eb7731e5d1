"""The bank's side against ours: every difference has its name, and goes when it is put right."""

from datetime import datetime
from typing import Any

import httpx

from tests.conftest import HANOI
from tests.mobile_api.counting_house import House, Json
from tests.mobile_api.test_fee_statements import row
from tests.world import World

AT = datetime(2026, 11, 16, 6, 30, tzinfo=HANOI)


async def reconcile(house: House, **how: Any) -> Json:
    till = house.till
    body = {"account_id": str(till.bank_id), "from_day": "2026-11-10", "to_day": "2026-11-16"}
    answer = await till.post(till.accountant, "/reconciliations", **(body | how))
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def named(found: Json) -> list[tuple[str, int | None, int | None]]:
    return [(each["kind"], each["bank"], each["books"]) for each in found["differences"]]


async def test_nothing_differs_where_bank_and_books_agree(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    await house.arrives(120_000, await till.reference_of(bill), "FT1", at=AT)
    await house.imported([row("FT1", 120_000, "x", balance="1.120.000")])
    found = await reconcile(house)
    assert found["differences"] == []
    sums = found["sums"]
    assert (sums["bank_in"], sums["funds"], sums["ledger"]) == (120_000, 120_000, 120_000)


async def test_each_difference_is_named(house: House) -> None:
    await house.arrives(50_000, "a", "FT1", at=AT)
    unseen = await house.arrives(60_000, "b", "FT2", at=AT)
    await house.arrives(70_000, "c", "FT-EARLY", at=datetime(2026, 11, 12, 9, tzinfo=HANOI))
    await house.imported(
        [
            row("FT1", 55_000, "a", balance="100.000"),
            row("FT3", 5_000, "d", balance="105.000"),
            row("FT3", 6_000, "e", balance="111.000"),
            row("FT4", -9_000, "phi", balance="99.000"),
            row("FT9", 60_000, "tien hoc cua ai do", balance="159.000"),
        ]
    )
    found = await reconcile(house)
    assert named(found) == [
        ("amount_differs", 55_000, 50_000),
        ("duplicate_reference", 6_000, 5_000),
        ("out_without_refund", -9_000, None),
        ("not_in_books", 60_000, None),
        ("not_in_statement", None, 50_000),
        ("not_in_statement", None, 60_000),
        ("balance_broken", 99_000, 102_000),
        ("day_without_statement", None, 70_000),
    ]
    assert found["differences"][5]["fund_id"] == str(unseen)
    assert found["sums"]["differences"] == 8


async def test_it_is_run_again_when_something_was_put_right(house: House) -> None:
    till = house.till
    known = await house.arrives(60_000, "tien hoc", "FT2", at=AT)
    told = await house.imported([row("5078-1", 60_000, "MBVCB tien hoc")])
    assert {kind for kind, _, _ in named(await reconcile(house))} == {
        "not_in_books", "not_in_statement",
    }  # fmt: skip
    path = f"/statements/{told['statement_id']}/rows/2/decision"
    answer = await till.post(till.accountant, path, fund_id=str(known))
    assert answer.status_code == 200, answer.text
    assert named(await reconcile(house)) == []
    runs = (await till.get(till.principal, "/reconciliations")).json()["items"]
    assert [run["sums"]["differences"] for run in runs] == [0, 2]
    first = await till.get(till.principal, f"/reconciliations/{runs[1]['id']}")
    assert len(first.json()["differences"]) == 2


async def test_a_refund_is_found_in_the_statement_by_its_reference(house: House) -> None:
    till = house.till
    fund_id = await house.arrives(60_000, "tien thua", "FT1", at=AT)
    refund = (await house.ask_refund(fund_id, 60_000)).json()
    await till.post(till.principal, f"/refunds/{refund['id']}/decision", decision="approve")
    await till.post(
        till.accountant, f"/refunds/{refund['id']}/settlement", succeeded=True, bank_ref="FT7"
    )
    await house.imported([row("FT1", 60_000, "tien thua")])
    assert named(await reconcile(house)) == [("refund_not_in_statement", None, -60_000)]
    told = await house.imported([row("FT1", 60_000, "tien thua"), row("FT7", -60_000, "hoan")])
    assert told["sums"]["refunds"] == 1
    found = await reconcile(house)
    assert named(found) == []
    assert (found["sums"]["refunds"], found["sums"]["ledger"]) == (60_000, 0)


async def test_a_refund_that_is_settled_after_the_statement_is_found_too(house: House) -> None:
    till = house.till
    fund_id = await house.arrives(60_000, "tien thua", "FT1", at=AT)
    refund = (await house.ask_refund(fund_id, 60_000)).json()
    await till.post(till.principal, f"/refunds/{refund['id']}/decision", decision="approve")
    await house.imported([row("FT1", 60_000, "tien thua"), row("FT7", -60_000, "hoan")])
    assert named(await reconcile(house)) == [("out_without_refund", -60_000, None)]
    await till.post(
        till.accountant, f"/refunds/{refund['id']}/settlement", succeeded=True, bank_ref="FT7"
    )
    assert named(await reconcile(house)) == []


async def test_the_ledger_is_held_against_the_funds(house: House) -> None:
    till = house.till
    await house.arrives(60_000, "a", "FT1", at=AT)
    await house.imported([row("FT1", 60_000, "a")])
    async with till.owner.transaction():
        await till.owner.execute("alter table ledger_entry disable trigger stays")
        await till.owner.execute(
            "update ledger_entry set amount = amount - 1 where account like 'money:%'"
        )
        await till.owner.execute(
            "update ledger_entry set amount = amount + 1 where account = 'unallocated'"
        )
        await till.owner.execute("alter table ledger_entry enable trigger stays")
    assert named(await reconcile(house)) == [("ledger_differs", 60_000, 59_999)]


async def test_statements_that_follow_day_by_day_must_join(house: House) -> None:
    await house.imported([row("FT1", 1_000, "a", balance="10.000", day="15/11/2026")])
    await house.imported([row("FT2", 1_000, "b", balance="12.000", day="16/11/2026")])
    assert named(await reconcile(house)) == [("balance_broken", 11_000, 10_000)]


async def test_who_reconciles_and_which_days(house: House, world: World) -> None:
    till = house.till
    stranger = await world.staff(await world.school(), "accountant", "Người lạ")
    body = {"account_id": str(till.bank_id), "from_day": "2026-11-16", "to_day": "2026-11-10"}

    async def run(who: Any, **how: Any) -> httpx.Response:
        return await till.post(who, "/reconciliations", **(body | how))

    assert (await run(till.accountant)).json()["type"].endswith("bad-days")
    cash = await run(till.accountant, account_id=str(till.cash_id), to_day="2026-11-16")
    assert cash.status_code == 404
    for who, status in ((stranger, 404), (till.principal, 403), (till.parent, 403)):
        assert (await run(who)).status_code == status
    assert (await till.get(stranger, "/reconciliations")).status_code == 404
