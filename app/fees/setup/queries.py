"""What others ask about a school's set-up."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from app import db
from app.crypto import SchoolBox
from app.fees.setup import banks
from app.fees.setup.model import (
    BillingPeriod,
    FeeAccount,
    FeeItem,
    MerchantRow,
    NoSuchAccount,
    OpenAccount,
    PeriodCharge,
    SealedAccount,
    Waiver,
)

# What is sealed, by the names that the seals bear.
NUMBER_FIELD: Final = "fee_account.number"
SECRET_FIELD: Final = "merchant.secret"  # noqa: S105
API_TOKEN_FIELD: Final = "merchant.api_token"  # noqa: S105
REASON_FIELD: Final = "waiver.reason"


async def account_of(conn: db.Conn, *, school_id: int, account_id: UUID) -> FeeAccount | None:
    """One collecting account, also one that is over."""
    return await db.one(
        conn,
        FeeAccount,
        """
        select id, school_id, kind, name, bank_bin, number_tail, holder, is_default, created_at,
               changed_at, ended_at
          from fee_account where school_id = $1 and id = $2
        """,
        school_id,
        account_id,
    )


async def open_account(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID
) -> OpenAccount:
    """A bank's account with its number in clear, for who is to pay to it.

    Raises:
        NoSuchAccount: unknown, or the cash box.
    """
    row = await db.one(
        conn,
        SealedAccount,
        """
        select id, bank_bin, number, number_index, holder from fee_account
         where school_id = $1 and id = $2 and kind = 'bank'
        """,
        school_id,
        account_id,
    )
    if row is None:
        raise NoSuchAccount
    return OpenAccount(
        id=row.id,
        bank=banks.short_name(row.bank_bin),
        bin=row.bank_bin,
        number=box.open(row.number, field=NUMBER_FIELD),
        holder=row.holder,
    )


async def account_by_number(
    conn: db.Conn, *, box: SchoolBox, school_id: int, number: str
) -> UUID | None:
    """The school's live account of this number, as a bank writes it; blanks and dots are ours."""
    found: UUID | None = await db.value(
        conn,
        """
        select id from fee_account
         where school_id = $1 and number_index = $2 and ended_at is null
         order by id limit 1
        """,
        school_id,
        number_index(box, number),
    )
    return found


def number_index(box: SchoolBox, number: str) -> bytes:
    """The blind index of an account's number."""
    return box.index(banks.packed_number(number), field=NUMBER_FIELD)


async def school_of_merchant(conn: db.Conn, *, merchant_id: UUID) -> int | None:
    """Whose merchant it is; the one thing to ask before a school's rows are open."""
    found: int | None = await db.value(
        conn, "select school_id from merchant_school where id = $1", merchant_id
    )
    return found


async def merchant_of(conn: db.Conn, *, merchant_id: UUID) -> MerchantRow | None:
    """A merchant, also one that is over; the transaction sees its school's rows from here on."""
    school_id = await school_of_merchant(conn, merchant_id=merchant_id)
    if school_id is None:
        return None
    await db.scope(conn, schools=[school_id])
    return await db.one(
        conn,
        MerchantRow,
        """
        select school_id, id, account_id, provider, secret, former_secret, former_until, api_token,
               ended_at
          from merchant where school_id = $1 and id = $2
        """,
        school_id,
        merchant_id,
    )


def secrets_of(row: MerchantRow, *, box: SchoolBox, now: datetime) -> list[str]:
    """The secrets that sign at this moment, the present one first."""
    found = [box.open(row.secret, field=SECRET_FIELD)]
    if row.former_secret is not None and row.former_until is not None and now < row.former_until:
        found.append(box.open(row.former_secret, field=SECRET_FIELD))
    return found


def api_token_of(row: MerchantRow, *, box: SchoolBox) -> str | None:
    """What the provider is asked with; None: it is not asked."""
    return None if row.api_token is None else box.open(row.api_token, field=API_TOKEN_FIELD)


async def item_of(conn: db.Conn, *, school_id: int, item_id: UUID) -> FeeItem | None:
    """One fee item, also one that is over."""
    return await db.one(
        conn,
        FeeItem,
        """
        select id, school_id, name, category, collector, legal_basis, unit, amount, cap,
               is_voluntary, receipt_kind, kitchen_cut_off, kitchen_days_before, created_at,
               changed_at, ended_at
          from fee_item where school_id = $1 and id = $2
        """,
        school_id,
        item_id,
    )


async def items_of(conn: db.Conn, *, school_id: int, item_ids: list[UUID]) -> list[FeeItem]:
    """These fee items, also those that are over."""
    return await db.many(
        conn,
        FeeItem,
        """
        select id, school_id, name, category, collector, legal_basis, unit, amount, cap,
               is_voluntary, receipt_kind, kitchen_cut_off, kitchen_days_before, created_at,
               changed_at, ended_at
          from fee_item where school_id = $1 and id = any($2)
        """,
        school_id,
        item_ids,
    )


async def period_of(conn: db.Conn, *, school_id: int, period_id: UUID) -> BillingPeriod | None:
    """One billing period."""
    return await db.one(
        conn,
        BillingPeriod,
        """
        select id, school_id, name, from_day, to_day, due_day, account_id, accepts_partial, state,
               created_at, changed_at, closed_at
          from billing_period where school_id = $1 and id = $2
        """,
        school_id,
        period_id,
    )


async def charges_of(conn: db.Conn, *, school_id: int, period_id: UUID) -> list[PeriodCharge]:
    """What the period asks now, by instalment."""
    return await db.many(
        conn,
        PeriodCharge,
        """
        select id, item_id, seq, due_day, amount, quantity, scope, ref from period_charge
         where school_id = $1 and period_id = $2 and ended_at is null
         order by seq, id
        """,
        school_id,
        period_id,
    )


async def mark_open(conn: db.Conn, *, school_id: int, period_id: UUID, now: datetime) -> None:
    """The period's first bills were issued."""
    await conn.execute(
        """
        update billing_period set state = 'open', changed_at = $3
         where school_id = $1 and id = $2 and state = 'draft'
        """,
        school_id,
        period_id,
        now,
    )


async def waivers_on(
    conn: db.Conn, *, school_id: int, day: date, student_ids: list[UUID] | None = None
) -> list[Waiver]:
    """The approved waivers that hold for a period that begins on `day`.

    `student_ids` None: of all pupils.
    """
    return await db.many(
        conn,
        Waiver,
        """
        select id, school_id, student_id, item_id, kind, value, ground, reason, from_day, to_day,
               state, requested_by, requested_at, decided_by, decided_at, decided_reason, ended_at
          from waiver
         where school_id = $1 and state = 'approved' and $2 between from_day and to_day
           and ($3::uuid[] is null or student_id = any($3))
         order by student_id, id
        """,
        school_id,
        day,
        student_ids,
    )
