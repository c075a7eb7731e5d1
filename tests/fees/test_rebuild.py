"""What is derived of money can be lost, found out and derived again; so says the command too."""

from collections.abc import Sequence

from app.fees.money.check import differences
from app.fees.money.model import Difference
from app.fees.money.rebuild import rebuild
from app.settings import Settings
from scripts import fees
from tests.fees.purse import Purse, a_busy_month, lose, state_of


async def test_what_is_derived_of_money_follows_from_its_facts_alone(purse: Purse) -> None:
    await a_busy_month(purse)
    before = await state_of(purse.owner, purse.school_id)
    await lose(purse.owner, purse.school_id)
    assert await purse.do(lambda c: differences(c, school_id=purse.school_id))
    found = await purse.do(lambda c: rebuild(c, school_id=purse.school_id, now=purse.now))
    assert found
    assert await purse.do(lambda c: differences(c, school_id=purse.school_id)) == []
    assert await state_of(purse.owner, purse.school_id) == before


async def test_a_bill_that_came_and_went_is_missed_in_the_books(purse: Purse) -> None:
    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    await purse.do(lambda c: purse.void(c, bill, purse.students[0]))
    before = await state_of(purse.owner, purse.school_id)
    await lose(purse.owner, purse.school_id)
    assert len(await purse.do(lambda c: differences(c, school_id=purse.school_id))) == 2
    await purse.do(lambda c: rebuild(c, school_id=purse.school_id, now=purse.now))
    assert await state_of(purse.owner, purse.school_id) == before


async def _spoilt(purse: Purse, sql: str) -> Sequence[Difference]:
    """What the check says after one fault; the fault is undone."""
    transaction = purse.owner.transaction()
    await transaction.start()
    await purse.owner.execute("set local session_replication_role = replica")
    await purse.owner.execute(sql)
    found = await differences(purse.owner, school_id=purse.school_id)
    await transaction.rollback()
    return found


async def test_each_kind_of_fault_is_named(purse: Purse) -> None:
    await a_busy_month(purse)
    for what, sql in {
        "fund": "update fund set allocated = allocated - 1 where bank_ref = 'FT1'",
        "invoice": "update invoice set paid = paid - 1 where paid > 0",
        "all funds": "update refund set amount = amount + 1",
        "books of a bill": "update ledger_entry set account = 'written_off' where n = 1",
        "books of a fund": "delete from ledger_txn where source_kind = 'fund'",
        "books of a refund": "delete from ledger_txn where source_kind = 'refund_paid'",
        "account": "update ledger_entry set amount = amount * 2 where account like 'money:%'",
        "posting": "delete from ledger_entry where n = 2",
        "receipt": "update receipt set amount = amount + 1 where kind = 'receipt'",
        "credit_slip": "delete from receipt where kind = 'credit_slip'",
        "series": "delete from receipt where number = 2",
        "sighting": "delete from fund_sighting",
        "review": "update fund set review = 'late' where free = 0",
        "money on a bill that takes none": (
            "update invoice set state = 'draft', opened_at = null where state = 'open'"
        ),
    }.items():
        assert what in {each.what for each in await _spoilt(purse, sql)}, what
    assert await differences(purse.owner, school_id=purse.school_id) == []


def test_the_command_checks_and_derives_again_all_schools(
    settings: Settings, lost_school: int
) -> None:
    said: list[str] = []
    differing = fees.check(settings, school_id=None, say=said.append)
    assert differing == len(said) > 0
    assert said[0].startswith(f"school {lost_school}: ")
    assert fees.repair(settings, school_id=lost_school, say=said.append) == differing
    assert fees.check(settings, school_id=None, say=said.append) == 0
