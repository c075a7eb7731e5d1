"""A pupil's fees, as the walk names them: a bill, an offer, a code to pay by, a receipt."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from app.fees.references import new_reference
from app.ids import new_id
from tests.cast import Cast
from tests.world import World

_DAY: Final = date(2026, 11, 16)


async def paying_ids(world: World, cast: Cast, fees: dict[str, Any]) -> dict[str, Any]:
    """All of them are the cast's pupil's; the intent is the guardian's. `fees`: see walk_fees."""
    bill_id, offer_id = [
        await _bill(world, cast, fees, is_voluntary=is_voluntary) for is_voluntary in (False, True)
    ]
    return {
        "bill_id": bill_id,
        "invoice_id": bill_id,
        "offer_id": offer_id,
        "intent_id": await _intent(world, cast, fees["fee_account_id"], bill_id),
        "receipt_id": await _receipt(world, cast, fees["fee_account_id"]),
    }


async def _bill(world: World, cast: Cast, fees: dict[str, Any], *, is_voluntary: bool) -> UUID:
    invoice_id, now, run = new_id(), world.resources.clock(), world.owner.execute
    await run(
        """
        insert into invoice (school_id, id, student_id, period_id, seq, is_voluntary, class_id,
               account_id, pay_ref, state, due_day, charged, waived, issued_by, drafted_at,
               changed_at)
        values ($1, $2, $3, $4, 1, $5, $6, $7, $8, 'draft', $9, 9000, 0, $10, $11, $11)
        """,
        cast.school.id, invoice_id, cast.student.id, fees["period_id"], is_voluntary,
        cast.class_id, fees["fee_account_id"], new_reference(), _DAY,
        cast["accountant"].account_id, now,
    )  # fmt: skip
    await run(
        """
        insert into invoice_line (school_id, invoice_id, n, kind, item_id, name, legal_basis, unit,
               quantity, unit_amount, amount, waived, receipt_kind)
        values ($1, $2, 1, 'charge', $3, 'Vở', 'NQ 12', 'period', 1, 9000, 9000, 0, 'receipt')
        """,
        cast.school.id, invoice_id, fees["fee_item_id"],
    )  # fmt: skip
    await run(
        "update invoice set state = 'open', opened_at = $3 where school_id = $1 and id = $2",
        cast.school.id, invoice_id, now,
    )  # fmt: skip
    return invoice_id


async def _intent(world: World, cast: Cast, account_id: UUID, bill_id: UUID) -> UUID:
    intent_id, now = new_id(), world.resources.clock()
    await world.owner.execute(
        """
        insert into payment_intent (school_id, id, payer_account_id, account_id, pay_ref, amount,
               state, created_at, expires_at, changed_at)
        values ($1, $2, $3, $4, $5, 9000, 'pending', $6::timestamptz, $6 + interval '1 day', $6)
        """,
        cast.school.id, intent_id, cast["guardian"].account_id, account_id, new_reference(), now,
    )  # fmt: skip
    await world.owner.execute(
        "insert into payment_intent_share values ($1, $2, $3, 9000)",
        cast.school.id, intent_id, bill_id,
    )  # fmt: skip
    return intent_id


async def _receipt(world: World, cast: Cast, account_id: UUID) -> UUID:
    school_id, now, run = cast.school.id, world.resources.clock(), world.owner.execute
    receipt_id, fund_id = new_id(), new_id()
    key = f"schools/{school_id}/receipts/{receipt_id}-live.pdf"
    await run(
        """
        insert into fund (school_id, id, account_id, bank_ref, channel, amount, received_at, day,
               found_at, changed_at)
        values ($1, $2, $3, 'FT1', 'transfer', 9000, $4, $5, $4, $4)
        """,
        school_id, fund_id, account_id, now, _DAY,
    )  # fmt: skip
    await run("insert into receipt_series values ($1, 'BL2026', 2)", school_id)
    await run(
        """
        insert into receipt (school_id, id, series, number, kind, fund_id, student_id, amount,
               lines, state, issued_at, day, check_code, pdf_key)
        values ($1, $2, 'BL2026', 1, 'receipt', $3, $4, 9000, '[]', 'live', $5, $6,
                concat($1::int, '-ABCDEFGHIJKLMNOP'), $7)
        """,
        school_id, receipt_id, fund_id, cast.student.id, now, _DAY, key,
    )  # fmt: skip
    await world.resources.storage.put(key, b"%PDF-1.7", content_type="application/pdf")
    return receipt_id
