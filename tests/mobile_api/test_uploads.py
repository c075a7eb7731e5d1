"""Files that are too large, on a real server whose memory is watched."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from tests.api_process import ApiProcess
from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.scripts.processes import free_port
from tests.world import World

MB = 1_000_000
_PIECE = bytes(64 * 1024)


@pytest.fixture
async def cast(world: World, clock: Clock) -> Cast:
    clock.now = datetime.now(UTC)  # the process has no other clock
    return await gather(world)


@pytest.fixture
def process(settings: Settings, tmp_path: Path) -> Iterator[ApiProcess]:
    with ApiProcess(
        database_url=settings.require_database_url(),
        redis_url=settings.require_redis_url(),
        port=free_port(),
        log=tmp_path / "api.log",
    ) as started:
        yield started


def memory_kb(process: ApiProcess, what: str) -> int:
    found = re.search(
        rf"^{what}:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(), re.M
    )
    assert found
    return int(found.group(1))


async def body(sent: list[int], size: int) -> AsyncIterator[bytes]:
    """A form with a file of so many bytes; `sent` is what the server let us send."""
    yield (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n"
    )
    for _ in range(size // len(_PIECE)):
        sent[0] += len(_PIECE)
        yield _PIECE
    yield b"\r\n--x--\r\n"


async def upload(
    process: ApiProcess, cast: Cast, size: int, headers: dict[str, str], path: str = "roster"
) -> httpx.Response:
    sent = [0]
    async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
        return await client.post(
            cast.url(f"/imports/{path}"),
            content=body(sent, size),
            headers={"Content-Type": "multipart/form-data; boundary=x", **headers},
        )


@pytest.mark.parametrize("says_its_length", [True, False])
async def test_200_mb_are_refused_and_memory_stays_where_it_was(
    process: ApiProcess, cast: Cast, says_its_length: bool
) -> None:
    headers = cast["principal"].headers | {"Accept-Language": "en"}
    if says_its_length:
        headers["Content-Length"] = str(sum([len(each) async for each in body([0], 200 * MB)]))
    await upload(process, cast, 1 * MB, cast["principal"].headers)  # what a first one needs
    before = memory_kb(process, "VmHWM")
    answers = await asyncio.gather(
        *(upload(process, cast, 200 * MB, headers) for _ in range(3)), return_exceptions=True
    )
    for answer in answers:
        assert isinstance(answer, httpx.Response), answer
        assert answer.status_code == 413
        assert answer.json()["detail"] == "At most 10 MB."
    assert memory_kb(process, "VmHWM") - before < 40_000
    assert (await _live(process)).status_code == 200


async def test_a_strangers_file_is_not_taken_in(process: ApiProcess, cast: Cast) -> None:
    """Who may not import is refused before the file is read."""
    for headers, status in (({}, 401), (cast["guard"].headers, 403)):
        answer = await upload(process, cast, 9 * MB, headers)
        assert answer.status_code == status
    files = [Path(path).name for path in _open_files(process)]
    assert not [name for name in files if name.startswith("tmp")], files


async def test_just_under_the_limit_is_read_and_said_to_be_no_sheet(
    process: ApiProcess, cast: Cast
) -> None:
    answer = await upload(process, cast, 9 * MB, cast["principal"].headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "not-a-sheet")


async def _live(process: ApiProcess) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"{process.url}/health/live")


def _open_files(process: ApiProcess) -> Iterator[str]:
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(link)
