"""SQL over campuses, stations, shifts and the calendar."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from app import db
from app.schools.places.model import CalendarDay, Campus, Shift, Station


async def campuses(
    conn: db.Conn, *, school_id: int, after_id: UUID | None, limit: int
) -> list[Campus]:
    """The live campuses, oldest first."""
    return await db.many(
        conn,
        Campus,
        """
        select id, name, fence, ended_at from campus
         where school_id = $1 and ended_at is null and ($2::uuid is null or id > $2)
         order by id limit $3
        """,
        school_id,
        after_id,
        limit,
    )


async def campus(conn: db.Conn, *, school_id: int, campus_id: UUID) -> Campus | None:
    return await db.one(
        conn,
        Campus,
        "select id, name, fence, ended_at from campus where school_id = $1 and id = $2",
        school_id,
        campus_id,
    )


async def insert_campus(conn: db.Conn, *, school_id: int, campus: Campus) -> None:
    await db.run(
        conn,
        "insert into campus (school_id, id, name, fence) values ($1, $2, $3, $4)",
        school_id,
        campus.id,
        campus.name,
        campus.fence,
    )


async def update_campus(conn: db.Conn, *, school_id: int, campus: Campus) -> None:
    await db.run(
        conn,
        "update campus set name = $3, fence = $4, ended_at = $5 where school_id = $1 and id = $2",
        school_id,
        campus.id,
        campus.name,
        campus.fence,
        campus.ended_at,
    )


async def is_campus_used(conn: db.Conn, *, school_id: int, campus_id: UUID) -> bool:
    """Whether a live station or class is there."""
    used: bool = await db.value(
        conn,
        """
        select exists (select 1 from station
                        where school_id = $1 and campus_id = $2 and ended_at is null)
            or exists (select 1 from school_class
                        where school_id = $1 and campus_id = $2 and ended_at is null)
        """,
        school_id,
        campus_id,
    )
    return used


async def stations(
    conn: db.Conn, *, school_id: int, after_number: int, limit: int
) -> list[Station]:
    """The live stations by number."""
    return await db.many(
        conn,
        Station,
        """
        select id, campus_id, number, name, kind, ended_at from station
         where school_id = $1 and ended_at is null and number > $2
         order by number limit $3
        """,
        school_id,
        after_number,
        limit,
    )


async def station(conn: db.Conn, *, school_id: int, station_id: UUID) -> Station | None:
    return await db.one(
        conn,
        Station,
        """
        select id, campus_id, number, name, kind, ended_at from station
         where school_id = $1 and id = $2
        """,
        school_id,
        station_id,
    )


async def school_of_station(
    conn: db.Conn, *, school_ids: Collection[int], station_id: UUID
) -> int | None:
    """The one of these schools whose live station this is."""
    school_id: int | None = await db.value(
        conn,
        """
        select school_id from station
         where school_id = any($1::int[]) and id = $2 and ended_at is null
        """,
        list(school_ids),
        station_id,
    )
    return school_id


async def last_station_number(conn: db.Conn, *, school_id: int) -> int:
    """The highest number ever given, 0 for none; hold the school's lock."""
    number: int = await db.value(
        conn, "select coalesce(max(number), 0) from station where school_id = $1", school_id
    )
    return number


async def insert_station(conn: db.Conn, *, school_id: int, station: Station) -> None:
    await db.run(
        conn,
        """
        insert into station (school_id, id, campus_id, number, name, kind)
        values ($1, $2, $3, $4, $5, $6)
        """,
        school_id,
        station.id,
        station.campus_id,
        station.number,
        station.name,
        station.kind,
    )


async def update_station(conn: db.Conn, *, school_id: int, station: Station) -> None:
    await db.run(
        conn,
        """
        update station set campus_id = $3, name = $4, kind = $5, ended_at = $6
         where school_id = $1 and id = $2
        """,
        school_id,
        station.id,
        station.campus_id,
        station.name,
        station.kind,
        station.ended_at,
    )


async def end_displays(conn: db.Conn, *, school_id: int, station_id: UUID, now: datetime) -> None:
    """Take the station's screens their role."""
    await db.run(
        conn,
        """
        update membership set ended_at = $3
         where school_id = $1 and role = 'display' and person_id = $2 and ended_at is null
        """,
        school_id,
        station_id,
        now,
    )


async def shifts(
    conn: db.Conn, *, school_id: int, after_id: UUID | None, limit: int
) -> list[Shift]:
    """The live shifts, oldest first."""
    return await db.many(
        conn,
        Shift,
        """
        select id, name, starts_at, ends_at, late_after, cut_off, weekdays, ended_at from shift
         where school_id = $1 and ended_at is null and ($2::uuid is null or id > $2)
         order by id limit $3
        """,
        school_id,
        after_id,
        limit,
    )


async def shift(conn: db.Conn, *, school_id: int, shift_id: UUID) -> Shift | None:
    return await db.one(
        conn,
        Shift,
        """
        select id, name, starts_at, ends_at, late_after, cut_off, weekdays, ended_at from shift
         where school_id = $1 and id = $2
        """,
        school_id,
        shift_id,
    )


async def insert_shift(conn: db.Conn, *, school_id: int, shift: Shift) -> None:
    await db.run(
        conn,
        """
        insert into shift
               (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        school_id,
        shift.id,
        shift.name,
        shift.starts_at,
        shift.ends_at,
        shift.late_after,
        shift.cut_off,
        shift.weekdays,
    )


async def update_shift(conn: db.Conn, *, school_id: int, shift: Shift) -> None:
    await db.run(
        conn,
        """
        update shift set name = $3, starts_at = $4, ends_at = $5, late_after = $6, cut_off = $7,
               weekdays = $8, ended_at = $9
         where school_id = $1 and id = $2
        """,
        school_id,
        shift.id,
        shift.name,
        shift.starts_at,
        shift.ends_at,
        shift.late_after,
        shift.cut_off,
        shift.weekdays,
        shift.ended_at,
    )


async def is_shift_used(conn: db.Conn, *, school_id: int, shift_id: UUID) -> bool:
    """Whether a live class attends it."""
    used: bool = await db.value(
        conn,
        """
        select exists (
            select 1 from class_shift s
              join school_class c on c.school_id = s.school_id and c.id = s.class_id
             where s.school_id = $1 and s.shift_id = $2 and c.ended_at is null)
        """,
        school_id,
        shift_id,
    )
    return used


async def unknown_shifts(
    conn: db.Conn, *, school_id: int, shift_ids: Collection[UUID]
) -> list[UUID]:
    """Those of the ids that are no live shift of the school."""
    rows = await db.rows(
        conn,
        """
        select wanted.id from unnest($2::uuid[]) as wanted (id)
         where not exists (select 1 from shift
                            where school_id = $1 and shift.id = wanted.id and ended_at is null)
        """,
        school_id,
        list(shift_ids),
    )
    return [row["id"] for row in rows]


async def calendar(
    conn: db.Conn, *, school_id: int, from_day: date, to_day: date
) -> list[CalendarDay]:
    """The special days of a range, both ends included."""
    return await db.many(
        conn,
        CalendarDay,
        """
        select day, kind, name from calendar_day
         where school_id = $1 and day between $2 and $3 order by day
        """,
        school_id,
        from_day,
        to_day,
    )


async def upsert_calendar_day(conn: db.Conn, *, school_id: int, entry: CalendarDay) -> None:
    await db.run(
        conn,
        """
        insert into calendar_day (school_id, day, kind, name) values ($1, $2, $3, $4)
            on conflict (school_id, day) do update
               set kind = excluded.kind, name = excluded.name
        """,
        school_id,
        entry.day,
        entry.kind,
        entry.name,
    )


async def delete_calendar_day(conn: db.Conn, *, school_id: int, day: date) -> bool:
    """Whether there was one."""
    gone = await db.run(
        conn, "delete from calendar_day where school_id = $1 and day = $2", school_id, day
    )
    return gone > 0
