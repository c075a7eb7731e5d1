"""The checklist of a school: what stands, what is missing, and what to do next."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, Literal

from app import db
from app.schools.common import first_year_of, school_day
from app.schools.org.queries import live_schools
from app.schools.setup import queries
from app.schools.setup.model import (
    REACHED_PERCENT,
    Counts,
    SchoolProgress,
    Setup,
    Step,
    StepKey,
    StepState,
    Stored,
)

Locale = Literal["vi", "en"]

# Title, what is next, and where: below the school's path. In the order in which it is done.
_TEXTS: Final[dict[StepKey, tuple[tuple[str, str], tuple[str, str], str]]] = {
    "fence": (
        ("Khu vực trường", "The campus and its fence"),
        (
            "Thêm cơ sở và vẽ khu vực trường trên bản đồ.",
            "Add the campus and draw its fence on the map.",
        ),
        "campuses",
    ),
    "stations": (
        ("Điểm quét", "Stations"),
        (
            "Thêm một điểm quét ở cổng của từng cơ sở.",
            "Add a station at the gate of each campus.",
        ),
        "stations",
    ),
    "shifts": (
        ("Ca học", "Shifts"),
        (
            "Thêm ca học, rồi chọn ca cho từng lớp.",
            "Add the shifts, then choose those of each class.",
        ),
        "shifts",
    ),
    "calendar": (
        ("Lịch năm học", "The year's calendar"),
        (
            "Nhập các ngày nghỉ lễ và học bù của năm học.",
            "Enter the holidays and make-up days of the school year.",
        ),
        "imports/calendar/template.xlsx",
    ),
    "staff": (
        ("Cán bộ, giáo viên", "Staff"),
        (
            "Nhập danh sách cán bộ: mỗi lớp cần giáo viên chủ nhiệm, cổng cần người quét.",
            "Import the staff: each class needs its homeroom teacher, the gate somebody who scans.",
        ),
        "imports/staff/template.xlsx",
    ),
    "roster": (
        ("Danh sách học sinh", "The roster"),
        (
            "Tải tệp mẫu, điền danh sách học sinh và người giám hộ, rồi nhập lên.",
            "Download the template, fill in pupils and guardians, and import it.",
        ),
        "imports/roster/template.xlsx",
    ),
    "guardians": (
        ("Phụ huynh kích hoạt", "Guardians activated"),
        (
            "In phiếu kích hoạt của từng lớp và phát cho phụ huynh.",
            "Print each class's activation sheet and hand it to the guardians.",
        ),
        "classes",
    ),
    "cards": (
        ("In thẻ", "Cards printed"),
        (
            "In thẻ của từng lớp và phát cho học sinh.",
            "Print each class's cards and hand them out.",
        ),
        "classes",
    ),
    "first_scan": (
        ("Lượt quét đầu tiên", "The first scan"),
        (
            "Quét thử một thẻ ở cổng: phụ huynh sẽ nhận được tin.",
            "Scan a card at the gate: its guardians will be told.",
        ),
        "stations",
    ),
}
STEPS: Final = len(_TEXTS)


async def setup(conn: db.Conn, *, school_id: int, locale: Locale, now: datetime) -> Setup:
    """The checklist as it stands now; the department's roll-up is brought up to date with it."""
    counted = await _count(conn, school_id=school_id, now=now)
    reached = progress(counted)
    steps = [_step(key, *reached[key], school_id=school_id, locale=locale) for key in _TEXTS]
    done = sum(step.state == "done" for step in steps)
    await queries.store(conn, school_id=school_id, counted=counted, done=done, now=now)
    return Setup(school_id=school_id, done=done, total=STEPS, steps=steps, counted_at=now)


async def count_again(pool: db.Pool, *, now: datetime) -> int:
    """Bring every school's roll-up up to date, a transaction each; how many there are."""
    async with pool.acquire() as conn:
        school_ids = await live_schools(conn)
    for school_id in school_ids:
        async with db.transaction(pool, schools=[school_id]) as conn:
            counted = await _count(conn, school_id=school_id, now=now)
            done = sum(_state(key, *each) == "done" for key, each in progress(counted).items())
            await queries.store(conn, school_id=school_id, counted=counted, done=done, now=now)
    return len(school_ids)


async def schools_by_progress(
    conn: db.Conn, *, school_ids: Collection[int], after: tuple[int, int] | None, limit: int
) -> list[SchoolProgress]:
    """The department's schools, those that lag behind first."""
    rows = await queries.stored(conn, school_ids=school_ids, after=after, limit=limit)
    return [_school(row) for row in rows]


def progress(counted: Counts) -> dict[StepKey, tuple[int, int]]:
    """(done, total) of each step. A total is at least 1: a school without classes is not done."""
    c = counted
    # A principal, somebody at the gate, and each class's homeroom teacher.
    staffed = min(c.principals, 1) + min(c.scanners, 1) + c.classes_with_homeroom
    return {
        "fence": (min(c.campuses, 1), 1),
        "stations": (c.campuses_with_gate, max(c.campuses, 1)),
        "shifts": (
            min(c.shifts, 1) + c.classes_with_shift,
            1 + max(c.classes, 1),
        ),
        "calendar": (min(c.calendar_days, 1), 1),
        "staff": (staffed, 2 + max(c.classes, 1)),
        "roster": (c.classes_with_pupils, max(c.classes, 1)),
        "guardians": (c.pupils_reached, max(c.pupils, 1)),
        "cards": (c.pupils_with_printed_card, max(c.pupils, 1)),
        "first_scan": (int(c.has_scan), 1),
    }


def _step(key: StepKey, done: int, total: int, *, school_id: int, locale: Locale) -> Step:
    titles, nexts, path = _TEXTS[key]
    n = 0 if locale == "vi" else 1
    state = _state(key, done, total)
    is_done = state == "done"
    return Step(
        key=key,
        title=titles[n],
        state=state,
        done=done,
        total=total,
        next=None if is_done else nexts[n],
        link=None if is_done else f"/v1/schools/{school_id}/{path}",
    )


def _state(key: StepKey, done: int, total: int) -> StepState:
    percent = REACHED_PERCENT if key == "guardians" else 100
    if done * 100 >= total * percent:
        return "done"
    return "started" if done else "todo"


def _school(row: Stored) -> SchoolProgress:
    counted = row.counts
    reached = progress(counted) if counted else {}
    return SchoolProgress(
        school_id=row.school_id,
        name=row.name,
        done=row.done,
        total=STEPS,
        missing=[
            key for key in _TEXTS if key not in reached or _state(key, *reached[key]) != "done"
        ],
        pupils=counted.pupils if counted else 0,
        pupils_reached=counted.pupils_reached if counted else 0,
        counted_at=row.counted_at,
    )


async def _count(conn: db.Conn, *, school_id: int, now: datetime) -> Counts:
    today = school_day(now)
    return await queries.counts(
        conn, school_id=school_id, today=today, year_start=date(first_year_of(today), 8, 1)
    )
