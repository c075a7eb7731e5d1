"""What staff's hours are read from: movements, corrections, and who is there."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.hours.model import CorrectionKind
from app.attendance.model import Direction, Recorded


class Member(Struct, frozen=True, kw_only=True):
    """A member of staff; `ended_at` None: still there."""

    id: UUID
    name: str
    sort_key: str
    created_at: datetime
    ended_at: datetime | None


class StaffScan(Struct, frozen=True, kw_only=True):
    """A scan that counts. `waits`: it is uncertain, and nobody has decided."""

    id: UUID
    person_id: UUID
    day: date
    direction: Direction
    outcome: Recorded
    at: datetime
    campus_id: UUID | None
    waits: bool


class PutDown(Struct, frozen=True, kw_only=True):
    """A principal's correction with the name of who decided it."""

    id: UUID
    staff_id: UUID
    day: date
    kind: CorrectionKind
    at: datetime
    reason: str
    decided_by: str | None
    created_at: datetime
    is_voided: bool


async def staff_in(
    conn: db.Conn,
    *,
    school_id: int,
    since: datetime,
    until: datetime,
    staff_ids: Sequence[UUID] | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int | None = None,
) -> list[Member]:
    """Who belonged to the staff at some time from `since` to `until`, by name.

    Also who was scanned then and put on the list later. `staff_ids` None: everybody; `limit` None:
    all of them.
    """
    sort_key, staff_id = after or (None, None)
    return await db.many(
        conn,
        Member,
        """
        select id, name, sort_key, created_at, ended_at from staff
         where school_id = $1 and (ended_at is null or ended_at >= $2)
           and (created_at < $3 or exists (
               select from scan_event e
                where e.school_id = $1 and e.person_id = staff.id
                  and e.day >= ($2 at time zone 'Asia/Ho_Chi_Minh')::date
                  and e.day < ($3 at time zone 'Asia/Ho_Chi_Minh')::date))
           and ($4::uuid[] is null or id = any($4))
           and ($5::text is null or (sort_key, id) > ($5, $6::uuid))
         order by sort_key, id limit $7
        """,
        school_id,
        since,
        until,
        staff_ids,
        sort_key,
        staff_id,
        limit,
    )


async def scans_that_count(
    conn: db.Conn, *, school_id: int, staff_ids: Sequence[UUID], first: date, last: date
) -> list[StaffScan]:
    """The recorded scans of these people that were neither undone nor rejected, and duplicates.

    Of those that look like a copied code only the confirmed ones. A duplicate says something where
    what it repeats was rejected, or was of the shift before.
    """
    return await db.many(
        conn,
        StaffScan,
        """
        select e.id, e.person_id, e.day, e.direction, e.outcome, e.occurred_at as at, e.campus_id,
               verdict.is_confirmed is null and e.outcome in
                   ('pending_review', 'geo_uncertain', 'clock_suspect') as waits
          from unnest($2::uuid[]) as asked (id)
          join scan_event e on e.school_id = $1 and e.person_id = asked.id
               and e.day between $3 and $4 and e.person_kind = 'staff'
          left join lateral (
               select bool_and(k.kind = 'confirm') as is_confirmed
                 from attendance_correction k
                where k.school_id = $1 and k.person_id = e.person_id and k.day = e.day
                  and k.day between $3 and $4 and k.event_id = e.id
                  and k.kind in ('undo', 'reject', 'confirm')) verdict on true
         where verdict.is_confirmed is not false
           and (e.outcome not in ('clone_suspect', 'impossible_travel') or verdict.is_confirmed)
        union all
        select r.id, r.person_id, r.day, r.direction, r.recorded_as, r.occurred_at, r.campus_id,
               false
          from unnest($2::uuid[]) as asked (id)
          join scan_refusal r on r.school_id = $1 and r.person_id = asked.id
               and r.day between $3 and $4 and r.person_kind = 'staff'
         where r.recorded_as is not null and r.promoted_at is null
           and r.recorded_as not in ('clone_suspect', 'impossible_travel')
        """,
        school_id,
        staff_ids,
        first,
        last,
    )


async def put_down(
    conn: db.Conn, *, school_id: int, staff_ids: Sequence[UUID], first: date, last: date
) -> list[PutDown]:
    """What principals have put down of these people's days, voided or not, in order of time."""
    return await db.many(
        conn,
        PutDown,
        """
        select c.id, c.staff_id, c.day, c.kind, c.at, c.reason, c.created_at,
               (select min(t.name) from staff t
                 where t.school_id = c.school_id and t.account_id = c.decided_by) as decided_by,
               exists (select from staff_day_correction v
                        where v.school_id = c.school_id and v.void_of = c.id) as is_voided
          from staff_day_correction c
         where c.school_id = $1 and c.staff_id = any($2) and c.day between $3 and $4
           and c.kind <> 'void'
         order by c.at, c.id
        """,
        school_id,
        staff_ids,
        first,
        last,
    )


async def insert_put_down(
    conn: db.Conn,
    *,
    school_id: int,
    correction_id: UUID,
    staff_id: UUID,
    day: date,
    kind: CorrectionKind,
    at: datetime,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> None:
    await conn.execute(
        """
        insert into staff_day_correction (school_id, id, staff_id, day, kind, at, reason,
               decided_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        school_id,
        correction_id,
        staff_id,
        day,
        kind,
        at,
        reason,
        decided_by,
        now,
    )


async def insert_void(
    conn: db.Conn,
    *,
    school_id: int,
    void_id: UUID,
    voided: PutDown,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> bool:
    """Whether it was written: a colleague may have been faster."""
    return bool(
        await db.run(
            conn,
            """
            insert into staff_day_correction (school_id, id, staff_id, day, kind, void_of, reason,
                   decided_by, created_at)
            values ($1, $2, $3, $4, 'void', $5, $6, $7, $8)
                on conflict (school_id, void_of) do nothing
            """,
            school_id,
            void_id,
            voided.staff_id,
            voided.day,
            voided.id,
            reason,
            decided_by,
            now,
        )
    )


async def day_of_put_down(
    conn: db.Conn, *, school_id: int, staff_id: UUID, correction_id: UUID
) -> date | None:
    """The day of a correction of this person; None: there is none."""
    found: date | None = await db.value(
        conn,
        """
        select day from staff_day_correction
         where school_id = $1 and id = $3 and staff_id = $2 and kind <> 'void'
        """,
        school_id,
        staff_id,
        correction_id,
    )
    return found


async def staff_of_account(
    conn: db.Conn, *, school_ids: Sequence[int], account_id: UUID
) -> list[tuple[int, UUID]]:
    """(school, staff id) of the account in each of these schools where it works now."""
    found = await db.rows(
        conn,
        """
        select school_id, id from staff
         where school_id = any($1) and account_id = $2 and ended_at is null order by school_id
        """,
        school_ids,
        account_id,
    )
    return [(row["school_id"], row["id"]) for row in found]
