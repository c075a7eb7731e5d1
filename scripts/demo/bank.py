"""What a bank and SePay say of a transfer, byte for byte as documented: for the demo and tests.

Written from SePay's documentation alone: it shares nothing with who reads it.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

HANOI: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class BankTransfer(Struct, frozen=True, kw_only=True):
    """One line of an account's statement, with SePay's number of it. `amount` in đồng."""

    id: int
    account: str
    amount: int
    memo: str
    at: datetime
    reference: str | None
    direction: Literal["in", "out"] = "in"
    bank: str = "Vietcombank"
    sub_account: str | None = None
    balance: int = 0

    @property
    def when(self) -> str:
        """The bank's local time."""
        return self.at.astimezone(HANOI).strftime("%Y-%m-%d %H:%M:%S")

    def event(self) -> dict[str, Any]:
        """The body of a webhook."""
        return {
            "id": self.id,
            "gateway": self.bank,
            "transactionDate": self.when,
            "accountNumber": self.account,
            "subAccount": self.sub_account,
            "code": None,
            "content": self.memo,
            "transferType": self.direction,
            "description": f"BankAPINotify {self.memo}",
            "transferAmount": self.amount,
            "accumulated": self.balance,
            "referenceCode": self.reference,
        }

    def listed(self) -> dict[str, Any]:
        """A row of `transactions/list`: there numbers are text."""
        came = self.amount if self.direction == "in" else 0
        return {
            "id": str(self.id),
            "bank_brand_name": self.bank,
            "account_number": self.account,
            "transaction_date": self.when,
            "amount_out": f"{self.amount - came}.00",
            "amount_in": f"{came}.00",
            "accumulated": f"{self.balance}.00",
            "transaction_content": self.memo,
            "reference_number": self.reference,
            "code": None,
            "sub_account": self.sub_account,
            "bank_account_id": "19",
        }


def webhook_body(event: dict[str, Any]) -> bytes:
    """As it goes over the wire."""
    return msgspec.json.encode(event)


def webhook_headers(secret: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """What SePay signs a body with, at that moment."""
    timestamp = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "User-Agent": "SePay-Webhook/1.0",
        "X-SePay-Timestamp": timestamp,
        "X-SePay-Signature": f"sha256={signed.hexdigest()}",
    }
