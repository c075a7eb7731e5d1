"""Guardians of pupils: named by the school, linked to the account of their phone.

A custody block belongs to the pair of account and pupil: it outlives the guardianship, and neither
another name nor another row with the same phone goes around it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from app import db, names, phones
from app.activation import links
from app.crypto import SchoolBox, Vault
from app.identity.accounts import account_for_phone
from app.ids import new_id
from app.paging import Page, page_of
from app.schools.common import contains_pattern, lock_school, school_box
from app.schools.guardians import queries
from app.schools.guardians.model import (
    AlreadyGuardian,
    CustodyBlocked,
    Guardian,
    GuardianRow,
    NoSuchGuardian,
    NothingToApprove,
    Relation,
    Rights,
    SchoolGuardian,
)
from app.schools.students import queries as students
from app.schools.students.model import NoSuchStudent

PHONE_FIELD: Final = "guardian.phone"


async def guardians_of_student(
    conn: db.Conn, *, vault: Vault, school_id: int, student_id: UUID, is_principal: bool
) -> list[Guardian]:
    """The live guardians of a pupil; ask first whether the caller leads the pupil's class."""
    rows = await queries.guardians_of_student(conn, school_id=school_id, student_id=student_id)
    box = await school_box(conn, vault=vault, school_id=school_id)
    return [_shown(row, box, is_principal=is_principal) for row in rows]


async def guardian_of_student(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    is_principal: bool,
) -> Guardian:
    """One live guardian of a pupil; ask first whether the caller leads the pupil's class.

    Raises:
        NoSuchGuardian: not one of this pupil.
    """
    row = await _live(conn, school_id, student_id, guardian_id)
    box = await school_box(conn, vault=vault, school_id=school_id)
    return _shown(row, box, is_principal=is_principal)


async def guardians_page(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    q: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Page[SchoolGuardian]:
    """All live guardians of the school, for its principal."""
    rows = await queries.guardians_of_school(
        conn, school_id=school_id, pattern=contains_pattern(q), after=after, limit=limit + 1
    )
    page = page_of(rows, limit=limit, key=lambda row: (row.sort_key, row.id))
    box = await school_box(conn, vault=vault, school_id=school_id)
    items = [
        SchoolGuardian(
            id=row.id,
            name=row.name,
            phone=box.open(row.phone_sealed, field=PHONE_FIELD),
            children=row.children,
        )
        for row in page.items
    ]
    return Page(items=items, next_cursor=page.next_cursor)


async def add_guardian(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    name: str,
    phone: str,
    relation: Relation,
    rights: Rights,
) -> Guardian:
    """Make a person a guardian of a pupil; one known here by phone and name is taken up again.

    Raises:
        NoSuchStudent: not here, or gone.
        BadPhone: not a Vietnamese number.
        AlreadyGuardian: the person is one of this pupil.
        CustodyBlocked: the phone's owner is kept from this pupil; lift the block first.
    """
    e164 = phones.to_e164(phone)
    await _lock(conn, school_id, student_id)
    account_id = await account_for_phone(conn, vault, e164)
    await _refuse_blocked(conn, school_id, [student_id], account_id)
    clean_name = names.clean(name)
    guardian_id = await queries.guardian_by_phone(
        conn,
        school_id=school_id,
        phone_indexes=vault.phone_indexes(e164),
        search_key=names.search_key(clean_name),
    )
    if guardian_id is None:
        guardian_id = await _insert(conn, vault, school_id, clean_name, e164)
    if not await queries.upsert_guardianship(
        conn,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        account_id=account_id,
        relation=relation,
        rights=rights,
    ):
        raise AlreadyGuardian
    return await guardian_of_student(
        conn,
        vault=vault,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        is_principal=True,
    )


async def change_guardian(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    changes: Mapping[str, Any],
) -> Guardian:
    """Change what is given of name, phone, relation, rights.

    Name and phone hold for all children of the guardian in this school. Another phone is another
    account; the former one loses the children at once. Where somebody uses the new one already, the
    link waits for approval and proof (docs/decisions/0020).

    Raises:
        NoSuchGuardian: not one of this pupil.
        BadPhone: not a Vietnamese number.
        CustodyBlocked: the new phone's owner is kept from one of the children.
    """
    await _lock(conn, school_id, student_id)
    row = await _live(conn, school_id, student_id, guardian_id)
    if "name" in changes:
        clean_name = names.clean(changes["name"])
        await queries.update_guardian_name(
            conn,
            school_id=school_id,
            guardian_id=guardian_id,
            name=clean_name,
            sort_key=names.sort_key(clean_name),
            search_key=names.search_key(clean_name),
        )
    if "phone" in changes:
        await _set_phone(conn, vault, school_id, row, phones.to_e164(changes["phone"]))
    await queries.update_guardianship(
        conn,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        relation=changes.get("relation", row.relation),
        rights=replace(_rights(row), **changes.get("rights", {})),
    )
    return await guardian_of_student(
        conn,
        vault=vault,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        is_principal=True,
    )


async def end_guardian(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID, now: datetime
) -> None:
    """End one guardianship; others of the same person stay.

    Raises:
        NoSuchGuardian: not one of this pupil.
    """
    await _lock(conn, school_id, student_id, may_be_gone=True)
    await _live(conn, school_id, student_id, guardian_id)
    await queries.end_guardianship(
        conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id, now=now
    )


async def approve_guardian(
    conn: db.Conn, *, vault: Vault, school_id: int, student_id: UUID, guardian_id: UUID
) -> Guardian:
    """Stand by the changed number of a guardian, for all children here.

    The link comes to life once the number's owner has proved it as well, before or after.

    Raises:
        NoSuchGuardian: not one of this pupil.
        NothingToApprove: no changed number waits.
    """
    await _lock(conn, school_id, student_id)
    await _live(conn, school_id, student_id, guardian_id)
    if not await links.approve(conn, school_id=school_id, guardian_id=guardian_id):
        raise NothingToApprove
    return await guardian_of_student(
        conn,
        vault=vault,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        is_principal=True,
    )


def _rights(row: GuardianRow) -> Rights:
    return Rights(can_see=row.can_see, can_request_leave=row.can_request_leave, is_told=row.is_told)


def _shown(row: GuardianRow, box: SchoolBox, *, is_principal: bool) -> Guardian:
    phone = box.open(row.phone_sealed, field=PHONE_FIELD)
    shown = Guardian(
        id=row.id,
        student_id=row.student_id,
        name=row.name,
        phone=phone if is_principal else phones.mask(phone),
        relation=row.relation,
        rights=_rights(row),
        state=row.state,
        custody_blocked_at=row.custody_blocked_at,
    )
    return replace(shown, custody_reason=row.custody_reason) if is_principal else shown


async def _insert(conn: db.Conn, vault: Vault, school_id: int, name: str, e164: str) -> UUID:
    box = await school_box(conn, vault=vault, school_id=school_id)
    guardian_id = new_id()
    await queries.insert_guardian(
        conn,
        school_id=school_id,
        guardian_id=guardian_id,
        name=name,
        sort_key=names.sort_key(name),
        search_key=names.search_key(name),
        phone_sealed=box.seal(e164, field=PHONE_FIELD),
        phone_index=vault.phone_index(e164),
    )
    return guardian_id


async def _set_phone(
    conn: db.Conn, vault: Vault, school_id: int, row: GuardianRow, e164: str
) -> None:
    account_id = await account_for_phone(conn, vault, e164)
    if account_id != row.account_id:
        children = await queries.student_ids_of_guardian(
            conn, school_id=school_id, guardian_id=row.id
        )
        # In both directions: a block neither is gone around nor handed to somebody else.
        await _refuse_blocked(conn, school_id, children, account_id)
        if row.account_id is not None:
            await _refuse_blocked(conn, school_id, children, row.account_id)
    box = await school_box(conn, vault=vault, school_id=school_id)
    await queries.update_guardian_phone(
        conn,
        school_id=school_id,
        guardian_id=row.id,
        phone_sealed=box.seal(e164, field=PHONE_FIELD),
        phone_index=vault.phone_index(e164),
        account_id=account_id,
    )


async def _refuse_blocked(
    conn: db.Conn, school_id: int, student_ids: list[UUID], account_id: UUID
) -> None:
    for student_id in student_ids:
        if await queries.is_account_blocked(
            conn, school_id=school_id, student_id=student_id, account_id=account_id
        ):
            raise CustodyBlocked(
                (
                    "Hãy gỡ lệnh chặn trước, nếu quyết định của toà đã thay đổi.",
                    "Lift the custody block first, if the court's decision has changed.",
                )
            )


async def _live(conn: db.Conn, school_id: int, student_id: UUID, guardian_id: UUID) -> GuardianRow:
    row = await queries.guardian_of_student(
        conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id
    )
    if row is None:
        raise NoSuchGuardian
    return row


async def _lock(
    conn: db.Conn, school_id: int, student_id: UUID, *, may_be_gone: bool = False
) -> None:
    # The school's lock: brothers and sisters share a guardian, and two additions at once would
    # make two rows of one person.
    await lock_school(conn, school_id=school_id)
    found = await students.student(conn, school_id=school_id, student_id=student_id)
    if found is None or (found.ended_at is not None and not may_be_gone):
        raise NoSuchStudent
