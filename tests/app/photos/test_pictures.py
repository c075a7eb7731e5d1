"""What a picture is made into, and which files are none."""

import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image

from app.photos.pictures import (
    MAX_BYTES,
    HeicPicture,
    NoPicture,
    PictureTooLarge,
    PictureTooSmall,
    prepare,
)
from tests.pictures import opened, picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_a_picture_but_its_pixels(kind: str) -> None:
    original = picture(kind=kind)
    assert b"SecretPhone" in original
    made = prepare(original)
    for data in (made.full, made.small):
        image = opened(data)
        assert image.format == "JPEG"
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for told in (b"SecretPhone", b"at home", b"Exif", b"GPS", b"ICC"):
            assert told not in data


@pytest.mark.parametrize(
    ("size", "full", "small"),
    [
        ((3000, 4000), (480, 640), (120, 160)),
        ((4000, 3000), (480, 360), (160, 120)),
        ((200, 200), (200, 200), (160, 160)),
        ((3000, 150), (480, 24), (160, 8)),
    ],
)
def test_a_picture_is_made_to_fit_and_never_larger(
    size: tuple[int, int], full: tuple[int, int], small: tuple[int, int]
) -> None:
    made = prepare(picture(size=size))
    assert opened(made.full).size == full
    assert opened(made.small).size == small


def test_a_picture_that_was_taken_lying_stands_up() -> None:
    """Orientation 6: the phone was held upright, the file lies on its side."""
    made = opened(prepare(picture(size=(800, 600), orientation=6)).full)
    assert made.size == (480, 640)
    right, left = made.getpixel((470, 320)), made.getpixel((10, 320))
    assert isinstance(right, tuple)
    assert isinstance(left, tuple)
    assert right[2] > 100 > right[0]  # what was above is to the right
    assert min(left) > 240


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_mode_of_picture_becomes_a_jpeg(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 400)).save(out, "TIFF" if mode == "CMYK" else "PNG")
    if mode == "CMYK":
        out = io.BytesIO()
        Image.new(mode, (300, 400)).save(out, "JPEG")
    assert opened(prepare(out.getvalue()).full).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (300, 400), (255, 0, 0, 0)).save(out, "PNG")
    pixel = opened(prepare(out.getvalue()).full).getpixel((10, 10))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 250


def test_the_same_picture_has_the_same_version_and_another_has_another() -> None:
    assert prepare(picture()).version == prepare(picture()).version
    assert prepare(picture()).version != prepare(picture(colour="green")).version


def _gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (300, 300)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%PDF-1.7",
        _gif(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture()[:2000],
        picture(kind="PNG")[:-40],
        b"\xff\xd8\xff" + b"\x00" * 100,
    ],
    ids=["empty", "text", "pdf", "gif", "svg", "half a jpeg", "half a png", "noise"],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NoPicture) as error:
        prepare(data)
    assert error.value.detail is not None


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"hevc"])
def test_heic_is_refused_and_the_way_out_is_said(brand: bytes) -> None:
    with pytest.raises(HeicPicture) as error:
        prepare(b"\0\0\0\x18ftyp" + brand + b"\0" * 50)
    assert error.value.detail is not None
    assert "Tương thích nhất" in error.value.detail[0]


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = zlib.compress(b"\0" * 50_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5_000, 12_000, 60_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    bomb = _png_claiming(side, side)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(PictureTooLarge):
        prepare(bomb)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_what_is_larger_than_a_picture_or_smaller_than_a_face_is_refused() -> None:
    with pytest.raises(PictureTooLarge):
        prepare(b"\xff" * (MAX_BYTES + 1))
    with pytest.raises(PictureTooSmall):
        prepare(picture(size=(119, 400)))
    prepare(picture(size=(120, 400)))


def test_a_camera_s_24_megapixels_are_taken() -> None:
    assert opened(prepare(picture(size=(6000, 4000))).full).size == (480, 320)
