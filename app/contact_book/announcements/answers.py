"""What families and staff answer, what came back of it, and who is to be asked again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app import db
from app.contact_book.announcements import queries
from app.contact_book.announcements.model import (
    AnnouncementRow,
    AnswerCount,
    AnswersClosed,
    BadAnswer,
    ClassTally,
    NoSuchAnnouncement,
    NothingAsked,
    NotPublished,
    OneAnswer,
    Withdrawn,
)
from app.contact_book.announcements.reading import Reader, Recipient, recipients
from app.contact_book.model import line_of, text_of

ACKNOWLEDGED = "ok"
_WORDS: dict[str, tuple[str, ...]] = {
    "acknowledge": (ACKNOWLEDGED,),
    "rsvp": ("yes", "no", "maybe"),
    "yes_no": ("yes", "no"),
}
_MOST_TIMES = 50
_TEXT_CHARS = 1000


async def give(
    conn: db.Conn,
    *,
    reader: Reader,
    announcement_id: UUID,
    student_id: UUID | None,
    answer: str,
    note: str,
    now: datetime,
) -> None:
    """Answer for a child, or for oneself as one of the staff; until the deadline it may change.

    Whichever guardian answers last, answers for the child; all answers are kept.

    Raises:
        NoSuchAnnouncement: nothing of it came to the caller, or not for this child.
        BadAnswer: not one of those asked for, or of several children none is named.
        Withdrawn, NothingAsked, AnswersClosed: there is nothing to answer any more.
    """
    who = await _answerer(conn, reader, announcement_id, student_id)
    rows = await queries.found(conn, school_ids=[who.school_id], announcement_id=announcement_id)
    if not rows:
        raise NoSuchAnnouncement
    (row,) = rows
    require_open(row, now)
    answer = _checked(row, answer)
    note = text_of(note)
    if (who.answer, who.note, who.answered_by) == (answer, note, reader.account_id):
        return
    await _write(conn, row, who, reader.account_id, answer, note, now)


def require_open(row: AnnouncementRow, now: datetime) -> None:
    """Whether it still asks for answers.

    Raises:
        NotPublished, Withdrawn, NothingAsked, AnswersClosed: it does not.
    """
    if row.state == "withdrawn":
        raise Withdrawn
    if row.state != "published":
        raise NotPublished
    if row.answer_kind == "none":
        raise NothingAsked
    if row.answer_until is not None and now >= row.answer_until:
        raise AnswersClosed


async def _answerer(
    conn: db.Conn, reader: Reader, announcement_id: UUID, student_id: UUID | None
) -> Recipient:
    """The recipient that is answered for, and it alone locked.

    Two guardians at once answer one after the other.

    Raises:
        NoSuchAnnouncement, BadAnswer: see `give`.
    """
    found = await recipients(conn, reader=reader, announcement_id=announcement_id)
    writable = {(link.school_id, link.student_id) for link in reader.links if link.may_write}
    if student_id is not None:
        children = [each for each in found if each.person_id == student_id]
    else:
        own = [each for each in found if each.person_kind == "staff"]
        children = own or [each for each in found if (each.school_id, each.person_id) in writable]
    children = [
        each
        for each in children
        if each.person_kind == "staff" or (each.school_id, each.person_id) in writable
    ]
    if not children:
        raise NoSuchAnnouncement
    if len(children) > 1:
        raise BadAnswer(
            ("Hãy cho biết trả lời cho con nào.", "Say for which child this is the answer."),
        )
    held = await recipients(
        conn, reader=reader, announcement_id=announcement_id, locked=children[0]
    )
    return held[0]


def _checked(row: AnnouncementRow, answer: str) -> str:
    if row.answer_kind == "text":
        text = text_of(answer)
        if not text:
            raise BadAnswer(("Câu trả lời còn trống.", "The answer is empty."))
        return text[:_TEXT_CHARS]
    given = line_of(answer)
    known = row.answer_options if row.answer_kind == "choice" else _WORDS[row.answer_kind]
    if given not in known:
        raise BadAnswer(
            (f"Hãy chọn một trong: {', '.join(known)}.", f"One of: {', '.join(known)}.")
        )
    return given


async def _write(
    conn: db.Conn,
    row: AnnouncementRow,
    who: Recipient,
    account_id: UUID,
    answer: str,
    note: str,
    now: datetime,
) -> None:
    nth: int = await db.value(
        conn,
        """
        select count(*) + 1 from announcement_answer
         where school_id = $1 and announcement_id = $2 and person_kind = $3 and person_id = $4
        """,
        who.school_id,
        row.id,
        who.person_kind,
        who.person_id,
    )
    if nth > _MOST_TIMES:
        raise AnswersClosed(
            ("Câu trả lời đã đổi quá nhiều lần.", "The answer was changed too many times.")
        )
    await db.run(
        conn,
        """
        with said as (
            insert into announcement_answer (school_id, announcement_id, person_kind, person_id,
                   nth, account_id, answer, note, answered_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)),
        noted as (
            insert into announcement_read (school_id, announcement_id, person_kind, person_id,
                   account_id, read_at)
            values ($1, $2, $3, $4, $6, $9) on conflict do nothing)
        update announcement_recipient
           set answer = $7, note = $8, answered_by = $6, answered_at = $9, changed_at = $9,
               read_at = coalesce(read_at, $9)
         where school_id = $1 and announcement_id = $2 and person_kind = $3 and person_id = $4
        """,
        who.school_id,
        row.id,
        who.person_kind,
        who.person_id,
        nth,
        account_id,
        answer,
        note,
        now,
    )


async def people(
    conn: db.Conn,
    *,
    school_id: int,
    announcement_id: UUID,
    classes: Sequence[UUID] | None,
    class_id: UUID | None = None,
    answered: bool | None = None,
    after: tuple[str, str, UUID] | None = None,
    limit: int | None = None,
    hidden: Collection[UUID] = (),
) -> list[tuple[tuple[str, str, UUID], OneAnswer]]:
    """The recipients with what they have done, by class and name, each with its place in the list.

    `classes` None: all, the staff behind them. `answered` None: whether or not. `after`: behind
    this place. `hidden`: pupils who are left out. A guardian is named as this school has written
    the name.
    """
    rows = await db.rows(
        conn,
        """
        with one as (
            select r.person_kind, r.person_id, coalesce(s.name, f.name, '') as name, r.class_id,
                   c.name as class_name, r.read_at, r.answer, r.note, r.answered_by, r.answered_at,
                   lpad(coalesce(c.grade, 99)::text, 2, '0') || coalesce(c.name, '') as class_key,
                   coalesce(s.sort_key, f.sort_key, '') as name_key
              from announcement_recipient r
              left join school_class c on c.school_id = r.school_id and c.id = r.class_id
              left join student s on r.person_kind = 'student'
               and s.school_id = r.school_id and s.id = r.person_id
              left join staff f on r.person_kind = 'staff'
               and f.school_id = r.school_id and f.id = r.person_id
             where r.school_id = $1 and r.announcement_id = $2
               and ($3::uuid[] is null or r.class_id = any($3::uuid[]))
               and ($4::uuid is null or r.class_id = $4)
               and ($5::bool is null or (r.answered_at is not null) = $5)
               and r.person_id <> all($10::uuid[])),
        page as (
            select * from one
             where $6::text is null or (class_key, name_key, person_id) > ($6, $7, $8::uuid)
             order by class_key, name_key, person_id limit $9)
        select page.*,
               case when person_kind = 'staff' then exists (
                   select from staff f where f.school_id = $1 and f.id = page.person_id
                      and f.account_id is not null)
               else exists (
                   select from guardianship g join account a on a.id = g.account_id
                    where g.school_id = $1 and g.student_id = page.person_id
                      and g.ended_at is null and g.is_told and g.can_see
                      and g.custody_blocked_at is null and a.disabled_at is null) end
                   as is_reachable,
               case when person_kind = 'staff' then page.name else (
                   select gu.name from guardianship g
                     join guardian gu on gu.school_id = g.school_id and gu.id = g.guardian_id
                    where g.school_id = $1 and g.student_id = page.person_id
                      and g.account_id = page.answered_by
                    limit 1) end as answerer
          from page order by class_key, name_key, person_id
        """,
        school_id,
        announcement_id,
        None if classes is None else list(classes),
        class_id,
        answered,
        *(after or (None, None, None)),
        limit,
        list(hidden),
    )
    return [
        (
            (row["class_key"], row["name_key"], row["person_id"]),
            OneAnswer(
                person_kind=row["person_kind"],
                person_id=row["person_id"],
                name=row["name"],
                class_id=row["class_id"],
                class_name=row["class_name"],
                is_reachable=row["is_reachable"],
                read_at=row["read_at"],
                answer=row["answer"],
                note=row["note"] or None,
                answered_by=row["answerer"] if row["answered_at"] else None,
                answered_at=row["answered_at"],
            ),
        )
        for row in rows
    ]


async def by_class(
    conn: db.Conn,
    *,
    school_id: int,
    announcement_id: UUID,
    classes: Sequence[UUID] | None,
    hidden: Collection[UUID],
) -> list[ClassTally]:
    """Sums of each class, the staff last; `hidden` are not counted."""
    return await db.many(
        conn,
        ClassTally,
        """
        select r.class_id, c.name as class_name, count(*) as recipients, count(r.read_at) as read,
               count(r.answered_at) as answered
          from announcement_recipient r
          left join school_class c on c.school_id = r.school_id and c.id = r.class_id
         where r.school_id = $1 and r.announcement_id = $2
           and ($3::uuid[] is null or r.class_id = any($3::uuid[]))
           and r.person_id <> all($4::uuid[])
         group by r.class_id, c.name, c.grade
         order by c.grade nulls last, c.name, r.class_id
        """,
        school_id,
        announcement_id,
        None if classes is None else list(classes),
        list(hidden),
    )


async def by_answer(
    conn: db.Conn,
    *,
    row: AnnouncementRow,
    classes: Sequence[UUID] | None,
    hidden: Collection[UUID],
) -> list[AnswerCount]:
    """How often each answer was given; of free texts nothing: each is its own.

    `hidden` are not counted.
    """
    if row.answer_kind in ("none", "text"):
        return []
    return await db.many(
        conn,
        AnswerCount,
        """
        select answer, count(*) as count from announcement_recipient
         where school_id = $1 and announcement_id = $2 and answer is not null
           and ($3::uuid[] is null or class_id = any($3::uuid[]))
           and person_id <> all($4::uuid[])
         group by answer order by count(*) desc, answer
        """,
        row.school_id,
        row.id,
        None if classes is None else list(classes),
        list(hidden),
    )
