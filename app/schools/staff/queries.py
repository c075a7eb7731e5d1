"""SQL over staff, their shifts, and their roles in the directory."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app import db
from app.schools.staff.model import StaffRole, StaffRow


async def staff_list(
    conn: db.Conn,
    *,
    school_id: int,
    pattern: str | None,
    only_role: StaffRole | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[StaffRow]:
    """The live staff in Vietnamese order; `pattern` over the search key, None: everybody."""
    return await db.many(
        conn,
        StaffRow,
        """
        select s.id, s.account_id, s.name, s.sort_key, s.phone_sealed, s.ended_at,
               array(select m.role from membership m where m.school_id = s.school_id
                        and m.person_id = s.id and m.role not in ('student', 'display')
                        and m.ended_at is null and m.valid_until is null order by m.role) as roles,
               array(select c.id from school_class c where c.school_id = s.school_id
                        and c.homeroom_staff_id = s.id and c.ended_at is null
                        order by c.id) as homeroom_class_ids,
               array(select distinct t.class_id from class_teacher t
                       join school_class c on c.school_id = t.school_id and c.id = t.class_id
                      where t.school_id = s.school_id and t.staff_id = s.id
                        and c.ended_at is null order by t.class_id) as taught_class_ids,
               array(select x.shift_id from staff_shift x where x.school_id = s.school_id
                        and x.staff_id = s.id order by x.shift_id) as shift_ids
          from staff s
         where s.school_id = $1 and s.ended_at is null
           and ($2::text is null or s.search_key like $2)
           and ($3::text is null or exists (
                   select 1 from membership m where m.school_id = s.school_id
                      and m.person_id = s.id and m.role = $3 and m.ended_at is null
                      and m.valid_until is null))
           and ($4::text is null or (s.sort_key, s.id) > ($4, $5::uuid))
         order by s.sort_key, s.id limit $6
        """,
        school_id,
        pattern,
        only_role,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def staff(conn: db.Conn, *, school_id: int, staff_id: UUID) -> StaffRow | None:
    return await db.one(
        conn,
        StaffRow,
        """
        select s.id, s.account_id, s.name, s.sort_key, s.phone_sealed, s.ended_at,
               array(select m.role from membership m where m.school_id = s.school_id
                        and m.person_id = s.id and m.role not in ('student', 'display')
                        and m.ended_at is null and m.valid_until is null order by m.role) as roles,
               array(select c.id from school_class c where c.school_id = s.school_id
                        and c.homeroom_staff_id = s.id and c.ended_at is null
                        order by c.id) as homeroom_class_ids,
               array(select distinct t.class_id from class_teacher t
                       join school_class c on c.school_id = t.school_id and c.id = t.class_id
                      where t.school_id = s.school_id and t.staff_id = s.id
                        and c.ended_at is null order by t.class_id) as taught_class_ids,
               array(select x.shift_id from staff_shift x where x.school_id = s.school_id
                        and x.staff_id = s.id order by x.shift_id) as shift_ids
          from staff s
         where s.school_id = $1 and s.id = $2
        """,
        school_id,
        staff_id,
    )


async def staff_of_account(conn: db.Conn, *, school_id: int, account_id: UUID) -> UUID | None:
    """The live row of this account."""
    found: UUID | None = await db.value(
        conn,
        "select id from staff where school_id = $1 and account_id = $2 and ended_at is null",
        school_id,
        account_id,
    )
    return found


async def insert_staff(
    conn: db.Conn,
    *,
    school_id: int,
    staff_id: UUID,
    account_id: UUID,
    name: str,
    sort_key: str,
    search_key: str,
    phone_sealed: bytes,
    now: datetime,
) -> None:
    """A new row, there from `now` on.

    Raises:
        db.UniqueViolation: `staff_of_account`: the account is live staff of this school.
    """
    await db.run(
        conn,
        """
        insert into staff
               (school_id, id, account_id, name, sort_key, search_key, phone_sealed, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        school_id,
        staff_id,
        account_id,
        name,
        sort_key,
        search_key,
        phone_sealed,
        now,
    )


async def update_staff_name(
    conn: db.Conn, *, school_id: int, staff_id: UUID, name: str, sort_key: str, search_key: str
) -> None:
    await db.run(
        conn,
        """
        update staff set name = $3, sort_key = $4, search_key = $5
         where school_id = $1 and id = $2
        """,
        school_id,
        staff_id,
        name,
        sort_key,
        search_key,
    )


async def update_staff_account(
    conn: db.Conn, *, school_id: int, staff_id: UUID, account_id: UUID, phone_sealed: bytes
) -> None:
    """Another phone, and the account behind it.

    Raises:
        db.UniqueViolation: `staff_of_account`: the account is live staff of this school.
    """
    await db.run(
        conn,
        """
        update staff set account_id = $3, phone_sealed = $4 where school_id = $1 and id = $2
        """,
        school_id,
        staff_id,
        account_id,
        phone_sealed,
    )


async def end_staff(conn: db.Conn, *, school_id: int, staff_id: UUID, now: datetime) -> None:
    """End the row and take the person out of all classes."""
    await db.run(
        conn,
        "update staff set ended_at = $3 where school_id = $1 and id = $2",
        school_id,
        staff_id,
        now,
    )
    await db.run(
        conn,
        """
        update school_class set homeroom_staff_id = null
         where school_id = $1 and homeroom_staff_id = $2
        """,
        school_id,
        staff_id,
    )
    await db.run(
        conn,
        "delete from class_teacher where school_id = $1 and staff_id = $2",
        school_id,
        staff_id,
    )


async def set_staff_shifts(
    conn: db.Conn, *, school_id: int, staff_id: UUID, shift_ids: Collection[UUID]
) -> None:
    """Exactly these; what stays is not written, so that the plan's version counts changes only."""
    await db.run(
        conn,
        """
        delete from staff_shift
         where school_id = $1 and staff_id = $2 and not shift_id = any($3::uuid[])
        """,
        school_id,
        staff_id,
        list(shift_ids),
    )
    await db.run(
        conn,
        """
        insert into staff_shift (school_id, staff_id, shift_id)
        select $1, $2, id from unnest($3::uuid[]) as wanted (id)
            on conflict do nothing
        """,
        school_id,
        staff_id,
        list(shift_ids),
    )


async def give_role(
    conn: db.Conn,
    *,
    membership_id: UUID,
    account_id: UUID,
    school_id: int,
    role: StaffRole,
    staff_id: UUID,
) -> None:
    """A live membership for this row; one that is there stays, a substitute's without its end."""
    await db.run(
        conn,
        """
        insert into membership (id, account_id, school_id, role, person_id)
        values ($1, $2, $3, $4, $5)
            on conflict (account_id, school_id, role) where ended_at is null do update
               set valid_from = null, valid_until = null, person_id = excluded.person_id
             where membership.valid_until is not null
        """,
        membership_id,
        account_id,
        school_id,
        role,
        staff_id,
    )


async def end_roles(
    conn: db.Conn,
    *,
    school_id: int,
    staff_id: UUID,
    roles: Collection[StaffRole] | None,
    now: datetime,
) -> None:
    """End these roles of a row, None: all. What the person holds elsewhere is not touched."""
    await db.run(
        conn,
        """
        update membership set ended_at = $4
         where school_id = $1 and person_id = $2 and ended_at is null
           and role not in ('student', 'display')
           and ($3::text[] is null or role = any($3::text[]))
        """,
        school_id,
        staff_id,
        None if roles is None else list(roles),
        now,
    )


async def principals(conn: db.Conn, *, school_id: int) -> set[UUID]:
    """The live staff who lead the school."""
    rows = await db.rows(
        conn,
        """
        select person_id from membership
         where school_id = $1 and role = 'principal' and ended_at is null
        """,
        school_id,
    )
    return {row["person_id"] for row in rows}


async def unknown_staff(
    conn: db.Conn, *, school_id: int, staff_ids: Collection[UUID]
) -> list[UUID]:
    """Those of the ids that are no live staff of the school."""
    rows = await db.rows(
        conn,
        """
        select wanted.id from unnest($2::uuid[]) as wanted (id)
         where not exists (select 1 from staff
                            where school_id = $1 and staff.id = wanted.id and ended_at is null)
        """,
        school_id,
        list(staff_ids),
    )
    return [row["id"] for row in rows]


async def close_what_was_opened(
    conn: db.Conn, *, school_id: int, account_id: UUID, now: datetime
) -> None:
    """Close the account's scanners here and void its unused pairing codes.

    A scanner in which scans wait stays open: they will be refused, and who was scanned by it must
    not be called absent without somebody looking.
    """
    await db.run(
        conn,
        """
        update scanner set closed_at = $3
         where school_id = $1 and account_id = $2 and closed_at is null and pending = 0
        """,
        school_id,
        account_id,
        now,
    )
    await db.run(
        conn,
        "delete from station_pairing where school_id = $1 and created_by = $2 and used_at is null",
        school_id,
        account_id,
    )


async def works_anywhere(conn: db.Conn, *, account_id: UUID, now: datetime) -> bool:
    """Whether the account holds a role in any school at this moment or later."""
    found: bool = await db.value(
        conn,
        """
        select exists (select from membership
                        where account_id = $1 and ended_at is null and school_id is not null
                          and (valid_until is null or valid_until > $2))
        """,
        account_id,
        now,
    )
    return found


async def clear_device_binding(conn: db.Conn, *, account_id: UUID) -> bool:
    """Free the phone that the account checks in with; whether there was one."""
    freed = await db.run(
        conn,
        "update device set bound_account_id = null, bound_at = null where bound_account_id = $1",
        account_id,
    )
    return freed > 0
