"""What banks' gateways tell us, and what an accountant sees of it."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Response
from msgspec import Meta, Struct

from app.fees.receiving import deciding, events
from app.fees.receiving.deciding import Decision
from app.fees.receiving.door import MOST_BYTES
from app.fees.receiving.events import EventKey, EventPage, GatewayEvent, Wanted
from app.fees.receiving.sepay import SePay, SePayEvent
from app.paging import DEFAULT_LIMIT
from mobile_api.access import GATEWAY
from mobile_api.auth import address_of
from mobile_api.bodies import BODY, JSON
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.fee_doors import ACCOUNTANT, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, SchoolId
from mobile_api.openapi import FAILS
from mobile_api.resources import resources_of

_SEPAY: Final = SePay()
_KEPT: Final = b'{"success":true}'

QueryState = Annotated[
    Wanted | None,
    QueryParameter(
        name="state",
        description="`set_aside`: what became no money, and why; `undecided`: what of it may be"
        " money and waits for a person; none: all",
    ),
]


class EventDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an event is: `new` money, `known`, or `not_there`: the bank has no such transfer.

    Of `known` money `fund_id` is one of its `alike`; null: what it was taken for. `other_than`: the
    `alike` that whoever says `new` has looked at; with another one there it is a 409. Left out,
    nothing is compared.
    """

    school_id: SchoolId
    merchant_id: UUID
    event_key: EventKey
    decision: Decision
    fund_id: UUID | None = None
    other_than: Annotated[list[UUID], Meta(max_length=100)] | None = None


class WebhookKept(Struct, frozen=True, kw_only=True):
    """The answer that ends the gateway's attempts."""

    success: bool


@post(
    "/v1/webhooks/sepay/{merchant_id:uuid}",
    status_code=200,
    opt={"who": GATEWAY, BODY: SePayEvent, FAILS: (401, 404, 409, 413, 429)},
    tags=["fees"],
    security=[{"sepay": []}],
    responses={200: ResponseSpec(data_container=WebhookKept, description="It is kept")},
)
async def sepay_webhook(request: Request[Any, Any, Any], merchant_id: PathId) -> Response[bytes]:
    """Keep what SePay tells of a school's account. For SePay: it signs each body.

    `X-SePay-Signature` is `sha256=` and the HMAC-SHA256 in hex of `X-SePay-Timestamp`, a dot and
    the raw body, under the merchant's secret; the timestamp may be 5 minutes off, the body has at
    most 16 KiB. The same event again is answered alike; with another content it is a 409.
    """
    resources = resources_of(request)
    await resources.webhooks.receive(
        _SEPAY,
        merchant_id=merchant_id,
        headers=request.headers,
        body=await _first_of(request),
        address=address_of(request),
        now=resources.clock(),
    )
    return Response(_KEPT, media_type=JSON, status_code=200)


async def _first_of(request: Request[Any, Any, Any]) -> bytes:
    """The body; of one that is too long no more than shows it."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        return bytes(MOST_BYTES + 1)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return body[: MOST_BYTES + 1]
    return body


@get("/v1/fees/events", opt=ACCOUNTANT, tags=["fees"])
async def list_gateway_events(
    tx: Tx,
    caller: Me,
    resources: Res,
    now: Now,
    school_id: QuerySchool,
    in_state: QueryState = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> EventPage:
    """What the gateways told of the school's accounts, the newest first, and what became of it.

    Beside it what was refused in the last 30 days, in counts. For the school's accountants.
    """
    return await events.page(
        tx,
        vault=resources.vault,
        school_id=require_desk(caller, school_id, "accountant"),
        state=in_state,
        cursor=cursor,
        limit=limit,
        now=now,
    )


@post(
    "/v1/fees/events/decision",
    status_code=200,
    opt={**ACCOUNTANT, FAILS: (404, 409)},
    tags=["fees"],
)
async def decide_gateway_event(
    tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[EventDecision]
) -> GatewayEvent:
    """Say what an event is that may be money and was not taken for it. For accountants.

    New money is a fund from then on and goes to the bills that its memo names; known money is seen
    once more and changes nothing; what is not there waits no more, and a statement that has it all
    the same makes it money. The same decision again is answered alike.
    """
    school_id = require_desk(caller, data.school_id, "accountant")
    await deciding.decide(
        tx,
        vault=resources.vault,
        school_id=school_id,
        merchant_id=data.merchant_id,
        event_key=data.event_key,
        decision=data.decision,
        fund_id=data.fund_id,
        other_than=data.other_than,
        decided_by=caller.account_id,
        now=now,
    )
    return await events.one(
        tx,
        vault=resources.vault,
        school_id=school_id,
        merchant_id=data.merchant_id,
        event_key=data.event_key,
    )


HANDLERS = [sepay_webhook, list_gateway_events, decide_gateway_event]
