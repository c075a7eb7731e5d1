"""Jobs: how far the work is that a request handed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import get
from msgspec import Struct

from app.jobs import service
from app.jobs.model import Failure, Job, JobState, NoSuchJob, role_for
from mobile_api.access import SIGNED_IN
from mobile_api.deps import Lang, Locale, Me, Tx
from mobile_api.inputs import PathId


class JobProblem(Struct, frozen=True, kw_only=True):
    """Why a job failed: `type` is a stable slug, the rest is for people."""

    type: str
    title: str
    detail: str


class JobShown(Struct, frozen=True, kw_only=True):
    """`done` of `total` steps; `result` once it is `done`, `problem` once it has `failed`.

    `result` is what the request would have answered with, had it been small.
    """

    id: UUID
    school_id: int
    kind: str
    state: JobState
    done: int
    total: int
    result: dict[str, Any] | None
    problem: JobProblem | None
    created_at: datetime
    finished_at: datetime | None


class JobTaken(Struct, frozen=True, kw_only=True):
    """It is worked on: `GET /v1/jobs/{job_id}` says how far, and so does the inbox's stream."""

    job_id: UUID


@get("/v1/jobs/{job_id:uuid}", opt={"who": SIGNED_IN}, tags=["schools"])
async def get_job(tx: Tx, caller: Me, locale: Lang, job_id: PathId) -> JobShown:
    """How far a job is, and what came of it.

    For the principals of its school; of what an accountant hands in, for the accountants. Jobs are
    kept for 30 days after their end.
    """
    theirs = caller.schools_as("principal", "accountant")
    job = await service.job(tx, school_ids=theirs, job_id=job_id)
    if role_for(job.kind) not in caller.roles_in(job.school_id):
        raise NoSuchJob
    return _shown(job, locale)


def _shown(job: Job, locale: Locale) -> JobShown:
    return JobShown(
        id=job.id,
        school_id=job.school_id,
        kind=job.kind,
        state=job.state,
        done=job.done,
        total=job.total,
        result=job.result,
        problem=None if job.failure is None else _told(job.failure, locale),
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def _told(failure: Failure, locale: Locale) -> JobProblem:
    n = 0 if locale == "vi" else 1
    return JobProblem(type=failure.type, title=failure.title[n], detail=failure.detail[n])


HANDLERS = [get_job]
