"""Who may see a file: who may see what it belongs to, asked again at each look.

One line an owner. It is asked within a transaction that is open for the file's school and for the
caller's own, with the caller as the directory says at this moment.
"""

from collections.abc import Mapping
from typing import Final, Protocol
from uuid import UUID

from app import db
from app.contact_book.announcements.department_reading import may_see as department_may_see
from app.contact_book.announcements.shown import may_see as announcement_may_see
from app.contact_book.attachments.model import BoundKind
from app.contact_book.daily.reading import may_see_homework, may_see_remark
from app.contact_book.threads.reading import may_see_message
from app.identity.model import Caller


class MaySee(Protocol):
    """Whether the caller may read this announcement, homework, message or remark now."""

    async def __call__(
        self, conn: db.Conn, *, caller: Caller, school_id: int, ref_id: UUID
    ) -> bool: ...


MAY_SEE: Final[Mapping[BoundKind, MaySee]] = {
    "announcement": announcement_may_see,
    "homework": may_see_homework,
    "remark": may_see_remark,
    "message": may_see_message,
}

# As one of the department's own people. In a school its files are the announcement's there.
DEPARTMENT_MAY_SEE: Final = department_may_see
