"""Money that moves at the bank, and what its gateway and its statements tell of that."""

from collections import Counter
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app import db
from app.errors import AppError
from app.fees.office import statement_rows, statements
from app.fees.office.model import MEMO_FIELD
from app.fees.office.statement_reading import read_statement, sheet_of
from app.fees.receiving import deciding
from app.fees.receiving.gateway import NotSigned, PaymentGateway
from app.fees.receiving.inbox import event_of, keep, keep_of_ended
from app.fees.receiving.polling import poll_due, poll_from
from app.fees.receiving.sepay import SePay
from app.fees.receiving.taker import DueEvent, take
from app.fees.references import new_reference
from app.fees.setup import merchants
from app.schools.common import school_day
from tests.fakes.bank import MANGLINGS, FakeBank, Mangling, Post
from tests.fees.moves import Choice, Move, Refused
from tests.fees.office_facts import OfficeFacts, Row
from tests.fees.statement_files import NUMBER
from tests.fees.term import SECRET, VAULT, OneConnection, Term
from tests.fees.truth import Key, Real, tag_of

_SEPAY: Final = SePay()
GATEWAYS: Final[dict[str, PaymentGateway]] = {"sepay": _SEPAY}
# None: as it is.
_HOW: Final[tuple[Mangling | None, ...]] = (None, None, None, *MANGLINGS)


class NotGenuine(AppError):
    """Chữ ký không đúng | It is not signed"""


# Money ---------------------------------------------------------------------------------------


async def transfer(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """For a code, for one or two bills, or for nothing known: exactly, less, or more."""
    memo, due = _purpose(facts, choice)
    amount = (due, due, due - choice.amount, due + choice.amount)[choice.amount % 4]
    real = term.account.moves(
        choice.ref,
        max(amount, 45),
        f"ung ho {memo} cam on",
        at=term.now,
        days=max(choice.m - 8, 0),
        told=_HOW[choice.n],
        printed=_HOW[choice.m],
    )
    if (choice.n + choice.m) % 3:
        await _tell(term, conn, real)


def _purpose(facts: OfficeFacts, choice: Choice) -> tuple[str, int]:
    """What the memo names, and what is due for it."""
    if choice.n % 6 == 5 or not facts.bills:
        return (new_reference() if choice.m % 2 else "nop tien hoc"), choice.amount
    if choice.n % 3 == 1 and facts.intents:
        intent = facts.intents[-1 - choice.m % min(3, len(facts.intents))]
        return intent.pay_ref.lower(), intent.amount
    bills = facts.open_bills if facts.open_bills and choice.m % 4 else facts.bills
    named = {bill.id: bill for bill in (choice.of(bills), bills[choice.m % len(bills)])}
    chosen = list(named.values())[: 1 + choice.m % 2]
    return " ".join(bill.pay_ref.lower() for bill in chosen), sum(bill.due for bill in chosen)


async def the_same_again(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """A family pays a second time what it has paid."""
    real = term.account.again(choice.ref, choice.of(term.account.incoming), at=term.now)
    if choice.m % 2:
        await _tell(term, conn, real)


# The gateway ---------------------------------------------------------------------------------


def _kept_by(term: Term, conn: db.Conn) -> Post:
    """The webhook's door: verified, and kept."""

    async def post(_path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        lower = {name.lower(): text for name, text in headers.items()}
        try:
            _SEPAY.verify(secrets=[SECRET], headers=lower, body=body, now=term.now)
        except NotSigned:
            return 401, b""
        keeps = keep_of_ended if await _is_ended(term, conn) else keep
        kept = await keeps(
            conn,
            box=term.box,
            school_id=term.school_id,
            merchant_id=term.merchant_id,
            event=event_of(_SEPAY, body, source="webhook"),
            now=term.now,
        )
        assert kept is not None, "so many come on no day"
        return (409, b"") if kept == "differs" else (200, b'{"success": true}')

    return post


async def _is_ended(term: Term, conn: db.Conn) -> bool:
    found: bool = await conn.fetchval(
        "select ended_at is not null from merchant where school_id = $1 and id = $2",
        term.school_id,
        term.merchant_id,
    )
    return found


def _bank(term: Term, conn: db.Conn) -> FakeBank:
    return FakeBank(
        term.merchant_id,
        secret=SECRET,
        account=NUMBER,
        post=_kept_by(term, conn),
        clock=lambda: term.now,
    )


async def _tell(term: Term, conn: db.Conn, real: Real) -> None:
    assert (await _bank(term, conn).tell(real.transfer)).is_settled


async def webhook(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Of any transfer, at any time: the first time, late, out of order, again, an answer lost."""
    real = choice.rather(list(term.account.reals.values()), _untold(term, facts))
    bank = _bank(term, conn)
    bank.lose_answers = choice.m % 3
    sent = await bank.tell(real.transfer)
    if choice.n % 3 == 0:
        sent = await bank.replay(sent)
    assert sent.is_settled


def _untold(term: Term, facts: OfficeFacts) -> list[Real]:
    told = {event.key for event in facts.events}
    return [each for each in term.account.reals.values() if str(each.transfer.id) not in told]


async def forged(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """By somebody else, or too late."""
    real, bank = choice.of(term.account.incoming), _bank(term, conn)
    sent = await (bank.forged(real.transfer) if choice.m % 2 else bank.stale(real.transfer))
    assert sent.status == 401
    raise NotGenuine


async def not_money(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Genuine, and yet no money of ours; or another amount under the number of what was told."""
    real, bank = choice.of(term.account.incoming), _bank(term, conn)
    number = 500_000 + int(choice.ref[2:])
    changes: tuple[dict[str, Any], ...] = (
        {"transferType": "out", "id": number},
        {"transferAmount": 0, "id": number},
        {"transferAmount": -45, "id": number},
        {"accountNumber": "999999", "id": number},
        {"currency": "USD", "id": number},
        {"transferAmount": "45"},
        {"transferAmount": real.amount + 1},
    )
    changed = changes[choice.m % len(changes)]
    if changed == changes[-1] and real in _untold(term, facts):
        raise Refused
    await bank.send(real.transfer, **changed)


async def disconnect(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """The gateway is believed no more; mostly it still is, else nothing would be seen of it."""
    if choice.n % 4:
        raise Refused
    with choice.expects(not await _is_ended(term, conn)):
        await merchants.end(
            conn,
            school_id=term.school_id,
            merchant_id=term.merchant_id,
            made_by=term.accountant,
            now=term.now,
        )


async def invented(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Who has the secret tells of money that never came; the school has ended it by then."""
    if not await _is_ended(term, conn):
        raise Refused
    real, bank = choice.of(term.account.incoming), _bank(term, conn)
    number = 600_000 + int(choice.ref[2:])
    sent = await bank.send(real.transfer, id=number, referenceCode=f"XX{number}")
    assert sent.is_settled


async def taking(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """The worker's part, of one event."""
    event = choice.of(facts.due_events(term.now))
    due = DueEvent(school_id=term.school_id, merchant_id=term.merchant_id, event_key=event.key)
    taken = await take(conn, event=due, vault=VAULT, gateways=GATEWAYS, now=term.now)
    if taken is None:
        assert not choice.is_alone
        raise Refused


async def poll(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """All that the gateway knows is told once more, by its list."""
    await poll_from(conn, school_id=term.school_id, merchant_id=term.merchant_id, now=term.now)
    pool = OneConnection(conn).as_pool
    gateways: dict[str, PaymentGateway] = {"sepay": term.listed()}
    await poll_due(pool, pool, vault=VAULT, gateways=gateways, clock=lambda: term.now)


# Statements ----------------------------------------------------------------------------------


async def statement(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Of some days until now, which others may have had already; its rows are taken apart."""
    since = school_day(term.now) - timedelta(days=(0, 1, 3, 400)[choice.n % 4])
    await bring(term, conn, since_days=(school_day(term.now) - since).days)


async def bring(term: Term, conn: db.Conn, *, since_days: int) -> UUID:
    """A statement of the last days; its id.

    Raises:
        Refused: the bank has nothing of these days.
    """
    since = school_day(term.now) - timedelta(days=since_days)
    data, rows = term.account.file(term.now, since)
    if not rows:
        raise Refused
    read = read_statement(
        await sheet_of(data, filename="sao-ke.csv"),
        profile=None,
        bank_bin=None,
        today=school_day(term.now),
    )
    assert (read.errors, read.broken_at) == ([], [])
    assert [row.amount for row in read.rows] == [real.amount for real in rows]
    statement_id, _ = await statements.keep(
        conn,
        box=term.box,
        school_id=term.school_id,
        account_id=term.bank_id,
        file=statements.File(name="sao-ke.csv", hash=statements.hash_of(data), read=read),
        kept_by=term.accountant,
        now=term.now,
    )
    term.files[statement_id] = {row.n: real for row, real in zip(read.rows, rows, strict=True)}
    return statement_id


async def row(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """The next new row of a statement becomes money."""
    left = choice.of([each for each in facts.rows if each.is_left])
    await statement_rows.take_next(
        conn, box=term.box, school_id=term.school_id, statement_id=left.statement_id, now=term.now
    )


async def decide_row(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Somebody who knows says what a row is. Of what is decided already nothing is to be said."""
    each = choice.rather(facts.rows, facts.waiting_rows)
    real = term.files[each.statement_id][each.n]
    fund_id = next(iter(told_of(term, facts, real)), None)
    if fund_id is None:
        await _require_missing(term, conn, real)
    with choice.expects(each.waits is not None and _is_free(facts, each, fund_id)):
        await statement_rows.decide_row(
            conn,
            box=term.box,
            school_id=term.school_id,
            statement_id=each.statement_id,
            n=each.n,
            fund_id=fund_id,
            decided_by=term.accountant,
            now=term.now,
        )


async def mistake(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Somebody takes a row for new money though it is known."""
    each = choice.of(facts.waiting_rows)
    if not told_of(term, facts, term.files[each.statement_id][each.n]):
        raise Refused
    await statement_rows.decide_row(
        conn,
        box=term.box,
        school_id=term.school_id,
        statement_id=each.statement_id,
        n=each.n,
        fund_id=None,
        decided_by=term.accountant,
        now=term.now,
    )


async def decide_event(term: Term, conn: db.Conn, facts: OfficeFacts, choice: Choice) -> None:
    """Somebody says what an event is that the worker would not take; and says it twice.

    What nobody finds at the bank is not there; sometimes nobody looked well.
    """
    waiting = [event for event in facts.events if event.outcome in ("differs", "ended")]
    event = choice.rather(facts.events, waiting)
    told = [each for each in term.account.incoming if str(each.transfer.id) == event.key]
    fund_id = next(iter(told_of(term, facts, told[0])), None) if told else None
    decision: deciding.Decision = "new" if fund_id is None else "known"
    if not told or choice.m % 5 == 4:
        decision, fund_id = "not_there", None
    elif fund_id is None:
        await _require_missing(term, conn, told[0])
    for _ in range(1 + choice.m % 2):
        await deciding.decide(
            conn,
            vault=VAULT,
            school_id=term.school_id,
            merchant_id=term.merchant_id,
            event_key=event.key,
            decision=decision,
            fund_id=fund_id,
            decided_by=term.accountant,
            now=term.now,
        )


async def _require_missing(term: Term, conn: db.Conn, real: Real) -> None:
    """Who sees the bank's own list beside ours says of nothing that it is new when it is there.

    Raises:
        Refused: as many of this transfer are in the books as the bank holds.
    """
    found = (await in_books(term, conn))[real.key]
    if found >= term.account.held()[real.key]:
        raise Refused


async def in_books(term: Term, conn: db.Conn) -> Counter[Key]:
    """The money that came by the bank and is in the books, by who pays for what."""
    return Counter((await keys(term, conn)).values())


async def keys(term: Term, conn: db.Conn) -> dict[UUID, Key]:
    """What was paid for what, of each fund that came by the bank and is not struck."""
    rows = await conn.fetch(_TRANSFERS, term.school_id)
    return {
        row["id"]: (tag_of(term.box.open(row["memo"], field=MEMO_FIELD)), row["amount"])
        for row in rows
    }


_TRANSFERS: Final = """
    select id, memo, amount from fund f
     where school_id = $1 and channel = 'transfer'
       and not exists (select from refund r where r.school_id = $1 and r.fund_id = f.id
                          and r.kind = 'strike' and r.state = 'succeeded')
"""


def told_of(term: Term, facts: OfficeFacts, real: Real) -> list[UUID]:
    """The funds that a source has told of as this very transfer."""
    found = []
    for fund_id, source, ref in facts.sightings:
        if source == "statement":
            file, n = ref.rsplit(":", 1)
            is_it = term.files[UUID(file)][int(n)] == real
        else:
            is_it = ref == str(real.transfer.id)
        if is_it:
            found.append(fund_id)
    return found


def _is_free(facts: OfficeFacts, each: Row, fund_id: UUID | None) -> bool:
    """No other row of the statement is this fund."""
    own = [other.fund_id for other in facts.rows if other.statement_id == each.statement_id]
    return fund_id is None or fund_id not in own


BANK: Final[tuple[Move, ...]] = (
    transfer, transfer, transfer, transfer, the_same_again, webhook, webhook, webhook, forged,
    not_money, taking, taking, taking, taking, taking, poll, statement, statement, row, row, row,
    decide_row, decide_row, decide_event, mistake, disconnect, invented,
)  # fmt: skip
