"""When an account may be disturbed: quiet hours, what breaks them, and the daily digest.

None of it is asked for what is about a child's safety.
"""

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from app import db
from app.errors import Unprocessable

SCHOOL_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
# Quiet hours are a night: who could stretch them over the day would call the school deaf.
QUIET_FROM_BOUNDS: Final = (time(18), time(23, 30))
QUIET_UNTIL_BOUNDS: Final = (time(4, 30), time(9))
# A digest holds what was told until its hour, and goes out when that is surely in the inbox.
DIGEST_SETTLES_S: Final = 60


class BadQuietHours(Unprocessable):
    """Giờ yên lặng không hợp lệ | The quiet hours are not within bounds"""


class DigestInQuietHours(Unprocessable):
    """Giờ gửi bản tin nằm trong giờ yên lặng | The digest's hour lies within the quiet hours"""


class AlertChoice(Struct, frozen=True, kw_only=True):
    """Times are the school's. `digest_hour` None: quiet news is pushed one by one.

    `urgent_breaks_quiet`: a piece of news that is marked urgent comes at night, too.
    """

    quiet_from: time = time(21, 30)
    quiet_until: time = time(6)
    urgent_breaks_quiet: bool = True
    digest_hour: int | None = None

    def is_quiet(self, local: time) -> bool:
        """Over midnight, as the bounds have it."""
        return local >= self.quiet_from or local < self.quiet_until

    def quiet_ends(self, now: datetime) -> datetime | None:
        """When the quiet hours that it is now are over; None: it is none of them."""
        local = now.astimezone(SCHOOL_ZONE)
        if not self.is_quiet(local.time()):
            return None
        morning = datetime.combine(local.date(), self.quiet_until, SCHOOL_ZONE)
        return morning if local < morning else morning + timedelta(days=1)

    def next_digest(self, now: datetime) -> datetime | None:
        """The hour whose digest takes up what is told now; None: no digest is wanted."""
        if self.digest_hour is None:
            return None
        local = now.astimezone(SCHOOL_ZONE)
        today = datetime.combine(local.date(), time(self.digest_hour), SCHOOL_ZONE)
        return today if local < today else today + timedelta(days=1)


async def alert_choice(conn: db.Conn, *, account_id: UUID) -> AlertChoice:
    """What the account has chosen, or the defaults."""
    found = await db.one(
        conn,
        AlertChoice,
        """
        select quiet_from, quiet_until, urgent_breaks_quiet, digest_hour
          from alert_choice where account_id = $1
        """,
        account_id,
    )
    return found or AlertChoice()


async def choose_alerts(conn: db.Conn, *, account_id: UUID, choice: AlertChoice) -> None:
    """Store all of it.

    Raises:
        BadQuietHours: they begin before 18:00 or after 23:30, or end before 04:30 or after 09:00.
        DigestInQuietHours: nobody would be pushed then.
    """
    _check(choice)
    await db.run(
        conn,
        """
        insert into alert_choice (account_id, quiet_from, quiet_until, urgent_breaks_quiet,
               digest_hour)
        values ($1, $2, $3, $4, $5)
            on conflict (account_id) do update set
               quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
               urgent_breaks_quiet = excluded.urgent_breaks_quiet,
               digest_hour = excluded.digest_hour
        """,
        account_id,
        choice.quiet_from,
        choice.quiet_until,
        choice.urgent_breaks_quiet,
        choice.digest_hour,
    )


def _check(choice: AlertChoice) -> None:
    for value, (first, last) in (
        (choice.quiet_from, QUIET_FROM_BOUNDS),
        (choice.quiet_until, QUIET_UNTIL_BOUNDS),
    ):
        if not first <= value <= last:
            raise BadQuietHours(
                (
                    f"{value:%H:%M}: chọn từ {first:%H:%M} đến {last:%H:%M}.",
                    f"{value:%H:%M}: choose from {first:%H:%M} to {last:%H:%M}.",
                )
            )
    if choice.digest_hour is not None and choice.is_quiet(time(choice.digest_hour)):
        raise DigestInQuietHours(
            (
                f"Chọn một giờ từ {choice.quiet_until:%H:%M} đến trước {choice.quiet_from:%H:%M}.",
                f"Choose an hour from {choice.quiet_until:%H:%M} to before"
                f" {choice.quiet_from:%H:%M}.",
            )
        )
