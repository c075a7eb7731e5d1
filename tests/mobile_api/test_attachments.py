"""Files of the contact book: what is taken, what becomes of it, and what is refused in words."""

import asyncio
import io
from uuid import UUID

import asyncpg
import httpx
import pikepdf
import pytest
from PIL import Image

from app import db
from app.contact_book.attachments import service
from app.contact_book.attachments.model import (
    AttachmentInUse,
    NoSuchAttachment,
    TooManyAttachments,
)
from app.ids import new_id
from app.photos.sweep import sweep
from app.settings import Settings
from mobile_api.resources import Resources
from notifications import upkeep
from tests.cast import Cast
from tests.mobile_api.files import FILES, PHOTO, bind, post, sent, stored
from tests.pdfs import hostile, laid_open, saved, sheet
from tests.pictures import opened, picture
from tests.world import Person, World

MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + b"\0" * 2000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def test_a_photo_is_written_anew_sealed_and_shown_with_a_preview(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    photo = picture(size=(3000, 2000), orientation=6)
    shown = await sent(api, cast["guardian"], cast.school.id, photo, name="IMG/Ảnh con.HEIC.JPG")
    assert (shown["kind"], shown["name"], shown["pages"]) == ("image", "Ảnh con.JPG", None)
    assert (shown["width"], shown["height"]) == (1067, 1600)
    answer = await api.get(shown["url"])
    assert (answer.status_code, len(answer.content)) == (200, shown["bytes"])
    assert opened(answer.content).size == (1067, 1600)
    assert max(opened((await api.get(shown["preview_url"])).content).size) == 480
    for told in (b"SecretPhone", b"Exif", b"at home"):
        assert told not in answer.content
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private, ")
    assert len(stored(settings)) == 2
    assert all(b"\xff\xd8\xff" not in path.read_bytes()[:64] for path in stored(settings))
    assert await owner.fetchval("select count(*) from discarded_object") == 0


async def test_a_pdf_with_scripts_loses_them_and_is_saved_not_run(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    shown = await sent(
        api,
        cast["homeroom_teacher"],
        cast.school.id,
        hostile(),
        name="Thư mời họp.pdf",
        media="application/pdf",
    )
    assert (shown["kind"], shown["pages"], shown["width"]) == ("pdf", 1, None)
    assert shown["preview_url"] is None
    answer = await api.get(shown["url"])
    assert answer.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''Th%C6%B0%20m%E1%BB%9Di" in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert b"steal" not in laid_open(answer.content)
    assert b"(Xin chao phu huynh)" in laid_open(answer.content)


async def test_what_a_file_is_called_decides_nothing(api: httpx.AsyncClient, cast: Cast) -> None:
    shown = await sent(api, cast["principal"], cast.school.id, saved(sheet()), name="ảnh.png")
    assert (shown["kind"], shown["name"]) == ("pdf", "ảnh.png.pdf".replace(".png", ""))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (MP4, "not-attachable"),
        (SVG, "not-attachable"),
        (b"GIF89a" + b"\0" * 100, "not-attachable"),
        (b"<html><script>alert(1)</script>", "not-attachable"),
        (b"", "not-attachable"),
        (PHOTO[:300], "not-attachable"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "heic-picture"),
        (saved(sheet())[:-40], "pdf-broken"),
        (saved(sheet(), encryption=pikepdf.Encryption(owner="a", user="b")), "pdf-encrypted"),
        (saved(sheet(51)), "pdf-too-large"),
        (picture(size=(8, 8)), "picture-too-small"),
    ],
    ids=["video", "svg", "gif", "html", "empty", "half", "heic", "broken", "locked", "51", "tiny"],
)
async def test_what_cannot_be_used_is_refused_in_words_and_leaves_nothing(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    settings: Settings,
    data: bytes,
    problem: str,
) -> None:
    refused = await post(api, cast["guardian"], cast.school.id, data)
    assert (refused.status_code, refused.json()["type"]) == (422, problem)
    assert refused.json()["title"]
    assert await owner.fetchval("select count(*) from attachment") == 0
    assert stored(settings) == []


async def test_a_picture_of_acres_is_never_unpacked(api: httpx.AsyncClient, cast: Cast) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    refused = await post(api, cast["guardian"], cast.school.id, out.getvalue(), media="image/png")
    assert (refused.status_code, refused.json()["type"]) == (422, "picture-too-large")


async def test_more_than_ten_megabytes_and_other_media_are_refused(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    school_id, who = cast.school.id, cast["guardian"]
    assert (await post(api, who, school_id, b"\xff\xd8" * 5_000_001)).status_code == 413
    for media in ("video/mp4", "text/html", "image/svg+xml", "application/json"):
        assert (await post(api, who, school_id, media=media)).status_code == 415, media


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("principal", 201),
        ("subject_teacher", 201),
        ("guard", 403),
        ("accountant", 403),
        ("student", 403),
        ("display", 403),
        ("department_admin", 403),
        ("other principal", 404),
        ("other guardian", 404),
        ("nobody", 403),
    ],
)
async def test_who_writes_in_the_book_sends_files(
    api: httpx.AsyncClient, cast: Cast, who: str, status: int
) -> None:
    assert (await post(api, cast[who], cast.school.id)).status_code == status


async def test_a_role_held_elsewhere_sends_nothing_here(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    """A guard who is a parent in another school."""
    await world.guardian(cast.stranger, person=cast["guard"], name="Chú bảo vệ")
    assert (await post(api, cast["guard"], cast.school.id)).status_code == 404
    assert (await post(api, cast["guard"], cast.other.id)).status_code == 201


async def fill_up(
    owner: asyncpg.Connection, cast: Cast, who: Person, *, files: int, size: int = 1
) -> None:
    for _ in range(files):
        await owner.execute(
            "insert into attachment (school_id, id, uploaded_by, kind, name, bytes, pages,"
            " object_key, created_at, unbound_since)"
            " values ($1, $2, $3, 'pdf', 'a.pdf', $4, 1, 'x', '2026-11-16T00:00Z', now())",
            cast.school.id,
            new_id(),
            who.account_id,
            size,
        )


async def test_a_day_has_room_for_a_hundred_files_however_many_come_at_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, settings: Settings
) -> None:
    who = cast["guardian"]
    await fill_up(owner, cast, who, files=99)
    answers = await asyncio.gather(*(post(api, who, cast.school.id) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 429, 429]
    (refused, *_) = [answer for answer in answers if answer.status_code == 429]
    assert refused.json()["type"] == "attachment-quota"
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert (await post(api, cast["principal"], cast.school.id)).status_code == 201
    # What was put for nothing is on the list of objects to delete.
    assert await owner.fetchval("select count(*) from discarded_object") % 2 == 0


async def test_a_day_has_room_for_two_hundred_megabytes(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await fill_up(owner, cast, cast["guardian"], files=20, size=10_000_000)
    assert (await post(api, cast["guardian"], cast.school.id)).status_code == 429


async def test_who_sends_rubbish_again_and_again_has_to_wait(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    who, school_id = cast["guardian"], cast.school.id
    for _ in range(2):  # what is good costs none of it
        await sent(api, who, school_id)
    answers = await asyncio.gather(*(post(api, who, school_id, b"x") for _ in range(34)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(422), statuses.count(429)) == (30, 4)
    assert (await post(api, who, school_id)).status_code == 429
    assert (await post(api, cast["principal"], school_id)).status_code == 201


async def test_who_loses_the_right_while_the_file_travels_has_sent_nothing(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    put = resources.storage.put

    async def blocked_meanwhile(key: str, data: bytes, *, content_type: str) -> None:
        await put(key, data, content_type=content_type)
        await owner.execute("update guardianship set custody_blocked_at = now()")

    resources.storage.put = blocked_meanwhile  # type: ignore[method-assign]
    assert (await post(api, cast["guardian"], cast.school.id)).status_code in (403, 404)
    assert await owner.fetchval("select count(*) from attachment") == 0
    assert await owner.fetchval("select count(*) from discarded_object") == 2


async def test_a_file_belongs_to_one_thing_of_its_sender(
    api: httpx.AsyncClient, cast: Cast, resources: Resources
) -> None:
    who, school_id = cast["guardian"], cast.school.id
    mine = (await sent(api, who, school_id))["id"]
    theirs = (await sent(api, cast["other guardian"], cast.other.id))["id"]
    teachers = (await sent(api, cast["homeroom_teacher"], school_id))["id"]
    for foreign in (theirs, teachers, str(new_id())):
        with pytest.raises(NoSuchAttachment):
            await bind(resources, who, school_id, [mine, foreign])
    ref_id = await bind(resources, who, school_id, [mine])
    # The same again, as by a request that is sent again, changes nothing.
    await bind(resources, who, school_id, [mine, mine], ref_id=ref_id)
    with pytest.raises(AttachmentInUse):
        await bind(resources, who, school_id, [mine])
    with pytest.raises(AttachmentInUse):
        await bind(resources, who, school_id, [mine], ref_id=ref_id, kind="homework")


async def test_of_two_things_that_want_one_file_at_once_one_gets_it(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, owner: asyncpg.Connection
) -> None:
    who, school_id = cast["guardian"], cast.school.id
    mine = (await sent(api, who, school_id))["id"]
    results = await asyncio.gather(
        *(bind(resources, who, school_id, [mine]) for _ in range(6)), return_exceptions=True
    )
    (got,) = [each for each in results if isinstance(each, UUID)]
    assert sum(isinstance(each, AttachmentInUse) for each in results) == 5
    assert await owner.fetchval("select bound_id from attachment") == got


async def test_ten_belong_to_one_thing_in_their_order(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, owner: asyncpg.Connection
) -> None:
    who, school_id = cast["principal"], cast.school.id
    await fill_up(owner, cast, who, files=12)
    ids = [str(row["id"]) for row in await owner.fetch("select id from attachment order by id")]
    wanted = ids[9::-1]
    with pytest.raises(TooManyAttachments):
        await bind(resources, who, school_id, ids[:11])
    ref_id = await bind(resources, who, school_id, wanted[:4])
    await bind(resources, who, school_id, wanted, ref_id=ref_id)
    assert await bound(resources, cast, ref_id) == wanted
    with pytest.raises(TooManyAttachments):
        await bind(resources, who, school_id, ids[10:11], ref_id=ref_id)
    await rebound(resources, cast, who, ref_id, [ids[11], wanted[3], wanted[0]])
    assert await bound(resources, cast, ref_id) == [ids[11], wanted[3], wanted[0]]
    # Another editor keeps what the first has sent, and adds nothing of the first's.
    await rebound(resources, cast, cast["homeroom_teacher"], ref_id, [wanted[0]])
    with pytest.raises(NoSuchAttachment):
        await rebound(resources, cast, cast["homeroom_teacher"], ref_id, [wanted[0], ids[11]])
    await rebound(resources, cast, who, ref_id, [])
    assert await bound(resources, cast, ref_id) == []


async def bound(resources: Resources, cast: Cast, ref_id: UUID) -> list[str]:
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        found = await service.of(
            conn, school_id=cast.school.id, kind="remark", ref_ids=[ref_id, new_id()]
        )
    return [str(each.id) for each in found.get(ref_id, [])]


async def rebound(
    resources: Resources, cast: Cast, who: Person, ref_id: UUID, ids: list[str]
) -> None:
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        await service.rebind(
            conn,
            school_id=cast.school.id,
            ids=[UUID(each) for each in ids],
            kind="remark",
            ref_id=ref_id,
            account_id=who.account_id,
            now=resources.clock(),
        )


async def test_one_s_own_file_is_deleted_until_it_is_sent_with_something(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, settings: Settings, database: str
) -> None:
    who, school_id = cast["guardian"], cast.school.id
    gone, kept = [await sent(api, who, school_id) for _ in range(2)]
    await bind(resources, who, school_id, [kept["id"]])

    async def delete(person: Person, shown: dict[str, str]) -> int:
        answer = await api.delete(
            f"{FILES}/{shown['id']}", params={"school_id": school_id}, headers=person.headers
        )
        return answer.status_code

    assert await delete(cast["principal"], gone) == 404
    assert await delete(who, kept) == 404
    assert await delete(who, gone) == 204
    assert await delete(who, gone) == 404
    assert (await api.get(gone["url"])).status_code == 404
    with pytest.raises(NoSuchAttachment):
        await bind(resources, who, school_id, [gone["id"]])
    worker = await db.create_pool(database, role=db.WORKER_ROLE, size=1)
    await sweep(worker, resources.storage)
    await worker.close()
    assert {path.name for path in stored(settings)} == {
        UUID(kept["id"]).hex,
        UUID(kept["id"]).hex + "-small",
    }


async def test_what_is_sent_with_nothing_for_a_day_is_swept(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    owner: asyncpg.Connection,
    settings: Settings,
    database: str,
) -> None:
    who, school_id = cast["guardian"], cast.school.id
    kept = await sent(api, who, school_id)
    await bind(resources, who, school_id, [kept["id"]])
    fresh = await sent(api, who, school_id)
    old, gone = [await sent(api, who, school_id) for _ in range(2)]
    deleted = await api.delete(
        f"{FILES}/{gone['id']}", params={"school_id": school_id}, headers=who.headers
    )
    assert deleted.status_code == 204
    await owner.execute(
        "update attachment set unbound_since = now() - case when id = any($1::uuid[])"
        " then interval '25 hours' else interval '23 hours' end where unbound_since is not null",
        [UUID(old["id"]), UUID(gone["id"])],
    )
    worker = await db.create_pool(database, role=db.WORKER_ROLE, size=1)
    assert (await upkeep.look_after(worker))["unsent_files"] == 2
    assert (await upkeep.look_after(worker))["unsent_files"] == 0
    await sweep(worker, resources.storage)
    await worker.close()
    left = {str(row["id"]) for row in await owner.fetch("select id from attachment")}
    assert left == {kept["id"], fresh["id"]}
    assert len(stored(settings)) == 4
    with pytest.raises(NoSuchAttachment):
        await bind(resources, who, school_id, [old["id"]])
