"""What a period asks of whom: items by school, grade, class or pupil, in instalments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NoReturn
from uuid import UUID

from msgspec import Struct

from app import audit, db
from app.errors import Bilingual
from app.fees.setup import periods, queries
from app.fees.setup.model import (
    BadCharge,
    BillingPeriod,
    ChargeScope,
    ChargesMoved,
    FeeItem,
    PeriodCharge,
)
from app.ids import new_id
from app.schools.common import not_in_school, school_day


class ChargeWritten(Struct, frozen=True, kw_only=True):
    """A charge as an accountant writes it; `amount` None: the item's."""

    item_id: UUID
    seq: int
    due_day: date | None
    amount: int | None
    quantity: int | None
    scope: ChargeScope
    ref: str


_Facts = tuple[UUID, int, date | None, int, int | None, str, str]


async def set_charges(
    conn: db.Conn,
    *,
    school_id: int,
    period_id: UUID,
    written: Sequence[ChargeWritten],
    set_by: UUID,
    now: datetime,
    seen: Collection[UUID] | None = None,
) -> list[PeriodCharge]:
    """Exactly these are charged from now on; bills that were issued stay as they are.

    `seen`: the charges that were there when the writer began; None: whichever there are.

    Raises:
        NoSuchPeriod, IsOver: no period that is not closed.
        NotInSchool: an item, class or pupil that the school has not.
        BadCharge: above its cap, twice, in an order of days that cannot be, of the wrong number.
        ChargesMoved: others are there by now than were seen, and they are not these already.
    """
    period = await periods.lock_live(conn, school_id=school_id, period_id=period_id)
    items = await _items(conn, school_id=school_id, written=written)
    facts = [_judged(each, items[each.item_id]) for each in written]
    _require_once(facts)
    before = await queries.charges_of(conn, school_id=school_id, period_id=period_id)
    known = {_facts_of(row): row.id for row in before}
    _require_seen(known, facts, seen)
    kept_days = {row.due_day for row in before}
    _require_instalments(period, facts, kept_days, now)
    await _require_refs(conn, school_id=school_id, facts=facts)
    gone = [charge_id for fact, charge_id in known.items() if fact not in set(facts)]
    await conn.execute(
        "update period_charge set ended_at = $3 where school_id = $1 and id = any($2)",
        school_id,
        gone,
        now,
    )
    added = [fact for fact in facts if fact not in known]
    await _insert(conn, school_id=school_id, period_id=period_id, facts=added, now=now)
    if gone or added:
        await _record(conn, school_id, period_id, len(added), len(gone), set_by, now)
    return await queries.charges_of(conn, school_id=school_id, period_id=period_id)


def _require_seen(
    known: Mapping[_Facts, UUID], facts: Sequence[_Facts], seen: Collection[UUID] | None
) -> None:
    """What another person has added meanwhile would be gone, and nobody would know of it."""
    is_as_seen = seen is None or set(seen) == set(known.values())
    if not is_as_seen and set(facts) != set(known):
        raise ChargesMoved(
            ("Hãy mở lại đợt thu rồi sửa.", "Open the period again, and then change it.")
        )


async def _items(
    conn: db.Conn, *, school_id: int, written: Sequence[ChargeWritten]
) -> dict[UUID, FeeItem]:
    wanted = sorted({each.item_id for each in written})
    # An item that is being changed or ended is waited for, and judged as it is then.
    await conn.execute(
        "select 1 from fee_item where school_id = $1 and id = any($2) order by id for share",
        school_id,
        wanted,
    )
    found = await queries.items_of(conn, school_id=school_id, item_ids=wanted)
    live = {item.id: item for item in found if item.ended_at is None}
    if missing := [item_id for item_id in wanted if item_id not in live]:
        raise not_in_school("item_id", missing)
    return live


def _judged(written: ChargeWritten, item: FeeItem) -> _Facts:
    amount = item.amount if written.amount is None else written.amount
    if item.cap is not None and amount > item.cap:
        _refuse(
            f"{item.name}: mức thu cao hơn mức trần {_dong(item.cap)}.",
            f"{item.name}: above its cap of {item.cap} đồng.",
        )
    quantity = written.quantity
    if item.unit == "period":
        if quantity not in (None, 1):
            _refuse(
                f"{item.name}: khoản thu theo đợt có số lượng là 1.",
                f"{item.name}: an item by the period is charged once.",
            )
        quantity = 1
    if item.unit == "month" and quantity is None:
        _refuse(f"{item.name}: hãy cho biết số tháng.", f"{item.name}: say how many months.")
    if item.unit == "month" and quantity is not None and quantity > 12:
        _refuse(f"{item.name}: tối đa 12 tháng.", f"{item.name}: at most 12 months.")
    ref = _ref(written)
    return (written.item_id, written.seq, written.due_day, amount, quantity, written.scope, ref)


def _ref(written: ChargeWritten) -> str:
    """The scope's reference as it is kept."""
    ref = written.ref.strip()
    if written.scope == "school" and not ref:
        return ""
    if written.scope == "grade" and ref in [str(grade) for grade in range(13)]:
        return ref
    if written.scope in ("class", "student"):
        try:
            return str(UUID(ref))
        except ValueError:
            pass
    _refuse(
        "Phạm vi thu chưa đúng: toàn trường để trống, khối là số, lớp và học sinh là mã.",
        "`ref` is empty of the school, a grade's number, or the id of a class or pupil.",
    )


def _require_once(facts: Sequence[_Facts]) -> None:
    keys = [(fact[0], fact[1], fact[5], fact[6]) for fact in facts]
    if len(set(keys)) < len(keys):
        _refuse(
            "Một khoản chỉ đặt một lần cho mỗi kỳ và phạm vi.",
            "An item is charged once for each instalment and scope.",
        )


def _require_instalments(
    period: BillingPeriod,
    facts: Iterable[_Facts],
    kept_days: set[date | None],
    now: datetime,
) -> None:
    """One due day an instalment, each after the one before, none newly in the past."""
    days: dict[int, date] = {}
    for _, seq, due_day, *_ in facts:
        day = due_day or period.due_day
        if days.setdefault(seq, day) != day:
            _refuse(f"Kỳ {seq} có hai hạn đóng khác nhau.", f"Instalment {seq} has two due days.")
        if due_day is not None and due_day not in kept_days and due_day < school_day(now):
            _refuse(f"Hạn đóng của kỳ {seq} đã qua.", f"Instalment {seq} is due in the past.")
    order = [days[seq] for seq in sorted(days)]
    if any(later <= earlier for earlier, later in pairwise(order)):
        _refuse(
            "Kỳ sau phải có hạn đóng sau kỳ trước.",
            "Each instalment is due after the one before it.",
        )


async def _require_refs(conn: db.Conn, *, school_id: int, facts: Sequence[_Facts]) -> None:
    for scope, sql in (
        ("class", "select id from school_class where school_id = $1 and id = any($2)"),
        ("student", "select id from student where school_id = $1 and id = any($2)"),
    ):
        wanted = sorted({UUID(fact[6]) for fact in facts if fact[5] == scope})
        if not wanted:
            continue
        found = {row["id"] for row in await db.rows(conn, sql, school_id, wanted)}
        if missing := [each for each in wanted if each not in found]:
            raise not_in_school("ref", missing)


async def _insert(
    conn: db.Conn,
    *,
    school_id: int,
    period_id: UUID,
    facts: Sequence[_Facts],
    now: datetime,
) -> None:
    columns = list(zip(*facts, strict=True)) or [()] * 7
    await conn.execute(
        """
        insert into period_charge (school_id, period_id, created_at, id, item_id, seq, due_day,
               amount, quantity, scope, ref)
        select $1, $2, $3, * from unnest($4::uuid[], $5::uuid[], $6::smallint[], $7::date[],
               $8::bigint[], $9::smallint[], $10::text[], $11::text[])
        """,
        school_id,
        period_id,
        now,
        [new_id() for _ in facts],
        *map(list, columns),
    )


async def _record(
    conn: db.Conn,
    school_id: int,
    period_id: UUID,
    added: int,
    ended: int,
    set_by: UUID,
    now: datetime,
) -> None:
    """Who: what it was and is the rows say by themselves, which have the same instant."""
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_charges",
        subject_id=period_id,
        actor_account_id=set_by,
        detail={"added": added, "ended": ended},
        now=now,
    )


def _facts_of(row: PeriodCharge) -> _Facts:
    return (row.item_id, row.seq, row.due_day, row.amount, row.quantity, row.scope, row.ref)


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + " đồng"


def _refuse(*words: str) -> NoReturn:
    detail: Bilingual = (words[0], words[1])
    raise BadCharge(detail)
