"""An import from the sheet to its result, in a request or in the worker: the same steps."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from app import db
from app.crypto import Vault
from app.jobs.model import Progress
from app.schools.common import lock_school, school_day
from app.schools.imports import calendar, roster, staff, staff_rows, timetable
from app.schools.imports.model import ImportResult, Locale
from app.sheets.model import Column, Sheet

ImportKind = Literal["roster", "staff", "calendar", "timetable"]
# Jobs of one lane of a school run one at a time (app/jobs).
LANE: Final = "import"
# A sheet of more rows is a job.
MAX_ROWS_AT_ONCE: Final = 500
# How long an import waits for another change of the school's set-up.
_LOCK_S: Final = 5


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for beside the sheet; a job keeps it as its `params`."""

    kind: ImportKind
    locale: Locale
    dry_run: bool = False
    create_classes: bool = False

    @property
    def job_kind(self) -> str:
        return f"import_{self.kind}"

    def params(self) -> dict[str, Any]:
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """An order with its sheet, its caller and its time."""

    school_id: int
    account_id: UUID
    order: Order
    sheet: Sheet
    vault: Vault
    now: datetime
    told: Progress

    def is_to_be_written(self, result: ImportResult) -> bool:
        return not self.order.dry_run and not result.errors


async def carry_out(conn: db.Conn, asked: Import) -> ImportResult:
    """Check the sheet and, unless it is a dry run or has an error, write all of it.

    Raises:
        db.LockNotAvailable: another change of the school's set-up takes more than five seconds.
        ImportConflict: a pupil was changed in between; nothing was written.
    """
    if not asked.order.dry_run:
        await _lock(conn, asked.school_id)
    return await _KINDS[asked.order.kind].work(conn, asked)


def columns_of(kind: ImportKind) -> tuple[Column, ...]:
    """The columns that an import reads."""
    return _KINDS[kind].columns


def kinds() -> list[ImportKind]:
    return list(_KINDS)


async def _lock(conn: db.Conn, school_id: int) -> None:
    """From the check to the commit nobody else changes the school's set-up."""
    await db.run(conn, f"set local lock_timeout = '{_LOCK_S}s'")
    await lock_school(conn, school_id=school_id)
    await db.run(conn, "set local lock_timeout = 0")


async def _roster(conn: db.Conn, asked: Import) -> ImportResult:
    plan = await roster.plan_roster(
        conn,
        vault=asked.vault,
        school_id=asked.school_id,
        sheet=asked.sheet,
        create_classes=asked.order.create_classes,
        locale=asked.order.locale,
        now=asked.now,
        told=asked.told,
    )
    if asked.is_to_be_written(plan.result):
        await roster.apply_roster(
            conn,
            vault=asked.vault,
            school_id=asked.school_id,
            plan=plan,
            account_id=asked.account_id,
            now=asked.now,
            told=asked.told,
        )
    return plan.result


async def _staff(conn: db.Conn, asked: Import) -> ImportResult:
    plan = await staff.plan_staff(
        conn,
        vault=asked.vault,
        school_id=asked.school_id,
        account_id=asked.account_id,
        sheet=asked.sheet,
        locale=asked.order.locale,
    )
    if asked.is_to_be_written(plan.result):
        await staff.apply_staff(
            conn,
            vault=asked.vault,
            school_id=asked.school_id,
            plan=plan,
            now=asked.now,
            told=asked.told,
        )
    return plan.result


async def _calendar(conn: db.Conn, asked: Import) -> ImportResult:
    plan = await calendar.plan_calendar(
        conn,
        school_id=asked.school_id,
        sheet=asked.sheet,
        today=school_day(asked.now),
        locale=asked.order.locale,
    )
    if asked.is_to_be_written(plan.result):
        await calendar.apply_calendar(conn, school_id=asked.school_id, plan=plan, told=asked.told)
    return plan.result


async def _timetable(conn: db.Conn, asked: Import) -> ImportResult:
    plan = await timetable.plan_timetable(
        conn,
        vault=asked.vault,
        school_id=asked.school_id,
        sheet=asked.sheet,
        locale=asked.order.locale,
    )
    if asked.is_to_be_written(plan.result):
        await timetable.apply_timetable(
            conn, school_id=asked.school_id, plan=plan, now=asked.now, told=asked.told
        )
    return plan.result


class _Kind(msgspec.Struct, frozen=True):
    columns: tuple[Column, ...]
    work: Callable[[db.Conn, Import], Awaitable[ImportResult]]


_KINDS: Final[Mapping[ImportKind, _Kind]] = {
    "roster": _Kind(roster.COLUMNS, _roster),
    "staff": _Kind(staff_rows.COLUMNS, _staff),
    "calendar": _Kind(calendar.COLUMNS, _calendar),
    "timetable": _Kind(timetable.COLUMNS, _timetable),
}
