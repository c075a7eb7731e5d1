"""Vietnamese phone numbers, stored as E.164."""

import re

import phonenumbers

from app.errors import Unprocessable

# The library would also read 0912FLOWER, drop an extension, and stop at the first odd character.
_WRITTEN = re.compile(r"[0-9+().\-\s]+")


class BadPhone(Unprocessable):
    """Số điện thoại không đúng | The phone number is not valid"""


def to_e164(raw: str) -> str:
    """`0912 345 678` or `+84912345678` -> `+84912345678`.

    Raises:
        BadPhone: not a Vietnamese number with a plausible length.
    """
    try:
        number = phonenumbers.parse(raw, "VN") if _WRITTEN.fullmatch(raw) else None
    except phonenumbers.NumberParseException:
        number = None
    # `possible`, not `valid`: the numbering plan gains prefixes faster than any library,
    # and the demo's 0900000001 must stay usable.
    if (
        number is None
        or number.country_code != 84
        or not phonenumbers.is_possible_number(number)
        or len(str(number.national_number)) not in (9, 10)
    ):
        raise BadPhone(
            (
                "Nhập số điện thoại Việt Nam, ví dụ 0912345678.",
                "Give a Vietnamese number such as 0912345678.",
            )
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(e164: str) -> str:
    """`+84912345678` -> `*****678`, for a person who should recognise the own number."""
    return "*****" + e164[-3:]
