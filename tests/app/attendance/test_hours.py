"""Hours of staff, computed by hand and by properties, and the workbook read by another library."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec
import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attendance.hours import compute
from app.attendance.hours.model import Day, Movement, StaffDay, StaffMonth
from app.attendance.hours.sheet import workbook
from app.attendance.leave.model import Part
from app.attendance.plan import ZONE, PlannedShift

NAMES = UUID(int=41)
A, B = uuid5(NAMES, "A"), uuid5(NAMES, "B")
CAMPUSES = {A: "Cơ sở A", B: "Cơ sở B"}
TODAY = date(2026, 11, 30)
DAY = date(2026, 11, 16)
EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC).replace(tzinfo=None)
WEEK = [1, 2, 3, 4, 5, 6]
MORNING = PlannedShift(
    id=uuid5(NAMES, "sáng"), name="Ca sáng", starts_at=time(7), ends_at=time(11, 30),
    late_after=time(7, 5), cut_off=time(7, 30), weekdays=WEEK,
)  # fmt: skip
AFTERNOON = PlannedShift(
    id=uuid5(NAMES, "chiều"), name="Ca chiều", starts_at=time(13), ends_at=time(17),
    late_after=time(13, 5), cut_off=time(13, 30), weekdays=WEEK,
)  # fmt: skip
BOTH = (MORNING, AFTERNOON)


def moved(text: str, day: date = DAY) -> tuple[Movement, ...]:
    """`in 06:50 A, out 11:35 A`: movements of a day; `+`: put down by a principal."""
    found = []
    for number, part in enumerate(filter(None, text.split(", "))):
        direction, at, *campus = part.lstrip("+").split(" ")
        found.append(
            Movement(
                id=uuid5(NAMES, f"{day} {number}"),
                direction="in" if direction == "in" else "out",
                at=datetime.combine(day, time.fromisoformat(at), ZONE).astimezone(UTC),
                campus_id={"A": A, "B": B}[campus[0]] if campus else A,
                is_correction=part.startswith("+"),
            )
        )
    return tuple(found)


def day_of(text: str, *, today: date = TODAY, **facts: Any) -> StaffDay:
    given: dict[str, Any] = {"day": DAY, "held": BOTH} | facts
    return compute.staff_day(
        Day(movements=moved(text, given["day"]), **given), today=today, campuses=CAMPUSES
    )


def spells(day: StaffDay) -> list[str]:
    """`06:50-11:35 285`, with `?` for what is not known and `!` for what was forgotten."""

    def shown(at: datetime | None) -> str:
        return f"{at.astimezone(ZONE):%H:%M}" if at else "?"

    return [
        f"{shown(s.in_at)}-{shown(s.out_at)}{'!' * s.is_forgotten} {s.minutes}" for s in day.spells
    ]


def states(day: StaffDay) -> list[str]:
    return [f"{s.state} {s.late_minutes}" if s.late_minutes else s.state for s in day.shifts]


PRESENT = ["present", "present"]


@pytest.mark.parametrize(
    ("text", "found", "shifts"),
    [
        ("in 06:50 A, out 11:35 A, in 12:50 B, out 17:05 B",
         ["06:50-11:35 285", "12:50-17:05 255"], PRESENT),
        ("in 06:50 A, out 17:05 B", ["06:50-17:05 615"], PRESENT),
        ("in 06:50 A, in 12:50 B, out 17:05 B",
         ["06:50-11:30! 280", "12:50-17:05 255"], PRESENT),
        ("in 06:50, out 11:30, in 12:50", ["06:50-11:30 280", "12:50-17:00! 250"], PRESENT),
        ("in 06:50", ["06:50-11:30! 280"], ["present", "missed"]),
        ("in 07:20, out 17:00", ["07:20-17:00 580"], ["late 20", "present"]),
        ("in 07:05, out 11:30, in 13:06, out 17:00",
         ["07:05-11:30 265", "13:06-17:00 234"], ["present", "late 6"]),
        ("in 06:50, out 09:00, in 10:00, out 11:30",
         ["06:50-09:00 130", "10:00-11:30 90"], ["present", "missed"]),
        ("in 06:50, in 07:30, out 11:30", ["06:50-11:30 280"], ["present", "missed"]),
        ("in 06:50, out 11:30, out 11:31", ["06:50-11:30 280"], ["present", "missed"]),
        ("in 06:50, out 11:30, out 17:02",
         ["06:50-11:30 280", "?-17:02 0"], PRESENT),
        ("out 11:30", ["?-11:30 0"], ["present", "missed"]),
        ("in 12:05, out 17:00", ["12:05-17:00 295"], ["missed", "present"]),
        ("in 04:00, out 11:30", ["04:00-11:30 450"], ["present", "missed"]),
        ("in 04:00", ["04:00-?! 0"], ["missed", "missed"]),
        ("in 18:00, out 20:30", ["18:00-20:30 150"], ["missed", "missed"]),
        ("in 18:00", ["18:00-?! 0"], ["missed", "missed"]),
        ("in 22:00", ["22:00-?! 0"], ["missed", "missed"]),
        ("out 05:00", ["?-05:00 0"], ["missed", "missed"]),
        ("out 05:00, in 06:50, out 11:30, in 12:55, out 23:59",
         ["?-05:00 0", "06:50-11:30 280", "12:55-23:59 664"], PRESENT),
        ("in 06:50, +out 17:00", ["06:50-17:00 610"], PRESENT),
        ("", [], ["missed", "missed"]),
    ],
)  # fmt: skip
def test_a_day_becomes_spells_and_attended_shifts(
    text: str, found: list[str], shifts: list[str]
) -> None:
    day = day_of(text)
    assert spells(day) == found
    assert states(day) == shifts
    assert day.minutes == sum(int(spell.rsplit(" ")[-1]) for spell in found)
    assert day.forgotten == sum("!" in spell for spell in found)


def test_a_spell_names_both_campuses_and_who_put_it_right() -> None:
    (spell,) = day_of("in 06:50 A, +out 17:05 B").spells
    assert (spell.in_campus, spell.out_campus) == ("Cơ sở A", "Cơ sở B")
    assert spell.is_corrected
    assert not spell.is_forgotten


def test_today_nobody_has_forgotten_or_missed_anything_yet() -> None:
    day = day_of("in 07:20", today=DAY)
    assert spells(day) == ["07:20-? 0"]
    assert states(day) == ["late 20", "due"]
    assert states(day_of("", today=DAY)) == ["due", "due"]
    assert spells(day_of("in 06:50, in 12:50", today=DAY)) == ["06:50-11:30! 280", "12:50-? 0"]


def test_without_shifts_there_are_hours_alone() -> None:
    day = day_of("in 08:00, out 11:00, in 14:00", held=(), has_no_shifts=True)
    assert spells(day) == ["08:00-11:00 180", "14:00-?! 0"]
    assert day.shifts == []
    assert day.late_minutes == 0


def test_on_a_closed_day_hours_count_and_nothing_is_missed() -> None:
    day = day_of("in 08:00, out 11:00", held=(), is_school_day=False, covers=frozenset({"day"}))
    assert (day.minutes, day.shifts, day.leave) == (180, [], None)


@pytest.mark.parametrize(
    ("text", "parts", "shifts", "leave"),
    [
        ("", ["day"], ["on_leave", "on_leave"], "day"),
        ("", ["morning"], ["on_leave", "missed"], "morning"),
        ("in 12:55, out 17:00", ["morning"], ["on_leave", "present"], "morning"),
        ("in 12:55, out 17:00", ["day"], ["on_leave", "present"], "morning"),
        ("in 06:55, out 11:30", ["afternoon"], ["present", "on_leave"], "afternoon"),
        ("", ["morning", "afternoon"], ["on_leave", "on_leave"], "day"),
        ("in 07:40, out 17:00", ["day"], PRESENT, None),
        ("in 07:40, out 15:00", ["early_exit"], ["late 40", "present"], None),
        ("", ["early_exit"], ["missed", "missed"], None),
    ],
)
def test_leave_covers_what_was_not_attended(
    text: str, parts: Sequence[Part], shifts: list[str], leave: str | None
) -> None:
    day = day_of(text, covers=frozenset(parts))
    assert states(day) == shifts
    assert day.leave == leave


def test_leave_of_staff_without_shifts_counts_when_they_did_not_come() -> None:
    leave: dict[str, Any] = {"held": (), "has_no_shifts": True, "covers": frozenset({"morning"})}
    assert day_of("", **leave).leave == "morning"
    assert day_of("in 08:00, out 11:00", **leave).leave is None
    # Their shifts are on other days: there is nothing to be away from.
    assert day_of("", held=(), covers=frozenset({"day"})).leave is None
    assert day_of("", **leave, is_school_day=False).leave is None
    assert day_of("", **leave | {"covers": frozenset({"early_exit"})}).leave is None


def test_half_a_minute_late_is_one_minute() -> None:
    strict = msgspec.structs.replace(MORNING, late_after=MORNING.starts_at)
    assert states(day_of("in 07:00:00, out 11:30", held=(strict,))) == ["present"]
    assert states(day_of("in 07:00:30, out 11:30", held=(strict,))) == ["late 1"]


# Fifteen days of one teacher of both shifts, summed on paper.
MONTH = {
    2: ("in 06:50 A, out 11:35 A, in 12:50 B, out 17:05 B", ()),  # 285 + 255 = 540
    3: ("in 06:55 A, out 17:00 A", ()),  # 605
    4: ("in 07:17 A, out 17:00 A", ()),  # 583, 17 late
    5: ("in 06:50 A, in 12:58 B, out 17:00 B", ()),  # 280 forgotten, 242
    6: ("in 06:50 A", ()),  # 280 forgotten, afternoon missed
    7: ("", ("day",)),  # leave
    9: ("in 12:50 A, out 17:00 A", ("morning",)),  # 250, leave in the morning
    10: ("in 06:50 A, out 11:30 A", ("afternoon",)),  # 280, leave in the afternoon
    11: ("in 06:58 A, out 11:30 A, out 17:10 A", ()),  # 272, and no beginning
    12: ("in 06:50 A, +out 17:00 A", ()),  # 610, put right
    13: ("in 07:06 A, out 11:30 A, in 13:30 B, out 17:00 B", ()),  # 264 + 210, 6 + 30 late
    14: ("", ()),  # both missed
}


def month() -> list[StaffDay]:
    return [
        day_of(text, day=date(2026, 11, number), covers=frozenset(parts))
        for number, (text, parts) in MONTH.items()
    ]


def test_a_month_summed_by_hand() -> None:
    sums = compute.totals(month())
    # 540 + 605 + 583 + 522 + 280 + 250 + 280 + 272 + 610 + 474
    assert sums.minutes == 4416
    assert sums.days == 10
    assert (sums.late_count, sums.late_minutes) == (3, 17 + 6 + 30)
    assert (sums.forgotten, sums.without_in, sums.missed) == (2, 1, 3)
    assert (sums.leave_days, sums.leave_mornings, sums.leave_afternoons) == (1, 1, 1)


DIRECTION: st.SearchStrategy[Literal["in", "out"]] = st.sampled_from(["in", "out"])
MOVES = st.lists(st.tuples(DIRECTION, st.integers(0, 1439)), max_size=9, unique_by=lambda m: m[1])
PARTS: st.SearchStrategy[frozenset[Part]] = st.frozensets(
    st.sampled_from(["day", "morning", "afternoon", "early_exit"])
)


def facts_of(moves: Sequence[tuple[Any, int]], covers: frozenset[Part], count: int) -> Day:
    began = datetime.combine(DAY, time(), ZONE)
    return Day(
        day=DAY,
        held=BOTH[:count],
        covers=covers,
        has_no_shifts=count == 0,
        movements=tuple(
            Movement(
                id=uuid5(NAMES, str(at)),
                direction=direction,
                at=(began + timedelta(minutes=at)).astimezone(UTC),
            )
            for direction, at in moves
        ),
    )


@settings(max_examples=300, deadline=None)
@given(MOVES, PARTS, st.integers(0, 2), st.randoms(use_true_random=False), st.booleans())
def test_whatever_is_scanned_a_day_stays_sane(
    moves: list[tuple[Any, int]], covers: frozenset[Part], count: int, random: Any, is_over: bool
) -> None:
    today = DAY + timedelta(days=is_over)
    day = compute.staff_day(facts_of(moves, covers, count), today=today, campuses={})
    shuffled = random.sample(moves, len(moves))
    again = compute.staff_day(facts_of(shuffled, covers, count), today=today, campuses={})
    assert again == day, "the order of arrival matters"

    assert 0 <= day.minutes <= 24 * 60
    ends = [at for spell in day.spells for at in (spell.in_at, spell.out_at) if at is not None]
    assert ends == sorted(ends), "stays overlap"
    for spell in day.spells:
        assert spell.in_at or spell.out_at
        if not spell.in_at or not spell.out_at:
            assert spell.minutes == 0, "time that nobody has seen"
        if spell.is_forgotten and spell.out_at:
            assert any(spell.out_at.astimezone(ZONE).time() == s.ends_at for s in BOTH[:count])
    for shift in day.shifts:
        assert (shift.state == "late") == (shift.late_minutes > 0)
        assert (shift.state == "due") <= (not is_over)
        assert shift.state != "missed" or is_over
    assert bool(day.spells) == bool(moves)
    if not covers - {"early_exit"}:
        assert day.leave is None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1438), st.integers(1, 1439))
def test_an_in_and_an_out_are_their_difference(first: int, length: int) -> None:
    last = min(1439, first + length)
    facts = facts_of([("in", first), ("out", last)], frozenset(), 2)
    assert compute.staff_day(facts, today=TODAY, campuses={}).minutes == last - first


def workbook_of(name: str = "Nguyễn Văn An") -> tuple[bytes, StaffMonth]:
    days = month()
    person = StaffMonth(
        school_id=1,
        staff_id=A,
        name=name,
        month="2026-11",
        totals=compute.totals(days),
        days=days,
    )
    return workbook("Trường THCS Số 1", "2026-11", [person]), person


def as_minutes(value: object) -> int:
    """A duration, however the library reads one."""
    if isinstance(value, timedelta):
        return round(value.total_seconds() / 60)
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, datetime):  # more than 24 hours are a day of 1899
        return round((value - EXCEL_ZERO).total_seconds() / 60)
    assert isinstance(value, int | float), repr(value)
    return round(value * 1440)


def test_another_library_sums_the_workbook_to_the_same() -> None:
    data, person = workbook_of()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["Tổng hợp", "Chi tiết"]
    title, head, *rows = book.get_sheet_by_name("Chi tiết").to_python()
    assert "11/2026" in str(title[0])
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert person.days
    assert sum(as_minutes(row["Số giờ"]) for row in cells if row["Số giờ"] != "") == 4416
    assert sum(as_minutes(row["Muộn"]) for row in cells if row["Muộn"] != "") == 53
    assert {row["Ngày"] for row in cells} == {day.day for day in person.days}
    _, head, row = book.get_sheet_by_name("Tổng hợp").to_python()
    found = dict(zip(head, row, strict=True))
    assert as_minutes(found["Tổng giờ"]) == 4416
    assert [found[h] for h in ("Số ngày có mặt", "Số lần đi muộn", "Quên quét ra")] == [10, 3, 2]
    assert sum("Quên quét ra" in str(row["Ghi chú"]) for row in cells) == 2


def test_a_third_library_finds_numbers_with_formats_and_no_formula() -> None:
    data, _ = workbook_of('=HYPERLINK("http://x","lương")')
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Chi tiết"]
    assert sheet.auto_filter.ref
    cells: dict[Any, Any] = {cell.value: sheet[3][index] for index, cell in enumerate(sheet[2])}
    assert cells["Họ và tên"].data_type == "s"
    assert cells["Ngày"].is_date
    assert (cells["Số giờ"].data_type, cells["Số giờ"].number_format) in {
        ("n", "[h]:mm"), ("d", "[h]:mm")
    }  # fmt: skip
    assert cells["Vào"].value == datetime(2026, 11, 2, 6, 50, tzinfo=UTC).replace(tzinfo=None)
    assert all(c.data_type != "f" for each in book for row in each.iter_rows() for c in row)
