"""What families, accountants and second persons are told of money, in the transaction of its fact.

A family is told as the rights are when the relay tells it. Who has left the school is told as of
the last day there: the guardians of then still owe, pay and get receipts.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from msgspec import Struct

from app import db
from app.attendance.outbox import News, insert_news
from app.ids import new_id
from app.schools.common import school_day

Change = Literal[
    "voided", "reissued", "written_off", "credited", "uncredited", "held", "refunded", "reversed"
]
"""`credited`: money left over waits for the next bill, `uncredited`: no longer for this pupil's;
`held`: it came with a reference of this pupil's and waits for a person;
`reversed`: it was put to a bill wrongly."""

Matter = Literal["waiver", "refund", "strike", "deposit", "cash", "write_off"]


AccountChange = Literal[
    "opened", "default", "holder", "ended", "connected", "secret", "disconnected"
]
"""Of an account that families pay to; the last three of who reports on it."""


class PaidShare(Struct, frozen=True, kw_only=True):
    """What of an amount received went to one pupil's bills, and the paper that says so."""

    student_id: UUID
    amount: int
    receipt_id: UUID


class _Due(Struct, frozen=True, kw_only=True):
    student_id: UUID
    amount: int
    due_day: str | None
    offers: int
    title: str


async def paid(
    conn: db.Conn, *, school_id: int, fund_id: UUID, shares: Sequence[PaidShare], now: datetime
) -> None:
    """Money has come and is receipted: one message a pupil, once a receipt."""
    for share in shares:
        await _tell_family(
            conn,
            school_id=school_id,
            kind="fee_paid",
            student_ids=[share.student_id],
            event_ids=[share.receipt_id],
            params=[
                {
                    "amount": share.amount,
                    "fund_id": str(fund_id),
                    "receipt_id": str(share.receipt_id),
                }
            ],
            now=now,
        )


async def due(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID], now: datetime
) -> int:
    """Bills were opened: one message a pupil, whatever their number; how many messages.

    A bill that asks for nothing, since all of it is waived, is not told of.
    """
    return await _tell_of_bills(
        conn, school_id=school_id, kind="fee_due", invoice_ids=invoice_ids, now=now
    )


async def reminded(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID], now: datetime
) -> int:
    """A reminder of what is open of these bills, one a pupil; how many messages. Never of offers.

    How often is asked before: whoever calls has written `fee_reminder`.
    """
    return await _tell_of_bills(
        conn, school_id=school_id, kind="fee_reminder", invoice_ids=invoice_ids, now=now
    )


async def changed(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    event_id: UUID,
    change: Change,
    amount: int,
    now: datetime,
) -> None:
    """Something became of a bill or of money that the family knows of.

    `event_id` is the bill, refund, decision or new fund: of one an inbox takes each change once a
    day. `amount` is what it is about, in đồng.
    """
    await _tell_family(
        conn,
        school_id=school_id,
        kind="fee_changed",
        student_ids=[student_id],
        # The same bill may change twice in a day.
        event_ids=[uuid5(event_id, change)],
        params=[{"change": change, "amount": amount}],
        now=now,
    )


async def waits_for_review(conn: db.Conn, *, school_id: int, now: datetime) -> None:
    """Money came that nobody could put to a bill: the accountants hear of it once a day."""
    day = school_day(now)
    await _tell_staff(
        conn,
        school_id=school_id,
        kind="fee_review",
        event_id=uuid5(UUID(int=school_id), f"fee_review {day}"),
        roles=["accountant"],
        actor=None,
        params={},
        now=now,
    )


async def waits_for_second_person(
    conn: db.Conn,
    *,
    school_id: int,
    matter: Matter,
    matter_id: UUID,
    asked_by: UUID,
    now: datetime,
) -> None:
    """Something takes a second person: the principals and the other accountants hear of it.

    A write-off is the principals' alone. `asked_by` (account) is not told.
    """
    await _tell_staff(
        conn,
        school_id=school_id,
        kind="fee_second_person",
        event_id=matter_id,
        roles=["principal"] if matter == "write_off" else ["principal", "accountant"],
        actor=asked_by,
        params={"matter": matter, "matter_id": str(matter_id)},
        now=now,
    )


async def account_changed(
    conn: db.Conn, *, school_id: int, account: str, change: AccountChange, now: datetime
) -> None:
    """Where money goes was changed: all who answer for it hear of it, who did it too.

    It may have been done with a stolen session. `account`: the bank and the end of the number.
    """
    await _tell_staff(
        conn,
        school_id=school_id,
        kind="fee_account",
        event_id=new_id(),
        roles=["principal", "accountant"],
        actor=None,
        params={"account": account, "account_change": change},
        now=now,
    )


async def _tell_of_bills(
    conn: db.Conn, *, school_id: int, kind: str, invoice_ids: Collection[UUID], now: datetime
) -> int:
    bills = await _due_of(
        conn, school_id=school_id, invoice_ids=invoice_ids, has_offers=kind == "fee_due"
    )
    if not bills:
        return 0
    return await _tell_family(
        conn,
        school_id=school_id,
        kind=kind,
        student_ids=[bill.student_id for bill in bills],
        event_ids=[new_id() for _ in bills],
        params=[
            {
                "amount": bill.amount,
                "due_day": bill.due_day,
                "offers": bill.offers,
                "title": bill.title,
            }
            for bill in bills
        ],
        now=now,
    )


async def _due_of(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID], has_offers: bool
) -> list[_Due]:
    return await db.many(
        conn,
        _Due,
        """
        select i.student_id,
               coalesce(sum(i.total - i.paid) filter (where not i.is_voluntary), 0)::bigint
                   as amount,
               (min(i.due_day) filter (where not i.is_voluntary))::text as due_day,
               count(*) filter (where i.is_voluntary) as offers,
               min(p.name) as title
          from invoice i
          join billing_period p on p.school_id = i.school_id and p.id = i.period_id
         where i.school_id = $1 and i.id = any($2) and i.state = 'open' and i.settlement <> 'paid'
           and (not i.is_voluntary or $3)
         group by i.student_id order by i.student_id
        """,
        school_id,
        list(invoice_ids),
        has_offers,
    )


async def _tell_family(
    conn: db.Conn,
    *,
    school_id: int,
    kind: str,
    student_ids: Sequence[UUID],
    event_ids: Sequence[UUID],
    params: Sequence[dict[str, object]],
    now: datetime,
) -> int:
    """One message a pupil; names come from the school's rows.

    Guardians of a pupil who has left are told of days until then; the inbox keeps a month for it.
    """
    return await db.run(
        conn,
        """
        insert into outbox (school_id, id, kind, day, event_id, student_id, params)
        select $1, q.id, $2, coalesce(former.day, $3), q.event_id, q.student_id,
               q.params || jsonb_build_object('student', s.name, 'school', sc.name)
          from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::jsonb[])
               as q (id, event_id, student_id, params)
          join student s on s.school_id = $1 and s.id = q.student_id
          join school sc on sc.id = $1
          left join lateral (
               select max(g.told_until) as day from guardianship g
                where g.school_id = $1 and g.student_id = q.student_id
                  and s.ended_at is not null
               having bool_and(g.ended_at is not null)
                  and max(g.told_until) between $3::date - 30 and $3::date) former on true
        """,
        school_id,
        kind,
        school_day(now),
        [new_id() for _ in student_ids],
        list(event_ids),
        list(student_ids),
        list(params),
    )


async def _tell_staff(
    conn: db.Conn,
    *,
    school_id: int,
    kind: str,
    event_id: UUID,
    roles: Sequence[str],
    actor: UUID | None,
    params: dict[str, object],
    now: datetime,
) -> None:
    found = await db.rows(
        conn,
        """
        select distinct m.account_id, sc.name as school
          from membership m join school sc on sc.id = m.school_id
         where m.school_id = $1 and m.role = any($2) and m.ended_at is null
           and m.account_id is distinct from $3
           and (m.valid_from is null or m.valid_from <= $4)
           and (m.valid_until is null or m.valid_until > $4)
        """,
        school_id,
        list(roles),
        actor,
        now,
    )
    news = [
        News(
            kind=kind,
            day=school_day(now),
            event_id=event_id,
            student_id=None,
            actor_account_id=actor,
            account_id=row["account_id"],
            params=params | {"school": row["school"]},
        )
        for row in found
    ]
    await insert_news(conn, school_id=school_id, news=news)
