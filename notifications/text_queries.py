"""The worker's statements about text messages: what still stands, and what a school may spend."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from app import db
from notifications.fillers import Locale
from notifications.model import Claimed

# Where a school has not said (attendance_rules.sms_budget_a_day).
BUDGET_A_DAY: Final = 100
# News that says where the pupil is, or that what was told is not so.
_NEWER: Final = (
    "arrival", "arrival_late", "departure", "correction", "scan_unconfirmed", "scan_undone",
)  # fmt: skip


class Facts(Struct, frozen=True, kw_only=True):
    """What stands at the moment of sending; `is_seen`: on any of the account's devices.

    `is_over`: something newer was told, or is about to be, of the pupil's day. `is_told`: the
    account is still a guardian who is to be told. `children`: of the account, in all schools.
    """

    delivery_id: UUID
    phone_sealed: bytes | None
    locale: Locale
    children: int
    is_seen: bool
    is_over: bool
    is_told: bool
    data: dict[str, Any]


async def facts(conn: db.Conn, claimed: Sequence[Claimed]) -> list[Facts]:
    """The facts about these deliveries. Of none there are: its item, or its account, is gone."""
    return await db.many(
        conn,
        Facts,
        """
        select q.id as delivery_id, a.phone_sealed, a.locale, i.data,
               (select count(distinct (g.school_id, g.student_id)) from guardianship g
                 where g.account_id = a.id and g.ended_at is null and g.can_see)::int as children,
               coalesce(i.delivered_at, i.read_at) is not null as is_seen,
               exists (
                   select from inbox_item n
                    where n.account_id = i.account_id and n.day = i.day and n.seq > i.seq
                      and n.student_id = i.student_id and n.kind = any($5))
                 or exists (
                   select from outbox o
                    where o.school_id = i.school_id and o.student_id = i.student_id
                      and o.day = i.day and o.kind = any($5) and o.dead_at is null) as is_over,
               exists (
                   select from guardianship g
                    where g.school_id = i.school_id and g.student_id = i.student_id
                      and g.account_id = a.id and g.ended_at is null and g.is_told and g.can_see)
                 as is_told
          from unnest($1::uuid[], $2::date[], $3::uuid[], $4::uuid[])
               as q (account_id, day, id, inbox_id)
          join inbox_item i
            on i.account_id = q.account_id and i.day = q.day and i.id = q.inbox_id
          join account a on a.id = q.account_id and a.disabled_at is null
        """,
        [each.account_id for each in claimed],
        [each.day for each in claimed],
        [each.id for each in claimed],
        [each.inbox_id for each in claimed],
        _NEWER,
    )


async def take_budget(conn: db.Conn, claimed: Sequence[Claimed]) -> set[UUID]:
    """Those that their schools' days still pay for; what was paid for once is never again.

    In the order of the schools, so that two workers do not lock each other out.
    """
    by_day: dict[tuple[int, date], list[Claimed]] = defaultdict(list)
    for delivery in claimed:
        if delivery.school_id is not None:
            by_day[delivery.school_id, delivery.day].append(delivery)
    paid: set[UUID] = set()
    for (school_id, day), some in sorted(by_day.items()):
        paid |= await _take_of_day(conn, school_id, day, some)
    return paid


async def _take_of_day(
    conn: db.Conn, school_id: int, day: date, claimed: Sequence[Claimed]
) -> set[UUID]:
    await db.run(
        conn,
        """
        insert into sms_usage (school_id, day, taken, refused) values ($1, $2, 0, 0)
            on conflict (school_id, day) do nothing
        """,
        school_id,
        day,
    )
    left: int = await db.value(
        conn,
        """
        select coalesce((select r.sms_budget_a_day from attendance_rules r
                          where r.school_id = u.school_id), $3) - u.taken
          from sms_usage u where u.school_id = $1 and u.day = $2 for update of u
        """,
        school_id,
        day,
        BUDGET_A_DAY,
    )
    found = await db.rows(
        conn,
        """
        with asked as (
            select d.account_id, d.day, d.id, d.budgeted_at is not null as is_paid,
                   row_number() over (partition by d.budgeted_at is null order by q.n) as place
              from unnest($1::uuid[], $2::uuid[]) with ordinality as q (account_id, id, n)
              join delivery d on d.account_id = q.account_id and d.day = $3 and d.id = q.id),
        newly as (
            update delivery d set budgeted_at = now() from asked
             where d.account_id = asked.account_id and d.day = asked.day and d.id = asked.id
               and not asked.is_paid and asked.place <= $4),
        counted as (
            update sms_usage u
               set taken = u.taken + c.taken, refused = u.refused + c.refused
              from (select count(*) filter (where place <= $4) as taken,
                           count(*) filter (where place > $4) as refused
                      from asked where not is_paid) c
             where u.school_id = $5 and u.day = $3)
        select id from asked where is_paid or place <= $4
        """,
        [each.account_id for each in claimed],
        [each.id for each in claimed],
        day,
        max(left, 0),
        school_id,
    )
    return {row["id"] for row in found}
