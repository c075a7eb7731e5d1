"""The state's own rules on what may not be collected, and what only voluntarily, in words.

Words are search keys: lower case, without diacritics, as whole words of a name. A department adds
its own (`forbidden_collection`); these hold everywhere and change with the law, so with the code.
"""

from typing import Final

from app.fees.setup.model import Collector, Forbidden

_BOARD: Final = "Thông tư 55/2011/TT-BGDĐT, Điều 10 khoản 4"


def _board(name: str, *words: str) -> Forbidden:
    collector: Collector = "parents_board"
    return Forbidden(
        id=None,
        org_unit_id=None,
        collector=collector,
        name=name,
        words=list(words),
        legal_basis=_BOARD,
    )


STATE_RULES: Final[tuple[Forbidden, ...]] = (
    _board(
        "Bảo vệ cơ sở vật chất, bảo đảm an ninh nhà trường",
        "bao ve", "an ninh", "trat tu", "canh gac", "truc dem",
    ),
    _board(
        "Trông coi phương tiện tham gia giao thông của học sinh",
        "gui xe", "giu xe", "trong xe", "coi xe", "trong giu xe", "nha xe", "do xe", "bai xe",
        "xe dap", "xe may",
    ),
    _board(
        "Vệ sinh lớp học, vệ sinh trường",
        "ve sinh", "lao cong", "quet don", "don dep", "lau don", "quet lop", "lau nha",
    ),
    _board(
        "Khen thưởng cán bộ quản lý, giáo viên, nhân viên nhà trường",
        "khen thuong can bo", "khen thuong giao vien", "khen thuong nhan vien",
        "khen thuong thay co", "khen thuong giao vien chu nhiem", "thuong giao vien",
        "thuong thay co", "thuong can bo", "thuong nhan vien", "boi duong giao vien",
        "boi duong thay co", "qua thay co", "qua giao vien", "qua tang thay co",
        "qua tang giao vien", "tri an thay co", "tri an giao vien", "cam on thay co",
        "tang thay co", "tang giao vien",
    ),
    _board(
        "Mua sắm máy móc, trang thiết bị, đồ dùng dạy học",
        "may moc", "thiet bi", "do dung day hoc", "may lanh", "dieu hoa", "may chieu", "may tinh",
        "may in", "tivi", "ti vi", "bang tuong tac", "ban ghe", "quat dien", "quat tran",
        "rem cua", "camera", "co so vat chat", "tu lanh", "loa dai", "may loc nuoc",
    ),
    _board(
        "Hỗ trợ công tác quản lý, tổ chức dạy học và các hoạt động giáo dục",
        "ho tro quan ly", "ho tro cong tac quan ly", "ho tro ban giam hieu", "ho tro day hoc",
        "ho tro to chuc day hoc", "ho tro giao vien", "ho tro nha truong", "to chuc day hoc",
        "quan ly hoc sinh", "quan ly lop", "phu cap", "ho tro giang day",
    ),
    _board(
        "Sửa chữa, nâng cấp, xây dựng mới các công trình của nhà trường",
        "sua chua", "nang cap", "xay dung", "xay moi", "tu sua", "cai tao", "son sua", "son lai",
        "lam san", "lat san", "mai che", "cong trinh", "lop mai", "xay nha",
    ),
    Forbidden(
        id=None,
        org_unit_id=None,
        collector=None,
        name="Dạy thêm, ôn thi trong nhà trường",
        words=["day them", "hoc them", "phu dao", "on thi", "luyen thi", "day phu dao"],
        legal_basis="Thông tư 29/2024/TT-BGDĐT, Điều 5: dạy thêm trong nhà trường không được thu"
        " tiền của học sinh",
    ),
)  # fmt: skip

# What families give is theirs to give: never a debt, whoever collects it.
VOLUNTARY_WORDS: Final[tuple[str, ...]] = (
    "ung ho", "tai tro", "quyen gop", "tu nguyen", "dong gop", "quy lop", "quy phu huynh",
    "quy cha me hoc sinh", "quy hoi phu huynh", "quy ban dai dien", "tu thien", "thien nguyen",
    "xa hoi hoa",
)  # fmt: skip
VOLUNTARY_BASIS: Final = "Thông tư 16/2018/TT-BGDĐT, Điều 3, và Thông tư 55/2011/TT-BGDĐT, Điều 10"

# Other words whose letters are the same without diacritics.
INNOCENT: Final[tuple[str, ...]] = ("sữa chua", "báo về")
