"""How banks name what moves, and when they write it down."""

import re
from typing import Final

# Days. A transfer of a Friday night is posted on Monday: by then a statement has it.
POSTED_WITHIN: Final = 3
_FEW_DIGITS: Final = re.compile(r"[0-9]{1,7}", re.ASCII)


def is_daily_number(bank_ref: str) -> bool:
    """Whether a reference names a transfer among those of its day alone.

    ACB, Agribank and BIDV number what a day brings, and begin again on the next one.
    """
    return _FEW_DIGITS.fullmatch(bank_ref) is not None
