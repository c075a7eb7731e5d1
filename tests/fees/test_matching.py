"""Which bills a transfer pays, as a pure decision."""

from datetime import date, timedelta
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given
from msgspec import structs

from app.fees.money.model import Review
from app.fees.receiving.matching import (
    Bill,
    Facts,
    Intent,
    Named,
    Verdict,
    Wanted,
    judge,
)
from app.fees.references import new_reference, references_in
from tests.fakes.bank import MANGLINGS, Mangling, mangled

BANK, OTHER_BANK = UUID(int=1), UUID(int=2)
ELDER, YOUNGER = UUID(int=11), UUID(int=12)
DUE = date(2026, 11, 25)


def bill(number: int, left: int = 100, **changes: object) -> Bill:
    made = Bill(
        invoice_id=UUID(int=100 + number),
        student_id=ELDER,
        account_id=BANK,
        state="open",
        is_voluntary=False,
        accepts_partial=False,
        due_day=DUE + timedelta(days=number),
        left=left,
    )
    return structs.replace(made, **changes)


def named(*bills: Bill) -> list[Named]:
    """Each by a reference of its own."""
    return [
        Named(ref=f"HP{each.invoice_id}", wanted=(Wanted(bill=each, amount=each.left),))
        for each in bills
    ]


def intent(*wanted: tuple[Bill, int], state: str = "pending", is_over: bool = False) -> Named:
    return Named(
        ref="HPINTENT",
        wanted=tuple(Wanted(bill=each, amount=amount) for each, amount in wanted),
        intent=Intent(id=UUID(int=9), state=state, is_over=is_over),  # type: ignore[arg-type]
    )


def verdict(amount: int, found: list[Named], *, has_references: bool = True) -> Verdict:
    facts = Facts(amount=amount, account_id=BANK, has_references=has_references)
    return judge(facts, found)


def shares(found: Verdict) -> list[tuple[int, int]]:
    return [(share.invoice_id.int - 100, share.amount) for share in found.shares]


def waits(found: Verdict, review: Review) -> bool:
    """Nothing is paid, nothing is anybody's, and a person is to look."""
    return found == Verdict(review=review)


def test_what_names_nothing_waits() -> None:
    assert waits(verdict(100, [], has_references=False), "no_reference")
    assert waits(verdict(100, []), "unknown_reference")


def test_an_exact_sum_pays_all_that_is_named() -> None:
    alone = verdict(100, named(bill(1)))
    assert shares(alone) == [(1, 100)]
    assert alone == Verdict(shares=alone.shares)
    siblings = named(bill(2, 70), bill(1, 50, student_id=YOUNGER))
    found = verdict(120, siblings)
    assert shares(found) == [(2, 70), (1, 50)]
    assert found.review is None
    assert found.credit_student_id is None


def test_an_intent_pays_the_shares_that_were_asked_for() -> None:
    asked = intent((bill(1, 100), 60), (bill(2, 100, student_id=YOUNGER), 100))
    found = verdict(160, [asked])
    assert shares(found) == [(1, 60), (2, 100)]
    assert found.intent_id == UUID(int=9)
    late = structs.replace(asked, intent=Intent(id=UUID(int=9), state="expired", is_over=True))
    assert shares(verdict(160, [late])) == [(1, 60), (2, 100)], "late, but exact"
    assert waits(verdict(150, [late]), "late")


def test_an_intent_that_no_longer_fits_is_judged_by_its_bills() -> None:
    partial = bill(1, 40, accepts_partial=True)
    found = verdict(60, [intent((partial, 60))])
    assert shares(found) == [(1, 40)]
    assert (found.review, found.credit_student_id, found.intent_id) == ("over", ELDER, None)
    assert waits(verdict(60, [intent((bill(1, 100), 60), state="succeeded")]), "duplicate")


def test_who_sends_more_than_a_code_asks_for_has_paid_it() -> None:
    asked = intent((bill(1, 100), 100), (bill(2, 100, student_id=YOUNGER), 60))
    found = verdict(200, [asked])
    assert (shares(found), found.review, found.intent_id) == (
        [(1, 100), (2, 60)],
        "over",
        UUID(int=9),
    )
    found = verdict(260, [asked, *named(bill(3))])
    assert (found.review, found.intent_id) == (None, UUID(int=9)), "with a bill beside it"
    assert verdict(300, [asked, intent((bill(3), 50))]).intent_id is None, "which of the two"
    less = intent((bill(1, 40, accepts_partial=True), 100))
    assert verdict(50, [less]).intent_id is None, "another has paid the most of it"


def test_an_intent_gives_a_bill_no_more_than_was_asked_for_it() -> None:
    offer = bill(2, 500, is_voluntary=True, accepts_partial=True)
    found = verdict(1100, [intent((bill(1, 0), 1000), (offer, 100))])
    assert (shares(found), found.review) == ([(2, 100)], "over")
    part = bill(1, 100, accepts_partial=True)
    assert shares(verdict(90, [intent((part, 60))])) == [(1, 60)]
    assert shares(verdict(160, [intent((part, 60)), *named(part)])) == [(1, 100)]


def test_more_than_due_pays_and_leaves_the_rest_free() -> None:
    found = verdict(150, named(bill(1)))
    assert (shares(found), found.review) == ([(1, 100)], "over")
    assert found.credit_student_id == ELDER
    siblings = verdict(250, named(bill(1), bill(2, student_id=YOUNGER)))
    assert (shares(siblings), siblings.review) == ([(1, 100), (2, 100)], "over")
    assert siblings.credit_student_id is None, "nobody knows whose it is"


def test_less_than_due_pays_the_oldest_first_where_that_is_allowed() -> None:
    found = verdict(130, named(bill(2, accepts_partial=True), bill(1, accepts_partial=True)))
    assert (shares(found), found.review) == ([(1, 100), (2, 30)], None)
    assert waits(verdict(99, named(bill(1))), "under")
    mixed = named(bill(1, accepts_partial=True), bill(2))
    assert waits(verdict(100, mixed), "under"), "which of the two is a guess"
    offer = bill(1, is_voluntary=True, accepts_partial=True)
    debt_first = verdict(130, named(offer, bill(5, accepts_partial=True)))
    assert shares(debt_first) == [(5, 100), (1, 30)]


@pytest.mark.parametrize("state", ["draft", "void", "written_off"])
def test_a_bill_that_takes_no_money_takes_none(state: str) -> None:
    assert waits(verdict(100, named(bill(1, state=state))), "not_open")
    found = verdict(200, named(bill(1, state=state), bill(2)))
    assert (shares(found), found.review) == ([(2, 100)], "over")


def test_paid_bills_and_other_accounts_wait() -> None:
    assert waits(verdict(100, named(bill(1, 0))), "duplicate")
    assert waits(verdict(100, named(bill(1, account_id=OTHER_BANK))), "other_account")
    assert waits(verdict(60, [intent((bill(1, account_id=OTHER_BANK), 60))]), "other_account")


def test_a_bill_that_is_named_twice_is_paid_once() -> None:
    twice = [*named(bill(1)), intent((bill(1), 100))]
    found = verdict(100, twice)
    assert (shares(found), found.review) == ([(1, 100)], None)
    assert shares(verdict(200, twice)) == [(1, 100)]


bills = st.builds(
    bill,
    st.integers(1, 6),
    st.integers(0, 500),
    student_id=st.sampled_from([ELDER, YOUNGER]),
    account_id=st.sampled_from([BANK, BANK, BANK, OTHER_BANK]),
    state=st.sampled_from(["open", "open", "open", "void", "written_off", "draft"]),
    is_voluntary=st.booleans(),
    accepts_partial=st.booleans(),
)


@st.composite
def references(draw: st.DrawFn) -> list[Named]:
    """Of consistent bills: one id is one bill, however often it is named."""
    known = {each.invoice_id: each for each in draw(st.lists(bills, max_size=6))}
    found: list[Named] = []
    for _ in range(draw(st.integers(0, 4))):
        if not known:
            break
        own = draw(st.lists(st.sampled_from(list(known.values())), min_size=1, max_size=4))
        distinct = list({each.invoice_id: each for each in own}.values())
        if draw(st.booleans()):
            found += named(distinct[0])
        else:
            found.append(
                intent(
                    *((each, draw(st.integers(1, 500))) for each in distinct),
                    state=draw(st.sampled_from(["pending", "succeeded", "failed", "expired"])),
                    is_over=draw(st.booleans()),
                )
            )
    return found


@given(references(), st.integers(1, 2000))
def test_never_more_than_is_due_nor_than_has_come(found: list[Named], amount: int) -> None:
    judged = verdict(amount, found)
    by_id = {want.bill.invoice_id: want.bill for each in found for want in each.wanted}
    paid = [share.invoice_id for share in judged.shares]
    assert len(set(paid)) == len(paid)
    for share in judged.shares:
        paying = by_id[share.invoice_id]
        assert 0 < share.amount <= paying.left
        assert paying.state == "open"
        assert paying.account_id == BANK
    plain = {want.bill.invoice_id for each in found if not each.intent for want in each.wanted}
    for share in judged.shares:
        asked = sum(
            want.amount
            for each in found
            for want in each.wanted
            if want.bill.invoice_id == share.invoice_id
        )
        assert share.invoice_id in plain or share.amount <= asked
    free = amount - sum(share.amount for share in judged.shares)
    assert free >= 0
    assert (free > 0) == (judged.review is not None), "what is left is looked at"
    if judged.credit_student_id is not None:
        pupils = {each.student_id for each in by_id.values()}
        assert pupils == {judged.credit_student_id}


@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=6),
    st.integers(1, 500),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_does_not_change_what_a_bill_gets(
    amounts: list[int], total: int, accepts_partial: bool, lots: object
) -> None:
    def after(order: list[int]) -> int:
        left = total
        for amount in order:
            one = bill(1, left, accepts_partial=accepts_partial)
            left -= sum(share.amount for share in verdict(amount, named(one)).shares)
        return total - left

    shuffled = list(amounts)
    lots.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(amounts) == after(shuffled)


@given(st.sampled_from(MANGLINGS), st.booleans())
def test_a_reference_is_found_in_what_banks_make_of_a_memo(how: Mangling, alone: bool) -> None:
    reference = new_reference()
    memo = reference if alone else f"{reference} Học phí tháng 11 của Đỗ Thị Ánh, lớp 6A1"
    assert references_in(mangled(memo, how))[0] == reference
