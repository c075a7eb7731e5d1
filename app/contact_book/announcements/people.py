"""Whom an announcement is for: the parts of its audience, turned into pupils and staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.announcements.model import (
    AnnouncementRow,
    BadAudience,
    NoSuchRecipient,
    Part,
    Reach,
)
from app.contact_book.model import Desk

# $1 school, $2 kinds, $3 refs, $4 classes of pupils (null: all), $5 now, $6 to_families,
# $7 to_staff, $8 to_leaders, $9 the author's own row.
_PEOPLE: Final = """
    with part as (
        select q.kind, q.ref from unnest($2::text[], $3::text[]) as q (kind, ref)),
    member as (
        select m.person_kind, m.person_id
          from contact_group_member m
          join contact_group g on g.school_id = m.school_id and g.id = m.group_id
          join part p on p.kind = 'group' and p.ref = m.group_id::text
         where m.school_id = $1 and m.ended_at is null and g.ended_at is null),
    chosen_class as (
        select c.id, c.homeroom_staff_id
          from school_class c
         where c.school_id = $1 and c.ended_at is null
           and (exists (select from part where kind = 'class' and ref = c.id::text)
                or exists (select from part where kind = 'grade' and ref = c.grade::text))),
    pupil as (
        select 'student' as person_kind, e.student_id as person_id, e.class_id
          from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
         where e.school_id = $1 and e.to_day is null and s.ended_at is null and $6
           and ($4::uuid[] is null or e.class_id = any($4::uuid[]))
           and (exists (select from part where kind = 'school')
                or e.class_id in (select id from chosen_class)
                or exists (select from part where kind = 'student' and ref = e.student_id::text)
                or e.student_id in (
                   select person_id from member where person_kind = 'student'))),
    leader as (
        select m.person_id from membership m
         where m.school_id = $1 and m.role = 'principal' and m.ended_at is null
           and (m.valid_from is null or m.valid_from <= $5)
           and (m.valid_until is null or m.valid_until > $5)),
    colleague as (
        select 'staff' as person_kind, f.id as person_id, null::uuid as class_id
          from staff f
         where f.school_id = $1 and f.ended_at is null and f.id is distinct from $9::uuid
           and (($7 and (
                    exists (select from part where kind = 'school')
                    or exists (select from part where kind = 'staff' and ref = f.id::text)
                    or f.id in (select person_id from member where person_kind = 'staff')
                    or f.id in (select homeroom_staff_id from chosen_class)
                    or exists (
                       select from class_teacher t
                        where t.school_id = $1 and t.staff_id = f.id
                          and t.class_id in (select id from chosen_class))))
                or ($8 and f.id in (select person_id from leader)))),
    person as (select * from pupil union all select * from colleague)
"""

_REACH: Final = (
    _PEOPLE  # noqa: S608, from constants alone
    + """
    , told as (
        select p.person_id, g.account_id
          from person p
          join guardianship g on g.school_id = $1 and g.student_id = p.person_id
          join account a on a.id = g.account_id
         where p.person_kind = 'student' and g.ended_at is null and g.is_told and g.can_see
           and g.custody_blocked_at is null and a.disabled_at is null)
    select (select count(*) from pupil) as pupils,
           (select count(distinct account_id) from told) as accounts,
           (select count(*) from pupil) - (select count(distinct person_id) from told)
               as without_account,
           (select count(*) from colleague) as staff, 1 as schools
    """
)

_MATERIALISE: Final = (
    _PEOPLE  # noqa: S608, from constants alone
    + """
    insert into announcement_recipient (school_id, announcement_id, person_kind, person_id,
           class_id, published_at, changed_at)
    select $1, $10, person_kind, person_id, class_id, $11, $5 from person
     order by person_kind, person_id
        on conflict do nothing
    """
)


async def reach(
    conn: db.Conn,
    *,
    school_id: int,
    parts: Sequence[Part],
    classes: list[UUID] | None,
    to_families: bool,
    to_staff: bool,
    to_leaders: bool,
    author_staff_id: UUID | None,
    now: datetime,
) -> Reach:
    """Whom it would reach if it went out now; nothing is written."""
    found = await db.one(
        conn,
        Reach,
        _REACH,
        school_id,
        [part.kind for part in parts],
        [part.ref for part in parts],
        classes,
        now,
        to_families,
        to_staff,
        to_leaders,
        author_staff_id,
    )
    return found or Reach(pupils=0, accounts=0, without_account=0, staff=0, schools=1)


async def materialise(
    conn: db.Conn,
    *,
    row: AnnouncementRow,
    classes: list[UUID] | None,
    published_at: datetime,
    now: datetime,
) -> int:
    """Write down who gets it, in one statement; how many. Later comers are not among them."""
    parts = await _parts(conn, row)
    return await db.run(
        conn,
        _MATERIALISE,
        row.school_id,
        [part.kind for part in parts],
        [part.ref for part in parts],
        classes,
        now,
        row.to_families,
        row.to_staff,
        row.to_leaders,
        row.author_staff_id,
        row.id,
        published_at,
    )


async def _parts(conn: db.Conn, row: AnnouncementRow) -> list[Part]:
    return await db.many(
        conn,
        Part,
        """
        select kind, ref from announcement_audience
         where school_id = $1 and announcement_id = $2
        """,
        row.school_id,
        row.id,
    )


async def check(conn: db.Conn, *, desk: Desk, parts: Sequence[Part], to_staff: bool) -> list[Part]:
    """The parts as they are kept; of a teacher only own classes, their pupils and own groups.

    Raises:
        BadAudience: a kind of part that a teacher does not write to, or one without its id.
        NoSuchRecipient: a part that is not here, or not the caller's to write to.
    """
    if not desk.is_principal and to_staff:
        raise BadAudience(
            (
                "Chỉ hiệu trưởng gửi thông báo cho giáo viên, nhân viên.",
                "Only the principal writes to the staff.",
            )
        )
    kept = [Part(kind=part.kind, ref=_ref(part)) for part in parts or [Part(kind="school")]]
    kept = sorted(set(kept), key=lambda part: (part.kind, part.ref))
    if not desk.is_principal and any(part.kind in ("school", "grade", "staff") for part in kept):
        raise BadAudience(
            (
                "Thầy cô gửi cho lớp mình phụ trách hoặc giảng dạy.",
                "A teacher writes to the classes that are led or taught.",
            )
        )
    known = await _known(conn, desk, kept)
    missing = [part for part in kept if part not in known]
    if missing:
        raise NoSuchRecipient(
            (
                "Có lớp, nhóm hoặc người nhận không còn, hoặc không thuộc lớp của thầy cô.",
                "A class, group or person is not there any more, or not yours to write to.",
            ),
            extra={"audience": [{"kind": part.kind, "ref": part.ref} for part in missing]},
        )
    return kept


def _ref(part: Part) -> str:
    """An id as PostgreSQL writes it, the grade's number as such, nothing for the school."""
    try:
        if part.kind == "school":
            return ""
        if part.kind == "grade":
            return str(int(part.ref))
        return str(UUID(part.ref))
    except ValueError:
        raise BadAudience(
            (f"{part.kind}: thiếu mã hợp lệ.", f"{part.kind}: its id is not one.")
        ) from None


async def _known(conn: db.Conn, desk: Desk, parts: Sequence[Part]) -> set[Part]:
    found = await db.many(
        conn,
        Part,
        """
        select q.kind, q.ref from unnest($2::text[], $3::text[]) as q (kind, ref)
         where case q.kind
               when 'school' then true
               when 'grade' then exists (
                   select from school_class c where c.school_id = $1 and c.ended_at is null
                      and c.grade::text = q.ref)
               when 'class' then exists (
                   select from school_class c where c.school_id = $1 and c.ended_at is null
                      and c.id::text = q.ref
                      and ($4::uuid[] is null or c.id = any($4::uuid[])))
               when 'group' then exists (
                   select from contact_group g where g.school_id = $1 and g.ended_at is null
                      and g.id::text = q.ref and ($5 or g.created_by = $6))
               when 'student' then exists (
                   select from enrolment e
                     join student s on s.school_id = e.school_id and s.id = e.student_id
                    where e.school_id = $1 and e.to_day is null and s.ended_at is null
                      and e.student_id::text = q.ref
                      and ($4::uuid[] is null or e.class_id = any($4::uuid[])))
               else exists (
                   select from staff f where f.school_id = $1 and f.ended_at is null
                      and f.id::text = q.ref) end
        """,
        desk.school_id,
        [part.kind for part in parts],
        [part.ref for part in parts],
        desk.class_ids,
        desk.is_principal,
        desk.account_id,
    )
    return set(found)
