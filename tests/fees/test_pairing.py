"""Which rows of a statement are money that is known already. Pure."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.fees.office.model import StatementRow
from app.fees.office.pairing import KnownFund, Print, pair
from app.fees.references import new_reference, packed
from app.ids import new_id

DAY = date(2026, 11, 16)


def row(
    n: int, amount: int = 100, ref: str | None = None, memo: str = "m", **how: Any
) -> StatementRow:
    return StatementRow(
        n=n,
        at=datetime(2026, 11, 16, tzinfo=UTC),
        day=how.get("day", DAY),
        amount=amount,
        balance=None,
        bank_ref=ref,
        memo=memo,
    )


def fund(ref: str, amount: int = 100, memo: str = "m", **how: Any) -> KnownFund:
    return KnownFund(
        id=how.get("id", new_id()),
        bank_ref=ref,
        amount=amount,
        day=how.get("day", DAY),
        memo=memo,
        in_statement=how.get("in_statement", False),
        is_struck=how.get("is_struck", False),
    )


def test_a_reference_wins_over_day_and_memo() -> None:
    known = fund("FT1", memo="other", day=date(2026, 11, 15))
    (fate,) = pair([row(1, ref="FT1")], [known])
    assert fate.fund_id == known.id


def test_what_goes_out_has_no_fate_here() -> None:
    assert pair([row(1, amount=-5)], []) == []


def test_equal_rows_get_equal_names_whenever_they_are_read() -> None:
    first = [fate.bank_ref for fate in pair([row(1), row(2)], [])]
    again = [fate.bank_ref for fate in pair([row(7), row(9)], [])]
    assert first == again
    assert len(set(first)) == 2


def test_memos_are_compared_as_banks_mangle_them() -> None:
    assert packed("Nộp  tiền: HỌC-phí, đợt 1") == packed("NOP TIEN HOC PHI DOT 1")


def test_memos_that_name_different_bills_are_different_transfers() -> None:
    one, two = new_reference(), new_reference()
    (fate,) = pair([row(1, ref="A", memo=one)], [fund("B", memo=two)])
    assert (fate.waits, fate.fund_id) == (None, None)
    (fate,) = pair([row(1, ref="A", memo=one)], [fund("B", memo=f"{one} x")])
    assert fate.waits == "maybe_known"


def test_another_channel_of_the_bank_may_name_it_otherwise() -> None:
    (fate,) = pair([row(1, ref="5078-1", memo="x")], [fund("FT1", memo="y")])
    assert fate.waits == "maybe_known"
    nameless = fund("row:1")
    (fate,) = pair([row(1, ref="5078-1")], [nameless])
    assert fate.fund_id == nameless.id


def test_a_number_of_the_day_names_a_transfer_of_its_day_alone() -> None:
    """ACB, Agribank and BIDV begin again each morning."""
    tomorrow = date(2026, 11, 17)
    known = fund("7301", memo="x", in_statement=True)
    assert pair([row(1, ref="7301", memo="y")], [known])[0].fund_id == known.id
    (fate,) = pair([row(1, ref="7301", memo="y", day=tomorrow)], [known])
    assert (fate.fund_id, fate.waits, (fate.bank_ref or "")[:4]) == (None, None, "row:")
    made = fund(fate.bank_ref or "", memo="y", day=tomorrow, in_statement=True)
    assert pair([row(1, ref="7301", memo="y", day=tomorrow)], [known, made])[0].fund_id == made.id
    (other,) = pair([row(1, 5, ref="7301", day=tomorrow)], [known])
    assert (other.waits, other.fund_id) == (None, None)
    both = pair([row(1, ref="7301"), row(2, ref="7301", day=tomorrow)], [])
    assert [each.waits for each in both] == [None, None]
    assert both[0].bank_ref != both[1].bank_ref


def test_what_was_sent_on_friday_night_and_posted_on_monday_says_so_by_its_memo() -> None:
    bill = new_reference()
    friday = fund("7301", memo=f"{bill} abc", day=date(2026, 11, 13))
    assert pair([row(1, ref="7301", memo=bill)], [friday])[0].fund_id == friday.id
    assert pair([row(1, ref="7301", memo="x")], [friday])[0].waits == "maybe_known"


def test_what_was_said_of_a_row_holds_when_it_is_printed_again() -> None:
    known = fund("FT1", memo="a")
    said: dict[Print, list[UUID]] = {("5078-1", DAY, 100, "B"): [known.id]}
    again = row(1, ref="5078-1", memo="b")
    assert pair([again], [known], said=said)[0].fund_id == known.id
    more = pair([again, row(2, ref="5078-1", memo="b")], [known], said=said)
    assert known.id not in [each.fund_id for each in more]
    assert pair([row(1, ref="5078-1", memo="c")], [known], said=said)[0].waits == "maybe_known"


_REFS = st.sampled_from([None, "FT1", "FT2", "FT3"])
_ROWS = st.lists(st.tuples(st.sampled_from([100, 200]), _REFS, st.sampled_from("ab")), max_size=8)
_KNOWN_REFS = st.sampled_from(["FT1", "FT2", "FT3", "sepay:1", "sepay:2", "row:1"])
_FUNDS = st.dictionaries(
    _KNOWN_REFS,
    st.tuples(st.sampled_from([100, 200]), st.sampled_from("ab")),
    max_size=5,
)


@settings(max_examples=60)
@given(_ROWS, _FUNDS)
def test_no_money_is_counted_twice_whatever_comes(
    drawn: list[tuple[int, str | None, str]], known: dict[str, tuple[int, str]]
) -> None:
    rows = [row(n, amount, ref, memo) for n, (amount, ref, memo) in enumerate(drawn, 1)]
    funds = [fund(ref, amount, memo) for ref, (amount, memo) in known.items()]
    fates = {fate.n: fate for fate in pair(rows, funds)}
    assert sorted(fates) == [each.n for each in rows]
    by_id: dict[UUID, KnownFund] = {each.id: each for each in funds}
    claimed = [fate.fund_id for fate in fates.values() if fate.fund_id is not None]
    assert len(set(claimed)) == len(claimed)
    new = [f.bank_ref for f in fates.values() if f.fund_id is None and f.waits is None]
    assert len(set(new)) == len(new)
    assert not set(new) & (set(known) - {"row:1"})
    for each in rows:
        fate = fates[each.n]
        if fate.fund_id is not None:
            assert by_id[fate.fund_id].amount == each.amount
            continue
        unclaimed = [f for f in funds if f.id not in claimed]
        if fate.waits is None:
            assert all((f.day, f.amount) != (each.day, each.amount) for f in unclaimed)


def test_a_gateways_day_is_not_the_day_of_posting() -> None:
    for days, waits in ((1, "maybe_known"), (3, "maybe_known"), (4, None)):
        sunday = fund("sepay:1", day=date(2026, 11, 16 - days))
        assert pair([row(1)], [sunday])[0].waits == waits
    shown = fund("FT1", day=date(2026, 11, 15), in_statement=True)
    assert pair([row(1, ref="FT2")], [shown])[0].waits is None


def test_a_days_many_equal_amounts_are_told_apart_at_once() -> None:
    """Of many funds each is looked at once, not once a row."""
    memos = [new_reference() for _ in range(600)]
    funds = [fund(f"G{n}", memo=memo) for n, memo in enumerate(memos)]
    rows = [row(n, ref=f"B{n}", memo=new_reference()) for n in range(600)]
    fates = pair(rows, funds)
    assert all(fate.waits is None and fate.fund_id is None for fate in fates)


def test_a_struck_fund_is_known_by_its_reference_and_its_row_alone() -> None:
    struck = fund("FT1", is_struck=True)
    (fate,) = pair([row(1, ref="FT1")], [struck])
    assert fate.fund_id == struck.id
    (fate,) = pair([row(1)], [struck])
    assert fate.fund_id == struck.id
    (other,) = pair([row(1, ref="FT9", memo="x")], [struck])
    assert (other.fund_id, other.waits, other.bank_ref) == (None, None, "FT9")


def test_of_two_equal_ones_a_row_is_the_one_that_was_not_struck() -> None:
    struck, real = fund("row:a", is_struck=True), fund("row:b")
    (fate,) = pair([row(1)], [struck, real])
    assert fate.fund_id == real.id
    both = pair([row(1), row(2)], [struck, real])
    assert {fate.fund_id for fate in both} == {struck.id, real.id}
