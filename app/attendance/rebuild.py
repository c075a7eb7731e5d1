"""Days derived once more from all their facts, compared with what is stored, and repaired."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance import days
from app.attendance.facts import each_day, gather
from app.attendance.model import DayRow
from app.attendance.plan import Plan
from app.attendance.queries import lock_people
from app.attendance.queries import plan as plan_of
from app.attendance.writing import drop_day_rows, put_day_rows


class Difference(Struct, frozen=True, kw_only=True):
    """A row that is not what the facts say. None: there is no such row."""

    school_id: int
    day: date
    person_id: UUID
    shift_id: UUID
    stored: DayRow | None
    derived: DayRow | None


async def rebuild(
    conn: db.Conn,
    *,
    school_id: int,
    from_day: date,
    to_day: date,
    today: date | None = None,
    check: bool = False,
) -> list[Difference]:
    """The stored rows of these days that differ from the facts; they are repaired unless `check`.

    Scans, corrections, verdicts, leave, absences told and closures. Within the caller's
    transaction, one day in memory at a time; a transaction a day, or batches of scans that meet two
    days' locks may deadlock with it. Scans and decisions may go on meanwhile: each difference is
    looked at again under the lock of its person. A shift's times and a class's shifts are taken as
    they are now, whatever they were. `today` (None: `to_day`): leave shows once its day is over.
    """
    found: list[Difference] = []
    for day in each_day(from_day, to_day):
        plan = await plan_of(conn, school_id=school_id)
        seen = await _differences(conn, plan, day=day, today=today or to_day, people=None)
        if not seen:
            continue
        people = {difference.person_id for difference in seen}
        await lock_people(conn, school_id=school_id, person_ids=people)
        plan = await plan_of(conn, school_id=school_id)
        still = await _differences(conn, plan, day=day, today=today or to_day, people=people)
        found += still
        if not check:
            await _repair(conn, still)
    return found


async def _differences(
    conn: db.Conn, plan: Plan, *, day: date, today: date, people: Collection[UUID] | None
) -> list[Difference]:
    """Those of one day; `people` None: of everybody."""
    gathered = await gather(conn, plan=plan, person_ids=people, first=day, last=day, today=today)
    derived = {key: days.resolve(facts) for key, facts in gathered.facts.items()}
    stored = gathered.stored
    return [
        Difference(
            school_id=plan.school_id,
            day=day,
            person_id=key[1],
            shift_id=key[2],
            stored=stored.get(key),
            derived=derived.get(key),
        )
        for key in sorted({*derived, *stored})
        if stored.get(key) != derived.get(key)
    ]


async def _repair(conn: db.Conn, differences: list[Difference]) -> None:
    await put_day_rows(conn, [each.derived for each in differences if each.derived is not None])
    await drop_day_rows(
        conn,
        [each.stored for each in differences if each.derived is None and each.stored is not None],
    )
