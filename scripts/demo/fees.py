"""Fees of the school that the demo names: its accounts, its items, a month gone and this month.

The past month's bills of one class are paid in part, by the ways that money really comes; this
month's of the whole school are open, with an offer beside. Nobody is told of it: inboxes begin
empty. What chance makes in life, references and the ids of bills and money, it makes here too.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox, Vault
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue
from app.fees.money.allocating import allocate
from app.fees.money.funds import receive
from app.fees.money.model import Arrival, Share
from app.fees.office.model import MEMO_FIELD
from app.fees.setup.queries import NUMBER_FIELD, SECRET_FIELD, number_index
from app.names import search_key
from app.schools.common import ZONE, school_box
from scripts.demo.ids import account_id, class_id
from scripts.demo.lots import demo_id
from scripts.demo.people import ACCOUNTANT_PHONE
from scripts.demo.places import LOWER_SECONDARY

_NUMBER: Final = "0071000123456"
_SECRET: Final = "demo-sepay-of-nobody"  # noqa: S105 - only `cong-truong demo pay` signs with it
_SCHOOL: Final = LOWER_SECONDARY.id
_CLASS: Final = "6A1"
_BASIS: Final = "Nghị quyết của HĐND thành phố về dịch vụ hỗ trợ giáo dục"
_AGREED: Final = "Thỏa thuận bằng văn bản với cha mẹ học sinh"
_BY: Final = account_id(ACCOUNTANT_PHONE)


class _Item(Struct, frozen=True, kw_only=True):
    key: str
    name: str
    category: str
    basis: str
    unit: str
    amount: int
    cap: int | None = None
    is_voluntary: bool = False
    kitchen: tuple[time, int] | None = None

    @property
    def id(self) -> UUID:
        return demo_id("fee item", _SCHOOL, self.key)


_ITEMS: Final = (
    _Item(
        key="boarding", name="Dịch vụ bán trú", category="boarding", basis=_BASIS, unit="month",
        amount=150_000, cap=200_000,
    ),
    _Item(
        key="meal", name="Tiền ăn bán trú", category="meal", basis=_BASIS, unit="day",
        amount=30_000, cap=35_000, kitchen=(time(8), 0),
    ),
    _Item(
        key="water", name="Nước uống", category="service", basis=_BASIS, unit="month",
        amount=10_000, cap=15_000,
    ),
    _Item(
        key="club", name="Câu lạc bộ bóng đá", category="other", basis=_AGREED, unit="month",
        amount=120_000, is_voluntary=True,
    ),
)  # fmt: skip


async def write_fees(conn: db.Conn, vault: Vault, *, today: date) -> None:
    """Write them; the pupils and their leave are there already."""
    box = await school_box(conn, vault=vault, school_id=_SCHOOL)
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    founded = _at(before, 7)
    bank = await _write_accounts(conn, box, founded)
    await _write_items(conn, founded)
    asked = [item.key for item in _ITEMS]
    last = await _write_period(conn, before, bank, asked[:3], founded)
    this = await _write_period(conn, month, bank, asked, founded)
    if await _issue(conn, last, now=_at(before, 9), scope="class"):
        await _pay(conn, box, last, bank, before)
        await conn.execute(
            "update billing_period set state = 'closed', closed_at = $3, changed_at = $3"
            " where school_id = $1 and id = $2",
            _SCHOOL,
            last,
            _at(month - timedelta(days=1), 17),
        )
    since = await db.value(
        conn, "select min(from_day) from enrolment where school_id = $1", _SCHOOL
    )
    issued_on = max(since, min(month + timedelta(days=1), today - timedelta(days=1)))
    due = max(month + timedelta(days=14), today + timedelta(days=5))
    await conn.execute(
        "update billing_period set due_day = $3 where school_id = $1 and id = $2",
        _SCHOOL,
        this,
        due,
    )
    await _issue(conn, this, now=_at(issued_on, 9), scope="school")
    await conn.execute("delete from outbox where school_id = $1 and kind like 'fee_%'", _SCHOOL)
    await conn.execute("analyze invoice, invoice_line, pay_reference, ledger_txn, ledger_entry")


async def _write_accounts(conn: db.Conn, box: SchoolBox, at: datetime) -> UUID:
    bank, merchant = (demo_id(what, _SCHOOL) for what in ("fee account", "merchant"))
    await conn.execute(
        "insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,"
        " number_tail, holder, is_default, created_by, created_at, changed_at) values"
        " ($1, $2, 'bank', 'Tài khoản thu của trường', '970436', $3, $4, $5, $6, true, $8, $9, $9),"
        " ($1, $7, 'cash', 'Quỹ tiền mặt', null, null, null, null, null, false, $8, $9, $9)",
        _SCHOOL, bank, box.seal(_NUMBER, field=NUMBER_FIELD), number_index(box, _NUMBER),
        _NUMBER[-4:], search_key(LOWER_SECONDARY.name).upper(), demo_id("cash", _SCHOOL), _BY, at,
    )  # fmt: skip
    await conn.execute("insert into merchant_school values ($1, $2)", merchant, _SCHOOL)
    await conn.execute(
        "insert into merchant (school_id, id, account_id, provider, secret, created_by,"
        " created_at, changed_at) values ($1, $2, $3, 'sepay', $4, $5, $6, $6)",
        _SCHOOL, merchant, bank, box.seal(_SECRET, field=SECRET_FIELD), _BY, at,
    )  # fmt: skip
    return bank


async def _write_items(conn: db.Conn, at: datetime) -> None:
    await conn.executemany(
        "insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis,"
        " unit, amount, cap, is_voluntary, receipt_kind, kitchen_cut_off, kitchen_days_before,"
        " created_by, created_at, changed_at) values ($1, $2, $3, $4, $5, 'school', $6, $7, $8, $9,"
        " $10, 'receipt', $11, $12, $13, $14, $14)",
        [
            (_SCHOOL, item.id, item.name, search_key(item.name), item.category, item.basis,
             item.unit, item.amount, item.cap, item.is_voluntary,
             *(item.kitchen or (None, None)), _BY, at)
            for item in _ITEMS
        ],
    )  # fmt: skip


async def _write_period(
    conn: db.Conn, month: date, bank: UUID, keys: Sequence[str], at: datetime
) -> UUID:
    period_id = demo_id("billing period", _SCHOOL, month)
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    await conn.execute(
        "insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,"
        " accepts_partial, state, created_by, created_at, changed_at) values ($1, $2, $3, $4, $5,"
        " $6, $7, true, 'draft', $8, $9, $9)",
        _SCHOOL, period_id, f"Tháng {month:%m/%Y}", month, last, month + timedelta(days=14), bank,
        _BY, at,
    )  # fmt: skip
    charges: list[tuple[Any, ...]] = [
        (_SCHOOL, demo_id("charge", period_id, item.key), period_id, item.id, item.amount, at)
        for item in _ITEMS
        if item.key in keys
    ]
    await conn.executemany(
        "insert into period_charge (school_id, id, period_id, item_id, seq, amount, scope, ref,"
        " created_at) values ($1, $2, $3, $4, 1, $5, 'school', '', $6)",
        charges,
    )
    return period_id


async def _issue(conn: db.Conn, period_id: UUID, *, now: datetime, scope: str) -> bool:
    """Whether there was anybody to bill: in August the year's pupils have only come."""
    day = now.astimezone(ZONE).date()
    is_anybody = await db.value(
        conn,
        "select exists (select from enrolment e, billing_period p where e.school_id = $1"
        " and p.school_id = $1 and p.id = $2 and e.from_day <= greatest($3, p.from_day))",
        _SCHOOL,
        period_id,
        day,
    )
    if not is_anybody:
        return False
    issue = Issue(period_id=period_id)
    if scope == "class":
        issue = Issue(period_id=period_id, scope="class", ref=str(class_id(_SCHOOL, _CLASS)))
    await issue_bills(conn, school_id=_SCHOOL, issue=issue, issued_by=_BY, now=now, told=_untold)
    return True


async def _untold(_done: int, _total: int) -> None:
    return None


async def _pay(conn: db.Conn, box: SchoolBox, period_id: UUID, bank: UUID, month: date) -> None:
    """Two families of three pay by transfer, one of them half; who the demo names has paid."""
    bills = await db.rows(
        conn,
        """
        select i.id, i.total, i.student_id, i.pay_ref from invoice i
         where i.school_id = $1 and i.period_id = $2 and i.total > 0
         order by i.student_id = any($3) desc, i.student_id
        """,
        _SCHOOL,
        period_id,
        await _children(conn),
    )
    for n, bill in enumerate(bills):
        if n % 3 == 2:
            continue
        amount = bill["total"] // 2 if n == 4 else bill["total"]
        arrival = Arrival(
            account_id=bank,
            bank_ref=f"FT{month:%y%m}{n:06}",
            amount=amount,
            channel="transfer",
            received_at=_at(month + timedelta(days=3 + n % 12), 8 + n % 11),
            memo=box.seal(f"MBVCB.{n:06}.{bill['pay_ref']}.CT tu 0123456789", field=MEMO_FIELD),
            payer=None,
            source="webhook",
            source_ref=f"{month:%y%m}{n:06}",
        )
        await _put(conn, arrival, Share(invoice_id=bill["id"], amount=amount))


async def _put(conn: db.Conn, arrival: Arrival, share: Share) -> None:
    """What came pays its bill at once."""
    at = arrival.received_at
    got = await receive(conn, school_id=_SCHOOL, arrival=arrival, now=at)
    await allocate(
        conn,
        school_id=_SCHOOL,
        fund_id=got.fund_id,
        shares=[share],
        how="auto",
        made_by=None,
        now=at,
    )


async def _children(conn: db.Conn) -> list[UUID]:
    """Those of the parents whom the demo names."""
    found = await db.rows(
        conn,
        """
        select distinct g.student_id from guardianship g join account a on a.id = g.account_id
         where g.school_id = $1 and a.password_hash is not null
        """,
        _SCHOOL,
    )
    return [row["student_id"] for row in found]


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)
