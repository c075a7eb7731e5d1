"""What a batch of outbox rows becomes: inbox items and pushes. Pure: no clock, no database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from app.identity.alerts import DIGEST_SETTLES_S, SCHOOL_ZONE, AlertChoice
from app.ids import new_id
from app.kinds import DIGEST
from notifications.channels.base import backoff_s
from notifications.model import NO_DEVICE, Failure, Item, OutboxRow, Push, Recipient, Shown, Way
from notifications.rules import (
    SMS_AFTER_S,
    SMS_TTL_S,
    TAKES_BACK,
    bucket_of,
    digest_at,
    is_pushed,
    is_urgent,
    push_due_at,
)
from notifications.texts import (
    KINDS,
    BadParameter,
    Kind,
    Locale,
    Text,
    UnknownKind,
    render_inbox,
)

MAX_ATTEMPTS: Final = 10
_FIRST_WAIT_S: Final = 2.0
_DIRECTIONS: Final = {"arrival": "in", "arrival_late": "in", "departure": "out"}
_KEPT_PARAMS: Final = (
    "direction", "at", "gate", "minutes", "day", "status", "class_id", "shift", "shift_id",
    "from_day", "to_day", "part", "exit_at", "decision", "closure", "held", "with_leave",
    "request_id", "closure_id", "announcement_id", "thread_id",
    "remark_id", "homework_id", "week",
    "fund_id", "receipt_id", "change", "matter", "matter_id",
)  # fmt: skip


@dataclass(kw_only=True)
class Audience:
    """What was looked up for a batch."""

    recipients: Mapping[UUID, Sequence[Recipient]]
    """By outbox id."""
    ways: Mapping[UUID, Sequence[Way]]
    """By account."""
    switched_off: Mapping[UUID, frozenset[str]]
    """The kinds an account wants no push of."""
    shown: dict[tuple[UUID, UUID], Shown]
    """By account and event: what of the replaced is in the inbox."""
    choices: Mapping[UUID, AlertChoice] = field(default_factory=dict)
    """By account: quiet hours and digest, where they are not the defaults."""
    standing: dict[tuple[UUID, UUID], Shown] = field(default_factory=dict)
    """By account and screen id: what this batch has put there."""
    waiting: frozenset[UUID] = frozenset()
    """Outbox ids whose replaced message is still on its way to the inbox, by another relay."""


@dataclass(kw_only=True)
class Batch:
    """What one transaction writes."""

    items: list[Item] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    done: list[OutboxRow] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    waiting: list[OutboxRow] = field(default_factory=list)


def compose(rows: Iterable[OutboxRow], audience: Audience, *, now: datetime) -> Batch:
    """The batch of these rows, in their order. A row that cannot be rendered fails alone."""
    batch = Batch()
    stuck: set[tuple[int, UUID]] = set()
    for row in rows:
        replaced = replaced_event(row)
        is_stuck = replaced is not None and (row.school_id, replaced) in stuck
        if is_stuck or row.id in audience.waiting:
            batch.waiting.append(row)
            stuck |= {(row.school_id, row.event_id), (row.school_id, replaced or row.event_id)}
            continue
        try:
            told = _told(row, replaced, audience, now)
        except (UnknownKind, BadParameter) as error:
            batch.failed.append(failure_of(row, str(error)))
            stuck |= {(row.school_id, row.event_id), (row.school_id, replaced or row.event_id)}
            continue
        batch.done.append(row)
        for item, pushes in told:
            batch.items.append(item)
            batch.pushes += pushes
            shown = Shown(
                account_id=item.account_id,
                event_id=item.event_id,
                id=item.id,
                screen_id=item.screen_id or item.id,
            )
            audience.shown[item.account_id, item.event_id] = shown
            audience.standing[item.account_id, shown.screen_id] = shown
    return batch


def replaced_event(row: OutboxRow) -> UUID | None:
    """The event whose message this row's message takes the place of."""
    named = row.params.get("replaces") if isinstance(row.params, dict) else None
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None


def failure_of(row: OutboxRow, reason: str) -> Failure:
    """The row put back for later, or given up after the last attempt."""
    attempts = row.attempts + 1
    return Failure(
        school_id=row.school_id,
        id=row.id,
        attempts=attempts,
        wait_s=backoff_s(_FIRST_WAIT_S, attempts),
        dead_reason=reason[:200] if attempts >= MAX_ATTEMPTS else None,
    )


def _told(
    row: OutboxRow, replaced: UUID | None, audience: Audience, now: datetime
) -> list[tuple[Item, list[Push]]]:
    if not isinstance(row.params, dict):
        raise BadParameter("params: is no object")
    if row.student_id is None and row.account_id is None:
        raise BadParameter("student_id: is missing, nobody is known to be told")
    kind = _kind(row.kind)
    texts: dict[Locale, Text] = {}
    told = []
    for recipient in audience.recipients.get(row.id, ()):
        before = audience.shown.get((recipient.account_id, replaced)) if replaced else None
        if before is not None:
            # Whoever names what was replaced means what stands in its place now.
            before = audience.standing.get((recipient.account_id, before.screen_id), before)
        if before is None and row.kind in TAKES_BACK:
            continue
        locale = recipient.locale
        if locale not in texts:
            today = now.astimezone(SCHOOL_ZONE).date()
            texts[locale] = render_inbox(row.kind, locale, row.params, today=today)
        item = _item(row, kind, recipient, texts[locale], before)
        told.append(_with_pushes(item, kind, row, audience, now))
    return told


def _kind(name: str) -> Kind:
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(f"{name}: no such kind") from None


def _item(
    row: OutboxRow, kind: Kind, recipient: Recipient, text: Text, before: Shown | None
) -> Item:
    data: dict[str, Any] = {"kind": row.kind, "tone": kind.tone}
    if row.kind in _DIRECTIONS:
        data["direction"] = _DIRECTIONS[row.kind]
    data |= {name: row.params[name] for name in _KEPT_PARAMS if row.params.get(name) is not None}
    if "sms" in kind.channels and isinstance(name := row.params.get("student"), str):
        # A text message says no more of it, and that only where there are several children.
        data["given_name"] = name.split()[-1] if name.split() else None
    if before is not None:
        data["replaces"] = before.id
    return Item(
        account_id=recipient.account_id,
        day=row.day,
        id=new_id(),
        event_id=row.event_id,
        kind=row.kind,
        school_id=row.school_id,
        student_id=row.student_id,
        title=text.title,
        body=text.body,
        data=data,
        text_version=text.version,
        screen_id=before.screen_id if before else None,
    )


def _with_pushes(
    item: Item, kind: Kind, row: OutboxRow, audience: Audience, now: datetime
) -> tuple[Item, list[Push]]:
    """The item and its deliveries; old news, such as a dead letter's, comes to the inbox alone.

    So does what is about days that are all past: "school is closed" would be of now; and what says
    that it is to be quiet, since it only takes back.
    """
    is_quiet = row.params.get("is_quiet") is True
    if is_quiet or row.age_ms > kind.ttl_s * 1000 or _is_over(row, kind, now):
        return item, []
    switched_off = audience.switched_off.get(item.account_id, frozenset())
    choice = audience.choices.get(item.account_id) or AlertChoice()
    urgent = is_urgent(kind.news, row.params)
    ways = [
        way
        for way in audience.ways.get(item.account_id, ())
        if is_pushed(kind.news, item.kind, way.channel, switched_off=switched_off)
    ]
    if ways and (hour := digest_at(kind.news, now, choice=choice, urgent=urgent)):
        return _digested(item, ways, hour)
    # News that takes the place of what was pushed a moment ago says when it may be pushed again.
    at = max(now, _push_at(row) or now)
    due_at = push_due_at(kind.news, at, choice=choice, urgent=urgent) or (at if at > now else None)
    is_today = item.day == now.astimezone(SCHOOL_ZONE).date()
    # A day that is set right afterwards frightens nobody: "is not at school yet" would be of now.
    if kind.news.late_as is not None and not is_today:
        late_as = kind.news.late_as
        pushes = [_push(item, way, KINDS[late_as].ttl_s, due_at, urgent=False) for way in ways]
        return item, [replace(push, kind=late_as) for push in pushes]
    pushes = [_push(item, way, kind.ttl_s, due_at, urgent) for way in ways]
    if "sms" in kind.channels and is_today:
        later = now + timedelta(seconds=SMS_AFTER_S)
        by_sms = Way(account_id=item.account_id, device_id=NO_DEVICE, channel="sms")
        pushes.append(_push(item, by_sms, SMS_TTL_S, later, urgent))
    return item, pushes


def _push_at(row: OutboxRow) -> datetime | None:
    named = row.params.get("push_at")
    return datetime.fromisoformat(named) if isinstance(named, str) else None


def _is_over(row: OutboxRow, kind: Kind, now: datetime) -> bool:
    if kind.news.last_day is None:
        return False
    last_day = row.params.get(kind.news.last_day)
    # A date as ISO has it is in order of time.
    today = now.astimezone(SCHOOL_ZONE).date().isoformat()
    return isinstance(last_day, str) and last_day < today


def _push(item: Item, way: Way, ttl_s: int, due_at: datetime | None, urgent: bool) -> Push:
    return Push(
        account_id=item.account_id,
        day=item.day,
        id=new_id(),
        inbox_id=item.id,
        screen_id=item.screen_id,
        device_id=way.device_id,
        channel=way.channel,
        kind=item.kind,
        bucket=bucket_of(item.account_id),
        due_at=due_at,
        ttl_s=ttl_s,
        item_id=item.id,
        school_id=item.school_id,
        is_urgent=urgent,
    )


def _digested(item: Item, ways: Iterable[Way], hour: datetime) -> tuple[Item, list[Push]]:
    """The item, and the day's digest on each device, of which there is one however often made."""
    day = hour.astimezone(SCHOOL_ZONE).date()
    digest_id = uuid5(item.account_id, f"{DIGEST} {day}")
    due_at = hour + timedelta(seconds=DIGEST_SETTLES_S)
    pushes = [
        replace(
            _push(item, way, KINDS[DIGEST].ttl_s, due_at, urgent=False),
            day=day,
            inbox_id=digest_id,
            screen_id=uuid5(item.account_id, DIGEST),
            kind=DIGEST,
            school_id=None,
        )
        for way in ways
    ]
    return replace(item, digest_id=digest_id), pushes


def by_outbox_id(recipients: Iterable[Recipient]) -> dict[UUID, list[Recipient]]:
    found: dict[UUID, list[Recipient]] = defaultdict(list)
    for recipient in recipients:
        found[recipient.outbox_id].append(recipient)
    return found


def by_account(ways: Iterable[Way]) -> dict[UUID, list[Way]]:
    found: dict[UUID, list[Way]] = defaultdict(list)
    for way in ways:
        found[way.account_id].append(way)
    return found
