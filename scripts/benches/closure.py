"""A storm closes a whole province: 570 schools with 270,000 pupils, after the morning's alerts.

The morning is that of the benchmark `absence`, with a guardian's account a pupil. Measured are the
one statement that closes all schools, and the errands that follow, as the workers do them: first a
few schools, then all the others: what a school costs must not depend on how many there are. The
limit is what PostgreSQL takes for the messages alone, by COPY, a transaction a school.
"""

import asyncio
import time
from datetime import UTC, timedelta
from typing import Final

from app import db
from app.attendance.absence.ticker import CONNECTIONS, run_due
from app.attendance.closures import queries
from app.attendance.closures.fanout import due_errands, fan_out_due
from app.attendance.closures.model import NewClosure
from app.attendance.closures.service import STAGGER_S
from app.ids import new_id
from scripts.benches import _whole_province
from scripts.benches._whole_province import FAMILIES, copy_again_s
from scripts.benches.absence import AT, DAY, fill
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres

_FEW: Final = 10
_WORKERS: Final = 2


def main(args: list[str]) -> None:
    """Run it all and print a table; `--json` ends with one JSON object."""
    _whole_province.run("closure", "A closure of the province", _bench, args)


async def _bench(postgres: EmbeddedPostgres, schools: int, pupils: int) -> dict[str, float]:
    dsn = postgres.dsn("postgres")
    await asyncio.to_thread(migrate, dsn)
    owner = await db.connect(dsn)
    await owner.execute("select ensure_partitions('2026-11-01', '2026-11-30')")
    await owner.execute("set timezone = 'Asia/Ho_Chi_Minh'")
    await fill(owner, schools, pupils // schools)
    for statement in FAMILIES:
        await owner.execute(statement)
    await owner.execute("analyze")
    pool = await db.create_pool(dsn, role=db.APP_ROLE, size=CONNECTIONS)
    finder = await db.create_pool(dsn, role=db.WORKER_ROLE, size=_WORKERS)
    await run_due(pool, now=AT.astimezone(UTC))
    alerts: int = await owner.fetchval("select count(*) from outbox where kind = 'absence'")
    close_s = await _close(pool, schools)
    few_s = await _tell(finder, pool, _FEW)
    rest_s = await _tell(finder, pool, schools)
    look_s = await _idle(finder)
    told: int = await owner.fetchval("select count(*) from outbox where kind = 'closure'")
    back: int = await owner.fetchval("select count(*) from outbox where kind = 'correction'")
    bare_s = await copy_again_s(owner, {"outbox": "true"}, schools)
    await finder.close()
    await pool.close()
    await owner.close()
    rest = schools - _FEW
    return {
        "schools": float(schools),
        "told": float(told),
        "alerts": float(alerts),
        "corrections": float(back),
        "close_all_ms": close_s * 1000,
        "fan_out_s": few_s + rest_s,
        "ms_a_school_of_10": few_s / _FEW * 1000,
        "ms_a_school_of_all": rest_s / rest * 1000,
        "ratio_of_all_to_10": (rest_s / rest) / (few_s / _FEW),
        "idle_look_ms": look_s * 1000,
        "bare_s": bare_s,
        "ratio": (few_s + rest_s) / bare_s,
    }


async def _close(pool: db.Pool, schools: int) -> float:
    start = time.perf_counter()
    async with db.transaction(pool, schools=range(1, schools + 1)) as conn:
        await queries.declare(
            conn,
            closure_id=new_id(),
            new=NewClosure(
                org_unit_id=1, school_id=None, from_day=DAY, to_day=DAY, kind="storm", reason="Bão"
            ),
            created_by=new_id(),
            school_ids=await queries.schools_below(conn, unit_id=1),
            stagger_s=STAGGER_S,
            now=AT.astimezone(UTC),
        )
    return time.perf_counter() - start


async def _tell(finder: db.Pool, pool: db.Pool, schools: int) -> float:
    """Seconds for the errands of the first so many schools, by two workers."""
    now = AT.astimezone(UTC) + timedelta(seconds=(schools - 0.5) * STAGGER_S)
    start = time.perf_counter()
    await asyncio.gather(*(fan_out_due(finder, pool, now=now) for _ in range(_WORKERS)))
    elapsed = time.perf_counter() - start
    if left := await due_errands(finder, now=now):
        raise SystemExit(f"{len(left)} errands were not done")
    return elapsed


async def _idle(finder: db.Pool) -> float:
    """A look with nothing to do, as there is one each second."""
    start = time.perf_counter()
    await due_errands(finder, now=AT.astimezone(UTC) + timedelta(days=1))
    return time.perf_counter() - start
