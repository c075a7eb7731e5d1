"""Leave for days of a past month takes two people, as a correction of them does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.rebuild import rebuild
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.cast import Cast, gather
from tests.conftest import HANOI, Clock
from tests.mobile_api.families import LEAVE, asked, decide, listed, withdraw
from tests.notifications.news import inbox, titles
from tests.world import Person, World

NOVEMBER, DECEMBER = date(2026, 11, 30), date(2026, 12, 1)


@pytest.fixture
async def cast(world: World, clock: Clock) -> Cast:
    clock.now = datetime(2026, 12, 1, 6, tzinfo=HANOI)
    return await gather(world)


@pytest.fixture(autouse=True)
async def nothing_differs(cast: Cast, resources: Resources) -> AsyncIterator[None]:
    yield
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        assert not await rebuild(
            conn, school_id=cast.school.id, from_day=NOVEMBER, to_day=DECEMBER, check=True
        )


async def of_november(api: httpx.AsyncClient, cast: Cast, **changes: Any) -> dict[str, Any]:
    day = NOVEMBER.isoformat()
    return await asked(api, cast, **{"from_day": day, "to_day": day} | changes)


async def excused(owner: asyncpg.Connection) -> bool:
    found: bool = await owner.fetchval(
        "select exists (select from attendance_day where day = $1 and state = 'absent_excused')",
        NOVEMBER,
    )
    return found


async def get(api: httpx.AsyncClient, leave: dict[str, Any], who: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"{LEAVE}/{leave['id']}", headers=who.headers)).json()
    return found


async def test_a_teacher_approves_first_and_a_principal_second(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    teacher, principal, mother = cast["homeroom_teacher"], cast["principal"], cast["guardian"]
    leave = await of_november(api, cast)
    first = await decide(api, leave, teacher, reason="Chúc cháu mau khoẻ")
    assert (first.status_code, first.json()["state"]) == (200, "pending")
    assert first.json()["approved_first_by"] == "Ông homeroom_teacher"
    assert not first.json()["may_decide"]
    assert not await excused(owner)
    seen = await get(api, leave, mother)
    assert (seen["state"], seen["approved_first_by"], seen["decision_reason"]) == (
        "pending", None, None,
    )  # fmt: skip
    await relay.relay_due()
    assert len(await titles(owner, mother)) == 0
    (told,) = await inbox(owner, principal)
    assert (told["kind"], told["title"]) == ("leave_asked", "Đơn xin nghỉ của Nguyễn Văn An")
    assert await titles(owner, cast["department_admin"]) == []

    for decision in ("approve", "reject"):
        again = await decide(api, leave, teacher, decision)
        assert (again.status_code, again.json()["type"]) == (403, "second-person-decides")
    assert (await get(api, leave, principal))["may_decide"]
    second = await decide(api, leave, principal)
    assert (second.status_code, second.json()["state"]) == (200, "approved")
    assert (second.json()["decided_by"], second.json()["approved_first_by"]) == (
        "Ông principal", "Ông homeroom_teacher",
    )  # fmt: skip
    assert await excused(owner)
    await relay.relay_due()
    (told,) = await inbox(owner, mother)
    assert "Lời nhắn: Chúc cháu mau khoẻ" in told["body"]
    assert "đã được duyệt" in (await titles(owner, teacher))[-1]
    kinds = [row["kind"] for row in await owner.fetch("select kind from audit_entry order by seq")]
    assert kinds == ["leave_asked", "leave_approved_first", "leave_approved"]


async def test_the_days_of_this_month_do_not_wait_for_the_second_person(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave = await of_november(api, cast, to_day=DECEMBER.isoformat())
    answer = await decide(api, leave, cast["homeroom_teacher"])
    assert (answer.json()["state"], answer.json()["from_day"]) == (
        "approved", DECEMBER.isoformat(),
    )  # fmt: skip
    (waiting,) = await listed(api, cast["principal"], state="pending")
    assert (waiting["from_day"], waiting["to_day"]) == (NOVEMBER.isoformat(),) * 2
    assert (waiting["reason"], waiting["approved_first_by"]) == (
        "Cháu sốt", "Ông homeroom_teacher",
    )  # fmt: skip
    assert not await excused(owner)
    assert (await decide(api, waiting, cast["principal"])).json()["state"] == "approved"
    assert await excused(owner)


async def test_what_waits_for_the_second_person_is_rejected_or_withdrawn(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    leave = await of_november(api, cast)
    await decide(api, leave, cast["homeroom_teacher"], reason="Tôi đồng ý")
    refused = await decide(api, leave, cast["principal"], "reject", reason="Em có trong lớp")
    assert refused.json()["state"] == "rejected"
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert "Lý do: Em có trong lớp" in told["body"]
    assert "không được duyệt" in (await titles(owner, cast["homeroom_teacher"]))[-1]
    other = await of_november(api, cast)
    await decide(api, other, cast["homeroom_teacher"])
    assert (await withdraw(api, other, cast["guardian"])).json()["state"] == "withdrawn"
    assert not await excused(owner)


async def test_a_school_may_trust_one_person(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into attendance_rules (school_id, past_month_needs_two, updated_by, updated_at)"
        " values ($1, false, $2, now())",
        cast.school.id,
        cast["principal"].account_id,
    )
    leave = await of_november(api, cast)
    assert (await decide(api, leave, cast["homeroom_teacher"])).json()["state"] == "approved"
    assert await excused(owner)


async def test_where_no_other_principal_is_the_department_is_the_second_and_reads_no_name(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection, world: World
) -> None:
    admin, principal = cast["department_admin"], cast["principal"]
    leave = await of_november(api, cast)
    assert (await decide(api, leave, admin)).status_code == 404
    await decide(api, leave, principal)
    own = await decide(api, leave, principal)
    assert (own.status_code, own.json()["type"]) == (403, "second-person-decides")
    await relay.relay_due()
    (told,) = await inbox(owner, admin)
    assert cast.student.name not in str(told)
    assert (await decide(api, leave, cast["other department_admin"])).status_code == 404
    (seen,) = await listed(api, admin, school_id=cast.school.id)
    assert (seen["person_name"], seen["may_decide"]) == ("", True)
    assert seen["approved_first_by"] == "Ông principal"

    vice = await world.staff(cast.school, "principal", "Bà Phó")
    assert await listed(api, admin, school_id=cast.school.id) == []
    assert (await get(api, leave, vice))["may_decide"]
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1", vice.account_id
    )
    assert (await decide(api, leave, admin)).json()["state"] == "approved"
    assert await excused(owner)


async def test_two_who_approve_at_once_are_first_and_second(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave = await of_november(api, cast)
    both = await asyncio.gather(
        decide(api, leave, cast["homeroom_teacher"]), decide(api, leave, cast["principal"])
    )
    found = await get(api, leave, cast["principal"])
    # Where the principal was faster, the teacher is no second person.
    if found["state"] == "pending":
        assert sorted(each.status_code for each in both) == [200, 403]
        assert not await excused(owner)
    else:
        assert [each.status_code for each in both] == [200, 200]
        assert found["approved_first_by"] == "Ông homeroom_teacher"


async def test_staff_and_this_month_take_one_person(api: httpx.AsyncClient, cast: Cast) -> None:
    day = DECEMBER.isoformat()
    leave = await asked(api, cast, from_day=day, to_day=day)
    assert (await decide(api, leave, cast["homeroom_teacher"])).json()["state"] == "approved"
    before = NOVEMBER.isoformat()
    of_staff = await asked(
        api, cast, cast["guard"], student_id=None, school_id=cast.school.id,
        from_day=before, to_day=before,
    )  # fmt: skip
    assert (await decide(api, of_staff, cast["principal"])).json()["state"] == "approved"
