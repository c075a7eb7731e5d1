"""Vietnamese names: lists in the order of a class book, search without diacritics."""

import random
import unicodedata

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.names import clean, search_key, sort_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VIETNAMESE = LETTERS + "".join(
    unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES[1:]
)
names = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " ", min_size=1, max_size=30)

IN_ORDER = [
    # Letters: đ after d, and a ă â, e ê, o ô ơ, u ư each a letter of its own.
    ["An", "Ăn", "Ân", "Ba", "Da", "Đa", "E", "Ê", "Oanh", "Ôn", "Ơn", "Un", "Ưn"],
    ["Dung", "Dũng", "Dưng", "Dy", "Đan", "Đông", "Đức"],
    # Tones last: ngang, huyền, hỏi, ngã, sắc, nặng.
    ["Ma", "Mà", "Mả", "Mã", "Má", "Mạ"],
    ["Hâu", "Hầu", "Hẩu", "Hẫu", "Hấu", "Hậu"],
    # Letters before tones: a longer word comes after its beginning, whatever the tone.
    ["Hoa", "Hoà", "Hoạ", "Hoai", "Hoài", "Hoàn", "Hoàng"],
    # By tên, tone and all, then by họ, then by tên đệm.
    ["Vũ An", "Lê Án", "Lê Văn Án", "Trần Án", "Đỗ Anh", "Đỗ Thị Anh", "Đỗ Văn Anh", "Lê Anh"],
    ["Nguyễn Thị Hoa", "Nguyễn Thu Hoa", "Lê Hòa", "Nguyễn Hòa", "Nguyên Hương", "Nguyễn Hương"],
]


@pytest.mark.parametrize("in_order", IN_ORDER, ids=lambda names: names[0])
def test_names_sort_as_in_a_class_book(in_order: list[str]) -> None:
    shuffled = random.Random(5).sample(in_order, len(in_order))
    assert sorted(shuffled, key=sort_key) == in_order


@pytest.mark.parametrize("in_order", IN_ORDER, ids=lambda names: names[0])
async def test_postgresql_sorts_the_keys_alike(
    owner: asyncpg.Connection, in_order: list[str]
) -> None:
    shuffled = random.Random(6).sample(in_order, len(in_order))
    found = await owner.fetch(
        "select name from unnest($1::text[], $2::text[]) as t (name, key) order by key",
        shuffled,
        [sort_key(name) for name in shuffled],
    )
    assert [row["name"] for row in found] == in_order


def test_every_letter_has_its_place() -> None:
    shuffled = random.Random(7).sample(LETTERS, len(LETTERS))
    assert sorted(shuffled, key=sort_key) == list(LETTERS)


@given(names)
def test_case_spaces_and_the_form_of_the_input_do_not_matter(name: str) -> None:
    other = f"  {unicodedata.normalize('NFD', name)}\t".upper()
    assert sort_key(other) == sort_key(name)
    assert search_key(other) == search_key(name)
    assert clean(unicodedata.normalize("NFD", f" {name}\n ")) == clean(name)


@given(names)
def test_the_search_key_is_plain_and_stays(name: str) -> None:
    key = search_key(name)
    assert key.isascii()
    assert key == key.lower()
    assert search_key(key) == key


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Nguyễn Văn Á", "nguyen van a"),
        ("Đỗ Đình Đạt", "do dinh dat"),
        ("ĐẶNG ƯỚC", "dang uoc"),
        ("Lê Thị Hồng Nhung", "hong nhung"),
        ("Hoàng Ưng Ơn", "UNG ON"),
        ("Nguyễn Văn Á", "Văn Á"),
    ],
)
def test_any_part_of_a_name_is_found_without_diacritics(name: str, asked: str) -> None:
    assert search_key(asked) in search_key(name)


def test_text_is_stored_nfc_with_single_spaces() -> None:
    assert clean(unicodedata.normalize("NFD", "  Nguyễn \t Văn\nẮn ")) == "Nguyễn Văn Ắn"
    assert clean("   ") == ""


@pytest.mark.parametrize("odd", ["", " ", "O'Brien-Nguyễn", "Ñandú", "王小明", "A1"])
def test_other_scripts_have_keys_too(odd: str) -> None:
    assert isinstance(sort_key(odd), str)
    assert search_key(odd) == search_key(unicodedata.normalize("NFD", odd))
