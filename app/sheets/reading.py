"""Reads an uploaded sheet: what it is shows in its content, never in its name."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.sheets.csv_file import is_text, read_csv
from app.sheets.model import Column, EncryptedSheet, NotASheet, Sheet, SheetTooLarge
from app.sheets.workbook import read_xlsx

MAX_FILE_BYTES: Final = 10_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and any encrypted office file
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS: Final = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"),
    (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"), (b"{\\rtf", "RTF"),
)  # fmt: skip
_SAVE_AS: Final = (
    "Hãy mở tệp và chọn Lưu thành (Save As) → Excel Workbook (*.xlsx).",
    "Open the file and choose Save As → Excel Workbook (*.xlsx).",
)


async def read_sheet(
    data: bytes | Path, *, filename: str, columns: Sequence[Column], legacy: str | None = None
) -> Sheet:
    """Read a sheet in a thread; memory is bounded whatever the file claims.

    `legacy`: the code page of a csv that is in no Unicode; None: it is refused.

    Raises:
        SheetTooLarge, UnreadableSheet, NotASheet, MacroSheet, EncryptedSheet, UnknownEncoding,
        MissingColumns, AmbiguousColumns, EmptySheet: what is wrong and what to do about it.
    """
    return await asyncio.to_thread(
        parse_sheet, data, filename=filename, columns=columns, legacy=legacy
    )


def parse_sheet(
    data: bytes | Path, *, filename: str, columns: Sequence[Column], legacy: str | None = None
) -> Sheet:
    """The same, blocking; `filename` only chooses the words of a refusal."""
    if isinstance(data, Path):
        _check_size(data.stat().st_size)
        data = data.read_bytes()
    _check_size(len(data))
    if data.startswith(_ZIP):
        return read_xlsx(data, columns)
    if data.startswith(_OLE):
        raise _ole_refusal(data)
    for magic, kind in _OTHERS:
        if data.startswith(magic):
            raise NotASheet((f"Đây là tệp {kind}.", f"This is a {kind} file."))
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")):
        raise NotASheet(
            (
                f"Đây là trang web hoặc XML mang tên “{filename[:60]}”. {_SAVE_AS[0]}",
                f"This is a web page or XML named “{filename[:60]}”. {_SAVE_AS[1]}",
            )
        )
    if not is_text(data):
        raise NotASheet(_SAVE_AS)
    return read_csv(data, columns, legacy=legacy)


def _check_size(size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise SheetTooLarge(
            (
                f"Tệp tối đa {MAX_FILE_BYTES // 1_000_000} MB.",
                f"A file has at most {MAX_FILE_BYTES // 1_000_000} MB.",
            )
        )


def _ole_refusal(data: bytes) -> NotASheet | EncryptedSheet:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return EncryptedSheet(
            (
                "Hãy gỡ mật khẩu (File → Info → Protect Workbook) rồi lưu lại.",
                "Remove the password (File → Info → Protect Workbook) and save it again.",
            )
        )
    return NotASheet(
        (
            f"Đây là tệp Excel 97-2003 (.xls). {_SAVE_AS[0]}",
            f"This is an Excel 97-2003 file (.xls). {_SAVE_AS[1]}",
        )
    )
