"""Who may read whose contact book, and who writes at which school, as things are at this moment."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.model import Desk, FamilyLink
from app.errors import NotFound
from app.identity.model import Caller, Role
from app.schools.sight import barred_from, sight_of

WRITING_ROLES: tuple[Role, ...] = ("principal", "homeroom_teacher", "subject_teacher")
STAFF_ROLES: tuple[Role, ...] = (*WRITING_ROLES, "guard", "accountant")


class NoSuchChild(NotFound):
    """Không tìm thấy học sinh này | There is no such pupil"""


class _Former(Struct, frozen=True, kw_only=True):
    school_id: int
    student_id: UUID
    until: date


async def family_links(
    conn: db.Conn, *, caller: Caller, student_id: UUID | None = None
) -> list[FamilyLink]:
    """The pupils whose books the caller may read; with `student_id`: that one's, in each school.

    It opens, for the rest of the transaction, the rows of the schools that a child has left: what
    is read of them is bounded by `until`.

    Raises:
        NoSuchChild: `student_id` is neither the caller nor a child of the caller's.
    """
    links = [
        FamilyLink(school_id=c.school_id, student_id=c.student_id, is_self=False, until=None)
        for c in caller.children
    ]
    links += [
        FamilyLink(school_id=m.school_id, student_id=m.person_id, is_self=True, until=None)
        for m in caller.memberships
        if m.role == "student" and m.school_id is not None and m.person_id is not None
    ]
    live = {(link.school_id, link.student_id) for link in links}
    for each in await _former(conn, caller.account_id):
        if (each.school_id, each.student_id) not in live:
            links.append(
                FamilyLink(
                    school_id=each.school_id,
                    student_id=each.student_id,
                    is_self=False,
                    until=each.until,
                )
            )
    if student_id is not None:
        links = [link for link in links if link.student_id == student_id]
        if not links:
            raise NoSuchChild
    await open_schools(conn, caller=caller, school_ids={link.school_id for link in links})
    return links


async def open_schools(conn: db.Conn, *, caller: Caller, school_ids: Collection[int]) -> None:
    """Open the rows of these schools beside the caller's own; who may is asked before."""
    if not caller.school_ids.issuperset(school_ids):
        schools = caller.school_ids | set(school_ids)
        await db.scope(conn, schools=schools, accounts=[caller.account_id])


async def _former(conn: db.Conn, account_id: UUID) -> list[_Former]:
    """Links that ended because the pupil moved, and that no court has barred."""
    return await db.many(
        conn,
        _Former,
        """
        select g.school_id, g.student_id, max(g.told_until) as until
          from guardianship g join school s on s.id = g.school_id
         where g.account_id = $1 and g.ended_at is not null and g.told_until is not null
           and g.can_see and s.ended_at is null
           and not exists (
               select from guardianship b
                where b.school_id = g.school_id and b.student_id = g.student_id
                  and $1 in (b.account_id, b.pending_account_id)
                  and b.custody_blocked_at is not null)
         group by g.school_id, g.student_id
        """,
        account_id,
    )


async def barred(conn: db.Conn, *, caller: Caller) -> frozenset[tuple[int, UUID]]:
    """The pupils (school, pupil) of the caller's schools whom a court keeps from the caller."""
    return await barred_from(conn, account_id=caller.account_id, school_ids=caller.school_ids)


async def desk_of(conn: db.Conn, *, caller: Caller, school_id: int) -> Desk | None:
    """The caller as one who writes at this school; None: neither principal nor teacher there."""
    roles = caller.roles_in(school_id)
    if not roles & set(WRITING_ROLES):
        return None
    sight = await sight_of(conn, caller=caller, school_id=school_id)
    staff_id = next(
        (found for role in WRITING_ROLES if (found := caller.person_in(school_id, role))), None
    )
    return Desk(
        school_id=school_id,
        account_id=caller.account_id,
        staff_id=staff_id,
        is_principal=sight.is_principal,
        homeroom_class_ids=sight.homeroom_class_ids,
        taught_class_ids=sight.taught_class_ids,
    )


async def desks_of(conn: db.Conn, *, caller: Caller) -> list[Desk]:
    """The caller's desks, one in each school where there is one."""
    found = [
        await desk_of(conn, caller=caller, school_id=school_id)
        for school_id in sorted(caller.schools_as(*WRITING_ROLES))
    ]
    return [desk for desk in found if desk is not None]


def staff_rows(caller: Caller) -> dict[int, UUID]:
    """The caller's own row among the staff of each school, whatever the role there."""
    return {
        link.school_id: link.person_id
        for link in caller.memberships
        if link.role in STAFF_ROLES and link.school_id is not None and link.person_id is not None
    }
