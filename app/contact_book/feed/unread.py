"""What waits for the caller: the numbers on the badges."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.feed.model import ChildCounts, Reader, StaffCounts, Unread
from app.contact_book.feed.readers import pupils, staff
from app.contact_book.model import PersonKind
from app.contact_book.threads import queries as threads
from app.contact_book.threads.model import Reader as ThreadReader

# Older ones wait for nobody any more; counting them would cost more each year.
WINDOW: Final = timedelta(days=60)


class _Counted(Struct, frozen=True, kw_only=True):
    person_kind: PersonKind
    school_id: int
    person_id: UUID
    unread: int
    open: int


async def unread(
    conn: db.Conn, *, readers: Sequence[Reader], of_threads: ThreadReader, now: datetime
) -> Unread:
    """By child and by school, and over all; who has nothing waiting is there with zeros."""
    counted = {
        (row.person_kind, row.school_id, row.person_id): row
        for row in await _announcements(
            conn, readers=readers, account_id=of_threads.account_id, now=now
        )
    }
    messages = Counter(await threads.unread_by_student(conn, reader=of_threads, now=now))
    children = []
    for reader in pupils(readers):
        row = counted["student", reader.school_id, reader.person_id]
        children.append(
            ChildCounts(
                school_id=reader.school_id,
                student_id=reader.person_id,
                announcements=row.unread,
                to_answer=row.open if reader.may_answer else 0,
                messages=messages.pop((reader.school_id, reader.person_id), 0),
            )
        )
    # What is left is of other people's children: the caller's as their teacher.
    at_work: Counter[int] = Counter()
    for (school_id, _), number in messages.items():
        at_work[school_id] += number
    members = []
    for reader in staff(readers):
        row = counted["staff", reader.school_id, reader.person_id]
        members.append(
            StaffCounts(
                school_id=reader.school_id,
                announcements=row.unread,
                to_answer=row.open,
                messages=at_work[reader.school_id],
            )
        )
    everything: list[ChildCounts | StaffCounts] = [*children, *members]
    return Unread(
        children=children,
        staff=members,
        announcements=sum(each.announcements for each in everything),
        to_answer=sum(each.to_answer for each in everything),
        messages=sum(each.messages for each in everything),
    )


async def _announcements(
    conn: db.Conn, *, readers: Sequence[Reader], account_id: UUID, now: datetime
) -> list[_Counted]:
    """One row a reader. `open`: answers that nobody of the family has given and that are taken."""
    return await db.many(
        conn,
        _Counted,
        """
        select p.kind as person_kind, p.school_id, p.person_id,
               count(r.id) filter (where not r.is_read)::int as unread,
               count(r.id) filter (where r.is_open)::int as open
          from unnest($1::int[], $2::uuid[], $3::timestamptz[], $4::text[])
                   as p (school_id, person_id, until, kind)
          left join lateral (
               select a.id,
                      a.answer_kind <> 'none' and r.answer is null
                          and coalesce(a.answer_until > $6, true) as is_open,
                      exists (select from announcement_read d
                               where d.school_id = r.school_id
                                 and d.announcement_id = r.announcement_id
                                 and d.person_kind = r.person_kind and d.person_id = r.person_id
                                 and d.account_id = $5) as is_read
                 from announcement_recipient r
                cross join lateral (
                      select a.id, a.answer_kind, a.answer_until, a.state from announcement a
                       where a.school_id = r.school_id and a.id = r.announcement_id limit 1) a
                where r.school_id = p.school_id and r.person_kind = p.kind
                  and r.person_id = p.person_id and r.published_at > $7
                  and r.published_at < coalesce(p.until, 'infinity')
                  and a.state = 'published') r on true
         group by p.kind, p.school_id, p.person_id
        """,
        [reader.school_id for reader in readers],
        [reader.person_id for reader in readers],
        [reader.until for reader in readers],
        [reader.kind for reader in readers],
        account_id,
        now,
        now - WINDOW,
    )
