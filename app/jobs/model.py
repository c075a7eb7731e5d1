"""Jobs: what they are, what runs them, and how they go wrong."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from app import db
from app.errors import AppError, Conflict, Denied, NotFound
from app.identity.model import Role

JobState = Literal["queued", "running", "done", "failed"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as stored; `done` of `total` are steps of its kind: what part is done."""

    school_id: int
    id: UUID
    kind: str
    state: JobState
    done: int
    total: int
    result: dict[str, Any] | None
    failure: "Failure | None"
    created_by: UUID
    created_at: datetime
    finished_at: datetime | None


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a job failed, as a problem is told: each text in Vietnamese and in English."""

    type: str
    title: tuple[str, str]
    detail: tuple[str, str] = ("", "")


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A job that this worker holds; `attempts` counts this time too."""

    school_id: int
    id: UUID
    kind: str
    params: dict[str, Any]
    input_key: str | None
    total: int
    created_by: UUID
    created_at: datetime
    attempts: int
    runner: UUID


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A job that wants something: to be run, or, once it is over, its input deleted."""

    school_id: int
    id: UUID
    is_over: bool


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind's work is given; `data` is the uploaded file, empty where there is none."""

    school_id: int
    job_id: UUID
    account_id: UUID
    params: dict[str, Any]
    data: bytes


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is, as its account is told while it runs."""

    job_id: UUID
    school_id: int
    kind: str
    state: JobState
    done: int
    total: int


# Says how far the work is: done, total. It also lets others run; call it every few dozen rows.
Progress = Callable[[int, int], Awaitable[None]]
# The work of a kind, within one transaction that sees the school's rows; what it returns is the
# job's result. It may be run again after a death, never twice to the end.
Work = Callable[[db.Conn, Task, Progress], Awaitable[dict[str, Any]]]


class NoSuchJob(NotFound):
    """Không tìm thấy công việc | No such job"""


class JobRunning(Conflict):
    """Trường đang có một việc chưa xong | The school has work that is not over"""


class WorkerDied(AppError):
    """Máy chủ đã dừng đột ngột nhiều lần khi làm việc này | The server died several times at it"""


class InputLost(AppError):
    """Tệp tải lên đã mất | The uploaded file is lost"""


class TooLate(AppError):
    """Việc này đã chờ quá lâu | It has waited for too long"""


class NoLongerAllowed(Denied):
    """Người yêu cầu không còn quyền | Who asked for it may not any more"""


class Bug(AppError):
    """Lỗi hệ thống, chúng tôi đã ghi nhận | An error on our side; it has been recorded"""


def role_for(kind: str) -> Role:
    """Who hands in such work, sees how far it is, and must still be that when it begins."""
    return "accountant" if kind.startswith("fee_") else "principal"


def failure_of(error: AppError) -> Failure:
    """What is kept of an error."""
    kind = type(error)
    return Failure(
        type=kind.slug(),
        title=(kind.title("vi"), kind.title("en")),
        detail=error.detail or ("", ""),
    )
