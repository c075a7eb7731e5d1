"""What a file is called: by its sender, made fit to be shown and to be saved under."""

import re
import unicodedata
from typing import Final

from app.contact_book.attachments.model import Kind

MAX_NAME: Final = 120
_ENDINGS: Final[dict[Kind, tuple[str, ...]]] = {"image": (".jpg", ".jpeg"), "pdf": (".pdf",)}
_NAMELESS: Final[dict[Kind, str]] = {"image": "ảnh", "pdf": "tài liệu"}
# What a name that lies ends on: `đơn.pdf.exe` becomes `đơn.pdf`, `bài 1.2` stays what it is.
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_PATH: Final = re.compile(r"[/\\]")
# Emoji are joined by these two; all other letters without a shape turn or hide what is read.
_JOINERS: Final = "\u200d\ufe0f"


def file_name(raw: str, kind: Kind) -> str:
    """The last part of what may be a path: one line, NFC, 120 characters, an ending that is true.

    A picture is a JPEG whatever it was, and is called so.
    """
    last = _PATH.split(unicodedata.normalize("NFC", raw))[-1]
    plain = "".join(" " if c.isspace() else c for c in last if c.isspace() or _is_plain(c))
    stem = " ".join(plain.split()).strip(". ")
    endings = _ENDINGS[kind]
    ending = endings[0]
    while found := _ENDING.search(stem):
        if stem[: found.start()].strip(". ") == "" or not _is_ending(found.group()):
            break
        if found.group().lower() in endings:
            ending = found.group()
        stem = stem[: found.start()].strip(". ")
    stem = stem[: MAX_NAME - len(ending)].strip(". ") or _NAMELESS[kind]
    return stem + ending


def _is_plain(c: str) -> bool:
    """No control characters, no letters that turn the line around, none that PostgreSQL refuses."""
    return c in _JOINERS or unicodedata.category(c)[0] != "C"


def _is_ending(found: str) -> bool:
    """`.7` or `.2026` is a part of the name, `.mp4` and `.exe` are not."""
    return any(c.isalpha() for c in found)
