"""A school's own cash that it pays into its bank is counted once, as the cash that it was."""

import asyncio
from typing import Any
from uuid import UUID

import httpx

from app.ids import new_id
from tests.mobile_api.counting_house import House
from tests.mobile_api.test_fee_exports import export
from tests.mobile_api.test_fee_reconciliation import AT, named, reconcile
from tests.mobile_api.test_fee_refunds import decide, kind, settle
from tests.mobile_api.test_fee_statements import row
from tests.mobile_api.test_fee_strikes import cash_left_over
from tests.world import Person, World

DAY = "2026-11-16"


async def ask(
    house: House, fund: UUID | str, box: UUID | None = None, who: Person | None = None, **more: Any
) -> httpx.Response:
    body = {
        "id": str(new_id()), "fund_id": str(fund), "reason": "Nộp quỹ vào ngân hàng",
        "from_account_id": str(box or house.till.cash_id),
    } | more  # fmt: skip
    return await house.till.post(who or house.till.accountant, "/refunds/deposits", **body)


async def came_in(house: House, amount: int = 120_000) -> UUID:
    """A cash box of 120.000, and a transfer that the school made itself."""
    await cash_left_over(house)
    return await house.arrives(amount, "NOP TIEN MAT", "FT1", at=AT)


async def test_cash_that_is_paid_in_is_counted_once_and_explained(house: House) -> None:
    till = house.till
    paid_in = await came_in(house)
    news = await house.count("outbox", "kind in ('fee_changed', 'fee_paid')")
    asked = (await ask(house, paid_in)).json()
    assert (asked["kind"], asked["state"], asked["fund"]["bank_ref"], asked["from_account_id"]) == (
        "deposit", "requested", "FT1", str(till.cash_id),
    )  # fmt: skip
    assert kind(await decide(till, asked, till.accountant)) == (403, "same-person")
    both = await asyncio.gather(
        *(decide(till, asked, who) for who in (till.second, till.principal))
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    await house.add_up()
    told = await house.imported([row("FT1", 120_000, "NOP TIEN MAT")])
    assert told["sums"]["known"] == 1
    found = await reconcile(house)
    sums = found["sums"]
    assert (named(found), sums["bank_in"], sums["funds"]) == ([], 120_000, 120_000)
    assert (sums["ledger"], sums["refunds"]) == (120_000, 0)
    (explained,) = found["explained"]
    assert (explained["kind"], explained["fund_id"]) == ("cash_deposit", str(paid_in))
    (line,) = [each for each in await house.funds() if each["id"] == str(paid_in)]
    assert (line["is_deposit"], line["is_struck"], line["free"]) == (True, False, 0)
    await _counted_as_cash_alone(house)
    kinds = await till.owner.fetch("select kind from audit_entry order by seq")
    names = [each["kind"] for each in kinds if each["kind"].startswith("fee_deposit")]
    assert names == ["fee_deposit_asked", "fee_deposit_approved"]
    assert await house.count("outbox", "kind in ('fee_changed', 'fee_paid')") == news


async def _counted_as_cash_alone(house: House) -> None:
    """What families paid on the day; and the sheets have it by name."""
    till = house.till
    for account, expected in ((till.bank_id, 0), (till.cash_id, 120_000)):
        day = {"account_id": str(account), "day": DAY}
        closing = (await till.get(till.accountant, "/closes/expected", **day)).json()
        assert closing["expected"] == expected
    board = (await till.get(till.accountant, "/boards")).json()
    assert {each["day"]: (each["funds"], each["amount"]) for each in board["days"]}[DAY] == (
        1, 120_000,
    )  # fmt: skip
    funds = await export(house, "funds")
    assert [each[4] for each in funds if "Tiền mặt của trường nộp vào" in each] == [120_000]
    ledger = await export(house, "ledger")
    assert len([each for each in ledger if "Tiền mặt nộp vào ngân hàng" in each]) == 2


async def test_what_was_a_familys_after_all_waits_for_a_person_again(house: House) -> None:
    till = house.till
    paid_in = await came_in(house)
    asked = (await ask(house, paid_in)).json()
    await decide(till, asked, till.principal)
    assert kind(await settle(till, asked, till.accountant, "FT9")) == (409, "refund-decided")
    done = await settle(till, asked, till.accountant, None)
    assert (done.status_code, done.json()["state"]) == (200, "failed")
    shown = (await house.fund(paid_in))["fund"]
    assert (shown["review"], shown["is_deposit"], shown["free"]) == ("no_reference", False, 120_000)
    assert (await reconcile(house))["explained"] == []
    kinds = await till.owner.fetch("select kind from audit_entry order by seq")
    assert kinds[-1]["kind"] == "fee_deposit_restored"
    await house.add_up()


async def test_what_is_no_deposit_is_refused(house: House) -> None:
    till = house.till
    cash = await cash_left_over(house)
    much = await house.arrives(120_001, "NOP TIEN MAT", "FT1", at=AT)
    assert kind(await ask(house, much)) == (409, "more-than-in-box")
    assert kind(await ask(house, cash)) == (422, "not-a-deposit")
    assert kind(await ask(house, much, till.bank_id)) == (422, "no-such-cash-box")
    assert kind(await ask(house, new_id())) == (404, "no-such-fund")
    bill = await house.bill(till.single)
    await house.allocate(much, (bill, 1_000))
    assert kind(await ask(house, much)) == (409, "more-than-in-box")
    less = await house.arrives(60_000, "x", "FT2", at=AT)
    await house.allocate(less, (bill, 1_000))
    assert kind(await ask(house, less)) == (409, "fund-in-use")
    assert await house.count("refund") == 0


async def test_the_box_pays_each_deposit_out_of_what_it_holds(house: House) -> None:
    """Each was within it when it was asked for; of two agreed to at once one is too much."""
    till = house.till
    one = await came_in(house)
    two = await house.arrives(1_000, "NOP TIEN MAT", "FT2", at=AT)
    asked = [(await ask(house, each)).json() for each in (one, two)]
    both = await asyncio.gather(*(decide(till, each, till.principal) for each in asked))
    refused = [kind(answer) for answer in both if answer.status_code != 200]
    assert refused == [(409, "more-than-in-box")]
    await house.add_up()


async def test_deposited_and_put_to_a_bill_at_once_it_is_one_of_both(house: House) -> None:
    paid_in = await came_in(house)
    bill = await house.bill(house.till.single)
    both = await asyncio.gather(ask(house, paid_in), house.allocate(paid_in, (bill, 120_000)))
    assert sorted(answer.status_code for answer in both)[-1] == 409
    assert len({answer.status_code for answer in both}) == 2
    await house.add_up()


async def test_the_same_request_again_is_the_same_deposit(house: House) -> None:
    paid_in = await came_in(house)
    other = await house.arrives(120_000, "x", "FT2", at=AT)
    same = str(new_id())
    for _ in range(2):
        assert (await ask(house, paid_in, id=same)).status_code == 201
    assert kind(await ask(house, other, id=same)) == (409, "refund-id-taken")
    assert kind(await house.ask_refund(paid_in, 1_000, id=same)) == (409, "refund-id-taken")
    assert await house.count("refund") == 1


async def test_who_may_say_that_it_is_a_deposit(house: House, world: World) -> None:
    till = house.till
    paid_in = await came_in(house)
    elsewhere = await world.school()
    stranger = await world.staff(elsewhere, "accountant", "Người lạ")
    for who, status in ((stranger, 404), (till.principal, 403), (till.parent, 403)):
        assert (await ask(house, paid_in, who=who)).status_code == status
    box = new_id()
    await till.owner.execute(
        "insert into fee_account select (jsonb_populate_record(a, jsonb_build_object("
        "'id', $1::uuid, 'school_id', $2::int))).* from fee_account a where a.id = $3",
        box, elsewhere.id, till.cash_id,
    )  # fmt: skip
    assert kind(await ask(house, paid_in, box)) == (422, "no-such-cash-box")
    across = await ask(house, paid_in, who=stranger, school_id=elsewhere.id)
    assert kind(across) == (404, "no-such-fund")
