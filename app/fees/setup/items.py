"""Fee items: what a school may bill, on what legal basis, and up to which amount."""

from datetime import datetime, time
from uuid import UUID

from msgspec import Struct, structs

from app import audit, db
from app.contact_book.model import line_of
from app.errors import Bilingual
from app.fees.setup import forbidden, queries
from app.fees.setup.model import (
    AlreadyThere,
    BadItem,
    Category,
    Collector,
    FeeItem,
    Forbidden,
    ForbiddenCollection,
    IsOver,
    MustBeVoluntary,
    NoSuchItem,
    ReceiptKind,
    StillInUse,
    Unit,
)
from app.fees.setup.rules import VOLUNTARY_BASIS
from app.ids import new_id
from app.names import text_key


class ItemWritten(Struct, frozen=True, kw_only=True):
    """An item as an accountant writes it; amounts in đồng, of one unit."""

    name: str
    category: Category
    collector: Collector
    legal_basis: str
    unit: Unit
    amount: int
    cap: int | None
    is_voluntary: bool
    receipt_kind: ReceiptKind
    kitchen_cut_off: time | None
    kitchen_days_before: int | None


async def items(
    conn: db.Conn,
    *,
    school_id: int,
    pattern: str | None,
    is_ended: bool,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[FeeItem]:
    """The school's items by name; `pattern` over the name's key."""
    return await db.many(
        conn,
        FeeItem,
        """
        select id, school_id, name, category, collector, legal_basis, unit, amount, cap,
               is_voluntary, receipt_kind, kitchen_cut_off, kitchen_days_before, created_at,
               changed_at, ended_at
          from fee_item
         where school_id = $1 and ($2::text is null or name_key like $2)
           and (ended_at is not null) = $3
           and ($4::text is null or (name_key, id) > ($4, $5))
         order by name_key, id limit $6
        """,
        school_id,
        pattern,
        is_ended,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )


async def item(conn: db.Conn, *, school_id: int, item_id: UUID) -> FeeItem:
    """One item, also one that is over.

    Raises:
        NoSuchItem: the school has none of this id.
    """
    found = await queries.item_of(conn, school_id=school_id, item_id=item_id)
    if found is None:
        raise NoSuchItem
    return found


async def make(
    conn: db.Conn, *, school_id: int, written: ItemWritten, made_by: UUID, now: datetime
) -> FeeItem:
    """Make an item.

    Raises:
        ForbiddenCollection, MustBeVoluntary: the law or the department does not let it be.
        BadItem: above its cap, or a kitchen's hours where no meal by the day is cooked.
        AlreadyThere: an item of this name lives.
    """
    cleaned = await _judged(conn, school_id=school_id, written=written)
    item_id = new_id()
    try:
        await conn.execute(
            """
            insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis,
                   unit, amount, cap, is_voluntary, receipt_kind, kitchen_cut_off,
                   kitchen_days_before, created_by, created_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
            """,
            school_id,
            item_id,
            cleaned.name,
            text_key(cleaned.name),
            *structs.astuple(cleaned)[1:],
            made_by,
            now,
        )
    except db.UniqueViolation:
        raise _there_already() from None
    return await _recorded(conn, school_id, item_id, "made", made_by, now)


async def change(
    conn: db.Conn,
    *,
    school_id: int,
    item_id: UUID,
    changes: dict[str, object],
    changed_by: UUID,
    now: datetime,
) -> FeeItem:
    """Change what it is called and costs; bills that were issued stay as they are.

    What it is (category, collector, unit, voluntary) does not change: end it and make another.

    Raises:
        as `make`, and:
        NoSuchItem: unknown.
        IsOver: it was ended.
        StillInUse: a period that is not closed charges more than the new cap.
    """
    before = await _lock_live(conn, school_id=school_id, item_id=item_id)
    known = {name: getattr(before, name) for name in ItemWritten.__struct_fields__}
    written = await _judged(
        conn, school_id=school_id, written=ItemWritten(**(known | changes)), is_known=True
    )
    if written.cap is not None and await _charged_above(
        conn, school_id=school_id, item_id=item_id, cap=written.cap
    ):
        raise StillInUse(
            (
                "Một đợt thu chưa đóng đang thu cao hơn mức trần mới.",
                "A period that is not closed charges more than the new cap.",
            )
        )
    try:
        await conn.execute(
            """
            update fee_item set name = $3, name_key = $4, legal_basis = $5, amount = $6, cap = $7,
                   receipt_kind = $8, kitchen_cut_off = $9, kitchen_days_before = $10,
                   changed_at = $11
             where school_id = $1 and id = $2
            """,
            school_id,
            item_id,
            written.name,
            text_key(written.name),
            written.legal_basis,
            written.amount,
            written.cap,
            written.receipt_kind,
            written.kitchen_cut_off,
            written.kitchen_days_before,
            now,
        )
    except db.UniqueViolation:
        raise _there_already() from None
    return await _recorded(conn, school_id, item_id, "changed", changed_by, now)


async def end(
    conn: db.Conn, *, school_id: int, item_id: UUID, ended_by: UUID, now: datetime
) -> FeeItem:
    """Bill it no more.

    Raises:
        NoSuchItem: unknown.
        IsOver: it was ended before.
        StillInUse: a period that is not closed charges it.
    """
    await _lock_live(conn, school_id=school_id, item_id=item_id)
    if await _charged_above(conn, school_id=school_id, item_id=item_id, cap=-1):
        raise StillInUse(
            (
                "Một đợt thu chưa đóng đang thu khoản này.",
                "A period that is not closed charges this item.",
            )
        )
    await conn.execute(
        "update fee_item set ended_at = $3, changed_at = $3 where school_id = $1 and id = $2",
        school_id,
        item_id,
        now,
    )
    return await _recorded(conn, school_id, item_id, "ended", ended_by, now)


async def _recorded(
    conn: db.Conn, school_id: int, item_id: UUID, did: str, account_id: UUID, now: datetime
) -> FeeItem:
    """The item as it is now, and in the audit who made it so."""
    row = await item(conn, school_id=school_id, item_id=item_id)
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_item",
        subject_id=item_id,
        actor_account_id=account_id,
        detail={"did": did, "amount": row.amount, "cap": row.cap},
        now=now,
    )
    return row


async def _judged(
    conn: db.Conn, *, school_id: int, written: ItemWritten, is_known: bool = False
) -> ItemWritten:
    """As it is kept. `is_known`: it lives already, so what it is was judged."""
    name = line_of(written.name)
    rules = await forbidden.rules_for(conn, school_id=school_id)
    broken = forbidden.first_forbidden(name, written.collector, rules)
    if broken is not None:
        raise ForbiddenCollection(_why(broken))
    if not written.is_voluntary:
        _require_may_be_owed(name, written.collector)
    if written.cap is not None and written.amount > written.cap:
        raise BadItem(
            ("Mức thu cao hơn mức trần.", "The amount is above the cap that is stated for it.")
        )
    is_daily_meal = written.category == "meal" and written.unit == "day"
    has_kitchen = None not in (written.kitchen_cut_off, written.kitchen_days_before)
    has_any = written.kitchen_cut_off is not None or written.kitchen_days_before is not None
    if is_daily_meal != has_kitchen or has_any != has_kitchen:
        raise BadItem(
            (
                "Tiền ăn theo ngày cần giờ chốt bếp và số ngày báo trước; khoản khác thì không.",
                "Meals by the day need the kitchen's cut-off and days before; others have none.",
            )
        )
    return structs.replace(written, name=name, legal_basis=line_of(written.legal_basis))


def _require_may_be_owed(name: str, collector: Collector) -> None:
    if collector == "parents_board":
        raise MustBeVoluntary(
            (
                "Ban đại diện cha mẹ học sinh chỉ thu tự nguyện"
                " (Thông tư 55/2011/TT-BGDĐT, Điều 10).",
                "A parents' board collects voluntarily only (circular 55/2011/TT-BGDĐT, art. 10).",
            )
        )
    if forbidden.sounds_voluntary(name):
        raise MustBeVoluntary(
            (
                f"Ủng hộ, tài trợ, quỹ là tự nguyện ({VOLUNTARY_BASIS}).",
                f"Gifts and funds are voluntary ({VOLUNTARY_BASIS}).",
            )
        )


def _why(rule: Forbidden) -> Bilingual:
    who = (
        ("Ban đại diện cha mẹ học sinh không được thu", "A parents' board may not collect for")
        if rule.collector == "parents_board"
        else ("Không được thu", "Nothing may be collected for")
    )
    return (
        f"{who[0]}: {rule.name}. Căn cứ: {rule.legal_basis}.",
        f"{who[1]}: {rule.name}. Legal basis: {rule.legal_basis}.",
    )


def _there_already() -> AlreadyThere:
    return AlreadyThere(
        ("Trường đã có khoản thu tên này.", "The school has an item of this name already.")
    )


async def _lock_live(conn: db.Conn, *, school_id: int, item_id: UUID) -> FeeItem:
    await conn.execute(
        "select 1 from fee_item where school_id = $1 and id = $2 for update", school_id, item_id
    )
    found = await item(conn, school_id=school_id, item_id=item_id)
    if found.ended_at is not None:
        raise IsOver(("Khoản thu này đã ngừng.", "This fee item was ended."))
    return found


async def _charged_above(conn: db.Conn, *, school_id: int, item_id: UUID, cap: int) -> bool:
    found = await db.value(
        conn,
        """
        select exists (
            select from period_charge c join billing_period p
                on p.school_id = c.school_id and p.id = c.period_id
             where c.school_id = $1 and c.item_id = $2 and c.ended_at is null and c.amount > $3
               and p.state <> 'closed')
        """,
        school_id,
        item_id,
        cap,
    )
    return bool(found)
