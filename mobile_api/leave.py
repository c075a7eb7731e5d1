"""Leave: asked for by guardians and by staff for themselves, decided by the school."""

import tempfile
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from litestar import Response, get, post, put
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app import db
from app.attendance.leave import papers, queries, service
from app.attendance.leave.model import (
    Filters,
    LeaveRequest,
    LeaveState,
    MayNotAsk,
    NewLeave,
    Part,
    PersonKind,
    Reader,
)
from app.errors import Unprocessable
from app.identity.model import Caller, Role
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.photos.pictures import MAX_BYTES, prepared_paper
from app.schools.sight import sight_of
from mobile_api.access import STAFF, NoSuchSchool, only
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.inputs import (
    NO_NUL,
    Cursor,
    Limit,
    LocalTime,
    PathId,
    QueryId,
    Reason,
    SchoolId,
    local_time,
)
from mobile_api.openapi import FAILS
from mobile_api.photos import IMAGE
from mobile_api.register import NoSuchPupil

# A pupil's own account neither asks nor reads: that is the family's.
_ASKERS: Final = {"who": only("guardian", *STAFF)}
# The department: of what nobody of the school may decide.
_READERS: Final = {"who": only("guardian", *STAFF, "department_admin")}
_DECIDERS: Final = {"who": only("principal", "homeroom_teacher", "department_admin")}
_STAFF_ROLES: Final[tuple[Role, ...]] = STAFF
_JPEG: Final = "image/jpeg"
_IN_MEMORY: Final = 256 * 1024

Said = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]
QuerySchool = Annotated[int | None, QueryParameter(ge=1, le=16_777_215)]
InState = Annotated[LeaveState | Literal["all"], QueryParameter(name="state")]
OfKind = Annotated[PersonKind | Literal["all"], QueryParameter(name="kind")]


class NobodyNamed(Unprocessable):
    """Hãy nêu đúng một người | Name exactly one person"""


class LeaveAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A guardian names the child, a member of staff the school: exactly one of the two.

    `exit_at` belongs to `early_exit` alone, in the school's zone.
    """

    student_id: UUID | None = None
    school_id: SchoolId | None = None
    from_day: date
    to_day: date
    part: Part
    exit_at: LocalTime | None = None
    reason: Reason


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reason` is told to who asked; it may be left out."""

    decision: Literal["approve", "reject"]
    reason: Said = ""


class LeaveRequests(Controller):
    path = "/v1/leave-requests"
    tags = ("attendance",)

    @post("", operation_id="ask_for_leave", opt={**_ASKERS, FAILS: (404,)})
    async def ask(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[LeaveAsked]
    ) -> LeaveRequest:
        """Ask for leave; who decides is told. Back 7 days, ahead to the end of the school year.

        For guardians with the right to ask, of a child of theirs; for staff, of themselves.
        """
        school_id, asked = _asked(caller, data)
        request_id = await service.ask(
            tx, vault=resources.vault, school_id=school_id, asked=asked, now=now
        )
        return await _one(tx, caller, resources, request_id, now)

    @get("", operation_id="list_leave_requests", opt=_READERS)
    async def list_requests(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        school_id: QuerySchool = None,
        student_id: QueryId = None,
        class_id: QueryId = None,
        in_state: InState = "all",
        kind: OfKind = "all",
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[LeaveRequest]:
        """What the caller may read, the newest first.

        Guardians: of their children, whoever of them asked. The homeroom teacher: of the class. The
        principal: of the school, staff included. Staff: their own. The department: of a school that
        it names, what waits and nobody of the school may decide, without the pupils' names.
        """
        is_far = school_id is not None and school_id not in caller.school_ids
        if is_far and school_id in caller.department_school_ids:
            reader = await _department(tx, caller, [school_id], now)
        else:
            reader = await reader_of(tx, caller)
        before = decode_cursor(cursor, tuple[UUID])
        rows = await queries.requests(
            tx,
            reader=reader,
            wanted=Filters(
                school_id=school_id,
                person_id=student_id,
                class_id=class_id,
                state=None if in_state == "all" else in_state,
                kind=None if kind == "all" else kind,
            ),
            before=None if before is None else before[0],
            limit=limit + 1,
        )
        shown = await service.shown(tx, rows, vault=resources.vault, reader=reader, now=now)
        return page_of(shown, limit=limit, key=lambda row: [row.id])

    @get("/{request_id:uuid}", operation_id="get_leave_request", opt=_READERS)
    async def get_request(
        self, tx: Tx, caller: Me, resources: Res, now: Now, request_id: PathId
    ) -> LeaveRequest:
        """One request, for whom the list shows it to."""
        reader = await _decider(tx, caller, request_id, now)
        return await _one(tx, caller, resources, request_id, now, reader=reader)

    @post(
        "/{request_id:uuid}/decision", operation_id="decide_leave", status_code=200, opt=_DECIDERS
    )
    async def decide(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        request_id: PathId,
        data: JSONBody[Decision],
    ) -> LeaveRequest:
        """Approve or reject, once; who asked is told. Approved days are excused, also past ones.

        For the homeroom teacher of the class that the pupil is in now, and the principal; of staff
        for the principal. Nobody decides for themselves or their own child: where nobody else of
        the school may, the department does.
        """
        reader = await _decider(tx, caller, request_id, now)
        await service.decide(
            tx,
            reader=reader,
            request_id=request_id,
            decision=data.decision,
            reason=data.reason,
            now=now,
        )
        shown = await _one(tx, caller, resources, request_id, now, reader=reader)
        if reader.department_schools:
            # As at the end of every request: an answer kept under a key is the account's own.
            await db.scope(tx, schools=caller.school_ids, accounts=[caller.account_id])
        return shown

    @post(
        "/{request_id:uuid}/withdrawal",
        operation_id="withdraw_leave",
        status_code=200,
        opt=_ASKERS,
    )
    async def withdraw(
        self, tx: Tx, caller: Me, resources: Res, now: Now, request_id: PathId
    ) -> LeaveRequest:
        """Take it back, before or after the decision; days that are over stay excused.

        For any guardian of the child with the right to ask, and for staff of their own.
        """
        await service.withdraw(
            tx, reader=await reader_of(tx, caller), request_id=request_id, now=now
        )
        return await _one(tx, caller, resources, request_id, now)

    @put(
        "/{request_id:uuid}/paper",
        operation_id="send_leave_paper",
        opt={**_ASKERS, **IMAGE},
        request_max_body_size=MAX_BYTES,
    )
    async def set_paper(
        self, request: AnyRequest, resources: Res, now: Now, request_id: PathId
    ) -> LeaveRequest:
        """Send a photo of a doctor's note: the body is a JPEG, PNG or WebP, up to 10 MB.

        For who asked. All that was written into it is left out, and it is sealed under the school's
        key. One sent before is replaced.
        """
        async with open_tx(request) as tx:
            reader = await reader_of(tx, request.state.caller)
            row = await papers.require_sender(tx, reader=reader, request_id=request_id)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            async for chunk in request.stream():
                file.write(chunk)
            file.seek(0)
            picture = await prepared_paper(cast(Any, file))
        async with open_tx(request) as tx:
            key, sealed = await papers.seal(tx, vault=resources.vault, row=row, picture=picture)
        await resources.storage.put(key, sealed, content_type="application/octet-stream")
        async with open_tx(request) as tx:
            await papers.point_at(tx, reader=reader, row=row, paper_key=key, now=now)
            return await _one(tx, request.state.caller, resources, request_id, now)

    @get(
        "/{request_id:uuid}/paper",
        operation_id="read_leave_paper",
        opt=_ASKERS,
        media_type=_JPEG,
        responses={
            200: ResponseSpec(
                data_container=bytes, description="The paper, a JPEG", media_type=_JPEG
            )
        },
    )
    async def read_paper(
        self, request: AnyRequest, resources: Res, now: Now, request_id: PathId
    ) -> Response[bytes]:
        """The doctor's note; each look is noted. For who asked and who decides, nobody else."""
        async with open_tx(request) as tx:
            reader = await reader_of(tx, request.state.caller)
            row = await papers.open_paper(tx, reader=reader, request_id=request_id, now=now)
        # The note is committed before anything is shown.
        sealed = await resources.storage.get(str(row.paper_key))
        async with open_tx(request) as tx:
            picture = await papers.unseal(tx, vault=resources.vault, row=row, sealed=sealed)
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return Response(picture, media_type=_JPEG, headers=headers)


def _asked(caller: Caller, data: LeaveAsked) -> tuple[int, NewLeave]:
    if (data.student_id is None) == (data.school_id is None):
        raise NobodyNamed(
            (
                "Phụ huynh gửi `student_id`; nhân viên xin cho mình gửi `school_id`.",
                "A guardian gives `student_id`; staff asking for themselves give `school_id`.",
            )
        )
    if data.student_id is not None:
        school_id, kind, person_id = _child(caller, data.student_id), "student", data.student_id
    else:
        school_id, kind = cast(int, data.school_id), "staff"
        person_id = _own_row(caller, school_id)
    return school_id, NewLeave(
        person_kind=cast(PersonKind, kind),
        person_id=person_id,
        from_day=data.from_day,
        to_day=data.to_day,
        part=data.part,
        exit_at=None if data.exit_at is None else local_time(data.exit_at),
        reason=data.reason,
        requested_by=caller.account_id,
    )


def _child(caller: Caller, student_id: UUID) -> int:
    """The school of the caller's child.

    Raises:
        NoSuchPupil: no child of the caller's.
        MayNotAsk: the school gave this guardian no right to.
    """
    links = [child for child in caller.children if child.student_id == student_id]
    if not links:
        raise NoSuchPupil
    for link in links:
        if link.can_request_leave:
            return link.school_id
    raise MayNotAsk


def _own_row(caller: Caller, school_id: int) -> UUID:
    for role in _STAFF_ROLES:
        person_id = caller.person_in(school_id, role)
        if person_id is not None:
            return person_id
    raise NoSuchSchool


async def reader_of(tx: db.Conn, caller: Caller) -> Reader:
    """Whose leave the caller may read and decide on, as things are at this moment."""
    classes: set[UUID] = set()
    for school_id in caller.schools_as("homeroom_teacher"):
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        classes |= sight.homeroom_class_ids
    own_staff = {
        link.school_id: link.person_id
        for link in caller.memberships
        if link.role in _STAFF_ROLES and link.school_id is not None and link.person_id is not None
    }
    return Reader(
        account_id=caller.account_id,
        children=frozenset((child.school_id, child.student_id) for child in caller.children),
        askable=frozenset(
            (child.school_id, child.student_id)
            for child in caller.children
            if child.can_request_leave
        ),
        own_staff=own_staff,
        led_schools=caller.schools_as("principal"),
        led_classes=frozenset(classes),
    )


async def _decider(tx: db.Conn, caller: Caller, request_id: UUID, now: datetime) -> Reader:
    """The caller as one of the school, or as its department where that has nothing to read."""
    reader = await reader_of(tx, caller)
    wanted = Filters(request_id=request_id)
    if not caller.department_school_ids or await queries.requests(tx, reader=reader, wanted=wanted):
        return reader
    return await _department(tx, caller, caller.department_school_ids, now)


async def _department(
    tx: db.Conn, caller: Caller, school_ids: Collection[int], now: datetime
) -> Reader:
    await db.scope(tx, schools={*caller.school_ids, *school_ids}, accounts=[caller.account_id])
    return Reader(
        account_id=caller.account_id,
        children=frozenset(),
        askable=frozenset(),
        own_staff={},
        led_schools=frozenset(),
        led_classes=frozenset(),
        department_schools=frozenset(school_ids),
        at=now,
    )


async def _one(
    tx: db.Conn,
    caller: Caller,
    resources: Res,
    request_id: UUID,
    now: Now,
    *,
    reader: Reader | None = None,
) -> LeaveRequest:
    reader = reader or await reader_of(tx, caller)
    row = await service.one(tx, reader=reader, request_id=request_id)
    (shown,) = await service.shown(tx, [row], vault=resources.vault, reader=reader, now=now)
    return shown


HANDLERS = [LeaveRequests]
