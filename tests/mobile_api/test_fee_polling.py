"""Asking the gateway: a second source of the same transfers, and no second fund."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app import db
from app.fees.money.funds import receive
from app.fees.money.model import Arrival
from app.fees.receiving.applying import apply
from app.fees.receiving.polling import poll_from
from app.fees.receiving.sepay import SePay
from app.fees.setup.queries import API_TOKEN_FIELD
from tests.fakes.bank import FakeBank
from tests.mobile_api.billing import NUMBER
from tests.mobile_api.receiving import Counter


@pytest.fixture
async def bank(counter: Counter) -> AsyncIterator[FakeBank]:
    """It is asked about the till's account, from now on."""
    till = counter.till
    await counter.owner.execute(
        "update merchant set api_token = $2 where id = $1",
        till.merchant_id,
        till.box.seal(counter.bank.api_token, field=API_TOKEN_FIELD),
    )
    async with db.transaction(counter.resources.pool, schools=[till.school.id]) as conn:
        await poll_from(
            conn, school_id=till.school.id, merchant_id=till.merchant_id, now=counter.clock()
        )
    async with counter.bank as opened:
        yield opened


async def by_statement(counter: Counter, bank_ref: str, memo: str) -> None:
    """120,000 that an imported statement told of."""
    school_id, now = counter.till.school.id, counter.clock()
    arrival = Arrival(
        account_id=counter.till.bank_id,
        bank_ref=bank_ref,
        amount=120_000,
        channel="transfer",
        received_at=now,
        memo=counter.till.box.seal(memo, field="fund.memo"),
        payer=None,
        source="statement",
        source_ref="sheet:7",
    )
    async with db.transaction(counter.resources.pool, schools=[school_id]) as conn:
        found = await receive(conn, school_id=school_id, arrival=arrival, now=now)
        await apply(
            conn,
            school_id=school_id,
            fund_id=found.fund_id,
            amount=120_000,
            account_id=arrival.account_id,
            memo=memo,
            now=now,
        )


async def polled(counter: Counter) -> dict[str, Any]:
    row = await counter.owner.fetchrow(
        "select due_at, seen_until, attempts, failure from merchant_poll"
    )
    return dict(row or {})


async def test_what_no_webhook_told_is_found_once(counter: Counter, bank: FakeBank) -> None:
    bill = await counter.till.bill(counter.till.elder)
    missed = bank.transfer(120_000, await counter.till.reference_of(bill))
    bank.transfer(500_000, "Mua giay", direction="out")

    assert await counter.poll(bank.url) == 2
    assert await counter.take() == 2
    assert await counter.paid(bill) == 120_000
    assert await counter.outcomes() == ["fund", "outgoing"]
    assert bank.list_requests[-1]["account_number"] == NUMBER

    assert await counter.poll(bank.url) == 0, "not yet again"
    counter.clock.now += timedelta(minutes=5)
    assert await counter.poll(bank.url) == 0
    assert bank.list_requests[-1]["since_id"] == str(missed.id + 1)
    assert (await bank.tell(missed)).is_settled, "the webhook comes after all"
    assert await counter.take() == 0
    assert await counter.count("fund") == 1


async def test_webhook_poll_and_statement_of_one_transfer_are_one_fund(
    counter: Counter, bank: FakeBank
) -> None:
    bill = await counter.till.bill(counter.till.elder)
    transfer = bank.transfer(120_000, await counter.till.reference_of(bill))
    await bank.tell(transfer)
    assert await counter.poll(bank.url) == 0
    # And once it was forgotten that it had come by webhook.
    await counter.take()
    await counter.owner.execute("update gateway_inbox set event_key = 'x', source = 'poll'")
    await counter.owner.execute("update merchant_poll set due_at = $1", counter.clock())
    assert await counter.poll(bank.url) == 1
    await counter.take()

    arrival = Arrival(
        account_id=counter.till.bank_id,
        bank_ref=str(transfer.reference),
        amount=120_000,
        channel="transfer",
        received_at=transfer.at,
        memo=None,
        payer=None,
        source="statement",
        source_ref="sheet:2",
    )
    school_id = counter.till.school.id
    async with db.transaction(counter.resources.pool, schools=[school_id]) as conn:
        found = await receive(conn, school_id=school_id, arrival=arrival, now=counter.clock())
    assert not found.is_new
    assert await counter.count("fund") == await counter.count("receipt") == 1
    assert await counter.paid(bill) == 120_000
    assert await counter.count("outbox", "kind = 'fee_paid'") == 1
    sources = await counter.owner.fetch("select source from fund_sighting order by 1")
    assert [row[0] for row in sources] == ["poll", "statement", "webhook"]


async def test_a_transfer_that_a_statement_told_of_without_its_reference_is_known(
    counter: Counter, bank: FakeBank
) -> None:
    await by_statement(counter, "row:7", "NOP TIEN")
    for memo in ("Nop tien", "Nop tien", "khac"):
        await bank.pay(120_000, memo)
    await counter.take()
    assert sorted(map(str, await counter.outcomes())) == ["fund", "fund", "known"]
    assert await counter.count("fund") == 3, "two equal transfers are two"


async def test_a_transfer_that_a_statement_may_have_told_of_is_not_counted_again(
    counter: Counter, bank: FakeBank
) -> None:
    """The bank calls it one thing in its statement, and another in its notice."""
    bills = [await counter.till.bill(who) for who in (counter.till.elder, counter.till.single)]
    memo, others = [await counter.till.reference_of(bill) for bill in bills]
    await by_statement(counter, "5243-001", memo)

    at = counter.clock() - timedelta(days=2)
    await bank.pay(120_000, f"MBVCB.99.{memo}", reference="MBVCB.99", at=at)
    assert await counter.count("outbox", "kind = 'fee_review'") == 0
    await counter.take()
    assert await counter.count("outbox", "kind = 'fee_review'") > 0, "the accountants hear of it"
    await bank.pay(120_000, f"MBVCB.98.{others}", reference="MBVCB.98")
    await bank.pay(90_000, f"MBVCB.97.{memo}", reference="MBVCB.97")
    await counter.take()
    assert sorted(map(str, await counter.outcomes())) == ["differs", "fund", "fund"]
    aside = (await counter.events(state="set_aside"))["items"]
    assert [(event["bank_ref"], bool(event["fund_id"])) for event in aside] == [("MBVCB.99", True)]
    assert await counter.paid(bills[1]) == 120_000
    assert await counter.count("receipt", f"fund_id = '{aside[0]['fund_id']}'") == 1

    await bank.pay(120_000, memo, reference="MBVCB.96")
    await counter.take()
    assert await counter.count("fund") == 3, "either may be the one of the statement"
    assert len((await counter.events(state="undecided"))["items"]) == 2


async def test_a_gateway_that_is_away_is_asked_again_later_and_later(
    counter: Counter, bank: FakeBank
) -> None:
    bank.transfer(1000, "x")
    bank.list_faults.extend([503, 302, 401])
    waits = []
    for _ in range(3):
        asked_at = counter.clock()
        assert await counter.poll(bank.url) == 0
        row = await polled(counter)
        waits.append((row["due_at"] - asked_at).total_seconds())
        counter.clock.now = row["due_at"]
    assert waits == [30, 60, 120]
    assert (await polled(counter))["failure"] == "answers 401"
    assert await counter.poll("http://127.0.0.1:1") == 0
    counter.clock.now += timedelta(hours=2)
    assert await counter.poll(bank.url) == 1
    row = await polled(counter)
    assert (row["attempts"], row["failure"]) == (0, None)


async def test_a_merchant_without_token_or_at_its_end_is_not_asked(
    counter: Counter, bank: FakeBank
) -> None:
    await counter.owner.execute("update merchant set ended_at = now()")
    assert await counter.poll(bank.url) == 0
    counter.clock.now += timedelta(days=365)
    assert await counter.poll(bank.url) == 0
    assert bank.list_requests == []


async def test_rows_that_cannot_be_read_are_kept_and_the_others_taken(
    counter: Counter, bank: FakeBank
) -> None:
    bank.transfer(1000, "x", account=NUMBER)
    bank.transfer(2000, "y", reference="F" * 300)
    assert await counter.poll(bank.url) == 2
    await counter.take()
    assert sorted(map(str, await counter.outcomes())) == ["fund", "unreadable"]
    shown = (await counter.events(state="set_aside"))["items"]
    assert [(event["source"], event["amount"]) for event in shown] == [("poll", None)]


async def test_a_list_longer_than_a_page_is_read_to_its_end(
    counter: Counter, bank: FakeBank
) -> None:
    start = counter.clock()
    for minute in range(23):
        bank.transfer(1000 + minute, "x", at=start + timedelta(minutes=minute))
    page = await SePay(bank.url, page_rows=5).transfers(
        token=bank.api_token, account=NUMBER, since=None, first_day=start.date()
    )
    assert len(page.bodies) == 23
    assert page.mark == str(bank.transfers[-1].id)
    rest = await SePay(bank.url, page_rows=5).transfers(
        token=bank.api_token,
        account=NUMBER,
        since=str(bank.transfers[20].id),
        first_day=start.date(),
    )
    assert len(rest.bodies) == 3
