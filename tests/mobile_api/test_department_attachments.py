"""A circular is a PDF: the department's announcements carry files, for who may read them there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app import db
from app.contact_book.attachments.urls import AttachmentUrls
from app.identity.queries import caller_of_session
from app.photos.sweep import sweep
from app.settings import Settings
from mobile_api.resources import Resources
from notifications import upkeep
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.announcing import SAID, get, publish, seen, withdraw
from tests.mobile_api.errands import Workers
from tests.mobile_api.files import PHOTO, stored
from tests.pdfs import hostile, laid_open
from tests.world import Person, World

SOON = timedelta(minutes=5)
SENT = "/v1/contact-book/department-attachments"


async def sent(
    api: httpx.AsyncClient, who: Person, data: bytes, name: str, media: str
) -> dict[str, Any]:
    answer = await api.post(
        SENT, content=data, params={"name": name}, headers=who.headers | {"Content-Type": media}
    )
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def circular(api: httpx.AsyncClient, who: Person) -> dict[str, Any]:
    return await sent(api, who, hostile(), "Công văn 12.pdf", "application/pdf")


async def drafted(
    api: httpx.AsyncClient, who: Person, files: list[str], **changes: Any
) -> httpx.Response:
    body = {"org_unit_id": 1, "title": "Phòng dịch", "attachment_ids": files} | changes
    body = {name: value for name, value in body.items() if value is not None}
    return await api.post(SAID, json=body, headers=who.headers)


@pytest.fixture
async def one(api: httpx.AsyncClient, cast: Cast, workers: Workers) -> dict[str, Any]:
    """To the first school alone, with a circular and a picture, told."""
    admin = cast["department_admin"]
    files = [await circular(api, admin), await sent(api, admin, PHOTO, "ảnh.jpg", "image/jpeg")]
    ids = [each["id"] for each in files]
    draft = await drafted(
        api, admin, ids, org_unit_id=None, school_ids=[cast.school.id], to_staff=True
    )
    assert draft.status_code == 201, draft.text
    found: dict[str, Any] = draft.json()
    assert (await publish(api, found, admin)).status_code == 200
    assert await workers.work(later=SOON) == 1
    return found


async def url_of(api: httpx.AsyncClient, one: dict[str, Any], who: Person, nth: int = 0) -> str:
    url: str = (await seen(api, one, who))["attachments"][nth]["url"]
    return url


async def address(resources: Resources, who: Person, school_id: int, file_id: str) -> str:
    """Signed for this person, whatever the API would say."""
    async with db.transaction(resources.pool, schools=[]) as conn:
        caller = await caller_of_session(conn, session_id=who.session_id, now=resources.clock())
    assert caller is not None
    urls = AttachmentUrls(resources.vault.ring, caller=caller, now=resources.clock())
    return urls.full(school_id, UUID(file_id))


async def test_a_circular_reaches_everybody_who_got_the_announcement_and_nobody_else(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    settings: Settings,
    one: dict[str, Any],
) -> None:
    own = (await seen(api, one, cast["department_admin"]))["attachments"]
    assert [(each["kind"], each["name"]) for each in own] == [
        ("pdf", "Công văn 12.pdf"), ("image", "ảnh.jpg"),
    ]  # fmt: skip
    assert (await api.get(own[0]["url"])).status_code == 200
    for name in ("guardian", "student", "principal", "homeroom_teacher", "guard"):
        shown = (await seen(api, one, cast[name]))["attachments"]
        assert [each["id"] for each in shown] == [each["id"] for each in own], name
        answer = await api.get(shown[0]["url"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert b"steal" not in laid_open(answer.content)
        assert (await api.get(shown[1]["preview_url"])).status_code == 200, name
        # The department's own address is for the department.
        assert (await api.get(await address(resources, cast[name], 0, own[0]["id"]))).is_error
    for name, school_id in (
        ("other guardian", cast.other.id),
        ("other principal", cast.other.id),
        ("other guardian", cast.school.id),
        ("other department_admin", 0),
        ("nobody", cast.school.id),
    ):
        assert (await get(api, one, cast[name])).status_code == 404, name
        url = await address(resources, cast[name], school_id, own[0]["id"])
        assert (await api.get(url)).status_code == 404, name
    # One object for a province; a picture has a small one.
    assert len(stored(settings)) == 3
    assert all(PHOTO[:64] not in path.read_bytes() for path in stored(settings))
    feed = await api.get("/v1/contact-book/feed", headers=cast["guardian"].headers)
    assert [each["has_attachments"] for each in feed.json()["items"]] == [True]


@pytest.mark.parametrize(
    "change",
    [
        "update guardianship set custody_blocked_at = now()",
        "update guardianship set can_see = false",
        "update guardianship set ended_at = now()",
        "update session set revoked_at = now()",
        "update department_announcement set withdrawn_at = now(), withdrawn_by = id",
    ],
)
async def test_a_right_withdrawn_ends_the_address_of_a_circular(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    one: dict[str, Any],
    change: str,
) -> None:
    url = await url_of(api, one, cast["guardian"])
    assert (await api.get(url)).status_code == 200
    await owner.execute(change)
    refused = await api.get(url)
    assert (refused.status_code, refused.json()["type"]) == (404, "no-such-attachment")


async def test_a_circular_s_address_ends_and_is_one_session_s(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    clock: Clock,
    owner: asyncpg.Connection,
    one: dict[str, Any],
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    mine, his = await url_of(api, one, cast["guardian"]), await url_of(api, one, father)
    assert mine != his
    await owner.execute(
        "update guardianship set can_see = false where account_id = $1", father.account_id
    )
    assert [(await api.get(each)).status_code for each in (mine, his)] == [200, 404]
    clock.now += timedelta(minutes=15)
    assert (await api.get(mine)).status_code == 404


async def test_taken_back_it_is_gone_in_the_schools_at_once_and_stays_with_the_department(
    api: httpx.AsyncClient, cast: Cast, workers: Workers, one: dict[str, Any]
) -> None:
    readers = ("guardian", "principal", "homeroom_teacher")
    urls = [await url_of(api, one, cast[name]) for name in readers]
    assert (await withdraw(api, one, cast["department_admin"])).status_code == 200
    assert [(await api.get(url)).status_code for url in urls] == [404, 404, 404]
    await workers.work(later=SOON)
    for name in readers:
        assert (await seen(api, one, cast[name]))["attachments"] == [], name
    own = await url_of(api, one, cast["department_admin"])
    assert (await api.get(own)).status_code == 200


async def test_a_draft_s_files_are_bound_changed_and_given_back(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    admin, colleague = cast["department_admin"], await world.department_admin(org_unit_id=1)
    first, second = await circular(api, admin), await circular(api, admin)
    theirs = await circular(api, colleague)
    assert (await api.get(first["url"])).status_code == 200
    # Somebody else's, a school's, one that is not there, and more than ten.
    for files, problem in (
        ([theirs["id"]], "no-such-attachment"),
        ([first["id"], "0190cafe-0000-7000-8000-000000000000"], "no-such-attachment"),
    ):
        refused = await drafted(api, admin, files)
        assert (refused.status_code, refused.json()["type"]) == (404, problem)
    draft = (await drafted(api, admin, [first["id"]])).json()
    again = await drafted(api, admin, [first["id"]])
    assert (again.status_code, again.json()["type"]) == (422, "attachment-in-use")
    # The colleague goes on with it: what is there stays, what comes is the colleague's own.
    changed = await api.patch(
        f"{SAID}/{draft['id']}",
        json={"attachment_ids": [theirs["id"], first["id"]]},
        headers=colleague.headers,
    )
    assert [each["id"] for each in changed.json()["attachments"]] == [theirs["id"], first["id"]]
    kept = await api.patch(
        f"{SAID}/{draft['id']}", json={"title": "Phòng bệnh"}, headers=admin.headers
    )
    assert len(kept.json()["attachments"]) == 2
    far = await world.department_admin(org_unit_id=2)
    assert (await get(api, draft, far)).status_code == 404
    assert (await api.delete(f"{SENT}/{first['id']}", headers=admin.headers)).status_code == 404
    assert (await api.delete(f"{SAID}/{draft['id']}", headers=admin.headers)).status_code == 204
    for one, who, status in ((first, colleague, 404), (second, admin, 204), (first, admin, 204)):
        gone = await api.delete(f"{SENT}/{one['id']}", headers=who.headers)
        assert gone.status_code == status
    left = await owner.fetch("select id from department_attachment where removed_at is null")
    assert [str(row["id"]) for row in left] == [theirs["id"]]


async def test_the_department_s_unsent_files_are_swept_after_a_day(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    owner: asyncpg.Connection,
    settings: Settings,
    database: str,
    one: dict[str, Any],
) -> None:
    old = await circular(api, cast["department_admin"])
    fresh = await circular(api, cast["department_admin"])
    await owner.execute(
        "update department_attachment set unbound_since = now() - interval '23 hours'"
        " - case when id = $1 then interval '2 hours' else interval '0' end"
        " where unbound_since is not null",
        UUID(old["id"]),
    )
    worker = await db.create_pool(database, role=db.WORKER_ROLE, size=1)
    assert (await upkeep.look_after(worker))["unsent_files"] == 1
    assert await sweep(worker, resources.storage) == 2
    await worker.close()
    assert [(await api.get(each["url"])).status_code for each in (old, fresh)] == [404, 200]
    assert len(stored(settings)) == 4
    assert await owner.fetchval("select count(*) from department_discarded_object") == 0
