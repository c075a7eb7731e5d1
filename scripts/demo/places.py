"""Where the demo plays: units, schools, campuses, gates, shifts, classes. Invented, but in Huế.

The schools' names are nobody's; the places are real streets, so that a map shows something.
"""

from datetime import time
from typing import Any, Final, Literal

from msgspec import Struct

Level = Literal["primary", "lower_secondary", "upper_secondary"]

ORG_UNITS: Final = (
    (1, None, "department", "Sở Giáo dục và Đào tạo thành phố Huế"),
    (2, 1, "ward", "Phường Vỹ Dạ"),
    (3, 1, "ward", "Phường Thuận Hóa"),
)
_MONDAY_TO_FRIDAY: Final = (1, 2, 3, 4, 5)
_MONDAY_TO_SATURDAY: Final = (1, 2, 3, 4, 5, 6)


class Campus(Struct, frozen=True, kw_only=True):
    key: str
    name: str
    fence: dict[str, Any]
    gates: tuple[str, ...]


class Shift(Struct, frozen=True, kw_only=True):
    key: str
    name: str
    starts_at: time
    ends_at: time
    late_after: time
    cut_off: time
    weekdays: tuple[int, ...]


class Class(Struct, frozen=True, kw_only=True):
    name: str
    grade: int
    campus: str
    shifts: tuple[str, ...]


class School(Struct, frozen=True, kw_only=True):
    """`guard_phone` is that of the guard who can log in with the demo's password."""

    id: int
    org_unit_id: int
    name: str
    level: Level
    guard_phone: str
    class_size: tuple[int, int]
    campuses: tuple[Campus, ...]
    shifts: tuple[Shift, ...]
    classes: tuple[Class, ...]


def _circle(lat: float, lng: float, radius_m: float) -> dict[str, Any]:
    return {"type": "circle", "lat": lat, "lng": lng, "radius_m": radius_m}


def _full_day(grade: int, number: int) -> Class:
    """The third class of the younger grades is at the small campus and goes home at noon."""
    is_near = number == 3 and grade <= 3
    return Class(
        name=f"{grade}/{number}",
        grade=grade,
        campus="near" if is_near else "main",
        shifts=("morning", "afternoon") if is_near else ("day",),
    )


PRIMARY: Final = School(
    id=1,
    org_unit_id=2,
    name="Trường Tiểu học Hoa Sứ",
    level="primary",
    guard_phone="0900000014",
    class_size=(35, 38),
    campuses=(
        Campus(
            key="main",
            name="Cơ sở chính",
            fence=_circle(16.47462, 107.60385, 90),
            gates=("Cổng chính", "Cổng đón trẻ"),
        ),
        Campus(
            key="near",
            name="Điểm trường Xóm Bến",
            fence=_circle(16.48017, 107.61124, 60),
            gates=("Cổng điểm trường",),
        ),
    ),
    shifts=(
        Shift(
            key="day",
            name="Cả ngày (bán trú)",
            starts_at=time(7, 15),
            ends_at=time(16, 30),
            late_after=time(7, 20),
            cut_off=time(7, 45),
            weekdays=_MONDAY_TO_FRIDAY,
        ),
        Shift(
            key="morning",
            name="Buổi sáng",
            starts_at=time(7, 15),
            ends_at=time(10, 40),
            late_after=time(7, 20),
            cut_off=time(7, 45),
            weekdays=_MONDAY_TO_FRIDAY,
        ),
        Shift(
            key="afternoon",
            name="Buổi chiều",
            starts_at=time(14),
            ends_at=time(16, 30),
            late_after=time(14, 5),
            cut_off=time(14, 30),
            weekdays=_MONDAY_TO_FRIDAY,
        ),
    ),
    classes=tuple(_full_day(grade, number) for grade in range(1, 6) for number in (1, 2, 3)),
)
_YARD: Final = [
    [107.59382, 16.46135],
    [107.59511, 16.46158],
    [107.59528, 16.46072],
    [107.59462, 16.46055],
    [107.59396, 16.46049],
    [107.59382, 16.46135],
]
LOWER_SECONDARY: Final = School(
    id=2,
    org_unit_id=3,
    name="Trường THCS Bến Xuân",
    level="lower_secondary",
    guard_phone="0900000004",
    class_size=(38, 42),
    campuses=(
        Campus(
            key="main",
            name="Cơ sở chính",
            fence={"type": "Polygon", "coordinates": [_YARD]},
            gates=("Cổng chính", "Cổng phụ"),
        ),
    ),
    shifts=(
        Shift(
            key="morning",
            name="Ca sáng",
            starts_at=time(7),
            ends_at=time(11, 15),
            late_after=time(7, 5),
            cut_off=time(7, 30),
            weekdays=_MONDAY_TO_SATURDAY,
        ),
        Shift(
            key="afternoon",
            name="Ca chiều",
            starts_at=time(13),
            ends_at=time(17, 15),
            late_after=time(13, 5),
            cut_off=time(13, 30),
            weekdays=_MONDAY_TO_SATURDAY,
        ),
    ),
    classes=tuple(
        Class(
            name=f"{grade}A{number}",
            grade=grade,
            campus="main",
            shifts=("morning",) if grade in (6, 9) else ("afternoon",),
        )
        for grade in range(6, 10)
        for number in (1, 2, 3)
    ),
)
UPPER_SECONDARY: Final = School(
    id=3,
    org_unit_id=1,
    name="Trường THPT Sông Hương",
    level="upper_secondary",
    guard_phone="0900000024",
    class_size=(37, 42),
    campuses=(
        Campus(
            key="main",
            name="Cơ sở chính",
            fence=_circle(16.45721, 107.58236, 120),
            gates=("Cổng chính", "Cổng nhà xe"),
        ),
    ),
    shifts=(
        Shift(
            key="morning",
            name="Ca sáng",
            starts_at=time(7),
            ends_at=time(11, 30),
            late_after=time(7, 5),
            cut_off=time(7, 30),
            weekdays=_MONDAY_TO_SATURDAY,
        ),
        Shift(
            key="afternoon",
            name="Buổi chiều khối 12",
            starts_at=time(13, 30),
            ends_at=time(16, 45),
            late_after=time(13, 35),
            cut_off=time(14),
            weekdays=(2, 4),
        ),
    ),
    classes=tuple(
        Class(
            name=f"{grade}A{number}",
            grade=grade,
            campus="main",
            shifts=("morning", "afternoon") if grade == 12 else ("morning",),
        )
        for grade in range(10, 13)
        for number in (1, 2, 3, 4)
    ),
)
SCHOOLS: Final = (PRIMARY, LOWER_SECONDARY, UPPER_SECONDARY)
