"""Papers for money: one live receipt a fund and pupil, one live slip for what is free of a fund.

Numbers have no gap: the series' row is locked, last of all, until the transaction ends, and a
transaction that is undone gives its numbers back.
"""

import base64
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.ids import new_id
from app.schools.common import school_day

Kind = Literal["receipt", "credit_slip"]


class Renewal(Struct, frozen=True, kw_only=True):
    """Where the papers of a fund are not what they should be.

    `live_id`: the paper to be void; None: there is none. `amount` None: none is to take its place.
    """

    fund_id: UUID
    kind: Kind
    student_id: UUID | None
    amount: int | None
    lines: list[dict[str, Any]]
    live_id: UUID | None


class Written(Struct, frozen=True, kw_only=True):
    """A new receipt."""

    id: UUID
    fund_id: UUID
    kind: Kind
    student_id: UUID | None


async def renew(
    conn: db.Conn,
    *,
    school_id: int,
    fund_ids: Collection[UUID],
    reason: str,
    made_by: UUID | None,
    now: datetime,
) -> list[Written]:
    """Make the papers of these funds, which are locked, true again; the new ones.

    What changed is void, for `reason`, and replaced under the next number.
    """
    wrong = await renewals(conn, school_id=school_id, fund_ids=fund_ids)
    gone = [each.live_id for each in wrong if each.live_id is not None]
    if gone:
        await _void(conn, school_id=school_id, ids=gone, reason=reason, by=made_by, now=now)
    return await _write(
        conn,
        school_id=school_id,
        papers=[each for each in wrong if each.amount is not None],
        made_by=made_by,
        now=now,
    )


async def renewals(conn: db.Conn, *, school_id: int, fund_ids: Collection[UUID]) -> list[Renewal]:
    """Where the papers of these funds differ from what was allocated of them."""
    return await db.many(
        conn,
        Renewal,
        """
        with part as (
            select a.fund_id, i.student_id, a.invoice_id, sum(a.amount)::bigint as amount
              from allocation a
              join invoice i on i.school_id = a.school_id and i.id = a.invoice_id
             where a.school_id = $1 and a.fund_id = any($2)
             group by 1, 2, 3 having sum(a.amount) <> 0),
        wanted as (
            select fund_id, 'receipt' as kind, student_id, sum(amount)::bigint as amount,
                   jsonb_object_agg(invoice_id, amount) as parts
              from part group by fund_id, student_id
             union all
            select id, 'credit_slip', credit_student_id, free, '{}' from fund
             where school_id = $1 and id = any($2) and free > 0),
        live as (
            select r.id, r.fund_id, r.kind, r.student_id, r.amount, coalesce((
                   select jsonb_object_agg(l ->> 'invoice_id', l -> 'amount')
                     from jsonb_array_elements(r.lines) l), '{}') as parts
              from receipt r
             where r.school_id = $1 and r.fund_id = any($2)
               and r.state = 'live')
        select coalesce(w.fund_id, v.fund_id) as fund_id, coalesce(w.kind, v.kind) as kind,
               coalesce(w.student_id, v.student_id) as student_id, w.amount, v.id as live_id,
               coalesce((
               select jsonb_agg(jsonb_build_object('invoice_id', i.id, 'pay_ref', i.pay_ref,
                      'period', b.name, 'seq', i.seq, 'is_voluntary', i.is_voluntary,
                      'amount', p.amount, 'total', i.total, 'items', (
                      select jsonb_agg(jsonb_build_object('name', l.name,
                             'amount', l.amount - l.waived, 'receipt_kind', l.receipt_kind)
                             order by l.n)
                        from invoice_line l
                       where l.school_id = $1 and l.invoice_id = i.id)) order by i.due_day, i.id)
                 from part p
                 join invoice i on i.school_id = $1 and i.id = p.invoice_id
                 join billing_period b on b.school_id = $1 and b.id = i.period_id
                where w.kind = 'receipt' and p.fund_id = w.fund_id
                  and p.student_id = w.student_id), '[]') as lines
          from wanted w
          full join live v on v.fund_id = w.fund_id and v.kind = w.kind
           and coalesce(v.student_id, v.fund_id) = coalesce(w.student_id, w.fund_id)
         where w.amount is distinct from v.amount or w.parts is distinct from v.parts
         order by 1, 2 desc, 3
        """,
        school_id,
        list(fund_ids),
    )


async def all_renewals(conn: db.Conn, *, school_id: int) -> list[Renewal]:
    """The same of all the school's funds."""
    # Not by "or there are no ids": one plan for both would read the whole school each time.
    rows = await db.rows(conn, "select id from fund where school_id = $1", school_id)
    return await renewals(conn, school_id=school_id, fund_ids=[row["id"] for row in rows])


async def _void(
    conn: db.Conn,
    *,
    school_id: int,
    ids: Sequence[UUID],
    reason: str,
    by: UUID | None,
    now: datetime,
) -> None:
    await conn.execute(
        """
        update receipt set state = 'void', voided_by = $3, voided_at = $4, void_reason = $5,
               -- Printed anew, with the stamp.
               pdf_key = null
         where school_id = $1 and id = any($2) and state = 'live'
        """,
        school_id,
        list(ids),
        by,
        now,
        reason,
    )


async def _write(
    conn: db.Conn,
    *,
    school_id: int,
    papers: Sequence[Renewal],
    made_by: UUID | None,
    now: datetime,
) -> list[Written]:
    if not papers:
        return []
    day = school_day(now)
    ids = [new_id() for _ in papers]
    await conn.execute(
        """
        with series as (
            insert into receipt_series (school_id, series, next_number) values ($1, $2, 1 + $3)
                on conflict (school_id, series) do update
               set next_number = receipt_series.next_number + $3
            returning next_number - $3 as first)
        insert into receipt (school_id, id, series, number, kind, fund_id, student_id, amount,
               lines, state, replaces, issued_by, issued_at, day, check_code)
        select $1, p.id, $2, s.first + p.nth - 1, p.kind, p.fund_id, p.student_id, p.amount,
               $12::jsonb -> (p.nth - 1)::int, 'live', p.replaces, $4, $5, $6,
               concat($1::int, '-', p.code)
          from series s,
               unnest($7::uuid[], $8::text[], $9::uuid[], $10::uuid[], $11::bigint[], $13::uuid[],
                      $14::text[]) with ordinality
               as p (id, kind, fund_id, student_id, amount, replaces, code, nth)
        """,
        school_id,
        f"BL{day.year}",
        len(papers),
        made_by,
        now,
        day,
        ids,
        [each.kind for each in papers],
        [each.fund_id for each in papers],
        [each.student_id for each in papers],
        [each.amount for each in papers],
        [each.lines for each in papers],
        [each.live_id for each in papers],
        [_check_code() for _ in papers],
    )
    return [
        Written(id=id_, fund_id=each.fund_id, kind=each.kind, student_id=each.student_id)
        for id_, each in zip(ids, papers, strict=True)
    ]


def _check_code() -> str:
    """80 bits: who has not seen the receipt does not find it."""
    return base64.b32encode(secrets.token_bytes(10)).decode()
