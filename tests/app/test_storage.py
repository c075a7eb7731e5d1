import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.settings import BadSettings, Settings
from app.storage import NoSuchObject, Storage, StorageAway, open_storage
from tests.fakes.s3 import FakeS3

KEY = "schools/101/photos/a.jpg"


@pytest.fixture
async def s3() -> AsyncIterator[FakeS3]:
    async with FakeS3() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, s3: FakeS3) -> Storage:
    if request.param == "folder":
        return open_storage(Settings(data_dir=tmp_path))
    return open_storage(Settings(data_dir=tmp_path, **s3.settings))


async def test_what_was_put_is_got_and_after_deleting_it_is_gone(storage: Storage) -> None:
    with pytest.raises(NoSuchObject):
        await storage.get(KEY)
    await storage.put(KEY, b"first", content_type="image/jpeg")
    assert await storage.get(KEY) == b"first"
    await storage.put(KEY, b"second", content_type="image/jpeg")
    assert await storage.get(KEY) == b"second"
    await storage.delete(KEY)
    with pytest.raises(NoSuchObject):
        await storage.get(KEY)
    await storage.delete(KEY)  # twice is as good as once


@pytest.mark.parametrize(
    "key",
    [
        "../etc/passwd",
        "schools/1/../../x",
        "schools/1/.hidden",
        "/schools/1/x",
        "schools/x/y",
        "schools/1/a\x00b",
        "schools/1",
        "schools/1//x",
    ],
)
async def test_a_key_that_is_none_of_ours_reaches_no_storage(storage: Storage, key: str) -> None:
    for work in (storage.get(key), storage.delete(key), storage.put(key, b"", content_type="")):
        with pytest.raises(ValueError, match="not a key"):
            await work


async def test_files_are_private_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        await open_storage(Settings(data_dir=tmp_path)).put(KEY, b"x", content_type="image/jpeg")
    finally:
        os.umask(old)
    path = tmp_path / "objects" / KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, tmp_path / "objects"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


async def test_a_folder_that_cannot_be_written_is_said_to_be_away(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file where the folder should be")
    with pytest.raises(StorageAway):
        await open_storage(Settings(data_dir=tmp_path)).put(KEY, b"x", content_type="image/jpeg")


async def test_the_service_is_told_the_content_type_under_the_prefix(
    tmp_path: Path, s3: FakeS3
) -> None:
    storage = open_storage(Settings(data_dir=tmp_path, **s3.settings))
    await storage.put(KEY, b"x", content_type="image/jpeg")
    assert s3.objects == {f"province/{KEY}": (b"x", "image/jpeg")}


async def test_a_hiccup_of_the_service_is_tried_again(tmp_path: Path, s3: FakeS3) -> None:
    storage = open_storage(Settings(data_dir=tmp_path, **s3.settings))
    s3.failures += [500, 503]
    await storage.put(KEY, b"x", content_type="image/jpeg")
    assert len(s3.requests) == 3


async def test_a_wrong_secret_is_refused_by_the_service_and_said_as_away(
    tmp_path: Path, s3: FakeS3
) -> None:
    wrong = s3.settings | {"storage_secret_key": "not-it"}
    storage = open_storage(Settings(data_dir=tmp_path, **wrong))
    with pytest.raises(StorageAway) as error:
        await storage.put(KEY, b"x", content_type="image/jpeg")
    assert "not-it" not in repr(error.value.__cause__)
    with pytest.raises(StorageAway):
        await storage.get(KEY)
    assert s3.objects == {}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"STORAGE_URL": "file:///tmp"}, "STORAGE_URL"),
        ({"STORAGE_URL": "s3://"}, "STORAGE_URL"),
        ({"STORAGE_URL": "s3://user:secret@bucket"}, "STORAGE_URL"),
        ({"STORAGE_ENDPOINT": "https://s3.vn"}, "STORAGE_URL"),
        ({"STORAGE_URL": "s3://bucket", "STORAGE_ACCESS_KEY": "a-secret"}, "STORAGE_SECRET_KEY"),
        ({"STORAGE_URL": "s3://bucket", "STORAGE_ENDPOINT": "http://s3.vn"}, "STORAGE_ENDPOINT"),
        ({"STORAGE_URL": "s3://bucket", "STORAGE_ENDPOINT": "ftp://s3.vn"}, "STORAGE_ENDPOINT"),
    ],
)
def test_bad_settings_of_the_storage_are_named_and_never_shown(
    environ: dict[str, str], said: str
) -> None:
    with pytest.raises(BadSettings, match=said) as error:
        Settings.from_env(environ)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "environ",
    [
        {"STORAGE_ENDPOINT": "http://127.0.0.1:9000"},
        {"STORAGE_ENDPOINT": "http://localhost:9000"},
        {"STORAGE_ENDPOINT": "https://s3.vn"},
        {"STORAGE_ENDPOINT": "http://minio.internal", "STORAGE_ALLOW_HTTP": "1"},
        {},
    ],
)
def test_plain_http_is_for_this_machine_or_by_choice(environ: dict[str, str]) -> None:
    Settings.from_env({"STORAGE_URL": "s3://bucket/some/prefix"} | environ)
