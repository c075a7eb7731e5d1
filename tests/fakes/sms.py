"""A server that speaks eSMS.vn's `SendMultipleMessage_V4_post_json`, on loopback.

In a test: `async with FakeSms() as sms: EsmsSender(sms.base_url, ...)`.
By hand: `python -m tests.fakes.sms --port 9098`, with the keys it prints.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated, Literal, Self

import click
import msgspec
from aiohttp import web
from msgspec import Meta, Struct

API_KEY = "fake-api-key"
SECRET_KEY = "fake-secret-key"
BRANDNAME = "CongTruong"
_PATH = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
_KEPT = 10_000


class SmsFault(Struct, frozen=True, kw_only=True):
    """One wrong answer: a `CodeResult`, or an HTTP status, or silence."""

    code: str | None = None
    status: int = 200
    hang_s: float = 0.0
    lost_answer: bool = False
    """Take the text, then cut the connection."""
    raw: str | None = None
    retry_after: str | None = None


class AcceptedSms(Struct, frozen=True, kw_only=True):
    """A text the service has taken. `at` is Unix time."""

    at: float
    phone: str
    text: str
    unicode: bool
    request_id: str
    sms_id: str


class _Body(Struct, forbid_unknown_fields=True):
    ApiKey: str
    SecretKey: str
    Phone: str
    Content: Annotated[str, Meta(min_length=1)]
    Brandname: str
    SmsType: str
    IsUnicode: Literal["0", "1"] = "0"
    Sandbox: Literal["0", "1"] = "0"
    RequestId: Annotated[str, Meta(max_length=50)] = ""
    CallbackUrl: str = ""
    campaignid: str = ""
    SendDate: str = ""


_decoder = msgspec.json.Decoder(_Body)


class FakeSms:
    """`accepted` holds what was taken; `faults` are used up in order by the next requests."""

    def __init__(
        self, *, port: int = 0, on_accept: Callable[[AcceptedSms], None] | None = None
    ) -> None:
        self.accepted: deque[AcceptedSms] = deque(maxlen=_KEPT)
        self.faults: deque[SmsFault] = deque()
        self.requests = 0
        self._port = port
        self._on_accept = on_accept
        self._seen: dict[str, str] = {}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(_PATH, self._send)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What `SMS_BASE_URL` is set to."""
        return f"http://127.0.0.1:{self._port}"

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        fault = self.faults.popleft() if self.faults else SmsFault()
        await asyncio.sleep(fault.hang_s)
        if fault.raw is not None:
            return web.Response(status=fault.status, text=fault.raw)
        if fault.status != 200:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return web.json_response({"error": "fault"}, status=fault.status, headers=headers)
        code, sms_id = (fault.code, "") if fault.code else self._take(await request.read())
        if fault.lost_answer and request.transport is not None:
            request.transport.abort()
        answer: dict[str, object] = {"CodeResult": code, "CountRegenerate": 0}
        answer |= {"SMSID": sms_id} if code == "100" else {"ErrorMessage": f"error {code}"}
        return web.json_response(answer)

    def _take(self, raw: bytes) -> tuple[str, str]:
        """The `CodeResult` and, when taken, the SMSID."""
        try:
            body = _decoder.decode(raw)
        except msgspec.DecodeError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        if (body.ApiKey, body.SecretKey) != (API_KEY, SECRET_KEY):
            return "101", ""
        if body.Brandname != BRANDNAME:
            return "104", ""
        if body.SmsType != "2":
            return "118", ""
        if not (body.Phone.isdigit() and body.Phone.startswith(("0", "84"))):
            return "108", ""
        if body.RequestId and body.RequestId in self._seen:
            return "124", ""
        sms_id = f"{time.time_ns():x}"
        self._seen[body.RequestId] = sms_id
        sms = AcceptedSms(
            at=time.time(),
            phone=body.Phone,
            text=body.Content,
            unicode=body.IsUnicode == "1",
            request_id=body.RequestId,
            sms_id=sms_id,
        )
        self.accepted.append(sms)
        if self._on_accept is not None:
            self._on_accept(sms)
        return "100", sms_id


def _show(sms: AcceptedSms) -> None:
    click.echo(f"{sms.phone}  {sms.text}")


@click.command()
@click.option("--port", default=9098, show_default=True)
def main(port: int) -> None:
    """Take texts as eSMS.vn would, and print each one."""

    async def run() -> None:
        async with FakeSms(
            port=port, on_accept=lambda s: click.echo(f"{s.phone}  {s.text}")
        ) as sms:
            keys = f"SMS_API_KEY={API_KEY} SMS_SECRET_KEY={SECRET_KEY} SMS_BRANDNAME={BRANDNAME}"
            click.echo(f"SMS_BASE_URL={sms.base_url} {keys}")
            await asyncio.Event().wait()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        click.echo("")


if __name__ == "__main__":
    main()
