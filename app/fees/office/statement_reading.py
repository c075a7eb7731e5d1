"""From a sheet to a bank's rows: which are transfers, in which order, and what is wrong. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final, TypeVar

from app.errors import Bilingual
from app.fees.office import amounts
from app.fees.office.model import MAX_ROWS, NotAStatement, StatementRead, StatementRow
from app.fees.office.profiles import (
    COLUMNS,
    HEADING_KEYS,
    PROFILES,
    Field,
    ProfileName,
    Reading,
    guess,
    reading,
)
from app.names import clean, search_key
from app.schools.common import ZONE
from app.sheets.headings import heading_key
from app.sheets.model import BadCell, Cell, EmptySheet, Row, Sheet, SheetTooLarge
from app.sheets.reading import read_sheet
from app.sheets.values import raw_text

_WINDOWS_1258: Final = "cp1258"  # what Excel in Vietnamese wrote for decades
_MAX_ERRORS: Final = 200
_MAX_MEMO: Final = 1_000
_SUMS: Final = (
    "tong", "cong phat sinh", "cong trang", "total", "sub total", "so du dau", "so du cuoi",
    "du dau", "du cuoi", "opening balance", "closing balance", "ending balance",
    "beginning balance", "brought forward", "carried forward", "mang sang", "chuyen trang",
)  # fmt: skip
_OPENING: Final = ("so du dau", "du dau", "opening balance", "beginning balance")
_LABELS: Final[tuple[Field, ...]] = ("line", "at", "reference", "memo", "time")
_MOVED: Final[tuple[Field, ...]] = ("credit", "debit", "amount")
_FIELDS_VI: Final = {"at": "ngày giao dịch", "credit": "số tiền ghi có", "memo": "nội dung"}
_FIELDS_EN: Final = {"at": "the day", "credit": "the amount in", "memo": "the memo"}

Fault = tuple[int, str | None, Bilingual]
T = TypeVar("T")


async def sheet_of(data: bytes, *, filename: str) -> Sheet:
    """The sheet in a bank's file, whichever bank's it is.

    Raises:
        NotAStatement: nothing of a statement is in it; and as `read_sheet` does.
    """
    try:
        return await read_sheet(data, filename=filename, columns=COLUMNS, legacy=_WINDOWS_1258)
    except EmptySheet:
        raise _not_whole([]) from None


def read_statement(
    sheet: Sheet, *, profile: ProfileName | None, bank_bin: str | None, today: date
) -> StatementRead:
    """The transfers of a sheet; `profile` None: guessed by its headings.

    Rows with faults are in `errors`, each with its column's heading.

    Raises:
        NotAStatement: no headings of a day, an amount and a memo, or no transfer.
        SheetTooLarge: more rows than a statement may have.
    """
    if profile is None:
        found = guess(sheet.headings, sheet.above, bank_bin=bank_bin)
    else:
        found = reading(PROFILES[profile], sheet.headings)
    if not found.is_whole:
        raise _not_whole(found.columns)
    rows = _Rows(sheet, found, today)
    rows.read()
    if len(rows.found) > MAX_ROWS:
        raise SheetTooLarge(
            (
                f"Tối đa {MAX_ROWS} giao dịch mỗi sao kê; hãy chia theo tuần.",
                f"At most {MAX_ROWS} transfers a statement; export it week by week.",
            )
        )
    if not rows.found and not rows.errors:
        raise NotAStatement(
            ("Sao kê không có giao dịch nào.", "The statement holds no transfer at all.")
        )
    is_falling = _is_falling(rows.found)
    opening, closing = _ends(rows.found, rows.opening, is_falling=is_falling)
    return StatementRead(
        profile=found.profile.name,
        rows=rows.found,
        opening=opening,
        closing=closing,
        broken_at=_breaks(rows.found, is_falling=is_falling, opening=rows.opening),
        left_out=rows.left_out,
        errors=rows.errors[:_MAX_ERRORS],
        above=sheet.above,
    )


class _Rows:
    """Goes down a sheet, and knows what it has passed."""

    def __init__(self, sheet: Sheet, found: Reading, today: date) -> None:
        self._sheet, self._reading, self._today = sheet, found, today
        self.found: list[StatementRow] = []
        self.errors: list[Fault] = []
        self.left_out = 0
        self.opening: int | None = None
        self._is_past_sums = False

    def read(self) -> None:
        for row in self._sheet.rows:
            if self._is_heading(row) or self._is_sum(row) or self._is_rest(row):
                self.left_out += 1
                continue
            read = self._transfer(row)
            if read is not None:
                self.found.append(read)

    def _cell(self, row: Row, field: Field) -> Cell:
        heading = self._reading.columns.get(field)
        return row.cell(heading) if heading else Cell()

    def _is_heading(self, row: Row) -> bool:
        """Printed anew on each page, or once more in English."""
        written = [c.value for c in row.cells.values() if isinstance(c.value, str)]
        known = [text for text in written if heading_key(text) in HEADING_KEYS]
        return len(known) >= 2 and len(known) == len(row.cells)

    def _is_sum(self, row: Row) -> bool:
        """Opening and closing lines, sums of pages and of all."""
        for field in _LABELS:
            value = self._cell(row, field).value
            key = search_key(clean(value)) if isinstance(value, str) and len(value) < 120 else ""
            if not key.startswith(_SUMS):
                continue
            if field == "memo" and self._has_amount(row) and self._cell(row, "at").value:
                continue  # a payer may write anything
            if key.startswith(_OPENING) and not self.found:
                self.opening = self._quiet(row, "balance")
            else:
                self._is_past_sums = True
            return True
        return False

    def _is_rest(self, row: Row) -> bool:
        """Notes, signatures, a memo's second line, sums without a word."""
        if self._cell(row, "at").value is not None and self._has_day(row):
            return False
        if not self._has_amount(row):
            self._continue_memo(row)
            return True
        if self._cell(row, "memo").value or self._cell(row, "reference").value:
            return False
        debit, credit = self._quiet(row, "debit"), self._quiet(row, "credit")
        paid_in = sum(each.amount for each in self.found if each.amount > 0)
        paid_out = -sum(each.amount for each in self.found if each.amount < 0)
        # With a row that could not be read no sum is right, and nothing will be written.
        return bool(self.errors) or (abs(debit or 0), credit or 0) == (paid_out, paid_in)

    def _has_day(self, row: Row) -> bool:
        try:
            self._at(row)
        except BadCell:
            return self._has_amount(row)
        return True

    def _has_amount(self, row: Row) -> bool:
        return any(self._cell(row, f).value is not None for f in _MOVED)

    def _continue_memo(self, row: Row) -> None:
        more = self._cell(row, "memo").value
        is_alone = list(row.cells) == [self._reading.columns["memo"]]
        if isinstance(more, str) and is_alone and self.found and not self._is_past_sums:
            last = self.found[-1]
            memo = f"{last.memo} {clean(more)}"[:_MAX_MEMO]
            self.found[-1] = _with_memo(last, memo)

    def _quiet(self, row: Row, field: Field) -> int | None:
        try:
            return amounts.amount(self._cell(row, field))
        except BadCell:
            return None

    def _at(self, row: Row) -> tuple[datetime, str]:
        return amounts.instant(
            self._cell(row, "at"),
            self._cell(row, "time"),
            is_1904=self._sheet.is_1904,
            today=self._today,
        )

    def _transfer(self, row: Row) -> StatementRow | None:
        faults = len(self.errors)
        at = self._tried(row, "at", lambda: self._at(row))
        amount = self._amount(row)
        balance = self._tried(row, "balance", lambda: amounts.amount(self._cell(row, "balance")))
        memo = self._tried(row, "memo", lambda: raw_text(self._cell(row, "memo")))
        reference = self._tried(row, "reference", lambda: raw_text(self._cell(row, "reference")))
        if len(self.errors) > faults or at is None:
            return None
        if amount == 0:
            self.left_out += 1  # a notice, no transfer
            return None
        instant, rest = at
        if not reference and self._reading.profile.reference_in_date:
            reference = rest or None
        return StatementRow(
            n=row.number,
            at=instant,
            day=instant.astimezone(ZONE).date(),
            amount=amount,
            balance=balance,
            bank_ref=reference[:100] if reference else None,
            memo=(memo or "")[:_MAX_MEMO],
        )

    def _amount(self, row: Row) -> int:
        """In above zero, out below; 0 if nothing moved, or with a fault."""
        columns = self._reading.columns
        if "credit" not in columns:
            return self._signed(row)
        paid_in = self._tried(row, "credit", lambda: amounts.amount(self._cell(row, "credit")))
        paid_out = self._tried(row, "debit", lambda: amounts.amount(self._cell(row, "debit")))
        if paid_in and paid_out:
            self._fault(
                row,
                "credit",
                ("vừa ghi nợ vừa ghi có trên một dòng", "one row holds both a debit and a credit"),
            )
            return 0
        if (paid_in or 0) < 0:
            self._fault(row, "credit", ("số tiền ghi có âm", "the amount in is below zero"))
            return 0
        # Some banks print what goes out with a minus, some without.
        return (paid_in or 0) - abs(paid_out or 0)

    def _signed(self, row: Row) -> int:
        amount = self._tried(row, "amount", lambda: amounts.amount(self._cell(row, "amount"))) or 0
        if "sign" not in self._reading.columns or amount == 0:
            return amount
        way = amounts.sign(self._tried(row, "sign", lambda: raw_text(self._cell(row, "sign"))))
        if way == 0:
            self._fault(row, "sign", ("không rõ tiền vào hay ra", "says neither in nor out"))
        return way * abs(amount)

    def _tried(self, row: Row, field: Field, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except BadCell as bad:
            self._fault(row, field, bad.message)
            return None

    def _fault(self, row: Row, field: Field, message: Bilingual) -> None:
        heading = self._reading.columns.get(field)
        self.errors.append((row.number, heading, message))


def _with_memo(row: StatementRow, memo: str) -> StatementRow:
    return StatementRow(
        n=row.n,
        at=row.at,
        day=row.day,
        amount=row.amount,
        balance=row.balance,
        bank_ref=row.bank_ref,
        memo=memo,
    )


def _is_falling(rows: Sequence[StatementRow]) -> bool:
    """Whether the newest stands first: said by days, else by which way the balances follow."""
    if rows and rows[0].day != rows[-1].day:
        return rows[0].day > rows[-1].day
    rising = len(_breaks(rows, is_falling=False, opening=None))
    return len(_breaks(rows, is_falling=True, opening=None)) < rising


def _breaks(rows: Sequence[StatementRow], *, is_falling: bool, opening: int | None) -> list[int]:
    broken = []
    before = opening
    for row in _in_time(rows, is_falling=is_falling):
        if row.balance is None:
            before = None if before is None else before + row.amount
            continue
        if before is not None and before + row.amount != row.balance:
            broken.append(row.n)
        before = row.balance
    return sorted(broken)


def _ends(
    rows: Sequence[StatementRow], printed: int | None, *, is_falling: bool
) -> tuple[int | None, int | None]:
    ordered = list(_in_time(rows, is_falling=is_falling))
    if not ordered:
        return printed, None
    first, last = ordered[0], ordered[-1]
    opening = None if first.balance is None else first.balance - first.amount
    return opening if printed is None else printed, last.balance


def _in_time(rows: Sequence[StatementRow], *, is_falling: bool) -> Iterable[StatementRow]:
    return reversed(rows) if is_falling else rows


def _not_whole(has: Collection[str]) -> NotAStatement:
    lacks = [field for field in ("at", "memo") if field not in has]
    if "credit" not in has and "amount" not in has:
        lacks.append("credit")
    return NotAStatement(
        (
            f"Không thấy cột {', '.join(_FIELDS_VI[field] for field in lacks)}. Hãy tải sao kê "
            "(xlsx hoặc csv) từ ngân hàng và giữ nguyên dòng tiêu đề.",
            f"No column of {', '.join(_FIELDS_EN[field] for field in lacks)} is found. Take the "
            "statement (xlsx or csv) from the bank and leave its headings as they are.",
        )
    )
