"""Money that a bank statement may have told of already, under another name."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.fees.money.model import Arrival
from app.fees.money.naming import POSTED_WITHIN
from app.fees.office.model import MEMO_FIELD
from app.fees.references import may_be_one


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
         where f.school_id = $1 and f.account_id = $2 and f.amount = $4
           and f.day between $3::date - $6::int and $3 + $6
           and not exists (select from fund k
                            where k.school_id = $1 and k.account_id = $2 and k.bank_ref = $5)
           and not exists (select from fund_sighting s
                            where s.school_id = $1 and s.fund_id = f.id and s.source <> 'statement')
           and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                              and d.kind = 'strike' and d.state = 'succeeded')
         order by f.id for no key update of f
        """,
        school_id,
        arrival.account_id,
        day,
        arrival.amount,
        arrival.bank_ref,
        POSTED_WITHIN,
    )


def doubtful(*, box: SchoolBox, funds: Sequence[Unconfirmed], memo: str) -> UUID | None:
    """That one of these funds which a transfer with this memo may be; None: it is none of them.

    A bank names a transfer one way in its statement and another in its notices. The same amount
    within three days, and not plainly for another bill, is in doubt until a person says.
    """
    for fund in funds:
        theirs = "" if fund.memo is None else box.open(fund.memo, field=MEMO_FIELD)
        if may_be_one(memo, theirs):
            return fund.id
    return None
