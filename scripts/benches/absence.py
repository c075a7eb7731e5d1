"""The cut-off of a whole province: who is missing at 570 schools with 270,000 pupils.

A morning is written in bulk: one in twenty is missing, some are on leave, some codes were refused.
Then the runs are held as the worker holds them, first for a few schools, then for all the others:
what a school costs must not depend on how many there are. The limit is what PostgreSQL takes for
the rows alone, by COPY into the same tables, a transaction a school.
"""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg
import psutil

from app import db
from app.attendance.absence.ticker import CONNECTIONS, Summary, run_due
from app.attendance.plan import ZONE
from scripts.benches import _whole_province
from scripts.benches._figures import cpu_s
from scripts.benches._whole_province import console, copy_again_s
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres

DAY: Final = date(2026, 11, 16)
AT: Final = datetime(2026, 11, 16, 7, 46, tzinfo=ZONE)
LIMIT_S: Final = 60.0
_FEW: Final = 10
_CLASSES: Final = 12
_ROWS: Final = {
    "absence_run": "true",
    "absence_case": "true",
    "attendance_day": "state in ('absent_unexcused', 'absent_excused')",
    "outbox": "kind in ('absence', 'absence_held')",
}


def main(args: list[str]) -> None:
    """Run it all and print a table; `--json` ends with one JSON object."""
    result = _whole_province.run("absence", "Absence at the cut-off", _bench, args)
    console.print(f"{result['s']:.1f} s of the {LIMIT_S:.0f} s that there are")


async def _bench(postgres: EmbeddedPostgres, schools: int, pupils: int) -> dict[str, float]:
    dsn = postgres.dsn("postgres")
    await asyncio.to_thread(migrate, dsn)
    owner = await db.connect(dsn)
    await owner.execute("select ensure_partitions('2026-11-01', '2026-11-30')")
    await fill(owner, schools, pupils // schools)
    pool = await db.create_pool(dsn, role=db.APP_ROLE, size=CONNECTIONS)
    few = await _timed(pool, postgres, list(range(1, _FEW + 1)))
    rest = await _timed(pool, postgres, list(range(_FEW + 1, schools + 1)))
    bare_s = await copy_again_s(owner, _ROWS, schools)
    idle_s = await _idle(pool)
    await pool.close()
    await owner.close()
    all_s = few["s"] + rest["s"]
    return {
        "schools": float(schools),
        "pupils": few["pupils"] + rest["pupils"],
        "told": few["told"] + rest["told"],
        "held": few["held"] + rest["held"],
        "s": all_s,
        "cpu_s": few["cpu_s"] + rest["cpu_s"],
        "postgres_cpu_s": few["postgres_cpu_s"] + rest["postgres_cpu_s"],
        "ms_a_school_of_10": few["s"] / _FEW * 1000,
        "ms_a_school_of_all": rest["s"] / (schools - _FEW) * 1000,
        "ratio_of_all_to_10": (rest["s"] / (schools - _FEW)) / (few["s"] / _FEW),
        "idle_look_ms": idle_s * 1000,
        "bare_s": bare_s,
        "ratio": all_s / bare_s,
    }


async def fill(owner: asyncpg.Connection, schools: int, pupils: int) -> None:
    """Write the morning of these schools, each of so many pupils."""
    for statement in _FILL.split(";\n"):
        if statement.strip():
            await owner.execute(statement.format(schools=schools, pupils=pupils, classes=_CLASSES))
    await owner.execute("analyze")


async def _timed(
    pool: db.Pool, postgres: EmbeddedPostgres, school_ids: list[int]
) -> dict[str, float]:
    server = psutil.Process(postgres.pid)
    cpu, before, start = time.process_time(), cpu_s(server), time.perf_counter()
    summary: Summary = await run_due(pool, now=AT.astimezone(UTC), school_ids=school_ids)
    found = {
        "s": time.perf_counter() - start,
        "cpu_s": time.process_time() - cpu,
        "postgres_cpu_s": cpu_s(server) - before,
        "pupils": float(sum(run.enrolled for run in summary.runs)),
        "told": float(sum(run.told for run in summary.runs)),
        "held": float(sum(run.held for run in summary.runs)),
    }
    if len(summary.runs) != len(school_ids) or summary.failed:
        raise SystemExit(f"{len(summary.runs)} runs for {len(school_ids)} schools")
    return found


async def _idle(pool: db.Pool) -> float:
    """A look with nothing to do, as there is one each few seconds; its plans are not in memory."""
    start = time.perf_counter()
    await run_due(pool, now=(AT + timedelta(minutes=1)).astimezone(UTC))
    return time.perf_counter() - start


_FILL: Final = """
insert into org_unit (id, kind, name) values (1, 'department', 'Sở');
insert into school (id, org_unit_id, name, level)
select n, 1, 'Trường ' || n, 'primary' from generate_series(1, {schools}) n;
insert into campus (school_id, id, name, fence)
select id, gen_random_uuid(), 'Cơ sở 1', '{{"type":"circle","lat":16,"lng":107,"radius_m":100}}'
  from school;
insert into station (school_id, id, campus_id, number, name, kind)
select school_id, gen_random_uuid(), id, 1, 'Cổng', 'gate' from campus;
insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)
select id, gen_random_uuid(), 'Ca sáng', '07:00', '11:30', '07:05', '07:30', '{{1,2,3,4,5,6}}'
  from school;
insert into school_class (school_id, id, school_year, grade, name, campus_id)
select school_id, gen_random_uuid(), '2026-2027', 1, '1A' || n, id
  from campus, generate_series(1, {classes}) n;
insert into class_shift (school_id, class_id, shift_id)
select c.school_id, c.id, s.id from school_class c join shift s on s.school_id = c.school_id;
insert into student (school_id, id, name, sort_key, search_key)
select id, gen_random_uuid(), 'Em ' || n, 'em', 'em' from school, generate_series(1, {pupils}) n;
insert into enrolment (school_id, student_id, class_id, from_day)
select s.school_id, s.id, c.id, '2026-09-05'
  from (select school_id, id, row_number() over (partition by school_id) % {classes} as n
          from student) s
  join (select school_id, id, row_number() over (partition by school_id) - 1 as n
          from school_class) c on c.school_id = s.school_id and c.n = s.n;
insert into card (school_id, id, student_id, key_id)
select school_id, substr(sha256(id::text::bytea), 1, 8), id, 1 from student;
with person as (
    insert into account (id, phone_sealed, phone_index)
    select gen_random_uuid(), '-', sha256(id::text::bytea) from school returning id),
numbered as (select id, row_number() over () as school_id from person),
phone as (insert into device (id, name, platform) select id, 'Máy', 'android' from numbered),
leads as (insert into membership (id, account_id, school_id, role)
          select gen_random_uuid(), id, school_id, 'principal' from numbered)
insert into scanner (school_id, device_id, account_id, station_id, opened_at, beat_at)
select n.school_id, n.id, n.id, t.id, '2026-11-16 06:30+07', '2026-11-16 07:45+07'
  from numbered n join station t on t.school_id = n.school_id;
insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state, arrived_at)
select s.school_id, d::date, s.id, x.id, 'student', 'present', d + interval '6 hours 50 minutes'
  from student s join shift x on x.school_id = s.school_id
 cross join generate_series('2026-11-13'::timestamptz, '2026-11-16', '3 days') d
 where d < '2026-11-16' or ('x' || left(s.id::text, 4))::bit(16)::int % 20 > 0;
insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome, source,
    shift_id, scanned_by, occurred_at, scanned_at, received_at, clock)
select school_id, day, gen_random_uuid(), 'student', person_id, 'in', 'ok', 'card', shift_id,
       person_id, arrived_at, arrived_at, arrived_at, 'mono' from attendance_day;
insert into scan_refusal (school_id, day, id, person_kind, person_id, direction, outcome, source,
    scanned_by, occurred_at, scanned_at, received_at, clock)
select school_id, '2026-11-16', gen_random_uuid(), 'student', id, 'in', 'need_better_fix', 'card',
       id, '2026-11-16 06:50+07', '2026-11-16 06:50+07', '2026-11-16 06:50+07', 'mono'
  from student where ('x' || right(id::text, 4))::bit(16)::int % 50 = 0;
insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,
    reason_sealed, state, covers_to, requested_by, requested_as, created_at, decided_by, decided_at)
select school_id, id, 'student', id, '2026-11-16', '2026-11-16', 'day', '-', 'approved',
       '2026-11-16', id, 'guardian', '2026-11-15', id, '2026-11-15'
  from student where ('x' || right(id::text, 4))::bit(16)::int % 100 = 1;
"""
