"""The kinds of news there are and how each travels. Their wording is in notifications/texts.py.

A new kind is one entry here and one there.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

Channel = Literal["inbox", "fcm", "web_push", "sms"]

_APP: Final[tuple[Channel, ...]] = ("inbox", "fcm", "web_push")
_4_HOURS: Final = 4 * 3600
_1_DAY: Final = 24 * 3600


class NewsKind(Struct, frozen=True, kw_only=True):
    """How a kind of news travels."""

    urgent: bool = False
    """Wakes a sleeping phone. Only what is about a child at this minute."""
    ttl_s: int = _1_DAY
    is_safety: bool = False
    """Cannot be switched off and is told in quiet hours."""
    may_be_urgent: bool = False
    """A single piece may be (`urgent: true` in its parameters): it waits for no digest, and for
    quiet hours only where the account says so."""
    last_day: str | None = None
    """The parameter with the last day that it is about: after that day it is pushed no more."""
    late_as: str | None = None
    """The kind its push is of when it is about a day before: said of now, it would frighten."""
    is_for_leaders: bool = False
    """What is about no pupil is for the school's principals, not for all its people."""
    reaches_department: bool = False
    """It may be addressed to the department too, whose it is where nobody of the school may."""
    channels: tuple[Channel, ...] = _APP


_GATE: Final = NewsKind(urgent=True, ttl_s=_4_HOURS, is_safety=True)
_ONE_TIME_CODE: Final = NewsKind(urgent=True, ttl_s=300, is_safety=True, channels=("sms",))

DIGEST: Final = "digest"

NEWS: Final[Mapping[str, NewsKind]] = {
    "arrival": _GATE,
    "arrival_late": _GATE,
    "departure": _GATE,
    "scan_unconfirmed": _GATE,
    "scan_undone": _GATE,
    "correction": NewsKind(is_safety=True),
    "card_lost": NewsKind(),
    "transferred": NewsKind(ttl_s=7 * _1_DAY),
    # A stranger who may fetch the child is no news to switch off.
    "pickup_approved": NewsKind(ttl_s=7 * _1_DAY, is_safety=True),
    "dispute_asked": NewsKind(ttl_s=7 * _1_DAY),
    "dispute_answered": NewsKind(ttl_s=7 * _1_DAY),
    # Of a past month: to the second person, and back to the first.
    "correction_asked": NewsKind(ttl_s=7 * _1_DAY, is_for_leaders=True, reaches_department=True),
    "correction_decided": NewsKind(ttl_s=7 * _1_DAY),
    # Between family and school. Unread, the next takes its place.
    "message": NewsKind(ttl_s=7 * _1_DAY),
    "message_report": NewsKind(ttl_s=7 * _1_DAY, is_for_leaders=True),
    "report_decided": NewsKind(ttl_s=7 * _1_DAY),
    "announcement": NewsKind(ttl_s=3 * _1_DAY, may_be_urgent=True),
    "announcement_withdrawn": NewsKind(ttl_s=3 * _1_DAY),
    "answer_wanted": NewsKind(ttl_s=3 * _1_DAY),
    # The daily book: once a pupil, day and kind; what is added takes its place.
    "remark": NewsKind(),
    "homework": NewsKind(),
    "daily_book": NewsKind(),
    "weekly_summary": NewsKind(ttl_s=2 * _1_DAY),
    # Money, to families; the last three to who looks after it at the school.
    "fee_due": NewsKind(ttl_s=7 * _1_DAY),
    "fee_paid": NewsKind(ttl_s=7 * _1_DAY),
    "fee_reminder": NewsKind(ttl_s=7 * _1_DAY),
    "fee_changed": NewsKind(ttl_s=7 * _1_DAY),
    "fee_review": NewsKind(ttl_s=7 * _1_DAY),
    "fee_second_person": NewsKind(ttl_s=7 * _1_DAY),
    # Who has stolen a session would switch it off first.
    "fee_account": NewsKind(ttl_s=7 * _1_DAY, is_safety=True),
    # The one kind that also goes out as SMS, where nobody has seen it within minutes.
    "absence": NewsKind(
        urgent=True,
        ttl_s=_4_HOURS,
        is_safety=True,
        late_as="correction",
        channels=(*_APP, "sms"),
    ),
    # To who releases it: until then no family is told.
    "absence_held": NewsKind(urgent=True, ttl_s=_4_HOURS, is_safety=True, is_for_leaders=True),
    "closure": NewsKind(urgent=True, is_safety=True, last_day="to_day"),
    "closure_ended": NewsKind(urgent=True, is_safety=True, last_day="to_day"),
    "leave_asked": NewsKind(may_be_urgent=True, is_for_leaders=True, reaches_department=True),
    "leave_decided": NewsKind(may_be_urgent=True, reaches_department=True),
    # The day's quiet news in one push; each has its own place in the inbox.
    DIGEST: NewsKind(ttl_s=12 * 3600, channels=("fcm", "web_push")),
    "otp_activation": _ONE_TIME_CODE,
    "otp_reset": _ONE_TIME_CODE,
}

# A preference beside the kinds: may a Web Push, which is encrypted end to end, carry name and time?
WEB_PUSH_DETAILS: Final = "web_push_details"
