"""Whose child a pupil is: nobody decides about the attendance of an own one."""

from collections.abc import Collection
from uuid import UUID

from app import db
from app.errors import Denied


class OwnChild(Denied):
    """Không tự quyết định điểm danh của con mình | Nobody decides on an own child's attendance"""


async def own_children(
    conn: db.Conn, *, school_id: int, account_id: UUID, student_ids: Collection[UUID]
) -> set[UUID]:
    """Those of the pupils whose guardian the account is, or was until a court said no."""
    found = await db.rows(
        conn,
        """
        select distinct g.student_id from guardianship g
         where g.school_id = $1 and g.student_id = any($2)
           and $3 in (g.account_id, g.pending_account_id)
           and (g.ended_at is null or g.custody_blocked_at is not null)
        """,
        school_id,
        list(student_ids),
        account_id,
    )
    return {row["student_id"] for row in found}


async def is_family(conn: db.Conn, *, school_id: int, student_id: UUID, account_id: UUID) -> bool:
    """Whether the account is, or was until a court said no, a guardian of the pupil."""
    return bool(
        await own_children(
            conn, school_id=school_id, account_id=account_id, student_ids=[student_id]
        )
    )
