"""The inbox's rules: pages in both directions, and acknowledgements."""

from datetime import datetime
from uuid import UUID

from app import db
from app.identity.model import Caller
from app.inbox import queries
from app.inbox.model import AckState, InboxItem, NoSuchItem
from app.paging import CursorInt, Page, decode_cursor, page_of


async def page(
    conn: db.Conn, *, account_id: UUID, cursor: str | None, after_seq: int | None, limit: int
) -> Page[InboxItem]:
    """A page, newest first; with `after_seq` the items after it, oldest first.

    A cursor goes on in the direction of the page it came with.

    Raises:
        BadCursor: not one of ours.
    """
    # The last `seq` seen, and whether the pages ascend.
    seen = decode_cursor(cursor, tuple[CursorInt, bool])
    seq, ascends = seen if seen else (after_seq, after_seq is not None)
    if ascends and seq is not None:
        items = await queries.items_after(
            conn, account_id=account_id, after_seq=seq, limit=limit + 1
        )
    else:
        items = await queries.items_before(
            conn, account_id=account_id, before_seq=seq, limit=limit + 1
        )
    return page_of(items, limit=limit, key=lambda item: (item.seq, ascends))


async def acknowledge(
    conn: db.Conn, *, caller: Caller, item_id: UUID, state: AckState, now: datetime
) -> InboxItem:
    """Note that the caller's phone has the item, or that it was read.

    Raises:
        NoSuchItem: none of the caller's.
    """
    item = await queries.acknowledge(
        conn,
        account_id=caller.account_id,
        item_id=item_id,
        device_id=caller.device_id,
        state=state,
        now=now,
    )
    if item is None:
        raise NoSuchItem
    return item
