"""The funnel in counts, dead letters and their replay, and months that go."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.deliveries import queries
from app.ids import new_id
from app.settings import Settings
from notifications import counting, deliveries, upkeep
from notifications.model import Settlement
from notifications.relay import Relay
from notifications.rules import BUCKETS
from scripts import dead_letters
from tests.app.attendance.test_plans_of_queries import plan_of
from tests.notifications.news import DAY, inbox, put_fact, put_token
from tests.world import Person, School, Student, World

NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
RANGE = {"from": DAY.isoformat(), "to": DAY.isoformat()}


class Told:
    """A school with a pupil whose parents are told of one arrival, each on one phone."""

    def __init__(self, world: World, database: str) -> None:
        self.world = world
        self.owner = world.owner
        self._database = database
        self.school: School
        self.student: Student
        self.parents: list[Person] = []

    async def begin(self, parents: int) -> "Told":
        self.school = await self.world.school()
        self.student = await self.world.student(self.school)
        for number in range(parents):
            parent = await self.world.guardian(self.student)
            await put_token(self.owner, parent, f"{self.school.id}-{number}")
            self.parents.append(parent)
        await self.tell()
        return self

    async def tell(self, **fact: Any) -> None:
        await put_fact(self.owner, self.school, self.student, **fact)
        await self.relay()

    async def relay(self) -> None:
        pool = await db.create_pool(self._database, role=db.RELAY_ROLE, size=1)
        await Relay(pool).relay_due()
        await pool.close()

    async def end(self, number: int, state: str, reason: str) -> None:
        """What the worker would settle of a parent's queued delivery."""
        pool = await db.create_pool(self._database, role=db.WORKER_ROLE, size=1)
        async with pool.acquire() as conn:
            claimed = [
                each
                for bucket in range(BUCKETS)
                for each in await deliveries.claim(
                    conn, bucket=bucket, channels=["fcm"], limit=100, lease_s=0.0
                )
                if each.account_id == self.parents[number].account_id
            ]
            settled = [
                Settlement(
                    account_id=each.account_id,
                    day=each.day,
                    id=each.id,
                    claimed_attempts=each.attempts,
                    state=state,  # type: ignore[arg-type]
                    attempts=each.attempts,
                    reason=reason,
                )
                for each in claimed
            ]
            assert await deliveries.settle(conn, settled) == len(settled) > 0
        await pool.close()

    async def count(self) -> None:
        pool = await db.create_pool(self._database, role=db.WORKER_ROLE, size=1)
        assert await counting.count_again(pool, days=[DAY], now=NOW) > 0
        await pool.close()

    async def kill_news(self, reason: str) -> None:
        """Facts that the relay gave up: a parameter was missing."""
        await self.owner.execute(
            "insert into outbox (school_id, id, kind, day, event_id, student_id, params, dead_at,"
            " dead_reason, attempts) values ($1, $2, 'arrival', $3, $4, $5, $6, now(), $7, 10)",
            self.school.id,
            new_id(),
            DAY,
            new_id(),
            self.student.id,
            {"student": "An", "school": "T", "at": "2026-11-15T23:52:00Z"},
            reason,
        )


@pytest.fixture
async def told(world: World, database: str) -> Told:
    return await Told(world, database).begin(4)


async def funnel(api: httpx.AsyncClient, path: str, person: Person, **days: str) -> httpx.Response:
    return await api.get(path, params=days or RANGE, headers=person.headers)


async def test_the_funnel_says_how_far_the_news_came_and_names_nobody(
    api: httpx.AsyncClient, world: World, told: Told, owner: asyncpg.Connection
) -> None:
    principal = await world.staff(told.school, "principal")
    await told.end(0, "sent", "accepted")
    await told.end(1, "sent", "accepted")
    await told.end(2, "failed", "unregistered")
    (item,) = await inbox(owner, told.parents[0])
    acked = await api.post(
        f"/v1/inbox/{item['id']}/ack", json={"state": "read"}, headers=told.parents[0].headers
    )
    assert acked.status_code == 200, acked.text
    await told.count()

    path = f"/v1/schools/{told.school.id}/deliveries/funnel"
    answer = await funnel(api, path, principal)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    by_channel = {each["channel"]: each for each in body["stages"]}
    assert by_channel["fcm"] == {
        "kind": "arrival",
        "channel": "fcm",
        "due": 4,
        "sent": 2,
        "delivered": 1,
        "read": 1,
        "waiting": 1,
        "failed": 1,
        "unneeded": 0,
    }
    assert (by_channel["inbox"]["due"], by_channel["inbox"]["read"]) == (4, 1)
    (failed,) = body["failures"]
    assert (failed["reason"], failed["n"]) == ("unregistered", 1)
    assert body["counted_at"] == "2026-11-16T01:00:00Z"
    for hidden in (told.student.name, str(told.student.id), str(told.parents[0].account_id)):
        assert hidden not in answer.text

    # What has moved on is counted where it is now, and leaves nothing behind.
    await told.end(3, "dead", "gave_up:internal")
    await told.count()
    again = (await funnel(api, path, principal)).json()
    fcm = next(each for each in again["stages"] if each["channel"] == "fcm")
    assert (fcm["due"], fcm["waiting"], fcm["failed"]) == (4, 0, 2)

    early = await funnel(api, path, principal, **{"from": "2026-01-01", "to": "2026-11-16"})
    assert (early.status_code, early.json()["type"]) == (422, "bad-days")


async def test_a_department_sees_all_its_schools_and_where_the_most_failed(
    api: httpx.AsyncClient, world: World, told: Told, database: str
) -> None:
    other = await Told(world, database).begin(2)
    admin, principal = await world.department_admin(), await world.staff(other.school, "principal")
    await told.end(0, "failed", "no_token")
    await told.count()
    body = (await funnel(api, "/v1/deliveries/funnel", admin)).json()
    fcm = next(each for each in body["stages"] if each["channel"] == "fcm")
    assert (fcm["due"], fcm["failed"]) == (6, 1)
    (worst,) = body["most_failed"]
    assert (worst["school_id"], worst["due"], worst["failed"]) == (told.school.id, 4, 1)
    path = f"/v1/schools/{told.school.id}/deliveries/funnel"
    assert (await funnel(api, path, admin)).status_code == 200
    assert (await funnel(api, path, principal)).status_code == 404
    assert (await funnel(api, "/v1/deliveries/funnel", principal)).status_code == 403


async def test_counting_and_reading_go_by_index(owner: asyncpg.Connection) -> None:
    async with owner.transaction():
        await owner.execute("set local enable_seqscan = off")
        rows = await owner.fetch("explain " + counting.COUNT, 1, DAY, NOW)
    plan = "\n".join(row[0] for row in rows)
    for table in ("delivery_202611", "inbox_item_202611"):
        assert f"on {table}_school_id_day_idx" in plan or f"{table}_school_id_day_idx on" in plan
    assert "Seq Scan" not in plan
    # One month's partitions, whatever the others hold.
    assert "_202610" not in plan
    for query, more in (
        (queries.stages, ()),
        (queries.failures, (100,)),
        (queries.most_failed, (20,)),
    ):
        read = await plan_of(owner, query, [1, 2], DAY, DAY, *more)
        assert "delivery_count_pkey" in read


async def test_dead_letters_are_shown_by_reason_and_sent_again(
    api: httpx.AsyncClient, world: World, told: Told, owner: asyncpg.Connection, database: str
) -> None:
    other = await Told(world, database).begin(1)
    admin = await world.department_admin()
    principal = await world.staff(told.school, "principal")
    for number, reason in enumerate(("gave_up:internal", "gave_up:internal", "bad_request:x")):
        await told.end(number, "dead", reason)
    await other.end(0, "dead", "bad_request:x")
    await told.kill_news("gate: is missing")

    async def dead(person: Person, **params: Any) -> dict[str, Any]:
        path = "/v1/dead-letters"
        if person is principal:
            path = f"/v1/schools/{told.school.id}/dead-letters"
        answer = await api.get(path, params=params, headers=person.headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    seen = await dead(principal)
    assert {(each["source"], each["reason"], each["n"]) for each in seen["counts"]} == {
        ("delivery", "gave_up:internal", 2),
        ("delivery", "bad_request:x", 1),
        ("news", "gate: is missing", 1),
    }
    assert {each["school_id"] for each in seen["items"]} == {told.school.id}
    everything = await dead(admin)
    assert len(everything["items"]) == 5
    page = await dead(admin, limit=3)
    rest = await dead(admin, limit=3, cursor=page["next_cursor"])
    assert [*page["items"], *rest["items"]] == everything["items"]
    assert rest["next_cursor"] is None

    async def replay(**body: Any) -> dict[str, int]:
        answer = await api.post("/v1/dead-letters/replay", json=body, headers=admin.headers)
        assert answer.status_code == 200, answer.text
        counts: dict[str, int] = answer.json()
        return counts

    assert await replay(reason="gave_up:internal") == {"replayed": 2, "inbox_only": 0}
    queued = await owner.fetch("select attempts, reason from delivery where state = 'queued'")
    assert {tuple(row) for row in queued} >= {(0, "replayed")}
    await owner.execute("update delivery set expires_at = now() where state = 'dead'")
    (mine,) = (each for each in everything["items"] if each["school_id"] == other.school.id)
    assert await replay(ids=[mine["id"]]) == {"replayed": 0, "inbox_only": 1}
    assert await replay() == {"replayed": 1, "inbox_only": 1}
    assert (await dead(admin))["items"] == []
    assert await replay() == {"replayed": 0, "inbox_only": 0}

    before = len(await inbox(owner, told.parents[0]))
    await told.relay()
    assert len(await inbox(owner, told.parents[0])) == before + 1
    audits = await owner.fetch(
        "select actor_account_id, detail from audit_entry where school_id = $1 order by seq",
        told.school.id,
    )
    assert [row["detail"]["replayed"] for row in audits] == [2, 1]
    assert {row["actor_account_id"] for row in audits} == {admin.account_id}
    refused = await api.post("/v1/dead-letters/replay", json={}, headers=principal.headers)
    assert refused.status_code == 403


async def test_the_operator_sends_again_from_the_command_line(
    told: Told, settings: Settings, owner: asyncpg.Connection
) -> None:
    await told.end(0, "dead", "gave_up:internal")
    await told.end(1, "dead", "bad_request:x")
    said: list[str] = []
    await asyncio.to_thread(dead_letters.show, settings, say=said.append)
    assert len(said) == 2
    assert "gave_up:internal" in "".join(said)
    done = await asyncio.to_thread(dead_letters.replay, settings, reason="bad_request:x", ids=None)
    assert (done.replayed, done.inbox_only) == (1, 0)
    assert await owner.fetchval("select actor_account_id is null from audit_entry")
    said.clear()
    # A text message may have gone out after all: it is not among "all".
    await owner.execute("update dead_letter set channel = 'sms'")
    done = await asyncio.to_thread(dead_letters.replay, settings, reason=None, ids=None)
    assert (done.replayed, done.inbox_only) == (0, 0)
    await asyncio.to_thread(dead_letters.replay, settings, reason="gave_up:internal", ids=None)
    await asyncio.to_thread(dead_letters.show, settings, say=said.append)
    assert said == ["There are no dead letters."]


async def test_a_replay_reaches_no_school_of_another_department(
    api: httpx.AsyncClient, world: World, told: Told
) -> None:
    await told.end(0, "dead", "gave_up:internal")
    await told.kill_news("gate: is missing")
    stranger = await world.department_admin(org_unit_id=2)
    (id_,) = {row["id"] for row in await told.owner.fetch("select id from dead_letter")}
    for body in ({}, {"ids": [str(id_)]}):
        answer = await api.post("/v1/dead-letters/replay", json=body, headers=stranger.headers)
        assert answer.json() == {"replayed": 0, "inbox_only": 0}
    assert await told.owner.fetchval("select count(*) from dead_letter") == 1


async def test_old_months_of_news_go_as_whole_tables(
    owner: asyncpg.Connection, told: Told, database: str
) -> None:
    for table in ("inbox_item", "delivery"):
        await owner.execute(
            f"create table {table}_202001 partition of {table}"
            " for values from ('2020-01-01') to ('2020-02-01')"
        )
    await told.count()
    await owner.execute(
        "insert into delivery_count values ($1, '2020-01-05', 'arrival', 'fcm', 'sent', '', 1,"
        " now())",
        told.school.id,
    )
    pool = await db.create_pool(database, role=db.WORKER_ROLE, size=2)
    done = await upkeep.look_after(pool, news_months=13)
    assert (done["news_tables"], done["counts"]) == (2, 1)
    assert await owner.fetchval("select to_regclass('inbox_item_202001')") is None
    assert await owner.fetchval("select count(*) from inbox_item") == 4
    async with pool.acquire() as conn:
        with pytest.raises(db.PostgresError, match="two months"):
            await deliveries.drop_old_news(conn, before=datetime.now(UTC).date())
    await pool.close()


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 11, 22), 13, date(2025, 10, 1)),
        (date(2026, 1, 31), 2, date(2025, 11, 1)),
        (date(2026, 3, 1), 2, date(2026, 1, 1)),
        (date(2026, 12, 31), 12, date(2025, 12, 1)),
    ],
)
def test_whole_months_are_kept(today: date, months: int, first: date) -> None:
    assert upkeep.first_kept(today, months) == first
    assert today - first >= timedelta(days=58)
