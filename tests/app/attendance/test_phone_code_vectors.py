"""The codes that web/phone_code.ts has to make too, written down for its own test.

`python -m tests.app.attendance.test_phone_code_vectors` writes them anew.
"""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.attendance.codes import CARD_PREFIX_BYTES, phone_code
from app.schools.common import b64url

VECTORS = Path(__file__).resolve().parents[3] / "web/tests/phone_code_vectors.json"
_EDGES = (0, 1, 2**31 - 1, 2**31, 2**32 - 1)


def vectors() -> list[dict[str, Any]]:
    """Cards and instants, the edges among them: the same each time."""
    dice = random.Random(45)
    cards = [(bytes((fill,)) * 32, bytes((fill,)) * 12) for fill in (0, 255)]
    cards += [(dice.randbytes(32), dice.randbytes(CARD_PREFIX_BYTES - 1)) for _ in range(40)]
    return [
        {
            "key": b64url(key),
            "card_prefix": b64url(bytes((0x11,)) + rest),
            "unix_s": unix_s,
            "code": phone_code(
                key,
                card_prefix=bytes((0x11,)) + rest,
                at=datetime.fromtimestamp(unix_s, UTC),
            ),
        }
        for number, (key, rest) in enumerate(cards)
        for unix_s in (*(_EDGES if number < 4 else ()), dice.randrange(1_780_000_000, 2**31))
    ]


def text() -> str:
    return json.dumps(vectors(), indent=2) + "\n"


def test_the_browsers_vectors_are_what_this_code_makes() -> None:
    assert VECTORS.read_text() == text()


if __name__ == "__main__":
    VECTORS.write_text(text())
