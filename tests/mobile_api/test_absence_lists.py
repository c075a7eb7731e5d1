"""What the school sees of absence, whom it may call, and the rules it sets."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from mobile_api.resources import Resources
from tests.gate import Gate, minutes
from tests.mobile_api.cut_off import (
    ALERT,
    CUT_OFF,
    DAY,
    beat,
    class_of,
    come,
    decide,
    excuse,
    morning,
    run_now,
    told,
)
from tests.notifications.news import block
from tests.world import Person, School, Student, World


@pytest.fixture
async def pupils(world: World, school: School) -> list[Student]:
    return await class_of(world, school, 10)


@pytest.fixture
async def teacher(world: World, school: School) -> Person:
    return await world.staff(school, "homeroom_teacher")


async def get(
    api: httpx.AsyncClient, school: School, path: str, who: Person, *, en: bool = False
) -> Any:
    headers = who.headers | ({"Accept-Language": "en"} if en else {})
    answer = await api.get(f"/v1/schools/{school.id}/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_day_shows_runs_cases_and_doubts_in_words(
    gate: Gate, pupils: list[Student], principal: Person, resources: Resources
) -> None:
    await morning(gate, pupils, but=3)
    await run_now(resources)
    await come(gate, pupils[:1])
    await decide(gate.api, gate.school, principal, "release", [pupils[1].id])

    shown = await get(gate.api, gate.school, f"absences/{DAY}", principal)
    waiting = await get(gate.api, gate.school, f"absences/{DAY}?waiting=true", principal, en=True)

    (run,) = shown["runs"]
    assert (run["shift_name"], run["enrolled"], run["missing"], run["held"]) == (
        "Ca sáng",
        10,
        3,
        3,
    )
    assert [each["code"] for each in run["doubts"]] == ["school_share"]
    assert [
        (each["student_id"], each["state"], each["decision"], each["told_at"] is None)
        for each in shown["items"]
    ] == [
        (str(pupils[0].id), "late", None, True),
        (str(pupils[1].id), "absent_unexcused", "release", False),
        (str(pupils[2].id), "not_scanned", None, True),
    ]
    assert shown["items"][0]["doubts"][0]["words"] == "Quá nhiều học sinh toàn trường chưa quét"
    assert shown["items"][1]["decided_by"] == "Phạm Thị Trưởng"
    assert [each["student_id"] for each in waiting["items"]] == [
        str(pupils[0].id),
        str(pupils[2].id),
    ]
    assert "whole school" in waiting["items"][0]["doubts"][0]["words"]


async def test_a_page_of_cases_follows_the_other(
    gate: Gate, pupils: list[Student], principal: Person, resources: Resources
) -> None:
    await morning(gate, pupils, but=7)
    await run_now(resources)
    seen: list[str] = []
    cursor = ""
    while True:
        page = await get(gate.api, gate.school, f"absences/{DAY}?limit=3{cursor}", principal)
        seen += [each["student_id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [str(pupil.id) for pupil in pupils[:7]]


async def test_a_homeroom_teacher_sees_the_own_class_alone(
    gate: Gate, pupils: list[Student], teacher: Person, resources: Resources, world: World
) -> None:
    other = await world.school_class(gate.school, "6A2")
    stranger = await world.student(gate.school, "Em Lạ", class_id=other)
    await morning(gate, pupils)
    await run_now(resources)

    shown = await get(gate.api, gate.school, f"absences/{DAY}", teacher)
    missing = await get(gate.api, gate.school, "missing", teacher)
    refused = await gate.api.get(
        f"/v1/schools/{gate.school.id}/missing?class_id={other}", headers=teacher.headers
    )

    assert [each["student_id"] for each in shown["items"]] == [str(pupils[0].id)]
    assert [each["student_id"] for each in missing["items"]] == [str(pupils[0].id)]
    assert refused.status_code == 404
    assert str(stranger.id) not in str(shown)


async def test_the_missing_are_those_not_here_with_whom_to_call(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
    world: World,
) -> None:
    await world.guardian(pupils[0], name="Lê Thị Mẹ")
    blocked = await world.guardian(pupils[0], name="Trần Văn Cha")
    await owner.execute(
        "update guardianship set custody_blocked_at = now() where account_id = $1",
        blocked.account_id,
    )
    await excuse(owner, pupils[1], "day")
    gate.clock.now = CUT_OFF - minutes(180)
    assert (await get(gate.api, gate.school, "missing", principal))["items"] == []
    await morning(gate, pupils, but=2)

    (before,) = (await get(gate.api, gate.school, "missing", principal))["items"]
    await run_now(resources)
    (after,) = (await get(gate.api, gate.school, "missing", principal))["items"]

    assert (before["student_id"], before["told_at"]) == (str(pupils[0].id), None)
    assert [each["name"] for each in before["guardians"]] == ["Lê Thị Mẹ"]
    assert "phone" not in str(before)
    assert after["told_at"] is not None


async def call(
    api: httpx.AsyncClient, school: School, student_id: UUID, guardian_id: Any, who: Person
) -> httpx.Response:
    return await api.post(
        f"/v1/schools/{school.id}/students/{student_id}/calls",
        json={"guardian_id": str(guardian_id)},
        headers=who.headers,
    )


async def test_a_number_is_shown_to_who_may_call_and_each_look_is_put_down(
    gate: Gate,
    pupils: list[Student],
    teacher: Person,
    owner: asyncpg.Connection,
    world: World,
) -> None:
    mother = await world.guardian(pupils[0])
    guardian_id = await owner.fetchval("select id from guardian")
    other = await world.school_class(gate.school, "6A2")
    stranger = await world.student(gate.school, class_id=other)

    shown = [await call(gate.api, gate.school, pupils[0].id, guardian_id, teacher) for _ in "ab"]
    wrong_child = await call(gate.api, gate.school, pupils[1].id, guardian_id, teacher)
    wrong_class = await call(gate.api, gate.school, stranger.id, guardian_id, teacher)

    assert [answer.json() for answer in shown] == [{"phone": mother.phone}] * 2
    assert (wrong_child.status_code, wrong_class.status_code) == (404, 404)
    rows = await owner.fetch("select student_id, guardian_id, called_by from call_log")
    assert [tuple(row) for row in rows] == [(pupils[0].id, guardian_id, teacher.account_id)] * 2
    kinds = await owner.fetch("select kind, subject_id from audit_entry")
    assert [tuple(row) for row in kinds] == [("call", pupils[0].id)] * 2
    await owner.execute("update guardianship set custody_blocked_at = now()")
    answer = await call(gate.api, gate.school, pupils[0].id, guardian_id, teacher)
    assert answer.status_code == 404


async def test_a_teacher_whom_a_court_keeps_from_the_child_learns_no_number(
    gate: Gate,
    pupils: list[Student],
    teacher: Person,
    owner: asyncpg.Connection,
    world: World,
) -> None:
    await world.guardian(pupils[0])
    guardian_id = await owner.fetchval("select id from guardian")
    await world.guardian(pupils[0], person=teacher)
    assert (await call(gate.api, gate.school, pupils[0].id, guardian_id, teacher)).is_success
    await block(owner, teacher, pupils[0])
    answer = await call(gate.api, gate.school, pupils[0].id, guardian_id, teacher)
    assert (answer.status_code, answer.json()["type"]) == (404, "no-such-pupil")


async def test_the_rules_are_the_schools_to_set(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    rules = await get(gate.api, gate.school, "attendance-rules", principal)
    assert rules == {
        "alert_after_min": 15,
        "class_share": 0.3,
        "school_share": 0.15,
        "sms_budget_a_day": 100,
        "past_month_needs_two": True,
    }
    changed = rules | {"alert_after_min": 5, "school_share": 0.25}
    url = f"/v1/schools/{gate.school.id}/attendance-rules"
    answer = await gate.api.put(url, json=changed, headers=principal.headers)
    assert answer.json() == changed
    wrong = await gate.api.put(url, json=changed | {"class_share": 0}, headers=principal.headers)
    assert wrong.status_code == 400
    await morning(gate, pupils, but=2)
    gate.clock.now = ALERT - minutes(10)
    await beat(gate)

    (run,) = (await run_now(resources)).runs

    assert (run.told, run.held) == (2, 0)
    assert len(await told(owner)) == 2
    detail = await owner.fetchval("select detail from audit_entry where kind = 'attendance_rules'")
    assert detail == {"alert_after_min": [15, 5], "school_share": [0.15, 0.25]}


async def test_the_board_tells_leave_absent_and_held_apart(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    def counts(board: dict[str, Any]) -> tuple[int, ...]:
        names = ("enrolled", "arrived", "on_leave", "missing", "absent", "held")
        return tuple(board["totals"][name] for name in names)

    await excuse(owner, pupils[0], "day")
    await morning(gate, pupils, but=3)
    before = await get(gate.api, gate.school, "monitor/today", principal)
    await run_now(resources)
    after = await get(gate.api, gate.school, "monitor/today", principal)
    await decide(gate.api, gate.school, principal, "release", [pupils[1].id])
    released = await get(gate.api, gate.school, "monitor/today", principal)

    assert counts(before) == (10, 7, 1, 2, 0, 0)
    assert counts(after) == (10, 7, 1, 2, 0, 2)
    assert counts(released) == (10, 7, 1, 2, 1, 1)
