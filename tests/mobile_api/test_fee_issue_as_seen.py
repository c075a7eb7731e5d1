"""What an accountant has looked at is what is billed, also while somebody else changes it."""

from typing import Any

import msgspec
import pytest

from app import db
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue, NotAsPreviewed
from mobile_api.resources import Resources
from tests.mobile_api.billing import Json, Till


async def seen(till: Till) -> int:
    answer = await till.post(till.accountant, f"/periods/{till.period_id}/preview")
    found: Json = answer.json()
    total: int = found["sums"]["total"] + found["offers"]["total"]
    return total


async def test_what_was_changed_since_it_was_looked_at_is_not_issued(
    till: Till, resources: Resources
) -> None:
    """Two accountants: one looks, the other one's finger slips, the first one issues."""
    looked_at = await seen(till)
    assert looked_at > 0
    await till.owner.execute("update period_charge set amount = amount / 10")
    now_it_is = await seen(till)
    assert 0 < now_it_is < looked_at

    async def issued(total: int | None) -> Any:
        async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
            return await issue_bills(
                conn,
                school_id=till.school.id,
                issue=Issue(period_id=till.period_id, seen=total),
                issued_by=till.accountant.account_id,
                now=till.now,
                told=_untold,
            )

    with pytest.raises(NotAsPreviewed):
        await issued(looked_at)
    assert await till.owner.fetchval("select count(*) from invoice") == 0
    assert (await issued(now_it_is)).invoices > 0


async def test_the_job_knows_what_was_seen(till: Till) -> None:
    path = f"/periods/{till.period_id}/issue"
    assert (await till.post(till.accountant, path, seen=-1)).status_code == 400
    asked = await till.post(till.accountant, path, seen=await seen(till))
    assert asked.status_code == 202, asked.text
    params = await till.owner.fetchval("select params from job")
    assert msgspec.convert(params, Issue).seen == await seen(till)


async def _untold(_done: int, _total: int) -> None:
    return None
