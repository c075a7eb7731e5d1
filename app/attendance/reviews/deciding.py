"""Verdicts on scans: all of a request or none, once each, and the days that follow from them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from app import audit, db, names
from app.attendance.absence.queries import wait_for_runs
from app.attendance.absence.taken_back import hold_who_is_missing_now
from app.attendance.days import Facts, resolve
from app.attendance.facts import gather
from app.attendance.kin import OwnChild, own_children
from app.attendance.model import Correction, DayRow, PersonKind
from app.attendance.outbox import insert_outbox
from app.attendance.plan import school_day
from app.attendance.queries import lock_people
from app.attendance.queries import plan as plan_of
from app.attendance.reviews import queries
from app.attendance.reviews.model import (
    AlreadyReviewed,
    Decided,
    NoSuchReview,
    OwnCheckIn,
    Verdict,
)
from app.attendance.reviews.queries import Standing, VerdictRow
from app.attendance.reviews.service import window
from app.attendance.settling import Cause, settle
from app.ids import new_id

PersonDay = tuple[date, UUID]


async def decide(
    conn: db.Conn,
    *,
    school_id: int,
    event_ids: Sequence[UUID],
    verdict: Verdict,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> Decided:
    """Confirm or reject these scans, derive their days anew, and tell whom it concerns.

    The same verdict again changes nothing; a suspect counts once it is confirmed, and without a
    rejected scan the day may fall back to leave or absence, or an alert waits for the principal.

    Raises:
        NoSuchReview: one of them is no uncertain scan of the last 45 days.
        OwnCheckIn: one of them is the decider's own.
        OwnChild: one of them is of the decider's own child.
        AlreadyReviewed: one of them was decided otherwise, or taken back.
    """
    asked = sorted(set(event_ids))
    first, last = window(now)
    seen = await queries.standing(
        conn, school_id=school_id, event_ids=asked, first=first, last=last
    )
    if len(seen) != len(asked):
        raise NoSuchReview(
            (
                f"Hãy tải lại danh sách: {len(asked) - len(seen)} lượt không có trong 45 ngày qua.",
                f"Load the list again: {len(asked) - len(seen)} are none of the last 45 days.",
            )
        )
    await _require_not_own(conn, school_id, seen, decided_by)
    if verdict == "reject":
        # Before the people's locks, as runs take their own: one is seen, or sees the verdict.
        for day in _days_of_pupils(seen):
            await wait_for_runs(conn, school_id=school_id, day=day)
    await lock_people(conn, school_id=school_id, person_ids={each.person_id for each in seen})
    # Once more, under the locks: a colleague may have been faster.
    standing = await queries.standing(
        conn, school_id=school_id, event_ids=asked, first=first, last=last
    )
    fresh = _fresh(standing, verdict)
    if not fresh:
        return Decided(decided=0, unchanged=len(standing), changed_days=0)
    await _write(conn, school_id, fresh, verdict, names.clean(reason), decided_by, now)
    decision_id = new_id()
    cause = Cause(kind="review", event_id=decision_id, actor_account_id=decided_by)
    changed = await _settle(conn, school_id, fresh, cause, now)
    if verdict == "reject":
        await _take_back(conn, school_id, fresh, decided_by)
        await _hold(conn, school_id, fresh, now)
    await audit.record(
        conn,
        school_id=school_id,
        kind=f"review_{verdict}",
        subject_id=decision_id,
        actor_account_id=decided_by,
        detail={"event_ids": [str(event.event_id) for event in fresh]},
        now=now,
    )
    return Decided(decided=len(fresh), unchanged=len(standing) - len(fresh), changed_days=changed)


async def _require_not_own(
    conn: db.Conn, school_id: int, events: Sequence[Standing], decided_by: UUID
) -> None:
    staff = [event.person_id for event in events if event.person_kind == "staff"]
    if staff and await queries.is_own_staff_id(
        conn, school_id=school_id, account_id=decided_by, person_ids=staff
    ):
        raise OwnCheckIn(
            ("Hãy nhờ một hiệu trưởng hoặc hiệu phó khác.", "Ask another principal of the school.")
        )
    own = await own_children(
        conn,
        school_id=school_id,
        account_id=decided_by,
        student_ids={event.person_id for event in events if event.person_kind == "student"},
    )
    if own:
        raise OwnChild(
            (
                "Hãy bỏ lượt của con mình ra, và nhờ một hiệu trưởng hoặc hiệu phó khác.",
                "Leave out your own child's, and ask another principal of the school.",
            )
        )


def _fresh(standing: Sequence[Standing], verdict: Verdict) -> list[Standing]:
    """Those that have no verdict yet.

    Raises:
        AlreadyReviewed: one of them has another one.
    """
    others = [event for event in standing if set(event.kinds) - {verdict}]
    if others:
        raise AlreadyReviewed(
            (
                f"Hãy tải lại danh sách: {len(others)} lượt đã có người xử lý khác.",
                f"Load the list again: {len(others)} were dealt with otherwise.",
            )
        )
    return [event for event in standing if not event.kinds]


async def _write(
    conn: db.Conn,
    school_id: int,
    fresh: Sequence[Standing],
    verdict: Verdict,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> None:
    said: defaultdict[PersonDay, list[Correction]] = defaultdict(list)
    for event in fresh:
        said[event.day, event.person_id].append(_correction(school_id, event, verdict, now))
    rows = []
    for day in sorted({event.day for event in fresh}):
        facts = await _facts(conn, school_id, day, fresh, now)
        shift_of = {event.event_id: event.shift_id for event in fresh}
        for (of_day, person_id), corrections in said.items():
            if of_day == day:
                rows += [
                    _row(each, facts.get((person_id, shift_of[each.event_id])), corrections)
                    for each in corrections
                    if each.event_id is not None
                ]
    await queries.insert_verdicts(
        conn, verdicts=rows, kind=verdict, reason=reason, decided_by=decided_by
    )


async def _facts(
    conn: db.Conn, school_id: int, day: date, fresh: Sequence[Standing], now: datetime
) -> Mapping[tuple[UUID, UUID | None], Facts]:
    found = await gather(
        conn,
        plan=await plan_of(conn, school_id=school_id),
        person_ids={event.person_id for event in fresh if event.day == day},
        first=day,
        last=day,
        today=school_day(now),
    )
    return {(key[1], key[2]): facts for key, facts in found.facts.items()}


def _row(correction: Correction, facts: Facts | None, said: Sequence[Correction]) -> VerdictRow:
    """With the shift's row before and after all verdicts of the day; outside every shift: none."""
    before: DayRow | None = None
    after: DayRow | None = None
    if facts is not None:
        before = resolve(facts)
        after = resolve(msgspec.structs.replace(facts, corrections=[*facts.corrections, *said]))
    return VerdictRow(correction=correction, before=before, after=after)


def _correction(school_id: int, event: Standing, verdict: Verdict, now: datetime) -> Correction:
    return Correction(
        id=new_id(),
        school_id=school_id,
        day=event.day,
        person_id=event.person_id,
        kind=verdict,
        event_id=event.event_id,
        shift_id=None,
        state=None,
        late_minutes=None,
        told_as=None,
        created_at=now,
    )


async def _settle(
    conn: db.Conn, school_id: int, fresh: Sequence[Standing], cause: Cause, now: datetime
) -> int:
    """How many rows of shifts are others now."""
    people: defaultdict[tuple[PersonKind, date], set[UUID]] = defaultdict(set)
    for event in fresh:
        people[event.person_kind, event.day].add(event.person_id)
    changed = 0
    for (kind, day), person_ids in sorted(people.items()):
        changes = await settle(
            conn,
            school_id=school_id,
            person_kind=kind,
            person_ids=sorted(person_ids),
            first=day,
            last=day,
            cause=cause,
            now=now,
        )
        changed += sum(change.before != change.after for change in changes)
    return changed


def _days_of_pupils(events: Sequence[Standing]) -> list[date]:
    return sorted({event.day for event in events if event.person_kind == "student"})


async def _hold(conn: db.Conn, school_id: int, rejected: Sequence[Standing], now: datetime) -> None:
    """Alerts of those who are missing now though their run had not missed them."""
    plan = await plan_of(conn, school_id=school_id)
    for day in _days_of_pupils(rejected):
        await hold_who_is_missing_now(
            conn,
            plan=plan,
            day=day,
            student_ids={
                event.person_id
                for event in rejected
                if event.day == day and event.person_kind == "student"
            },
            now=now,
        )


async def _take_back(
    conn: db.Conn, school_id: int, rejected: Sequence[Standing], decided_by: UUID
) -> None:
    """Scans outside every shift were told too, and settling knows of shifts alone."""
    for each in await queries.told_outside_shifts(
        conn,
        school_id=school_id,
        person_ids=sorted({event.person_id for event in rejected}),
        days=sorted({event.day for event in rejected}),
        event_ids=[event.event_id for event in rejected],
    ):
        await insert_outbox(
            conn,
            school_id=school_id,
            message_id=new_id(),
            kind="scan_undone",
            day=each.day,
            event_id=each.event_id,
            student_id=each.student_id,
            actor_account_id=decided_by,
            params={
                "student": each.student,
                "school": each.school,
                "gate": each.gate,
                "at": each.at.isoformat(),
                "replaces": str(each.event_id),
            },
        )
