"""SQL over the global tables `org_unit` and `school`."""

from collections.abc import Collection
from datetime import datetime

from app import db
from app.schools.org.model import OrgUnit, School

# Ids of global rows are the next number under this lock: there are no sequences (DESIGN 2.4).
_NEXT_ID_LOCK = "select pg_advisory_xact_lock(72170002)"


async def live_schools(conn: db.Conn) -> list[int]:
    """All schools that are not ended."""
    found = await db.rows(conn, "select id from school where ended_at is null order by id")
    return [row["id"] for row in found]


async def units_above(conn: db.Conn, *, school_ids: Collection[int]) -> list[int]:
    """The units that these schools lie in, up to the root."""
    found = await db.rows(
        conn,
        """
        with recursive unit as (
            select o.id, o.parent_id from org_unit o
             where o.id in (select org_unit_id from school where id = any($1::int[]))
             union
            select o.id, o.parent_id from org_unit o join unit on o.id = unit.parent_id)
        select id from unit order by id
        """,
        list(school_ids),
    )
    return [row["id"] for row in found]


async def school_name(conn: db.Conn, *, school_id: int) -> str:
    """What the school is called."""
    name: str = await db.value(conn, "select name from school where id = $1", school_id)
    return name


async def units_under(
    conn: db.Conn, *, root_ids: Collection[int], after_id: int, limit: int
) -> list[OrgUnit]:
    """These units and all below them, by id."""
    return await db.many(
        conn,
        OrgUnit,
        """
        with recursive unit as (
            select id from org_unit where id = any($1::int[])
             union
            select o.id from org_unit o join unit on o.parent_id = unit.id)
        select o.id, o.parent_id, o.kind, o.name, o.created_at, o.ended_at
          from org_unit o join unit on unit.id = o.id
         where o.id > $2 and o.ended_at is null
         order by o.id limit $3
        """,
        list(root_ids),
        after_id,
        limit,
    )


async def unit_under(conn: db.Conn, *, root_ids: Collection[int], unit_id: int) -> OrgUnit | None:
    """One live unit at or below these."""
    return await db.one(
        conn,
        OrgUnit,
        """
        with recursive up as (
            select id, parent_id from org_unit where id = $2
             union
            select o.id, o.parent_id from org_unit o join up on up.parent_id = o.id)
        select id, parent_id, kind, name, created_at, ended_at from org_unit
         where id = $2 and ended_at is null
           and exists (select 1 from up where up.id = any($1::int[]))
        """,
        list(root_ids),
        unit_id,
    )


async def lock_unit(conn: db.Conn, *, unit_id: int) -> None:
    """Let changes of a unit, and additions below it, wait for each other."""
    await db.value(conn, "select 1 from org_unit where id = $1 for no key update", unit_id)


async def insert_unit(conn: db.Conn, *, parent_id: int, kind: str, name: str) -> OrgUnit:
    """A new unit with the next id."""
    await conn.execute(_NEXT_ID_LOCK)
    unit = await db.one(
        conn,
        OrgUnit,
        """
        insert into org_unit (id, parent_id, kind, name)
        select coalesce(max(id), 0) + 1, $1, $2, $3 from org_unit
        returning id, parent_id, kind, name, created_at, ended_at
        """,
        parent_id,
        kind,
        name,
    )
    assert unit is not None  # noqa: S101 - an insert of one row returns it
    return unit


async def update_unit(conn: db.Conn, *, unit: OrgUnit) -> None:
    await db.run(
        conn,
        "update org_unit set kind = $2, name = $3 where id = $1",
        unit.id,
        unit.kind,
        unit.name,
    )


async def end_unit(conn: db.Conn, *, unit_id: int, now: datetime) -> None:
    await db.run(conn, "update org_unit set ended_at = $2 where id = $1", unit_id, now)


async def is_unit_used(conn: db.Conn, *, unit_id: int) -> bool:
    """Whether a live unit or school hangs below."""
    used: bool = await db.value(
        conn,
        """
        select exists (select 1 from org_unit where parent_id = $1 and ended_at is null)
            or exists (select 1 from school where org_unit_id = $1 and ended_at is null)
        """,
        unit_id,
    )
    return used


async def schools_among(
    conn: db.Conn, *, school_ids: Collection[int], after_id: int, limit: int
) -> list[School]:
    """The live schools of a list, by id."""
    return await db.many(
        conn,
        School,
        """
        select id, org_unit_id, name, level, phone, created_at, ended_at from school
         where id = any($1::int[]) and id > $2 and ended_at is null
         order by id limit $3
        """,
        list(school_ids),
        after_id,
        limit,
    )


async def school(conn: db.Conn, *, school_id: int) -> School | None:
    return await db.one(
        conn,
        School,
        """
        select id, org_unit_id, name, level, phone, created_at, ended_at from school where id = $1
        """,
        school_id,
    )


async def insert_school(conn: db.Conn, *, org_unit_id: int, name: str, level: str) -> School:
    """A new school with the next id."""
    await conn.execute(_NEXT_ID_LOCK)
    made = await db.one(
        conn,
        School,
        """
        insert into school (id, org_unit_id, name, level)
        select coalesce(max(id), 0) + 1, $1, $2, $3 from school
        returning id, org_unit_id, name, level, phone, created_at, ended_at
        """,
        org_unit_id,
        name,
        level,
    )
    assert made is not None  # noqa: S101 - an insert of one row returns it
    return made


async def insert_school_key(conn: db.Conn, *, school_id: int, wrapped: bytes) -> None:
    await db.run(
        conn,
        "insert into school_key (school_id, wrapped) values ($1, $2)",
        school_id,
        wrapped,
    )


async def update_school(conn: db.Conn, *, school: School) -> None:
    await db.run(
        conn,
        # Plans in memory hold name and level.
        "update school set org_unit_id = $2, name = $3, level = $4, plan_version = plan_version + 1"
        " where id = $1",
        school.id,
        school.org_unit_id,
        school.name,
        school.level,
    )


async def end_school(conn: db.Conn, *, school_id: int, now: datetime) -> None:
    await db.run(conn, "update school set ended_at = $2 where id = $1", school_id, now)


async def set_phone(conn: db.Conn, *, school_id: int, phone: str | None) -> None:
    await db.run(conn, "update school set phone = $2 where id = $1", school_id, phone)
