"""What a column asks of a cell: text, a code, a phone, a day. Empty cells are None."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from app import names, phones
from app.sheets.model import BadCell, Cell

MAX_TEXT: Final = 200
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")
# A day and a month of one or two digits, as Vietnam writes them; the hour that exports add is
# dropped.
_DMY = re.compile(r"([0-9]{1,2})[/.\- ]+([0-9]{1,2})[/.\- ]+([0-9]{4}|[0-9]{2})")
_YMD = re.compile(r"([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})")
_HOUR = re.compile(r"[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?Z?$")
_WHOLE_DAYS: Final = (1.0, 80_000.0)  # 1900 to 2119


def raw_text(cell: Cell) -> str | None:
    """The cell as one line of NFC text without invisible characters; whole numbers without `.0`.

    Raises:
        BadCell: a fault, or a character that no text holds.
    """
    if cell.fault is not None:
        raise BadCell(*cell.fault)
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return _number(value)
    if not isinstance(value, str):
        return str(value)
    visible = "".join(c for c in value if unicodedata.category(c) != "Cf")
    line = names.clean(visible)
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in line):
        raise BadCell("có ký tự điều khiển không hợp lệ", "holds a control character")
    return line or None


def text(cell: Cell, *, max_chars: int = MAX_TEXT) -> str | None:
    """The cell's text, of a bounded length.

    Raises:
        BadCell: too long, a date, or unusable.
    """
    if isinstance(cell.value, date | time | timedelta):
        raise BadCell(
            "Excel đã đổi thành ngày giờ; hãy định dạng ô là Văn bản (Text) rồi gõ lại",
            "Excel made this a date or time; format the cell as Text and type it again",
        )
    found = raw_text(cell)
    if found is not None and len(found) > max_chars:
        raise BadCell(f"dài quá {max_chars} ký tự", f"is longer than {max_chars} characters")
    return found


def code(cell: Cell, *, digits: int, is_typed: bool) -> str | None:
    """A code of so many digits; the one leading zero that Excel took from a number is put back.

    In a typed sheet only a number can have lost it; in a csv (`is_typed` False) any digits can.

    Raises:
        BadCell: anything else.
    """
    found = _digits(cell)
    if found is None:
        return None
    if len(found) == digits - 1 and (not is_typed or not isinstance(cell.value, str)):
        found = "0" + found
    if len(found) != digits or not re.fullmatch(r"[0-9]+", found):
        raise BadCell(f"phải có đúng {digits} chữ số", f"must be exactly {digits} digits")
    return found


def phone(cell: Cell) -> str | None:
    """A Vietnamese phone in E.164, with or without its leading 0.

    Raises:
        BadCell: not one phone number.
    """
    found = _digits(cell)
    if found is None:
        return None
    try:
        return phones.to_e164(found)
    except phones.BadPhone:
        raise BadCell(
            "không phải một số điện thoại Việt Nam, ví dụ 0912345678",
            "is not one Vietnamese phone number such as 0912345678",
        ) from None


def day(cell: Cell, *, is_1904: bool, today: date) -> date | None:
    """A date: a date cell, Excel's number of days, or text as dd/mm/yyyy or yyyy-mm-dd.

    Two digits of a year are of the last hundred years.

    Raises:
        BadCell: anything else, or a day that is not in the calendar.
    """
    value = cell.value
    if cell.fault is None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, float | int) and not isinstance(value, bool):
            return _serial(float(value), is_1904=is_1904)
    found = raw_text(cell)
    return None if found is None else _written_day(found.strip("'\" "), today)


def _digits(cell: Cell) -> str | None:
    """The text of a code or phone: full-width digits, scientific notation, a leading quote."""
    if isinstance(cell.value, date | time | timedelta | bool):
        raise BadCell("không phải một dãy số", "is not a row of digits")
    found = raw_text(cell)
    if found is None:
        return None
    found = unicodedata.normalize("NFKC", found).strip("'\"` ")
    scientific = _SCIENTIFIC.fullmatch(found)
    if scientific is None:
        return found or None
    shown = scientific.group(1) + (scientific.group(2) or "")
    # As many digits as the number has: otherwise the rest is lost, and zeros would be a lie.
    if len(shown) != int(scientific.group(3)) + 1:
        raise BadCell(
            "Excel đã làm tròn số này; hãy định dạng cột là Văn bản (Text) rồi gõ lại",
            "Excel has rounded this number; format the column as Text and type it again",
        )
    return shown


def _number(value: float | int) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _serial(value: float, *, is_1904: bool) -> date:
    if not _WHOLE_DAYS[0] <= value <= _WHOLE_DAYS[1]:
        raise _not_a_day()
    if is_1904:
        return date(1904, 1, 1) + timedelta(days=int(value))
    # Excel believes in 29 February 1900; nobody here was born before it.
    return date(1899, 12, 30) + timedelta(days=int(value))


def _written_day(written: str, today: date) -> date:
    bare = _HOUR.sub("", written).strip()
    if found := _DMY.fullmatch(bare):
        day_, month, year = (int(part) for part in found.groups())
        if len(found.group(3)) == 2:
            year += today.year - today.year % 100
            year -= 100 if year > today.year else 0
    elif found := _YMD.fullmatch(bare):
        year, month, day_ = (int(part) for part in found.groups())
    elif re.fullmatch(r"[0-9]{5}", bare):
        return _serial(float(bare), is_1904=False)
    else:
        raise _not_a_day()
    try:
        return date(year, month, day_)
    except ValueError:
        raise _not_a_day() from None


def _not_a_day() -> BadCell:
    return BadCell(
        "không phải ngày có thật theo dạng ngày/tháng/năm, ví dụ 05/09/2015",
        "is not a real date as day/month/year, such as 05/09/2015",
    )
