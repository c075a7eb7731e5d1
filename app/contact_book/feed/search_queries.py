"""SQL of the search. What was withdrawn or taken back, and what is sealed, is not found.

Each row is looked at with `like`: an index over all texts would be one over all schools' and
children's, for what a child's rows answer in milliseconds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.feed.model import FoundKind, Reader, Spot
from app.contact_book.feed.queries import newest_of
from app.contact_book.threads.model import Reader as ThreadReader
from app.contact_book.threads.queries import READABLE, readable_args


class Sought(Struct, frozen=True, kw_only=True):
    """`patterns`: of LIKE over a search key, all of which must fit."""

    patterns: list[str]
    spot: Spot | None
    limit: int

    @property
    def place(self) -> tuple[datetime | None, UUID | None, UUID | None, int, list[str]]:
        """Place, limit and patterns, in the order of the parameters."""
        spot = self.spot
        if spot is None:
            return (None, None, None, self.limit, self.patterns)
        return (spot.at, spot.id, spot.person_id, self.limit, self.patterns)


class FoundRow(Struct, frozen=True, kw_only=True):
    """A hit as the tables give it; `person_id`: the pupil."""

    kind: FoundKind
    school_id: int
    person_id: UUID | None
    id: UUID
    at: datetime
    title: str
    body: str
    author: str
    thread_id: UUID | None = None
    seq: int | None = None


async def received(
    conn: db.Conn, *, readers: Sequence[Reader], kind: FoundKind | None, sought: Sought
) -> list[FoundRow]:
    """Of what went to these readers, pupils or staff, or to the pupils' classes."""
    if not readers:
        return []
    who = readers[0].kind
    asked = (
        [reader.school_id for reader in readers],
        [reader.person_id for reader in readers],
        [reader.until for reader in readers],
        *sought.place,
    )
    rows: list[FoundRow] = []
    if kind in (None, "announcement"):
        rows += await db.many(conn, FoundRow, _ANNOUNCEMENTS, *asked, who)
    if who == "student":
        for each, statement in _OF_PUPILS.items():
            if kind in (None, each):
                rows += await db.many(conn, FoundRow, statement, *asked)
    return rows


_ANNOUNCEMENTS: Final = newest_of(
    """
    select 'announcement' as kind, p.school_id,
           case r.person_kind when 'student' then p.person_id end as person_id,
           r.announcement_id as id, r.published_at as at, r.title, r.body, r.author_name as author
      from <readers>
     cross join lateral (
         select r.person_kind, r.announcement_id, r.published_at, a.title, a.body, a.author_name
           from announcement_recipient r
           join announcement a on a.school_id = r.school_id and a.id = r.announcement_id
          where r.school_id = p.school_id and r.person_kind = $9 and r.person_id = p.person_id
            and a.state = 'published' and a.search_key like all ($8::text[])
            and <window>) r
    """,
    "r.published_at",
    "r.announcement_id",
)
_REMARKS: Final = newest_of(
    """
    select 'remark' as kind, p.school_id, p.person_id, r.id, r.created_at as at,
           coalesce(r.subject, '') as title, r.text as body, r.author_name as author
      from <readers>
     cross join lateral (
         select r.id, r.created_at, r.subject, r.text, r.author_name
           from remark r
          where r.school_id = p.school_id and r.student_id = p.person_id
            and r.withdrawn_at is null and r.text is not null
            and r.search_key like all ($8::text[])
            and <window>) r
    """,
    "r.created_at",
    "r.id",
)
_IN_CLASS: Final = """
    select <kind> as kind, p.school_id, p.person_id, x.id, x.created_at as at,
           x.subject as title, x.text as body, x.author_name as author
      from <readers>
     cross join enrolment n
     cross join lateral (
         select x.id, x.created_at, x.subject, x.text, x.author_name
           from <table> x
          where x.school_id = p.school_id and x.class_id = n.class_id
            and x.created_at >= n.from_day::timestamp at time zone 'Asia/Ho_Chi_Minh'
            and x.created_at < coalesce(
                    (n.to_day + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh', 'infinity')
            and x.withdrawn_at is null and x.search_key like all ($8::text[])
            and <window>) x
     where n.school_id = p.school_id and n.student_id = p.person_id
"""
_OF_PUPILS: Final[dict[FoundKind, str]] = {
    "remark": _REMARKS,
    "homework": newest_of(
        _IN_CLASS.replace("<table>", "homework").replace("<kind>", "'homework'"),
        "x.created_at",
        "x.id",
    ),
    "lesson": newest_of(
        _IN_CLASS.replace("<table>", "lesson").replace("<kind>", "'lesson'"),
        "x.created_at",
        "x.id",
    ),
}


async def written(
    conn: db.Conn,
    *,
    school_ids: Sequence[int],
    account_id: UUID,
    kind: FoundKind | None,
    sought: Sought,
) -> list[FoundRow]:
    """Of what this account has written itself at these schools."""
    rows: list[FoundRow] = []
    if school_ids:
        for each, statement in _WRITTEN.items():
            if kind in (None, each):
                rows += await db.many(
                    conn, FoundRow, statement, list(school_ids), account_id, *sought.place
                )
    return rows


# As `_NEWEST` of the feed, but without readers: $3 to $5 the place, $6 rows, $7 patterns.
_BY_ACCOUNT: Final = """
    select <kind> as kind, x.school_id, <student> as person_id, x.id, x.<at> as at,
           <title> as title, <body> as body, x.author_name as author
      from <table> x
     where x.school_id = any($1::int[]) and x.author_account_id = $2 and <live>
       and <body> is not null and x.search_key like all ($7::text[])
       and ($3::timestamptz is null or (x.<at>, x.id, coalesce(<student>, <nobody>))
                                     < ($3, $4::uuid, $5::uuid))
     order by x.<at> desc, x.id desc limit $6
"""


def _by_account(kind: Literal["announcement", "remark", "homework", "lesson"], **parts: str) -> str:
    usual = {
        "kind": f"'{kind}'",
        "table": kind,
        "student": "null::uuid",
        "at": "created_at",
        "title": "x.subject",
        "body": "x.text",
        "live": "x.withdrawn_at is null",
        "nobody": "'00000000-0000-0000-0000-000000000000'::uuid",
    }
    statement = _BY_ACCOUNT
    for name, text in (usual | parts).items():
        statement = statement.replace(f"<{name}>", text)
    return statement


# As `access.barred`: not about a pupil whom a court keeps from the account.
_NOT_BARRED: Final = """
       not exists (select from guardianship g
                    where g.school_id = x.school_id and g.student_id = x.student_id
                      and $2 in (g.account_id, g.pending_account_id)
                      and g.custody_blocked_at is not null)"""

_WRITTEN: Final[dict[FoundKind, str]] = {
    "announcement": _by_account(
        "announcement",
        at="published_at",
        title="x.title",
        body="x.body",
        live="x.state = 'published'",
    ),
    "remark": _by_account(
        "remark",
        student="x.student_id",
        title="coalesce(x.subject, '')",
        live=f"x.withdrawn_at is null and {_NOT_BARRED}",
    ),
    "homework": _by_account("homework"),
    "lesson": _by_account("lesson"),
}


async def in_messages(
    conn: db.Conn,
    *,
    reader: ThreadReader,
    student_id: UUID | None,
    sought: Sought,
    now: datetime,
) -> list[FoundRow]:
    """Of the messages of the threads whose one or other side the reader is."""
    return await db.many(
        conn,
        FoundRow,
        _MESSAGES,
        *readable_args(reader, now=now, student_id=student_id),
        *sought.place,
    )


_MESSAGES: Final = """
    <readable>
    select 'message' as kind, r.school_id, r.student_id as person_id, m.id, m.sent_at as at,
           coalesce(r.subject, '') as title, m.text as body, m.author_name as author,
           r.id as thread_id, m.seq
      from readable r
     cross join lateral (
         select m.id, m.sent_at, m.text, m.author_name, m.seq
           from thread_message m
          where m.school_id = r.school_id and m.thread_id = r.id and m.taken_back_at is null
            and m.search_key like all ($18::text[]) and (r.until is null or m.sent_at < r.until)
            and ($14::timestamptz is null or (m.sent_at, m.id, r.student_id)
                                           < ($14, $15::uuid, $16::uuid))
          order by m.seq desc limit $17) m
     where r.side in ('guardian', 'staff')
     order by m.sent_at desc, m.id desc limit $17
""".replace("<readable>", READABLE)
