"""Papers of custody: required, checked, sealed, and every look at them noted."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from PIL import Image

from app import db
from app.crypto import Undecryptable
from app.ids import new_id
from app.photos.sweep import sweep
from app.schools.custody import service
from app.settings import Settings
from app.storage import NoSuchObject
from mobile_api.resources import Resources
from tests.cast import Cast, snapshot
from tests.conftest import Clock
from tests.world import World

PDF = b"%PDF-1.4\nQuyet dinh so 12/2026/QD-TA\n%%EOF\n"


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


@pytest.fixture
async def url(cast: Cast, owner: asyncpg.Connection) -> str:
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", cast["guardian"].account_id
    )
    return cast.url(f"/students/{cast.student.id}/guardians/{guardian_id}")


def picture(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form)
    return out.getvalue()


async def send(
    api: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    data: bytes = PDF,
    *,
    name: str = "quyet-dinh.pdf",
    media: str = "application/pdf",
) -> httpx.Response:
    return await api.post(
        f"{url}/custody-documents", files={"file": (name, data, media)}, headers=headers
    )


async def block(
    api: httpx.AsyncClient, url: str, headers: dict[str, str], **body: Any
) -> httpx.Response:
    return await api.put(f"{url}/custody-block", json=body, headers=headers)


async def lift(
    api: httpx.AsyncClient, url: str, headers: dict[str, str], **body: Any
) -> httpx.Response:
    return await api.post(f"{url}/custody-block/lift", json=body, headers=headers)


async def test_a_document_is_filed_sealed_and_read_back(
    api: httpx.AsyncClient, url: str, headers: dict[str, str], resources: Resources, clock: Clock
) -> None:
    made = await send(api, url, headers)
    assert made.status_code == 201, made.text
    document = made.json()
    assert (document["media_type"], document["size_bytes"]) == ("application/pdf", len(PDF))
    root = resources.settings.data_dir
    stored = [path for path in Path(root).rglob("*") if path.is_file() and "custody" in str(path)]
    assert len(stored) == 1
    assert b"Quyet dinh" not in stored[0].read_bytes()
    read = await api.get(f"{url}/custody-documents/{document['id']}", headers=headers)
    assert (read.status_code, read.content) == (200, PDF)
    assert read.headers["content-type"] == "application/octet-stream"
    saved_as = f'attachment; filename="{document["id"]}.pdf"'
    assert read.headers["content-disposition"] == saved_as
    assert read.headers["cache-control"] == "no-store"
    assert read.headers["x-content-type-options"] == "nosniff"


async def test_each_look_is_noted_before_anything_is_shown(
    api: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    cast: Cast,
    owner: asyncpg.Connection,
    resources: Resources,
) -> None:
    document_id = (await send(api, url, headers)).json()["id"]
    await api.get(f"{url}/custody", headers=headers)
    assert await owner.fetchval("select count(*) from access_log") == 0
    for _ in range(2):
        await api.get(f"{url}/custody-documents/{document_id}", headers=headers)
    rows = await owner.fetch("select * from access_log")
    assert len(rows) == 2
    for row in rows:
        assert row["account_id"] == cast["principal"].account_id
        assert (row["action"], row["object_id"], row["student_id"]) == (
            "custody_document_read",
            UUID(document_id),
            cast.student.id,
        )
    # Also where the storage then has nothing to show.
    key = await owner.fetchval("select storage_key from custody_document")
    await resources.storage.delete(key)
    gone = await api.get(f"{url}/custody-documents/{document_id}", headers=headers)
    assert gone.status_code == 404
    assert await owner.fetchval("select count(*) from access_log") == 3


async def test_only_the_principal_of_the_school_reads_or_files_one(
    api: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    cast: Cast,
    owner: asyncpg.Connection,
) -> None:
    document_id = (await send(api, url, headers)).json()["id"]
    before = await snapshot(owner)
    for name, person in cast.people.items():
        if name == "principal":
            continue
        for answer in (
            await api.get(f"{url}/custody-documents/{document_id}", headers=person.headers),
            await api.get(f"{url}/custody", headers=person.headers),
            await send(api, url, person.headers),
            await block(api, url, person.headers, reason="X", document_id=document_id),
            await lift(api, url, person.headers, reason="X"),
        ):
            assert answer.status_code in (403, 404), f"{name}: {answer.text}"
    assert await snapshot(owner) == before


async def test_what_is_no_document_is_refused_and_nothing_is_kept(
    api: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    owner: asyncpg.Connection,
    resources: Resources,
) -> None:
    before = await snapshot(owner)
    jpeg, png = picture("JPEG"), picture("PNG")
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    refused = {
        "empty": b"",
        "text": b"Quyet dinh",
        "html": b"<html><script>alert(1)</script></html>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "gif": picture("GIF"),
        "webp": picture("WEBP"),
        "half a picture": jpeg[: len(jpeg) // 2],
        "half a png": png[: len(png) // 2],
        "a picture's beginning": b"\xff\xd8\xff\xe0",
        "half a pdf": PDF[:-6],
        "a zip": b"PK\x03\x04" + b"\0" * 100,
        "too many pixels": bomb.getvalue(),
        "too large": b"%PDF-1.4\n" + b"\0" * (5 * 1024 * 1024) + b"%%EOF",
    }
    for what, data in refused.items():
        answer = await send(api, url, headers, data)
        expected = (413, 422) if what == "too large" else (422,)
        assert answer.status_code in expected, f"{what}: {answer.status_code} {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
    assert await snapshot(owner) == before
    assert not any("custody" in str(path) for path in Path(resources.settings.data_dir).rglob("*"))


async def test_the_content_names_the_type_and_not_the_sender(
    api: httpx.AsyncClient, url: str, headers: dict[str, str]
) -> None:
    for form, media in (("JPEG", "image/jpeg"), ("PNG", "image/png")):
        answer = await send(
            api, url, headers, picture(form), name="../../etc/passwd", media="text/html"
        )
        assert answer.json()["media_type"] == media


async def test_five_megabytes_are_taken(
    api: httpx.AsyncClient, url: str, headers: dict[str, str]
) -> None:
    whole = b"%PDF-1.4\n" + b"\0" * (5 * 1024 * 1024 - 14) + b"%%EOF"
    assert len(whole) == 5 * 1024 * 1024
    assert (await send(api, url, headers, whole)).status_code == 201


async def test_no_block_without_a_document_about_these_two(
    api: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    cast: Cast,
    world: World,
    owner: asyncpg.Connection,
) -> None:
    other = await world.guardian(cast.neighbour, name="Trần Văn Khác")
    other_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", other.account_id
    )
    others_url = cast.url(f"/students/{cast.neighbour.id}/guardians/{other_id}")
    others = (await send(api, others_url, headers)).json()["id"]
    assert (await block(api, url, headers, reason="toà án")).status_code == 400
    assert (await block(api, url, headers, reason="toà án", document_id=None)).status_code == 400
    for foreign in (others, str(uuid4())):
        answer = await block(api, url, headers, reason="toà án", document_id=foreign)
        assert (answer.status_code, answer.json()["type"]) == (404, "no-such-document")
        assert (
            await api.get(f"{url}/custody-documents/{foreign}", headers=headers)
        ).status_code == 404
    assert await owner.fetchval("select count(custody_blocked_at) from guardianship") == 0


async def test_a_lift_names_a_document_or_a_reason_and_all_decisions_stay(
    api: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    cast: Cast,
    owner: asyncpg.Connection,
) -> None:
    document_id = (await send(api, url, headers)).json()["id"]
    first = await block(api, url, headers, reason="Quyết định 12", document_id=document_id)
    assert first.status_code == 204, first.text
    none = await lift(api, url, headers)
    assert (none.status_code, none.json()["type"]) == (422, "no-grounds")
    assert await owner.fetchval("select count(custody_blocked_at) from guardianship") == 1
    assert (await lift(api, url, headers, reason="Toà đã thay đổi")).status_code == 204
    assert await owner.fetchval("select count(custody_blocked_at) from guardianship") == 0
    second = (await send(api, url, headers, picture("PNG"))).json()["id"]
    await block(api, url, headers, reason="Quyết định 15", document_id=document_id)
    assert (await lift(api, url, headers, document_id=second)).status_code == 204
    on_file = (await api.get(f"{url}/custody", headers=headers)).json()
    assert [each["id"] for each in on_file["documents"]] == [second, document_id]
    assert [(e["action"], e["reason"], e["document_id"]) for e in on_file["events"]] == [
        ("lift", None, second),
        ("block", "Quyết định 15", document_id),
        ("lift", "Toà đã thay đổi", None),
        ("block", "Quyết định 12", document_id),
    ]
    assert {e["decided_by"] for e in on_file["events"]} == {str(cast["principal"].account_id)}


async def test_facts_cannot_be_rewritten_by_the_application(owner: asyncpg.Connection) -> None:
    for table in ("consent_event", "custody_event", "custody_document", "access_log"):
        for right in ("update", "delete", "truncate"):
            held = await owner.fetchval(
                "select has_table_privilege('ct_app', $1, $2)", table, right
            )
            assert not held, (table, right)


async def test_a_paper_does_not_open_under_another_id_or_school(
    cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    boxes = []
    for school in (cast.school, cast.other):
        wrapped = await owner.fetchval(
            "select wrapped from school_key where school_id = $1", school.id
        )
        boxes.append(resources.vault.school_box(wrapped, school.id))
    one = new_id()
    sealed = boxes[0].seal_bytes(PDF, field=f"custody_document:{one}")
    assert boxes[0].open_bytes(sealed, field=f"custody_document:{one}") == PDF
    for box, field in (
        (boxes[0], f"custody_document:{new_id()}"),
        (boxes[1], f"custody_document:{one}"),
        (boxes[0], "guardian.phone"),
    ):
        with pytest.raises(Undecryptable):
            box.open_bytes(sealed, field=field)


async def test_a_paper_that_was_never_filed_does_not_stay_in_the_storage(
    api: httpx.AsyncClient,
    cast: Cast,
    url: str,
    headers: dict[str, str],
    owner: asyncpg.Connection,
    resources: Resources,
    settings: Settings,
) -> None:
    """As when the process dies between the storage and the commit."""
    filed = await send(api, url, headers, PDF)
    lost, school_id = new_id(), cast.school.id
    async with db.transaction(resources.pool, schools=[school_id]) as conn:
        sealed = await service.seal(
            conn, vault=resources.vault, school_id=school_id, document_id=lost, data=PDF
        )
    await service.put_away(resources.storage, sealed=sealed, school_id=school_id, document_id=lost)
    await owner.execute("update discarded_object set due_at = now()")  # an hour later
    worker = await db.create_pool(settings.require_database_url(), role=db.WORKER_ROLE, size=1)
    assert await sweep(worker, resources.storage) == 1
    await worker.close()
    with pytest.raises(NoSuchObject):
        await resources.storage.get(f"schools/{school_id}/custody/{lost}")
    read = await api.get(f"{url}/custody-documents/{filed.json()['id']}", headers=headers)
    assert read.content == PDF
