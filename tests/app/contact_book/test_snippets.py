"""The words around what a search found."""

import pytest

from app.contact_book.feed.search import NothingToSearch, words_of
from app.contact_book.feed.snippets import excerpt_of

LONG = (
    "Kính gửi quý phụ huynh, nhà trường tổ chức cho học sinh khối 6 đi tham quan Đại Nội vào sáng"
    " thứ Bảy tuần này. Học sinh có mặt tại trường lúc 6 giờ 30, mặc đồng phục, mang nước uống,"
    " mũ và áo mưa. Phụ huynh đón con tại cổng chính lúc 11 giờ 15."
)


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt_of("Con ngoan,\n  hăng hái", ["ngoan"]) == "Con ngoan, hăng hái"


def test_the_words_stand_in_the_excerpt_with_their_diacritics() -> None:
    found = excerpt_of(LONG, ["ao", "mua"])
    assert "áo mưa" in found
    assert len(found) <= 162
    assert found.startswith("…")
    assert excerpt_of(LONG, ["don con"]).endswith("11 giờ 15.")


def test_it_begins_at_a_word() -> None:
    assert excerpt_of(LONG, ["dong"]).lstrip("…").split()[0] in LONG.split()


def test_what_is_found_elsewhere_shows_the_beginning() -> None:
    assert excerpt_of(LONG, ["khong co"]).startswith("Kính gửi")


@pytest.mark.parametrize(
    "text", ["😀👨‍👩‍👧 " * 80, "a" * 500, "ệ" * 300, "\u0301" * 200, "ß" * 300]
)
def test_no_text_is_too_odd(text: str) -> None:
    for words in (["a"], ["e"], ["ss"], ["👧"]):
        assert len(excerpt_of(text, words)) <= 162


def test_words_lose_diacritics_case_and_doubles() -> None:
    assert words_of("  Đức ĐỨC  đường ") == ["duc", "duong"]
    assert len(words_of(" ".join(f"tu{n}" for n in range(30)))) == 8
    with pytest.raises(NothingToSearch):
        words_of("\u0301 a")
