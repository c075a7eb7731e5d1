"""A school and its roster sheets, imported as the API and the worker do it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app import db
from app.schools.common import lock_school
from app.schools.imports.model import ImportResult
from app.schools.imports.roster import apply_roster, plan_roster
from app.schools.imports.roster_columns import ROSTER_COLUMNS
from app.sheets.reading import read_sheet
from mobile_api.resources import Resources
from tests.app.sheets.files import xlsx
from tests.world import Person, School, World

HEADINGS = [column.heading for column in ROSTER_COLUMNS]
# By heading's place: code, name, born, gender, class, shift, then guardian, phone, relation twice.
Line = Sequence[Any]


def line(
    code: Any = None,
    name: Any = "Nguyễn Văn An",
    born: Any = None,
    gender: Any = None,
    class_name: Any = "6A1",
    shift: Any = None,
    *guardians: Any,
) -> list[Any]:
    """One row; guardians as name, phone, relation."""
    cells = [code, name, born, gender, class_name, shift, *guardians]
    return cells + [None] * (12 - len(cells))


class Importer:
    """Imports files into one school, as its principal."""

    def __init__(self, world: World, resources: Resources, school: School, who: Person) -> None:
        self.world, self.resources, self.school, self.who = world, resources, school, who
        self.steps: list[tuple[int, int]] = []

    async def file(
        self, data: bytes, *, dry_run: bool = False, create_classes: bool = False
    ) -> ImportResult:
        sheet = await read_sheet(data, filename="danh sách.xlsx", columns=ROSTER_COLUMNS)
        vault, now = self.resources.vault, self.resources.clock()

        async def told(done: int, total: int) -> None:
            self.steps.append((done, total))

        async with db.transaction(self.resources.pool, schools=[self.school.id]) as conn:
            if not dry_run:
                await lock_school(conn, school_id=self.school.id)
            plan = await plan_roster(
                conn,
                vault=vault,
                school_id=self.school.id,
                sheet=sheet,
                create_classes=create_classes,
                locale="en",
                now=now,
                told=told,
            )
            if not dry_run and not plan.result.errors:
                await apply_roster(
                    conn,
                    vault=vault,
                    school_id=self.school.id,
                    plan=plan,
                    account_id=self.who.account_id,
                    now=now,
                    told=told,
                )
        return plan.result

    async def rows(self, *lines: Line, **options: Any) -> ImportResult:
        """Import these rows; a good second run of them changes nothing."""
        result = await self.file(xlsx([HEADINGS, *lines]), **options)
        if not result.errors and not options.get("dry_run"):
            again = await self.file(xlsx([HEADINGS, *lines]), **options)
            assert counts(again) == (0, 0, len(lines)), again
        return result

    async def pupils(self) -> list[tuple[Any, ...]]:
        """Name, code, birthday, class of the live ones, by name and birthday."""
        rows = await self.world.owner.fetch(
            """
            select s.name, s.moet_code, s.born_on, c.name as class_name from student s
              join enrolment e on e.school_id = s.school_id and e.student_id = s.id
                   and e.to_day is null
              join school_class c on c.school_id = e.school_id and c.id = e.class_id
             where s.school_id = $1 and s.ended_at is null
             order by s.name, s.born_on, s.moet_code
            """,
            self.school.id,
        )
        return [tuple(row) for row in rows]

    async def links(self) -> list[tuple[Any, ...]]:
        """Pupil, guardian, relation, whether live, whether blocked, by pupil and guardian."""
        rows = await self.world.owner.fetch(
            """
            select s.name, g.name, l.relation, l.ended_at is null, l.custody_blocked_at is not null
              from guardianship l
              join student s on s.school_id = l.school_id and s.id = l.student_id
              join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
             where l.school_id = $1 order by s.name, g.name
            """,
            self.school.id,
        )
        return [tuple(row) for row in rows]


def counts(result: ImportResult) -> tuple[int, int, int]:
    return result.created, result.updated, result.unchanged


def told(result: ImportResult) -> list[tuple[int, str]]:
    """Row and column of each error."""
    return [(each.row, each.column) for each in result.errors]


def warned(result: ImportResult) -> list[tuple[int, str]]:
    return [(each.row, each.column) for each in result.warnings]


BORN = date(2014, 3, 1)
