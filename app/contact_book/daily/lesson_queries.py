"""SQL over lessons."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db


class LessonRow(Struct, frozen=True, kw_only=True):
    """A lesson as it is stored."""

    school_id: int
    id: UUID
    class_id: UUID
    day: date
    subject: str
    text: str
    author_account_id: UUID
    author_name: str
    created_at: datetime
    changed_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None


_LESSON = """
    school_id, id, class_id, day, subject, text, author_account_id, author_name, created_at,
    changed_at, edited_at, withdrawn_at from lesson"""


async def lessons_known(
    conn: db.Conn, *, school_id: int, ids: Collection[UUID]
) -> dict[UUID, LessonRow]:
    """Those of these ids that there are."""
    rows = await db.many(
        conn,
        LessonRow,
        f"select {_LESSON} where school_id = $1 and id = any($2)",
        school_id,
        list(ids),
    )
    return {row.id: row for row in rows}


async def lesson_by_id(
    conn: db.Conn, *, school_ids: Collection[int], lesson_id: UUID
) -> list[LessonRow]:
    """The lesson of that id: one school's, or, since clients choose ids, more than one."""
    return await db.many(
        conn,
        LessonRow,
        f"""
        select {_LESSON}
         where school_id = any($1) and id = $2 and withdrawn_at is null order by school_id
        """,
        list(school_ids),
        lesson_id,
    )


async def lessons_of(
    conn: db.Conn, *, school_id: int, class_id: UUID, day: date
) -> list[LessonRow]:
    """What was taught to the class on that day, in the order in which it was written."""
    return await db.many(
        conn,
        LessonRow,
        f"""
        select {_LESSON}
         where school_id = $1 and class_id = $2 and day = $3 and withdrawn_at is null
         order by created_at, id
        """,
        school_id,
        class_id,
        day,
    )


async def insert_lesson(
    conn: db.Conn,
    *,
    school_id: int,
    class_id: UUID,
    lesson_id: UUID,
    day: date,
    subject: str,
    text: str,
    search_key: str,
    author: tuple[UUID, UUID | None, str],
    now: datetime,
) -> None:
    """Put down what was taught."""
    await db.run(
        conn,
        """
        insert into lesson (school_id, class_id, id, day, subject, text, search_key,
               author_account_id, author_staff_id, author_name, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
        """,
        school_id,
        class_id,
        lesson_id,
        day,
        subject,
        text,
        search_key,
        *author,
        now,
    )


async def change_lesson(
    conn: db.Conn,
    *,
    school_id: int,
    lesson_id: UUID,
    subject: str,
    text: str,
    search_key: str,
    now: datetime,
) -> None:
    """Give it its new words."""
    await db.run(
        conn,
        """
        update lesson set subject = $3, text = $4, search_key = $5, edited_at = $6, changed_at = $6
         where school_id = $1 and id = $2
        """,
        school_id,
        lesson_id,
        subject,
        text,
        search_key,
        now,
    )


async def withdraw_lesson(
    conn: db.Conn, *, school_id: int, lesson_id: UUID, by: UUID, now: datetime
) -> None:
    """Mark it as withdrawn."""
    await db.run(
        conn,
        """
        update lesson set withdrawn_at = $3, withdrawn_by = $4, changed_at = $3
         where school_id = $1 and id = $2 and withdrawn_at is null
        """,
        school_id,
        lesson_id,
        now,
        by,
    )
