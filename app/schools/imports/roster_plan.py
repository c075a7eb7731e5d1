"""What an import of the roster is going to write."""

from datetime import date
from uuid import UUID

import msgspec

from app.schools.classes.model import SchoolClass
from app.schools.guardians.model import Relation
from app.schools.imports.model import ImportResult
from app.schools.students.model import Gender


class PupilToWrite(msgspec.Struct, frozen=True, kw_only=True):
    """A new pupil, or a known one with what is to be stored from now on."""

    id: UUID
    name: str
    moet_code: str | None
    born_on: date | None
    gender: Gender | None


class GuardianToWrite(msgspec.Struct, frozen=True, kw_only=True):
    """`phone` in E.164."""

    id: UUID
    name: str
    phone: str


class LinkToWrite(msgspec.Struct, frozen=True, kw_only=True):
    """`phone` in E.164: whose account the link gets."""

    student_id: UUID
    guardian_id: UUID
    relation: Relation
    phone: str


class RosterPlan(msgspec.Struct, kw_only=True):
    """Nothing of it may be written while `result` has errors.

    `revived`: links that ended when the pupil went to another school. `relations`: links that
    stay, with another relation.
    """

    result: ImportResult
    rows: int
    new_classes: list[SchoolClass]
    used_class_ids: list[UUID]
    new_pupils: list[PupilToWrite]
    changed_pupils: list[PupilToWrite]
    placed: list[tuple[UUID, UUID]]  # pupil, class: new ones and those who move
    new_guardians: list[GuardianToWrite]
    renamed_guardians: list[tuple[UUID, str]]
    new_links: list[LinkToWrite]
    revived: list[LinkToWrite]
    relations: list[LinkToWrite]
    known_pupil_ids: list[UUID]  # those of whom anything changes
