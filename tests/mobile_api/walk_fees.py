"""What lies in the walk's schools of fees: a row each, as if it had come about."""

from datetime import date
from typing import Any

from app.crypto import SchoolBox
from app.fees.setup.queries import (
    NUMBER_FIELD,
    REASON_FIELD,
    SECRET_FIELD,
    number_index,
)
from app.ids import new_id
from app.names import search_key
from tests.cast import Cast
from tests.world import World

# Of the first school; the other school has nothing of it.
NAMES = (
    "fee_account_id",
    "spare_account_id",
    "merchant_id",
    "fee_item_id",
    "spare_item_id",
    "period_id",
    "waiver_id",
    "granted_waiver_id",
    "ban_id",
)


async def fee_ids(world: World, cast: Cast) -> dict[str, Any]:
    """A period that is paid to the account and charges the item; two accounts, items, waivers."""
    ids = {name: new_id() for name in NAMES}
    wrapped = await world.owner.fetchval(
        "select wrapped from school_key where school_id = $1", cast.school.id
    )
    box = world.resources.vault.school_box(wrapped, cast.school.id)
    await _accounts(world, cast, ids, box)
    await _items(world, cast, ids)
    await _waivers(world, cast, ids, box)
    await world.owner.execute(
        "insert into forbidden_collection (id, org_unit_id, name, words, legal_basis, created_at)"
        " values ($1, 1, 'Sổ liên lạc giấy', '{so lien lac giay}', 'Công văn 12/SGDĐT', now())",
        ids["ban_id"],
    )
    return ids | {"account_id": ids["fee_account_id"]}


async def _accounts(world: World, cast: Cast, ids: dict[str, Any], box: SchoolBox) -> None:
    school_id, who = cast.school.id, cast["accountant"].account_id
    for name, number in (("fee_account_id", "0071001234567"), ("spare_account_id", "1903123456")):
        await world.owner.execute(
            "insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,"
            " number_tail, holder, is_default, created_by, created_at, changed_at)"
            " values ($1, $2, 'bank', $3, '970436', $4, $5, $6, 'TRUONG THCS', $7, $8, now(),"
            " now())",
            school_id,
            ids[name],
            name,
            box.seal(number, field=NUMBER_FIELD),
            number_index(box, number),
            number[-4:],
            name == "fee_account_id",
            who,
        )
    await world.owner.execute(
        "insert into merchant_school values ($1, $2)", ids["merchant_id"], school_id
    )
    await world.owner.execute(
        "insert into merchant (school_id, id, account_id, provider, secret, created_by, created_at,"
        " changed_at) values ($1, $2, $3, 'sepay', $4, $5, now(), now())",
        school_id,
        ids["merchant_id"],
        ids["fee_account_id"],
        box.seal("0123456789abcdef", field=SECRET_FIELD),
        who,
    )


async def _items(world: World, cast: Cast, ids: dict[str, Any]) -> None:
    school_id, who = cast.school.id, cast["accountant"].account_id
    for name, title in (("fee_item_id", "Dịch vụ bán trú"), ("spare_item_id", "Đồng phục")):
        await world.owner.execute(
            "insert into fee_item (school_id, id, name, name_key, category, collector, legal_basis,"
            " unit, amount, is_voluntary, receipt_kind, created_by, created_at, changed_at)"
            " values ($1, $2, $3, $4, 'service', 'school', 'Nghị quyết 12', 'period', 120000,"
            " false, 'receipt', $5, now(), now())",
            school_id,
            ids[name],
            title,
            search_key(title),
            who,
        )
    await world.owner.execute(
        "insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,"
        " accepts_partial, state, created_by, created_at, changed_at) values ($1, $2, 'Tháng 11',"
        " '2026-11-01', '2026-11-30', '2026-11-25', $3, false, 'open', $4, now(), now())",
        school_id,
        ids["period_id"],
        ids["fee_account_id"],
        who,
    )
    await world.owner.execute(
        "insert into period_charge (school_id, id, period_id, item_id, seq, amount, quantity,"
        " scope, ref, created_at) values ($1, $2, $3, $4, 1, 120000, 1, 'school', '', now())",
        school_id,
        new_id(),
        ids["period_id"],
        ids["fee_item_id"],
    )


async def _waivers(world: World, cast: Cast, ids: dict[str, Any], box: SchoolBox) -> None:
    """One that waits, and one that the principal has approved."""
    for name, decided_by in (
        ("waiver_id", None),
        ("granted_waiver_id", cast["principal"].account_id),
    ):
        await world.owner.execute(
            "insert into waiver (school_id, id, student_id, kind, value, ground, reason, from_day,"
            " to_day, state, requested_by, requested_at, decided_by, decided_at)"
            " values ($1, $2, $3, 'percent', 50, 'sibling', $4, $5, $6, $7, $8, now(), $9,"
            " case when $9::uuid is not null then now() end)",
            cast.school.id,
            ids[name],
            cast.student.id,
            box.seal("Anh chị em ruột", field=REASON_FIELD),
            date(2026, 9, 1),
            date(2027, 5, 31),
            "approved" if decided_by else "requested",
            cast["accountant"].account_id,
            decided_by,
        )
