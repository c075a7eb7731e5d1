"""Closures: a storm closes a school, a ward or the province, in one action."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from app.attendance.closures import service
from app.attendance.closures.model import Closure, ClosureKind, NewClosure
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from mobile_api.access import STAFF, only
from mobile_api.deps import Me, Now, Tx
from mobile_api.inputs import Cursor, Limit, MaybeFromDay, OrgUnitId, PathId, Reason, SchoolId
from mobile_api.openapi import FAILS

_CLOSERS: Final = {"who": only("department_admin", "principal")}
_ALL: Final = {"who": only("department_admin", "guardian", "student", *STAFF)}

QuerySchool = Annotated[int | None, QueryParameter(ge=1, le=16_777_215)]


class ClosureDeclared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of `org_unit_id` and `school_id`. Both days are closed."""

    org_unit_id: OrgUnitId | None = None
    school_id: SchoolId | None = None
    from_day: date
    to_day: date
    kind: ClosureKind
    reason: Reason


class ClosureEnd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`opens_on`: the first day of school again. Null: today before six in the morning, tomorrow
    after it; what has not begun never does."""

    opens_on: date | None = None


class Closures(Controller):
    path = "/v1/closures"
    tags = ("attendance",)

    @post("", operation_id="declare_closure", opt={**_CLOSERS, FAILS: (404,)})
    async def declare(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[ClosureDeclared]
    ) -> Closure:
        """Close a school, or all schools at or below a unit; in force at once, and told to all.

        For the principal of the school, and the department for its units and schools.
        """
        new = NewClosure(
            org_unit_id=data.org_unit_id,
            school_id=data.school_id,
            from_day=data.from_day,
            to_day=data.to_day,
            kind=data.kind,
            reason=data.reason,
        )
        return await service.declare(tx, caller=caller, new=new, now=now)

    @get("", operation_id="list_closures", opt={**_ALL, FAILS: (404,)})
    async def list_closures(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool = None,
        since: MaybeFromDay = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Closure]:
        """What closes the caller's schools, the newest first; `from`: what closes from then on.

        For staff, guardians, pupils and the department.
        """
        before = decode_cursor(cursor, tuple[UUID])
        rows = await service.seen(
            tx,
            caller=caller,
            school_id=school_id,
            from_day=since,
            before=None if before is None else before[0],
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.id])

    @post("/{closure_id:uuid}/end", operation_id="end_closure", status_code=200, opt=_CLOSERS)
    async def end(
        self, tx: Tx, caller: Me, now: Now, closure_id: PathId, data: JSONBody[ClosureEnd]
    ) -> Closure:
        """Open again early, and tell everybody who was told of the closure.

        For the principal, of what closes the own school alone; for the department, of its own.
        """
        return await service.end(
            tx, caller=caller, closure_id=closure_id, opens_on=data.opens_on, now=now
        )


HANDLERS = [Closures]
