"""Money that is in the books twice goes out by two people, and comes back if they were wrong."""

import asyncio
from uuid import UUID

import pytest

from app import db
from app.errors import AppError
from app.fees.errors import (
    BothInStatement,
    FundInUse,
    MoreThanFree,
    NoSuchFund,
    NotProvedMissing,
    NotTheSame,
    OtherIsStruck,
    RefundDecided,
    SamePerson,
)
from app.fees.money import refunds, striking
from app.fees.money.check import differences
from app.fees.money.model import Channel, NewStrike, Share
from app.fees.money.rebuild import rebuild
from app.ids import new_id
from tests.fees.facts import facts_of, must_hold
from tests.fees.purse import Purse, lose, state_of
from tests.fees.test_money import books, papers, settled


async def fund(purse: Purse, ref: str, amount: int = 100, channel: Channel = "transfer") -> UUID:
    got = await purse.do(lambda c: purse.receive(c, amount, ref=ref, channel=channel))
    return got.fund_id


async def ask(conn: db.Conn, purse: Purse, fund_id: UUID, of: UUID | None) -> UUID:
    double = NewStrike(
        id=new_id(), fund_id=fund_id, double_of=of, reason="Ghi trùng",
        requested_by=purse.accountant,
    )  # fmt: skip
    await striking.ask(conn, school_id=purse.school_id, strike=double, now=purse.now)
    return double.id


async def strike(conn: db.Conn, purse: Purse, refund_id: UUID, by: UUID | None = None) -> None:
    await striking.strike(
        conn, school_id=purse.school_id, refund_id=refund_id, decided_by=by or purse.principal,
        reason=None, now=purse.now,
    )  # fmt: skip


async def restore(conn: db.Conn, purse: Purse, refund_id: UUID) -> None:
    await striking.restore(
        conn, school_id=purse.school_id, refund_id=refund_id, by=purse.accountant, now=purse.now
    )


async def struck(purse: Purse, fund_id: UUID, of: UUID | None) -> UUID:
    double = await purse.do(lambda c: ask(c, purse, fund_id, of))
    await purse.do(lambda c: strike(c, purse, double))
    return double


async def holds(purse: Purse) -> None:
    await settled(purse)
    await must_hold(purse.owner, purse.school_id, await facts_of(purse.owner, purse.school_id))


@pytest.mark.parametrize("channel", ["transfer", "cash"])
async def test_a_fund_told_of_twice_leaves_the_books_once(purse: Purse, channel: Channel) -> None:
    first, twice = [await fund(purse, ref, channel=channel) for ref in ("FT1", "FT2")]
    double = await purse.do(lambda c: ask(c, purse, twice, first))
    assert await books(purse) == {"money": 200, "unallocated": -100, "refund_payable": -100}
    with pytest.raises(SamePerson):
        await purse.do(lambda c: strike(c, purse, double, by=purse.accountant))
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: purse.send(c, double))
    await purse.do(lambda c: strike(c, purse, double))
    assert await books(purse) == {"money": 100, "unallocated": -100}
    assert await papers(purse) == [
        ("credit_slip", 1, 100, "live"), ("credit_slip", 2, 100, "void"),
    ]  # fmt: skip
    again = await purse.do(lambda c: purse.receive(c, 100, ref="FT2", channel=channel))
    assert (again.fund_id, again.is_new) == (twice, False)
    for wrong in (
        purse.pay_out(purse.owner, double, ref="FT9"),
        strike(purse.owner, purse, double),
    ):
        with pytest.raises(RefundDecided):
            await wrong
    await holds(purse)


async def test_what_was_two_transfers_after_all_counts_again(purse: Purse) -> None:
    async with purse.step() as conn:
        got = await purse.receive(conn, 100, ref="FT2", credit=purse.students[0])
    double = await struck(purse, got.fund_id, await fund(purse, "FT1"))
    await purse.do(lambda c: restore(c, purse, double))
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: restore(c, purse, double))
    assert await books(purse) == {"money": 200, "unallocated": -200}
    row = await purse.owner.fetchrow(
        "select free, review, credit_student_id from fund where id = $1", got.fund_id
    )
    assert row is not None
    assert tuple(row) == (100, "duplicate", None)
    await holds(purse)
    await struck(purse, got.fund_id, await fund(purse, "FT3"))
    await holds(purse)


async def test_a_rejected_request_frees_the_money(purse: Purse) -> None:
    first, twice = await fund(purse, "FT1"), await fund(purse, "FT2")
    double = await purse.do(lambda c: ask(c, purse, twice, first))
    await purse.do(lambda c: purse.release(c, double, "rejected"))
    with pytest.raises(RefundDecided):
        await purse.do(lambda c: restore(c, purse, double))
    assert await books(purse) == {"money": 200, "unallocated": -200}
    await holds(purse)


async def test_what_is_no_double_is_refused(purse: Purse) -> None:
    first, twice = await fund(purse, "FT1"), await fund(purse, "FT2")
    less, cash = await fund(purse, "FT3", 90), await fund(purse, "C1", channel="cash")
    used = await fund(purse, "FT4")
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 40, 0)]))
    await purse.do(lambda c: purse.allocate(c, used, Share(invoice_id=bill, amount=40)))
    for fund_id, of, error in [
        (twice, twice, NotTheSame), (twice, less, NotTheSame), (twice, cash, NotTheSame),
        (used, first, FundInUse), (twice, new_id(), NoSuchFund),
    ]:  # fmt: skip
        with pytest.raises(error):
            await purse.do(lambda c, f=fund_id, o=of: ask(c, purse, f, o))  # type: ignore[misc]
    await struck(purse, twice, used)
    with pytest.raises(OtherIsStruck):
        await purse.do(lambda c: ask(c, purse, first, twice))
    with pytest.raises(FundInUse):
        await purse.do(lambda c: ask(c, purse, twice, first))
    await holds(purse)


async def test_three_counts_of_one_transfer_leave_one(purse: Purse) -> None:
    one, two, three = [await fund(purse, f"FT{n}") for n in range(3)]
    first = await struck(purse, three, two)
    await struck(purse, two, one)
    assert await books(purse) == {"money": 100, "unallocated": -100}
    with pytest.raises(OtherIsStruck):
        await purse.do(lambda c: ask(c, purse, one, three))
    await purse.do(lambda c: restore(c, purse, first))
    await struck(purse, one, three)
    await holds(purse)


async def test_of_two_who_strike_each_others_fund_one_is_refused(purse: Purse) -> None:
    one, two = await fund(purse, "FT1"), await fund(purse, "FT2")
    told = await asyncio.gather(
        *(
            _at_once(purse, lambda c, f=f, o=o: ask(c, purse, f, o))
            for f, o in [(one, two), (two, one)]
        )
    )
    assert sorted(told) == ["OtherIsStruck", "done"]
    await holds(purse)


async def test_two_approvals_at_once_take_it_out_once(purse: Purse) -> None:
    one, two = await fund(purse, "FT1"), await fund(purse, "FT2")
    double = await purse.do(lambda c: ask(c, purse, two, one))
    told = await asyncio.gather(
        *(_at_once(purse, lambda c: strike(c, purse, double)) for _ in range(4))
    )
    assert sorted(told) == ["RefundDecided"] * 3 + ["done"]
    assert await books(purse) == {"money": 100, "unallocated": -100}
    await holds(purse)


async def test_struck_and_allocated_at_once_it_is_one_of_both(purse: Purse) -> None:
    one, two = await fund(purse, "FT1"), await fund(purse, "FT2")
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    share = Share(invoice_id=bill, amount=10)
    told = await asyncio.gather(
        _at_once(purse, lambda c: ask(c, purse, two, one)),
        _at_once(purse, lambda c: purse.allocate(c, two, share)),
    )
    assert set(told) in ({"done", "MoreThanFree"}, {"FundInUse", "done"})
    await holds(purse)


async def _at_once(purse: Purse, work) -> str:  # type: ignore[no-untyped-def]
    try:
        async with db.transaction(purse.pool, schools=[purse.school_id]) as conn:
            await work(conn)
    except AppError as error:
        return type(error).__name__
    return "done"


async def test_of_two_rows_of_one_statement_neither_is_struck(purse: Purse) -> None:
    one, two, three = [await fund(purse, f"FT{n}") for n in range(3)]
    await struck(purse, three, one)
    double = await purse.do(lambda c: ask(c, purse, two, one))
    # The statement has `two`, and under its own name the one that was struck for `one`.
    await _in_statement(purse, two, three)
    with pytest.raises(BothInStatement):
        await purse.do(lambda c: strike(c, purse, double))
    await purse.do(lambda c: purse.release(c, double, "rejected"))
    with pytest.raises(BothInStatement):
        await purse.do(lambda c: ask(c, purse, two, one))
    await holds(purse)


async def _in_statement(purse: Purse, *funds: UUID, days: str = "2026-11-16") -> UUID:
    statement_id = new_id()
    await purse.owner.execute(
        """
        insert into bank_statement (school_id, id, account_id, file_name, file_hash, profile,
               from_day, to_day, imported_by, imported_at)
        values ($1, $2, $3, 'sao-ke.csv', '\\x00', 'general', '2026-11-16', $6::text::date, $4, $5)
        """,
        purse.school_id, statement_id, purse.bank_id, purse.accountant, purse.now, days,
    )  # fmt: skip
    for n, fund_id in enumerate(funds, 1):
        await purse.owner.execute(
            "insert into bank_statement_row (school_id, statement_id, n, at, day, amount, fund_id)"
            " values ($1, $2, $3, $4, '2026-11-16', 100, $5)",
            purse.school_id, statement_id, n, purse.now, fund_id,
        )  # fmt: skip
    return statement_id


async def test_cash_goes_back_from_the_bank_account_and_the_till_stays_full(purse: Purse) -> None:
    await fund(purse, "FT1", 500)
    cash = await fund(purse, "C1", channel="cash")
    refund = await purse.do(lambda c: purse.ask_back(c, cash, 40, from_account=purse.bank_id))
    await purse.do(lambda c: purse.send(c, refund))
    await purse.do(lambda c: purse.pay_out(c, refund, ref="FT9"))
    sums = await purse.owner.fetch(
        "select account, sum(amount)::int from ledger_entry where account like 'money:%' group by 1"
    )
    assert dict(map(tuple, sums)) == {f"money:{purse.bank_id}": 460, f"money:{purse.cash_id}": 100}
    await holds(purse)


async def test_what_doubles_and_cash_did_is_derived_again(purse: Purse) -> None:
    await test_what_was_two_transfers_after_all_counts_again(purse)
    cash = await fund(purse, "C1", channel="cash")
    refund = await purse.do(lambda c: purse.ask_back(c, cash, 40, from_account=purse.bank_id))
    await purse.do(lambda c: purse.send(c, refund))
    await purse.do(lambda c: purse.pay_out(c, refund, ref="FT9"))
    await is_derived_again(purse, "refund_struck", "refund_restored")


async def is_derived_again(purse: Purse, *kinds: str) -> None:
    """What is lost of the books, of these kinds too, is there again as it was."""
    before = await state_of(purse.owner, purse.school_id)
    await lose(purse.owner, purse.school_id)
    found = await purse.do(lambda c: rebuild(c, school_id=purse.school_id, now=purse.now))
    assert set(kinds) <= {each.subject.split()[0] for each in found if each.what == "posting"}
    assert await purse.do(lambda c: differences(c, school_id=purse.school_id)) == []
    assert await state_of(purse.owner, purse.school_id) == before


async def test_a_strike_that_leaves_no_transfer_is_named(purse: Purse) -> None:
    one, two = await fund(purse, "FT1"), await fund(purse, "FT2")
    await struck(purse, two, one)
    await struck(purse, one, await fund(purse, "FT3"))
    await holds(purse)
    for fault in (
        f"update refund set double_of = '{two}' where fund_id = '{one}'",  # in a circle
        f"update refund set double_of = '{await fund(purse, 'FT4', 7)}' where fund_id = '{one}'",
    ):
        transaction = purse.owner.transaction()
        await transaction.start()
        await purse.owner.execute(fault)
        found = await differences(purse.owner, school_id=purse.school_id)
        await transaction.rollback()
        assert [each.what for each in found] == ["strike"] * 2


async def test_money_held_for_a_strike_is_not_given_back(purse: Purse) -> None:
    one, two = await fund(purse, "FT1"), await fund(purse, "FT2")
    await purse.do(lambda c: ask(c, purse, two, one))
    with pytest.raises(MoreThanFree):
        await purse.do(lambda c: purse.ask_back(c, two, 1))
    assert await refunds.fund_of(purse.owner, school_id=purse.school_id, refund_id=two) is None


async def test_money_that_never_came_goes_when_statements_of_its_days_have_it_not(
    purse: Purse,
) -> None:
    forged = await fund(purse, "FORGED")

    async def covered(from_day: str, to_day: str) -> None:
        statement = await _in_statement(purse)
        await purse.owner.execute(
            "update bank_statement set from_day = $1::text::date, to_day = $2::text::date,"
            " file_hash = id::text::bytea where id = $3",
            from_day, to_day, statement,
        )  # fmt: skip

    for days in (None, ("2026-11-10", "2026-11-18")):  # it may still be posted on the 19th
        if days:
            await covered(*days)
        with pytest.raises(NotProvedMissing):
            await purse.do(lambda c: ask(c, purse, forged, None))
    await covered("2026-11-19", "2026-11-20")
    cash = await fund(purse, "C1", channel="cash")
    with pytest.raises(NotProvedMissing):
        await purse.do(lambda c: ask(c, purse, cash, None))
    await struck(purse, forged, None)
    assert await books(purse) == {"money": 100, "unallocated": -100}
    await holds(purse)


async def test_what_a_statement_shows_under_another_name_is_not_struck_as_missing(
    purse: Purse,
) -> None:
    real, twice = await fund(purse, "FT1"), await fund(purse, "FT2")
    await struck(purse, twice, real)
    await _in_statement(purse, twice, days="2026-11-19")
    with pytest.raises(NotProvedMissing):
        await purse.do(lambda c: ask(c, purse, real, None))
