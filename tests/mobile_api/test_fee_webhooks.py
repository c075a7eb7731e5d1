"""SePay's webhook: what is genuine becomes money once, the rest changes nothing and is seen."""

from tests.mobile_api.receiving import Counter


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
