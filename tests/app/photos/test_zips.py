"""Zips from school computers, and zips that mean harm."""

import io
import struct
import tracemalloc
import zipfile

import pytest

from app.photos.zips import (
    MAX_PICTURES,
    Album,
    EncryptedZip,
    File,
    FileBroken,
    FileTooLarge,
    NoZip,
    ZipTooLarge,
)
from tests.pictures import zipped

CODE = "0123456789"


def album(data: bytes) -> Album:
    return Album(io.BytesIO(data))


def files(data: bytes) -> dict[str, str | None]:
    return {each.name: each.code for each in album(data).files}


def only(data: bytes) -> tuple[Album, File]:
    opened = album(data)
    (file,) = opened.files
    return opened, file


def test_files_are_known_by_the_code_in_whatever_folder_they_lie() -> None:
    assert files(
        zipped(
            {
                f"{CODE}.jpg": b"a",
                "Ảnh 2026/Lớp 6A1/0123456790.JPEG": b"b",
                "6A1\\0123456791.png": b"c",
                " 0123456792 .jpg": b"d",
                "０１２３４５６７９３.jpg": b"e",
            }
        )
    ) == {
        f"{CODE}.jpg": CODE,
        "Ảnh 2026/Lớp 6A1/0123456790.JPEG": "0123456790",
        "6A1\\0123456791.png": "0123456791",
        " 0123456792 .jpg": "0123456792",
        "０１２３４５６７９３.jpg": "0123456793",
    }


@pytest.mark.parametrize("name", ["an.jpg", "012345678.jpg", "01234567890.jpg", f"{CODE} (1).jpg"])
def test_a_file_of_another_name_is_nobody_s(name: str) -> None:
    assert files(zipped({name: b"x"})) == {name: None}


@pytest.mark.parametrize(
    "name", [f"../{CODE}.jpg", f"a/../../{CODE}.jpg", f"/etc/{CODE}.jpg", f"..\\{CODE}.jpg"]
)
def test_a_name_that_climbs_out_is_nobody_s(name: str) -> None:
    assert set(files(zipped({name: b"x"})).values()) == {None}


def test_what_computers_leave_behind_is_counted_and_ignored() -> None:
    opened = album(
        zipped(
            {
                f"__MACOSX/._{CODE}.jpg": b"",
                f"6A1/._{CODE}.jpg": b"",
                ".DS_Store": b"",
                "6A1/Thumbs.db": b"",
                f"6A1/{CODE}.jpg": b"x",
            }
        )
    )
    assert opened.ignored == 4
    assert [each.code for each in opened.files] == [CODE]


def test_names_in_an_old_encoding_are_read_as_well_as_may_be() -> None:
    """Windows packs names in its own encoding and does not say in which."""
    data = zipped({f"L_p 6A1/{CODE}.jpg": b"x"}).replace(b"L_p", b"L\xedp")
    ((name, code),) = files(data).items()
    assert code == CODE
    assert name.endswith(f"/{CODE}.jpg")


def test_names_that_claim_to_be_utf_8_and_are_not_make_no_zip() -> None:
    data = zipped({f"Lớp/{CODE}.jpg": b"x"}).replace("ớ".encode(), b"\xff\xff\xff")
    with pytest.raises(NoZip):
        album(data)


def test_a_name_with_control_characters_is_shown_without_them() -> None:
    ((name, _),) = files(zipped({"\x1b[31mđỏ\u202e.jpg": b"x"})).items()
    assert name.isprintable()
    ((long, _),) = files(zipped({"x" * 5000 + ".jpg": b""})).items()
    assert len(long) <= 151


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"hello" * 100, b"Rar!\x1a\x07\x00" + b"x" * 100, zipped({"a": b"x" * 99})[:-30]],
    ids=["empty", "two bytes", "text", "rar", "cut off"],
)
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(NoZip):
        album(data)


def test_an_encrypted_zip_is_refused_whole() -> None:
    data = bytearray(zipped({f"{CODE}.jpg": b"x", "b.jpg": b"y"}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(EncryptedZip):
        album(bytes(data))


def test_too_many_files_are_refused() -> None:
    few = {f"{n:010}.jpg": b"" for n in range(MAX_PICTURES)}
    assert len(album(zipped(few)).files) == MAX_PICTURES
    with pytest.raises(ZipTooLarge):
        album(zipped(few | {"one-more.jpg": b""}))


def test_a_directory_that_would_fill_the_memory_is_not_read() -> None:
    """Forty bytes a file: a million files fit into a zip that is small enough."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 0, 0)
    file = io.BytesIO(directory + end)
    tracemalloc.start()
    with pytest.raises(ZipTooLarge):
        Album(file)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_zip64_directory_is_not_read_either() -> None:
    data = zipped({f"{CODE}.jpg": b"x"})
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    at = data.rfind(b"PK\x05\x06")
    with pytest.raises(ZipTooLarge):
        album(data[:at] + locator + data[at:])


def test_one_file_that_unpacks_to_too_much_is_refused_by_what_comes_out() -> None:
    data = bytearray(zipped({f"{CODE}.jpg": b"\0" * 50_000_000}))
    # It says that it is small.
    for signature, field in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.rfind(signature)
        data[at + field : at + field + 4] = struct.pack("<L", 100)
    opened, file = only(bytes(data))
    with pytest.raises((FileTooLarge, FileBroken)):
        opened.read(file)
    opened, file = only(zipped({f"{CODE}.jpg": b"\0" * 50_000_000}))
    tracemalloc.start()
    with pytest.raises(FileTooLarge):
        opened.read(file)
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def test_many_files_that_unpack_to_too_much_end_the_whole() -> None:
    opened = album(zipped({f"{n:010}.jpg": b"\0" * 9_900_000 for n in range(25)}))
    read = map(opened.read, opened.files)
    with pytest.raises(ZipTooLarge):
        list(read)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_takes_the_memory_it_wants_is_refused(method: int) -> None:
    opened, file = only(zipped({f"{CODE}.jpg": b"x" * 1000}, method=method))
    with pytest.raises(FileBroken):
        opened.read(file)


def test_a_damaged_file_costs_no_other() -> None:
    data = bytearray(zipped({f"{CODE}.jpg": b"hello" * 50, "0000000001.jpg": b"whole"}))
    at = data.find(b"PK\x03\x04") + 30 + len(f"{CODE}.jpg")
    data[at + 2 : at + 6] = b"\xff\xff\xff\xff"
    opened = album(bytes(data))
    with pytest.raises(FileBroken):
        opened.read(opened.files[0])
    assert opened.read(opened.files[1]) == b"whole"
