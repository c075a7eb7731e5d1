"""Whether a file is what it says it is: a PDF, or a picture of a paper."""

import io
import warnings
from typing import Final

from PIL import Image, UnidentifiedImageError

from app.schools.custody.model import MediaType, NotADocument

MAX_BYTES: Final = 5 * 1024 * 1024
_MAX_PIXELS: Final = 50_000_000
_PICTURES: Final[dict[str, MediaType]] = {"JPEG": "image/jpeg", "PNG": "image/png"}


def media_type_of(data: bytes) -> MediaType:
    """The type, by the content alone: neither the file's name nor what the sender says counts.

    Pictures are decoded once, which takes up to a second: call it in a thread.

    Raises:
        NotADocument: empty, over 5 MB, damaged, or of another type.
    """
    if not data or len(data) > MAX_BYTES:
        raise _refused(
            "Tệp phải có nội dung và không quá 5 MB.", "The file must hold 1 byte to 5 MB."
        )
    if data.startswith(b"%PDF-"):
        # Cut off in transit, the end is missing.
        if b"%%EOF" not in data[-2048:]:
            raise _refused("Tệp PDF bị thiếu phần cuối.", "The PDF lacks its end.")
        return "application/pdf"
    return _picture(data)


def _picture(data: bytes) -> MediaType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(_PICTURES)) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise _refused("Ảnh có quá nhiều điểm ảnh.", "The picture has too many pixels.")
                image.load()
                return _PICTURES[str(image.format)]
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except (OSError, SyntaxError, ValueError, EOFError):
        pass
    raise _refused("Hãy gửi tệp PDF, JPEG hoặc PNG còn đọc được.", "Send a sound PDF, JPEG or PNG.")


def _refused(vi: str, en: str) -> NotADocument:
    return NotADocument((vi, en))
