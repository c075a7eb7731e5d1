"""The calendar import: holidays, closures and make-up days. Days that it leaves out stay."""

from datetime import date, timedelta
from typing import Final

import msgspec

from app import db, names
from app.jobs.model import Progress
from app.names import search_key
from app.schools.imports.model import ImportResult, Locale
from app.schools.imports.notes import Fate, Notes
from app.schools.places import queries
from app.schools.places.model import CalendarDay, DayKind
from app.sheets import values
from app.sheets.model import BadCell, Cell, Column, Row, Sheet

FROM: Final = "Ngày"
TO: Final = "Đến ngày"
KIND: Final = "Loại"
NAME: Final = "Tên"

COLUMNS: Final = (
    Column(heading=FROM, aliases=("Từ ngày", "Ngày bắt đầu", "Date"), is_required=True),
    Column(heading=TO, aliases=("Tới ngày", "Ngày kết thúc", "Đến hết ngày")),
    Column(heading=KIND, aliases=("Loại ngày", "Kind"), is_required=True),
    Column(heading=NAME, aliases=("Tên ngày", "Nội dung", "Lý do", "Ghi chú"), is_required=True),
)
KIND_NAMES: Final[tuple[str, ...]] = ("Nghỉ lễ", "Nghỉ", "Học bù")
_KINDS: Final[dict[str, DayKind]] = {
    "nghi le": "holiday",
    "le": "holiday",
    "nghi tet": "holiday",
    "tet": "holiday",
    "nghi": "closure",
    "nghi hoc": "closure",
    "hoc bu": "make_up",
    "day bu": "make_up",
}
MAX_SPAN: Final = timedelta(days=120)
# A mistyped year must not close a school in 2062.
_NEAR: Final = timedelta(days=800)


class CalendarPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The days to write; nothing may be written while the result has errors."""

    result: ImportResult
    days: list[CalendarDay]


class _Span(msgspec.Struct, frozen=True, kw_only=True):
    row: int
    days: list[CalendarDay]


async def plan_calendar(
    conn: db.Conn, *, school_id: int, sheet: Sheet, today: date, locale: Locale
) -> CalendarPlan:
    """Read the sheet against the calendar; hold the school's lock to apply it after."""
    notes = Notes()
    spans = [span for row in sheet.rows if (span := _span(row, sheet, today, notes))]
    _refuse_two_of_a_day(spans, notes)
    wanted = {each.day: each for span in spans for each in span.days}
    stored = await _stored(conn, school_id, wanted)
    fates: list[tuple[Fate, list[int]]] = [(_fate(span, stored), [span.row]) for span in spans]
    changed = [each for day, each in sorted(wanted.items()) if stored.get(day) != each]
    return CalendarPlan(result=notes.result(sheet, fates, locale=locale), days=changed)


async def apply_calendar(
    conn: db.Conn, *, school_id: int, plan: CalendarPlan, told: Progress
) -> None:
    """Write the days that were planned."""
    for number, entry in enumerate(plan.days):
        await queries.upsert_calendar_day(conn, school_id=school_id, entry=entry)
        await told(number + 1, len(plan.days))


async def _stored(
    conn: db.Conn, school_id: int, wanted: dict[date, CalendarDay]
) -> dict[date, CalendarDay]:
    if not wanted:
        return {}
    found = await queries.calendar(
        conn, school_id=school_id, from_day=min(wanted), to_day=max(wanted)
    )
    return {each.day: each for each in found}


def _span(row: Row, sheet: Sheet, today: date, notes: Notes) -> _Span | None:
    def day(cell: Cell) -> date | None:
        return values.day(cell, is_1904=sheet.is_1904, today=today + _NEAR)

    first = notes.required(row, FROM, day)
    last = notes.read(row, TO, day) or first
    kind: DayKind | None = notes.required(row, KIND, _kind)
    name = notes.required(row, NAME, values.text)
    if first is None or last is None or kind is None or name is None:
        return None
    if not timedelta(0) <= last - first <= MAX_SPAN:
        most = MAX_SPAN.days
        notes.error(
            row.number,
            TO,
            (
                f"phải sau ngày đầu và không quá {most} ngày",
                f"must be after the first day, and {most} days at most",
            ),
        )
        return None
    if abs(first - today) > _NEAR:
        notes.error(row.number, FROM, ("năm này có đúng không?", "is this the right year?"))
        return None
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    clean = names.clean(name)
    return _Span(row=row.number, days=[CalendarDay(day=day, kind=kind, name=clean) for day in days])


def _kind(cell: Cell) -> DayKind | None:
    found = values.text(cell)
    if found is None:
        return None
    kind = _KINDS.get(search_key(found))
    if kind is None:
        known = ", ".join(KIND_NAMES)
        raise BadCell(
            f"không có loại “{found[:50]}”; dùng một trong: {known}",
            f"there is no kind “{found[:50]}”; use one of: {known}",
        )
    return kind


def _refuse_two_of_a_day(spans: list[_Span], notes: Notes) -> None:
    rows: dict[date, int] = {}
    for span in spans:
        other = next((rows[each.day] for each in span.days if each.day in rows), None)
        if other is not None:
            notes.error(
                span.row,
                FROM,
                (f"trùng ngày với dòng {other}", f"has a day that row {other} has"),
            )
        rows.update((each.day, span.row) for each in span.days)


def _fate(span: _Span, stored: dict[date, CalendarDay]) -> Fate:
    before = [stored.get(each.day) for each in span.days]
    if before == span.days:
        return "unchanged"
    return "updated" if any(before) else "created"
