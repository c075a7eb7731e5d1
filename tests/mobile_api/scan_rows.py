"""Pupils to scan, and what scans leave behind."""

from typing import Any

import asyncpg

from tests.world import School, Student, World

TABLES = ("scan_event", "scan_refusal", "scan_receipt", "attendance_day", "outbox")


async def counts(owner: asyncpg.Connection) -> dict[str, int]:
    return {table: await owner.fetchval(f"select count(*) from {table}") for table in TABLES}


async def pupils(world: World, school: School, count: int) -> list[Student]:
    return [await world.student(school, f"Nguyễn Văn {number}") for number in range(count)]


async def row(owner: asyncpg.Connection, sql: str) -> tuple[Any, ...]:
    return tuple(*await owner.fetch(sql))


async def written(owner: asyncpg.Connection) -> dict[str, int]:
    """Rows of attendance: what a refused scan must leave untouched."""
    tables = ("scan_event", "attendance_day", "outbox", "scan_location")
    return {table: await owner.fetchval(f"select count(*) from {table}") for table in tables}


NOTHING = {"scan_event": 0, "attendance_day": 0, "outbox": 0, "scan_location": 0}
