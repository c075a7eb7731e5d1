"""Filling a database: the same everywhere, whole or not at all, and never where it must not be."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

import asyncpg
import pytest

from app.schools.common import first_year_of
from app.settings import Settings
from scripts import fees
from scripts.demo.guard import DemoDatabase, refuse_demo_database
from scripts.demo.lots import demo_id, draws
from scripts.demo.names import full_name
from scripts.demo.school_year import flood, holidays
from scripts.demo.seed import HISTORY, NotADemo, NotEmpty, seed
from scripts.errors import CommandFailed
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import create_database
from tests.scripts.demo_helpers import demo_settings, look

TODAY = date(2026, 11, 16)
_numbers = count(1)
# Sealed columns differ each time, blind indexes and wrapped keys with the master key.
_SECRET = ("phone_sealed", "phone_index", "password_hash", "wrapped", "created_at",
           "custody_blocked_at", "plan_version", "text_sealed")  # fmt: skip
_SECRET_OF = {
    "fee_account": ("number", "number_index"),
    "merchant": ("secret",),
    "fund": ("memo",),
}
# What money does is done as in life: ids, references and check codes are chance's.
_OF_CHANCE = {"invoice", "invoice_line", "pay_reference", "meal_credit", "fund", "fund_sighting",
              "allocation", "ledger_txn", "ledger_entry", "receipt"}  # fmt: skip
_CHANCE = ("id", "pay_ref", "ref", "check_code", "lines")


@pytest.fixture
def empty(postgres: EmbeddedPostgres, database: str) -> Callable[[], str]:
    """Makes one more migrated database without a row; `database` has made the template."""

    def make() -> str:
        name = f"ct_seed_{next(_numbers)}"
        create_database(postgres, name, template="ct_template")
        return postgres.dsn(name)

    return make


async def _contents(conn: asyncpg.Connection) -> dict[str, str]:
    """A digest of each filled table, but for what is secret or says when it was filled."""
    tables = await conn.fetch(
        """
        select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
          from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and not c.relispartition and not a.attisdropped and c.relname <> 'schema_migrations'
         group by c.relname
        """
    )
    digests = {}
    for table in tables:
        left_out = {*_SECRET, *_SECRET_OF.get(table["name"], ())}
        if table["name"] in _OF_CHANCE:
            left_out.update(_CHANCE, (name for name in table["columns"] if name.endswith("_id")))
        columns = ", ".join(name for name in table["columns"] if name not in left_out)
        rows = await conn.fetch(f"select {columns} from {table['name']} t order by t::text")
        lines = sorted(repr(tuple(row)) for row in rows)
        if lines:
            digests[table["name"]] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return digests


def test_the_same_day_gives_the_same_province_under_another_key(
    empty: Callable[[], str], valkey: EmbeddedValkey
) -> None:
    dsns = [empty(), empty(), empty()]
    seed(demo_settings(dsns[0], valkey), days=2, today=TODAY)
    seed(demo_settings(dsns[1], valkey, "1:" + "22" * 32), days=2, today=TODAY)
    seed(demo_settings(dsns[2], valkey), days=2, today=TODAY - timedelta(days=1))
    one, other, another_day = (look(dsn, _contents) for dsn in dsns)
    assert one == other
    assert len(one) >= 20
    said: list[str] = []
    assert fees.check(demo_settings(dsns[0], valkey), school_id=None, say=said.append) == 0, said
    differing = {table for table in one if one[table] != another_day[table]}
    of_days = {"scan_event", "scan_refusal", "attendance_day", "absence_run", "absence_case"}
    of_book = {"lesson", "homework", "homework_done", "remark", "weekly_run", "weekly_summary"}
    of_notices = {"announcement", "department_announcement"} | {
        f"announcement_{part}" for part in ("audience", "recipient", "read", "answer")
    }
    of_threads = {"thread", "thread_message", "thread_read"}
    of_fees = _OF_CHANCE | {"billing_period", "audit_entry", "audit_head"}
    assert differing <= of_days | of_book | of_notices | of_threads | of_fees | {"calendar_day"}
    assert "scan_event" in differing


def test_a_second_filling_is_refused_and_changes_nothing(
    empty: Callable[[], str], valkey: EmbeddedValkey
) -> None:
    settings = demo_settings(empty(), valkey)
    seed(settings, days=1, today=TODAY)
    before = look(settings.require_database_url(), _contents)
    with pytest.raises(NotEmpty, match="not empty"):
        seed(settings, days=1, today=TODAY)
    assert look(settings.require_database_url(), _contents) == before


@pytest.mark.parametrize(
    "row",
    [
        "insert into org_unit (id, kind, name) values (7, 'department', 'Sở thật')",
        "insert into account (id, phone_index) values (gen_random_uuid(), 'x')",
    ],
)
def test_a_database_in_use_is_refused(
    empty: Callable[[], str], valkey: EmbeddedValkey, row: str
) -> None:
    settings = demo_settings(empty(), valkey)
    look(settings.require_database_url(), lambda conn: conn.execute(row))
    before = look(settings.require_database_url(), _contents)
    with pytest.raises(NotEmpty):
        seed(settings, days=1, today=TODAY)
    assert look(settings.require_database_url(), _contents) == before


def test_without_demo_nothing_is_written(empty: Callable[[], str], valkey: EmbeddedValkey) -> None:
    settings = Settings(database_url=empty(), redis_url=valkey.url, master_key="1:" + "11" * 32)
    with pytest.raises(NotADemo, match="DEMO=1"):
        seed(settings, days=1, today=TODAY)
    assert look(settings.require_database_url(), _contents) == {}


def test_a_filling_that_breaks_off_leaves_nothing_and_can_begin_again(
    empty: Callable[[], str], valkey: EmbeddedValkey
) -> None:
    settings = demo_settings(empty(), valkey)

    def break_off(step: str, done: int, _total: int) -> None:
        if step == HISTORY and done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(settings, on_progress=break_off, days=2, today=TODAY)
    assert look(settings.require_database_url(), _contents) == {}
    seen: list[tuple[int, int]] = []
    seed(settings, on_progress=lambda _, done, total: seen.append((done, total)), days=2)
    assert seen == [(0, 1), (1, 1), *((done, 6) for done in range(1, 7))]


def test_an_owner_without_superpowers_can_fill_it(
    postgres: EmbeddedPostgres, database: str, valkey: EmbeddedValkey
) -> None:
    """As on a managed server: forced row level security holds for the owner too."""

    async def prepare(conn: asyncpg.Connection) -> None:
        await conn.execute("create role demo_owner login createrole")
        await conn.execute("grant ct_app, ct_relay, ct_worker to demo_owner with admin option")
        await conn.execute("create database ct_owned owner demo_owner")

    look(postgres.dsn("postgres"), prepare)
    dsn = postgres.dsn("ct_owned").replace("postgres@", "demo_owner@")
    assert look(dsn, lambda conn: conn.fetchval("select current_user")) == "demo_owner"
    migrate(dsn)
    settings = demo_settings(dsn, valkey)
    seed(settings, days=2, today=TODAY)
    counted = look(
        postgres.dsn("ct_owned"), lambda conn: conn.fetchval("select count(*) from student")
    )
    assert counted > 1400


def test_serving_demo_accounts_by_accident_is_refused(
    empty: Callable[[], str], valkey: EmbeddedValkey
) -> None:
    real = Settings(database_url=empty(), redis_url=valkey.url)
    refuse_demo_database(real)
    demo = demo_settings(real.require_database_url(), valkey)
    seed(demo, days=0, today=TODAY)
    refuse_demo_database(demo)
    with pytest.raises(DemoDatabase, match="DEMO=1"):
        refuse_demo_database(real)


def test_a_database_that_cannot_be_asked_is_named_without_its_address(
    postgres: EmbeddedPostgres,
) -> None:
    secret = "postgresql://somebody:hunter2@127.0.0.1:1/nowhere"
    with pytest.raises(CommandFailed, match="cannot be reached") as failed:
        refuse_demo_database(Settings(database_url=secret))
    assert "hunter2" not in str(failed.value)
    with pytest.raises(CommandFailed, match="no tables"):
        refuse_demo_database(Settings(database_url=postgres.dsn("postgres")))


def test_holidays_are_those_of_vietnam_and_the_teachers_day_is_none() -> None:
    days = {each.day for each in holidays(date(2027, 3, 1))}
    assert {date(2026, 9, 2), date(2027, 1, 1), date(2027, 2, 6), date(2027, 4, 30)} <= days
    assert date(2026, 11, 20) not in days
    assert [first_year_of(date(2027, 7, 31)), first_year_of(date(2027, 8, 1))] == [2026, 2027]


def test_a_flood_day_is_a_wednesday_and_is_made_up_on_a_saturday() -> None:
    for ago in range(700):
        today = date(2027, 12, 31) - timedelta(days=ago)
        for day, kind, _ in flood(today):
            assert day.isoweekday() == (3 if kind == "closure" else 6)
            assert day < today
            assert day not in {each.day for each in holidays(today)}


def test_ids_are_version_7_and_names_are_never_taken_twice() -> None:
    assert demo_id("a").version == 7
    assert demo_id("a") != demo_id("b")
    rng, taken = draws("names"), set[str]()
    for _ in range(300):
        taken.add(full_name(rng, gender="female", generation="child", taken=taken))
    assert len(taken) == 300


@pytest.mark.long
@pytest.mark.parametrize("month", range(1, 13))
def test_any_time_of_the_year_can_be_filled(
    empty: Callable[[], str], valkey: EmbeddedValkey, month: int
) -> None:
    settings = demo_settings(empty(), valkey)
    seed(settings, days=30, today=date(2027, month, 9))
    filled = look(settings.require_database_url(), _contents)
    assert {"scan_event", "attendance_day", "student"} <= filled.keys()
