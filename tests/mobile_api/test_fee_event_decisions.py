"""What a gateway told and the worker would not take for money: a person says what it is, once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.mobile_api.counting_house import House, Json
from tests.mobile_api.receiving import Counter
from tests.mobile_api.test_fee_reconciliation import named, reconcile
from tests.mobile_api.test_fee_statements import decide as decide_row
from tests.mobile_api.test_fee_statements import row, waiting
from tests.mobile_api.test_fee_strikes import struck
from tests.world import Person


async def undecided(counter: Counter) -> list[Json]:
    items: list[Json] = (await counter.events(state="undecided"))["items"]
    return items


async def board(counter: Counter) -> tuple[int, int]:
    """How many reviews wait, and how many of them are notices."""
    answer = await counter.till.get(counter.till.accountant, "/boards")
    waits = answer.json()["waiting"]
    return waits["reviews"], waits["events"]


async def decide(
    counter: Counter, event: Json, decision: str, *, who: Person | None = None, **more: Any
) -> Any:
    return await counter.till.post(
        who or counter.till.accountant,
        "/events/decision",
        merchant_id=event["merchant_id"],
        event_key=event["event_key"],
        decision=decision,
        **more,
    )


async def decided(counter: Counter, event: Json, decision: str, **more: Any) -> Json:
    answer = await decide(counter, event, decision, **more)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def refs(counter: Counter) -> list[tuple[str, int]]:
    return sorted((fund["bank_ref"], fund["amount"]) for fund in await counter.funds())


async def one_aside(counter: Counter) -> Json:
    await counter.take()
    (event,) = await undecided(counter)
    return event


async def test_a_second_transfer_under_one_reference_is_new_and_the_statement_knows_it(
    counter: Counter, house: House
) -> None:
    bill = await house.bill(counter.till.elder)
    memo = await counter.till.reference_of(bill)
    await counter.bank.pay(120_000, "ung ho", reference="FT1")
    await counter.bank.pay(120_000, memo, reference="FT1")
    event = await one_aside(counter)
    (first,) = await counter.funds()
    assert (event["outcome"], event["is_undecided"]) == ("differs", True)
    assert [(f["id"], f["memo"], f["was_told"]) for f in event["alike"]] == [
        (str(first["id"]), "ung ho", True)
    ]
    assert await board(counter) == (2, 1)
    assert await counter.count("fund_sighting") == 1, "the first is seen by its own notice alone"

    done = await decided(counter, event, "new", other_than=[str(first["id"])])
    assert (done["state"], done["outcome"], done["is_undecided"]) == ("done", "fund", False)
    assert done["decided_by_name"] == "Cô Kế Toán"
    assert await counter.paid(bill) == 120_000
    assert await undecided(counter) == []
    assert await board(counter) == (1, 0)
    assert await decided(counter, event, "new") == done
    other = await decide(counter, event, "known", fund_id=str(first["id"]))
    assert (other.status_code, other.json()["type"]) == (409, "event-decided")
    entries = "kind = 'fee_event' and actor_account_id = '{}'"
    assert await counter.count("audit_entry", entries.format(counter.till.accountant.account_id))

    told = await house.imported([row("FT1", 120_000, "ung ho"), row("FT2", 120_000, memo)])
    assert (told["sums"]["known"], told["sums"]["new"], told["sums"]["waiting"]) == (2, 0, 0)
    assert named(await reconcile(house)) == []
    await house.add_up()


async def test_money_that_a_statement_told_of_first_is_known_or_new_as_a_person_says(
    counter: Counter, house: House
) -> None:
    told = await house.imported(
        [row("5243-001", 120_000, "tien hoc"), row("5243-002", 90_000, "x")]
    )
    assert told["sums"]["new"] == 2
    await counter.bank.pay(120_000, "MBVCB.99.tien hoc", reference="MBVCB.99")
    await counter.bank.pay(90_000, "MBVCB.98.y", reference="MBVCB.98")
    await counter.take()
    by_amount = {event["amount"]: event for event in await undecided(counter)}
    known = await decided(counter, by_amount[120_000], "known")
    assert known["fund_id"] == by_amount[120_000]["alike"][0]["id"] == by_amount[120_000]["fund_id"]
    assert await decided(counter, by_amount[120_000], "known", fund_id=known["fund_id"]) == known
    shown = await house.fund(known["fund_id"])
    assert {each["source"] for each in shown["sightings"]} == {"statement", "webhook"}
    await decided(counter, by_amount[90_000], "new")
    assert await refs(counter) == [
        ("5243-001", 120_000),
        ("5243-002", 90_000),
        ("MBVCB.98", 90_000),
    ]
    assert named(await reconcile(house)) == [("not_in_statement", None, 90_000)]
    again = await house.imported(
        [
            row("5243-001", 120_000, "tien hoc"),
            row("5243-002", 90_000, "x"),
            row("MBVCB.98", 90_000, "y"),
        ]
    )
    assert (again["sums"]["known"], again["sums"]["new"]) == (3, 0)
    assert named(await reconcile(house)) == []
    assert await board(counter) == (3, 0), "the money itself still wants a bill"
    await house.add_up()


async def test_another_amount_under_one_reference_is_money_of_its_own_if_a_person_says_so(
    counter: Counter, house: House
) -> None:
    await counter.bank.pay(120_000, "a", reference="FT1")
    await counter.bank.pay(90_000, "b", reference="FT1")
    event = await one_aside(counter)
    (first,) = await counter.funds()
    assert [fund["id"] for fund in event["alike"]] == [str(first["id"])]
    new = await decided(counter, event, "new")
    assert await refs(counter) == [("FT1", 120_000), (f"sepay:{event['event_key']}", 90_000)]
    told = await house.imported([row("FT1", 120_000, "a"), row("FT1", 90_000, "b")])
    (waits,) = await waiting(house, told["statement_id"])
    assert (waits["waits"], waits["candidates"]) == ("duplicate_reference", [new["fund_id"]])
    assert (await decide_row(house, told, waits, fund_id=new["fund_id"])).status_code == 200
    assert named(await reconcile(house)) == []
    assert await counter.count("fund") == 2
    await house.add_up()


async def test_one_id_with_two_contents_is_the_money_of_before_unless_a_person_says_other(
    counter: Counter, house: House
) -> None:
    transfer = counter.bank.transfer(120_000, "a")
    await counter.bank.send(transfer)
    await counter.bank.send(transfer, transferAmount=150_000)
    await counter.bank.send(transfer, transferAmount=7_000, transferType="out")
    event = await one_aside(counter)
    assert (event["amount"], await board(counter)) == (150_000, (2, 1))
    assert sorted(map(str, await counter.outcomes())) == ["differs", "fund", "outgoing"]
    assert await counter.count("outbox", "kind = 'fee_review'") > 0, "the accountants hear of it"
    (first,) = await counter.funds()
    known = await decided(counter, event, "known")
    assert known["fund_id"] == str(first["id"])
    assert (await counter.bank.send(transfer)).is_settled
    assert await counter.take() == 0

    await counter.bank.send(transfer, content="c")
    new = await decided(counter, await one_aside(counter), "new")
    assert await counter.count("fund") == 2
    key = new["event_key"]
    assert (f"sepay:{key}", 120_000) in await refs(counter)
    await house.add_up()


async def test_of_two_accountants_at_once_one_decides(counter: Counter, house: House) -> None:
    till = counter.till
    await counter.bank.pay(120_000, "a", reference="FT1")
    await counter.bank.pay(120_000, "b", reference="FT1")
    event = await one_aside(counter)
    answers = await asyncio.gather(
        *(decide(counter, event, "new", who=who) for who in (till.accountant, till.second) * 3)
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["fund_id"] for answer in answers}) == 1
    assert await counter.count("fund") == 2

    await counter.bank.pay(120_000, "c", reference="FT1")
    event = await one_aside(counter)
    both = await asyncio.gather(
        decide(counter, event, "known"), decide(counter, event, "new", who=till.second)
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    await house.add_up()


async def test_whoever_has_not_seen_what_came_meanwhile_is_shown_it_first(
    counter: Counter, house: House
) -> None:
    await counter.bank.pay(120_000, "a", reference="FT1")
    await counter.bank.pay(90_000, "b", reference="FT1")
    event = await one_aside(counter)
    seen = [fund["id"] for fund in event["alike"]]
    told = await house.imported([row("FT1", 120_000, "a"), row("FT2", 90_000, "b")])
    assert told["sums"]["new"] == 1
    late = await decide(counter, event, "new", other_than=seen)
    assert (late.status_code, late.json()["type"]) == (409, "alike-money-came")
    (event,) = await undecided(counter)
    (other,) = {fund["id"] for fund in event["alike"]} - set(seen)
    await decided(counter, event, "known", fund_id=other)
    assert await counter.count("fund") == 2
    assert named(await reconcile(house)) == []


async def test_only_what_may_be_money_and_waits_is_decided_and_by_an_accountant(
    counter: Counter, house: House
) -> None:
    bank, till = counter.bank, counter.till
    await bank.pay(120_000, "a", reference="FT1")
    await bank.send(bank.transfer(5, "b"), transferType="out")
    await bank.send(bank.transfer(6, "c"), accountNumber="9990001112223")
    await bank.send_body(b"null")
    await counter.take()
    for event in (await counter.events())["items"]:
        answer = await decide(counter, event, "new")
        assert (answer.status_code, answer.json()["type"]) == (409, "event-not-waiting")
    await bank.pay(90_000, "d", reference="FT1")
    event = await one_aside(counter)
    stranger = await house.arrives(1_000, "e", "FT8")
    for fund_id in (None, str(stranger), str(till.school.campus_id)):
        answer = await decide(counter, event, "known", fund_id=fund_id)
        assert (answer.status_code, answer.json()["type"]) == (404, "no-such-fund"), fund_id
    assert (await decide(counter, event, "new", who=till.principal)).status_code == 403
    answer = await decide(counter, event | {"event_key": "1"}, "new")
    assert (answer.status_code, answer.json()["type"]) == (404, "no-such-event")
    assert await counter.count("fund") == 2


async def test_what_the_bank_does_not_have_waits_no_more_and_its_statement_is_believed(
    counter: Counter, house: House
) -> None:
    await counter.bank.pay(120_000, "a", reference="FT1")
    await counter.bank.pay(90_000, "b", reference="FT1")
    event = await one_aside(counter)
    done = await decided(counter, event, "not_there")
    assert (done["state"], done["outcome"], done["fund_id"]) == ("done", "not_there", None)
    assert await decided(counter, event, "not_there") == done
    assert (await decide(counter, event, "new")).status_code == 409
    assert await board(counter) == (1, 0)
    assert await counter.count("fund") == 1
    told = await house.imported([row("FT1", 120_000, "a"), row("FT2", 90_000, "b")])
    assert (told["sums"]["known"], told["sums"]["new"]) == (1, 1)
    await house.add_up()


async def _end(counter: Counter) -> None:
    till = counter.till
    counter.clock.now += timedelta(seconds=1)
    answer = await till.api.post(
        f"/v1/fees/merchants/{till.merchant_id}/end",
        params={"school_id": till.school.id},
        headers=till.accountant.headers,
    )
    assert answer.status_code == 200, answer.text


async def test_what_an_ended_merchant_still_tells_is_kept_and_no_money_by_itself(
    counter: Counter, house: House
) -> None:
    bank, bill = counter.bank, await house.bill(counter.till.elder)
    memo = await counter.till.reference_of(bill)
    before = await bank.pay(50_000, "truoc", reference="FT0")
    await _end(counter)
    sent = await bank.pay(120_000, memo, reference="FT1")
    assert sent.is_settled
    assert (await bank.replay(sent)).is_settled
    assert (await bank.replay(before)).is_settled, "what was there is known"
    assert (await bank.forged(bank.transfer(1, "x"))).status == 401
    assert await counter.take() == 1, "what came before the end is money"
    counter.clock.now += timedelta(minutes=10)
    event = await one_aside(counter)
    assert (event["outcome"], event["alike"], event["memo"]) == ("ended", [], memo)
    assert (await counter.paid(bill), await board(counter)) == (0, (2, 1))
    new = await decided(counter, event, "new", other_than=[])
    assert await counter.paid(bill) == 120_000
    told = await house.imported([row("FT1", 120_000, memo), row("FT0", 50_000, "truoc")])
    assert (told["sums"]["known"], told["sums"]["new"]) == (2, 0)
    assert new["fund_id"] in {each["id"] for each in await house.funds()}
    await house.add_up()


async def test_what_the_next_merchant_of_the_account_told_of_waits_for_nobody(
    counter: Counter,
) -> None:
    bank, till = counter.bank, counter.till
    await _end(counter)
    await bank.pay(120_000, "a", reference="FT1")
    await bank.pay(120_000, "b", reference="FT2")
    body = {"account_id": str(till.bank_id), "provider": "sepay", "secret": bank.secret + "-moi"}
    answer = await till.post(till.accountant, "/merchants", **body)
    assert answer.status_code == 201, answer.text
    bank.path, bank.secret = f"/v1/webhooks/sepay/{answer.json()['id']}", body["secret"]
    assert (await bank.tell(bank.transfers[0])).is_settled
    await counter.take()
    counter.clock.now += timedelta(minutes=10)
    event = await one_aside(counter)
    assert event["bank_ref"] == "FT2"
    (fund,) = await counter.funds()
    assert sorted(map(str, await counter.outcomes())) == ["ended", "fund", "known"]
    assert await counter.count("fund_sighting") == 1, "who may be anybody has seen nothing"
    assert [each["id"] for each in event["alike"]] == [str(fund["id"])]


async def test_a_leaked_secret_fills_no_table(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.fees.receiving.inbox.MOST_OF_ENDED", 3)
    bank = counter.bank
    await bank.pay(1_000, "truoc")
    await _end(counter)
    statuses = [(await bank.send(bank.transfer(1000 + n, "x"))).status for n in range(5)]
    assert statuses == [200, 200, 200, 404, 404]
    assert (await bank.send(bank.transfers[1])).is_settled, "what is kept is known"
    assert await counter.count("gateway_inbox") == 4
    refusals = (await counter.events())["refusals"]
    assert [(each["reason"], each["times"]) for each in refusals] == [("ended", 2)]
    counter.clock.now += timedelta(days=1)
    assert (await bank.pay(9_000, "mai")).is_settled


async def test_a_row_that_a_gateway_told_of_while_the_file_was_taken_waits(
    counter: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows were looked at before the money came, and are taken after."""
    one, two = [await house.bill(who) for who in (counter.till.elder, counter.till.single)]
    memo, other = [await counter.till.reference_of(bill) for bill in (one, two)]
    monkeypatch.setattr("mobile_api.statements._LONGEST_S", -1.0)
    grid = [row("5243-1", 120_000, memo), row("5243-2", 120_000, other), row("", 5_000, "x")]
    assert (await house.imported(grid))["sums"]["left"] == 3
    monkeypatch.undo()
    await counter.bank.pay(120_000, f"MBVCB.{memo}", reference="MBVCB.1")
    await counter.bank.pay(5_000, "x", reference="MBVCB.2")
    await counter.take()
    told = await house.imported(grid)
    rows: Sequence[Json] = await waiting(house, told["statement_id"])
    assert [(each["n"], each["waits"]) for each in rows] == [
        (2, "maybe_known"),
        (4, "maybe_known"),
    ]
    assert await counter.count("fund") == 3
    assert [await counter.paid(bill) for bill in (one, two)] == [120_000, 120_000]
    ids = {UUID(each["candidates"][0]) for each in rows}
    assert ids == {fund["id"] for fund in await counter.funds() if "MBVCB" in fund["bank_ref"]}
    await house.add_up()


async def test_a_decision_and_a_statement_at_once_count_a_transfer_once(
    counter: Counter, house: House
) -> None:
    """Either the row waits for a person, or the decision is shown what the row has become."""
    await counter.bank.pay(50_000, "a", reference="FT1")
    for n, amount in enumerate((60_000, 70_000, 80_000)):
        await counter.bank.pay(amount, "b", reference="FT1")
        event = await one_aside(counter)
        seen = [fund["id"] for fund in event["alike"]]
        answer, sent = await asyncio.gather(
            decide(counter, event, "new", other_than=seen),
            house.send([row(f"5243-{n}", amount, "khac")]),
        )
        told = sent.json()["sums"]
        assert (answer.status_code, told["waiting"]) in ((200, 1), (409, 0))
        assert await counter.count("fund", f"amount = {amount}") == 1
        if answer.status_code == 409:
            await decided(counter, event, "not_there")
    await house.add_up()


async def test_a_row_left_over_waits_though_a_later_statement_has_shown_the_money(
    counter: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile_api.statements._LONGEST_S", -1.0)
    left = [row("5243-1", 120_000, "hoc phi")]
    assert (await house.imported(left))["sums"]["left"] == 1
    monkeypatch.undo()
    await counter.bank.pay(120_000, "MBVCB hoc phi", reference="MBVCB.1")
    await counter.take()
    later = await house.imported([row("MBVCB.1", 120_000, "hoc phi")])
    assert later["sums"]["known"] == 1
    assert (await house.imported(left))["sums"]["waiting"] == 1
    assert await counter.count("fund") == 1


async def test_money_that_was_decided_new_by_mistake_is_struck_and_is_like_nothing_any_more(
    counter: Counter, house: House
) -> None:
    await counter.bank.pay(120_000, "a", reference="FT1")
    await counter.bank.pay(120_000, "b", reference="FT1")
    event = await one_aside(counter)
    (first,) = event["alike"]
    twice = await decided(counter, event, "new")
    await struck(house, UUID(twice["fund_id"]), UUID(first["id"]))
    await counter.bank.pay(120_000, "c", reference="FT1")
    (like,) = (await one_aside(counter))["alike"]
    assert like["id"] == first["id"]
    await house.imported([row("FT1", 120_000, "a")])
    assert await counter.count("fund") == 2
    await house.add_up()
