"""The school's day as it happens: the principal's board, and the count on a gate's screen."""

from datetime import date, datetime
from typing import Annotated, Literal

from litestar import get
from litestar.background_tasks import BackgroundTask
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Struct

from app import db
from app.attendance import queries
from app.attendance.plan import school_day
from app.monitoring import rollup, service
from app.monitoring.model import Arrivals, Board
from app.monitoring.suppression import Cells, suppress
from app.paging import DEFAULT_LIMIT, CursorInt, CursorText, decode_cursor, page_of
from app.schools.places import station_codes
from app.schools.places.model import NoSuchStation
from mobile_api.access import only
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, claims_of, open_tx
from mobile_api.event_streams import STREAM_HEADERS
from mobile_api.inputs import Cursor, Limit, PathId, PathSchool

_WHO = {"who": only("principal")}

QueryDay = Annotated[date | None, QueryParameter(name="day", description="None: today")]


class BoardEvent(Struct, frozen=True, kw_only=True):
    """One event of the stream; `data` is a board as JSON, of a `change` with the changed rows only.

    Rows are known by `shift_id`, by `class_id` and `shift_id`, by `station_id`.
    """

    event: Literal["board", "change"]
    data: str


class SchoolDay(Struct, frozen=True, kw_only=True):
    """`counted_at` null: nothing has happened there on that day."""

    school_id: int
    name: str
    counted_at: datetime | None
    numbers: Cells


class DepartmentDay(Struct, frozen=True, kw_only=True):
    """`total` is of all `schools`, not of the page. Each pupil counts once a shift that has begun.

    `expected` is `arrived`, `on_leave` and `missing` together; `late` are some of the arrived,
    `absent` (decided) and `held` (doubtful, not yet decided) of the missing.
    """

    day: date
    schools: int
    total: Cells
    items: list[SchoolDay]
    next_cursor: str | None = None


@get("/v1/schools/{school_id:int}/monitor/today", opt=_WHO, tags=["monitor"])
async def board_today(tx: Tx, now: Now, school_id: PathSchool) -> Board:
    """The school's day as it stands: arrived, late, missing, by class, gate and minute.

    For the principal. No names of pupils: those who are missing are in
    `GET /v1/schools/{school_id}/attendance/{day}?class_id=`, as `not_scanned`.
    """
    plan = await queries.plan(tx, school_id=school_id)
    return await service.board(tx, plan=plan, now=now)


@get(
    "/v1/schools/{school_id:int}/monitor/stream",
    opt=_WHO,
    tags=["monitor"],
    media_type="text/event-stream",
    response_headers=STREAM_HEADERS,
    responses={
        200: ResponseSpec(
            data_container=BoardEvent,
            media_type="text/event-stream",
            generate_examples=False,
            description="Server-sent events: `board` first, then a `change` when something has "
            "happened, at most one a second; `board` again when the day or its classes change.",
        )
    },
)
async def stream_board(request: AnyRequest, resources: Res, school_id: PathSchool) -> Stream:
    """The same as it moves, as server-sent events. For the principal.

    It ends with the access token, with the session, and when the caller leads the school no more.
    """
    # Not `tx`: a stream holds no connection to the database.
    async with open_tx(request):
        caller = request.state.caller
    boards = resources.streams.boards
    stream = boards.open(
        account_id=caller.account_id,
        session_id=caller.session_id,
        school_id=school_id,
        expires_at=claims_of(request, resources).expires_at,
    )
    return Stream(stream, background=BackgroundTask(boards.leave, stream))


@get(
    "/v1/stations/{station_id:uuid}/arrivals",
    opt={"who": only("display")},
    tags=["monitor"],
)
async def station_arrivals(tx: Tx, caller: Me, now: Now, station_id: PathId) -> Arrivals:
    """How many pupils have come in today at the screen's campus. For the station's own screen."""
    school_id = await station_codes.school_of_station(tx, caller=caller, station_id=station_id)
    if caller.person_in(school_id, "display") != station_id:
        raise NoSuchStation
    return await service.arrivals(tx, school_id=school_id, station_id=station_id, now=now)


@get("/v1/monitor/department", opt={"who": only("department_admin")}, tags=["monitor"])
async def department_day(
    tx: Tx,
    caller: Me,
    now: Now,
    day: QueryDay = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DepartmentDay:
    """A day of the department's schools in numbers, by name. For department admins.

    Counted within a minute or two; corrections of days more than a week ago are not counted again.
    A number under five is null, and so is what would give it away.
    """
    # Roll-ups only: the one thing that a department reads of all its schools at once.
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    wanted = day or school_day(now)
    rows = await rollup.stored(tx, school_ids=caller.department_school_ids, day=wanted)
    shown, total = suppress(rows)
    after = decode_cursor(cursor, tuple[CursorText, CursorInt])
    items = [
        SchoolDay(school_id=row.school_id, name=row.name, counted_at=row.counted_at, numbers=cells)
        for row, cells in zip(rows, shown, strict=True)
        if after is None or (row.name, row.school_id) > after
    ]
    page = page_of(items[: limit + 1], limit=limit, key=lambda item: (item.name, item.school_id))
    return DepartmentDay(
        day=wanted,
        schools=len(rows),
        total=total,
        items=page.items,
        next_cursor=page.next_cursor,
    )


HANDLERS = [board_today, stream_board, station_arrivals, department_day]
