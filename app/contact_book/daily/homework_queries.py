"""SQL over homework."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.daily.model import DoneBy


class HomeworkRow(Struct, frozen=True, kw_only=True):
    """Homework as it is stored."""

    school_id: int
    id: UUID
    class_id: UUID
    class_name: str
    subject: str
    text: str
    set_day: date
    due_day: date
    author_account_id: UUID
    author_name: str
    created_at: datetime
    changed_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None


_HOMEWORK = """
    h.school_id, h.id, h.class_id, c.name as class_name, h.subject, h.text, h.set_day, h.due_day,
    h.author_account_id, h.author_name, h.created_at, h.changed_at, h.edited_at, h.withdrawn_at
      from homework h join school_class c on c.school_id = h.school_id and c.id = h.class_id"""
# A pupil has what was set or due while it was in the class.
_HAS = """
    exists (select from enrolment e
             where e.school_id = h.school_id and e.class_id = h.class_id and e.student_id = $2
               and e.from_day <= h.due_day and (e.to_day is null or e.to_day >= h.set_day))"""


async def homework_by_id(
    conn: db.Conn, *, school_ids: Collection[int], homework_id: UUID
) -> list[HomeworkRow]:
    """The homework of that id: one school's, or, since clients choose ids, more than one."""
    return await db.many(
        conn,
        HomeworkRow,
        f"select {_HOMEWORK} where h.school_id = any($1) and h.id = $2 order by h.school_id",
        list(school_ids),
        homework_id,
    )


async def homework_known(
    conn: db.Conn, *, school_id: int, ids: Collection[UUID]
) -> dict[UUID, HomeworkRow]:
    """Those of these ids that there are."""
    rows = await db.many(
        conn,
        HomeworkRow,
        f"select {_HOMEWORK} where h.school_id = $1 and h.id = any($2)",
        school_id,
        list(ids),
    )
    return {row.id: row for row in rows}


async def homework_set(
    conn: db.Conn, *, school_id: int, class_id: UUID, day: date
) -> list[HomeworkRow]:
    """What was set to the class on that day."""
    return await db.many(
        conn,
        HomeworkRow,
        f"""
        select {_HOMEWORK}
         where h.school_id = $1 and h.class_id = $2 and h.set_day = $3 and h.withdrawn_at is null
         order by h.created_at, h.id
        """,
        school_id,
        class_id,
        day,
    )


async def homework_of_class(
    conn: db.Conn,
    *,
    school_id: int,
    class_id: UUID,
    due_from: date | None,
    due_to: date | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[HomeworkRow]:
    """The class's homework, the newest first."""
    return await db.many(
        conn,
        HomeworkRow,
        f"""
        select {_HOMEWORK}
         where h.school_id = $1 and h.class_id = $2 and h.due_day >= coalesce($3, h.due_day)
           and h.due_day <= coalesce($4, h.due_day)
           and ($5::timestamptz is null or (h.created_at, h.id) < ($5, $6::uuid))
         order by h.created_at desc, h.id desc limit $7
        """,
        school_id,
        class_id,
        due_from,
        due_to,
        before and before[0],
        before and before[1],
        limit,
    )


async def homework_of_pupil(
    conn: db.Conn,
    *,
    school_ids: Sequence[int],
    student_id: UUID,
    due_from: date | None,
    due_to: date | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[HomeworkRow]:
    """The pupil's homework, in whatever class it was, the newest first."""
    return await db.many(
        conn,
        HomeworkRow,
        f"""
        select {_HOMEWORK}
         where h.school_id = any($1) and {_HAS} and h.due_day >= coalesce($3, h.due_day)
           and h.due_day <= coalesce($4, h.due_day)
           and h.class_id in (select class_id from enrolment
                               where school_id = any($1) and student_id = $2)
           and ($5::timestamptz is null or (h.created_at, h.id) < ($5, $6::uuid))
         order by h.created_at desc, h.id desc limit $7
        """,  # noqa: S608, from constants alone
        list(school_ids),
        student_id,
        due_from,
        due_to,
        before and before[0],
        before and before[1],
        limit,
    )


async def has_homework(
    conn: db.Conn, *, school_id: int, student_id: UUID, homework_id: UUID
) -> bool:
    """Whether this is the pupil's homework."""
    found: bool = await db.value(
        conn,
        f"""
        select exists (select from homework h
                        where h.school_id = $1 and h.id = $3 and {_HAS})
        """,  # noqa: S608, from constants alone
        school_id,
        student_id,
        homework_id,
    )
    return found


async def done_of(
    conn: db.Conn, *, school_id: int, homework_ids: Collection[UUID]
) -> dict[UUID, list[DoneBy]]:
    """The marks that stand, by homework."""
    rows = await db.rows(
        conn,
        """
        select homework_id, student_id, done_at from homework_done
         where school_id = $1 and homework_id = any($2) and undone_at is null
         order by homework_id, done_at, student_id
        """,
        school_id,
        list(homework_ids),
    )
    found: dict[UUID, list[DoneBy]] = {}
    for row in rows:
        done = DoneBy(student_id=row["student_id"], done_at=row["done_at"])
        found.setdefault(row["homework_id"], []).append(done)
    return found


async def set_done(
    conn: db.Conn,
    *,
    school_id: int,
    homework_id: UUID,
    student_id: UUID,
    account_id: UUID,
    done: bool,
    now: datetime,
) -> None:
    """Set the family's mark or take it back; as it is already: nothing."""
    if done:
        await db.run(
            conn,
            """
            insert into homework_done (school_id, homework_id, student_id, account_id, done_at)
            values ($1, $2, $3, $4, $5)
                on conflict (school_id, homework_id, student_id) do update
                   set account_id = excluded.account_id, done_at = excluded.done_at,
                       undone_at = null
                 where homework_done.undone_at is not null
            """,
            school_id,
            homework_id,
            student_id,
            account_id,
            now,
        )
        return
    await db.run(
        conn,
        """
        update homework_done set undone_at = $5, account_id = $4
         where school_id = $1 and homework_id = $2 and student_id = $3 and undone_at is null
        """,
        school_id,
        homework_id,
        student_id,
        account_id,
        now,
    )


async def insert_homework(
    conn: db.Conn,
    *,
    school_id: int,
    class_id: UUID,
    homework_id: UUID,
    subject: str,
    text: str,
    search_key: str,
    set_day: date,
    due_day: date,
    author: tuple[UUID, UUID | None, str],
    now: datetime,
) -> None:
    """Set homework; `author`: account, staff row, name."""
    await db.run(
        conn,
        """
        insert into homework (school_id, class_id, id, subject, text, search_key, set_day, due_day,
               author_account_id, author_staff_id, author_name, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
        """,
        school_id,
        class_id,
        homework_id,
        subject,
        text,
        search_key,
        set_day,
        due_day,
        *author,
        now,
    )


async def change_homework(
    conn: db.Conn,
    *,
    school_id: int,
    homework_id: UUID,
    subject: str,
    text: str,
    search_key: str,
    due_day: date,
    now: datetime,
) -> None:
    """Give it its new words and day."""
    await db.run(
        conn,
        """
        update homework set subject = $3, text = $4, search_key = $5, due_day = $6, edited_at = $7,
               changed_at = $7
         where school_id = $1 and id = $2
        """,
        school_id,
        homework_id,
        subject,
        text,
        search_key,
        due_day,
        now,
    )


async def touch_homework(
    conn: db.Conn, *, school_id: int, homework_id: UUID, now: datetime
) -> None:
    """Say that something about it changed: its files."""
    await db.run(
        conn,
        "update homework set changed_at = $3 where school_id = $1 and id = $2",
        school_id,
        homework_id,
        now,
    )


async def withdraw_homework(
    conn: db.Conn, *, school_id: int, homework_id: UUID, by: UUID, now: datetime
) -> None:
    """Mark it as withdrawn."""
    await db.run(
        conn,
        """
        update homework set withdrawn_at = $3, withdrawn_by = $4, changed_at = $3
         where school_id = $1 and id = $2 and withdrawn_at is null
        """,
        school_id,
        homework_id,
        now,
        by,
    )
