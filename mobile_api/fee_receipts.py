"""Receipts: for the families whose money it was, for accountants, and a check for anybody."""

from datetime import datetime
from typing import Annotated, Any, Final, cast
from uuid import UUID

from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from app.fees.paper import queries, service
from app.fees.paper.model import Receipt, Verified
from app.fees.paper.sheet import VERIFY_PATH
from app.limits import Bucket, address_key
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from mobile_api import receipt_page
from mobile_api.access import PUBLIC, SIGNED_IN
from mobile_api.deps import RULE, Me, Res, Tx, open_tx
from mobile_api.downloads import download
from mobile_api.fee_doors import require_desk
from mobile_api.inputs import MAX_SCHOOL_ID, NO_NUL, Cursor, Limit, PathId, QueryId
from mobile_api.openapi import ALSO, FAILS

# Whose child has left may have no role any more. What is not theirs is not there.
_READERS: Final = {"who": SIGNED_IN, FAILS: (404,)}
_TAGS: Final = ["fees"]
_PDF: Final = "application/pdf"
# By address; a genuine receipt costs nothing, so a school's office may check a pile of them.
VERIFY_IP: Final = Bucket("verify-receipt-ip", 60, 1 / 10)

MaybeSchool = Annotated[int | None, QueryParameter(name="school_id", ge=1, le=MAX_SCHOOL_ID)]
Code = Annotated[str, QueryParameter(name="code", min_length=1, max_length=64, pattern=NO_NUL)]


@get("/v1/fees/receipts", operation_id="list_receipts", opt=_READERS, tags=_TAGS)
async def list_receipts(
    tx: Tx,
    caller: Me,
    school_id: MaybeSchool = None,
    student_id: QueryId = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Receipt]:
    """Receipts and slips, the latest first, void ones among them.

    For guardians who may see the child: of own children, also at a school that the child has left.
    With `school_id`, for its accountant: of the whole school, or of one pupil.
    """
    found = decode_cursor(cursor, tuple[datetime, UUID])
    if school_id is None:
        rows = await service.of_family(
            tx, caller=caller, student_id=student_id, before=found, limit=limit + 1
        )
    else:
        rows = await queries.receipts(
            tx,
            school_id=require_desk(caller, school_id, "accountant"),
            pupils=None if student_id is None else [(school_id, student_id)],
            before=found,
            limit=limit + 1,
        )
    return page_of(rows, limit=limit, key=lambda row: [row.issued_at, row.id])


@get(
    "/v1/fees/receipts/{receipt_id:uuid}/receipt.pdf",
    operation_id="get_receipt_pdf",
    opt=_READERS,
    tags=_TAGS,
    media_type=_PDF,
    responses={
        200: ResponseSpec(
            data_container=bytes,
            media_type=_PDF,
            generate_examples=False,
            description="The receipt; a void one is stamped",
        )
    },
)
async def get_pdf(
    request: Request[Any, Any, Any], resources: Res, receipt_id: PathId
) -> Response[bytes]:
    """A receipt as a PDF. It is printed within seconds after the money came; until then 409.

    For guardians who may see the child, and the school's accountant.
    """
    async with open_tx(request) as tx:
        kept = await service.where_is(tx, caller=request.state.caller, receipt_id=receipt_id)
    made = await resources.storage.get(str(kept.pdf_key))
    return download(made, name=f"{kept.series}-{kept.number:06}.pdf", media_type=_PDF)


@get(
    VERIFY_PATH,
    operation_id="verify_receipt",
    opt={RULE: PUBLIC, FAILS: (404, 429, 503), ALSO: (receipt_page.HTML,)},
    tags=_TAGS,
    exception_handlers=receipt_page.EXCEPTION_HANDLERS,
)
async def verify(request: Request[Any, Any, Any], resources: Res, code: Code) -> Response[Verified]:
    """Whether a receipt is genuine and still holds: number, day, amount; no name of anybody.

    For anybody, by the code on the paper, which cannot be guessed; who tries is slowed down.
    A browser, which asks for `text/html`, is shown a page, also of what went wrong.
    """
    is_page = receipt_page.wants_page(request)
    address = address_key(request.client.host if request.client else None)
    await resources.limiter.take(VERIFY_IP, address)
    asked = receipt_page.as_typed(code) if is_page else code
    found = await service.verify(resources.pool, code=asked)
    await resources.limiter.give_back(VERIFY_IP, address)
    if is_page:
        return cast(Response[Verified], receipt_page.page_of(found))
    return Response(found, headers={"Vary": "Accept"})


HANDLERS = [list_receipts, get_pdf, verify]
