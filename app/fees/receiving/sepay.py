"""SePay: signed webhooks of transfers, and a list to ask for those that were missed.

Webhooks: developer.sepay.vn, "Webhooks", HMAC-SHA256. The list: "API v1", `transactions/list`; its
ids are those of the webhooks, which those of v2 are not (docs/decisions/0058).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

import aiohttp
import msgspec
from msgspec import Meta, Struct

from app.fees.receiving.gateway import (
    MOST_DONG,
    GatewayAway,
    NotSigned,
    Page,
    Source,
    Transfer,
    Unreadable,
)
from app.schools.common import ZONE

SIGNATURE_HEADER: Final = "x-sepay-signature"
TIMESTAMP_HEADER: Final = "x-sepay-timestamp"
MOST_DRIFT_S: Final = 300
PAGE_ROWS: Final = 5000
_MOST_PAGES: Final = 10
_MOST_ANSWER_BYTES: Final = 8_000_000
_ASK_S: Final = aiohttp.ClientTimeout(total=20)

_SIGNATURE: Final = re.compile(r"sha256=([0-9a-f]{64})")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
_AT: Final = "%Y-%m-%d %H:%M:%S"
_YEARS: Final = range(2020, 2101)

_Line = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Account = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9 .-]+$")]
_Id = Annotated[int, Meta(gt=0, le=2**63 - 1)]
_Amount = Annotated[int, Meta(ge=-MOST_DONG, le=MOST_DONG)]
_Time = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$")]
_Decimal = Annotated[str, Meta(pattern=r"^-?[0-9]{1,13}(\.0{1,4})?$")]
_Currency = Annotated[str, Meta(max_length=10)]


class SePayEvent(Struct, frozen=True, kw_only=True, rename="camel"):
    """A webhook's body; SePay may add fields. `transfer_amount` is in đồng, times are Vietnam's."""

    id: _Id
    account_number: _Account
    transaction_date: _Time
    transfer_type: Literal["in", "out"]
    transfer_amount: _Amount
    sub_account: str | None = None
    content: str | None = None
    reference_code: _Line | None = None
    currency: _Currency = "VND"


class _Listed(Struct, frozen=True, kw_only=True):
    id: _Id | Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,17}$")]
    account_number: _Account
    transaction_date: _Time
    amount_in: _Decimal
    amount_out: _Decimal
    sub_account: str | None = None
    transaction_content: str | None = None
    reference_number: _Line | None = None
    currency: _Currency = "VND"


class _Answer(Struct, frozen=True, kw_only=True):
    transactions: list[msgspec.Raw]


_event = msgspec.json.Decoder(SePayEvent)
_listed = msgspec.json.Decoder(_Listed)
_answer = msgspec.json.Decoder(_Answer)


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """What SePay writes into its signature header."""
    signed = hmac.digest(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return "sha256=" + signed.hex()


class SePay:
    """A `PaymentGateway`. `url`: where the list is asked for."""

    provider: Final = "sepay"

    def __init__(self, url: str = "https://my.sepay.vn", *, page_rows: int = PAGE_ROWS) -> None:
        self._url = url.rstrip("/") + "/userapi/transactions/list"
        self._page_rows = page_rows

    def verify(
        self, *, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        """As the protocol says; the moment is signed too, and may be 5 minutes off."""
        given, timestamp = headers.get(SIGNATURE_HEADER), headers.get(TIMESTAMP_HEADER)
        if not given or not timestamp:
            raise NotSigned("no_signature")
        if not _SIGNATURE.fullmatch(given) or not _TIMESTAMP.fullmatch(timestamp):
            raise NotSigned("unreadable")
        if not any(
            hmac.compare_digest(signature(secret, timestamp=timestamp, body=body), given)
            for secret in secrets
        ):
            raise NotSigned("bad_signature")
        if abs(now.timestamp() - int(timestamp)) > MOST_DRIFT_S:
            raise NotSigned("stale")

    def read(self, body: bytes, *, source: Source) -> Transfer:
        """As the protocol says; strictly: a number in quotes is none."""
        try:
            if source == "webhook":
                return _of_event(_event.decode(body))
            return _of_listed(_listed.decode(body))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            # From None: the error's text may quote the body.
            raise Unreadable from None

    async def transfers(
        self, *, token: str, account: str, since: str | None, first_day: date
    ) -> Page:
        """As the protocol says. Whichever end of a long list comes first, none is left out."""
        asked = {"account_number": account, "limit": str(self._page_rows)}
        asked |= {"since_id": since} if since else {"transaction_date_min": f"{first_day}"}
        found: dict[bytes, None] = {}
        newest = int(since) if since else 0
        async with aiohttp.ClientSession(
            timeout=_ASK_S, headers={"Authorization": f"Bearer {token}"}
        ) as session:
            for _ in range(_MOST_PAGES):
                rows = await self._rows(session, asked)
                before = len(found)
                found |= dict.fromkeys(rows)
                read = [row for row in map(_marks, rows) if row]
                newest = max([newest, *(number for number, _ in read)])
                if len(rows) < self._page_rows or len(found) == before or not read:
                    break
                asked["transaction_date_max"] = min(at for _, at in read)
        return Page(bodies=tuple(found), mark=str(newest) if newest else None)

    async def _rows(self, session: aiohttp.ClientSession, asked: Mapping[str, str]) -> list[bytes]:
        try:
            async with session.get(self._url, params=asked, allow_redirects=False) as response:
                if response.status != 200:
                    raise GatewayAway(f"answers {response.status}")
                body = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > _MOST_ANSWER_BYTES:
                        raise GatewayAway("answers too much")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise GatewayAway(type(error).__name__) from None
        try:
            return [bytes(row) for row in _answer.decode(body).transactions]
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise GatewayAway("answers what cannot be read") from None


def _marks(row: bytes) -> tuple[int, str] | None:
    """A listed row's id and time; None: it cannot be read, and is kept to be looked at."""
    try:
        listed = _listed.decode(row)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return int(listed.id), listed.transaction_date


def _of_event(event: SePayEvent) -> Transfer:
    return Transfer(
        event_key=str(event.id),
        accounts=_accounts(event.account_number, event.sub_account),
        is_incoming=event.transfer_type == "in",
        amount=event.transfer_amount,
        currency=event.currency,
        at=_instant(event.transaction_date),
        memo=event.content or "",
        bank_ref=(event.reference_code or "").strip(),
    )


def _of_listed(row: _Listed) -> Transfer:
    came, went = int(Decimal(row.amount_in)), int(Decimal(row.amount_out))
    if came and went:
        raise Unreadable
    return Transfer(
        event_key=str(int(row.id)),
        accounts=_accounts(row.account_number, row.sub_account),
        is_incoming=not went,
        amount=came or went,
        currency=row.currency,
        at=_instant(row.transaction_date),
        memo=row.transaction_content or "",
        bank_ref=(row.reference_number or "").strip(),
    )


def _accounts(number: str, sub: str | None) -> tuple[str, ...]:
    return (number, sub) if sub else (number,)


def _instant(text: str) -> datetime:
    at = datetime.strptime(text, _AT).replace(tzinfo=ZONE)
    if at.year not in _YEARS:
        raise Unreadable
    return at
