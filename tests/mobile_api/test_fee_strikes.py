"""Money that is in the books and should not be leaves them by two people, and is explained."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.fees.money.model import Arrival
from app.fees.office.twins import seen_by_statement
from app.fees.receiving.doubts import unconfirmed
from app.ids import new_id
from tests.mobile_api.counting_house import House, Json
from tests.mobile_api.test_fee_exports import export
from tests.mobile_api.test_fee_reconciliation import AT, named, reconcile
from tests.mobile_api.test_fee_refunds import decide, kind, settle
from tests.mobile_api.test_fee_statements import row
from tests.world import Person, World


async def ask(
    house: House, fund: UUID | str, of: UUID | str | None, who: Person | None = None, **more: Any
) -> httpx.Response:
    body = {
        "id": str(new_id()), "fund_id": str(fund), "double_of": None if of is None else str(of),
        "reason": "Sao kê và báo có là một",
    } | more  # fmt: skip
    return await house.till.post(who or house.till.accountant, "/refunds/strikes", **body)


async def struck(house: House, fund: UUID | str, of: UUID | str | None) -> Json:
    asked = await ask(house, fund, of)
    assert asked.status_code == 201, asked.text
    done = await decide(house.till, asked.json(), house.till.principal)
    assert done.status_code == 200, done.text
    found: Json = done.json()
    return found


async def counted_twice(house: House) -> tuple[UUID, str, list[list[Any]]]:
    """A transfer that the gateway told of, taken for a new one when the statement had it."""
    told = await house.arrives(60_000, "tien hoc", "FT2", at=AT)
    grid = [row("5078-1", 60_000, "MBVCB tien hoc", balance="60.000")]
    found = await house.imported(grid)
    path = f"/statements/{found['statement_id']}/rows/2/decision"
    answer = await house.till.post(house.till.accountant, path, fund_id=None)
    assert answer.status_code == 200, answer.text
    return told, answer.json()["fund_id"], grid


async def test_what_was_counted_twice_leaves_the_books_and_is_explained(house: House) -> None:
    till = house.till
    told, twice, grid = await counted_twice(house)
    assert named(await reconcile(house)) == [("not_in_statement", None, 60_000)]
    shown = await house.fund(told)
    assert [each["id"] for each in shown["alike"]] == [twice]
    assert shown["alike"][0]["seen_by"] == ["statement"]
    asked = (await ask(house, told, twice)).json()
    assert (asked["state"], asked["fund"]["bank_ref"], asked["of"]["bank_ref"]) == (
        "requested", "FT2", "5078-1",
    )  # fmt: skip
    assert kind(await decide(till, asked, till.accountant)) == (403, "same-person")
    both = await asyncio.gather(
        *(decide(till, asked, who) for who in (till.second, till.principal))
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    await house.add_up()
    found = await reconcile(house)
    assert (named(found), found["sums"]["funds"], found["sums"]["ledger"]) == ([], 60_000, 60_000)
    (explained,) = found["explained"]
    assert (explained["kind"], explained["fund_id"]) == ("struck_double", str(told))
    (line,) = [each for each in await house.funds() if each["id"] == str(told)]
    assert (line["is_struck"], line["double_of"], line["refund_held"]) == (True, twice, 60_000)
    await _counted_once(house)
    kinds = await till.owner.fetch("select kind from audit_entry order by seq")
    assert [each["kind"] for each in kinds][-2:] == ["fee_strike_asked", "fee_strike_approved"]
    assert (await house.imported([*grid, row("5078-2", 1, "x")]))["sums"]["known"] == 1
    again = await house.arrives(60_000, "tien hoc", "FT2", at=AT)
    assert again == told
    await house.add_up()


async def _counted_once(house: House) -> None:
    """Wherever the day's money is summed up; and the sheets have it by name."""
    till, day = house.till, "2026-11-16"
    closing = await till.get(
        till.accountant, "/closes/expected", account_id=str(till.bank_id), day=day
    )
    assert (closing.json()["expected"], closing.json()["count"]) == (60_000, 1)
    board = (await till.get(till.accountant, "/boards")).json()
    came = {each["day"]: (each["funds"], each["amount"]) for each in board["days"]}
    assert came[day] == (1, 60_000)
    funds = await export(house, "funds")
    assert [each[4] for each in funds if "Đã gỡ khỏi sổ" in each] == [60_000]
    ledger = await export(house, "ledger")
    assert len([each for each in ledger if "Gỡ khoản khỏi sổ" in each]) == 2


async def test_what_was_struck_swallows_no_other_transfer(house: House) -> None:
    """Where money is looked for by day, amount and memo: a new webhook, a row that is taken."""
    till = house.till
    bare = ["16/11/2026 06:30:00", "", "", 60_000, "", "tien hoc"]
    await house.imported([bare])
    (by_statement,) = await house.funds()
    told = await house.arrives(60_000, "tien hoc", "FT2", at=AT)
    await struck(house, by_statement["id"], told)
    arrival = Arrival(
        account_id=till.bank_id, bank_ref="FT3", amount=60_000, channel="transfer",
        received_at=AT, memo=None, payer=None, source="webhook", source_ref="3",
    )  # fmt: skip
    async with house.tx() as conn:
        assert await unconfirmed(
            conn, school_id=till.school.id, arrival=arrival, day=AT.date()
        ) == []  # fmt: skip
        twin = await seen_by_statement(
            conn, box=till.box, school_id=till.school.id, account_id=till.bank_id, day=AT.date(),
            amount=60_000, memo="tien hoc", source="webhook", source_ref="3", now=till.now,
        )  # fmt: skip
    assert twin is None


async def test_a_row_is_the_fund_that_counts_when_its_own_was_struck(house: House) -> None:
    told, twice, grid = await counted_twice(house)
    await struck(house, twice, told)
    found = await reconcile(house)
    assert (named(found), found["sums"]["bank_in"], found["sums"]["funds"]) == ([], 60_000, 60_000)
    assert [each["fund_id"] for each in found["explained"]] == [twice]
    # The same transfer in another file, and a true one of the same day and amount.
    later = await house.imported([*grid, row("5078-9", 60_000, "khac", balance="120.000")])
    assert (later["sums"]["known"], later["sums"]["waiting"]) == (1, 1)
    await house.add_up()


async def test_what_the_bank_shows_beside_the_other_is_named_and_counts_again(house: House) -> None:
    till = house.till
    one, two = [await house.arrives(60_000, "tien hoc", f"FT{n}", at=AT) for n in range(2)]
    strike = await struck(house, two, one)
    await house.imported([row("FT0", 60_000, "tien hoc"), row("FT1", 60_000, "tien hoc")])
    assert named(await reconcile(house)) == [("struck_in_statement", 60_000, None)]
    done = await settle(till, strike, till.accountant, None)
    assert (done.status_code, done.json()["state"]) == (200, "failed")
    found = await reconcile(house)
    assert (named(found), found["explained"]) == ([], [])
    assert (await house.fund(two))["fund"]["review"] == "duplicate"
    assert kind(await ask(house, two, one)) == (409, "both-in-statement")
    assert kind(await settle(till, strike, till.accountant, None)) == (409, "refund-decided")
    await house.add_up()


async def test_money_that_never_came_is_struck_by_the_statements_of_its_days(house: House) -> None:
    forged = await house.arrives(60_000, "gia mao", "FORGED", at=AT - timedelta(days=4))
    await house.imported([row("FT1", 1_000, "a", day="12/11/2026")])
    assert kind(await ask(house, forged, None)) == (409, "not-proved-missing")
    await house.imported([row("FT2", 2_000, "b", day="15/11/2026")])
    await struck(house, forged, None)
    found = await reconcile(house)
    assert (named(found), [each["kind"] for each in found["explained"]]) == ([], ["struck_missing"])
    # Should the bank have it after all, it is said.
    await house.imported([row("FORGED", 60_000, "gia mao", day="12/11/2026")])
    assert named(await reconcile(house)) == [("struck_in_statement", 60_000, None)]
    await house.add_up()


async def test_what_is_on_a_bill_is_taken_back_before_it_is_struck(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    paid = await house.arrives(120_000, await till.reference_of(bill), "FT1", at=AT)
    other = await house.arrives(120_000, "tien hoc", "FT2", at=AT)
    assert kind(await ask(house, paid, other)) == (409, "fund-in-use")
    (put,) = (await house.fund(paid))["allocations"]
    back = f"/allocations/{put['id']}/reversal"
    assert (await till.post(till.accountant, back, reason="Ghi hai lần")).status_code == 200
    both = await asyncio.gather(ask(house, paid, other), house.allocate(paid, (bill, 120_000)))
    assert sorted(answer.status_code for answer in both)[-1] == 409
    assert len({answer.status_code for answer in both}) == 2
    await house.add_up()


async def test_a_pupils_credit_that_was_counted_twice_is_told_to_the_family(house: House) -> None:
    one, two = [await house.arrives(60_000, "x", f"FT{n}", at=AT) for n in range(2)]
    kept = await house.allocate(two, credit_student_id=str(house.till.elder.id))
    assert kept.status_code in (200, 201), kept.text
    before = await house.count("outbox", "kind = 'fee_changed'")
    await struck(house, two, one)
    assert await house.count("outbox", "kind = 'fee_changed'") == before + 1
    assert await house.count("receipt", "state = 'live' and student_id is not null") == 0
    await house.add_up()


async def test_the_same_request_again_is_the_same_strike(house: House) -> None:
    one, two = [await house.arrives(60_000, "x", f"FT{n}", at=AT) for n in range(2)]
    same = str(new_id())
    for _ in range(2):
        assert (await ask(house, two, one, id=same)).status_code == 201
    assert kind(await ask(house, one, two, id=same)) == (409, "refund-id-taken")
    refund = await house.ask_refund(two, 60_000, id=same)
    assert kind(refund) == (409, "refund-id-taken")
    assert kind(await settle(house.till, {"id": same}, house.till.accountant, "FT9")) == (
        409, "refund-decided",
    )  # fmt: skip
    assert await house.count("refund") == 1


async def test_who_may_ask_for_a_strike(house: House, world: World) -> None:
    till = house.till
    one, two = [await house.arrives(60_000, "x", f"FT{n}", at=AT) for n in range(2)]
    stranger = await world.staff(await world.school(), "accountant", "Người lạ")
    for who, status in ((stranger, 404), (till.principal, 403), (till.parent, 403)):
        assert (await ask(house, two, one, who)).status_code == status
    assert kind(await ask(house, two, new_id())) == (404, "no-such-fund")


async def cash_left_over(house: House) -> str:
    """Cash of a pupil whose bill was paid by somebody else as well."""
    till = house.till
    bill = await house.bill(till.elder)
    share = {"invoice_id": str(bill), "amount": 120_000}
    taken = await till.post(till.accountant, "/cash", id=str(new_id()), shares=[share], payer="Bà")
    assert taken.status_code == 201, taken.text
    path = f"/cash/{taken.json()['id']}/confirmation"
    assert (await till.post(till.second, path)).status_code == 200
    (fund,) = await house.funds()
    (put,) = (await house.fund(fund["id"]))["allocations"]
    back = f"/allocations/{put['id']}/reversal"
    assert (await till.post(till.accountant, back, reason="Đã chuyển trường")).status_code == 200
    found: str = fund["id"]
    return found


async def test_cash_goes_back_through_the_bank_account_that_is_named(house: House) -> None:
    till = house.till
    cash = await cash_left_over(house)
    own = await house.ask_refund(cash, 1_000, from_account_id=str(till.cash_id))
    assert kind(own) == (409, "no-account-to-pay-from")
    refund = (await house.ask_refund(cash, 120_000)).json()
    assert (refund["from_account_id"], refund["account_id"]) == (
        str(till.bank_id), str(till.cash_id),
    )  # fmt: skip
    await decide(till, refund, till.principal)
    done = await settle(till, refund, till.accountant, "FT7")
    assert done.json()["state"] == "succeeded"
    day = till.now.astimezone(AT.tzinfo).strftime("%d/%m/%Y")
    span = {"to_day": till.now.astimezone(AT.tzinfo).date().isoformat()}
    await house.imported([row("FT1", 1, "lai", day=day)])
    missing = named(await reconcile(house, **span))
    assert missing == [("refund_not_in_statement", None, -120_000)]
    told = await house.imported([row("FT7", -120_000, "hoan", day=day)])
    assert told["sums"]["refunds"] == 1
    assert named(await reconcile(house, **span)) == []
    expected = await till.get(
        till.accountant, "/closes/expected", account_id=str(till.cash_id), day=span["to_day"]
    )
    assert expected.json()["expected"] == 120_000
    await house.add_up()


async def test_without_a_default_account_it_is_asked_which_one_pays(house: House) -> None:
    till = house.till
    cash = await cash_left_over(house)
    await till.owner.execute("update fee_account set is_default = false")
    assert kind(await house.ask_refund(cash, 1_000)) == (409, "no-account-to-pay-from")
    named_one = await house.ask_refund(cash, 1_000, from_account_id=str(till.bank_id))
    assert named_one.status_code == 201, named_one.text
    stranger = await house.ask_refund(cash, 1_000, from_account_id=str(new_id()))
    assert kind(stranger) == (409, "no-account-to-pay-from")
    await house.add_up()


async def test_a_refund_is_not_told_to_whose_bill_it_was_on_by_mistake(house: House) -> None:
    till = house.till
    wrong = await house.bill(till.single)
    fund = await house.arrives(120_000, "khong ma", "FT1", at=AT)
    await house.allocate(fund, (wrong, 120_000))
    (put,) = (await house.fund(fund))["allocations"]
    await till.post(till.accountant, f"/allocations/{put['id']}/reversal", reason="Nhầm em")
    refund = (await house.ask_refund(fund, 120_000)).json()
    await decide(till, refund, till.principal)
    before = await house.count("outbox", "kind = 'fee_changed'")
    await settle(till, refund, till.accountant, "FT9")
    assert await house.count("outbox", "kind = 'fee_changed'") == before


async def test_what_two_statements_print_alike_without_a_reference_is_one(house: House) -> None:
    fee = ["16/11/2026 06:30:00", "", 11_000, "", "89.000", "phi"]
    await house.imported([fee])
    await house.imported([fee, row("FT1", 1_000, "a")])
    found = await reconcile(house)
    assert (named(found), found["sums"]["bank_out"]) == (
        [("out_without_refund", -11_000, None)], 11_000,
    )  # fmt: skip
