"""The second wall (DESIGN 2.3), tried on every guarded table with rows of two owners."""

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
from tests.catalogue import DIRECTORY, TABLES, Catalogue, read_catalogue
from tests.conftest import Clock, create_database
from tests.world import Person, School, Student, World


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, database: str) -> str:
    """A database of its own: the rows below need its checks dropped."""
    create_database(postgres, "ct_catalogue", template="ct_template")
    return postgres.dsn("ct_catalogue")


@pytest.fixture
async def catalogue(owner: asyncpg.Connection) -> Catalogue:
    return await read_catalogue(owner)


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
