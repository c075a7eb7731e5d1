"""Money that a gateway told of between a statement's coming and the taking of its rows."""

from uuid import UUID

from app import db
from app.crypto import SchoolBox
from app.fees.office.model import MEMO_FIELD
from app.fees.office.pairing import POSTED_WITHIN
from app.fees.office.statement_queries import StoredRow
from app.fees.references import references_in


async def came_meanwhile(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID, row: StoredRow, memo: str
) -> bool:
    """Whether a fund that no statement shows may be this row, under another reference.

    As `pair` has it, which saw none when it looked. `memo`: the row's, in clear.
    """
    ours = set(references_in(memo))
    for sealed in await _unseen_like(conn, school_id, account_id, row):
        theirs = set() if sealed is None else set(references_in(box.open(sealed, field=MEMO_FIELD)))
        if not ours or not theirs or not ours.isdisjoint(theirs):
            return True
    return False


async def _unseen_like(
    conn: db.Conn, school_id: int, account_id: UUID, row: StoredRow
) -> list[bytes | None]:
    """The memos of funds that no statement shows, of the row's amount and about its day.

    None where the row's reference is known: then it is that fund.
    """
    found = await db.rows(
        conn,
        """
        select f.memo from fund f
         where f.school_id = $1 and f.account_id = $2 and f.amount = $3
           and f.day between $4::date - $6::int and $4::date + $6
           and not exists (select from fund k
                            where k.school_id = $1 and k.account_id = $2 and k.bank_ref = $5)
           and not exists (select from fund_sighting s where s.school_id = $1 and s.fund_id = f.id
                              and s.source = 'statement')
           and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                              and d.kind = 'strike' and d.state = 'succeeded')
        """,
        school_id,
        account_id,
        row.amount,
        row.day,
        row.bank_ref,
        POSTED_WITHIN,
    )
    return [each["memo"] for each in found]
