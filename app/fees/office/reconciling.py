"""The bank's statements against our funds, refunds and ledger: every difference by its name.

It may be run as often as one likes: each run is kept as it was found.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct, to_builtins

from app import db
from app.errors import Unprocessable
from app.fees.office import reconciling_queries as queries
from app.fees.office.model import NoSuchReconciliation
from app.fees.office.reconciling_queries import SeenRow, Span, Unseen
from app.fees.office.struck import Strikes
from app.fees.setup.model import NoSuchAccount
from app.fees.setup.queries import account_of
from app.ids import new_id

MOST: Final = 1_000
_MOST_DAYS: Final = 366

Kind = Literal[
    "not_in_books",
    "not_in_statement",
    "amount_differs",
    "duplicate_reference",
    "out_without_refund",
    "refund_not_in_statement",
    "balance_broken",
    "day_without_statement",
    "ledger_differs",
    "struck_in_statement",
    "struck_double",
    "struck_missing",
    "cash_deposit",
]
"""`not_in_books`: the bank shows money in that is no fund. `not_in_statement`: a fund of a day that
a statement covers, and no row of it. `out_without_refund`: money out that is no refund of ours.
`balance_broken`: a balance that does not follow from the one before. `day_without_statement`: money
came, and no statement covers the day. `ledger_differs`: the account's ledger is not its funds less
what was paid back. `struck_in_statement`: the bank shows money that was struck, and what it was
struck for as well. No differences but explained: `struck_double`, `struck_missing`,
and `cash_deposit`, money in that is the school's own cash."""


class BadDays(Unprocessable):
    """Khoảng ngày đối soát không hợp lệ | The days of a reconciliation are not right"""


class BankDifference(Struct, frozen=True, kw_only=True):
    """One difference. `bank` and `books` in đồng: what each side says; None: nothing at all."""

    kind: Kind
    day: date | None = None
    bank: int | None = None
    books: int | None = None
    bank_ref: str | None = None
    fund_id: UUID | None = None
    refund_id: UUID | None = None
    statement_id: UUID | None = None
    n: int | None = None


class ReconciliationSums(Struct, frozen=True, kw_only=True):
    """In đồng, of the days: the bank's side, then ours. `ledger` is the account's, of all time.

    `differences` counts all, also those beyond the first 1,000. What was struck is in none of them.
    """

    bank_in: int
    bank_out: int
    funds: int
    refunds: int
    ledger: int
    ledger_expected: int
    statements: int
    differences: int


class Reconciliation(Struct, frozen=True, kw_only=True):
    """A run. `explained`: what was struck or a deposit of these days, and wants nothing more."""

    id: UUID
    school_id: int
    account_id: UUID
    from_day: date
    to_day: date
    sums: ReconciliationSums
    differences: list[BankDifference]
    explained: list[BankDifference]
    run_by: UUID
    run_by_name: str | None
    run_at: datetime


async def run(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID,
    from_day: date,
    to_day: date,
    run_by: UUID,
    now: datetime,
) -> UUID:
    """Hold the bank's side against ours for these days, and keep what was found.

    Raises:
        NoSuchAccount: or the cash box. BadDays: none, or more than a year.
    """
    account = await account_of(conn, school_id=school_id, account_id=account_id)
    if account is None or account.kind != "bank":
        raise NoSuchAccount
    if not 0 <= (to_day - from_day).days < _MOST_DAYS:
        raise BadDays((f"Chọn từ 1 đến {_MOST_DAYS} ngày.", f"Choose 1 to {_MOST_DAYS} days."))
    span = Span(school_id=school_id, account_id=account_id, from_day=from_day, to_day=to_day)
    sums, found, explained = await _compare(conn, span)
    reconciliation_id = new_id()
    await conn.execute(
        """
        insert into reconciliation (school_id, id, account_id, from_day, to_day, differences,
               explained, sums, run_by, run_at)
        values ($1, $2, $3, $4, $5, $6, $10, $7, $8, $9)
        """,
        school_id,
        reconciliation_id,
        account_id,
        from_day,
        to_day,
        to_builtins(found[:MOST]),
        to_builtins(sums),
        run_by,
        now,
        to_builtins(explained[:MOST]),
    )
    return reconciliation_id


async def listed(
    conn: db.Conn,
    *,
    school_id: int,
    account_id: UUID | None = None,
    reconciliation_id: UUID | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Reconciliation]:
    """Runs, the latest first; of a list the differences are left out."""
    return await db.many(
        conn,
        Reconciliation,
        """
        select r.id, r.school_id, r.account_id, r.from_day, r.to_day, r.sums,
               case when $3::uuid is null then '[]' else r.differences end as differences,
               case when $3::uuid is null then '[]' else r.explained end as explained, r.run_by,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = r.run_by) as run_by_name, r.run_at
          from reconciliation r
         where r.school_id = $1 and ($2::uuid is null or r.account_id = $2)
           and ($3::uuid is null or r.id = $3) and ($4::uuid is null or r.id < $4)
         order by r.id desc limit $5
        """,
        school_id,
        account_id,
        reconciliation_id,
        before,
        limit,
    )


async def one(conn: db.Conn, *, school_id: int, reconciliation_id: UUID) -> Reconciliation:
    """Raises: NoSuchReconciliation."""
    found = await listed(conn, school_id=school_id, reconciliation_id=reconciliation_id, limit=1)
    if not found:
        raise NoSuchReconciliation
    return found[0]


async def _compare(
    conn: db.Conn, span: Span
) -> tuple[ReconciliationSums, list[BankDifference], list[BankDifference]]:
    struck = Strikes(await queries.struck(conn, span))
    shown = await queries.rows(conn, span)
    surplus = struck.surplus(shown)
    rows = _once(shown, struck, surplus)
    statements = await queries.statements(conn, span)
    told = struck.told_by_doubles
    funds = [fund for fund in await queries.funds_unseen(conn, span) if fund.id not in told]
    refunds = await queries.refunds_unseen(conn, span)
    covered = [(each.from_day, each.to_day) for each in statements]
    ledger, expected = await queries.ledger(conn, span)
    found = [
        *(difference for row in rows if (difference := _of_row(row, surplus)) is not None),
        *(_unseen("not_in_statement", fund) for fund in funds if _is_in(fund.day, covered)),
        *(
            _unseen("refund_not_in_statement", refund)
            for refund in refunds
            if _is_in(refund.day, covered)
        ),
        *_broken(await queries.balances(conn, span), statements),
        *_between(statements),
        *_without_statement([*funds, *refunds], covered),
    ]
    if ledger != expected:
        found.append(BankDifference(kind="ledger_differs", bank=expected, books=ledger))
    ours = await queries.our_sums(conn, span)
    sums = ReconciliationSums(
        bank_in=sum(row.amount for row in rows if row.amount > 0),
        bank_out=-sum(row.amount for row in rows if row.amount < 0),
        funds=ours[0],
        refunds=ours[1],
        ledger=ledger,
        ledger_expected=expected,
        statements=len(statements),
        differences=len(found),
    )
    deposits = [_unseen("cash_deposit", each) for each in await queries.deposits(conn, span)]
    return sums, found, [*_explained(struck, span), *deposits]


def _explained(struck: Strikes, span: Span) -> list[BankDifference]:
    """What was struck of these days, by name."""
    return [
        BankDifference(
            kind="struck_missing" if each.double_of is None else "struck_double",
            day=each.day,
            books=each.amount,
            bank_ref=each.bank_ref,
            fund_id=each.fund_id,
        )
        for each in struck.all
        if span.from_day <= each.day <= span.to_day
    ]


def _once(rows: Sequence[SeenRow], struck: Strikes, surplus: Collection[UUID]) -> list[SeenRow]:
    """A transfer that two statements show is one: by fund, refund, or reference and amount.

    Without a reference by its time and balance, as many as one statement has of them.

    What was struck as a double is the fund that it doubles, unless it is `surplus`.
    """
    seen: dict[object, SeenRow] = {}
    for row in rows:
        same: object = (row.bank_ref, row.day, row.amount)
        if row.bank_ref is None:
            same = (row.at, row.amount, row.balance, row.nth)
        if row.waits == "duplicate_reference":
            same = (row.statement_id, row.n)
        fund_id = row.fund_id
        if fund_id is not None and fund_id not in surplus:
            fund_id = struck.root_of(fund_id)
        key = fund_id or row.refund_id or same
        known = seen.get(key)
        if known is None or (known.fund_id is None and row.fund_id is not None):
            seen[key] = row
    return list(seen.values())


def _of_row(row: SeenRow, surplus: Collection[UUID]) -> BankDifference | None:
    if row.fund_id in surplus:
        return BankDifference(
            kind="struck_in_statement",
            day=row.day,
            bank=row.amount,
            bank_ref=row.bank_ref,
            fund_id=row.fund_id,
        )
    if row.fund_id is not None or row.refund_id is not None:
        return None
    kind: Kind = "out_without_refund" if row.amount < 0 else "not_in_books"
    if row.waits in ("amount_differs", "duplicate_reference"):
        kind = row.waits
    return BankDifference(
        kind=kind,
        day=row.day,
        bank=row.amount,
        books=row.known_amount,
        bank_ref=row.bank_ref,
        fund_id=row.known_id,
        statement_id=row.statement_id,
        n=row.n,
    )


def _unseen(kind: Kind, moved: Unseen) -> BankDifference:
    """What our books have and the bank's statement has not."""
    return BankDifference(
        kind=kind,
        day=moved.day,
        books=moved.amount,
        bank_ref=moved.bank_ref,
        fund_id=moved.id if moved.amount > 0 else None,
        refund_id=moved.id if moved.amount < 0 else None,
    )


def _broken(
    rows: Sequence[queries.Balance], statements: Sequence[queries.Covered]
) -> list[BankDifference]:
    """Where a balance does not follow from the one before it, whichever way the bank prints."""
    found = []
    for statement in statements:
        own = [row for row in rows if row.statement_id == statement.id]
        is_falling = len(own) > 1 and own[0].day > own[-1].day
        if len(own) > 1 and own[0].day == own[-1].day:
            is_falling = len(_gaps(own[::-1])) < len(_gaps(own))
        for row, expected in _gaps(own[::-1] if is_falling else own):
            found.append(
                BankDifference(
                    kind="balance_broken",
                    day=row.day,
                    bank=row.balance,
                    books=expected,
                    statement_id=row.statement_id,
                    n=row.n,
                )
            )
    return found


def _between(statements: Sequence[queries.Covered]) -> list[BankDifference]:
    """From one statement to the next, where they follow day by day.

    Not where a third one has both days: what came on the first after its statement was made is
    there, and is held against its own balances.
    """
    ordered = sorted(statements, key=lambda each: (each.from_day, each.to_day))
    return [
        BankDifference(
            kind="balance_broken",
            day=after.from_day,
            bank=after.opening,
            books=before.closing,
            statement_id=after.id,
        )
        for before, after in pairwise(ordered)
        if (after.from_day - before.to_day).days == 1
        and before.closing is not None
        and after.opening is not None
        and before.closing != after.opening
        and not any(
            each.from_day <= before.to_day and after.from_day <= each.to_day for each in statements
        )
    ]


def _gaps(rows: Sequence[queries.Balance]) -> list[tuple[queries.Balance, int]]:
    found = []
    before: int | None = None
    for row in rows:
        if row.balance is None:
            before = None if before is None else before + row.amount
            continue
        if before is not None and before + row.amount != row.balance:
            found.append((row, before + row.amount))
        before = row.balance
    return found


def _without_statement(
    moved: Sequence[Unseen], covered: Sequence[tuple[date, date]]
) -> list[BankDifference]:
    sums: dict[date, int] = {}
    for each in moved:
        if not _is_in(each.day, covered):
            sums[each.day] = sums.get(each.day, 0) + each.amount
    return [
        BankDifference(kind="day_without_statement", day=day, books=amount)
        for day, amount in sorted(sums.items())
    ]


def _is_in(day: date, covered: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in covered)
