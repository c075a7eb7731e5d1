"""`cong-truong demo pay`: a bill of the demo is paid at a bank, and SePay tells the school."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
from msgspec import Struct

from app import db
from app.crypto import Vault
from app.fees.references import references_in
from app.fees.setup.queries import NUMBER_FIELD, SECRET_FIELD
from app.schools.common import school_box
from app.settings import Settings
from scripts.demo.bank import BankTransfer, webhook_body, webhook_headers
from scripts.demo.database import connection
from scripts.errors import CommandFailed

_WAIT_S = aiohttp.ClientTimeout(total=30)


class _Bill(Struct, frozen=True, kw_only=True):
    school_id: int
    merchant_id: UUID
    secret: bytes
    number: bytes
    amount: int


class _Payable(Struct, frozen=True, kw_only=True):
    merchant_id: UUID
    secret: str
    number: str
    amount: int

    def __repr__(self) -> str:
        return f"_Payable({self.merchant_id})"


def pay(settings: Settings, base_url: str, *, memo: str, amount: int | None = None) -> str:
    """Transfer to the account of the bill or intent that `memo` names; what to tell who asked.

    `amount` None: all that is asked for, in đồng.

    Raises:
        CommandFailed: this is not the demo, nobody has such a bill, or nothing answers.
    """
    if not settings.demo:
        raise CommandFailed("money moves by itself in the demo only.")
    found = asyncio.run(_payable(settings, memo))
    paid = amount or found.amount
    if paid <= 0:
        raise CommandFailed("nothing is left to pay of it: say how much with --amount.")
    return asyncio.run(_transfer(found, base_url, memo=memo, amount=paid))


async def _payable(settings: Settings, memo: str) -> _Payable:
    refs = references_in(memo)
    if not refs:
        raise CommandFailed("this is no reference: it is HP and nine more, as a bill's QR has it.")
    vault = Vault(settings.key_ring)
    async with connection(settings, role=db.APP_ROLE) as conn, conn.transaction():
        schools = [row["id"] for row in await db.rows(conn, "select id from school")]
        await db.scope(conn, schools=schools)
        bill = await _bill(conn, schools, refs)
        if bill is None:
            raise CommandFailed("no bill of the demo has this reference, on an account with SePay.")
        box = await school_box(conn, vault=vault, school_id=bill.school_id)
    return _Payable(
        merchant_id=bill.merchant_id,
        secret=box.open(bill.secret, field=SECRET_FIELD),
        number=box.open(bill.number, field=NUMBER_FIELD),
        amount=bill.amount,
    )


async def _bill(conn: db.Conn, school_ids: list[int], refs: list[str]) -> _Bill | None:
    return await db.one(
        conn,
        _Bill,
        """
        select r.school_id, m.id as merchant_id, m.secret, a.number,
               coalesce(t.amount, i.total - i.paid) as amount
          from pay_reference r
          left join invoice i on i.school_id = r.school_id and i.id = r.invoice_id
          left join payment_intent t on t.school_id = r.school_id and t.id = r.intent_id
          join fee_account a on a.school_id = r.school_id
               and a.id = coalesce(i.account_id, t.account_id)
          join merchant m on m.school_id = r.school_id and m.account_id = a.id
               and m.provider = 'sepay' and m.ended_at is null
         where r.school_id = any($1::int[]) and r.ref = any($2)
         order by r.school_id limit 1
        """,
        school_ids,
        refs,
    )


async def _transfer(found: _Payable, base_url: str, *, memo: str, amount: int) -> str:
    now, number = datetime.now(UTC), time.time_ns() // 1_000_000
    body = webhook_body(
        BankTransfer(
            id=number,
            account=found.number,
            amount=amount,
            memo=f"MBVCB.{number}.{memo}.CT tu 0123456789 toi {found.number}",
            at=now,
            reference=f"FT{number}",
        ).event()
    )
    url = f"{base_url.rstrip('/')}/v1/webhooks/sepay/{found.merchant_id}"
    headers = webhook_headers(found.secret, body, at=now)
    try:
        async with (
            aiohttp.ClientSession(timeout=_WAIT_S) as http,
            http.post(url, data=body, headers=headers) as response,
        ):
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise CommandFailed(f"nothing answers at {base_url}. Is it served?") from None
    if status != 200:
        raise CommandFailed(f"the school's webhook answers {status}.")
    dotted = f"{amount:,}".replace(",", ".")
    return f"{dotted} đồng were transferred, and the school was told."
