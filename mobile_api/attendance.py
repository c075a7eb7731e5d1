"""Scans, check-ins and marks."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.attendance import items
from app.attendance.clockwork import Sending
from app.attendance.model import CheckIn, Instant, Mark, Millis, Scan, ScanResult
from app.limits import SCANS
from mobile_api.access import SCANNERS, STAFF, only
from mobile_api.bodies import BODY, JSON
from mobile_api.deps import Res, claims_in, claims_of
from mobile_api.resources import Resources, resources_of
from mobile_api.scan_operation import MAX_SCANS, BootId, ScanEnvelope


class ScanBatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The envelope: the phone's clocks at sending. Scans are read one by one, later."""

    sent_at: Instant
    sent_mono_ms: Millis
    boot_id: BootId
    scans: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MAX_SCANS)]


class ScanResults(Struct, frozen=True, kw_only=True):
    """One result a scan, in the order they were sent."""

    results: list[ScanResult]


SCANS_PATH: Final = "/v1/attendance/scans"
_BATCH = msgspec.json.Decoder(ScanBatch)
_SCAN = msgspec.json.Decoder(Scan)
_JSON = msgspec.json.Encoder()


@post(
    SCANS_PATH,
    status_code=200,
    opt={"who": only(*SCANNERS), BODY: ScanEnvelope},
    tags=["attendance"],
    responses={200: ResponseSpec(data_container=ScanResults, description="One result a scan")},
)
async def record_scans(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Record 1 to 200 scans of cards or pupils' phones. For staff who scan.

    Each scan gets its own outcome: a bad one costs no other. Sending a batch again is safe.
    """
    body = await answer_scans(
        resources_of(request),
        authorization=request.headers.get("authorization", ""),
        body=await request.body(),
    )
    return Response(body, media_type=JSON, status_code=200)


async def answer_scans(resources: Resources, *, authorization: str, body: bytes) -> bytes:
    """The answer to a batch, as JSON, once it is stored.

    Raises:
        LoginNeeded: no bearer token.
        BadAccessToken: it is not genuine or over, or its session is.
        ValidationException: the envelope cannot be read.
        TooManyRequests: the account sends too many scans.
        NotAScanner: the sender scans in no school.
        Unavailable: nothing is known to be stored.
    """
    claims = claims_in(authorization, resources)
    batch = decode_batch(body)
    await resources.limiter.take(SCANS, claims.account_id, cost=len(batch.scans))
    sending = Sending(
        sent_at=batch.sent_at,
        sent_mono_ms=batch.sent_mono_ms,
        boot_id=batch.boot_id,
        received_at=resources.clock(),
    )
    results = await _record(resources, batch.scans, claims.session_id, sending)
    return _JSON.encode(ScanResults(results=results))


async def _record(
    resources: Resources, raw_scans: Sequence[msgspec.Raw], session_id: UUID, sending: Sending
) -> list[ScanResult]:
    results: list[ScanResult | None] = []
    readable: list[items.Item] = []
    for raw in raw_scans:
        try:
            scan = _SCAN.decode(raw)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            results.append(ScanResult(event_id=_event_id(raw), outcome="invalid"))
            continue
        results.append(None)
        readable.append(items.of_scan(scan, session_id=session_id, sending=sending))
    if not readable:
        await resources.desk.require_scanner(session_id)
        return [result for result in results if result is not None]
    answers = iter(await resources.desk.submit(readable))
    return [result or next(answers) for result in results]


def decode_batch(body: bytes) -> ScanBatch:
    """The envelope, its scans still raw.

    Raises:
        ValidationException: not JSON, or a clock is missing, or too few or too many scans.
    """
    try:
        return _BATCH.decode(body)
    except msgspec.ValidationError as error:
        raise _bad_envelope(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_loosely(body)


def _decode_loosely(body: bytes) -> ScanBatch:
    """Some phones write NaN, which is not JSON: such a scan is invalid, the others are not."""
    try:
        loose = json.loads(body)
        scans = [msgspec.Raw(json.dumps(scan).encode()) for scan in loose["scans"]]
        # Half a surrogate pair is no text that can be stored; here it would be everybody's fault.
        str(loose["boot_id"]).encode()
        return msgspec.convert(loose | {"scans": scans}, ScanBatch)
    except msgspec.ValidationError as error:
        raise _bad_envelope(str(error)) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _bad_envelope("JSON is malformed") from None


def _bad_envelope(message: str) -> ValidationException:
    """The envelope's fault; the decoder's words become the caller's at the edge."""
    return ValidationException(extra=[{"message": message}])


def _event_id(raw: msgspec.Raw) -> UUID | None:
    class OnlyId(Struct):
        event_id: UUID

    try:
        return msgspec.json.decode(raw, type=OnlyId).event_id
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


@post(
    "/v1/attendance/check-ins",
    status_code=200,
    opt={"who": only(*STAFF, "student")},
    tags=["attendance"],
)
async def check_in(
    data: JSONBody[CheckIn], request: Request[Any, Any, Any], resources: Res
) -> ScanResult:
    """Check in or out with the own, bound phone at a station's code. For staff and pupils."""
    claims = claims_of(request, resources)
    await resources.limiter.take(SCANS, claims.account_id)
    now: datetime = resources.clock()
    item = items.of_check_in(data, session_id=claims.session_id, now=now)
    return (await resources.desk.submit([item]))[0]


@post(
    "/v1/attendance/marks",
    operation_id="mark_student",
    status_code=200,
    opt={"who": only(*SCANNERS)},
    tags=["attendance"],
)
async def mark(data: JSONBody[Mark], request: Request[Any, Any, Any], resources: Res) -> ScanResult:
    """Mark a pupil without a card today, by name and with a reason. For staff who scan."""
    claims = claims_of(request, resources)
    await resources.limiter.take(SCANS, claims.account_id)
    item = items.of_mark(data, session_id=claims.session_id, now=resources.clock())
    return (await resources.desk.submit([item]))[0]


HANDLERS = [record_scans, check_in, mark]
