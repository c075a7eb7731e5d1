"""An address of a file asks again at each look: the session, the right, the file."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from app import db
from app.contact_book.attachments.owners import MAY_SEE
from app.identity.model import Caller
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.files import address, bind, sent
from tests.world import World


@pytest.fixture
def owned(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What files are bound to is for the family of the cast's pupil and for the principal."""

    async def may_see(conn: db.Conn, *, caller: Caller, school_id: int, ref_id: UUID) -> bool:
        is_family = any(child.student_id == cast.student.id for child in caller.children)
        return is_family or school_id in caller.schools_as("principal")

    monkeypatch.setitem(MAY_SEE, "remark", may_see)


@pytest.fixture
async def ref_id(api: httpx.AsyncClient, cast: Cast, resources: Resources, owned: None) -> UUID:
    """Something with a photo of the homeroom teacher's."""
    shown = await sent(api, cast["homeroom_teacher"], cast.school.id)
    return await bind(resources, cast["homeroom_teacher"], cast.school.id, [shown["id"]])


async def test_who_may_see_the_owner_sees_the_file_and_nobody_else(
    api: httpx.AsyncClient, cast: Cast, world: World, resources: Resources, ref_id: UUID
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    cast.people["father"] = father
    for who, status in (
        ("guardian", 200),
        ("father", 200),
        ("principal", 200),
        ("homeroom_teacher", 404),  # who sent it sees it by the owner's rule alone
        ("other guardian", 404),
        ("other principal", 404),
        ("guard", 404),
        ("nobody", 404),
    ):
        url = await address(resources, cast[who], cast.school.id, ref_id)
        assert (await api.get(url)).status_code == status, who


async def test_until_it_is_sent_a_file_is_its_sender_s_alone(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, owned: None
) -> None:
    shown = await sent(api, cast["homeroom_teacher"], cast.school.id)
    assert (await api.get(shown["url"])).status_code == 200
    ref_id = await bind(resources, cast["homeroom_teacher"], cast.school.id, [shown["id"]])
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    assert (await api.get(url)).status_code == 200
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        await conn.execute(
            "update attachment set bound_kind = null, bound_id = null, unbound_since = now()"
        )
    assert (await api.get(url)).status_code == 404
    assert (await api.get(shown["url"])).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        "update guardianship set custody_blocked_at = now()",
        "update guardianship set can_see = false",
        "update guardianship set ended_at = now()",
        "update session set revoked_at = now()",
        "update account set disabled_at = now()",
        "update device set revoked_at = now()",
        "update attachment set bound_kind = 'homework'",
    ],
)
async def test_a_right_withdrawn_after_the_address_was_made_ends_it(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    owner: asyncpg.Connection,
    ref_id: UUID,
    change: str,
) -> None:
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    assert (await api.get(url)).status_code == 200
    await owner.execute(change)
    refused = await api.get(url)
    assert (refused.status_code, refused.json()["type"]) == (404, "no-such-attachment")


async def test_an_address_ends_within_a_quarter_of_an_hour(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, clock: Clock, ref_id: UUID
) -> None:
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    clock.now += timedelta(minutes=9, seconds=59)
    answer = await api.get(url)
    assert answer.status_code == 200
    assert int(answer.headers["cache-control"].removeprefix("private, max-age=")) <= 300
    clock.now += timedelta(minutes=5, seconds=1)
    refused = await api.get(url)
    assert (refused.status_code, refused.json()["type"]) == (404, "no-such-attachment")
    # Who may still see it is given another.
    assert (await address(resources, cast["guardian"], cast.school.id, ref_id)) != url


async def test_an_address_is_the_same_for_a_while_and_each_session_s_own(
    cast: Cast, resources: Resources, clock: Clock, world: World, ref_id: UUID
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    clock.now = clock.now.replace(minute=50, second=0)
    first = await address(resources, cast["guardian"], cast.school.id, ref_id)
    clock.now += timedelta(minutes=4)
    assert await address(resources, cast["guardian"], cast.school.id, ref_id) == first
    assert await address(resources, father, cast.school.id, ref_id) != first


async def test_an_address_that_was_changed_is_none(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, ref_id: UUID
) -> None:
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    assert (await api.get(url)).status_code == 200
    start = len("/v1/contact-book/files/")
    for at in range(start, len(url), 3):
        other = "B" if url[at] != "B" else "C"
        assert (await api.get(url[:at] + other + url[at + 1 :])).status_code == 404, at
    for form in (url[:-1], url + "A", url[:start] + "." * 79):
        assert (await api.get(form)).status_code in (400, 404)


async def test_a_storage_that_lost_the_file_is_no_fault_of_the_reader_s(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    ref_id: UUID,
    owner: asyncpg.Connection,
) -> None:
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    await resources.storage.delete(await owner.fetchval("select object_key from attachment"))
    assert (await api.get(url)).status_code == 404


async def test_a_file_put_under_another_s_key_does_not_open(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    ref_id: UUID,
    owner: asyncpg.Connection,
) -> None:
    """Who can write into the storage cannot show one family another's file."""
    await sent(api, cast["guardian"], cast.school.id)
    keys = [r["object_key"] for r in await owner.fetch("select object_key from attachment")]
    mine = await owner.fetchval("select object_key from attachment where bound_id is not null")
    (other,) = [key for key in keys if key != mine]
    await resources.storage.put(
        mine, await resources.storage.get(other), content_type="application/octet-stream"
    )
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    refused = await api.get(url)
    assert (refused.status_code, refused.json()["type"]) == (404, "attachment-damaged")


async def test_what_the_storage_has_lost_or_changed_is_said_and_logged(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    ref_id: UUID,
    owner: asyncpg.Connection,
) -> None:
    key = await owner.fetchval("select object_key from attachment where bound_id is not null")
    url = await address(resources, cast["guardian"], cast.school.id, ref_id)
    sealed = await resources.storage.get(key)
    media = "application/octet-stream"
    with capture_logs() as logs:
        for spoilt in (sealed[:-1], sealed[:40] + b"!" + sealed[41:], b"\x09", b""):
            await resources.storage.put(key, spoilt, content_type=media)
            refused = await api.get(url)
            assert (refused.status_code, refused.json()["type"]) == (404, "attachment-damaged")
        await resources.storage.delete(key)
        refused = await api.get(url)
        assert (refused.status_code, refused.json()["type"]) == (404, "attachment-lost")
    told = [each for each in logs if each["event"].startswith("attachments.")]
    assert [each["event"] for each in told] == ["attachments.damaged"] * 4 + ["attachments.lost"]
    assert {each["log_level"] for each in told} == {"error"}
    assert {UUID(each["attachment_id"]).hex for each in told} == {key.rsplit("/", 1)[1]}
    await resources.storage.put(key, sealed, content_type=media)
    assert (await api.get(url)).status_code == 200
