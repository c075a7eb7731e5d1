"""All rows of all tables as they were, to compare with and to go back to."""

from typing import Final

import asyncpg

# Each statement that writes says where it wrote, so that of some hundred and thirty tables only
# those few are compared and filled again.
_WATCH: Final = """
    drop schema if exists watch cascade;
    create schema watch;
    create unlogged table watch.written (name text not null);
    create function watch.note() returns trigger language plpgsql security definer as $$
        begin
            insert into watch.written values (tg_relname);
            return null;
        end $$;
"""
_TABLES: Final = """
    select c.relname, string_agg(a.attname, ', ' order by a.attnum) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       and not a.attisdropped and a.attgenerated = ''
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'schema_migrations' group by 1 order by 1
"""


class Saved:
    """The rows as they were at `save`. Until `close` the tables are watched."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        self._owner = owner
        # What is generated is not written back.
        self._columns: dict[str, str] = {}
        self._written: set[str] = set()

    async def save(self) -> None:
        """From now on this is how it was."""
        rows = await self._owner.fetch(_TABLES)
        self._columns = {row["relname"]: row["columns"] for row in rows}
        self._written = set()
        copies = "".join(
            f"drop table if exists saved_{table};"
            f" create temporary table saved_{table} as table {table};"
            f" create trigger watch after insert or update or delete on {table}"
            " for each statement execute function watch.note();"
            for table in self._columns
        )
        await self._owner.execute(_WATCH + copies)

    async def restore(self) -> None:
        await self._look()
        rows = "".join(
            f"delete from {table};"
            f" insert into {table} ({self._columns[table]})"
            f" select {self._columns[table]} from saved_{table};"
            for table in self._written
        )
        # As a replica nothing else is written by it, and nothing is noted.
        await self._owner.execute(
            f"begin; set local session_replication_role = replica; {rows} commit"
        )
        self._written = set()

    async def differing(self) -> list[str]:
        """The tables that are not as they were; a session may have been used in between."""
        await self._look()
        return await self._compared(self._written)

    async def close(self) -> None:
        """Go back once more, by what was watched, and see that nothing escaped the watch."""
        await self.restore()
        escaped = await self._compared(self._columns)
        await self._owner.execute("drop schema watch cascade")
        assert not escaped, f"written and not noted: {', '.join(escaped)}"

    async def _look(self) -> None:
        sql = "delete from watch.written returning name"
        self._written |= {row["name"] for row in await self._owner.fetch(sql)}

    async def _compared(self, tables: "set[str] | dict[str, str]") -> list[str]:
        queries = [
            f"select '{table}' from (select to_jsonb(t) - 'last_used_at' as j from {table} t) a"
            f" full join (select to_jsonb(t) - 'last_used_at' as j from saved_{table} t) b"
            " using (j) where a.j is null or b.j is null"
            for table in tables
        ]
        rows = await self._owner.fetch(" union ".join(queries)) if queries else []
        return sorted(row[0] for row in rows)
