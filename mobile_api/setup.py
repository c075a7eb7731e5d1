"""How far schools are with setting themselves up."""

from litestar import get

from app import db
from app.paging import DEFAULT_LIMIT, CursorInt, Page, decode_cursor, page_of
from app.schools.setup import service
from app.schools.setup.model import SchoolProgress, Setup
from mobile_api.access import only
from mobile_api.deps import DEPARTMENT_MAY_SEE_SCHOOL, Lang, Me, Now, Tx
from mobile_api.inputs import Cursor, Limit, PathSchool


@get(
    "/v1/schools/{school_id:int}/setup",
    opt={"who": only("principal", "department_admin"), DEPARTMENT_MAY_SEE_SCHOOL: True},
    tags=["schools"],
)
async def school_setup(tx: Tx, now: Now, locale: Lang, school_id: PathSchool) -> Setup:
    """The school's checklist with what is next. For its principal and the department's admins."""
    return await service.setup(tx, school_id=school_id, locale=locale, now=now)


@get("/v1/setup", opt={"who": only("department_admin")}, tags=["schools"])
async def schools_setup(
    tx: Tx, caller: Me, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[SchoolProgress]:
    """The department's schools by progress, those that lag behind first. For department admins.

    Counted by the hour, and whenever a school's own checklist is looked at.
    """
    # Roll-ups only: the one thing that a department reads of all its schools at once.
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    rows = await service.schools_by_progress(
        tx,
        school_ids=caller.department_school_ids,
        after=decode_cursor(cursor, tuple[CursorInt, CursorInt]),
        limit=limit + 1,
    )
    return page_of(rows, limit=limit, key=lambda row: (row.done, row.school_id))


HANDLERS = [school_setup, schools_setup]
