"""The inbox: its list, acknowledgements, and the live stream."""

from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import get, post
from litestar.background_tasks import BackgroundTask
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import UNSET, Struct, UnsetType

from app.inbox import queries, service
from app.inbox.model import AckState, InboxItem
from app.paging import Page
from mobile_api.access import SIGNED_IN
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, claims_of, open_tx
from mobile_api.event_streams import STREAM_HEADERS
from mobile_api.inputs import DEFAULT_LIMIT, Cursor, Limit

_MAX_SEQ: Final = 2**63 - 1
AfterSeq = Annotated[
    int | None,
    QueryParameter(ge=0, le=_MAX_SEQ, description="the items after this `seq`, oldest first"),
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="the last `id` of the stream before"),
]


class Ack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`delivered`: the phone has it; `read`: somebody has seen it, which implies the other."""

    state: AckState


class ServerEvent(Struct, frozen=True, kw_only=True):
    """One event of the stream: `data` is JSON, of an item it is the item; `id` is its `seq`.

    Of a job that the caller handed in it is `{job_id, school_id, kind, state, done, total}`; it
    has no `id` and is not sent again: `GET /v1/jobs/{job_id}` knows more.
    """

    event: Literal["hello", "item", "reset", "job"]
    data: str
    id: str | UnsetType = UNSET


@get("/v1/inbox", opt={"who": SIGNED_IN}, tags=["inbox"])
async def list_inbox(
    tx: Tx,
    caller: Me,
    cursor: Cursor = None,
    after_seq: AfterSeq = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[InboxItem]:
    """The caller's news, newest first. For everybody.

    To catch up: `after_seq`, then oldest first. A cursor keeps the direction of its page.
    """
    return await service.page(
        tx, account_id=caller.account_id, cursor=cursor, after_seq=after_seq, limit=limit
    )


@post("/v1/inbox/{item_id:uuid}/ack", status_code=200, opt={"who": SIGNED_IN}, tags=["inbox"])
async def acknowledge(
    tx: Tx, caller: Me, now: Now, item_id: FromPath[UUID], data: JSONBody[Ack]
) -> InboxItem:
    """Say that the caller's phone has an item, or that it was read. For everybody, their own.

    Safe to repeat; `read` is never taken back.
    """
    return await service.acknowledge(tx, caller=caller, item_id=item_id, state=data.state, now=now)


@get(
    "/v1/inbox/stream",
    opt={"who": SIGNED_IN},
    tags=["inbox"],
    media_type="text/event-stream",
    response_headers=STREAM_HEADERS,
    responses={
        200: ResponseSpec(
            data_container=ServerEvent,
            media_type="text/event-stream",
            generate_examples=False,
            description="Server-sent events: `hello`, then `item` for each item, `reset` when too "
            "many were missed or the rights have changed: load the inbox, and what else is shown, "
            "again. `id` is the item's `seq`. `job`, a few a second, while a job that the caller "
            "handed in runs.",
        )
    },
)
async def stream_inbox(
    request: AnyRequest, resources: Res, last_event_id: LastEventId = None
) -> Stream:
    """The caller's news as they come, as server-sent events. For everybody.

    It ends with the access token, with the session, and when the caller's rights change: come
    again with a fresh token and `Last-Event-ID`, and nothing is lost.
    """
    # Not `tx`: a stream holds no connection to the database.
    async with open_tx(request) as conn:
        caller = request.state.caller
        (standing,) = await queries.standings(
            conn,
            session_ids=[caller.session_id],
            account_ids=[caller.account_id],
            now=resources.clock(),
        )
    stream = resources.streams.open(
        account_id=caller.account_id,
        session_id=caller.session_id,
        standing=standing,
        expires_at=claims_of(request, resources).expires_at,
        after_seq=_seq_of(last_event_id),
    )
    return Stream(stream, background=BackgroundTask(resources.streams.leave, stream))


def _seq_of(last_event_id: str | None) -> int | None:
    """None without the header; -1, which no inbox has, for what was never ours: a reset follows."""
    if last_event_id is None or not last_event_id.strip():
        return None
    bare = last_event_id.strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) < 19):
        return -1
    return int(bare)


HANDLERS = [list_inbox, acknowledge, stream_inbox]
