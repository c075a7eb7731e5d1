"""A period's bills: what they would be, and issuing them."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct, structs

from app.fees.billing import preview as previewing
from app.fees.billing import works
from app.fees.billing.model import Issue
from app.fees.billing.preview import Only, Preview
from app.fees.setup.model import ChargeScope
from app.paging import DEFAULT_LIMIT, decode_cursor, page_of
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, SchoolId, Search
from mobile_api.jobs import JobTaken
from mobile_api.openapi import FAILS

Ref = Annotated[
    str,
    Meta(
        max_length=36,
        pattern=r"^[0-9a-fA-F-]*$",
        description="a grade's number, a class's or a pupil's id; empty of the whole school",
    ),
]
OnlyThese = Annotated[Only, QueryParameter(name="only", description="which pupils")]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the school: all of it, a grade, a class or a pupil."""

    school_id: SchoolId
    scope: ChargeScope = "school"
    ref: Ref = ""


class IssueAsked(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`seen`: what the preview's bills and offers came to; if it is no longer so, none is issued.

    Null: whatever it comes to.
    """

    seen: Annotated[int, Meta(ge=0, le=10**15)] | None = None


class Billing(Controller):
    path = "/v1/fees/periods"
    tags = ("fees",)

    @post(
        "/{period_id:uuid}/preview",
        operation_id="preview_bills",
        status_code=200,
        opt={**OFFICE, FAILS: (404,)},
    )
    async def preview(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        period_id: PathId,
        data: JSONBody[Part],
        only: OnlyThese = "all",
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Preview:
        """What issuing would bill now: sums by class and item, warnings, a page of pupils.

        For accountants, and the principal. Nothing is written.
        """
        school_id = require_desk(caller, data.school_id, "accountant", "principal")
        issue = _issue(period_id, data)
        facts, computed = await previewing.preview(tx, school_id=school_id, issue=issue, now=now)
        shown = await asyncio.to_thread(previewing.pupils_shown, facts, computed, only=only, q=q)
        after = decode_cursor(cursor, tuple[UUID])
        if after is not None:
            ids = [pupil.student_id for pupil in shown]
            shown = shown[ids.index(after[0]) + 1 :] if after[0] in ids else []
        page = page_of(shown, limit=limit, key=lambda pupil: [pupil.student_id])
        return structs.replace(
            await asyncio.to_thread(previewing.summed, period_id, facts, computed, now=now),
            items=page.items,
            next_cursor=page.next_cursor,
        )

    @post(
        "/{period_id:uuid}/issue",
        operation_id="issue_bills",
        status_code=202,
        opt={**ACCOUNTANT, FAILS: (404,)},
    )
    async def issue(
        self, tx: Tx, caller: Me, now: Now, period_id: PathId, data: JSONBody[IssueAsked]
    ) -> JobTaken:
        """Open the bills of all pupils who have none yet, as a job; families are then told.

        For accountants. The job may be asked for again: nobody is billed twice.
        """
        school_id = require_desk(caller, data.school_id, "accountant")
        job_id = await works.hand_in(
            tx,
            school_id=school_id,
            issue=structs.replace(_issue(period_id, data), seen=data.seen),
            account_id=caller.account_id,
            now=now,
        )
        # Nobody rings: the workers look each second, and it is no job before the commit.
        return JobTaken(job_id=job_id)


def _issue(period_id: UUID, data: Part) -> Issue:
    return Issue(period_id=period_id, scope=data.scope, ref=data.ref.lower())


HANDLERS = [Billing]
