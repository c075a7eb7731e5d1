"""SQL over pictures: whose they are, and which objects nobody points at."""

from collections.abc import Collection, Sequence
from uuid import UUID

from app import db
from app.photos.model import Change, Pupil
from app.photos.urls import Shown


async def pupils_by_code(
    conn: db.Conn, *, school_id: int, codes: Collection[str]
) -> dict[str, Pupil]:
    """The pupils who are here, by mã định danh."""
    found = await db.many(
        conn,
        Pupil,
        """
        select id, moet_code, name, photo_key from student
         where school_id = $1 and moet_code = any($2::text[]) and ended_at is null
        """,
        school_id,
        list(codes),
    )
    return {pupil.moet_code: pupil for pupil in found if pupil.moet_code is not None}


async def set_photos(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], photo_keys: Sequence[str | None]
) -> list[Change]:
    """Give pupils their new pictures; who has left in the meantime is not among the answers.

    Locked in the order of their ids: two imports at once do not deadlock.
    """
    return await db.many(
        conn,
        Change,
        """
        with asked as (
            select * from unnest($2::uuid[], $3::text[]) as q (student_id, photo_key)),
        before as materialized (
            select s.id, s.photo_key from student s
             where s.school_id = $1 and s.id in (select student_id from asked)
               and s.ended_at is null
             order by s.id for no key update),
        changed as (
            update student s set photo_key = asked.photo_key
              from asked, before
             where s.school_id = $1 and s.id = before.id and asked.student_id = before.id
            returning s.id, s.photo_consent)
        select before.id as student_id, before.photo_key as old_key,
               changed.photo_consent as is_shown
          from before join changed on changed.id = before.id
        """,
        school_id,
        student_ids,
        photo_keys,
    )


async def is_shown_with(
    conn: db.Conn, *, school_id: int, student_id: UUID, photo_key: str
) -> bool | None:
    """Whether a pupil who is here and has this picture is shown with it; None: has another one."""
    is_shown: bool | None = await db.value(
        conn,
        """
        select photo_consent from student
         where school_id = $1 and id = $2 and photo_key = $3 and ended_at is null
        """,
        school_id,
        student_id,
        photo_key,
    )
    return is_shown


async def erased_photo(conn: db.Conn, *, school_id: int, student_id: UUID) -> str | None:
    """Take the picture from a pupil, gone or not; what it was stored under."""
    key: str | None = await db.value(
        conn,
        """
        with before as materialized (
            select id, photo_key from student where school_id = $1 and id = $2
               for no key update)
        update student s set photo_key = null from before
         where s.school_id = $1 and s.id = before.id
        returning before.photo_key
        """,
        school_id,
        student_id,
    )
    return key


async def may_be_shown(conn: db.Conn, shown: Shown) -> bool:
    """Whether the picture is still its owner's, and the owner still to be shown."""
    statement = _PHOTO if shown.kind == "photos" else _PICKUP
    found: bool = await db.value(conn, statement, shown.school_id, shown.owner_id, shown.photo_key)
    return found


_PHOTO = """
    select exists (
        select from student s join school on school.id = s.school_id
         where s.school_id = $1 and s.id = $2 and s.photo_key = $3 and s.photo_consent
           and s.ended_at is null and school.ended_at is null)
"""
_PICKUP = """
    select exists (
        select from pickup_person p
          join student s on s.school_id = p.school_id and s.id = p.student_id
          join school on school.id = s.school_id
         where p.school_id = $1 and p.id = $2 and p.photo_key = $3 and p.ended_at is null
           and p.state <> 'refused' and s.ended_at is null and school.ended_at is null)
"""


async def discard(conn: db.Conn, *, school_id: int, keys: Collection[str], due_in_s: float) -> None:
    """List objects that nobody points at, to be deleted then."""
    await db.run(
        conn,
        """
        insert into discarded_object (school_id, key, due_at)
        select $1, key, now() + $3 * interval '1 second'
          from unnest($2::text[]) as key order by key
        on conflict (school_id, key) do update set due_at = excluded.due_at
        """,
        school_id,
        list(keys),
        due_in_s,
    )


async def keep(conn: db.Conn, *, school_id: int, keys: Collection[str]) -> None:
    """These objects are pointed at from this commit on."""
    await db.run(
        conn,
        "delete from discarded_object where school_id = $1 and key = any($2::text[])",
        school_id,
        list(keys),
    )


async def take_due(conn: db.Conn, *, limit: int) -> list[str]:
    """Take objects of all schools and the department off the lists, at most `limit` of each.

    For who deletes them before the commit.
    """
    rows = await db.rows(
        conn,
        """
        with of_schools as (
            delete from discarded_object d
             using (select school_id, key from discarded_object
                     where due_at <= now() order by due_at limit $1) due
             where d.school_id = due.school_id and d.key = due.key and d.due_at <= now()
            returning d.key),
        of_department as (
            delete from department_discarded_object d
             using (select key from department_discarded_object
                     where due_at <= now() order by due_at limit $1) due
             where d.key = due.key and d.due_at <= now()
            returning d.key)
        select key from of_schools union all select key from of_department
        """,
        limit,
    )
    return [row["key"] for row in rows]
