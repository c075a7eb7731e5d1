"""A guardian proposes who may fetch the child; the school decides, and may enter people itself.

Who a custody block keeps from the child is never entered by the school, and is not shown at the
gate from the moment of the block on (app/attendance/showing.py).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import UNSET, Struct
from msgspec.structs import replace

from app import db, names, phones
from app.attendance.outbox import insert_outbox
from app.crypto import SchoolBox, Vault
from app.ids import new_id
from app.photos import service as photos
from app.photos.urls import PhotoUrls
from app.schools.common import school_box, school_day
from app.schools.pickups import queries
from app.schools.pickups.model import (
    BadPickupDays,
    KeptFromPupil,
    NoSuchPickup,
    Pickup,
    PickupDecided,
    PickupRelation,
    PickupRow,
    TooManyPickups,
)
from app.schools.students.model import NoSuchStudent

PHONE_FIELD: Final = "pickup_person.phone"
MAX_PICKUPS: Final = 20
_LONGEST: Final = timedelta(days=400)


class Viewer(Struct, frozen=True, kw_only=True):
    """Who asks: somebody of the school who leads the class, or one of the family."""

    account_id: UUID
    is_school: bool


class NewPerson(Struct, frozen=True, kw_only=True):
    """`from_day` None: today."""

    name: str
    relation: PickupRelation
    phone: str | None
    from_day: date | None
    to_day: date | None


async def pickups(
    conn: db.Conn, *, vault: Vault, school_id: int, student_id: UUID, viewer: Viewer, now: datetime
) -> list[Pickup]:
    """All who are not over, proposed and refused ones too."""
    rows = await queries.pickups_of_student(
        conn, school_id=school_id, student_id=student_id, today=school_day(now)
    )
    box = await school_box(conn, vault=vault, school_id=school_id)
    return [_shown(row, box, PhotoUrls(vault.ring, now), viewer) for row in rows]


async def add_pickup(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    person: NewPerson,
    viewer: Viewer,
    now: datetime,
) -> Pickup:
    """Enter a person, approved if by the school.

    Raises:
        NoSuchStudent: gone.
        BadPhone: not a Vietnamese number.
        BadPickupDays: over before today, or years ahead.
        TooManyPickups: 20 are there.
        KeptFromPupil: to the school; a guardian is not told, and the school is when it approves.
    """
    student = await queries.student_name(conn, school_id=school_id, student_id=student_id)
    if student is None:
        raise NoSuchStudent
    await _refuse_too_many(conn, school_id, student_id, school_day(now))
    box = await school_box(conn, vault=vault, school_id=school_id)
    row = _entered(person, student_id, _phone(vault, box, person.phone), viewer, now)
    _check_days(row, school_day(now))
    decided_by = viewer.account_id if viewer.is_school else None
    if viewer.is_school:
        await _refuse_kept_away(conn, vault, box, school_id, row)
        await _tell(conn, school_id, row, student, viewer.account_id, school_day(now))
    await queries.insert_pickup(conn, school_id=school_id, row=row, decided_by=decided_by)
    return _shown(
        await _locked(conn, school_id, student_id, row.id), box, PhotoUrls(vault.ring, now), viewer
    )


async def _refuse_too_many(conn: db.Conn, school_id: int, student_id: UUID, today: date) -> None:
    # One after the other for a pupil, so that twenty are twenty.
    await queries.lock_pickups(conn, school_id=school_id, student_id=student_id)
    there = await queries.pickups_of_student(
        conn, school_id=school_id, student_id=student_id, today=today
    )
    live = [row for row in there if row.state != "refused"]
    if len(live) >= MAX_PICKUPS or len(there) >= 3 * MAX_PICKUPS:
        raise TooManyPickups


def _entered(
    person: NewPerson,
    student_id: UUID,
    phone: tuple[bytes | None, bytes | None],
    viewer: Viewer,
    now: datetime,
) -> PickupRow:
    return PickupRow(
        id=new_id(),
        student_id=student_id,
        name=names.clean(person.name),
        relation=person.relation,
        phone_sealed=phone[0],
        phone_index=phone[1],
        photo_key=None,
        from_day=person.from_day or school_day(now),
        to_day=person.to_day,
        state="approved" if viewer.is_school else "proposed",
        proposed_by=viewer.account_id,
        proposer=None,
        decided_at=now if viewer.is_school else None,
        created_at=now,
    )


async def change_pickup(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    pickup_id: UUID,
    changes: Mapping[str, Any],
    viewer: Viewer,
    now: datetime,
) -> Pickup:
    """Change what is given of name, relation, phone, from_day, to_day; for the school.

    Raises:
        NoSuchPickup: not of this pupil, or ended.
        BadPhone, BadPickupDays, KeptFromPupil: as `add_pickup`.
    """
    row = await _locked(conn, school_id, student_id, pickup_id)
    box = await school_box(conn, vault=vault, school_id=school_id)
    given = dict(changes)
    phone = given.pop("phone", UNSET)
    if phone is not UNSET:
        given["phone_sealed"], given["phone_index"] = _phone(vault, box, phone)
    if "name" in given:
        given["name"] = names.clean(given["name"])
    changed = replace(row, **given)
    if "from_day" in given or "to_day" in given:
        _check_days(changed, school_day(now))
    if changed.state == "approved":
        changed = replace(changed, decided_at=now)
        await _refuse_kept_away(conn, vault, box, school_id, changed)
    by = viewer.account_id if changed.state != "proposed" else None
    await queries.update_pickup(conn, school_id=school_id, row=changed, decided_by=by)
    return _shown(changed, box, PhotoUrls(vault.ring, now), viewer)


async def decide_pickup(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    pickup_id: UUID,
    decision: Literal["approve", "reject"],
    viewer: Viewer,
    now: datetime,
) -> Pickup:
    """Approve or refuse what a guardian has proposed, and tell the guardians of an approval.

    Raises:
        NoSuchPickup: not of this pupil, or ended.
        PickupDecided: somebody was faster.
        KeptFromPupil: a custody block keeps the person from the child.
    """
    row = await _locked(conn, school_id, student_id, pickup_id)
    if row.state != "proposed":
        raise PickupDecided
    student = await queries.student_name(conn, school_id=school_id, student_id=student_id)
    if student is None:
        raise NoSuchStudent
    box = await school_box(conn, vault=vault, school_id=school_id)
    decided = replace(row, state="approved", decided_at=now)
    if decision == "approve":
        await _refuse_kept_away(conn, vault, box, school_id, row)
        await _tell(conn, school_id, row, student, viewer.account_id, school_day(now))
    else:
        decided = replace(decided, state="refused", photo_key=None)
        if row.photo_key is not None:
            await photos.drop_picture(conn, school_id=school_id, photo_key=row.photo_key)
    await queries.update_pickup(
        conn, school_id=school_id, row=decided, decided_by=viewer.account_id
    )
    return _shown(decided, box, PhotoUrls(vault.ring, now), viewer)


async def end_pickup(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    pickup_id: UUID,
    viewer: Viewer,
    now: datetime,
) -> None:
    """The person may not fetch the child any more, from the next scan on.

    Raises:
        NoSuchPickup: not of this pupil, ended, or proposed by another guardian.
    """
    row = await _own(conn, school_id, student_id, pickup_id, viewer)
    await queries.end_pickup(conn, school_id=school_id, pickup_id=pickup_id, now=now)
    if row.photo_key is not None:
        await photos.drop_picture(conn, school_id=school_id, photo_key=row.photo_key)


async def require_photographer(
    conn: db.Conn, *, school_id: int, student_id: UUID, pickup_id: UUID, viewer: Viewer
) -> str | None:
    """Refuse who may not set the person's picture; the key of the one that is there.

    A guardian sets that of an own proposal until it is decided: the school approves a face.

    Raises:
        NoSuchPickup: not of this pupil, ended, or proposed by another guardian.
        PickupDecided: to a guardian.
    """
    row = await _own(conn, school_id, student_id, pickup_id, viewer)
    if row.state == "refused" or (row.state != "proposed" and not viewer.is_school):
        raise PickupDecided
    return row.photo_key


async def set_photo(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    pickup_id: UUID,
    photo_key: str,
    viewer: Viewer,
    now: datetime,
) -> Pickup:
    """Let the person have a picture that was put; raises as `require_photographer`."""
    await require_photographer(
        conn, school_id=school_id, student_id=student_id, pickup_id=pickup_id, viewer=viewer
    )
    row = await _locked(conn, school_id, student_id, pickup_id)
    changed = replace(row, photo_key=photo_key)
    await queries.update_pickup(conn, school_id=school_id, row=changed, decided_by=None)
    await photos.keep_picture(conn, school_id=school_id, photo_key=photo_key)
    if row.photo_key not in (None, photo_key):
        await photos.drop_picture(conn, school_id=school_id, photo_key=str(row.photo_key))
    box = await school_box(conn, vault=vault, school_id=school_id)
    return _shown(changed, box, PhotoUrls(vault.ring, now), viewer)


async def _locked(conn: db.Conn, school_id: int, student_id: UUID, pickup_id: UUID) -> PickupRow:
    row = await queries.lock_pickup(
        conn, school_id=school_id, student_id=student_id, pickup_id=pickup_id
    )
    if row is None:
        raise NoSuchPickup
    return row


async def _own(
    conn: db.Conn, school_id: int, student_id: UUID, pickup_id: UUID, viewer: Viewer
) -> PickupRow:
    row = await _locked(conn, school_id, student_id, pickup_id)
    if not viewer.is_school and row.proposed_by != viewer.account_id:
        raise NoSuchPickup
    return row


def _phone(vault: Vault, box: SchoolBox, phone: str | None) -> tuple[bytes | None, bytes | None]:
    if phone is None:
        return None, None
    e164 = phones.to_e164(phone)
    return box.seal(e164, field=PHONE_FIELD), vault.phone_index(e164)


def _check_days(row: PickupRow, today: date) -> None:
    last = row.to_day or row.from_day
    if last < today and row.to_day is not None:
        raise BadPickupDays(("Ngày cuối đã qua.", "The last day is over."))
    if row.to_day is not None and row.to_day < row.from_day:
        raise BadPickupDays(("Ngày cuối trước ngày đầu.", "The last day is before the first."))
    if not today - _LONGEST <= row.from_day <= today + _LONGEST or last > today + 5 * _LONGEST:
        raise BadPickupDays(("Ngày quá xa.", "The days are too far away."))


async def _refuse_kept_away(
    conn: db.Conn, vault: Vault, box: SchoolBox, school_id: int, row: PickupRow
) -> None:
    indexes: list[bytes] = []
    if row.phone_sealed is not None:
        indexes = vault.phone_indexes(box.open(row.phone_sealed, field=PHONE_FIELD))
    if await queries.is_kept_away(
        conn,
        school_id=school_id,
        student_id=row.student_id,
        phone_indexes=indexes,
        proposed_by=row.proposed_by,
    ):
        raise KeptFromPupil


async def _tell(
    conn: db.Conn, school_id: int, row: PickupRow, student: str, actor: UUID, today: date
) -> None:
    """Every guardian hears of it: a stranger who fetches a child is no matter for one alone."""
    await insert_outbox(
        conn,
        school_id=school_id,
        message_id=new_id(),
        kind="pickup_approved",
        day=today,
        event_id=row.id,
        student_id=row.student_id,
        actor_account_id=actor,
        params={"student": student, "person": row.name},
    )


def _shown(row: PickupRow, box: SchoolBox, urls: PhotoUrls, viewer: Viewer) -> Pickup:
    phone = None
    if row.phone_sealed is not None:
        phone = box.open(row.phone_sealed, field=PHONE_FIELD)
        if not viewer.is_school and row.proposed_by != viewer.account_id:
            phone = phones.mask(phone)
    return Pickup(
        id=row.id,
        student_id=row.student_id,
        name=row.name,
        relation=row.relation,
        phone=phone,
        photo_url=urls.full(row.photo_key),
        from_day=row.from_day,
        to_day=row.to_day,
        state=row.state,
        proposed_by=row.proposer,
        decided_at=row.decided_at,
        created_at=row.created_at,
    )
