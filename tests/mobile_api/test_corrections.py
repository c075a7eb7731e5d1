"""A day is set right by the school, and who had been told otherwise hears once what it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import asyncpg
import httpx
import pytest

from app import audit, db
from app.attendance.rebuild import rebuild
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.app.attendance.decided import told_absent
from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.mobile_api.correcting import DAY, correct, decide, heard, listed, post, state
from tests.notifications.news import block, inbox, titles
from tests.world import World

LAST_MONTH = date(2026, 10, 16)


@pytest.fixture
async def cast(world: World, clock: Clock) -> Cast:
    clock.now = clock.now.replace(hour=9)
    return await gather(world)


@pytest.fixture
def gate(api: httpx.AsyncClient, cast: Cast, clock: Clock) -> Gate:
    return Gate(api, clock, cast.school, cast["guard"])


@pytest.fixture(autouse=True)
async def nothing_differs(cast: Cast, resources: Resources, clock: Clock) -> AsyncIterator[None]:
    """After each test all days are what all facts say, and the audit holds."""
    yield
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        for day in (DAY, LAST_MONTH):
            assert not await rebuild(
                conn, school_id=cast.school.id, from_day=day, to_day=day, check=True
            )
        assert (await audit.verify(conn, school_id=cast.school.id))[1] is None


async def test_a_wrong_absence_is_set_right_and_the_family_hears_it_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay, clock: Clock
) -> None:
    await told_absent(owner, cast.school, cast.student, DAY)
    found = await correct(api, cast, state="late", late_minutes=12)
    assert (found["status"], found["before"], found["after"]) == (
        "effective",
        {"state": "absent_unexcused", "late_minutes": 0},
        {"state": "late", "late_minutes": 12},
    )
    assert (found["asked_by"], found["decided_by"]) == ("Ông homeroom_teacher",) * 2
    assert await state(owner, cast) == ("late", 12)
    clock.now += minutes(1)
    await correct(api, cast, state="late", late_minutes=12)
    assert await heard(owner, relay, cast["guardian"]) == [
        ("absence", None, None),
        ("correction", "late", 0),
    ]


async def test_who_was_told_nothing_is_told_of_an_absence_alone(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay, gate: Gate
) -> None:
    await correct(api, cast)
    await correct(api, cast, state="absent_excused")
    assert await heard(owner, relay, cast["guardian"]) == []
    await correct(api, cast, state="absent_unexcused")
    assert await state(owner, cast) == ("absent_unexcused", 0)
    assert await heard(owner, relay, cast["guardian"]) == [("absence", None, None)]
    gate.clock.now += minutes(5)
    assert await gate.outcome(cast.student.token) == "late"
    assert await state(owner, cast) == ("late", 177)
    assert (await heard(owner, relay, cast["guardian"]))[1:] == [("arrival_late", None, 0)]


async def test_a_child_who_was_scanned_by_mistake_is_absent_until_a_scan_says_otherwise(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay, gate: Gate
) -> None:
    gate.clock.now = gate.clock.now.replace(hour=6, minute=50)
    await gate.outcome(cast.student.token)
    gate.clock.now += minutes(30)
    await correct(api, cast, state="absent_unexcused")
    gate.clock.now += minutes(30)
    # It repeats a recorded scan, and says all the same that the child is there.
    assert await gate.outcome(cast.student.token) == "duplicate"
    assert await state(owner, cast) == ("present", 0)
    assert await heard(owner, relay, cast["guardian"]) == [
        ("arrival", None, None),
        ("correction", "absent_unexcused", 0),
        ("correction", "present", 1),
    ]


async def test_a_scan_heard_after_the_correction_adds_that_the_child_has_left(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, gate: Gate, clock: Clock
) -> None:
    await told_absent(owner, cast.school, cast.student, DAY)
    await correct(api, cast)
    clock.now += minutes(5)
    # A late-synced arrival changes no state that a person has set.
    late = gate.scan(cast.student.token, at=clock.now.replace(hour=7, minute=20))
    await gate.results(late)
    assert await state(owner, cast) == ("present", 0)
    clock.now = clock.now.replace(hour=10)
    out = gate.scan(cast.student.token, "out")
    await gate.results(out)
    assert await state(owner, cast) == ("left_early", 0)
    undone = await api.post(
        f"/v1/attendance/scans/{out['event_id']}/undo", headers=gate.who.headers
    )
    assert undone.json()["status"] == "present"
    assert await state(owner, cast) == ("present", 0)


async def test_an_undone_arrival_says_again_what_it_replaced(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay, gate: Gate
) -> None:
    await told_absent(owner, cast.school, cast.student, DAY)
    for _ in range(2):
        gate.clock.now += minutes(2)
        scan = gate.scan(cast.student.token)
        await gate.results(scan)
        undone = await api.post(
            f"/v1/attendance/scans/{scan['event_id']}/undo", headers=gate.who.headers
        )
        assert undone.json()["status"] == "absent_unexcused"
    assert await heard(owner, relay, cast["guardian"]) == [
        ("absence", None, None),
        ("arrival_late", None, 0),
        ("correction", "absent_unexcused", 1),
        ("arrival_late", None, 2),
        ("correction", "absent_unexcused", 3),
    ]


async def test_the_homeroom_teacher_corrects_today_and_the_own_class_and_nobody_an_own_child(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    yesterday = (DAY - timedelta(days=2)).isoformat()
    for who, changes, expected in (
        ("homeroom_teacher", {"day": yesterday}, (403, "only-today")),
        ("homeroom_teacher", {"student_id": str(cast.neighbour.id)}, (404, "no-such-pupil")),
        ("other principal", {}, (404, "no-such-pupil")),
        ("guard", {}, (403, "not-your-role")),
        ("principal", {"day": yesterday}, (201, None)),
    ):
        answer = await post(api, cast, cast[who], **changes)
        assert (answer.status_code, answer.json().get("type")) == expected, answer.text
    await world.guardian(cast.student, person=teacher)
    answer = await post(api, cast, teacher)
    assert (answer.status_code, answer.json()["type"]) == (403, "own-child")
    await block(owner, teacher, cast.student)
    answer = await post(api, cast, teacher)
    assert (answer.status_code, answer.json()["type"]) == (403, "own-child"), "nor against a court"


async def test_the_second_person_is_not_of_the_family_either(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    """Where nobody else leads the school, the department decides."""
    vice = await world.staff(cast.school, "principal", "Bà phó")
    await world.guardian(cast.student, person=vice)
    asked = await correct(api, cast, "principal", day=LAST_MONTH.isoformat())
    assert [each["may_decide"] for each in await listed(api, cast, vice)] == [False]
    own = await decide(api, asked, vice)
    assert (own.status_code, own.json()["type"]) == (403, "own-child")
    far = await decide(api, asked, cast["department_admin"])
    assert far.status_code == 200, far.text


async def test_who_leads_the_class_reads_in_the_register_who_corrected_a_day_and_why(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    await correct(api, cast, state="absent_excused", reason="Em ốm")
    clock.now += minutes(1)
    await correct(api, cast, "principal", state="late", late_minutes=5, reason="Em đến muộn")
    url = cast.url(f"/attendance/{DAY.isoformat()}")
    for who, expected in (
        ("homeroom_teacher", ("Ông principal", "Em đến muộn")),
        ("principal", ("Ông principal", "Em đến muộn")),
        ("subject_teacher", None),
    ):
        answer = await api.get(url, params={"limit": 200}, headers=cast[who].headers)
        rows = {row["student_id"]: row["shifts"] for row in answer.json()["items"]}
        (morning,) = (
            each
            for each in rows[str(cast.student.id)]
            if each["shift_id"] == str(cast.school.morning_id)
        )
        assert morning["state"] == "late"
        if expected is None:
            assert not {"corrected_by", "correction_reason"} & morning.keys()
        else:
            assert (morning["corrected_by"], morning["correction_reason"]) == expected
        # Of whom nobody has said anything nothing is said.
        others = [
            each for id_, shifts in rows.items() if id_ != str(cast.student.id) for each in shifts
        ]
        assert not any("corrected_by" in each for each in others)
    family = await api.get(
        f"/v1/students/{cast.student.id}/attendance", headers=cast["guardian"].headers
    )
    assert "corrected_by" not in family.text


async def test_bad_input_is_refused_in_words(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    for changes, slug in (
        ({"day": "2026-11-17"}, "bad-correction-day"),
        ({"day": "2026-11-15"}, "no-such-shift-that-day"),  # a Sunday
        ({"day": "2021-03-01"}, "no-such-shift-that-day"),
        ({"state": "late"}, "bad-late-minutes"),
        ({"late_minutes": 5}, "bad-late-minutes"),
        ({"shift_id": str(cast.other.morning_id)}, "no-such-shift-that-day"),
        ({"dispute_id": str(cast.student.id)}, "dispute-of-another-day"),
    ):
        answer = await post(api, cast, cast["principal"], **changes)
        assert (answer.status_code, answer.json()["type"]) == (422, slug), answer.text
        assert answer.json()["title"]
    for changes in ({"state": "left_early"}, {"reason": " "}, {"late_minutes": -1}):
        assert (await post(api, cast, cast["principal"], **changes)).status_code == 400
    assert await owner.fetchval("select count(*) from attendance_correction") == 0


async def test_a_past_month_takes_two_people(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay, world: World
) -> None:
    vice = await world.staff(cast.school, "principal", "Bà phó")
    await told_absent(owner, cast.school, cast.student, LAST_MONTH)
    asked = await correct(api, cast, "principal", day=LAST_MONTH.isoformat())
    assert (asked["status"], asked["after"], asked["may_decide"]) == ("pending", None, False)
    again = await post(api, cast, vice, day=LAST_MONTH.isoformat())
    assert (again.status_code, again.json()["type"]) == (409, "correction-waits")
    own = await decide(api, asked, cast["principal"])
    assert (own.status_code, own.json()["type"]) == (403, "second-person-needed")
    assert await state(owner, cast, LAST_MONTH) == ("absent_unexcused", 0)
    (waiting,) = await listed(api, cast, vice, state="pending")
    assert (waiting["id"], waiting["may_decide"], waiting["asked_by"]) == (
        asked["id"],
        True,
        "Ông principal",
    )
    # The department need not, as long as there is somebody else in the school.
    far = await decide(api, asked, cast["department_admin"])
    assert (far.status_code, far.json()["type"]) == (404, "no-such-correction")

    assert [kind for kind, _, _ in await heard(owner, relay, vice)] == ["correction_asked"]
    assert cast.student.name in str(await titles(owner, vice))
    for who in ("principal", "homeroom_teacher", "department_admin", "other principal"):
        assert await heard(owner, relay, cast[who]) == []

    both = await asyncio.gather(decide(api, asked, vice), decide(api, asked, vice))
    assert sorted(each.status_code for each in both) == [200, 409]
    assert await state(owner, cast, LAST_MONTH) == ("present", 0)
    assert await heard(owner, relay, cast["guardian"]) == [
        ("absence", None, None),
        ("correction", "present", 0),
    ]
    (told,) = await inbox(owner, cast["principal"])
    assert (told["kind"], told["data"]["decision"]) == ("correction_decided", "approved")
    assert len(await inbox(owner, vice)) == 1
    assert await listed(api, cast, vice, state="pending") == []
    (done,) = await listed(api, cast, cast["homeroom_teacher"], day=LAST_MONTH.isoformat())
    assert (done["asked_by"], done["decided_by"]) == ("Ông principal", "Bà phó")
    kinds = await owner.fetch("select kind from audit_entry order by seq")
    assert [row["kind"] for row in kinds] == ["correction_asked", "correction"]


async def test_a_month_is_past_from_its_last_midnight_on_unless_the_school_trusts_one_person(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, clock: Clock
) -> None:
    last_day, status = date(2026, 11, 30), []
    midnight = datetime(2026, 12, 1, tzinfo=clock.now.tzinfo)
    for clock.now in (midnight - timedelta(seconds=1), midnight):
        found = await correct(api, cast, "principal", day=last_day.isoformat())
        status.append(found["status"])
    assert status == ["effective", "pending"]
    await owner.execute("delete from correction_request")
    await owner.execute(
        "insert into attendance_rules (school_id, past_month_needs_two, updated_by, updated_at)"
        " values ($1, false, $2, now())",
        cast.school.id,
        cast["principal"].account_id,
    )
    assert (await correct(api, cast, "principal", day=last_day.isoformat()))["after"] == {
        "state": "present",
        "late_minutes": 0,
    }


async def test_of_a_school_with_one_principal_the_department_decides_and_sees_no_name(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay
) -> None:
    asked = await correct(api, cast, "principal", day=LAST_MONTH.isoformat())
    await correct(api, cast, "principal")
    sees = await api.get(
        "/v1/attendance/corrections",
        params={"school_id": cast.school.id},
        headers=cast["department_admin"].headers,
    )
    (seen,) = sees.json()["items"]
    assert (seen["id"], seen["may_decide"], seen["student_name"]) == (asked["id"], True, None)
    assert cast.student.name not in sees.text
    await heard(owner, relay, cast["department_admin"])
    (told,) = await inbox(owner, cast["department_admin"])
    assert (told["kind"], told["student_id"]) == ("correction_asked", None)
    assert cast.student.name not in str(told)
    assert await titles(owner, cast["other department_admin"]) == []
    elsewhere = await decide(api, asked, cast["other department_admin"])
    assert elsewhere.status_code == 404
    decided = await decide(api, asked, cast["department_admin"], "reject")
    assert (decided.status_code, decided.json()["status"]) == (200, "rejected")
    assert await state(owner, cast, LAST_MONTH) is None
    await heard(owner, relay, cast["principal"])
    (told,) = await inbox(owner, cast["principal"])
    assert "không được duyệt" in told["title"]


async def test_an_upheld_dispute_with_its_correction_is_one_message_for_each(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, relay: Relay, world: World
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Bố")
    await told_absent(owner, cast.school, cast.student, DAY)
    dispute = (
        await api.post(
            "/v1/attendance/disputes",
            json={"student_id": str(cast.student.id), "day": DAY.isoformat(), "kind": "was_there"},
            headers=cast["guardian"].headers,
        )
    ).json()
    await correct(api, cast, dispute_id=dispute["id"])
    assert await heard(owner, relay, cast["guardian"]) == [
        ("absence", None, None),
        ("dispute_answered", None, 0),
    ]
    assert await heard(owner, relay, father) == [
        ("absence", None, None),
        ("correction", "present", 0),
    ]
    again = await api.post(
        cast.url(f"/disputes/{dispute['id']}/answer"),
        json={"answer": "declined", "message": "Không đúng"},
        headers=cast["principal"].headers,
    )
    assert again.json()["type"] == "already-answered"
    # Answered already, it carries a second correction without a second answer.
    await correct(api, cast, state="absent_excused", dispute_id=dispute["id"])
    assert (await heard(owner, relay, cast["guardian"]))[2:] == [
        ("correction", "absent_excused", 1)
    ]


async def test_scans_and_corrections_at_once_leave_one_day_and_no_contradiction(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    relay: Relay,
    gate: Gate,
    clock: Clock,
    resources: Resources,
) -> None:
    """Whoever is first: the row is what the facts say, and the last message says the row."""
    for round_ in range(6):
        day = DAY + timedelta(days=round_ + 7)
        if day.isoweekday() == 7:
            continue
        clock.now = datetime.combine(day, clock.now.timetz()).replace(hour=9)
        await told_absent(owner, cast.school, cast.student, day)
        await asyncio.gather(
            correct(api, cast, "principal", day=day.isoformat(), state="absent_excused"),
            gate.results(gate.scan(cast.student.token)),
            correct(api, cast, "homeroom_teacher", day=day.isoformat()),
        )
        row = await state(owner, cast, day)
        while await relay.relay_due():
            pass
        last = [item for item in await inbox(owner, cast["guardian"]) if item["day"] == day][-1]
        says = last["data"].get("status") or "late"
        assert row is not None
        assert says == row[0] or last["kind"] == "arrival_late"
        async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
            assert not await rebuild(
                conn, school_id=cast.school.id, from_day=day, to_day=day, check=True
            )
