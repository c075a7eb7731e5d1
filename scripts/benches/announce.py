"""An announcement to a school of 2,000 families: from the request to every inbox and to FCM.

It is sent through the API, with relay, worker and an FCM-protocol server beside; marked urgent, so
that it waits for no quiet hours. The limit is what a bare client gets through to the same server.

`--long`: the department's, to a whole province of 570 schools with 270,000 families. The errands
are done as the workers do them, then the relay tells all; measured is what a school costs among
few and among all, and what memory both take at the beginning and at the end.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg
import psutil
from rich.console import Console
from rich.table import Table

from app import db
from app.attendance.closures.service import STAGGER_S
from app.contact_book.announcements import department
from app.contact_book.announcements.fanout import do_due, due_errands
from app.crypto import Vault
from app.ids import new_id
from app.keys import KeyRing
from scripts.benches import _tell_fcm
from scripts.benches._parts import Place, await_ready, part, running, until
from scripts.benches._ports import free_port
from scripts.benches._province import build
from scripts.benches._whole_province import FAMILIES
from scripts.benches.absence import fill
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey

console = Console(stderr=True)
_SAID: Final = "/v1/contact-book/announcements"
_FEW: Final = 10
_WORKERS: Final = 2
_MB: Final = 1_048_576
_TOLD: Final = "select count(*) >= $1 from inbox_item where kind = 'announcement'"


def main(args: list[str]) -> None:
    """Run it and print a table; `--json` ends with one JSON object."""
    parser = argparse.ArgumentParser(prog="bench announce")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--long", action="store_true", help="a whole province")
    parser.add_argument("--families", type=int, default=2000, help="of the one school")
    parser.add_argument("--schools", type=int, default=570, help="with --long")
    parser.add_argument("--pupils", type=int, default=270_000, help="with --long, in all schools")
    options = parser.parse_args(args)
    result = (
        province(schools=options.schools, pupils=options.pupils)
        if options.long
        else school(families=options.families)
    )
    table = Table(title="an announcement", show_header=False)
    for name, value in result.items():
        table.add_row(name, f"{value:,.2f}")
    console.print(table)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")


def school(*, families: int) -> dict[str, float]:
    """Seconds until all families of one school have it in their inboxes, and FCM has it."""
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
        EmbeddedValkey(Path(folder) / "vk") as valkey,
        _tell_fcm.served(Path(folder) / "fcm.json") as fcm,
    ):
        return asyncio.run(_school(postgres.dsn("postgres"), valkey.url, fcm, families))


async def _school(dsn: str, redis_url: str, fcm: _tell_fcm.Fcm, families: int) -> dict[str, float]:
    key = KeyRing.generate()
    await asyncio.to_thread(migrate, dsn)
    schools = await build(dsn, Vault(KeyRing.parse(key)), schools=1, guards=1, pupils=families)
    conn = await db.connect(dsn)
    await conn.execute("update membership set role = 'principal'")
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
    bare = await fcm.bare_rate()
    with part("serve", place), part("relay", place), part("worker", place):
        found = await _send(place, conn, families)
    await conn.close()
    return found | {
        "fcm_bare_per_s": bare,
        "ratio_of_fcm": found["fcm_s"] / (families / bare),
    }


async def _send(place: Place, conn: asyncpg.Connection, families: int) -> dict[str, float]:
    base_url = f"http://127.0.0.1:{place.environment['PORT']}"
    headers = {"Authorization": f"Bearer {place.schools[0].guards[0]}"}
    async with aiohttp.ClientSession(base_url, headers=headers) as session:
        await await_ready(session)
        pupil = await conn.fetchval("select id::text from student limit 1")
        one = await _written(session, audience=[{"kind": "student", "ref": pupil}])
        await _published(session, one)  # the first warms all up
        before = len(await place.fcm.wait_for(1))
        whole = await _written(session, audience=[])
        began, at = time.perf_counter(), time.time()
        await _published(session, whole)
        answered = time.perf_counter() - began
        await until(conn, _TOLD, 1 + families)
        told = time.perf_counter() - began
        taken = await place.fcm.wait_for(before + families, timeout_s=120)
    times = sorted(when - at for _, when in taken)
    return {
        "families": float(families),
        "request_s": answered,
        "inbox_s": told,
        "fcm_half_s": times[-(families // 2)],
        "fcm_s": times[-1],
    }


async def _written(session: aiohttp.ClientSession, *, audience: list[Any]) -> str:
    body = {
        "school_id": 1, "title": "Nghỉ học chiều nay", "body": "Trường mất nước. " * 20,
        "audience": audience, "is_urgent": True, "answer_kind": "acknowledge",
    }  # fmt: skip
    async with session.post(_SAID, json=body) as response:
        answer = await response.json()
    if response.status != 201:
        raise RuntimeError(f"not written: {answer}")
    return str(answer["id"])


async def _published(session: aiohttp.ClientSession, announcement_id: str) -> None:
    async with session.post(f"{_SAID}/{announcement_id}/publish", json={}) as response:
        if response.status != 200:
            raise RuntimeError(f"not sent: {await response.text()}")


def province(*, schools: int, pupils: int) -> dict[str, float]:
    """What the department's announcement costs, and that its memory does not grow."""
    with (
        tempfile.TemporaryDirectory(prefix="ct-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", keep=False) as postgres,
        EmbeddedValkey(Path(folder) / "vk") as valkey,
    ):
        return asyncio.run(_province(postgres.dsn("postgres"), valkey.url, schools, pupils))


async def _province(dsn: str, redis_url: str, schools: int, pupils: int) -> dict[str, float]:
    await asyncio.to_thread(migrate, dsn)
    owner = await db.connect(dsn)
    await owner.execute("select ensure_partitions('2026-11-01', '2026-11-30')")
    await fill(owner, schools, pupils // schools)
    for statement in FAMILIES:
        await owner.execute(statement)
    await owner.execute("analyze")
    pool = await db.create_pool(dsn, role=db.APP_ROLE, size=_WORKERS)
    finder = await db.create_pool(dsn, role=db.WORKER_ROLE, size=_WORKERS)
    now = datetime.now(UTC)
    publish_s = await _put_out(owner, pool, schools, now)
    async with _memory(psutil.Process()) as memory:
        few_s = await _errands(finder, pool, now, _FEW)
        few_mb = memory["most"]
        rest_s = await _errands(finder, pool, now, schools)
    told = await owner.fetchval("select count(*) from outbox")
    relay = await _relayed(owner, dsn, redis_url, told)
    await finder.close()
    await pool.close()
    await owner.close()
    rest = schools - _FEW
    return {
        "schools": float(schools),
        "families": float(told),
        "publish_ms": publish_s * 1000,
        "errands_s": few_s + rest_s,
        "ms_a_school_of_10": few_s / _FEW * 1000,
        "ms_a_school_of_all": rest_s / rest * 1000,
        "ratio_of_all_to_10": (rest_s / rest) / (few_s / _FEW),
        "errands_mb_of_10": few_mb,
        "errands_mb_of_all": memory["most"],
        **relay,
    }


async def _put_out(owner: asyncpg.Connection, pool: db.Pool, schools: int, now: datetime) -> float:
    announcement_id = new_id()
    await owner.execute(
        "insert into department_announcement (id, org_unit_id, author_account_id, title, body,"
        " to_families, to_staff, to_leaders, answer_kind, is_urgent, search_key, created_at,"
        " changed_at) values ($1, 1, $2, 'Phòng dịch', $3, true, false, false, 'acknowledge',"
        " false, 'phong dich', $4, $4)",
        announcement_id,
        new_id(),
        "Rửa tay thường xuyên. " * 20,
        now,
    )
    start = time.perf_counter()
    school_ids = list(range(1, schools + 1))
    async with db.transaction(pool, schools=school_ids) as conn:
        await department.put_out(
            conn, announcement_id=announcement_id, school_ids=school_ids, at=now, now=now
        )
    return time.perf_counter() - start


async def _errands(finder: db.Pool, pool: db.Pool, now: datetime, schools: int) -> float:
    """Seconds for the errands of the first so many schools, by two workers."""
    due = now + timedelta(seconds=(schools - 0.5) * STAGGER_S)
    start = time.perf_counter()
    await asyncio.gather(*(do_due(finder, pool, now=due) for _ in range(_WORKERS)))
    elapsed = time.perf_counter() - start
    if left := await due_errands(finder, now=due):
        raise SystemExit(f"{len(left)} errands were not done")
    return elapsed


async def _relayed(
    owner: asyncpg.Connection, dsn: str, redis_url: str, rows: int
) -> dict[str, float]:
    """The relay tells them all: how fast, and in how much memory."""
    environment: Mapping[str, str] = os.environ | {
        "DATABASE_URL": dsn, "REDIS_URL": redis_url, "MASTER_KEY": KeyRing.generate(),
    }  # fmt: skip
    early = max(1, rows // 10)
    with running("relay", environment) as process:
        async with _memory(process) as memory:
            await until(owner, "select exists (select from inbox_item)")
            began = time.perf_counter()
            await until(owner, _TOLD, early, every_s=0.5)
            early_mb = memory["most"]
            await until(owner, "select not exists (select from outbox)", every_s=0.1)
            seconds = time.perf_counter() - began
    told: int = await owner.fetchval("select count(distinct account_id) from inbox_item")
    if told != rows:
        raise SystemExit(f"{told} of {rows} families were told")
    return {
        "relay_s": seconds,
        "relay_per_s": rows / seconds,
        "relay_mb_of_a_tenth": early_mb,
        "relay_mb_of_all": memory["most"],
    }


@contextlib.asynccontextmanager
async def _memory(process: psutil.Process) -> AsyncIterator[dict[str, float]]:
    """The most resident memory so far, in MB, looked at ten times a second."""
    found = {"most": 0.0}

    async def look() -> None:
        while True:
            with contextlib.suppress(psutil.NoSuchProcess):
                found["most"] = max(found["most"], process.memory_info().rss / _MB)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(look())
    try:
        await asyncio.sleep(0)
        yield found
    finally:
        task.cancel()
