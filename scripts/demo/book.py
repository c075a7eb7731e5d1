"""The contact book of the demo's past month: notices, the daily book, messages, weekly summaries.

Nobody is told of the past, and nothing is of today: inboxes begin empty.
"""

from collections.abc import Sequence
from datetime import date

from app import db
from app.crypto import Vault
from app.schools.common import school_box
from scripts.demo.book_daily import write_daily
from scripts.demo.book_notices import write_department_notices, write_notices
from scripts.demo.book_threads import write_threads
from scripts.demo.book_weeks import write_weeks
from scripts.demo.places import SCHOOLS
from scripts.demo.structure import Province


async def write_books(
    conn: db.Conn, province: Province, vault: Vault, *, days: Sequence[date], today: date
) -> None:
    """Write the books of all schools for the past `days`; attendance is there already."""
    await write_department_notices(conn, days=len(days), today=today)
    for school in SCHOOLS:
        box = await school_box(conn, vault=vault, school_id=school.id)
        await write_notices(conn, province, school, days=len(days), today=today)
        await write_daily(conn, province, school, days, box=box)
        await write_threads(conn, province, school, days=len(days), today=today)
    # The planner knows nothing of tables that were filled a moment ago.
    await conn.execute("analyze enrolment, attendance_day, homework, homework_done, remark")
    for school in SCHOOLS:
        await write_weeks(conn, school_id=school.id, days=days, today=today)
