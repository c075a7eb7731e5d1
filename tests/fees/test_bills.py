"""Bills follow from the facts of a period alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from app.fees.billing.compute import compute
from app.fees.billing.model import Bill, BillTooLong, Facts, Item, MealCredit, Pupil, Seat
from app.fees.billing.warnings import blocking, warnings_of
from app.fees.setup.model import PeriodCharge, Waiver
from app.ids import new_id

FIRST, LAST, DUE = date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 25)
_AT = datetime(2026, 10, 1, tzinfo=UTC)
CLASSES = [UUID(int=1), UUID(int=2)]
WEEKDAYS = [
    FIRST + timedelta(days=n) for n in range(30) if (FIRST + timedelta(days=n)).isoweekday() < 6
]


def item(name: str = "Dịch vụ bán trú", **changes: Any) -> Item:
    made = Item(
        id=new_id(), name=name, category="service", legal_basis="Nghị quyết 12", unit="period",
        cap=None, is_voluntary=False, receipt_kind="receipt",
    )  # fmt: skip
    return structs.replace(made, **changes)


MEAL = item("Tiền ăn", category="meal", unit="day")
SERVICE = item()
CLUB = item("Câu lạc bộ", is_voluntary=True)
ITEMS = {each.id: each for each in (MEAL, SERVICE, CLUB)}


def charge(of: Item, amount: int, **changes: Any) -> PeriodCharge:
    made = PeriodCharge(
        id=new_id(), item_id=of.id, seq=1, due_day=None, amount=amount, quantity=None,
        scope="school", ref="",
    )  # fmt: skip
    return structs.replace(made, **changes)


def pupil(
    n: int = 0, *, class_id: UUID = CLASSES[0], grade: int = 6, seats: list[Seat] | None = None
) -> Pupil:
    here = [Seat(class_id=class_id, from_day=date(2026, 9, 5), to_day=None)]
    return Pupil(
        id=UUID(int=1000 + n), name=f"Em {n}", sort_key=f"{n:04}", class_id=class_id,
        class_name="6A1", grade=grade, seats=here if seats is None else seats,
    )  # fmt: skip


def facts(*charges: PeriodCharge, pupils: list[Pupil] | None = None, **changes: Any) -> Facts:
    made = Facts(
        from_day=FIRST, to_day=LAST, due_day=DUE, items=ITEMS, charges=list(charges),
        pupils=pupils or [pupil()], days=dict.fromkeys(CLASSES, WEEKDAYS), waivers={}, credits={},
        live=set(), carried={},
    )  # fmt: skip
    return structs.replace(made, **changes)


def waiver(of: Pupil, value: int, *, kind: str = "percent", about: Item | None = None) -> Waiver:
    return Waiver(
        id=new_id(), school_id=1, student_id=of.id, item_id=None if about is None else about.id,
        kind="percent" if kind == "percent" else "amount", value=value, ground="policy",
        reason=b"", from_day=FIRST, to_day=LAST, state="approved", requested_by=new_id(),
        requested_at=_AT, decided_by=new_id(), decided_at=_AT, decided_reason=None,
        ended_at=None,
    )  # fmt: skip


def meal(of: Pupil, day: int, amount: int = 30_000) -> MealCredit:
    return MealCredit(
        student_id=of.id, item_id=MEAL.id, day=date(2026, 10, day), amount=amount, ground="leave",
        charged_on=UUID(int=7),
    )  # fmt: skip


def only_bill(made: Facts) -> Bill:
    (bill,) = compute(made).bills
    return bill


def test_the_most_specific_charge_of_an_item_counts() -> None:
    here, there, alone = pupil(1), pupil(2, class_id=CLASSES[1]), pupil(3, class_id=CLASSES[1])
    other = pupil(4, grade=7)
    found = compute(
        facts(
            charge(SERVICE, 100),
            charge(SERVICE, 90, scope="grade", ref="7"),
            charge(SERVICE, 80, scope="class", ref=str(CLASSES[1])),
            charge(SERVICE, 70, scope="student", ref=str(alone.id)),
            pupils=[here, there, alone, other],
        )
    )
    assert {bill.student_id: bill.total for bill in found.bills} == {
        here.id: 100, there.id: 80, alone.id: 70, other.id: 90
    }  # fmt: skip


def test_nought_for_a_pupil_means_that_it_is_not_asked() -> None:
    made = facts(charge(SERVICE, 100), charge(SERVICE, 0, scope="student", ref=str(pupil().id)))
    found = compute(made)
    assert (found.bills, found.without_charge) == ([], [pupil().id])


def test_a_daily_item_counts_the_days_on_which_the_pupil_was_in_a_class_that_had_school() -> None:
    moved = pupil(
        seats=[
            Seat(class_id=CLASSES[0], from_day=date(2026, 9, 5), to_day=date(2026, 11, 10)),
            Seat(class_id=CLASSES[1], from_day=date(2026, 11, 11), to_day=None),
        ]
    )
    days = {CLASSES[0]: WEEKDAYS, CLASSES[1]: [date(2026, 11, 9), date(2026, 11, 12)]}
    bill = only_bill(facts(charge(MEAL, 30_000), pupils=[moved], days=days))
    assert bill.lines[0].quantity == 7 + 1
    came = pupil(seats=[Seat(class_id=CLASSES[0], from_day=date(2026, 11, 26), to_day=None)])
    assert only_bill(facts(charge(MEAL, 30_000), pupils=[came])).total == 3 * 30_000


def test_offers_and_instalments_are_bills_of_their_own() -> None:
    found = compute(
        facts(
            charge(SERVICE, 100),
            charge(CLUB, 50),
            charge(SERVICE, 60, seq=2, due_day=date(2026, 12, 10)),
        )
    ).bills
    assert [(bill.seq, bill.is_voluntary, bill.total, bill.due_day) for bill in found] == [
        (1, False, 100, DUE), (2, False, 60, date(2026, 12, 10)), (1, True, 50, DUE)
    ]  # fmt: skip


def test_who_has_a_live_bill_of_the_instalment_gets_no_second() -> None:
    made = facts(charge(SERVICE, 100), charge(CLUB, 50), live={(pupil().id, 1, False)})
    found = compute(made)
    assert [bill.is_voluntary for bill in found.bills] == [True]
    assert found.already == [(pupil().id, 1, False)]


def test_a_waiver_leaves_offers_alone_and_a_full_one_makes_a_bill_of_nothing() -> None:
    made = facts(
        charge(SERVICE, 101), charge(CLUB, 50), waivers={pupil().id: [waiver(pupil(), 100)]}
    )
    owed, offer = compute(made).bills
    assert (owed.charged, owed.waived, owed.total) == (101, 101, 0)
    assert (offer.waived, offer.lines[0].waiver_id) == (0, None)
    assert {each.kind for each in warnings_of(made, compute(made), today=FIRST)} == {"zero_bill"}


def test_meals_lower_the_next_bill_as_many_as_fit() -> None:
    credits = {pupil().id: [meal(pupil(), day) for day in (5, 6, 7, 8)]}
    bill = only_bill(facts(charge(SERVICE, 100_000), credits=credits))
    assert bill.total == 100_000 - 3 * 30_000
    assert [credit.day.day for credit in bill.credits] == [5, 6, 7]
    (line,) = [line for line in bill.lines if line.kind == "meal_credit"]
    assert (line.quantity, line.unit_amount, line.amount) == (3, -30_000, -90_000)


def test_an_offer_gives_back_only_meals_that_it_asks_for() -> None:
    credits = {pupil().id: [meal(pupil(), 5)]}
    assert only_bill(facts(charge(CLUB, 100_000), credits=credits)).credits == []
    meals = structs.replace(MEAL, is_voluntary=True)
    made = facts(charge(meals, 30_000), credits=credits, items=ITEMS | {MEAL.id: meals})
    assert only_bill(made).meal_credit == 30_000


def test_what_may_not_be_billed_any_more_blocks() -> None:
    dear, over = structs.replace(SERVICE, cap=99), structs.replace(MEAL, is_ended=True)
    banned = structs.replace(CLUB, is_forbidden=True)
    made = facts(
        charge(dear, 100), charge(over, 1), charge(banned, 1),
        items={each.id: each for each in (dear, over, banned)}, account_is_ended=True,
    )  # fmt: skip
    kinds = {each.kind for each in blocking(made)}
    assert kinds == {"over_cap", "item_ended", "forbidden", "account_ended"}
    assert blocking(facts(charge(structs.replace(SERVICE, cap=100), 100))) == []


def test_a_bill_has_so_many_lines_and_no_more() -> None:
    many = [item(f"Khoản {n}") for n in range(101)]
    with pytest.raises(BillTooLong):
        compute(facts(*[charge(each, 1) for each in many], items={e.id: e for e in many}))


def test_warnings_name_pupils_without_a_bill_and_those_who_have_one() -> None:
    here, there = pupil(1), pupil(2)
    made = facts(
        charge(SERVICE, 100, scope="student", ref=str(here.id)),
        charge(MEAL, 30_000, scope="student", ref=str(here.id), seq=2),
        pupils=[here, there], live={(here.id, 1, False)}, carried={here.id: 5, new_id(): 7},
        days={key: [] for key in CLASSES},
    )  # fmt: skip
    found = {each.kind: each for each in warnings_of(made, compute(made), today=FIRST)}
    assert found["without_charge"].student_names == ["Em 2"]
    assert found["already_billed"].student_names == ["Em 1"]
    assert found["carried_credit"].amount == 5
    assert found["no_school_days"].item_name == "Tiền ăn"


_AMOUNT = st.integers(0, 500_000)


@st.composite
def periods(draw: st.DrawFn) -> Facts:
    """Facts of a few pupils with charges, waivers and credits as they come."""
    pupils = [
        pupil(n, class_id=draw(st.sampled_from(CLASSES)), grade=draw(st.integers(6, 7)))
        for n in range(draw(st.integers(1, 4)))
    ]
    targets = [("school", ""), ("grade", "6"), ("grade", "7")]
    targets += [("class", str(each)) for each in CLASSES]
    targets += [("student", str(each.id)) for each in pupils]
    charges: dict[tuple[Any, ...], PeriodCharge] = {}
    for _ in range(draw(st.integers(0, 8))):
        of, seq = draw(st.sampled_from([MEAL, SERVICE, CLUB])), draw(st.integers(1, 3))
        scope, ref = draw(st.sampled_from(targets))
        quantity = draw(st.none() | st.integers(1, 40))
        charges[of.id, seq, scope, ref] = charge(
            of, draw(_AMOUNT), seq=seq, scope=scope, ref=ref, quantity=quantity
        )
    waivers = {
        each.id: [
            waiver(
                each,
                draw(st.integers(1, 100)),
                kind=draw(st.sampled_from(["percent", "amount"])),
                about=draw(st.sampled_from([None, MEAL, SERVICE, CLUB])),
            )
            for _ in range(draw(st.integers(0, 2)))
        ]
        for each in pupils
    }
    credits = {
        each.id: [
            meal(each, day, draw(st.integers(1, 60_000)))
            for day in range(1, draw(st.integers(1, 20)))
        ]
        for each in pupils
    }
    return facts(*charges.values(), pupils=pupils, waivers=waivers, credits=credits)


@settings(max_examples=150, deadline=None)
@given(periods())
def test_the_sums_of_a_bill_hold_whatever_was_set_up(made: Facts) -> None:
    computed = compute(made)
    keys = [(bill.student_id, bill.seq, bill.is_voluntary) for bill in computed.bills]
    assert len(set(keys)) == len(keys)
    for bill in computed.bills:
        assert bill.charged == sum(line.amount for line in bill.lines)
        assert bill.waived == sum(line.waived for line in bill.lines)
        assert 0 <= bill.waived <= bill.charged
        assert bill.meal_credit == -sum(line.amount for line in bill.lines if line.amount < 0)
        for line in bill.lines:
            assert line.amount == line.quantity * line.unit_amount
            assert 0 <= line.waived <= max(line.amount, 0)
            assert made.items[line.item_id].is_voluntary <= bill.is_voluntary
    for pupil_id, credits in made.credits.items():
        used = [c for b in computed.bills if b.student_id == pupil_id for c in b.credits]
        assert len({(c.item_id, c.day) for c in used}) == len(used)
        assert all(credit in credits for credit in used)
    issued = structs.replace(made, live=set(keys))
    assert compute(issued).bills == []
