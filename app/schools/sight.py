"""Which of a school's children a caller may see, and how much of each."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

import msgspec

from app import db
from app.identity.model import Caller

# full: all that the school keeps; photo: name, class and photo; name: name and class.
Depth = Literal["full", "photo", "name"]


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """`whole_school` None: only the classes named are seen.

    `barred`: pupils of the school whom a court keeps from the caller. Whatever the caller's office
    there, they are in no list, and their pages are not there.
    """

    is_principal: bool
    whole_school: Depth | None
    homeroom_class_ids: frozenset[UUID]
    taught_class_ids: frozenset[UUID]
    barred: frozenset[UUID]

    @property
    def class_ids(self) -> list[UUID] | None:
        """The classes whose pupils are seen; None: every class."""
        if self.whole_school is not None:
            return None
        return sorted(self.homeroom_class_ids | self.taught_class_ids)

    def sees_class(self, class_id: UUID | None) -> bool:
        """A pupil without a class (who has left) is seen by the principal alone."""
        if class_id is None:
            return self.is_principal
        return self.class_ids is None or class_id in self.class_ids

    def sees(self, student_id: UUID, class_id: UUID | None) -> bool:
        """Whether anything is shown of this pupil, who is in this class."""
        return student_id not in self.barred and self.sees_class(class_id)

    def depth(self, class_id: UUID | None) -> Depth:
        """How much of a pupil of this class is shown; ask `sees_class` first."""
        if self.is_principal or class_id in self.homeroom_class_ids:
            return "full"
        # A guard who also teaches sees photos everywhere; names are the least.
        return self.whole_school or "name"

    def leads_class(self, class_id: UUID | None) -> bool:
        """The principal, and the homeroom teacher of the class."""
        return self.is_principal or class_id in self.homeroom_class_ids


async def sight_of(conn: db.Conn, *, caller: Caller, school_id: int) -> Sight:
    """What the caller's roles in the school let them see, as classes are at this moment."""
    roles = caller.roles_in(school_id)
    homeroom = caller.person_in(school_id, "homeroom_teacher")
    subject = caller.person_in(school_id, "subject_teacher")
    whole: Depth | None = None
    if "principal" in roles:
        whole = "full"
    elif "guard" in roles:
        whole = "photo"
    elif "accountant" in roles:
        whole = "name"
    return Sight(
        is_principal="principal" in roles,
        whole_school=whole,
        homeroom_class_ids=await _homeroom_classes(conn, school_id, homeroom),
        taught_class_ids=await _taught_classes(conn, school_id, subject),
        barred=frozenset(
            student_id
            for _, student_id in await barred_from(
                conn, account_id=caller.account_id, school_ids=[school_id]
            )
        ),
    )


async def barred_from(
    conn: db.Conn, *, account_id: UUID, school_ids: Collection[int]
) -> frozenset[tuple[int, UUID]]:
    """The pupils (school, pupil) whom a court keeps from the account, also where it teaches.

    A block belongs to the pair of account and pupil, whatever became of the link itself. All that
    is shown to staff by name asks here.
    """
    rows = await db.rows(
        conn,
        """
        select school_id, student_id from guardianship
         where school_id = any($1) and account_id = $2 and custody_blocked_at is not null
        union
        select school_id, student_id from guardianship
         where school_id = any($1) and pending_account_id = $2 and custody_blocked_at is not null
        """,
        sorted(school_ids),
        account_id,
    )
    return frozenset((row["school_id"], row["student_id"]) for row in rows)


async def _homeroom_classes(
    conn: db.Conn, school_id: int, staff_id: UUID | None
) -> frozenset[UUID]:
    if staff_id is None:
        return frozenset()
    rows = await db.rows(
        conn,
        """
        select id from school_class
         where school_id = $1 and homeroom_staff_id = $2 and ended_at is null
        """,
        school_id,
        staff_id,
    )
    return frozenset(row["id"] for row in rows)


async def _taught_classes(conn: db.Conn, school_id: int, staff_id: UUID | None) -> frozenset[UUID]:
    if staff_id is None:
        return frozenset()
    rows = await db.rows(
        conn,
        """
        select distinct t.class_id as id from class_teacher t
          join school_class c on c.school_id = t.school_id and c.id = t.class_id
         where t.school_id = $1 and t.staff_id = $2 and c.ended_at is null
        """,
        school_id,
        staff_id,
    )
    return frozenset(row["id"] for row in rows)
