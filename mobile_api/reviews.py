"""The principal's review of scans whose place, clock, card or code is uncertain."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.attendance.model import PersonKind
from app.attendance.reviews import deciding, service
from app.attendance.reviews.model import (
    MOST_AT_ONCE,
    Asked,
    Decided,
    Reason,
    Review,
    ReviewSummary,
    Verdict,
)
from app.paging import DEFAULT_LIMIT, Page, decode_cursor
from app.photos.urls import PhotoUrls
from mobile_api.access import only
from mobile_api.deps import Lang, Me, Now, Res, Tx
from mobile_api.inputs import Cursor, Limit, MaybeFromDay, MaybeToDay, PathSchool, QueryId
from mobile_api.inputs import Reason as Why

_PRINCIPAL = {"who": only("principal")}
_REVIEWS = "/v1/schools/{school_id:int}/reviews"

# A default beside the words, not None: `?reason=null` would be taken for it.
_Reason = Annotated[Reason | Literal["all"], QueryParameter(name="reason")]
_Kind = Annotated[PersonKind | Literal["all"], QueryParameter(name="person_kind")]
# Microseconds since 1970, up to 2100.
_Micros = Annotated[int, Meta(ge=0, le=4_102_444_800_000_000)]


class VerdictGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One verdict on up to 200 scans."""

    event_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    decision: Verdict
    reason: Why


@get(_REVIEWS, opt=_PRINCIPAL, tags=["attendance"])
async def reviews(
    tx: Tx,
    caller: Me,
    now: Now,
    resources: Res,
    locale: Lang,
    school_id: PathSchool,
    reason: _Reason = "all",
    person_id: QueryId = None,
    device_id: QueryId = None,
    person_kind: _Kind = "all",
    from_day: MaybeFromDay = None,
    to_day: MaybeToDay = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Review]:
    """Recorded scans that are uncertain and have no verdict, the newest first.

    Of the last 45 days: older ones are asked about no more. For the principal.
    """
    first, last = service.window(now)
    return await service.page(
        tx,
        school_id=school_id,
        asked=Asked(
            first=max(first, from_day or first),
            last=min(last, to_day or last),
            reason=None if reason == "all" else reason,
            person_id=person_id,
            device_id=device_id,
            person_kind=None if person_kind == "all" else person_kind,
        ),
        after=decode_cursor(cursor, tuple[date, _Micros, UUID]),
        limit=limit,
        reader=service.Reader(
            account_id=caller.account_id,
            locale=locale,
            urls=PhotoUrls(resources.vault.ring, now),
        ),
    )


@get(_REVIEWS + "/summary", opt=_PRINCIPAL, tags=["attendance"])
async def review_summary(tx: Tx, caller: Me, now: Now, school_id: PathSchool) -> ReviewSummary:
    """How many wait by reason, phone and person, and the groups that can be decided at once.

    For the principal.
    """
    return await service.summary(tx, school_id=school_id, account_id=caller.account_id, now=now)


@post(_REVIEWS + "/decisions", status_code=200, opt=_PRINCIPAL, tags=["attendance"])
async def decide_reviews(
    tx: Tx, caller: Me, now: Now, school_id: PathSchool, data: JSONBody[VerdictGiven]
) -> Decided:
    """Confirm or reject up to 200 scans, all or none; families hear once of what it changes.

    The same verdict again changes nothing, another one is refused. For the principal, who decides
    about nothing of their own, nor of an own child.
    """
    return await deciding.decide(
        tx,
        school_id=school_id,
        event_ids=data.event_ids,
        verdict=data.decision,
        reason=data.reason,
        decided_by=caller.account_id,
        now=now,
    )


HANDLERS = [reviews, review_summary, decide_reviews]
