"""Sheets as a school would send them: made by openpyxl, which is not what we write with."""

import io
from collections.abc import Sequence
from typing import Any

import httpx
import openpyxl

from tests.cast import Cast
from tests.world import Person

Rows = Sequence[Sequence[Any]]


def xlsx(*rows: Sequence[Any]) -> bytes:
    """A workbook whose first sheet has these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def send(
    api: httpx.AsyncClient,
    cast: Cast,
    kind: str,
    data: bytes,
    *,
    person: Person | None = None,
    language: str = "vi",
    **query: Any,
) -> httpx.Response:
    """Upload a sheet as the principal, unless somebody else is named."""
    who = person or cast["principal"]
    return await api.post(
        cast.url(f"/imports/{kind}"),
        params=query,
        files={"file": ("bảng.xlsx", data)},
        headers={**who.headers, "Accept-Language": language},
    )


def rows_of(data: bytes) -> list[list[Any]]:
    """The first sheet of a workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]
