"""Cash over the counter takes two people; a day is closed by cashier and channel, for good."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.ids import new_id
from tests.conftest import Clock
from tests.mobile_api.counting_house import House, Json
from tests.world import Person, World

DAY = "2026-11-16"


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/")[-1]


async def take(house: House, bill: UUID, amount: int = 120_000, **how: Any) -> httpx.Response:
    body = {
        "id": str(how.get("id", new_id())),
        "payer": "Bà Nguyễn Thị Mẹ",
        "shares": [{"invoice_id": str(bill), "amount": amount}],
    }
    return await house.till.post(how.get("who", house.till.accountant), "/cash", **body)


async def confirm(house: House, intake: Json, who: Person) -> httpx.Response:
    return await house.till.post(who, f"/cash/{intake['id']}/confirmation")


async def cancel(house: House, intake: Json, who: Person) -> httpx.Response:
    return await house.till.post(who, f"/cash/{intake['id']}/cancellation", reason="Trả lại")


async def close(
    house: House, counted: int, *, who: Person | None = None, **more: Any
) -> httpx.Response:
    till = house.till
    body = {"account_id": str(till.cash_id), "day": DAY, "counted": counted} | more
    return await till.post(who or till.accountant, "/closes", **body)


async def test_cash_is_money_when_another_person_has_confirmed_it(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    taken = await take(house, bill)
    assert taken.status_code == 201, taken.text
    intake = taken.json()
    assert (intake["state"], intake["taken_by_name"]) == ("taken", "Cô Kế Toán")
    assert intake["shares"][0]["student_name"] == "Nguyễn Văn An"
    assert (await house.paid(bill), await house.count("fund")) == (0, 0)
    assert kind(await confirm(house, intake, till.accountant)) == (403, "same-person")
    done = await confirm(house, intake, till.second)
    assert (done.json()["state"], done.json()["decided_by_name"]) == ("confirmed", "Cô Thủ Quỹ")
    assert await house.paid(bill) == 120_000
    shown = await house.fund(done.json()["fund_id"])
    assert (shown["fund"]["channel"], shown["fund"]["payer"]) == ("cash", "Bà Nguyễn Thị Mẹ")
    assert (shown["fund"]["bank_ref"], shown["allocations"][0]["how"]) == (None, "cash")
    assert await house.count("receipt", "kind = 'receipt'") == 1
    assert kind(await confirm(house, intake, till.principal)) == (409, "cash-decided")
    await house.add_up()


async def test_two_confirmations_at_once_count_once(house: House) -> None:
    till = house.till
    intake = (await take(house, await house.bill(till.elder))).json()
    both = await asyncio.gather(*(confirm(house, intake, w) for w in (till.second, till.principal)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert await house.count("fund") == 1
    await house.add_up()


async def test_cash_is_cancelled_by_who_took_it_or_the_principal(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    intake = (await take(house, bill)).json()
    assert kind(await cancel(house, intake, till.second)) == (403, "not-your-cash")
    gone = await cancel(house, intake, till.accountant)
    assert (gone.json()["state"], gone.json()["cancel_reason"]) == ("cancelled", "Trả lại")
    assert kind(await confirm(house, intake, till.second)) == (409, "cash-decided")
    other = (await take(house, bill)).json()
    assert (await cancel(house, other, till.principal)).json()["state"] == "cancelled"
    assert await house.count("fund") == 0


async def test_the_same_intake_again_is_the_same(house: House) -> None:
    bill = await house.bill(house.till.elder)
    intake_id = new_id()
    for _ in range(2):
        assert (await take(house, bill, id=intake_id)).status_code == 201
    assert kind(await take(house, bill, 1_000, id=intake_id)) == (409, "cash-id-taken")
    assert await house.count("cash_intake") == 1


async def test_cash_for_a_bill_that_was_paid_meanwhile_is_kept_and_waits(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    intake = (await take(house, bill)).json()
    await house.arrives(120_000, await till.reference_of(bill), "FT1")
    done = await confirm(house, intake, till.second)
    assert done.json()["state"] == "confirmed"
    (waits,) = await house.funds(review="any")
    assert (waits["review"], waits["free"]) == ("duplicate", 120_000)
    await house.add_up()


async def test_nobody_takes_cash_for_more_than_is_due(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    assert kind(await take(house, bill, 120_001)) == (409, "more-than-due")
    assert kind(await take(house, new_id())) == (404, "no-such-invoice")
    draft = await till.bill(till.single, is_open=False)
    assert kind(await take(house, draft)) == (409, "invoice-not-open")
    assert (await take(house, bill, 0)).status_code == 400


async def test_a_cashiers_day_is_closed_for_good(house: House, clock: Clock) -> None:
    till = house.till
    one, two = await house.bill(till.elder), await house.bill(till.single)
    intake = (await take(house, one)).json()
    assert kind(await close(house, 120_000)) == (409, "cash-still-waits")
    await confirm(house, intake, till.second)
    told = await till.get(
        till.accountant, "/closes/expected", account_id=str(till.cash_id), day=DAY
    )
    assert (told.json()["expected"], told.json()["count"]) == (120_000, 1)
    assert kind(await close(house, 119_000)) == (422, "name-the-difference")
    closed = await close(house, 119_000, note="Thiếu 1.000 tiền lẻ")
    assert closed.status_code == 201, closed.text
    line = closed.json()
    assert (line["expected"], line["difference"]) == (120_000, -1_000)
    assert (line["cashier_name"], line["note"]) == ("Cô Kế Toán", "Thiếu 1.000 tiền lẻ")
    assert kind(await close(house, 120_000)) == (409, "day-closed")
    assert kind(await take(house, two)) == (409, "day-closed")
    # Of another cashier the day is open, and so is the next one.
    assert (await take(house, two, who=till.second)).status_code == 201
    clock.now += timedelta(days=1)
    assert (await take(house, two)).status_code == 201
    changed = await till.owner.fetchval(
        "select has_table_privilege('ct_app', 'daily_close', 'update')"
    )
    assert changed is False


async def test_a_bank_account_is_closed_once_and_money_that_comes_later_shows(
    house: House,
) -> None:
    till = house.till
    await house.arrives(50_000, "a", "FT1")
    first = await close(house, 50_000, account_id=str(till.bank_id))
    assert first.json()["difference"] == 0
    again = await close(house, 50_000, account_id=str(till.bank_id), who=till.second)
    assert kind(again) == (409, "day-closed")
    await house.arrives(7_000, "b", "FT2")
    (line,) = (await till.get(till.principal, "/closes")).json()["items"]
    assert (line["expected"], line["expected_now"]) == (50_000, 57_000)


async def test_closes_of_the_future_or_of_others_are_refused(house: House) -> None:
    till = house.till
    assert kind(await close(house, 0, day="2026-11-17")) == (422, "day-not-over")
    second = str(till.second.account_id)
    assert (await close(house, 0, cashier=second)).status_code == 403
    assert (await close(house, 0, cashier=second, who=till.principal)).status_code == 201
    assert kind(await close(house, 0, account_id=str(new_id()))) == (404, "no-such-account")
    assert (await close(house, -1)).status_code == 400


async def test_who_may_work_at_the_counter(house: House, world: World) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    intake = (await take(house, bill)).json()
    stranger = await world.staff(await world.school(), "accountant", "Người lạ")
    teacher = await world.staff(till.school, "homeroom_teacher")
    for who, status in ((stranger, 404), (teacher, 403), (till.parent, 403)):
        assert (await till.get(who, "/cash")).status_code == status
        assert (await take(house, bill, who=who)).status_code == status
        assert (await confirm(house, intake, who)).status_code == status
        assert (await close(house, 0, who=who)).status_code == status
    assert (await take(house, bill, who=till.principal)).status_code == 403
