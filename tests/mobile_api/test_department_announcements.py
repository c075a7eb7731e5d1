"""The department says something to its schools: each is told by the workers, and it sees sums."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app.contact_book.announcements.fanout import do_due
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.announcing import (
    SAID,
    answer,
    answers,
    get,
    listed,
    publish,
    remind,
    seen,
    withdraw,
)
from tests.mobile_api.errands import Workers
from tests.notifications.news import inbox, titles
from tests.patience import until_waiting
from tests.world import Person, World

SOON = timedelta(minutes=5)


async def said(
    api: httpx.AsyncClient, who: Person, *, publishes: bool = True, **changes: Any
) -> dict[str, Any]:
    body = {"org_unit_id": 1, "title": "Phòng dịch", "body": "Rửa tay."} | changes
    body = {name: value for name, value in body.items() if value is not None}
    made = await api.post(SAID, json=body, headers=who.headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    if publishes:
        done = await publish(api, found, who)
        assert done.status_code == 200, done.text
        found = done.json()
    return found


async def test_it_comes_to_all_schools_below_and_a_family_in_two_is_told_once(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    both = await world.guardian(cast.student, cast.stranger, name="Bà Nội")
    one = await said(api, cast["department_admin"], answer_kind="acknowledge")
    assert (one["state"], one["author_title"], one["counts"]["recipients"]) == (
        "published", "department", 0,
    )  # fmt: skip
    assert await workers.work(later=SOON) == 2
    assert await workers.work(later=SOON) == 0
    assert await titles(owner, both) == ["Phòng dịch"]
    assert [item["body"] for item in await inbox(owner, both)] == ["Sở. Rửa tay."]
    assert await titles(owner, cast["guard"]) == []
    mine = (await seen(api, one, both))["mine"]
    assert {each["school_id"] for each in mine} == {cast.school.id, cast.other.id}
    # Each child's school gets the answer for that child.
    child = {"student_id": str(cast.stranger.id)}
    assert (await answer(api, one, both, "ok", **child)).status_code == 200
    sums = await answers(api, one, cast["department_admin"])
    assert (sums["items"], sums["classes"]) == ([], [])
    counted = {
        each["school_id"]: (each["recipients"], each["answered"]) for each in sums["schools"]
    }
    assert counted == {cast.school.id: (2, 0), cast.other.id: (1, 1)}
    assert sums["by_answer"] == [{"answer": "ok", "count": 1}]
    for name in (cast.student.name, cast.stranger.name):
        assert name not in str(sums)


async def test_principals_alone_or_schools_by_name(
    api: httpx.AsyncClient, cast: Cast, workers: Workers, owner: asyncpg.Connection
) -> None:
    await said(
        api, cast["department_admin"], org_unit_id=None, school_ids=[cast.other.id],
        to_families=False, to_leaders=True,
    )  # fmt: skip
    await workers.work(later=SOON)
    assert await titles(owner, cast["other principal"]) == ["Phòng dịch"]
    for name in ("principal", "other guard", "other guardian"):
        assert await titles(owner, cast[name]) == [], name


async def test_a_school_sees_it_and_does_not_take_it_back(
    api: httpx.AsyncClient, cast: Cast, workers: Workers
) -> None:
    one = await said(api, cast["department_admin"], answer_kind="yes_no")
    await workers.work(later=SOON)
    principal = cast["principal"]
    shown = await seen(api, one, principal)
    assert (shown["author_name"], shown["may_withdraw"], shown["may_edit"]) == ("Sở", False, False)
    assert (await withdraw(api, one, principal)).status_code == 404
    assert [each["name"] for each in (await answers(api, one, principal))["items"]] == [
        cast.student.name, cast.neighbour.name,
    ]  # fmt: skip
    assert [each["id"] for each in await listed(api, principal)] == [one["id"]]


async def test_another_department_and_others_schools_are_out_of_reach(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    one = await said(api, cast["department_admin"])
    far = cast["other department_admin"]
    assert (await get(api, one, far)).status_code == 404
    assert (await withdraw(api, one, far)).status_code == 404
    assert (await remind(api, one, far)).status_code == 404
    assert await listed(api, far) == []
    for place in (
        {"org_unit_id": 1},
        {"school_ids": [cast.school.id]},
        {"school_id": cast.school.id},
    ):
        body = {"title": "Thử"} | place
        refused = await api.post(SAID, json=body, headers=far.headers)
        assert refused.status_code == 404, place
    mixed = {"title": "Thử", "org_unit_id": 1, "school_id": cast.school.id}
    refused = await api.post(SAID, json=mixed, headers=cast["department_admin"].headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "one-place")
    assert (await get(api, one, cast["guardian"])).status_code == 404  # nobody was told yet


async def test_taken_back_in_the_middle_the_told_hear_of_it_and_the_others_of_nothing(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    admin = cast["department_admin"]
    one = await said(api, admin)
    # The second school is due a quarter of a second after the first.
    assert await do_due(workers.finder, workers.resources.pool, now=clock.now) == 1
    gone = await withdraw(api, one, admin)
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert await workers.work(later=SOON) == 1
    assert await titles(owner, cast["guardian"]) == ["Phòng dịch", "Đã thu hồi: Phòng dịch"]
    assert await titles(owner, cast["other guardian"]) == []
    assert (await seen(api, one, cast["guardian"]))["state"] == "withdrawn"
    assert (await get(api, one, cast["other guardian"])).status_code == 404
    assert (await withdraw(api, one, admin)).status_code == 409


async def test_a_school_that_lies_elsewhere_since_hears_that_it_was_taken_back(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    admin = cast["department_admin"]
    one = await said(api, admin)
    assert await workers.work(later=SOON) == 2
    await owner.execute("update school set org_unit_id = 2 where id = $1", cast.other.id)
    gone = await withdraw(api, one, admin)
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert await workers.work(later=SOON) == 2
    for name in ("guardian", "other guardian"):
        assert (await seen(api, one, cast[name]))["state"] == "withdrawn", name
        assert await titles(owner, cast[name]) == ["Phòng dịch", "Đã thu hồi: Phòng dịch"], name


async def test_two_who_change_a_draft_at_once_both_do(
    api: httpx.AsyncClient, other_api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    admin = cast["department_admin"]
    one = await said(api, admin, publishes=False)
    url = f"{SAID}/{one['id']}"
    hold = owner.transaction()
    await hold.start()
    await owner.execute("select from department_announcement for no key update")
    changes = [
        asyncio.create_task(each.patch(url, json=change, headers=admin.headers))
        for each, change in ((api, {"title": "Mới"}), (other_api, {"body": "Đeo khẩu trang."}))
    ]
    await until_waiting(owner, 2)
    await hold.commit()
    assert [each.status_code for each in await asyncio.gather(*changes)] == [200, 200]
    now = (await api.get(url, headers=admin.headers)).json()
    assert (now["title"], now["body"]) == ("Mới", "Đeo khẩu trang.")


async def test_two_workers_at_once_tell_nobody_twice(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    await said(api, cast["department_admin"], to_staff=True)
    done = await asyncio.gather(
        *(do_due(workers.finder, workers.resources.pool, now=clock.now + SOON) for _ in range(3))
    )
    assert sum(done) == 2
    rows = await owner.fetch(
        "select student_id, account_id, count(*) as n from outbox group by 1, 2"
    )
    assert {row["n"] for row in rows} == {1}


async def test_it_is_scheduled_changed_as_a_draft_and_reminded_of(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    admin = cast["department_admin"]
    one = await said(api, admin, publishes=False, answer_kind="yes_no")
    changed = await api.patch(
        f"{SAID}/{one['id']}", json={"title": "Tiêm chủng"}, headers=admin.headers
    )
    assert (changed.json()["title"], changed.json()["body"]) == ("Tiêm chủng", "Rửa tay.")
    at = clock.now + timedelta(hours=1)
    assert (await publish(api, one, admin, at.isoformat())).json()["state"] == "scheduled"
    assert (await publish(api, one, admin)).status_code == 409
    assert await workers.work(later=timedelta(minutes=30)) == 0
    clock.now = at + SOON
    assert await workers.work() == 2
    await answer(api, one, cast["guardian"], "yes")
    reminded = await remind(api, one, admin)
    assert (reminded.status_code, reminded.json()) == (200, {"people": 2})
    assert (await remind(api, one, admin)).status_code == 409
    await workers.work(later=SOON)
    assert await titles(owner, cast["guardian"]) == ["Tiêm chủng"]
    assert await titles(owner, cast["other guardian"]) == ["Tiêm chủng", "Xin trả lời: Tiêm chủng"]


async def test_the_preview_counts_over_all_schools(api: httpx.AsyncClient, cast: Cast) -> None:
    body = {"org_unit_id": 1, "title": "Thử", "to_staff": True}
    found = await api.post(f"{SAID}/preview", json=body, headers=cast["department_admin"].headers)
    assert found.json() == {
        "pupils": 3, "accounts": 2, "without_account": 1, "staff": 10, "schools": 2,
    }  # fmt: skip


async def test_a_draft_is_thrown_away(api: httpx.AsyncClient, cast: Cast) -> None:
    admin = cast["department_admin"]
    one = await said(api, admin, publishes=False)
    gone = await api.delete(f"{SAID}/{one['id']}", headers=admin.headers)
    assert gone.status_code == 204
    assert await listed(api, admin) == []


async def test_sent_again_under_its_key_it_goes_out_once(
    api: httpx.AsyncClient, cast: Cast, workers: Workers, owner: asyncpg.Connection
) -> None:
    admin = cast["department_admin"]
    one = await said(api, admin, publishes=False)
    headers = admin.headers | {"Idempotency-Key": "gui-1"}
    url = f"{SAID}/{one['id']}/publish"
    first = await api.post(url, json={}, headers=headers)
    again = await api.post(url, json={}, headers=admin.headers | {"Idempotency-Key": "gui-1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    await workers.work(later=SOON)
    assert await titles(owner, cast["guardian"]) == ["Phòng dịch"]
