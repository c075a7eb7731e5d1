"""A person says what an event is that the worker would not take for money."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import structs

from app import audit, db
from app.crypto import SchoolBox, Vault
from app.fees.errors import AlikeMoneyCame, EventDecided, EventNotWaiting, NoSuchEvent, NoSuchFund
from app.fees.money.funds import hold_account, receive
from app.fees.receiving import told
from app.fees.receiving.alike import alike, asked_of
from app.fees.receiving.applying import apply
from app.fees.receiving.gateway import UNDECIDED, EventOutcome, Transfer
from app.fees.receiving.inbox import first_key
from app.schools.common import school_box

Decision = Literal["new", "known", "not_there"]
_OUTCOMES: Final[dict[Decision, EventOutcome]] = {
    "new": "fund",
    "known": "known",
    "not_there": "not_there",
}


class _Waiting(told.Event, frozen=True, kw_only=True):
    merchant_id: UUID
    outcome: EventOutcome | None
    fund_id: UUID | None
    taken_for: UUID | None
    decided_by: UUID | None


async def decide(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    merchant_id: UUID,
    event_key: str,
    decision: Decision,
    fund_id: UUID | None,
    other_than: Collection[UUID] | None = None,
    decided_by: UUID,
    now: datetime,
) -> None:
    """The event is money that nobody told of yet (`new`), this fund (`known`), or nothing.

    `not_there`: the bank has no such transfer. If it has, its statement still makes it money.

    `fund_id` None: the fund that it was taken for. `other_than`: the funds that whoever says `new`
    has seen beside it; None: all. The same decision again changes nothing.

    Raises:
        NoSuchEvent: the school has none of this key.
        EventNotWaiting: it is no money of the account, or is one without a person.
        EventDecided: somebody has decided otherwise.
        NoSuchFund: it cannot be this fund, or was taken for none.
        AlikeMoneyCame: it may be a fund that is not among `other_than`.
    """
    event = await _hold(conn, school_id, merchant_id, event_key)
    if event is None:
        raise NoSuchEvent
    if event.decided_by is not None:
        _require_same(event, decision, fund_id)
        return
    box = await school_box(conn, vault=vault, school_id=school_id)
    transfer = told.read(event, box=box, gateway=told.READERS[event.provider])
    if event.outcome not in UNDECIDED or not isinstance(transfer, Transfer):
        raise EventNotWaiting
    await hold_account(conn, school_id=school_id, account_id=event.account_id)
    alike_ids = await _alike(conn, school_id, event, transfer, box)
    fund: UUID | None = None
    if decision == "new":
        if other_than is not None and not alike_ids.issubset(other_than):
            raise AlikeMoneyCame(
                ("Mời xem khoản mới thêm rồi quyết định lại.", "Look at it, then decide again.")
            )
        fund = await _take(conn, school_id, event, transfer, box, now)
    elif decision == "known":
        fund = await _recognise(conn, school_id, event, fund_id or event.taken_for, alike_ids, now)
    await _settle(conn, school_id, event, decision, fund, decided_by, now)


async def _take(
    conn: db.Conn,
    school_id: int,
    event: _Waiting,
    transfer: Transfer,
    box: SchoolBox,
    now: datetime,
) -> UUID:
    """A fund of its own, put to what its memo names."""
    arrival = told.arrival_of(event, transfer, box=box)
    named = await told.fund_under(
        conn, school_id=school_id, account_id=event.account_id, bank_ref=arrival.bank_ref
    )
    if named is not None:
        # The bank's reference is another fund's: statements know this one by day, amount and memo.
        arrival = structs.replace(arrival, bank_ref=told.made_reference(event))
    received = await receive(conn, school_id=school_id, arrival=arrival, now=now)
    if received.is_new:
        await apply(
            conn,
            school_id=school_id,
            fund_id=received.fund_id,
            amount=transfer.amount,
            account_id=event.account_id,
            memo=transfer.memo,
            now=now,
        )
    return received.fund_id


async def _alike(
    conn: db.Conn, school_id: int, event: _Waiting, transfer: Transfer, box: SchoolBox
) -> set[UUID]:
    asked = asked_of(
        transfer,
        merchant_id=event.merchant_id,
        event_key=event.event_key,
        account_id=event.account_id,
        taken_for=event.taken_for,
    )
    found = await alike(conn, box=box, school_id=school_id, asked=[asked])
    return {each.id for each in found[event.merchant_id, event.event_key]}


async def _recognise(
    conn: db.Conn,
    school_id: int,
    event: _Waiting,
    fund_id: UUID | None,
    alike_ids: Collection[UUID],
    now: datetime,
) -> UUID:
    """The fund that it is, seen once more."""
    if fund_id is None or fund_id not in alike_ids:
        raise NoSuchFund(
            (
                "Mời chọn một khoản tiền cùng tài khoản và cùng số tiền hoặc mã giao dịch.",
                "Choose a payment of this account with the same amount or bank reference.",
            )
        )
    await conn.execute(
        """
        insert into fund_sighting (school_id, fund_id, source, source_ref, seen_at)
        values ($1, $2, $3, $4, $5) on conflict do nothing
        """,
        school_id,
        fund_id,
        event.source,
        event.event_key,
        now,
    )
    return fund_id


async def _hold(
    conn: db.Conn, school_id: int, merchant_id: UUID, event_key: str
) -> _Waiting | None:
    return await db.one(
        conn,
        _Waiting,
        """
        select i.merchant_id, i.event_key, i.source, i.body, m.provider, m.account_id, a.number,
               i.outcome, i.fund_id, coalesce(i.fund_id, o.fund_id) as taken_for, i.decided_by
          from gateway_inbox i
          join merchant m on m.school_id = i.school_id and m.id = i.merchant_id
          join fee_account a on a.school_id = m.school_id and a.id = m.account_id
          left join gateway_inbox o on o.school_id = i.school_id and o.merchant_id = i.merchant_id
                and o.event_key = $4
         where i.school_id = $1 and i.merchant_id = $2 and i.event_key = $3
           for no key update of i
        """,
        school_id,
        merchant_id,
        event_key,
        first_key(event_key),
    )


def _require_same(event: _Waiting, decision: Decision, fund_id: UUID | None) -> None:
    if event.outcome != _OUTCOMES[decision] or (fund_id is not None and fund_id != event.fund_id):
        raise EventDecided


async def _settle(
    conn: db.Conn,
    school_id: int,
    event: _Waiting,
    decision: Decision,
    fund_id: UUID | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    await conn.execute(
        """
        update gateway_inbox
           set state = 'done', outcome = $4, fund_id = $5, decided_by = $6, decided_at = $7
         where school_id = $1 and merchant_id = $2 and event_key = $3
        """,
        school_id,
        event.merchant_id,
        event.event_key,
        _OUTCOMES[decision],
        fund_id,
        decided_by,
        now,
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind="fee_event",
        subject_id=fund_id or event.merchant_id,
        actor_account_id=decided_by,
        detail={
            "decision": decision,
            "was": event.outcome,
            "merchant": str(event.merchant_id),
            # The key is the gateway's: its digest names it and tells nothing.
            "event": hashlib.sha256(event.event_key.encode()).hexdigest()[:32],
        },
        now=now,
    )
