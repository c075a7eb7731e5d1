"""A bank with SePay behind it: it signs webhooks, sends them up to eight times, lists transfers.

In a test: `bank = FakeBank(till.merchant_id, secret=SECRET, account=NUMBER, post=over(api))`, then
`await bank.pay(120_000, reference)`. For polling: `async with bank:` and `SEPAY_URL=bank.url`.
Faults are asked for: `lose_answers`, `replay`, `at_once`, `out_of_order`, `stale`, `forged`,
`mangled`, `list_faults`.
"""

import asyncio
import itertools
import random
import unicodedata
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Self
from uuid import UUID

import aiohttp
import httpx
from aiohttp import web
from msgspec import Struct, structs

from scripts.demo.bank import HANOI, BankTransfer, webhook_body, webhook_headers

TRIES: Final = 8
# What happens to a memo between a phone and SePay. The last three cut the end off.
Mangling = Literal[
    "prefixed", "packed", "upper", "lower", "spaced", "dotted", "bare", "cut25", "cut50", "cut210"
]
MANGLINGS: Final[tuple[Mangling, ...]] = (
    "prefixed", "packed", "upper", "lower", "spaced", "dotted", "bare", "cut25", "cut50", "cut210",
)  # fmt: skip

# (path, body, headers) -> status and answer
Post = Callable[[str, bytes, dict[str, str]], Awaitable[tuple[int, bytes]]]


class Sent(Struct, frozen=True, kw_only=True):
    """One attempt: what went out, and what came back; `status` 0: the answer was lost."""

    body: bytes
    headers: dict[str, str]
    status: int
    answer: bytes

    @property
    def is_settled(self) -> bool:
        """SePay asks for both."""
        return 200 <= self.status < 300 and b'"success":true' in self.answer.replace(b" ", b"")


def over(client: httpx.AsyncClient) -> Post:
    """Post through a test's client."""

    async def post(path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        response = await client.post(path, content=body, headers=headers)
        return response.status_code, response.content

    return post


def to(base_url: str) -> Post:
    """Post over the network."""

    async def post(path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http,
                http.post(base_url + path, data=body, headers=headers) as response,
            ):
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, b""

    return post


def mangled(memo: str, how: Mangling) -> str:
    """A memo as it arrives."""
    if how == "prefixed":
        return f"MBVCB.3278907687.{memo}.CT tu 0123456789 TRAN VAN A toi 0071001234567"
    if how in ("packed", "upper", "lower"):
        packed = "".join(memo.split()) if how == "packed" else memo
        return packed.lower() if how == "lower" else packed.upper()
    if how in ("spaced", "dotted"):
        return (" " if how == "spaced" else ".").join(
            memo[start : start + 4] for start in range(0, len(memo), 4)
        )
    if how == "bare":
        plain = unicodedata.normalize("NFD", memo).replace("đ", "d").replace("Đ", "D")
        return plain.encode("ascii", "ignore").decode()
    return memo[: int(how.removeprefix("cut"))]


class FakeBank:
    """One account of a school at a bank, and SePay which watches it.

    `clock` is the bank's; `pause` waits between attempts (SePay: minutes; here: not at all).
    """

    def __init__(
        self,
        merchant_id: UUID,
        *,
        secret: str,
        account: str,
        post: Post,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        api_token: str = "sepay-api-token",
        pause: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self.path = f"/v1/webhooks/sepay/{merchant_id}"
        self.secret, self.account, self.api_token = secret, account, api_token
        self.transfers: list[BankTransfer] = []
        self.sent: list[Sent] = []
        self.lose_answers = 0
        self.list_faults: deque[int] = deque()
        self.list_requests: list[dict[str, str]] = []
        self._post, self._clock, self._pause = post, clock, pause
        self._ids = itertools.count(92_704 + random.randrange(10**6) * 1000)
        self._runner: web.AppRunner | None = None

    # Money ---------------------------------------------------------------------------------

    def transfer(self, amount: int, memo: str, **changes: Any) -> BankTransfer:
        """Money moves; nobody is told yet. `changes`: any field of `BankTransfer`."""
        number = next(self._ids)
        made = BankTransfer(
            id=number,
            account=self.account,
            amount=amount,
            memo=memo,
            at=self._clock(),
            reference=f"FT{number}",
            balance=sum(each.amount for each in self.transfers) + amount,
        )
        made = structs.replace(made, **changes)
        self.transfers.append(made)
        return made

    async def pay(self, amount: int, memo: str, **changes: Any) -> Sent:
        """Money moves and the school is told, as SePay does; the last attempt."""
        return await self.tell(self.transfer(amount, memo, **changes))

    # Webhooks ------------------------------------------------------------------------------

    async def tell(self, transfer: BankTransfer) -> Sent:
        """Try until it is settled, eight times at most."""
        sent = await self.send(transfer)
        for attempt in range(1, TRIES):
            if sent.is_settled:
                break
            if self._pause is not None:
                await self._pause(attempt)
            sent = await self.send(transfer)
        return sent

    async def send(
        self,
        transfer: BankTransfer,
        *,
        secret: str | None = None,
        at: datetime | None = None,
        **changes: Any,
    ) -> Sent:
        """One attempt; `changes` replace fields of the body, such as `transferAmount="1"`."""
        return await self.send_body(webhook_body(transfer.event() | changes), secret=secret, at=at)

    async def send_body(
        self, body: bytes, *, secret: str | None = None, at: datetime | None = None
    ) -> Sent:
        """One attempt of any bytes, signed."""
        headers = webhook_headers(secret or self.secret, body, at=at or self._clock())
        return await self.send_as_is(body, headers)

    async def send_as_is(self, body: bytes, headers: dict[str, str]) -> Sent:
        """One attempt of any bytes under any headers; the answer may be lost."""
        status, answer = await self._post(self.path, body, headers)
        if self.lose_answers > 0:
            self.lose_answers -= 1
            status, answer = 0, b""
        sent = Sent(body=body, headers=headers, status=status, answer=answer)
        self.sent.append(sent)
        return sent

    async def replay(self, sent: Sent) -> Sent:
        """The same bytes under the same signature, whenever that was."""
        return await self.send_as_is(sent.body, sent.headers)

    async def forged(self, transfer: BankTransfer) -> Sent:
        """By who does not know the secret."""
        return await self.send(transfer, secret="not the secret")

    async def stale(self, transfer: BankTransfer, *, by: timedelta = timedelta(minutes=6)) -> Sent:
        """Signed too long ago."""
        return await self.send(transfer, at=self._clock() - by)

    async def at_once(self, transfer: BankTransfer, copies: int) -> list[Sent]:
        """The same event so many times, all at once."""
        return await asyncio.gather(*(self.send(transfer) for _ in range(copies)))

    async def out_of_order(
        self, transfers: Sequence[BankTransfer], *, lots: random.Random
    ) -> list[Sent]:
        """Each is told, in any order."""
        shuffled = lots.sample(transfers, len(transfers))
        return [await self.tell(each) for each in shuffled]

    # The list ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What `SEPAY_URL` is set to."""
        assert self._runner is not None, "async with bank:"
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/userapi/transactions/list", self._list)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """The newest first; `since_id` and both dates inclusive."""
        asked = dict(request.query)
        self.list_requests.append(asked)
        if self.list_faults:
            return web.Response(status=self.list_faults.popleft())
        if request.headers.get("Authorization") != f"Bearer {self.api_token}":
            return web.json_response({"status": 401, "error": "Unauthorized"}, status=401)
        found = [
            each
            for each in sorted(self.transfers, key=lambda each: each.id, reverse=True)
            if each.account == asked.get("account_number", each.account)
            and each.id >= int(asked.get("since_id", 0))
            and each.when >= asked.get("transaction_date_min", "")
            and each.when <= asked.get("transaction_date_max", "9999")
        ]
        rows = [each.listed() for each in found[: int(asked.get("limit", 5000))]]
        return web.json_response(
            {"status": 200, "error": None, "messages": {"success": True}, "transactions": rows}
        )


__all__ = [
    "HANOI",
    "MANGLINGS",
    "BankTransfer",
    "FakeBank",
    "Mangling",
    "Sent",
    "mangled",
    "over",
    "to",
]
