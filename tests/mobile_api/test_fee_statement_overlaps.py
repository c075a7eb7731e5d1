"""Statements beside webhooks and beside each other: each transfer is one fund, whoever is first."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.fees.office.statement_rows import decide_row
from app.schools.common import school_box
from tests.conftest import HANOI
from tests.mobile_api.counting_house import House
from tests.mobile_api.receiving import Counter
from tests.patience import until_waiting

AT = datetime(2026, 11, 16, 6, 30, tzinfo=HANOI)
Json = dict[str, Any]


def row(ref: str, amount: int, memo: str, *, day: str = "16/11/2026") -> list[Any]:
    return [f"{day} 06:30:00", ref, "", amount, "", memo]


async def kept_alone(house: House, grid: list[list[Any]], monkeypatch: pytest.MonkeyPatch) -> Json:
    """A statement whose sender died before the first of its rows was money."""
    with monkeypatch.context() as patch:
        patch.setattr("mobile_api.statements._LONGEST_S", -1.0)
        return await house.imported(grid)


async def waiting(house: House, statement_id: str) -> list[Json]:
    answer = await house.till.get(
        house.till.accountant, f"/statements/{statement_id}/rows", waiting=True
    )
    items: list[Json] = answer.json()["items"]
    return items


async def decided(house: House, statement_id: str, n: int, fund_id: UUID | str | None) -> Any:
    return await house.till.post(
        house.till.accountant,
        f"/statements/{statement_id}/rows/{n}/decision",
        fund_id=None if fund_id is None else str(fund_id),
    )


async def test_a_webhook_between_a_file_and_its_rows_is_the_same_money(
    house: House, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row was new when the file came in; it is judged again when it becomes money."""
    grid = [row("", 120_000, "tien hoc be An"), row("5078-1", 70_000, "tien an")]
    kept = await kept_alone(house, grid, monkeypatch)
    assert kept["sums"]["left"] == 2
    for amount, memo in ((120_000, "Tiền học bé An"), (70_000, "MBVCB.77.tien an")):
        await counter.bank.pay(amount, memo, at=AT)
    await counter.take()
    again = await house.imported(grid)
    assert again["statement_id"] == kept["statement_id"]
    assert (again["sums"]["new"], again["sums"]["left"]) == (0, 0)
    for each in await waiting(house, kept["statement_id"]):
        assert (each["waits"], len(each["candidates"])) == ("maybe_known", 1)
    assert await house.count("fund") == 2
    await house.add_up()


async def test_what_a_person_said_of_a_row_holds_for_the_next_file_that_has_it(
    house: House,
) -> None:
    known = await house.arrives(120_000, "tien hoc be An", "FT26320ABC", at=AT)
    await house.arrives(80_000, "x", "FT9", at=AT)
    grid = [row("5078-42369", 120_000, "MBVCB.1. be An"), row("FT9", 90_000, "x")]
    first = await house.imported(grid)
    one, other = await waiting(house, first["statement_id"])
    await decided(house, first["statement_id"], one["n"], known)
    new = await decided(house, first["statement_id"], other["n"], None)
    second = await house.imported([*grid, row("FT10", 1_000, "y")])
    assert second["sums"] | {"amount_in": 0} == {
        "new": 1, "known": 2, "waiting": 0, "left": 0, "refunds": 0, "other_out": 0,
        "amount_in": 0, "amount_out": 0,
    }  # fmt: skip
    assert await house.count("fund") == 4
    said = await house.till.owner.fetch(
        "select detail ->> 'decision' as said from audit_entry where kind = 'fee_statement_row'"
        " and actor_account_id = $1 order by seq",
        house.till.accountant.account_id,
    )
    assert [each["said"] for each in said] == ["known", "new"]
    seen = [each["source"] for each in (await house.fund(new.json()["fund_id"]))["sightings"]]
    assert seen == ["statement", "statement"]
    await house.add_up()


async def test_of_two_rows_at_once_one_is_the_fund(house: House) -> None:
    """Else the second transfer would be in no book, and no reconciliation would miss it."""
    known = await house.arrives(50_000, "nop tien hoc", "sepay:1", at=AT)
    found = await house.imported([row("", 50_000, "nop tien hoc") for _ in range(2)])
    first, second = await waiting(house, found["statement_id"])
    async with house.tx() as conn:
        box = await school_box(conn, vault=house.resources.vault, school_id=house.till.school.id)
        await decide_row(
            conn, box=box, school_id=house.till.school.id,
            statement_id=UUID(found["statement_id"]), n=first["n"], fund_id=known,
            decided_by=house.till.accountant.account_id, now=house.till.now,
        )  # fmt: skip
        other = asyncio.create_task(decided(house, found["statement_id"], second["n"], known))
        await until_waiting(house.till.owner)
    assert (await other).status_code == 404
    assert await house.count("bank_statement_row", "fund_id is not null") == 1


async def test_a_days_serial_number_is_another_transfer_on_another_day(
    house: House, counter: Counter
) -> None:
    """ACB, Agribank and BIDV number what a day brings, and begin again."""
    monday = await house.imported([row("7301", 120_000, "a"), row("7302", 5_000, "b")])
    tuesday = await house.imported(
        [row("7301", 120_000, "c", day="17/11/2026"), row("7302", 6_000, "d", day="17/11/2026")]
    )
    assert (monday["sums"]["new"], tuesday["sums"]["new"]) == (2, 2)
    both = [row("7301", 120_000, "a"), row("7301", 120_000, "c", day="17/11/2026")]
    again = await house.imported(both)
    assert (again["sums"]["known"], again["sums"]["waiting"]) == (2, 0)
    assert await house.count("fund") == 4
    late = await house.imported([row("7301", 120_000, "c d", day="15/11/2026")])
    assert (late["sums"]["waiting"], late["sums"]["new"]) == (0, 1)
    await counter.bank.pay(120_000, "e", reference="7301", at=AT + timedelta(days=2))
    await counter.take()
    assert await counter.outcomes() == ["differs"]
    await house.add_up()


async def test_a_reconciliation_does_not_lead_to_another_days_number(house: House) -> None:
    await house.imported([row("7301", 120_000, "a", day="15/11/2026")])
    await house.arrives(70_000, "tien an", "sepay:1", at=AT)
    found = await house.imported([row("7301", 70_000, "an trua")])
    assert found["sums"]["waiting"] == 1
    till = house.till
    run = await till.post(
        till.accountant, "/reconciliations", account_id=str(till.bank_id),
        from_day="2026-11-16", to_day="2026-11-16",
    )  # fmt: skip
    (row_in,) = [each for each in run.json()["differences"] if each["bank_ref"] == "7301"]
    assert (row_in["kind"], row_in["fund_id"], row_in["books"]) == ("not_in_books", None, None)
