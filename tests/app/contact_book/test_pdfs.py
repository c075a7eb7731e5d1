"""A PDF keeps its pages and nothing else; what is broken, locked or too large is refused."""

import io
import random
import tempfile
import zlib
from collections.abc import Callable
from typing import IO, cast

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from app.contact_book.attachments.model import PdfBroken, PdfEncrypted, PdfTooLarge
from app.contact_book.attachments.pdfs import Pdf, prepared_pdf
from tests.pdfs import bare, hostile, laid_open, saved, sheet, with_picture
from tests.pictures import opened, picture

CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
PAGE = b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>"


async def cleaned(data: bytes) -> Pdf:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return await prepared_pdf(cast(IO[bytes], file))


async def test_a_sheet_keeps_its_pages_and_their_text() -> None:
    done = await cleaned(saved(sheet(3)))
    assert done.pages == 3
    assert laid_open(done.data).count(b"(Xin chao phu huynh)") == 3


async def test_nothing_that_acts_or_hides_is_left_and_a_filled_form_stays_filled() -> None:
    before = laid_open(hostile())
    after = laid_open((await cleaned(hostile())).data)
    for word in (
        b"steal",
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/OpenAction",
        b"/AA",
        b"/EmbeddedFile",
        b"/Filespec",
        b"/XFA",
        b"/AcroForm",
        b"/Annots",
        b"/PieceInfo",
    ):
        assert word in before, word
        assert word not in after, word
    assert b"(Xin chao phu huynh)" in after
    assert b"(Da dien)" in after


async def test_a_photograph_inside_loses_where_it_was_taken_and_keeps_its_pixels() -> None:
    jpeg = picture(size=(300, 400))
    assert b"SecretPhone" in jpeg
    done = await cleaned(with_picture(jpeg, width=300, height=400))
    assert b"SecretPhone" not in done.data
    assert b"at home" not in done.data
    with pikepdf.open(io.BytesIO(done.data)) as document:
        raw = document.pages[0].Resources.XObject.I.read_raw_bytes()
    assert (opened(raw).size, raw[:2]) == ((300, 400), b"\xff\xd8")
    # What follows the header of the scan are the pixels.
    assert raw[raw.index(b"\xff\xda") :] == jpeg[jpeg.index(b"\xff\xda") :]


@pytest.mark.parametrize("user", ["mật khẩu", ""])
async def test_a_locked_one_is_refused_if_only_printing_is_locked(user: str) -> None:
    lock = pikepdf.Encryption(owner="chủ", user=user)
    with pytest.raises(PdfEncrypted):
        await cleaned(saved(sheet(), encryption=lock))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-",
        b"%PDF-1.7\n" + b"\0\xff" * 500,
        saved(sheet(3))[:600],
        saved(sheet(3))[:-30],
        b"%PDF-1.4\n1 0 obj\n" + b"[" * 500_000,
        bare(CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>"),
        bare(CATALOGUE, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 9>>", PAGE),
    ],
    ids=["empty", "noise", "half", "no end", "nested", "no pages", "pages in a ring"],
)
async def test_a_broken_one_is_refused(data: bytes) -> None:
    with pytest.raises(PdfBroken):
        await cleaned(data)


def _of_pixels() -> bytes:
    made = sheet()
    made.pages[0].Resources.XObject = Dictionary(
        I=Stream(
            made,
            zlib.compress(b"\0" * 1000),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=60_000,
            Height=60_000,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
            Filter=Name.FlateDecode,
        )
    )
    return saved(made)


def _of_a_photograph_that_lies() -> bytes:
    jpeg = bytearray(picture(size=(300, 400)))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xf0\xff\xf0"
    return with_picture(bytes(jpeg), width=300, height=400)


def _packed(times: int) -> bytes:
    """A page that unpacks to 410 MB of blanks."""
    made = sheet()
    engine = zlib.compressobj()
    start = engine.compress(b"") + engine.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block leans on none before it: the same one again unpacks again.
    block = engine.compress(b" " * 1_000_000) + engine.flush(zlib.Z_FULL_FLUSH)
    packed = start + block * 410
    for _ in range(times - 1):
        packed = zlib.compress(packed)
    stream = Stream(made, b"")
    stream.write(packed, filter=Array([Name.FlateDecode] * times))
    made.pages[0].Contents = stream
    return saved(made, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def _of_acres() -> bytes:
    made = sheet()
    made.pages[0].MediaBox = Array([0, 0, 1_000_000, 1_000_000])
    return saved(made)


@pytest.mark.parametrize(
    "make",
    [
        lambda: saved(sheet(51)),
        lambda: bare(CATALOGUE, b"<</Type/Pages/Kids[%s]/Count 9>>" % (b"3 0 R " * 60_000), PAGE),
        lambda: _packed(1),
        lambda: _packed(2),
        _of_pixels,
        _of_a_photograph_that_lies,
        _of_acres,
        lambda: saved(sheet()) + b" " * 10_000_000,
    ],
    ids=["pages", "one page often", "packed", "packed twice", "pixels", "lie", "acres", "bytes"],
)
async def test_a_bomb_goes_off_in_a_room_of_its_own(make: Callable[[], bytes]) -> None:
    with pytest.raises(PdfTooLarge):
        await cleaned(make())


async def test_fifty_pages_are_taken() -> None:
    assert (await cleaned(saved(sheet(50)))).pages == 50


@pytest.mark.long
async def test_whatever_is_changed_in_a_hostile_file_it_is_refused_or_cleaned() -> None:
    """Bytes turned, cut out and put twice, by a seed that a failure names."""
    refused = (PdfBroken, PdfEncrypted, PdfTooLarge)
    cleaned_count = 0
    for seed in range(150):
        try:
            done = await cleaned(_mutated(seed))
        except refused:
            continue
        cleaned_count += 1
        inside = laid_open(done.data)
        for word in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/XFA", b"/OpenAction"):
            assert word not in inside, (seed, word)
    assert cleaned_count > 5


def _mutated(seed: int) -> bytes:
    rng, data = random.Random(seed), bytearray(hostile())
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data))
        match rng.randrange(3):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                data[at] = ord(rng.choice("0123456789/[]<>() "))
            case _:
                other = rng.randrange(len(data) - 8)
                data[at : at + 8] = data[other : other + 8]
    return bytes(data)
