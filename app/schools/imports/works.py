"""What the worker does with a sheet that was too long for a request."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from app import db
from app.crypto import Vault
from app.jobs.model import Progress, Task, Work
from app.schools.imports.service import Import, Order, carry_out, columns_of, kinds
from app.sheets.reading import read_sheet


def import_works(vault: Vault) -> Mapping[str, Work]:
    """The work of each kind of import, by the job's kind."""

    async def work(conn: db.Conn, task: Task, progress: Progress) -> dict[str, Any]:
        order = msgspec.convert(task.params, Order)
        sheet = await read_sheet(task.data, filename="", columns=columns_of(order.kind))
        result = await carry_out(
            conn,
            Import(
                school_id=task.school_id,
                account_id=task.account_id,
                order=order,
                sheet=sheet,
                vault=vault,
                now=datetime.now(UTC),
                told=progress,
            ),
        )
        made: dict[str, Any] = msgspec.to_builtins(result)
        return made

    return {Order(kind=kind, locale="vi").job_kind: work for kind in kinds()}
