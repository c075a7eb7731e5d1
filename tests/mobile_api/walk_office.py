"""What the accountant's office of the walk's school holds: a row each, as if it had come about."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from app.crypto import SchoolBox
from app.fees.office.model import MEMO_FIELD, ROW_MEMO_FIELD, TO_HOLDER_FIELD, TO_NUMBER_FIELD
from app.fees.references import new_reference
from app.ids import new_id
from tests.cast import Cast
from tests.world import World

NAMES: Final = (
    "fund_id", "allocation_id", "refund_id", "intake_id", "statement_id", "reconciliation_id",
)  # fmt: skip
_DAY: Final = date(2026, 11, 16)


async def office_ids(world: World, cast: Cast, fees: dict[str, Any]) -> dict[str, Any]:
    """Money of which something is put to a bill and something asked back; cash that waits.

    `n` is a row of the statement that waits for a person.
    """
    ids: dict[str, Any] = {name: new_id() for name in NAMES}
    wrapped = await world.owner.fetchval(
        "select wrapped from school_key where school_id = $1", cast.school.id
    )
    box = world.resources.vault.school_box(wrapped, cast.school.id)
    bill = await _bill(world, cast, fees)
    await _fund(world, cast, fees, ids, box, bill)
    await _cash(world, cast, ids, bill)
    await _statement(world, cast, fees, ids, box)
    return ids | {"n": 2}


async def _bill(world: World, cast: Cast, fees: dict[str, Any]) -> UUID:
    invoice_id, now = new_id(), world.resources.clock()
    await world.owner.execute(
        """
        insert into invoice (school_id, id, student_id, period_id, seq, is_voluntary, class_id,
               account_id, pay_ref, state, due_day, charged, waived, issued_by, drafted_at,
               opened_at, changed_at)
        values ($1, $2, $3, $4, 2, false, $5, $6, $7, 'open', $8, 5000, 0, $9, $10, $10, $10)
        """,
        cast.school.id, invoice_id, cast.student.id, fees["period_id"], cast.class_id,
        fees["fee_account_id"], new_reference(), _DAY, cast["accountant"].account_id, now,
    )  # fmt: skip
    return invoice_id


async def _fund(
    world: World, cast: Cast, fees: dict[str, Any], ids: dict[str, Any], box: SchoolBox, bill: UUID
) -> None:
    run, now = world.owner.execute, world.resources.clock()
    school_id, who = cast.school.id, cast["accountant"].account_id
    await run(
        """
        insert into fund (school_id, id, account_id, bank_ref, channel, amount, allocated,
               refund_held, received_at, day, memo, review, found_at, changed_at)
        values ($1, $2, $3, 'FT2', 'transfer', 50000, 1000, 2000, $4, $5, $6, 'over', $4, $4)
        """,
        school_id, ids["fund_id"], fees["fee_account_id"], now, _DAY,
        box.seal("nop tien", field=MEMO_FIELD),
    )  # fmt: skip
    await run(
        "insert into allocation (school_id, id, fund_id, invoice_id, amount, how, made_by, made_at)"
        " values ($1, $2, $3, $4, 1000, 'confirmed', $5, $6)",
        school_id, ids["allocation_id"], ids["fund_id"], bill, who, now,
    )  # fmt: skip
    await run("update invoice set paid = 1000 where school_id = $1 and id = $2", school_id, bill)
    await run(
        """
        insert into refund (school_id, id, kind, fund_id, from_account_id, amount, state, reason,
               to_bank_bin, to_number, to_holder, requested_by, requested_at)
        values ($1, $2, 'transfer', $3, $8, 2000, 'requested', 'Đóng thừa', '970436', $4, $5, $6,
                $7)
        """,
        school_id, ids["refund_id"], ids["fund_id"],
        box.seal("0071001234567", field=TO_NUMBER_FIELD),
        box.seal("NGUYEN VAN A", field=TO_HOLDER_FIELD), who, now, fees["fee_account_id"],
    )  # fmt: skip


async def _cash(world: World, cast: Cast, ids: dict[str, Any], bill: UUID) -> None:
    run, now, account_id = world.owner.execute, world.resources.clock(), new_id()
    school_id, who = cast.school.id, cast["accountant"].account_id
    await run(
        "insert into fee_account (school_id, id, kind, name, is_default, created_by, created_at,"
        " changed_at) values ($1, $2, 'cash', 'Tiền mặt', false, $3, $4, $4)",
        school_id, account_id, who, now,
    )  # fmt: skip
    await run(
        """
        insert into cash_intake (school_id, id, account_id, amount, day, payer, state, taken_by,
               taken_at)
        values ($1, $2, $3, 3000, $4, 'Bà', 'taken', $5, $6)
        """,
        school_id, ids["intake_id"], account_id, _DAY, who, now,
    )  # fmt: skip
    await run(
        "insert into cash_intake_share values ($1, $2, $3, 3000)", school_id, ids["intake_id"], bill
    )


async def _statement(
    world: World, cast: Cast, fees: dict[str, Any], ids: dict[str, Any], box: SchoolBox
) -> None:
    run, now = world.owner.execute, world.resources.clock()
    school_id, who = cast.school.id, cast["accountant"].account_id
    await run(
        """
        insert into bank_statement (school_id, id, account_id, file_name, file_hash, profile,
               from_day, to_day, imported_by, imported_at)
        values ($1, $2, $3, 'sao-ke.csv', '\\x00', 'general', $4, $4, $5, $6)
        """,
        school_id, ids["statement_id"], fees["fee_account_id"], _DAY, who, now,
    )  # fmt: skip
    await run(
        """
        insert into bank_statement_row (school_id, statement_id, n, at, day, amount, bank_ref, memo,
               waits)
        values ($1, $2, 2, $3, $4, 50000, 'FT9', $5, 'maybe_known')
        """,
        school_id, ids["statement_id"], now, _DAY, box.seal("nop tien", field=ROW_MEMO_FIELD),
    )  # fmt: skip
    await run(
        """
        insert into reconciliation (school_id, id, account_id, from_day, to_day, differences, sums,
               run_by, run_at)
        values ($1, $2, $3, $4, $4, '[]', $5, $6, $7)
        """,
        school_id, ids["reconciliation_id"], fees["fee_account_id"], _DAY,
        dict.fromkeys(
            ("bank_in", "bank_out", "funds", "refunds", "ledger", "ledger_expected", "statements",
             "differences"), 0,
        ), who, now,
    )  # fmt: skip
