"""Vietnamese names as often as they are met.

Family names after the usual table (Nguyễn alone is a third), with those of Huế a little more often;
middle and given names by generation and gender.
"""

import random
from collections.abc import Collection
from itertools import accumulate
from typing import Final, Literal

Gender = Literal["male", "female"]
Generation = Literal["child", "adult"]


class _Table:
    """Words with weights, written `word:weight`, `_` for a space."""

    def __init__(self, text: str) -> None:
        entries = [entry.rsplit(":", 1) for entry in text.split()]
        self._words = [word.replace("_", " ") for word, _ in entries]
        self._weights = list(accumulate(float(weight) for _, weight in entries))

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self._words, cum_weights=self._weights)[0]


_FAMILY: Final = _Table(
    "Nguyễn:330 Trần:115 Lê:98 Phan:58 Hoàng:52 Phạm:48 Võ:42 Hồ:34 Đặng:24 Bùi:18 Trương:18 Ngô:16"
    " Đỗ:13 Dương:12 Huỳnh:12 Cao:10 Đoàn:9 Mai:8 Hà:8 Châu:6 Lý:6 Thái:6 Văn:6 Đinh:6 Lương:5"
    " Tôn_Thất:7 Nguyễn_Phước:4 Hồ_Đắc:3 Thân_Trọng:2"
)
# Daughters of the old royal branches bear another form of the name.
_OF_DAUGHTERS: Final = {"Tôn Thất": "Tôn Nữ"}
_MIDDLE: Final = {
    ("child", "male"): _Table(
        "Minh:14 Gia:12 Bảo:9 Quốc:8 Hoàng:8 Đức:7 Nhật:7 Anh:6 Thành:6 Văn:6 Hữu:5 Tuấn:5 Đăng:5"
        " Khánh:5 Thanh:4 Quang:4 Đình:4 Công:3 Xuân:3 Phước:3 Viết:2 Trọng:2 Ngọc:2 Nguyên:2"
    ),
    ("child", "female"): _Table(
        "Ngọc:14 Bảo:10 Thị:9 Khánh:8 Minh:8 Phương:7 Thanh:7 Gia:6 Quỳnh:6 Thảo:5 Hoài:4 Như:4"
        " Thùy:4 Anh:4 Tường:3 Hồng:3 Kim:3 Diệu:3 Mai:3 Nhật:3 Thiên:2 Cát:2 Uyên:2 Hà:2"
    ),
    ("adult", "male"): _Table(
        "Văn:38 Đức:6 Quang:6 Đình:6 Hữu:6 Xuân:5 Công:5 Quốc:5 Minh:5 Thanh:5 Ngọc:4 Viết:3 Bá:3"
        " Trọng:3 Duy:3 Anh:3 Hoàng:3 Tiến:2 Phước:2"
    ),
    ("adult", "female"): _Table(
        "Thị:46 Thị_Thu:6 Thị_Thanh:6 Thị_Ngọc:6 Thị_Kim:5 Thị_Mỹ:5 Thị_Hồng:5 Thị_Phương:4 Ngọc:4"
        " Thanh:4 Thị_Diệu:3 Thùy:3 Phương:3 Quỳnh:2 Diệu:2 Hoài:2"
    ),
}
_GIVEN: Final = {
    ("child", "male"): _Table(
        "Khang:10 Bảo:9 Huy:9 Minh:9 Khoa:8 Anh:8 Phúc:8 Đạt:7 Nam:7 Quân:7 Phát:6 Long:6 Khôi:6"
        " Thịnh:6 Nguyên:6 Duy:5 Kiệt:5 Hưng:5 Hoàng:5 Nhân:5 Thành:5 Tuấn:5 An:5 Hiếu:5 Thiện:5"
        " Quang:4 Trí:4 Tài:4 Lâm:4 Phong:4 Việt:3 Sơn:3 Dũng:3 Đức:3 Hải:3 Vinh:3 Bách:3 Tùng:2"
        " Trung:2 Khánh:2 Tín:2 Lộc:2"
    ),
    ("child", "female"): _Table(
        "Anh:14 Ngọc:9 Vy:9 Nhi:9 Trâm:8 My:8 Ngân:7 Linh:7 Hân:7 Châu:7 Trang:6 Thư:6 An:6 Chi:6"
        " Như:6 Quyên:5 Trân:5 Uyên:5 Phương:5 Thảo:5 Hà:4 Yến:4 Khuê:4 Nguyên:4 Mai:4 Quỳnh:4 Tú:3"
        " Giang:3 Hiền:3 Ly:3 Tiên:3 Diệp:3 Thy:3 Lam:3 Băng:2 Đan:2 Thủy:2 Oanh:2 Vân:2"
    ),
    ("adult", "male"): _Table(
        "Hùng:9 Dũng:8 Tuấn:8 Sơn:7 Hải:7 Bình:7 Minh:6 Thành:6 Cường:6 Long:6 Nam:5 Phong:5"
        " Quang:5 Hoàng:5 Tâm:5 Thắng:5 Đức:5 Hiếu:4 Trung:4 Phúc:4 Vinh:4 Hòa:4 Lộc:4 Tân:3 Tiến:3"
        " Việt:3 Khoa:3 Thuận:3 Thịnh:3 Lâm:3 An:2 Toàn:2 Nhân:2 Quý:2"
    ),
    ("adult", "female"): _Table(
        "Hương:9 Hà:8 Lan:8 Hạnh:8 Thủy:8 Hằng:7 Nga:7 Hoa:7 Thảo:6 Trang:6 Mai:6 Phương:6 Hiền:6"
        " Vân:6 Yến:5 Loan:5 Liên:5 Nhung:5 Tuyết:4 Oanh:4 Dung:4 Linh:4 Ngọc:4 Anh:4 Tâm:4 Thu:3"
        " Huệ:3 Quỳnh:3 Sương:3 Giang:3 Xuân:2 Diễm:2 Châu:2 Nhi:2 Ly:2"
    ),
}
# "Nguyễn Ngọc Bảo Trân": common among children, and what makes a column of names too narrow.
_SECOND_MIDDLE: Final = 0.16


def family_name(rng: random.Random) -> str:
    return _FAMILY.draw(rng)


def full_name(
    rng: random.Random,
    *,
    gender: Gender,
    generation: Generation,
    family: str | None = None,
    taken: Collection[str] = (),
) -> str:
    """A name that is not `taken`; `family` None draws one."""
    while True:
        name = _one_name(rng, gender, generation, family or family_name(rng))
        if name not in taken:
            return name


def _one_name(rng: random.Random, gender: Gender, generation: Generation, family: str) -> str:
    if gender == "female":
        family = _OF_DAUGHTERS.get(family, family)
    middles = [_MIDDLE[generation, gender].draw(rng)]
    given = _GIVEN[generation, gender].draw(rng)
    if generation == "child" and rng.random() < _SECOND_MIDDLE:
        middles.append(_MIDDLE[generation, gender].draw(rng))
    words = [family, *dict.fromkeys(middles), given]
    # Nobody is called "Bảo Bảo"; "Thị" never follows another middle name.
    if given in middles or "Thị" in middles[1:]:
        return _one_name(rng, gender, generation, family)
    return " ".join(words)
