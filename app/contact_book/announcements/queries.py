"""SQL over a school's announcements: as they are written and listed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app import db
from app.contact_book.announcements.model import (
    AnnouncementLine,
    AnnouncementRow,
    AudienceShown,
    Part,
    Written,
)
from app.contact_book.model import Desk, key_of


async def insert(conn: db.Conn, *, row: AnnouncementRow) -> None:
    """A new row of a school, whatever its state."""
    await db.run(
        conn,
        """
        insert into announcement (school_id, id, origin_id, author_account_id, author_staff_id,
               author_name, author_title, state, title, body, to_families, to_staff, to_leaders,
               answer_kind, answer_options, answer_until, is_urgent, search_key, created_at,
               changed_at, publish_at, published_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
               $19, $20, $21, $22)
            on conflict (school_id, id) do nothing
        """,
        row.school_id,
        row.id,
        row.origin_id,
        row.author_account_id,
        row.author_staff_id,
        row.author_name,
        row.author_title,
        row.state,
        row.title,
        row.body,
        row.to_families,
        row.to_staff,
        row.to_leaders,
        row.answer_kind,
        row.answer_options,
        row.answer_until,
        row.is_urgent,
        key_of(row.title, row.body),
        row.created_at,
        row.changed_at,
        row.publish_at,
        row.published_at,
    )


def values_of(written: Written) -> tuple[object, ...]:
    """The columns that its author has filled, title to search key, as the tables have them."""
    return (
        written.title,
        written.body,
        written.to_families,
        written.to_staff,
        written.to_leaders,
        written.answer_kind,
        written.answer_options,
        written.answer_until,
        written.is_urgent,
        key_of(written.title, written.body),
    )


async def update(
    conn: db.Conn, *, school_id: int, announcement_id: UUID, written: Written, now: datetime
) -> None:
    """Write a draft anew."""
    await db.run(
        conn,
        """
        update announcement
           set title = $3, body = $4, to_families = $5, to_staff = $6, to_leaders = $7,
               answer_kind = $8, answer_options = $9, answer_until = $10, is_urgent = $11,
               search_key = $12, changed_at = $13
         where school_id = $1 and id = $2
        """,
        school_id,
        announcement_id,
        *values_of(written),
        now,
    )


async def delete(conn: db.Conn, *, school_id: int, announcement_id: UUID) -> None:
    """Take a draft away, with all that was written about it."""
    await clear_audience(conn, school_id=school_id, announcement_id=announcement_id)
    await drop_errand(conn, school_id=school_id, announcement_id=announcement_id)
    await db.run(
        conn,
        "delete from announcement where school_id = $1 and id = $2",
        school_id,
        announcement_id,
    )


async def clear_audience(conn: db.Conn, *, school_id: int, announcement_id: UUID) -> None:
    await db.run(
        conn,
        "delete from announcement_audience where school_id = $1 and announcement_id = $2",
        school_id,
        announcement_id,
    )


async def add_audience(
    conn: db.Conn, *, school_id: int, announcement_id: UUID, parts: Sequence[Part]
) -> None:
    await db.run(
        conn,
        """
        insert into announcement_audience (school_id, announcement_id, kind, ref)
        select $1, $2, q.kind, q.ref from unnest($3::text[], $4::text[]) as q (kind, ref)
            on conflict do nothing
        """,
        school_id,
        announcement_id,
        [part.kind for part in parts],
        [part.ref for part in parts],
    )


async def audience(conn: db.Conn, *, school_id: int, announcement_id: UUID) -> list[AudienceShown]:
    """Whom it is for, with the names of today."""
    return await db.many(
        conn,
        AudienceShown,
        """
        select a.kind, a.ref,
               coalesce(c.name, g.name, s.name, f.name,
                        case when a.kind = 'grade' then a.ref else '' end) as name
          from announcement_audience a
          left join school_class c
            on a.kind = 'class' and c.school_id = a.school_id and c.id::text = a.ref
          left join contact_group g
            on a.kind = 'group' and g.school_id = a.school_id and g.id::text = a.ref
          left join student s
            on a.kind = 'student' and s.school_id = a.school_id and s.id::text = a.ref
          left join staff f
            on a.kind = 'staff' and f.school_id = a.school_id and f.id::text = a.ref
         where a.school_id = $1 and a.announcement_id = $2
         order by a.kind, name, a.ref
        """,
        school_id,
        announcement_id,
    )


async def drop_errand(conn: db.Conn, *, school_id: int, announcement_id: UUID) -> None:
    """It does not go out by itself any more. Whoever is at it now is waited for."""
    await db.run(
        conn,
        """
        delete from announcement_errand
         where school_id = $1 and announcement_id = $2 and news = 'published' and done_at is null
        """,
        school_id,
        announcement_id,
    )


async def found(
    conn: db.Conn,
    *,
    school_ids: Collection[int],
    announcement_id: UUID,
    is_locked: bool = False,
) -> list[AnnouncementRow]:
    """The announcement in each of these schools, by school; locked for who changes it."""
    sql = """
        select school_id, id, origin_id, author_account_id, author_staff_id, author_name,
               author_title, state, title, body, to_families, to_staff, to_leaders, answer_kind,
               answer_options, answer_until, is_urgent, created_at, changed_at, publish_at,
               published_at, withdrawn_at, withdrawn_reason
          from announcement
         where school_id = any($1::int[]) and id = $2
         order by school_id
        """
    if is_locked:
        sql += " for no key update"
    return await db.many(conn, AnnouncementRow, sql, sorted(school_ids), announcement_id)


async def lines(
    conn: db.Conn,
    *,
    desk: Desk,
    state: str | None,
    pattern: str | None,
    before: UUID | None,
    limit: int,
    hidden: Collection[UUID],
) -> list[AnnouncementLine]:
    """What somebody who writes at the school may see of it, the newest first.

    Own ones; of others, what has gone out or will: the principal all, a homeroom teacher what the
    own class has got. Counted are those whom the reader may know of, `hidden` not.
    """
    return await db.many(
        conn,
        AnnouncementLine,
        """
        select a.id, a.school_id, null as org_unit_id, a.author_name, a.author_title,
               a.author_account_id = $2 as is_own, a.state, a.title, left(a.body, 280) as excerpt,
               a.answer_kind, a.answer_until, a.is_urgent, a.created_at, a.changed_at,
               a.publish_at, a.published_at, a.withdrawn_at,
               case when a.published_at is not null then (
                   select jsonb_build_object('recipients', count(*), 'read', count(r.read_at),
                          'answered', count(r.answered_at))
                     from announcement_recipient r
                    where r.school_id = a.school_id and r.announcement_id = a.id
                      and r.person_id <> all($10::uuid[])
                      and ($3 or r.class_id = any($4::uuid[])
                           or (a.author_account_id = $2 and r.class_id = any($5::uuid[])))
                   ) end as counts
          from announcement a
         where a.school_id = $1
           and (a.author_account_id = $2
                or ($3 and a.state <> 'draft')
                or (a.state in ('published', 'withdrawn') and exists (
                    select from announcement_recipient r
                     where r.school_id = a.school_id and r.class_id = any($4::uuid[])
                       and r.announcement_id = a.id)))
           and ($6::text is null or a.state = $6)
           and ($7::text is null or a.search_key like $7)
           and ($8::uuid is null or a.id < $8)
         order by a.id desc limit $9
        """,
        desk.school_id,
        desk.account_id,
        desk.is_principal,
        sorted(desk.homeroom_class_ids),
        sorted(desk.taught_class_ids),
        state,
        pattern,
        before,
        limit,
        list(hidden),
    )


async def author_name(conn: db.Conn, *, school_id: int, staff_id: UUID | None) -> str:
    """As the school wrote it."""
    name: str | None = await db.value(
        conn, "select name from staff where school_id = $1 and id = $2", school_id, staff_id
    )
    return name or ""
