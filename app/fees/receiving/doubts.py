"""Money that a bank statement may have told of already, under another name."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.crypto import SchoolBox
from app.fees.references import references_in

# A transfer late on Friday is posted on Monday.
_APART: Final = timedelta(days=3)
_MEMO_FIELD: Final = "fund.memo"


async def maybe_told(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    account_id: UUID,
    bank_ref: str,
    day: date,
    amount: int,
    memo: str,
) -> UUID | None:
    """A fund that only statements have told of and that this transfer may be; None: it is none.

    A bank names a transfer one way in its statement and another in its notices. The same amount
    within three days, and not plainly for another bill, is in doubt: once for each such fund. None
    where the reference itself is known.
    """
    rows = await db.rows(
        conn,
        """
        select f.id, f.memo from fund f
         where f.school_id = $1 and f.account_id = $2 and f.day between $3 and $4
           and f.amount = $5
           and not exists (select from fund k
                            where k.school_id = $1 and k.account_id = $2 and k.bank_ref = $6)
           and not exists (select from fund_sighting s
                            where s.school_id = $1 and s.fund_id = f.id and s.source <> 'statement')
           and not exists (select from gateway_inbox g
                            where g.school_id = $1 and g.fund_id = f.id and g.state <> 'received')
         order by f.id for no key update of f
        """,
        school_id,
        account_id,
        day - _APART,
        day + _APART,
        amount,
        bank_ref,
    )
    ours = set(references_in(memo))
    for row in rows:
        theirs = set()
        if row["memo"] is not None:
            theirs = set(references_in(box.open(row["memo"], field=_MEMO_FIELD)))
        if not ours or not theirs or not ours.isdisjoint(theirs):
            found: UUID = row["id"]
            return found
    return None
