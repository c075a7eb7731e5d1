"""What either side is told of a message, and when."""

from datetime import datetime, timedelta
from typing import Final

from app import db
from app.contact_book.threads import messages
from app.contact_book.threads.hours import holidays_from, hours_of
from app.contact_book.threads.model import MessageRow, Seated
from app.ids import new_id
from app.schools.common import school_day

# So long unread news is replaced by the next instead of standing beside it.
_ONE_NEWS: Final = timedelta(days=7)


async def tell(
    conn: db.Conn,
    *,
    head: messages.ThreadHead,
    message: MessageRow,
    seated: list[Seated],
    now: datetime,
) -> None:
    """One piece of news to the other side; one that nobody there has read is not repeated.

    What has not been told yet does for this message too; what was told is replaced. The school's
    side hears when the first of it has contact hours, and who sits there is asked then.
    """
    to_staff = message.author_kind == "guardian"
    wait_s = await _wait_s(conn, head, seated, now) if to_staff else 0.0
    told = head.staff_told if to_staff else head.family_told
    day = head.staff_told_day if to_staff else head.family_told_day
    replaces = None
    if told is not None and day is not None and school_day(now) - day <= _ONE_NEWS:
        to = "staff" if to_staff else "family"
        if await messages.hurry_news(conn, head=head, told=told, side=to, wait_s=wait_s):
            return
        side = "staff" if to_staff else "guardian"
        if await messages.has_unread(conn, head=head, told=told, side=side):
            replaces = told
    params = {
        "student": head.student_name,
        "person": message.author_name,
        "thread_id": str(head.id),
        "to": "staff" if to_staff else "family",
    }
    await messages.insert_news(
        conn,
        head=head,
        to_staff=to_staff,
        message_id=message.id,
        day=day if replaces is not None and day is not None else school_day(now),
        actor_account_id=message.author_account_id,
        account_id=None if to_staff else head.only_account_id,
        wait_s=wait_s,
        params=params | ({"replaces": str(replaces)} if replaces is not None else {}),
        outbox_id=new_id(),
    )


async def _wait_s(
    conn: db.Conn, head: messages.ThreadHead, seated: list[Seated], now: datetime
) -> float:
    hours = await hours_of(
        conn, school_id=head.school_id, staff_ids=[each.staff_id for each in seated]
    )
    holidays = await holidays_from(conn, school_id=head.school_id, now=now)
    opens = [own.opens_at(now, holidays=holidays) for own in hours.values()]
    return min(0.0 if each is None else (each - now).total_seconds() for each in opens)
