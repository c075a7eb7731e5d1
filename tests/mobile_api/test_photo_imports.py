"""Zips of pictures, as a school's computer makes them and as somebody who means harm does."""

import asyncio
import os
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from msgspec.structs import replace

from app import db
from app.photos.sweep import sweep
from app.photos.zips import MAX_ZIP_BYTES
from app.settings import Settings
from app.storage import open_storage
from mobile_api.resources import Resources
from tests.api_process import ApiProcess
from tests.cast import Cast, gather
from tests.conftest import HANOI, Clock
from tests.fakes.s3 import FakeS3
from tests.patience import until_waiting
from tests.pictures import picture, zipped
from tests.scripts.processes import free_port
from tests.world import Student, World

AN, BINH, STRANGER = "0123456789", "0123456790", "0123456791"


@pytest.fixture
async def cast(world: World, owner: asyncpg.Connection) -> Cast:
    cast = await gather(world)
    codes = {AN: cast.student, BINH: cast.neighbour, STRANGER: cast.stranger}
    for code, student in codes.items():
        await owner.execute("update student set moet_code = $2 where id = $1", student.id, code)
    return cast


async def upload(
    api: httpx.AsyncClient,
    cast: Cast,
    data: bytes,
    *,
    who: str = "principal",
    dry_run: bool = False,
    language: str = "vi",
) -> httpx.Response:
    return await api.post(
        cast.url("/imports/photos"),
        files={"file": ("ảnh.zip", data, "application/zip")},
        params={"dry_run": "true"} if dry_run else None,
        headers=cast[who].headers | {"Accept-Language": language},
        timeout=60,
    )


async def imported(
    api: httpx.AsyncClient,
    cast: Cast,
    files: dict[str, bytes],
    *,
    data: bytes | None = None,
    **how: Any,
) -> dict[str, Any]:
    answer = await upload(api, cast, data or zipped(files), **how)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def results(body: dict[str, Any]) -> dict[str, str]:
    return {each["file"]: each["result"] for each in body["results"]}


async def key_of(owner: asyncpg.Connection, student: Student) -> str | None:
    key: str | None = await owner.fetchval(
        "select photo_key from student where id = $1", student.id
    )
    return key


def stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]


async def test_each_picture_goes_to_the_pupil_of_its_code(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    await owner.execute("update student set photo_consent = true")
    body = await imported(
        api, cast, {f"6A1/{AN}.jpg": picture(), f"6A2/{BINH}.png": picture(kind="PNG")}
    )
    assert body["files"] == body["created"] == 2
    assert body["errors"] == body["updated"] == body["unchanged"] == 0
    assert {each["name"] for each in body["results"]} == {cast.student.name, cast.neighbour.name}
    for student in (cast.student, cast.neighbour):
        one = await api.get(cast.url(f"/students/{student.id}"), headers=cast["principal"].headers)
        assert (await api.get(one.json()["photo_url"])).status_code == 200


async def test_the_same_zip_again_changes_nothing_and_another_picture_replaces(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, settings: Settings
) -> None:
    files = {f"{AN}.jpg": picture()}
    await imported(api, cast, files)
    before = await key_of(owner, cast.student)
    assert (await imported(api, cast, files))["unchanged"] == 1
    assert await key_of(owner, cast.student) == before
    assert len(stored(settings)) == 2
    assert (await imported(api, cast, {f"{AN}.jpg": picture(colour="red")}))["updated"] == 1
    assert await key_of(owner, cast.student) != before


async def test_what_is_right_is_taken_and_the_rest_is_named_file_by_file(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    files = {
        f"{AN}.jpg": picture(),
        f"a/{BINH}.jpg": picture(),
        f"b/{BINH}.jpg": picture(colour="red"),
        f"{STRANGER}.jpg": picture(),
        "9999999999.jpg": picture(),
        "An.jpg": picture(),
        f"__MACOSX/._{AN}.jpg": b"x",
        ".DS_Store": b"x",
    }
    body = await imported(api, cast, files)
    assert results(body) == {
        f"{AN}.jpg": "new",
        f"a/{BINH}.jpg": "twice",
        f"b/{BINH}.jpg": "twice",
        f"{STRANGER}.jpg": "unknown_code",  # of the other school: as if there were none
        "9999999999.jpg": "unknown_code",
        "An.jpg": "not_a_code",
    }
    assert (body["created"], body["errors"], body["ignored"]) == (1, 5, 2)
    assert await key_of(owner, cast.student)
    assert await key_of(owner, cast.neighbour) is None
    assert await key_of(owner, cast.stranger) is None
    assert cast.stranger.name not in str(body)


@pytest.mark.parametrize(
    ("content", "result", "said"),
    [
        (b"hello", "no_picture", "JPEG, PNG"),
        (b"", "no_picture", "JPEG, PNG"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 99, "heic_picture", "Tương thích nhất"),
        (picture(size=(90, 90)), "picture_too_small", "120 px"),
        (b"\0" * 10_000_001, "picture_too_large", "10 MB"),
    ],
)
async def test_a_file_that_is_no_picture_is_told_in_words_in_both_languages(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    settings: Settings,
    content: bytes,
    result: str,
    said: str,
) -> None:
    files = {f"{AN}.jpg": content}
    (vi,) = (await imported(api, cast, files))["results"]
    assert (vi["result"], vi["student_id"]) == (result, str(cast.student.id))
    assert said in vi["message"]
    (en,) = (await imported(api, cast, files, language="en"))["results"]
    assert en["message"] != vi["message"]
    assert await key_of(owner, cast.student) is None
    assert stored(settings) == []


async def test_a_dry_run_says_the_same_and_writes_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, settings: Settings
) -> None:
    files = {f"{AN}.jpg": picture(), f"{BINH}.jpg": b"no picture"}
    dry = await imported(api, cast, files, dry_run=True)
    assert dry.pop("dry_run") is True
    assert stored(settings) == []
    assert await key_of(owner, cast.student) is None
    assert await owner.fetchval("select count(*) from discarded_object") == 0
    wet = await imported(api, cast, files)
    assert wet.pop("dry_run") is False
    assert wet == dry


def _encrypted() -> bytes:
    data = bytearray(zipped({f"{AN}.jpg": picture()}))
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _bomb() -> bytes:
    return zipped({f"{AN}.jpg": picture()} | {f"{n:010}.jpg": b"" for n in range(1_000)})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"hello", "no-zip"),
        (b"Rar!\x1a\x07\x00" + b"x" * 1000, "no-zip"),
        (_encrypted(), "encrypted-zip"),
        (_bomb(), "zip-too-large"),
    ],
    ids=["text", "rar", "encrypted", "a thousand and one"],
)
async def test_a_zip_that_cannot_be_taken_is_refused_whole(
    api: httpx.AsyncClient, cast: Cast, settings: Settings, data: bytes, kind: str
) -> None:
    answer = await upload(api, cast, data)
    assert (answer.status_code, answer.json()["type"]) == (422, kind)
    assert answer.json()["detail"]
    assert stored(settings) == []


async def test_a_zip_that_unpacks_to_too_much_ends_with_nothing_pointed_at(
    api: httpx.AsyncClient,
    world: World,
    owner: asyncpg.Connection,
    cast: Cast,
    settings: Settings,
    resources: Resources,
) -> None:
    """The good pictures before the bomb were put already: the worker deletes them."""
    files = {f"0/{AN}.jpg": picture()}
    for n in range(25):
        pupil = await world.student(cast.school, f"Lê Văn {n}")
        code = f"1{n:09}"
        await owner.execute("update student set moet_code = $2 where id = $1", pupil.id, code)
        files[f"1/{code}.jpg"] = b"\0" * 9_900_000
    answer = await upload(api, cast, zipped(files))
    assert (answer.status_code, answer.json()["type"]) == (422, "zip-too-large")
    assert await owner.fetchval("select count(photo_key) from student") == 0
    await owner.execute("update discarded_object set due_at = now()")
    pool = await db.create_pool(settings.require_database_url(), role=db.WORKER_ROLE, size=1)
    await sweep(pool, resources.storage)
    await pool.close()
    assert stored(settings) == []


async def test_who_is_not_the_principal_imports_nothing(
    api: httpx.AsyncClient, cast: Cast, settings: Settings
) -> None:
    for who in cast.people:
        if who != "principal":
            answer = await upload(api, cast, zipped({f"{AN}.jpg": picture()}), who=who)
            assert answer.status_code in (403, 404), who
    assert stored(settings) == []


async def test_a_pupil_who_leaves_in_the_meantime_gets_no_picture(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    """The pictures are travelling, and the row waits behind the one who lets the pupil go."""
    leaving = owner.transaction()
    await leaving.start()
    await owner.execute("update student set ended_at = now() where id = $1", cast.student.id)
    task = asyncio.create_task(
        imported(api, cast, {f"{AN}.jpg": picture(), f"{BINH}.jpg": picture()})
    )
    await until_waiting(owner)
    await leaving.commit()
    assert set(results(await task).values()) == {"unknown_code", "new"}
    assert await key_of(owner, cast.student) is None


async def test_with_the_storage_away_nothing_is_pointed_at(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    settings: Settings,
    resources: Resources,
) -> None:
    async with FakeS3() as s3:
        resources.storage = open_storage(replace(settings, **s3.settings))
        s3.failures += [403] * 1000
        answer = await upload(api, cast, zipped({f"{AN}.jpg": picture()}))
    assert (answer.status_code, answer.json()["type"]) == (503, "storage-away")
    assert await key_of(owner, cast.student) is None


@pytest.fixture
async def server(
    settings: Settings, cast: Cast, clock: Clock, tmp_path: Path
) -> AsyncIterator[ApiProcess]:
    """The API as a process of its own, whose clock is the real one."""
    clock.now = datetime.now(HANOI)
    with ApiProcess(
        database_url=settings.require_database_url(),
        redis_url=settings.require_redis_url(),
        port=free_port(),
        log=tmp_path / "api.log",
    ) as running:
        yield running


def most_memory_mb(server: ApiProcess) -> float:
    """The most that the process has held (VmHWM, proc(5))."""
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


async def _chunks(megabytes: int) -> AsyncIterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
    chunk = os.urandom(1_000_000)
    for _ in range(megabytes):
        yield chunk
    yield b"\r\n--b--\r\n"


@pytest.mark.parametrize("is_said", [True, False], ids=["with its length", "in chunks"])
async def test_200_megabytes_are_refused_in_words_and_in_little_memory(
    server: ApiProcess, cast: Cast, is_said: bool
) -> None:
    before = most_memory_mb(server)
    headers = cast["principal"].headers | {"Content-Type": "multipart/form-data; boundary=b"}
    if is_said:
        headers["Content-Length"] = str(sum([len(each) async for each in _chunks(200)]))
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        answer = await client.post(
            cast.url("/imports/photos"), content=_chunks(200), headers=headers
        )
    assert (answer.status_code, answer.json()["type"]) == (413, "too-large")
    assert "100 MB" in answer.json()["detail"]
    assert most_memory_mb(server) - before < 40


async def test_a_full_zip_is_taken_in_little_memory(
    server: ApiProcess, world: World, owner: asyncpg.Connection, cast: Cast
) -> None:
    """Sixty camera pictures of twelve megapixels each."""
    camera = picture(size=(4000, 3000))
    camera += os.urandom(1_500_000 - len(camera))  # as heavy as a photo of a face
    files = {}
    for n in range(60):
        pupil = await world.student(cast.school, f"Lê Văn {n}")
        await owner.execute("update student set moet_code = $2 where id = $1", pupil.id, f"1{n:09}")
        files[f"1{n:09}.jpg"] = camera
    data = zipped(files, method=zipfile.ZIP_STORED)
    assert 80_000_000 < len(data) < MAX_ZIP_BYTES
    before = most_memory_mb(server)
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        body = await imported(client, cast, {}, data=data)
    assert body["created"] == 60
    assert most_memory_mb(server) - before < 120
