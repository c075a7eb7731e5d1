"""The accountant's office in tests: statements sent in, money that came, who decides."""

from typing import Any
from uuid import UUID

import httpx

from app import db
from app.fees.money.check import differences
from app.fees.money.funds import receive
from app.fees.money.ledger import post_opened
from app.fees.money.model import Arrival
from app.fees.office.model import MEMO_FIELD
from app.fees.receiving.applying import apply
from app.ids import new_id
from mobile_api.resources import Resources
from tests.fees.statement_files import as_csv
from tests.mobile_api.billing import Till
from tests.world import Person, Student

Json = dict[str, Any]
HEADINGS = ["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Mô tả"]


class House:
    """The till, and what the office does with it. Bills are in the ledger here."""

    def __init__(self, till: Till, resources: Resources) -> None:
        self.till, self.resources = till, resources

    async def bill(self, student: Student, amount: int = 120_000, **how: Any) -> UUID:
        invoice_id = await self.till.bill(student, amount, **how)
        async with self.tx() as conn:
            await post_opened(
                conn, school_id=self.till.school.id, invoice_ids=[invoice_id], now=self.till.now
            )
        return invoice_id

    def tx(self) -> Any:
        return db.transaction(self.resources.pool, schools=[self.till.school.id])

    async def arrives(self, amount: int, memo: str, ref: str, **how: Any) -> UUID:
        """Money as a webhook brings it; its fund."""
        arrival = Arrival(
            account_id=self.till.bank_id,
            bank_ref=ref,
            amount=amount,
            channel="transfer",
            received_at=how.get("at", self.till.now),
            memo=self.till.box.seal(memo, field=MEMO_FIELD),
            payer=None,
            source="webhook",
            source_ref=ref,
        )
        async with self.tx() as conn:
            school_id, now = self.till.school.id, self.till.now
            found = await receive(conn, school_id=school_id, arrival=arrival, now=now)
            await apply(
                conn,
                school_id=school_id,
                fund_id=found.fund_id,
                amount=amount,
                account_id=self.till.bank_id,
                memo=memo,
                now=now,
            )
        return found.fund_id

    async def send(
        self, grid: list[list[Any]] | bytes, *, who: Person | None = None, **asked: Any
    ) -> httpx.Response:
        """A statement, sent in by the accountant."""
        data = grid if isinstance(grid, bytes) else as_csv([HEADINGS, *grid])
        till = self.till
        return await till.api.post(
            "/v1/fees/statements",
            params={"school_id": str(till.school.id), "account_id": str(till.bank_id)} | asked,
            files={"file": ("sao-ke.csv", data, "text/csv")},
            headers=(who or till.accountant).headers,
        )

    async def imported(self, grid: list[list[Any]] | bytes, **asked: Any) -> Json:
        answer = await self.send(grid, **asked)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        assert found["errors"] == []
        return found

    async def funds(self, **asked: Any) -> list[Json]:
        answer = await self.till.get(self.till.accountant, "/funds", **asked)
        assert answer.status_code == 200, answer.text
        items: list[Json] = answer.json()["items"]
        return items

    async def fund(self, fund_id: UUID | str) -> Json:
        answer = await self.till.get(self.till.accountant, f"/funds/{fund_id}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def allocate(
        self,
        fund_id: UUID | str,
        *shares: tuple[UUID, int],
        who: Person | None = None,
        **more: Any,
    ) -> httpx.Response:
        body = {
            "id": str(new_id()),
            "shares": [{"invoice_id": str(i), "amount": a} for i, a in shares],
        } | more
        return await self.till.post(
            who or self.till.accountant, f"/funds/{fund_id}/allocations", **body
        )

    async def ask_refund(
        self, fund_id: UUID | str, amount: int, *, who: Person | None = None, **more: Any
    ) -> httpx.Response:
        body = {
            "id": str(new_id()),
            "fund_id": str(fund_id),
            "amount": amount,
            "reason": "Đóng thừa",
            "to_bank_bin": "970436",
            "to_number": "0071 000 123 456",
            "to_holder": "NGUYEN VAN BO",
        } | more
        return await self.till.post(who or self.till.accountant, "/refunds", **body)

    async def paid(self, invoice_id: UUID) -> int:
        found: int = await self.till.owner.fetchval(
            "select paid from invoice where id = $1", invoice_id
        )
        return found

    async def count(self, table: str, where: str = "true") -> int:
        found: int = await self.till.owner.fetchval(f"select count(*) from {table} where {where}")
        return found

    async def add_up(self) -> None:
        """Every đồng is accounted for."""
        async with self.tx() as conn:
            assert await differences(conn, school_id=self.till.school.id) == []
