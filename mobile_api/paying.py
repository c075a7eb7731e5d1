"""Fees as a family sees them: what is due and offered, and a code to pay it by."""

import asyncio
from typing import Annotated, Final
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.attendance.qr import text_png
from app.fees.paying import dues, intents
from app.fees.paying.model import MAX_SHARES, ChildDue, DueShown, Intent, ShareWanted
from app.limits import Bucket
from app.paging import Page
from mobile_api.access import SIGNED_IN
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import PathId, QueryId
from mobile_api.openapi import FAILS

# Whose child has left may have no role any more. What is not theirs is not there.
_FAMILY: Final = {"who": SIGNED_IN, FAILS: (404,)}
_TAGS: Final = ["fees"]
_PNG: Final = "image/png"


class IntentWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is of the client's own making: the same again, by a second tap, gets the same answer."""

    id: UUID
    shares: Annotated[list[ShareWanted], Meta(min_length=1, max_length=MAX_SHARES)]


# A family tries a few ways to pay; who makes codes for the sake of it is slowed down.
_INTENTS: Final = Bucket("fee-intents", 30, 1 / 20)


@get("/v1/fees/due", operation_id="list_fees_due", opt=_FAMILY, tags=_TAGS)
async def list_due(tx: Tx, caller: Me, now: Now, student_id: QueryId = None) -> Page[ChildDue]:
    """What is due for each child: bills by school, each line with its legal basis, voluntary
    offers apart, what was left over, and the latest that were paid.

    For guardians who may see the child, also those of a child that has left the school since.
    Everybody else gets an empty list; another family's child is 404.
    """
    return Page(items=await dues.due(tx, caller=caller, student_id=student_id, now=now))


@get("/v1/fees/due/{invoice_id:uuid}", operation_id="get_fee_due", opt=_FAMILY, tags=_TAGS)
async def get_due(tx: Tx, caller: Me, now: Now, invoice_id: PathId) -> DueShown:
    """One bill and what was paid to it. For guardians who may see the child, as above."""
    return await dues.bill_of(tx, caller=caller, invoice_id=invoice_id, now=now)


@post(
    "/v1/fees/due/{invoice_id:uuid}/declined",
    operation_id="decline_offer",
    status_code=200,
    opt=_FAMILY,
    tags=_TAGS,
)
async def decline(tx: Tx, caller: Me, now: Now, invoice_id: PathId) -> DueShown:
    """Leave a voluntary offer; what is owed cannot be declined. Twice is as once.

    For guardians who may see the child.
    """
    return await dues.decline(tx, caller=caller, invoice_id=invoice_id, is_declined=True, now=now)


@delete(
    "/v1/fees/due/{invoice_id:uuid}/declined",
    operation_id="take_up_offer",
    status_code=200,
    opt=_FAMILY,
    tags=_TAGS,
)
async def take_up(tx: Tx, caller: Me, now: Now, invoice_id: PathId) -> DueShown:
    """Take up an offer again that was declined. For guardians who may see the child."""
    return await dues.decline(tx, caller=caller, invoice_id=invoice_id, is_declined=False, now=now)


@post("/v1/fees/intents", operation_id="intend_payment", opt=_FAMILY, tags=_TAGS)
async def intend(
    tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[IntentWanted]
) -> Intent:
    """One reference and one VietQR for bills of one school, also of several children; good for 24
    hours. Who pays by it sees the school's account, the amount and the reference alone.

    For guardians who may see the children. Part of a bill only where the school takes parts.
    """
    await resources.limiter.take(_INTENTS, caller.account_id)
    return await intents.intend(
        tx, vault=resources.vault, caller=caller, intent_id=data.id, shares=data.shares, now=now
    )


@get("/v1/fees/intents/{intent_id:uuid}", operation_id="get_intent", opt=_FAMILY, tags=_TAGS)
async def get_intent(tx: Tx, caller: Me, resources: Res, now: Now, intent_id: PathId) -> Intent:
    """What became of a payment: `succeeded` once the bank has told of it, never before.

    For who made it, while the right to see all its children lasts.
    """
    return await intents.intent_of(
        tx, vault=resources.vault, caller=caller, intent_id=intent_id, now=now
    )


@get(
    "/v1/fees/intents/{intent_id:uuid}/qr.png",
    operation_id="get_intent_picture",
    opt=_FAMILY,
    tags=_TAGS,
    media_type=_PNG,
    responses={
        200: ResponseSpec(
            data_container=bytes,
            media_type=_PNG,
            generate_examples=False,
            description="The VietQR as a picture",
        )
    },
)
async def get_picture(
    tx: Tx, caller: Me, resources: Res, now: Now, intent_id: PathId
) -> Response[bytes]:
    """The VietQR as a picture, to show, save or send to a relative who pays.

    For who made it. 409 when it is not to be paid any more.
    """
    code = await intents.code_of(
        tx, vault=resources.vault, caller=caller, intent_id=intent_id, now=now
    )
    # Drawing takes as long as twenty requests.
    made = await asyncio.to_thread(text_png, code)
    return Response(made, media_type=_PNG, headers={"Cache-Control": "no-store"})


HANDLERS = [list_due, get_due, decline, take_up, intend, get_intent, get_picture]
