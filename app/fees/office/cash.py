"""Cash over the counter: taken by one, counted once more by another, and then it is money."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import audit, db
from app.crypto import SchoolBox
from app.fees import telling
from app.fees.errors import (
    InvoiceNotOpen,
    MoreThanDue,
    NoSuchInvoice,
    NotAnAmount,
    SamePerson,
)
from app.fees.money.allocating import allocate
from app.fees.money.funds import receive
from app.fees.money.model import Arrival, Share
from app.fees.office.cash_model import CashIdTaken, CashLine, State
from app.fees.office.closes import require_open_day
from app.fees.office.model import PAYER_FIELD, CashDecided, NoCashAccount, NoSuchCash, NotYourCash
from app.schools.common import school_day


class _Held(Struct, frozen=True, kw_only=True):
    id: UUID
    account_id: UUID
    amount: int
    day: date
    payer: str
    state: State
    taken_by: UUID
    taken_at: datetime


async def take(
    conn: db.Conn,
    *,
    school_id: int,
    intake_id: UUID,
    payer: str,
    shares: Sequence[Share],
    taken_by: UUID,
    now: datetime,
) -> None:
    """Write down cash for these bills, once for each id; it counts when another has confirmed it.

    Raises:
        NoCashAccount, NoSuchInvoice, InvoiceNotOpen, MoreThanDue, NotAnAmount, DayClosed
        CashIdTaken: something else was taken under this id.
    """
    day = school_day(now)
    if await _is_known(conn, school_id, intake_id, shares, taken_by):
        return
    await _require_due(conn, school_id=school_id, shares=shares)
    account_id = await _cash_account(conn, school_id=school_id)
    # Of two at once the second one has waited at the cash box.
    if await _is_known(conn, school_id, intake_id, shares, taken_by):
        return
    await require_open_day(
        conn, school_id=school_id, account_id=account_id, day=day, cashier=taken_by
    )
    await conn.execute(
        """
        with c as (
            insert into cash_intake (school_id, id, account_id, amount, day, payer, state, taken_by,
                   taken_at)
            values ($1, $2, $3, $4, $5, $6, 'taken', $7, $8))
        insert into cash_intake_share (school_id, intake_id, invoice_id, amount)
        select $1, $2, * from unnest($9::uuid[], $10::bigint[])
        """,
        school_id,
        intake_id,
        account_id,
        sum(share.amount for share in shares),
        day,
        payer,
        taken_by,
        now,
        [share.invoice_id for share in shares],
        [share.amount for share in shares],
    )
    await telling.waits_for_second_person(
        conn, school_id=school_id, matter="cash", matter_id=intake_id, asked_by=taken_by, now=now
    )
    await _note(conn, school_id, intake_id, "fee_cash_taken", taken_by, now)


async def confirm(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    intake_id: UUID,
    confirmed_by: UUID,
    now: datetime,
) -> None:
    """Another person has counted it: it is money, and pays the bills it was taken for.

    A bill that was paid or void meanwhile gets nothing: the money is there and waits for a person.

    Raises:
        NoSuchCash, CashDecided, SamePerson, DayClosed
    """
    held = await _hold(conn, school_id=school_id, intake_id=intake_id)
    if held.taken_by == confirmed_by:
        raise SamePerson
    arrival = Arrival(
        account_id=held.account_id,
        bank_ref=f"cash:{intake_id}",
        amount=held.amount,
        channel="cash",
        received_at=held.taken_at,
        memo=None,
        payer=box.seal(held.payer, field=PAYER_FIELD) if held.payer else None,
        source="counter",
        source_ref=str(intake_id),
    )
    received = await receive(conn, school_id=school_id, arrival=arrival, now=now)
    shares = await _shares(conn, school_id=school_id, intake_id=intake_id)
    try:
        await allocate(
            conn,
            school_id=school_id,
            fund_id=received.fund_id,
            shares=shares,
            how="cash",
            made_by=confirmed_by,
            now=now,
        )
    except (InvoiceNotOpen, MoreThanDue) as refused:
        is_void = isinstance(refused, InvoiceNotOpen)
        await allocate(
            conn,
            school_id=school_id,
            fund_id=received.fund_id,
            shares=[],
            how="cash",
            made_by=confirmed_by,
            now=now,
            review="not_open" if is_void else "duplicate",
        )
        await telling.waits_for_review(conn, school_id=school_id, now=now)
    await _decide(conn, school_id, intake_id, "confirmed", confirmed_by, now, received.fund_id)
    await _note(conn, school_id, intake_id, "fee_cash_confirmed", confirmed_by, now)


async def cancel(
    conn: db.Conn,
    *,
    school_id: int,
    intake_id: UUID,
    reason: str,
    cancelled_by: UUID,
    is_principal: bool,
    now: datetime,
) -> None:
    """It was never money: given back, or a mistake. By who took it, or the principal.

    Raises:
        NoSuchCash, CashDecided, NotYourCash, DayClosed
    """
    held = await _hold(conn, school_id=school_id, intake_id=intake_id)
    if held.taken_by != cancelled_by and not is_principal:
        raise NotYourCash
    await _decide(conn, school_id, intake_id, "cancelled", cancelled_by, now, None, reason)
    await _note(conn, school_id, intake_id, "fee_cash_cancelled", cancelled_by, now)


async def listed(
    conn: db.Conn,
    *,
    school_id: int,
    state: State | None = None,
    day: date | None = None,
    intake_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[CashLine]:
    """Cash intakes, the latest first."""
    return await db.many(
        conn,
        CashLine,
        """
        select c.id, c.school_id, c.account_id, c.amount, c.day, c.payer, c.state, c.taken_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = c.taken_by) as taken_by_name,
               c.taken_at, c.decided_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = c.decided_by) as decided_by_name,
               c.decided_at, c.cancel_reason, c.fund_id,
               (select jsonb_agg(jsonb_build_object('invoice_id', i.id, 'amount', x.amount,
                           'pay_ref', i.pay_ref, 'student_id', s.id, 'student_name', s.name,
                           'class_name', k.name) order by i.id)
                  from cash_intake_share x
                  join invoice i on i.school_id = $1 and i.id = x.invoice_id
                  join student s on s.school_id = $1 and s.id = i.student_id
                  left join school_class k on k.school_id = $1 and k.id = i.class_id
                 where x.school_id = $1 and x.intake_id = c.id) as shares
          from cash_intake c
         where c.school_id = $1 and ($2::text is null or c.state = $2)
           and ($3::date is null or c.day = $3) and ($4::uuid is null or c.id = $4)
           and ($5::timestamptz is null or (c.taken_at, c.id) < ($5, $6::uuid))
         order by c.taken_at desc, c.id desc limit $7
        """,
        school_id,
        state,
        day,
        intake_id,
        *(before or (None, None)),
        limit,
    )


async def one(conn: db.Conn, *, school_id: int, intake_id: UUID) -> CashLine:
    """Raises: NoSuchCash."""
    found = await listed(conn, school_id=school_id, intake_id=intake_id, limit=1)
    if not found:
        raise NoSuchCash
    return found[0]


async def _cash_account(conn: db.Conn, *, school_id: int) -> UUID:
    """The school's cash box, held: takings, confirmations and closes go one after the other."""
    found: UUID | None = await db.value(
        conn,
        """
        select id from fee_account
         where school_id = $1 and kind = 'cash' and ended_at is null for no key update
        """,
        school_id,
    )
    if found is None:
        raise NoCashAccount(
            (
                "Hãy mở tài khoản tiền mặt trong phần Thiết lập.",
                "Open a cash account in the set-up first.",
            )
        )
    return found


async def _is_known(
    conn: db.Conn, school_id: int, intake_id: UUID, shares: Sequence[Share], taken_by: UUID
) -> bool:
    known = await db.value(
        conn,
        "select taken_by from cash_intake where school_id = $1 and id = $2",
        school_id,
        intake_id,
    )
    if known is None:
        return False
    before = await _shares(conn, school_id=school_id, intake_id=intake_id)
    told = {share.invoice_id: share.amount for share in shares}
    if known != taken_by or told != {share.invoice_id: share.amount for share in before}:
        raise CashIdTaken
    return True


async def _shares(conn: db.Conn, *, school_id: int, intake_id: UUID) -> list[Share]:
    return await db.many(
        conn,
        Share,
        """
        select invoice_id, amount from cash_intake_share
         where school_id = $1 and intake_id = $2 order by invoice_id
        """,
        school_id,
        intake_id,
    )


async def _require_due(conn: db.Conn, *, school_id: int, shares: Sequence[Share]) -> None:
    """As it is now: nobody takes cash for what is paid or void."""
    if not shares or any(share.amount <= 0 for share in shares):
        raise NotAnAmount
    if len({share.invoice_id for share in shares}) != len(shares):
        raise MoreThanDue
    rows = await db.rows(
        conn,
        "select id, state, total - paid as due from invoice where school_id = $1 and id = any($2)",
        school_id,
        [share.invoice_id for share in shares],
    )
    due = {row["id"]: row["due"] if row["state"] == "open" else None for row in rows}
    for share in shares:
        if share.invoice_id not in due:
            raise NoSuchInvoice
        left = due[share.invoice_id]
        if left is None:
            raise InvoiceNotOpen
        if share.amount > left:
            raise MoreThanDue


async def _hold(conn: db.Conn, *, school_id: int, intake_id: UUID) -> _Held:
    account_id = await db.value(
        conn,
        "select account_id from cash_intake where school_id = $1 and id = $2",
        school_id,
        intake_id,
    )
    if account_id is None:
        raise NoSuchCash
    # Closed days are closed behind the same lock; also of a cash box that is over meanwhile.
    await db.value(
        conn,
        "select id from fee_account where school_id = $1 and id = $2 for no key update",
        school_id,
        account_id,
    )
    held = await db.one(
        conn,
        _Held,
        """
        select id, account_id, amount, day, payer, state, taken_by, taken_at from cash_intake
         where school_id = $1 and id = $2 for update
        """,
        school_id,
        intake_id,
    )
    if held is None:
        raise NoSuchCash
    if held.state != "taken":
        raise CashDecided
    await require_open_day(
        conn,
        school_id=school_id,
        account_id=held.account_id,
        day=held.day,
        cashier=held.taken_by,
    )
    return held


async def _decide(
    conn: db.Conn,
    school_id: int,
    intake_id: UUID,
    state: State,
    by: UUID,
    now: datetime,
    fund_id: UUID | None,
    reason: str | None = None,
) -> None:
    await conn.execute(
        """
        update cash_intake set state = $3, decided_by = $4, decided_at = $5, fund_id = $6,
               cancel_reason = $7
         where school_id = $1 and id = $2
        """,
        school_id,
        intake_id,
        state,
        by,
        now,
        fund_id,
        reason,
    )


async def _note(
    conn: db.Conn, school_id: int, intake_id: UUID, kind: str, by: UUID, now: datetime
) -> None:
    await audit.record(
        conn,
        school_id=school_id,
        kind=kind,
        subject_id=intake_id,
        actor_account_id=by,
        detail={},
        now=now,
    )
