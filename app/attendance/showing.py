"""What a phone shows beside a decision: the pupil's picture, an exit slip, who may fetch the child.

Filled in after the decision and not kept with it: a receipt holds none of it, so that a scan sent
again gets an address that is good at that moment, or none if it may not be shown any more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from app import db
from app.attendance.decide import PersonDay
from app.attendance.items import Item
from app.attendance.model import ExitSlip, PickUp, ScanResult
from app.attendance.plan import Plan
from app.keys import KeyRing
from app.photos.urls import PhotoUrls

# Children of these schools do not go home by themselves.
FETCHED_LEVELS: Final = frozenset({"preschool", "primary"})
# At the gate a name must be found at a glance.
_MOST: Final = 20


class PickUpRow(Struct, frozen=True, kw_only=True):
    """Somebody who may fetch a pupil on a day."""

    school_id: int
    student_id: UUID
    day: date
    name: str
    relation: str
    photo_key: str | None

    def shown(self, url: str | None) -> PickUp:
        return PickUp(name=self.name, relation=self.relation, photo_url=url)


async def show(
    conn: db.Conn,
    *,
    ring: KeyRing,
    items: Sequence[Item],
    answers: dict[int, ScanResult],
    plans: Mapping[int, Plan],
    slips: Mapping[PersonDay, time],
    now: datetime,
) -> None:
    """Add to the answers what is shown. Costs nothing where there is nothing to show."""
    leaving: dict[int, PersonDay] = {}
    urls = PhotoUrls(ring, now)
    for position, item in enumerate(items):
        answer = answers[position]
        if answer.student is None:
            continue
        if item.photo_key is not None:
            student = replace(answer.student, photo_url=urls.full(item.photo_key))
            answers[position] = replace(answer, student=student)
        if item.direction == "out" and slips:
            answers[position] = _with_slip(item, answers[position], slips)
        if item.direction == "out" and _is_fetched(item, answer, plans):
            leaving[position] = (item.school_id, answer.student.id, item.day)
    if not leaving:
        return
    found = await _pick_ups(conn, list(leaving.values()), urls)
    for position, pupil_day in leaving.items():
        answers[position] = replace(answers[position], pickups=found[pupil_day])


def _with_slip(item: Item, answer: ScanResult, slips: Mapping[PersonDay, time]) -> ScanResult:
    """Whoever stands at the gate sees since when the pupil may leave."""
    if answer.student is None or (item.school_id, answer.student.id, item.day) not in slips:
        return answer
    at = slips[item.school_id, answer.student.id, item.day]
    return replace(answer, exit_slip=ExitSlip(day=item.day, at=at))


def _is_fetched(item: Item, answer: ScanResult, plans: Mapping[int, Plan]) -> bool:
    """Whether somebody at the gate is to see who may fetch the child.

    Not on the pupil's own phone, and not where the scan was refused: the phone may be anywhere.
    """
    is_at_gate = answer.recorded_at is not None and item.source != "station_code"
    return is_at_gate and plans[item.school_id].level in FETCHED_LEVELS


async def _pick_ups(
    conn: db.Conn, asked: list[PersonDay], urls: PhotoUrls
) -> dict[PersonDay, list[PickUp]]:
    found: dict[PersonDay, list[PickUp]] = defaultdict(list)
    for row in await _rows(conn, list(dict.fromkeys(asked))):
        shown = row.shown(urls.full(row.photo_key))
        found[row.school_id, row.student_id, row.day].append(shown)
    return found


async def _rows(conn: db.Conn, asked: list[PersonDay]) -> list[PickUpRow]:
    """Who may fetch these pupils.

    Neither whom a custody block keeps from the child nor whom such a guardian has proposed: a block
    must not wait until somebody thinks of this list.
    """
    return await db.many(
        conn,
        PickUpRow,
        """
        select q.school_id, q.student_id, q.day, p.name, p.relation, p.photo_key
          from unnest($1::int[], $2::uuid[], $3::date[]) as q (school_id, student_id, day)
         cross join lateral (
               select id, name, relation, photo_key from pickup_person
                where school_id = q.school_id and student_id = q.student_id and ended_at is null
                  and state = 'approved' and from_day <= q.day
                  and (to_day is null or to_day >= q.day)
                  and not exists (
                      select from guardianship b
                        join guardian g on g.school_id = b.school_id and g.id = b.guardian_id
                       where b.school_id = q.school_id and b.student_id = q.student_id
                         and b.custody_blocked_at is not null
                         and (pickup_person.proposed_by in (b.account_id, b.pending_account_id)
                              or g.phone_index = pickup_person.phone_index))
                order by created_at, id limit $4) p
        """,
        [school_id for school_id, _, _ in asked],
        [student_id for _, student_id, _ in asked],
        [day for _, _, day in asked],
        _MOST,
    )


async def pick_ups_of_pupils(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], today: date, urls: PhotoUrls
) -> dict[UUID, list[PickUp]]:
    """Who may fetch each of these pupils today, for a phone that will be offline."""
    level = await db.value(conn, "select level from school where id = $1", school_id)
    if level not in FETCHED_LEVELS:
        return {}
    found: dict[UUID, list[PickUp]] = defaultdict(list)
    for row in await _rows(conn, [(school_id, student_id, today) for student_id in student_ids]):
        found[row.student_id].append(row.shown(urls.small_for_a_day(row.photo_key)))
    return found
