"""SQL over receipts. Their rows are written by app/fees/money; here they are read and printed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.paper.model import Paper, Receipt, Stored, Verified


class Unprinted(Struct, frozen=True, kw_only=True):
    school_id: int
    id: UUID


async def receipts(
    conn: db.Conn,
    *,
    pupils: Collection[tuple[int, UUID]] | None,
    school_id: int | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Receipt]:
    """Receipts and slips, the latest first: of these pupils (school, pupil), or of a school."""
    return await db.many(
        conn,
        Receipt,
        """
        select r.id, r.school_id, r.series, r.number, r.kind, r.student_id,
               s.name as student_name, r.amount, f.channel, r.lines, r.state, r.issued_at, r.day,
               r.voided_at, r.void_reason, n.number as replaced_by,
               r.pdf_key is not null as is_printed
          from receipt r
          join fund f on f.school_id = r.school_id and f.id = r.fund_id
          left join student s on s.school_id = r.school_id and s.id = r.student_id
          left join receipt n on n.school_id = r.school_id and n.replaces = r.id
         where ($1::int is null or r.school_id = $1)
           and ($2::int[] is null or (r.school_id, r.student_id) in (
               select q.school_id, q.student_id
                 from unnest($2, $3::uuid[]) as q (school_id, student_id)))
           and ($4::timestamptz is null or (r.issued_at, r.id) < ($4, $5))
         order by r.issued_at desc, r.id desc limit $6
        """,
        school_id,
        None if pupils is None else [school for school, _ in pupils],
        None if pupils is None else [student for _, student in pupils],
        before[0] if before else None,
        before[1] if before else None,
        limit,
    )


async def stored(
    conn: db.Conn, *, school_ids: Collection[int], receipt_id: UUID
) -> tuple[int, Stored] | None:
    """The school of a receipt, and where its PDF lies."""
    row = await db.one(
        conn,
        _StoredRow,
        """
        select school_id, series, number, student_id, pdf_key
          from receipt where school_id = any($1) and id = $2
        """,
        list(school_ids),
        receipt_id,
    )
    if row is None:
        return None
    return row.school_id, Stored(
        series=row.series, number=row.number, student_id=row.student_id, pdf_key=row.pdf_key
    )


class _StoredRow(Stored, frozen=True, kw_only=True):
    school_id: int


async def verified(conn: db.Conn, *, school_id: int, check_code: str) -> Verified | None:
    """The receipt of this code."""
    return await db.one(
        conn,
        Verified,
        """
        select sc.name as school_name, r.series, r.number, r.kind, r.day, r.amount,
               case when r.state = 'live' then 'live'
                    when n.number is not null then 'replaced' else 'void' end as state,
               (r.voided_at at time zone 'Asia/Ho_Chi_Minh')::date as voided_on,
               n.number as replaced_by
          from receipt r
          join school sc on sc.id = r.school_id
          left join lateral (select min(number) as number from receipt
                              where school_id = r.school_id and replaces = r.id) n on true
         where r.school_id = $1 and r.check_code = $2
        """,
        school_id,
        check_code,
    )


async def unprinted(conn: db.Conn, *, put_off: Collection[UUID], limit: int) -> list[Unprinted]:
    """The receipts without a PDF, the oldest first, but for those that are put off.

    None while money waits to be taken: paper costs ten times as much, and nobody waits for it.
    """
    return await db.many(
        conn,
        Unprinted,
        """
        select school_id, id from receipt
         where pdf_key is null and id <> all($1::uuid[])
           and not exists (select from gateway_inbox where state = 'received' and due_at <= now())
         order by issued_at limit $2
        """,
        list(put_off),
        limit,
    )


async def paper(conn: db.Conn, *, school_id: int, receipt_id: UUID) -> Paper | None:
    """What is to be printed; None: it has been."""
    return await db.one(
        conn,
        Paper,
        """
        select r.id, r.school_id, sc.name as school_name, r.series, r.number, r.kind,
               s.name as student_name, (
                   select c.name from invoice i
                     join school_class c on c.school_id = i.school_id and c.id = i.class_id
                    where i.school_id = r.school_id
                      and i.id = (r.lines -> 0 ->> 'invoice_id')::uuid) as class_name,
               r.amount, f.channel, f.day as received_on, r.lines, r.state, r.day,
               (r.voided_at at time zone 'Asia/Ho_Chi_Minh')::date as voided_on, r.void_reason,
               o.number as replaces_number, n.number as replaced_by, r.check_code
          from receipt r
          join school sc on sc.id = r.school_id
          join fund f on f.school_id = r.school_id and f.id = r.fund_id
          left join student s on s.school_id = r.school_id and s.id = r.student_id
          left join receipt o on o.school_id = r.school_id and o.id = r.replaces
          left join receipt n on n.school_id = r.school_id and n.replaces = r.id
         where r.school_id = $1 and r.id = $2 and r.pdf_key is null
        """,
        school_id,
        receipt_id,
    )


async def note_printed(conn: db.Conn, *, paper: Paper, key: str) -> bool:
    """Its PDF is there; False: it was void meanwhile, or another has printed it."""
    return bool(
        await db.run(
            conn,
            """
            update receipt set pdf_key = $4
             where school_id = $1 and id = $2 and state = $3 and pdf_key is null
            """,
            paper.school_id,
            paper.id,
            paper.state,
            key,
        )
    )
