"""Pupils and their families: siblings, children in several schools, one or two guardians."""

import random
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from app.schools.common import first_year_of
from scripts.demo.lots import demo_bytes, demo_id, draws
from scripts.demo.names import Gender, family_name, full_name
from scripts.demo.people import (
    OTHER_PARENT_PHONE,
    PARENT_PHONE,
    Family,
    Guardian,
    Phones,
    Relation,
    Student,
)
from scripts.demo.places import LOWER_SECONDARY, PRIMARY, SCHOOLS, Class, School

_HAS_SIBLING: Final = 0.17
_TWO_GUARDIANS: Final = 0.68
_CUSTODY_BLOCK: Final = 0.002
_ONE_GUARDIAN: Final[list[list[Relation]]] = [["mother"], ["father"], ["grandparent"]]
_NAMED_FAMILIES: Final = (
    Family(
        number=0,
        surname="Nguyễn",
        guardians=(
            Guardian(name="Lê Thị Thu Hà", phone=PARENT_PHONE, relation="mother"),
            Guardian(name="Nguyễn Quốc Việt", phone="0900100006", relation="father"),
        ),
    ),
    Family(
        number=1,
        surname="Trần",
        guardians=(Guardian(name="Trần Văn Hùng", phone=OTHER_PARENT_PHONE, relation="father"),),
    ),
)
# The children of the parents whom DESIGN names: (school, class) -> (name, gender, family).
_NAMED_CHILDREN: Final[dict[tuple[int, str], list[tuple[str, Gender, int]]]] = {
    (PRIMARY.id, "3/1"): [("Nguyễn Ngọc Bảo An", "female", 0)],
    (LOWER_SECONDARY.id, "6A1"): [
        ("Nguyễn Minh Khang", "male", 0),
        ("Trần Gia Bảo", "male", 1),
    ],
}


class Population:
    """All pupils and families; `today` says which school year it is."""

    def __init__(self, today: date, phones: Phones) -> None:
        self.families: list[Family] = list(_NAMED_FAMILIES)
        self.students: list[Student] = []
        self._first_year = first_year_of(today)
        self._phones = phones
        # Of each family that may have another child, the grades of those it has.
        self._grades: dict[int, list[int]] = {}
        for school in SCHOOLS:
            for school_class in school.classes:
                self._fill(school, school_class)

    def _fill(self, school: School, school_class: Class) -> None:
        rng = draws("class", school.id, school_class.name)
        taken: set[str] = set()
        fixed = _NAMED_CHILDREN.get((school.id, school_class.name), [])
        for position in range(rng.randint(*school.class_size)):
            if position < len(fixed):
                name, gender, family = fixed[position]
            else:
                gender = "male" if rng.random() < 0.51 else "female"
                family = self._family(rng, school_class.grade)
                surname = self.families[family].surname
                name = full_name(
                    rng, gender=gender, generation="child", family=surname, taken=taken
                )
            taken.add(name)
            key = ("student", school.id, school_class.name, position)
            self.students.append(
                Student(
                    id=demo_id(*key),
                    school_id=school.id,
                    class_name=school_class.name,
                    name=name,
                    gender=gender,
                    born_on=self._birthday(rng, school_class.grade),
                    # No province's number begins like this: no child's real code is taken.
                    moet_code=f"99{len(self.students):08d}",
                    card_id=demo_bytes(8, "card", *key),
                    family=family,
                )
            )

    def _family(self, rng: random.Random, grade: int) -> int:
        """The number of a new family, or of one with children of other grades."""
        if rng.random() < _HAS_SIBLING and self._grades:
            open_families = list(self._grades)
            for _ in range(20):
                number = rng.choice(open_families)
                grades = self._grades[number]
                if len(grades) < 3 and all(abs(grade - other) >= 2 for other in grades):
                    grades.append(grade)
                    return number
        number = len(self.families)
        self.families.append(self._new_family(rng, number))
        self._grades[number] = [grade]
        return number

    def _new_family(self, rng: random.Random, number: int) -> Family:
        surname = family_name(rng)
        if rng.random() < _TWO_GUARDIANS:
            relations: list[Relation] = ["mother", "father"]
        else:
            relations = rng.choices(_ONE_GUARDIAN, [65, 27, 8])[0]
        guardians = [self._guardian(rng, relation, surname) for relation in relations]
        if len(guardians) == 2 and rng.random() < _CUSTODY_BLOCK:
            guardians.append(replace(guardians.pop(), is_blocked=True))
        return Family(number=number, surname=surname, guardians=tuple(guardians))

    def _guardian(self, rng: random.Random, relation: Relation, surname: str) -> Guardian:
        gender: Gender = "male" if relation == "father" else "female"
        if relation == "grandparent" and rng.random() < 0.4:
            gender = "male"
        # A wife keeps her own family's name; the children bear the father's.
        name = full_name(
            rng,
            gender=gender,
            generation="adult",
            family=surname if relation == "father" else None,
        )
        return Guardian(name=name, phone=self._phones.next(), relation=relation)

    def _birthday(self, rng: random.Random, grade: int) -> date:
        """Six years old in the calendar year of the first grade; one in fifty is a year older."""
        year = self._first_year - 5 - grade - (rng.random() < 0.02)
        return date(year, 1, 1) + timedelta(days=rng.randrange(365))
