"""Years of a school's contact book, made by the database, and what a page of the feed reads."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from app import db

Node = dict[str, Any]
GROWING = (
    "announcement", "announcement_recipient", "remark", "homework", "lesson", "care_entry",
    "weekly_summary",
)  # fmt: skip
BOOK = (*GROWING, "announcement_read", "homework_done", "attachment", "enrolment")

# Each day of the book: $1 school, $2 pupils, $3 their classes by year, $4 the book's first day,
# $5 to $6 the days to write, $7 who writes. An id says what and when, as a real one does.
_DAYS = """
    with asked as (select $1::int, $2::uuid[], $3::uuid[], $7::uuid),
    t as (
        select d::date as day, d::date + time '09:00' as hour, d::date - $4::date as n,
               1 + (d::date - $4::date) / 365 as year
          from generate_series($5::date, $6::date - 1, interval '1 day') d),
    e as (
        select t.*, hour at time zone 'UTC' + i * interval '1 minute' as at, i, s, pupil,
               (lpad(to_hex(extract(epoch from hour)::bigint * 1000 + i), 12, '0') || '7000'
                 || '8' || lpad(to_hex(<salt>), 3, '0') || lpad(to_hex(<nth>), 12, '0'))::uuid as id
          from t cross join generate_series(1, <a day>) i
         cross join unnest(<pupils>) with ordinality as p (pupil, s))
"""
_EACH = {"<pupils>": "$2::uuid[]", "<nth>": "s"}
_ONCE = {"<pupils>": "($2::uuid[])[1:1]", "<nth>": "1"}
_ROWS = (
    (
        {"<salt>": "1", "<a day>": "3", **_ONCE},
        """
        insert into homework (school_id, id, class_id, subject, text, search_key, set_day, due_day,
               author_account_id, author_name, created_at, changed_at)
        select $1, id, ($3::uuid[])[year], 'Toán', repeat('Bài tập ', 12), 'bai tap', day, day + 1,
               $7, 'Cô Lan', at, at from e
        """,
    ),
    (
        {"<salt>": "2", "<a day>": "3", **_ONCE},
        """
        insert into lesson (school_id, id, class_id, subject, text, search_key, day,
               author_account_id, author_name, created_at, changed_at)
        select $1, id, ($3::uuid[])[year], 'Ngữ văn', repeat('Bài học ', 12), 'bai hoc', day, $7,
               'Cô Lan', at, at from e
        """,
    ),
    (
        {"<salt>": "3", "<a day>": "1", **_EACH},
        """
        insert into remark (school_id, id, student_id, class_id, day, kind, about, text, search_key,
               author_account_id, author_name, created_at, changed_at)
        select $1, id, pupil, ($3::uuid[])[year], day, 'praise', 'remark', repeat('Con ngoan ', 9),
               'con ngoan', $7, 'Cô Lan', at, at from e
        """,
    ),
    (
        {"<salt>": "4", "<a day>": "1", **_EACH},
        """
        insert into care_entry (school_id, student_id, day, id, class_id, lunch, author_account_id,
               author_name, created_at, changed_at)
        select $1, pupil, day, id, ($3::uuid[])[year], 'all', $7, 'Cô Lan', at, at from e
        """,
    ),
    (
        {"<salt>": "5", "<a day>": "1", **_EACH},
        """
        insert into weekly_summary (school_id, student_id, week_start, id, data, made_at)
        select $1, pupil, date_trunc('week', day)::date, id, '{"present": 5}', at from e
         where extract(isodow from day) = 6
        """,
    ),
    (
        {"<salt>": "6", "<a day>": "1", **_ONCE},
        """
        insert into announcement (school_id, id, author_account_id, author_name, author_title,
               state, title, body, to_families, to_staff, to_leaders, answer_kind, is_urgent,
               search_key, created_at, changed_at, published_at)
        select $1, id, $7, 'Cô Hiền', 'principal', 'published', 'Thông báo', repeat('Kính gửi', 60),
               true, false, false, 'none', false, 'thong bao', at, at, at from e
        """,
    ),
    (
        {"<salt>": "6", "<a day>": "1", "<pupils>": "$2::uuid[]", "<nth>": "1"},
        """
        insert into announcement_recipient (school_id, announcement_id, person_kind, person_id,
               published_at, changed_at)
        select $1, id, 'student', pupil, at, at from e
        """,
    ),
)


async def write_days(
    owner: asyncpg.Connection,
    *,
    school_id: int,
    pupils: Sequence[UUID],
    classes: Sequence[UUID],
    begins: date,
    first: date,
    upto: date,
    author: UUID,
) -> None:
    """The book of these days for all pupils, who change their class every 365 days."""
    async with owner.transaction():
        # Tens of thousands of rows: without looking each foreign key up.
        await owner.execute("set local session_replication_role = replica")
        for parts, insert in _ROWS:
            statement = _DAYS + insert
            for name, text in parts.items():
                statement = statement.replace(name, text)
            await owner.execute(
                statement, school_id, list(pupils), list(classes), begins, first, upto, author
            )
    await owner.execute(f"analyze {', '.join(BOOK)}")


class Explaining:
    """A connection that says of each statement how it is carried out, and carries it out.

    With `is_generic` by the plan that PostgreSQL keeps for any parameters, of a statement often
    used; without by the one made for these.
    """

    def __init__(self, conn: db.Conn, *, is_generic: bool) -> None:
        self._conn = conn
        self._is_generic = is_generic
        self.plans: list[Node] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    async def fetch(self, sql: str, *args: Any) -> Any:
        mode = "force_generic_plan" if self._is_generic else "force_custom_plan"
        await self._conn.execute(f"set local plan_cache_mode = {mode}")
        statement = await self._conn.prepare(sql)
        name = f"explained_{len(self.plans)}"
        types = [_type(each) for each in statement.get_parameters()]
        await self._conn.execute(f"prepare {name} ({', '.join(types)}) as {sql}")
        given = ", ".join(_literal(arg, kind) for arg, kind in zip(args, types, strict=True))
        explained = await self._conn.fetchval(
            f"explain (analyze, buffers, format json) execute {name} ({given})"
        )
        await self._conn.execute(f"deallocate {name}")
        self.plans.append(json.loads(explained)[0]["Plan"])
        return await self._conn.fetch(sql, *args)

    @property
    def nodes(self) -> Iterator[Node]:
        for plan in self.plans:
            yield from _below(plan)

    @property
    def rows_read(self) -> int:
        """Rows that scans of tables have looked at, thrown away ones too."""
        return sum(
            round(
                (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            )
            for node in self.nodes
            if node.get("Relation Name") in BOOK
        )

    @property
    def blocks_read(self) -> int:
        return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self.plans)

    @property
    def whole_tables(self) -> set[str]:
        """Tables read from their beginning to their end."""
        return {
            node["Relation Name"]
            for node in self.nodes
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING
        }


def _below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", []):
        yield from _below(child)


def _type(kind: asyncpg.Type) -> str:
    return f"{kind.name.removesuffix('[]').removeprefix('_')}{'[]' if kind.kind == 'array' else ''}"


def _literal(arg: object, kind: str) -> str:
    if arg is None:
        return f"null::{kind}"
    if isinstance(arg, list):
        inner = ",".join("null" if each is None else f'"{each}"' for each in arg)
        return f"'{{{inner}}}'::{kind}"
    return f"'{arg}'::{kind}"
