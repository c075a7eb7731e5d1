"""All that happened to a school's money, read from the facts alone, and what must be true of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

import asyncpg

LIVE: Final = ("requested", "sent", "succeeded")


@dataclass(frozen=True, kw_only=True)
class Fund:
    id: UUID
    account_id: UUID
    bank_ref: str
    amount: int
    channel: str
    used: int
    back: int
    credit_student_id: UUID | None

    @property
    def free(self) -> int:
        return self.amount - self.used - self.back


@dataclass(frozen=True, kw_only=True)
class Bill:
    id: UUID
    student_id: UUID
    pay_ref: str
    state: str
    is_voluntary: bool
    total: int
    paid: int
    is_paid_by_credit: bool
    replaces: UUID | None

    @property
    def due(self) -> int:
        return self.total - self.paid if self.state == "open" else 0


@dataclass(frozen=True, kw_only=True)
class Put:
    """An allocation; `is_live`: it was not taken back."""

    id: UUID
    fund_id: UUID
    invoice_id: UUID
    amount: int
    is_live: bool


@dataclass(frozen=True, kw_only=True)
class Refund:
    id: UUID
    fund_id: UUID
    account_id: UUID
    amount: int
    state: str
    kind: str
    bank_ref: str | None

    @property
    def is_struck(self) -> bool:
        """The fund is none: nothing came, or not twice."""
        return self.kind == "strike" and self.state == "succeeded"

    @property
    def can_be_restored(self) -> bool:
        """No bank moved anything."""
        return self.kind != "transfer" and self.state == "succeeded"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Each in the order in which it came."""

    funds: list[Fund]
    bills: list[Bill]
    puts: list[Put]
    refunds: list[Refund]

    @property
    def open_bills(self) -> list[Bill]:
        return [bill for bill in self.bills if bill.due > 0]

    def held_in(self, account_id: UUID) -> int:
        """What came to an account, less what left it."""
        came = sum(fund.amount for fund in self.funds if fund.account_id == account_id)
        left = (each for each in self.refunds if each.state == "succeeded")
        return came - sum(each.amount for each in left if each.account_id == account_id)


async def facts_of(conn: asyncpg.Connection, school_id: int) -> Facts:
    """As they are in the database now: no derived column is read."""
    funds = await conn.fetch(_FUNDS, school_id)
    bills = await conn.fetch(_BILLS, school_id)
    puts = await conn.fetch(_PUTS, school_id)
    refunds = await conn.fetch(_REFUNDS, school_id)
    return Facts(
        funds=[Fund(**row) for row in funds],
        bills=[Bill(**row) for row in bills],
        puts=[Put(**row) for row in puts],
        refunds=[Refund(**row) for row in refunds],
    )


_FUNDS = """
    select f.id, f.account_id, f.bank_ref, f.amount, f.channel, f.credit_student_id,
           (select coalesce(sum(a.amount), 0)::bigint from allocation a where a.fund_id = f.id)
               as used,
           (select coalesce(sum(r.amount), 0)::bigint from refund r
             where r.fund_id = f.id and r.state in ('requested', 'sent', 'succeeded')) as back
      from fund f where f.school_id = $1 order by f.id
"""
_BILLS = """
    select i.id, i.student_id, i.pay_ref, i.state, i.is_voluntary, i.replaces,
           (select sum(l.amount - l.waived)::bigint from invoice_line l where l.invoice_id = i.id)
               as total,
           (select coalesce(sum(a.amount), 0)::bigint from allocation a where a.invoice_id = i.id)
               as paid,
           not exists (
               select from allocation a
                where a.invoice_id = i.id and a.how not in ('credit', 'reversal') and not exists (
                      select from allocation r where r.reverses = a.id)) as is_paid_by_credit
      from invoice i where i.school_id = $1 order by i.id
"""
_PUTS = """
    select a.id, a.fund_id, a.invoice_id, a.amount, a.amount > 0 and not exists (
           select from allocation r where r.reverses = a.id) as is_live
      from allocation a where a.school_id = $1 order by a.id
"""
_REFUNDS = """
    select id, fund_id, from_account_id as account_id, amount, state, kind, bank_ref
      from refund where school_id = $1 order by id
"""


async def must_hold(conn: asyncpg.Connection, school_id: int, facts: Facts) -> None:
    """The promises, said once more in another way than the product's own check says them."""
    await _derived(conn, school_id, facts)
    await _books(conn, school_id, facts)
    await _papers(conn, school_id, facts)


async def _derived(conn: asyncpg.Connection, school_id: int, facts: Facts) -> None:
    came = sum(fund.amount for fund in facts.funds)
    used = sum(put.amount for put in facts.puts)
    free = await conn.fetchval("select sum(free) from fund where school_id = $1", school_id)
    back = sum(refund.amount for refund in facts.refunds if refund.state in LIVE)
    assert came == used + (free or 0) + back
    assert all(fund.free >= 0 and fund.used >= 0 for fund in facts.funds)
    assert all(0 <= bill.paid <= bill.total for bill in facts.bills)
    assert all(bill.paid == 0 for bill in facts.bills if bill.state == "void")
    rows = await conn.fetch("select id, settlement from invoice where school_id = $1", school_id)
    said = {row["id"]: row["settlement"] for row in rows}
    for bill in facts.bills:
        settled = "paid" if bill.paid >= bill.total else "partial" if bill.paid else "unpaid"
        assert said[bill.id] == settled
    twins = Counter((fund.account_id, fund.bank_ref) for fund in facts.funds)
    assert all(times == 1 for times in twins.values())


async def _books(conn: asyncpg.Connection, school_id: int, facts: Facts) -> None:
    expected: dict[str, int] = defaultdict(int)
    for fund in facts.funds:
        expected[f"money:{fund.account_id}"] += fund.amount
        expected["unallocated"] -= fund.free
    for refund in facts.refunds:
        if refund.state == "succeeded":
            expected[f"money:{refund.account_id}"] -= refund.amount
        elif refund.state in LIVE:
            expected["refund_payable"] -= refund.amount
    for bill in facts.bills:
        if bill.is_voluntary:
            expected["income"] -= bill.paid
        elif bill.state != "void":
            expected["income"] -= bill.total
            rest = bill.total - bill.paid
            expected["receivable" if bill.state == "open" else "written_off"] += rest
    rows = await conn.fetch(
        """
        select case when account like 'income:%' then 'income' else account end as account,
               sum(amount)::bigint as amount
          from ledger_entry where school_id = $1 group by 1
        """,
        school_id,
    )
    found = {row["account"]: row["amount"] for row in rows if row["amount"]}
    assert found == {account: amount for account, amount in expected.items() if amount}
    assert not await conn.fetch(
        "select txn_id from ledger_entry where school_id = $1 group by 1 having sum(amount) <> 0",
        school_id,
    )


async def _papers(conn: asyncpg.Connection, school_id: int, facts: Facts) -> None:
    rows = await conn.fetch(
        "select series, number, kind, fund_id, student_id, amount, state from receipt"
        " where school_id = $1 order by series, number",
        school_id,
    )
    for _, series in groupby(rows, key=lambda row: row["series"]):
        numbers = [row["number"] for row in series]
        assert numbers == list(range(1, len(numbers) + 1))
    pupil = {bill.id: bill.student_id for bill in facts.bills}
    wanted: Counter[tuple[str, UUID, UUID | None]] = Counter()
    for put in facts.puts:
        wanted["receipt", put.fund_id, pupil[put.invoice_id]] += put.amount
    for fund in facts.funds:
        wanted["credit_slip", fund.id, fund.credit_student_id] += fund.free
    live = Counter(
        {
            (row["kind"], row["fund_id"], row["student_id"]): row["amount"]
            for row in rows
            if row["state"] == "live"
        }
    )
    assert live == +wanted
