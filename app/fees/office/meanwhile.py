"""Money that a gateway told of between a statement's coming and the taking of its rows."""

from uuid import UUID

from app import db
from app.crypto import SchoolBox
from app.fees.money.naming import POSTED_WITHIN
from app.fees.office.model import MEMO_FIELD
from app.fees.office.statement_queries import StoredRow
from app.fees.references import may_be_one


async def came_meanwhile(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    account_id: UUID,
    statement_id: UUID,
    row: StoredRow,
    memo: str,
) -> bool:
    """Whether a fund that `pair` did not see when it looked may be this row, by another reference.

    A later statement may have shown that fund by now. `memo`: the row's, in clear.
    """
    found = await _unseen_like(conn, school_id, account_id, statement_id, row)
    theirs = ("" if each is None else box.open(each, field=MEMO_FIELD) for each in found)
    return any(may_be_one(memo, each) for each in theirs)


async def _unseen_like(
    conn: db.Conn, school_id: int, account_id: UUID, statement_id: UUID, row: StoredRow
) -> list[bytes | None]:
    """The memos of funds that this statement does not show, of the row's amount, about its day.

    Those that another statement had shown when this one came were no doubt then, and are none now:
    ids tell which was first. None where the row's reference is known: then it is that fund.
    """
    found = await db.rows(
        conn,
        """
        select f.memo from fund f
         where f.school_id = $1 and f.account_id = $2 and f.amount = $3
           and f.day between $4::date - $6::int and $4::date + $6
           and not exists (select from fund k
                            where k.school_id = $1 and k.account_id = $2 and k.bank_ref = $5)
           and not exists (select from bank_statement_row r where r.school_id = $1
                              and r.statement_id = $7 and r.fund_id = f.id)
           and (not exists (select from fund_sighting s
                             where s.school_id = $1 and s.fund_id = f.id
                               and s.source = 'statement')
                or f.id > $7)
           and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                              and d.kind = 'strike' and d.state = 'succeeded')
        """,
        school_id,
        account_id,
        row.amount,
        row.day,
        row.bank_ref,
        POSTED_WITHIN,
        statement_id,
    )
    return [each["memo"] for each in found]
