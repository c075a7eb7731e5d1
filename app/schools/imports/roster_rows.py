"""A row of the roster as its cells say it, before it is compared with the school."""

import re
import unicodedata
from datetime import date
from typing import Final

import msgspec

from app import names
from app.names import search_key
from app.schools.guardians.model import Relation
from app.schools.imports import roster_columns as columns
from app.schools.imports.notes import Notes
from app.schools.students.model import Gender
from app.schools.students.service import OLDEST_BIRTH
from app.sheets import values
from app.sheets.model import BadCell, Cell, Row, Sheet

_GENDERS: Final[dict[str, Gender]] = {
    "nam": "male", "trai": "male", "male": "male", "m": "male",
    "nu": "female", "gai": "female", "female": "female", "f": "female",
}  # fmt: skip
# With their tones: `ba` is the father, `bà` the grandmother.
_RELATIONS: Final[dict[Relation, str]] = {
    "father": "bố cha ba tía bo father",
    "mother": "mẹ má me ma u bầm mother",
    "grandparent": "ông/bà ông bà ông-nội ông-ngoại bà-nội bà-ngoại ông-bà grandparent",
    "sibling": "anh/chị anh chị em anh-trai chị-gái anh-chị sibling",
    "other": "khác cô dì chú bác cậu mợ thím dượng người-thân người-giám-hộ giám-hộ khac other",
}
_RELATION_OF: Final[dict[str, Relation]] = {
    word.replace("-", " "): relation
    for relation, words in _RELATIONS.items()
    for word in words.split()
}
RELATION_NAMES: Final = ("Bố", "Mẹ", "Ông/Bà", "Anh/Chị", "Khác")
GENDER_NAMES: Final = ("Nam", "Nữ")
_BETWEEN: Final = re.compile(r"[,;+&\n]|\s+và\s+")
_TONES: Final = "\u0300\u0309\u0303\u0301\u0323"


class RowGuardian(msgspec.Struct, frozen=True, kw_only=True):
    """`slot` 0 or 1: the first or second of the row. `relation` None: not said."""

    slot: int
    name: str
    phone: str
    relation: Relation | None

    @property
    def key(self) -> tuple[str, str]:
        """One person of a school: two people may share a phone, the name tells them apart."""
        return self.phone, search_key(self.name)


class RosterRow(msgspec.Struct, frozen=True, kw_only=True):
    """None: the cell is empty, which says nothing. `class_names`: what the cell may mean; two
    where Excel has made a day of `6/2`."""

    number: int
    code: str | None
    name: str
    born_on: date | None
    gender: Gender | None
    class_names: tuple[str, ...]
    shift_words: str | None
    guardians: tuple[RowGuardian, ...]


def read_row(row: Row, sheet: Sheet, notes: Notes, today: date) -> RosterRow | None:
    """The row; None: it has an error, which is noted."""
    before = len(notes.errors)

    def born(cell: Cell) -> date | None:
        found = values.day(cell, is_1904=sheet.is_1904, today=today)
        if found is not None and not OLDEST_BIRTH <= found <= today:
            raise BadCell("ngày sinh không hợp lý", "is no plausible date of birth")
        return found

    code = notes.read(
        row, columns.CODE, lambda cell: values.code(cell, digits=10, is_typed=sheet.is_typed)
    )
    name = notes.required(row, columns.NAME, _person_name)
    born_on = notes.read(row, columns.BORN, born)
    gender = notes.read(row, columns.GENDER, _gender)
    read = RosterRow(
        number=row.number,
        code=code,
        name=name or "",
        born_on=born_on,
        gender=gender,
        class_names=notes.read(row, columns.CLASS, _class_names) or (),
        shift_words=notes.read(row, columns.SHIFT, values.text),
        guardians=_guardians(row, notes),
    )
    return read if len(notes.errors) == before else None


def person_key(name: str) -> str:
    """For `is it the same name`: case and the place of the tone do not matter, diacritics do.

    `Hoà` and `Hòa` are one name, `An` and `Ân` are two.
    """
    words = []
    for word in names.clean(name).casefold().split():
        marks = unicodedata.normalize("NFD", word)
        bare = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))
        words.append(bare + "".join(sorted(c for c in marks if c in _TONES)))
    return " ".join(words)


def shift_parts(words: str) -> list[str]:
    """`Ca sáng, ca chiều` -> both."""
    return [part.strip() for part in _BETWEEN.split(words) if part.strip()]


def _guardians(row: Row, notes: Notes) -> tuple[RowGuardian, ...]:
    found = [one for slot in (0, 1) if (one := _guardian(row, slot, notes)) is not None]
    if len(found) == 2 and found[0].key == found[1].key:
        found.pop()
    return tuple(found)


def _guardian(row: Row, slot: int, notes: Notes) -> RowGuardian | None:
    name_column, phone_column = columns.GUARDIAN[slot], columns.PHONE[slot]
    before = len(notes.errors)
    name = notes.read(row, name_column, _person_name)
    phone = notes.read(row, phone_column, values.phone)
    relation = notes.read(row, columns.RELATION[slot], _relation)
    if len(notes.errors) != before:
        return None
    if phone is not None and name is None:
        notes.error(
            row.number,
            name_column,
            ("hãy ghi tên của người có số điện thoại này", "name the owner of this phone"),
        )
    if phone is None and name is not None:
        notes.warn(
            row.number,
            phone_column,
            (
                f"không có số điện thoại nên không nhập người giám hộ “{name}”",
                f"without a phone, guardian “{name}” is not imported",
            ),
        )
    if phone is None or name is None:
        return None
    return RowGuardian(slot=slot, name=name, phone=phone, relation=relation)


def _person_name(cell: Cell) -> str | None:
    """Written in capitals, or in none, it gets them as names have them."""
    found = values.text(cell)
    if found is None:
        return None
    if not found[0].isalpha():
        raise BadCell("không phải tên người", "is not a person's name")
    if found.isupper() or found.islower():
        return " ".join(word.capitalize() for word in found.split())
    return found


def _gender(cell: Cell) -> Gender | None:
    found = values.text(cell)
    if found is None:
        return None
    gender = _GENDERS.get(search_key(found))
    if gender is None:
        raise BadCell("ghi Nam hoặc Nữ", "write Nam or Nữ")
    return gender


def _relation(cell: Cell) -> Relation | None:
    found = values.text(cell)
    if found is None:
        return None
    relation = _RELATION_OF.get(" ".join(found.casefold().replace(" / ", "/").split()))
    if relation is None:
        listed = ", ".join(RELATION_NAMES)
        raise BadCell(f"ghi một trong: {listed}", f"write one of: {listed}")
    return relation


def _class_names(cell: Cell) -> tuple[str, ...]:
    if cell.fault is None and isinstance(cell.value, date):
        day, month = cell.value.day, cell.value.month
        return tuple(dict.fromkeys((f"{day}/{month}", f"{month}/{day}")))
    found = values.text(cell, max_chars=50)
    return (found,) if found else ()
