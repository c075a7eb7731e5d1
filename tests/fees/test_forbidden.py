"""What may not be collected is found in whatever spelling, and what is innocent is left alone."""

import pytest

from app.fees.setup.forbidden import first_forbidden, sounds_voluntary
from app.fees.setup.rules import STATE_RULES


@pytest.mark.parametrize(
    "name",
    [
        "Tiền bảo vệ",
        "TIEN BAO VE",
        "b.ả.o v.ệ trường",
        "Quỹ ｂảo ｖệ",
        "bảo\u200b vệ",
        "bảo-vệ",
        "B A O V E",
        "ba\u0309o ve\u0323\u0302",
        "b4o v3",
        "bаo vе",  # Cyrillic а and е
        "Gửi xe đạp",
        "Trông xe cho con",
        "Vệ sinh lớp học",
        "Khen thưởng giáo viên cuối năm",
        "Quà thầy cô 20/11",
        "Máy lạnh lớp 6A1",
        "Lắp camera",
        "Hỗ trợ quản lý",
        "Sửa chữa nhà vệ sinh",
        "Xây dựng mái che",
    ],
)
def test_a_parents_board_may_not_collect_it(name: str) -> None:
    rule = first_forbidden(name, "parents_board", STATE_RULES)
    assert rule is not None
    assert "55/2011" in rule.legal_basis


@pytest.mark.parametrize(
    "name",
    ["Sữa chua cho các con", "Liên hoan cuối năm", "Quà Trung thu cho học sinh", "Tham quan Huế"],
)
def test_what_serves_the_children_is_left_to_the_board(name: str) -> None:
    assert first_forbidden(name, "parents_board", STATE_RULES) is None


def test_extra_lessons_are_collected_for_by_nobody_and_meals_by_the_school() -> None:
    for collector in ("school", "parents_board"):
        rule = first_forbidden("Học thêm Toán", collector, STATE_RULES)
        assert rule is not None
        assert "29/2024" in rule.legal_basis
    for name in ("Tiền ăn trưa", "Vệ sinh bán trú", "Bảo hiểm y tế", "Học phí", "Con thi đấu"):
        assert first_forbidden(name, "school", STATE_RULES) is None, name


def test_a_gift_is_heard_as_one() -> None:
    assert sounds_voluntary("ỦNG HỘ quỹ khuyến học")
    assert sounds_voluntary("Quỹ lớp")
    assert not sounds_voluntary("Tiền nước uống")
