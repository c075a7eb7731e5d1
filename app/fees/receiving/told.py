"""What an event tells: whether it can be money of its account, and the arrival that it would be."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.model import Arrival
from app.fees.office.model import MEMO_FIELD
from app.fees.receiving.gateway import (
    EventOutcome,
    PaymentGateway,
    Source,
    Transfer,
    Unreadable,
)
from app.fees.receiving.inbox import BODY_FIELD
from app.fees.receiving.sepay import SePay
from app.fees.setup.banks import packed_number
from app.fees.setup.queries import NUMBER_FIELD

# By the merchant's provider; for reading alone, which asks nobody.
READERS: Final[dict[str, PaymentGateway]] = {"sepay": SePay()}


class Event(Struct, frozen=True, kw_only=True):
    """A kept event, and the account that its merchant watches; `body`, `number` sealed."""

    event_key: str
    source: Source
    body: bytes
    provider: str
    account_id: UUID
    number: bytes | None


def read(event: Event, *, box: SchoolBox, gateway: PaymentGateway) -> Transfer | EventOutcome:
    """The movement, if it can be money of the account; or why it is none."""
    try:
        transfer = gateway.read(box.open_bytes(event.body, field=BODY_FIELD), source=event.source)
    except Unreadable:
        return "unreadable"
    number = None if event.number is None else box.open(event.number, field=NUMBER_FIELD)
    return not_money(transfer, number=number) or transfer


def not_money(transfer: Transfer, *, number: str | None) -> EventOutcome | None:
    """Why a movement is no money for the account of this number; None: it is. Pure."""
    if number is None or packed_number(number) not in map(packed_number, transfer.accounts):
        return "other_account"
    if not transfer.is_incoming:
        return "outgoing"
    if transfer.currency.upper() != "VND":
        return "not_vnd"
    return None if transfer.amount > 0 else "not_positive"


def arrival_of(event: Event, transfer: Transfer, *, box: SchoolBox) -> Arrival:
    """The money that it is, under the bank's reference, or its own key where there is none."""
    return Arrival(
        account_id=event.account_id,
        bank_ref=transfer.bank_ref or made_reference(event),
        amount=transfer.amount,
        channel="transfer",
        received_at=transfer.at,
        memo=box.seal(transfer.memo, field=MEMO_FIELD),
        payer=None,
        source=event.source,
        source_ref=event.event_key,
    )


def made_reference(event: Event) -> str:
    """What stands for a bank's reference, and is no bank's."""
    return f"{event.provider}:{event.event_key}"


async def fund_under(
    conn: db.Conn, *, school_id: int, account_id: UUID, bank_ref: str, amount: int | None = None
) -> UUID | None:
    """The fund of this reference; with `amount`: if it is of that amount, and in the books."""
    found: UUID | None = await db.value(
        conn,
        """
        select id from fund f
         where school_id = $1 and account_id = $2 and bank_ref = $3
           and ($4::bigint is null or (amount = $4 and not exists (
                select from refund d where d.school_id = $1 and d.fund_id = f.id
                   and d.kind = 'strike' and d.state = 'succeeded')))
        """,
        school_id,
        account_id,
        bank_ref,
        amount,
    )
    return found
