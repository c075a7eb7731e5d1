"""SePay's webhook: what is genuine becomes money once, the rest changes nothing and is seen."""

import json
import random
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from structlog.testing import capture_logs

from app.fees.setup.queries import SECRET_FIELD
from tests.conftest import Clock
from tests.mobile_api.billing import NUMBER, SECRET, open_till
from tests.mobile_api.receiving import Counter, bank_of
from tests.world import World

# What no table of money may have after something that is none.
MONEY: Final = ("fund", "allocation", "ledger_txn", "receipt", "outbox")


async def no_money(counter: Counter) -> bool:
    return not any([await counter.count(table) for table in MONEY])


async def test_a_paid_bill_is_paid_receipted_and_told(counter: Counter) -> None:
    bill = await counter.till.bill(counter.till.elder)
    memo = await counter.till.reference_of(bill)

    sent = await counter.bank.pay(120_000, f"Nop hoc phi {memo}")
    assert (sent.status, sent.answer) == (200, b'{"success":true}')
    assert await counter.paid(bill) == 0
    assert await counter.take() == 1

    assert await counter.paid(bill) == 120_000
    assert await counter.outcomes() == ["fund"]
    assert await counter.count("receipt", "kind = 'receipt' and state = 'live'") == 1
    assert await counter.count("outbox", "kind = 'fee_paid'") == 1


async def test_fifty_copies_at_once_are_one_fund_one_receipt_one_alert(counter: Counter) -> None:
    bill = await counter.till.bill(counter.till.elder)
    transfer = counter.bank.transfer(120_000, await counter.till.reference_of(bill))

    sent = await counter.bank.at_once(transfer, 50)
    assert all(each.is_settled for each in sent)
    assert await counter.take() == 1
    sent = await counter.bank.at_once(transfer, 50)
    assert all(each.is_settled for each in sent)
    assert await counter.take() == 0

    assert await counter.count("gateway_inbox") == 1
    assert await counter.count("fund") == await counter.count("receipt") == 1
    assert await counter.count("outbox") == 1
    assert await counter.paid(bill) == 120_000


async def test_lost_answers_are_tried_again_and_counted_once(counter: Counter) -> None:
    bill = await counter.till.bill(counter.till.elder)
    counter.bank.lose_answers = 5
    sent = await counter.bank.pay(120_000, await counter.till.reference_of(bill))
    assert sent.is_settled
    assert len(counter.bank.sent) == 6
    await counter.take()
    assert await counter.count("fund") == 1
    assert await counter.paid(bill) == 120_000


async def test_what_is_not_signed_as_it_must_be_is_refused_and_counted(counter: Counter) -> None:
    bank, clock = counter.bank, counter.clock
    transfer = bank.transfer(120_000, "x")
    genuine = await bank.stale(transfer)
    assert (genuine.status, json.loads(genuine.answer)["type"]) == (401, "stale-webhook")
    early = await bank.stale(transfer, by=-timedelta(minutes=6))
    assert early.status == 401
    assert (await bank.forged(transfer)).status == 401
    for headers in (
        {"X-SePay-Timestamp": genuine.headers["X-SePay-Timestamp"]},
        {"X-SePay-Signature": genuine.headers["X-SePay-Signature"]},
        genuine.headers | {"X-SePay-Signature": "sha256=" + "g" * 64},
        genuine.headers | {"X-SePay-Timestamp": "9" * 40},
        genuine.headers | {"X-SePay-Timestamp": "nan"},
        genuine.headers | {"X-SePay-Signature": genuine.headers["X-SePay-Signature"][7:]},
    ):
        sent = await bank.send_as_is(genuine.body, {"Content-Type": "application/json"} | headers)
        assert sent.status == 401, headers
    changed = await bank.send_as_is(genuine.body + b" ", genuine.headers)
    assert changed.status == 401

    assert await counter.count("gateway_inbox") == 0
    assert await counter.take() == 0
    refusals = (await counter.events())["refusals"]
    assert {row["reason"]: row["times"] for row in refusals} == {
        "stale": 2,
        "bad_signature": 2,
        "no_signature": 2,
        "unreadable": 4,
    }
    clock.now += timedelta(days=31)
    assert (await counter.events())["refusals"] == []


async def test_too_large_a_body_is_refused_before_it_is_read(counter: Counter) -> None:
    for size in (16_385, 1_000_000):
        sent = await counter.bank.send(counter.bank.transfer(1000, "x"), content="A" * size)
        assert sent.status == 413
    assert (await counter.bank.send(counter.bank.transfer(1000, "x"), content="A" * 15_000)).status
    assert await counter.count("gateway_inbox") == 1
    refusals = (await counter.events())["refusals"]
    assert [(row["reason"], row["times"]) for row in refusals] == [("too_large", 2)]


async def test_an_address_that_is_refused_too_often_is_told_to_wait(counter: Counter) -> None:
    transfer = counter.bank.transfer(120_000, "x")
    statuses = [(await counter.bank.forged(transfer)).status for _ in range(70)]
    assert set(statuses) == {401, 429}
    assert (await counter.bank.send(transfer)).status == 200, "the gateway itself is heard"


HOSTILE: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("outgoing", {"transferType": "out"}, "outgoing"),
    ("nothing", {"transferAmount": 0}, "not_positive"),
    ("less than nothing", {"transferAmount": -120_000}, "not_positive"),
    ("dollars", {"currency": "USD"}, "not_vnd"),
    ("another account", {"accountNumber": "9990001112223"}, "other_account"),
    ("no account", {"accountNumber": None}, "unreadable"),
    ("text for a number", {"transferAmount": "120000"}, "unreadable"),
    ("a fraction", {"transferAmount": 120_000.5}, "unreadable"),
    ("a truth", {"transferAmount": True}, "unreadable"),
    ("nested", {"transferAmount": {"amount": 120_000}}, "unreadable"),
    ("a list", {"id": [1]}, "unreadable"),
    ("an id below one", {"id": 0}, "unreadable"),
    ("10^30", {"transferAmount": 10**30}, "unreadable"),
    ("an id of 10^30", {"id": 10**30}, "unreadable"),
    ("a day that is none", {"transactionDate": "2026-02-30 10:00:00"}, "unreadable"),
    ("the year one", {"transactionDate": "0001-01-01 00:00:00"}, "unreadable"),
    ("NUL in the reference", {"referenceCode": "FT\x00"}, "unreadable"),
    ("a reference of a page", {"referenceCode": "F" * 101}, "unreadable"),
    ("both ways", {"transferType": "inout"}, "unreadable"),
]
RAW: Final = (
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe",
    b'{"id": NaN}',
    b"[" * 8000 + b"]" * 8000,
    b'{"id":1,"transferAmount":NaN}',
    b'{"a":' * 2000 + b"1" + b"}" * 2000,
    b'"\\ud800"',
)


async def test_no_event_that_is_not_money_changes_an_account(counter: Counter) -> None:
    memo = await counter.till.reference_of(await counter.till.bill(counter.till.elder))
    for what, changes, _ in HOSTILE:
        sent = await counter.bank.send(counter.bank.transfer(120_000, memo), **changes)
        assert sent.is_settled, what
    for body in RAW:
        assert (await counter.bank.send_body(body)).is_settled, body[:40]
    assert await counter.take() == len(HOSTILE) + len(RAW)

    assert await no_money(counter)
    shown = (await counter.events(limit=100))["items"]
    assert len(shown) == len(HOSTILE) + len(RAW)
    outcomes = [event["outcome"] for event in shown]
    wanted = [outcome for *_, outcome in HOSTILE] + ["unreadable"] * len(RAW)
    assert sorted(outcomes) == sorted(wanted)
    aside = (await counter.events(state="set_aside", limit=100))["items"]
    assert len(aside) == len(shown) - 1, "an outgoing transfer is nothing to look at"


async def test_odd_memos_are_kept_and_wait_for_a_person(counter: Counter) -> None:
    for memo in ("\x00", "'; drop table fund; --", "Ω" * 3000, "HP" * 100, "\u202e", "  "):
        assert (await counter.bank.pay(1000, memo)).is_settled
    assert await counter.take() == 6
    funds = await counter.funds()
    assert {(fund["review"], fund["free"]) for fund in funds} == {("no_reference", 1000)}
    assert (await counter.bank.send(counter.bank.transfer(1000, ""), content=None)).is_settled
    assert await counter.take() == 1


async def test_the_same_id_with_another_content_is_kept_apart(counter: Counter) -> None:
    bill = await counter.till.bill(counter.till.elder)
    transfer = counter.bank.transfer(120_000, await counter.till.reference_of(bill))
    assert (await counter.bank.send(transfer)).status == 200
    for _ in range(2):
        sent = await counter.bank.send(transfer, transferAmount=999_000)
        assert (sent.status, json.loads(sent.answer)["type"]) == (409, "webhook-differs")
    assert (await counter.bank.send(transfer)).status == 200

    await counter.take()
    assert [fund["amount"] for fund in await counter.funds()] == [120_000]
    page = await counter.events()
    assert {(e["outcome"], e["amount"]) for e in page["items"]} == {
        ("fund", 120_000),
        ("differs", 999_000),
    }
    assert [(r["reason"], r["times"]) for r in page["refusals"]] == [("differs", 2)]


async def test_a_reference_that_comes_with_another_amount_or_id_is_set_aside(
    counter: Counter,
) -> None:
    bank = counter.bank
    await bank.pay(120_000, "a", reference="FT1")
    await bank.pay(90_000, "b", reference="FT1")
    await bank.pay(120_000, "c", reference="FT1")
    await counter.take()
    assert await counter.outcomes() == ["fund", "differs", "differs"]
    assert await counter.count("fund") == 1
    await bank.pay(5_000, "d", reference=None)
    await bank.pay(5_000, "d", reference=" ")
    await counter.take()
    refs = {fund["bank_ref"] for fund in await counter.funds()}
    assert refs == {"FT1", *(f"sepay:{each.id}" for each in bank.transfers[-2:])}


async def test_one_school_cannot_speak_for_another(
    counter: Counter, api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    other = await open_till(api, world)
    await world.owner.execute(
        "update merchant set secret = $2 where id = $1",
        other.merchant_id,
        other.box.seal("another secret", field=SECRET_FIELD),
    )
    theirs = bank_of(other, api, clock, secret="another secret")
    bill = await counter.till.bill(counter.till.elder)
    transfer = theirs.transfer(120_000, await counter.till.reference_of(bill))

    crossed = bank_of(counter.till, api, clock, secret="another secret")
    assert (await crossed.send(transfer)).status == 401
    assert (await theirs.send(transfer)).status == 200
    await counter.take()
    assert await counter.paid(bill) == 0
    (fund,) = await world.owner.fetch("select school_id, review, free from fund")
    assert tuple(fund) == (other.school.id, "unknown_reference", 120_000)
    assert (await counter.events())["items"] == []
    nobody = bank_of(counter.till, api, clock)
    nobody.path = f"/v1/webhooks/sepay/{other.school.campus_id}"
    assert (await nobody.send(transfer)).status == 404
    alien = await api.get(
        "/v1/fees/events",
        params={"school_id": other.school.id},
        headers=counter.till.accountant.headers,
    )
    assert alien.status_code == 404


async def test_a_new_secret_holds_at_once_and_the_former_until_its_time(counter: Counter) -> None:
    bank, clock, till = counter.bank, counter.clock, counter.till
    assert (await bank.pay(1000, "a")).is_settled
    await counter.owner.execute(
        "update merchant set former_secret = secret, former_until = $2, secret = $3 where id = $1",
        till.merchant_id,
        clock() + timedelta(hours=1),
        till.box.seal("a new secret", field=SECRET_FIELD),
    )
    assert (await bank.pay(1000, "b")).is_settled
    bank.secret = "a new secret"
    assert (await bank.pay(1000, "c")).is_settled
    bank.secret = SECRET
    clock.now += timedelta(hours=2)
    assert (await bank.send(bank.transfer(1000, "d"))).status == 401
    bank.secret = "a new secret"
    assert (await bank.pay(1000, "e")).is_settled
    await counter.owner.execute(
        "update merchant set ended_at = $2 where id = $1", till.merchant_id, clock()
    )
    assert (await bank.send(bank.transfer(1000, "f"))).status == 200, "kept, and no money by itself"
    bank.secret = SECRET
    assert (await bank.send(bank.transfer(1000, "g"))).status == 401
    refused = {row["reason"] for row in (await counter.events())["refusals"]}
    assert refused == {"bad_signature"}


async def test_an_old_webhook_replayed_changes_nothing(counter: Counter) -> None:
    sent = await counter.bank.pay(1000, "a")
    await counter.take()
    assert (await counter.bank.replay(sent)).is_settled
    counter.clock.now += timedelta(minutes=6)
    assert (await counter.bank.replay(sent)).status == 401
    await counter.take()
    assert await counter.count("fund") == await counter.count("fund_sighting") == 1


async def test_no_secret_memo_or_account_number_comes_into_a_log(counter: Counter) -> None:
    bank, memo = counter.bank, "Tran Thi Bich nop tien"
    with capture_logs() as logs:
        transfer = bank.transfer(1000, memo)
        await bank.forged(transfer)
        await bank.stale(transfer)
        await bank.tell(transfer)
        await bank.send(transfer, transferAmount=5)
        await bank.send(bank.transfer(7, memo), accountNumber="9990001112223")
        await bank.send(bank.transfer(7, memo), transferAmount="7")
        await bank.pay(9, memo, reference=transfer.reference)
        await counter.owner.execute("alter table fund add check (amount <> 4242)")
        try:
            await bank.pay(4242, memo)
            await counter.take()
        finally:
            await counter.owner.execute("alter table fund drop constraint fund_amount_check1")
    events = {entry["event"] for entry in logs}
    assert {"webhook.refused", "webhook.differs", "fee_event.set_aside"} <= events
    assert "errands.failed" in events
    text = repr(logs)
    for secret in (SECRET, memo, "Tran", NUMBER, NUMBER[-4:], "9990001112223", transfer.reference):
        assert str(secret) not in text


async def test_what_cannot_be_taken_now_comes_again_later_and_is_seen(counter: Counter) -> None:
    bill = await counter.till.bill(counter.till.elder)
    await counter.bank.pay(120_000, await counter.till.reference_of(bill))
    await counter.owner.execute("alter table fund add constraint broken check (amount <> 120000)")
    try:
        with capture_logs():
            assert await counter.take() == 0
            assert await counter.take() == 0, "not at once"
    finally:
        await counter.owner.execute("alter table fund drop constraint broken")
    (event,) = (await counter.events(state="received"))["items"]
    assert (event["attempts"], event["amount"]) == (1, 120_000)
    counter.clock.now += timedelta(seconds=2)
    assert await counter.take() == 1
    assert await counter.paid(bill) == 120_000


async def test_the_order_of_arrival_does_not_change_the_sums(counter: Counter) -> None:
    till, bank = counter.till, counter.bank
    bills = [await till.bill(who) for who in (till.elder, till.younger, till.single)]
    memos = [await till.reference_of(bill) for bill in bills]
    transfers = [
        bank.transfer(amount, memo)
        for memo in memos
        for amount in (120_000, 50_000, 200_000, 120_000)
    ]
    await bank.out_of_order(transfers, lots=random.Random(7))
    await counter.take()
    assert [await counter.paid(bill) for bill in bills] == [120_000] * 3
    assert sum(fund["free"] for fund in await counter.funds()) == 3 * (490_000 - 120_000)


async def test_events_come_in_pages_to_the_accountant_alone(counter: Counter) -> None:
    for number in range(5):
        await counter.bank.pay(1000 + number, f"HP {number}")
    first = await counter.events(limit=3)
    second = await counter.events(limit=3, cursor=first["next_cursor"])
    amounts = [event["amount"] for page in (first, second) for event in page["items"]]
    assert sorted(amounts) == [1000, 1001, 1002, 1003, 1004]
    assert second["next_cursor"] is None
    assert first["items"][0]["number_tail"] == NUMBER[-4:]
    assert NUMBER not in json.dumps(first)
    for who in (counter.till.principal, counter.till.parent):
        assert (await counter.till.get(who, "/events")).status_code == 403


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_form_of_a_foreign_page_is_no_webhook(counter: Counter, media: str) -> None:
    sent = await counter.bank.send(counter.bank.transfer(1000, "x"))
    again = await counter.bank.send_as_is(sent.body, sent.headers | {"Content-Type": media})
    assert again.status == 415
