"""How banks name what moves."""

import re
from typing import Final

_FEW_DIGITS: Final = re.compile(r"[0-9]{1,7}", re.ASCII)


def is_daily_number(bank_ref: str) -> bool:
    """Whether a reference names a transfer among those of its day alone.

    ACB, Agribank and BIDV number what a day brings, and begin again on the next one.
    """
    return _FEW_DIGITS.fullmatch(bank_ref) is not None
