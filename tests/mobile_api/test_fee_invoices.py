"""Bills once they are out: taken back, given up, owed, reminded of."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app import db
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue
from app.fees.money.allocating import allocate
from app.fees.money.check import differences
from app.fees.money.funds import receive
from app.fees.money.model import Arrival, Share
from app.ids import new_id
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.billing import Json, Till
from tests.world import Student, World


class Desk:
    """A school whose period was issued, and money that comes to it."""

    def __init__(self, till: Till, resources: Resources, clock: Clock) -> None:
        self.till, self.resources, self.clock = till, resources, clock

    async def issue(self) -> None:
        async with db.transaction(self.resources.pool, schools=[self.till.school.id]) as conn:
            await issue_bills(
                conn,
                school_id=self.till.school.id,
                issue=Issue(period_id=self.till.period_id),
                issued_by=self.till.accountant.account_id,
                now=self.clock(),
                told=_untold,
            )

    async def bill_of(self, student: Student, *, is_voluntary: bool = False) -> UUID:
        found: UUID = await self.till.owner.fetchval(
            "select id from invoice where student_id = $1 and is_voluntary = $2 and state = 'open'",
            student.id,
            is_voluntary,
        )
        return found

    async def money(
        self, amount: int, *, to: UUID | None = None, credit_of: Student | None = None
    ) -> UUID:
        """A transfer, put to a bill as far as it goes; the rest is the pupil's credit."""
        till = self.till
        async with db.transaction(self.resources.pool, schools=[till.school.id]) as conn:
            got = await receive(
                conn,
                school_id=till.school.id,
                arrival=Arrival(
                    account_id=till.bank_id, bank_ref=str(new_id()), amount=amount,
                    channel="transfer", received_at=self.clock(), memo=None, payer=None,
                    source="webhook", source_ref="1",
                ),
                now=self.clock(),
            )  # fmt: skip
            await allocate(
                conn,
                school_id=till.school.id,
                fund_id=got.fund_id,
                shares=[] if to is None else [Share(invoice_id=to, amount=amount)],
                how="auto",
                made_by=None,
                now=self.clock(),
                credit_student_id=None if credit_of is None else credit_of.id,
            )
        return got.fund_id

    async def get(self, path: str, who: Any = None, **query: Any) -> Json:
        answer = await self.till.get(who or self.till.accountant, path, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def void(self, invoice_id: UUID, *, reissue: bool = False) -> httpx.Response:
        return await self.till.post(
            self.till.accountant, f"/invoices/{invoice_id}/void", reason="Lập nhầm", reissue=reissue
        )

    async def write_off(self, invoice_id: UUID, who: Any = None) -> httpx.Response:
        return await self.till.post(
            who or self.till.principal, f"/invoices/{invoice_id}/write-off", reason="Khó khăn"
        )

    async def remind(self, *invoice_ids: UUID, **body: Any) -> Json:
        asked = {"invoice_ids": [str(each) for each in invoice_ids]} if invoice_ids else body
        answer = await self.till.post(self.till.accountant, "/reminders", **asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def books_agree(self) -> None:
        async with db.transaction(self.resources.pool, schools=[self.till.school.id]) as conn:
            assert await differences(conn, school_id=self.till.school.id) == []

    async def told(self, kind: str) -> int:
        found: int = await self.till.owner.fetchval(
            "select count(*) from outbox where kind = $1", kind
        )
        return found


async def _untold(_done: int, _total: int) -> None:
    return None


@pytest.fixture
async def desk(till: Till, resources: Resources, clock: Clock) -> Desk:
    made = Desk(till, resources, clock)
    await made.issue()
    return made


async def test_a_void_bill_stays_in_the_lists_and_asks_for_nothing(desk: Desk) -> None:
    bill_id = await desk.bill_of(desk.till.elder)
    voided = await desk.void(bill_id)
    assert voided.status_code == 200, voided.text
    assert (voided.json()["invoice"]["state"], voided.json()["invoice"]["rest"]) == ("void", 0)
    shown = await desk.get(f"/invoices/{bill_id}")
    assert shown["detail"]["void_reason"] == "Lập nhầm"
    assert shown["detail"]["voided_by"] == "Cô Kế Toán"
    assert {line["name"] for line in shown["lines"]} == {"Dịch vụ bán trú", "Tiền ăn trưa"}
    again = await desk.void(bill_id)
    assert (again.status_code, again.json()["type"]) == (409, "invoice-not-open")
    assert await desk.told("fee_changed") == 1
    await desk.books_agree()


async def test_a_reissued_bill_follows_the_rules_of_now(desk: Desk) -> None:
    bill_id = await desk.bill_of(desk.till.elder)
    await desk.till.owner.execute(
        "update period_charge set amount = 100000 where item_id = $1",
        desk.till.item_ids["service"],
    )
    answer = await desk.void(bill_id, reissue=True)
    assert answer.status_code == 200, answer.text
    fresh = answer.json()["reissued"]
    assert (fresh["total"], fresh["state"]) == (700_000, "open")
    assert fresh["pay_ref"] != answer.json()["invoice"]["pay_ref"]
    shown = await desk.get(f"/invoices/{fresh['id']}")
    assert shown["detail"]["replaces"] == str(bill_id)
    old = await desk.get(f"/invoices/{bill_id}")
    assert old["detail"]["replaced_by"] == fresh["id"]
    await desk.issue()
    assert await desk.bill_of(desk.till.elder) == UUID(fresh["id"])
    await desk.books_agree()


async def test_what_is_asked_no_more_is_not_issued_anew(desk: Desk) -> None:
    await desk.till.owner.execute("update period_charge set ended_at = now()")
    answer = await desk.void(await desk.bill_of(desk.till.elder), reissue=True)
    assert (answer.status_code, answer.json()["reissued"]) == (200, None)


async def test_a_bill_with_money_is_not_voided(desk: Desk) -> None:
    bill_id = await desk.bill_of(desk.till.elder)
    await desk.money(1_000, to=bill_id)
    refused = await desk.void(bill_id)
    assert (refused.status_code, refused.json()["type"]) == (409, "has-payments")
    shown = await desk.get(f"/invoices/{bill_id}")
    assert [(each["amount"], each["how"]) for each in shown["payments"]] == [(1_000, "auto")]


async def test_credit_pays_a_new_bill_and_comes_back_when_that_is_void(
    till: Till, resources: Resources, clock: Clock
) -> None:
    desk = Desk(till, resources, clock)
    fund_id = await desk.money(200_000, credit_of=till.elder)
    await desk.issue()
    bill_id = await desk.bill_of(till.elder)
    assert (await desk.get(f"/invoices/{bill_id}"))["invoice"]["paid"] == 200_000
    free = "select free from fund where id = $1"
    assert await till.owner.fetchval(free, fund_id) == 0
    answer = await desk.void(bill_id, reissue=True)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["invoice"]["paid"], answer.json()["reissued"]["paid"]) == (0, 200_000)
    assert (await desk.void(UUID(answer.json()["reissued"]["id"]))).status_code == 200
    assert await till.owner.fetchval(free, fund_id) == 200_000
    await desk.books_agree()


async def test_void_and_payment_at_once_leave_one_of_them(desk: Desk) -> None:
    bill_id = await desk.bill_of(desk.till.elder)
    voided, paid = await asyncio.gather(
        desk.void(bill_id), desk.money(1_000, to=bill_id), return_exceptions=True
    )
    assert isinstance(voided, httpx.Response), voided
    assert (voided.status_code == 200) == isinstance(paid, Exception), (voided.text, paid)
    await desk.books_agree()


async def test_a_pupil_who_left_owes_on_and_gets_no_new_bill(desk: Desk) -> None:
    bill_id = await desk.bill_of(desk.till.single)
    await desk.till.owner.execute(
        "update student set ended_at = $2 where id = $1", desk.till.single.id, desk.clock()
    )
    refused = await desk.void(bill_id, reissue=True)
    assert (refused.status_code, refused.json()["type"]) == (409, "has-left")
    (debtor,) = (await desk.get("/debtors", q="cuong"))["items"]
    assert (debtor["has_left"], debtor["owed"]) == (True, 720_000)
    await desk.money(720_000, to=bill_id)
    assert (await desk.get(f"/invoices/{bill_id}"))["invoice"]["settlement"] == "paid"


async def test_the_principal_gives_up_what_is_left_and_what_was_paid_stays(desk: Desk) -> None:
    bill_id = await desk.bill_of(desk.till.single)
    await desk.money(20_000, to=bill_id)
    assert (await desk.write_off(bill_id, desk.till.accountant)).status_code == 403
    answer = await desk.write_off(bill_id)
    assert answer.status_code == 200, answer.text
    assert [answer.json()[key] for key in ("state", "paid", "rest")] == ["written_off", 20_000, 0]
    again = await desk.write_off(bill_id)
    assert (again.status_code, again.json()["type"]) == (409, "invoice-not-open")
    offer = await desk.write_off(await desk.bill_of(desk.till.single, is_voluntary=True))
    assert (offer.status_code, offer.json()["type"]) == (409, "nothing-owed")
    assert (await desk.get("/debtors", q="cuong"))["items"] == []
    kinds = await desk.till.owner.fetch("select kind, detail from audit_entry order by seq")
    assert [row["kind"] for row in kinds] == ["fee_issued", "fee_written_off"]
    assert kinds[1]["detail"]["amount"] == 700_000
    await desk.books_agree()


async def test_who_issued_a_bill_does_not_give_it_up(desk: Desk, world: World) -> None:
    bill_id = await desk.bill_of(desk.till.single)
    await world.member(desk.till.accountant, desk.till.school, "principal")
    refused = await desk.write_off(bill_id, desk.till.accountant)
    assert (refused.status_code, refused.json()["type"]) == (403, "same-person")
    assert (await desk.write_off(bill_id)).status_code == 200


async def test_bills_are_found_by_name_reference_and_state(desk: Desk) -> None:
    till = desk.till
    first = await desk.get("/invoices", limit=4)
    rest = await desk.get("/invoices", limit=4, cursor=first["next_cursor"])
    names = [row["student_name"] for row in first["items"] + rest["items"]]
    assert names == [till.elder.name] * 2 + [till.younger.name] * 2 + [till.single.name] * 2
    assert "sort_key" in first["items"][0]
    (by_name,) = (await desk.get("/invoices", q="binh", is_voluntary=False))["items"]
    assert by_name["class_name"] == "6A2"
    (by_ref,) = (await desk.get("/invoices", q=f" {by_name['pay_ref'].lower()} "))["items"]
    assert by_ref["id"] == by_name["id"]
    await desk.money(1_000, to=UUID(by_name["id"]))
    (partial,) = (await desk.get("/invoices", settlement="partial"))["items"]
    assert (partial["id"], partial["rest"]) == (by_name["id"], 719_000)
    assert (await desk.get("/invoices", state="void"))["items"] == []
    assert len((await desk.get("/invoices", class_id=till.elder.class_id))["items"]) == 4


async def test_who_owes_is_no_list_of_the_principals(desk: Desk, world: World) -> None:
    till = desk.till
    refused = await till.get(till.principal, "/invoices")
    assert (refused.status_code, refused.json()["type"]) == (403, "name-the-pupil")
    of_one = await desk.get("/invoices", till.principal, student_id=till.elder.id)
    assert len(of_one["items"]) == 2
    bill_id = await desk.bill_of(till.elder)
    await desk.get(f"/invoices/{bill_id}", till.principal)
    assert (await till.get(till.principal, "/debtors")).status_code == 403
    stranger = await world.staff(await world.school(), "accountant")
    for path in ("/invoices", "/debtors", f"/invoices/{bill_id}"):
        assert (await till.get(stranger, path)).status_code == 404
        assert (await till.get(till.parent, path)).status_code == 403
    other = await till.get(stranger, f"/invoices/{bill_id}", school_id=102)
    assert (other.status_code, other.json()["type"]) == (404, "no-such-invoice")


async def test_debts_are_told_apart_by_age_and_offers_are_none(desk: Desk) -> None:
    till = desk.till
    elder, younger = await desk.bill_of(till.elder), await desk.bill_of(till.younger)
    await desk.money(700_000, to=elder)
    await till.owner.execute(
        "update invoice set due_day = '2026-10-17' where id = $1", younger
    )  # 30 days ago
    await till.bill(till.younger, 5_000, seq=2, due_day=date(2026, 10, 16))
    await till.bill(till.younger, 7_000, seq=3, due_day=date(2026, 9, 16))
    shown = await desk.get("/debtors")
    assert shown["sums"] == {
        "debtors": 3, "not_due": 20_000 + 720_000, "days_1_30": 720_000, "days_31_60": 5_000,
        "days_over_60": 7_000, "owed": 1_472_000,
    }  # fmt: skip
    binh = shown["items"][1]
    assert (binh["student_name"], binh["owed"]) == (till.younger.name, 732_000)
    assert (binh["oldest_due_day"], len(binh["invoice_ids"])) == ("2026-09-16", 3)
    page = await desk.get("/debtors", limit=1)
    following = await desk.get("/debtors", limit=1, cursor=page["next_cursor"])
    assert following["items"][0]["student_id"] == str(till.younger.id)
    assert following["sums"] == shown["sums"]
    assert len((await desk.get("/debtors", class_id=till.younger.class_id))["items"]) == 1


async def test_reminders_are_few_and_never_of_offers(desk: Desk) -> None:
    till, clock = desk.till, desk.clock
    elder = await desk.bill_of(till.elder)
    offer = await desk.bill_of(till.elder, is_voluntary=True)
    early = await desk.remind(elder, offer)
    assert (early["invoices"], {each["reason"] for each in early["left"]}) == (
        0, {"not_due", "offer"}
    )  # fmt: skip
    clock.now = datetime(2026, 11, 22, 8, tzinfo=clock.now.tzinfo)
    second = await till.bill(till.elder, 5_000, seq=2)
    first = await desk.remind(elder, second)
    assert (first["families"], first["invoices"], first["left"]) == (1, 2, [])
    assert await desk.told("fee_reminder") == 1
    reasons = []
    for days in (6, 1, 7, 7):
        clock.now += timedelta(days=days)
        again = await desk.remind(elder)
        reasons.append([each["reason"] for each in again["left"]])
    assert reasons == [["too_soon"], [], [], ["enough"]]
    (row,) = (await desk.get("/invoices", student_id=till.elder.id, settlement="unpaid"))["items"][
        :1
    ]
    assert row["reminders"] == 3
    await till.owner.execute("update invoice set paid = total where id = $1", second)
    assert (await desk.remind(second))["left"][0]["reason"] == "paid"


async def test_a_whole_period_is_reminded_of_once_a_family(desk: Desk) -> None:
    desk.clock.now = datetime(2026, 11, 26, 8, tzinfo=desk.clock.now.tzinfo)
    both = await asyncio.gather(
        *(desk.remind(period_id=str(desk.till.period_id)) for _ in range(2))
    )
    assert sorted(each["families"] for each in both) == [0, 3]
    assert await desk.told("fee_reminder") == 3
    assert {len(each["left"]) for each in both} == {0, 3}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, (400, "name-bills-or-period")),
        ({"invoice_ids": []}, (400, "invalid-input")),
        ({"invoice_ids": [str(new_id())]}, (404, "no-such-invoice")),
    ],
)
async def test_absurd_reminders_are_refused(
    till: Till, body: Json, answer: tuple[int, str]
) -> None:
    got = await till.post(till.accountant, "/reminders", **body)
    assert (got.status_code, got.json()["type"]) == answer
    blank = await till.post(till.accountant, f"/invoices/{new_id()}/void", reason="  ")
    assert blank.status_code == 400
