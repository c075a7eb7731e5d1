"""What became of the news: the funnel, and what was given up."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app import db
from app.deliveries import queries, service
from app.deliveries.model import DeadCount, DeadLetter, Funnel, Replayed
from app.paging import DEFAULT_LIMIT, encode_cursor
from mobile_api.access import only
from mobile_api.deps import DEPARTMENT_MAY_SEE_SCHOOL, Me, Now, Tx
from mobile_api.inputs import Cursor, FromDay, Limit, PathSchool, ToDay
from mobile_api.places import after_id


class ReplayInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to go again: all that has this reason, or these; neither: all."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None
    ids: Annotated[list[UUID], Meta(min_length=1, max_length=1000)] | None = None


class DeadLetters(Struct, frozen=True, kw_only=True):
    """`counts`: of all of them, by reason; `items`: a page of them, the newest first."""

    counts: list[DeadCount]
    items: list[DeadLetter]
    next_cursor: str | None = None


@get(
    "/v1/schools/{school_id:int}/deliveries/funnel",
    opt={"who": only("principal", "department_admin"), DEPARTMENT_MAY_SEE_SCHOOL: True},
    tags=["deliveries"],
)
async def school_funnel(tx: Tx, school_id: PathSchool, from_day: FromDay, to_day: ToDay) -> Funnel:
    """How far a school's news came: due, sent, delivered, read, failed by reason; counts alone.

    At most 93 days. For its principal and the department's admins.
    """
    return await service.funnel(
        tx, school_ids=[school_id], first=from_day, last=to_day, is_one_school=True
    )


@get("/v1/deliveries/funnel", opt={"who": only("department_admin")}, tags=["deliveries"])
async def department_funnel(tx: Tx, caller: Me, from_day: FromDay, to_day: ToDay) -> Funnel:
    """The same over all schools of the department, and where the most failed. For its admins.

    At most 31 days.
    """
    # Roll-ups only, as in set-up progress.
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    return await service.funnel(
        tx,
        school_ids=caller.department_school_ids,
        first=from_day,
        last=to_day,
        is_one_school=False,
    )


@get(
    "/v1/schools/{school_id:int}/dead-letters",
    opt={"who": only("principal", "department_admin"), DEPARTMENT_MAY_SEE_SCHOOL: True},
    tags=["deliveries"],
)
async def school_dead_letters(
    tx: Tx, school_id: PathSchool, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> DeadLetters:
    """What was given up of a school's news, and why; it names no family.

    For its principal and the department's admins.
    """
    return await _dead_letters(tx, [school_id], cursor, limit)


@get("/v1/dead-letters", opt={"who": only("department_admin")}, tags=["deliveries"])
async def list_dead_letters(
    tx: Tx, caller: Me, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> DeadLetters:
    """The same of all schools of the department. For its admins."""
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    return await _dead_letters(tx, caller.department_school_ids, cursor, limit)


async def _dead_letters(
    tx: Tx, school_ids: list[int], cursor: str | None, limit: int
) -> DeadLetters:
    found = await queries.dead_letters(
        tx, school_ids=school_ids, before=after_id(cursor), limit=limit + 1
    )
    items = found[:limit]
    return DeadLetters(
        counts=await queries.dead_counts(tx, school_ids=school_ids),
        items=items,
        next_cursor=encode_cursor(items[-1].id) if len(found) > limit else None,
    )


@post(
    "/v1/dead-letters/replay",
    status_code=200,
    opt={"who": only("department_admin")},
    tags=["deliveries"],
)
async def replay_dead_letters(
    tx: Tx, caller: Me, now: Now, data: JSONBody[ReplayInput]
) -> Replayed:
    """Send again what was given up in the department's schools. For its admins; it is audited.

    What is no longer worth a push comes to the inbox alone. Text messages, which may have gone out
    after all, are sent again only where their reason or id is named.
    """
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    return await service.replay(
        tx,
        school_ids=caller.department_school_ids,
        reason=data.reason,
        ids=data.ids,
        actor_account_id=caller.account_id,
        now=now,
    )


HANDLERS = [
    school_funnel,
    department_funnel,
    school_dead_letters,
    list_dead_letters,
    replay_dead_letters,
]
