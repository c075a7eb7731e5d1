"""Pictures of pupils: who sets them, who sees them, and when they are gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from msgspec.structs import replace

from app import db
from app.photos.sweep import sweep
from app.settings import Settings
from app.storage import open_storage
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import Clock
from tests.fakes.s3 import FakeS3
from tests.gate import Gate
from tests.mobile_api.workers import working
from tests.patience import PATIENCE_S
from tests.pictures import opened, picture
from tests.world import Student

JPEG = {"Content-Type": "image/jpeg"}


def url_of(cast: Cast, student: Student | None = None) -> str:
    return cast.url(f"/students/{(student or cast.student).id}/photo")


async def consent(owner: asyncpg.Connection, student: Student, *, given: bool = True) -> None:
    await owner.execute("update student set photo_consent = $2 where id = $1", student.id, given)


async def taken(
    api: httpx.AsyncClient, cast: Cast, *, who: str = "principal", data: bytes | None = None
) -> dict[str, Any]:
    answer = await api.put(
        url_of(cast), content=data or picture(), headers=cast[who].headers | JPEG
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
async def shown(api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast) -> str:
    """The address of a picture that may be seen."""
    await consent(owner, cast.student)
    url = (await taken(api, cast))["photo_url"]
    assert url is not None
    return str(url)


def stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[db.Pool]:
    pool = await db.create_pool(settings.require_database_url(), role=db.WORKER_ROLE, size=2)
    yield pool
    await pool.close()


async def test_a_picture_taken_by_phone_is_seen_upright_and_tells_nothing_else(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    await consent(owner, cast.student)
    body = await taken(api, cast, data=picture(size=(800, 600), orientation=6))
    assert body["is_shown"] is True
    answer = await api.get(body["photo_url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert opened(answer.content).size == (480, 640)
    for told in (b"SecretPhone", b"Exif", b"at home"):
        assert told not in answer.content


async def test_without_consent_a_picture_is_kept_and_nobody_sees_it(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    assert await taken(api, cast) == {"photo_url": None, "is_shown": False}
    assert await owner.fetchval("select photo_key from student where id = $1", cast.student.id)
    assert set((await seen_by(api, cast)).values()) == {None}


async def seen_by(api: httpx.AsyncClient, cast: Cast) -> dict[str, str | None]:
    """The pupil's photo in every answer that has one."""
    one = cast.url(f"/students/{cast.student.id}")
    seen: dict[str, str | None] = {}
    for who in ("principal", "homeroom_teacher", "guard"):
        headers = cast[who].headers
        seen[f"one, {who}"] = (await api.get(one, headers=headers)).json()["photo_url"]
        for each in (await api.get(cast.url("/students"), headers=headers)).json()["items"]:
            if each["id"] == str(cast.student.id):
                seen[f"list, {who}"] = each["photo_url"]
    me = (await api.get("/v1/me", headers=cast["guardian"].headers)).json()
    seen["me"] = me["children"][0]["photo_url"]
    roster = await api.get(
        "/v1/attendance/roster",
        params={"station_id": str(cast.school.gate_id)},
        headers=cast["guard"].headers,
    )
    for each in roster.json()["entries"]:
        if each["student_id"] == str(cast.student.id):
            seen["roster"] = each["photo_url"]
    return seen


async def in_register(api: httpx.AsyncClient, cast: Cast, who: str) -> dict[str, Any]:
    answer = await api.get(cast.url("/attendance/2026-11-16"), headers=cast[who].headers)
    (row,) = [r for r in answer.json()["items"] if r["student_id"] == str(cast.student.id)]
    found: dict[str, Any] = row
    return found


async def test_the_day_s_register_has_pictures_for_who_leads_the_class(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, shown: str
) -> None:
    for who in ("principal", "homeroom_teacher"):
        url = (await in_register(api, cast, who))["photo_url"]
        assert opened((await api.get(url)).content).size == (120, 160), who
    assert "photo_url" not in await in_register(api, cast, "subject_teacher")
    await consent(owner, cast.student, given=False)
    assert (await in_register(api, cast, "principal"))["photo_url"] is None


async def test_who_sees_the_pupil_gets_an_address_that_works(
    api: httpx.AsyncClient, cast: Cast, shown: str
) -> None:
    seen = await seen_by(api, cast)
    assert len(seen) == 8
    for where, url in seen.items():
        assert url is not None, where
        answer = await api.get(url)
        assert answer.status_code == 200, where
        is_small = where.startswith("list") or where == "roster"
        assert opened(answer.content).size == ((120, 160) if is_small else (480, 640)), where
    for who in ("subject_teacher", "accountant"):
        one = await api.get(cast.url(f"/students/{cast.student.id}"), headers=cast[who].headers)
        assert "photo_url" not in one.json()


async def test_a_scan_shows_the_picture_and_the_same_scan_again_a_fresh_address(
    api: httpx.AsyncClient, clock: Clock, owner: asyncpg.Connection, cast: Cast, shown: str
) -> None:
    gate = Gate(api, clock, cast.school, cast["guard"])
    scan = gate.scan(cast.student.token)
    (first,) = await gate.results(scan)
    assert (await api.get(first["student"]["photo_url"])).status_code == 200
    receipt = await owner.fetchval("select answer from scan_receipt")
    assert "/v1/photos/" not in str(receipt)

    clock.now += timedelta(hours=5)
    assert (await api.get(first["student"]["photo_url"])).status_code == 404
    (again,) = await gate.results(scan)
    assert again["student"].pop("photo_url") != first["student"].pop("photo_url")
    assert again == first
    (again,) = await gate.results(scan)
    assert (await api.get(again["student"]["photo_url"])).status_code == 200

    await consent(owner, cast.student, given=False)
    (again,) = await gate.results(scan)
    assert again["student"]["photo_url"] is None


async def test_the_roster_s_addresses_last_as_long_as_the_roster(
    api: httpx.AsyncClient, clock: Clock, cast: Cast, shown: str
) -> None:
    url = (await seen_by(api, cast))["roster"]
    assert url is not None
    clock.now += timedelta(hours=24)
    assert (await api.get(url)).status_code == 200
    clock.now += timedelta(hours=6)
    assert (await api.get(url)).status_code == 404


async def test_an_unchanged_roster_keeps_its_etag_for_hours(
    api: httpx.AsyncClient, clock: Clock, cast: Cast, shown: str
) -> None:
    async def etag() -> str:
        answer = await api.get(
            "/v1/attendance/roster",
            params={"station_id": str(cast.school.gate_id)},
            headers=cast["guard"].headers,
        )
        return str(answer.headers["etag"])

    clock.now = clock.now.replace(hour=7, minute=1)  # 00:01 UTC: the beginning of six hours
    before = await etag()
    clock.now += timedelta(hours=5)
    assert await etag() == before


@pytest.mark.parametrize("how", ["erased", "replaced", "not consented to", "the pupil has left"])
async def test_an_address_ends_at_once_when_the_picture_is(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, shown: str, how: str
) -> None:
    headers = cast["principal"].headers
    if how == "erased":
        assert (await api.delete(url_of(cast), headers=headers)).status_code == 204
    elif how == "replaced":
        await taken(api, cast, data=picture(colour="green"))
    elif how == "not consented to":
        await consent(owner, cast.student, given=False)
    else:
        gone = await api.delete(cast.url(f"/students/{cast.student.id}"), headers=headers)
        assert gone.status_code == 204
    answer = await api.get(shown)
    assert (answer.status_code, answer.json()["type"]) == (404, "no-such-photo")


async def test_what_was_erased_or_replaced_is_deleted_from_the_storage(
    api: httpx.AsyncClient,
    cast: Cast,
    shown: str,
    settings: Settings,
    resources: Resources,
    worker: db.Pool,
) -> None:
    assert len(stored(settings)) == 2
    await taken(api, cast, data=picture(colour="green"))
    assert len(stored(settings)) == 4
    assert await sweep(worker, resources.storage) == 2
    assert (await api.get((await seen_by(api, cast))["me"] or "")).status_code == 200
    await api.delete(url_of(cast), headers=cast["principal"].headers)
    assert await sweep(worker, resources.storage) == 2
    assert stored(settings) == []
    assert await sweep(worker, resources.storage) == 0


async def test_the_worker_deletes_by_itself(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, shown: str, settings: Settings
) -> None:
    await api.delete(url_of(cast), headers=cast["principal"].headers)
    assert len(stored(settings)) == 2
    async with working(settings), asyncio.timeout(PATIENCE_S):
        waiting = "select count(*) from pg_sleep(0.05), discarded_object"
        while await owner.fetchval(waiting):
            pass
    assert stored(settings) == []


async def test_the_same_picture_again_is_not_lost_when_the_storage_goes_away(
    api: httpx.AsyncClient,
    cast: Cast,
    shown: str,
    settings: Settings,
    resources: Resources,
    worker: db.Pool,
    owner: asyncpg.Connection,
) -> None:
    folder = stored(settings)[0].parent
    away = folder.rename(folder.with_name("away"))
    folder.touch()  # no folder: nothing can be put
    await api.put(url_of(cast), content=picture(), headers=cast["principal"].headers | JPEG)
    folder.unlink()
    away.rename(folder)
    await owner.execute("update discarded_object set due_at = now()")  # an hour later
    await sweep(worker, resources.storage)
    assert (await api.get(shown)).status_code == 200


async def test_the_same_picture_again_survives_its_own_deletion(
    api: httpx.AsyncClient,
    cast: Cast,
    shown: str,
    resources: Resources,
    worker: db.Pool,
) -> None:
    """Erased and set again before the worker came by: it is no longer to be deleted."""
    await api.delete(url_of(cast), headers=cast["principal"].headers)
    url = (await taken(api, cast))["photo_url"]
    assert await sweep(worker, resources.storage) == 0
    assert (await api.get(url)).status_code == 200


async def test_a_picture_whose_request_died_is_deleted_in_time(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    settings: Settings,
    resources: Resources,
    worker: db.Pool,
) -> None:
    """The pupil leaves while the picture travels: it was put, and nobody points at it."""
    await owner.execute("update student set ended_at = now() where id = $1", cast.student.id)
    answer = await api.put(
        url_of(cast), content=picture(), headers=cast["principal"].headers | JPEG
    )
    assert answer.status_code == 404
    assert len(stored(settings)) == 2
    assert await sweep(worker, resources.storage) == 0  # not yet: it might still be on its way
    await owner.execute("update discarded_object set due_at = now()")
    assert await sweep(worker, resources.storage) == 2
    assert stored(settings) == []


async def test_ten_phones_at_once_leave_one_picture(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    settings: Settings,
    resources: Resources,
    worker: db.Pool,
) -> None:
    await consent(owner, cast.student)
    colours = ["red", "green", "blue", "black", "navy"] * 2
    await asyncio.gather(*(taken(api, cast, data=picture(colour=c)) for c in colours))
    await sweep(worker, resources.storage)
    assert len(stored(settings)) == 2
    url = (await seen_by(api, cast))["me"]
    assert url is not None
    assert (await api.get(url)).status_code == 200


async def test_with_the_storage_away_nothing_changes_and_the_app_is_told(
    api: httpx.AsyncClient, cast: Cast, shown: str, settings: Settings, resources: Resources
) -> None:
    async with FakeS3() as s3:
        away = replace(settings, **s3.settings)
    before, resources.storage = resources.storage, open_storage(away)
    answer = await api.put(
        url_of(cast),
        content=picture(colour="green"),
        headers=cast["principal"].headers | JPEG,
        timeout=60,
    )
    assert (answer.status_code, answer.json()["type"]) == (503, "storage-away")
    resources.storage = before
    assert (await api.get(shown)).status_code == 200


async def test_pictures_are_kept_by_an_s3_service_too(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cast: Cast,
    settings: Settings,
    resources: Resources,
    worker: db.Pool,
) -> None:
    await consent(owner, cast.student)
    async with FakeS3() as s3:
        resources.storage = open_storage(replace(settings, **s3.settings))
        url = (await taken(api, cast))["photo_url"]
        assert (await api.get(url)).status_code == 200
        assert {kind for _, kind in s3.objects.values()} == {"image/jpeg"}
        assert len(s3.objects) == 2
        await api.delete(url_of(cast), headers=cast["principal"].headers)
        await sweep(worker, resources.storage)
        assert s3.objects == {}


@pytest.mark.parametrize(
    ("content", "media", "status", "kind"),
    [
        (b"", "image/jpeg", 422, "no-picture"),
        (b"hello", "image/jpeg", 422, "no-picture"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 99, "image/jpeg", 422, "heic-picture"),
        (picture(size=(100, 100)), "image/jpeg", 422, "picture-too-small"),
        (picture(), "image/heic", 415, "unsupported-media"),
        (picture(), "application/json", 415, "unsupported-media"),
        (picture() + b"\0" * 10_000_000, "image/jpeg", 413, "too-large"),
    ],
)
async def test_what_is_no_picture_is_refused_and_nothing_is_written(
    api: httpx.AsyncClient,
    cast: Cast,
    settings: Settings,
    content: bytes,
    media: str,
    status: int,
    kind: str,
) -> None:
    headers = cast["principal"].headers | {"Content-Type": media}
    answer = await api.put(url_of(cast), content=content, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    assert stored(settings) == []


async def test_only_who_leads_the_class_sets_or_erases_a_picture(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, shown: str
) -> None:
    for who, person in cast.people.items():
        if who in ("principal", "homeroom_teacher"):
            continue
        for method in ("PUT", "DELETE"):
            answer = await api.request(
                method,
                url_of(cast),
                content=picture() if method == "PUT" else None,
                headers=person.headers | (JPEG if method == "PUT" else {}),
            )
            assert answer.status_code in (403, 404), (who, method)
    other = url_of(cast, cast.neighbour)  # of another teacher's class
    teacher = cast["homeroom_teacher"].headers
    assert (await api.put(other, content=picture(), headers=teacher | JPEG)).status_code == 404
    assert (await api.get(shown)).status_code == 200
    await taken(api, cast, who="homeroom_teacher")


async def test_a_stranger_s_address_is_refused_without_a_word_more(
    api: httpx.AsyncClient, shown: str
) -> None:
    forged = shown[:-3] + ("AAA" if shown[-3:] != "AAA" else "BBB")
    for url in (forged, "/v1/photos/" + "A" * 68):
        answer = await api.get(url)
        assert (answer.status_code, answer.json()["type"]) == (404, "no-such-photo")
    assert (await api.get("/v1/photos/x")).status_code in (400, 404)
