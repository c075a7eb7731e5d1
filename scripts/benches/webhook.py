"""Webhooks of a bank: verified, kept and answered, and what becomes of them.

First as many as the API keeps, beside the bare statement that keeps one (pgbench, as many
connections, the same rows). Then 200 a second for a minute through API, worker and relay together:
how long an answer takes from the moment the webhook was due, and how far behind the money is.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
import psutil
from rich.console import Console
from rich.table import Table

from app import db
from app.crypto import Vault
from app.keys import KeyRing
from scripts.benches import _till, _webhook_load
from scripts.benches._figures import cpu_s
from scripts.benches._parts import await_ready, running
from scripts.benches._ports import free_port
from scripts.benches._till import Payee
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey

console = Console(stderr=True)
PER_S: Final = 200
LIMIT_MS: Final = 200.0
LIMIT_TOLD_S: Final = 5.0
CONNECTIONS: Final = 16
SCHOOLS: Final = 100
_BARE: Final = Path(__file__).with_name("webhook_bare.sql")


def main(args: list[str]) -> None:
    """Run it all and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench webhook")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the load by the clock")
    parser.add_argument("--fast-seconds", type=float, default=10.0)
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
    dsn, port = postgres.dsn("postgres"), free_port()
    with console.status("schools that are owed money"):
        migrate(dsn)
        payees = _till.open_all(dsn, Vault(KeyRing.parse(key)), schools=SCHOOLS)
    environment = os.environ | {
        "DATABASE_URL": dsn, "REDIS_URL": valkey.url, "MASTER_KEY": key, "PORT": str(port),
        "LOG_LEVEL": "warning",
    }  # fmt: skip
    server = psutil.Process(postgres.pid)
    bare = _bare_rate(postgres, options.fast_seconds / 2)
    with running("serve", environment) as api:
        asyncio.run(_ready(port))
        _load(payees, port=port, seconds=2.0, per_s=None)
        fast = _fast(payees, port, options.fast_seconds, api, server)
        again = _bare_rate(postgres, options.fast_seconds / 2)
        asyncio.run(_forget(dsn))
        with running("worker", environment) as worker, running("relay", environment):
            steady = _steady(dsn, payees, port, options.seconds, [api, worker, server])
    limit = (bare + again) / 2  # the machine is shared
    return {"bare_per_s": limit, **fast, "ratio": fast["fast_per_s"] / limit, **steady}


def _fast(
    payees: Sequence[Payee], port: int, seconds: float, api: psutil.Process, server: psutil.Process
) -> dict[str, float]:
    before = [cpu_s(api), cpu_s(server)]
    load = _load(payees, port=port, seconds=seconds, per_s=None)
    return {
        "fast_per_s": load.events / load.seconds,
        "fast_api_cpu_us": (cpu_s(api) - before[0]) / load.events * 1e6,
        "fast_postgres_cpu_us": (cpu_s(server) - before[1]) / load.events * 1e6,
        "generator_cpu_us": load.cpu_s / load.events * 1e6,
    }


def _steady(
    dsn: str,
    payees: Sequence[Payee],
    port: int,
    seconds: float,
    processes: Sequence[psutil.Process],
) -> dict[str, float]:
    """By the clock, with everybody at work."""
    asyncio.run(_until_taken(dsn))
    before = [cpu_s(process) for process in processes]
    load = _load(payees, port=port, seconds=seconds, per_s=PER_S)
    ended = time.perf_counter()
    asyncio.run(_until_taken(dsn))
    drained_s = time.perf_counter() - ended
    used = [cpu_s(process) - start for process, start in zip(processes, before, strict=True)]
    latencies = sorted(load.latencies_ms)
    return {
        "events": float(load.events),
        "per_s": load.events / load.seconds,
        "p50_ms": latencies[len(latencies) // 2],
        "p99_ms": latencies[int(len(latencies) * 0.99)],
        "max_ms": latencies[-1],
        "drained_s": drained_s,
        **{
            f"{name}_cpu_us": cpu / load.events * 1e6
            for name, cpu in zip(("api", "worker", "postgres"), used, strict=True)
        },
        **asyncio.run(_money(dsn, load.events)),
    }


async def _money(dsn: str, events: int) -> dict[str, float]:
    """How long after its verified webhook an event was money, receipted and told: committed."""
    conn = await db.connect(dsn)
    row = await conn.fetchrow(
        """
        select count(*) as taken, count(*) filter (where outcome = 'fund') as funds,
               percentile_cont(0.5) within group (order by s) as p50,
               percentile_cont(0.99) within group (order by s) as p99, max(s) as last
          from (select outcome, extract(epoch from done_at - received_at)::float8 as s
                  from gateway_inbox where event_key > '0') as t
        """
    )
    paid = await conn.fetchval("select count(*) from invoice where settlement = 'paid'")
    told = await conn.fetchval(
        "select (select count(*) from outbox) + (select count(*) from inbox_item)"
    )
    await conn.close()
    if row is None or not row["taken"] == row["funds"] == events:
        raise RuntimeError(f"{events} were sent, and {row} was made of them")
    return {
        "taken_p50_s": row["p50"],
        "taken_p99_s": row["p99"],
        "taken_max_s": row["last"],
        "bills_paid": float(paid),
        "told": float(told),
    }


def _load(payees: Sequence[Payee], *, port: int, **how: Any) -> _webhook_load.Load:
    """From a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(
            _webhook_load.run, (payees,), {"port": port, "connections": CONNECTIONS, **how}
        )


async def _ready(port: int) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await await_ready(session)


async def _forget(dsn: str) -> None:
    """What was only kept so far would be taken first."""
    conn = await db.connect(dsn)
    await conn.execute("truncate gateway_inbox")
    await conn.close()


async def _until_taken(dsn: str) -> None:
    conn = await db.connect(dsn)
    async with asyncio.timeout(300):
        left = "select exists (select from gateway_inbox where state = 'received')"
        while await conn.fetchval(left):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.05)
    await conn.close()


def _bare_rate(postgres: EmbeddedPostgres, seconds: float) -> float:
    """Transactions a second of the one insert alone."""
    with console.status("the bare statement"):
        command: list[str | Path] = [
            postgres.tool("pgbench"), "--no-vacuum", "--protocol=prepared",
            f"--client={CONNECTIONS}", "--jobs=1", f"--time={max(2, int(seconds))}",
            f"--file={_BARE}", f"--host={postgres.sockets}", "--username=postgres", "postgres",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"LANG": "C"}
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said: {done.stdout} {done.stderr}")
    return float(found.group(1))


def _show(result: Mapping[str, float]) -> None:
    table = Table(title="webhooks", show_header=False)
    for name, value in result.items():
        table.add_row(name, f"{value:.2f}" if name.endswith(("_s", "ratio")) else f"{value:.0f}")
    console.print(table)
    console.print(
        f"99% answered within {result['p99_ms']:.0f} ms of the {LIMIT_MS:.0f} that there are;"
        f" 99% were money, with receipt and news, within {result['taken_p99_s']:.1f} s of the"
        f" {LIMIT_TOLD_S:.0f}."
    )
