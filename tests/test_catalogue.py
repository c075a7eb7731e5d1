"""The tenancy rules of DESIGN section 2, read from PostgreSQL's own catalogue.

A table that nobody has put into one of the three classes fails here, and so does one that breaks
the rules of its class.
"""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app import db
from app.attendance.plan import school_day
from app.ids import new_id
from scripts.servers.postgres import EmbeddedPostgres
from tests.conftest import Clock, create_database
from tests.world import Person, School, Student, World

GLOBAL = {"org_unit", "school"}
DIRECTORY = {
    "account",
    "device",
    "session",
    "refresh_token",
    "otp_challenge",
    "membership",
    "guardianship",
}
MIGRATIONS = {"schema_migrations"}
ROLES = ("ct_app", "ct_relay", "ct_worker")
# Nothing in a school's or a person's own tables may hang on these (DESIGN 2.1).
NO_TARGET = {"session", "device", "refresh_token", "otp_challenge"}

TABLES = """
    select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
           (select a.attname from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             order by a.attnum limit 1) as first_column
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
"""
UNIQUE_INDEXES = """
    select t.relname as table_name, i.relname as index_name,
           (select a.attname from pg_attribute a
             where a.attrelid = x.indrelid and a.attnum = x.indkey[0]) as first_column
      from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
      join pg_namespace n on n.oid = t.relnamespace
     where n.nspname = 'public' and not t.relispartition and (x.indisunique or x.indisprimary)
"""
FOREIGN_KEYS = """
    select t.relname as table_name, k.conname, f.relname as target,
           (select a.attname from pg_attribute a
             where a.attrelid = k.conrelid and a.attnum = k.conkey[1]) as first_column
      from pg_constraint k join pg_class t on t.oid = k.conrelid
      join pg_class f on f.oid = k.confrelid
     where k.contype = 'f' and not t.relispartition and k.connamespace = 'public'::regnamespace
"""


class Catalogue:
    """What the catalogue says, and which class each table is of."""

    def __init__(self, tables: list[Any], indexes: list[Any], foreign_keys: list[Any]) -> None:
        self.tables = {row["relname"]: row for row in tables}
        self.indexes = indexes
        self.foreign_keys = foreign_keys
        placed = GLOBAL | DIRECTORY | MIGRATIONS
        open_tables = {name for name in self.tables if name not in placed}
        self.of_school = {t for t in open_tables if self.first_column(t) == "school_id"}
        self.of_account = {t for t in open_tables if self.first_column(t) == "account_id"}
        self.unplaced = open_tables - self.of_school - self.of_account

    def first_column(self, table: str) -> str:
        return str(self.tables[table]["first_column"])

    @property
    def partitioned(self) -> set[str]:
        return {name for name, row in self.tables.items() if row["relkind"] == b"p"}

    @property
    def guarded(self) -> list[str]:
        """The tables that row level security must close."""
        return sorted(self.of_school | self.of_account)

    def owner_column(self, table: str) -> str:
        return "school_id" if table in self.of_school else "account_id"


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, database: str) -> str:
    """A database of its own: the rows below need its checks dropped."""
    create_database(postgres, "ct_catalogue", template="ct_template")
    return postgres.dsn("ct_catalogue")


@pytest.fixture
async def catalogue(owner: asyncpg.Connection) -> Catalogue:
    return Catalogue(
        await owner.fetch(TABLES),
        await owner.fetch(UNIQUE_INDEXES),
        await owner.fetch(FOREIGN_KEYS),
    )


def test_every_table_is_in_exactly_one_class(catalogue: Catalogue) -> None:
    assert catalogue.unplaced == set()
    assert set(catalogue.tables) >= GLOBAL | DIRECTORY
    assert {"student", "card", "scan_event", "attendance_day", "outbox"} <= catalogue.of_school
    assert {"inbox_item", "delivery", "push_token"} <= catalogue.of_account


async def test_the_tenants_column_has_the_tenants_type(
    owner: asyncpg.Connection, catalogue: Catalogue
) -> None:
    for table in catalogue.guarded:
        kind = await owner.fetchrow(
            """
            select format_type(atttypid, atttypmod) as type, attnotnull from pg_attribute
             where attrelid = $1::regclass and attname = $2
            """,
            table,
            catalogue.owner_column(table),
        )
        assert kind is not None
        wanted = "integer" if table in catalogue.of_school else "uuid"
        assert (kind["type"], kind["attnotnull"]) == (wanted, True), table


def test_every_key_of_a_school_or_account_table_begins_with_its_owner(
    catalogue: Catalogue,
) -> None:
    keyed = set()
    for index in catalogue.indexes:
        table = index["table_name"]
        if table in catalogue.guarded:
            keyed.add(table)
            assert index["first_column"] == catalogue.owner_column(table), index["index_name"]
    assert keyed == set(catalogue.guarded), "a table without a key"


def test_every_foreign_key_of_a_school_or_account_table_begins_with_its_owner(
    catalogue: Catalogue,
) -> None:
    for key in catalogue.foreign_keys:
        table, target = key["table_name"], key["target"]
        if table not in catalogue.guarded:
            continue
        assert target not in NO_TARGET, key["conname"]
        if target == "account":
            # A person of the school is named; the link itself stands in the directory.
            assert key["first_column"] == "account_id", key["conname"]
        else:
            assert key["first_column"] == catalogue.owner_column(table), key["conname"]


def test_the_directory_hangs_on_no_schools_rows(catalogue: Catalogue) -> None:
    for key in catalogue.foreign_keys:
        if key["table_name"] in GLOBAL | DIRECTORY:
            assert key["target"] in GLOBAL | DIRECTORY, key["conname"]


async def test_row_level_security_is_forced_with_a_policy_that_also_guards_writing(
    owner: asyncpg.Connection, catalogue: Catalogue
) -> None:
    for table in catalogue.guarded:
        row = catalogue.tables[table]
        assert (row["relrowsecurity"], row["relforcerowsecurity"]) == (True, True), table
        setting = "app.schools" if table in catalogue.of_school else "app.account"
        policies = await owner.fetch(
            """
            select cmd, qual, with_check from pg_policies
             where schemaname = 'public' and tablename = $1
               and roles && array['ct_app', 'public']::name[]
            """,
            table,
        )
        assert len(policies) == 1, table
        assert policies[0]["cmd"] == "ALL"
        # Without a `with check` of its own PostgreSQL takes `using` for it.
        for expression in (policies[0]["qual"], policies[0]["with_check"]):
            assert expression is None or setting in expression, table
        assert setting in policies[0]["qual"], table


async def test_our_roles_own_nothing_and_get_around_nothing(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """
        select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin
          from pg_roles where rolname = any($1::text[])
        """,
        list(ROLES),
    )
    assert {row["rolname"] for row in rows} == set(ROLES)
    for row in rows:
        assert not any(list(row.values())[1:]), row
    owned = await owner.fetchval(
        """
        select (select count(*) from pg_class where relowner = any($1::regrole[]))
             + (select count(*) from pg_proc where proowner = any($1::regrole[]))
             + (select count(*) from pg_namespace where nspowner = any($1::regrole[]))
        """,
        list(ROLES),
    )
    assert owned == 0
    members = await owner.fetchval(
        "select count(*) from pg_auth_members where member = any($1::regrole[])", list(ROLES)
    )
    assert members == 0


async def test_our_roles_may_not_read_around_the_policies_through_a_partition(
    owner: asyncpg.Connection,
) -> None:
    """A partition has policies of its own, and needs none as long as nobody has rights to it."""
    held = await owner.fetch(
        """
        select c.relname, r.role from pg_class c, unnest($1::text[]) as r (role)
         where c.relispartition
           and has_table_privilege(r.role, c.oid, 'select, insert, update, delete, truncate')
        """,
        list(ROLES),
    )
    assert held == []


async def test_our_roles_neither_truncate_nor_create(
    owner: asyncpg.Connection, catalogue: Catalogue
) -> None:
    for role in ROLES:
        for table in catalogue.tables:
            mighty = await owner.fetchval(
                "select has_table_privilege($1, $2::text, 'truncate, references, trigger')",
                role,
                table,
            )
            assert not mighty, (role, table)
        assert not await owner.fetchval("select has_schema_privilege($1, 'public', 'create')", role)


async def test_the_hash_of_what_happened_cannot_be_rewritten_by_the_app(
    owner: asyncpg.Connection,
) -> None:
    for table in ("scan_event", "scan_receipt", "attendance_correction"):
        may = await owner.fetchval("select has_table_privilege('ct_app', $1, 'delete')", table)
        assert not may, table


async def test_there_are_no_sequences(owner: asyncpg.Connection) -> None:
    sequences = await owner.fetch(
        "select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace"
    )
    assert sequences == []


# Rows -----------------------------------------------------------------------------------------


class TwoSchools:
    """Rows of two schools and two accounts in every guarded table."""

    def __init__(self, schools: list[School], accounts: list[Person]) -> None:
        self.schools = schools
        self.accounts = accounts


@pytest.fixture
async def filled(
    owner: asyncpg.Connection, world: World, clock: Clock, catalogue: Catalogue
) -> TwoSchools:
    schools, accounts = [], []
    for _ in range(2):
        school = await world.school()
        student = await world.student(school)
        guard = await world.staff(school, "guard")
        await world.staff(school, "subject_teacher")
        await world.guardian(student)
        await _fill_school(owner, school, student, guard, clock)
        await _fill_account(owner, guard, clock)
        schools.append(school)
        accounts.append(guard)
    for table in catalogue.guarded:
        column = catalogue.owner_column(table)
        held = await owner.fetchval(f'select count(distinct {column}) from "{table}"')
        assert held == 2, f"{table}: the test must put rows of both owners into it"
    return TwoSchools(schools, accounts)


async def _fill_school(
    owner: asyncpg.Connection, school: School, student: Student, guard: Person, clock: Clock
) -> None:
    now, day = clock.now, school_day(clock.now)
    values: dict[str, Any] = {
        "school_id": school.id,
        "day": day,
        "student_id": student.id,
        "person_id": student.id,
        "event_id": new_id(),
        "shift_id": school.morning_id,
        "class_id": school.class_id,
        "station_id": school.gate_id,
        "campus_id": school.campus_id,
        "device_id": guard.device_id,
        "staff_id": guard.person_id,
        "account_id": guard.account_id,
    }
    for table in await _empty_tables(owner, "school_id", school.id):
        await _insert(owner, table, values, now)


async def _fill_account(owner: asyncpg.Connection, person: Person, clock: Clock) -> None:
    values: dict[str, Any] = {
        "account_id": person.account_id,
        "day": school_day(clock.now),
        "device_id": person.device_id,
    }
    for table in await _empty_tables(owner, "account_id", person.account_id):
        await _insert(owner, table, values, clock.now)


async def _empty_tables(owner: asyncpg.Connection, column: str, owner_id: Any) -> list[str]:
    tables = [row["relname"] for row in await owner.fetch(TABLES) if row["first_column"] == column]
    return [
        table
        for table in tables
        if table not in DIRECTORY
        and not await owner.fetchval(f'select 1 from "{table}" where {column} = $1', owner_id)
    ]


async def _insert(owner: asyncpg.Connection, table: str, values: dict[str, Any], now: Any) -> None:
    """A row with something of the right type in every column; checks are left aside.

    So a new table is filled, and its policies tried, without a line added here.
    """
    columns = await owner.fetch(
        """
        select attname as name, format_type(atttypid, null) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped
           and attgenerated = ''
         order by attnum
        """,
        table,
    )
    row = [values.get(each["name"], _something(each["type"], now)) for each in columns]
    names = ", ".join(f'"{each["name"]}"' for each in columns)
    marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    checks = await owner.fetch(
        "select conname from pg_constraint where conrelid = $1::regclass and contype = 'c'", table
    )
    async with owner.transaction():
        for check in checks:
            await owner.execute(f'alter table "{table}" drop constraint "{check["conname"]}"')
        await owner.execute("set local session_replication_role = replica")
        await owner.execute(f'insert into "{table}" ({names}) values ({marks})', *row)


def _something(kind: str, now: Any) -> Any:
    if kind.endswith("[]"):
        return []
    return {
        "uuid": new_id(),
        "text": secrets.token_hex(8),
        "bytea": secrets.token_bytes(8),
        "boolean": False,
        "date": school_day(now),
        "jsonb": {},
        "timestamp with time zone": now + timedelta(days=1),
        "time without time zone": now.time(),
    }.get(kind, 1)


@pytest.fixture
async def app_conn(database: str, filled: TwoSchools) -> AsyncIterator[asyncpg.Connection]:
    conn = await db.connect(database, role=db.APP_ROLE)
    yield conn
    await conn.close()


async def test_without_a_setting_the_app_sees_and_changes_no_row(
    app_conn: asyncpg.Connection, catalogue: Catalogue
) -> None:
    for table in catalogue.guarded:
        assert await app_conn.fetchval(f'select count(*) from "{table}"') == 0, table
        async with app_conn.transaction():
            await db.scope(app_conn)
            assert await app_conn.fetchval(f'select count(*) from "{table}"') == 0, table
    # After a transaction the setting is '', not null: still no row.
    assert await app_conn.fetchval("select count(*) from student") == 0


async def test_with_one_owners_setting_the_app_sees_that_owners_rows_alone(
    app_conn: asyncpg.Connection, filled: TwoSchools, catalogue: Catalogue
) -> None:
    for number in range(2):
        school, account = filled.schools[number], filled.accounts[number]
        async with app_conn.transaction():
            await db.scope(app_conn, schools=[school.id], accounts=[account.account_id])
            for table in catalogue.guarded:
                column = catalogue.owner_column(table)
                seen = await app_conn.fetch(f'select distinct {column} as id from "{table}"')
                own = school.id if column == "school_id" else account.account_id
                assert [row["id"] for row in seen] == [own], table


async def test_the_app_neither_writes_into_nor_moves_rows_to_another_owner(
    app_conn: asyncpg.Connection, filled: TwoSchools, catalogue: Catalogue
) -> None:
    (own, other), (me, you) = filled.schools, filled.accounts
    for table in catalogue.guarded:
        column = catalogue.owner_column(table)
        foreign: Any = other.id if column == "school_id" else you.account_id
        mine: Any = own.id if column == "school_id" else me.account_id
        for privilege, sql, args in [
            ("insert", _insert_of(catalogue, table, column), [foreign]),
            ("update", f'update "{table}" set {column} = $1 where {column} = $2', [foreign, mine]),
        ]:
            if not await app_conn.fetchval(
                "select has_table_privilege(current_user, $1::text, $2)", table, privilege
            ):
                continue
            async with app_conn.transaction():
                await db.scope(app_conn, schools=[own.id], accounts=[me.account_id])
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                    async with app_conn.transaction():
                        await app_conn.execute(sql, *args)
        for privilege, sql in [
            ("update", f'update "{table}" set {column} = {column} where {column} = $1'),
            ("delete", f'delete from "{table}" where {column} = $1'),
        ]:
            if not await app_conn.fetchval(
                "select has_table_privilege(current_user, $1::text, $2)", table, privilege
            ):
                continue
            async with app_conn.transaction():
                await db.scope(app_conn, schools=[own.id], accounts=[me.account_id])
                assert await app_conn.execute(sql, foreign) in ("UPDATE 0", "DELETE 0"), table


def _insert_of(catalogue: Catalogue, table: str, column: str) -> str:
    if table in catalogue.partitioned:  # the row must find its partition to be judged at all
        return f'insert into "{table}" ({column}, day) values ($1, current_date)'
    return f'insert into "{table}" ({column}) values ($1)'


@pytest.mark.parametrize("role", ["ct_relay", "ct_worker"])
async def test_relay_and_worker_reach_only_the_few_tables_they_need(
    owner: asyncpg.Connection, catalogue: Catalogue, role: str
) -> None:
    readable = {
        table
        for table in catalogue.tables
        if await owner.fetchval("select has_table_privilege($1, $2::text, 'select')", role, table)
    }
    forbidden = {
        "student",
        "guardian",
        "staff",
        "card",
        "school_key",
        "session",
        "refresh_token",
        "otp_challenge",
        "membership",
        "scan_location",
        "scan_event",
    }
    assert readable & forbidden == set()


async def test_ids_come_from_the_application(owner: asyncpg.Connection) -> None:
    """No default makes a key: a default in the server cannot be a UUIDv7 before PostgreSQL 18."""
    defaults = await owner.fetch(
        """
        select attrelid::regclass::text as table_name, attname from pg_attribute
         where atthasdef and attrelid in (select oid from pg_class
                                           where relnamespace = 'public'::regnamespace)
           and atttypid = 'uuid'::regtype
        """
    )
    assert defaults == []
