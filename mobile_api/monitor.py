"""The school's day as it happens: the principal's board, and the count on a gate's screen."""

from typing import Literal

from litestar import get
from litestar.background_tasks import BackgroundTask
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream
from msgspec import Struct

from app.attendance import queries
from app.monitoring import service
from app.monitoring.model import Arrivals, Board
from app.schools.places import station_codes
from app.schools.places.model import NoSuchStation
from mobile_api.access import only
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, claims_of, open_tx
from mobile_api.event_streams import STREAM_HEADERS
from mobile_api.inputs import PathId, PathSchool

_WHO = {"who": only("principal")}


class BoardEvent(Struct, frozen=True, kw_only=True):
    """One event of the stream; `data` is a board as JSON, of a `change` with the changed rows only.

    Rows are known by `shift_id`, by `class_id` and `shift_id`, by `station_id`.
    """

    event: Literal["board", "change"]
    data: str


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


HANDLERS = [board_today, stream_board, station_arrivals]
