"""A family about to pay: one reference and one VietQR for what it chose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.crypto import Vault
from app.errors import NotFound
from app.fees.errors import InvoiceNotOpen, MoreThanDue, NoSuchInvoice
from app.fees.paying import queries, vietqr
from app.fees.paying.dues import own_bills
from app.fees.paying.kin import pairs_of, payers_links
from app.fees.paying.model import (
    MAX_AMOUNT,
    BillRow,
    Intent,
    IntentDiffers,
    IntentOver,
    IntentRow,
    IntentShare,
    IntentState,
    NotOneAccount,
    NotPaidByTransfer,
    PartNotAccepted,
    PayTo,
    SameInvoiceTwice,
    ShareWanted,
)
from app.fees.references import new_reference
from app.fees.setup.model import NoSuchAccount
from app.fees.setup.queries import account_of, open_account
from app.identity.model import Caller
from app.schools.common import school_box

LIVES: Final = timedelta(hours=24)


class NoSuchIntent(NotFound):
    """Không tìm thấy mã thanh toán này | There is no such payment code"""


async def intend(
    conn: db.Conn,
    *,
    vault: Vault,
    caller: Caller,
    intent_id: UUID,
    shares: Sequence[ShareWanted],
    now: datetime,
) -> Intent:
    """One reference for these bills of the caller's children, all of one school.

    The same id again gets the same intent, with what has become of it. Nothing is held: what is
    paid meanwhile in another way is found when the money comes.

    Raises:
        NoSuchInvoice: one of them is not theirs.
        SameInvoiceTwice, InvoiceNotOpen, MoreThanDue, PartNotAccepted: what was chosen.
        NotOneAccount, NotPaidByTransfer: they are paid to several accounts, or at the school.
        IntentDiffers: the id is another's, or was for other shares.
    """
    links = await payers_links(conn, caller=caller)
    await queries.hold_intent_id(conn, intent_id=intent_id)
    known = await queries.intent(
        conn, school_ids={link.school_id for link in links}, intent_id=intent_id
    )
    if known is not None:
        return await _again(conn, vault=vault, caller=caller, row=known, shares=shares, now=now)
    if len({share.invoice_id for share in shares}) != len(shares):
        raise SameInvoiceTwice
    found = await own_bills(conn, links=links, invoice_ids=[share.invoice_id for share in shares])
    bills = {bill.id: bill for bill in found}
    if len(bills) != len(shares):
        raise NoSuchInvoice
    if len({(bill.school_id, bill.account_id) for bill in found}) != 1:
        raise NotOneAccount
    parts = [
        IntentShare(invoice_id=share.invoice_id, amount=_amount(share, bills[share.invoice_id]))
        for share in shares
    ]
    row = await _insert(
        conn, caller=caller, intent_id=intent_id, bill=found[0], shares=parts, now=now
    )
    return await _shown(conn, vault=vault, row=row, now=now)


async def intent_of(
    conn: db.Conn, *, vault: Vault, caller: Caller, intent_id: UUID, now: datetime
) -> Intent:
    """An intent of the caller's own, while the rights to all its children last.

    Raises:
        NoSuchIntent: it is not theirs.
    """
    links = await payers_links(conn, caller=caller)
    row = await queries.intent(
        conn, school_ids={link.school_id for link in links}, intent_id=intent_id
    )
    if row is None or row.payer_account_id != caller.account_id:
        raise NoSuchIntent
    shares = await queries.shares_of(conn, school_id=row.school_id, intent_id=row.id)
    if not {(row.school_id, share.student_id) for share in shares} <= pairs_of(links):
        raise NoSuchIntent
    return await _shown(conn, vault=vault, row=row, now=now)


async def code_of(
    conn: db.Conn, *, vault: Vault, caller: Caller, intent_id: UUID, now: datetime
) -> str:
    """The text of the intent's code, to be drawn.

    Raises:
        NoSuchIntent: it is not the caller's.
        IntentOver: it is paid, its time is over, or a bill has changed.
    """
    shown = await intent_of(conn, vault=vault, caller=caller, intent_id=intent_id, now=now)
    if shown.qr is None:
        raise IntentOver
    return shown.qr


def _amount(share: ShareWanted, bill: BillRow) -> int:
    """What of a bill is to be paid."""
    if bill.left <= 0 or bill.declined_at is not None:
        raise InvoiceNotOpen
    if share.amount is None or share.amount == bill.left:
        return bill.left
    if share.amount > bill.left:
        raise MoreThanDue
    if not (bill.accepts_partial or bill.is_voluntary):
        raise PartNotAccepted
    return share.amount


async def _again(
    conn: db.Conn,
    *,
    vault: Vault,
    caller: Caller,
    row: IntentRow,
    shares: Sequence[ShareWanted],
    now: datetime,
) -> Intent:
    """The intent that is there, for who asks for the same once more."""
    if row.payer_account_id != caller.account_id:
        raise IntentDiffers
    kept = {
        share.invoice_id: share.amount
        for share in await queries.shares_of(conn, school_id=row.school_id, intent_id=row.id)
    }
    is_same = len(kept) == len(shares) and all(
        share.invoice_id in kept and share.amount in (None, kept[share.invoice_id])
        for share in shares
    )
    if not is_same:
        raise IntentDiffers
    return await intent_of(conn, vault=vault, caller=caller, intent_id=row.id, now=now)


async def _insert(
    conn: db.Conn,
    *,
    caller: Caller,
    intent_id: UUID,
    bill: BillRow,
    shares: Sequence[IntentShare],
    now: datetime,
) -> IntentRow:
    account = await account_of(conn, school_id=bill.school_id, account_id=bill.account_id)
    total = sum(share.amount for share in shares)
    # Nobody looks into an account that has ended any more.
    is_open = account is not None and account.kind == "bank" and account.ended_at is None
    if not is_open or total > MAX_AMOUNT:
        raise NotPaidByTransfer
    for _ in range(3):
        row = IntentRow(
            id=intent_id,
            school_id=bill.school_id,
            payer_account_id=caller.account_id,
            account_id=bill.account_id,
            pay_ref=new_reference(),
            amount=total,
            state="pending",
            created_at=now,
            expires_at=now + LIVES,
        )
        if await queries.insert_intent(conn, row=row, shares=shares):
            return row
    raise IntentDiffers


async def _shown(conn: db.Conn, *, vault: Vault, row: IntentRow, now: datetime) -> Intent:
    shares = await queries.shares_of(conn, school_id=row.school_id, intent_id=row.id)
    account = await account_of(conn, school_id=row.school_id, account_id=row.account_id)
    fits = all(share.fits for share in shares)
    is_open = account is not None and account.ended_at is None
    state = state_at(row, fits=fits and is_open, now=now)
    name: str = await db.value(conn, "select name from school where id = $1", row.school_id)
    to = await _pay_to(conn, vault=vault, row=row) if state == "pending" else None
    return Intent(
        id=row.id,
        school_id=row.school_id,
        school_name=name,
        pay_ref=row.pay_ref,
        memo=row.pay_ref,
        amount=row.amount,
        state=state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        shares=[IntentShare(invoice_id=each.invoice_id, amount=each.amount) for each in shares],
        account=to,
        qr=None if to is None else vietqr.payload(to.bin, to.number, row.amount, row.pay_ref),
    )


def state_at(row: IntentRow, *, fits: bool, now: datetime) -> IntentState:
    """What a payer is told of it: whoever pays twice, or too late, waits for a person."""
    if row.state != "pending":
        return row.state
    if not fits:
        return "failed"
    return "expired" if now >= row.expires_at else "pending"


async def _pay_to(conn: db.Conn, *, vault: Vault, row: IntentRow) -> PayTo:
    box = await school_box(conn, vault=vault, school_id=row.school_id)
    try:
        account = await open_account(
            conn, box=box, school_id=row.school_id, account_id=row.account_id
        )
    except NoSuchAccount:
        raise NotPaidByTransfer from None
    return PayTo(bank=account.bank, bin=account.bin, number=account.number, holder=account.holder)
