"""SQL over jobs. `runner` is the lease's token: only who holds it writes the job's progress or end.

The database's own clock measures leases: the workers' may differ.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from app import db
from app.identity.model import Role
from app.jobs.model import Claimed, Failure, Job, Waiting


async def insert_job(
    conn: db.Conn,
    *,
    school_id: int,
    job_id: UUID,
    kind: str,
    lane: str,
    params: dict[str, Any],
    input_key: str | None,
    total: int,
    created_by: UUID,
    due_in_s: float,
) -> None:
    """A new job, not to be run for `due_in_s`.

    Raises:
        db.UniqueViolation: `job_one_a_lane`: another of the lane is not over.
    """
    await db.run(
        conn,
        """
        insert into job (school_id, id, kind, lane, params, input_key, total, created_by, due_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 second')
        """,
        school_id,
        job_id,
        kind,
        lane,
        params,
        input_key,
        total,
        created_by,
        due_in_s,
    )


async def make_due(conn: db.Conn, *, school_id: int, job_id: UUID) -> None:
    await db.run(
        conn,
        """
        update job set due_at = now() where school_id = $1 and id = $2 and state = 'queued'
        """,
        school_id,
        job_id,
    )


async def delete_queued(conn: db.Conn, *, school_id: int, job_id: UUID) -> None:
    """Forget a job that nobody has begun."""
    await db.run(
        conn,
        "delete from job where school_id = $1 and id = $2 and state = 'queued'",
        school_id,
        job_id,
    )


async def job(conn: db.Conn, *, school_ids: Collection[int], job_id: UUID) -> Job | None:
    """The job, if it is one of these schools'."""
    return await db.one(
        conn,
        Job,
        """
        select school_id, id, kind, state, done, total, result, failure, created_by, created_at,
               finished_at
          from job where school_id = any($1::int[]) and id = $2
        """,
        list(school_ids),
        job_id,
    )


async def is_lane_busy(conn: db.Conn, *, school_id: int, lane: str) -> bool:
    """Whether a job of the lane is not over."""
    busy: bool = await db.value(
        conn,
        """
        select exists (select from job
                        where school_id = $1 and lane = $2 and state in ('queued', 'running'))
        """,
        school_id,
        lane,
    )
    return busy


async def waiting(conn: db.Conn, *, lease_s: float, limit: int) -> list[Waiting]:
    """Of all schools: jobs that are due or whose worker has died, then those with a left over file.

    A file is looked for once a minute: the storage may be away for long.
    """
    return await db.many(
        conn,
        Waiting,
        """
        select school_id, id, finished_at is not null as is_over from job
         where (finished_at is null or input_key is not null)
           and ((state = 'queued' and due_at <= now())
             or (state = 'running' and heartbeat_at < now() - $1 * interval '1 second')
             or (finished_at < now() - interval '1 minute' and due_at <= now()))
         order by finished_at is not null, due_at limit $2
        """,
        lease_s,
        limit,
    )


async def claim(
    conn: db.Conn,
    *,
    school_id: int,
    job_id: UUID,
    runner: UUID,
    kinds: Collection[str],
    lease_s: float,
) -> Claimed | None:
    """The job, ours from now on; None: somebody was faster, or it is of no kind that we know."""
    return await db.one(
        conn,
        Claimed,
        """
        update job
           set state = 'running', runner = $3, attempts = attempts + 1, done = 0,
               started_at = coalesce(started_at, now()), heartbeat_at = now()
         where school_id = $1 and id = $2 and kind = any($5::text[])
           and ((state = 'queued' and due_at <= now())
             or (state = 'running' and heartbeat_at < now() - $4 * interval '1 second'))
        returning school_id, id, kind, params, input_key, total, created_by, created_at,
                  attempts, runner
        """,
        school_id,
        job_id,
        runner,
        lease_s,
        list(kinds),
    )


async def beat(conn: db.Conn, *, claimed: Claimed, done: int, total: int) -> bool:
    """Say that we live, and how far it is; False: the job is not ours any more."""
    touched = await db.run(
        conn,
        """
        update job set heartbeat_at = now(), done = $4, total = $5
         where school_id = $1 and id = $2 and runner = $3
        """,
        claimed.school_id,
        claimed.id,
        claimed.runner,
        done,
        total,
    )
    return touched == 1


async def finish(
    conn: db.Conn,
    *,
    claimed: Claimed,
    result: dict[str, Any] | None,
    failure: Failure | None,
    total: int,
) -> bool:
    """End the job, well or with the failure; False: it is not ours any more."""
    touched = await db.run(
        conn,
        """
        update job
           set state = case when $5::jsonb is null then 'done' else 'failed' end,
               done = case when $5::jsonb is null then $6 else done end, total = $6,
               result = $4, failure = $5, runner = null, finished_at = now()
         where school_id = $1 and id = $2 and runner = $3
        """,
        claimed.school_id,
        claimed.id,
        claimed.runner,
        result,
        failure,
        total,
    )
    return touched == 1


async def hand_back(conn: db.Conn, *, claimed: Claimed, due_in_s: float) -> None:
    """Let anybody take the job, as if we had not: nobody has died of it."""
    await db.run(
        conn,
        """
        update job
           set state = 'queued', runner = null, attempts = attempts - 1, done = 0,
               due_at = now() + $4 * interval '1 second'
         where school_id = $1 and id = $2 and runner = $3
        """,
        claimed.school_id,
        claimed.id,
        claimed.runner,
        due_in_s,
    )


async def holds_role(conn: db.Conn, *, school_id: int, account_id: UUID, role: Role) -> bool:
    """Whether the account has the role in the school at this moment."""
    found: bool = await db.value(
        conn,
        """
        select exists (
            select from membership m
              join account a on a.id = m.account_id and a.disabled_at is null
             where m.school_id = $1 and m.account_id = $2 and m.role = $3
               and m.ended_at is null)
        """,
        school_id,
        account_id,
        role,
    )
    return found


async def age_s(conn: db.Conn, *, claimed: Claimed) -> float:
    """How long ago the job was handed in."""
    age: float = await db.value(
        conn, "select extract(epoch from now() - $1::timestamptz)::float8", claimed.created_at
    )
    return age


async def input_of_ended(conn: db.Conn, *, school_id: int, job_id: UUID) -> str | None:
    """The file of a job that is over; it is not looked for again within the next minute."""
    key: str | None = await db.value(
        conn,
        """
        update job set due_at = now() + interval '1 minute'
         where school_id = $1 and id = $2 and finished_at is not null and input_key is not null
        returning input_key
        """,
        school_id,
        job_id,
    )
    return key


async def forget_input(conn: db.Conn, *, school_id: int, job_id: UUID) -> None:
    await db.run(
        conn,
        "update job set input_key = null where school_id = $1 and id = $2",
        school_id,
        job_id,
    )


async def delete_old(conn: db.Conn, *, days: int) -> int:
    """Forget, in all schools, jobs that were over `days` ago; how many."""
    return await db.run(
        conn,
        """
        delete from job
         where input_key is null and finished_at < now() - $1 * interval '1 day'
        """,
        days,
    )
