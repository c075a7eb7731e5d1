"""What a family has been told of a shift last, by facts alone: nobody's inbox is read for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.days import Facts
from app.attendance.facts import Key
from app.attendance.model import SUSPECT, DayRow, State, absence_event_id
from app.ids import new_id

# Of the same instant the later kind is the later message, and ids are by time.
_Order = tuple[datetime, int, UUID]


class Notice(Struct, frozen=True, kw_only=True):
    """A message about a shift that is neither of a scan nor the alert at the cut-off.

    `replaces`: the event whose message it took the place of; None: of none.
    """

    id: UUID
    day: date
    person_id: UUID
    shift_id: UUID
    event_id: UUID
    replaces: UUID | None
    state: State
    late_minutes: int
    created_at: datetime


def notice_of(row: DayRow, *, event_id: UUID, replaces: UUID | None, now: datetime) -> Notice:
    """That the family was told of this state under `event_id`."""
    return Notice(
        id=new_id(),
        day=row.day,
        person_id=row.person_id,
        shift_id=row.shift_id,
        event_id=event_id,
        replaces=replaces,
        state=row.state,
        late_minutes=row.late_minutes,
        created_at=now,
    )


class Heard(Struct, frozen=True, kw_only=True):
    """The last message, and what the family believes since; None: no state.

    `event_id` leads to it. Of a message that took another's place it is the other's: the relay
    follows to what stands there now, which may be the answer to a dispute for one of the family.
    `is_unsettled`: they were told of a scan that has been judged since, or that is being checked.
    """

    event_id: UUID
    state: State | None
    late_minutes: int
    is_unsettled: bool


def heard(
    school_id: int,
    key: Key,
    *,
    facts: Facts | None,
    notices: Sequence[Notice],
    told_at: datetime | None,
    before: DayRow | None,
) -> Heard | None:
    """What the family heard last of the shift; None: nothing. `before`: the row until now.

    A scan that was undone has been taken back in a message of its own, which ends it.
    """
    messages: list[tuple[_Order, UUID, State | None, int]] = [
        (
            (each.created_at, 2, each.id),
            each.replaces or each.event_id,
            each.state,
            each.late_minutes,
        )
        for each in notices
    ]
    if told_at is not None:
        event_id = absence_event_id(school_id, *key)
        messages.append(((told_at, 1, event_id), event_id, "absent_unexcused", 0))
    if facts is not None:
        state, late = (before.state, before.late_minutes) if before else (None, 0)
        undone = {each.event_id for each in facts.corrections if each.kind == "undo"}
        messages += [
            ((past.received_at, 0, past.id), past.id, state, late)
            for past in facts.history
            if not past.is_duplicate and past.id not in undone
        ]
    if not messages:
        return None
    _, event_id, state, late = max(messages, key=lambda each: each[0])
    if before is not None and not before.state.startswith("absent"):
        # A repeated scan may have told it since, under an event that is no recorded scan's.
        state, late = before.state, before.late_minutes
    return Heard(
        event_id=event_id,
        state=state,
        late_minutes=late,
        is_unsettled=facts is not None and _is_unsettled(facts, notices),
    )


def _is_unsettled(facts: Facts, notices: Sequence[Notice]) -> bool:
    """Whether a verdict on a scan came after the last notice. By ids, which are by time."""
    since = max((each.id for each in notices), default=UUID(int=0))
    told = {past.id: past.outcome for past in facts.history if not past.is_duplicate}
    undone = {each.event_id for each in facts.corrections if each.kind == "undo"}
    return any(
        each.id > since
        and each.event_id in told
        and each.event_id not in undone
        and (each.kind == "reject" or told[each.event_id] in SUSPECT)
        for each in facts.corrections
        if each.kind in ("reject", "confirm") and each.event_id is not None
    )


async def notices_of(
    conn: db.Conn, *, school_id: int, person_ids: Collection[UUID], first: date, last: date
) -> Mapping[Key, list[Notice]]:
    """What was told of these people's days beside scans and alerts."""
    found: defaultdict[Key, list[Notice]] = defaultdict(list)
    for each in await db.many(
        conn,
        Notice,
        """
        select id, day, person_id, shift_id, event_id, replaces, state, late_minutes, created_at
          from attendance_notice
         where school_id = $1 and person_id = any($2) and day between $3 and $4
        """,
        school_id,
        list(person_ids),
        first,
        last,
    ):
        found[each.day, each.person_id, each.shift_id].append(each)
    return found


async def insert_notices(conn: db.Conn, *, school_id: int, notices: Sequence[Notice]) -> None:
    """Keep what was just told."""
    await conn.executemany(
        """
        insert into attendance_notice (school_id, id, day, person_id, shift_id, event_id,
               replaces, state, late_minutes, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                school_id,
                each.id,
                each.day,
                each.person_id,
                each.shift_id,
                each.event_id,
                each.replaces,
                each.state,
                each.late_minutes,
                each.created_at,
            )
            for each in notices
        ],
    )
