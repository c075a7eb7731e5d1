"""The feed: pages of the newest, and catching up with what has changed since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.feed.model import (
    BODY_CHARS,
    FeedItem,
    FeedPage,
    ItemKind,
    ItemRow,
    ItemState,
    Reader,
    Spot,
)
from app.contact_book.feed.queries import OF_KIND, Asked
from app.contact_book.feed.readers import (
    CATCHES_UP,
    OVERLAP,
    Place,
    Since,
    cursor_of,
    place_in,
    print_of,
    pupils,
    since_in,
    staff,
    told,
)
from app.crypto import SchoolBox, Vault
from app.schools.common import school_box

_NOBODY: Final = UUID(int=0)
_SEALED: Final[dict[ItemKind, str]] = {"remark": "remark.text", "care": "care_entry.note"}
# Short, and without a page of their own.
_WHOLE: Final[frozenset[ItemKind]] = frozenset(("lesson", "care"))

Kinded = tuple[ItemKind, ItemRow]


class _Wish(Struct, frozen=True, kw_only=True):
    """What a page is to hold: `spot` None: from the newest on."""

    is_changes: bool
    spot: Spot | None
    since: Since
    is_reset: bool = False


async def page(
    conn: db.Conn,
    *,
    vault: Vault,
    readers: Sequence[Reader],
    account_id: UUID,
    kind: ItemKind | None,
    cursor: str | None,
    since: str | None,
    limit: int,
    now: datetime,
) -> FeedPage:
    """The newest items, or those changed since; a cursor goes on in the direction of its page.

    Raises:
        BadCursor: cursor or `since` are not ours.
    """
    fresh = Since(at=now, readers_print=print_of(readers))
    wish = _wish(place_in(cursor), since_in(since), fresh)
    rows = await _rows(conn, readers, account_id, kind, wish, limit + 1)
    kept = rows[:limit]
    shown = _Showing(readers, await _boxes(conn, vault, kept), now)
    return FeedPage(
        items=[shown.item(each, row) for each, row in kept],
        next_cursor=_cursor(kept[-1][1], wish) if len(rows) > limit else None,
        since=told(wish.since),
        reset=wish.is_reset,
    )


def _wish(place: Place | None, since: Since | None, fresh: Since) -> _Wish:
    """Who sends both goes on with the cursor. Others' readers, or too old: it begins anew."""
    if place is not None and not place.is_changes:
        return _Wish(is_changes=False, spot=place.spot, since=place.since)
    before = place.since if place else since
    newest = _Wish(is_changes=False, spot=None, since=fresh, is_reset=before is not None)
    if before is None or before.readers_print != fresh.readers_print:
        return newest
    if before.at < fresh.at - CATCHES_UP:
        return newest
    if place is not None:
        return _Wish(is_changes=True, spot=place.spot, since=place.since)
    start = Spot(at=before.at - OVERLAP, id=_NOBODY, person_id=_NOBODY)
    return _Wish(is_changes=True, spot=start, since=fresh)


async def _rows(
    conn: db.Conn,
    readers: Sequence[Reader],
    account_id: UUID,
    kind: ItemKind | None,
    wish: _Wish,
    limit: int,
) -> list[Kinded]:
    """Up to `limit` of each kind and reader, in the page's order."""
    rows: list[Kinded] = []
    for each, of_kind in OF_KIND.items():
        for group in (pupils(readers), staff(readers)):
            # To staff nothing but announcements is sent.
            is_theirs = group and (group[0].kind == "student" or each == "announcement")
            if not is_theirs or kind not in (None, each):
                continue
            asked = Asked(
                readers=group,
                spot=wish.spot,
                is_changes=wish.is_changes,
                account_id=account_id,
                limit=limit,
            )
            rows += [(each, row) for row in await of_kind(conn, asked)]
    rows.sort(key=lambda one: _order(one[1], wish), reverse=not wish.is_changes)
    return rows


def _order(row: ItemRow, wish: _Wish) -> tuple[datetime, UUID, UUID]:
    return (row.changed_at if wish.is_changes else row.at, row.id, row.person_id)


def _cursor(last: ItemRow, wish: _Wish) -> str:
    at, item_id, person_id = _order(last, wish)
    spot = Spot(at=at, id=item_id, person_id=person_id)
    return cursor_of(Place(is_changes=wish.is_changes, spot=spot, since=wish.since))


async def _boxes(conn: db.Conn, vault: Vault, rows: Sequence[Kinded]) -> dict[int, SchoolBox]:
    """The keys of the schools that have something sealed here."""
    schools = {row.school_id for _, row in rows if row.sealed and not row.is_withdrawn}
    return {
        school_id: await school_box(conn, vault=vault, school_id=school_id)
        for school_id in sorted(schools)
    }


class _Showing:
    """Rows as they are shown to the readers."""

    def __init__(
        self, readers: Sequence[Reader], boxes: dict[int, SchoolBox], now: datetime
    ) -> None:
        self._readers = {(reader.school_id, reader.person_id): reader for reader in readers}
        self._boxes = boxes
        self._now = now

    def item(self, kind: ItemKind, row: ItemRow) -> FeedItem:
        reader = self._readers[row.school_id, row.person_id]
        body = "" if row.is_withdrawn else self._body(kind, row)
        return FeedItem(
            id=row.id,
            kind=kind,
            school_id=row.school_id,
            student_id=row.person_id if reader.kind == "student" else None,
            at=row.at,
            changed_at=row.changed_at,
            title=row.title,
            body=body if kind in _WHOLE else body[:BODY_CHARS],
            is_cut=len(body) > BODY_CHARS and kind not in _WHOLE,
            author=row.author,
            state=_state(row),
            is_urgent=row.is_urgent,
            needs_answer=self._needs_answer(reader, row),
            answer_kind=row.answer_kind,
            answer=row.answer,
            answer_until=row.answer_until,
            is_read=row.is_read,
            is_done=row.is_done,
            has_attachments=row.has_attachments and not row.is_withdrawn,
            day=row.day,
            due_day=row.due_day,
            tone=None if row.is_withdrawn else row.tone,
            about=row.about,
            data=row.data,
        )

    def _body(self, kind: ItemKind, row: ItemRow) -> str:
        if row.sealed is None:
            return row.body
        return self._boxes[row.school_id].open(row.sealed, field=_SEALED[kind])

    def _needs_answer(self, reader: Reader, row: ItemRow) -> bool:
        return (
            reader.may_answer
            and row.answer_kind != "none"
            and row.answer is None
            and not row.is_withdrawn
            and (row.answer_until is None or row.answer_until > self._now)
        )


def _state(row: ItemRow) -> ItemState:
    if row.is_gone:
        return "gone"
    return "withdrawn" if row.is_withdrawn else "published"
