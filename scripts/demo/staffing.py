"""Who works in a demo school: leaders, homeroom and subject teachers, guards, an accountant."""

import random
from typing import Final

from msgspec.structs import replace

from scripts.demo.lots import demo_id, draws
from scripts.demo.names import Gender, full_name
from scripts.demo.people import (
    ACCOUNTANT_PHONE,
    HOMEROOM_PHONE,
    PRINCIPAL_PHONE,
    SUBJECT_PHONE,
    Phones,
    Staff,
    StaffRole,
)
from scripts.demo.places import LOWER_SECONDARY, Class, School

# Subject -> how many teachers share the classes of a school.
_SUBJECTS: Final = {
    "primary": {"Tiếng Anh": 3, "Âm nhạc": 1, "Mĩ thuật": 1, "Giáo dục thể chất": 2, "Tin học": 1},
    "lower_secondary": {
        "Toán": 3,
        "Ngữ văn": 3,
        "Tiếng Anh": 2,
        "Khoa học tự nhiên": 3,
        "Lịch sử và Địa lí": 2,
        "Giáo dục thể chất": 1,
        "Tin học": 1,
        "Nghệ thuật": 1,
    },
    "upper_secondary": {
        "Toán": 3,
        "Ngữ văn": 3,
        "Tiếng Anh": 3,
        "Vật lí": 2,
        "Hóa học": 2,
        "Sinh học": 1,
        "Lịch sử": 2,
        "Địa lí": 1,
        "Giáo dục thể chất": 1,
        "Tin học": 1,
    },
}
_GUARDS: Final = 2


def staff_of(school: School, phones: Phones) -> list[Staff]:
    """Everybody who works in the school, in a fixed order."""
    return _Staffing(school, phones).everybody()


class _Staffing:
    def __init__(self, school: School, phones: Phones) -> None:
        self._school = school
        self._phones = phones
        self._rng = draws("staff", school.id)
        self._taken: set[str] = set()
        self._is_named = school is LOWER_SECONDARY

    def everybody(self) -> list[Staff]:
        shifts = tuple(shift.key for shift in self._school.shifts if shift.key != "day")
        staff = [
            self._member("principal", 0, ["principal"], shifts, named=PRINCIPAL_PHONE),
            self._member("principal", 1, ["principal"], shifts),
            self._member("accountant", 0, ["accountant"], shifts, named=ACCOUNTANT_PHONE),
        ]
        for number in range(_GUARDS):
            guard = self._member("guard", number, ["guard"], shifts)
            is_named = number == 0
            staff.append(replace(guard, phone=self._school.guard_phone) if is_named else guard)
        staff += [self._homeroom(each) for each in self._school.classes]
        for subject, count in _SUBJECTS[self._school.level].items():
            staff += [self._subject(subject, number, count) for number in range(count)]
        return staff

    def _homeroom(self, school_class: Class) -> Staff:
        named = HOMEROOM_PHONE if school_class.name == "6A1" else None
        return self._member(
            "homeroom",
            school_class.name,
            ["homeroom_teacher"],
            school_class.shifts,
            named=named,
            homeroom=school_class.name,
        )

    def _subject(self, subject: str, number: int, count: int) -> Staff:
        """Teacher `number` of `count` has every `count`-th class, so one of each grade or more."""
        classes = self._school.classes[number::count]
        shifts = {shift for each in classes for shift in each.shifts}
        is_named = subject == "Toán" and number == 0
        return self._member(
            f"subject {subject}",
            number,
            ["subject_teacher"],
            # Nobody's hours are counted twice: the whole day holds its halves.
            ("day",) if "day" in shifts else tuple(sorted(shifts)),
            named=SUBJECT_PHONE if is_named else None,
            teaches=tuple((each.name, subject) for each in classes),
        )

    def _member(
        self,
        post: str,
        number: object,
        roles: list[StaffRole],
        shifts: tuple[str, ...],
        *,
        named: str | None = None,
        homeroom: str | None = None,
        teaches: tuple[tuple[str, str], ...] = (),
    ) -> Staff:
        """`named` is a phone that the demo names, if this is the school where it does."""
        name = full_name(
            self._rng, gender=_gender(self._rng, post), generation="adult", taken=self._taken
        )
        self._taken.add(name)
        return Staff(
            id=demo_id("staff", self._school.id, post, number),
            school_id=self._school.id,
            name=name,
            phone=named if named and self._is_named else self._phones.next(),
            roles=tuple(roles),
            homeroom=homeroom,
            teaches=teaches,
            shifts=shifts,
        )


def _gender(rng: random.Random, post: str) -> Gender:
    """Three of four teachers are women, guards are men."""
    if post == "guard":
        return "male"
    return "female" if rng.random() < 0.74 else "male"
