"""What waits for a person: suggestions, and money put to bills by hand, taken back, credited."""

import asyncio
from uuid import UUID

import httpx
import pytest

from app.fees.office.suggestions import codes_in, wrong_letters
from app.fees.references import new_reference
from app.ids import new_id
from tests.mobile_api.billing import Till
from tests.mobile_api.counting_house import House
from tests.world import World


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/")[-1]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [("ABCDEFGH1", 0), ("ABCDEFGX1", 1), ("BACDEFGH1", 1), ("ABCDEFG1", 1), ("AXBCDEFGH1", 1),
     ("XXXDEFGH1", 3)],
)  # fmt: skip
def test_letters_that_went_wrong_are_counted(written: str, wrong: int) -> None:
    assert wrong_letters(written, "ABCDEFGH1") == wrong


def test_a_reference_without_its_prefix_is_found_again() -> None:
    reference = new_reference()
    assert reference in codes_in(f"nop tien {reference[2:]} be An").exact


async def test_a_mistyped_memo_is_suggested_and_a_person_resolves_it(house: House) -> None:
    bill = await house.bill(house.till.elder)
    await house.bill(house.till.single)
    reference = await house.till.reference_of(bill)
    typo = reference[:6] + reference[7] + reference[6] + reference[8:]
    wrong = typo if typo != reference else reference[:-1] + ("0" if reference[-1] != "0" else "1")
    fund_id = await house.arrives(120_000, f"ck {wrong}", "FT1")
    (waits,) = await house.funds(review="any")
    assert (waits["id"], waits["review"]) == (str(fund_id), "no_reference")
    shown = await house.fund(fund_id)
    first = shown["suggestions"][0]
    assert first["invoice_id"] == str(bill)
    assert first["why"] == ["near_reference", "amount"]
    answer = await house.allocate(fund_id, (bill, 120_000))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["fund"]["review"], body["fund"]["free"]) == (None, 0)
    (line,) = body["allocations"]
    assert (line["how"], line["made_by_name"]) == ("confirmed", "Cô Kế Toán")
    assert await house.paid(bill) == 120_000
    assert await house.funds(review="any") == []
    await house.add_up()


async def test_a_name_and_a_class_are_suggested_and_nothing_is_paid_by_them(house: House) -> None:
    bill = await house.bill(house.till.elder, 100_000)
    other = await house.bill(house.till.younger, 90_000)
    by_name = await house.arrives(77_000, "Nguyen Van An dong tien", "FT1")
    (found,) = (await house.fund(by_name))["suggestions"]
    assert (found["invoice_id"], found["why"]) == (str(bill), ["name"])
    by_class = await house.arrives(66_000, "Chau Binh lop 6a2", "FT2")
    (found,) = (await house.fund(by_class))["suggestions"]
    assert (found["invoice_id"], found["why"]) == (str(other), ["class"])
    assert (await house.paid(bill), await house.paid(other)) == (0, 0)


async def test_one_fund_pays_several_bills_and_the_rest_is_a_pupils(house: House) -> None:
    till = house.till
    one, two = await house.bill(till.elder), await house.bill(till.younger)
    fund_id = await house.arrives(300_000, "hoc phi", "FT1")
    answer = await house.allocate(
        fund_id, (one, 120_000), (two, 120_000), credit_student_id=str(till.younger.id)
    )
    fund = answer.json()["fund"]
    assert (fund["free"], fund["review"]) == (60_000, None)
    assert fund["credit_student_name"] == "Nguyễn Thị Bình"
    assert await house.count("receipt", "state = 'live' and kind = 'receipt'") == 2
    assert await house.count("outbox", "kind = 'fee_changed'") == 1
    # And the other way round: nobody's.
    answer = await house.allocate(fund_id, credit_student_id=None)
    fund = answer.json()["fund"]
    assert (fund["credit_student_id"], fund["review"]) == (None, "over")
    await house.add_up()


async def test_the_same_decision_again_has_no_second_effect(house: House) -> None:
    one = await house.bill(house.till.elder)
    fund_id = await house.arrives(300_000, "hoc phi", "FT1")
    decision = str(new_id())
    first = await house.allocate(fund_id, (one, 50_000), id=decision)
    again = await house.allocate(fund_id, (one, 50_000), id=decision)
    assert first.json()["allocations"] == again.json()["allocations"]
    other = await house.allocate(fund_id, (one, 60_000), id=decision)
    assert kind(other) == (409, "decision-id-taken")
    at_once = str(new_id())
    both = await asyncio.gather(
        *(house.allocate(fund_id, (one, 70_000), id=at_once) for _ in range(2))
    )
    assert [answer.status_code for answer in both] == [201, 201]
    assert await house.paid(one) == 120_000
    await house.add_up()


async def test_two_accountants_on_one_fund_at_once_spend_it_once(house: House) -> None:
    till = house.till
    one, two = await house.bill(till.elder), await house.bill(till.single)
    fund_id = await house.arrives(120_000, "hoc phi", "FT1")
    answers = await asyncio.gather(
        house.allocate(fund_id, (one, 120_000)),
        house.allocate(fund_id, (two, 120_000), who=till.second),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert kind(max(answers, key=lambda a: a.status_code))[1] == "more-than-free"
    assert await house.paid(one) + await house.paid(two) == 120_000
    await house.add_up()


async def test_more_than_due_or_free_or_nothing_is_refused(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    fund_id = await house.arrives(500_000, "hoc phi", "FT1")
    assert kind(await house.allocate(fund_id, (bill, 120_001))) == (409, "more-than-due")
    assert kind(await house.allocate(fund_id)) == (422, "nothing-to-do")
    assert kind(await house.allocate(fund_id, (new_id(), 5)))[1] == "no-such-invoice"
    none = await house.allocate(fund_id, credit_student_id=str(new_id()))
    assert kind(none) == (422, "no-such-pupil")
    draft = await till.bill(till.single, is_open=False)
    assert kind(await house.allocate(fund_id, (draft, 5)))[1] in (
        "no-such-invoice",
        "invoice-not-open",
    )
    assert kind(await house.allocate(fund_id, (bill, 0))) == (400, "invalid-input")
    assert await house.paid(bill) == 0
    assert await house.count("fund_decision") == 0


async def test_what_was_put_to_a_bill_is_taken_back_once_with_its_reason(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    fund_id = await house.arrives(120_000, await till.reference_of(bill), "FT1")
    (line,) = (await house.fund(fund_id))["allocations"]
    path = f"/allocations/{line['id']}/reversal"
    answer = await till.post(till.accountant, path, reason="Nhầm học sinh")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["fund"]["free"], await house.paid(bill)) == (120_000, 0)
    assert body["fund"]["review"] is not None
    assert [each["is_reversed"] for each in body["allocations"]] == [True, False]
    assert body["allocations"][1]["reason"] == "Nhầm học sinh"
    again = await till.post(till.accountant, path, reason="Nhầm học sinh")
    assert kind(again) == (409, "already-reversed")
    await house.add_up()


async def test_over_and_under_payments_wait(house: House) -> None:
    till = house.till
    one, two = await house.bill(till.elder), await house.bill(till.single)
    await house.arrives(150_000, await till.reference_of(one), "FT1")
    await house.arrives(100_000, await till.reference_of(two), "FT2")
    reviews = {each["bank_ref"]: each["review"] for each in await house.funds(review="any")}
    assert reviews == {"FT1": "over", "FT2": "under"}
    assert (await house.paid(one), await house.paid(two)) == (120_000, 0)
    (under,) = await house.funds(review="under")
    assert (under["free"], under["memo"]) == (100_000, await till.reference_of(two))


async def test_funds_are_found_by_reference_amount_and_name(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    await house.arrives(120_000, await till.reference_of(bill), "FT-ONE")
    await house.arrives(77_000, "ung ho", "FT-TWO")
    for q, found in (("FT-ONE", "FT-ONE"), ("77.000", "FT-TWO"), ("van an", "FT-ONE")):
        assert [each["bank_ref"] for each in await house.funds(q=q)] == [found], q
    assert len(await house.funds(day="2026-11-16")) == 2
    assert await house.funds(day="2026-11-15") == []
    page = (await till.get(till.accountant, "/funds", limit=1)).json()
    more = (await till.get(till.accountant, "/funds", limit=1, cursor=page["next_cursor"])).json()
    assert page["items"] != more["items"]


async def test_only_this_schools_accountants_see_money(house: House, world: World) -> None:
    till = house.till
    fund_id = await house.arrives(120_000, "hoc phi", "FT1")
    other = await world.school()
    stranger = await world.staff(other, "accountant", "Kế toán trường khác")
    guard = await world.staff(till.school, "guard")
    teacher = await world.staff(till.school, "homeroom_teacher")
    for who, status in ((stranger, 404), (guard, 403), (teacher, 403), (till.parent, 403)):
        for path in ("/funds", f"/funds/{fund_id}"):
            assert (await till.get(who, path)).status_code == status, who
        assert (
            await house.allocate(fund_id, who=who, credit_student_id=None)
        ).status_code == status
    own = await till.api.get(
        f"/v1/fees/funds/{fund_id}", params={"school_id": other.id}, headers=stranger.headers
    )
    assert own.status_code == 404


async def test_decisions_stand_in_the_audit(house: House, till: Till) -> None:
    bill = await house.bill(till.elder)
    fund_id: UUID = await house.arrives(120_000, "hoc phi", "FT1")
    await house.allocate(fund_id, (bill, 120_000))
    entry = await till.owner.fetchrow("select * from audit_entry where kind = 'fee_allocation'")
    assert entry is not None
    assert entry["subject_id"] == fund_id
    assert entry["detail"]["shares"] == [[str(bill), 120_000]]


async def test_the_code_of_a_void_bill_suggests_the_one_issued_for_it(house: House) -> None:
    till = house.till
    old = await house.bill(till.elder)
    answer = await till.post(
        till.accountant, f"/invoices/{old}/void", reason="Sai mức thu", reissue=False
    )
    assert answer.status_code == 200, answer.text
    new = await house.bill(till.elder, 90_000)
    await till.owner.execute("update invoice set replaces = $1 where id = $2", old, new)
    fund_id = await house.arrives(120_000, await till.reference_of(old), "FT1")
    shown = await house.fund(fund_id)
    assert shown["fund"]["review"] == "not_open"
    (first,) = shown["suggestions"]
    assert (first["invoice_id"], first["why"]) == (str(new), ["reference"])


async def test_what_is_left_of_a_pupil_who_has_left_waits_for_a_person(house: House) -> None:
    """No next bill comes that it could pay, and nobody would look for it."""
    till = house.till
    fund_id = await house.arrives(50_000, "x", "FT1")
    kept = await house.allocate(fund_id, credit_student_id=str(till.single.id))
    assert kept.json()["fund"]["review"] is None
    assert (await house.funds(review="any"), await waiting(house, "reviews")) == ([], 0)
    await till.owner.execute(
        "update student set ended_at = $2 where id = $1", till.single.id, till.now
    )
    (line,) = await house.funds(review="any")
    assert (line["id"], line["review"], line["credit_has_left"]) == (str(fund_id), None, True)
    assert await waiting(house, "reviews") == 1
    assert (await house.ask_refund(fund_id, 50_000)).status_code == 201
    assert (await house.funds(review="any"), await waiting(house, "reviews")) == ([], 0)


async def test_rows_of_a_statement_that_wait_are_on_the_desk(house: House) -> None:
    known = await house.arrives(50_000, "nop tien", "FT1")
    found = await house.imported([["16/11/2026 06:30:00", "5078-1", "", 50_000, "", "tien nop"]])
    assert (found["sums"]["waiting"], await waiting(house, "rows")) == (1, 1)
    path = f"/statements/{found['statement_id']}/rows/2/decision"
    decided = await house.till.post(house.till.accountant, path, fund_id=str(known))
    assert decided.status_code == 200, decided.text
    assert await waiting(house, "rows") == 0


async def waiting(house: House, what: str) -> int:
    """What the desk counts."""
    answer = await house.till.get(house.till.accountant, "/boards")
    found: int = answer.json()["waiting"][what]
    return found
