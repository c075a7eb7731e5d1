"""A PDF is cleaned in a process of its own: hostile bytes end there, with its memory and time."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

from app.contact_book.attachments import clean_pdf
from app.contact_book.attachments.model import (
    MAX_BYTES,
    MAX_PAGES,
    PdfBroken,
    PdfEncrypted,
    PdfTooLarge,
)

_SCRIPT: Final = Path(clean_pdf.__file__)
_WAIT_S: Final = 90.0
# What the kernel does to a process that takes too much: of time, of memory, of room on the disk.
_KILLED: Final = frozenset({-9, -14, -24, -25, -6})
# Two at once: so much memory and no more.
_DESK: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pdfs")


class Pdf(Struct, frozen=True, kw_only=True):
    """A document written anew."""

    data: bytes
    pages: int


async def prepared_pdf(file: IO[bytes]) -> Pdf:
    """The pages of the PDF in a real file, and nothing else of it.

    Raises:
        PdfEncrypted: it has a password, if only against printing.
        PdfBroken: it cannot be read as it stands.
        PdfTooLarge: too many bytes or pages, or it unpacks to too much.
    """
    return await asyncio.get_running_loop().run_in_executor(_DESK, _clean, file)


def _clean(file: IO[bytes]) -> Pdf:
    file.flush()
    # Of the file itself: `seek` may only turn back within what Python has read ahead.
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    with tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(  # noqa: S603 - our own script, no shell, no argument from outside
                [sys.executable, "-I", str(_SCRIPT)],
                stdin=file,
                stdout=out,
                stderr=subprocess.PIPE,
                env={"LC_ALL": "C.UTF-8"},
                timeout=_WAIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _too_large() from None
        if done.returncode != 0:
            raise _refusal(done.returncode, done.stderr)
        out.seek(0)
        return Pdf(data=out.read(), pages=json.loads(done.stderr)["pages"])


def _refusal(code: int, said: bytes) -> Exception:
    if code == clean_pdf.ENCRYPTED:
        return PdfEncrypted(
            ("Hãy lưu lại tệp không đặt mật khẩu.", "Save it again without a password.")
        )
    if code == clean_pdf.TOO_LARGE or code in _KILLED:
        return _too_large()
    if code == clean_pdf.BROKEN or code < 0:
        return PdfBroken(
            (
                "Hãy mở tệp, in lại thành PDF rồi gửi bản mới.",
                "Open it, print it to a new PDF, and send that.",
            )
        )
    return RuntimeError(f"the cleaning of PDFs does not work: {said[-500:]!r}")


def _too_large() -> PdfTooLarge:
    return PdfTooLarge(
        (
            f"Tối đa {MAX_BYTES // 1_000_000} MB và {MAX_PAGES} trang; ảnh quét đừng quá lớn.",
            f"At most {MAX_BYTES // 1_000_000} MB and {MAX_PAGES} pages, scanned not too large.",
        )
    )
