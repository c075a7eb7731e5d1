"""Collecting accounts: a school's accounts at banks, and its cash box."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from app import db
from app.contact_book.model import line_of
from app.crypto import SchoolBox
from app.fees.setup import banks, queries
from app.fees.setup.model import (
    AccountKind,
    AlreadyThere,
    BadAccount,
    FeeAccount,
    IsOver,
    NoSuchAccount,
    StillInUse,
)
from app.fees.setup.watched import note
from app.ids import new_id
from app.schools.common import lock_school


class BankDetails(Struct, frozen=True, kw_only=True):
    """An account as its papers name it."""

    bin: str
    number: str
    holder: str


async def accounts(conn: db.Conn, *, school_id: int) -> list[FeeAccount]:
    """All of them, also those that are over; the default one first."""
    rows = await db.many(
        conn,
        FeeAccount,
        """
        select id, school_id, kind, name, bank_bin, number_tail, holder, is_default, created_at,
               changed_at, ended_at
          from fee_account where school_id = $1
         order by ended_at is not null, not is_default, id
        """,
        school_id,
    )
    return [_named(row) for row in rows]


async def account(conn: db.Conn, *, school_id: int, account_id: UUID) -> FeeAccount:
    """One account.

    Raises:
        NoSuchAccount: the school has none of this id.
    """
    row = await queries.account_of(conn, school_id=school_id, account_id=account_id)
    if row is None:
        raise NoSuchAccount
    return _named(row)


async def open_one(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    kind: AccountKind,
    name: str,
    bank: BankDetails | None,
    is_default: bool,
    made_by: UUID,
    now: datetime,
) -> FeeAccount:
    """Take up an account; the first one at a bank is the default whatever is said.

    Raises:
        BadAccount: no such bank, not a number, or details that its kind has not.
        AlreadyThere: its number is open in this school, or the school has a cash box.
    """
    if (kind == "bank") != (bank is not None) or (kind == "cash" and is_default):
        raise BadAccount(
            (
                "Tài khoản ngân hàng cần ngân hàng, số và chủ tài khoản; quỹ tiền mặt thì không.",
                "A bank's account needs bank, number and holder; the cash box has none of these.",
            )
        )
    checked = None if bank is None else _checked(bank)
    await lock_school(conn, school_id=school_id)
    is_first = kind == "bank" and not await _has_default(conn, school_id=school_id)
    if is_default:
        await _clear_default(conn, school_id=school_id, now=now)
    account_id = new_id()
    try:
        await _insert(
            conn,
            school_id=school_id,
            account_id=account_id,
            kind=kind,
            name=line_of(name),
            bank=checked,
            box=box,
            is_default=is_default or is_first,
            made_by=made_by,
            now=now,
        )
    except db.UniqueViolation:
        raise _there_already(kind) from None
    opened = await account(conn, school_id=school_id, account_id=account_id)
    await note(conn, account=opened, change="opened", made_by=made_by, now=now)
    return opened


async def change(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID,
    name: str | None,
    holder: str | None,
    is_default: bool | None,
    made_by: UUID,
    now: datetime,
) -> FeeAccount:
    """Rename it, or make it the default. Another number is another account: end this one.

    Raises:
        NoSuchAccount: unknown.
        IsOver: it was ended.
        BadAccount: the cash box has no holder and is no default; a default is not taken away.
    """
    await lock_school(conn, school_id=school_id)
    row = await _live(conn, school_id=school_id, account_id=account_id)
    if row.kind == "cash" and (holder is not None or is_default):
        raise BadAccount(
            ("Quỹ tiền mặt không có chủ tài khoản.", "The cash box has no holder and no default.")
        )
    if is_default is False and row.is_default:
        raise BadAccount(
            ("Hãy chọn tài khoản khác làm mặc định.", "Make another account the default instead.")
        )
    if is_default and not row.is_default:
        await _clear_default(conn, school_id=school_id, now=now)
    await conn.execute(
        """
        update fee_account set name = coalesce($3, name), holder = coalesce($4, holder),
               is_default = coalesce($5, is_default), changed_at = $6
         where school_id = $1 and id = $2
        """,
        school_id,
        account_id,
        None if name is None else line_of(name),
        None if holder is None else _holder(holder),
        is_default,
        now,
    )
    changed = await account(conn, school_id=school_id, account_id=account_id)
    if changed.is_default and not row.is_default:
        await note(conn, account=changed, change="default", made_by=made_by, now=now)
    if changed.holder != row.holder:
        await note(conn, account=changed, change="holder", made_by=made_by, now=now)
    return changed


async def end(
    conn: db.Conn, *, school_id: int, account_id: UUID, made_by: UUID, now: datetime
) -> FeeAccount:
    """Take no more bills to it. What was paid to it stays; money that still comes is kept.

    Raises:
        NoSuchAccount: unknown.
        IsOver: it was ended before.
        StillInUse: a period that is not closed is paid to it, a bill or a code that a family holds
            is, or a bank reports on it.
    """
    await lock_school(conn, school_id=school_id)
    row = await _live(conn, school_id=school_id, account_id=account_id)
    used = await db.value(
        conn,
        """
        select exists (select from billing_period where school_id = $1 and account_id = $2
                          and state <> 'closed')
            or exists (select from merchant where school_id = $1 and account_id = $2
                          and ended_at is null)
            or exists (select from invoice where school_id = $1 and account_id = $2
                          and state in ('draft', 'open') and settlement <> 'paid'
                          and not is_voluntary)
            or exists (select from payment_intent where school_id = $1 and account_id = $2
                          and state = 'pending' and expires_at > $3)
        """,
        school_id,
        account_id,
        now,
    )
    if used:
        raise StillInUse(
            (
                "Hãy đóng các đợt thu, thu xong hoặc hủy các phiếu còn mở và ngắt kết nối ngân hàng"
                " của tài khoản này trước.",
                "First close its periods, settle or void its open bills, and end its merchant.",
            )
        )
    await conn.execute(
        """
        update fee_account set ended_at = $3, changed_at = $3, is_default = false
         where school_id = $1 and id = $2
        """,
        school_id,
        row.id,
        now,
    )
    ended = await account(conn, school_id=school_id, account_id=account_id)
    await note(conn, account=ended, change="ended", made_by=made_by, now=now)
    return ended


async def require_live(conn: db.Conn, *, school_id: int, account_id: UUID) -> FeeAccount:
    """An account that takes money; it stays so until the transaction ends.

    Raises:
        NoSuchAccount: unknown.
        IsOver: it was ended.
    """
    await conn.execute(
        "select 1 from fee_account where school_id = $1 and id = $2 for share",
        school_id,
        account_id,
    )
    return await _live(conn, school_id=school_id, account_id=account_id)


async def _live(conn: db.Conn, *, school_id: int, account_id: UUID) -> FeeAccount:
    row = await account(conn, school_id=school_id, account_id=account_id)
    if row.ended_at is not None:
        raise IsOver(("Tài khoản này đã ngừng thu.", "This account was ended."))
    return row


def _checked(bank: BankDetails) -> BankDetails:
    number = banks.packed_number(bank.number)
    if bank.bin not in banks.banks():
        raise BadAccount(
            ("Mã ngân hàng không có trong danh sách.", "The bank's BIN is not in the list.")
        )
    if not banks.is_number(number):
        raise BadAccount(
            (
                "Số tài khoản chỉ gồm 6 đến 19 chữ số.",
                "An account's number is of 6 to 19 digits alone.",
            )
        )
    return BankDetails(bin=bank.bin, number=number, holder=_holder(bank.holder))


def _holder(raw: str) -> str:
    """As banks write it."""
    return line_of(raw).upper()


def _named(row: FeeAccount) -> FeeAccount:
    return row if row.bank_bin is None else replace(row, bank=banks.short_name(row.bank_bin))


def _there_already(kind: AccountKind) -> AlreadyThere:
    if kind == "cash":
        return AlreadyThere(("Trường đã có quỹ tiền mặt.", "The school has a cash box already."))
    return AlreadyThere(
        ("Số tài khoản này trường đang dùng rồi.", "The school uses this account already.")
    )


async def _has_default(conn: db.Conn, *, school_id: int) -> bool:
    found = await db.value(
        conn,
        "select 1 from fee_account where school_id = $1 and is_default and ended_at is null",
        school_id,
    )
    return bool(found)


async def _clear_default(conn: db.Conn, *, school_id: int, now: datetime) -> None:
    await conn.execute(
        """
        update fee_account set is_default = false, changed_at = $2
         where school_id = $1 and is_default and ended_at is null
        """,
        school_id,
        now,
    )


async def _insert(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID,
    kind: AccountKind,
    name: str,
    bank: BankDetails | None,
    box: SchoolBox,
    is_default: bool,
    made_by: UUID,
    now: datetime,
) -> None:
    await conn.execute(
        """
        insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,
               number_tail, holder, is_default, created_by, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
        """,
        school_id,
        account_id,
        kind,
        name,
        None if bank is None else bank.bin,
        None if bank is None else box.seal(bank.number, field=queries.NUMBER_FIELD),
        None if bank is None else queries.number_index(box, bank.number),
        None if bank is None else bank.number[-4:],
        None if bank is None else bank.holder,
        is_default,
        made_by,
        now,
    )
