"""The tenancy rules of DESIGN section 2, read from PostgreSQL's own catalogue.

A table that nobody has put into one of the three classes fails here, and so does one that breaks
the rules of its class.
"""

import asyncpg
import pytest

from tests.catalogue import DIRECTORY, GLOBAL, NO_TARGET, ROLES, Catalogue, read_catalogue


@pytest.fixture
async def catalogue(owner: asyncpg.Connection) -> Catalogue:
    return await read_catalogue(owner)


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
