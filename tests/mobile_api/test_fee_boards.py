"""Boards: equal to what a person counts from the rows, without a name, nothing of few families."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app import db
from app.fees.boards.rollup import month_of, refresh
from app.fees.money import allocating, funds
from app.fees.money.model import Arrival, Share
from app.ids import new_id
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.billing import Till
from tests.mobile_api.receiving import Counter
from tests.world import Person, World

MONTH = date(2026, 11, 1)
SUMS = (
    "invoices", "invoices_paid", "charged", "collected", "outstanding", "written_off", "online",
    "pupils", "payers", "online_payers",
)  # fmt: skip


async def board(till: Till, who: Person, **query: Any) -> dict[str, Any]:
    answer = await till.get(who, "/boards", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def money(
    counter: Counter, amount: int, bill: UUID | None, *, channel: str, paid: int
) -> None:
    """Money that came, of which `paid` went to the bill."""
    till, now = counter.till, counter.clock()
    async with db.transaction(counter.resources.pool, schools=[till.school.id]) as conn:
        got = await funds.receive(
            conn,
            school_id=till.school.id,
            arrival=Arrival(
                account_id=till.cash_id if channel == "cash" else till.bank_id,
                bank_ref=str(new_id()),
                amount=amount,
                channel=channel,  # type: ignore[arg-type]
                received_at=now,
                memo=None,
                payer=None,
                source="counter",
                source_ref="1",
            ),
            now=now,
        )
        await allocating.allocate(
            conn,
            school_id=till.school.id,
            fund_id=got.fund_id,
            shares=[Share(invoice_id=bill, amount=paid)] if bill and paid else [],
            how="cash" if channel == "cash" else "auto",
            made_by=None,
            now=now,
        )


async def a_month(counter: Counter, world: World, *, pupils: int, seed: int) -> None:
    """Bills of all kinds in three classes and none, paid, partly paid, by cash and transfer."""
    till, rng = counter.till, random.Random(seed)
    classes: list[UUID | None] = [
        till.school.class_id,
        await world.school_class(till.school, "10A1", grade=10),
        await world.school_class(till.school, "6A10"),
        None,
    ]
    for n in range(pupils):
        student = await world.student(till.school, f"Học Sinh {n}")
        for seq in range(1, rng.randint(2, 4)):
            amount = rng.randint(1, 50) * 1_000
            day = MONTH + timedelta(days=rng.randint(-3, 33))
            offer = rng.random() < 0.2
            bill = await till.bill(student, amount, seq=seq, is_voluntary=offer, due_day=day)
            await till.owner.execute(
                "update invoice set class_id = $1 where id = $2", rng.choice(classes), bill
            )
            channel = rng.choice(["transfer", "cash"])
            paid = rng.choice([0, amount, amount, rng.randint(1, amount)])
            if paid:
                await money(counter, paid, bill, channel=channel, paid=paid)
            if rng.random() < 0.1:
                await till.owner.execute(
                    "update invoice set state = 'written_off', written_off_at = now(),"
                    " written_off_by = $1, write_off_reason = 'Khó khăn' where id = $2",
                    till.principal.account_id,
                    bill,
                )
    await money(counter, 5_000, None, channel="transfer", paid=0)


async def counted(till: Till, first: date, last: date) -> dict[tuple[str, Any], dict[str, int]]:
    """The sums by class, by level and of all, added up one bill after the other."""
    bills = await till.owner.fetch(
        "select id, student_id, class_id, total, paid, state, settlement, due_day, is_voluntary"
        " from invoice where school_id = $1",
        till.school.id,
    )
    online: dict[UUID, int] = defaultdict(int)
    for row in await till.owner.fetch(
        "select a.invoice_id, a.amount, f.channel from allocation a join fund f on f.id = a.fund_id"
    ):
        if row["channel"] == "transfer":
            online[row["invoice_id"]] += row["amount"]
    grades = {
        row["id"]: row["grade"]
        for row in await till.owner.fetch("select id, grade from school_class")
    }
    level_of_school = await till.owner.fetchval(
        "select level from school where id = $1", till.school.id
    )
    found: dict[tuple[str, Any], dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    people: dict[tuple[Any, ...], set[UUID]] = defaultdict(set)
    for bill in bills:
        is_asked = bill["state"] in ("open", "written_off") and bill["total"] > 0
        if bill["is_voluntary"] or not is_asked or not first <= bill["due_day"] <= last:
            continue
        grade = grades.get(bill["class_id"])
        level = level_of_school
        if grade is not None:
            level = "upper_secondary" if grade >= 10 else "lower_secondary"
        left = bill["total"] - bill["paid"]
        for part in (("class", bill["class_id"]), ("level", level), ("all", None)):
            sums = found[part]
            sums["invoices"] += 1
            sums["invoices_paid"] += bill["settlement"] == "paid"
            sums["charged"] += bill["total"]
            sums["collected"] += bill["paid"]
            sums["outstanding"] += left if bill["state"] == "open" else 0
            sums["written_off"] += left if bill["state"] == "written_off" else 0
            sums["online"] += online[bill["id"]]
            for name, is_one in (
                ("pupils", True),
                ("payers", bill["paid"] > 0),
                ("online_payers", online[bill["id"]] > 0),
            ):
                if is_one:
                    people[(*part, name)].add(bill["student_id"])
                sums[name] = len(people[(*part, name)])
    return found


async def test_a_board_is_what_a_person_counts(counter: Counter, world: World) -> None:
    till = counter.till
    await a_month(counter, world, pupils=12, seed=4)
    last = date(2026, 11, 30)
    expected = await counted(till, MONTH, last)
    found = await board(till, till.principal, **{"from": str(MONTH), "to": str(last)})
    assert found["total"] == expected["all", None]
    assert found["total"]["online_payers"] > 0
    assert {("level", each["level"]): each["sums"] for each in found["levels"]} == {
        part: sums for part, sums in expected.items() if part[0] == "level"
    }
    assert {each["class_id"]: each["sums"] for each in found["classes"]} == {
        None if part[1] is None else str(part[1]): sums
        for part, sums in expected.items()
        if part[0] == "class"
    }
    names = [each["class_name"] for each in found["classes"]]
    assert names.index("6A1") < names.index("6A10") < names.index("10A1")
    assert {each["level"]: each["target"] for each in found["levels"]} == {
        "lower_secondary": 30,
        "upper_secondary": 80,
    }
    total = found["total"]
    share = found["share"]
    assert share["collected"] == round(100 * total["collected"] / total["charged"])
    assert "Học Sinh" not in str(found)
    assert found["waiting"] == {
        "reviews": 1, "events": 0, "rows": 0, "refunds": 0, "cash": 0, "waivers": 0,
    }  # fmt: skip
    came = await till.owner.fetchrow("select count(*) as n, sum(amount)::bigint as s from fund")
    assert came is not None
    assert (found["today"]["funds"], found["today"]["amount"]) == (came["n"], came["s"])
    assert len(found["days"]) == 30
    assert found["days"][-1] == found["today"]
    overdue = await till.owner.fetchrow(
        "select count(*) as n, coalesce(sum(total - paid), 0)::bigint as s from invoice"
        " where state = 'open' and not is_voluntary and paid < total and due_day < '2026-11-16'"
    )
    assert overdue is not None
    assert found["overdue"] == {"invoices": overdue["n"], "amount": overdue["s"]}


async def test_an_empty_board_is_all_nothing(till: Till) -> None:
    found = await board(till, till.accountant)
    assert found["total"] == dict.fromkeys(SUMS, 0)
    assert (found["levels"], found["classes"]) == ([], [])
    assert found["share"] == {"collected": None, "online_families": None, "online_value": None}
    assert (found["from_day"], found["to_day"]) == ("2026-08-01", "2027-07-31")
    for span in (("2026-11-02", "2026-11-01"), ("2020-01-01", "2026-01-01"), ("9999-12-31", None)):
        asked = {"from": span[0]} | ({"to": span[1]} if span[1] else {})
        answer = await till.get(till.accountant, "/boards", **asked)
        assert answer.status_code == (422 if span[1] else 200), answer.text


async def test_boards_are_the_offices_of_the_school(till: Till, world: World) -> None:
    other = await world.school()
    strange = await world.staff(other, "principal")
    assert (await till.get(strange, "/boards")).status_code == 404
    for who in (till.parent, await world.staff(till.school, "homeroom_teacher")):
        assert (await till.get(who, "/boards")).status_code == 403
    for who in (till.principal, till.accountant):
        answer = await till.api.get("/v1/fees/boards/department", headers=who.headers)
        assert answer.status_code == 403


async def test_the_department_reads_rates_and_none_of_few(
    counter: Counter, world: World, resources: Resources, clock: Clock
) -> None:
    till = counter.till
    admin = await world.department_admin(org_unit_id=1)
    small = await world.school()
    await a_month(counter, world, pupils=14, seed=7)
    assert await refresh(resources.pool, now=clock()) == 10
    assert await refresh(resources.pool, now=clock()) == 0
    found = await department(till, admin, clock())
    by_school = {each["school_id"]: each for each in found["items"]}
    assert by_school[small.id]["levels"] == []
    assert by_school[small.id]["share"]["collected"] is None
    sums = (await counted(till, MONTH, date(2026, 11, 30)))["all", None]
    mine = by_school[till.school.id]
    assert mine["share"]["collected"] == round(100 * sums["collected"] / sums["charged"])
    for level in mine["levels"]:
        assert level["target"] in (30, 80)
    said = str(found)
    for told in ("charged", "Học Sinh", str(sums["collected"])):
        assert told not in said
    # Until it is counted again the department sees what was counted.
    await till.bill(till.elder, 90_000_000, seq=9)
    assert await department(till, admin, clock()) == found
    clock.now += timedelta(minutes=51)
    assert await refresh(resources.pool, now=clock()) == 2
    fresh = await world.session(admin.account_id)
    later = await department(till, fresh, clock())
    assert later["share"]["collected"] < found["share"]["collected"]


async def test_another_departments_schools_are_not_there(till: Till, world: World) -> None:
    await world.org_unit(unit_id=2)
    far = await world.department_admin(org_unit_id=2)
    found = await department(till, far, till.now)
    assert (found["schools"], found["items"]) == (0, [])


def test_months_go_back_over_a_new_year() -> None:
    assert month_of(date(2027, 1, 31), back=1) == date(2026, 12, 1)
    assert month_of(date(2026, 12, 5), back=-1) == date(2027, 1, 1)
    assert month_of(date(2026, 11, 30), back=3) == date(2026, 8, 1)


async def department(till: Till, who: Person, now: datetime) -> dict[str, Any]:
    answer = await till.api.get(
        "/v1/fees/boards/department", params={"month": str(now.date())}, headers=who.headers
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
