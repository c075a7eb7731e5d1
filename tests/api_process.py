"""The API as a process of its own, as `cong-truong serve` starts it."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from scripts.servers.process import die_with_parent
from tests.conftest import MASTER_KEY

REPOSITORY = Path(__file__).resolve().parents[1]


class ApiProcess:
    """Serves on a free port of the loopback from `start` to `stop`; its clock is the real one.

    `part`: "serve", or "relay" or "worker", which listen nowhere. `more` is added to the
    environment.
    """

    def __init__(
        self,
        *,
        database_url: str,
        redis_url: str,
        port: int,
        log: Path,
        part: str = "serve",
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._part = part
        self._log = log
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "MASTER_KEY": MASTER_KEY,
            "DATA_DIR": str(log.parent / "data"),
            "PORT": str(port),
            **(more or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scripts.cli", self._part],
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        deadline = time.monotonic() + 60  # a dozen of them may start at once on two cores
        while not self._is_ready():
            assert self.is_running, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _is_ready(self) -> bool:
        if self._part != "serve":
            return f"{self._part}.started" in self.log()
        # Asked often, and beside the start: httpx reads all certificates for each client.
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=2)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
