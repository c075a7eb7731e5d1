"""Money that a statement told of without the bank's reference, before the gateway told of it."""

from datetime import date, datetime
from uuid import UUID

from app import db
from app.crypto import SchoolBox
from app.fees.money.model import Source
from app.fees.office.model import MEMO_FIELD
from app.fees.references import packed


async def seen_by_statement(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    account_id: UUID,
    day: date,
    amount: int,
    memo: str,
    source: Source,
    source_ref: str,
    now: datetime,
) -> UUID | None:
    """The fund that this transfer is, now seen by `source` as well; None: no statement has it.

    Only a fund whose row gave no reference, of the same day, amount and memo, and that no gateway
    has told of yet. Of several equal ones any will do: there are as many transfers.
    """
    rows = await db.rows(
        conn,
        """
        select f.id, f.memo from fund f
         where f.school_id = $1 and f.account_id = $2 and f.day = $3 and f.amount = $4
           and f.bank_ref like 'row:%'
           and not exists (select from refund d where d.school_id = $1 and d.fund_id = f.id
                              and d.kind = 'strike' and d.state = 'succeeded')
           and not exists (select from fund_sighting s where s.school_id = $1 and s.fund_id = f.id
                              and s.source <> 'statement')
         order by f.id for no key update of f
        """,
        school_id,
        account_id,
        day,
        amount,
    )
    wanted = packed(memo)
    for row in rows:
        if row["memo"] is None or packed(box.open(row["memo"], field=MEMO_FIELD)) != wanted:
            continue
        await conn.execute(
            """
            insert into fund_sighting (school_id, fund_id, source, source_ref, seen_at)
            values ($1, $2, $3, $4, $5) on conflict do nothing
            """,
            school_id,
            row["id"],
            source,
            source_ref,
            now,
        )
        found: UUID = row["id"]
        return found
    return None
