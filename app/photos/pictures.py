"""What becomes of a picture: decoded, turned upright, made small, and written anew.

Nothing of the original file is kept but its pixels: no place, no time, no name of the phone, and
nothing that a decoder in somebody's app could stumble over.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, Final, TypeVar

from msgspec import Struct
from PIL import Image, ImageOps

from app.errors import Unprocessable

R = TypeVar("R")

MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
MAX_BYTES: Final = 10_000_000
# A camera's 24 megapixels. The size stands in a picture's first bytes, so that what is larger is
# never unpacked. A JPEG can be unpacked at a part of its size; the others take 8 bytes a pixel.
MAX_MEGAPIXELS: Final = 25
MAX_MEGAPIXELS_WHOLE: Final = 12
MIN_SIDE_PX: Final = 120
_FULL_PX: Final = (480, 640)
_SMALL_PX: Final = (160, 160)
_ENOUGH_PX: Final = 1280
# A sheet of paper whose writing can be read.
_PAPER_PX: Final = (1280, 1280)
# What goes with an announcement or a message: a poster's small print, a drawing, an icon.
_LARGE_PX: Final = (1600, 1600)
_PREVIEW_PX: Final = (480, 480)
_LARGE_MIN_SIDE_PX: Final = 16
# The formats that are tried, and no others of the forty that Pillow reads.
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
)

# Two at once: so much memory and no more, however many pictures arrive together.
_ROOM: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")


class Picture(Struct, frozen=True, kw_only=True):
    """A picture as it is stored: two JPEGs. `version` is of the content: 8 bytes."""

    full: bytes
    small: bytes

    @property
    def version(self) -> bytes:
        return hashlib.sha256(self.full).digest()[:8]


class LargePicture(Struct, frozen=True, kw_only=True):
    """A picture that is looked at, not recognised by: two JPEGs, and the size of the full one."""

    full: bytes
    preview: bytes
    width: int
    height: int


class NoPicture(Unprocessable):
    """Tệp không phải là ảnh JPEG, PNG hay WebP | The file is not a JPEG, PNG or WebP picture"""


class HeicPicture(Unprocessable):
    """Ảnh dạng HEIC của iPhone không dùng được | The iPhone's HEIC pictures cannot be used"""


class PictureTooLarge(Unprocessable):
    """Ảnh quá lớn | The picture is too large"""


class PictureTooSmall(Unprocessable):
    """Ảnh quá nhỏ | The picture is too small"""


BadPicture = NoPicture | HeicPicture | PictureTooLarge | PictureTooSmall
BAD_PICTURE: Final = (NoPicture, HeicPicture, PictureTooLarge, PictureTooSmall)


async def prepared(file: IO[bytes]) -> Picture:
    """The picture in a file, which is read when there is room for it.

    Raises:
        NoPicture: of no format that we take, or broken.
        HeicPicture: what iPhones make unless told otherwise.
        PictureTooLarge: in bytes or in pixels.
        PictureTooSmall: nobody could be recognised.
    """
    return await asyncio.get_running_loop().run_in_executor(_ROOM, _read, file)


async def prepared_paper(file: IO[bytes]) -> bytes:
    """A photographed paper, written anew as one JPEG whose writing can be read.

    Raises: as `prepared`.
    """

    def read() -> bytes:
        return _jpeg(_upright(file.read(MAX_BYTES + 1)), _PAPER_PX, 80)

    return await asyncio.get_running_loop().run_in_executor(_ROOM, read)


async def prepared_large(file: IO[bytes]) -> LargePicture:
    """A picture written anew, up to 1600 px.

    Raises: as `prepared`.
    """

    def read() -> LargePicture:
        data = file.read(MAX_BYTES + 1)
        upright = _upright(data, enough=_LARGE_PX, least=_LARGE_MIN_SIDE_PX)
        within = ImageOps.contain(upright, _LARGE_PX) if _exceeds(upright, _LARGE_PX) else upright
        return LargePicture(
            full=_jpeg(within, _LARGE_PX, 82),
            preview=_jpeg(within, _PREVIEW_PX, 75),
            width=within.width,
            height=within.height,
        )

    return await in_room(read)


async def in_room(work: Callable[[], R]) -> R:
    """Do other work with pictures where they are made, no more than two at once."""
    return await asyncio.get_running_loop().run_in_executor(_ROOM, work)


def _read(file: IO[bytes]) -> Picture:
    return prepare(file.read(MAX_BYTES + 1))


def prepare(data: bytes) -> Picture:
    """As `prepared`, here and now."""
    upright = _upright(data)
    return Picture(full=_jpeg(upright, _FULL_PX, 85), small=_jpeg(upright, _SMALL_PX, 80))


def _upright(
    data: bytes, *, enough: tuple[int, int] = (_ENOUGH_PX, _ENOUGH_PX), least: int = MIN_SIDE_PX
) -> Image.Image:
    if len(data) > MAX_BYTES:
        raise too_large()
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise HeicPicture(
            (
                "Trên iPhone: Cài đặt, Camera, Định dạng, chọn “Tương thích nhất”; hoặc gửi JPEG.",
                "On the iPhone: Settings, Camera, Formats, “Most Compatible”; or send a JPEG.",
            )
        )
    try:
        return _decoded(data, enough=enough, least=least)
    except BAD_PICTURE:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large() from None
    except Exception:  # decoders meet hostile bytes with errors of every kind
        raise NoPicture(
            (
                "Hãy gửi ảnh JPEG, PNG hoặc WebP còn nguyên vẹn.",
                "Send a JPEG, PNG or WebP picture that is whole.",
            )
        ) from None


def too_large() -> PictureTooLarge:
    return PictureTooLarge(
        (
            f"Tối đa {MAX_BYTES // 1_000_000} MB và {MAX_MEGAPIXELS} megapixel"
            f" (PNG, WebP: {MAX_MEGAPIXELS_WHOLE}).",
            f"At most {MAX_BYTES // 1_000_000} MB and {MAX_MEGAPIXELS} megapixels"
            f" (PNG, WebP: {MAX_MEGAPIXELS_WHOLE}).",
        )
    )


def _decoded(data: bytes, *, enough: tuple[int, int], least: int) -> Image.Image:
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        width, height = image.size
        is_whole = image.format in ("PNG", "WEBP")
        most = MAX_MEGAPIXELS_WHOLE if is_whole else MAX_MEGAPIXELS
        if width * height > most * 1_000_000:
            raise too_large()
        if min(width, height) < least:
            raise PictureTooSmall((f"Mỗi cạnh ít nhất {least} px.", f"At least {least} px a side."))
        # A JPEG at a half, a quarter or an eighth; others take no notice.
        image.draft("RGB", enough)
        image.load()
        coloured = image.convert("RGBA") if image.mode in ("P", "PA") else image
        # Down first: what follows costs by the pixel.
        coloured.thumbnail(enough, reducing_gap=2.0)
        upright = ImageOps.exif_transpose(coloured)
    if upright.mode in ("RGBA", "LA") or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        upright = Image.alpha_composite(white, coloured)
    return upright.convert("RGB")


def _jpeg(image: Image.Image, within: tuple[int, int], quality: int) -> bytes:
    # A fresh canvas: Pillow would write the original's comment with a copy.
    scaled = ImageOps.contain(image, within) if _exceeds(image, within) else image
    clean = Image.new("RGB", scaled.size)
    clean.paste(scaled)
    out = BytesIO()
    clean.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _exceeds(image: Image.Image, within: tuple[int, int]) -> bool:
    return image.width > within[0] or image.height > within[1]
