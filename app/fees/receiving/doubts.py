"""Money that a bank statement may have told of already, under another name."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.model import Arrival
from app.fees.references import references_in

# A transfer late on Friday is posted on Monday.
_APART: Final = timedelta(days=3)
_MEMO_FIELD: Final = "fund.memo"


class Unconfirmed(Struct, frozen=True, kw_only=True):
    """A fund that only statements have told of. `memo` is sealed as `fund.memo`."""

    id: UUID
    memo: bytes | None


async def unconfirmed(
    conn: db.Conn, *, school_id: int, arrival: Arrival, day: date
) -> list[Unconfirmed]:
    """The funds that only statements have told of and that may be this arrival, held.

    None where the bank's reference itself is known: then it is that fund.
    """
    return await db.many(
        conn,
        Unconfirmed,
        """
        select f.id, f.memo from fund f
         where f.school_id = $1 and f.account_id = $2 and f.day between $3 and $4
           and f.amount = $5
           and not exists (select from fund k
                            where k.school_id = $1 and k.account_id = $2 and k.bank_ref = $6)
           and not exists (select from fund_sighting s
                            where s.school_id = $1 and s.fund_id = f.id and s.source <> 'statement')
           and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                              and d.kind = 'strike' and d.state = 'succeeded')
         order by f.id for no key update of f
        """,
        school_id,
        arrival.account_id,
        day - _APART,
        day + _APART,
        arrival.amount,
        arrival.bank_ref,
    )


def doubtful(*, box: SchoolBox, funds: Sequence[Unconfirmed], memo: str) -> UUID | None:
    """That one of these funds which a transfer with this memo may be; None: it is none of them.

    A bank names a transfer one way in its statement and another in its notices. The same amount
    within three days, and not plainly for another bill, is in doubt until a person says.
    """
    ours = set(references_in(memo))
    for fund in funds:
        theirs = set()
        if fund.memo is not None:
            theirs = set(references_in(box.open(fund.memo, field=_MEMO_FIELD)))
        if not ours or not theirs or not ours.isdisjoint(theirs):
            return fund.id
    return None
