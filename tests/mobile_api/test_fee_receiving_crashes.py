"""Between any two steps everything may die: after the next start money is there exactly once."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.settings import Settings
from scripts.benches._ports import free_port
from tests.api_process import ApiProcess
from tests.fakes.bank import BankTransfer, FakeBank, to
from tests.mobile_api.billing import NUMBER, SECRET
from tests.mobile_api.receiving import Counter
from tests.notifications.news import until
from tests.patience import until_waiting

# What keeps the taker waiting right before each of its writes.
STEPS: Final = (
    "lock table fund in exclusive mode",
    "lock table ledger_txn in exclusive mode",
    "select from invoice for update",
    "lock table allocation in exclusive mode",
    "lock table receipt_series in exclusive mode",
    "lock table receipt in exclusive mode",
    "lock table outbox in exclusive mode",
)
_KILL: Final = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'
"""


@contextmanager
def process(part: str, settings: Settings, log: Path) -> Iterator["Killable"]:
    """One of our parts as a process of its own; killed at the end at the latest."""
    made = Killable(
        database_url=settings.require_database_url(),
        redis_url=settings.require_redis_url(),
        port=free_port(),
        log=log,
        part=part,
    )
    try:
        yield made.start()
    finally:
        made.kill()


class Killable(ApiProcess):
    """It may die at any moment."""

    def kill(self) -> None:
        """kill -9, and wait until it is gone; again does nothing."""
        if self.is_running:
            os.kill(self.pid, signal.SIGKILL)
        self.stop()


async def nothing_is_written(owner: asyncpg.Connection) -> bool:
    # By the real clock the worker may tell of a pupil who is absent meanwhile.
    news = "(select from outbox where kind like 'fee%') news"
    tables = ("fund", "fund_sighting", "allocation", "ledger_txn", "receipt", news)
    return not any([await owner.fetchval(f"select count(*) from {table}") for table in tables])


async def is_once(counter: Counter, bill: UUID, transfer: BankTransfer) -> bool:
    funds = await counter.funds()
    return (
        [(fund["bank_ref"], fund["free"]) for fund in funds] == [(transfer.reference, 0)]
        and await counter.paid(bill) == transfer.amount
        and await counter.count("allocation") == 1
        and await counter.count("receipt") == 1
        and await counter.count("outbox", "kind = 'fee_paid'") == 1
        and await counter.count("fund_sighting") == 1
        and await counter.owner.fetchval("select sum(amount) from ledger_entry") == 0
        and await counter.outcomes() == ["fund"]
    )


async def test_a_connection_that_dies_before_any_write_leaves_nothing_behind(
    counter: Counter, database: str
) -> None:
    bill = await counter.till.bill(counter.till.elder)
    transfer = counter.bank.transfer(120_000, await counter.till.reference_of(bill))
    await counter.bank.tell(transfer)
    blocker = await asyncpg.connect(database)
    for step in STEPS:
        async with blocker.transaction():
            await blocker.execute(step)
            taking = asyncio.create_task(counter.take())
            await until_waiting(counter.owner)
            await counter.owner.execute(_KILL)
            await asyncio.wait([taking])
            assert taking.exception() is not None, step
        assert await nothing_is_written(counter.owner), step
    await blocker.close()
    assert await counter.take() == 1
    assert await is_once(counter, bill, transfer)


@pytest.mark.long
async def test_kill_9_of_the_worker_before_any_write(
    counter: Counter, database: str, settings: Settings, tmp_path: Path
) -> None:
    bill = await counter.till.bill(counter.till.elder)
    transfer = counter.bank.transfer(120_000, await counter.till.reference_of(bill))
    await counter.bank.tell(transfer)
    blocker = await asyncpg.connect(database)
    for number, step in enumerate(STEPS):
        async with blocker.transaction():
            await blocker.execute(step)
            with process("worker", settings, tmp_path / f"{number}.log") as worker:
                await until_waiting(counter.owner)
                worker.kill()
        assert await nothing_is_written(counter.owner), step
    await blocker.close()
    with process("worker", settings, tmp_path / "last.log"):
        await until(lambda: is_once(counter, bill, transfer), within_s=60)


@pytest.mark.long
async def test_kill_9_of_the_api_before_and_after_an_event_is_kept(
    counter: Counter, database: str, settings: Settings, tmp_path: Path
) -> None:
    """Its clock is the real one, and so is the bank's."""
    bill = await counter.till.bill(counter.till.elder)
    memo = await counter.till.reference_of(bill)
    blocker = await asyncpg.connect(database)
    with process("serve", settings, tmp_path / "first.log") as api:
        bank = FakeBank(counter.till.merchant_id, secret=SECRET, account=NUMBER, post=to(api.url))
        transfer = bank.transfer(120_000, memo)
        async with blocker.transaction():
            await blocker.execute("lock table gateway_inbox in exclusive mode")
            sending = asyncio.create_task(bank.send(transfer))
            await until_waiting(counter.owner)
            api.kill()
        assert (await sending).status == 0
        assert await counter.count("gateway_inbox") == 0
    with process("serve", settings, tmp_path / "second.log") as api:
        bank = FakeBank(counter.till.merchant_id, secret=SECRET, account=NUMBER, post=to(api.url))
        bank.lose_answers = 1
        assert (await bank.send(transfer)).status == 0
        api.kill()
    with process("serve", settings, tmp_path / "third.log") as api:
        bank = FakeBank(counter.till.merchant_id, secret=SECRET, account=NUMBER, post=to(api.url))
        assert (await bank.send(transfer)).is_settled
        with process("worker", settings, tmp_path / "worker.log"):
            await until(lambda: is_once(counter, bill, transfer), within_s=60)
        text = "".join(log.read_text() for log in tmp_path.glob("*.log"))
        assert not any(secret in text for secret in (SECRET, NUMBER, memo))
        async with httpx.AsyncClient(base_url=api.url) as client:
            metrics = (await client.get("/metrics")).text
        assert "ct_webhook_events_total" in metrics
    await blocker.close()
