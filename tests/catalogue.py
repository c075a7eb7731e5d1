"""What PostgreSQL's catalogue says of our tables, for the tests of the tenancy rules."""

from typing import Any

import asyncpg

GLOBAL = {
    "org_unit",
    "school",
    "web_push_key",
    "closure",
    "department_announcement",
    "department_attachment",
    "department_discarded_object",
    "merchant_school",
    "forbidden_collection",
}
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


async def read_catalogue(owner: asyncpg.Connection) -> Catalogue:
    return Catalogue(
        await owner.fetch(TABLES),
        await owner.fetch(UNIQUE_INDEXES),
        await owner.fetch(FOREIGN_KEYS),
    )
