"""Search without diacritics over what was sent, written and said to the caller, or by the caller.

It walks a reader's own rows, the newest first: a child's years, never the school's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.feed.model import Found, FoundKind, Reader, Spot
from app.contact_book.feed.readers import pupils, spot_cursor, spot_in, staff
from app.contact_book.feed.search_queries import FoundRow, Sought, in_messages, received, written
from app.contact_book.feed.snippets import excerpt_of
from app.contact_book.threads.model import Reader as ThreadReader
from app.errors import Unprocessable
from app.names import text_key
from app.paging import Page

_LEAST_LETTERS: Final = 2
_MOST_WORDS: Final = 8
_NOBODY: Final = UUID(int=0)


class NothingToSearch(Unprocessable):
    """Hãy nhập ít nhất 2 chữ cái | Type at least 2 letters"""


async def search(
    conn: db.Conn,
    *,
    readers: Sequence[Reader],
    of_threads: ThreadReader,
    student_id: UUID | None,
    q: str,
    kind: FoundKind | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> Page[Found]:
    """What has all words of `q`, each anywhere, the newest first.

    Raises:
        NothingToSearch: fewer than 2 letters.
        BadCursor: not one of ours.
    """
    words = words_of(q)
    sought = Sought(
        patterns=[_pattern(word) for word in words], spot=spot_in(cursor), limit=limit + 1
    )
    rows: list[FoundRow] = []
    if kind != "message":
        for group in (pupils(readers), staff(readers)):
            rows += await received(conn, readers=group, kind=kind, sought=sought)
        rows += await written(
            conn,
            school_ids=[reader.school_id for reader in staff(readers)],
            account_id=of_threads.account_id,
            kind=kind,
            sought=sought,
        )
    if kind in (None, "message"):
        rows += await in_messages(
            conn, reader=of_threads, student_id=student_id, sought=sought, now=now
        )
    once = {(row.kind, row.id, row.person_id): row for row in rows}
    ordered = sorted(once.values(), key=_order, reverse=True)
    kept = ordered[:limit]
    return Page(
        items=[_found(row, words) for row in kept],
        next_cursor=spot_cursor(_spot(kept[-1])) if len(ordered) > limit else None,
    )


def words_of(q: str) -> list[str]:
    """The search keys of its words, the first 8.

    Raises:
        NothingToSearch: fewer than 2 letters.
    """
    words = list(dict.fromkeys(text_key(q).split()))[:_MOST_WORDS]
    if sum(map(len, words)) < _LEAST_LETTERS:
        raise NothingToSearch
    return words


def _pattern(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, "\\" + special)
    return f"%{word}%"


def _order(row: FoundRow) -> tuple[datetime, UUID, UUID]:
    return (row.at, row.id, row.person_id or _NOBODY)


def _spot(row: FoundRow) -> Spot:
    at, item_id, person_id = _order(row)
    return Spot(at=at, id=item_id, person_id=person_id)


def _found(row: FoundRow, words: list[str]) -> Found:
    return Found(
        kind=row.kind,
        id=row.id,
        school_id=row.school_id,
        student_id=row.person_id,
        at=row.at,
        title=row.title,
        excerpt=excerpt_of(row.body, words),
        author=row.author,
        thread_id=row.thread_id,
        seq=row.seq,
    )
