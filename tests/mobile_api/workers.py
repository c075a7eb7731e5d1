"""Workers for the tests of jobs: in this process, or one that can be killed."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from app.settings import Settings
from notifications import worker

LEASE_S = 1.5
_REPOSITORY = Path(__file__).resolve().parents[2]
_CODE = (
    "import os; from app.settings import Settings; from notifications.worker import main;"
    f" main(Settings.from_env(os.environ), job_lease_s={LEASE_S})"
)


@contextlib.asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker in this process."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(settings, stop, job_lease_s=LEASE_S))
    try:
        yield
    finally:
        stop.set()
        await task


class Workers:
    """Workers as processes of their own, each killed at the end at the latest."""

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | {
            "DATABASE_URL": settings.require_database_url(),
            "REDIS_URL": settings.require_redis_url(),
            "MASTER_KEY": settings.master_key or "",
            "DATA_DIR": str(settings.data_dir),
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", _CODE],
            cwd=_REPOSITORY,
            env=self._environment,
            stdout=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process


@contextlib.contextmanager
def workers(settings: Settings) -> Iterator[Workers]:
    made = Workers(settings)
    try:
        yield made
    finally:
        for process in made._started:
            process.kill()
            process.wait()
