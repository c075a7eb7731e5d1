"""The code on an activation strip: `101-7KQ2M-XW9TB-B`.

The school's number, since nobody may look for a code across schools; ten characters of chance, 50
bits, behind a limiter and ten wrong phones; and a check character, so that what was mistyped is
said as such and counts as no guess.
"""

import hmac
import re
import secrets
from typing import Final

import msgspec

from app.errors import Unprocessable
from app.keys import KeyRing

# Crockford's base 32: no I, L, O or U to be mistaken.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 10
_FORM: Final = re.compile(rf"([1-9][0-9]{{0,7}})-([{ALPHABET}]{{{LENGTH + 1}}})")
_LARGEST_SCHOOL: Final = 2**24 - 1
_PURPOSE: Final = "activation-code"


class MistypedCode(Unprocessable):
    """Mã bị gõ sai | The code is mistyped"""


class PaperCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code in its one spelling. Never log it."""

    school_id: int
    text: str

    def __repr__(self) -> str:
        return f"PaperCode({self.school_id})"

    @property
    def printed(self) -> str:
        """In groups, as it stands on paper."""
        number, _, rest = self.text.partition("-")
        return f"{number}-{rest[:5]}-{rest[5:10]}-{rest[10:]}"


def new_code(school_id: int) -> PaperCode:
    """A code that nobody can guess."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    text = f"{school_id}-{body}"
    return PaperCode(school_id=school_id, text=text + check_character(text))


def read_code(typed: str) -> PaperCode:
    """What somebody typed or scanned: lower case, spaces or no hyphens, O for 0, I or L for 1.

    Raises:
        MistypedCode: not of this form, or its check character does not agree.
    """
    plain = re.sub(r"[\s-]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    text = f"{plain[: -LENGTH - 1]}-{plain[-LENGTH - 1 :]}"
    found = _FORM.fullmatch(text)
    if found is None or int(found[1]) > _LARGEST_SCHOOL or check_character(text[:-1]) != text[-1]:
        raise MistypedCode(
            (
                "Gõ lại mã trên phiếu, ví dụ 101-7KQ2M-XW9TB-B.",
                "Type the code on the strip again, such as 101-7KQ2M-XW9TB-B.",
            )
        )
    return PaperCode(school_id=int(found[1]), text=text)


def check_character(text: str) -> str:
    """The character that follows `text`; it tells every single slip and every swap of neighbours.

    A remainder over GF(32), modulo x^5 + x^2 + 1, as bech32 does it (BIP 173).
    """
    rest = 0
    for character in text.replace("-", ""):
        rest = _times_x(rest) ^ ALPHABET.index(character)
    return ALPHABET[_times_x(rest)]


def code_mac(ring: KeyRing, code: PaperCode) -> bytes:
    """What is stored of a code. Keyed: 50 bits would be found from a plain hash in a day."""
    return _mac(ring, ring.current_id, code)


def code_macs(ring: KeyRing, code: PaperCode) -> list[bytes]:
    """What may be stored of it, under each live key."""
    return [_mac(ring, key_id, code) for key_id in ring.ids]


def _mac(ring: KeyRing, key_id: int, code: PaperCode) -> bytes:
    return hmac.digest(ring.derive(_PURPOSE, key_id=key_id), code.text.encode(), "sha256")


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
