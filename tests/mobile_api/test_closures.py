"""A storm closes a school, a ward or the province: at once, and everybody hears of it once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.closures.fanout import due_errands, fan_out_due, run_errand
from app.attendance.closures.service import STAGGER_S
from app.attendance.queries import plan
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import HANOI, Clock
from tests.gate import Gate
from tests.mobile_api.cut_off import ALERT, CUT_OFF, beat, class_of, come, run_now, states, told
from tests.mobile_api.errands import Workers, open_workers
from tests.mobile_api.families import asked, decide
from tests.notifications.news import inbox, titles
from tests.world import Person, World

TODAY, TOMORROW, LATER = "2026-11-16", "2026-11-17", "2026-11-18"


@pytest.fixture
async def workers(database: str, resources: Resources, clock: Clock) -> AsyncIterator[Workers]:
    later = timedelta(minutes=10)
    async with open_workers(database, resources, clock, fan_out_due, later=later) as opened:
        yield opened


async def close(
    api: httpx.AsyncClient, who: Person, *, days: tuple[str, str] = (TODAY, TOMORROW), **place: int
) -> httpx.Response:
    body = {"from_day": days[0], "to_day": days[1], "kind": "storm", "reason": "Bão số 7"} | place
    return await api.post("/v1/closures", json=body, headers=who.headers)


async def closed(api: httpx.AsyncClient, who: Person, **more: Any) -> dict[str, Any]:
    response = await close(api, who, **more)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def end(
    api: httpx.AsyncClient, closure: dict[str, Any], who: Person, opens_on: str | None = None
) -> httpx.Response:
    url = f"/v1/closures/{closure['id']}/end"
    return await api.post(url, json={"opens_on": opens_on}, headers=who.headers)


async def held_on(resources: Resources, school_id: int, day: str) -> int:
    """How many shifts the school holds that day, by its plan as a scan would read it."""
    async with db.transaction(resources.pool, schools=[school_id]) as conn:
        now = await plan(conn, school_id=school_id)
    return len(now.shifts_on(date.fromisoformat(day), list(now.shifts)))


async def versions(owner: asyncpg.Connection) -> dict[int, int]:
    rows = await owner.fetch("select id, plan_version from school")
    return {row["id"]: row["plan_version"] for row in rows}


async def kinds(owner: asyncpg.Connection, person: Person) -> list[str]:
    return [item["kind"] for item in await inbox(owner, person)]


async def test_the_department_closes_all_schools_below_in_one_action_and_no_other(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, owner: asyncpg.Connection
) -> None:
    before = await versions(owner)
    closure = await closed(api, cast["department_admin"], org_unit_id=1)
    assert (closure["place"], closure["schools"], closure["told_schools"]) == ("Sở", 2, 0)
    for school in (cast.school, cast.other):
        assert await held_on(resources, school.id, TODAY) == 0
        assert await held_on(resources, school.id, TOMORROW) == 0
        assert await held_on(resources, school.id, LATER) == 1
    after = await versions(owner)
    (far,) = after.keys() - {cast.school.id, cast.other.id}
    assert await held_on(resources, far, TODAY) == 1
    moved = {school_id for school_id in after if after[school_id] > before[school_id]}
    assert moved == {cast.school.id, cast.other.id}


async def test_a_ward_is_closed_and_the_schools_beside_it_are_not(
    api: httpx.AsyncClient, cast: Cast, world: World, resources: Resources
) -> None:
    await world.org_unit(unit_id=7, parent_id=1)
    inside = await world.school(org_unit_id=7)
    await closed(api, cast["department_admin"], org_unit_id=7)
    assert await held_on(resources, inside.id, TODAY) == 0
    assert await held_on(resources, cast.school.id, TODAY) == 1


async def test_families_staff_and_pupils_hear_of_it_once(
    api: httpx.AsyncClient, cast: Cast, world: World, workers: Workers, owner: asyncpg.Connection
) -> None:
    # One family, children in two of the schools.
    both = await world.guardian(cast.student, cast.stranger, name="Bà Nội")
    await closed(api, cast["department_admin"], org_unit_id=1)
    assert await workers.work() == 2
    for name in ("guardian", "other guardian", "student", "principal", "guard", "other accountant"):
        (item,) = await inbox(owner, cast[name])
        assert item["title"] == "Sở cho nghỉ học từ 16/11/2026 đến 17/11/2026", name
        assert item["body"] == "Vì mưa bão. Lý do: Bão số 7"
    assert await kinds(owner, both) == ["closure"]
    assert await kinds(owner, cast["department_admin"]) == []
    assert await kinds(owner, cast["nobody"]) == []
    assert await kinds(owner, cast["display"]) == []
    assert await workers.work() == 0


async def test_who_may_not_hear_of_the_child_hears_nothing_of_the_school(
    api: httpx.AsyncClient, cast: Cast, world: World, workers: Workers, owner: asyncpg.Connection
) -> None:
    blocked = await world.guardian(cast.student, name="Nguyễn Văn Xa")
    deaf = await world.guardian(cast.student, name="Ông Ngoại")
    await owner.execute(
        "update guardianship set custody_blocked_at = now() where account_id = $1",
        blocked.account_id,
    )
    await owner.execute(
        "update guardianship set is_told = false where account_id = $1", deaf.account_id
    )
    await closed(api, cast["principal"], school_id=cast.school.id)
    await workers.work()
    assert await titles(owner, blocked) == await titles(owner, deaf) == []
    assert await titles(owner, cast["guardian"]) == [
        f"{cast.school.name} cho nghỉ học từ 16/11/2026 đến 17/11/2026"
    ]


async def test_a_principal_closes_the_own_school_alone(api: httpx.AsyncClient, cast: Cast) -> None:
    principal = cast["principal"]
    assert (await close(api, principal, school_id=cast.other.id)).status_code == 404
    assert (await close(api, principal, org_unit_id=1)).status_code == 404
    assert (await close(api, principal)).status_code == 422
    assert (await close(api, principal, school_id=cast.school.id, org_unit_id=1)).status_code == 422
    own = await closed(api, principal, school_id=cast.school.id)
    again = await close(api, principal, school_id=cast.school.id)
    assert (again.status_code, again.json()["type"]) == (409, "already-closed")
    above = await closed(api, cast["department_admin"], org_unit_id=1)
    refused = await end(api, above, principal, TODAY)
    assert (refused.status_code, refused.json()["type"]) == (403, "not-your-closure")
    listed = (await api.get("/v1/closures", headers=principal.headers)).json()["items"]
    assert [(item["id"], item["may_end"]) for item in listed] == [
        (above["id"], False), (own["id"], True),
    ]  # fmt: skip
    family = (await api.get("/v1/closures", headers=cast["other guardian"].headers)).json()
    assert [item["id"] for item in family["items"]] == [above["id"]]


@pytest.mark.parametrize(
    "days",
    [(TOMORROW, TODAY), ("2026-11-01", TODAY), ("2027-03-01", "2027-03-01"), (TODAY, "2026-12-20")],
)
async def test_days_out_of_bounds_are_refused_in_both_languages(
    api: httpx.AsyncClient, cast: Cast, days: tuple[str, str]
) -> None:
    refused = await close(api, cast["principal"], days=days, school_id=cast.school.id)
    assert (refused.status_code, refused.json()["type"]) == (422, "bad-closure-days")
    assert refused.json()["detail"]


async def test_on_a_closed_day_nobody_is_missed_and_a_scan_is_told_all_the_same(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    resources: Resources,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    await closed(api, cast["department_admin"], org_unit_id=1)
    gate = Gate(api, clock, cast.school, cast["guard"])
    await beat(gate)
    await come(gate, [cast.student])
    clock.now = ALERT + timedelta(minutes=1)
    await run_now(resources)
    await workers.work()
    assert sorted(await kinds(owner, cast["guardian"])) == ["arrival", "closure"]
    assert await owner.fetchval("select count(*) from absence_case") == 0
    assert await states(owner) == {}


async def absent(
    api: httpx.AsyncClient, cast: Cast, world: World, clock: Clock, resources: Resources
) -> Gate:
    """The pupil alone is missing, and the family has been told."""
    gate = Gate(api, clock, cast.school, cast["guard"])
    others = await class_of(world, cast.school, 9)
    clock.now = CUT_OFF - timedelta(minutes=40)
    await beat(gate)
    await come(gate, others)
    neighbours = [cast.neighbour]
    await come(gate, neighbours)
    clock.now = ALERT + timedelta(seconds=1)
    await beat(gate)
    await run_now(resources)
    return gate


async def test_a_closure_after_the_alerts_takes_them_back_with_one_message(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    clock: Clock,
    resources: Resources,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    await absent(api, cast, world, clock, resources)
    assert await told(owner) == [cast.student.id]
    assert (await states(owner))[cast.student.id] == "absent_unexcused"
    await workers.work()
    (alert,) = await inbox(owner, cast["guardian"])

    clock.now = datetime(2026, 11, 16, 8, 0, tzinfo=HANOI)
    await closed(api, cast["principal"], school_id=cast.school.id)
    assert await workers.work() == 1

    now = await states(owner)
    assert cast.student.id not in now
    assert now[cast.neighbour.id] == "present"
    items = await inbox(owner, cast["guardian"])
    assert sorted(item["kind"] for item in items) == ["absence", "closure", "correction"]
    (correction,) = [item for item in items if item["kind"] == "correction"]
    assert correction["data"]["replaces"] == str(alert["id"])


async def test_a_school_that_opens_again_is_told_once_and_its_days_are_as_before(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    resources: Resources,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    closure = await closed(api, cast["department_admin"], org_unit_id=1, days=(TODAY, LATER))
    await workers.work()
    clock.now += timedelta(hours=10)
    ended = await end(api, closure, cast["department_admin"])
    assert (ended.status_code, ended.json()["closed_to"]) == (200, TODAY)
    assert await held_on(resources, cast.school.id, TODAY) == 0
    assert await held_on(resources, cast.school.id, TOMORROW) == 1
    assert await workers.work() == 2
    assert (await titles(owner, cast["guardian"]))[1:] == [
        f"{cast.school.name} đi học lại từ ngày 17/11/2026"
    ]
    again = await end(api, closure, cast["department_admin"])
    assert (again.status_code, again.json()["type"]) == (409, "closure-over")


async def test_before_six_it_opens_today_and_what_has_not_begun_never_does(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, resources: Resources, workers: Workers
) -> None:
    closure = await closed(api, cast["principal"], school_id=cast.school.id)
    clock.now = clock.now.replace(hour=5, minute=59) + timedelta(days=1)
    assert (await end(api, closure, cast["principal"])).json()["closed_to"] == TODAY
    assert await held_on(resources, cast.school.id, TOMORROW) == 1

    coming = await closed(
        api, cast["principal"], school_id=cast.school.id, days=("2026-11-20", "2026-11-21")
    )
    assert (await end(api, coming, cast["principal"])).json()["closed_to"] == "2026-11-19"
    assert await held_on(resources, cast.school.id, "2026-11-20") == 1
    # Of the first what was left of it, since its end came first; of the second nothing.
    assert await workers.work() == 1


async def test_what_was_ended_before_it_was_told_is_told_to_nobody(
    api: httpx.AsyncClient, cast: Cast, workers: Workers, owner: asyncpg.Connection
) -> None:
    by_mistake = await closed(api, cast["department_admin"], org_unit_id=1)
    await end(api, by_mistake, cast["department_admin"], TODAY)
    assert await workers.work() == 0
    assert await owner.fetchval("select count(*) from inbox_item") == 0


async def test_of_two_closures_the_end_of_one_opens_only_what_the_other_leaves_open(
    api: httpx.AsyncClient,
    cast: Cast,
    resources: Resources,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    own = await closed(api, cast["principal"], school_id=cast.school.id)
    await workers.work()
    above = await closed(api, cast["department_admin"], org_unit_id=1)
    await workers.work()
    # The days were told with the first; the other school hears of the second.
    assert await kinds(owner, cast["guardian"]) == ["closure"]
    assert await kinds(owner, cast["other guardian"]) == ["closure"]
    await end(api, above, cast["department_admin"], TODAY)
    await workers.work()
    assert await held_on(resources, cast.school.id, TODAY) == 0
    assert await held_on(resources, cast.other.id, TODAY) == 1
    assert await kinds(owner, cast["guardian"]) == ["closure"]
    assert await kinds(owner, cast["other guardian"]) == ["closure", "closure_ended"]
    await end(api, own, cast["principal"], TODAY)
    await workers.work()
    assert await held_on(resources, cast.school.id, TODAY) == 1
    assert await kinds(owner, cast["guardian"]) == ["closure", "closure_ended"]


async def test_a_day_of_leave_is_excused_again_when_the_school_opens_again(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    clock: Clock,
    resources: Resources,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    leave = await asked(api, cast)
    await decide(api, leave, cast["homeroom_teacher"])
    await absent(api, cast, world, clock, resources)
    assert (await states(owner))[cast.student.id] == "absent_excused"
    closure = await closed(api, cast["principal"], school_id=cast.school.id)
    await workers.work()
    assert cast.student.id not in await states(owner)
    await end(api, closure, cast["principal"], TODAY)
    await workers.work()
    assert (await states(owner))[cast.student.id] == "absent_excused"
    assert await told(owner, "correction") == []


async def test_many_workers_and_one_that_dies_tell_everybody_once(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    resources: Resources,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    await closed(api, cast["department_admin"], org_unit_id=1)
    later = clock() + timedelta(minutes=10)
    (first, *_) = await due_errands(workers.finder, now=later)
    # It dies when all is written and nothing committed.
    async with resources.pool.acquire() as dying:
        transaction = dying.transaction()
        await transaction.start()
        await db.scope(dying, schools=[first.school_id])
        assert await run_errand(dying, errand=first, now=later)
        # While it holds the school the others do the rest.
        assert await fan_out_due(workers.finder, resources.pool, now=later) == 1
        await transaction.rollback()
    # The schools are told one after the other: arrivals find their way between.
    due = await owner.fetch("select due_at from closure_fanout order by due_at")
    assert due[1]["due_at"] - due[0]["due_at"] == timedelta(seconds=STAGGER_S)
    done = await asyncio.gather(
        *(fan_out_due(workers.finder, resources.pool, now=later) for _ in range(4))
    )
    assert sum(done) == 1
    told_rows = await owner.fetch(
        "select account_id, count(*) from outbox where kind = 'closure' group by 1"
    )
    assert len(told_rows) > 10
    assert {row["count"] for row in told_rows} == {1}
    assert (
        await owner.fetchval("select count(*) from audit_entry where kind = 'closure_declared'")
        == 2
    )


async def test_a_school_that_fails_holds_up_no_other(
    api: httpx.AsyncClient, cast: Cast, workers: Workers, owner: asyncpg.Connection
) -> None:
    await closed(api, cast["department_admin"], org_unit_id=1)
    # An errand of nothing: whatever else could go wrong in one school.
    await owner.execute(
        "update closure_fanout set closure_id = gen_random_uuid() where school_id = $1",
        cast.school.id,
    )
    assert await workers.work() == 1
    broken = await owner.fetchrow("select * from closure_fanout where done_at is null")
    assert broken is not None
    assert (broken["school_id"], broken["attempts"]) == (cast.school.id, 1)
    assert await kinds(owner, cast["other guardian"]) == ["closure"]


async def test_a_closure_whose_days_are_past_rings_no_phone(
    api: httpx.AsyncClient, cast: Cast, workers: Workers, clock: Clock, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into push_token (account_id, device_id, kind, token, platform, locale)"
        " select account_id, device_id, 'fcm', 'token', 'android', 'vi'"
        " from session where account_id = $1",
        cast["guardian"].account_id,
    )
    yesterday = (clock.now.date() - timedelta(days=1)).isoformat()
    for days, pushed in (((yesterday, yesterday), 0), ((TOMORROW, TOMORROW), 1)):
        await closed(api, cast["principal"], days=days, school_id=cast.school.id)
        await workers.work()
        assert await owner.fetchval("select count(*) from delivery") == pushed
    assert await kinds(owner, cast["guardian"]) == ["closure", "closure"]
