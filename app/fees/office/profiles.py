"""How each bank prints its statements: which heading stands over what.

A heading is written here as `Vietnamese|English`. Banks print one of them, or both in one cell or
in two rows, with a slash, a line feed or brackets between: all of that is one key.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from app.names import search_key
from app.sheets.headings import heading_key
from app.sheets.model import Column

ProfileName = Literal[
    "vietcombank", "bidv", "vietinbank", "agribank", "mb", "techcombank", "acb", "general"
]
Field = Literal[
    "line", "at", "time", "reference", "credit", "debit", "amount", "sign", "balance", "memo"
]


class Profile(Struct, frozen=True, kw_only=True):
    """`bin`: of NAPAS. Of a field's headings the first that a sheet has is meant.

    `reference_in_date`: the cell of the day holds the number of the document too.
    """

    name: ProfileName
    bin: str | None = None
    words: tuple[str, ...] = ()  # what the bank calls itself, as a search key
    fields: dict[Field, tuple[str, ...]]
    reference_in_date: bool = False


class Reading(Struct, frozen=True, kw_only=True):
    """A profile upon one sheet: the heading of each field that it has."""

    profile: Profile
    columns: dict[Field, str]

    @property
    def is_whole(self) -> bool:
        """Whether a day, an amount and a memo can be read."""
        has = self.columns
        return "at" in has and "memo" in has and ("amount" in has or "credit" in has)


_LINE: Final = ("STT", "STT No.", "Số thứ tự", "TT")
# `No.` and `Nợ` are one key: it is the debit only where nothing else is.
_LAST: Final = "no"

VIETCOMBANK: Final = Profile(
    name="vietcombank",
    bin="970436",
    words=("vietcombank", "ngoai thuong viet nam"),
    reference_in_date=True,
    fields={
        "line": _LINE,
        "at": (
            "Ngày GD|TNX Date Số CT Doc No",
            "Ngày1|TNX Date Số CT Doc No",
            "Ngày|TNX Date Số CT Doc No",
            "Ngày GD|TNX Date",
            "Ngày giao dịch|Transaction date",
        ),
        "reference": ("Số tham chiếu|Reference No", "Số CT|Doc No"),
        "debit": ("Số tiền ghi nợ|Debit",),
        "credit": ("Số tiền ghi có|Credit",),
        "sign": ("Thay đổi|Change",),
        "amount": ("Số tiền|Amount",),
        "balance": ("Số dư|Balance",),
        "memo": ("Nội dung chi tiết|Transactions in detail", "Mô tả|Description"),
    },
)
BIDV: Final = Profile(
    name="bidv",
    bin="970418",
    words=("bidv", "dau tu va phat trien"),
    fields={
        "line": _LINE,
        "at": (
            "Ngày giao dịch|Transaction date",
            "Ngày GD|Trans. date",
            "Ngày hiệu lực|Effective date",
        ),
        "reference": ("Số REF|Ref No", "Mã giao dịch|Transaction code", "Số tham chiếu|Ref"),
        "debit": ("Ghi nợ|Debit", "PS nợ|Debit amount"),
        "credit": ("Ghi có|Credit", "PS có|Credit amount"),
        "balance": ("Số dư|Balance", "Số dư cuối|Ending balance"),
        "memo": ("Mô tả|Remark", "Diễn giải|Remarks", "Nội dung giao dịch|Transaction remark"),
    },
)
VIETINBANK: Final = Profile(
    name="vietinbank",
    bin="970415",
    words=("vietinbank", "cong thuong viet nam"),
    fields={
        "line": _LINE,
        "at": ("Ngày giao dịch|Transaction date", "Ngày phát sinh|Tran date", "Ngày GD|Tran Date"),
        "time": ("Giờ giao dịch|Transaction time",),
        "reference": ("Số giao dịch|Transaction number", "Số tham chiếu|Reference number"),
        "debit": ("Nợ|Debit", "Ghi nợ|Debit amount"),
        "credit": ("Có|Credit", "Ghi có|Credit amount"),
        "balance": ("Số dư|Account balance", "Số dư tài khoản|Account balance"),
        "memo": ("Mô tả giao dịch|Transaction description", "Nội dung|Transaction comment"),
    },
)
AGRIBANK: Final = Profile(
    name="agribank",
    bin="970405",
    words=("agribank", "nong nghiep va phat trien nong thon"),
    fields={
        "line": _LINE,
        "at": ("Ngày giờ giao dịch|Trans date time", "Ngày GD|Trans date", "Ngày giao dịch|Date"),
        "reference": ("Số bút toán|Seq", "Mã GD|Trans ID", "Số chứng từ|Voucher No"),
        "debit": ("Phát sinh nợ|Debit", "PS nợ|Dr amount", "Rút ra|Withdrawal"),
        "credit": ("Phát sinh có|Credit", "PS có|Cr amount", "Gửi vào|Deposit"),
        "balance": ("Số dư sau giao dịch|Balance after", "Số dư cuối|Balance", "Số dư|Balance"),
        "memo": ("Diễn giải|Remarks", "Nội dung|Description"),
    },
)
MB: Final = Profile(
    name="mb",
    bin="970422",
    words=("mbbank", "mb bank", "ngan hang tmcp quan doi", "co phan quan doi"),
    fields={
        "line": _LINE,
        "at": ("Ngày giao dịch|Transaction Date", "Ngày hạch toán|Posting Date"),
        "reference": ("Số bút toán|Transaction No", "Mã giao dịch|Transaction ID"),
        "debit": ("Phát sinh nợ|Debit", "Số tiền ghi nợ|Debit Amount", "PS nợ|Debit"),
        "credit": ("Phát sinh có|Credit", "Số tiền ghi có|Credit Amount", "PS có|Credit"),
        "balance": ("Số dư|Balance", "Số dư khả dụng|Available balance"),
        "memo": ("Nội dung|Details", "Diễn giải|Description", "Nội dung|Transaction details"),
    },
)
TECHCOMBANK: Final = Profile(
    name="techcombank",
    bin="970407",
    words=("techcombank", "ky thuong viet nam"),
    fields={
        "line": _LINE,
        "at": ("Ngày giao dịch|Transaction date", "Ngày|Date", "Ngày yêu cầu|Requesting date"),
        "reference": ("Số bút toán|Transaction ID", "Mã giao dịch|Reference number"),
        "debit": ("Nợ TKTT|Debit", "Nợ|Debit"),
        "credit": ("Có TKTT|Credit", "Có|Credit"),
        "balance": ("Số dư|Balance", "Số dư luỹ kế|Running balance"),
        "memo": ("Diễn giải|Description", "Nội dung giao dịch|Details"),
    },
)
ACB: Final = Profile(
    name="acb",
    bin="970416",
    words=("acb", "ngan hang a chau", "tmcp a chau"),
    fields={
        "line": _LINE,
        "at": ("Ngày giao dịch|Transaction date", "Ngày GD|Date", "Ngày hiệu lực|Effective date"),
        "reference": ("Số GD|Trans. No", "Số giao dịch|Transaction No", "Số CT|Doc No"),
        "debit": ("Số tiền rút ra|Withdrawal", "Tiền rút|Debit", "Rút ra|Debit"),
        "credit": ("Số tiền gửi vào|Deposit", "Tiền gửi|Credit", "Gửi vào|Credit"),
        "balance": ("Số dư|Balance",),
        "memo": ("Nội dung giao dịch|Transaction description", "Diễn giải|Description"),
    },
)
_MORE: Final[dict[Field, tuple[str, ...]]] = {
    "at": ("Ngày giờ|Date time", "Thời gian|Time stamp", "Ngày hạch toán|Booking date"),
    "time": ("Giờ|Time",),
    "reference": ("Mã tham chiếu|Reference", "Số chứng từ|Document No", "Mã GD|FT code"),
    "debit": ("Tiền ra|Money out", "Chi|Out", "Số tiền chi|Paid out"),
    "credit": ("Tiền vào|Money in", "Thu|In", "Số tiền thu|Paid in"),
    "amount": ("Số tiền giao dịch|Transaction amount", "Số tiền|Amount", "Phát sinh|Amount (VND)"),
    "sign": ("Loại giao dịch|Type", "Ghi nợ/Ghi có|Dr/Cr", "Nợ/Có|D/C"),
    "balance": ("Số dư luỹ kế|Accumulated", "Số dư cuối kỳ|Closing balance"),
    "memo": ("Nội dung chuyển khoản|Memo", "Ghi chú|Note", "Nội dung thanh toán|Narrative"),
}
BANKS: Final = (VIETCOMBANK, BIDV, VIETINBANK, AGRIBANK, MB, TECHCOMBANK, ACB)


def _of_all() -> Profile:
    fields: dict[Field, tuple[str, ...]] = {}
    for each in (*(bank.fields for bank in BANKS), _MORE):
        for field, headings in each.items():
            fields[field] = tuple(dict.fromkeys((*fields.get(field, ()), *headings)))
    return Profile(name="general", fields=fields)


GENERAL: Final = _of_all()
PROFILES: Final[dict[ProfileName, Profile]] = {each.name: each for each in (*BANKS, GENERAL)}


def spellings(heading: str) -> tuple[str, ...]:
    """`Nợ|Debit` as it may be printed: together, and each alone."""
    vietnamese, _, english = heading.partition("|")
    return (f"{vietnamese} / {english}", vietnamese, english) if english else (vietnamese,)


def _columns() -> list[Column]:
    by_key: dict[str, str] = {}
    for headings in GENERAL.fields.values():
        for heading in headings:
            for spelling in spellings(heading):
                by_key.setdefault(heading_key(spelling), spelling)
    return [Column(heading=spelling) for spelling in by_key.values()]


# Every spelling is a column of its own, so that a sheet says which ones it has.
COLUMNS: Final = _columns()
HEADING_KEYS: Final = frozenset(heading_key(column.heading) for column in COLUMNS)


def guess(headings: Collection[str], above: Sequence[str], *, bank_bin: str | None) -> Reading:
    """The profile that a sheet's headings fit best; the bank of its title or account among equals.

    It may be without a day, an amount or a memo: ask `is_whole`.
    """
    title = " ".join(search_key(text) for text in above)
    present = {heading_key(each) for each in headings}

    def rank(each: Reading) -> tuple[bool, int, bool, bool, int]:
        profile = each.profile
        named = any(word in title for word in profile.words)
        is_of_account = profile.bin is not None and profile.bin == bank_bin
        # What any bank may print says nothing of one.
        fit = 0 if profile is GENERAL else len(present & _keys_of(profile))
        return each.is_whole, len(each.columns), named, is_of_account, fit

    return max((reading(profile, headings) for profile in (*BANKS, GENERAL)), key=rank)


def reading(profile: Profile, headings: Collection[str]) -> Reading:
    """The profile upon a sheet with these headings."""
    present = {heading_key(each): each for each in headings}
    columns: dict[Field, str] = {}
    taken: set[str] = set()
    for field, wanted in profile.fields.items():
        for key in _keys(wanted):
            if key in present and key not in taken:
                columns[field] = present[key]
                taken.add(key)
                break
    if "credit" in columns:
        columns.pop("amount", None)
        columns.pop("sign", None)
    return Reading(profile=profile, columns=columns)


def _keys_of(profile: Profile) -> set[str]:
    return {key for wanted in profile.fields.values() for key in _keys(wanted)}


def _keys(headings: Iterable[str]) -> list[str]:
    keys = [heading_key(spelling) for heading in headings for spelling in spellings(heading)]
    return sorted(keys, key=lambda key: key == _LAST)
