"""The feed's rows, kind by kind: the newest of each reader, or what has changed.

Each statement goes down one index a reader, newest first, and stops after `limit` rows: it costs
the same whether the book has a month or three years (tests/app/contact_book/test_feed_cost.py).
`limit 1` and `offset 0` are fences: behind them the planner must keep to that order.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.feed.model import ItemKind, ItemRow, Reader, Spot

# Behind a place, or from the newest on. The row that stands at the place itself is there again for
# the readers that come behind it. One bound above and none below: of more the planner thinks that
# they leave few rows, and reads them all to sort them.
_NEWEST: Final = """({0}, {1}) <= (
                    least($4::timestamptz, <ends>, 'infinity'),
                    case when $4 < least(<ends>, 'infinity') then $5::uuid
                         else '00000000-0000-0000-0000-000000000000' end)
            and ({0} < $4 or {1} < $5 or p.person_id < $6 or $4 is null)
          order by {0} desc, {1} desc limit $7"""
_CHANGED: Final = """({0}, {1}) >= ($4::timestamptz, $5::uuid)
            and ({0} > $4 or {1} > $5 or p.person_id > $6)
            and {0} < coalesce(p.until, 'infinity')
          order by {0}, {1} limit $7"""
_READERS: Final = """unnest($1::int[], $2::uuid[], $3::timestamptz[])
               as p (school_id, person_id, until)"""


class Asked(Struct, frozen=True, kw_only=True):
    """Whose rows, behind which place, how many of each reader. `readers` are of one kind.

    `is_changes`: by when they changed, the oldest change first; else the newest first.
    """

    readers: Sequence[Reader]
    spot: Spot | None
    is_changes: bool
    account_id: UUID
    limit: int

    @property
    def arguments(self) -> tuple[object, ...]:
        """$1 to $7 of each statement."""
        return (
            [reader.school_id for reader in self.readers],
            [reader.person_id for reader in self.readers],
            [reader.until for reader in self.readers],
            self.spot.at if self.spot else None,
            self.spot.id if self.spot else None,
            self.spot.person_id if self.spot else None,
            self.limit,
        )


Rows = Callable[[db.Conn, Asked], Awaitable[list[ItemRow]]]


async def announcements(conn: db.Conn, asked: Asked) -> list[ItemRow]:
    """What was sent to these readers: pupils or staff, of one kind."""
    return await db.many(
        conn,
        ItemRow,
        _ANNOUNCEMENTS[asked.is_changes],
        *asked.arguments,
        asked.account_id,
        asked.readers[0].kind,
    )


# A pupil's times in classes follow each other, so the newest rows are those of the latest class,
# and only when they do not suffice those of the one before: the outer limit ends the walk.
_NEWEST_IN_CLASS: Final = {
    "<live>": "",
    "<in time>": "",
    "<only>": "where x.created_at >= e.since limit $7",
}
# What changed in a class after the pupil had left it is no news to the family.
_CHANGED_IN_CLASS: Final = {
    "<live>": "and (n.to_day is null or n.to_day >= ($4 at time zone 'Asia/Ho_Chi_Minh')::date)",
    "<in time>": "and x.created_at >= e.since and x.created_at < coalesce(e.upto, 'infinity')",
    "<only>": "",
}


def _windows(
    statement: str, at: str, changed_at: str, row_id: str, *, hides: str | None = None
) -> dict[bool, str]:
    """The statement over the newest, and over what has changed; what it `hides` is there alone."""
    ends = "p.until, e.upto" if "<only>" in statement else "p.until"
    newest = {"<window>": _NEWEST.format(at, row_id), **_NEWEST_IN_CLASS, "<ends>": ends}
    newest["<shown>"] = f"and not ({hides})" if hides else ""
    changed = {"<window>": _CHANGED.format(changed_at, row_id), **_CHANGED_IN_CLASS, "<shown>": ""}
    return {False: _filled(statement, newest), True: _filled(statement, changed)}


def newest_of(statement: str, at: str, row_id: str) -> str:
    """The statement over the newest rows of each reader, as the search asks for them, too."""
    return _windows(statement, at, at, row_id)[False]


def _filled(statement: str, parts: dict[str, str]) -> str:
    for name, text in {"<readers>": _READERS, **parts}.items():
        statement = statement.replace(name, text)
    return statement


_ANNOUNCEMENTS: Final = _windows(
    """
    select r.school_id, r.person_id, a.id, r.published_at as at, r.changed_at, a.title,
           left(a.body, 281) as body, a.state = 'withdrawn' as is_withdrawn,
           a.author_name as author, a.is_urgent, a.answer_kind, r.answer, a.answer_until,
           exists (select from announcement_read d
                    where d.school_id = r.school_id and d.announcement_id = a.id
                      and d.person_kind = r.person_kind and d.person_id = r.person_id
                      and d.account_id = $8) as is_read,
           (exists (select from attachment f
                     where f.school_id = r.school_id and f.bound_kind = 'announcement'
                       and f.bound_id = a.id)
            or a.origin_id is not null and exists (
                select from department_attachment f where f.announcement_id = a.id)
           ) as has_attachments
      from <readers>
     cross join lateral (
         select r.school_id, r.announcement_id, r.person_kind, r.person_id, r.published_at,
                r.changed_at, r.answer
           from announcement_recipient r
          where r.school_id = p.school_id and r.person_kind = $9 and r.person_id = p.person_id
            and <window>) r
     cross join lateral (
         select a.id, a.origin_id, a.title, a.body, a.state, a.author_name, a.is_urgent,
                a.answer_kind, a.answer_until
           from announcement a
          where a.school_id = r.school_id and a.id = r.announcement_id limit 1) a
    """,
    "r.published_at",
    "r.changed_at",
    "r.announcement_id",
)


async def remarks(conn: db.Conn, asked: Asked) -> list[ItemRow]:
    """What was remarked about these pupils; health notes are sealed."""
    return await db.many(conn, ItemRow, _REMARKS[asked.is_changes], *asked.arguments)


_REMARKS: Final = _windows(
    """
    select r.school_id, r.student_id as person_id, r.id, r.created_at as at, r.changed_at,
           coalesce(r.subject, '') as title, coalesce(left(r.text, 281), '') as body,
           r.text_sealed as sealed, r.withdrawn_at is not null as is_withdrawn,
           r.withdrawn_at is not null and r.withdrawn_reason is null as is_gone,
           r.author_name as author, r.kind as tone, r.about, r.day::text as day,
           exists (select from attachment f
                    where f.school_id = r.school_id and f.bound_kind = 'remark'
                      and f.bound_id = r.id) as has_attachments
      from <readers>
     cross join lateral (
         select r.school_id, r.student_id, r.id, r.created_at, r.changed_at, r.subject, r.text,
                r.text_sealed, r.withdrawn_at, r.withdrawn_reason, r.author_name, r.kind, r.about,
                r.day
           from remark r
          where r.school_id = p.school_id and r.student_id = p.person_id
            <shown> and <window>) r
    """,
    "r.created_at",
    "r.changed_at",
    "r.id",
    # What was said of all and then not of this one: the family never had it.
    hides="r.withdrawn_at is not null and r.withdrawn_reason is null",
)


async def care(conn: db.Conn, asked: Asked) -> list[ItemRow]:
    """How small children ate and slept; the notes are sealed."""
    return await db.many(conn, ItemRow, _CARE[asked.is_changes], *asked.arguments)


_CARE: Final = _windows(
    """
    select c.school_id, c.student_id as person_id, c.id, c.created_at as at, c.changed_at,
           c.note_sealed as sealed, c.author_name as author, c.day::text as day,
           jsonb_strip_nulls(jsonb_build_object('breakfast', c.breakfast, 'lunch', c.lunch,
               'snack', c.snack, 'sleep_min', c.sleep_min)) as data
      from <readers>
     cross join lateral (
         select c.school_id, c.student_id, c.id, c.created_at, c.changed_at, c.note_sealed,
                c.author_name, c.day, c.breakfast, c.lunch, c.snack, c.sleep_min
           from care_entry c
          where c.school_id = p.school_id and c.student_id = p.person_id
            and <window>) c
    """,
    "c.created_at",
    "c.changed_at",
    "c.id",
)


async def summaries(conn: db.Conn, asked: Asked) -> list[ItemRow]:
    """The weeks of these pupils, summed up; `day` is the week's Monday."""
    return await db.many(conn, ItemRow, _SUMMARIES[asked.is_changes], *asked.arguments)


_SUMMARIES: Final = _windows(
    """
    select w.school_id, w.student_id as person_id, w.id, w.made_at as at,
           w.made_at as changed_at, w.week_start::text as day, w.data
      from <readers>
     cross join lateral (
         select w.school_id, w.student_id, w.id, w.made_at, w.week_start, w.data
           from weekly_summary w
          where w.school_id = p.school_id and w.student_id = p.person_id
            and <window>) w
    """,
    "w.made_at",
    "w.made_at",
    "w.id",
)


async def homework(conn: db.Conn, asked: Asked) -> list[ItemRow]:
    """What was set in the class that each of these pupils was in when it was written."""
    return await db.many(conn, ItemRow, _HOMEWORK[asked.is_changes], *asked.arguments)


async def lessons(conn: db.Conn, asked: Asked) -> list[ItemRow]:
    """What was taught in the class that each of these pupils was in when it was written."""
    return await db.many(conn, ItemRow, _LESSONS[asked.is_changes], *asked.arguments)


_IN_CLASS: Final = """
      from <readers>
     cross join lateral (
         select x.* from (
             select n.class_id, n.from_day::timestamp at time zone 'Asia/Ho_Chi_Minh' as since,
                    (n.to_day + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh' as upto
               from enrolment n
              where n.school_id = p.school_id and n.student_id = p.person_id <live>
              order by n.from_day desc offset 0) e
          cross join lateral (
             select x.id, x.created_at, x.changed_at, x.subject, x.text, x.withdrawn_at,
                    x.author_name, <days>
               from <table> x
              where x.school_id = p.school_id and x.class_id = e.class_id
                <shown> <in time> and <window>) x
          <only>) x
"""
_HOMEWORK: Final = _windows(
    """
    select p.school_id, p.person_id, x.id, x.created_at as at, x.changed_at, x.subject as title,
           left(x.text, 281) as body, x.withdrawn_at is not null as is_withdrawn,
           x.author_name as author, x.set_day::text as day, x.due_day::text as due_day,
           exists (select from homework_done d
                    where d.school_id = p.school_id and d.homework_id = x.id
                      and d.student_id = p.person_id and d.undone_at is null) as is_done,
           exists (select from attachment f
                    where f.school_id = p.school_id and f.bound_kind = 'homework'
                      and f.bound_id = x.id) as has_attachments
    <in class>
    """.replace("<in class>", _IN_CLASS)
    .replace("<table>", "homework")
    .replace("<days>", "x.set_day, x.due_day"),
    "x.created_at",
    "x.changed_at",
    "x.id",
)
_LESSONS: Final = _windows(
    """
    select p.school_id, p.person_id, x.id, x.created_at as at, x.changed_at, x.subject as title,
           x.text as body, x.withdrawn_at is not null as is_withdrawn,
           x.withdrawn_at is not null as is_gone, x.author_name as author, x.day::text as day
    <in class>
    """.replace("<in class>", _IN_CLASS)
    .replace("<table>", "lesson")
    .replace("<days>", "x.day"),
    "x.created_at",
    "x.changed_at",
    "x.id",
    # A line that a teacher has struck out again.
    hides="x.withdrawn_at is not null",
)

OF_KIND: Final[dict[ItemKind, Rows]] = {
    "announcement": announcements,
    "remark": remarks,
    "homework": homework,
    "lesson": lessons,
    "care": care,
    "summary": summaries,
}
