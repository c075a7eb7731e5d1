"""A school's till: who keeps it, where money comes in, what is billed, and three families."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from app.crypto import SchoolBox
from app.fees.references import new_reference
from app.fees.setup.queries import NUMBER_FIELD, SECRET_FIELD, number_index
from app.ids import new_id
from app.names import search_key
from tests.world import Person, School, Student, World

Json = dict[str, Any]
VIETCOMBANK: Final = "970436"
NUMBER: Final = "0071001234567"
SECRET: Final = "spsk_live_0123456789abcdef"
PERIOD: Final = (date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 25))

_ITEM: Final = """
    insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis, unit,
           amount, cap, is_voluntary, receipt_kind, kitchen_cut_off, kitchen_days_before,
           created_by, created_at, changed_at)
    values ($1, $2, $3, $4, $5, 'school', $6, $7, $8, $9, $10, 'receipt', $11, $12, $13, $14, $14)
"""


@dataclass(kw_only=True)
class Till:
    """`elder` and `younger` are siblings, `parent` sees both; `single` is `other_parent`'s child.

    `item_ids` by their short names: service (120,000 a period), meal (30,000 a day), club
    (voluntary, 50,000). `period_id` is open, for November 2026; its bills are due on the 25th.
    """

    api: httpx.AsyncClient = field(repr=False)
    owner: asyncpg.Connection = field(repr=False)
    box: SchoolBox = field(repr=False)
    school: School
    accountant: Person
    second: Person
    principal: Person
    elder: Student
    younger: Student
    single: Student
    parent: Person
    other_parent: Person
    now: datetime
    bank_id: UUID
    cash_id: UUID
    merchant_id: UUID
    period_id: UUID
    item_ids: dict[str, UUID]

    async def get(self, who: Person, path: str, **query: Any) -> httpx.Response:
        """A staff route of fees, of this school."""
        asked = {"school_id": self.school.id} | query
        return await self.api.get(f"/v1/fees{path}", params=asked, headers=who.headers)

    async def post(self, who: Person, path: str, **body: Any) -> httpx.Response:
        """The same, with this school in the body."""
        sent = {"school_id": self.school.id} | body
        return await self.api.post(f"/v1/fees{path}", json=sent, headers=who.headers)

    async def bill(
        self,
        student: Student,
        amount: int = 120_000,
        *,
        item: str = "service",
        seq: int = 1,
        is_open: bool = True,
        is_voluntary: bool = False,
        due_day: date | None = None,
    ) -> UUID:
        """An invoice of one line, written straight to its tables; the ledger knows nothing of it.

        Who needs the ledger calls `app.fees.money.ledger.post_opened` for it.
        """
        invoice_id, reference = new_id(), new_reference()
        await self.owner.execute(
            """
            insert into invoice (school_id, id, student_id, period_id, seq, is_voluntary, class_id,
                   account_id, pay_ref, state, due_day, charged, waived, issued_by, drafted_at,
                   changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $11, 0, $12, $13, $13)
            """,
            self.school.id, invoice_id, student.id, self.period_id, seq, is_voluntary,
            student.class_id, self.bank_id, reference, due_day or PERIOD[2], amount,
            self.accountant.account_id, self.now,
        )  # fmt: skip
        await self.owner.execute(
            """
            insert into invoice_line (school_id, invoice_id, n, kind, item_id, name, legal_basis,
                   unit, quantity, unit_amount, amount, waived, receipt_kind)
            select school_id, $3, 1, 'charge', id, name, legal_basis, unit, 1, $4, $4, 0,
                   receipt_kind
              from fee_item where school_id = $1 and id = $2
            """,
            self.school.id, self.item_ids[item], invoice_id, amount,
        )  # fmt: skip
        await self.owner.execute(
            "insert into pay_reference (school_id, ref, invoice_id) values ($1, $2, $3)",
            self.school.id, reference, invoice_id,
        )  # fmt: skip
        if is_open:
            await self.owner.execute(
                "update invoice set state = 'open', opened_at = $3"
                " where school_id = $1 and id = $2",
                self.school.id, invoice_id, self.now,
            )  # fmt: skip
        return invoice_id

    async def reference_of(self, invoice_id: UUID) -> str:
        """What a family writes into its transfer."""
        found: str = await self.owner.fetchval(
            "select pay_ref from invoice where id = $1", invoice_id
        )
        return found


async def open_till(api: httpx.AsyncClient, world: World) -> Till:
    """A school that is ready to bill."""
    school = await world.school()
    next_class_id = await world.school_class(school, "6A2")
    elder = await world.student(school, "Nguyễn Văn An")
    younger = await world.student(school, "Nguyễn Thị Bình", class_id=next_class_id)
    single = await world.student(school, "Trần Văn Cường")
    now = world.resources.clock()
    wrapped = await world.owner.fetchval(
        "select wrapped from school_key where school_id = $1", school.id
    )
    till = Till(
        api=api,
        owner=world.owner,
        box=world.resources.vault.school_box(wrapped, school.id),
        school=school,
        accountant=await world.staff(school, "accountant", "Cô Kế Toán"),
        second=await world.staff(school, "accountant", "Cô Thủ Quỹ"),
        principal=await world.staff(school, "principal", "Thầy Hiệu Trưởng"),
        elder=elder,
        younger=younger,
        single=single,
        parent=await world.guardian(elder, younger),
        other_parent=await world.guardian(single, name="Trần Thị Mẹ"),
        now=now,
        bank_id=new_id(),
        cash_id=new_id(),
        merchant_id=new_id(),
        period_id=new_id(),
        item_ids={name: new_id() for name in ("service", "meal", "club")},
    )
    await _open_accounts(till)
    await _make_items(till)
    await _open_period(till)
    return till


async def _open_accounts(till: Till) -> None:
    who, at, run = till.accountant.account_id, till.now - timedelta(days=30), till.owner.execute
    await run(
        """
        insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,
               number_tail, holder, is_default, created_by, created_at, changed_at)
        values ($1, $2, 'bank', 'Tài khoản trường', $3, $4, $5, $6, 'TRUONG THCS SO 1', true, $7,
                $8, $8)
        """,
        till.school.id, till.bank_id, VIETCOMBANK, till.box.seal(NUMBER, field=NUMBER_FIELD),
        number_index(till.box, NUMBER), NUMBER[-4:], who, at,
    )  # fmt: skip
    await run(
        """
        insert into fee_account (school_id, id, kind, name, is_default, created_by, created_at,
               changed_at)
        values ($1, $2, 'cash', 'Tiền mặt', false, $3, $4, $4)
        """,
        till.school.id, till.cash_id, who, at,
    )  # fmt: skip
    await run("insert into merchant_school values ($1, $2)", till.merchant_id, till.school.id)
    await run(
        """
        insert into merchant (school_id, id, account_id, provider, secret, created_by, created_at,
               changed_at)
        values ($1, $2, $3, 'sepay', $4, $5, $6, $6)
        """,
        till.school.id, till.merchant_id, till.bank_id, till.box.seal(SECRET, field=SECRET_FIELD),
        who, at,
    )  # fmt: skip


async def _make_items(till: Till) -> None:
    basis = "Nghị quyết 12/2025/NQ-HĐND"
    kitchen = (time(8), 0)
    items: list[tuple[Any, ...]] = [
        ("service", "Dịch vụ bán trú", "service", "period", 120_000, 150_000, False, None, None),
        ("meal", "Tiền ăn trưa", "meal", "day", 30_000, 35_000, False, *kitchen),
        ("club", "Câu lạc bộ bóng đá", "other", "period", 50_000, None, True, None, None),
    ]
    for short, name, category, unit, amount, cap, is_voluntary, cut_off, days in items:
        await till.owner.execute(
            _ITEM, till.school.id, till.item_ids[short], name, search_key(name), category, basis,
            unit, amount, cap, is_voluntary, cut_off, days, till.accountant.account_id,
            till.now - timedelta(days=30),
        )  # fmt: skip


async def _open_period(till: Till) -> None:
    await till.owner.execute(
        """
        insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,
               accepts_partial, state, created_by, created_at, changed_at)
        values ($1, $2, 'Tháng 11/2026', $3, $4, $5, $6, false, 'open', $7, $8, $8)
        """,
        till.school.id, till.period_id, *PERIOD, till.bank_id, till.accountant.account_id,
        till.now - timedelta(days=5),
    )  # fmt: skip
    for n, short in enumerate(("service", "meal", "club")):
        await till.owner.execute(
            """
            insert into period_charge (school_id, id, period_id, item_id, seq, amount, quantity,
                   scope, ref, created_at)
            select school_id, $3, $4, id, 1, amount, $5, 'school', '', $6
              from fee_item where school_id = $1 and id = $2
            """,
            till.school.id, till.item_ids[short], new_id(), till.period_id,
            20 if n == 1 else 1, till.now,
        )  # fmt: skip
