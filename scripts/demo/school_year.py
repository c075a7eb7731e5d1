"""The school year of a day, and the days of it that are not like the others."""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from app.schools.common import first_year_of

DayKind = Literal["holiday", "closure", "make_up"]

# Of the lunar calendar, which Python does not know: the first of Tết, and the Hùng kings' day.
_TET = {  # in Vietnam: 2030 it is a day earlier than in China
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 2),
    2031: date(2031, 1, 23),
}
_HUNG_KINGS = {
    2025: date(2025, 4, 7),
    2026: date(2026, 4, 26),
    2027: date(2027, 4, 16),
    2028: date(2028, 4, 4),
    2029: date(2029, 4, 23),
    2030: date(2030, 4, 12),
    2031: date(2031, 4, 1),
}
_FLOOD_MONTHS = (10, 11, 12)


class SpecialDay(NamedTuple):
    day: date
    kind: DayKind
    name: str


def holidays(today: date) -> list[SpecialDay]:
    """The public holidays of the school year; 20 November, the teachers' day, is a school day."""
    year = first_year_of(today)
    days = [
        SpecialDay(date(year, 9, 2), "holiday", "Quốc khánh"),
        SpecialDay(date(year, 9, 1), "holiday", "Nghỉ Quốc khánh"),
        SpecialDay(date(year + 1, 1, 1), "holiday", "Tết Dương lịch"),
        SpecialDay(date(year + 1, 4, 30), "holiday", "Ngày Giải phóng miền Nam"),
        SpecialDay(date(year + 1, 5, 1), "holiday", "Ngày Quốc tế Lao động"),
    ]
    if year + 1 in _TET:
        first = _TET[year + 1] - timedelta(days=6)
        days += [
            SpecialDay(first + timedelta(days=i), "holiday", "Nghỉ Tết Nguyên đán")
            for i in range(14)
        ]
    if year + 1 in _HUNG_KINGS:
        days.append(SpecialDay(_HUNG_KINGS[year + 1], "holiday", "Giỗ Tổ Hùng Vương"))
    return sorted(set(days))


def flood(today: date) -> list[SpecialDay]:
    """In the rainy season: a day without school three weeks ago, made up on a Saturday."""
    closed = today - timedelta(days=21)
    closed += timedelta(days=(2 - closed.weekday()) % 7)
    made_up = closed + timedelta(days=10)
    special = {each.day for each in holidays(today)}
    if closed.month not in _FLOOD_MONTHS or {closed, made_up} & special or made_up >= today:
        return []
    return [
        SpecialDay(closed, "closure", "Nghỉ do mưa lũ"),
        SpecialDay(made_up, "make_up", "Học bù ngày nghỉ lũ"),
    ]
