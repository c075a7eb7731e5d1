"""With whom a thread about a pupil can be, and how it is opened."""

from datetime import datetime
from uuid import UUID

from app import db
from app.contact_book.threads import people, queries
from app.contact_book.threads.model import (
    NoSuchPartner,
    NoSuchThread,
    NotApart,
    Partner,
    Place,
    Reader,
    ThreadKind,
)


async def partners(
    conn: db.Conn, *, reader: Reader, student_id: UUID, now: datetime
) -> list[Partner]:
    """The seats with which the reader may have a thread about the pupil.

    For a guardian all of the pupil's; for staff those that they hold.

    Raises:
        NoSuchThread: the pupil is not the reader's.
    """
    found: list[Partner] = []
    is_known = False
    schools = {link.school_id for link in reader.kin if link.student_id == student_id}
    for school_id in sorted(schools):
        is_known = True
        alive = [k for k in reader.kin if k.student_id == student_id and k.school_id == school_id]
        if any(link.may_write for link in alive):
            found += await people.partners(conn, school_id=school_id, student_id=student_id)
    for school_id in sorted(set(reader.seats) - schools):
        held = await people.held_partners(
            conn, reader=reader, school_id=school_id, student_id=student_id
        )
        found += held
        is_known = is_known or bool(held)
    if not is_known:
        raise NoSuchThread
    return found


async def open_thread(
    conn: db.Conn,
    *,
    reader: Reader,
    student_id: UUID,
    kind: ThreadKind,
    subject: str | None,
    is_apart: bool,
    now: datetime,
) -> UUID:
    """The thread of the pupil with that seat, opened if there is none; its id.

    `is_apart`: a guardian's own, beside the one that all guardians see.

    Raises:
        NoSuchThread: the pupil is not the reader's.
        NoSuchPartner: nobody has that seat, or the reader is of the school and has another.
        NotApart: no custody rule allows it, or it is asked for by the school.
    """
    seats = await partners(conn, reader=reader, student_id=student_id, now=now)
    seat = next((s for s in seats if (s.kind, s.subject) == (kind, subject)), None)
    if seat is None:
        raise NoSuchPartner(
            (
                "Hiện không có giáo viên này. Hãy chọn trong danh sách giáo viên của học sinh.",
                "There is no such teacher now. Choose one of the pupil's teachers.",
            )
        )
    only = None
    if is_apart:
        is_kin = any(link.student_id == student_id for link in reader.kin)
        if not is_kin or not seat.may_be_apart:
            raise NotApart
        only = reader.account_id
    place = Place(
        school_id=seat.school_id,
        student_id=student_id,
        kind=kind,
        subject=subject,
        only_account_id=only,
    )
    found = await queries.find_thread(conn, place=place)
    if found is None:
        await queries.insert_thread(conn, place=place, opened_by=reader.account_id, now=now)
        found = await queries.find_thread(conn, place=place)
    if found is None:
        raise NoSuchThread
    return found
