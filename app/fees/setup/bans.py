"""What a department forbids beyond the state's rules, in its schools."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app import db
from app.contact_book.model import line_of
from app.fees.setup import forbidden
from app.fees.setup.model import BadItem, Collector, Forbidden, IsOver, NoSuchForbidden
from app.ids import new_id


async def forbid(
    conn: db.Conn,
    *,
    unit_id: int,
    collector: Collector | None,
    name: str,
    words: list[str],
    legal_basis: str,
    made_by: UUID,
    now: datetime,
) -> Forbidden:
    """Forbid it in the unit's schools from now on; items of before are not billed again either.

    Raises:
        BadItem: a word has no letters, or is so short that it would hit others.
    """
    keys = list(dict.fromkeys(forbidden.key_of_words(word) for word in words))
    if any(len(key.replace(" ", "")) < 4 for key in keys):
        raise BadItem(
            ("Mỗi từ khóa cần ít nhất bốn chữ cái.", "Each word needs at least four letters.")
        )
    ban_id = new_id()
    await conn.execute(
        """
        insert into forbidden_collection (id, org_unit_id, collector, name, words, legal_basis,
               created_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        ban_id,
        unit_id,
        collector,
        line_of(name),
        keys,
        line_of(legal_basis),
        made_by,
        now,
    )
    return await _ban(conn, ban_id=ban_id, unit_ids=[unit_id])


async def allow_again(
    conn: db.Conn, *, ban_id: UUID, unit_ids: Collection[int], now: datetime
) -> Forbidden:
    """End what one of these units forbade.

    Raises:
        NoSuchForbidden: none of theirs; the state's rules are nobody's to end.
        IsOver: it was ended before.
    """
    row = await _ban(conn, ban_id=ban_id, unit_ids=unit_ids)
    if row.ended_at is not None:
        raise IsOver(("Quy định này đã hết hiệu lực.", "It was ended before."))
    await conn.execute(
        "update forbidden_collection set ended_at = $2 where id = $1 and ended_at is null",
        ban_id,
        now,
    )
    return await _ban(conn, ban_id=ban_id, unit_ids=unit_ids)


async def _ban(conn: db.Conn, *, ban_id: UUID, unit_ids: Collection[int]) -> Forbidden:
    row = await db.one(
        conn,
        Forbidden,
        """
        select id, org_unit_id, collector, name, words, legal_basis, created_at, ended_at
          from forbidden_collection where id = $1 and org_unit_id = any($2)
        """,
        ban_id,
        list(unit_ids),
    )
    if row is None:
        raise NoSuchForbidden
    return row
