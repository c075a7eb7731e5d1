"""Imports of many rows are jobs: in a worker that may die, with progress on the stream."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from redis.asyncio import Redis

from app import db
from app.jobs import bell, runner
from app.settings import Settings
from mobile_api.resources import Resources
from notifications import upkeep
from tests.cast import Cast
from tests.mobile_api.sheets import send
from tests.mobile_api.test_stream import Reader, served, subscribers
from tests.mobile_api.workers import Workers, workers, working
from tests.notifications.news import until
from tests.world import Person, World

MANY = 600
LONG = 4000  # rows that keep a worker busy for a second or two


@pytest.fixture
def processes(settings: Settings) -> Iterator[Workers]:
    with workers(settings) as started:
        yield started


def roster(rows: int, *, name: str = "Lê Văn") -> bytes:
    """A roster of so many children with a parent each."""
    lines = ["Mã định danh,Họ và tên,Ngày sinh,Lớp,Người giám hộ 1,SĐT 1,Quan hệ 1"]
    lines += [
        f"{n:010},{name} {n},05/09/2014,6A{1 + n % 2},Mẹ Em {n},09{n:08},Mẹ"
        for n in range(1, rows + 1)
    ]
    return "\n".join(lines).encode()


async def hand_in(api: httpx.AsyncClient, cast: Cast, data: bytes, **query: Any) -> str:
    """Its job's id."""
    answer = await send(api, cast, "roster", data, **query)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


async def ask(
    api: httpx.AsyncClient, cast: Cast, job_id: str, *, language: str = "vi"
) -> dict[str, Any]:
    headers = {**cast["principal"].headers, "Accept-Language": language}
    answer = await api.get(f"/v1/jobs/{job_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def ended(
    api: httpx.AsyncClient, cast: Cast, job_id: str, *, within_s: float = 40
) -> dict[str, Any]:
    async def is_over() -> bool:
        await asyncio.sleep(0.2)  # an account may not ask as often as a test would
        return (await ask(api, cast, job_id))["state"] in ("done", "failed")

    await until(is_over, within_s=within_s)
    return await ask(api, cast, job_id)


async def is_in_the_middle(owner: asyncpg.Connection) -> bool:
    """Whether the worker writes rows, and has not committed."""
    found: bool = await owner.fetchval(
        "select exists (select from job where state = 'running' and done > total / 2)"
    )
    return found


async def pupils(owner: asyncpg.Connection, cast: Cast) -> int:
    number: int = await owner.fetchval(
        "select count(*) from student where school_id = $1 and moet_code is not null",
        cast.school.id,
    )
    return number


async def assert_one_effect(owner: asyncpg.Connection, cast: Cast, rows: int) -> None:
    """Each child once, with one card, one class and one parent."""
    assert await pupils(owner, cast) == rows
    for table in ("card", "enrolment", "guardianship"):
        number = await owner.fetchval(
            f"select count(*) from {table} x join student s on s.school_id = x.school_id"
            " and s.id = x.student_id where s.school_id = $1 and s.moet_code is not null",
            cast.school.id,
        )
        assert number == rows, table


def kept_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]


async def test_many_rows_are_a_job_with_the_result_of_a_small_import(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    job_id = await hand_in(api, cast, roster(MANY), dry_run=True)
    waiting = await ask(api, cast, job_id)
    assert (waiting["state"], waiting["total"], waiting["result"]) == ("queued", MANY, None)
    (file,) = kept_files(settings)
    assert b"L\xc3\xaa V\xc4\x83n" not in file.read_bytes(), "names lie open in the storage"
    async with working(settings):
        dry = await ended(api, cast, job_id)
        assert dry["result"]["created"] == MANY
        assert await pupils(owner, cast) == 0
        first = await ended(api, cast, await hand_in(api, cast, roster(MANY)))
        again = await ended(api, cast, await hand_in(api, cast, roster(MANY)))
    assert (first["state"], first["problem"]) == ("done", None)
    assert first["done"] == first["total"]
    assert first["result"] == {
        "rows": MANY, "created": MANY, "updated": 0, "unchanged": 0,
        "errors": [], "warnings": [], "ignored_columns": [],
    }  # fmt: skip
    assert (again["result"]["unchanged"], again["result"]["created"]) == (MANY, 0)
    await assert_one_effect(owner, cast, MANY)
    assert kept_files(settings) == []


async def test_errors_in_a_long_sheet_are_a_result_and_nothing_is_written(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    sheet = roster(MANY).replace(b",6A2,", b",9Z9,")
    async with working(settings):
        answer = await send(api, cast, "roster", sheet, language="en")
        job = await ended(api, cast, answer.json()["job_id"])
    assert job["state"] == "done"
    assert "class" in job["result"]["errors"][0]["message"], "in the language of the upload"
    assert await pupils(owner, cast) == 0


async def test_the_bell_wakes_a_worker_at_once(
    api: httpx.AsyncClient, cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_SWEEP_S", 60.0)
    async with working(settings):
        await asyncio.sleep(0.5)
        await ended(api, cast, await hand_in(api, cast, roster(MANY)))


async def test_a_job_whose_bell_is_lost_is_found(
    api: httpx.AsyncClient, cast: Cast, settings: Settings, resources: Any
) -> None:
    job_id = await hand_in(api, cast, roster(MANY))
    await resources.redis.flushall()
    async with working(settings):
        assert (await ended(api, cast, job_id))["state"] == "done"


async def is_heard(redis: Redis) -> bool:
    return await subscribers(redis, bell.CHANNEL) > 0


async def test_progress_comes_on_the_stream_and_the_place_to_resume_from_stays(
    app: Litestar, api: httpx.AsyncClient, cast: Cast, settings: Settings, resources: Resources
) -> None:
    me = cast["principal"]
    async with (
        served(app) as url,
        working(settings),
        httpx.AsyncClient(base_url=url, timeout=30) as client,
        client.stream("GET", "/v1/inbox/stream", headers=me.headers) as response,
        client.stream("GET", "/v1/inbox/stream", headers=cast["guard"].headers) as other,
    ):
        reader, stranger = Reader(response), Reader(other)
        await reader.next()
        await stranger.next()
        await until(lambda: is_heard(resources.redis))
        job_id = await hand_in(api, cast, roster(LONG))
        steps = [await reader.next()]
        while (last := steps[-1]) and last["data"]["state"] == "running":
            steps.append(await reader.next())
        with pytest.raises(TimeoutError):
            await stranger.next(within_s=0.5)
    told = [step["data"] for step in steps if step]
    assert all(step and step["event"] == "job" and "id" not in step for step in steps)
    assert {each["job_id"] for each in told} == {job_id}
    assert told[-1]["state"] == "done"
    done = [each["done"] for each in told]
    assert done == sorted(done)
    assert done[-1] == told[-1]["total"]
    assert len(set(done)) > 2, "no step between the first and the last"
    assert reader.last_id == "0"


async def test_two_long_imports_at_once_are_refused_in_words_and_so_is_a_short_one(
    api: httpx.AsyncClient, cast: Cast, settings: Settings
) -> None:
    job_id = await hand_in(api, cast, roster(MANY))
    other = Cast(**{**vars(cast), "school": cast.other})
    await hand_in(api, other, roster(MANY), person=cast["other principal"])
    for sheet in (roster(MANY), roster(1)):
        refused = await send(api, cast, "roster", sheet)
        assert (refused.status_code, refused.json()["type"]) == (409, "job-running")
        assert "Hãy chờ" in refused.json()["detail"]
    looked = await send(api, cast, "roster", roster(1), dry_run=True)
    assert looked.status_code == 200
    async with working(settings):
        await ended(api, cast, job_id)
        assert (await send(api, cast, "roster", roster(1))).json()["unchanged"] == 1


async def test_two_short_imports_at_once_take_turns(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    answers = await asyncio.gather(*(send(api, cast, "roster", roster(300)) for _ in range(3)))
    assert sorted(answer.json()["created"] for answer in answers) == [0, 0, 300]
    assert sorted(answer.json()["unchanged"] for answer in answers) == [0, 300, 300]
    await assert_one_effect(owner, cast, 300)


async def test_an_import_beside_a_change_that_takes_long_is_refused_in_words(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    other = await asyncpg.connect(settings.require_database_url())
    try:
        async with other.transaction():
            await other.execute("select from school where id = $1 for update", cast.school.id)
            refused = await send(api, cast, "roster", roster(1))
    finally:
        await other.close()
    assert (refused.status_code, refused.json()["type"]) == (409, "job-running")
    assert await pupils(owner, cast) == 0


async def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_does_it_once(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    processes: Workers,
    settings: Settings,
) -> None:
    redis: Redis = Redis.from_url(settings.require_redis_url())
    job_id = await hand_in(api, cast, roster(LONG))
    for _ in range(2):
        worker = processes.start()
        await until(lambda: is_in_the_middle(owner), within_s=30)
        kill(worker)
        assert await pupils(owner, cast) == 0
        assert (await ask(api, cast, job_id))["state"] == "running"
        await redis.flushall()
        # What was counted by the dead is not taken for the next one's.
        await owner.execute("update job set done = 0")
    await redis.aclose()
    processes.start()
    job = await ended(api, cast, job_id)
    assert (job["state"], job["result"]["created"]) == ("done", LONG)
    await assert_one_effect(owner, cast, LONG)
    assert kept_files(settings) == []


async def test_three_deaths_end_a_job_with_the_reason(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    processes: Workers,
    settings: Settings,
) -> None:
    job_id = await hand_in(api, cast, roster(LONG))
    for _ in range(3):
        worker = processes.start()
        await until(lambda: is_in_the_middle(owner), within_s=30)
        kill(worker)
        await owner.execute("update job set done = 0")
    processes.start()
    job = await ended(api, cast, job_id)
    assert (job["state"], job["result"]) == ("failed", None)
    assert job["problem"]["type"] == "worker-died"
    english = (await ask(api, cast, job_id, language="en"))["problem"]
    assert english["title"] == "The server died several times at it"
    assert await pupils(owner, cast) == 0
    await until(lambda: kept_files(settings) == [])
    # The way is free again.
    assert (await send(api, cast, "roster", roster(1))).json()["created"] == 1


async def test_a_worker_that_is_stopped_hands_its_job_on(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, processes: Workers
) -> None:
    job_id = await hand_in(api, cast, roster(LONG))
    worker = processes.start()
    await until(lambda: is_in_the_middle(owner), within_s=30)
    worker.terminate()
    assert worker.wait(60) == 0
    row = await owner.fetchrow("select state, attempts from job")
    assert row is not None
    assert (row["state"], row["attempts"]) == ("queued", 0)
    assert await pupils(owner, cast) == 0
    processes.start()
    assert (await ended(api, cast, job_id))["result"]["created"] == LONG


async def test_a_worker_that_was_thought_dead_does_not_do_it_a_second_time(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, processes: Workers
) -> None:
    job_id = await hand_in(api, cast, roster(LONG))
    sleeper = processes.start()
    await until(lambda: is_in_the_middle(owner), within_s=30)
    sleeper.send_signal(signal.SIGSTOP)
    held_by = await owner.fetchval("select runner from job")
    processes.start()

    async def is_taken_over() -> bool:
        return bool(await owner.fetchval("select runner from job") != held_by)

    await until(is_taken_over, within_s=40)
    sleeper.send_signal(signal.SIGCONT)
    job = await ended(api, cast, job_id)
    assert job["result"]["created"] == LONG
    await asyncio.sleep(1)
    await assert_one_effect(owner, cast, LONG)
    assert (await ask(api, cast, job_id))["result"] == job["result"]


async def test_who_lost_the_role_meanwhile_imports_nothing(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, world: World, settings: Settings
) -> None:
    vice = await world.staff(cast.school, "principal", "Bà Phó")
    job_id = await hand_in(api, cast, roster(MANY), person=vice)
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1", vice.account_id
    )
    async with working(settings):
        job = await ended(api, cast, job_id)
    assert (job["state"], job["problem"]["type"]) == ("failed", "no-longer-allowed")
    assert await pupils(owner, cast) == 0


async def test_a_job_without_its_file_fails_in_words(
    api: httpx.AsyncClient, cast: Cast, settings: Settings
) -> None:
    job_id = await hand_in(api, cast, roster(MANY))
    for path in kept_files(settings):
        path.unlink()
    async with working(settings):
        job = await ended(api, cast, job_id)
    assert (job["problem"]["type"], job["problem"]["detail"]) == (
        "input-lost",
        "Hãy gửi lại tệp.",
    )


async def test_a_storage_that_is_away_leaves_no_job(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    (settings.data_dir / "objects").write_text("in the way")
    answer = await send(api, cast, "roster", roster(MANY))
    assert (answer.status_code, answer.json()["type"]) == (503, "storage-away")
    assert await owner.fetchval("select count(*) from job") == 0


async def test_a_bug_is_ours_and_is_said_to_be(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    job_id = await hand_in(api, cast, roster(MANY))
    await owner.execute("update job set params = '{}'")
    async with working(settings):
        job = await ended(api, cast, job_id)
    assert (job["state"], job["problem"]["type"]) == ("failed", "bug")


async def test_only_the_schools_principals_see_a_job(api: httpx.AsyncClient, cast: Cast) -> None:
    job_id = await hand_in(api, cast, roster(MANY))
    for who, person in cast.people.items():
        answer = await api.get(f"/v1/jobs/{job_id}", headers=person.headers)
        assert answer.status_code == (200 if who == "principal" else 404), who
        assert who == "principal" or "6A1" not in answer.text


async def test_upkeep_forgets_old_jobs_but_none_that_runs(
    cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    me: Person = cast["principal"]
    for state, days, key in (
        ("done", 31, None), ("failed", 29, None), ("queued", 31, None), ("done", 32, "k"),
    ):  # fmt: skip
        await owner.execute(
            "insert into job (school_id, id, kind, lane, state, params, created_by, input_key,"
            " created_at, finished_at) values ($1, gen_random_uuid(), 'x', $2, $2, $3, $4, $5,"
            " now() - $6 * interval '1 day',"
            " case when $2 <> 'queued' then now() - $6 * interval '1 day' end)",
            cast.school.id,
            state,
            json.loads("{}"),
            me.account_id,
            key,
            days,
        )
    pool = await db.create_pool(settings.require_database_url(), role=db.WORKER_ROLE, size=2)
    try:
        assert (await upkeep.look_after(pool))["jobs"] == 1
    finally:
        await pool.close()
    assert await owner.fetchval("select count(*) from job") == 3


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
