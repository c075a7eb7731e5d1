"""The text inside a VietQR: made for our transfers, and read strictly.

NAPAS VietQR 1.0, a profile of EMVCo's Merchant-Presented Mode: fields of two digits id, two digits
length, value; some hold fields themselves. The last is a CRC-16/CCITT-FALSE over all before it,
its own id and length included.
"""

import re
from binascii import crc_hqx
from typing import Final, Literal

from msgspec import Struct

Service = Literal["account", "card"]

_GUID: Final = "A000000727"
_SERVICES: Final[dict[Service, str]] = {"account": "QRIBFTTA", "card": "QRIBFTTC"}
_BY_CODE: Final[dict[str, Service]] = {code: name for name, code in _SERVICES.items()}
_VERSION, _METHOD, _TRANSFER, _CURRENCY, _AMOUNT, _COUNTRY, _MORE, _CRC = (
    "00", "01", "38", "53", "54", "58", "62", "63",
)  # fmt: skip
_STATIC, _DYNAMIC, _DONG, _VIETNAM = "11", "12", "704", "VN"
_BIN: Final = re.compile(r"[0-9]{6}")
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{1,19}")
_AMOUNT_FORM: Final = re.compile(r"[1-9][0-9]{0,12}")
# What every bank lets through into a memo.
_MEMO: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z .-]{0,24}")
_PRINTABLE: Final = re.compile(r"[ -~]+")


class BadVietQr(ValueError):
    """It is no VietQR that we would pay or print; says why."""


class VietQr(Struct, frozen=True, kw_only=True):
    """What a code asks for. `amount` in đồng, None: the payer enters it."""

    bin: str
    number: str
    service: Service
    amount: int | None
    bill: str | None
    memo: str | None
    is_dynamic: bool


def payload(bin: str, number: str, amount: int | None, memo: str) -> str:
    """A transfer of `amount` đồng to a bank's account, with `memo` for the bank's statement.

    Raises:
        BadVietQr: something of it does not fit the form.
    """
    _must(_BIN.fullmatch(bin), "a bank's BIN has six digits")
    _must(_NUMBER.fullmatch(number), "an account number has 1 to 19 letters and digits")
    _must(_MEMO.fullmatch(memo), "a memo has 1 to 25 plain letters, digits, blanks")
    fields = [
        _field(_VERSION, "01"),
        _field(_METHOD, _STATIC if amount is None else _DYNAMIC),
        _field(
            _TRANSFER,
            _field("00", _GUID)
            + _field("01", _field("00", bin) + _field("01", number))
            + _field("02", _SERVICES["account"]),
        ),
        _field(_CURRENCY, _DONG),
    ]
    if amount is not None:
        _must(_AMOUNT_FORM.fullmatch(str(amount)), "an amount has 1 to 13 digits and is above 0")
        fields.append(_field(_AMOUNT, str(amount)))
    fields += [_field(_COUNTRY, _VIETNAM), _field(_MORE, _field("08", memo))]
    text = "".join(fields) + _CRC + "04"
    return text + _crc(text)


def parse(text: str) -> VietQr:
    """What a VietQR asks for; fields that we do not know are left aside.

    Raises:
        BadVietQr: a wrong CRC, a length that does not fit, at any depth, a field twice or missing,
            another currency or country, no whole amount.
    """
    _must(_PRINTABLE.fullmatch(text), "not printable ASCII")
    _must(len(text) > 8 and text[-8:-4] == _CRC + "04", "no CRC at the end")
    _must(text[-4:] == _crc(text[:-4]), "the CRC is wrong")
    fields = _fields(text)
    _must(text.startswith(_VERSION + "0201"), "not version 01 of the form")
    _must(fields.get(_METHOD) in (_STATIC, _DYNAMIC), "neither static nor dynamic")
    _must(fields.get(_CURRENCY) == _DONG, "not in đồng")
    _must(fields.get(_COUNTRY) == _VIETNAM, "not in Việt Nam")
    transfer = _fields(fields.get(_TRANSFER, ""))
    _must(transfer.get("00") == _GUID, "no transfer by NAPAS")
    account = _fields(transfer.get("01", ""))
    number, bank = account.get("01", ""), account.get("00", "")
    _must(_BIN.fullmatch(bank) and _NUMBER.fullmatch(number), "no bank's account")
    service = _BY_CODE.get(transfer.get("02", ""))
    if service is None:
        raise BadVietQr("neither to an account nor to a card")
    amount = fields.get(_AMOUNT)
    _must(amount is None or _AMOUNT_FORM.fullmatch(amount), "not a whole amount of đồng")
    more = _fields(fields[_MORE]) if _MORE in fields else {}
    _must(all(len(more.get(name, "")) <= 25 for name in ("01", "08")), "too long a bill or memo")
    return VietQr(
        bin=bank,
        number=number,
        service=service,
        amount=None if amount is None else int(amount),
        bill=more.get("01"),
        memo=more.get("08"),
        is_dynamic=fields[_METHOD] == _DYNAMIC,
    )


def _fields(text: str) -> dict[str, str]:
    """The fields of one level; their lengths add up to all of it."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        _must(len(head) == 4 and head.isdigit(), "no id and length where a field begins")
        name, length = head[:2], int(head[2:])
        value = text[at + 4 : at + 4 + length]
        _must(length > 0 and len(value) == length, f"the length of field {name} does not fit")
        _must(name not in found, f"field {name} is there twice")
        found[name] = value
        at += 4 + length
    return found


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02}{value}"


def _crc(text: str) -> str:
    return f"{crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _must(holds: object, why: str) -> None:
    if not holds:
        raise BadVietQr(why)
