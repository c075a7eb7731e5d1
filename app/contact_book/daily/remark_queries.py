"""SQL over remarks."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.daily.model import About, RemarkKind


class RemarkRow(Struct, frozen=True, kw_only=True):
    """A remark as it is stored: the text readable, or sealed when it is about health."""

    school_id: int
    id: UUID
    student_id: UUID
    student_name: str
    class_id: UUID
    class_name: str
    day: date
    kind: RemarkKind
    about: About
    text: str | None
    text_sealed: bytes | None
    subject: str | None
    author_account_id: UUID
    author_name: str
    created_at: datetime
    changed_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


class NewRemark(Struct, frozen=True, kw_only=True):
    """A remark to be written."""

    id: UUID
    student_id: UUID
    kind: RemarkKind
    about: About
    text: str | None
    text_sealed: bytes | None
    search_key: str
    subject: str | None


_COLUMNS = """
    r.school_id, r.id, r.student_id, s.name as student_name, r.class_id, c.name as class_name,
    r.day, r.kind, r.about, r.text, r.text_sealed, r.subject, r.author_account_id, r.author_name,
    r.created_at, r.changed_at, r.edited_at, r.withdrawn_at, r.withdrawn_reason
      from remark r
      join student s on s.school_id = r.school_id and s.id = r.student_id
      join school_class c on c.school_id = r.school_id and c.id = r.class_id"""


async def by_ids(conn: db.Conn, *, school_id: int, ids: Collection[UUID]) -> dict[UUID, RemarkRow]:
    """These remarks, withdrawn ones too."""
    rows = await db.many(
        conn,
        RemarkRow,
        f"select {_COLUMNS} where r.school_id = $1 and r.id = any($2)",
        school_id,
        list(ids),
    )
    return {row.id: row for row in rows}


async def find(conn: db.Conn, *, school_ids: Collection[int], remark_id: UUID) -> list[RemarkRow]:
    """The remarks of that id: one school's, or, since clients choose ids, more than one."""
    return await db.many(
        conn,
        RemarkRow,
        f"select {_COLUMNS} where r.school_id = any($1) and r.id = $2 order by r.school_id",
        list(school_ids),
        remark_id,
    )


async def of_class_day(
    conn: db.Conn, *, school_id: int, class_id: UUID, day: date
) -> list[RemarkRow]:
    """What stands about the class's pupils on that day, the oldest first."""
    return await db.many(
        conn,
        RemarkRow,
        f"""
        select {_COLUMNS}
         where r.school_id = $1 and r.class_id = $2 and r.day = $3 and r.withdrawn_at is null
         order by r.created_at, r.id
        """,
        school_id,
        class_id,
        day,
    )


async def of_pupil(
    conn: db.Conn,
    *,
    school_ids: Sequence[int],
    student_id: UUID,
    kind: RemarkKind | None,
    about: About | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[RemarkRow]:
    """The pupil's remarks at these schools, the newest first; ask before who may read which."""
    return await db.many(
        conn,
        RemarkRow,
        f"""
        select {_COLUMNS}
         where r.school_id = any($1) and r.student_id = $2 and ($3::text is null or r.kind = $3)
           and ($4::text is null or r.about = $4)
           and ($5::timestamptz is null or (r.created_at, r.id) < ($5, $6::uuid))
         order by r.created_at desc, r.id desc limit $7
        """,
        list(school_ids),
        student_id,
        kind,
        about,
        before and before[0],
        before and before[1],
        limit,
    )


async def of_class(
    conn: db.Conn,
    *,
    school_id: int,
    class_id: UUID,
    kind: RemarkKind | None,
    about: About | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[RemarkRow]:
    """What was written about pupils of the class, the newest first."""
    return await db.many(
        conn,
        RemarkRow,
        f"""
        select {_COLUMNS}
         where r.school_id = $1 and r.class_id = $2 and ($3::text is null or r.kind = $3)
           and ($4::text is null or r.about = $4)
           and ($5::timestamptz is null or (r.created_at, r.id) < ($5, $6::uuid))
         order by r.created_at desc, r.id desc limit $7
        """,
        school_id,
        class_id,
        kind,
        about,
        before and before[0],
        before and before[1],
        limit,
    )


async def insert(
    conn: db.Conn,
    *,
    school_id: int,
    class_id: UUID,
    day: date,
    new: Sequence[NewRemark],
    author: tuple[UUID, UUID | None, str],
    now: datetime,
) -> None:
    """Write them in one statement; `author`: account, staff row, name."""
    if not new:
        return
    await db.run(
        conn,
        """
        insert into remark (school_id, class_id, day, author_account_id, author_staff_id,
               author_name, created_at, changed_at, id, student_id, kind, about, text, text_sealed,
               search_key, subject)
        select $1, $2, $3, $4, $5, $6, $7, $7, q.*
          from unnest($8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::bytea[],
               $14::text[], $15::text[]) as q
        """,
        school_id,
        class_id,
        day,
        *author,
        now,
        [each.id for each in new],
        [each.student_id for each in new],
        [each.kind for each in new],
        [each.about for each in new],
        [each.text for each in new],
        [each.text_sealed for each in new],
        [each.search_key for each in new],
        [each.subject for each in new],
    )


async def change(
    conn: db.Conn, *, school_id: int, changed: Sequence[NewRemark], now: datetime
) -> None:
    """Give them their new kind and text."""
    if not changed:
        return
    await db.run(
        conn,
        """
        update remark r set kind = q.kind, text = q.text, text_sealed = q.sealed,
               search_key = q.search_key, edited_at = $2, changed_at = $2
          from unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::text[])
               as q (id, kind, text, sealed, search_key)
         where r.school_id = $1 and r.id = q.id
        """,
        school_id,
        now,
        [each.id for each in changed],
        [each.kind for each in changed],
        [each.text for each in changed],
        [each.text_sealed for each in changed],
        [each.search_key for each in changed],
    )


async def touch(conn: db.Conn, *, school_id: int, remark_id: UUID, now: datetime) -> None:
    """Say that something about it changed: its files."""
    await db.run(
        conn,
        "update remark set changed_at = $3 where school_id = $1 and id = $2",
        school_id,
        remark_id,
        now,
    )


async def withdraw(
    conn: db.Conn,
    *,
    school_id: int,
    ids: Collection[UUID],
    by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """Mark them as withdrawn; `reason` None: the pupil was left out of what is said of all."""
    await db.run(
        conn,
        """
        update remark set withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5,
               changed_at = $3
         where school_id = $1 and id = any($2) and withdrawn_at is null
        """,
        school_id,
        list(ids),
        now,
        by,
        reason,
    )


async def put_back(conn: db.Conn, *, school_id: int, ids: Collection[UUID], now: datetime) -> None:
    """Let those stand again that were left out."""
    await db.run(
        conn,
        """
        update remark set withdrawn_at = null, withdrawn_by = null, changed_at = $3
         where school_id = $1 and id = any($2) and withdrawn_reason is null
        """,
        school_id,
        list(ids),
        now,
    )
