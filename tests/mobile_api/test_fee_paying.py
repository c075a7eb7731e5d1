"""A family sees what is due, leaves what is offered, and pays several bills by one code."""

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import zxingcpp
from PIL import Image

from app.fees.paying.vietqr import parse
from app.fees.references import references_in
from app.ids import new_id
from notifications.relay import Relay
from tests.conftest import Clock
from tests.mobile_api.billing import NUMBER, Till
from tests.mobile_api.receiving import Counter
from tests.world import Person, World


async def due(till: Till, who: Person, **query: Any) -> list[dict[str, Any]]:
    answer = await till.api.get("/v1/fees/due", params=query, headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def intend(
    till: Till, who: Person, *shares: UUID | tuple[UUID, int], id: UUID | None = None
) -> httpx.Response:
    wanted = [
        {"invoice_id": str(share[0]), "amount": share[1]}
        if isinstance(share, tuple)
        else {"invoice_id": str(share)}
        for share in shares
    ]
    body = {"id": str(id or new_id()), "shares": wanted}
    return await till.api.post("/v1/fees/intents", json=body, headers=who.headers)


async def again(till: Till, who: Person, intent: dict[str, Any], rest: str = "") -> httpx.Response:
    return await till.api.get(f"/v1/fees/intents/{intent['id']}{rest}", headers=who.headers)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


async def bar(till: Till, who: Person, student_id: UUID) -> None:
    await till.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where account_id = $1 and student_id = $2",
        who.account_id,
        student_id,
    )


async def leave(till: Till) -> None:
    """`single` moves to another school."""
    await till.owner.execute(
        "update guardianship set ended_at = now(), told_until = '2026-11-15' where account_id = $1",
        till.other_parent.account_id,
    )
    await till.owner.execute("update student set ended_at = now() where id = $1", till.single.id)


async def test_a_family_sees_each_child_each_line_and_its_legal_basis(till: Till) -> None:
    owed = await till.bill(till.elder)
    offered = await till.bill(till.elder, 50_000, item="club", is_voluntary=True)
    await till.bill(till.elder, seq=2, is_open=False)
    later = await till.bill(till.younger, 80_000)
    elder, younger = await due(till, till.parent)
    assert (elder["student_name"], younger["student_name"]) == ("Nguyễn Văn An", "Nguyễn Thị Bình")
    assert [bill["id"] for bill in elder["bills"]] == [str(owed)]
    assert [bill["id"] for bill in elder["offers"]] == [str(offered)]
    assert (elder["due"], younger["due"], elder["credit"]) == (120_000, 80_000, 0)
    (line,) = elder["bills"][0]["lines"]
    assert (line["name"], line["amount"]) == ("Dịch vụ bán trú", 120_000)
    assert line["legal_basis"] == "Nghị quyết 12/2025/NQ-HĐND"
    (alone,) = await due(till, till.parent, student_id=str(till.younger.id))
    assert [bill["id"] for bill in alone["bills"]] == [str(later)]
    bill = elder["bills"][0]
    assert (bill["left"], bill["accepts_partial"], bill["is_overdue"]) == (120_000, False, False)


async def test_fees_are_the_familys_alone(till: Till, world: World) -> None:
    bill = await till.bill(till.elder)
    made = (await intend(till, till.parent, bill)).json()
    teacher = await world.staff(till.school, "homeroom_teacher")
    url = f"/v1/fees/due/{bill}"
    for who in (till.other_parent, teacher, till.principal, till.accountant):
        listed = await due(till, who)
        assert str(bill) not in str(listed)
        assert (await till.api.get(url, headers=who.headers)).status_code == 404
        assert refused(await intend(till, who, bill)) == (404, "no-such-invoice")
        assert (await again(till, who, made)).status_code == 404
        assert (await again(till, who, made, "/qr.png")).status_code == 404
        asked = {"student_id": str(till.elder.id)}
        one = await till.api.get("/v1/fees/due", params=asked, headers=who.headers)
        assert one.status_code == 404


async def test_a_custody_block_acts_at_once_and_on_a_code_already_made(till: Till) -> None:
    mine, theirs = await till.bill(till.elder), await till.bill(till.younger)
    made = (await intend(till, till.parent, mine, theirs)).json()
    await bar(till, till.parent, till.elder.id)
    assert [child["student_id"] for child in await due(till, till.parent)] == [str(till.younger.id)]
    assert (await again(till, till.parent, made)).status_code == 404
    assert (await again(till, till.parent, made, "/qr.png")).status_code == 404
    assert refused(await intend(till, till.parent, mine)) == (404, "no-such-invoice")
    assert (await intend(till, till.parent, theirs)).status_code == 201


async def test_who_may_no_longer_see_the_child_sees_no_fees(till: Till) -> None:
    await till.bill(till.single)
    await till.owner.execute(
        "update guardianship set can_see = false where account_id = $1",
        till.other_parent.account_id,
    )
    assert await due(till, till.other_parent) == []


async def test_a_debt_stays_with_the_guardians_of_a_pupil_who_has_left(till: Till) -> None:
    bill = await till.bill(till.single)
    await leave(till)
    (child,) = await due(till, till.other_parent)
    assert child["has_left"]
    assert child["due"] == 120_000
    assert (await intend(till, till.other_parent, bill)).status_code == 201
    await bar(till, till.other_parent, till.single.id)
    assert await due(till, till.other_parent) == []


async def test_who_was_a_guardian_before_a_pupil_left_and_came_back_sees_nothing_of_now(
    counter: Counter, world: World, relay: Relay
) -> None:
    till = counter.till
    before = await till.bill(till.single)
    await leave(till)
    (child,) = await due(till, till.other_parent)
    assert [bill["id"] for bill in child["bills"]] == [str(before)]
    await till.owner.execute("update student set ended_at = null where id = $1", till.single.id)
    mother = await world.guardian(till.single, name="Trần Thị Mới")
    now = await till.bill(till.single, seq=2)
    await counter.bank.pay(120_000, await till.reference_of(now))
    await counter.take()
    await relay.relay_due()
    who, own = till.other_parent.headers, {"student_id": str(till.single.id)}
    assert await due(till, till.other_parent) == []
    for path in ("/v1/fees/due", "/v1/fees/receipts"):
        asked = await till.api.get(path, params=own, headers=who)
        assert refused(asked) == (404, "no-such-child"), path
    assert (await till.api.get("/v1/fees/receipts", headers=who)).json()["items"] == []
    for bill in (before, now):
        assert (await till.api.get(f"/v1/fees/due/{bill}", headers=who)).status_code == 404
        assert refused(await intend(till, till.other_parent, bill))[0] == 404
    assert (await till.api.get("/v1/inbox", headers=who)).json()["items"] == []
    (child,) = await due(till, mother)
    assert (child["due"], child["has_left"], len(child["history"])) == (120_000, False, 1)
    told = (await till.api.get("/v1/inbox", headers=mother.headers)).json()["items"]
    assert [item["kind"] for item in told] == ["fee_paid"]


async def test_one_code_pays_two_children_and_tells_nobody_whose_they_are(counter: Counter) -> None:
    till = counter.till
    bills = [await till.bill(till.elder), await till.bill(till.younger, 80_000)]
    made = await intend(till, till.parent, *bills)
    assert made.status_code == 201, made.text
    intent = made.json()
    assert (intent["amount"], intent["state"]) == (200_000, "pending")
    assert intent["account"]["number"] == NUMBER
    picture = await again(till, till.parent, intent, "/qr.png")
    assert picture.headers["content-type"] == "image/png"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)).convert("L"))
    assert code.text == intent["qr"]
    asked = parse(code.text)
    assert (asked.bin, asked.number, asked.amount) == ("970436", NUMBER, 200_000)
    assert asked.memo == intent["pay_ref"] == intent["memo"]
    assert references_in(str(asked.memo)) == [intent["pay_ref"]]
    for telling in ("NGUYEN", "Nguyễn", "An", "6A1", "Bình"):
        assert telling not in code.text
    # A grandmother pays from her own bank.
    await counter.bank.pay(asked.amount or 0, str(asked.memo))
    await counter.take()
    paid = (await again(till, till.parent, intent)).json()
    assert (paid["state"], paid["qr"], paid["account"]) == ("succeeded", None, None)
    assert refused(await again(till, till.parent, intent, "/qr.png")) == (409, "intent-over")
    for child in await due(till, till.parent):
        assert (child["due"], child["bills"]) == (0, [])
        assert child["history"][0]["settlement"] == "paid"
    shown = await till.api.get(f"/v1/fees/due/{bills[0]}", headers=till.parent.headers)
    (payment,) = shown.json()["payments"]
    assert (payment["amount"], payment["channel"], payment["how"]) == (120_000, "transfer", "auto")


async def test_money_that_comes_after_the_code_is_over_is_kept(
    counter: Counter, clock: Clock, world: World
) -> None:
    till = counter.till
    intent = (await intend(till, till.other_parent, await till.bill(till.single))).json()
    clock.now += timedelta(hours=25)
    late = await again(till, await world.session(till.other_parent.account_id), intent)
    assert late.json()["state"] == "expired"
    assert late.json()["qr"] is None
    await counter.bank.pay(120_000, intent["memo"])
    await counter.take()
    (fund,) = await counter.funds()
    assert fund["amount"] == 120_000


async def test_a_code_whose_bill_was_paid_meanwhile_is_shown_no_more(counter: Counter) -> None:
    till = counter.till
    bill = await till.bill(till.elder)
    intent = (await intend(till, till.parent, bill)).json()
    await counter.bank.pay(120_000, await till.reference_of(bill))
    await counter.take()
    shown = (await again(till, till.parent, intent)).json()
    assert (shown["state"], shown["qr"]) == ("failed", None)


async def test_a_double_tap_is_one_intent(till: Till) -> None:
    bill, mine = await till.bill(till.elder), new_id()
    first, second = await asyncio.gather(
        *(intend(till, till.parent, bill, id=mine) for _ in range(2))
    )
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert await till.owner.fetchval("select count(*) from payment_intent") == 1
    other = await till.bill(till.younger)
    assert refused(await intend(till, till.parent, other, id=mine)) == (409, "intent-differs")
    another = await till.bill(till.single)
    assert refused(await intend(till, till.other_parent, another, id=mine)) == (
        409,
        "intent-differs",
    )


async def test_an_amount_is_what_the_school_accepts(till: Till) -> None:
    bill, other = await till.bill(till.elder), await till.bill(till.younger)
    offer = await till.bill(till.elder, 50_000, item="club", is_voluntary=True)
    assert refused(await intend(till, till.parent, (bill, 60_000))) == (422, "part-not-accepted")
    assert refused(await intend(till, till.parent, (bill, 120_001))) == (409, "more-than-due")
    assert refused(await intend(till, till.parent, bill, bill)) == (422, "same-invoice-twice")
    assert refused(await intend(till, till.parent, bill, new_id())) == (404, "no-such-invoice")
    for amount in (0, -1, 10**13):
        assert (await intend(till, till.parent, (bill, amount))).status_code == 400
    assert (await intend(till, till.parent)).status_code == 400
    made = await intend(till, till.parent, (bill, 120_000), other, (offer, 10_000))
    assert made.json()["amount"] == 250_000
    await till.owner.execute("update billing_period set accepts_partial = true")
    assert (await intend(till, till.parent, (bill, 60_000))).json()["amount"] == 60_000


@pytest.mark.parametrize("way", ["void", "cash"])
async def test_what_is_void_or_paid_at_the_school_has_no_code(till: Till, way: str) -> None:
    bill = await till.bill(till.elder)
    if way == "void":
        await till.owner.execute(
            "update invoice set state = 'void', voided_at = now(), void_reason = 'Lập nhầm'"
        )
        expected = (409, "invoice-not-open")
    else:
        await till.owner.execute("update invoice set account_id = $1", till.cash_id)
        expected = (422, "not-paid-by-transfer")
    assert refused(await intend(till, till.parent, bill)) == expected


async def test_nobody_is_sent_to_an_account_that_has_ended(till: Till) -> None:
    bill, other = await till.bill(till.elder), await till.bill(till.younger)
    made = (await intend(till, till.parent, bill)).json()
    await till.owner.execute("update fee_account set ended_at = now() where id = $1", till.bank_id)
    assert refused(await intend(till, till.parent, other)) == (422, "not-paid-by-transfer")
    shown = (await again(till, till.parent, made)).json()
    assert (shown["state"], shown["qr"], shown["account"]) == ("failed", None, None)


async def test_bills_of_two_accounts_take_two_codes(till: Till) -> None:
    bills = [await till.bill(till.elder), await till.bill(till.younger)]
    await till.owner.execute(
        "update invoice set account_id = $1 where id = $2", till.cash_id, bills[0]
    )
    assert refused(await intend(till, till.parent, *bills)) == (422, "not-one-account")
    elder, younger = await due(till, till.parent)
    ((at_school,), (by_code,)) = elder["bills"], younger["bills"]
    assert (at_school["is_by_transfer"], by_code["is_by_transfer"]) == (False, True)
    assert (at_school["account_id"], by_code["account_id"]) == (
        str(till.cash_id),
        str(till.bank_id),
    )


async def test_an_offer_is_free_to_leave_and_to_take_up_again(counter: Counter) -> None:
    till = counter.till
    offer = await till.bill(till.elder, 50_000, item="club", is_voluntary=True)
    owed = await till.bill(till.elder)
    url = f"/v1/fees/due/{offer}/declined"
    for _ in range(2):
        declined = await till.api.post(url, headers=till.parent.headers)
        assert declined.status_code == 200, declined.text
    (child,) = await due(till, till.parent, student_id=str(till.elder.id))
    assert [bill["id"] for bill in child["declined"]] == [str(offer)]
    assert (child["offers"], child["due"]) == ([], 120_000)
    assert refused(await intend(till, till.parent, offer)) == (409, "invoice-not-open")
    assert (await till.api.delete(url, headers=till.parent.headers)).status_code == 200
    made = await intend(till, till.parent, (offer, 20_000))
    await counter.bank.pay(20_000, made.json()["memo"])
    await counter.take()
    assert await counter.paid(offer) == 20_000
    late = await till.api.post(url, headers=till.parent.headers)
    assert refused(late) == (409, "invoice-has-money")
    not_one = await till.api.post(f"/v1/fees/due/{owed}/declined", headers=till.parent.headers)
    assert refused(not_one) == (409, "not-an-offer")


async def test_a_name_full_of_markup_is_text(till: Till) -> None:
    name = '<script>alert(1)</script> #eval("1") *x*'
    await till.owner.execute("update fee_item set name = $1", name)
    await till.bill(till.elder)
    child = (await due(till, till.parent))[0]
    assert child["bills"][0]["lines"][0]["name"] == name
