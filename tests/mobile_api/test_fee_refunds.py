"""Money that goes back: two people, one transfer, never twice."""

import asyncio
from uuid import UUID

import httpx

from app.ids import new_id
from tests.mobile_api.billing import Till
from tests.mobile_api.counting_house import House, Json
from tests.world import Person, World


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/")[-1]


async def overpaid(house: House, amount: int = 150_000) -> UUID:
    """30,000 more than the bill."""
    bill = await house.bill(house.till.elder)
    return await house.arrives(amount, await house.till.reference_of(bill), "FT1")


async def decide(
    till: Till, refund: Json, who: Person, decision: str = "approve"
) -> httpx.Response:
    path = f"/refunds/{refund['id']}/decision"
    return await till.post(who, path, decision=decision, reason="Đã đối chiếu")


async def settle(till: Till, refund: Json, who: Person, ref: str | None) -> httpx.Response:
    path = f"/refunds/{refund['id']}/settlement"
    return await till.post(who, path, succeeded=ref is not None, bank_ref=ref)


async def test_an_overpayment_goes_back_by_two_people(house: House) -> None:
    till = house.till
    fund_id = await overpaid(house)
    asked = await house.ask_refund(fund_id, 30_000)
    assert asked.status_code == 201, asked.text
    refund = asked.json()
    assert (refund["state"], refund["to_number"]) == ("requested", "0071000123456")
    held = (await house.fund(fund_id))["fund"]
    assert (held["free"], held["refund_held"], held["review"]) == (0, 30_000, None)
    assert await house.count("outbox", "kind = 'fee_second_person'") == 2
    own = await decide(till, refund, till.accountant)
    assert kind(own) == (403, "same-person")
    sent = await decide(till, refund, till.principal)
    assert (sent.json()["state"], sent.json()["decided_by_name"]) == ("sent", "Thầy Hiệu Trưởng")
    twice = await decide(till, refund, till.second)
    assert kind(twice) == (409, "refund-decided")
    bare = await till.post(till.accountant, f"/refunds/{refund['id']}/settlement", succeeded=True)
    assert kind(bare) == (422, "reference-needed")
    done = await settle(till, refund, till.accountant, "FT99")
    assert (done.json()["state"], done.json()["bank_ref"]) == ("succeeded", "FT99")
    assert kind(await settle(till, refund, till.accountant, "FT98")) == (409, "refund-decided")
    told = "kind = 'fee_changed' and params ->> 'change' = 'refunded'"
    assert await house.count("outbox", told) == 1
    kinds = await till.owner.fetch("select kind from audit_entry order by seq")
    assert [each["kind"] for each in kinds] == [
        "fee_refund_asked", "fee_refund_approved", "fee_refund_paid",
    ]  # fmt: skip
    await house.add_up()


async def test_a_rejected_or_failed_refund_frees_the_money(house: House) -> None:
    till = house.till
    fund_id = await overpaid(house)
    first = (await house.ask_refund(fund_id, 30_000)).json()
    assert (await decide(till, first, till.second, "reject")).json()["state"] == "rejected"
    second = (await house.ask_refund(fund_id, 30_000)).json()
    await decide(till, second, till.second)
    failed = await settle(till, second, till.accountant, None)
    assert failed.json()["state"] == "failed"
    assert (await house.fund(fund_id))["fund"]["free"] == 30_000
    await house.add_up()


async def test_more_than_free_is_not_given_back(house: House) -> None:
    fund_id = await overpaid(house)
    assert kind(await house.ask_refund(fund_id, 30_001)) == (409, "more-than-free")
    both = await asyncio.gather(*(house.ask_refund(fund_id, 20_000) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    await house.add_up()


async def test_the_same_request_again_is_the_same_refund(house: House) -> None:
    fund_id = await overpaid(house)
    refund_id = str(new_id())
    for _ in range(2):
        assert (await house.ask_refund(fund_id, 30_000, id=refund_id)).status_code == 201
    other = await house.ask_refund(fund_id, 10_000, id=refund_id)
    assert kind(other) == (409, "refund-id-taken")
    assert await house.count("refund") == 1


async def test_two_settlements_at_once_pay_once(house: House) -> None:
    till = house.till
    refund = (await house.ask_refund(await overpaid(house), 30_000)).json()
    await decide(till, refund, till.principal)
    both = await asyncio.gather(
        settle(till, refund, till.accountant, "FT98"), settle(till, refund, till.second, "FT99")
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert await house.count("ledger_txn", "source_kind = 'refund_paid'") == 1
    await house.add_up()


async def test_one_bank_reference_settles_one_refund(house: House) -> None:
    till = house.till
    fund_id = await overpaid(house)
    one = (await house.ask_refund(fund_id, 10_000)).json()
    two = (await house.ask_refund(fund_id, 10_000)).json()
    for refund in (one, two):
        await decide(till, refund, till.principal)
    assert (await settle(till, one, till.accountant, "FT99")).status_code == 200
    again = await settle(till, two, till.accountant, "FT99")
    assert kind(again) == (409, "bank-reference-used")
    assert (await till.get(till.accountant, "/refunds", state="sent")).json()["items"][0][
        "id"
    ] == two["id"]


async def test_what_is_wrong_with_a_request_is_said(house: House) -> None:
    fund_id = await overpaid(house)
    bin, number = {"to_bank_bin": "000001"}, {"to_number": "12-34.5"}
    for wrong, why in ((bin, "ngân hàng"), (number, "6 đến 19 chữ số")):
        answer = await house.ask_refund(fund_id, 30_000, who=None, **wrong)
        assert kind(answer) == (422, "bad-refund-account")
        assert why in answer.json()["detail"]
    assert (await house.ask_refund(fund_id, 0)).status_code == 400
    assert (await house.ask_refund(new_id(), 1)).status_code == 404


async def test_numbers_are_sealed_and_lists_show_their_tail(house: House) -> None:
    till = house.till
    refund = (await house.ask_refund(await overpaid(house), 30_000)).json()
    answer = await till.get(till.principal, "/refunds")
    (line,) = answer.json()["items"]
    assert (line["to_number"], line["to_number_tail"]) == (None, "3456")
    one = await till.get(till.principal, f"/refunds/{refund['id']}")
    assert one.json()["to_number"] == "0071000123456"
    row = await till.owner.fetchrow("select to_number, to_holder from refund")
    assert row is not None
    assert b"0071000123456" not in row["to_number"]
    assert b"NGUYEN" not in row["to_holder"]


async def test_who_may_ask_decide_and_settle(house: House, world: World) -> None:
    till = house.till
    fund_id = await overpaid(house)
    refund = (await house.ask_refund(fund_id, 30_000)).json()
    stranger = await world.staff(await world.school(), "accountant", "Người lạ")
    guard = await world.staff(till.school, "guard")
    for who, status in ((stranger, 404), (guard, 403), (till.parent, 403)):
        assert (await till.get(who, "/refunds")).status_code == status
        assert (await house.ask_refund(fund_id, 1_000, who=who)).status_code == status
        assert (await decide(till, refund, who)).status_code == status
        assert (await settle(till, refund, who, "FT9")).status_code == status
    assert (await house.ask_refund(fund_id, 1_000, who=till.principal)).status_code == 403


async def test_one_id_for_two_funds_at_once_is_one_refund(house: House) -> None:
    funds = [await house.arrives(10_000, "x", f"FT{n}") for n in range(2)]
    refund_id = str(new_id())
    both = await asyncio.gather(*(house.ask_refund(fund, 5_000, id=refund_id) for fund in funds))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    await house.add_up()
