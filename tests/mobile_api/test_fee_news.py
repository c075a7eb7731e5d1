"""What is told of money: to whom, how often, and what a push does not say."""

from datetime import timedelta
from typing import Any

from app import db
from app.fees import telling
from app.fees.telling import PaidShare
from app.ids import new_id
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.conftest import Clock
from tests.mobile_api.billing import Till
from tests.mobile_api.counting_house import House
from tests.mobile_api.receiving import Counter
from tests.world import Person


async def news(till: Till, who: Person) -> list[dict[str, Any]]:
    answer = await till.api.get("/v1/inbox", headers=who.headers)
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["items"], key=lambda item: str(item["title"]))


async def titles(till: Till, who: Person) -> list[str]:
    return [item["title"] for item in await news(till, who)]


async def test_bills_are_told_once_a_pupil_and_offers_are_said_to_be_free(
    till: Till, resources: Resources, clock: Clock, relay: Relay
) -> None:
    bills = [
        await till.bill(till.elder),
        await till.bill(till.elder, 30_000, seq=2),
        await till.bill(till.elder, 50_000, item="club", is_voluntary=True),
        await till.bill(till.younger, 50_000, item="club", is_voluntary=True),
        await till.bill(till.single, 0),
    ]
    async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
        told = await telling.due(conn, school_id=till.school.id, invoice_ids=bills, now=clock())
    assert told == 2
    await relay.relay_due()
    younger, elder = await news(till, till.parent)
    assert elder["title"] == "Khoản thu mới của Nguyễn Văn An"
    assert elder["body"].startswith(
        "Tháng 11/2026: 150.000 đồng, hạn 25/11/2026. 1 khoản tự nguyện, tuỳ gia đình."
    )
    assert younger["body"].startswith("Tháng 11/2026: 1 khoản tự nguyện, tuỳ gia đình.")
    assert await news(till, till.other_parent) == []
    async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
        reminded = await telling.reminded(
            conn, school_id=till.school.id, invoice_ids=bills, now=clock()
        )
    assert reminded == 1
    await relay.relay_due()
    assert "Nhắc nộp khoản thu của Nguyễn Văn An" in await titles(till, till.parent)


async def test_one_transfer_for_two_children_is_told_of_each_once(
    till: Till, resources: Resources, clock: Clock, relay: Relay
) -> None:
    shares = [
        PaidShare(student_id=student.id, amount=amount, receipt_id=new_id())
        for student, amount in ((till.elder, 120_000), (till.younger, 80_000))
    ]
    for _ in range(2):
        async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
            await telling.paid(
                conn, school_id=till.school.id, fund_id=new_id(), shares=shares, now=clock()
            )
    await till.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where student_id = $1",
        till.younger.id,
    )
    await relay.relay_due()
    (told,) = await news(till, till.parent)
    assert "120.000 đồng của Nguyễn Văn An" in told["title"]
    assert told["data"]["receipt_id"] == str(shares[0].receipt_id)


async def test_who_sends_too_much_is_told_of_all_of_it_and_the_code_is_paid(
    counter: Counter, relay: Relay
) -> None:
    till = counter.till
    asked = {"id": str(new_id()), "shares": [{"invoice_id": str(await till.bill(till.single))}]}
    who = till.other_parent.headers
    intent = (await till.api.post("/v1/fees/intents", json=asked, headers=who)).json()
    await counter.bank.pay(150_000, intent["memo"])
    await counter.take()
    shown = await till.api.get(f"/v1/fees/intents/{intent['id']}", headers=who)
    assert shown.json()["state"] == "succeeded"
    await relay.relay_due()
    left, paid = await news(till, till.other_parent)
    assert "120.000 đồng của Trần Văn Cường" in paid["title"]
    assert left["body"].startswith("Tiền nộp dư được chuyển sang kỳ sau: 30.000 đồng.")


async def test_money_that_waits_for_a_person_is_told_to_the_family_that_it_names(
    counter: Counter, relay: Relay
) -> None:
    till, bank = counter.till, counter.bank
    bill = await till.bill(till.single)
    shares = [{"invoice_id": str(await till.bill(each))} for each in (till.elder, till.younger)]
    asked = {"id": str(new_id()), "shares": shares}
    both = await till.api.post("/v1/fees/intents", json=asked, headers=till.parent.headers)
    memo = await till.reference_of(bill)
    for amount in (100_000, 120_000, 120_000):  # too little, exact, once more
        await bank.pay(amount, memo)
    for _ in range(2):
        await bank.pay(240_000, both.json()["memo"])
    await bank.pay(90_000, "hoc phi")
    await counter.take()
    await relay.relay_due()

    def waiting(amount: str) -> str:
        return f"Nhà trường đã nhận và đang xem lại: {amount} đồng. {till.school.name}"

    mine = [each["body"] for each in await news(till, till.other_parent)]
    assert sorted(mine)[1:] == [waiting("100.000"), waiting("120.000")]
    theirs = [each["body"] for each in await news(till, till.parent)]
    assert (len(theirs), theirs.count(waiting("240.000"))) == (3, 1), "of siblings once"


async def test_credit_that_was_given_to_the_wrong_child_is_told_to_both_families(
    house: House, relay: Relay
) -> None:
    till = house.till
    fund = await house.arrives(300_000, "khong ma", "FT1")
    bill = await house.bill(till.younger, 100_000)
    for pupil in (till.single, till.elder, till.younger):
        decided = await house.allocate(fund, credit_student_id=str(pupil.id))
        assert decided.status_code == 201, decided.text
        await relay.relay_due()
    assert (await house.allocate(fund, (bill, 100_000))).status_code == 201
    await relay.relay_due()
    given, taken = (
        f"Tiền nộp dư {what}: 300.000 đồng. {till.school.name}"
        for what in ("được chuyển sang kỳ sau", "không còn giữ cho kỳ sau")
    )
    assert sorted(each["body"] for each in await news(till, till.other_parent)) == [taken, given]
    bodies = [each["body"] for each in await news(till, till.parent)]
    assert (len(bodies), bodies.count(given), bodies.count(taken)) == (4, 2, 1)
    (allocation,) = (await house.fund(fund))["allocations"]
    taken_back = await till.post(
        till.accountant, f"/allocations/{allocation['id']}/reversal", reason="Nhầm em"
    )
    assert taken_back.status_code == 200, taken_back.text
    await relay.relay_due()
    bodies = [each["body"] for each in await news(till, till.parent)]
    assert len(bodies) == 6
    assert taken.replace("300.000", "200.000") in bodies, "the rest waits for a person as well"


async def test_who_has_left_is_told_as_of_the_last_day(
    till: Till, resources: Resources, clock: Clock, relay: Relay
) -> None:
    await till.owner.execute(
        "update guardianship set ended_at = now(), told_until = $1 where account_id = $2",
        (clock() - timedelta(days=9)).date(),
        till.other_parent.account_id,
    )
    await till.owner.execute("update student set ended_at = now() where id = $1", till.single.id)
    async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
        await telling.changed(
            conn,
            school_id=till.school.id,
            student_id=till.single.id,
            event_id=new_id(),
            change="refunded",
            amount=20_000,
            now=clock(),
        )
    await relay.relay_due()
    (told,) = await news(till, till.other_parent)
    assert told["body"].startswith("Nhà trường đã hoàn lại: 20.000 đồng.")


async def test_money_to_review_is_told_to_accountants_once_a_day(
    till: Till, resources: Resources, clock: Clock, relay: Relay
) -> None:
    for _ in range(3):
        async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
            await telling.waits_for_review(conn, school_id=till.school.id, now=clock())
        await relay.relay_due()
    for who in (till.accountant, till.second):
        assert await titles(till, who) == ["Có tiền về chưa rõ nộp khoản nào"]
    assert await titles(till, till.principal) == []


async def test_a_second_person_is_asked_and_not_who_asks(
    till: Till, resources: Resources, clock: Clock, relay: Relay
) -> None:
    async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
        await telling.waits_for_second_person(
            conn,
            school_id=till.school.id,
            matter="refund",
            matter_id=new_id(),
            asked_by=till.accountant.account_id,
            now=clock(),
        )
    await relay.relay_due()
    assert await titles(till, till.accountant) == []
    for who in (till.second, till.principal):
        assert await titles(till, who) == ["Một đề nghị hoàn tiền chờ người thứ hai"]
    assert await titles(till, till.parent) == []
