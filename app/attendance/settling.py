"""Days settled anew when somebody has decided about them; families told what is no longer so."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance import days, heard, queries, writing
from app.attendance.days import Facts
from app.attendance.facts import Gathered, Key, gather
from app.attendance.heard import Heard, Notice
from app.attendance.model import (
    SUSPECT,
    Correction,
    DayRow,
    Past,
    PersonKind,
    State,
    absence_event_id,
)
from app.attendance.outbox import News, insert_news
from app.attendance.plan import Plan, school_day
from app.attendance.telling import absence_params
from app.ids import new_id

CauseKind = Literal["leave", "closure", "correction", "review", "release"]


class Cause(Struct, frozen=True, kw_only=True):
    """Why days are settled: the decision and who made it; None: nobody, the rules.

    `told_otherwise`: an account of the family that hears of it in another message.
    """

    kind: CauseKind
    event_id: UUID
    actor_account_id: UUID | None
    told_otherwise: UUID | None = None


class Change(Struct, frozen=True, kw_only=True):
    """A shift of a person's day that is other than it was, or of which the family was told.

    None: nothing is known of the shift. `told_as`: an event that leads to the message, if there was
    one; `replaced`: to the message which it takes the place of.
    """

    school_id: int
    day: date
    person_id: UUID
    shift_id: UUID
    before: DayRow | None
    after: DayRow | None
    told_as: UUID | None = None
    replaced: UUID | None = None

    @property
    def key(self) -> Key:
        return (self.day, self.person_id, self.shift_id)


class _News(Struct, frozen=True, kw_only=True):
    """A message to a family; `kind` absence where they had heard nothing."""

    kind: Literal["correction", "absence"]
    key: Key
    event_id: UUID
    replaces: UUID | None
    state: State
    late_minutes: int


async def settle(
    conn: db.Conn,
    *,
    school_id: int,
    person_kind: PersonKind,
    person_ids: Collection[UUID],
    first: date,
    last: date,
    cause: Cause,
    now: datetime,
    adding: Correction | None = None,
) -> list[Change]:
    """Derive these people's days (both inclusive) from all facts, and write and tell what changed.

    The persons are locked first, so no scan is in flight meanwhile. A family gets one message a
    shift, in the place of the last, if what they had been told is no longer so; who had been told
    nothing is told only of an absence without leave that a person has set. `adding`: the correction
    that brings it about, which the caller writes afterwards.
    """
    people = sorted(set(person_ids))
    if not people:
        return []
    await queries.lock_people(conn, school_id=school_id, person_ids=people)
    plan = await queries.plan(conn, school_id=school_id)
    gathered = await gather(
        conn,
        plan=plan,
        person_ids=people,
        first=first,
        last=last,
        today=school_day(now),
        adding=adding,
    )
    derived = {key: days.resolve(facts) for key, facts in gathered.facts.items()}
    news: dict[Key, _News] = {}
    if person_kind == "student":
        notices = await heard.notices_of(
            conn, school_id=school_id, person_ids=people, first=first, last=last
        )
        news = _news(plan, gathered, derived, notices, adding)
        await _tell(conn, plan, gathered, news, cause, now)
    changes = _changes(plan, gathered, derived, news)
    await _write(conn, changes)
    if risen := [past for facts in gathered.facts.values() for past in _risen(facts)]:
        await writing.promote(conn, risen)
    return changes


def _risen(facts: Facts) -> list[Past]:
    """The stored duplicates of a scan that was rejected since: they count instead, untold."""
    if all(each.kind not in ("reject", "confirm") for each in facts.corrections):
        return []
    history = days.judged(facts.history, facts.corrections)
    genuine = [past for past in history if past.outcome not in SUSPECT]
    return [past for past in days.promoted(genuine, facts.shift) if past.is_duplicate]


def _changes(
    plan: Plan,
    gathered: Gathered,
    derived: Mapping[Key, DayRow | None],
    news: Mapping[Key, _News],
) -> list[Change]:
    return [
        Change(
            school_id=plan.school_id,
            day=key[0],
            person_id=key[1],
            shift_id=key[2],
            before=gathered.stored.get(key),
            after=derived.get(key),
            told_as=news[key].replaces or news[key].event_id if key in news else None,
            replaced=news[key].replaces if key in news else None,
        )
        for key in sorted({*gathered.stored, *derived})
        if gathered.stored.get(key) != derived.get(key) or key in news
    ]


async def _write(conn: db.Conn, changes: Sequence[Change]) -> None:
    changed = [each for each in changes if each.before != each.after]
    await writing.put_day_rows(conn, [each.after for each in changed if each.after is not None])
    await writing.drop_day_rows(
        conn, [each.before for each in changed if each.after is None and each.before is not None]
    )


def _news(
    plan: Plan,
    gathered: Gathered,
    derived: Mapping[Key, DayRow | None],
    notices: Mapping[Key, Sequence[Notice]],
    adding: Correction | None,
) -> dict[Key, _News]:
    """What is to be told, of what changed and of what did not: a verdict may leave the state."""
    found = {}
    for key in sorted({*gathered.stored, *derived}):
        after = derived.get(key)
        last = heard.heard(
            plan.school_id,
            key,
            facts=gathered.facts.get(key),
            notices=notices.get(key, ()),
            told_at=gathered.told_at.get(key),
            before=gathered.stored.get(key),
        )
        is_set_absent = (
            adding is not None
            and adding.shift_id == key[2]
            and after is not None
            and after.state == "absent_unexcused"
        )
        if not _is_owed(last, after, is_set_absent=is_set_absent):
            continue
        found[key] = _News(
            kind="correction" if last else "absence",
            key=key,
            event_id=new_id() if last else absence_event_id(plan.school_id, *key),
            replaces=last.event_id if last else None,
            state=after.state if after else "not_scanned",
            late_minutes=after.late_minutes if after else 0,
        )
    return found


def _is_owed(last: Heard | None, after: DayRow | None, *, is_set_absent: bool) -> bool:
    """Whether the family is owed a message."""
    if last is None:
        return is_set_absent
    if last.is_unsettled:
        return True
    if last.state is None:
        return is_set_absent
    now = (after.state, after.late_minutes) if after else ("not_scanned", 0)
    return (last.state, last.late_minutes) != now


async def _tell(
    conn: db.Conn,
    plan: Plan,
    gathered: Gathered,
    news: Mapping[Key, _News],
    cause: Cause,
    now: datetime,
) -> None:
    if not news:
        return
    names = await _names(conn, school_id=plan.school_id, student_ids={key[1] for key in news})
    await insert_news(
        conn,
        school_id=plan.school_id,
        news=[
            News(
                kind=each.kind,
                day=key[0],
                event_id=each.event_id,
                student_id=key[1],
                actor_account_id=cause.told_otherwise or cause.actor_account_id,
                params=_params(each, plan, gathered.facts.get(key), names[key[1]]),
            )
            for key, each in news.items()
        ],
    )
    await heard.insert_notices(
        conn,
        school_id=plan.school_id,
        notices=[
            Notice(
                id=new_id(),
                day=each.key[0],
                person_id=each.key[1],
                shift_id=each.key[2],
                event_id=each.event_id,
                replaces=each.replaces,
                state=each.state,
                late_minutes=each.late_minutes,
                created_at=now,
            )
            for each in news.values()
        ],
    )


def _params(news: _News, plan: Plan, facts: Facts | None, name: str) -> dict[str, object]:
    params: dict[str, object] = {
        "student": name,
        "school": plan.name,
        "day": news.key[0].isoformat(),
    }
    if news.kind == "correction":
        params["status"] = news.state
    if news.late_minutes:
        params["minutes"] = news.late_minutes
    if news.replaces is not None:
        params["replaces"] = str(news.replaces)
    if facts is not None and news.kind == "absence":
        params |= absence_params(plan, news.key[0], facts.shift)
    return params


async def _names(
    conn: db.Conn, *, school_id: int, student_ids: Collection[UUID]
) -> dict[UUID, str]:
    found = await db.rows(
        conn,
        "select id, name from student where school_id = $1 and id = any($2)",
        school_id,
        list(student_ids),
    )
    return {row["id"]: row["name"] for row in found}
