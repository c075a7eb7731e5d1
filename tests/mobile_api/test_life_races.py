"""Promotion, transfer and revocation while scans stream in and news goes out: nothing is lost or
doubled, and nobody at the gate waits.

`api` and `other_api` are two instances with pools of their own, as two processes are.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from app import db
from app.attendance.rebuild import rebuild
from app.ids import new_id
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.conftest import Clock
from tests.gate import Gate, Pace, minutes
from tests.mobile_api.doors import warm
from tests.notifications.news import until
from tests.world import Person, School, Student, World

DAY = date(2026, 11, 16)
RECORDED = {"ok", "late"}


@dataclass(kw_only=True)
class Sent:
    """A scan that was answered."""

    student: Student
    outcome: str
    status: str | None


@dataclass(kw_only=True)
class Stream:
    """A phone at the gate that goes on scanning pupils in small batches; `answers` by event id."""

    gate: Gate
    answers: dict[str, Sent] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    began: float = field(default_factory=monotonic)

    async def round(self, students: list[Student], direction: str) -> None:
        """Each pupil once, in any order."""
        lots = random.Random(len(self.answers))
        line = lots.sample(students, len(students))
        for at in range(0, len(line), 6):
            await self.send(line[at : at + 6], direction)

    async def send(self, students: list[Student], direction: str) -> None:
        scans = [self.gate.scan(each.token, direction) for each in students]
        results = await self.pace.results(self.gate, *scans)
        for student, result in zip(students, results, strict=True):
            self.answers[result["event_id"]] = Sent(
                student=student, outcome=result["outcome"], status=result["status"]
            )

    @property
    def recorded(self) -> dict[str, Sent]:
        return {key: sent for key, sent in self.answers.items() if sent.outcome in RECORDED}


@pytest.fixture
async def relay(database: str) -> AsyncIterator[Relay]:
    pool = await db.create_pool(database, role=db.RELAY_ROLE, size=3)
    yield Relay(pool)
    await pool.close()


@pytest.fixture(autouse=True)
async def no_deadlock(owner: asyncpg.Connection, resources: Resources) -> AsyncIterator[None]:
    """PostgreSQL met none, and no flush of scans was refused."""
    await warm(resources)
    met = "select deadlocks from pg_stat_database where datname = current_database()"
    before = await owner.fetchval(met)
    with capture_logs() as logs:
        yield
    await owner.execute("select pg_stat_clear_snapshot()")
    assert await owner.fetchval(met) == before
    assert [line for line in logs if line["event"].startswith("scans.")] == []


async def families(
    world: World, school: School, count: int, *, class_id: UUID | None = None
) -> list[Student]:
    """Pupils with a parent each."""
    students = []
    for number in range(count):
        student = await world.student(school, f"Nguyễn Văn {number}", class_id=class_id)
        await world.guardian(student)
        students.append(student)
    return students


async def until_told(relay: Relay, is_over: asyncio.Event) -> None:
    """News goes out as it comes in, and to the last."""
    while not is_over.is_set():
        await relay.relay_due(limit=20)
        await asyncio.sleep(0.002)
    while await relay.relay_due():
        pass


async def assert_nothing_lost_or_doubled(
    owner: asyncpg.Connection, resources: Resources, school: School, stream: Stream
) -> None:
    """Each acknowledged scan was recorded once and told once; the days are what the scans say."""
    events = [str(row["id"]) for row in await owner.fetch("select id from scan_event")]
    assert sorted(events) == sorted(stream.recorded)
    receipts = await owner.fetch("select event_id from scan_receipt")
    assert sorted(str(row["event_id"]) for row in receipts) == sorted(stream.answers)
    assert await owner.fetchval("select count(*) from scan_event where shift_id is null") == 0
    # What comes to light late is told as a correction, also of a repeat that is recorded no more.
    told = await owner.fetch(
        "select event_id, student_id from inbox_item where kind in"
        " ('arrival', 'arrival_late', 'departure', 'correction')"
    )
    of_recorded = [str(row["event_id"]) for row in told if str(row["event_id"]) in stream.recorded]
    assert sorted(of_recorded) == sorted(stream.recorded)
    assert len({row["event_id"] for row in told}) == len(told)
    for row in told:
        assert row["student_id"] == stream.answers[str(row["event_id"])].student.id
    assert await owner.fetchval("select count(*) from outbox") == 0
    async with db.transaction(resources.pool, schools=[school.id]) as conn:
        assert not await rebuild(conn, school_id=school.id, from_day=DAY, to_day=DAY, check=True)
    days = await owner.fetchval("select count(*) from attendance_day")
    assert days == len({sent.student.id for sent in stream.recorded.values()})
    stream.pace.assert_none_waited_for(monotonic() - stream.began)


def new_year(steps: dict[UUID, Any], **more: Any) -> dict[str, Any]:
    return {
        "from_year": "2026-2027",
        "to_year": "2027-2028",
        "map": [{"from_class_id": str(each), "to": to} for each, to in steps.items()],
    } | more


async def test_a_class_made_while_a_scan_is_looked_up_is_known_to_it(
    gate: Gate, student: Student, owner: asyncpg.Connection, school: School
) -> None:
    """The sender's plan is older than the pupil's class: the shift must not be lost."""
    new_class = new_id()
    waiting = "select exists (select from pg_locks where relation = 'enrolment'::regclass"
    waiting += " and not granted)"
    assert await gate.outcome(student.token) == "ok"
    gate.clock.now += minutes(30)
    async with owner.transaction():
        await owner.execute("lock table enrolment in access exclusive mode")
        scanning = asyncio.ensure_future(gate.results(gate.scan(student.token, "out")))
        await until(lambda: owner.fetchval(waiting))
        await owner.execute(
            "insert into school_class (school_id, id, school_year, grade, name, campus_id)"
            " values ($1, $2, '2027-2028', 7, '7A1', $3)",
            school.id, new_class, school.campus_id,
        )  # fmt: skip
        await owner.execute(
            "insert into class_shift values ($1, $2, $3)", school.id, new_class, school.morning_id
        )
        await owner.execute("update enrolment set class_id = $1", new_class)
    (result,) = await scanning
    assert result["student"]["class_name"] == "7A1"
    assert (result["outcome"], result["status"]) == ("ok", "left_early")


async def test_a_school_year_changes_while_pupils_stream_through_the_gate(
    gate: Gate, other_api: httpx.AsyncClient, world: World, resources: Resources,
    owner: asyncpg.Connection, school: School, principal: Person, relay: Relay,
) -> None:  # fmt: skip
    second = await world.school_class(school, "6A2")
    last = await world.school_class(school, "9A1", grade=9)
    await owner.execute("update school_class set grade = 6, homeroom_staff_id = $1 where id = $2",
                        (await world.staff(school, "guard")).person_id, second)  # fmt: skip
    pupils = [
        *await families(world, school, 40),
        *await families(world, school, 40, class_id=second),
    ]
    graduates = await families(world, school, 20, class_id=last)
    repeaters = pupils[:3]
    body = new_year(
        {school.class_id: {"name": "7A1", "grade": 7}, second: {"name": "7A2", "grade": 7},
         last: "graduates"},
        repeaters=[str(each.id) for each in repeaters],
    )  # fmt: skip
    stream, is_over = Stream(gate=gate), asyncio.Event()
    relaying = asyncio.create_task(until_told(relay, is_over))
    url = f"/v1/schools/{school.id}/promotion"

    async def promote() -> httpx.Response:
        await until(lambda: len(stream.answers) > 30)
        return await other_api.post(url, json=body, headers=principal.headers)

    promoting = asyncio.create_task(promote())
    for direction in ("in", "out", "in"):
        await stream.round([*pupils, *graduates], direction)
        gate.clock.now += minutes(30)
    answer = await promoting
    is_over.set()
    await relaying

    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["moved"], done["repeating"], done["graduated"]) == (77, 3, 20)
    assert (done["classes_made"], done["classes_ended"]) == (3, 3)
    outcomes = Counter(sent.outcome for sent in stream.answers.values())
    assert outcomes["ok"] + outcomes["late"] >= 3 * 80
    refused = {s.student.id for s in stream.answers.values() if s.outcome not in RECORDED}
    assert refused <= {each.id for each in graduates}
    assert set(outcomes) - RECORDED <= {"card_revoked"}
    await assert_nothing_lost_or_doubled(owner, resources, school, stream)


async def test_nobody_at_the_gate_waits_for_the_promotion_of_fifteen_hundred(
    gate: Gate, other_api: httpx.AsyncClient, world: World, resources: Resources,
    owner: asyncpg.Connection, school: School, principal: Person, relay: Relay,
) -> None:  # fmt: skip
    steps: dict[UUID, Any] = {school.class_id: {"name": "7A0", "grade": 7}}
    for number in range(1, 38):
        class_id = await world.school_class(school, f"6A{number + 1}")
        steps[class_id] = {"name": f"7A{number}", "grade": 7}
        await owner.execute(
            "insert into student (school_id, id, name, sort_key, search_key)"
            " select $1, gen_random_uuid(), $2 || n, $2 || n, $2 || n"
            " from generate_series(1, 40) n",
            school.id, f"Lớp {number} ",
        )  # fmt: skip
        await owner.execute(
            "insert into enrolment select $1, id, $2, '2026-09-05' from student s"
            " where school_id = $1"
                " and not exists (select from enrolment e where e.student_id = s.id)",
            school.id, class_id,
        )  # fmt: skip
    pupils = await families(world, school, 60)
    stream, is_over = Stream(gate=gate), asyncio.Event()
    relaying = asyncio.create_task(until_told(relay, is_over))
    url = f"/v1/schools/{school.id}/promotion"
    preview = await other_api.post(
        url, json=new_year(steps), params={"dry_run": "true"}, headers=principal.headers
    )
    assert (preview.json()["moved"], preview.json()["errors"]) == (1540, [])
    promoting = asyncio.create_task(
        other_api.post(url, json=new_year(steps), headers=principal.headers, timeout=60)
    )
    rounds, began = 0, monotonic()
    while not promoting.done() or rounds < 2:
        await stream.round(pupils, ("in", "out")[rounds % 2])
        gate.clock.now += minutes(2)
        rounds += 1
    stream.pace.assert_none_waited_for(monotonic() - began)
    answer = await promoting
    is_over.set()
    await relaying
    assert answer.status_code == 200, answer.text
    assert {k: v for k, v in answer.json().items() if k in ("moved", "classes_made")} == {
        "moved": 1540, "classes_made": 38,
    }  # fmt: skip
    assert {sent.outcome for sent in stream.answers.values()} <= RECORDED
    await assert_nothing_lost_or_doubled(owner, resources, school, stream)


async def test_pupils_go_to_another_school_while_they_are_scanned_and_told_of(
    gate: Gate, other_api: httpx.AsyncClient, world: World, resources: Resources,
    owner: asyncpg.Connection, school: School, principal: Person, relay: Relay, clock: Clock,
) -> None:  # fmt: skip
    pupils = await families(world, school, 40)
    leaving = pupils[::2]
    stream, is_over = Stream(gate=gate), asyncio.Event()
    relaying = asyncio.create_task(until_told(relay, is_over))

    async def transfer(student: Student) -> httpx.Response:
        return await other_api.post(
            f"/v1/schools/{school.id}/students/{student.id}/transfer-out",
            json={"reason": "Theo gia đình", "to_school_code": "46-105"},
            headers=principal.headers,
        )

    async def transfer_all() -> None:
        for at in range(0, len(leaving), 4):
            await until(lambda: len(stream.answers) > 5 * at)  # noqa: B023 - done in this turn
            answers = await asyncio.gather(*map(transfer, leaving[at : at + 4]))
            assert {answer.status_code for answer in answers} == {200}

    transferring = asyncio.create_task(transfer_all())
    for direction in ("in", "out", "in", "out", "in"):
        await stream.round(pupils, direction)
        gate.clock.now += minutes(10)
    await transferring
    # What an offline phone had scanned before they left comes in now, and is told.
    late = [gate.scan(each.token, at=clock.now - minutes(60)) for each in leaving[:5]]
    for student, result in zip(leaving, await gate.results(*late), strict=False):
        stream.answers[result["event_id"]] = Sent(
            student=student, outcome=result["outcome"], status=result["status"]
        )
    is_over.set()
    await relaying

    outcomes = Counter(sent.outcome for sent in stream.answers.values())
    assert set(outcomes) <= RECORDED | {"card_revoked", "duplicate"}
    stayed = [s for s in stream.answers.values() if s.student not in leaving]
    assert {sent.outcome for sent in stayed} <= RECORDED
    told = await owner.fetch("select student_id from inbox_item where kind = 'transferred'")
    assert sorted(row["student_id"] for row in told) == sorted(each.id for each in leaving)
    links = await owner.fetchval("select count(*) from guardianship where ended_at is null")
    assert links == len(pupils) - len(leaving)
    await assert_nothing_lost_or_doubled(owner, resources, school, stream)


async def test_what_was_scanned_before_the_move_is_told_after_it(
    gate: Gate, api: httpx.AsyncClient, world: World, resources: Resources,
    owner: asyncpg.Connection, school: School, principal: Person, relay: Relay,
) -> None:  # fmt: skip
    """The relay was away all the while; the news of a scan made afterwards goes to nobody."""
    (student,) = await families(world, school, 1)
    stream = Stream(gate=gate)
    await stream.send([student], "in")
    offline = gate.scan(student.token, "out", at=gate.clock.now + minutes(5))
    gate.clock.now += minutes(10)
    url = f"/v1/schools/{school.id}/students/{student.id}"
    assert (
        await api.post(
            f"{url}/transfer-out", json={"reason": "Chuyển nhà"}, headers=principal.headers
        )
    ).status_code == 200
    gate.clock.now += minutes(5)
    (result,) = await gate.results(offline)
    stream.answers[result["event_id"]] = Sent(student=student, outcome="ok", status="")
    assert result["outcome"] == "ok"
    assert await gate.outcome(student.token) == "card_revoked"
    while await relay.relay_due():
        pass
    kinds = await owner.fetch("select kind from inbox_item order by seq")
    assert [row["kind"] for row in kinds] == ["arrival", "transferred", "departure"]


async def test_all_cards_are_revoked_while_they_are_scanned(
    gate: Gate, other_api: httpx.AsyncClient, world: World, resources: Resources,
    owner: asyncpg.Connection, school: School, principal: Person, relay: Relay, clock: Clock,
) -> None:  # fmt: skip
    pupils = await families(world, school, 40)
    stream, is_over = Stream(gate=gate), asyncio.Event()
    relaying = asyncio.create_task(until_told(relay, is_over))
    url = f"/v1/schools/{school.id}/cards/revoke"
    body = {"scope": "school", "reason": "Hết năm học"}
    await stream.round(pupils, "in")
    clock.now += minutes(10)
    answer, _ = await asyncio.gather(
        other_api.post(url, json=body, headers=principal.headers), stream.round(pupils, "out")
    )
    assert answer.json()["cards"] == 40
    clock.now += minutes(10)
    await stream.round(pupils, "in")
    at_gate_before = [gate.scan(each.token, at=clock.now - minutes(15)) for each in pupils[:1]]
    (before,) = await gate.results(*at_gate_before)
    stream.answers[before["event_id"]] = Sent(
        student=pupils[0], outcome=before["outcome"], status=before["status"]
    )
    is_over.set()
    await relaying
    # The third round is after the revocation: nobody got through.
    third = list(stream.answers.values())[80:120]
    assert {sent.outcome for sent in third} == {"card_revoked"}
    assert {s.outcome for s in stream.answers.values()} <= RECORDED | {"card_revoked", "duplicate"}
    assert before["outcome"] == "duplicate"  # good, and said already
    await assert_nothing_lost_or_doubled(owner, resources, school, stream)


async def test_a_phone_is_reported_lost_in_mid_stream_and_another_takes_over(
    gate: Gate, other_gate: Gate, other_api: httpx.AsyncClient, world: World,
    resources: Resources, owner: asyncpg.Connection, school: School, principal: Person,
    relay: Relay,
) -> None:  # fmt: skip
    pupils = await families(world, school, 60)
    stream, is_over = Stream(gate=gate), asyncio.Event()
    relaying = asyncio.create_task(until_told(relay, is_over))
    scans = {each.id: gate.scan(each.token) for each in pupils}
    url = f"/v1/schools/{school.id}/devices/{gate.who.device_id}/revoke"
    unheard: list[Student] = []

    async def scan(students: list[Student]) -> None:
        answer = await gate.send(*(scans[each.id] for each in students))
        if answer.status_code != 200:
            assert answer.status_code == 401, answer.text
            unheard.extend(students)
            return
        for student, result in zip(students, answer.json()["results"], strict=True):
            assert result["outcome"] in ("ok", "device_revoked")
            stream.answers[result["event_id"]] = Sent(
                student=student, outcome=result["outcome"], status=result["status"]
            )

    sending = [asyncio.create_task(scan(pupils[at : at + 3])) for at in range(0, 30, 3)]
    revoking = asyncio.create_task(
        other_api.post(url, json={"reason": "Rơi mất"}, headers=principal.headers)
    )
    sending += [asyncio.create_task(scan(pupils[at : at + 3])) for at in range(30, 60, 3)]
    await asyncio.gather(*sending)
    answer = await revoking
    assert answer.status_code == 200, answer.text
    assert (await gate.send(gate.scan(pupils[0].token))).status_code == 401
    # The other phone scans those of whom nothing was acknowledged.
    refused = [s.student for s in stream.answers.values() if s.outcome not in RECORDED]
    rest = Stream(gate=other_gate, answers=stream.answers)
    other_gate.clock.now += timedelta(seconds=20)
    await rest.round([*unheard, *refused], "in")
    is_over.set()
    await relaying
    assert len(stream.recorded) == 60
    await assert_nothing_lost_or_doubled(owner, resources, school, stream)
