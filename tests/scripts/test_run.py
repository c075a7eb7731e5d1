"""The whole system in one command, for real: its own parts, its servers, and the demo."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from scripts.banner import DEMO_PASSWORD
from tests.scripts.processes import all_gone, descendants, eventually, free_port, python

GUARD, PARENT = "0900000004", "0900000006"


class Whole:
    """`cong-truong run` with an empty DATA_DIR."""

    def __init__(self, data: Path) -> None:
        port = free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = kept | {"DATA_DIR": str(data), "PORT": str(port)}
        self.process = python("-m", "scripts.cli", "run", **self.environment)
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def until_ready(self) -> str:
        """What it says until it is ready."""
        assert self.process.stdout is not None
        said: list[str] = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                return "".join(said)
        raise AssertionError("".join(said))

    def part(self, name: str) -> int | None:
        for child in psutil.Process(self.process.pid).children():
            try:
                if child.cmdline()[-1:] == [name]:
                    return child.pid
            except psutil.NoSuchProcess:
                continue
        return None

    def kill(self, name: str) -> None:
        """Kill the part and wait until another takes its place."""
        before = self.part(name)
        assert before is not None
        os.kill(before, signal.SIGKILL)
        assert eventually(lambda: self.part(name) not in (None, before))

    def token(self, phone: str) -> dict[str, str]:
        device = {"id": f"018f1e6c-0000-7000-8000-00{phone}", "name": "Máy", "platform": "android"}
        body = {"phone": phone, "password": DEMO_PASSWORD, "device": device}
        answer = self.api.post("/v1/auth/login", json=body).raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def scan(self, guard: dict[str, str], direction: str) -> dict[str, Any]:
        words = ("demo", "card", "--as-scan", "--direction", direction)
        card, _ = python("-m", "scripts.cli", *words, **self.environment).communicate(timeout=120)
        answer = self.api.post("/v1/attendance/scans", json=json.loads(card), headers=guard)
        result: dict[str, Any] = answer.raise_for_status().json()["results"][0]
        return result

    def inbox(self, parent: dict[str, str]) -> list[str]:
        answer = self.api.get("/v1/inbox", headers=parent).raise_for_status()
        return [item["kind"] for item in answer.json()["items"]]


@pytest.fixture
def whole(data: Path) -> Iterator[Whole]:
    run = Whole(data)
    yield run
    run.api.close()
    if run.process.poll() is None:
        run.process.terminate()
        run.process.communicate(timeout=120)


def test_on_a_fresh_folder_a_scan_reaches_the_parent_also_over_killed_parts(whole: Whole) -> None:
    said = whole.until_ready()
    assert DEMO_PASSWORD in said
    assert GUARD in said
    guard, parent = whole.token(GUARD), whole.token(PARENT)
    assert whole.inbox(parent) == []
    # The whole keeps real time: after the bell of a school day the scan is a late one.
    arrival = {"ok": "arrival", "late": "arrival_late"}[whole.scan(guard, "in")["outcome"]]
    assert eventually(lambda: whole.inbox(parent) == [arrival])

    family = descendants(whole.process.pid)
    for name in ("relay", "worker", "serve"):
        whole.kill(name)
    assert eventually(lambda: _is_ready(whole.api))
    assert whole.scan(guard, "out")["outcome"] == "ok"
    assert eventually(lambda: sorted(whole.inbox(parent)) == [arrival, "departure"])

    family += descendants(whole.process.pid)
    whole.process.send_signal(signal.SIGINT)
    whole.process.communicate(timeout=120)
    assert whole.process.returncode == 0
    assert all_gone(family)


def test_killed_outright_the_whole_leaves_nothing_running(whole: Whole) -> None:
    whole.until_ready()
    family = descendants(whole.process.pid)
    assert len(family) >= 5
    whole.process.kill()
    whole.process.communicate()
    assert eventually(lambda: all_gone(family))


def _is_ready(api: httpx.Client) -> bool:
    try:
        return api.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False
