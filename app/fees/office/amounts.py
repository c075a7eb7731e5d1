"""Amounts and instants as Vietnamese banks print them."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.schools.common import ZONE
from app.sheets.model import BadCell, Cell
from app.sheets.values import day as day_of
from app.sheets.values import raw_text

MAX_AMOUNT: Final = 10**13
_CURRENCY: Final = re.compile(r"(?:VND|VNĐ|DONG|ĐỒNG|Đ|D|₫)$")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,]0{1,2})?")
_PLAIN: Final = re.compile(r"[0-9]+(?:[.,]0{1,2})?")
_HOUR: Final = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?![0-9:])")
_DAY: Final = re.compile(
    r"^(?P<day>[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2})"
)
_IN: Final = frozenset({"+", "c", "cr", "co", "ghi co", "bao co", "tien vao", "credit", "in"})
_OUT: Final = frozenset({"-", "d", "dr", "no", "ghi no", "bao no", "tien ra", "debit", "out"})


def amount(cell: Cell) -> int | None:
    """Whole đồng, below zero with a minus or in brackets; None: nothing, or a dash, stands there.

    Dots and commas part thousands in either custom; a fraction must be zero.

    Raises:
        BadCell: it is no amount of whole đồng.
    """
    if isinstance(cell.value, date | time | timedelta | bool):
        raise _no_amount()
    written = raw_text(cell)
    if written is None:
        return None
    bare = unicodedata.normalize("NFKC", written).upper().replace("\u2212", "-").strip("'\" ")
    bare = _CURRENCY.sub("", re.sub(r"\s+", "", bare))
    if bare in ("", "-", "--"):
        return None
    is_negative = bare.startswith("-") or bare.endswith("-") or bare.startswith("(")
    if bare.startswith("(") != bare.endswith(")"):
        raise _no_amount()
    found = _whole(bare.strip("()").strip("+-"))
    return -found if is_negative else found


def sign(text: str | None) -> int:
    """1: money in, -1: money out, 0: the cell says neither."""
    from_text = " ".join(_bare(text or "").split())
    if from_text in _IN:
        return 1
    return -1 if from_text in _OUT else 0


def instant(cell: Cell, hour: Cell, *, is_1904: bool, today: date) -> tuple[datetime, str]:
    """The instant that a row's day and hour name (midnight where none is), and what follows it.

    Raises:
        BadCell: no day of the calendar as day/month/year.
    """
    if isinstance(cell.value, datetime):
        local, rest = cell.value, ""
    else:
        written = raw_text(cell) or ""
        head = _DAY.match(written.strip("'\" "))
        text_cell = Cell(head.group("day")) if head else cell
        found = day_of(text_cell, is_1904=is_1904, today=today)
        if found is None:
            raise BadCell("thiếu ngày giao dịch", "the day is missing")
        local = datetime.combine(found, _hour(cell.value, written))
        rest = "" if head is None else _HOUR.sub(" ", written[head.end() :], count=1).strip()
    if local.time() == time() and hour.value is not None:
        local = datetime.combine(local.date(), _hour(hour.value, raw_text(hour) or ""))
    if not date(2000, 1, 1) <= local.date() <= today + timedelta(days=1):
        raise BadCell("ngày này không thể có trong sao kê", "no statement can hold this day")
    return local.replace(tzinfo=ZONE).astimezone(UTC), rest


def _hour(value: object, written: str) -> time:
    if isinstance(value, time):
        return value.replace(microsecond=0)
    if isinstance(value, float):  # of Excel: the part of a day
        seconds = round(value % 1 * 86_400) % 86_400
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    found = _HOUR.search(written)
    if found is None:
        return time()
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        return time(hours, minutes, seconds)
    except ValueError:
        raise BadCell("giờ giao dịch không có thật", "there is no such time of day") from None


def _whole(digits: str) -> int:
    if grouped := _GROUPED.fullmatch(digits):
        digits = re.sub(r"[.,]0{1,2}$", "", digits).replace(grouped.group(1), "")
    elif _PLAIN.fullmatch(digits):
        digits = re.split(r"[.,]", digits)[0]
    else:
        raise _no_amount()
    if len(digits) > 15 or int(digits) > MAX_AMOUNT:
        raise BadCell("số tiền quá lớn", "the amount is too large")
    return int(digits)


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")


def _no_amount() -> BadCell:
    return BadCell(
        "không phải số tiền đồng nguyên, ví dụ 1.500.000",
        "is not an amount in whole đồng, such as 1,500,000",
    )
