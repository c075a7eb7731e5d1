"""Imports beside each other and beside the morning's scans."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from app import db
from app.schools.common import lock_school
from app.schools.imports.model import ImportConflict
from app.schools.imports.roster import RosterPlan, apply_roster, plan_roster
from app.schools.imports.roster_columns import ROSTER_COLUMNS
from app.sheets.reading import parse_sheet
from mobile_api.resources import Resources
from tests.app.schools.rosters import HEADINGS, Importer, counts, line
from tests.app.sheets.files import xlsx
from tests.conftest import Clock
from tests.gate import Gate, Pace
from tests.patience import PATIENCE_S
from tests.world import School, World


def family(n: int, class_name: str = "6A1", code: int = 4600000000) -> list[Any]:
    return line(
        code + n, f"Bé {n}", "1/3/2014", "Nam", class_name, None,
        f"Mẹ {n}", 912000000 + n, "Mẹ", f"Bố {n}", 987000000 + n, "Bố",
    )  # fmt: skip


def sheet_of(*lines: list[Any]) -> bytes:
    return xlsx([HEADINGS, *lines])


async def planned(roster: Importer, conn: db.Conn, data: bytes) -> RosterPlan:
    return await plan_roster(
        conn,
        vault=roster.resources.vault,
        school_id=roster.school.id,
        sheet=parse_sheet(data, filename="", columns=ROSTER_COLUMNS),
        create_classes=False,
        locale="vi",
        now=roster.resources.clock(),
        told=nobody,
    )


async def applied(roster: Importer, conn: db.Conn, plan: RosterPlan) -> None:
    await apply_roster(
        conn,
        vault=roster.resources.vault,
        school_id=roster.school.id,
        plan=plan,
        account_id=roster.who.account_id,
        now=roster.resources.clock(),
        told=nobody,
    )


async def nobody(_done: int, _total: int) -> None:
    return None


async def test_two_imports_of_one_file_at_once_write_it_once(roster: Importer) -> None:
    data = sheet_of(*(family(n) for n in range(150)))
    results = await asyncio.gather(*(roster.file(data) for _ in range(4)))
    assert sorted(counts(result) for result in results) == [(0, 0, 150)] * 3 + [(150, 0, 0)]
    assert await roster.world.owner.fetchval("select count(*) from guardianship") == 300


async def test_two_schools_with_the_same_parents_at_once_make_each_account_once(
    roster: Importer, resources: Resources, world: World
) -> None:
    other_school = await world.school()
    other = Importer(world, resources, other_school, await world.staff(other_school, "principal"))
    forth = sheet_of(*(family(n) for n in range(150)))
    back = sheet_of(*(family(n, code=4700000000) for n in reversed(range(150))))
    results = await asyncio.gather(roster.file(forth), other.file(back))
    assert [counts(result) for result in results] == [(150, 0, 0)] * 2
    accounts = await world.owner.fetchval("select count(*) from account")
    assert accounts == 302
    links = await world.owner.fetchval("select count(distinct account_id) from guardianship")
    assert links == 300


@pytest.mark.parametrize(
    "meanwhile",
    [
        "update student set ended_at = now()",
        "update school_class set ended_at = now() where name = '6A2'",
        "insert into student (school_id, id, name, sort_key, search_key, moet_code)"
        " select school_id, gen_random_uuid(), 'x', 'x', 'x', '4600000002' from student",
    ],
)
async def test_what_was_changed_since_it_was_planned_is_not_overwritten(
    roster: Importer, world: World, meanwhile: str
) -> None:
    await world.school_class(roster.school, "6A2")
    await roster.file(sheet_of(family(1)))
    async with db.transaction(roster.resources.pool, schools=[roster.school.id]) as conn:
        plan = await planned(roster, conn, sheet_of(family(1, "6A2"), family(2)))
        await world.owner.execute(meanwhile)
        with pytest.raises(ImportConflict):
            await applied(roster, conn, plan)


async def test_a_plan_is_good_while_the_school_is_locked(roster: Importer) -> None:
    """Who changes the school's plan or guardians waits; who reads does not."""
    await roster.file(sheet_of(family(1)))
    async with db.transaction(roster.resources.pool, schools=[roster.school.id]) as conn:
        await lock_school(conn, school_id=roster.school.id)
        await planned(roster, conn, sheet_of(family(2)))
        dry = await asyncio.wait_for(roster.file(sheet_of(family(2)), dry_run=True), PATIENCE_S)
        assert counts(dry) == (1, 0, 0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(roster.file(sheet_of(family(2))), 0.5)


async def test_scans_go_on_while_their_pupils_are_imported(
    roster: Importer, api: httpx.AsyncClient, clock: Clock, world: World, school: School
) -> None:
    pupils = [await world.student(school, f"Bé {n}") for n in range(60)]
    await world.school_class(school, "6A2")
    for n, pupil in enumerate(pupils):
        await world.owner.execute(
            "update student set moet_code = $2 where id = $1", pupil.id, str(4600000000 + n)
        )
    gate = Gate(api, clock, school, await world.staff(school, "guard"))
    importing = asyncio.create_task(
        roster.file(sheet_of(*(family(n, "6A2" if n < 60 else "6A1") for n in range(1500))))
    )
    pace, began, scanned = Pace(), time.monotonic(), 0
    outcomes = set()
    while not importing.done():
        pupil = pupils[scanned % len(pupils)]
        (result,) = await pace.results(gate, gate.scan(pupil.token))
        outcomes.add(result["outcome"])
        scanned += 1
    pace.assert_none_waited_for(time.monotonic() - began)
    assert counts(await importing) == (1440, 60, 0)
    assert outcomes <= {"ok", "duplicate"}
    assert scanned > 10
    moved = await world.owner.fetchval(
        "select count(*) from enrolment e join school_class c on c.id = e.class_id"
        " where c.name = '6A2' and e.to_day is null"
    )
    assert moved == 60
