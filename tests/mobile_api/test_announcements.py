"""The life of an announcement: a draft, sent to whom it is for, and taken back."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.contact_book.announcements.fanout import do_due, due_errands, run_errand
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api import files
from tests.mobile_api.announcing import (
    SAID,
    get,
    listed,
    publish,
    read,
    seen,
    sent,
    to_class,
    withdraw,
    write,
    written,
)
from tests.mobile_api.errands import Workers
from tests.notifications.news import inbox, titles
from tests.world import Person, World


async def kinds(owner: asyncpg.Connection, person: Person) -> list[str]:
    return [item["kind"] for item in await inbox(owner, person)]


async def test_a_draft_is_its_authors_alone_and_changes_until_it_is_sent(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    one = await written(api, cast, teacher)
    assert (one["state"], one["author_title"], one["mine"]) == ("draft", "homeroom_teacher", [])
    assert one["audience"] == [{"kind": "class", "ref": str(cast.class_id), "name": "6A1"}]
    for name in ("principal", "subject_teacher", "guardian", "student", "other principal"):
        assert (await get(api, one, cast[name])).status_code == 404, name
    changed = await api.patch(
        f"{SAID}/{one['id']}",
        json={"title": "Họp cha mẹ  học sinh", "body": "  Dòng 1\r\nDòng 2 ", "is_urgent": True},
        headers=teacher.headers,
    )
    assert changed.status_code == 200, changed.text
    now = changed.json()
    assert (now["title"], now["body"]) == ("Họp cha mẹ học sinh", "Dòng 1\nDòng 2")
    assert (now["audience"], now["is_urgent"]) == (one["audience"], True)
    gone = await api.delete(f"{SAID}/{one['id']}", headers=teacher.headers)
    assert gone.status_code == 204
    assert (await get(api, one, teacher)).status_code == 404
    assert await owner.fetchval("select count(*) from outbox") == 0


async def test_it_comes_to_the_families_of_the_class_and_to_nobody_else(
    api: httpx.AsyncClient,
    cast: Cast,
    workers: Workers,
    owner: asyncpg.Connection,
    world: World,
) -> None:
    neighbour = await world.guardian(cast.neighbour, name="Trần Văn Cha")
    one = await sent(api, cast, cast["homeroom_teacher"])
    assert one["state"] == "published"
    assert one["counts"] == {"recipients": 1, "read": 0, "answered": 0}
    await workers.work()
    for name in ("guardian", "student"):
        (item,) = await inbox(owner, cast[name])
        assert (item["title"], item["body"]) == (
            "Họp phụ huynh",
            f"Ông homeroom_teacher, {cast.school.name}. Thứ bảy này, 8 giờ, tại phòng 6A1.",
        ), name
    mine = (await seen(api, one, cast["guardian"]))["mine"]
    assert [each["name"] for each in mine] == [cast.student.name]
    for name in ("principal", "homeroom_teacher"):
        assert (await seen(api, one, cast[name]))["counts"]["recipients"] == 1, name
    assert (await seen(api, one, cast["guardian"]))["counts"] is None
    for person in (neighbour, cast["subject_teacher"], cast["guard"], cast["other guardian"]):
        assert (await get(api, one, person)).status_code == 404
        assert await titles(owner, person) == []


async def test_a_family_with_two_children_is_told_once_and_sees_both(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    both = await world.guardian(cast.student, cast.neighbour, name="Bà Nội")
    one = await sent(api, cast, cast["principal"], audience=[], to_staff=True)
    await workers.work()
    assert await titles(owner, both) == ["Họp phụ huynh"]
    assert {each["name"] for each in (await seen(api, one, both))["mine"]} == {
        cast.student.name,
        cast.neighbour.name,
    }
    for name in ("guard", "accountant", "homeroom_teacher"):
        assert await kinds(owner, cast[name]) == ["announcement"], name
        (mine,) = (await seen(api, one, cast[name]))["mine"]
        assert mine["person_kind"] == "staff"
    assert await kinds(owner, cast["principal"]) == []  # who wrote it
    assert await kinds(owner, cast["display"]) == []


@pytest.mark.parametrize("name", ["homeroom_teacher", "subject_teacher"])
async def test_a_teacher_writes_to_own_classes_and_their_pupils_alone(
    api: httpx.AsyncClient, cast: Cast, name: str
) -> None:
    teacher = cast[name]
    pupil = [{"kind": "student", "ref": str(cast.student.id)}]
    assert (await write(api, cast, teacher, audience=pupil)).status_code == 201
    for audience in (
        to_class(cast.next_class_id),
        [{"kind": "student", "ref": str(cast.neighbour.id)}],
        to_class(cast.other.class_id),
    ):
        refused = await write(api, cast, teacher, audience=audience)
        assert (refused.status_code, refused.json()["type"]) == (404, "no-such-recipient")
    for audience in ([], [{"kind": "grade", "ref": "6"}]):
        refused = await write(api, cast, teacher, audience=audience)
        assert (refused.status_code, refused.json()["type"]) == (422, "bad-audience")
    assert (await write(api, cast, teacher, to_staff=True)).status_code == 422
    assert (await write(api, cast, teacher, school_id=cast.other.id)).status_code == 404


async def test_grades_people_and_groups_are_reached_and_counted_before(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    principal = cast["principal"]
    seventh = await world.school_class(cast.school, "7A1", grade=7)
    await world.student(cast.school, "Đỗ Văn Em", class_id=seventh)
    made = await api.post(
        cast.url("/groups"),
        json={"name": "Ban phụ huynh", "students": [str(cast.neighbour.id)],
              "staff": [str(cast["guard"].person_id)]},
        headers=principal.headers,
    )  # fmt: skip
    assert made.status_code == 201, made.text
    audience: list[dict[str, Any]] = [
        {"kind": "grade", "ref": "7"},
        {"kind": "group", "ref": made.json()["id"]},
        {"kind": "student", "ref": str(cast.student.id)},
    ]
    body = {
        "school_id": cast.school.id, "title": "Thử", "audience": audience, "to_staff": True,
    }  # fmt: skip
    preview = await api.post(f"{SAID}/preview", json=body, headers=principal.headers)
    assert preview.json() == {
        "pupils": 3, "accounts": 1, "without_account": 2, "staff": 1, "schools": 1,
    }  # fmt: skip
    one = await sent(api, cast, principal, audience=audience, to_staff=True)
    assert one["counts"]["recipients"] == 4


async def test_what_is_scheduled_goes_out_by_itself_and_once(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    one = await written(api, cast, cast["homeroom_teacher"])
    at = clock.now + timedelta(hours=2)
    planned = await publish(api, one, cast["homeroom_teacher"], at.isoformat())
    assert planned.json()["state"] == "scheduled"
    assert (await seen(api, one, cast["principal"]))["state"] == "scheduled"
    assert (await get(api, one, cast["guardian"])).status_code == 404
    assert await workers.work(later=timedelta(hours=1)) == 0
    done = await asyncio.gather(
        *(do_due(workers.finder, workers.resources.pool, now=at) for _ in range(2))
    )
    assert sum(done) == 1
    await workers.work(later=timedelta(hours=3))
    assert (await seen(api, one, cast["guardian"]))["state"] == "published"
    assert await titles(owner, cast["guardian"]) == ["Họp phụ huynh"]


async def test_what_is_scheduled_is_not_sent_by_who_may_not_write_any_more(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    teacher = cast["homeroom_teacher"]
    one = await written(api, cast, teacher)
    await publish(api, one, teacher, (clock.now + timedelta(hours=1)).isoformat())
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1", teacher.account_id
    )
    assert await workers.work(later=timedelta(hours=2)) == 1
    assert (await seen(api, one, cast["principal"]))["state"] == "withdrawn"
    assert await titles(owner, cast["guardian"]) == []
    assert (await get(api, one, cast["guardian"])).status_code == 404


@pytest.mark.parametrize("hours", [-1, 24 * 400])
async def test_a_time_that_is_past_or_far_is_refused(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, hours: int
) -> None:
    one = await written(api, cast, cast["principal"])
    at = (clock.now + timedelta(hours=hours)).isoformat()
    refused = await publish(api, one, cast["principal"], at)
    assert (refused.status_code, refused.json()["type"]) == (422, "bad-publish-time")


async def test_put_off_just_after_its_time_came_it_waits(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    at = clock.now + timedelta(hours=1)
    one = await written(api, cast, cast["principal"])
    await publish(api, one, cast["principal"], at.isoformat())
    clock.now = at
    (errand,) = await due_errands(workers.finder, now=at)
    later = at + timedelta(days=1)
    await publish(api, one, cast["principal"], later.isoformat())
    async with db.transaction(workers.resources.pool, schools=[cast.school.id]) as conn:
        assert not await run_errand(conn, errand=errand, now=at)
    assert (await seen(api, one, cast["principal"]))["state"] == "scheduled"
    clock.now = later
    assert await workers.work() == 1
    assert await titles(owner, cast["guardian"]) == ["Họp phụ huynh"]


async def test_a_homeroom_teacher_does_not_learn_who_else_was_written_to(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    principal = cast["principal"]
    made = await api.post(
        cast.url("/groups"),
        json={"name": "Nợ học phí", "students": [str(cast.student.id)], "staff": []},
        headers=principal.headers,
    )
    assert made.status_code == 201, made.text
    one = await sent(
        api, cast, principal, to_staff=True,
        audience=[
            {"kind": "grade", "ref": "6"},
            *to_class(cast.class_id),
            *to_class(cast.next_class_id),
            {"kind": "group", "ref": made.json()["id"]},
            {"kind": "student", "ref": str(cast.student.id)},
            {"kind": "student", "ref": str(cast.neighbour.id)},
            {"kind": "staff", "ref": str(cast["guard"].person_id)},
        ],
    )  # fmt: skip
    assert len((await seen(api, one, principal))["audience"]) == 7
    shown = (await seen(api, one, cast["homeroom_teacher"]))["audience"]
    assert [(each["kind"], each["name"]) for each in shown] == [
        ("class", "6A1"), ("grade", "6"), ("student", cast.student.name),
    ]  # fmt: skip


async def test_what_is_taken_back_stays_with_its_reason_and_replaces_the_news(
    api: httpx.AsyncClient,
    cast: Cast,
    workers: Workers,
    owner: asyncpg.Connection,
    world: World,
) -> None:
    one = await sent(api, cast, cast["homeroom_teacher"])
    await workers.work()
    late = await world.guardian(cast.student, name="Bố đến sau")
    assert (await withdraw(api, one, cast["subject_teacher"])).status_code == 404
    gone = await withdraw(api, one, cast["principal"])
    assert gone.json()["state"] == "withdrawn"
    again = await withdraw(api, one, cast["principal"])
    assert (again.status_code, again.json()["type"]) == (409, "withdrawn")
    await workers.work()
    first, second = await inbox(owner, cast["guardian"])
    assert second["title"] == "Đã thu hồi: Họp phụ huynh"
    assert second["body"].endswith("Lý do: Gửi nhầm lớp")
    assert second["screen_id"] == first["id"]
    assert await titles(owner, late) == []  # was not told of it
    family = await seen(api, one, cast["guardian"])
    assert (family["state"], family["title"], family["body"]) == ("withdrawn", one["title"], "")
    assert family["withdrawn_reason"] == "Gửi nhầm lớp"
    assert (await seen(api, one, cast["homeroom_teacher"]))["body"] == one["body"]


async def test_a_block_or_a_right_that_ends_acts_on_the_next_request(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    one = await sent(api, cast, cast["homeroom_teacher"])
    family = cast["guardian"]
    assert (await read(api, one, family)).status_code == 204
    await owner.execute(
        "update guardianship set custody_blocked_at = now() where account_id = $1",
        family.account_id,
    )
    assert (await get(api, one, family)).status_code == 404
    assert (await read(api, one, family)).status_code == 404


async def test_after_a_move_the_family_reads_what_was_sent_until_then(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, owner: asyncpg.Connection
) -> None:
    before = await sent(api, cast, cast["homeroom_teacher"], answer_kind="yes_no")
    after = await sent(api, cast, cast["homeroom_teacher"])
    await owner.execute(
        "update announcement_recipient set published_at = published_at + interval '3 days'"
        " where announcement_id = $1",
        after["id"],
    )
    await owner.execute(
        "update guardianship set ended_at = $2, told_until = $3 where account_id = $1",
        cast["guardian"].account_id,
        clock.now,
        clock.now.date(),
    )
    found = await seen(api, before, cast["guardian"])
    assert [each["may_answer"] for each in found["mine"]] == [False]
    assert (await get(api, after, cast["guardian"])).status_code == 404
    # Whom the school has taken the right from reads nothing any more.
    await owner.execute("update guardianship set told_until = null")
    assert (await get(api, before, cast["guardian"])).status_code == 404


async def test_markup_stays_text_and_long_text_is_refused(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    title = "<b>Họp</b> & 'liên hoan' 🎉"
    body = "<script>alert(1)</script> =1+1 e\u0302\u0301"
    one = await written(api, cast, cast["principal"], title=title, body=body)
    assert (one["title"], one["body"]) == (title, "<script>alert(1)</script> =1+1 ế")
    assert (await write(api, cast, cast["principal"], body="x" * 100_000)).status_code == 400
    assert (await write(api, cast, cast["principal"], title="a\x00b")).status_code == 400


async def test_the_list_is_searched_without_diacritics_and_shows_what_is_the_readers(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    meeting = await sent(api, cast, cast["principal"])
    trip = await sent(
        api,
        cast,
        cast["principal"],
        title="Tham quan Đại Nội",
        audience=to_class(cast.next_class_id),
    )
    draft = await written(api, cast, cast["principal"], title="Nháp")
    own = await written(api, cast, cast["homeroom_teacher"], title="Của cô")
    ids = [each["id"] for each in await listed(api, cast["principal"])]
    assert ids == [draft["id"], trip["id"], meeting["id"]]
    found = await listed(api, cast["principal"], q="dai noi", school_id=cast.school.id)
    assert [each["id"] for each in found] == [trip["id"]]
    teacher = await listed(api, cast["homeroom_teacher"])
    assert [each["id"] for each in teacher] == [own["id"], meeting["id"]]
    assert await listed(api, cast["subject_teacher"]) == []
    published = await listed(api, cast["principal"], state="published")
    assert len(published) == 2


async def test_a_teacher_who_has_lost_the_class_since_reaches_nobody(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    one = await written(api, cast, cast["homeroom_teacher"])
    await owner.execute(
        "update school_class set homeroom_staff_id = null where id = $1", cast.class_id
    )
    refused = await publish(api, one, cast["homeroom_teacher"])
    assert (refused.status_code, refused.json()["type"]) == (422, "nobody-to-tell")
    assert (await seen(api, one, cast["homeroom_teacher"]))["state"] == "draft"
    assert await owner.fetchval("select count(*) from outbox") == 0


async def test_files_change_with_a_draft_and_leave_it(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    first, second = [
        (await files.sent(api, teacher, cast.school.id, name=name))["id"]
        for name in ("một.jpg", "hai.jpg")
    ]
    one = await written(api, cast, teacher, attachment_ids=[first])
    url = f"{SAID}/{one['id']}"
    changed = await api.patch(url, json={"attachment_ids": [second]}, headers=teacher.headers)
    assert [each["id"] for each in changed.json()["attachments"]] == [second]
    kept = await api.patch(url, json={"title": "Tham quan"}, headers=teacher.headers)
    assert [each["name"] for each in kept.json()["attachments"]] == ["hai.jpg"]
    assert (await api.delete(url, headers=teacher.headers)).status_code == 204
    bound = await owner.fetchval("select count(*) from attachment where bound_id is not null")
    assert bound == 0
