"""What a reader is shown of an announcement: those who send it, and those who got it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from app import db
from app.contact_book.access import barred, desks_of, family_links, staff_rows
from app.contact_book.announcements import queries
from app.contact_book.announcements.model import (
    AnnouncementRow,
    Mine,
    NoSuchAnnouncement,
    Tally,
)
from app.contact_book.model import Desk, FamilyLink, PersonKind
from app.identity.model import Caller


class Reader(Struct, frozen=True, kw_only=True):
    """All that the caller may read as, at this moment.

    `barred`: pupils whom a court keeps from the caller, also where the caller teaches.
    """

    account_id: UUID
    desks: list[Desk]
    links: list[FamilyLink]
    staff: dict[int, UUID]
    barred: frozenset[tuple[int, UUID]]

    @property
    def school_ids(self) -> set[int]:
        return {*(link.school_id for link in self.links), *self.staff}

    def hidden_in(self, school_id: int) -> list[UUID]:
        """The pupils of a school who are not to be named to the reader."""
        return [student_id for school, student_id in self.barred if school == school_id]

    def desk(self, school_id: int | None) -> Desk | None:
        return next((desk for desk in self.desks if desk.school_id == school_id), None)


class Recipient(Struct, frozen=True, kw_only=True):
    """A recipient that is the reader's."""

    school_id: int
    person_kind: PersonKind
    person_id: UUID
    class_id: UUID | None
    name: str
    published_at: datetime
    read_at: datetime | None
    answer: str | None
    note: str | None
    answered_by: UUID | None
    answered_at: datetime | None


class Seen(Struct, frozen=True, kw_only=True):
    """An announcement as the reader sees it. `desk` None: as one of those who got it."""

    row: AnnouncementRow
    desk: Desk | None
    recipients: list[Recipient]

    @property
    def is_senders(self) -> bool:
        return self.desk is not None


async def reader_of(conn: db.Conn, *, caller: Caller) -> Reader:
    """The caller as a reader; opens the schools that a child has left."""
    return Reader(
        account_id=caller.account_id,
        desks=await desks_of(conn, caller=caller),
        links=await family_links(conn, caller=caller),
        staff=staff_rows(caller),
        barred=await barred(conn, caller=caller),
    )


async def seen(
    conn: db.Conn, *, reader: Reader, announcement_id: UUID, school_id: int | None = None
) -> Seen:
    """The announcement, if it is the reader's to see: written, led or received.

    The department's is in several schools under one id: without `school_id` the first where the
    reader has something to do with it, with the recipients of all.

    Raises:
        NoSuchAnnouncement: it is not.
    """
    rows = await queries.found(conn, school_ids=reader.school_ids, announcement_id=announcement_id)
    mine = await recipients(conn, reader=reader, announcement_id=announcement_id)
    if school_id is not None:
        rows = [row for row in rows if row.school_id == school_id]
        mine = [each for each in mine if each.school_id == school_id]
    for row in rows:
        desk = reader.desk(row.school_id)
        if desk is not None and await leads(conn, desk=desk, row=row):
            return Seen(row=row, desk=desk, recipients=mine)
    got = {each.school_id for each in mine}
    for row in rows:
        if row.school_id in got and row.state in ("published", "withdrawn"):
            return Seen(row=row, desk=None, recipients=mine)
    raise NoSuchAnnouncement


async def leads(conn: db.Conn, *, desk: Desk, row: AnnouncementRow) -> bool:
    """Whether it is shown as to those who send: author, principal, a class's homeroom teacher."""
    if row.author_account_id == desk.account_id:
        return True
    if row.state == "draft":
        return False
    if desk.is_principal:
        return True
    if row.state == "scheduled":
        return False
    return await has_class(
        conn,
        school_id=desk.school_id,
        announcement_id=row.id,
        class_ids=sorted(desk.homeroom_class_ids),
    )


async def has_class(
    conn: db.Conn, *, school_id: int, announcement_id: UUID, class_ids: Sequence[UUID]
) -> bool:
    """Whether a pupil of these classes got it."""
    if not class_ids:
        return False
    found: bool = await db.value(
        conn,
        """
        select exists (
            select from announcement_recipient
             where school_id = $1 and announcement_id = $2 and class_id = any($3::uuid[]))
        """,
        school_id,
        announcement_id,
        class_ids,
    )
    return found


async def pupils_of(
    conn: db.Conn, *, school_id: int, announcement_id: UUID, class_ids: Sequence[UUID]
) -> list[UUID]:
    """The pupils of these classes who got it."""
    rows = await db.rows(
        conn,
        """
        select person_id from announcement_recipient
         where school_id = $1 and announcement_id = $2 and person_kind = 'student'
           and class_id = any($3::uuid[])
        """,
        school_id,
        announcement_id,
        class_ids,
    )
    return [row["person_id"] for row in rows]


async def recipients(
    conn: db.Conn, *, reader: Reader, announcement_id: UUID, locked: Recipient | None = None
) -> list[Recipient]:
    """The reader's own and the children's, of a child that has left until that day.

    `locked`: this one alone, held until the transaction ends. Who locks several does it in the
    order of the key, as `mark_read` and a withdrawal do.
    """
    people = [(link.school_id, link.student_id, "student", link.until) for link in reader.links]
    people += [(school, person, "staff", None) for school, person in reader.staff.items()]
    if locked is not None:
        key = (locked.school_id, locked.person_id, locked.person_kind)
        people = [each for each in people if each[:3] == key]
    sql = """
        select r.school_id, r.person_kind, r.person_id, r.class_id,
               coalesce(s.name, f.name) as name, r.published_at, r.read_at, r.answer, r.note,
               r.answered_by, r.answered_at
          from unnest($1::int[], $2::uuid[], $3::text[], $4::date[])
               as q (school_id, person_id, person_kind, until)
          join announcement_recipient r on r.school_id = q.school_id
           and r.announcement_id = $5 and r.person_kind = q.person_kind
           and r.person_id = q.person_id
          left join student s
            on q.person_kind = 'student' and s.school_id = q.school_id and s.id = q.person_id
          left join staff f
            on q.person_kind = 'staff' and f.school_id = q.school_id and f.id = q.person_id
         where q.until is null
            or (r.published_at at time zone 'Asia/Ho_Chi_Minh')::date <= q.until
         order by s.sort_key nulls first, r.person_id
        """
    if locked is not None:
        sql += " for no key update of r"
    return await db.many(
        conn,
        Recipient,
        sql,
        [each[0] for each in people],
        [each[1] for each in people],
        [each[2] for each in people],
        [each[3] for each in people],
        announcement_id,
    )


def mine(reader: Reader, one: Seen, *, now: datetime) -> list[Mine]:
    """What the reader's recipients have read and answered."""
    writable = {(link.school_id, link.student_id) for link in reader.links if link.may_write}
    is_open = (
        one.row.state == "published"
        and one.row.answer_kind != "none"
        and (one.row.answer_until is None or now < one.row.answer_until)
    )
    return [
        Mine(
            school_id=each.school_id,
            person_kind=each.person_kind,
            person_id=each.person_id,
            name=each.name,
            read_at=each.read_at,
            answer=each.answer,
            note=each.note,
            answered_at=each.answered_at,
            is_answered_by_me=each.answered_by == reader.account_id,
            may_answer=is_open
            and (each.person_kind == "staff" or (each.school_id, each.person_id) in writable),
        )
        for each in one.recipients
    ]


def counted_classes(desk: Desk, row: AnnouncementRow) -> list[UUID] | None:
    """The classes whose people the reader may know of; None: all, and the staff."""
    if desk.is_principal:
        return None
    is_author = row.author_account_id == desk.account_id
    return sorted(desk.homeroom_class_ids | (desk.taught_class_ids if is_author else set()))


async def tally(
    conn: db.Conn,
    *,
    school_id: int,
    announcement_id: UUID,
    classes: list[UUID] | None,
    hidden: Sequence[UUID],
) -> Tally:
    """How many got it, read it and answered; `classes` None: all; `hidden` are not counted."""
    found = await db.one(
        conn,
        Tally,
        """
        select count(*) as recipients, count(read_at) as read, count(answered_at) as answered
          from announcement_recipient
         where school_id = $1 and announcement_id = $2
           and ($3::uuid[] is null or class_id = any($3::uuid[]))
           and person_id <> all($4::uuid[])
        """,
        school_id,
        announcement_id,
        classes,
        hidden,
    )
    return found or Tally(recipients=0, read=0, answered=0)


def for_family(row: AnnouncementRow) -> AnnouncementRow:
    """What was taken back is seen as that: its title and why, and no text."""
    return replace(row, body="") if row.state == "withdrawn" else row


async def mark_read(
    conn: db.Conn,
    *,
    reader: Reader,
    announcement_id: UUID,
    student_id: UUID | None,
    now: datetime,
) -> None:
    """The caller has read it, as whatever it came to. A pupil's reading is not the family's.

    Raises:
        NoSuchAnnouncement: nothing of it came to the caller, or not for this child.
    """
    found = await recipients(conn, reader=reader, announcement_id=announcement_id)
    if student_id is not None:
        found = [each for each in found if each.person_id == student_id]
    if not found:
        raise NoSuchAnnouncement
    counting = {(link.school_id, link.student_id) for link in reader.links if link.may_write}
    counting |= set(reader.staff.items())
    columns = (
        [each.school_id for each in found],
        [each.person_kind for each in found],
        [each.person_id for each in found],
        [(each.school_id, each.person_id) in counting for each in found],
    )
    await db.run(
        conn,
        """
        with q as (
            select * from unnest($1::int[], $2::text[], $3::uuid[], $4::bool[])
                as q (school_id, person_kind, person_id, counts)
             order by 1, 2, 3),
        held as materialized (
            select r.school_id, r.person_kind, r.person_id
              from announcement_recipient r join q using (school_id, person_kind, person_id)
             where r.announcement_id = $5 and q.counts and r.read_at is null
             order by 1, 2, 3 for no key update of r),
        noted as (
            insert into announcement_read (school_id, announcement_id, person_kind, person_id,
                   account_id, read_at)
            select school_id, $5, person_kind, person_id, $6, $7 from q
                on conflict do nothing)
        update announcement_recipient r set read_at = $7, changed_at = $7
          from held
         where r.school_id = held.school_id and r.announcement_id = $5
           and r.person_kind = held.person_kind and r.person_id = held.person_id
           and r.read_at is null
        """,
        *columns,
        announcement_id,
        reader.account_id,
        now,
    )
