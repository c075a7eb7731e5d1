"""A family asks for leave, the school decides once, and what is covered is excused."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.families import LEAVE, TODAY, TOMORROW, ask, asked, decide, listed, withdraw
from tests.notifications.news import block, inbox, titles
from tests.world import Person, World


async def covers(owner: asyncpg.Connection) -> list[Any]:
    rows = await owner.fetch("select state, covers_to, last_part from leave_request order by id")
    return [tuple(row) for row in rows]


async def audited(owner: asyncpg.Connection) -> list[str]:
    return [row["kind"] for row in await owner.fetch("select kind from audit_entry order by seq")]


async def test_a_mother_asks_the_teacher_approves_and_both_parents_hear_of_it(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    leave = await asked(api, cast, reason="  Cháu   sốt ", to_day=TOMORROW)
    assert (leave["state"], leave["reason"], leave["requested_by"]) == (
        "pending", "Cháu sốt", "Lê Thị Mẹ",
    )  # fmt: skip
    assert (leave["may_decide"], leave["may_withdraw"]) == (False, True)
    await relay.relay_due()
    (told,) = await inbox(owner, cast["homeroom_teacher"])
    assert told["kind"] == "leave_asked"
    assert told["title"] == "Đơn xin nghỉ của Nguyễn Văn An"
    assert "sốt" not in told["body"]

    (seen,) = await listed(api, cast["homeroom_teacher"], state="pending")
    assert (seen["may_decide"], seen["reason"]) == (True, "Cháu sốt")
    answer = await decide(api, leave, cast["homeroom_teacher"], reason="Chúc cháu mau khoẻ")

    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    assert answer.json()["decided_by"] == "Ông homeroom_teacher"
    await relay.relay_due()
    for parent in (cast["guardian"], father):
        (told,) = await inbox(owner, parent)
        assert told["kind"] == "leave_decided"
        assert told["title"] == "Đơn xin nghỉ của Nguyễn Văn An đã được duyệt"
    assert await covers(owner) == [("approved", date(2026, 11, 17), None)]
    assert await audited(owner) == ["leave_asked", "leave_approved"]


async def test_a_reason_is_stored_sealed_and_is_in_no_message_and_no_audit(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await asked(api, cast, reason="Thuỷ đậu nặng")
    for table in ("leave_request", "outbox", "audit_entry"):
        for row in await owner.fetch(f"select * from {table}"):
            assert "Thuỷ" not in str(dict(row))
            assert "Thuỷ".encode() not in bytes(row.get("reason_sealed") or b"")


async def test_a_rejection_is_told_to_who_asked_alone_with_the_reason(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    leave = await asked(api, cast)
    await decide(api, leave, cast["principal"], "reject", reason="Hôm ấy có bài thi")
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert "không được duyệt" in told["title"]
    assert "Hôm ấy có bài thi" in told["body"]
    assert await titles(owner, father) == []
    assert await covers(owner) == [("rejected", None, None)]


async def test_both_parents_see_what_either_asked_and_a_barred_one_sees_and_asks_nothing(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    leave = await asked(api, cast)
    (seen,) = await listed(api, father, student_id=str(cast.student.id))
    assert (seen["reason"], seen["may_withdraw"]) == ("Cháu sốt", True)
    await block(owner, father, cast.student)
    assert (await ask(api, cast, father)).status_code == 403  # no child is left
    url = f"/v1/leave-requests/{leave['id']}"
    assert (await api.get(url, headers=father.headers)).status_code == 403


async def test_a_guardian_without_the_right_reads_but_neither_asks_nor_withdraws(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast)
    aunt = await world.guardian(cast.student, name="Cô Út")
    await owner.execute(
        "update guardianship set can_request_leave = false where account_id = $1", aunt.account_id
    )
    answer = await ask(api, cast, aunt, from_day=TOMORROW, to_day=TOMORROW)
    assert (answer.status_code, answer.json()["type"]) == (403, "may-not-ask")
    (seen,) = await listed(api, aunt)
    assert seen["may_withdraw"] is False
    assert (await withdraw(api, leave, aunt)).status_code == 404


async def test_a_pupil_does_not_ask(api: httpx.AsyncClient, cast: Cast) -> None:
    assert (await ask(api, cast, cast["student"])).status_code == 403


async def test_a_family_names_one_child_of_its_own(api: httpx.AsyncClient, cast: Cast) -> None:
    for changes, status in (
        ({"student_id": str(cast.neighbour.id)}, 404),
        ({"student_id": None}, 422),
        ({"school_id": cast.school.id}, 422),
        ({"student_id": None, "school_id": cast.school.id}, 404),
    ):
        assert (await ask(api, cast, **changes)).status_code == status, changes


async def test_what_overlaps_is_refused_in_words_and_other_parts_of_a_day_are_not(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    await asked(api, cast, part="morning")
    await asked(api, cast, father, part="afternoon")
    await asked(api, cast, part="early_exit", exit_at="10:30")
    for changes in ({}, {"part": "morning"}, {"part": "early_exit", "exit_at": "09:00"}):
        refused = await ask(api, cast, father, **changes)
        assert (refused.status_code, refused.json()["type"]) == (409, "leave-overlaps"), changes
        assert "16/11/2026" in refused.json()["detail"]


async def test_what_was_taken_back_stands_in_nobodys_way_though_its_first_day_stays_excused(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    leave = await asked(api, cast, to_day=TOMORROW)
    await decide(api, leave, cast["homeroom_teacher"])
    clock.now = clock.now.replace(hour=9)
    assert (await withdraw(api, leave, cast["guardian"])).json()["covers_to"] == TODAY
    assert (await ask(api, cast, to_day=TOMORROW)).status_code == 201


async def test_two_parents_who_ask_at_once_leave_one_request(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    parents = [cast["guardian"], await world.guardian(cast.student, name="Nguyễn Văn Cha")]
    answers = await asyncio.gather(*(ask(api, cast, who) for who in parents * 3))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


async def test_five_wait_and_a_sixth_is_refused(api: httpx.AsyncClient, cast: Cast) -> None:
    for number in range(5):
        day = (date(2026, 11, 23) + timedelta(days=number)).isoformat()
        await asked(api, cast, from_day=day, to_day=day)
    refused = await ask(api, cast)
    assert (refused.status_code, refused.json()["type"]) == (409, "too-many-leaves")


async def test_of_two_who_decide_at_once_one_is_told_that_it_was_decided(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast)
    answers = await asyncio.gather(
        decide(api, leave, cast["homeroom_teacher"], "approve"),
        decide(api, leave, cast["principal"], "reject"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (late,) = [answer for answer in answers if answer.status_code == 409]
    assert late.json()["type"] == "leave-decided"
    assert "duyệt" in late.json()["detail"]
    assert len(await audited(owner)) == 2


async def test_nobody_decides_about_an_own_child(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    await world.guardian(cast.student, person=teacher, name="Cô chủ nhiệm")
    # Neither what she asked herself nor what the other parent did.
    for who, day in ((teacher, TODAY), (cast["guardian"], TOMORROW)):
        leave = await asked(api, cast, who, from_day=day, to_day=day)
        refused = await decide(api, leave, teacher)
        assert (refused.status_code, refused.json()["type"]) == (403, "own-leave")
    await relay.relay_due()
    assert len(await titles(owner, cast["principal"])) == 2
    assert await titles(owner, teacher) == []
    assert (await decide(api, leave, cast["principal"])).status_code == 200


async def test_the_class_of_now_decides_and_other_classes_see_nothing(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast)
    teacher = cast["homeroom_teacher"]
    await owner.execute(
        "update enrolment set class_id = $1 where student_id = $2",
        cast.next_class_id,
        cast.student.id,
    )
    assert await listed(api, teacher) == []
    assert (await decide(api, leave, teacher)).status_code == 404
    for role in ("subject_teacher", "guard", "accountant", "other principal"):
        assert await listed(api, cast[role]) == [], role


async def test_lists_are_by_child_class_state_and_kind_and_in_pages(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    other = await world.guardian(cast.neighbour, name="Trần Văn Cha")
    await asked(api, cast)
    await asked(api, cast, other, student_id=str(cast.neighbour.id))
    await asked(api, cast, cast["guard"], student_id=None, school_id=cast.school.id)
    principal, school = cast["principal"], cast.school.id
    assert len(await listed(api, principal, school_id=school)) == 3
    (of_class,) = await listed(api, principal, class_id=str(cast.next_class_id))
    assert of_class["person_name"] == "Trần Thị Bình"
    assert len(await listed(api, principal, kind="student")) == 2
    (of_staff,) = await listed(api, principal, kind="staff", state="pending")
    assert (of_staff["person_name"], of_staff["class_id"]) == ("Ông guard", None)
    assert await listed(api, principal, state="approved") == []
    assert await listed(api, principal, school_id=cast.other.id) == []
    page = await api.get("/v1/leave-requests?limit=2", headers=principal.headers)
    cursor = page.json()["next_cursor"]
    assert len(page.json()["items"]) == 2
    assert len(await listed(api, principal, cursor=cursor)) == 1


async def test_staff_ask_for_themselves_and_another_principal_decides(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    for_self: dict[str, Any] = {"student_id": None, "school_id": cast.school.id}
    leave = await asked(api, cast, cast["guard"], **for_self)
    assert (leave["person_kind"], leave["requested_as"]) == ("staff", "staff")
    assert (await decide(api, leave, cast["homeroom_teacher"])).status_code == 404
    await relay.relay_due()
    (told,) = await inbox(owner, cast["principal"])
    assert told["title"] == "Đơn xin nghỉ của Ông guard"
    assert (await decide(api, leave, cast["principal"])).status_code == 200
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guard"])
    assert "đã được duyệt" in told["title"]

    own = await asked(api, cast, cast["principal"], **for_self)
    assert (await decide(api, own, cast["principal"])).status_code == 403
    vice = await world.staff(cast.school, "principal", "Bà Phó")
    assert (await decide(api, own, vice)).status_code == 200


@pytest.mark.parametrize("state", ["pending", "approved"])
async def test_the_other_parent_may_withdraw_before_and_after_the_decision(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    relay: Relay,
    owner: asyncpg.Connection,
    state: str,
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    leave = await asked(api, cast, from_day=TOMORROW, to_day=TOMORROW)
    if state == "approved":
        await decide(api, leave, cast["homeroom_teacher"])
    answer = await withdraw(api, leave, father)
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert await covers(owner) == [("withdrawn", None, None)]
    await relay.relay_due()
    told = await titles(owner, cast["guardian"])
    assert any("đã được rút lại" in title for title in told) == (state == "approved")
    for again in (await withdraw(api, leave, father), await decide(api, leave, cast["principal"])):
        assert (again.status_code, again.json()["type"]) == (409, "leave-decided")
    await asked(api, cast, from_day=TOMORROW, to_day=TOMORROW)


async def test_a_withdrawal_has_no_effect_on_days_that_are_over(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast, to_day="2026-11-18")
    await decide(api, leave, cast["homeroom_teacher"])
    clock.now += timedelta(days=1)
    assert (await withdraw(api, leave, cast["guardian"])).json()["covers_to"] == TODAY
    assert await covers(owner) == [("withdrawn", date(2026, 11, 16), None)]
    later = await asked(api, cast, from_day=TOMORROW, to_day=TOMORROW)
    await decide(api, later, cast["homeroom_teacher"])
    clock.now += timedelta(days=1)
    assert (await withdraw(api, later, cast["guardian"])).json()["type"] == "leave-over"


async def test_a_withdrawal_and_an_approval_at_once_end_in_one_of_two_ways(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    leave: dict[str, Any] = await asked(api, cast, from_day=TOMORROW, to_day=TOMORROW)
    teacher: Person = cast["homeroom_teacher"]
    decided, withdrawn = await asyncio.gather(
        decide(api, leave, teacher), withdraw(api, leave, cast["guardian"])
    )
    assert withdrawn.status_code == 200
    assert decided.status_code in (200, 409)
    assert await covers(owner) == [("withdrawn", None, None)]


async def test_an_early_exit_needs_its_time_and_other_leave_has_none(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    wrong: list[dict[str, Any]] = [{"part": "early_exit"}, {"exit_at": "10:30"}]
    for changes in wrong:
        refused = await ask(api, cast, **changes)
        assert (refused.status_code, refused.json()["type"]) == (422, "bad-leave-days")
    leave = await asked(api, cast, part="early_exit", exit_at="10:30")
    assert leave["exit_at"] == "10:30:00"


async def left(api: httpx.AsyncClient, cast: Cast, clock: Clock) -> dict[str, Any]:
    """The pupil comes in the morning, and goes now."""
    gate = Gate(api, clock, cast.school, cast["guard"])
    early = clock.now.replace(hour=6, minute=50)
    await gate.results(gate.scan(cast.student.token, at=early))
    (result,) = await gate.results(gate.scan(cast.student.token, "out"))
    return result


async def test_an_approved_early_exit_is_shown_at_the_gate_and_told_as_such(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, relay: Relay, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast, part="early_exit", exit_at="10:30")
    roster = f"/v1/attendance/roster?station_id={cast.school.gate_id}"
    guard = cast["guard"]
    (entry, _) = (await api.get(roster, headers=guard.headers)).json()["entries"]
    assert "exit_slip" not in entry
    await decide(api, leave, cast["homeroom_teacher"])
    (entry, other) = (await api.get(roster, headers=guard.headers)).json()["entries"]
    assert entry["exit_slip"] == {"day": TODAY, "at": "10:30:00"}
    assert "exit_slip" not in other

    clock.now = clock.now.replace(hour=10, minute=20)
    result = await left(api, cast, clock)

    assert result["exit_slip"] == {"day": TODAY, "at": "10:30:00"}
    assert result["status"] == "left_early"
    await relay.relay_due()
    told = [item for item in await inbox(owner, cast["guardian"]) if item["kind"] == "departure"]
    assert [item["title"] for item in told] == [
        "Nguyễn Văn An đã rời trường lúc 10:20, về sớm có phép"
    ]


@pytest.mark.parametrize("what", ["too early", "withdrawn", "only asked for"])
async def test_without_a_slip_an_early_exit_is_told_as_it_is(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    relay: Relay,
    owner: asyncpg.Connection,
    what: str,
) -> None:
    leave = await asked(api, cast, part="early_exit", exit_at="10:30")
    if what != "only asked for":
        await decide(api, leave, cast["homeroom_teacher"])
    if what == "withdrawn":
        await withdraw(api, leave, cast["guardian"])
    clock.now = clock.now.replace(hour=9 if what == "too early" else 10, minute=40)
    result = await left(api, cast, clock)
    assert ("exit_slip" in result) == (what == "too early")
    await relay.relay_due()
    assert not any("có phép" in title for title in await titles(owner, cast["guardian"]))


async def test_where_nobody_of_the_school_may_decide_the_department_does_and_is_told(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    """Of the only principal, and of the only principal's child in a class without a teacher."""
    principal, admin = cast["principal"], cast["department_admin"]
    await world.guardian(cast.neighbour, person=principal, name="Thầy Hiệu trưởng")
    own = await asked(api, cast, principal, student_id=None, school_id=cast.school.id)
    child = await asked(api, cast, principal, student_id=str(cast.neighbour.id))
    await asked(api, cast)  # which the homeroom teacher decides
    for leave in (own, child):
        assert (await decide(api, leave, principal)).json()["type"] == "own-leave"
    await relay.relay_due()
    told = await inbox(owner, admin)
    assert [item["kind"] for item in told] == ["leave_asked", "leave_asked"]
    assert "Ông principal" in told[0]["title"]
    assert cast.neighbour.name not in str(told[1]["title"] + told[1]["body"])
    assert (await decide(api, own, cast["other department_admin"])).status_code == 404
    assert await titles(owner, cast["other department_admin"]) == []

    answer = await api.get(LEAVE, params={"school_id": cast.school.id}, headers=admin.headers)
    assert cast.neighbour.name not in answer.text
    seen = {item["id"]: item for item in answer.json()["items"]}
    assert seen.keys() == {own["id"], child["id"]}
    assert (seen[own["id"]]["person_name"], seen[own["id"]]["may_decide"]) == (
        "Ông principal", True,
    )  # fmt: skip
    assert seen[child["id"]]["person_id"] is None
    assert seen[child["id"]]["requested_by"] is None
    for leave in (own, child):
        answer = await decide(api, leave, admin)
        assert (answer.status_code, answer.json()["state"]) == (200, "approved")
        assert not answer.json()["may_see_paper"]
    await relay.relay_due()
    assert "đã được duyệt" in str(await titles(owner, principal))

    vice = await world.staff(cast.school, "principal", "Bà Phó")
    for leave in (own, child):
        assert (await withdraw(api, leave, principal)).status_code == 200
    await relay.relay_due()
    told = (await inbox(owner, admin))[2:]
    assert [item["kind"] for item in told] == ["leave_decided", "leave_decided"]
    assert "Ông principal" in told[0]["title"]
    assert all("đã được rút lại" in item["title"] for item in told)
    assert cast.neighbour.name not in str(told[1]["title"] + told[1]["body"])
    assert [item["student_id"] for item in told] == [None, None]
    # Who could decide now hears of it too, by name.
    assert cast.neighbour.name in str(await titles(owner, vice))
    assert await titles(owner, cast["other department_admin"]) == []


async def test_the_department_hears_nothing_of_leave_that_the_school_had_approved(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    leave = await asked(api, cast)
    await decide(api, leave, cast["homeroom_teacher"])
    await withdraw(api, leave, cast["guardian"])
    await relay.relay_due()
    assert len(await titles(owner, cast["homeroom_teacher"])) == 2
    assert await titles(owner, cast["department_admin"]) == []


async def test_with_another_principal_the_department_need_not_decide(
    api: httpx.AsyncClient, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    vice, admin = await world.staff(cast.school, "principal", "Bà Phó"), cast["department_admin"]
    own = await asked(api, cast, cast["principal"], student_id=None, school_id=cast.school.id)
    await relay.relay_due()
    assert await titles(owner, admin) == []
    assert len(await titles(owner, vice)) == 1
    assert await listed(api, admin, school_id=cast.school.id) == []
    assert (await decide(api, own, admin)).status_code == 404
