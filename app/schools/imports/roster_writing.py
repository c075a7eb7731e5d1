"""Writes a planned roster: few statements over many rows, all in the caller's transaction.

The rows' look-ups and sums are done before; what is locked here is locked briefly. Scans take no
lock that an import holds, nor the other way round (docs/decisions/0004): they go on meanwhile.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from app import db
from app.attendance.codes import CARD_ID_BYTES
from app.crypto import SchoolBox, Vault
from app.identity.accounts import accounts_for_phones
from app.jobs.model import Progress
from app.names import search_key, sort_key
from app.schools.classes import queries as classes
from app.schools.common import lock_school, school_box, school_day
from app.schools.guardians.service import PHONE_FIELD
from app.schools.imports.model import ImportConflict
from app.schools.imports.roster_plan import (
    GuardianToWrite,
    LinkToWrite,
    PupilToWrite,
    RosterPlan,
)

_PIECE: Final = 1_000
T = TypeVar("T")


async def apply_roster(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    plan: RosterPlan,
    account_id: UUID,
    now: datetime,
    told: Progress,
) -> None:
    """Write all of it; new pupils get a card each, issued by `account_id`.

    Raises:
        ImportConflict: a pupil, class or code of the plan was changed by somebody meanwhile.
    """
    writing = _Writing(conn, vault, school_id, plan, account_id, now, told)
    try:
        await writing.write()
    except db.UniqueViolation:
        raise _changed_meanwhile() from None


class _Writing:
    def __init__(
        self,
        conn: db.Conn,
        vault: Vault,
        school_id: int,
        plan: RosterPlan,
        account_id: UUID,
        now: datetime,
        told: Progress,
    ) -> None:
        self._conn, self._vault, self._school_id = conn, vault, school_id
        self._plan, self._account_id, self._now, self._told = plan, account_id, now, told
        self._done = 0
        self._units = (
            len(plan.new_pupils) * 2 + len(plan.changed_pupils) + len(plan.placed)
            + len(plan.new_guardians) + len(plan.new_links) * 2 + len(plan.revived)
        )  # fmt: skip

    async def write(self) -> None:
        plan, today = self._plan, school_day(self._now)
        await lock_school(self._conn, school_id=self._school_id)
        for made in plan.new_classes:
            await classes.insert_class(self._conn, school_id=self._school_id, made=made)
            await classes.set_class_shifts(
                self._conn,
                school_id=self._school_id,
                class_id=made.id,
                shift_ids=made.shift_ids,
            )
        await self._hold()
        box = await school_box(self._conn, vault=self._vault, school_id=self._school_id)
        await self._in_pieces(plan.new_pupils, self._insert_pupils)
        await self._in_pieces(plan.new_pupils, self._insert_cards)
        await self._in_pieces(plan.changed_pupils, self._update_pupils)
        await self._place(plan.placed, today)
        await self._write_guardians(box)
        await self._told(plan.rows * 2, plan.rows * 2)

    async def _in_pieces(
        self, items: Sequence[T], write: Callable[[Sequence[T]], Awaitable[None]]
    ) -> None:
        for start in range(0, len(items), _PIECE):
            piece = items[start : start + _PIECE]
            await write(piece)
            await self._advance(len(piece))

    async def _advance(self, count: int) -> None:
        self._done += count
        half = self._plan.rows
        await self._told(half + half * self._done // max(1, self._units), half * 2)
        await asyncio.sleep(0)

    async def _hold(self) -> None:
        """Lock what the plan builds on, in the order of the ids, and see that it is still there."""
        held = await db.rows(
            self._conn,
            """
            select id from school_class
             where school_id = $1 and id = any($2::uuid[]) and ended_at is null
             order by id for share
            """,
            self._school_id,
            self._plan.used_class_ids,
        )
        pupils = await db.rows(
            self._conn,
            """
            select id from student
             where school_id = $1 and id = any($2::uuid[]) and ended_at is null
             order by id for no key update
            """,
            self._school_id,
            self._plan.known_pupil_ids,
        )
        if len(held) != len(self._plan.used_class_ids) or len(pupils) != len(
            self._plan.known_pupil_ids
        ):
            raise _changed_meanwhile()

    async def _insert_pupils(self, pupils: Sequence[PupilToWrite]) -> None:
        await db.run(
            self._conn,
            """
            insert into student (school_id, id, name, sort_key, search_key, moet_code, born_on,
                                 gender)
            select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                                     $7::date[], $8::text[])
            """,
            self._school_id,
            *_pupil_columns(pupils),
        )

    async def _update_pupils(self, pupils: Sequence[PupilToWrite]) -> None:
        await db.run(
            self._conn,
            """
            update student s
               set name = q.name, sort_key = q.sort_key, search_key = q.search_key,
                   moet_code = q.moet_code, born_on = q.born_on, gender = q.gender
              from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[],
                          $8::text[])
                   as q (id, name, sort_key, search_key, moet_code, born_on, gender)
             where s.school_id = $1 and s.id = q.id
            """,
            self._school_id,
            *_pupil_columns(pupils),
        )

    async def _insert_cards(self, pupils: Sequence[PupilToWrite]) -> None:
        await db.run(
            self._conn,
            """
            insert into card (school_id, id, student_id, key_id, issued_by, issued_at)
            select $1, q.id, q.student_id, $4, $5, $6
              from unnest($2::bytea[], $3::uuid[]) as q (id, student_id)
            """,
            self._school_id,
            [secrets.token_bytes(CARD_ID_BYTES) for _ in pupils],
            [pupil.id for pupil in pupils],
            self._vault.ring.current_id,
            self._account_id,
            self._now,
        )

    async def _place(self, placed: Sequence[tuple[UUID, UUID]], today: date) -> None:
        """From today on; a class of before ends yesterday, one that began today never was."""
        known = set(self._plan.known_pupil_ids)
        movers = [student_id for student_id, _ in placed if student_id in known]
        await db.run(
            self._conn,
            """
            delete from enrolment
             where school_id = $1 and student_id = any($2::uuid[]) and from_day >= $3
            """,
            self._school_id,
            movers,
            today,
        )
        await db.run(
            self._conn,
            """
            update enrolment set to_day = $3
             where school_id = $1 and student_id = any($2::uuid[])
               and (to_day is null or to_day > $3)
            """,
            self._school_id,
            movers,
            today - timedelta(days=1),
        )

        async def insert(piece: Sequence[tuple[UUID, UUID]]) -> None:
            await db.run(
                self._conn,
                """
                insert into enrolment (school_id, student_id, class_id, from_day)
                select $1, q.student_id, q.class_id, $4
                  from unnest($2::uuid[], $3::uuid[]) as q (student_id, class_id)
                """,
                self._school_id,
                [student_id for student_id, _ in piece],
                [class_id for _, class_id in piece],
                today,
            )

        await self._in_pieces(placed, insert)

    async def _write_guardians(self, box: SchoolBox) -> None:
        plan = self._plan

        async def insert(piece: Sequence[GuardianToWrite]) -> None:
            await self._insert_guardians(piece, box)

        await self._in_pieces(plan.new_guardians, insert)
        await self._rename_guardians(plan.renamed_guardians)
        await self._set_relations(plan.relations)
        await self._link(plan.new_links)
        await self._revive(plan.revived)

    async def _insert_guardians(self, piece: Sequence[GuardianToWrite], box: SchoolBox) -> None:
        await db.run(
            self._conn,
            """
            insert into guardian (school_id, id, name, sort_key, search_key, phone_sealed,
                                  phone_index)
            select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[],
                                     $7::bytea[])
            """,
            self._school_id,
            [each.id for each in piece],
            [each.name for each in piece],
            [sort_key(each.name) for each in piece],
            [search_key(each.name) for each in piece],
            [box.seal(each.phone, field=PHONE_FIELD) for each in piece],
            [self._vault.phone_index(each.phone) for each in piece],
        )

    async def _rename_guardians(self, renamed: Sequence[tuple[UUID, str]]) -> None:
        await db.run(
            self._conn,
            """
            update guardian g
               set name = q.name, sort_key = q.sort_key, search_key = q.search_key
              from unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
                   as q (id, name, sort_key, search_key)
             where g.school_id = $1 and g.id = q.id
            """,
            self._school_id,
            [guardian_id for guardian_id, _ in renamed],
            [name for _, name in renamed],
            [sort_key(name) for _, name in renamed],
            [search_key(name) for _, name in renamed],
        )

    async def _set_relations(self, links: Sequence[LinkToWrite]) -> None:
        await db.run(
            self._conn,
            """
            update guardianship l set relation = q.relation
              from unnest($2::uuid[], $3::uuid[], $4::text[])
                   as q (student_id, guardian_id, relation)
             where l.school_id = $1 and l.student_id = q.student_id
               and l.guardian_id = q.guardian_id and l.ended_at is null
            """,
            self._school_id,
            [link.student_id for link in links],
            [link.guardian_id for link in links],
            [link.relation for link in links],
        )

    async def _link(self, links: Sequence[LinkToWrite]) -> None:
        """New guardianships. Accounts at once for all: two schools' imports wait in one order."""
        accounts = await accounts_for_phones(
            self._conn, self._vault, sorted({link.phone for link in links})
        )
        await self._advance(len(links))

        async def insert(piece: Sequence[LinkToWrite]) -> None:
            await db.run(
                self._conn,
                """
                insert into guardianship (school_id, student_id, guardian_id, account_id, relation)
                select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
                """,
                self._school_id,
                *_link_columns(piece, accounts),
            )

        await self._in_pieces(links, insert)

    async def _revive(self, links: Sequence[LinkToWrite]) -> None:
        """Links of a pupil who has come back; one with a custody block stays as it is."""
        accounts = await accounts_for_phones(
            self._conn, self._vault, sorted({link.phone for link in links})
        )
        await db.run(
            self._conn,
            """
            update guardianship l
               set ended_at = null, told_until = null, account_id = q.account_id,
                   relation = q.relation
              from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
                   as q (student_id, guardian_id, account_id, relation)
             where l.school_id = $1 and l.student_id = q.student_id
               and l.guardian_id = q.guardian_id and l.ended_at is not null
               and l.custody_blocked_at is null
            """,
            self._school_id,
            *_link_columns(links, accounts),
        )
        await db.run(
            self._conn,
            "update guardian set ended_at = null where school_id = $1 and id = any($2::uuid[])",
            self._school_id,
            [link.guardian_id for link in links],
        )


def _pupil_columns(pupils: Sequence[PupilToWrite]) -> tuple[list[object], ...]:
    return (
        [pupil.id for pupil in pupils],
        [pupil.name for pupil in pupils],
        [sort_key(pupil.name) for pupil in pupils],
        [search_key(pupil.name) for pupil in pupils],
        [pupil.moet_code for pupil in pupils],
        [pupil.born_on for pupil in pupils],
        [pupil.gender for pupil in pupils],
    )


def _link_columns(
    links: Sequence[LinkToWrite], accounts: dict[str, UUID]
) -> tuple[list[object], ...]:
    return (
        [link.student_id for link in links],
        [link.guardian_id for link in links],
        [accounts[link.phone] for link in links],
        [link.relation for link in links],
    )


def _changed_meanwhile() -> ImportConflict:
    return ImportConflict(
        (
            "Có người vừa sửa học sinh hoặc lớp trong tệp. Hãy nhập lại.",
            "Somebody has just changed a pupil or class of the file. Import it again.",
        )
    )
