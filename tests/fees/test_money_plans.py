"""What a transfer costs does not grow with the school's years, whatever plan is kept for it."""

from typing import Any, Final

from app import db
from app.fees.money.model import Share
from tests.fees.purse import Purse

_YEARS: Final = 400
_READ: Final = """
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_xact_user_tables
     where relname in ('fund', 'allocation', 'invoice', 'receipt', 'ledger_txn', 'ledger_entry')
"""


async def _rows_read(purse: Purse, n: int) -> int:
    """By the step of one transfer for one bill, which is undone."""

    class Undone(Exception):
        pass

    bill = await purse.do(lambda c: purse.bill(c, 0, [(0, 100, 0)]))
    shares = [Share(invoice_id=bill, amount=100)]
    found: Any = None
    try:
        async with purse.step() as conn:
            await conn.execute("set local plan_cache_mode = force_generic_plan")
            # What this connection read before may not be counted off yet.
            known = await db.value(conn, _READ)
            await purse.receive(conn, 100, ref=f"READ{n}", shares=shares)
            found = await db.value(conn, _READ) - known
            raise Undone
    except Undone:
        return int(found)


async def test_a_transfer_reads_as_much_in_a_full_school_as_in_an_empty_one(purse: Purse) -> None:
    before = await _rows_read(purse, 1)
    for n in range(_YEARS):
        async with purse.step() as conn:
            await purse.receive(conn, 10, ref=f"FT{n}")
    await purse.owner.execute(
        "analyze fund, allocation, invoice, receipt, ledger_entry, ledger_txn"
    )
    assert await _rows_read(purse, 2) < before + _YEARS / 4
