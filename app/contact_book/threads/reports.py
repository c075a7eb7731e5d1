"""Messages that somebody of the thread wants judged, and the principal's word on them."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from app import audit, db
from app.attendance.outbox import insert_outbox
from app.contact_book.model import text_of
from app.contact_book.threads import messages, people
from app.contact_book.threads.model import (
    AlreadyDecided,
    MessageReport,
    MessageRow,
    NoSuchReport,
    OwnMessage,
    OwnReport,
    ThreadRow,
)
from app.ids import new_id
from app.schools.common import school_day

Decision = Literal["upheld", "dismissed"]


class Parties(Struct, frozen=True, kw_only=True):
    """Whom a report is by and about."""

    student_id: UUID
    author_account_id: UUID
    reported_by: UUID


async def report(
    conn: db.Conn,
    *,
    row: ThreadRow,
    message: MessageRow,
    reported_by: UUID,
    reason: str,
    now: datetime,
) -> None:
    """Put it before the principals, who are told. Again by the same account: it was put already.

    Raises:
        OwnMessage: one's own.
    """
    if message.author_account_id == reported_by:
        raise OwnMessage
    if row.side == "guardian":
        name = await people.guardian_name(
            conn, school_id=row.school_id, student_id=row.student_id, account_id=reported_by
        )
    else:
        name = await people.staff_name(conn, school_id=row.school_id, account_id=reported_by)
    report_id = new_id()
    made = await db.run(
        conn,
        """
        insert into message_report (school_id, id, thread_id, message_id, reported_by,
               reporter_kind, reporter_name, reason, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing
        """,
        row.school_id,
        report_id,
        row.id,
        message.id,
        reported_by,
        "guardian" if row.side == "guardian" else "staff",
        name or "",
        text_of(reason),
        now,
    )
    if not made:
        return
    for account_id in await people.principals(conn, school_id=row.school_id, now=now):
        await insert_outbox(
            conn,
            school_id=row.school_id,
            message_id=new_id(),
            kind="message_report",
            day=school_day(now),
            event_id=report_id,
            student_id=None,
            actor_account_id=reported_by,
            account_id=account_id,
            params={"thread_id": str(row.id)},
        )


async def of_school(
    conn: db.Conn,
    *,
    school_id: int,
    is_open: bool | None,
    before: UUID | None,
    limit: int,
    report_id: UUID | None = None,
    hidden: Collection[tuple[int, UUID]] = (),
) -> list[MessageReport]:
    """The newest first; `is_open` None: the decided ones, too. `hidden`: pupils, left out."""
    found = await db.many(
        conn,
        MessageReport,
        """
        select r.id, r.school_id, r.thread_id, r.message_id, t.student_id, s.name as student_name,
               m.author_kind, m.author_name, m.text, '{}'::text[] as edits, m.sent_at,
               m.edited_at, m.taken_back_at, r.reporter_kind, r.reporter_name, r.reason,
               r.created_at, r.decision, r.decision_note, r.decided_at,
               (select min(f.name) from staff f
                 where f.school_id = r.school_id and f.account_id = r.decided_by) as decided_by
          from message_report r
          join thread_message m on m.school_id = r.school_id and m.id = r.message_id
          join thread t on t.school_id = r.school_id and t.id = r.thread_id
          join student s on s.school_id = t.school_id and s.id = t.student_id
         where r.school_id = $1 and ($2::boolean is null or (r.decision is null) = $2)
           and ($3::uuid is null or r.id < $3) and ($5::uuid is null or r.id = $5)
           and t.student_id <> all($6::uuid[])
         order by r.id desc limit $4
        """,
        school_id,
        is_open,
        before,
        limit,
        report_id,
        [student_id for school, student_id in hidden if school == school_id],
    )
    said = await messages.edits(
        conn, school_id=school_id, message_ids=[each.message_id for each in found]
    )
    return [replace(each, edits=said.get(each.message_id, [])) for each in found]


async def decide(
    conn: db.Conn,
    *,
    school_id: int,
    report_id: UUID,
    decision: Decision,
    note: str,
    decided_by: UUID,
    now: datetime,
    hidden: Collection[tuple[int, UUID]] = (),
) -> MessageReport:
    """Say once whether the report is right; who reported it is told that, and no more.

    What follows of it (a stop) is a decision of its own.

    Raises:
        NoSuchReport: none of this school, or of one of the `hidden` pupils.
        OwnReport: who decides wrote the message.
        AlreadyDecided: somebody was faster.
    """
    parties = await db.one(
        conn,
        Parties,
        """
        select t.student_id, m.author_account_id, r.reported_by
          from message_report r
          join thread_message m on m.school_id = r.school_id and m.id = r.message_id
          join thread t on t.school_id = r.school_id and t.id = r.thread_id
         where r.school_id = $1 and r.id = $2
        """,
        school_id,
        report_id,
    )
    if parties is None or (school_id, parties.student_id) in hidden:
        raise NoSuchReport
    if decided_by in (parties.author_account_id, parties.reported_by):
        raise OwnReport
    done = await db.run(
        conn,
        """
        update message_report
           set decision = $3, decision_note = $4, decided_by = $5, decided_at = $6
         where school_id = $1 and id = $2 and decision is null
        """,
        school_id,
        report_id,
        decision,
        text_of(note) or None,
        decided_by,
        now,
    )
    (found,) = await of_school(
        conn, school_id=school_id, is_open=None, before=None, limit=1, report_id=report_id
    )
    if not done:
        by = found.decided_by or ""
        raise AlreadyDecided((f"Người xử lý: {by}.", f"It was decided by {by}.") if by else None)
    await insert_outbox(
        conn,
        school_id=school_id,
        message_id=new_id(),
        kind="report_decided",
        day=school_day(now),
        event_id=uuid5(report_id, "decided"),
        student_id=None,
        actor_account_id=decided_by,
        account_id=parties.reported_by,
        params={"thread_id": str(found.thread_id), "verdict": decision},
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind=f"message_report_{decision}",
        subject_id=parties.student_id,
        actor_account_id=decided_by,
        detail={"report": str(report_id), "message": str(found.message_id)},
        now=now,
    )
    return found
