"""A school's till with a bank behind it, and the worker's taking on demand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app import db
from app.fees.receiving.gateways import gateways
from app.fees.receiving.polling import poll_due
from app.fees.receiving.sepay import SePay
from app.fees.receiving.taker import take_due
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.fakes.bank import FakeBank, over
from tests.mobile_api.billing import NUMBER, SECRET, Till


@dataclass(kw_only=True)
class Counter:
    """`bank` tells of transfers; `take` does what the worker does, once."""

    till: Till
    bank: FakeBank
    resources: Resources
    clock: Clock
    finder: db.Pool
    owner: asyncpg.Connection

    async def take(self) -> int:
        """Take what is due at the clock's time."""
        return await take_due(
            self.finder,
            self.resources.pool,
            vault=self.resources.vault,
            gateways=gateways(self.resources.settings),
            clock=self.clock,
        )

    async def poll(self, url: str) -> int:
        """Ask the bank at this address about each merchant that is due."""
        return await poll_due(
            self.finder,
            self.resources.pool,
            vault=self.resources.vault,
            gateways={"sepay": SePay(url)},
            clock=self.clock,
        )

    async def paid(self, invoice_id: UUID) -> int:
        found: int = await self.owner.fetchval("select paid from invoice where id = $1", invoice_id)
        return found

    async def count(self, table: str, where: str = "true") -> int:
        found: int = await self.owner.fetchval(f"select count(*) from {table} where {where}")
        return found

    async def outcomes(self) -> list[str | None]:
        """What became of the events, in the order they came."""
        rows = await self.owner.fetch(
            "select outcome from gateway_inbox order by received_at, event_key"
        )
        return [row["outcome"] for row in rows]

    async def funds(self) -> list[dict[str, Any]]:
        rows = await self.owner.fetch(
            "select id, bank_ref, amount, allocated, free, review, credit_student_id, intent_id"
            " from fund order by received_at, bank_ref"
        )
        return [dict(row) for row in rows]

    async def events(self, **query: Any) -> dict[str, Any]:
        """What the accountant is shown."""
        answer = await self.till.get(self.till.accountant, "/events", **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def bank_of(till: Till, api: httpx.AsyncClient, clock: Clock, **changes: Any) -> FakeBank:
    """The bank that watches the till's account."""
    given: dict[str, Any] = {"secret": SECRET, "account": NUMBER, "clock": clock} | changes
    return FakeBank(till.merchant_id, post=over(api), **given)
