"""For whose fees a caller may ask: own children, and those who were until they left a school."""

from uuid import UUID

from app import db
from app.contact_book.access import NoSuchChild, family_links
from app.contact_book.model import FamilyLink
from app.identity.model import Caller


async def payers_links(
    conn: db.Conn, *, caller: Caller, student_id: UUID | None = None
) -> list[FamilyLink]:
    """The caller's children as the rights are at this moment; with `student_id` that one alone.

    Who may see a child may pay; a custody block acts at once. Debts stay at a school that the child
    has left, and so does the right of the guardians of then, unless the pupil comes back: then it
    is those whom the school names anew. It opens these schools' rows.

    Raises:
        NoSuchChild: `student_id` is none of them. A pupil's own account sees no fees.
    """
    links = await family_links(conn, caller=caller, student_id=student_id)
    former = [link for link in links if link.until is not None]
    back = await _present(conn, former) if former else frozenset()
    found = [
        link
        for link in links
        if not link.is_self
        and (link.until is None or (link.school_id, link.student_id) not in back)
    ]
    if student_id is not None and not found:
        raise NoSuchChild
    return found


async def _present(conn: db.Conn, links: list[FamilyLink]) -> frozenset[tuple[int, UUID]]:
    """Those of these pupils who are at the school now."""
    rows = await db.rows(
        conn,
        """
        select s.school_id, s.id
          from unnest($1::int[], $2::uuid[]) as q (school_id, student_id)
          join student s on s.school_id = q.school_id and s.id = q.student_id
         where s.ended_at is null
        """,
        [link.school_id for link in links],
        [link.student_id for link in links],
    )
    return frozenset((row["school_id"], row["id"]) for row in rows)


def pairs_of(links: list[FamilyLink]) -> frozenset[tuple[int, UUID]]:
    """(school, pupil) of each."""
    return frozenset((link.school_id, link.student_id) for link in links)
