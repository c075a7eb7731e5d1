"""SQL over a week of the contact book."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from app import db
from app.contact_book.completeness.model import (
    ClassRow,
    Filled,
    Heard,
    Question,
    SchoolWeek,
    StoredWeek,
)


async def classes(conn: db.Conn, *, school_id: int, first: date, last: date) -> list[ClassRow]:
    """The classes that had pupils in these days, as lists of classes are sorted."""
    return await db.many(
        conn,
        ClassRow,
        """
        select c.id, c.name, c.grade from school_class c
         where c.school_id = $1 and exists (
               select from enrolment e
                where e.school_id = c.school_id and e.class_id = c.id and e.from_day <= $3
                  and (e.to_day is null or e.to_day >= $2))
         order by c.grade, length(c.name), c.name, c.id
        """,
        school_id,
        first,
        last,
    )


async def filled(
    conn: db.Conn, *, school_id: int, class_ids: Collection[UUID], first: date, last: date
) -> list[Filled]:
    """What was written of the daily book for these days, and is not withdrawn."""
    return await db.many(
        conn,
        Filled,
        """
        select distinct class_id, 'lessons' as section, day from lesson
         where school_id = $1 and class_id = any($2::uuid[]) and day between $3 and $4
           and withdrawn_at is null
         union all
        select distinct class_id, 'homework', set_day from homework
         where school_id = $1 and class_id = any($2::uuid[]) and set_day between $3 and $4
           and withdrawn_at is null
         union all
        select distinct class_id, 'remarks', day from remark
         where school_id = $1 and class_id = any($2::uuid[]) and day between $3 and $4
           and withdrawn_at is null
         union all
        select distinct class_id, 'care', day from care_entry
         where school_id = $1 and class_id = any($2::uuid[]) and day between $3 and $4
        """,
        school_id,
        list(class_ids),
        first,
        last,
    )


async def heard(conn: db.Conn, *, school_id: int, since: datetime, until: datetime) -> list[Heard]:
    """What came of the announcements to families that went out then, by the pupils' class."""
    return await db.many(
        conn,
        Heard,
        """
        select r.class_id,
               count(distinct (a.published_at at time zone 'Asia/Ho_Chi_Minh')::date) as days,
               count(*) as recipients, count(r.read_at) as read,
               count(*) filter (where a.answer_kind <> 'none') as wanted,
               count(r.answered_at) filter (where a.answer_kind <> 'none') as answered
          from announcement a
          join announcement_recipient r on r.school_id = a.school_id and r.announcement_id = a.id
         where a.school_id = $1 and a.published_at >= $2 and a.published_at < $3
           and a.state = 'published' and r.person_kind = 'student'
         group by r.class_id
        """,
        school_id,
        since,
        until,
    )


async def questions(
    conn: db.Conn, *, school_id: int, since: datetime, until: datetime
) -> list[Question]:
    """A guardian's first message after the school's last, sent then, and the school's next.

    What was taken back was neither asked nor answered.
    """
    return await db.many(
        conn,
        Question,
        """
        select m.sent_at as asked_at, (
                   select a.sent_at from thread_message a
                    where a.school_id = $1 and a.thread_id = m.thread_id and a.seq > m.seq
                      and a.author_kind = 'staff' and a.taken_back_at is null
                    order by a.seq limit 1) as answered_at
          from thread_message m
         where m.school_id = $1 and m.sent_at >= $2 and m.sent_at < $3
           and m.author_kind = 'guardian' and m.taken_back_at is null
           and coalesce((
                   select b.author_kind from thread_message b
                    where b.school_id = $1 and b.thread_id = m.thread_id and b.seq < m.seq
                      and b.taken_back_at is null
                    order by b.seq desc limit 1), 'staff') = 'staff'
        """,
        school_id,
        since,
        until,
    )


async def store(conn: db.Conn, *, week: SchoolWeek, now: datetime) -> None:
    """Keep a school's week, unless a later count is there."""
    await db.run(
        conn,
        """
        insert into contact_book_week as w (school_id, week, class_days, care_days, lessons,
               homework, remarks, care, questions, replies, quick_replies, median_reply_min,
               recipients, read, wanted, answered, counted_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            on conflict (school_id, week) do update
               set class_days = excluded.class_days, care_days = excluded.care_days,
                   lessons = excluded.lessons, homework = excluded.homework,
                   remarks = excluded.remarks, care = excluded.care,
                   questions = excluded.questions, replies = excluded.replies,
                   quick_replies = excluded.quick_replies,
                   median_reply_min = excluded.median_reply_min,
                   recipients = excluded.recipients, read = excluded.read,
                   wanted = excluded.wanted, answered = excluded.answered,
                   counted_at = excluded.counted_at
             where w.counted_at <= excluded.counted_at
        """,
        week.school_id,
        week.week,
        week.class_days,
        week.care_days,
        week.lessons,
        week.homework,
        week.remarks,
        week.care,
        week.questions,
        week.replies,
        week.quick_replies,
        week.median_reply_min,
        week.recipients,
        week.read,
        week.wanted,
        week.answered,
        now,
    )


async def stored(conn: db.Conn, *, school_ids: Collection[int], week: date) -> list[StoredWeek]:
    """The week of each of these schools that are not ended, by name."""
    return await db.many(
        conn,
        StoredWeek,
        """
        select s.id as school_id, s.name, $2::date as week, w.counted_at, w.median_reply_min,
               coalesce(w.class_days, 0) as class_days, coalesce(w.care_days, 0) as care_days,
               coalesce(w.lessons, 0) as lessons, coalesce(w.homework, 0) as homework,
               coalesce(w.remarks, 0) as remarks, coalesce(w.care, 0) as care,
               coalesce(w.questions, 0) as questions, coalesce(w.replies, 0) as replies,
               coalesce(w.quick_replies, 0) as quick_replies,
               coalesce(w.recipients, 0) as recipients, coalesce(w.read, 0) as read,
               coalesce(w.wanted, 0) as wanted, coalesce(w.answered, 0) as answered
          from school s
          left join contact_book_week w on w.school_id = s.id and w.week = $2
         where s.id = any($1::int[]) and s.ended_at is null
         order by s.name, s.id
        """,
        list(school_ids),
        week,
    )


async def is_due(conn: db.Conn, *, school_id: int, from_day: date, before: datetime) -> bool:
    """Whether the school's week was last counted before then, or never, and nobody counts it now.

    Whoever is told so holds it until the end of the transaction.
    """
    found: bool = await db.value(
        conn,
        """
        select pg_try_advisory_xact_lock(hashtextextended('book ' || $2::date::text, $1))
           and not exists (select from contact_book_week
                            where school_id = $1 and week = $2 and counted_at >= $3)
        """,
        school_id,
        from_day,
        before,
    )
    return found


async def fresh(
    conn: db.Conn, *, school_ids: Collection[int], from_day: date, since: datetime
) -> set[int]:
    """Of which of these schools the week was counted since then."""
    rows = await db.rows(
        conn,
        "select school_id from contact_book_week"
        " where school_id = any($1::int[]) and week = $2 and counted_at >= $3",
        list(school_ids),
        from_day,
        since,
    )
    return {row["school_id"] for row in rows}
