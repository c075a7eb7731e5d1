"""A bank's statement is taken: first what it says is kept, then row by row the money is.

Each new row is a transaction of its own, as a webhook's event is: nobody waits for a long file, and
whoever dies in it goes on where it was when the same file comes again.
"""

import hashlib
import re
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.errors import Bilingual
from app.fees.money.naming import POSTED_WITHIN
from app.fees.office import statement_known as known_rows
from app.fees.office import statement_queries as queries
from app.fees.office.model import (
    NoSuchStatement,
    RowError,
    StatementLine,
    StatementOfAnotherAccount,
    StatementRead,
    StatementResult,
    StatementSums,
)
from app.fees.office.pairing import Fate, pair
from app.fees.references import packed
from app.fees.setup.banks import packed_number
from app.fees.setup.model import OpenAccount
from app.fees.setup.queries import open_account
from app.ids import new_id
from app.names import clean

_ACCOUNT_LABEL: Final = re.compile(
    r"(?:SOTAIKHOAN|SOTK|ACCOUNTNUMBER|ACCOUNTNO|ACCOUNT|TAIKHOAN)[A-Z]*([0-9]{6,19})"
)
Locale = Literal["vi", "en"]


class File(Struct, frozen=True, kw_only=True):
    """A statement that came in: what it is called, its bytes' hash, and what it says."""

    name: str
    hash: bytes
    read: StatementRead


def hash_of(data: bytes) -> bytes:
    """By what the same file is known again."""
    return hashlib.sha256(data).digest()


async def account_for(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID
) -> OpenAccount:
    """The bank account that a statement is taken for, also one that is over: money may come to it.

    Raises:
        NoSuchAccount: unknown, or the cash box.
    """
    return await open_account(conn, box=box, school_id=school_id, account_id=account_id)


def require_own(read: StatementRead, account: OpenAccount) -> None:
    """Refuse a statement whose title names an account, and not this one.

    Raises:
        StatementOfAnotherAccount
    """
    title = packed(" ".join(read.above))
    named = _ACCOUNT_LABEL.findall(title)
    ours = packed_number(account.number)
    if named and ours not in title:
        raise _of_another()


def _of_another() -> StatementOfAnotherAccount:
    return StatementOfAnotherAccount(
        (
            "Số tài khoản hoặc các giao dịch trên sao kê không phải của tài khoản đã chọn.",
            "The number or the transfers on the statement are not those of the account chosen.",
        )
    )


async def foretell(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID, file: File, locale: Locale
) -> StatementResult:
    """What taking the file would do; nothing is written."""
    known = await known_statement(
        conn, school_id=school_id, account_id=account_id, file_hash=file.hash
    )
    rows = file.read.rows
    if not rows or file.read.errors:
        return _result(file, _sums(file.read, [], {}), locale, statement_id=None, is_known=False)
    fates, refunds = await _fates(
        conn, box=box, school_id=school_id, account_id=account_id, file=file
    )
    sums = _sums(file.read, fates, refunds)
    return _result(file, sums, locale, statement_id=known, is_known=known is not None)


async def keep(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    account_id: UUID,
    file: File,
    kept_by: UUID,
    now: datetime,
) -> tuple[UUID, bool]:
    """Write a statement and what its rows are, as far as it is known; whether it is a new one.

    The same file again is the statement of before. Its new money is taken by `take_next` of
    statement_rows.
    """
    # Two files at once would each take the other's rows for new.
    await db.value(
        conn,
        "select id from fee_account where school_id = $1 and id = $2 for no key update",
        school_id,
        account_id,
    )
    known = await known_statement(
        conn, school_id=school_id, account_id=account_id, file_hash=file.hash
    )
    if known is not None:
        return known, False
    read = file.read
    fates, refunds = await _fates(
        conn, box=box, school_id=school_id, account_id=account_id, file=file
    )
    statement_id = new_id()
    await conn.execute(
        """
        insert into bank_statement (school_id, id, account_id, file_name, file_hash, profile,
               from_day, to_day, opening, closing, imported_by, imported_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        school_id,
        statement_id,
        account_id,
        _kept_name(file.name),
        file.hash,
        read.profile,
        min(row.day for row in read.rows),
        max(row.day for row in read.rows),
        read.opening,
        read.closing,
        kept_by,
        now,
    )
    await queries.insert_rows(
        conn,
        box=box,
        school_id=school_id,
        statement_id=statement_id,
        rows=read.rows,
        fates=fates,
        refunds=refunds,
        now=now,
    )
    return statement_id, True


async def result_of(
    conn: db.Conn,
    *,
    school_id: int,
    statement_id: UUID,
    file: File,
    is_known: bool,
    locale: Locale,
) -> StatementResult:
    """What has become of a file's rows by now."""
    sums = await queries.sums_of(conn, school_id=school_id, statement_id=statement_id)
    return _result(file, sums, locale, statement_id=statement_id, is_known=is_known)


async def one(conn: db.Conn, *, school_id: int, statement_id: UUID) -> StatementLine:
    """Raises: NoSuchStatement."""
    found = await queries.statements(
        conn, school_id=school_id, account_id=None, statement_id=statement_id
    )
    if not found:
        raise NoSuchStatement
    return found[0]


async def known_statement(
    conn: db.Conn, *, school_id: int, account_id: UUID, file_hash: bytes
) -> UUID | None:
    """The statement that this very file has become."""
    found: UUID | None = await db.value(
        conn,
        """
        select id from bank_statement
         where school_id = $1 and account_id = $2 and file_hash = $3
        """,
        school_id,
        account_id,
        file_hash,
    )
    return found


async def _elsewhere(conn: db.Conn, *, school_id: int, account_id: UUID, file: File) -> set[int]:
    """Rows that are money of another account by reference and amount."""
    if await known_rows.is_known_elsewhere(
        conn, school_id=school_id, account_id=account_id, file_hash=file.hash
    ):
        raise _of_another()
    rows = [row for row in file.read.rows if row.amount > 0]
    known = await known_rows.references_elsewhere(
        conn, school_id=school_id, account_id=account_id, rows=rows
    )
    found = {
        row.n
        for row in rows
        if row.bank_ref
        and any(
            abs((row.day - day).days) <= POSTED_WITHIN for day in known[row.bank_ref, row.amount]
        )
    }
    if len(found) > 1 and 2 * len(found) > len(rows):
        raise _of_another()
    return found


def _kept_name(name: str) -> str:
    """What the sender called the file, as far as it can be stored and shown."""
    return "".join(c for c in clean(name) if c.isprintable())[:120] or "sao-ke"


async def _fates(
    conn: db.Conn, *, box: SchoolBox, school_id: int, account_id: UUID, file: File
) -> tuple[list[Fate], dict[int, UUID]]:
    """What the rows are. Refuses a file whose transfers are mostly another account's."""
    read = file.read
    elsewhere = await _elsewhere(conn, school_id=school_id, account_id=account_id, file=file)
    funds = await known_rows.funds_like(
        conn, box=box, school_id=school_id, account_id=account_id, rows=read.rows
    )
    refunds = await known_rows.refunds_of(
        conn, school_id=school_id, account_id=account_id, rows=read.rows
    )
    said = await known_rows.said_of(
        conn, box=box, school_id=school_id, account_id=account_id, rows=read.rows
    )
    return pair(read.rows, funds, elsewhere=elsewhere, said=said), refunds


def _sums(read: StatementRead, fates: list[Fate], refunds: dict[int, UUID]) -> StatementSums:
    out = sum(row.amount < 0 for row in read.rows)
    return StatementSums(
        new=sum(fate.fund_id is None and fate.waits is None for fate in fates),
        known=sum(fate.fund_id is not None for fate in fates),
        waiting=sum(fate.waits is not None for fate in fates),
        left=0,
        refunds=len(refunds),
        other_out=out - len(refunds),
        amount_in=sum(row.amount for row in read.rows if row.amount > 0),
        amount_out=-sum(row.amount for row in read.rows if row.amount < 0),
    )


def _result(
    file: File, sums: StatementSums, locale: Locale, *, statement_id: UUID | None, is_known: bool
) -> StatementResult:
    read = file.read
    days = [row.day for row in read.rows]
    return StatementResult(
        statement_id=statement_id,
        profile=read.profile,
        is_known=is_known,
        rows=len(read.rows),
        left_out=read.left_out,
        from_day=min(days, default=None),
        to_day=max(days, default=None),
        opening=read.opening,
        closing=read.closing,
        broken_at=read.broken_at,
        sums=sums,
        errors=[
            RowError(row=row, column=column, message=_in(message, locale))
            for row, column, message in read.errors
        ],
    )


def _in(message: Bilingual, locale: Locale) -> str:
    return message[0] if locale == "vi" else message[1]
