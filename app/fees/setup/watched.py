"""Where families' money goes, and who is believed about it, is changed by nobody unheard.

One accountant sets it up. Whoever has got hold of that one session would send a school's money
elsewhere: so each change is in the audit, and the principals and all accountants hear of it at
once, who did it among them.
"""

from datetime import datetime
from uuid import UUID

from app import audit, db
from app.fees import telling
from app.fees.setup.model import FeeAccount


async def note(
    conn: db.Conn,
    *,
    account: FeeAccount,
    change: telling.AccountChange,
    made_by: UUID,
    now: datetime,
) -> None:
    """Put on record what has been done to an account, and tell of it; last in the transaction."""
    if account.kind == "bank":
        await telling.account_changed(
            conn,
            school_id=account.school_id,
            account=f"{account.bank or account.bank_bin} …{account.number_tail}",
            change=change,
            now=now,
        )
    await audit.record(
        conn,
        school_id=account.school_id,
        kind="fee_account",
        subject_id=account.id,
        actor_account_id=made_by,
        detail={"change": change},
        now=now,
    )
