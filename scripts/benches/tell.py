"""From the scan to the push: how long it takes, and how much relay and worker get through.

Latency: scans one by one through the API, with relay, worker and an FCM-protocol server. Then a
backlog: the relay beside the bare statement that writes inboxes, the worker beside bare requests
to the same FCM server. CPU is that of the processes; the FCM server's is told apart.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import asyncpg
from rich.console import Console
from rich.table import Table

from app import db
from app.crypto import Vault
from app.ids import new_id
from app.keys import KeyRing
from notifications import queries
from notifications.compose import Audience, by_account, by_outbox_id, compose
from scripts.benches import _tell_fcm
from scripts.benches._figures import cpu_s
from scripts.benches._parts import Place, await_ready, part, until
from scripts.benches._ports import free_port
from scripts.benches._province import LAT, LNG, BenchSchool, build
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey

console = Console(stderr=True)
_BATCH = 500


def main(args: list[str]) -> None:
    """Run it all and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench tell")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--backlog", type=int, default=20_000)
    options = parser.parse_args(args)
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
        EmbeddedValkey(Path(folder) / "vk") as valkey,
        _tell_fcm.served(Path(folder) / "fcm.json") as fcm,
    ):
        result = asyncio.run(_bench(postgres.dsn("postgres"), valkey.url, fcm, options))
    _show(result)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


async def _bench(
    dsn: str, redis_url: str, fcm: _tell_fcm.Fcm, options: argparse.Namespace
) -> dict[str, float]:
    key = KeyRing.generate()
    await asyncio.to_thread(migrate, dsn)
    schools = await build(dsn, Vault(KeyRing.parse(key)), schools=20, guards=1, pupils=100)
    conn = await db.connect(dsn)
    await conn.execute(
        "insert into push_token (account_id, device_id, kind, token, platform, locale)"
        " select account_id, gen_random_uuid(), 'fcm', account_id::text, 'android', 'vi'"
        "   from guardianship"
    )
    environment = os.environ | {
        "DATABASE_URL": dsn, "REDIS_URL": redis_url, "MASTER_KEY": key, "PORT": str(free_port()),
        "FIREBASE_CREDENTIALS": str(fcm.credentials), "FCM_ENDPOINT": fcm.endpoint,
    }  # fmt: skip
    place = Place(dsn=dsn, environment=environment, schools=schools, fcm=fcm)
    latency = await _latency(place, conn, scans=options.scans, seconds=options.seconds)
    relay = await _relay_rate(place, conn, options.backlog)
    worker = await _worker_rate(place, conn, options.backlog)
    await conn.close()
    return latency | relay | worker


async def _latency(
    place: Place, conn: asyncpg.Connection, *, scans: int, seconds: float
) -> dict[str, float]:
    """Milliseconds from sending a scan to its push being taken."""
    base_url = f"http://127.0.0.1:{place.environment['PORT']}"
    sent: dict[str, float] = {}
    with part("serve", place), part("relay", place), part("worker", place):
        async with aiohttp.ClientSession(base_url) as session:
            await await_ready(session)
            await _scan(session, place.schools[0], 99)  # the first warms all up
            await place.fcm.wait_for(1)
            began = time.perf_counter()
            for number in range(scans):
                await asyncio.sleep(began + number * seconds / scans - time.perf_counter())
                school = place.schools[number % len(place.schools)]
                at = time.time()
                sent[await _scan(session, school, number // len(place.schools))] = at
            taken = await place.fcm.wait_for(scans + 1)
    rows = await conn.fetch("select id::text, event_id::text from inbox_item")
    items = {row["id"]: row["event_id"] for row in rows}
    times = sorted(
        (at - sent[items[item_id]]) * 1000 for item_id, at in taken if items[item_id] in sent
    )
    return {
        "scan_to_push_p50_ms": times[len(times) // 2],
        "scan_to_push_p95_ms": times[int(len(times) * 0.95)],
        "scan_to_push_max_ms": times[-1],
        "scans_told": float(len(times)),
        "pushes_taken": float(len(taken)),
    }


async def _scan(session: aiohttp.ClientSession, school: BenchSchool, card: int) -> str:
    """Scan the school's card of that number; the event id."""
    event_id, at = str(new_id()), datetime.now(UTC).isoformat()
    mono_ms = time.monotonic_ns() // 1_000_000
    place = {
        "lat": LAT, "lng": LNG, "accuracy_m": 8.0, "fixed_at": at, "provider": "android",
        "is_mock": False,
    }  # fmt: skip
    scan = {
        "event_id": event_id, "token": school.cards[card], "direction": "in", "scanned_at": at,
        "mono_ms": mono_ms, "device_seq": 1, "station_id": str(school.gate_id), "location": place,
    }  # fmt: skip
    body = {"sent_at": at, "sent_mono_ms": mono_ms, "boot_id": "b", "scans": [scan]}
    headers = {"Authorization": f"Bearer {school.guards[0]}"}
    async with session.post("/v1/attendance/scans", json=body, headers=headers) as response:
        answer = await response.json()
    if answer["results"][0]["outcome"] != "ok":
        raise RuntimeError(f"a scan was not recorded: {answer}")
    return event_id


async def _relay_rate(place: Place, conn: asyncpg.Connection, rows: int) -> dict[str, float]:
    """Rows a second of the relay, beside its one writing statement with all made ready."""
    bare = await _bare_write_rate(place, conn, rows // 4)
    await _fill_outbox(conn, rows)
    began = time.perf_counter()
    with part("relay", place) as relay:
        await until(conn, "select count(*) < $1 from outbox", rows)  # it is up
        began, left = time.perf_counter(), await conn.fetchval("select count(*) from outbox")
        before = cpu_s(relay)
        await until(conn, "select not exists (select from outbox)")
        seconds, cpu = time.perf_counter() - began, cpu_s(relay) - before
    return {
        "relay_per_s": left / seconds,
        "relay_ratio": left / seconds / bare,
        "relay_bare_per_s": bare,
        "relay_cpu_us": cpu / left * 1e6,
    }


async def _bare_write_rate(place: Place, conn: asyncpg.Connection, rows: int) -> float:
    await _fill_outbox(conn, rows)
    pool = await db.create_pool(place.dsn, role=db.RELAY_ROLE, size=1)
    spent = 0.0
    async with pool.acquire() as relay:
        while claimed := await queries.claim_due(relay, limit=_BATCH):
            told = await queries.recipients(relay, claimed)
            accounts = list({each.account_id for each in told})
            ways = await queries.ways(relay, account_ids=accounts)
            audience = Audience(
                recipients=by_outbox_id(told), ways=by_account(ways), switched_off={}, shown={}
            )
            batch = compose(claimed, audience, now=datetime.now(UTC))
            began = time.perf_counter()
            await queries.write(relay, items=batch.items, pushes=batch.pushes, done=batch.done)
            spent += time.perf_counter() - began
    await pool.close()
    return rows / spent


async def _worker_rate(place: Place, conn: asyncpg.Connection, rows: int) -> dict[str, float]:
    """Pushes a second of the worker, beside bare requests to the same server."""
    bare = await place.fcm.bare_rate()
    taken = len(await place.fcm.wait_for(0))
    queued = await conn.fetchval("select count(*) from delivery where state = 'queued'")
    await conn.execute("update delivery set due_at = now() where state = 'queued'")
    with part("worker", place) as worker, part("relay", place):  # the relay's sweep rings
        await place.fcm.wait_for(taken + 1)
        began, before = time.perf_counter(), cpu_s(worker)
        await place.fcm.wait_for(taken + queued, timeout_s=120)
        seconds, cpu = time.perf_counter() - began, cpu_s(worker) - before
    return {
        "worker_per_s": queued / seconds,
        "worker_ratio": queued / seconds / bare,
        "worker_bare_per_s": bare,
        "worker_cpu_us": cpu / queued * 1e6,
    }


async def _fill_outbox(conn: asyncpg.Connection, rows: int) -> None:
    """Arrivals of the province's pupils, each an event of its own."""
    await conn.execute(
        "insert into outbox (school_id, id, kind, day, event_id, student_id, params)"
        " select school_id, gen_random_uuid(), 'arrival', current_date, gen_random_uuid(),"
        "        student_id, $2"
        "   from guardianship, generate_series(1, 1 + $1::int / 2000) limit $1",
        rows,
        {
            "student": "Nguyễn Văn An",
            "school": "Trường THCS Số 1",
            "gate": "Cổng chính",
            "at": datetime.now(UTC).isoformat(),
        },
    )
    await conn.execute("analyze outbox")


def _show(result: Mapping[str, float]) -> None:
    table = Table(title="telling", show_header=False)
    for name, value in result.items():
        table.add_row(name, f"{value:.2f}" if "ratio" in name else f"{value:.0f}")
    console.print(table)
