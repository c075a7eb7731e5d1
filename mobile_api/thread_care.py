"""When talking goes wrong: reports, a guardian who is stopped, a principal who looks in."""

from typing import Final
from uuid import UUID

from litestar import post
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import Struct

from app.contact_book.threads import blocks, reading, reports, service
from app.contact_book.threads.model import NoSuchThread, Thread
from app.limits import Bucket
from mobile_api.access import TEACHERS, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import PathId, Reason
from mobile_api.openapi import FAILS

_WRITERS: Final = {"who": only("guardian", *TEACHERS)}
_STOPPERS: Final = {"who": only("principal", *TEACHERS)}
_PRINCIPAL: Final = {"who": only("principal")}
_REPORTS: Final = Bucket("message-reports", 10, 1 / 600)


class AboutMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    message_id: UUID
    reason: Reason


class Because(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason


class ThreadCare(Controller):
    path = "/v1/contact-book/threads"
    tags = ("contact-book",)

    @post(
        "/{thread_id:uuid}/reports",
        operation_id="report_message",
        status_code=204,
        opt={**_WRITERS, FAILS: (404,)},
    )
    async def report_message(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        thread_id: PathId,
        data: JSONBody[AboutMessage],
    ) -> None:
        """Put a message of somebody else before the school's principals, who are told.

        For those of the thread. The author does not learn of it.
        """
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await reading.readable(tx, reader=reader, thread_id=thread_id, now=now)
        message = await reading.message_in(tx, row=row, message_id=data.message_id)
        await resources.limiter.take(_REPORTS, caller.account_id)
        await reports.report(
            tx,
            row=row,
            message=message,
            reported_by=caller.account_id,
            reason=data.reason,
            now=now,
        )

    @post(
        "/{thread_id:uuid}/blocks",
        operation_id="stop_writing",
        status_code=200,
        opt={**_STOPPERS, FAILS: (404,)},
    )
    async def stop_writing(
        self, tx: Tx, caller: Me, now: Now, thread_id: PathId, data: JSONBody[AboutMessage]
    ) -> Thread:
        """Let the guardian who wrote this message write no more in the thread; reading goes on.

        For the thread's teachers and the principal, who alone lifts it.
        """
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await reading.one(tx, reader=reader, thread_id=thread_id, now=now)
        if row.side == "guardian":
            raise NoSuchThread
        message = await reading.message_in(tx, row=row, message_id=data.message_id)
        await blocks.stop(
            tx, row=row, message=message, reason=data.reason, set_by=caller.account_id, now=now
        )
        return await reading.shown(tx, row, now=now)

    @post(
        "/{thread_id:uuid}/blocks/{block_id:uuid}/lift",
        operation_id="allow_writing",
        status_code=200,
        opt={**_PRINCIPAL, FAILS: (404,)},
    )
    async def allow_writing(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        thread_id: PathId,
        block_id: PathId,
        data: JSONBody[Because],
    ) -> Thread:
        """Let a guardian write again. For the principal of the school."""
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await reading.one(tx, reader=reader, thread_id=thread_id, now=now)
        if row.side == "guardian" or row.school_id not in reader.led_schools:
            raise NoSuchThread
        await blocks.lift(
            tx,
            row=row,
            block_id=block_id,
            reason=data.reason,
            lifted_by=caller.account_id,
            now=now,
        )
        return await reading.shown(tx, row, now=now)

    @post(
        "/{thread_id:uuid}/access",
        operation_id="look_into_thread",
        status_code=200,
        opt={**_PRINCIPAL, FAILS: (404,)},
    )
    async def look_into(
        self, tx: Tx, caller: Me, now: Now, thread_id: PathId, data: JSONBody[Because]
    ) -> Thread:
        """Read a thread of the school for 24 hours. For the principal.

        The reason is on record, and in the audit that it was done; both sides see that it was.
        """
        reader = await reading.reader_of(tx, caller=caller, now=now)
        row = await service.look_into(
            tx, reader=reader, thread_id=thread_id, reason=data.reason, now=now
        )
        return await reading.shown(tx, row, now=now)


HANDLERS = [ThreadCare]
