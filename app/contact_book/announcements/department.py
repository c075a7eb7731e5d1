"""What the department says to schools: one row for all, told school by school by the workers.

A school's own row of it has the same id, so that a family with children in two schools is told
once. The department sees sums by school, and no child.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app import db
from app.attendance.closures.queries import schools_below
from app.attendance.closures.service import STAGGER_S
from app.attendance.plan import school_day
from app.contact_book.announcements import department_reading as reading
from app.contact_book.announcements.department_reading import widen
from app.contact_book.announcements.model import (
    AlreadyPublished,
    AnnouncementRow,
    BadAudience,
    NobodyToTell,
    NothingAsked,
    NotPublished,
    Reach,
    RemindedToday,
    Withdrawn,
    Written,
)
from app.contact_book.announcements.queries import values_of
from app.contact_book.announcements.service import cleaned, publish_time, require_before
from app.contact_book.attachments import department as files
from app.contact_book.model import text_of
from app.identity.model import Caller
from app.ids import new_id
from app.schools.common import NoSuchSchool
from app.schools.org.model import NoSuchOrgUnit
from app.schools.org.queries import unit_under
from app.schools.org.service import own_units


async def draft(
    conn: db.Conn,
    *,
    caller: Caller,
    org_unit_id: int | None,
    school_ids: Sequence[int],
    written: Written,
    attachment_ids: Sequence[UUID],
    now: datetime,
) -> UUID:
    """Keep what the department writes, to a unit's schools or to schools by name.

    Raises:
        NoSuchOrgUnit, NoSuchSchool: none of the caller's.
        BadAudience: nobody is written to.
        BadQuestion: see `cleaned`.
        NoSuchAttachment, AttachmentInUse: see the department's attachments.
    """
    unit_id = await _unit(conn, caller, org_unit_id, school_ids)
    written = _checked(written)
    announcement_id = new_id()
    await db.run(
        conn,
        """
        insert into department_announcement (id, org_unit_id, school_ids, author_account_id, title,
               body, to_families, to_staff, to_leaders, answer_kind, answer_options, answer_until,
               is_urgent, search_key, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
        """,
        announcement_id,
        unit_id,
        sorted(set(school_ids)) or None,
        caller.account_id,
        *values_of(written),
        now,
    )
    await files.rebind(
        conn,
        ids=attachment_ids,
        announcement_id=announcement_id,
        account_id=caller.account_id,
        now=now,
    )
    return announcement_id


def _checked(written: Written) -> Written:
    if not (written.to_families or written.to_staff or written.to_leaders):
        raise BadAudience(
            ("Hãy chọn người nhận.", "Choose families, staff or principals."),
        )
    return cleaned(written)


async def _unit(
    conn: db.Conn, caller: Caller, org_unit_id: int | None, school_ids: Sequence[int]
) -> int:
    """The unit in whose name it is said: the one named, or the caller's own."""
    units = own_units(caller)
    if not units:
        raise NoSuchOrgUnit
    if org_unit_id is not None:
        if await unit_under(conn, root_ids=units, unit_id=org_unit_id) is None:
            raise NoSuchOrgUnit
        return org_unit_id
    if not set(school_ids) <= set(caller.department_school_ids):
        raise NoSuchSchool
    return min(units)


async def change(
    conn: db.Conn,
    *,
    caller: Caller,
    announcement_id: UUID,
    written: Written,
    attachment_ids: Sequence[UUID] | None,
    now: datetime,
) -> None:
    """Write a draft anew. `attachment_ids` None: as they are.

    Raises:
        NoSuchAnnouncement: none of the caller's units.
        AlreadyPublished, Withdrawn: it has gone out, or is to.
        BadAudience, BadQuestion, NoSuchAttachment, AttachmentInUse: as `draft`.
    """
    row = await reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now, is_locked=True
    )
    _require_draft(row)
    await db.run(
        conn,
        """
        update department_announcement
           set title = $2, body = $3, to_families = $4, to_staff = $5, to_leaders = $6,
               answer_kind = $7, answer_options = $8, answer_until = $9, is_urgent = $10,
               search_key = $11, changed_at = $12
         where id = $1
        """,
        announcement_id,
        *values_of(_checked(written)),
        now,
    )
    if attachment_ids is not None:
        await files.rebind(
            conn,
            ids=attachment_ids,
            announcement_id=announcement_id,
            account_id=caller.account_id,
            now=now,
        )


def _require_draft(row: AnnouncementRow) -> None:
    if row.state == "withdrawn":
        raise Withdrawn
    if row.state != "draft":
        raise AlreadyPublished


async def discard(conn: db.Conn, *, caller: Caller, announcement_id: UUID, now: datetime) -> None:
    """Throw a draft away.

    Raises: as `change`.
    """
    row = await reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now, is_locked=True
    )
    _require_draft(row)
    await files.rebind(
        conn, ids=[], announcement_id=announcement_id, account_id=caller.account_id, now=now
    )
    await db.run(conn, "delete from department_announcement where id = $1", announcement_id)


async def publish(
    conn: db.Conn,
    *,
    caller: Caller,
    announcement_id: UUID,
    publish_at: datetime | None,
    now: datetime,
) -> None:
    """Put it in force: each school is told by the workers, one after the other, from then on.

    Raises:
        NoSuchAnnouncement, AlreadyPublished, Withdrawn: as `change`.
        BadPublishTime: see `service.publish`.
        NobodyToTell: it is for no school.
    """
    row = await reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now, is_locked=True
    )
    _require_draft(row)
    at = publish_time(publish_at, now)
    require_before(row.answer_until, at)
    school_ids = await reading.schools_of(conn, row=row)
    if not school_ids:
        raise NobodyToTell
    await widen(conn, caller, school_ids)
    await put_out(conn, announcement_id=announcement_id, school_ids=school_ids, at=at, now=now)


async def put_out(
    conn: db.Conn, *, announcement_id: UUID, school_ids: Sequence[int], at: datetime, now: datetime
) -> None:
    """The fact, and whom to tell, in one transaction: a list of schools, `STAGGER_S` apart.

    So arrivals at the gates are not held up behind a province.
    """
    await db.run(
        conn,
        "update department_announcement set published_at = $2, changed_at = $3 where id = $1",
        announcement_id,
        at,
        now,
    )
    await _errands(conn, announcement_id, "published", school_ids, at)


async def _errands(
    conn: db.Conn, announcement_id: UUID, news: str, school_ids: Sequence[int], at: datetime
) -> None:
    await db.run(
        conn,
        """
        insert into announcement_errand (school_id, announcement_id, news, due_at)
        select q.id, $1, $2, $4::timestamptz + (q.place - 1) * $5::float8 * interval '1 second'
          from unnest($3::int[]) with ordinality as q (id, place)
            on conflict (school_id, announcement_id, news)
            do update set due_at = excluded.due_at, done_at = null, told = null, attempts = 0
        """,
        announcement_id,
        news,
        list(school_ids),
        at,
        STAGGER_S,
    )


async def withdraw(
    conn: db.Conn, *, caller: Caller, announcement_id: UUID, reason: str, now: datetime
) -> None:
    """Take it back: schools that were told are told of that, the others of nothing.

    Whoever is telling a school at this moment is waited for.

    Raises:
        NoSuchAnnouncement, Withdrawn: as `change`.
        NotPublished: a draft is deleted.
    """
    row = await reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now, is_locked=True
    )
    if row.state == "withdrawn":
        raise Withdrawn
    if row.state == "draft":
        raise NotPublished
    school_ids = await _sent_to(conn, caller, announcement_id)
    await db.run(
        conn,
        """
        update department_announcement
           set withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4, changed_at = $2
         where id = $1
        """,
        announcement_id,
        now,
        caller.account_id,
        text_of(reason),
    )
    told = await db.rows(
        conn,
        """
        with waiting as materialized (
            select school_id, done_at from announcement_errand
             where school_id = any($2::int[]) and announcement_id = $1 and news = 'published'
             order by school_id for update),
        dropped as (
            update announcement_errand e set done_at = $3, told = 0 from waiting
             where e.school_id = waiting.school_id and e.announcement_id = $1
               and e.news = 'published' and waiting.done_at is null)
        select school_id from waiting where done_at is not null order by school_id
        """,
        announcement_id,
        school_ids,
        now,
    )
    schools = [each["school_id"] for each in told]
    await _errands(conn, announcement_id, "withdrawn", schools, now)


async def _sent_to(conn: db.Conn, caller: Caller, announcement_id: UUID) -> list[int]:
    """The schools it was sent to, opened: also one that lies elsewhere since, or is closed."""
    every = await db.rows(conn, "select id from school")
    await widen(conn, caller, [each["id"] for each in every])
    found = await db.rows(
        conn,
        """
        select school_id from announcement_errand
         where school_id = any($2::int[]) and announcement_id = $1 and news = 'published'
         order by school_id
        """,
        announcement_id,
        [each["id"] for each in every],
    )
    school_ids = [each["school_id"] for each in found]
    await widen(conn, caller, school_ids)
    return school_ids


async def remind(conn: db.Conn, *, caller: Caller, announcement_id: UUID, now: datetime) -> int:
    """Remind, school by school, who has not answered, once a day; how many people.

    Raises:
        NoSuchAnnouncement, NotPublished, Withdrawn: it is not out.
        NothingAsked: it asks nothing, or not any more.
        RemindedToday: it was done.
    """
    row = await reading.one(
        conn, caller=caller, announcement_id=announcement_id, now=now, is_locked=True
    )
    if row.state == "withdrawn":
        raise Withdrawn
    if row.state != "published":
        raise NotPublished
    if row.answer_kind == "none" or (row.answer_until is not None and now >= row.answer_until):
        raise NothingAsked
    is_first = await db.run(
        conn,
        """
        update department_announcement set reminded_on = $2
         where id = $1 and reminded_on is distinct from $2
        """,
        announcement_id,
        school_day(now),
    )
    if not is_first:
        raise RemindedToday
    sums = await reading.by_school(conn, caller=caller, row=row)
    waiting = [each for each in sums if each.is_told and each.answered < each.recipients]
    await _errands(conn, announcement_id, "reminded", [each.school_id for each in waiting], now)
    return sum(each.recipients - each.answered for each in waiting)


async def reach(
    conn: db.Conn,
    *,
    caller: Caller,
    org_unit_id: int | None,
    school_ids: Sequence[int],
    written: Written,
) -> Reach:
    """How many it would reach: counts alone, over all its schools.

    Raises: as `draft`.
    """
    unit_id = await _unit(conn, caller, org_unit_id, school_ids)
    below = await schools_below(conn, unit_id=unit_id)
    chosen = sorted(set(below) & set(school_ids)) if school_ids else below
    await widen(conn, caller, chosen)
    found = await db.one(
        conn,
        Reach,
        """
        with pupil as (
            select e.school_id, e.student_id,
                   exists (select from guardianship g join account a on a.id = g.account_id
                            where g.school_id = e.school_id and g.student_id = e.student_id
                              and g.ended_at is null and g.is_told and g.can_see
                              and g.custody_blocked_at is null and a.disabled_at is null) as is_told
              from enrolment e
             where e.school_id = any($1::int[]) and e.to_day is null and $2)
        select (select count(*) from pupil) as pupils,
               (select count(distinct g.account_id) from guardianship g
                 where g.school_id = any($1::int[]) and g.ended_at is null and g.is_told
                   and g.can_see and g.custody_blocked_at is null and $2) as accounts,
               (select count(*) from pupil where not is_told) as without_account,
               (select count(*) from staff f
                 where f.school_id = any($1::int[]) and f.ended_at is null
                   and ($3 or ($4 and exists (
                       select from membership m where m.school_id = f.school_id
                          and m.person_id = f.id and m.role = 'principal'
                          and m.ended_at is null)))) as staff,
               cardinality($1::int[]) as schools
        """,
        chosen,
        written.to_families,
        written.to_staff,
        written.to_leaders,
    )
    return found or Reach(pupils=0, accounts=0, without_account=0, staff=0, schools=0)
