"""What an account wants to be told, kind by kind. What is about a child's safety is not asked."""

from typing import Final, Literal
from uuid import UUID

import msgspec

from app import db
from app.errors import Unprocessable
from app.identity.alerts import alert_choice
from app.kinds import NEWS, WEB_PUSH_DETAILS, NewsKind

Way = Literal["push", "sms"]

_WAYS: Final[tuple[Way, ...]] = ("push", "sms")


class SafetyKind(Unprocessable):
    """Thông báo an toàn không tắt được | News about a child's safety cannot be switched off"""


class UnknownNewsKind(Unprocessable):
    """Không có loại thông báo này | There is no such kind of news"""


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """One kind on one way. `is_fixed`: it is about safety, and always on."""

    kind: str
    channel: Way
    is_enabled: bool
    is_fixed: bool


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of one kind on one way."""

    kind: str
    channel: Way
    is_enabled: bool


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds. `web_push_details`: a Web Push, encrypted end to end, may carry name and time.

    It does only for children for whom the guardian has agreed to it as well (`push_names`).

    The rest is for news that is not about safety. From `quiet_from` (18:00 to 23:30) until
    `quiet_until` (04:30 to 09:00), HH:MM:SS in the school's zone, none is pushed but what is marked
    urgent, unless `urgent_breaks_quiet` is off. With a `digest_hour`, outside of the quiet hours,
    it is in the inbox at once and pushed together, once a day at that hour; null: one by one.
    """

    items: list[Preference]
    web_push_details: bool
    quiet_from: str
    quiet_until: str
    urgent_breaks_quiet: bool
    digest_hour: int | None


async def preferences_of(conn: db.Conn, *, account_id: UUID) -> Preferences:
    """What is stored, and on for whatever was never chosen."""
    rows = await db.many(
        conn,
        Choice,
        """
        select kind, channel, is_enabled from notification_preference where account_id = $1
        """,
        account_id,
    )
    alerts = await alert_choice(conn, account_id=account_id)
    off = {(row.kind, row.channel) for row in rows if not row.is_enabled}
    return Preferences(
        items=[
            Preference(
                kind=name,
                channel=way,
                is_enabled=kind.is_safety or (name, way) not in off,
                is_fixed=kind.is_safety,
            )
            for name, kind in NEWS.items()
            for way in ways_of(kind)
        ],
        web_push_details=(WEB_PUSH_DETAILS, "push") not in off,
        quiet_from=alerts.quiet_from.isoformat("seconds"),
        quiet_until=alerts.quiet_until.isoformat("seconds"),
        urgent_breaks_quiet=alerts.urgent_breaks_quiet,
        digest_hour=alerts.digest_hour,
    )


async def choose(
    conn: db.Conn, *, account_id: UUID, choices: list[Choice], web_push_details: bool | None
) -> None:
    """Store these choices; what they do not name stays. None: the details stay, too.

    Raises:
        UnknownNewsKind: no such kind, or it is not told that way.
        SafetyKind: one of them would switch off what is about safety.
    """
    for choice in choices:
        _check(choice)
    wanted = {(each.kind, each.channel): each.is_enabled for each in choices}
    if web_push_details is not None:
        wanted[(WEB_PUSH_DETAILS, "push")] = web_push_details
    ordered = sorted(wanted.items())
    await db.run(
        conn,
        """
        insert into notification_preference (account_id, kind, channel, is_enabled)
        select $1, * from unnest($2::text[], $3::text[], $4::boolean[])
            on conflict (account_id, kind, channel) do update set is_enabled = excluded.is_enabled
        """,
        account_id,
        [kind for (kind, _), _ in ordered],
        [way for (_, way), _ in ordered],
        [is_enabled for _, is_enabled in ordered],
    )


def ways_of(kind: NewsKind) -> list[Way]:
    """The ways one can choose: none for what never reaches the inbox, such as one-time codes."""
    if "inbox" not in kind.channels:
        return []
    told = {"push": bool({"fcm", "web_push"} & set(kind.channels)), "sms": "sms" in kind.channels}
    return [way for way in _WAYS if told[way]]


def _check(choice: Choice) -> None:
    kind = NEWS.get(choice.kind)
    if kind is None or choice.channel not in ways_of(kind):
        raise UnknownNewsKind(
            (
                f"Loại “{choice.kind}” không gửi qua {choice.channel}.",
                f"The kind “{choice.kind}” is not told by {choice.channel}.",
            )
        )
    if kind.is_safety and not choice.is_enabled:
        raise SafetyKind(
            (f"Bỏ “{choice.kind}” khỏi danh sách.", f"Leave “{choice.kind}” out of the list.")
        )
