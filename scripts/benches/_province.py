"""A province for benchmarks: bulk-written schools with guards, pupils, cards and parents."""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from app.attendance.codes import issue_card
from app.crypto import Vault
from app.identity.tokens import AccessTokens
from app.ids import new_id
from app.names import search_key, sort_key

# By table and its columns: "school:id,name".
Rows = dict[str, list[tuple[Any, ...]]]

LAT, LNG = 16.4637, 107.5909


class BenchSchool(Struct, frozen=True, kw_only=True):
    """What a load generator needs of one school: its gate, its guards' tokens, its cards."""

    id: int
    gate_id: UUID
    guards: list[str]
    cards: list[str]
    account_ids: list[UUID]


async def build(
    dsn: str, vault: Vault, *, schools: int, guards: int, pupils: int, first_id: int = 1
) -> list[BenchSchool]:
    """Write the schools in bulk; each pupil has one parent with an account."""
    conn = await asyncpg.connect(dsn)
    # COPY is binary: jsonb is its version byte and the text.
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda text: b"\x01" + text.encode(),
        decoder=bytes,
        format="binary",
    )
    rows: Rows = {}
    built = [
        _school(rows, vault, school_id=first_id + n, guards=guards, pupils=pupils)
        for n in range(schools)
    ]
    async with conn.transaction():
        await conn.execute(
            "insert into org_unit (id, kind, name) values (1, 'department', 'Sở')"
            " on conflict do nothing"
        )
        for table, records in rows.items():
            name, _, names = table.partition(":")
            await conn.copy_records_to_table(name, records=records, columns=names.split(","))
    await conn.execute("analyze")
    await conn.close()
    return built


def _school(
    rows: dict[str, list[tuple[Any, ...]]],
    vault: Vault,
    *,
    school_id: int,
    guards: int,
    pupils: int,
) -> BenchSchool:
    campus, gate, shift, klass = (new_id() for _ in range(4))
    fence = f'{{"type": "circle", "lat": {LAT}, "lng": {LNG}, "radius_m": 100}}'

    def add(table: str, *values: Any) -> None:
        rows.setdefault(table, []).append(values)

    add("school:id,org_unit_id,name,level", school_id, 1, f"Trường {school_id}", "primary")
    add("campus:school_id,id,name,fence", school_id, campus, "Cơ sở 1", fence)
    add(
        "station:school_id,id,campus_id,number,name,kind",
        school_id,
        gate,
        campus,
        1,
        "Cổng",
        "gate",
    )
    add(
        "shift:school_id,id,name,starts_at,ends_at,late_after,cut_off,weekdays",
        school_id, shift, "Cả ngày", time(0, 1), time(23, 59), time(23, 57), time(23, 58),
        [1, 2, 3, 4, 5, 6, 7],
    )  # fmt: skip
    add(
        "school_class:school_id,id,school_year,grade,name,campus_id",
        school_id, klass, "2026-2027", 1, "1A", campus,
    )  # fmt: skip
    add("class_shift:school_id,class_id,shift_id", school_id, klass, shift)
    tokens = [_guard(add, vault, school_id) for _ in range(guards)]
    cards, parents = zip(
        *(_pupil(add, vault, school_id, klass, n) for n in range(pupils)), strict=True
    )
    return BenchSchool(
        id=school_id, gate_id=gate, guards=tokens, cards=list(cards), account_ids=list(parents)
    )


def _guard(add: Any, vault: Vault, school_id: int) -> str:
    account, device, session, staff = (new_id() for _ in range(4))
    now = datetime.now(UTC)
    add("account:id,phone_sealed,phone_index", account, b"-", secrets.token_bytes(32))
    add("device:id,name,platform", device, "Điện thoại", "android")
    expires = now + timedelta(days=1)
    add("session:id,account_id,device_id,expires_at", session, account, device, expires)
    name = "Trần Văn Bảo"
    add(
        "staff:school_id,id,account_id,name,sort_key,search_key",
        school_id, staff, account, name, sort_key(name), search_key(name),
    )  # fmt: skip
    add(
        "membership:id,account_id,school_id,role,person_id",
        new_id(), account, school_id, "guard", staff,
    )  # fmt: skip
    return AccessTokens(vault).issue(account_id=account, session_id=session, now=now)


def _pupil(add: Any, vault: Vault, school_id: int, klass: UUID, n: int) -> tuple[str, UUID]:
    student, card, account = new_id(), secrets.token_bytes(8), new_id()
    name = f"Nguyễn Văn An {n}"
    add(
        "student:school_id,id,name,sort_key,search_key",
        school_id, student, name, sort_key(name), search_key(name),
    )  # fmt: skip
    add(
        "enrolment:school_id,student_id,class_id,from_day",
        school_id, student, klass, date(2026, 1, 1),
    )  # fmt: skip
    key_id = vault.ring.current_id
    add("card:school_id,id,student_id,key_id", school_id, card, student, key_id)
    add("account:id,phone_sealed,phone_index", account, b"-", secrets.token_bytes(32))
    add(
        "guardianship:school_id,student_id,guardian_id,account_id,relation",
        school_id, student, new_id(), account, "mother",
    )  # fmt: skip
    return issue_card(vault.ring, school_id=school_id, card_id=card), account
