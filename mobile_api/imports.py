"""A school sets itself up from sheets: the imports and their templates."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from app import db
from app.jobs import bell, inputs
from app.jobs import service as jobs
from app.schools.common import school_box
from app.schools.imports import service, templates
from app.schools.imports.model import ImportResult
from app.schools.imports.roster_template import roster_template
from app.schools.imports.service import LANE, MAX_ROWS_AT_ONCE, Import, Order
from app.sheets.model import Sheet
from app.sheets.reading import MAX_FILE_BYTES, read_sheet
from app.storage import StorageAway
from mobile_api.access import only
from mobile_api.bodies import BODY, BODY_MEDIA, MULTIPART
from mobile_api.deps import AnyRequest, Lang, Now, Res, Tx, open_tx
from mobile_api.downloads import XLSX, download
from mobile_api.inputs import PathSchool
from mobile_api.jobs import JobTaken
from mobile_api.resources import Resources
from mobile_api.uploads import ENVELOPE_BYTES, FileUpload, received_file

_PRINCIPAL: Final = {"who": only("principal")}
_FILE: Final = {**_PRINCIPAL, BODY: FileUpload, BODY_MEDIA: MULTIPART}
_MAX_BODY: Final = MAX_FILE_BYTES + ENVELOPE_BYTES
_TEMPLATE: Final = {
    200: ResponseSpec(
        data_container=bytes,
        media_type=XLSX,
        generate_examples=False,
        description="The sheet to fill in, with examples and drop-downs",
    )
}
_IMPORTED: Final = {
    200: ResponseSpec(
        data_container=ImportResult,
        generate_examples=False,
        description="What was found and done. With `errors`, nothing was written",
    ),
    202: ResponseSpec(
        data_container=JobTaken,
        generate_examples=False,
        description=f"More than {MAX_ROWS_AT_ONCE} rows: worked on as a job, with the same result",
    ),
}

DryRun = Annotated[bool, QueryParameter(description="only say what would be done")]
CreateClasses = Annotated[
    bool, QueryParameter(description="make the classes that the school does not have yet")
]


class Imports(Controller):
    path = "/v1/schools/{school_id:int}/imports"
    tags = ("schools",)

    @post(
        "/roster",
        status_code=200,
        opt=_FILE,
        request_max_body_size=_MAX_BODY,
        responses=_IMPORTED,
    )
    async def import_roster(
        self,
        request: AnyRequest,
        resources: Res,
        locale: Lang,
        school_id: PathSchool,
        dry_run: DryRun = False,
        create_classes: CreateClasses = False,
    ) -> Response[Any]:
        """Take over the pupils of a sheet with their guardians (xlsx or csv, up to 10 MB).

        For the principal. All or nothing, and safe to repeat: the second time all is unchanged.
        Nobody is ended by it, and an empty cell changes nothing.
        """
        order = Order(kind="roster", locale=locale, dry_run=dry_run, create_classes=create_classes)
        return await _import(request, resources, school_id, order)

    @post(
        "/staff",
        status_code=200,
        opt=_FILE,
        request_max_body_size=_MAX_BODY,
        responses=_IMPORTED,
    )
    async def import_staff(
        self,
        request: AnyRequest,
        resources: Res,
        locale: Lang,
        school_id: PathSchool,
        dry_run: DryRun = False,
    ) -> Response[Any]:
        """Take over the staff of a sheet (xlsx or csv, up to 10 MB). For the principal.

        Known by phone; roles, classes, subjects and shifts become those of the sheet, empty cells
        change nothing. All or nothing, and safe to repeat: the second time all is unchanged.
        """
        order = Order(kind="staff", locale=locale, dry_run=dry_run)
        return await _import(request, resources, school_id, order)

    @post(
        "/calendar",
        status_code=200,
        opt=_FILE,
        request_max_body_size=_MAX_BODY,
        responses=_IMPORTED,
    )
    async def import_calendar(
        self,
        request: AnyRequest,
        resources: Res,
        locale: Lang,
        school_id: PathSchool,
        dry_run: DryRun = False,
    ) -> Response[Any]:
        """Take over holidays, closures and make-up days (xlsx or csv, up to 10 MB).

        For the principal. Days that the sheet does not name stay. All or nothing.
        """
        order = Order(kind="calendar", locale=locale, dry_run=dry_run)
        return await _import(request, resources, school_id, order)

    @post(
        "/timetable",
        status_code=200,
        opt=_FILE,
        request_max_body_size=_MAX_BODY,
        responses=_IMPORTED,
    )
    async def import_timetable(
        self,
        request: AnyRequest,
        resources: Res,
        locale: Lang,
        school_id: PathSchool,
        dry_run: DryRun = False,
    ) -> Response[Any]:
        """Take over which shifts classes attend and who teaches them what (xlsx or csv, 10 MB).

        For the principal. Classes and subjects that the sheet does not name stay. All or nothing.
        """
        order = Order(kind="timetable", locale=locale, dry_run=dry_run)
        return await _import(request, resources, school_id, order)

    @get("/roster/template.xlsx", opt=_PRINCIPAL, media_type=XLSX, responses=_TEMPLATE)
    async def roster_template(self, tx: Tx, now: Now, school_id: PathSchool) -> Response[bytes]:
        """The sheet for the roster import. For the principal."""
        return _file(await roster_template(tx, school_id=school_id, now=now), "hoc-sinh.xlsx")

    @get("/staff/template.xlsx", opt=_PRINCIPAL, media_type=XLSX, responses=_TEMPLATE)
    async def staff_template(self, tx: Tx, school_id: PathSchool) -> Response[bytes]:
        """The sheet for the staff import. For the principal."""
        return _file(await templates.staff_template(tx, school_id=school_id), "nhan-vien.xlsx")

    @get("/calendar/template.xlsx", opt=_PRINCIPAL, media_type=XLSX, responses=_TEMPLATE)
    async def calendar_template(self, tx: Tx, school_id: PathSchool) -> Response[bytes]:
        """The sheet for the calendar import. For the principal."""
        return _file(await templates.calendar_template(tx, school_id=school_id), "lich.xlsx")

    @get("/timetable/template.xlsx", opt=_PRINCIPAL, media_type=XLSX, responses=_TEMPLATE)
    async def timetable_template(self, tx: Tx, school_id: PathSchool) -> Response[bytes]:
        """The sheet for the timetable import. For the principal."""
        return _file(await templates.timetable_template(tx, school_id=school_id), "ca-mon.xlsx")


async def _import(
    request: AnyRequest, resources: Resources, school_id: int, order: Order
) -> Response[Any]:
    """Not `tx`: no connection is held while the file comes in, nor anything read of strangers'."""
    async with open_tx(request) as conn:
        if not order.dry_run:
            await jobs.require_free(conn, school_id=school_id, lane=LANE)
    async with received_file(request) as received, resources.reading:
        data = received.file.read()
        sheet = await read_sheet(
            data, filename=received.filename, columns=service.columns_of(order.kind)
        )
    if len(sheet.rows) > MAX_ROWS_AT_ONCE:
        job_id = await _hand_in(request, resources, school_id, order, data, rows=len(sheet.rows))
        return Response(JobTaken(job_id=job_id), status_code=202)
    return Response(await _at_once(request, resources, school_id, order, sheet))


async def _at_once(
    request: AnyRequest, resources: Resources, school_id: int, order: Order, sheet: Sheet
) -> ImportResult:
    async def untold(_done: int, _total: int) -> None:
        return None

    try:
        async with open_tx(request) as conn:
            if not order.dry_run:
                await jobs.require_free(conn, school_id=school_id, lane=LANE)
            asked = Import(
                school_id=school_id,
                account_id=request.state.caller.account_id,
                order=order,
                sheet=sheet,
                vault=resources.vault,
                now=resources.clock(),
                told=untold,
            )
            return await service.carry_out(conn, asked)
    except db.LockNotAvailable:
        raise jobs.running() from None


async def _hand_in(
    request: AnyRequest,
    resources: Resources,
    school_id: int,
    order: Order,
    data: bytes,
    *,
    rows: int,
) -> UUID:
    async with open_tx(request) as conn:
        box = await school_box(conn, vault=resources.vault, school_id=school_id)
        job_id = await jobs.announce(
            conn,
            school_id=school_id,
            kind=order.job_kind,
            lane=LANE,
            params=order.params(),
            total=rows,
            created_by=request.state.caller.account_id,
        )
    try:
        await inputs.put(resources.storage, box, school_id=school_id, job_id=job_id, data=data)
    except StorageAway:
        async with db.transaction(resources.pool, schools=[school_id]) as conn:
            await jobs.withdraw(conn, school_id=school_id, job_id=job_id)
        raise
    async with db.transaction(resources.pool, schools=[school_id]) as conn:
        await jobs.release(conn, school_id=school_id, job_id=job_id)
    await bell.ring(resources.redis, queue=resources.settings.arq_queue, job_id=job_id)
    return job_id


def _file(made: bytes, name: str) -> Response[bytes]:
    return download(made, name=name, media_type=XLSX)


HANDLERS = [Imports]
