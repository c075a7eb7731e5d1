"""When a teacher reads messages: contact hours, and days away. Pure, but for the statements."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.model import line_of
from app.errors import Unprocessable
from app.schools.common import ZONE


class BadContactHours(Unprocessable):
    """Giờ liên lạc không hợp lệ | The contact hours cannot be used"""


class ContactHours(Struct, frozen=True, kw_only=True):
    """The school's time, `weekdays` as ISO counts them. Away up to `away_until`, inclusive."""

    from_time: time = time(7)
    until_time: time = time(17, 30)
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    away_until: date | None = None
    away_note: str | None = None

    def is_away(self, day: date) -> bool:
        return self.away_until is not None and day <= self.away_until

    def is_away_at(self, now: datetime) -> bool:
        return self.is_away(now.astimezone(ZONE).date())

    def opens_at(
        self, now: datetime, *, holidays: Collection[date] = frozenset()
    ) -> datetime | None:
        """When they begin again, in UTC as `now` is; None: it is within them.

        On the school's `holidays` there are none.
        """
        local = now.astimezone(ZONE)
        day = local.date()
        is_open = self._is_held(day, holidays) and self.from_time <= local.time() < self.until_time
        if is_open:
            return None
        if not self._is_held(day, holidays) or local.time() >= self.from_time:
            day += timedelta(days=1)
        if self.away_until is not None and day <= self.away_until:
            day = self.away_until + timedelta(days=1)
        while not self._is_held(day, holidays):
            day += timedelta(days=1)
        return datetime.combine(day, self.from_time, ZONE).astimezone(now.tzinfo)

    def _is_held(self, day: date, holidays: Collection[date]) -> bool:
        is_free = day in holidays or self.is_away(day)
        return day.isoweekday() in self.weekdays and not is_free


DEFAULT: Final = ContactHours()
LONGEST_AWAY: Final = timedelta(days=366)


class StoredHours(ContactHours, frozen=True, kw_only=True):
    """Whose they are."""

    staff_id: UUID


def check(hours: ContactHours, *, today: date) -> None:
    """Refuse hours in which nobody could ever be reached.

    Raises:
        BadContactHours: they end before they begin, on no weekday, or after more than a year.
    """
    if not hours.from_time < hours.until_time or not hours.weekdays:
        raise BadContactHours(
            (
                "Giờ bắt đầu phải trước giờ kết thúc, và có ít nhất một ngày trong tuần.",
                "They begin before they end, on one weekday at least.",
            )
        )
    if hours.away_until is not None and not today <= hours.away_until <= today + LONGEST_AWAY:
        raise BadContactHours(
            (
                "Ngày vắng đến phải từ hôm nay và không quá một năm.",
                "Away until a day from today on, within a year.",
            )
        )
    if hours.away_note is not None and hours.away_until is None:
        raise BadContactHours(
            ("Lời nhắn vắng cần ngày vắng đến.", "A note needs the day until which it holds.")
        )


async def hours_of(
    conn: db.Conn, *, school_id: int, staff_ids: Collection[UUID]
) -> dict[UUID, ContactHours]:
    """What each has set; who has set nothing has the default."""
    found = await db.many(
        conn,
        StoredHours,
        """
        select staff_id, from_time, until_time, weekdays, away_until, away_note
          from contact_hours where school_id = $1 and staff_id = any($2)
        """,
        school_id,
        list(staff_ids),
    )
    return dict.fromkeys(staff_ids, DEFAULT) | {each.staff_id: each for each in found}


async def holidays_from(conn: db.Conn, *, school_id: int, now: datetime) -> frozenset[date]:
    """The school's holidays from today on. A day closed by a storm is none: teachers read then."""
    rows = await db.rows(
        conn,
        "select day from calendar_day where school_id = $1 and kind = 'holiday' and day >= $2",
        school_id,
        now.astimezone(ZONE).date(),
    )
    return frozenset(row["day"] for row in rows)


async def set_hours(
    conn: db.Conn, *, school_id: int, staff_id: UUID, hours: ContactHours, now: datetime
) -> None:
    """Store all of it. What waits for the hours of before comes when it would have come.

    Raises:
        BadContactHours: as `check` says.
    """
    check(hours, today=now.astimezone(ZONE).date())
    await db.run(
        conn,
        """
        insert into contact_hours (school_id, staff_id, from_time, until_time, weekdays,
               away_until, away_note, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (school_id, staff_id) do update set
               from_time = excluded.from_time, until_time = excluded.until_time,
               weekdays = excluded.weekdays, away_until = excluded.away_until,
               away_note = excluded.away_note, updated_at = excluded.updated_at
        """,
        school_id,
        staff_id,
        hours.from_time,
        hours.until_time,
        sorted(set(hours.weekdays)),
        hours.away_until,
        line_of(hours.away_note) or None if hours.away_note else None,
        now,
    )
