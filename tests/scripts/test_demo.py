"""The demo province: what is in it, whom it lets in, and where it refuses to be."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, time
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from app import db
from app.attendance import queries
from app.attendance.model import DayRow
from app.crypto import Vault
from app.settings import Settings
from scripts.demo.card import card_json
from scripts.demo.people import NAMED_PHONES
from scripts.errors import CommandFailed
from tests.conftest import MASTER_KEY, Clock
from tests.mobile_api.doors import bearer_of, login
from tests.scripts.demo_helpers import PASSWORD, TODAY, api_of, rebuilt_days

THCS = 2
_TENANT_TABLES = """
    select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition and c.relrowsecurity and a.attname = 'school_id' and a.attnum = 1
"""


@pytest.fixture
async def owner(demo: Settings) -> AsyncIterator[asyncpg.Connection]:
    conn = await db.connect(demo.require_database_url())
    yield conn
    await conn.close()


@pytest.fixture
async def api(used: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with api_of(used) as client:
        yield client


async def test_three_schools_of_three_levels_with_classes_as_they_are(
    owner: asyncpg.Connection,
) -> None:
    levels = {row["level"] for row in await owner.fetch("select level from school")}
    assert levels == {"primary", "lower_secondary", "upper_secondary"}
    sizes = await owner.fetch(
        """
        select c.name, count(*) as pupils, count(distinct s.name) as names,
               count(k.id) as cards, bool_and(c.homeroom_staff_id is not null) as has_teacher
          from school_class c
          join enrolment e on e.school_id = c.school_id and e.class_id = c.id
          join student s on s.school_id = e.school_id and s.id = e.student_id
          left join card k on k.school_id = s.school_id and k.student_id = s.id
         group by c.school_id, c.id
        """
    )
    assert 1400 <= sum(row["pupils"] for row in sizes) <= 1600
    for row in sizes:
        assert 35 <= row["pupils"] <= 42
        assert row["names"] == row["cards"] == row["pupils"]
        assert row["has_teacher"]
    kinds = {row["fence"]["type"] for row in await owner.fetch("select fence from campus")}
    assert kinds == {"circle", "Polygon"}
    campuses = await owner.fetch("select count(*) as n from campus group by school_id")
    assert sorted(row["n"] for row in campuses) == [1, 1, 2]


async def test_each_pupil_has_one_or_two_guardians_and_families_cross_schools(
    owner: asyncpg.Connection,
) -> None:
    counts = await owner.fetch(
        """
        select count(g.*) as n from student s
          left join guardianship g on g.school_id = s.school_id and g.student_id = s.id
         group by s.id
        """
    )
    assert {row["n"] for row in counts} == {1, 2}
    families = await owner.fetch(
        """
        select count(*) as children, count(distinct school_id) as schools from guardianship
         group by account_id
        """
    )
    siblings = sum(row["children"] > 1 for row in families)
    assert 0.05 < siblings / len(families) < 0.25
    assert sum(row["schools"] > 1 for row in families) > 50


async def test_nguyen_is_a_third_and_children_bear_a_parents_name(
    owner: asyncpg.Connection,
) -> None:
    names = [row["name"] for row in await owner.fetch("select name from student")]
    first = Counter(name.split()[0] for name in names)
    assert 0.28 < first["Nguyễn"] / len(names) < 0.42
    assert len(first) > 20
    strangers = await owner.fetchval(
        """
        select count(*) from guardianship p
          join guardian g on g.school_id = p.school_id and g.id = p.guardian_id
          join student s on s.school_id = p.school_id and s.id = p.student_id
         where p.relation = 'father' and split_part(g.name, ' ', 1) <> split_part(s.name, ' ', 1)
        """
    )
    assert strangers == 0


async def test_only_the_named_accounts_have_a_password_and_nobody_was_told_anything(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch("select phone_sealed, password_hash, is_demo from account")
    assert all(row["is_demo"] for row in rows)
    vault = Vault(Settings(master_key=MASTER_KEY).key_ring)
    phones = {
        vault.open(row["phone_sealed"], purpose="account-phone")
        for row in rows
        if row["password_hash"]
    }
    assert phones == {"+84" + phone[1:] for phone in NAMED_PHONES}
    for table in ("outbox", "inbox_item", "inbox_head", "delivery", "session", "scan_location"):
        assert await owner.fetchval(f"select count(*) from {table}") == 0
    for table in ("scan_event", "scan_refusal", "attendance_day"):
        last = await owner.fetchval(f"select max(day) from {table}")
        assert last < TODAY


STAFF_ROLES = {
    "0900000002": "principal",
    "0900000003": "homeroom_teacher",
    "0900000004": "guard",
    "0900000005": "accountant",
    "0900000008": "subject_teacher",
}


@pytest.mark.parametrize("phone", sorted(STAFF_ROLES))
async def test_named_staff_log_in_to_the_lower_secondary_school(
    api: httpx.AsyncClient, phone: str
) -> None:
    headers = bearer_of(await login(api, phone, PASSWORD))
    me = (await api.get("/v1/me", headers=headers)).json()
    assert [(m["school_id"], m["role"]) for m in me["memberships"]] == [(THCS, STAFF_ROLES[phone])]
    assert (await api.get("/v1/schools/1", headers=headers)).status_code == 404


async def _all(api: httpx.AsyncClient, path: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = await api.get(path, params=query, headers=headers)
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        query["cursor"] = page.json()["next_cursor"]
        if query["cursor"] is None:
            return items


async def test_each_named_person_sees_the_pupils_of_their_role(api: httpx.AsyncClient) -> None:
    seen: dict[str, list[dict[str, Any]]] = {}
    for phone in ("0900000002", "0900000003", "0900000004", "0900000008"):
        headers = bearer_of(await login(api, phone, PASSWORD))
        seen[phone] = await _all(api, f"/v1/schools/{THCS}/students", headers)
    assert {pupil["class_name"] for pupil in seen["0900000003"]} == {"6A1"}
    assert {pupil["class_name"] for pupil in seen["0900000008"]} == {"6A1", "7A1", "8A1", "9A1"}
    assert len(seen["0900000002"]) == len(seen["0900000004"]) > 450


async def test_the_parents_see_their_own_children_and_the_department_its_schools(
    api: httpx.AsyncClient,
) -> None:
    def children(me: httpx.Response) -> set[tuple[int, str, str]]:
        return {(c["school_id"], c["class_name"], c["name"]) for c in me.json()["children"]}

    parent = bearer_of(await login(api, "0900000006", PASSWORD))
    assert children(await api.get("/v1/me", headers=parent)) == {
        (THCS, "6A1", "Nguyễn Minh Khang"),
        (1, "3/1", "Nguyễn Ngọc Bảo An"),
    }
    other = bearer_of(await login(api, "0900000007", PASSWORD))
    assert children(await api.get("/v1/me", headers=other)) == {(THCS, "6A1", "Trần Gia Bảo")}
    admin = bearer_of(await login(api, "0900000001", PASSWORD))
    schools = (await api.get("/v1/schools", headers=admin)).json()["items"]
    assert {school["id"] for school in schools} == {1, 2, 3}


async def test_who_is_not_named_has_to_activate_first(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    vault = Vault(Settings(master_key=MASTER_KEY).key_ring)
    sealed = await owner.fetchval("select phone_sealed from account where password_hash is null")
    phone = vault.open(sealed, purpose="account-phone")
    assert (await login(api, phone, PASSWORD)).status_code == 401


async def test_a_card_of_the_demo_is_scanned_in_time(
    used: Settings, api: httpx.AsyncClient
) -> None:
    card = msgspec.json.decode(await asyncio.to_thread(card_json, used))
    assert (card["student"]["name"], card["guard_phone"]) == ("Nguyễn Minh Khang", "0900000004")
    body = msgspec.json.decode(await asyncio.to_thread(card_json, used, as_scan=True))
    clock = Clock().now.isoformat()
    # The tests' clock stands on TODAY, the command's runs.
    body["sent_at"] = body["scans"][0]["scanned_at"] = clock
    body["scans"][0]["location"]["fixed_at"] = clock
    guard = bearer_of(await login(api, "0900000004", PASSWORD))
    answer = await api.post("/v1/attendance/scans", json=body, headers=guard)
    (result,) = answer.json()["results"]
    assert (result["outcome"], result["student"]["class_name"]) == ("ok", "6A1")


def test_cards_are_found_by_name_and_by_phone_and_only_in_the_demo(demo: Settings) -> None:
    by_name = msgspec.json.decode(card_json(demo, student="ngoc bao an", phone="0900000006"))
    assert (by_name["student"]["class_name"], by_name["guard_phone"]) == ("3/1", "0900000014")
    other = msgspec.json.decode(card_json(demo, phone="+84900000007"))
    assert other["student"]["name"] == "Trần Gia Bảo"
    for name, phone in (("Không Có Ai", None), (None, "0900000001"), (None, "12")):
        with pytest.raises(CommandFailed):
            card_json(demo, student=name, phone=phone)
    with pytest.raises(CommandFailed, match="for the demo only"):
        card_json(msgspec.structs.replace(demo, demo=False))


async def test_row_level_security_shows_each_school_its_own_rows(demo: Settings) -> None:
    conn = await db.connect(demo.require_database_url(), role=db.APP_ROLE)
    tables = [row[0] for row in await conn.fetch(_TENANT_TABLES)]
    filled = 0
    for schools in ([], [THCS]):
        async with conn.transaction():
            await db.scope(conn, schools=schools)
            for table in tables:
                found = await conn.fetch(f"select distinct school_id from {table}")
                assert {row["school_id"] for row in found} <= set(schools), table
                filled += len(found)
    await conn.close()
    assert filled > 15


async def test_the_days_rebuilt_from_the_scans_equal_the_stored_ones(
    owner: asyncpg.Connection,
) -> None:
    for school_id in (1, 2, 3):
        plan = await queries.plan(owner, school_id=school_id)
        rebuilt = await rebuilt_days(owner, plan)
        stored = await db.many(
            owner,
            DayRow,
            "select school_id, day, person_id, shift_id, person_kind, state, late_minutes,"
            " arrived_at, left_at from attendance_day"
            " where school_id = $1 and state <> 'absent_unexcused'",
            school_id,
        )
        assert {(row.person_id, row.day, row.shift_id): row for row in stored} == rebuilt
        assert len(stored) > 8000


async def test_every_cut_off_of_the_past_was_decided_and_nobody_was_told(
    owner: asyncpg.Connection,
) -> None:
    absent = await owner.fetch(
        "select school_id, day, person_id, shift_id from attendance_day"
        " where state = 'absent_unexcused'"
    )
    cases = await owner.fetch("select school_id, day, student_id, shift_id from absence_case")
    assert {tuple(row) for row in absent} == {tuple(row) for row in cases}
    runs = await owner.fetch("select distinct school_id, day from absence_run where told > 0")
    days = await owner.fetch("select distinct school_id, day from scan_event")
    assert len(runs) > 0.8 * len(days)
    assert await owner.fetchval("select count(*) from outbox") == 0


async def test_lateness_and_absence_are_plausible(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select school_id, day, person_id, state from attendance_day"
        " where person_kind = 'student' and state <> 'absent_unexcused'"
    )
    states = Counter(row["state"] for row in rows)
    total, late, early = states.total(), states["late"], states["left_early"]
    assert 0.02 < late / total < 0.04
    assert 0.001 < early / total < 0.01
    came: dict[tuple[int, date], set[UUID]] = {}
    for row in rows:
        came.setdefault((row["school_id"], row["day"]), set()).add(row["person_id"])
    pupils = await owner.fetch("select school_id, id from student")
    school_days = sorted(came, key=lambda key: key[1])
    missed = [
        [day for school_id, day in school_days
         if school_id == pupil["school_id"] and pupil["id"] not in came[school_id, day]]
        for pupil in pupils
    ]  # fmt: skip
    days = sum(school_id == pupil["school_id"] for pupil in pupils for school_id, _ in school_days)
    assert 0.02 < sum(len(each) for each in missed) / days < 0.03
    follow = sum((b - a).days == 1 for each in missed for a, b in itertools.pairwise(each))
    assert follow / sum(len(each) for each in missed) > 0.3  # one who is ill is ill for days


async def test_most_come_in_the_twenty_minutes_before_seven_and_rain_makes_more_late(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        """
        select day, (arrived_at at time zone 'Asia/Ho_Chi_Minh')::time as at, state
          from attendance_day d join shift s on s.school_id = d.school_id and s.id = d.shift_id
         where s.starts_at = '07:00' and person_kind = 'student' and arrived_at is not null
        """
    )
    in_time = sum(time(6, 40) <= row["at"] < time(7) for row in rows)
    assert in_time / len(rows) > 0.85
    peak = Counter(row["at"].hour * 60 + row["at"].minute for row in rows).most_common(1)[0][0]
    assert 6 * 60 + 43 <= peak <= 6 * 60 + 55
    by_day: dict[date, list[bool]] = {}
    for row in rows:
        by_day.setdefault(row["day"], []).append(row["state"] == "late")
    shares = sorted(sum(each) / len(each) for each in by_day.values())
    assert shares[-1] > 2 * shares[len(shares) // 3]


async def test_the_calendar_is_kept(owner: asyncpg.Connection) -> None:
    days = await owner.fetch("select distinct school_id, day from attendance_day")
    held = {(row["school_id"], row["day"]) for row in days}
    assert not [day for _, day in held if day.isoweekday() == 7]
    special = {row["day"]: row["kind"] for row in await owner.fetch("select * from calendar_day")}
    assert [kind for day, kind in special.items() if day in {d for _, d in held}] == ["make_up"]
    closed = [day for day, kind in special.items() if kind == "closure"]
    assert len(closed) == 1
    assert date(2026, 9, 2) in special
    assert date(2026, 11, 20) not in special
    saturdays = Counter(school for school, day in held if day.isoweekday() == 6)
    assert saturdays[1] == 1  # the primary school made up a day
    assert saturdays[2] == saturdays[3] == 5


async def test_every_recorded_scan_was_inside_its_fence_or_is_marked(
    owner: asyncpg.Connection,
) -> None:
    outcomes = await owner.fetch(
        "select outcome, verdict, count(*) as n from scan_event group by outcome, verdict"
    )
    assert {(row["outcome"], row["verdict"]) for row in outcomes} == {
        ("ok", "inside"),
        ("late", "inside"),
        ("geo_uncertain", "geo_uncertain"),
    }
    refused = await owner.fetch("select outcome, count(*) as n from scan_refusal group by outcome")
    scans = sum(row["n"] for row in outcomes)
    assert {row["outcome"] for row in refused} == {"duplicate", "need_better_fix"}
    assert 0.001 < sum(row["n"] for row in refused) / scans < 0.02
