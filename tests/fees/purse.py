"""A school whose money is moved without anything above it: straight to the money layer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeVar
from uuid import UUID

import asyncpg

from app import db
from app.fees.money import allocating, crediting, funds, ledger, refunds
from app.fees.money.model import Arrival, Channel, NewRefund, Received, Share, Source
from app.fees.references import new_reference
from app.ids import new_id

T = TypeVar("T")
Line = tuple[int, int, int]
"""Which item, what it costs, what of it is waived; below zero: a meal that was not eaten."""
FIRST_SCHOOL: Final = 301
_PEOPLE: Final = 3
_ITEMS: Final = 3

_SET_UP: Final = """
    insert into org_unit (id, kind, name) values (1, 'department', 'Sở') on conflict do nothing;
    insert into school (id, org_unit_id, name, level)
    values ({school}, 1, 'Trường', 'lower_secondary');
"""


@dataclass(kw_only=True)
class Purse:
    """A school with three pupils, three items, a bank and a cash account."""

    owner: asyncpg.Connection = field(repr=False)
    pool: db.Pool = field(repr=False)
    school_id: int
    now: datetime = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
    students: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(_PEOPLE)])
    items: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(_ITEMS)])
    bank_id: UUID = field(default_factory=new_id)
    cash_id: UUID = field(default_factory=new_id)
    accountant: UUID = field(default_factory=new_id)
    principal: UUID = field(default_factory=new_id)

    @asynccontextmanager
    async def step(self) -> AsyncIterator[db.Conn]:
        """One transaction, a minute after the last."""
        self.now += timedelta(minutes=1)
        async with db.transaction(self.pool, schools=[self.school_id]) as conn:
            yield conn

    async def do(self, work: Callable[[db.Conn], Awaitable[T]]) -> T:
        """`work` in a transaction of its own."""
        async with self.step() as conn:
            return await work(conn)

    async def receive(
        self,
        conn: db.Conn,
        amount: int,
        *,
        ref: str,
        shares: Sequence[Share] = (),
        channel: Channel = "transfer",
        source: Source = "webhook",
        credit: UUID | None = None,
    ) -> Received:
        """Money with this bank reference; a new fund goes to `shares`."""
        arrival = Arrival(
            account_id=self.cash_id if channel == "cash" else self.bank_id,
            bank_ref=ref,
            amount=amount,
            channel=channel,
            received_at=self.now,
            memo=None,
            payer=None,
            source=source,
            source_ref=f"{source}:{ref}",
        )
        got = await funds.receive(conn, school_id=self.school_id, arrival=arrival, now=self.now)
        if got.is_new:
            await allocating.allocate(
                conn,
                school_id=self.school_id,
                fund_id=got.fund_id,
                shares=shares,
                how="cash" if channel == "cash" else "auto",
                made_by=None,
                now=self.now,
                credit_student_id=credit,
            )
        return got

    async def allocate(self, conn: db.Conn, fund_id: UUID, *shares: Share) -> None:
        """As an accountant confirms it."""
        await allocating.allocate(
            conn,
            school_id=self.school_id,
            fund_id=fund_id,
            shares=shares,
            how="confirmed",
            made_by=self.accountant,
            now=self.now,
        )

    async def reverse(self, conn: db.Conn, allocation_id: UUID) -> None:
        await allocating.reverse(
            conn,
            school_id=self.school_id,
            allocation_id=allocation_id,
            made_by=self.accountant,
            reason="Ghi nhầm",
            now=self.now,
        )

    async def ask_back(
        self, conn: db.Conn, fund_id: UUID, amount: int, *, from_account: UUID | None = None
    ) -> UUID:
        """A refund that the accountant asks for; None: from the fund's own account."""
        refund = NewRefund(
            id=new_id(),
            fund_id=fund_id,
            amount=amount,
            reason="Chuyển thừa",
            to_bank_bin="970436",
            to_number=b"sealed",
            to_holder=b"sealed",
            requested_by=self.accountant,
            from_account_id=from_account,
        )
        await refunds.hold(conn, school_id=self.school_id, refund=refund, now=self.now)
        return refund.id

    async def send(self, conn: db.Conn, refund_id: UUID, *, by: UUID | None = None) -> None:
        await refunds.send(
            conn,
            school_id=self.school_id,
            refund_id=refund_id,
            decided_by=by or self.principal,
            reason=None,
            now=self.now,
        )

    async def release(
        self, conn: db.Conn, refund_id: UUID, state: Literal["rejected", "failed"]
    ) -> None:
        await refunds.release(
            conn,
            school_id=self.school_id,
            refund_id=refund_id,
            state=state,
            by=self.principal,
            reason="Sai số tài khoản",
            now=self.now,
        )

    async def pay_out(self, conn: db.Conn, refund_id: UUID, *, ref: str) -> None:
        await refunds.pay_out(
            conn,
            school_id=self.school_id,
            refund_id=refund_id,
            bank_ref=ref,
            by=self.accountant,
            now=self.now,
        )

    async def bill(
        self,
        conn: db.Conn,
        student: int,
        lines: Sequence[Line],
        *,
        is_voluntary: bool = False,
        replaces: UUID | None = None,
    ) -> UUID:
        """A bill that is issued: drafted, opened, in the books, and paid from credit."""
        invoice_id = new_id()
        period_id = await self.period(conn)
        charged = sum(amount for _, amount, _ in lines)
        reference = new_reference()
        await conn.execute(
            """
            insert into invoice (school_id, id, student_id, period_id, seq, is_voluntary,
                   account_id, pay_ref, state, due_day, charged, waived, replaces, issued_by,
                   drafted_at, changed_at)
            values ($1, $2, $3, $4, 1, $5, $6, $7, 'draft', '2026-11-25', $8, $9, $10, $11, $12,
                   $12)
            """,
            self.school_id, invoice_id, self.students[student], period_id, is_voluntary,
            self.bank_id, reference, charged, sum(waived for _, _, waived in lines),
            replaces, self.accountant, self.now,
        )  # fmt: skip
        for n, (item, amount, waived) in enumerate(lines, 1):
            await conn.execute(
                """
                insert into invoice_line (school_id, invoice_id, n, kind, item_id, name,
                       legal_basis, unit, quantity, unit_amount, amount, waived, receipt_kind)
                values ($1, $2, $3, $4, $5, 'Khoản thu', 'Nghị quyết', 'period', 1, $6, $6, $7,
                       'receipt')
                """,
                self.school_id, invoice_id, n, "charge" if amount >= 0 else "meal_credit",
                self.items[item], amount, waived,
            )  # fmt: skip
        await conn.execute(
            "update invoice set state = 'open', opened_at = $3 where school_id = $1 and id = $2",
            self.school_id,
            invoice_id,
            self.now,
        )
        await conn.execute(
            "insert into pay_reference (school_id, ref, invoice_id) values ($1, $2, $3)",
            self.school_id,
            reference,
            invoice_id,
        )
        ids = [invoice_id]
        await ledger.post_opened(conn, school_id=self.school_id, invoice_ids=ids, now=self.now)
        await crediting.apply_credit(conn, school_id=self.school_id, invoice_ids=ids, now=self.now)
        return invoice_id

    async def void(self, conn: db.Conn, invoice_id: UUID, student_id: UUID) -> None:
        """What was paid on it is the pupil's credit."""
        await crediting.lock_credit(
            conn, school_id=self.school_id, student_ids=[student_id], invoice_ids=[invoice_id]
        )
        await allocating.reverse_all(
            conn,
            school_id=self.school_id,
            invoice_id=invoice_id,
            made_by=self.accountant,
            reason="Lập lại phiếu",
            now=self.now,
        )
        await conn.execute(
            """
            update invoice set state = 'void', voided_at = $3, voided_by = $4,
                   void_reason = 'Sai số tiền'
             where school_id = $1 and id = $2 and state = 'open'
            """,
            self.school_id, invoice_id, self.now, self.accountant,
        )  # fmt: skip
        await ledger.post_voided(
            conn, school_id=self.school_id, invoice_ids=[invoice_id], now=self.now
        )

    async def write_off(self, conn: db.Conn, invoice_id: UUID) -> bool:
        """False: it was not open any more."""
        done = await db.run(
            conn,
            """
            update invoice set state = 'written_off', written_off_at = $3, written_off_by = $4,
                   write_off_reason = 'Không thu được'
             where school_id = $1 and id = $2 and state = 'open'
            """,
            self.school_id, invoice_id, self.now, self.principal,
        )  # fmt: skip
        if done:
            await ledger.post_written_off(
                conn, school_id=self.school_id, invoice_ids=[invoice_id], now=self.now
            )
        return bool(done)

    async def period(self, conn: db.Conn) -> UUID:
        """A new one: a pupil has one live bill of a period and instalment."""
        period_id = new_id()
        days = (date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 25))
        await conn.execute(
            """
            insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,
                   accepts_partial, state, created_by, created_at, changed_at)
            values ($1, $2, 'Tháng 11', $3, $4, $5, $6, true, 'open', $7, $8, $8)
            """,
            self.school_id, period_id, *days, self.bank_id, self.accountant, self.now,
        )  # fmt: skip
        return period_id

    async def set_up(self) -> None:
        """Write the school, its people and what it bills."""
        run = self.owner.execute
        await run(_SET_UP.format(school=self.school_id))
        await run(
            "insert into student (school_id, id, name, sort_key, search_key)"
            " select $1, id, 'Học sinh', 'hoc sinh', 'hoc sinh' from unnest($2::uuid[]) id",
            self.school_id,
            self.students,
        )
        await run(
            """
            insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,
                   number_tail, holder, is_default, created_by, created_at, changed_at)
            values ($1, $2, 'bank', 'Trường', '970436', 'x', 'x', '1234', 'TRUONG', true, $4, $5,
                    $5),
                   ($1, $3, 'cash', 'Tiền mặt', null, null, null, null, null, false, $4, $5, $5)
            """,
            self.school_id, self.bank_id, self.cash_id, self.accountant, self.now,
        )  # fmt: skip
        await run(
            """
            insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis,
                   unit, amount, is_voluntary, receipt_kind, created_by, created_at, changed_at)
            select $1, id, id::text, id::text, 'other', 'school', 'Nghị quyết', 'period', 1000,
                   false, 'receipt', $3, $4, $4 from unnest($2::uuid[]) id
            """,
            self.school_id, self.items, self.accountant, self.now,
        )  # fmt: skip


async def open_purse(
    owner: asyncpg.Connection, pool: db.Pool, *, school_id: int = FIRST_SCHOOL
) -> Purse:
    """A new school, with nothing billed."""
    purse = Purse(owner=owner, pool=pool, school_id=school_id)
    await purse.set_up()
    return purse


# Facts stay, even for their owner, but for who takes the triggers away.
LOSE: Final = """
    set local session_replication_role = replica;
    delete from ledger_entry where school_id = {school};
    delete from ledger_txn where school_id = {school};
    update fund set allocated = 0, refund_held = 0 where school_id = {school};
    update invoice set paid = 0 where school_id = {school}
"""
_STATE: Final = """
    select jsonb_build_object(
        'funds', (select jsonb_agg(jsonb_build_array(id, allocated, refund_held, free, review)
                         order by id) from fund where school_id = $1),
        'bills', (select jsonb_agg(jsonb_build_array(id, paid, settlement) order by id)
                    from invoice where school_id = $1),
        'receipts', (select jsonb_agg(jsonb_build_array(series, number, state, amount, lines)
                            order by series, number) from receipt where school_id = $1),
        'books', (select jsonb_agg(jsonb_build_array(t.source_kind, t.source_id, t.day, t.made_at,
                         e.account, e.amount, e.student_id)
                         order by t.source_kind, t.source_id, e.account, e.amount)
                    from ledger_txn t
                    join ledger_entry e on e.school_id = t.school_id and e.txn_id = t.id
                   where t.school_id = $1))
"""


async def state_of(owner: asyncpg.Connection, school_id: int) -> object:
    """All that is derived of a school's money, and its papers."""
    return await owner.fetchval(_STATE, school_id)


async def lose(owner: asyncpg.Connection, school_id: int) -> None:
    """As if nothing had ever been derived."""
    async with owner.transaction():
        await owner.execute(LOSE.format(school=school_id))


async def a_busy_month(purse: Purse) -> None:
    """Each kind of thing that the books know, at least once."""
    async with purse.step() as conn:
        first = await purse.bill(conn, 0, [(0, 300, 50), (1, 100, 0), (1, -20, 0)])
        second = await purse.bill(conn, 1, [(0, 200, 0)])
        offer = await purse.bill(conn, 0, [(1, 60, 0), (2, 40, 0)], is_voluntary=True)
    async with purse.step() as conn:
        shares = [Share(invoice_id=first, amount=330), Share(invoice_id=second, amount=90)]
        await purse.receive(conn, 500, ref="FT1", shares=shares)
    async with purse.step() as conn:
        shares = [Share(invoice_id=offer, amount=70)]
        bought = await purse.receive(conn, 100, ref="FT2", shares=shares, channel="cash")
    async with purse.step() as conn:
        await purse.void(conn, first, purse.students[0])
        await purse.bill(conn, 0, [(0, 250, 0)], replaces=first)
    await purse.do(lambda c: purse.write_off(c, second))
    async with purse.step() as conn:
        put = await conn.fetchval("select id from allocation where invoice_id = $1", second)
        await purse.reverse(conn, put)
    refund = await purse.do(lambda c: purse.ask_back(c, bought.fund_id, 30))
    await purse.do(lambda c: purse.send(c, refund))
    await purse.do(lambda c: purse.pay_out(c, refund, ref="FT9"))
