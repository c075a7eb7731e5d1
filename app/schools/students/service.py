"""Pupils come and change class; each has one live card. How they leave: app/schools/life."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import replace

from app import db, names
from app.crypto import SchoolBox, Vault
from app.ids import new_id
from app.paging import Page, page_of
from app.photos.urls import PhotoUrls
from app.schools.classes.model import NoSuchClass
from app.schools.common import contains_pattern, not_in_school, school_box, school_day
from app.schools.sight import Sight
from app.schools.students import queries
from app.schools.students.cards import issue_first_card
from app.schools.students.model import (
    AlreadyInClass,
    BadDay,
    Enrolment,
    Gender,
    MoetCodeTaken,
    NoSuchStudent,
    Student,
    StudentRow,
)

PERSONAL_NUMBER_FIELD: Final = "student.personal_number"
OLDEST_BIRTH: Final = date(1920, 1, 1)  # continuing education knows no upper age


async def students_page(
    conn: db.Conn,
    *,
    school_id: int,
    sight: Sight,
    class_id: UUID | None,
    q: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
    urls: PhotoUrls,
) -> Page[Student]:
    """The enrolled pupils that the caller sees, in Vietnamese order of names.

    Raises:
        NoSuchClass: `class_id` is not the caller's to see.
    """
    if class_id is not None and not sight.sees_class(class_id):
        raise NoSuchClass
    rows = await queries.students(
        conn,
        school_id=school_id,
        class_ids=sight.class_ids if class_id is None else [class_id],
        but=sight.barred,
        pattern=contains_pattern(q),
        after=after,
        limit=limit + 1,
    )
    page = page_of(rows, limit=limit, key=lambda row: (row.sort_key, row.id))
    shown = [_shown(row, sight, photo_url=urls.small(row.photo_key)) for row in page.items]
    return Page(items=shown, next_cursor=page.next_cursor)


async def student(
    conn: db.Conn, *, vault: Vault, school_id: int, student_id: UUID, sight: Sight, now: datetime
) -> Student:
    """One pupil that the caller sees; the principal also sees those who have left.

    Raises:
        NoSuchStudent: not in this school, or not the caller's to see.
    """
    row = await visible_row(conn, school_id=school_id, student_id=student_id, sight=sight)
    shown = _shown(row, sight, photo_url=PhotoUrls(vault.ring, now).full(row.photo_key))
    if not sight.is_principal:
        return shown
    box = await school_box(conn, vault=vault, school_id=school_id)
    sealed = row.personal_number_sealed
    number = None if sealed is None else box.open(sealed, field=PERSONAL_NUMBER_FIELD)
    return replace(shown, personal_number=number)


async def visible_row(
    conn: db.Conn, *, school_id: int, student_id: UUID, sight: Sight
) -> StudentRow:
    """The stored pupil, if the caller sees anything of it.

    Raises:
        NoSuchStudent: not in this school, or not the caller's to see.
    """
    row = await queries.student(conn, school_id=school_id, student_id=student_id)
    if row is None or not sight.sees(student_id, row.class_id):
        raise NoSuchStudent
    return row


async def create_student(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    name: str,
    class_id: UUID,
    from_day: date | None,
    moet_code: str | None,
    born_on: date | None,
    gender: Gender | None,
    personal_number: str | None,
    issued_by: UUID,
    now: datetime,
) -> UUID:
    """Enrol a new pupil, from today unless said otherwise, and issue the first card.

    Raises:
        NotInSchool: no such live class.
        MoetCodeTaken: a live pupil of the school has the code.
        BadDay: born or enrolled in the future.
    """
    clean_name, student_id = names.clean(name), new_id()
    _check_born(born_on, now)
    first_day = past_day(from_day or school_day(now), now)
    await require_class(conn, school_id, class_id)
    box = await school_box(conn, vault=vault, school_id=school_id)
    try:
        await queries.insert_student(
            conn,
            school_id=school_id,
            student_id=student_id,
            name=clean_name,
            sort_key=names.sort_key(clean_name),
            search_key=names.search_key(clean_name),
            moet_code=moet_code,
            born_on=born_on,
            gender=gender,
            personal_number_sealed=_sealed(box, personal_number),
        )
    except db.UniqueViolation:
        raise MoetCodeTaken from None
    await queries.insert_enrolment(
        conn, school_id=school_id, student_id=student_id, class_id=class_id, from_day=first_day
    )
    await issue_first_card(
        conn,
        ring=vault.ring,
        school_id=school_id,
        student_id=student_id,
        issued_by=issued_by,
        now=now,
    )
    return student_id


async def change_student(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    student_id: UUID,
    changes: Mapping[str, Any],
    now: datetime,
) -> None:
    """Change what is given of name, moet_code, born_on, gender, personal_number.

    Raises:
        NoSuchStudent: not here, or gone.
        MoetCodeTaken: a live pupil of the school has the code.
        BadDay: born in the future.
    """
    await _lock(conn, school_id, student_id)
    row = await queries.student(conn, school_id=school_id, student_id=student_id)
    if row is None:
        raise NoSuchStudent
    given = dict(changes)
    number = given.pop("personal_number", UNSET)
    if number is not UNSET:
        box = await school_box(conn, vault=vault, school_id=school_id)
        given["personal_number_sealed"] = _sealed(box, number)
    changed = replace(row, **given)
    clean_name = names.clean(changed.name)
    changed = replace(changed, name=clean_name, sort_key=names.sort_key(clean_name))
    _check_born(changed.born_on, now)
    try:
        await queries.update_student(
            conn, school_id=school_id, row=changed, search_key=names.search_key(clean_name)
        )
    except db.UniqueViolation:
        raise MoetCodeTaken from None


async def enrolments(
    conn: db.Conn, *, school_id: int, student_id: UUID, sight: Sight
) -> list[Enrolment]:
    """The pupil's classes in this school, the latest first.

    Raises:
        NoSuchStudent: not in this school, or of a class that the caller does not lead.
    """
    await led_row(conn, school_id=school_id, student_id=student_id, sight=sight)
    return await queries.enrolments(conn, school_id=school_id, student_id=student_id)


async def led_row(conn: db.Conn, *, school_id: int, student_id: UUID, sight: Sight) -> StudentRow:
    """The stored pupil, for the principal or the homeroom teacher of the class.

    Raises:
        NoSuchStudent: to everybody else.
    """
    row = await visible_row(conn, school_id=school_id, student_id=student_id, sight=sight)
    if not sight.leads_class(row.class_id):
        raise NoSuchStudent
    return row


async def change_class(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    class_id: UUID,
    from_day: date | None,
    now: datetime,
) -> list[Enrolment]:
    """Move a pupil to another class from a day on, today unless said otherwise.

    A move on the very day on which the pupil came to the former class replaces that enrolment.

    Raises:
        NoSuchStudent: not here, or gone.
        NotInSchool: no such live class.
        AlreadyInClass: it is the present class.
        BadDay: in the future, or before the pupil came to the present class.
    """
    await _lock(conn, school_id, student_id)
    first_day = past_day(from_day or school_day(now), now)
    await require_class(conn, school_id, class_id)
    history = await queries.enrolments(conn, school_id=school_id, student_id=student_id)
    present = next((each for each in history if each.to_day is None), None)
    if present is not None and present.class_id == class_id:
        raise AlreadyInClass
    begun = [each.from_day for each in history if each.to_day is None] + [
        each.to_day + timedelta(days=1) for each in history if each.to_day is not None
    ]
    if begun and first_day < max(begun):
        raise BadDay(
            (
                f"Học sinh ở lớp hiện tại từ {max(begun)}; hãy chọn ngày không sớm hơn.",
                f"The pupil is in the present class since {max(begun)}; choose no earlier day.",
            )
        )
    await queries.end_enrolment(
        conn,
        school_id=school_id,
        student_id=student_id,
        last_day=first_day - timedelta(days=1),
    )
    await queries.insert_enrolment(
        conn, school_id=school_id, student_id=student_id, class_id=class_id, from_day=first_day
    )
    return await queries.enrolments(conn, school_id=school_id, student_id=student_id)


def _shown(row: StudentRow, sight: Sight, *, photo_url: str | None) -> Student:
    depth = sight.depth(row.class_id)
    shown = Student(id=row.id, name=row.name, class_id=row.class_id, class_name=row.class_name)
    if depth == "name":
        return shown
    shown = replace(shown, photo_url=photo_url)
    if depth == "photo":
        return shown
    return replace(
        shown,
        moet_code=row.moet_code,
        born_on=row.born_on,
        gender=row.gender,
        has_card=row.has_card,
        ended_at=row.ended_at,
    )


def _sealed(box: SchoolBox, number: str | None) -> bytes | None:
    return None if number is None else box.seal(number, field=PERSONAL_NUMBER_FIELD)


def _check_born(born_on: date | None, now: datetime) -> None:
    if born_on is not None and not OLDEST_BIRTH <= born_on <= school_day(now):
        raise BadDay(("Ngày sinh không hợp lý.", "The date of birth is not plausible."))


def past_day(day: date, now: datetime) -> date:
    """The day, as the first one in a class.

    Raises:
        BadDay: in the future, or over 400 days ago.
    """
    today = school_day(now)
    if not today - timedelta(days=400) <= day <= today:
        raise BadDay(
            (
                "Ngày vào lớp phải là hôm nay hoặc trong 400 ngày qua.",
                "The first day in the class is today or within the last 400 days.",
            )
        )
    return day


async def require_class(conn: db.Conn, school_id: int, class_id: UUID) -> None:
    """Refuse what cannot be enrolled in.

    Raises:
        NotInSchool: no such live class; until the commit nobody can end it.
    """
    if not await queries.is_live_class(conn, school_id=school_id, class_id=class_id):
        raise not_in_school("class_id", [class_id])


async def _lock(conn: db.Conn, school_id: int, student_id: UUID) -> None:
    if not await queries.lock_student(conn, school_id=school_id, student_id=student_id):
        raise NoSuchStudent
