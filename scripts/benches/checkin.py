"""Check-ins per second through HTTP, beside the bare statement on the same server in one run.

Three loads: single scans over 570 schools, single scans in one hot school, batches of 40. The
limit is `pgbench` with the one-row form of what a scan writes. CPU is read from the processes:
the API's and PostgreSQL's count, the load generator's is told apart.
"""

import argparse
import asyncio
import contextlib
import functools
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
from rich.console import Console
from rich.table import Table

from app.crypto import Vault
from app.keys import KeyRing
from scripts.benches import _load
from scripts.benches._figures import cpu_s
from scripts.benches._ports import free_port
from scripts.benches._province import BenchSchool, build
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey

console = Console(stderr=True)
# A guard's phone each: 570 schools hold their connections open through the morning.
CONNECTIONS = 256
# Phones that come back online with a batch each are fewer.
BATCH_CONNECTIONS = 32
_BARE = Path(__file__).with_name("checkin_bare.sql")


class _Api(NamedTuple):
    port: int
    process: psutil.Process


def main(args: list[str]) -> None:
    """Run it all and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench checkin")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--schools", type=int, default=570)
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="API processes, one a core"
    )
    options = parser.parse_args(args)
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
        EmbeddedValkey(Path(folder) / "vk") as valkey,
    ):
        result = _bench(postgres, valkey, options)
    _show(result)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


def _bench(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, options: argparse.Namespace
) -> dict[str, float]:
    key = KeyRing.generate()
    vault = Vault(KeyRing.parse(key))
    dsn = postgres.dsn("postgres")
    with console.status("a province of schools"):
        migrate(dsn)
        spread = asyncio.run(build(dsn, vault, schools=options.schools, guards=1, pupils=160))
        hot = asyncio.run(build(dsn, vault, schools=1, guards=60, pupils=4000, first_id=9000))
    environment = os.environ | {"DATABASE_URL": dsn, "REDIS_URL": valkey.url, "MASTER_KEY": key}
    bare = _bare_rate(postgres, options.seconds)
    with contextlib.ExitStack() as stack:
        apis = [stack.enter_context(_api(environment)) for _ in range(options.processes)]
        # Plans and prepared statements are warmed up. Each load has cards of its own.
        load = functools.partial(_measure, apis=apis, postgres=psutil.Process(postgres.pid))
        load(_with_cards(spread, 0, 40), seconds=2.0, size=1)
        single = load(_with_cards(spread, 40, 80), seconds=options.seconds, size=1)
        one = load(hot, seconds=options.seconds, size=1)
        batch = load(_with_cards(spread, 80, 160), seconds=options.seconds, size=40)
    again = _bare_rate(postgres, options.seconds / 2)
    # The machine is shared: the limit is the mean of before and after.
    limit = (bare + again) / 2
    return {
        "bare_per_s": limit,
        **{f"single_{k}": v for k, v in single.items()},
        **{f"hot_{k}": v for k, v in one.items()},
        **{f"batch_{k}": v for k, v in batch.items()},
        "single_ratio": single["per_s"] / limit,
        "hot_ratio": one["per_s"] / limit,
        "batch_ratio": batch["per_s"] / limit,
    }


def _measure(
    schools: list[BenchSchool],
    *,
    apis: list[_Api],
    postgres: psutil.Process,
    seconds: float,
    size: int,
) -> dict[str, float]:
    """One load from a process of its own; CPU in µs a scan."""
    watched = [postgres, *(api.process for api in apis)]
    before = [cpu_s(process) for process in watched]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.apply(
            _load.run,
            (schools,),
            {
                "ports": [api.port for api in apis],
                "seconds": seconds,
                "connections": CONNECTIONS if size == 1 else BATCH_CONNECTIONS,
                "size": size,
            },
        )
    used = [cpu_s(process) - start for process, start in zip(watched, before, strict=True)]
    if result.ok < result.scans * 0.99:
        raise RuntimeError(f"only {result.ok} of {result.scans} scans were ok")
    latencies = sorted(result.latencies_ms)
    return {
        "per_s": result.scans / result.seconds,
        "cpu_us": sum(used) / result.scans * 1e6,
        "api_cpu_us": sum(used[1:]) / result.scans * 1e6,
        "postgres_cpu_us": used[0] / result.scans * 1e6,
        "generator_cpu_us": result.cpu_s / result.scans * 1e6,
        "p50_ms": latencies[len(latencies) // 2],
        "p99_ms": latencies[int(len(latencies) * 0.99)],
    }


def _with_cards(schools: list[BenchSchool], first: int, last: int) -> list[BenchSchool]:
    return [msgspec.structs.replace(school, cards=school.cards[first:last]) for school in schools]


def _bare_rate(postgres: EmbeddedPostgres, seconds: float) -> float:
    """Transactions a second of the one-row statement, by pgbench over 8 connections."""
    with console.status("the bare statement"):
        command: list[str | Path] = [
            postgres.tool("pgbench"), "--no-vacuum", "--protocol=prepared", "--client=8",
            "--jobs=1", f"--time={max(2, int(seconds))}", f"--file={_BARE}",
            f"--host={postgres.sockets}", "--username=postgres", "postgres",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"LANG": "C"}
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said: {done.stdout} {done.stderr}")
    return float(found.group(1))


@contextlib.contextmanager
def _api(environment: dict[str, str]) -> Iterator[_Api]:
    port = free_port()
    command = [sys.executable, "-m", "scripts.cli", "serve"]
    log = Path(tempfile.mkdtemp(prefix="ct-bench-")) / "api.log"
    console.print(f"the API's log: {log}")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, env=environment | {"PORT": str(port)}, stdout=output, stderr=output
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}/health/ready"
        try:
            _await(url, process)
            yield _Api(port=port, process=psutil.Process(process.pid))
        finally:
            process.terminate()


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    raise RuntimeError("the API did not become ready")


def _show(result: dict[str, float]) -> None:
    table = Table(title="check-ins through HTTP")
    names = (
        "load",
        "per s",
        "x bare",
        "API µs",
        "PostgreSQL µs",
        "generator µs",
        "p50 ms",
        "p99 ms",
    )
    for name in names:
        table.add_column(name, justify="right")
    table.add_row("bare statement", f"{result['bare_per_s']:.0f}", "1.00")
    for load in ("single", "hot", "batch"):
        table.add_row(
            load,
            f"{result[f'{load}_per_s']:.0f}",
            f"{result[f'{load}_ratio']:.2f}",
            *(f"{result[f'{load}_{k}_cpu_us']:.0f}" for k in ("api", "postgres", "generator")),
            *(f"{result[f'{load}_{k}_ms']:.1f}" for k in ("p50", "p99")),
        )
    console.print(table)
