"""`cong-truong demo pay`: a bank for who tries the demo."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web
from msgspec import structs

from scripts.demo.pay import pay
from scripts.errors import CommandFailed
from tests.mobile_api.receiving import Counter


@pytest.fixture
async def url(api: httpx.AsyncClient) -> AsyncIterator[str]:
    """The API behind a port."""

    async def forward(request: web.Request) -> web.Response:
        answer = await api.post(
            request.path, content=await request.read(), headers=dict(request.headers)
        )
        return web.Response(status=answer.status_code, body=answer.content)

    server = web.Application()
    server.router.add_post("/{path:.*}", forward)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_bill_of_the_demo_is_paid_by_its_reference(counter: Counter, url: str) -> None:
    counter.clock.now = datetime.now(UTC)
    settings = structs.replace(counter.resources.settings, demo=True)
    bill = await counter.till.bill(counter.till.elder)
    memo = await counter.till.reference_of(bill)

    said = await asyncio.to_thread(pay, settings, url, memo=memo)
    assert said.startswith("120.000 đồng")
    await counter.take()
    assert await counter.paid(bill) == 120_000
    await asyncio.to_thread(pay, settings, url, memo=f"lan nua {memo.lower()}", amount=5_000)
    await counter.take()
    assert [fund["review"] for fund in await counter.funds()] == [None, "duplicate"]


async def test_money_moves_by_itself_in_the_demo_alone(counter: Counter, url: str) -> None:
    settings = counter.resources.settings
    memo = await counter.till.reference_of(await counter.till.bill(counter.till.elder))
    demo = structs.replace(settings, demo=True)
    for given, words, where in (
        (settings, memo, url),
        (demo, "hoc phi", url),
        (demo, "HP000000000", url),
        (demo, memo, "http://127.0.0.1:1"),
    ):
        with pytest.raises(CommandFailed):
            await asyncio.to_thread(pay, given, where, memo=words)
    assert await counter.count("gateway_inbox") == 0
