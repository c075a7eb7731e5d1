"""The roster import: pupils, their classes and guardians, compared with what the school has.

All or nothing. What a sheet leaves out stays: nobody is ended by an import, an empty cell changes
nothing, and an account is never touched.
"""

import asyncio
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.crypto import Vault
from app.ids import new_id
from app.jobs.model import Progress
from app.schools.common import school_day, school_year_of
from app.schools.imports import roster_columns as columns
from app.schools.imports.model import Locale
from app.schools.imports.notes import Fate, Notes
from app.schools.imports.roster_classes import Classes
from app.schools.imports.roster_columns import ROSTER_COLUMNS
from app.schools.imports.roster_guardians import Guardians
from app.schools.imports.roster_match import Matcher
from app.schools.imports.roster_plan import PupilToWrite, RosterPlan
from app.schools.imports.roster_rows import RosterRow, read_row
from app.schools.imports.roster_state import PupilNow, RosterNow, roster_now
from app.schools.imports.roster_writing import apply_roster
from app.sheets.model import Sheet

COLUMNS: Final = ROSTER_COLUMNS
_PIECE: Final = 200  # rows between two breaths of the event loop

__all__ = ["COLUMNS", "RosterPlan", "apply_roster", "plan_roster"]


async def plan_roster(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    sheet: Sheet,
    create_classes: bool,
    locale: Locale,
    now: datetime,
    told: Progress,
) -> RosterPlan:
    """What the sheet would change, with all that is wrong in it. Nothing is written.

    Classes are of the school year of `now`. To be applied, hold the school's lock from before on.
    `told` counts rows up to twice their number: the other half is `apply_roster`.
    """
    today = school_day(now)
    notes = Notes()
    rows: list[RosterRow] = []
    for index, row in enumerate(sheet.rows):
        read = read_row(row, sheet, notes, today)
        if read is not None:
            rows.append(read)
        if index % _PIECE == 0:
            await told(index, len(sheet.rows) * 2)
            await asyncio.sleep(0)
    phones = {guardian.phone for row in rows for guardian in row.guardians}
    state = await roster_now(conn, vault=vault, school_id=school_id, phones=phones, today=today)
    classes = Classes(state, notes, create=create_classes, school_year=school_year_of(today))
    class_of = classes.assign(rows)
    bad = notes.errors.rows | classes.unplaced
    rows = [row for row in rows if row.number not in bad]
    matcher = Matcher(state.pupils, class_of, notes)
    matcher.match(rows)
    planning = _Planning(state, notes, classes, class_of)
    for index, each in enumerate(rows):
        if each.number not in notes.errors.rows:
            planning.plan(each, matcher.matched.get(each.number))
        if index % _PIECE == 0:
            await asyncio.sleep(0)
    await told(len(sheet.rows), len(sheet.rows) * 2)
    return planning.finished(sheet, locale)


class _Planning:
    """Gathers what each row changes."""

    def __init__(
        self, state: RosterNow, notes: Notes, classes: Classes, class_of: dict[int, UUID]
    ) -> None:
        self._notes, self._classes, self._class_of = notes, classes, class_of
        self._guardians = Guardians(state, notes)
        self._new: list[PupilToWrite] = []
        self._changed: list[PupilToWrite] = []
        self._placed: list[tuple[UUID, UUID]] = []
        self._touched: set[UUID] = set()
        self._fates: dict[Fate, list[int]] = {"created": [], "updated": [], "unchanged": []}

    def plan(self, row: RosterRow, known: PupilNow | None) -> None:
        class_id = self._class_of.get(row.number)
        if known is None:
            self._plan_new(row, class_id)
            return
        is_changed = self._guardians.plan(row, known.id)
        stored = _as_stored(known)
        wanted = _as_wanted(row, stored)
        if wanted != stored:
            self._changed.append(wanted)
            is_changed = True
        if class_id is not None and class_id != known.class_id:
            self._placed.append((known.id, class_id))
            self._note_move(row, known, class_id)
            is_changed = True
        if is_changed:
            self._touched.add(known.id)
        self._fates["updated" if is_changed else "unchanged"].append(row.number)

    def finished(self, sheet: Sheet, locale: Locale) -> RosterPlan:
        renamed, rows = self._guardians.renamed()
        self._fates["updated"] += rows & set(self._fates["unchanged"])
        self._fates["unchanged"] = [n for n in self._fates["unchanged"] if n not in rows]
        new_classes = list(self._classes.new.values())
        made = {each.id for each in new_classes}
        guardians = self._guardians
        return RosterPlan(
            result=self._notes.result(sheet, self._fates.items(), locale=locale),
            rows=len(sheet.rows),
            new_classes=new_classes,
            used_class_ids=sorted({c for _, c in self._placed} - made),
            new_pupils=self._new,
            changed_pupils=self._changed,
            placed=self._placed,
            new_guardians=guardians.new,
            renamed_guardians=renamed,
            new_links=guardians.links,
            revived=guardians.revived,
            relations=guardians.relations,
            known_pupil_ids=sorted(self._touched),
        )

    def _plan_new(self, row: RosterRow, class_id: UUID | None) -> None:
        if class_id is None:
            words = ("học sinh mới phải có lớp", "a new pupil needs a class")
            self._notes.error(row.number, columns.CLASS, words)
            return
        student_id = new_id()
        self._new.append(
            PupilToWrite(
                id=student_id,
                name=row.name,
                moet_code=row.code,
                born_on=row.born_on,
                gender=row.gender,
            )
        )
        self._placed.append((student_id, class_id))
        self._guardians.plan(row, student_id)
        self._fates["created"].append(row.number)

    def _note_move(self, row: RosterRow, known: PupilNow, class_id: UUID) -> None:
        if row.code is not None or known.class_id is None:
            return
        former, name = self._classes.name(known.class_id), self._classes.name(class_id)
        self._notes.warn(
            row.number,
            columns.CLASS,
            (f"chuyển từ lớp {former} sang {name}", f"moves from class {former} to {name}"),
        )


def _as_stored(known: PupilNow) -> PupilToWrite:
    return PupilToWrite(
        id=known.id,
        name=known.name,
        moet_code=known.moet_code,
        born_on=known.born_on,
        gender=known.gender,
    )


def _as_wanted(row: RosterRow, stored: PupilToWrite) -> PupilToWrite:
    """An empty cell says nothing."""
    return PupilToWrite(
        id=stored.id,
        name=row.name,
        moet_code=row.code or stored.moet_code,
        born_on=row.born_on or stored.born_on,
        gender=row.gender or stored.gender,
    )
