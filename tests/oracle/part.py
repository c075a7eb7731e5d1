"""The API, the relay or the worker as a process of its own, under the simulated clock.

`python -m tests.oracle.part serve|relay|worker`. All else is as `cong-truong` starts them, but that
the limits of requests a second are off: a month of requests comes within minutes.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from app import errands
from app.attendance.absence import ticker
from app.attendance.desk import ScanDesk
from app.limits import Bucket, Limiter
from app.settings import Settings
from mobile_api import server
from mobile_api.streams import StreamHub
from notifications import relay, worker
from tests.oracle.clock import SharedClock

CLOCK = "SIM_CLOCK"


class NoLimits(Limiter):
    async def _settle(self, bucket: Bucket, key: Any, *, cost: float, need: float) -> None:
        return


async def serve(settings: Settings, clock: SharedClock) -> None:
    async with server.open_resources(settings) as resources:
        resources.clock = clock
        resources.limiter = NoLimits(resources.redis)
        resources.desk = ScanDesk(resources.pool, resources.vault.ring, clock)
        resources.streams = StreamHub(resources.pool, settings.require_redis_url(), clock)
        config = uvicorn.Config(
            server.create_app(resources),
            host="127.0.0.1",
            port=settings.port,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=5,
        )
        await uvicorn.Server(config).serve()


def main(part: str) -> None:
    settings = Settings.from_env(os.environ)
    clock = SharedClock(Path(os.environ[CLOCK]))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    if part == "serve":
        asyncio.run(serve(settings, clock))
    elif part == "relay":
        plain = relay.Relay
        relay.Relay = lambda *args: plain(*args, clock=clock)  # type: ignore[assignment, misc]
        relay.main(settings)
    else:
        worker.utc_now = clock  # type: ignore[attr-defined]
        # The test waits for each cut-off and each closure: looking every few seconds is minutes.
        ticker.LOOK_S = errands._POLL_S = 0.2  # type: ignore[misc]
        worker.main(settings, lease_s=2.0)


if __name__ == "__main__":
    main(sys.argv[1])
