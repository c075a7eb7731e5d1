"""What the worker does of billing: a period's bills, which take longer than a request may."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from app import db
from app.fees.billing.issuing import KIND, LANE, issue_bills, require_issuable
from app.fees.billing.model import Issue
from app.jobs import service as jobs
from app.jobs.model import Progress, Task, Work


def billing_works() -> Mapping[str, Work]:
    """The work of each kind, by the job's kind."""
    return {KIND: _issue}


async def _issue(conn: db.Conn, task: Task, progress: Progress) -> dict[str, Any]:
    issued = await issue_bills(
        conn,
        school_id=task.school_id,
        issue=msgspec.convert(task.params, Issue),
        issued_by=task.account_id,
        now=datetime.now(UTC),
        told=progress,
    )
    made: dict[str, Any] = msgspec.to_builtins(issued)
    return made


async def hand_in(
    conn: db.Conn, *, school_id: int, issue: Issue, account_id: UUID, now: datetime
) -> UUID:
    """An issue job, once what can be said at once has been; its id.

    Raises:
        NoSuchPeriod, PeriodClosed, BadScope, NotToBeBilled: nothing would come of it.
        JobRunning: the school is issuing.
    """
    pupils = await require_issuable(conn, school_id=school_id, issue=issue, now=now)
    return await jobs.hand_in(
        conn,
        school_id=school_id,
        kind=KIND,
        lane=LANE,
        params=msgspec.to_builtins(issue),
        total=pupils,
        created_by=account_id,
        busy=(
            "Trường đang phát hành phiếu thu. Hãy chờ lần trước xong.",
            "The school is issuing bills. Wait until that is over.",
        ),
    )
