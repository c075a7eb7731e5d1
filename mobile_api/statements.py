"""Statements of the bank: taken from files, and what became of their rows."""

import time
from typing import Annotated, Final
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Struct

from app import db
from app.fees.office import statement_queries, statement_rows, statements
from app.fees.office.model import StatementLine, StatementResult, StatementRowShown
from app.fees.office.profiles import ProfileName
from app.fees.office.statement_reading import read_statement, sheet_of
from app.fees.office.statements import File
from app.fees.setup.model import OpenAccount
from app.paging import DEFAULT_LIMIT, CursorInt, Page, decode_cursor, page_of
from app.schools.common import school_box, school_day
from app.sheets.reading import MAX_FILE_BYTES
from mobile_api.bodies import BODY, BODY_MEDIA, MULTIPART
from mobile_api.deps import AnyRequest, Lang, Me, Now, Res, Tx, open_tx
from mobile_api.fee_doors import ACCOUNTANT, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, QueryId, SchoolId
from mobile_api.openapi import FAILS
from mobile_api.resources import Resources
from mobile_api.uploads import ENVELOPE_BYTES, FileUpload, received_file

_FILE: Final = {**ACCOUNTANT, BODY: FileUpload, BODY_MEDIA: MULTIPART, FAILS: (404,)}
_MAX_BODY: Final = MAX_FILE_BYTES + ENVELOPE_BYTES
# Then the answer says how many rows are left; the same file again goes on.
_LONGEST_S: Final = 25.0

DryRun = Annotated[bool, QueryParameter(description="only say what would be done")]
OfAccount = Annotated[UUID, QueryParameter(name="account_id")]
AskedProfile = Annotated[
    ProfileName | None,
    QueryParameter(name="profile", description="how the bank prints; guessed where it is left out"),
]
RowNumber = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
IsWaiting = Annotated[
    bool, QueryParameter(name="waiting", description="only rows that want a person")
]


class RowDecided(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a waiting row is: this fund, or (null) money that nobody told of yet."""

    school_id: SchoolId
    fund_id: UUID | None


class Statements(Controller):
    path = "/v1/fees/statements"
    tags = ("fees",)

    @post(
        "",
        operation_id="import_statement",
        status_code=200,
        opt=_FILE,
        request_max_body_size=_MAX_BODY,
    )
    async def import_statement(
        self,
        request: AnyRequest,
        resources: Res,
        locale: Lang,
        school_id: QuerySchool,
        account_id: OfAccount,
        profile: AskedProfile = None,
        dry_run: DryRun = False,
    ) -> StatementResult:
        """Take a bank's statement (xlsx or csv, up to 10 MB and 5,000 transfers). For accountants.

        Each transfer in becomes a sighting of money that is known, or new money, put to bills by
        the reference in its memo. The same file twice is the same statement. With `errors` nothing
        is written.
        """
        account = await _account(request, resources, school_id, account_id)
        async with received_file(request) as received, resources.reading:
            data = received.file.read()
            sheet = await sheet_of(data, filename=received.filename)
            name = received.filename
        read = read_statement(
            sheet, profile=profile, bank_bin=account.bin, today=school_day(resources.clock())
        )
        statements.require_own(read, account)
        file = File(name=name, hash=statements.hash_of(data), read=read)
        async with open_tx(request) as conn:
            box = await school_box(conn, vault=resources.vault, school_id=school_id)
            if dry_run or read.errors:
                return await statements.foretell(
                    conn,
                    box=box,
                    school_id=school_id,
                    account_id=account_id,
                    file=file,
                    locale=locale,
                )
            statement_id, is_new = await statements.keep(
                conn,
                box=box,
                school_id=school_id,
                account_id=account_id,
                file=file,
                kept_by=request.state.caller.account_id,
                now=resources.clock(),
            )
        await _take_all(resources, school_id, statement_id)
        async with db.transaction(resources.pool, schools=[school_id]) as conn:
            return await statements.result_of(
                conn,
                school_id=school_id,
                statement_id=statement_id,
                file=file,
                is_known=not is_new,
                locale=locale,
            )

    @get("", operation_id="list_statements", opt={**ACCOUNTANT, FAILS: (404,)})
    async def list_statements(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        account_id: QueryId = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[StatementLine]:
        """The statements that were imported, the newest first. For accountants."""
        require_desk(caller, school_id, "accountant")
        before = decode_cursor(cursor, tuple[UUID])
        rows = await statement_queries.statements(
            tx,
            school_id=school_id,
            account_id=account_id,
            before=before[0] if before else None,
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.id])

    @get(
        "/{statement_id:uuid}/rows",
        operation_id="list_statement_rows",
        opt={**ACCOUNTANT, FAILS: (404,)},
    )
    async def list_rows(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        school_id: QuerySchool,
        statement_id: PathId,
        is_waiting: IsWaiting = False,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[StatementRowShown]:
        """A statement's transfers as the bank prints them, and what each is. For accountants."""
        require_desk(caller, school_id, "accountant")
        await statements.one(tx, school_id=school_id, statement_id=statement_id)
        box = await school_box(tx, vault=resources.vault, school_id=school_id)
        after = decode_cursor(cursor, tuple[CursorInt])
        rows = await statement_rows.shown_rows(
            tx,
            box=box,
            school_id=school_id,
            statement_id=statement_id,
            is_waiting=is_waiting,
            after=min(after[0], 2**31 - 1) if after else 0,
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.n])

    @post(
        "/{statement_id:uuid}/rows/{n:int}/decision",
        operation_id="decide_statement_row",
        status_code=200,
        opt={**ACCOUNTANT, FAILS: (404,)},
    )
    async def decide_row(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        statement_id: PathId,
        n: RowNumber,
        data: JSONBody[RowDecided],
    ) -> StatementRowShown:
        """Say what a waiting row is: money that is known, or money that is not. For accountants."""
        require_desk(caller, data.school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        return await statement_rows.decide_row(
            tx,
            box=box,
            school_id=data.school_id,
            statement_id=statement_id,
            n=n,
            fund_id=data.fund_id,
            decided_by=caller.account_id,
            now=now,
        )


async def _account(
    request: AnyRequest, resources: Resources, school_id: int, account_id: UUID
) -> OpenAccount:
    """Before the file comes in: who sends it, and for which account."""
    async with open_tx(request) as conn:
        require_desk(request.state.caller, school_id, "accountant")
        box = await school_box(conn, vault=resources.vault, school_id=school_id)
        return await statements.account_for(
            conn, box=box, school_id=school_id, account_id=account_id
        )


async def _take_all(resources: Resources, school_id: int, statement_id: UUID) -> None:
    until = time.monotonic() + _LONGEST_S
    goes_on = True
    while goes_on and time.monotonic() < until:
        async with db.transaction(resources.pool, schools=[school_id]) as conn:
            box = await school_box(conn, vault=resources.vault, school_id=school_id)
            goes_on = await statement_rows.take_next(
                conn,
                box=box,
                school_id=school_id,
                statement_id=statement_id,
                now=resources.clock(),
            )


HANDLERS = [Statements]
