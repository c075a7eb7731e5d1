"""Files that come in as `multipart/form-data`, spooled to the disk as they arrive.

Not Litestar's own way: it reads a form before the caller is known, and takes any number of parts.
"""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import IO, Final, cast

from litestar.datastructures import UploadFile
from litestar.exceptions import ValidationException
from msgspec import Struct
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from mobile_api.deps import AnyRequest

_IN_MEMORY: Final = 256 * 1024
_MAX_BOUNDARY: Final = 70  # RFC 2046 §5.1.1
# What the parts' own lines may add to the file.
ENVELOPE_BYTES: Final = 4096


class Received(Struct, frozen=True, kw_only=True):
    """A file that has arrived; `filename` is what the client called it, for words only."""

    filename: str
    file: IO[bytes]


class FileUpload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form with one file."""

    file: UploadFile


@asynccontextmanager
async def received_file(request: AnyRequest) -> AsyncGenerator[Received, None]:
    """The form's one part, `file`, at its beginning; gone when the block ends.

    Authenticate first: this takes as many bytes as the route's `request_max_body_size` lets in.

    Raises:
        ValidationException: not a form, or not this form.
        HTTPException: 413, too large.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        try:
            parser = PushMultipartParser(_boundary(request), max_segment_count=1, strict=True)
            filename = await _receive(request, parser, cast(IO[bytes], file))
        except MultipartError:
            raise _fault("multipart is malformed") from None
        file.seek(0)
        yield Received(filename=filename, file=cast(IO[bytes], file))


async def _receive(request: AnyRequest, parser: PushMultipartParser, file: IO[bytes]) -> str:
    """Take the body in; what the client calls the file."""
    filename: str | None = None
    async for chunk in request.stream():
        if parser.closed:
            continue  # what follows the end is read, or the answer would not be
        for event in parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                if event.name != "file":
                    raise _fault(f"Object contains unknown field `{event.name}`")
                filename = event.filename or ""
            elif event:
                file.write(event)
    parser.close()
    if filename is None:
        raise _fault("Object missing required field `file`")
    return filename


def _boundary(request: AnyRequest) -> str:
    boundary = request.content_type[1].get("boundary", "")
    if not (0 < len(boundary) <= _MAX_BOUNDARY and boundary.isascii()):
        raise _fault("multipart has no boundary")
    return boundary


def _fault(message: str) -> ValidationException:
    return ValidationException(extra=[{"message": message}])
