"""The books as sheets to take away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import IO, Final

from litestar import get
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from app.fees.office import exports
from app.fees.office.exports import Which
from app.schools.common import school_box
from app.schools.org.service import school as school_of
from mobile_api.deps import AnyRequest, Res, open_tx
from mobile_api.downloads import XLSX
from mobile_api.fee_doors import ACCOUNTANT, QuerySchool, require_desk
from mobile_api.inputs import FromDay, ToDay
from mobile_api.openapi import FAILS
from mobile_api.resources import Resources

_PIECE: Final = 65_536
_SHEET: Final = {
    200: ResponseSpec(
        data_container=bytes, description="A workbook", media_type=XLSX, generate_examples=False
    )
}
_DOOR: Final = {**ACCOUNTANT, FAILS: (404,)}


class FeeExports(Controller):
    path = "/v1/fees/exports"
    tags = ("fees",)

    @get(
        "/invoices.xlsx",
        operation_id="export_invoices",
        opt=_DOOR,
        media_type=XLSX,
        responses=_SHEET,
    )
    async def invoices(
        self,
        request: AnyRequest,
        resources: Res,
        school_id: QuerySchool,
        from_day: FromDay,
        to_day: ToDay,
    ) -> Stream:
        """Bills that were issued on these days (at most 400), as a sheet. For accountants."""
        return await _sheet(request, resources, school_id, "invoices", from_day, to_day)

    @get(
        "/funds.xlsx",
        operation_id="export_funds",
        opt=_DOOR,
        media_type=XLSX,
        responses=_SHEET,
    )
    async def funds(
        self,
        request: AnyRequest,
        resources: Res,
        school_id: QuerySchool,
        from_day: FromDay,
        to_day: ToDay,
    ) -> Stream:
        """Money that arrived on these days (at most 400), as a sheet. For accountants."""
        return await _sheet(request, resources, school_id, "funds", from_day, to_day)

    @get(
        "/receipts.xlsx",
        operation_id="export_receipts",
        opt=_DOOR,
        media_type=XLSX,
        responses=_SHEET,
    )
    async def receipts(
        self,
        request: AnyRequest,
        resources: Res,
        school_id: QuerySchool,
        from_day: FromDay,
        to_day: ToDay,
    ) -> Stream:
        """Receipts and credit slips of these days (at most 400), void ones too. For accountants."""
        return await _sheet(request, resources, school_id, "receipts", from_day, to_day)

    @get(
        "/ledger.xlsx",
        operation_id="export_ledger",
        opt=_DOOR,
        media_type=XLSX,
        responses=_SHEET,
    )
    async def ledger(
        self,
        request: AnyRequest,
        resources: Res,
        school_id: QuerySchool,
        from_day: FromDay,
        to_day: ToDay,
    ) -> Stream:
        """The ledger's entries of these days (at most 400), as a sheet. For accountants."""
        return await _sheet(request, resources, school_id, "ledger", from_day, to_day)

    @get(
        "/closes.xlsx",
        operation_id="export_closes",
        opt=_DOOR,
        media_type=XLSX,
        responses=_SHEET,
    )
    async def closes(
        self,
        request: AnyRequest,
        resources: Res,
        school_id: QuerySchool,
        from_day: FromDay,
        to_day: ToDay,
    ) -> Stream:
        """The closes of these days (at most 400), as a sheet. For accountants."""
        return await _sheet(request, resources, school_id, "closes", from_day, to_day)


async def _sheet(
    request: AnyRequest,
    resources: Resources,
    school_id: int,
    which: Which,
    from_day: date,
    to_day: date,
) -> Stream:
    """The file is written to the disk and sent in pieces: its length costs no memory."""
    async with open_tx(request) as conn:
        require_desk(request.state.caller, school_id, "accountant")
        school = await school_of(conn, school_id=school_id)
        box = await school_box(conn, vault=resources.vault, school_id=school_id)
        file = await exports.export(
            conn,
            box=box,
            school_id=school_id,
            school_name=school.name,
            which=which,
            from_day=from_day,
            to_day=to_day,
        )
    name = f"{exports.SHEETS[which].file}-{from_day:%Y%m%d}-{to_day:%Y%m%d}.xlsx"
    return Stream(
        _pieces(file),
        media_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()


HANDLERS = [FeeExports]
